package org.bcm4j.interop;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.bcm4j.storage.UserException;
import org.bcm4j.unet.AdmConfig;
import org.bcm4j.unet.Conditioning;
import tools.jackson.databind.JsonNode;

/**
 * The keyword arguments with which the published BCM code builds its ADM U-Net, read strictly: what is not understood
 * is refused.
 */
final class PublishedAdm {
    /** The class that takes these arguments. */
    static final String ARCHITECTURE = "BCM/cm/unet_bcf.py UNetModel";

    /** Arguments that matter in training only. */
    private static final Set<String> TRAINING_ONLY = Set.of("dropout", "dropout_highres");

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

    private final Path file;
    private final JsonNode arguments;

    /** @param file what the arguments were read from, for errors */
    PublishedAdm(Path file, JsonNode arguments) {
        this.file = file;
        this.arguments = arguments;
    }

    /** @throws UserException if an argument is missing, unknown, or asks for what this library's ADM does not do */
    AdmConfig config() {
        Set<String> unknown = new TreeSet<>(arguments.propertyNames());
        unknown.removeAll(UNDERSTOOD);
        unknown.removeAll(TRAINING_ONLY);
        if (!unknown.isEmpty()) {
            throw refusal("unknown " + unknown + "; only " + new TreeSet<>(UNDERSTOOD) + " are understood");
        }
        int imageSize = size("image_size");
        int channels = size("in_channels");
        if (size("out_channels") != channels) {
            throw refusal("in_channels and out_channels differ; networks that predict a variance are not supported");
        }
        if (!flag("resblock_updown")) {
            throw refusal("resblock_updown is false; only residual blocks that resample are supported");
        }
        boolean unlabelled = argument("num_classes").isNull();
        try {
            return new AdmConfig(
                    imageSize,
                    channels,
                    1,
                    size("model_channels"),
                    sizes("channel_mult"),
                    size("num_res_blocks"),
                    sizes("attention_resolutions").stream()
                            .map(rate -> resolution(imageSize, rate))
                            .toList(),
                    size("num_head_channels"),
                    flag("use_scale_shift_norm"),
                    0,
                    imageSize,
                    Conditioning.ALIGNED,
                    unlabelled ? 0 : size("num_classes"),
                    false);
        } catch (IllegalArgumentException e) {
            throw refusal("no network: " + e.getMessage());
        }
    }

    /** The published code calls downsampling rates resolutions. */
    private int resolution(int imageSize, int rate) {
        if (imageSize % rate != 0) {
            throw refusal(
                    "attention_resolutions are rates that divide image_size " + imageSize + ", " + rate + " does not");
        }
        return imageSize / rate;
    }

    private JsonNode argument(String name) {
        JsonNode value = arguments.path(name);
        if (value.isMissingNode()) {
            throw refusal(name + " is missing; add it");
        }
        return value;
    }

    private int size(String name) {
        return size(name, argument(name));
    }

    private List<Integer> sizes(String name) {
        JsonNode values = argument(name);
        if (!values.isArray()) {
            throw refusal(name + " must be a list, is " + values);
        }
        List<Integer> sizes = new ArrayList<>();
        values.forEach(value -> sizes.add(size(name, value)));
        return sizes;
    }

    private int size(String name, JsonNode value) {
        if (!value.isInt() || value.intValue() < 1) {
            throw refusal(name + " must be a positive whole number, is " + value);
        }
        return value.intValue();
    }

    private boolean flag(String name) {
        JsonNode value = argument(name);
        if (!value.isBoolean()) {
            throw refusal(name + " must be true or false, is " + value);
        }
        return value.booleanValue();
    }

    private UserException refusal(String fault) {
        return new UserException(file + ": kwargs: " + fault);
    }
}
