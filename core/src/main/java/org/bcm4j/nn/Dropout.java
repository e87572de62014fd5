package org.bcm4j.nn;

import static org.bcm4j.tensor.Ops.scalar;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bcm4j.tensor.KeyedRandom;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;

/**
 * The dropout masks of one loss term in a training step. A mask is drawn when the first evaluation of the term reaches
 * its layer. Later evaluations visit the layers in the same order and reuse these masks, because consistency training
 * compares evaluations that must differ only in their inputs (docs/method.md §4). If a later evaluation has more images
 * than the first, the masks repeat from the first image. If it has fewer, only the first masks are used. A mask takes
 * one byte for each number.
 *
 * <p>Masks live until {@link #close}. For one thread.
 */
public final class Dropout implements AutoCloseable {
    private final Optional<KeyedRandom> random;
    private final List<Tensor> masks;
    private int next;

    private Dropout(Optional<KeyedRandom> random, List<Tensor> masks, int next) {
        this.random = random;
        this.masks = masks;
        this.next = next;
    }

    /** No dropout. */
    public static Dropout off() {
        return new Dropout(Optional.empty(), new ArrayList<>(), 0);
    }

    /** Masks for one term, drawn from {@code random} when first needed. */
    public static Dropout drawnFrom(KeyedRandom random) {
        return new Dropout(Optional.of(random), new ArrayList<>(), 0);
    }

    /** The same masks, for another evaluation, which begins with the first. */
    Dropout fromStart() {
        return new Dropout(random, masks, 0);
    }

    /** The same masks, for a repetition of what comes from here on. */
    Dropout fromHere() {
        return new Dropout(random, masks, next);
    }

    /** Zeroes each element of x with the given probability and scales the others so that the mean is unchanged. */
    Tensor apply(Tensor x, double probability) {
        if (random.isEmpty() || probability == 0) {
            return x;
        }
        if (next == masks.size()) {
            masks.add(Scope.own(random.get().atLeast(probability, x.shape())));
        }
        Tensor mask = masks.get(next++);
        Tensor kept = x.mul(x.size(0) == mask.size(0) ? mask : forImages(mask, x.size(0)));
        return kept.mul(scalar(1 / (1 - probability)));
    }

    private static Tensor forImages(Tensor mask, long images) {
        long copies = (images + mask.size(0) - 1) / mask.size(0);
        return mask.repeat(copies, 1, 1, 1).narrow(0, 0, images);
    }

    /** Frees the masks. */
    @Override
    public void close() {
        masks.forEach(Tensor::releaseReference);
        masks.clear();
    }
}
