package org.bcm4j.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.assertj.core.data.Offset;
import org.assertj.core.data.Percentage;
import org.bcm4j.Images;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.data.ImageSet;
import org.bcm4j.data.LabelledImages;
import org.bcm4j.data.packing.Packing;
import org.bcm4j.data.packing.PackingSettings;
import org.bcm4j.data.sources.PictureSet;
import org.bcm4j.data.sources.PictureSources;
import org.bcm4j.images.ImageFiles;
import org.bcm4j.metrics.Measuring;
import org.bcm4j.metrics.Metric;
import org.bcm4j.metrics.evaluation.InversionQuality;
import org.bcm4j.metrics.inception.InceptionNetwork;
import org.bcm4j.metrics.pixels.ReconstructionError;
import org.bcm4j.metrics.samples.FeatureMoments;
import org.bcm4j.metrics.samples.InceptionEvaluation;
import org.bcm4j.model.TrainedModel;
import org.bcm4j.storage.Checksum;
import org.bcm4j.storage.DirectoryLock;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bcm4j.training.Trainer;
import org.bcm4j.training.TrainingConfig;
import org.bcm4j.walk.Walk;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Work on a cluster of two executor processes, some of which are killed. */
@Timeout(300)
class ClusterTest {
    private static final Path MODELS = Path.of("../models").toAbsolutePath().normalize();
    private static final Path MODEL = MODELS.resolve("fashion-mnist");
    private static final Path FEATURES = MODELS.resolve("fashion-mnist-features");
    /** The Inception network of a sixteenth of its width. */
    private static final Path INCEPTION = Path.of(
                    "../core/src/test/resources/parity/inception_fid/full_scaled/model.safetensors")
            .toAbsolutePath()
            .normalize();

    private static Cluster cluster;

    @TempDir
    static Path directory;

    @BeforeAll
    static void start() throws Exception {
        cluster = Cluster.start();
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static Dataset<Row> samples(int count, int partitions) {
        return new BcmTransformer()
                .setTask("sample")
                .setModel(MODEL.toString())
                .setNumberCol("id")
                .setSteps(1)
                .setBatchSize(8)
                .transform(cluster.session().range(0, count, 1, partitions).toDF());
    }

    @Test
    void anExecutorThatIsKilledLosesNothing() throws Exception {
        int count = 640;
        Map<Long, byte[]> undisturbed = images(samples(count, 16).collectAsList());
        CompletableFuture<List<Row>> disturbed =
                CompletableFuture.supplyAsync(() -> samples(count, 16).collectAsList());
        Thread.sleep(500);
        assertThat(disturbed).isNotDone();
        Cluster.executors().get(0).destroyForcibly();
        Map<Long, byte[]> found = images(disturbed.get());
        assertThat(found.keySet()).hasSize(count).isEqualTo(undisturbed.keySet());
        undisturbed.forEach((number, png) -> assertThat(found.get(number)).isEqualTo(png));
    }

    private static Map<Long, byte[]> images(List<Row> rows) {
        Map<Long, byte[]> images = new TreeMap<>();
        rows.forEach(row -> images.put(row.getAs("id"), row.getAs("result")));
        return images;
    }

    @Test
    void distancesAreThoseOfOneProcess() {
        Dataset<Row> features = new BcmTransformer()
                .setTask("features")
                .setModel(FEATURES.toString())
                .setInputCol("result")
                .setOutputCol("features")
                .setProblemCol("trouble")
                .transform(samples(600, 5))
                .cache();
        List<Row> rows = features.orderBy("id").collectAsList();
        FeatureMoments first = moments(rows.subList(0, 300));
        FeatureMoments second = moments(rows.subList(300, 600));
        FeatureMoments gathered = FeatureColumns.moments(features.filter("id < 300"), "features");
        assertThat(gathered.count()).isEqualTo(300);
        assertThat(gathered.mean()).containsExactly(first.mean(), Offset.offset(1e-12));
        assertThat(gathered.covariance()).containsExactly(first.covariance(), Offset.offset(1e-11)); // of up to 50

        double distributed = FeatureColumns.frechetDistance(
                features.filter("id < 300"), "features", features.filter("id >= 300"), "features");
        double local = first.distanceTo(second);
        assertThat(distributed).isCloseTo(local, Offset.offset(1e-9 * local));
        assertThat(distributed).isGreaterThan(0.1);
    }

    /** Both compute features of as many images at a time: a batch's size decides the order of sums. */
    @Test
    void fidIsThatOfOneProcess() {
        LabelledImages images = noisy(60);
        LabelledImages others = noisy(40);
        double distributed = FeatureColumns.frechetDistance(
                inceptionFeatures(images), "features", inceptionFeatures(others), "features");
        try (Scope scope = Scope.open();
                InceptionNetwork network = InceptionNetwork.open(INCEPTION)) {
            InceptionEvaluation fid = new InceptionEvaluation(network, EnumSet.of(Metric.FID), Optional.empty());
            InceptionEvaluation.Reference reference =
                    fid.reference(Optional.of(ImageSet.of(others, 64)), "others", Measuring.ALONE);
            double local = fid.of(ImageSet.of(images, 64), "images", reference, Measuring.ALONE)
                    .fid()
                    .orElseThrow();
            assertThat(distributed).isCloseTo(local, Offset.offset(1e-9 * local));
            assertThat(local).isPositive();
        }
    }

    /** 64 grey images of 16 x 16 pixels. */
    private static LabelledImages noisy(double deviation) {
        Random random = new Random(1);
        byte[] pixels = new byte[64 * 16 * 16];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) Math.max(0, Math.min(255, 128 + deviation * random.nextGaussian()));
        }
        return new LabelledImages(pixels, new int[64], 1, 16, 16, List.of("noise"));
    }

    private static Dataset<Row> inceptionFeatures(LabelledImages pictures) {
        List<Row> rows = new ArrayList<>();
        try (Scope scope = Scope.open()) {
            for (int i = 0; i < pictures.size(); i++) {
                rows.add(RowFactory.create(Images.ofTensor(pictures.images(i)).png(0)));
            }
        }
        return new BcmTransformer()
                .setTask("features")
                .setModel(INCEPTION.toString())
                .setInputCol("image")
                .setOutputCol("features")
                .setBatchSize(InceptionEvaluation.BATCH)
                .transform(cluster.session()
                        .createDataFrame(
                                cluster.context().parallelize(rows, 2),
                                new StructType().add("image", DataTypes.BinaryType)))
                .cache();
    }

    @Test
    void scoresAreThoseOfOneProcess() {
        String walk = "0 +0.07 > 6 > 80";
        Dataset<Row> samples = samples(20, 2).cache();
        List<Row> scores = new BcmTransformer()
                .setTask("scores")
                .setModel(MODEL.toString())
                .setInputCol("result")
                .setNumberCol("id")
                .setWalk(walk)
                .setOutputCol("scores")
                .setProblemCol("trouble")
                .transform(samples)
                .select("scores.*")
                .collectAsList();
        try (TrainedModel model = TrainedModel.open(MODEL)) {
            LabelledImages images = pictures(samples.orderBy("id").collectAsList(), model);
            InversionQuality.Figures figures = new InversionQuality(model, images, 20, 0, Measuring.ALONE)
                    .of(Walk.parse(walk), InversionQuality.Labels.NULL);
            assertThat(mean(scores, row -> row.getAs("mse")))
                    .isCloseTo(figures.meanSquaredError(), Percentage.withPercentage(0.1));
            assertThat(mean(scores, row -> row.getAs("ssim")))
                    .isCloseTo(figures.structuralSimilarity().orElseThrow(), Percentage.withPercentage(0.1));
            assertThat(mean(scores, row -> row.getAs("noise_mean")))
                    .isCloseTo(figures.noiseMean(), Offset.offset(1e-4));
            double square = mean(
                    scores,
                    row -> Math.pow(row.getAs("noise_standard_deviation"), 2) + Math.pow(row.getAs("noise_mean"), 2));
            assertThat(Math.sqrt(square - Math.pow(figures.noiseMean(), 2)))
                    .isCloseTo(figures.noiseStandardDeviation(), Percentage.withPercentage(0.1));
        }
        assertThat(scores)
                .allSatisfy(row -> assertThat(row.<Double>getAs("psnr"))
                        .isEqualTo(ReconstructionError.peakSignalToNoise(row.getAs("mse"))));
    }

    /** What the model made, without its classes. */
    private static LabelledImages pictures(List<Row> rows, TrainedModel model) {
        ByteBuffer pixels = ByteBuffer.allocate(rows.size() * 28 * 28);
        try (Scope scope = Scope.open()) {
            rows.forEach(row -> pixels.put(HostTensors.bytes(ImageFiles.decode(row.getAs("result"), "a sample"))));
        }
        return new LabelledImages(
                pixels.array(), new int[rows.size()], 1, 28, 28, model.config().classNames());
    }

    private static double mean(List<Row> rows, ToDoubleFunction<Row> figure) {
        return rows.stream().mapToDouble(figure).average().orElseThrow();
    }

    private static FeatureMoments moments(List<Row> rows) {
        double[][] vectors = rows.stream()
                .map(row -> row.<Vector>getAs("features").toArray())
                .toArray(double[][]::new);
        int length = vectors[0].length;
        double[] all = Stream.of(vectors).flatMapToDouble(Arrays::stream).toArray();
        FeatureMoments moments = new FeatureMoments(length);
        try (Scope scope = Scope.open()) {
            moments.add(HostTensors.ofDoubles(all, vectors.length, length));
        }
        return moments;
    }

    @Test
    void aPackedSetHasTheBytesOfOneMachine() throws Exception {
        Path source = Files.createDirectories(directory.resolve("source"));
        for (Row row : samples(60, 2).collectAsList()) {
            Path folder = Files.createDirectories(source.resolve("class-" + row.<Long>getAs("id") % 3));
            Files.write(folder.resolve(row.getAs("id") + ".png"), row.<byte[]>getAs("result"));
        }
        PackingSettings settings = new PackingSettings(16, 7, false);
        Path here = directory.resolve("here");
        try (PictureSet set =
                        PictureSources.open(List.of(source), Optional.empty()).holdingOut(10);
                Packing packing = Packing.open(set, settings, source.toString(), here)) {
            packing.run(1, done -> {});
        }
        Path there = directory.resolve("there");
        new DistributedPacking(List.of(source), Optional.empty(), 10, settings, there).run(cluster.context());
        assertThat(content(there)).isEqualTo(content(here)).hasSize(8 + 2 + 2 + 1);
    }

    /** The lock file stays behind, and is empty. */
    private static boolean isPacked(Path file) {
        return Files.isRegularFile(file) && !file.endsWith(".lock");
    }

    private static Map<String, String> content(Path folder) throws IOException {
        Map<String, String> content = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(ClusterTest::isPacked).toList()) {
                content.put(folder.relativize(file).toString(), Checksum.sha256(file));
            }
        }
        return content;
    }

    /** Rank 0 lives on, and holds the run until it knows. By then, Spark has started the stage again. */
    @Test
    void aRunGoesOnFromItsCheckpointWhenAnExecutorIsKilled() throws Exception {
        cluster.awaitExecutors();
        DistributedTraining disturbed = training("disturbed");
        TrainingConfig config = experiment();
        CompletableFuture<Long> steps = CompletableFuture.supplyAsync(() -> disturbed.start(cluster.context(), config));
        Path run = disturbed.directory();
        while (!Files.exists(run.resolve("model")) && !steps.isDone()) {
            Thread.sleep(20);
        }
        assertThat(steps).isNotDone();
        Cluster.executors().stream()
                .filter(executor -> !DirectoryLock.holder(run).equals(Optional.of(executor)))
                .forEach(ProcessHandle::destroyForcibly);
        assertThat(steps.get()).isEqualTo(150);
        assertThatTheModelIsThatOfAnUndisturbedRun(run);
        try (DirectoryLock lock = DirectoryLock.of(run)) {
            assertThatThrownBy(() -> disturbed.resume(cluster.context())).isInstanceOf(UserException.class);
        }
        assertThat(disturbed.resume(cluster.context())).isEqualTo(150);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theRanksOfACancelledJobSaveAndEnd(boolean interrupting) throws Exception {
        cluster.awaitExecutors();
        DistributedTraining cancelled = training("cancelled-" + interrupting);
        TrainingConfig config =
                experiment("stages.0.steps=1000000", "output.checkpoint_every=1000000", "output.log_every=1");
        CompletableFuture<Long> steps = CompletableFuture.supplyAsync(() -> {
            cluster.context().setJobGroup("training", "training", interrupting);
            return cancelled.start(cluster.context(), config);
        });
        Path run = cancelled.directory();
        Path log = run.resolve("log.jsonl");
        while ((!Files.exists(log) || Files.size(log) == 0) && !steps.isDone()) {
            Thread.sleep(20);
        }
        assertThat(steps).isNotDone();
        cluster.context().cancelJobGroup("training");
        assertThatThrownBy(steps::get).hasMessageContaining("cancelled");
        assertThat(DirectoryLock.holder(run)).isEmpty();
        assertThat(run.resolve("checkpoints")).isNotEmptyDirectory();
    }

    private static DistributedTraining training(String name) {
        return new DistributedTraining(directory.resolve(name), 2, Duration.ofSeconds(10));
    }

    /** The undisturbed run is made once. */
    private static void assertThatTheModelIsThatOfAnUndisturbedRun(Path run) throws IOException {
        DistributedTraining undisturbed = training("undisturbed");
        if (!Trainer.isRun(undisturbed.directory())) {
            assertThat(undisturbed.start(cluster.context(), experiment())).isEqualTo(150);
        }
        assertThat(run.resolve("model/model.safetensors"))
                .hasSameBinaryContentAs(undisturbed.directory().resolve("model/model.safetensors"));
    }

    /** The executor that finds the mistake lives on, and the others do not wait for it. */
    @Test
    @Timeout(120)
    void aMistakeOfTheFirstRankEndsTheJob() throws Exception {
        TrainingConfig config = experiment("network.image_size=16");
        assertThatThrownBy(() -> training("mistaken").start(cluster.context(), config))
                .hasMessageContaining("are 8x8 with 1 channel(s)");
    }

    /**
     * A network of a few weights on sixteen pictures of 8 x 8 pixels.
     *
     * @param settings {@code key=value} changes to its configuration
     */
    private static TrainingConfig experiment(String... settings) throws IOException {
        ByteBuffer images = ByteBuffer.allocate(16 + 16 * 64)
                .putInt(0x803)
                .putInt(16)
                .putInt(8)
                .putInt(8);
        for (int i = 0; images.hasRemaining(); i++) {
            images.put((byte) (i * 37));
        }
        Files.write(directory.resolve("train-images-idx3-ubyte"), images.array());
        Files.write(
                directory.resolve("train-labels-idx1-ubyte"),
                ByteBuffer.allocate(8 + 16).putInt(0x801).putInt(16).array());
        Path file = Files.writeString(directory.resolve("experiment.yaml"), """
                data: {kind: fashion-mnist, directory: %s}
                network: {image_size: 8, image_channels: 1, width: 8, multipliers: [1], blocks: 1, attention: [],
                  head_width: 8, conditioning: joint}
                batch_size: 4
                micro_batches: 1
                lanes: 1
                stages:
                  - steps: 150
                    terms: [{kind: bidirectional-consistency}]
                    curriculum: {kind: doubling, s0: 2, s1: 4}
                device: cpu
                precision: fp32
                output: {log_every: 10, checkpoint_every: 20, samples_every: 1000000}
                """.formatted(directory));
        return ConfigFile.read(file, TrainingConfig.class, List.of(settings));
    }
}
