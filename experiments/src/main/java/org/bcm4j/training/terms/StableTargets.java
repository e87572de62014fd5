package org.bcm4j.training.terms;

import static org.bcm4j.tensor.Ops.cat;
import static org.bcm4j.tensor.Ops.scalar;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.bcm4j.data.LabelledImages;
import org.bcm4j.images.Pixels;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.KeyedRandom;
import org.bcm4j.tensor.Precision;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The mean of the training images that could have produced a noisy image, weighted by their probability:
 *
 * <pre>
 *   E[x | x_t, y] = Σ_i w_i·x_i,   w = softmax_i( −‖x_t − x_i‖² / 2t² )
 * </pre>
 *
 * <p>The sum runs over the image itself and over reference images i of class y, or of any class if the label was
 * dropped. The references are drawn anew for every batch. The mean is the denoiser D of the PF ODE dx/dt = (x −
 * D(x,t))/t (docs/method.md §1). The drawn image is that denoiser plus noise, so the mean has the same expectation and
 * less variance (Xu et al., "Stable Target Field", arXiv 2302.00670).
 */
public final class StableTargets {
    /**
     * Below this noise scale, images of these sizes are never confused with each other: the mean is the image itself.
     */
    private static final double SMALLEST_TIME = 1;

    private final LabelledImages images;
    private final int references;
    private final boolean mirrored;
    private final long seed;
    private final Device device;
    /** The indices of each class's images; the last entry has the indices of all images. */
    private final List<long[]> candidates = new ArrayList<>();

    /**
     * @param images the images from which references are drawn
     * @param references the number of references for each noisy image
     * @param mirrored whether training mirrors half of the images, so that half of the references are mirrored too
     * @param seed seeds the choice of references
     */
    public StableTargets(LabelledImages images, int references, boolean mirrored, long seed, Device device) {
        this.images = images;
        this.references = references;
        this.mirrored = mirrored;
        this.seed = seed;
        this.device = device;
        long[] all = LongStream.range(0, images.size()).toArray();
        long[] labels;
        try (Scope scope = Scope.open()) {
            labels = HostTensors.longs(images.labels(all));
        }
        for (int label = 0; label < images.classNames().size(); label++) {
            int wanted = label;
            candidates.add(
                    Arrays.stream(all).filter(i -> labels[(int) i] == wanted).toArray());
        }
        candidates.add(all);
    }

    /** The batch with the posterior mean at x_{n+1}. All examples of a class share the references of the batch. */
    TrainingBatch stabilized(TrainingBatch drawn, long batch) {
        return new TrainingBatch(
                drawn.images(),
                drawn.noise(),
                drawn.tNext(),
                drawn.t(),
                drawn.u(),
                drawn.labels(),
                drawn.importance(),
                Optional.of(Scope.returning(() -> inFullPrecision(drawn, batch))));
    }

    /** Computed in float32, whatever the step's precision: rounded squares of thousands leave no small difference. */
    private Tensor inFullPrecision(TrainingBatch drawn, long batch) {
        try (Precision.Guard guard = Precision.FP32.on(device)) {
            return of(drawn, batch);
        }
    }

    private Tensor of(TrainingBatch drawn, long batch) {
        Tensor own = drawn.images().flatten(1, -1);
        Tensor noisy = drawn.upper().flatten(1, -1);
        Tensor mean = own.clone();
        membersByClass(drawn).forEach((label, members) -> {
            Tensor index = device.integers(members.stream().mapToLong(i -> i).toArray());
            Tensor itself = own.index_select(0, index);
            Tensor others = references(label, batch);
            Tensor y = noisy.index_select(0, index);
            // −‖y − x‖²/2 without ‖y‖², which all logits share. The image itself comes first.
            Tensor logits = cat(
                            1,
                            y.mul(itself)
                                    .sum(new long[] {1}, true, new ScalarTypeOptional())
                                    .sub(halfSquare(itself).view(-1, 1)),
                            torch.matmul(y, others.t()).sub(halfSquare(others)))
                    .div(drawn.tNext().index_select(0, index).square().view(-1, 1));
            Tensor weights = torch.softmax(logits, 1);
            Tensor ofItself = itself.mul(weights.narrow(1, 0, 1));
            Tensor ofOthers = torch.matmul(weights.narrow(1, 1, others.size(0)), others);
            mean.index_copy_(0, index, ofItself.add(ofOthers));
        });
        return mean.view_as(drawn.images());
    }

    /**
     * The batch members of each label that are noisy enough to be confused with others. The last class is the null
     * class.
     */
    private Map<Integer, List<Integer>> membersByClass(TrainingBatch drawn) {
        double[] t = HostTensors.doubles(drawn.tNext());
        int none = candidates.size() - 1;
        int[] labels = drawn.labels()
                .map(given -> Arrays.stream(HostTensors.longs(given))
                        .mapToInt(label -> (int) label)
                        .toArray())
                .orElseGet(() -> IntStream.generate(() -> none).limit(t.length).toArray());
        Map<Integer, List<Integer>> members = new TreeMap<>();
        for (int i = 0; i < t.length; i++) {
            if (t[i] >= SMALLEST_TIME) {
                members.computeIfAbsent(labels[i], first -> new ArrayList<>()).add(i);
            }
        }
        return members;
    }

    private static Tensor halfSquare(Tensor x) {
        return x.square().sum(1).mul(scalar(0.5));
    }

    private Tensor references(int label, long batch) {
        long[] from = candidates.get(label);
        long[] item = {batch * candidates.size() + label};
        KeyedRandom random = RunStream.REFERENCES.of(seed, item, device);
        long[] chosen = Arrays.stream(random.uniforms(1, references))
                .mapToLong(uniform -> from[(int) (uniform * from.length)])
                .toArray();
        Tensor given = Pixels.toSignal(device.move(images.bytes(chosen)));
        Tensor others = mirrored ? Flips.mirrored(given, random.uniform(1, references)) : given;
        return others.flatten(1, -1);
    }
}
