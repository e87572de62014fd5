package org.bcm4j.training.terms;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.NoGradients;
import org.bcm4j.tensor.WeightLayout;
import org.bcm4j.tensor.Weights;

/**
 * A copy of the averaged weights from the beginning of the first stage in a row that has the term, and the trajectories
 * last solved with it. Those are a function of the weights and of a batch, so a checkpoint does not hold them.
 */
final class Teacher implements TermState {
    private static final String NAME = "teacher";

    private final Weights weights;
    /** By the number of the part. A part belongs to one thread at a time. */
    private final Map<Integer, Solved> solved = new ConcurrentHashMap<>();

    /** Trajectories and the batch of their examples. */
    private record Solved(long batch, Trajectories trajectories) {}

    Teacher(WeightLayout layout, Device device) {
        weights = Weights.zeros(layout, device);
    }

    Weights weights() {
        return weights;
    }

    /**
     * The trajectories of a place. They are kept until the same part asks for those of another batch.
     *
     * @param solver solves them if they are not kept
     */
    Trajectories trajectories(TermInputs.Place place, Supplier<Trajectories> solver) {
        Solved last = solved.get(place.part());
        if (last != null && last.batch() == place.batch()) {
            return last.trajectories();
        }
        Trajectories trajectories = solver.get();
        trajectories.own();
        solved.put(place.part(), new Solved(place.batch(), trajectories));
        if (last != null) {
            last.trajectories().release();
        }
        return trajectories;
    }

    private void forget() {
        solved.values().forEach(each -> each.trajectories().release());
        solved.clear();
    }

    @Override
    public Map<String, Weights> buffers() {
        return Map.of(NAME, weights);
    }

    @Override
    public void begin(Weights average) {
        forget();
        try (NoGradients guard = new NoGradients()) {
            weights.flat().copy_(average.flat());
        }
    }

    @Override
    public void close() {
        forget();
        weights.close();
    }
}
