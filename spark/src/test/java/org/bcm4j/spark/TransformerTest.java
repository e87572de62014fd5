package org.bcm4j.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.assertj.core.data.Percentage;
import org.bcm4j.BcmModel;
import org.bcm4j.ImageRequest;
import org.bcm4j.Images;
import org.bcm4j.Noise;
import org.bcm4j.images.ImageFit;
import org.bcm4j.metrics.noise.NoiseFigures;
import org.bcm4j.metrics.pixels.ReconstructionError;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Scope;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The transformer's results beside those of the library, with Spark in this process. */
@Timeout(300)
class TransformerTest {
    private static final String MODEL =
            Path.of("../models/fashion-mnist").toAbsolutePath().normalize().toString();
    private static final Path EXAMPLES = Path.of(MODEL, "examples");
    private static final StructType SCHEMA = new StructType()
            .add("number", DataTypes.LongType)
            .add("image", DataTypes.BinaryType)
            .add("class", DataTypes.StringType);

    /** A batch's size decides the order of sums. A grey level is 2/255 of this range. */
    private static final double ROUNDING = 1e-3;

    private static SparkSession spark;

    @TempDir
    Path directory;

    @BeforeAll
    static void start() {
        spark = SparkSession.builder()
                .master("local[2]")
                .config("spark.ui.enabled", false)
                .config("spark.sql.shuffle.partitions", 2)
                .getOrCreate();
    }

    @AfterAll
    static void stop() {
        spark.stop();
    }

    private static BcmTransformer task(String name) {
        return new BcmTransformer()
                .setTask(name)
                .setModel(MODEL)
                .setInputCol("image")
                .setNumberCol("number");
    }

    private static Dataset<Row> shirtAndBag() throws IOException {
        return rows(List.of(
                RowFactory.create(7L, Files.readAllBytes(EXAMPLES.resolve("shirt.png")), "Shirt"),
                RowFactory.create(3L, Files.readAllBytes(EXAMPLES.resolve("bag.png")), "Bag")));
    }

    private static Dataset<Row> rows(List<Row> rows) {
        return spark.createDataFrame(rows, SCHEMA);
    }

    private static Images examples() {
        return Images.read(EXAMPLES.resolve("shirt.png"), EXAMPLES.resolve("bag.png"));
    }

    @Test
    void inversionsAreThoseOfTheLibrary() throws IOException {
        List<Row> found = task("invert")
                .setLabelCol("class")
                .setSeed(5)
                .setSteps(2)
                .transform(shirtAndBag().coalesce(1))
                .collectAsList();
        try (BcmModel model = BcmModel.load(Path.of(MODEL))) {
            Noise expected = model.invert(examples())
                    .labels(List.of("Shirt", "Bag"))
                    .seed(5)
                    .numbers(7, 3)
                    .steps(2)
                    .run();
            for (int i = 0; i < 2; i++) {
                double[] noise = found.get(i).<Vector>getAs("result").toArray();
                float[] values = expected.values(i);
                assertThat(noise).hasSize(values.length);
                for (int k = 0; k < values.length; k++) {
                    assertThat(noise[k]).isEqualTo(values[k]);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"reconstruct", "restore", "superres", "denoise"})
    void editsAreThoseOfTheLibrary(String name) throws IOException {
        int side = name.equals("superres") ? 14 : 28;
        byte[] shirt = Images.read(EXAMPLES.resolve("shirt.png"))
                .fitted(ImageFit.CROP, side)
                .png(0);
        Row row = task(name)
                .setSigma(0.3)
                .setLabelCol("class")
                .setSeed(5)
                .transform(rows(List.of(RowFactory.create(7L, shirt, "Shirt"))))
                .collectAsList()
                .get(0);
        assertThat(row.<String>getAs("problem")).isNull();
        try (BcmModel model = BcmModel.load(Path.of(MODEL))) {
            assertThat(row.<byte[]>getAs("result"))
                    .isEqualTo(edited(model, name, decoded(shirt)).png(0));
        }
    }

    private static Images edited(BcmModel model, String name, Images image) {
        return switch (name) {
            case "reconstruct" -> asked(model.reconstruct(image)).run();
            case "restore" -> asked(model.restore(image)).run();
            case "superres" -> asked(model.superResolve(image)).run();
            default -> asked(model.denoise(image, 0.3)).run();
        };
    }

    private static <R extends ImageRequest<R>> R asked(R request) {
        return request.labels(List.of("Shirt")).seed(5).numbers(7);
    }

    /** The noise of a row is that of its number, wherever it is computed. */
    @Test
    void resultsDoNotDependOnPartitionsAndBatches() throws IOException {
        BcmTransformer invert = task("invert").setSeed(5);
        Row together =
                invert.transform(shirtAndBag().coalesce(1)).collectAsList().get(1);
        Row alone = invert.setBatchSize(1)
                .transform(shirtAndBag().repartition(2).filter("number = 3"))
                .collectAsList()
                .get(0);
        double[] first = together.<Vector>getAs("result").toArray();
        double[] second = alone.<Vector>getAs("result").toArray();
        assertThat(IntStream.range(0, first.length)
                        .mapToDouble(i -> Math.abs(first[i] - second[i]))
                        .max()
                        .orElseThrow())
                .isLessThan(ROUNDING);
    }

    @Test
    void imagesComeBackFromTheNoiseThatWasFound() throws IOException {
        Dataset<Row> noises = task("invert")
                .setLabelCol("class")
                .setOutputCol("noise")
                .transform(shirtAndBag())
                .drop("problem");
        List<Row> again = new BcmTransformer()
                .setTask("sample")
                .setModel(MODEL)
                .setInputCol("noise")
                .setLabelCol("class")
                .transform(noises)
                .collectAsList();
        for (Row row : again) {
            assertThat(difference(row.getAs("image"), row.getAs("result"))).isLessThan(0.05);
        }
    }

    /** The mean squared difference of two pictures, of values in [0,1]. */
    private static double difference(byte[] first, byte[] second) throws IOException {
        float[] one = decoded(first).values();
        float[] other = decoded(second).values();
        double sum = 0;
        for (int i = 0; i < one.length; i++) {
            sum += Math.pow((one[i] - other[i]) / 2, 2);
        }
        return sum / one.length;
    }

    private static Images decoded(byte[] png) throws IOException {
        return Images.of(ImageIO.read(new ByteArrayInputStream(png)));
    }

    @Test
    void theTasksOfAnExecutorShareOneModel() throws IOException {
        BcmModel first = ExecutorFiles.model(MODEL);
        task("reconstruct").transform(shirtAndBag().repartition(2)).collectAsList();
        assertThat(ExecutorFiles.model(MODEL)).isSameAs(first);
    }

    @Test
    void newImagesHaveTheClassesInTurn() {
        List<Row> images = new BcmTransformer()
                .setTask("sample")
                .setModel(MODEL)
                .setNumberCol("id")
                .setSteps(1)
                .setSeed(42)
                .transform(spark.range(0, 12, 1, 1).toDF())
                .collectAsList();
        try (BcmModel model = BcmModel.load(Path.of(MODEL))) {
            Images expected = model.sample().count(12).steps(1).seed(42).generate();
            for (int i = 0; i < images.size(); i++) {
                assertThat(images.get(i).<byte[]>getAs("result")).isEqualTo(expected.png(i));
            }
        }
    }

    @Test
    void aRowThatCannotBeUsedIsFlaggedAndNotFatal() throws IOException {
        byte[] shirt = Files.readAllBytes(EXAMPLES.resolve("shirt.png"));
        List<Row> restored = task("restore")
                .setLabelCol("class")
                .transform(rows(List.of(
                                RowFactory.create(0L, new byte[] {1, 2, 3}, "Shirt"),
                                RowFactory.create(1L, null, "Shirt"),
                                RowFactory.create(2L, shirt, "Hat"),
                                RowFactory.create(3L, shirt, "Shirt")))
                        .coalesce(1))
                .collectAsList();
        List<String> problems = new ArrayList<>();
        restored.forEach(row -> problems.add(String.valueOf(row.<String>getAs("problem"))));
        assertThat(problems.get(0)).isEqualTo("the image is not a picture in a known format; export it as PNG");
        assertThat(problems.get(1)).isEqualTo("the row has no image");
        assertThat(problems.get(2)).contains("Hat");
        assertThat(problems.get(3)).isEqualTo("null");
        assertThat(restored.get(2).<byte[]>getAs("result")).isNull();
        assertThat(decoded(restored.get(3).getAs("result")).height()).isEqualTo(28);
    }

    @Test
    void scoresAreThoseOfTheImageAndItsNoise() throws IOException {
        List<Row> rows = task("scores")
                .setSeed(5)
                .transform(rows(List.of(
                                RowFactory.create(7L, Files.readAllBytes(EXAMPLES.resolve("shirt.png")), "Shirt"),
                                RowFactory.create(8L, new byte[] {1, 2, 3}, "Shirt")))
                        .coalesce(1))
                .collectAsList();
        assertThat(rows.get(1).<Row>getAs("result")).isNull();
        assertThat(rows.get(1).<String>getAs("problem")).startsWith("the image is not a picture");
        Row scores = rows.get(0).getAs("result");
        Images shirt = Images.read(EXAMPLES.resolve("shirt.png"));
        try (BcmModel model = BcmModel.load(Path.of(MODEL));
                Scope scope = Scope.open()) {
            NoiseFigures noise =
                    NoiseFigures.of(model.invert(shirt).seed(5).numbers(7).run().tensor(), shirt.tensor());
            Images again = model.reconstruct(shirt).seed(5).numbers(7).run();
            assertThat(scores.<Double>getAs("mse"))
                    .isCloseTo(
                            ReconstructionError.perImage(shirt.tensor(), again.tensor())[0],
                            Percentage.withPercentage(1e-3));
            assertThat(scores.<Double>getAs("noise_autocorrelation")).isEqualTo(noise.largestAutocorrelation());
            assertThat(scores.<Double>getAs("image_correlation")).isEqualTo(noise.imageCorrelation());
        }
    }

    @Test
    void distancesNeedFeatures() {
        StructType schema = new StructType().add("features", SQLDataTypes.VectorType());
        Dataset<Row> none = spark.createDataFrame(List.of(RowFactory.create((Object) null)), schema);
        assertThatThrownBy(() -> FeatureColumns.moments(none, "features"))
                .isInstanceOf(UserException.class)
                .hasMessage("column features: no row has features");
        Dataset<Row> one = spark.createDataFrame(List.of(RowFactory.create(Vectors.dense(1, 2))), schema);
        assertThatThrownBy(() -> FeatureColumns.frechetDistance(one, "features", one, "features"))
                .isInstanceOf(UserException.class)
                .hasMessage("a distance needs at least 2 rows with features in each column");
    }

    @Test
    void settingsThatNoRowCanUseEndTheJob() throws IOException {
        Dataset<Row> images = shirtAndBag();
        assertThatThrownBy(() -> task("paint").transform(images))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith("task \"paint\" is unknown; tasks are sample, invert,");
        assertThatThrownBy(() -> task("invert").setInputCol("picture").transform(images))
                .hasMessageStartingWith("inputCol: there is no column picture; columns are number, image, class");
        assertThatThrownBy(() -> task("invert").setInputCol("class").transform(images))
                .hasMessageContaining("column class is of type string; name one of type binary");
        refused("steps is 0; set at least 1 network evaluation", task("restore").setSteps(0));
        refused("sigma is 0.0; set the noise's standard deviation, in (0.002, 80.0]", task("denoise"));
        refused("sigma is 81.0; set", task("denoise").setSigma(81));
        refused(
                "outputCol and problemCol are both made; name two columns",
                task("restore").setOutputCol("made").setProblemCol("made"));
        refused(
                "labelCol: column image is of type binary; name one of type string",
                task("restore").setLabelCol("image"));
    }

    @ParameterizedTest
    @CsvSource({
        "sample, 0 +0.07 > 80",
        "sample, 80 > 1.2",
        "invert, 80 > 0",
        "invert, 0 +80",
        "reconstruct, 80 > 0",
        "restore, 80 > 0",
        "superres, 6 > 0",
        "denoise, 0.4 > 0",
        "features, 80 > 0",
        "scores, 0 +80"
    })
    void aWalkWithOtherEndsEndsTheJob(String name, String walk) {
        refused(
                "walk: \"" + walk + "\" does not lead where the task " + name + " leads; set another, or none for the"
                        + " task's own",
                task(name).setSigma(0.3).setWalk(walk));
    }

    /** Before any row is read. */
    private static void refused(String message, BcmTransformer transformer) {
        assertThatThrownBy(() -> transformer.transformSchema(SCHEMA))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith(message);
    }

    @Test
    void aPipelineKeepsItsSettings() throws IOException {
        Path saved = directory.resolve("pipeline");
        new Pipeline()
                .setStages(new PipelineStage[] {task("reconstruct").setSeed(9)})
                .fit(shirtAndBag())
                .save(saved.toString());
        BcmTransformer read =
                (BcmTransformer) PipelineModel.load(saved.toString()).stages()[0];
        assertThat(read.getOrDefault(read.task())).isEqualTo("reconstruct");
        assertThat(read.getOrDefault(read.model())).isEqualTo(MODEL);
        assertThat(read.getOrDefault(read.seed())).isEqualTo(9L);
        assertThat(read.transform(shirtAndBag()).filter("result is not null").count())
                .isEqualTo(2);
    }
}
