package org.bcm4j.reproduction;

import de.javagl.tsne.Tsne;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.bcm4j.data.LabelledImages;
import org.bcm4j.model.TrainedModel;
import org.bcm4j.reproduction.TunedWalks.Kind;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bcm4j.walk.ImageNoise;
import org.bcm4j.walk.Walk;
import org.bytedeco.pytorch.Tensor;

/**
 * Whether inverted noises cluster by the initial noise of their inversions, or by class (Fig. 15). The result is a
 * t-SNE of the noises, and the share of noises whose nearest neighbour, in their own space, is of the same kind.
 *
 * @param images test images for each of the initial noises
 */
public record NoiseEmbedding(int images) implements Stage<NoiseEmbedding.Result> {
    private static final int INITIAL_NOISES = 5;
    private static final int NFE = 2;
    private static final double PERPLEXITY = 30;
    private static final int ITERATIONS = 1000;
    private static final int SEED = 0;

    /**
     * An image's noise in the plane.
     *
     * @param initialNoise the number of the initial noise of its inversion
     * @param label its class
     */
    public record Point(double x, double y, int initialNoise, int label) {}

    /**
     * The embedding of all noises.
     *
     * @param sameInitialNoise share, in [0,1], of the noises whose nearest neighbour has the same initial noise
     * @param sameInitialNoiseByChance the expected share if neighbours were random
     * @param sameLabel share of the noises whose nearest neighbour has the same class
     * @param sameLabelByChance the expected share if neighbours were random
     */
    public record Result(
            Provenance provenance,
            String walk,
            List<Point> points,
            double sameInitialNoise,
            double sameInitialNoiseByChance,
            double sameLabel,
            double sameLabelByChance)
            implements StageResult {}

    @Override
    public String name() {
        return "noise-embedding";
    }

    @Override
    public Set<Run> runs() {
        return EnumSet.of(Run.BCM);
    }

    @Override
    public double evaluations() {
        return (double) INITIAL_NOISES * images * NFE;
    }

    @Override
    public Class<Result> resultType() {
        return Result.class;
    }

    @Override
    public Result measure(Bench bench, Provenance provenance) {
        Walk walk = bench.walks().of(Kind.INVERSION, NFE);
        List<double[]> noises = new ArrayList<>();
        List<Integer> labels = new ArrayList<>();
        try (TrainedModel bcm = bench.open(Run.BCM)) {
            for (int i = 0; i < INITIAL_NOISES; i++) {
                LabelledImages pictures = bench.testImages(i, images);
                try (Scope scope = Scope.open()) {
                    Tensor shared = ImageNoise.from(SEED, i, bench.device()).start(bcm.shape(1));
                    Tensor found = bench.noises(bcm, walk, pictures, first -> shared::expand);
                    noises.addAll(rows(found));
                    long[] all = LongStream.range(0, images).toArray();
                    LongStream.of(HostTensors.longs(pictures.labels(all)))
                            .forEach(label -> labels.add(Math.toIntExact(label)));
                }
            }
        }
        double[][] space = noises.toArray(double[][]::new);
        double[][] plane = embedded(space);
        List<Point> points = IntStream.range(0, space.length)
                .mapToObj(i -> new Point(rounded(plane[i][0]), rounded(plane[i][1]), i / images, labels.get(i)))
                .toList();
        int[] nearest = nearest(space);
        return new Result(
                provenance,
                walk.toString(),
                points,
                share(space.length, i -> i / images == nearest[i] / images),
                (images - 1.0) / (space.length - 1),
                share(space.length, i -> labels.get(i).equals(labels.get(nearest[i]))),
                byChance(labels));
    }

    private static List<double[]> rows(Tensor noises) {
        double[] values = HostTensors.doubles(noises);
        int length = Math.toIntExact(noises.numel() / noises.size(0));
        return IntStream.range(0, values.length / length)
                .mapToObj(i -> Arrays.copyOfRange(values, i * length, (i + 1) * length))
                .toList();
    }

    /** The t-SNE in two dimensions. The library's preceding principal component analysis is turned off. */
    static double[][] embedded(double[][] space) {
        Tsne tsne = new Tsne();
        tsne.setOutputDims(2);
        tsne.setInitialDims(0);
        // The library requires three neighbours for each unit of perplexity.
        tsne.setPerplexity(Math.min(PERPLEXITY, (space.length - 1) / 3.0 - 1));
        tsne.setMaxIterations(ITERATIONS);
        tsne.setRandomSeed(SEED);
        tsne.setMessageConsumer(message -> {}); // without this, it prints
        return tsne.run(space);
    }

    /** For each point, the index of the nearest other point. */
    static int[] nearest(double[]... space) {
        return IntStream.range(0, space.length)
                .map(i -> IntStream.range(0, space.length)
                        .filter(j -> j != i)
                        .boxed()
                        .min((a, b) -> Double.compare(square(space[i], space[a]), square(space[i], space[b])))
                        .orElseThrow())
                .toArray();
    }

    private static double square(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        }
        return sum;
    }

    private static double share(int count, IntPredicate is) {
        return (double) IntStream.range(0, count).filter(is).count() / count;
    }

    /** The probability that two random noises have the same class. */
    private static double byChance(List<Integer> labels) {
        double pairs = labels.stream()
                .mapToDouble(label -> labels.stream().filter(label::equals).count() - 1)
                .sum();
        return pairs / (labels.size() * (labels.size() - 1.0));
    }

    private static double rounded(double value) {
        return Math.round(value * 1000) / 1000.0;
    }
}
