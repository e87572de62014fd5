package org.bcm4j.app.report;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.bcm4j.TensorModel;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.data.DataBlock;
import org.bcm4j.data.DataSource;
import org.bcm4j.images.ImageFiles;
import org.bcm4j.metrics.evaluation.EvaluationReport;
import org.bcm4j.model.ModelConfig;
import org.bcm4j.model.ModelFolder;
import org.bcm4j.storage.AtomicDirectory;
import org.bcm4j.storage.FileFailure;
import org.bcm4j.storage.UserException;
import org.bcm4j.storage.Writability;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;

/**
 * A first look at a model: generates, inverts, reconstructs and interpolates with it, and writes a page of the results.
 * On one machine, the page's bytes depend only on the model, the options and the seed.
 *
 * @param model model folder
 * @param out folder for the page, its pictures and the real images as files; an existing page is replaced
 * @param seed of all noise
 * @param data source of real images; absent for those stored with the model, or those of the run that contains the
 *     folder
 */
public record Quickstart(Path model, Path out, long seed, Optional<DataSource> data) {
    private static final String PAGE = "index.html";
    private static final String METRICS = "metrics.json";
    static final String IMAGES = "test-images";

    /** What every page of a quickstart contains. */
    private static final String GENERATED = "<meta name=\"generator\" content=\"" + QuickstartPage.GENERATOR + "\" />";

    /** The files and folders of a page: those that {@link Demonstrator} and {@link ExampleImages} name. */
    private static final Pattern PARTS = Pattern.compile(
            "index\\.html|(generated|noises|reconstructions)-\\d+-nfe\\.png|(originals|drawn-noise|midpoints)\\.png"
                    + "|(interpolation-\\d+-\\d+|class-\\d+)\\.png|" + IMAGES + "(/\\d+-([a-z0-9]+-)*\\d+\\.png)?");

    /**
     * Runs the quickstart.
     *
     * @param stages receives a line about each completed stage
     * @return lines that summarise the results
     * @throws UserException if there is no valid model or no example images, or the folder cannot be written
     */
    public List<String> run(Consumer<String> stages) {
        requireReplaceable();
        ModelFolder folder = new ModelFolder(model);
        ModelConfig config = folder.config();
        ModelSamplingPaths paths = ModelSamplingPaths.of(config, folder.walks());
        Path metrics = model.resolve(METRICS);
        Optional<EvaluationReport> evaluation = Optional.of(metrics)
                .filter(Files::exists)
                .map(file -> ConfigFile.read(file, EvaluationReport.class))
                .filter(report -> report.isOf(folder));
        ExampleImages examples = examples(config);
        try (TensorModel bcm = TensorModel.open(model)) {
            long parameters = bcm.model().weights().layout().parameterCount();
            stages.accept(String.format(
                    Locale.ROOT,
                    "opened %s: %,d parameters, %s, %s",
                    model,
                    parameters,
                    bcm.model().device().name().toLowerCase(Locale.ROOT),
                    bcm.model().precision().name().toLowerCase(Locale.ROOT)));
            Demonstration demonstration = new Demonstrator(bcm, paths, examples, seed, stages).run();
            QuickstartPage page = new QuickstartPage(this, config, parameters, demonstration, evaluation);
            write(page.html(), demonstration, examples);
            return summary(demonstration);
        }
    }

    private ExampleImages examples(ModelConfig config) {
        Path run = model.toAbsolutePath().normalize().resolveSibling("config.yaml");
        if (data.isEmpty() && !Files.exists(model.resolve(ExampleImages.FILE)) && Files.exists(run)) {
            return ExampleImages.of(DataBlock.of(run), config);
        }
        return data.map(source -> ExampleImages.of(source, config)).orElseGet(() -> ExampleImages.read(model, config));
    }

    /** The folder is replaced as a whole, so it can contain only an earlier page. */
    private void requireReplaceable() {
        Writability.requireReplaceable(out);
        if (!Files.isDirectory(out)) {
            return;
        }
        try (Stream<Path> content = Files.walk(out)) {
            boolean earlierPage = isEarlierPage();
            content.skip(1)
                    .map(out::relativize)
                    .filter(entry ->
                            !earlierPage || !PARTS.matcher(entry.toString()).matches())
                    .findFirst()
                    .ifPresent(other -> {
                        throw new UserException("--out " + out + ": the folder holds other files, which the page would"
                                + " replace, such as " + other + "; choose another");
                    });
        } catch (IOException e) {
            throw FileFailure.reading(out, e);
        }
    }

    private boolean isEarlierPage() throws IOException {
        Path page = out.resolve(PAGE);
        // Other people's pages are in any encoding; the mark of ours is in ASCII.
        return Files.isRegularFile(page)
                && Files.readString(page, StandardCharsets.ISO_8859_1).contains(GENERATED);
    }

    private void write(String html, Demonstration demonstration, ExampleImages examples) {
        AtomicDirectory.write(out, directory -> {
            Files.writeString(directory.resolve(PAGE), html);
            for (Picture picture : demonstration.pictures()) {
                Files.write(directory.resolve(picture.file()), picture.png());
            }
            Path images = Files.createDirectory(directory.resolve(IMAGES));
            try (Scope scope = Scope.open()) {
                Tensor bytes = examples.bytes();
                for (int i = 0; i < examples.size(); i++) {
                    Files.write(images.resolve(examples.fileName(i)), ImageFiles.png(bytes.select(0, i)));
                }
            }
        });
    }

    private List<String> summary(Demonstration demonstration) {
        Stream<String> generations = demonstration.generations().stream()
                .map(generation -> String.format(
                        Locale.ROOT,
                        "  generation      %d NFE  %8.0f images/s",
                        generation.samplingPath().nfe(),
                        generation.imagesPerSecond()));
        Stream<String> reconstructions = demonstration.roundTrips().stream()
                .map(trip -> String.format(
                        Locale.ROOT,
                        "  reconstruction  %d NFE  MSE %.5f  PSNR %.2f dB",
                        trip.inversion().nfe() + trip.generation().nfe(),
                        trip.shown().meanSquaredError(),
                        trip.shown().peakSignalToNoise()));
        String made = String.format(
                Locale.ROOT,
                "made %d pictures and a page of them, seed %d",
                demonstration.pictures().size(),
                seed);
        String place = "open " + out.resolve(PAGE).toAbsolutePath().normalize();
        return Stream.of(Stream.of(made), generations, reconstructions, Stream.of(place))
                .flatMap(lines -> lines)
                .toList();
    }
}
