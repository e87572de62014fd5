package org.bcm4j.training;

import static org.bcm4j.tensor.Ops.cat;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.NoGradients;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.WeightLayout;
import org.bcm4j.tensor.Weights;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The starting point of bidirectional fine-tuning (docs/method.md §2, "BCF"): a trained consistency model whose network
 * gets a second time input. Every weight is copied. The perceptron that embeds t is copied again for u. The projection
 * of the two embeddings is [I, 0]. So the network's raw output is unchanged, bit for bit and for every u, until
 * training makes the two perceptrons differ. f itself changes by the difference in c_skip of the two
 * {@link org.bcm4j.model.ModelKind}s.
 */
public final class BidirectionalInitialization {
    /** The layers that project the two embeddings to one, in ADM's networks and in NCSN++'s. */
    private static final Set<String> PROJECTIONS = Set.of("time_embed_align.weight", "map_align.weight");

    /** Marks the names of layers that embed u rather than t. */
    private static final String END = "_end.";

    private BidirectionalInitialization() {}

    /**
     * The weights to start from. The caller closes them.
     *
     * @param consistency the consistency model's weights, those of a network with
     *     {@link org.bcm4j.network.Conditioning#TIME}
     * @param source where the weights came from, for the error message
     * @param bidirectional the layout of the same network with {@link org.bcm4j.network.Conditioning#ALIGNED}
     * @param device the device of the new weights
     * @throws UserException unless the two networks differ in exactly this conditioning
     */
    public static Weights from(Weights consistency, String source, WeightLayout bidirectional, Device device) {
        if (!aligns(bidirectional) || aligns(consistency.layout())) {
            throw new UserException(source + ": fine-tuning starts from a network with conditioning: time and"
                    + " trains one with conditioning: aligned; set these");
        }
        try (Scope scope = Scope.open();
                NoGradients noGrad = new NoGradients()) {
            return Weights.loaded(bidirectional, withSecondTime(consistency, bidirectional), source, device);
        }
    }

    private static boolean aligns(WeightLayout layout) {
        return layout.slots().keySet().stream().anyMatch(PROJECTIONS::contains);
    }

    private static Map<String, Tensor> withSecondTime(Weights consistency, WeightLayout bidirectional) {
        Map<String, Tensor> tensors = new LinkedHashMap<>(consistency.views());
        bidirectional.slots().forEach((name, slot) -> {
            String first = name.replace(END, ".");
            if (PROJECTIONS.contains(name)) {
                tensors.put(name, startOnly(slot.dimensions()[0]));
            } else if (!first.equals(name) && tensors.containsKey(first)) {
                tensors.put(name, consistency.get(first));
            }
        });
        return tensors;
    }

    /** [I, 0]: selects the first of two embeddings of the given width. */
    private static Tensor startOnly(long width) {
        return cat(1, torch.eye(width), torch.zeros(width, width));
    }
}
