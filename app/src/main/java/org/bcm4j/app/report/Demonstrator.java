package org.bcm4j.app.report;

import static org.bcm4j.tensor.Ops.cat;
import static org.bcm4j.tensor.Ops.scalar;
import static org.bcm4j.tensor.Ops.stack;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import org.bcm4j.TensorModel;
import org.bcm4j.editing.Interpolation;
import org.bcm4j.metrics.noise.NoiseFigures;
import org.bcm4j.metrics.pixels.ReconstructionError;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Scope;
import org.bcm4j.walk.ImageNoise;
import org.bcm4j.walk.SamplingPath;
import org.bcm4j.walk.ThereAndBack;
import org.bytedeco.pytorch.Tensor;

/** Runs a model along its paths and makes pictures of the results. The commands on the page reproduce them exactly. */
final class Demonstrator {
    /** Fits a telephone at two screen pixels per pixel, and four side by side on a desktop screen. */
    static final int SAMPLE_COLUMNS = 5;

    static final int SAMPLES = 30;
    static final int CLASS_COLUMNS = 4;
    static final int CLASS_SAMPLES = 8;
    static final int FRAMES = 8;

    /** The most classes whose samples fit on the page. */
    private static final int MOST_CLASSES = 20;

    /** The number of images in a strip. */
    private static final int STRIP = 10;

    /** The number of standard deviations between grey and black or white in pictures of noise. */
    static final int DRAWN_DEVIATIONS = 3;

    private final TensorModel bcm;
    private final ModelSamplingPaths paths;
    private final ExampleImages examples;
    private final long seed;
    private final Consumer<String> stages;

    /**
     * A demonstrator of one model.
     *
     * @param examples real images of the model's size, class by class
     * @param seed of all noise
     * @param stages receives a line about each completed stage
     */
    Demonstrator(
            TensorModel bcm, ModelSamplingPaths paths, ExampleImages examples, long seed, Consumer<String> stages) {
        this.bcm = bcm;
        this.paths = paths;
        this.examples = examples;
        this.seed = seed;
        this.stages = stages;
    }

    /** Runs the whole demonstration. */
    Demonstration run() {
        try (Scope scope = Scope.open()) {
            Device device = bcm.model().device();
            Tensor images = device.move(examples.signals());
            Optional<Tensor> labels = knowsClasses() ? Optional.of(device.move(examples.labels())) : Optional.empty();
            Tensor drawn = drawnNoise();
            return new Demonstration(
                    examples.size(),
                    Picture.sheet("originals.png", "Real images", shown(images), STRIP),
                    noises("drawn-noise.png", "Drawn noise", drawn),
                    NoiseFigures.of(drawn, images),
                    generations(),
                    roundTrips(images, labels),
                    paths.interpolation()
                            .map(walk -> interpolations(walk, images, labels))
                            .orElse(List.of()),
                    paths.interpolation().flatMap(walk -> midpoints(walk, images, labels)),
                    classes());
        }
    }

    /** Drawn noises, one per example. */
    private Tensor drawnNoise() {
        return ImageNoise.from(seed, 0, bcm.model().device()).start(bcm.model().shape(examples.size()));
    }

    private Picture noises(String file, String description, Tensor noises) {
        return Picture.sheet(file, description, shown(noises.div(scalar(DRAWN_DEVIATIONS))), STRIP);
    }

    private List<Demonstration.Generation> generations() {
        // The first evaluation also selects kernels. Only later ones measure the speed.
        try (Scope scope = Scope.open()) {
            generated(paths.quickestGeneration());
        }
        return paths.generations().stream().map(this::generation).toList();
    }

    /** Samples of each class in turn. */
    private Tensor generated(SamplingPath path) {
        return bcm.generate(path, SAMPLES, seed, bcm.model().cyclicLabels(0, SAMPLES));
    }

    private Demonstration.Generation generation(SamplingPath path) {
        try (Scope scope = Scope.open()) {
            long start = System.nanoTime();
            Tensor images = generated(path).cpu(); // the copy waits for the device
            double rate = SAMPLES / ((System.nanoTime() - start) * 1e-9);
            String description = "Images generated in " + evaluations(path) + ", each from its own noise";
            String file = "generated-" + path.nfe() + "-nfe.png";
            Picture picture = Picture.sheet(file, description, images, SAMPLE_COLUMNS);
            stages.accept(String.format(
                    Locale.ROOT,
                    "generated %d images along %s (%d NFE): %.0f images/s",
                    SAMPLES,
                    path,
                    path.nfe(),
                    rate));
            return new Demonstration.Generation(path, picture, rate);
        }
    }

    private List<RoundTrip> roundTrips(Tensor images, Optional<Tensor> labels) {
        List<RoundTrip> trips = new ArrayList<>();
        for (SamplingPath inversion : paths.inversions()) {
            try (Scope scope = Scope.open()) {
                trips.add(roundTrip(inversion, images, labels));
            }
        }
        return trips;
    }

    private RoundTrip roundTrip(SamplingPath inversion, Tensor images, Optional<Tensor> labels) {
        SamplingPath generation = inversion.toImages();
        Tensor noises = bcm.invert(inversion, images, seed, labels);
        Tensor back = bcm.generate(generation, noises, seed, labels);
        Fidelity fidelity = fidelity(images, noises, back);
        stages.accept(String.format(
                Locale.ROOT,
                "inverted and reconstructed %d real images along %s (%d NFE): MSE %.5f, PSNR %.2f dB",
                examples.size(),
                inversion,
                inversion.nfe(),
                fidelity.meanSquaredError(),
                fidelity.peakSignalToNoise()));
        String suffix = "-" + inversion.nfe() + "-nfe.png";
        Picture noisePicture =
                noises("noises" + suffix, "The same images as noise, inverted in " + evaluations(inversion), noises);
        Picture backPicture = Picture.sheet(
                "reconstructions" + suffix,
                "The images that this noise gives back in " + evaluations(generation),
                shown(back),
                STRIP);
        Optional<Fidelity> labelled = labels.map(classes -> fidelity);
        Optional<Fidelity> unlabelled = Optional.of(fidelity);
        if (knowsClasses()) {
            unlabelled = hasNullClass() ? Optional.of(unlabelled(inversion, generation, images)) : Optional.empty();
        }
        return new RoundTrip(inversion, generation, unlabelled, labelled, noisePicture, backPicture);
    }

    private Fidelity unlabelled(SamplingPath inversion, SamplingPath generation, Tensor images) {
        Tensor noises = bcm.invert(inversion, images, seed, Optional.empty());
        return fidelity(images, noises, bcm.generate(generation, noises, seed, Optional.empty()));
    }

    private static Fidelity fidelity(Tensor images, Tensor noises, Tensor back) {
        ReconstructionError error = new ReconstructionError();
        error.add(images, back);
        return new Fidelity(error.meanSquared(), NoiseFigures.of(noises, images));
    }

    /** Interpolates between the first images of the first two classes, of the next two, and so on. */
    private List<Demonstration.Interpolation> interpolations(
            ThereAndBack walk, Tensor images, Optional<Tensor> labels) {
        int[] ends = examples.representatives();
        List<Demonstration.Interpolation> strips = new ArrayList<>();
        for (int i = 0; i + 1 < ends.length; i += 2) {
            try (Scope scope = Scope.open()) {
                strips.add(interpolation(walk, images, labels, ends[i], ends[i + 1]));
            }
        }
        stages.accept("interpolated between " + strips.size() + " pairs of real images");
        return strips;
    }

    /** Interpolates between two images. The model receives their classes only if it has no null class. */
    private Demonstration.Interpolation interpolation(
            ThereAndBack walk, Tensor images, Optional<Tensor> labels, int from, int to) {
        Tensor first = images.narrow(0, from, 1);
        Tensor last = images.narrow(0, to, 1);
        Tensor ends = cat(0, first, last);
        Optional<Tensor> told = labels.filter(all -> !hasNullClass())
                .map(all -> all.index_select(0, bcm.model().device().integers(from, to)));
        Tensor between = bcm.interpolate(walk.toNoise(), walk.toImages(), ends, FRAMES, seed, told);
        Tensor strip = cat(0, first, between, last);
        String fromClass = examples.classNames().get(examples.label(from));
        String toClass = examples.classNames().get(examples.label(to));
        Picture picture = Picture.sheet(
                "interpolation-" + ends(from, to) + ".png",
                "Images that lead from a real image of the class " + fromClass + " to one of the class " + toClass,
                strip,
                FRAMES + 2);
        return new Demonstration.Interpolation(
                fromClass,
                toClass,
                examples.fileName(from),
                examples.fileName(to),
                told.map(classes -> examples.label(from) + "," + examples.label(to)),
                walk.toNoise(),
                walk.toImages(),
                picture);
    }

    /** A part of a file name: two classes, or two images of one class. */
    private String ends(int from, int to) {
        return examples.label(from) == examples.label(to)
                ? from + "-" + to
                : examples.label(from) + "-" + examples.label(to);
    }

    /**
     * Generates images half-way between the first two images of each class. A model with classes receives the class in
     * both directions.
     */
    private Optional<Demonstration.Midpoints> midpoints(ThereAndBack walk, Tensor images, Optional<Tensor> labels) {
        List<int[]> pairs = examples.firstPairOfEachClass();
        if (pairs.isEmpty()) {
            return Optional.empty();
        }
        int count = Math.min(STRIP, pairs.size());
        Tensor firsts = chosen(images, pairs, 0, count);
        Tensor seconds = chosen(images, pairs, 1, count);
        Optional<Tensor> told = labels.map(all -> chosen(all, pairs, 0, count));
        Tensor ends = cat(0, firsts, seconds);
        Optional<Tensor> toldTwice = told.map(once -> cat(0, once, once));
        Tensor noises = bcm.invert(walk.toNoise(), ends, seed, toldTwice);
        Tensor[] halfWay = new Tensor[count];
        for (int i = 0; i < count; i++) {
            Tensor pair = stack(0, noises.select(0, i), noises.select(0, count + i));
            halfWay[i] = Interpolation.slerp(pair, 3).narrow(0, 1, 1);
        }
        Tensor between = bcm.generate(walk.toImages(), cat(0, halfWay), seed, told);
        Tensor means = firsts.add(seconds).div(scalar(2.0));
        Picture picture = Picture.sheet(
                "midpoints.png",
                "Pairs of real images of a class, above and below; between them, first what the model makes half-way,"
                        + " then the mean of the two",
                cat(0, firsts, between, means, seconds),
                count);
        stages.accept("made images half-way between " + count + " pairs of a class");
        return Optional.of(new Demonstration.Midpoints(walk.toNoise(), walk.toImages(), picture));
    }

    private Tensor chosen(Tensor all, List<int[]> pairs, int which, int count) {
        long[] indices =
                pairs.stream().limit(count).mapToLong(pair -> pair[which]).toArray();
        return all.index_select(0, bcm.model().device().integers(indices));
    }

    private List<Demonstration.ClassSamples> classes() {
        if (!knowsClasses()) {
            return List.of();
        }
        SamplingPath path = paths.usualGeneration();
        List<Demonstration.ClassSamples> samples = new ArrayList<>();
        for (int k = 0;
                k < Math.min(MOST_CLASSES, bcm.model().config().network().classes());
                k++) {
            String name = examples.classNames().get(k);
            long[] labels = new long[CLASS_SAMPLES];
            Arrays.fill(labels, k);
            try (Scope scope = Scope.open()) {
                Tensor images = bcm.generate(
                        path,
                        CLASS_SAMPLES,
                        seed,
                        Optional.of(bcm.model().device().integers(labels)));
                String description = "Images of the class " + name + ", generated in " + evaluations(path);
                Picture picture = Picture.sheet("class-" + k + ".png", description, images, CLASS_COLUMNS);
                samples.add(new Demonstration.ClassSamples(name, path, picture));
            }
        }
        stages.accept("generated " + CLASS_SAMPLES + " images of each of " + samples.size() + " classes along " + path
                + " (" + path.nfe() + " NFE)");
        return samples;
    }

    static String evaluations(SamplingPath path) {
        return path.nfe() + (path.nfe() == 1 ? " network evaluation" : " network evaluations");
    }

    private boolean hasNullClass() {
        return bcm.model().config().network().nullClass();
    }

    private boolean knowsClasses() {
        return bcm.model().config().network().classes() > 0;
    }

    /** The first image of each class, up to the length of a strip. */
    private Tensor shown(Tensor images) {
        long[] firsts = Arrays.stream(examples.representatives())
                .limit(STRIP)
                .asLongStream()
                .toArray();
        return images.index_select(0, bcm.model().device().integers(firsts));
    }
}
