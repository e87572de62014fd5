package org.bcm4j.interop;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.bcm4j.interop.GoldenCase.Output;
import org.bcm4j.interop.GoldenCase.Question;
import org.bcm4j.model.ModelKind;
import org.bcm4j.network.Conditioning;
import org.bcm4j.network.NcsnppConfig;
import org.bcm4j.network.NcsnppConfig.Decoder;
import org.bcm4j.network.NcsnppConfig.Encoder;
import org.bcm4j.network.NcsnppConfig.Features;
import org.bcm4j.storage.UserException;
import org.bytedeco.pytorch.Tensor;

/**
 * EDM's SongUNet inside its preconditioning.
 *
 * <p>Recorded are the raw output {@code F} at {@code x} and {@code noise_labels}, ¼·ln of noise scales, and denoised
 * images: {@code D/sigma=S/D} at {@code D/sigma=S/x} and noise scale S, {@code D/per_sample/D} at
 * {@code D/per_sample/x} and {@code sigma}, {@code D} at {@code D_x} and one noise scale {@code D_sigma}.
 */
record PublishedSongUNet(NcsnppConfig network) implements GoldenReference {
    /** The names of the class to which the arguments belong, as configurations spell them. */
    static final Set<String> ARCHITECTURES =
            Set.of("NVlabs edm training/networks.py EDMPrecond(SongUNet)", "EDMPrecond(SongUNet)");

    private static final Set<String> UNDERSTOOD = Set.of(
            "encoder_type",
            "decoder_type",
            "embedding_type",
            "resample_filter",
            "channel_mult_noise",
            "model_channels",
            "channel_mult",
            "num_blocks",
            "attn_resolutions");

    private static final double FOURIER_SCALE = 16;
    private static final String SCALE = "sigma=";

    /**
     * @throws UserException if an argument is missing, unknown, or requires something that this library's NCSN++ does
     *     not support
     */
    static PublishedSongUNet of(Arguments configuration) {
        Arguments arguments = configuration.section("songunet");
        arguments.requireOnly(UNDERSTOOD, Set.of("dropout"));
        configuration.require("label_dim", "0");
        boolean fourier = arguments.text("embedding_type").equals("fourier");
        if (!fourier) {
            arguments.require("embedding_type", "positional");
        }
        arguments.require("channel_mult_noise", fourier ? "2" : "1");
        try {
            return new PublishedSongUNet(new NcsnppConfig(
                    configuration.size("img_resolution"),
                    configuration.size("img_channels"),
                    arguments.size("model_channels"),
                    arguments.sizes("channel_mult"),
                    arguments.size("num_blocks"),
                    arguments.sizes("attn_resolutions"),
                    fourier ? new Features.Fourier(FOURIER_SCALE) : new Features.Positional(),
                    encoder(arguments),
                    decoder(arguments),
                    arguments.sizes("resample_filter"),
                    4,
                    0,
                    Conditioning.TIME,
                    0,
                    false));
        } catch (IllegalArgumentException e) {
            throw arguments.refusal("invalid network: " + e.getMessage());
        }
    }

    private static Encoder encoder(Arguments arguments) {
        return switch (arguments.text("encoder_type")) {
            case "standard" -> Encoder.STANDARD;
            case "skip" -> Encoder.INPUT_SKIP;
            case "residual" -> Encoder.RESIDUAL;
            default -> throw arguments.refusal("encoder_type must be standard, skip or residual");
        };
    }

    private static Decoder decoder(Arguments arguments) {
        return switch (arguments.text("decoder_type")) {
            case "standard" -> Decoder.STANDARD;
            case "skip" -> Decoder.OUTPUT_SKIP;
            default -> throw arguments.refusal("decoder_type must be standard or skip");
        };
    }

    @Override
    public ModelKind kind() {
        return ModelKind.DENOISER;
    }

    @Override
    public Map<String, Tensor> converted(Map<String, Tensor> published, String source) {
        return new EdmNames(network).convert(published, source);
    }

    @Override
    public String published(String parameter) {
        return "model." + parameter;
    }

    @Override
    public List<GoldenCase> cases(Recordings recordings) {
        List<GoldenCase> cases = new ArrayList<>();
        Tensor x = recordings.points(network, "x");
        Tensor t = recordings.timesOfQuarterLogs("noise_labels", x.size(0));
        Output raw = new Output("F", Question.NETWORK, recordings.images(network, "F", x.size(0)));
        cases.add(new GoldenCase("", x, t, t, Optional.empty(), List.of(raw), recordings.parts("", this)));
        for (String prefix : recordings.prefixes("x")) {
            if (!prefix.isEmpty() && recordings.has(prefix + "D")) {
                String name = prefix.substring(prefix.indexOf('/') + 1, prefix.length() - 1);
                Tensor noisy = recordings.points(network, prefix + "x");
                Tensor sigma = name.startsWith(SCALE)
                        ? recordings.time(recordings.scale(name, SCALE), noisy.size(0))
                        : recordings.times(prefix + "sigma", noisy.size(0));
                cases.add(denoised(recordings, name, noisy, sigma, prefix + "D"));
            }
        }
        if (recordings.has("D_x")) {
            Tensor noisy = recordings.points(network, "D_x");
            Tensor sigma = recordings.times("D_sigma", 1).expand(noisy.size(0));
            cases.add(denoised(recordings, "", noisy, sigma, "D"));
        }
        return cases;
    }

    private GoldenCase denoised(Recordings recordings, String name, Tensor x, Tensor sigma, String output) {
        Output denoised = new Output("D", Question.MODEL, recordings.images(network, output, x.size(0)));
        return new GoldenCase(name, x, sigma, sigma, Optional.empty(), List.of(denoised), Map.of());
    }

    @Override
    public String part(String recorded) {
        return recorded;
    }

    /** EDM's features are recorded as cosines, then sines, before EDM swaps them. */
    @Override
    public UnaryOperator<Tensor> asRecorded(String part) {
        return part.equals("map_noise")
                ? features -> features.roll(new long[] {features.size(1) / 2}, new long[] {1})
                : UnaryOperator.identity();
    }
}
