package org.bcm4j.training;

import java.awt.Color;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.bcm4j.storage.AtomicFile;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler;

/**
 * Draws what an evaluation and a training step of the shipped architecture cost in time and memory, against the batch
 * size, the height and width of the images, the width of the network, and N. Each point is measured in a process of its
 * own ({@link CostPoint}), in float32. Prints the figures as a table. Run it from the project's root:
 *
 * <pre>  java -cp bench/target/benchmarks.jar org.bcm4j.training.CostCharts docs/images</pre>
 */
public final class CostCharts {
    /** What the costs are drawn against. */
    enum Axis {
        BATCH("images in a batch"),
        SIDE("height and width of the images, 16 in a batch"),
        WIDTH("channels at the first level, 16 images in a batch"),
        POINTS("N, 64 images in a batch");

        private final String title;

        Axis(String title) {
            this.title = title;
        }

        private int[] marks() {
            return switch (this) {
                case BATCH -> new int[] {2, 4, 8, 16, 32, 64, 128, 256};
                case SIDE -> new int[] {16, 24, 32, 48, 64, 96};
                case WIDTH -> new int[] {16, 32, 48, 64, 96, 128, 192};
                case POINTS -> new int[] {10, 20, 40, 80, 160, 320, 640, 1280};
            };
        }

        /** The changes of the configuration at one value. */
        private List<String> changes(int value) {
            return switch (this) {
                case BATCH -> List.of("batch_size=" + value);
                case SIDE -> List.of("batch_size=16", "network.image_size=" + value);
                case WIDTH -> List.of("batch_size=16", "network.width=" + value, "network.head_width=" + value);
                case POINTS ->
                    List.of("stages.0.curriculum={kind: staged, stages: [{intervals: " + value + ", steps: 1}]}");
            };
        }

        /** An evaluation knows nothing of N. */
        private List<CostPoint.Work> works() {
            return this == POINTS ? List.of(CostPoint.Work.STEP) : List.of(CostPoint.Work.values());
        }
    }

    /** A measured point. */
    private record Cost(double milliseconds, double mebibytes) {}

    private static final int WIDTH = 700;
    private static final int HEIGHT = 480;

    private CostCharts() {}

    /** @param arguments the folder for the charts */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        System.setProperty("java.awt.headless", "true");
        for (Axis axis : Axis.values()) {
            draw(axis, Path.of(arguments[0]).resolve("cost-" + axis.name().toLowerCase(Locale.ROOT) + ".png"));
        }
    }

    private static void draw(Axis axis, Path picture) throws IOException, InterruptedException {
        XYChart chart = new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .xAxisTitle(axis.title)
                .yAxisTitle("ms, MiB")
                .build();
        chart.getStyler().setLocale(Locale.ROOT);
        chart.getStyler().setChartBackgroundColor(Color.WHITE);
        chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideE);
        chart.getStyler().setXAxisLogarithmic(true);
        chart.getStyler().setYAxisLogarithmic(true);
        System.out.println("\n| " + axis.title + " | work | ms | MiB |\n|---:|---|---:|---:|");
        for (CostPoint.Work work : axis.works()) {
            String name = work.name().toLowerCase(Locale.ROOT);
            List<Cost> costs = new ArrayList<>();
            for (int value : axis.marks()) {
                Cost cost = measured(work, axis.changes(value));
                costs.add(cost);
                System.out.printf(
                        Locale.ROOT, "| %d | %s | %.1f | %.0f |%n", value, name, cost.milliseconds(), cost.mebibytes());
            }
            double[] x = Arrays.stream(axis.marks()).asDoubleStream().toArray();
            chart.addSeries(
                    name + ", ms",
                    x,
                    costs.stream().mapToDouble(Cost::milliseconds).toArray());
            chart.addSeries(
                    name + ", MiB",
                    x,
                    costs.stream().mapToDouble(Cost::mebibytes).toArray());
        }
        AtomicFile.write(
                picture, out -> BitmapEncoder.saveBitmap(List.of(chart), 1, 1, out, BitmapEncoder.BitmapFormat.PNG));
    }

    private static Cost measured(CostPoint.Work work, List<String> changes) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                CostPoint.class.getName(),
                work.name()));
        command.addAll(changes);
        Path printed = Files.createTempFile("bcm4j-cost", ".txt");
        try {
            int code = new ProcessBuilder(command)
                    .redirectOutput(printed.toFile())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start()
                    .waitFor();
            if (code != 0) {
                throw new IllegalStateException(work + " with " + changes + " ended with " + code);
            }
            List<String> figures = Files.readAllLines(printed);
            return new Cost(Double.parseDouble(figures.get(0)), Double.parseDouble(figures.get(1)));
        } finally {
            Files.delete(printed);
        }
    }
}
