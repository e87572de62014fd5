package org.bcm4j.spark;

import java.util.Arrays;
import java.util.List;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.bcm4j.model.NoiseScales;
import org.bcm4j.spark.TaskSettings.Columns;
import org.bcm4j.storage.UserException;
import org.bcm4j.walk.Walk;

/**
 * Adds a column that a model makes of each row: an image (the bytes of a PNG file), a noise or features (a vector), or
 * scores (a structure).
 *
 * <pre>{@code
 * Dataset<Row> restored = new BcmTransformer()
 *         .setTask("restore").setModel("/shared/models/fashion-mnist")
 *         .setInputCol("image").setOutputCol("restored")
 *         .transform(images);
 * }</pre>
 *
 * <p>Images in are bytes of any file that bcm reads. They are cropped to the middle square and scaled to the model's
 * size, but for super-resolution. A row that cannot be used gets null and, in the column of problems, one line that says
 * why. Settings that no row can be computed with, such as a walk with other ends than the task's, are refused before the
 * job begins, and those that do not fit the model, such as a walk that it cannot follow, end the job.
 *
 * <p>Each executor loads the model once. The noise of a row depends on the seed and the row's number, or without a
 * column of numbers on the bytes of its image; so results do not depend on partitions, but for the last bits of
 * floating-point numbers, which depend on the size of a batch.
 */
public final class BcmTransformer extends Transformer implements DefaultParamsWritable {
    private static final long serialVersionUID = 1;

    private static final int DEFAULT_BATCH = 64;
    /** Not set. */
    private static final String NONE = "";

    private final String uid;
    private final Param<String> task;
    private final Param<String> model;
    private final Param<String> inputCol;
    private final Param<String> outputCol;
    private final Param<String> problemCol;
    private final Param<String> labelCol;
    private final Param<String> numberCol;
    private final IntParam steps;
    private final Param<String> walk;
    private final LongParam seed;
    private final DoubleParam sigma;
    private final IntParam batchSize;

    public BcmTransformer() {
        this(Identifiable$.MODULE$.randomUID("bcm"));
    }

    /** @param uid names this stage among others, as Spark's reader gives it */
    public BcmTransformer(String uid) {
        this.uid = uid;
        // Params need the uid, so they are made after it.
        task = new Param<>(this, "task", "sample, invert, reconstruct, restore, superres, denoise, features or scores");
        model = new Param<>(
                this,
                "model",
                "a model folder; for features, a folder of a feature network or a file of Inception weights");
        inputCol = new Param<>(this, "inputCol", "column of encoded images; for sample, of noises (optional)");
        outputCol = new Param<>(this, "outputCol", "new column of results");
        problemCol = new Param<>(this, "problemCol", "new column that says why a row has no result");
        labelCol = new Param<>(this, "labelCol", "column of classes, by name or number (optional)");
        numberCol = new Param<>(this, "numberCol", "column of whole numbers that decide each row's noise (optional)");
        steps = new IntParam(this, "steps", "network evaluations, at least 1 (optional)");
        walk = new Param<>(this, "walk", "a walk such as 80 > 1.2 > 0 (optional)");
        seed = new LongParam(this, "seed", "seed of all noise");
        sigma = new DoubleParam(
                this, "sigma", "for denoise: the noise's standard deviation where black is -1, white 1");
        batchSize = new IntParam(this, "batchSize", "rows that are computed together");
        setDefault(outputCol, "result");
        setDefault(problemCol, "problem");
        setDefault(inputCol, NONE);
        setDefault(labelCol, NONE);
        setDefault(numberCol, NONE);
        setDefault(walk, NONE);
        setDefault(steps, 0);
        setDefault(seed, 0L);
        setDefault(sigma, 0.0);
        setDefault(batchSize, DEFAULT_BATCH);
    }

    /** Reads what {@code save} wrote. */
    public static MLReader<BcmTransformer> read() {
        return new DefaultParamsReader<>();
    }

    /** Reads what {@code save} wrote. */
    public static BcmTransformer load(String path) {
        return read().load(path);
    }

    @Override
    public String uid() {
        return uid;
    }

    public Param<String> task() {
        return task;
    }

    public Param<String> model() {
        return model;
    }

    public Param<String> inputCol() {
        return inputCol;
    }

    public Param<String> outputCol() {
        return outputCol;
    }

    public Param<String> problemCol() {
        return problemCol;
    }

    public Param<String> labelCol() {
        return labelCol;
    }

    public Param<String> numberCol() {
        return numberCol;
    }

    public IntParam steps() {
        return steps;
    }

    public Param<String> walk() {
        return walk;
    }

    public LongParam seed() {
        return seed;
    }

    public DoubleParam sigma() {
        return sigma;
    }

    public IntParam batchSize() {
        return batchSize;
    }

    /** Sets what is made: sample, invert, reconstruct, restore, superres, denoise, features or scores. */
    public BcmTransformer setTask(String name) {
        return with(task, name);
    }

    /**
     * Sets the model, as a place that every executor sees or that Spark has sent to them: a model folder; for features,
     * a folder of a feature network or a file of Inception weights.
     */
    public BcmTransformer setModel(String place) {
        return with(model, place);
    }

    /** Sets the column of images, bytes of files. For sample it holds noises, vectors of C·H·W numbers; optional there. */
    public BcmTransformer setInputCol(String column) {
        return with(inputCol, column);
    }

    /** Sets the name of the new column of results; "result" by default. */
    public BcmTransformer setOutputCol(String column) {
        return with(outputCol, column);
    }

    /** Sets the name of the new column that says why a row has no result; "problem" by default. */
    public BcmTransformer setProblemCol(String column) {
        return with(problemCol, column);
    }

    /** Sets the column of the classes, by name or number. Without it sample uses each class in turn, and others none. */
    public BcmTransformer setLabelCol(String column) {
        return with(labelCol, column);
    }

    /** Sets the column of whole numbers that decide each row's noise. Sample from drawn noise needs it. */
    public BcmTransformer setNumberCol(String column) {
        return with(numberCol, column);
    }

    /** Sets the number of network evaluations, at least 1; the task's own number by default. */
    public BcmTransformer setSteps(int count) {
        return with(steps, count);
    }

    /** Sets the walk, such as {@code 80 > 1.2 > 0}. */
    public BcmTransformer setWalk(String text) {
        return with(walk, text);
    }

    /** Sets the seed of all noise; 0 by default. */
    public BcmTransformer setSeed(long value) {
        return with(seed, value);
    }

    /** Sets the standard deviation of the noise that denoise removes, where black is -1 and white 1; in (0.002, 80]. */
    public BcmTransformer setSigma(double deviation) {
        return with(sigma, deviation);
    }

    /** Sets how many rows are computed together; 64 by default. */
    public BcmTransformer setBatchSize(int rows) {
        return with(batchSize, rows);
    }

    private <T> BcmTransformer with(Param<T> param, T value) {
        set(param, value);
        return this;
    }

    /**
     * The rows with two new columns.
     *
     * @throws UserException if a setting is missing or makes no sense
     */
    @Override
    public Dataset<Row> transform(Dataset<?> rows) {
        StructType results = transformSchema(rows.schema());
        StructType given = rows.schema();
        TaskSettings settings = new TaskSettings(
                ImageTask.named(text(task)),
                text(model),
                (Integer) getOrDefault(steps),
                text(walk),
                (Long) getOrDefault(seed),
                (Double) getOrDefault(sigma),
                (Integer) getOrDefault(batchSize),
                new Columns(place(given, inputCol), place(given, labelCol), place(given, numberCol)),
                results);
        return rows.toDF()
                .mapPartitions(
                        (MapPartitionsFunction<Row, Row>) partition -> new ResultRows(settings, partition),
                        Encoders.row(results));
    }

    @Override
    public StructType transformSchema(StructType schema) {
        ImageTask wanted = ImageTask.named(required(task));
        required(model);
        requireNumbers(wanted);
        if (!text(walk).isEmpty()) {
            wanted.requireWalk(Walk.parse(text(walk)), (Double) getOrDefault(sigma));
        }
        boolean hasInput = place(schema, inputCol) != Columns.ABSENT;
        if (!hasInput && wanted != ImageTask.SAMPLE) {
            throw new UserException("inputCol is not set; name the column of images");
        }
        if (!hasInput && place(schema, numberCol) == Columns.ABSENT) {
            throw new UserException("numberCol is not set; name a column of whole numbers, one for each new image");
        }
        if (hasInput) {
            requireType(schema, inputCol, List.of(wanted.inputType()));
        }
        if (place(schema, numberCol) != Columns.ABSENT) {
            requireType(schema, numberCol, List.of(DataTypes.LongType, DataTypes.IntegerType, DataTypes.ShortType));
        }
        if (place(schema, labelCol) != Columns.ABSENT) {
            requireType(
                    schema,
                    labelCol,
                    List.of(DataTypes.StringType, DataTypes.LongType, DataTypes.IntegerType, DataTypes.ShortType));
        }
        if (text(outputCol).equals(text(problemCol))) {
            throw new UserException("outputCol and problemCol are both " + text(outputCol) + "; name two columns");
        }
        for (Param<String> added : List.of(outputCol, problemCol)) {
            if (Arrays.asList(schema.fieldNames()).contains(text(added))) {
                throw new UserException(added.name() + ": there is a column " + text(added) + " already; name another");
            }
        }
        return schema.add(text(outputCol), wanted.resultType(), true).add(text(problemCol), DataTypes.StringType, true);
    }

    private void requireNumbers(ImageTask wanted) {
        if ((Integer) getOrDefault(batchSize) < 1) {
            throw new UserException("batchSize is " + getOrDefault(batchSize) + "; rows in a batch are at least 1");
        }
        if (isSet(steps) && (Integer) getOrDefault(steps) < 1) {
            throw new UserException("steps is " + getOrDefault(steps) + "; set at least 1 network evaluation");
        }
        double deviation = (Double) getOrDefault(sigma);
        if (wanted == ImageTask.DENOISE && !(deviation > NoiseScales.SIGMA_MIN && deviation <= NoiseScales.SIGMA_MAX)) {
            throw new UserException("sigma is " + deviation + "; set the noise's standard deviation, in ("
                    + NoiseScales.SIGMA_MIN + ", " + NoiseScales.SIGMA_MAX + "]");
        }
    }

    private void requireType(StructType schema, Param<String> column, List<DataType> types) {
        DataType type = schema.apply(text(column)).dataType();
        if (!types.contains(type)) {
            throw new UserException(column.name() + ": column " + text(column) + " is of type " + type.simpleString()
                    + "; name one of type " + types.get(0).simpleString());
        }
    }

    private int place(StructType schema, Param<String> column) {
        String name = text(column);
        if (name.isEmpty()) {
            return Columns.ABSENT;
        }
        int place = Arrays.asList(schema.fieldNames()).indexOf(name);
        if (place < 0) {
            throw new UserException(column.name() + ": there is no column " + name + "; columns are "
                    + String.join(", ", schema.fieldNames()));
        }
        return place;
    }

    private String required(Param<String> param) {
        if (!isDefined(param) || text(param).isEmpty()) {
            throw new UserException(param.name() + " is not set; set " + param.doc());
        }
        return text(param);
    }

    private String text(Param<String> param) {
        return getOrDefault(param);
    }

    @Override
    public BcmTransformer copy(ParamMap extra) {
        return defaultCopy(extra);
    }
}
