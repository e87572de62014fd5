package org.bcm4j.interop;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.bcm4j.network.AdmConfig;
import org.bcm4j.network.Conditioning;
import org.bcm4j.storage.UserException;
import org.bytedeco.pytorch.Tensor;

/**
 * The shape of an ADM U-Net, derived from its weights. The weights do not show the size of the images and the width of
 * the attention heads.
 *
 * @param tensors by the names of the published BCM code
 * @param source where the tensors came from, for the error message
 */
record AdmShape(Map<String, Tensor> tensors, String source) {
    private static final String ENTRANCE = "input_blocks.0.0.weight";

    /** Whether these are the weights of an ADM U-Net. */
    boolean isAdm() {
        return tensors.containsKey(ENTRANCE) && tensors.containsKey("time_embed.0.weight");
    }

    /**
     * The network with these weights.
     *
     * @param normalizedAttention whether attention normalises q, k and v, which the weights do not show
     * @throws UserException if they are not the weights of an ADM U-Net
     */
    AdmConfig config(int imageSize, int headWidth, boolean normalizedAttention) {
        if (!isAdm()) {
            throw new UserException(source + ": holds no ADM U-Net (" + ENTRANCE + " is missing)");
        }
        int width = size(ENTRANCE, 0);
        int ups = count("output_blocks.");
        if (ups == 0) {
            throw new UserException(
                    source + ": holds no ADM U-Net (it has no output_blocks, as a classifier has none)");
        }
        int blocks = blocksOnTheWayDown(ups);
        int levels = ups / (blocks + 1);
        List<Integer> multipliers = new ArrayList<>();
        List<Integer> attention = new ArrayList<>();
        for (int level = 0; level < levels; level++) {
            int first = 1 + level * (blocks + 1);
            int channels = size("input_blocks." + first + ".0.out_layers.3.weight", 0);
            multipliers.add(channels / width);
            if (tensors.containsKey("input_blocks." + first + ".1.qkv.weight")) {
                attention.add(imageSize >> level);
            }
        }
        int embedded = size("input_blocks.1.0.emb_layers.1.weight", 0);
        int labels = tensors.containsKey("label_emb.weight") ? size("label_emb.weight", 0) : 0;
        try {
            return new AdmConfig(
                    imageSize,
                    size(ENTRANCE, 1),
                    1,
                    0,
                    width,
                    multipliers,
                    blocks,
                    attention,
                    headWidth,
                    embedded == 2 * width * multipliers.get(0),
                    0,
                    imageSize,
                    conditioning(width),
                    labels,
                    false,
                    normalizedAttention);
        } catch (IllegalArgumentException e) {
            throw new UserException(source + ": is not a valid ADM U-Net: " + e.getMessage(), e);
        }
    }

    /**
     * The number of blocks per level on the path down. On the path up, the last block of each level, except at full
     * resolution, has a second residual block, which doubles the resolution.
     */
    private int blocksOnTheWayDown(int ups) {
        return IntStream.range(0, ups)
                .filter(i -> IntStream.rangeClosed(1, 2)
                        .anyMatch(j -> tensors.containsKey("output_blocks." + i + "." + j + ".in_layers.2.weight")))
                .findFirst()
                .orElse(ups - 1);
    }

    private Conditioning conditioning(int width) {
        if (tensors.containsKey("time_embed_align.weight")) {
            return Conditioning.ALIGNED;
        }
        return size("time_embed.0.weight", 1) == width ? Conditioning.TIME : Conditioning.JOINT;
    }

    private int count(String prefix) {
        return 1
                + tensors.keySet().stream()
                        .filter(name -> name.startsWith(prefix))
                        .map(name -> name.substring(prefix.length(), name.indexOf('.', prefix.length())))
                        .mapToInt(AdmShape::index)
                        .max()
                        .orElse(-1);
    }

    private static int index(String text) {
        return text.matches("\\d{1,4}") ? Integer.parseInt(text) : -1;
    }

    private int size(String name, int dimension) {
        Tensor tensor = tensors.get(name);
        if (tensor == null || tensor.dim() <= dimension) {
            throw new UserException(
                    source + ": " + name + " is missing or has too few dimensions; this is not an ADM U-Net");
        }
        return Math.toIntExact(tensor.size(dimension));
    }
}
