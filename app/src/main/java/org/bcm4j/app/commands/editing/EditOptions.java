package org.bcm4j.app.commands.editing;

import static org.bcm4j.tensor.Ops.stack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.bcm4j.TensorModel;
import org.bcm4j.app.files.Destination;
import org.bcm4j.app.files.Destination.Kind;
import org.bcm4j.app.files.InputImage;
import org.bcm4j.app.files.InputImages;
import org.bcm4j.app.options.ClassOption;
import org.bcm4j.app.options.FitOptions;
import org.bcm4j.app.options.ModelOptions;
import org.bcm4j.app.options.SamplingPathOptions;
import org.bcm4j.app.options.SeedOption;
import org.bcm4j.data.PictureFolder;
import org.bcm4j.editing.Edit;
import org.bcm4j.images.ImageFiles;
import org.bcm4j.images.ImageGrid;
import org.bcm4j.metrics.pixels.ReconstructionError;
import org.bcm4j.model.ModelConfig;
import org.bcm4j.storage.AtomicDirectory;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Scope;
import org.bcm4j.walk.Walk;
import org.bytedeco.pytorch.Tensor;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * The common part of all edits: reads pictures and writes results, comparisons and, where the truth is known, errors.
 */
final class EditOptions {
    private static final String COMPARISONS = PictureFolder.COMPARISONS;

    /** A picture of the first results, magnified. */
    private static final String OVERVIEW = PictureFolder.OVERVIEW;

    private static final int OVERVIEW_ROWS = 12;
    private static final int OVERVIEW_CELL = 84;

    @Mixin
    private final ModelOptions model = new ModelOptions();

    @Parameters(index = "1..*", arity = "1..*", paramLabel = InputImages.LABEL, description = InputImages.DESCRIPTION)
    private List<Path> given = List.of();

    @Mixin
    private final FitOptions fit = new FitOptions();

    @Mixin
    private final SeedOption seed = new SeedOption();

    @Option(
            names = {"-o", "--out"},
            required = true,
            paramLabel = "DIR",
            description = "A new folder for the results; in " + COMPARISONS
                    + "/ each beside what it was made of: the truth if it is known, what was given, the result; and "
                    + OVERVIEW + " of the first " + OVERVIEW_ROWS + ".")
    private Path out = Path.of("");

    /** Filled once, by the first call that needs the images. */
    private List<InputImage> images = List.of();

    /**
     * What a result is compared with.
     *
     * @param given float32 [N,C,H,W] in [-1,1], the start of the edit
     * @param truth the correct result, of the same shape, if it is known
     */
    record Comparison(Tensor given, Optional<Tensor> truth) {}

    ModelOptions model() {
        return model;
    }

    /** @throws UserException if there is no model, or it is a denoiser, which cannot edit */
    ModelConfig config() {
        model.requireNoDenoiser();
        return model.folder().config();
    }

    long seed() {
        return seed.value();
    }

    /**
     * The images.
     *
     * @param sides the accepted heights and widths
     */
    List<InputImage> images(int... sides) {
        if (images.isEmpty()) {
            images = fit.reader(config().network()).read(given, sides);
        }
        return images;
    }

    /** The images, at the model's size. */
    List<InputImage> images() {
        return images(config().network().imageSize());
    }

    /** The pixels of the images, float32 [N,C,H,W] in [-1,1], on the CPU. */
    Tensor pictures() {
        return InputImage.signals(images());
    }

    /**
     * Runs an edit, writes its results and prints a summary.
     *
     * @param edit on the CPU
     * @param truth the correct results, if they are known
     * @return the exit code
     */
    int run(Edit edit, Optional<Tensor> truth, Walk walk, ClassOption.Choice choice) {
        edit.requireWalk(walk); // before the model is loaded
        int count = (int) edit.start().size(0);
        return run(new Comparison(edit.start(), truth), walk, choice, bcm -> {
            Device device = bcm.model().device();
            return bcm.edit(walk, edit.on(device), seed(), choice.labels(count, device));
        });
    }

    /**
     * Changes the images with a model, writes the results and prints a summary.
     *
     * @param edit returns float32 [N,C,H,W]
     * @param choice the chosen class, for the summary
     * @return the exit code
     */
    int run(Comparison comparison, Walk walk, Object choice, Function<TensorModel, Tensor> edit) {
        Destination destination = Destination.of(out, Kind.FOLDER);
        Tensor results;
        try (TensorModel bcm = model.open()) {
            results = Device.CPU.move(edit.apply(bcm));
        }
        write(destination, comparison, results);
        comparison.truth().ifPresent(truth -> report(truth, comparison.given(), results));
        System.out.println(SamplingPathOptions.summary(out, results.size(0), walk, choice, seed));
        return ExitCode.OK;
    }

    private void write(Destination destination, Comparison comparison, Tensor results) {
        Tensor[] columns = Stream.concat(comparison.truth().stream(), Stream.of(comparison.given(), results))
                .toArray(Tensor[]::new);
        List<String> names = names();
        AtomicDirectory.writeNew(destination.path(), directory -> {
            Path comparisons = Files.createDirectory(directory.resolve(COMPARISONS));
            for (int i = 0; i < names.size(); i++) {
                try (Scope scope = Scope.open()) {
                    int row = i;
                    Tensor[] cells = Arrays.stream(columns)
                            .map(column -> column.select(0, row))
                            .toArray(Tensor[]::new);
                    picture(directory.resolve(names.get(i)), results.select(0, i));
                    Tensor beside = stack(0, cells);
                    picture(
                            comparisons.resolve(names.get(i)),
                            ImageGrid.ofColumns(cells.length).draw(beside));
                }
            }
            picture(directory.resolve(OVERVIEW), overview(columns));
        });
    }

    /** The first results, one per row, with the columns of a comparison. */
    private static Tensor overview(Tensor[] columns) {
        long rows = Math.min(OVERVIEW_ROWS, columns[0].size(0));
        Tensor[] first =
                Arrays.stream(columns).map(column -> column.narrow(0, 0, rows)).toArray(Tensor[]::new);
        Tensor cells = stack(1, first).flatten(0, 1);
        int magnification = (int) Math.max(1, OVERVIEW_CELL / cells.size(3));
        return ImageGrid.ofColumns(columns.length)
                .withMagnification(magnification)
                .draw(cells);
    }

    private static void picture(Path file, Tensor image) throws IOException {
        Files.write(file, ImageFiles.png(image));
    }

    private void report(Tensor truth, Tensor given, Tensor results) {
        double[] before = ReconstructionError.perImage(truth, given);
        double[] after = ReconstructionError.perImage(truth, results);
        List<String> names = names();
        System.out.printf(
                Locale.ROOT, "%-32s %12s %12s %10s%n", "image", "MSE of given", "MSE of result", "PSNR in dB");
        for (int i = 0; i < after.length; i++) {
            reportLine(names.get(i), before[i], after[i]);
        }
        reportLine("mean", mean(before), mean(after));
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElseThrow();
    }

    private static void reportLine(String label, double before, double after) {
        System.out.printf(
                Locale.ROOT,
                "%-32s %12.6f %12.6f %10.2f%n",
                label,
                before,
                after,
                ReconstructionError.peakSignalToNoise(after));
    }

    /** The file name of each image. All are numbered if two are the same, or one is that of the overview. */
    private List<String> names() {
        List<String> own = images.stream().map(image -> image.name() + ".png").toList();
        boolean numbered = own.stream().distinct().count() < own.size() || own.contains(OVERVIEW);
        return numbered
                ? Stream.iterate(0, i -> i < own.size(), i -> i + 1)
                        .map(i -> String.format(Locale.ROOT, "%05d-%s", i, own.get(i)))
                        .toList()
                : own;
    }
}
