package org.bcm4j.interop;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bcm4j.interop.GoldenCase.Output;
import org.bcm4j.interop.GoldenCase.Question;
import org.bcm4j.model.ModelKind;
import org.bcm4j.network.AdmConfig;
import org.bcm4j.network.Conditioning;
import org.bcm4j.storage.UserException;
import org.bytedeco.pytorch.Tensor;

/**
 * The published BCM code's ADM U-Net, or the consistency model from which it is fine-tuned. Their weights have this
 * library's names.
 *
 * <p>Recorded are {@code CASE/x_t}, {@code CASE/t}, {@code CASE/u}, the raw output {@code CASE/F} and the model's,
 * {@code CASE/f}. For the consistency model they are {@code x_t}, {@code t}, {@code ict/F} and {@code ict/f}. Classes
 * {@code y} serve every case.
 *
 * @param start the prefix of recordings at the start of fine-tuning from the consistency model, if these are checked.
 *     Then {@code x_t} and {@code t} are the consistency model's, and the outputs are {@code START/u=U/F} and
 *     {@code START/u=U/f}
 */
record PublishedAdm(AdmConfig network, ModelKind kind, Optional<String> start) implements GoldenReference {
    /** The class to which the arguments belong. */
    static final String ARCHITECTURE = "BCM/cm/unet_bcf.py UNetModel";

    /** The class of the consistency model. */
    static final String CONSISTENCY_ARCHITECTURE = "iCT/cm/unet.py UNetModel";

    /** Arguments that only affect training. */
    private static final Set<String> TRAINING_ONLY = Set.of("dropout", "dropout_highres", "dropout_lowres");

    private static final Set<String> UNDERSTOOD = Set.of(
            "image_size",
            "in_channels",
            "out_channels",
            "model_channels",
            "channel_mult",
            "num_res_blocks",
            "attention_resolutions",
            "num_head_channels",
            "use_scale_shift_norm",
            "resblock_updown",
            "num_classes");

    private static final String INPUT = "x_t";
    private static final String TARGET = "u=";

    /**
     * @throws UserException if an argument is missing, unknown, or requires something that this library's ADM does not
     *     support
     */
    static PublishedAdm bidirectional(Arguments arguments) {
        return new PublishedAdm(config(arguments, Conditioning.ALIGNED), ModelKind.BIDIRECTIONAL, Optional.empty());
    }

    /** Same as {@link #bidirectional}, for the consistency model. */
    static PublishedAdm consistency(Arguments arguments) {
        return new PublishedAdm(config(arguments, Conditioning.TIME), ModelKind.CONSISTENCY, Optional.empty());
    }

    /** Same as {@link #bidirectional}, for its start from a consistency model with the same arguments. */
    static PublishedAdm initialized(Arguments arguments, String start) {
        return new PublishedAdm(config(arguments, Conditioning.ALIGNED), ModelKind.BIDIRECTIONAL, Optional.of(start));
    }

    private static AdmConfig config(Arguments arguments, Conditioning conditioning) {
        arguments.requireOnly(UNDERSTOOD, TRAINING_ONLY);
        int imageSize = arguments.size("image_size");
        int channels = arguments.size("in_channels");
        if (arguments.size("out_channels") != channels) {
            throw arguments.refusal(
                    "in_channels and out_channels differ; networks that predict a variance are not supported");
        }
        if (!arguments.flag("resblock_updown")) {
            throw arguments.refusal("resblock_updown is false; only residual blocks that resample are supported");
        }
        try {
            return new AdmConfig(
                    imageSize,
                    channels,
                    1,
                    0,
                    arguments.size("model_channels"),
                    arguments.sizes("channel_mult"),
                    arguments.size("num_res_blocks"),
                    arguments.sizes("attention_resolutions").stream()
                            .map(rate -> resolution(arguments, imageSize, rate))
                            .toList(),
                    arguments.size("num_head_channels"),
                    arguments.flag("use_scale_shift_norm"),
                    0,
                    imageSize,
                    conditioning,
                    arguments.isNull("num_classes") ? 0 : arguments.size("num_classes"),
                    false,
                    true);
        } catch (IllegalArgumentException e) {
            throw arguments.refusal("invalid network: " + e.getMessage());
        }
    }

    /** The resolution of a downsampling rate. The published code calls the rates resolutions. */
    private static int resolution(Arguments arguments, int imageSize, int rate) {
        if (imageSize % rate != 0) {
            throw arguments.refusal(
                    "attention_resolutions are rates that divide image_size " + imageSize + ", " + rate + " does not");
        }
        return imageSize / rate;
    }

    @Override
    public Map<String, Tensor> converted(Map<String, Tensor> published, String source) {
        return published;
    }

    @Override
    public String published(String parameter) {
        return parameter;
    }

    @Override
    public List<GoldenCase> cases(Recordings recordings) {
        if (start.isPresent()) {
            return startingCases(recordings, start.get() + "/");
        }
        boolean told = network.conditioning() != Conditioning.TIME;
        List<GoldenCase> cases = new ArrayList<>();
        for (String prefix : recordings.prefixes(INPUT)) {
            Tensor x = recordings.points(network, prefix + INPUT);
            long count = x.size(0);
            Tensor t = recordings.times(prefix + "t", count);
            cases.add(new GoldenCase(
                    prefix.isEmpty() ? "" : prefix.substring(0, prefix.length() - 1),
                    x,
                    t,
                    told ? recordings.times(prefix + "u", count) : t,
                    recordings.labels(network, count),
                    outputs(recordings, told ? prefix : "ict/", count),
                    recordings.parts(prefix, this)));
        }
        return cases;
    }

    private List<GoldenCase> startingCases(Recordings recordings, String prefix) {
        Tensor x = recordings.points(network, INPUT);
        long count = x.size(0);
        Tensor t = recordings.times("t", count);
        List<GoldenCase> cases = new ArrayList<>();
        for (String name : recordings.below(prefix)) {
            if (name.startsWith(TARGET) && name.endsWith("/F")) {
                String target = name.substring(0, name.length() - "/F".length());
                cases.add(new GoldenCase(
                        target,
                        x,
                        t,
                        recordings.time(recordings.scale(target, TARGET), count),
                        recordings.labels(network, count),
                        outputs(recordings, prefix + target + "/", count),
                        recordings.parts(prefix + target + "/", this)));
            }
        }
        if (cases.isEmpty()) {
            throw recordings.refusal("has no case: no tensor is called \"" + prefix + TARGET + "U/F\"");
        }
        return cases;
    }

    private List<Output> outputs(Recordings recordings, String prefix, long count) {
        return List.of(
                new Output("F", Question.SCALED_NETWORK, recordings.images(network, prefix + "F", count)),
                new Output("f", Question.MODEL, recordings.images(network, prefix + "f", count)));
    }

    @Override
    public String part(String recorded) {
        int down = network.multipliers().size() * (network.blocks() + 1) - 1;
        return switch (recorded) {
            case "emb_t", "time_embed" -> "time_embed.2";
            case "emb_u", "time_embed_end" -> "time_embed_end.2";
            case "emb_align" -> "time_embed_align";
            case "emb" -> "embedding";
            case "input_blocks.last" -> "input_blocks." + down;
            case "output_blocks.last" -> "output_blocks." + down;
            default -> recorded.replace(".attention_in_qkv", ".qkv").replace(".attention_out", ".attention");
        };
    }
}
