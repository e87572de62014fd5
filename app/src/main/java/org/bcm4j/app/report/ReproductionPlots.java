package org.bcm4j.app.report;

import java.awt.Color;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.bcm4j.storage.AtomicFile;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.HeatMapChart;
import org.knowm.xchart.HeatMapChartBuilder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.internal.chartpart.IChart;
import org.knowm.xchart.style.Styler;

/** The plots of a {@link ReproductionPage}, as PNG files. */
final class ReproductionPlots {
    private static final int WIDTH = 800;
    private static final int HEIGHT = 440;
    private static final int SQUARE = 520;
    private static final int MARKER = 5;

    private ReproductionPlots() {}

    /** The first digits of ticks with labels. On a long axis, other labels would be too close together. */
    private static final Set<Integer> LABELLED_DIGITS = Set.of(1, 2, 3, 5);

    private static final Set<Integer> ALL_DIGITS = Set.of(1, 2, 3, 4, 5, 6, 7, 8, 9);

    /** An axis shorter than this has room for all labels. */
    private static final double FEW_DECADES = 1.2;

    /** A point of a plot. */
    record Point(double x, double y) {}

    /**
     * A line plot. The vertical axis is logarithmic if this is requested and all values are positive.
     *
     * @param lines points by name, in order
     */
    static void lines(Path file, String across, String up, boolean logarithmic, Map<String, List<Point>> lines) {
        XYChart chart = chart("", across, up, WIDTH, HEIGHT);
        boolean positive = lines.values().stream().flatMap(List::stream).allMatch(point -> point.y() > 0);
        if (logarithmic && positive) {
            chart.getStyler().setYAxisLogarithmic(true);
            chart.getStyler().setYAxisLogarithmicDecadeOnly(false);
            Set<Integer> labelled = decades(lines) < FEW_DECADES ? ALL_DIGITS : LABELLED_DIGITS;
            chart.getStyler().setYAxisTickLabelsFormattingFunction(tick -> logarithmicLabel(tick, labelled));
        }
        lines.forEach((name, points) -> add(chart, name, points));
        write(file, List.of(chart));
    }

    private static double decades(Map<String, List<Point>> lines) {
        DoubleSummaryStatistics values = lines.values().stream()
                .flatMap(List::stream)
                .mapToDouble(Point::y)
                .summaryStatistics();
        return Math.log10(values.getMax() / values.getMin());
    }

    /** The label of a tick on a logarithmic axis; empty unless its first digit is one of {@code labelled}. */
    private static String logarithmicLabel(double tick, Set<Integer> labelled) {
        BigDecimal rounded = new BigDecimal(tick).round(new MathContext(1));
        return labelled.contains(rounded.unscaledValue().intValue()) ? rounded.toPlainString() : "";
    }

    /** Scatter plots side by side. Points are coloured by their group name in each plot. */
    static void clouds(Path file, Map<String, Map<String, List<Point>>> clouds) {
        List<XYChart> charts = new ArrayList<>();
        clouds.forEach((title, groups) -> {
            XYChart chart = chart(title, "", "", SQUARE + 160, SQUARE);
            chart.getStyler().setAxisTicksVisible(false);
            chart.getStyler().setDefaultSeriesRenderStyle(XYSeriesRenderStyle.Scatter);
            groups.forEach((name, points) -> add(chart, name, points));
            charts.add(chart);
        });
        write(file, charts);
    }

    /**
     * Heat maps side by side, of the decimal logarithms of values above 0.
     *
     * @param cells by title: rows from bottom to top, each from left to right
     */
    static void heatMaps(
            Path file, String across, String up, List<Double> lowerEdges, Map<String, List<List<Double>>> cells) {
        List<String> labels = lowerEdges.stream()
                .map(edge -> String.format(Locale.ROOT, "%.2g", edge))
                .toList();
        List<HeatMapChart> charts = new ArrayList<>();
        cells.forEach((title, rows) -> {
            HeatMapChart chart = new HeatMapChartBuilder()
                    .width(SQUARE + 100)
                    .height(SQUARE)
                    .title(title)
                    .xAxisTitle(across)
                    .yAxisTitle(up)
                    .build();
            chart.getStyler().setLocale(Locale.ROOT);
            chart.getStyler().setChartBackgroundColor(Color.WHITE);
            chart.getStyler().setXAxisLabelRotation(90);
            chart.getStyler().setHeatMapDecimalValueFormatter(value -> String.format(Locale.ROOT, "%.1f", value));
            List<Number[]> values = new ArrayList<>();
            for (int y = 0; y < rows.size(); y++) {
                for (int x = 0; x < rows.get(y).size(); x++) {
                    double value = rows.get(y).get(x);
                    if (value > 0) {
                        values.add(new Number[] {x, y, Math.log10(value)});
                    }
                }
            }
            chart.addSeries(title, labels, labels, values);
            charts.add(chart);
        });
        write(file, charts);
    }

    private static XYChart chart(String title, String across, String up, int width, int height) {
        XYChart chart = new XYChartBuilder()
                .width(width)
                .height(height)
                .title(title)
                .xAxisTitle(across)
                .yAxisTitle(up)
                .build();
        chart.getStyler().setLocale(Locale.ROOT);
        chart.getStyler().setChartBackgroundColor(Color.WHITE);
        chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideE);
        chart.getStyler().setMarkerSize(MARKER);
        return chart;
    }

    private static void add(XYChart chart, String name, List<Point> points) {
        XYSeries series = chart.addSeries(
                name,
                points.stream().mapToDouble(Point::x).toArray(),
                points.stream().mapToDouble(Point::y).toArray());
        series.setLineWidth(2);
    }

    private static void write(Path file, List<? extends IChart> charts) {
        AtomicFile.write(file, out -> BitmapEncoder.saveBitmap(charts, 1, charts.size(), out, BitmapFormat.PNG));
    }
}
