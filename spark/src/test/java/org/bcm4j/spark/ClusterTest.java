package org.bcm4j.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.assertj.core.data.Offset;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.data.packing.Packing;
import org.bcm4j.data.packing.PackingSettings;
import org.bcm4j.data.sources.PictureSet;
import org.bcm4j.data.sources.PictureSources;
import org.bcm4j.metrics.samples.FeatureMoments;
import org.bcm4j.storage.Checksum;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bcm4j.training.TrainingConfig;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Work on a cluster of two executor processes, some of which are killed. */
@Timeout(300)
class ClusterTest {
    private static final Path MODELS = Path.of("../models").toAbsolutePath().normalize();
    private static final Path MODEL = MODELS.resolve("fashion-mnist");
    private static final Path FEATURES = MODELS.resolve("fashion-mnist-features");

    private static Cluster cluster;

    @TempDir
    Path directory;

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

    @Test
    void aRunGoesOnFromItsCheckpointWhenAnExecutorIsKilled() throws Exception {
        TrainingConfig config = experiment();
        DistributedTraining undisturbed =
                new DistributedTraining(directory.resolve("undisturbed"), 2, Duration.ofSeconds(10));
        assertThat(undisturbed.start(cluster.context(), config)).isEqualTo(300);

        Path run = directory.resolve("disturbed");
        DistributedTraining disturbed = new DistributedTraining(run, 2, Duration.ofSeconds(10));
        CompletableFuture<Long> steps = CompletableFuture.supplyAsync(() -> disturbed.start(cluster.context(), config));
        while (!Files.exists(run.resolve("model")) && !steps.isDone()) {
            Thread.sleep(20);
        }
        assertThat(steps).isNotDone();
        Cluster.executors().get(1).destroyForcibly();
        assertThat(steps.get()).isEqualTo(300);
        assertThat(run.resolve("model/model.safetensors"))
                .hasSameBinaryContentAs(directory.resolve("undisturbed/model/model.safetensors"));
    }

    /** The executor that finds the mistake lives on, and the others do not wait for it. */
    @Test
    @Timeout(120)
    void aMistakeOfTheFirstRankEndsTheJob() throws Exception {
        TrainingConfig config = experiment("network.image_size=16");
        DistributedTraining training =
                new DistributedTraining(directory.resolve("mistaken"), 2, Duration.ofSeconds(10));
        assertThatThrownBy(() -> training.start(cluster.context(), config))
                .hasMessageContaining("are 8x8 with 1 channel(s)");
    }

    /**
     * A network of a few weights on sixteen pictures of 8 x 8 pixels.
     *
     * @param settings {@code key=value} changes to its configuration
     */
    private TrainingConfig experiment(String... settings) throws IOException {
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
                  - steps: 300
                    terms: [{kind: bidirectional-consistency}]
                    curriculum: {kind: doubling, s0: 2, s1: 4}
                device: cpu
                precision: fp32
                output: {log_every: 10, checkpoint_every: 20, samples_every: 1000000}
                """.formatted(directory));
        return ConfigFile.read(file, TrainingConfig.class, List.of(settings));
    }
}
