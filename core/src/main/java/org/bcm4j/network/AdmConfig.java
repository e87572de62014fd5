package org.bcm4j.network;

import static org.bcm4j.config.Requirement.require;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.bcm4j.config.Default;

/**
 * The configuration of an ADM U-Net (docs/method.md §3).
 *
 * @param imageSize height and width of the images
 * @param imageChannels 1 for grey, 3 for colour
 * @param patch factor by which pixels are folded into channels at the entrance and unfolded at the exit; 1 is ADM
 *     itself
 * @param fineWidth channels of the features at full resolution, for a network with {@code patch} above 1. A last
 *     convolution computes the output from these features and the input. With 0, the output of each patch is computed
 *     separately, and the patch borders show as a lattice
 * @param width channels at the first level
 * @param multipliers channels of each level, in units of {@code width}; each level has half the resolution of the one
 *     before
 * @param blocks residual blocks per level on the down path; the up path has one more
 * @param attention resolutions, in folded pixels, at which blocks are followed by attention
 * @param headWidth channels of an attention head
 * @param scaleShiftNorm whether the embedding scales and shifts the second norm of a block instead of being added
 * @param dropout probability of dropping an activation before a block's second convolution, in [0,1)
 * @param dropoutMaxResolution largest resolution, in folded pixels, at which dropout acts
 * @param conditioning how the network receives t and u
 * @param classes number of classes, 0 for a network without labels
 * @param nullClass whether there is one more class, index {@code classes}, that means "no label"
 * @param normalizedAttention whether attention normalises q, k and v; older consistency models do not
 */
public record AdmConfig(
        int imageSize,
        int imageChannels,
        @Default("1") int patch,
        @Default("0") int fineWidth,
        int width,
        List<Integer> multipliers,
        int blocks,
        List<Integer> attention,
        int headWidth,
        @Default("false") boolean scaleShiftNorm,
        @Default("0.0") double dropout,
        @Default("16") int dropoutMaxResolution,
        Conditioning conditioning,
        @Default("0") int classes,
        @Default("false") boolean nullClass,
        @Default("true") boolean normalizedAttention)
        implements NetworkConfig {

    public AdmConfig {
        multipliers = List.copyOf(multipliers);
        attention = List.copyOf(attention);
        boolean positive = imageSize > 0 && imageChannels > 0 && patch > 0 && width > 0 && blocks > 0 && headWidth > 0;
        require(positive, "sizes", "must be positive");
        require(fineWidth >= 0, "fine_width", "must not be negative, is " + fineWidth);
        require(
                fineWidth == 0 || patch > 1,
                "fine_width",
                "needs a patch above 1: the features are at full resolution anyway");
        require(!multipliers.isEmpty(), "multipliers", "must not be empty");
        require(multipliers.stream().allMatch(multiplier -> multiplier > 0), "multipliers", "must be positive");
        require(
                multipliers.size() <= MOST_LEVELS,
                "multipliers",
                "must be at most " + MOST_LEVELS + ", are " + multipliers.size());
        long smallest = (long) patch << (multipliers.size() - 1);
        require(imageSize % smallest == 0, "image_size", "must be divisible by " + smallest + ", is " + imageSize);
        require(width % 2 == 0, "width", "must be even, is " + width);
        require(dropout >= 0 && dropout < 1, "dropout", "must lie in [0,1), is " + dropout);
        require(classes >= 0, "classes", "must not be negative");
        require(!nullClass || classes > 0, "null_class", "needs classes");
        for (int resolution : attention) {
            boolean exists = IntStream.range(0, multipliers.size())
                    .anyMatch(level -> (imageSize / patch) >> level == resolution);
            require(exists, "attention", "at resolution " + resolution + ": no level has it");
        }
        for (int level = 0; level < multipliers.size(); level++) {
            boolean attends = attention.contains((imageSize / patch) >> level);
            int channels = width * multipliers.get(level);
            boolean last = level == multipliers.size() - 1; // the middle always has attention
            require(
                    !(attends || last) || channels % headWidth == 0,
                    "head_width",
                    "must divide the " + channels + " channels of level " + level + ", is " + headWidth);
        }
    }

    @Override
    public AdmUNet build() {
        return new AdmUNet(this);
    }

    @Override
    public String summary() {
        return "ADM U-Net, width " + width + " x " + multipliers + ", blocks " + blocks + ", "
                + conditioning.name().toLowerCase(Locale.ROOT) + " conditioning, " + classes + " classes";
    }

    /** Width of the embedding that the blocks receive: 4·width, doubled for {@link Conditioning#JOINT}. */
    public int embeddingWidth() {
        return (conditioning == Conditioning.JOINT ? 8 : 4) * width;
    }

    /** Rows of the label embedding: the classes, and the null class if there is one. */
    public int labelRows() {
        return classes + (nullClass ? 1 : 0);
    }
}
