package org.bcm4j.network;

import static org.bcm4j.config.Requirement.require;

import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.bcm4j.config.Default;
import org.bcm4j.nn.FirResampling;
import org.bcm4j.nn.FourierFeatures;
import org.bcm4j.nn.NoiseFeatures;
import org.bcm4j.nn.PositionalFeatures;

/**
 * The shape of an NCSN++ or DDPM++ U-Net (docs/method.md §3). The defaults are NCSN++'s; DDPM++ has positional features, the standard
 * encoder and the filter 1, 1.
 *
 * @param imageSize height and width of the images
 * @param imageChannels 1 for grey, 3 for colour
 * @param width channels at the entrance, a multiple of 4; of 32 if any block sees more than 128 channels
 * @param multipliers channels of each level, in units of {@code width}; each level has half the resolution of the one before
 * @param blocks residual blocks a level on the way down; the way up has one more
 * @param attention resolutions at which blocks are followed by attention: on the way down all of them, on the way up the
 *     last. The middle always attends
 * @param features what the network sees of a noise scale
 * @param encoder how the image itself enters lower resolutions
 * @param decoder how the output is made
 * @param filter taps of the filter that halves and doubles resolutions: 1, 3, 3, 1, or 1, 1
 * @param embeddingMultiplier width of the embedding given to the blocks, in units of {@code width}; doubled for
 *     {@link Conditioning#JOINT}
 * @param dropout probability of dropping an activation before a block's second convolution, in [0,1)
 * @param conditioning how the network is told t and u
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

    /** What the network sees of a noise scale t: sines and cosines of multiples of ¼·ln t. */
    public sealed interface Features {
        /** At random frequencies of standard deviation {@code scale}; twice {@code width} features. NCSN++'s. */
        record Fourier(double scale) implements Features {
            public Fourier {
                require(scale > 0, "scale must be positive, is " + scale);
            }
        }

        /** At frequencies from 1 down to 1/10000; {@code width} features. DDPM++'s. */
        record Positional() implements Features {}
    }

    /** How the image itself enters lower resolutions. */
    public enum Encoder {
        /** Not at all. */
        STANDARD,
        /** Halved again and again, and at each resolution added through a 1×1 convolution. */
        INPUT_SKIP,
        /** Halved by learned convolutions; each resolution begins with the sum, which is also what is halved next. */
        RESIDUAL
    }

    /** How the output is made. */
    public enum Decoder {
        /** From the highest resolution. */
        STANDARD,
        /** As the sum of one image of each resolution, doubled as often as it takes. */
        OUTPUT_SKIP
    }

    public NcsnppConfig {
        multipliers = List.copyOf(multipliers);
        attention = List.copyOf(attention);
        filter = new FirResampling(filter).taps();
        boolean positive = imageSize > 0 && imageChannels > 0 && width > 0 && blocks > 0 && embeddingMultiplier > 0;
        require(positive, "sizes must be positive");
        require(!multipliers.isEmpty(), "multipliers must not be empty");
        require(multipliers.stream().allMatch(multiplier -> multiplier > 0), "multipliers must be positive");
        int smallest = 1 << (multipliers.size() - 1);
        require(imageSize % smallest == 0, "image_size must be divisible by " + smallest + ", is " + imageSize);
        // A norm of the way up sees twice its level's channels: groups of four if they are at most 128, else 32 groups.
        int unit = 2 * Collections.max(multipliers) * width > 128 ? 32 : 4;
        require(width % unit == 0, "width must be divisible by " + unit + ", is " + width);
        require(dropout >= 0 && dropout < 1, "dropout must lie in [0,1), is " + dropout);
        require(classes >= 0, "classes must not be negative");
        require(!nullClass || classes > 0, "null_class needs classes");
        for (int resolution : attention) {
            boolean exists = IntStream.range(0, multipliers.size()).anyMatch(level -> imageSize >> level == resolution);
            require(exists, "attention at resolution " + resolution + ": no level has it");
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

    /** Width of the embedding given to the blocks. */
    public int embeddingWidth() {
        return (conditioning == Conditioning.JOINT ? 2 : 1) * embeddingMultiplier * width;
    }

    /** Columns of the label embedding: the classes and the null class. */
    public int labelColumns() {
        return classes + (nullClass ? 1 : 0);
    }

    /** Resolutions, from the image's down. */
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

    /** What the names of a level's layers begin with, after the half of the network: {@code enc.32x32_}. */
    String prefix(String half, int level) {
        int resolution = imageSize >> level;
        return half + "." + resolution + "x" + resolution + "_";
    }

    FirResampling resampling() {
        return new FirResampling(filter);
    }

    NoiseFeatures noiseFeatures() {
        return features instanceof Features.Fourier fourier
                ? new FourierFeatures("map_noise.freqs", 2 * width, fourier.scale())
                : new PositionalFeatures(width);
    }
}
