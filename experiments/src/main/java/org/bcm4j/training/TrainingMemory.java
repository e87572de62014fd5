package org.bcm4j.training;

import java.util.Locale;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Precision;

/**
 * The memory that a step without activation checkpointing takes in one process, estimated before the first step.
 *
 * @param state bytes of weights, gradients, average and moments
 * @param perImage bytes for each image that passes through the network at once
 * @param images this process's images of a batch
 * @param microBatches the parts of the batch, one after another
 * @param lanes the parts of a micro-batch, side by side
 */
record TrainingMemory(double state, double perImage, int images, int microBatches, int lanes) {
    private static final double GB = 1e9;

    static TrainingMemory of(TrainingConfig config, Device device, Precision precision, int ranks) {
        TrainingEstimate estimate = TrainingEstimate.of(config, device, ranks);
        // Most outputs are in half precision then, but not all: not those of norms, and of discriminators.
        double size = precision.isOfHalfSize() ? 0.5 : 1;
        return new TrainingMemory(
                estimate.stateBytes(),
                size * estimate.activationBytes(),
                config.batchSize() / ranks,
                config.microBatches(),
                config.sideBySide(device, ranks).parts());
    }

    private double bytes(int parts) {
        return state + perImage * images / parts;
    }

    /**
     * Refuses a step that does not fit, which the operating system would otherwise end without a word.
     *
     * @param memory bytes of the machine or container
     * @param ranks the number of ranks that share it
     * @throws UserException saying what to change
     */
    void require(long memory, int ranks) {
        double own = (double) memory / ranks;
        if (bytes(microBatches) <= own) {
            return;
        }
        OptionalInt enough = IntStream.rangeClosed(microBatches + 1, images / lanes)
                .filter(parts -> images % (parts * lanes) == 0 && bytes(parts) <= own)
                .findFirst();
        throw new UserException("a step takes about " + gigabytes(bytes(microBatches))
                + " of memory" + (ranks == 1 ? "" : " in each of " + ranks + " ranks") + ", and this machine has "
                + gigabytes(memory) + "; "
                + (enough.isPresent()
                        ? "set micro_batches=" + enough.getAsInt() + ", with which it takes about "
                                + gigabytes(bytes(enough.getAsInt()))
                        : "even the smallest parts take about " + gigabytes(bytes(images / lanes))
                                + ", so set activation_checkpointing=true as well, or use a smaller network"));
    }

    private static String gigabytes(double bytes) {
        return String.format(Locale.ROOT, "%.1f GB", bytes / GB);
    }
}
