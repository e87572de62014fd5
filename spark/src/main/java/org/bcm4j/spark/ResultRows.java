package org.bcm4j.spark;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.bcm4j.Images;
import org.bcm4j.images.ImageFiles;
import org.bcm4j.images.Pixels;
import org.bcm4j.spark.TaskSettings.Columns;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Scope;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a partition in their order, each with its result and its problem, one of which is null. Results are
 * computed batch by batch. A row that is of no use gets a problem and ends nothing.
 */
final class ResultRows implements Iterator<Row> {
    private final TaskSettings settings;
    private final Iterator<Row> rows;
    private final BatchTask task;
    private final Deque<Row> ready = new ArrayDeque<>();

    ResultRows(TaskSettings settings, Iterator<Row> rows) {
        this.settings = settings;
        this.rows = rows;
        this.task = settings.task() == ImageTask.FEATURES ? new FeatureTask(settings) : new ModelTask(settings);
    }

    @Override
    public boolean hasNext() {
        return !ready.isEmpty() || rows.hasNext();
    }

    @Override
    public Row next() {
        if (ready.isEmpty()) {
            List<Row> batch = new ArrayList<>();
            while (rows.hasNext() && batch.size() < settings.batchSize()) {
                batch.add(rows.next());
            }
            ready.addAll(new Batch(batch).results());
        }
        return ready.remove();
    }

    /** Rows that are computed together, as far as their shapes let them. */
    private final class Batch {
        private final List<Row> batch;
        private final @Nullable Object[] made;
        private final @Nullable String[] problems;

        Batch(List<Row> batch) {
            this.batch = batch;
            made = new Object[batch.size()];
            problems = new String[batch.size()];
        }

        List<Row> results() {
            Map<RowInput.Shape, List<RowInput>> inputs = new LinkedHashMap<>();
            for (int place = 0; place < batch.size(); place++) {
                try {
                    RowInput input = input(place, batch.get(place));
                    inputs.computeIfAbsent(input.shape(), shape -> new ArrayList<>())
                            .add(input);
                } catch (UserException | IllegalArgumentException e) {
                    problems[place] = e.getMessage();
                }
            }
            inputs.values().forEach(this::compute);
            List<Row> results = new ArrayList<>();
            for (int place = 0; place < batch.size(); place++) {
                results.add(with(batch.get(place), made[place], problems[place]));
            }
            return results;
        }

        /** Where the inputs do not fit together, finds out which one does not fit. */
        private void compute(List<RowInput> inputs) {
            try {
                List<Object> results = task.results(inputs);
                for (int i = 0; i < inputs.size(); i++) {
                    made[inputs.get(i).place()] = results.get(i);
                }
            } catch (IllegalArgumentException e) {
                if (inputs.size() == 1) {
                    problems[inputs.get(0).place()] = e.getMessage();
                } else {
                    inputs.forEach(input -> compute(List.of(input)));
                }
            }
        }
    }

    private static Row with(Row row, @Nullable Object result, @Nullable String problem) {
        Object[] values = new Object[row.size() + 2];
        for (int i = 0; i < row.size(); i++) {
            values[i] = row.get(i);
        }
        values[row.size()] = result;
        values[row.size() + 1] = problem;
        return RowFactory.create(values);
    }

    private RowInput input(int place, Row row) {
        Columns columns = settings.columns();
        String label = "";
        if (columns.label() != Columns.ABSENT) {
            label = value(row, columns.label(), "class").toString();
            task.requireLabel(label);
        }
        if (columns.input() == Columns.ABSENT) {
            return new RowInput(place, number(row, new byte[0]), label, new float[0], 0, 0, 0);
        }
        if (settings.task() == ImageTask.SAMPLE) {
            float[] noise = floats(((Vector) value(row, columns.input(), "noise")).toArray());
            return new RowInput(place, number(row, bytes(noise)), label, noise, 0, noise.length, 1);
        }
        byte[] encoded = (byte[]) value(row, columns.input(), "image");
        Images image = task.prepared(decoded(encoded));
        return new RowInput(
                place, number(row, encoded), label, image.values(), image.channels(), image.height(), image.width());
    }

    private static byte[] bytes(float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES);
        bytes.asFloatBuffer().put(values);
        return bytes.array();
    }

    /** Without a number of its own, an image has one of its content: the noise does not depend on the partitions. */
    private long number(Row row, byte[] encoded) {
        if (settings.columns().number() != Columns.ABSENT) {
            return ((Number) value(row, settings.columns().number(), "number")).longValue();
        }
        try {
            return ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(encoded))
                    .getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static Object value(Row row, int column, String what) {
        if (row.isNullAt(column)) {
            throw new IllegalArgumentException("the row has no " + what);
        }
        return row.get(column);
    }

    private static Images decoded(byte[] encoded) {
        try (Scope scope = Scope.open()) {
            return Images.ofTensor(
                    Pixels.toSignal(ImageFiles.decode(encoded, "the image").unsqueeze(0)));
        }
    }

    private static float[] floats(double[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }
}
