package org.bcm4j.metrics.inception;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bcm4j.metrics.inception.InceptionLayers.Pooling;
import org.bytedeco.pytorch.Tensor;

/** The blocks of the FID's Inception network, with their class names in pytorch-fid: [B,in,H,W] to [B,out,H',W']. */
public enum InceptionBlock {
    A("FIDInceptionA", "Mixed_5b."),
    B("InceptionB", "Mixed_6a."),
    C("FIDInceptionC", "Mixed_6b."),
    D("InceptionD", "Mixed_7a."),
    E_WITH_AVERAGE("FIDInceptionE_1", "Mixed_7b."),
    E_WITH_MAXIMUM("FIDInceptionE_2", "Mixed_7c.");

    private final String className;
    /** The name prefix of one such block in the network. */
    private final String place;

    InceptionBlock(String className, String place) {
        this.className = className;
        this.place = place;
    }

    /** The block of a pytorch-fid class. */
    public static Optional<InceptionBlock> ofClass(String className) {
        return Arrays.stream(values())
                .filter(block -> block.className.equals(className))
                .findFirst();
    }

    /** The names of the block's parameters, such as {@code branch1x1.conv.weight}. */
    public List<String> parameters() {
        return InceptionShapes.network().slots().keySet().stream()
                .filter(name -> name.startsWith(place))
                .map(name -> name.substring(place.length()))
                .toList();
    }

    /** The output of a stand-alone block, whose parameters have no prefix. */
    public Tensor apply(InceptionLayers layers, Tensor x) {
        return switch (this) {
            case A -> layers.blockA("", x);
            case B -> layers.blockB("", x);
            case C -> layers.blockC("", x);
            case D -> layers.blockD("", x);
            case E_WITH_AVERAGE -> layers.blockE("", x, Pooling.AVERAGE);
            case E_WITH_MAXIMUM -> layers.blockE("", x, Pooling.MAXIMUM);
        };
    }
}
