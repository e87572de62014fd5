package org.bcm4j.app.commands;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.bcm4j.TensorModel;
import org.bcm4j.app.console.Progress;
import org.bcm4j.app.files.Destination;
import org.bcm4j.app.files.Destination.Kind;
import org.bcm4j.app.files.GivenNoises;
import org.bcm4j.app.options.ClassOption;
import org.bcm4j.app.options.ModelOptions;
import org.bcm4j.app.options.RanksOption;
import org.bcm4j.app.options.SamplingPathOptions;
import org.bcm4j.app.options.SeedOption;
import org.bcm4j.data.NumpyFiles;
import org.bcm4j.images.ImageFiles;
import org.bcm4j.images.ImageGrid;
import org.bcm4j.images.Pixels;
import org.bcm4j.model.ModelConfig;
import org.bcm4j.ranks.SharedWork;
import org.bcm4j.storage.AtomicDirectory;
import org.bcm4j.storage.OptionRange;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bcm4j.walk.SamplingPath;
import org.bytedeco.pytorch.Tensor;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bcm sample}: generates new images from noise. */
@Command(
        name = "sample",
        description = "Generates images.",
        footerHeading = "%nExample:%n",
        footer = {
            "  bcm sample models/fashion-mnist --walk \"80 > 1.2 > 0\" -n 64 --seed 7 --out clothes.png",
            "  bcm sample models/fashion-mnist --nfe 4 -n 50000 --class Bag --out bags.npz",
            "  bcm sample runs/edm/model --sampler heun --steps 18 -n 64 --out clothes.png"
        })
public final class SampleCommand implements Callable<Integer> {
    private static final int DEFAULT_COUNT = 16;

    @Mixin
    private final ModelOptions model = new ModelOptions();

    @Mixin
    private final SamplingPathOptions paths = new SamplingPathOptions();

    @Option(
            names = {"-n", "--count"},
            paramLabel = "N",
            description = "How many images (default: " + DEFAULT_COUNT + ", or all of --noise).")
    private Optional<Integer> wanted = Optional.empty();

    @Option(
            names = "--first",
            paramLabel = "K",
            defaultValue = "0",
            description = "Number of the first image, from 0. An image depends on the seed and its number.")
    private long start;

    @Option(
            names = "--noise",
            paramLabel = "FILE.npz",
            description =
                    "Starts from the noises in a file that `bcm invert` wrote, with the labels in it if there are any.")
    private Optional<Path> noiseFile = Optional.empty();

    @Option(
            names = "--class",
            paramLabel = "K|NAME|" + ClassOption.NONE,
            description = "Class of the images, by number from 0 or by name, or " + ClassOption.NONE
                    + " (default: each class in turn).")
    private Optional<String> classText = Optional.empty();

    @Mixin
    private final RanksOption ranks = new RanksOption();

    @Mixin
    private final SeedOption seed = new SeedOption();

    @Option(
            names = {"-o", "--out"},
            required = true,
            paramLabel = "FILE.png|FILE.npz|DIR",
            description = {
                "A picture of all images, or arrays (images, uint8 [N,C,H,W]; labels, int64 [N]), or a new folder"
                        + " for one picture each."
            })
    private Path out = Path.of("");

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        SamplingPath samplingPath = noiseFile.isPresent() ? paths.fromFoundNoise(model) : paths.generation(model);
        wanted.filter(count -> count < 1).ifPresent(count -> {
            throw new UserException("-n " + count + ": ask for at least 1 image");
        });
        if (start < 0) {
            throw new UserException("--first " + start + ": images are numbered from 0");
        }
        OptionRange.require("--first", start, 0, Long.MAX_VALUE - wanted.orElse(DEFAULT_COUNT));
        noiseFile.filter(file -> start > 0).ifPresent(file -> {
            throw new UserException("--first: images of given noises (--noise " + file
                    + ") have no numbers; leave one of the two options out");
        });
        Destination destination = Destination.of(out, Kind.PICTURE, Kind.ARRAYS, Kind.FOLDER);
        return ranks.share(spec, work -> sample(samplingPath, destination, work));
    }

    private void sample(SamplingPath samplingPath, Destination destination, SharedWork work) {
        ModelConfig config = model.folder().config();
        try (Scope scope = Scope.open();
                TensorModel bcm = work.inEach(model::openAny)) {
            Optional<GivenNoises> given =
                    noiseFile.map(file -> work.inEach(() -> GivenNoises.read(file, config.network(), wanted)));
            given.ifPresent(noises -> noises.requireScale(samplingPath));
            int count = given.map(GivenNoises::count).orElseGet(() -> wanted.orElse(DEFAULT_COUNT));
            boolean labelled =
                    classText.isEmpty() && given.flatMap(GivenNoises::labels).isPresent();
            Optional<ClassOption.Choice> choice = labelled ? Optional.empty() : choice(config, given.isPresent());
            Device device = bcm.model().device();
            Optional<Tensor> labels = labelled
                    ? given.flatMap(GivenNoises::labels).map(device::move)
                    : choice.isPresent()
                            ? choice.get().labels(count, device)
                            : bcm.model().cyclicLabels(start, count);
            Optional<Tensor> noises = given.map(GivenNoises::noises).map(device::move);
            Tensor images = draw(bcm, samplingPath, count, noises, labels, work);
            work.inFirst(() -> written(destination, images, labels));
            String classes = choice.map(ClassOption.Choice::toString)
                    .orElse(labelled ? "the classes of " + noiseFile.orElseThrow() : "each class in turn");
            if (work.isFirst()) {
                System.out.println(SamplingPathOptions.summary(out, count, samplingPath, classes, seed));
            }
        }
    }

    /** The requested class, or no class. Absent for a model with classes if all are generated in turn. */
    private Optional<ClassOption.Choice> choice(ModelConfig config, boolean givenNoises) {
        if (!givenNoises && classText.isEmpty() && config.network().classes() > 0) {
            return Optional.empty();
        }
        return Optional.of(classText
                .filter(text -> !ClassOption.isNone(config, text))
                .map(text -> ClassOption.find(config, "--class", text))
                .orElseGet(() -> ClassOption.Choice.none(config)));
    }

    /** The images as bytes, uint8 [N,C,H,W], so that many fit in memory; in rank 0, and empty ones in the others. */
    private Tensor draw(
            TensorModel bcm,
            SamplingPath samplingPath,
            int count,
            Optional<Tensor> noises,
            Optional<Tensor> labels,
            SharedWork work) {
        Tensor images = HostTensors.zeroBytes(bcm.model().shape(work.isFirst() ? count : 0));
        try (Progress progress = work.isFirst() ? Progress.show("sampling", "images", 0, count) : Progress.none()) {
            SharedWork.Parts parts = work.parts();
            for (long first = 0; first < count; first += TensorModel.BATCH) {
                long place = first;
                long size = Math.min(TensorModel.BATCH, count - first);
                Function<Tensor, Tensor> part = all -> all.narrow(0, place, size);
                TensorModel numbered = bcm.numbered(i -> start + place + i);
                parts.add(
                        () -> List.of(Pixels.toBytes(
                                noises.isPresent()
                                        ? numbered.generate(
                                                samplingPath, part.apply(noises.get()), seed.value(), labels.map(part))
                                        : numbered.generate(samplingPath, size, seed.value(), labels.map(part)))),
                        drawn -> {
                            Tensor batch = drawn.next();
                            if (work.isFirst()) {
                                part.apply(images).copy_(batch);
                            }
                            progress.at(place + size, "");
                        });
            }
            parts.finish();
        }
        return images;
    }

    private Path written(Destination destination, Tensor images, Optional<Tensor> labels) {
        write(destination, images, labels);
        return destination.path();
    }

    private void write(Destination destination, Tensor images, Optional<Tensor> labels) {
        int count = (int) images.size(0);
        switch (destination.kind()) {
            case PICTURE -> {
                int columns = (int) Math.ceil(Math.sqrt(count));
                ImageFiles.writePng(
                        destination.path(), ImageGrid.ofColumns(columns).draw(images));
            }
            case ARRAYS -> {
                Map<String, Tensor> arrays = new LinkedHashMap<>();
                arrays.put("images", images);
                labels.ifPresent(classes -> arrays.put("labels", classes.cpu()));
                NumpyFiles.writeNpz(destination.path(), arrays);
            }
            case FOLDER ->
                AtomicDirectory.writeNew(destination.path(), directory -> {
                    for (int i = 0; i < count; i++) {
                        try (Scope scope = Scope.open()) {
                            byte[] png = ImageFiles.png(images.select(0, i));
                            Files.write(directory.resolve(String.format(Locale.ROOT, "%05d.png", start + i)), png);
                        }
                    }
                });
        }
    }
}
