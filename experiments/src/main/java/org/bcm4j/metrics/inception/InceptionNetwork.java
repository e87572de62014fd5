package org.bcm4j.metrics.inception;

import static org.bcm4j.tensor.Ops.scalar;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.bcm4j.checkpoint.Checkpoint;
import org.bcm4j.storage.Checksum;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Initialization;
import org.bcm4j.tensor.NoGradients;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.WeightLayout;
import org.bcm4j.tensor.Weights;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The network that defines the FID and the Inception Score. The user supplies its weights: pytorch-fid's file of the
 * network of 2015-12-05. Computes in float32. Not for concurrent use.
 */
public final class InceptionNetwork implements AutoCloseable {
    /** Height and width of the resized images. */
    private static final long SIDE = 299;

    /** The file holds the bias of the class scores, which no published measure uses. */
    private static final String UNUSED = "fc.bias";

    private static final String REMEDY =
            "; name pytorch-fid's weights of the Inception network (pt_inception-2015-12-05)";

    private final InceptionLayers layers;
    private final Weights weights;
    private final String sha256;

    private InceptionNetwork(Weights weights, String sha256) {
        this.layers = new InceptionLayers(weights);
        this.weights = weights;
        this.sha256 = sha256;
    }

    /**
     * Opens a file of weights in PyTorch's format or safetensors.
     *
     * @throws UserException if the file cannot be read, or holds other weights
     */
    public static InceptionNetwork open(Path file) {
        try (Scope scope = Scope.open()) {
            return of(Checkpoint.read(file).tensors(), file.toString(), Checksum.sha256(file));
        }
    }

    /** The network with the given weights, which are copied. */
    static InceptionNetwork of(Map<String, Tensor> tensors, String source, String sha256) {
        Map<String, Tensor> floats = new LinkedHashMap<>();
        WeightLayout.Builder layout = new WeightLayout.Builder();
        tensors.forEach((name, tensor) -> {
            // Batch norms also store integer counts of their batches, which are not needed.
            if (tensor.is_floating_point()) {
                floats.put(name, tensor.to(ScalarType.Float));
                layout.declare(name, Initialization.ZERO, tensor.shape());
            }
        });
        Set<String> needed = InceptionShapes.network().slots().keySet();
        for (String name : needed) {
            if (!floats.containsKey(name)) {
                throw new UserException(source + ": lacks " + name + REMEDY);
            }
        }
        // Other Inception networks of the same layers, such as torchvision's, have more of them.
        for (String name : floats.keySet()) {
            if (!needed.contains(name) && !name.equals(UNUSED)) {
                throw new UserException(
                        source + ": holds " + name + ", which the FID's network does not have" + REMEDY);
            }
        }
        Weights weights = Weights.zeros(layout.build(), Device.CPU);
        weights.load(floats, source);
        return new InceptionNetwork(weights, sha256);
    }

    /** SHA-256 of the weights file, in hexadecimal. */
    public String sha256() {
        return sha256;
    }

    /** Length of a feature vector: 2048. */
    public int dimension() {
        return Math.toIntExact(weights.get("fc.weight").size(1));
    }

    /**
     * The features of images, which are resized to 299×299 without smoothing, as pytorch-fid does.
     *
     * @param images uint8 [B,C,H,W], or floating point in [0,1]; C is 3, or 1 for grey
     * @return features [B,2048], in the caller's scope
     */
    public Tensor features(Tensor images) {
        long[] shape = images.shape();
        if (shape.length != 4 || (shape[1] != 1 && shape[1] != 3)) {
            throw new IllegalArgumentException("images are [B,1 or 3,H,W], not " + Arrays.toString(shape));
        }
        return Scope.returning(() -> {
            try (NoGradients guard = new NoGradients()) {
                return layers.features(centred(resized(images)));
            }
        });
    }

    /**
     * Resizes images as {@link #features} takes them, [B,1 or 3,H,W], to float32 [B,3,299,299] in [0,1].
     * {@link #centred} then gives the network's range.
     */
    public static Tensor resized(Tensor images) {
        Tensor unit = images.is_floating_point()
                ? images.to(ScalarType.Float)
                : images.to(ScalarType.Float).div(scalar(255.0));
        Tensor colour = unit.expand(unit.size(0), 3, unit.size(2), unit.size(3));
        return torch.upsample_bilinear2d(colour, new long[] {SIDE, SIDE}, false);
    }

    /** From [0,1] to the network's range, [-1,1]. */
    public static Tensor centred(Tensor images) {
        return images.mul(scalar(2.0)).sub(scalar(1.0));
    }

    /**
     * Probabilities of the 1,008 classes, [B,1008], from features. The class scores have no bias, as in published
     * evaluations.
     */
    public Tensor probabilities(Tensor features) {
        return Scope.returning(() -> {
            try (NoGradients guard = new NoGradients()) {
                return layers.scores(features).softmax(1);
            }
        });
    }

    @Override
    public void close() {
        weights.close();
    }
}
