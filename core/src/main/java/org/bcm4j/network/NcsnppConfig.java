package org.bcm4j.network;

import static org.bcm4j.config.Requirement.require;

import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.bcm4j.config.Default;
import org.bcm4j.nn.FirResampling;
import org.bcm4j.nn.FourierFeatures;
import org.bcm4j.nn.PositionalFeatures;
import org.bcm4j.nn.ScaleFeatures;

/**
 * The configuration of an NCSN++ or DDPM++ U-Net (docs/method.md §3). The defaults are NCSN++'s. DDPM++ has positional
 * features, the standard encoder and the filter 1, 1.
 *
 * @param imageSize height and width of the images
 * @param imageChannels 1 for grey, 3 for colour
 * @param width channels at the entrance, a multiple of 4; a multiple of 32 if any block has more than 128 input
 *     channels
 * @param multipliers channels of each level, in units of {@code width}; each level has half the resolution of the one
 *     before
 * @param blocks residual blocks per level on the down path; the up path has one more
 * @param attention resolutions at which blocks are followed by attention: all blocks on the down path, the last one on
 *     the up path. The middle always has attention
 * @param features the network's features of a noise scale
 * @param encoder how the image itself enters lower resolutions
 * @param decoder how the output is computed
 * @param filter taps of the filter that halves and doubles resolutions: 1, 3, 3, 1, or 1, 1
 * @param embeddingMultiplier width of the embedding that the blocks receive, in units of {@code width}; doubled for
 *     {@link Conditioning#JOINT}
 * @param dropout probability of dropping an activation before a block's second convolution, in [0,1)
 * @param conditioning how the network receives t and u
 * @param classes number of classes, 0 for a network without labels
 * @param nullClass whether there is one more class, index {@code classes}, that means "no label"
 */
public record NcsnppConfig(
        int imageSize,
        int imageChannels,
        int width,
        List<Integer> multipliers,
        int blocks,
        List<Integer> attention,
        Features features,
        @Default("residual") Encoder encoder,
        @Default("standard") Decoder decoder,
        @Default("[1, 3, 3, 1]") List<Integer> filter,
        @Default("4") int embeddingMultiplier,
        @Default("0.0") double dropout,
        Conditioning conditioning,
        @Default("0") int classes,
        @Default("false") boolean nullClass)
        implements NetworkConfig {

    /** The network's features of a noise scale t: sines and cosines of multiples of ¼·ln t. */
    public sealed interface Features {
        /**
         * NCSN++'s features: at random frequencies of standard deviation {@code scale}; twice {@code width} features.
         */
        record Fourier(double scale) implements Features {
            public Fourier {
                require(scale > 0, "scale", "must be positive, is " + scale);
            }
        }

        /** DDPM++'s features: at frequencies from 1 down to 1/10000; {@code width} features. */
        record Positional() implements Features {}
    }

    /** How the image itself enters lower resolutions. */
    public enum Encoder {
        /** It does not enter. */
        STANDARD,
        /** It is halved repeatedly. A 1×1 convolution adds it at each resolution. */
        INPUT_SKIP,
        /** It is halved by learned convolutions. Each resolution begins with the sum, which is also halved next. */
        RESIDUAL
    }

    /** How the output is computed. */
    public enum Decoder {
        /** From the highest resolution alone. */
        STANDARD,
        /** As the sum of one image per resolution, each doubled up to full size. */
        OUTPUT_SKIP
    }

    public NcsnppConfig {
        multipliers = List.copyOf(multipliers);
        attention = List.copyOf(attention);
        filter = new FirResampling(filter).taps();
        boolean positive = imageSize > 0 && imageChannels > 0 && width > 0 && blocks > 0 && embeddingMultiplier > 0;
        require(positive, "sizes", "must be positive");
        require(!multipliers.isEmpty(), "multipliers", "must not be empty");
        require(multipliers.stream().allMatch(multiplier -> multiplier > 0), "multipliers", "must be positive");
        require(
                multipliers.size() <= MOST_LEVELS,
                "multipliers",
                "must be at most " + MOST_LEVELS + ", are " + multipliers.size());
        long smallest = 1L << (multipliers.size() - 1);
        require(imageSize % smallest == 0, "image_size", "must be divisible by " + smallest + ", is " + imageSize);
        // A norm on the up path has twice its level's channels: groups of four if they are at most 128, else 32 groups.
        int unit = 2 * Collections.max(multipliers) * width > 128 ? 32 : 4;
        require(width % unit == 0, "width", "must be divisible by " + unit + ", is " + width);
        require(dropout >= 0 && dropout < 1, "dropout", "must lie in [0,1), is " + dropout);
        require(classes >= 0, "classes", "must not be negative");
        require(!nullClass || classes > 0, "null_class", "needs classes");
        for (int resolution : attention) {
            boolean exists = IntStream.range(0, multipliers.size()).anyMatch(level -> imageSize >> level == resolution);
            require(exists, "attention", "at resolution " + resolution + ": no level has it");
        }
    }

    @Override
    public NcsnppUNet build() {
        return new NcsnppUNet(this);
    }

    @Override
    public String summary() {
        return "NCSN++ U-Net, width " + width + " x " + multipliers + ", blocks " + blocks + ", "
                + conditioning.name().toLowerCase(Locale.ROOT) + " conditioning, " + classes + " classes";
    }

    /** Width of the embedding that the blocks receive. */
    public int embeddingWidth() {
        return (conditioning == Conditioning.JOINT ? 2 : 1) * embeddingMultiplier * width;
    }

    /** Columns of the label embedding: the classes, and the null class if there is one. */
    public int labelColumns() {
        return classes + (nullClass ? 1 : 0);
    }

    /** Number of resolutions, from the image's down. */
    int levels() {
        return multipliers.size();
    }

    int channels(int level) {
        return width * multipliers.get(level);
    }

    /** Whether blocks of a level are followed by attention. */
    boolean attends(int level) {
        return attention.contains(imageSize >> level);
    }

    /** The prefix of the names of a level's layers, starting with the half of the network: {@code enc.32x32_}. */
    String prefix(String half, int level) {
        int resolution = imageSize >> level;
        return half + "." + resolution + "x" + resolution + "_";
    }

    FirResampling resampling() {
        return new FirResampling(filter);
    }

    ScaleFeatures scaleFeatures() {
        return features instanceof Features.Fourier fourier
                ? new FourierFeatures("map_noise.freqs", 2 * width, fourier.scale())
                : new PositionalFeatures(width);
    }
}
