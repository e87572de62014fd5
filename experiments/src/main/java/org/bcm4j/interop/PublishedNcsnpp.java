package org.bcm4j.interop;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
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
 * score SDE's NCSN++. Recorded is its output {@code out} at {@code x} and the noise scales {@code time_cond}.
 *
 * @param modules this library's names of its {@code all_modules}, in their order
 */
record PublishedNcsnpp(NcsnppConfig network, List<String> modules) implements GoldenReference {
    /** The class to which the configuration belongs. */
    static final String ARCHITECTURE = "yang-song/score_sde_pytorch models/ncsnpp.py NCSNpp";

    private static final String MODULES = "all_modules.";

    /** The settings that this library's NCSN++ requires. */
    private static final Map<String, String> REQUIRED = Map.of(
            "resamp_with_conv", "true",
            "conditional", "true",
            "fir", "true",
            "skip_rescale", "true",
            "resblock_type", "biggan",
            "progressive_combine", "sum",
            "embedding_type", "fourier",
            "nonlinearity", "swish",
            "normalization", "GroupNorm",
            "scale_by_sigma", "false");

    static PublishedNcsnpp of(Arguments configuration) {
        Arguments settings = configuration.section("config");
        Arguments model = settings.section("model");
        Arguments data = settings.section("data");
        REQUIRED.forEach(model::require);
        data.require("centered", "true");
        try {
            NcsnppConfig network = new NcsnppConfig(
                    data.size("image_size"),
                    data.size("num_channels"),
                    model.size("nf"),
                    model.sizes("ch_mult"),
                    model.size("num_res_blocks"),
                    model.sizes("attn_resolutions"),
                    new Features.Fourier(model.number("fourier_scale")),
                    encoder(model),
                    decoder(model),
                    model.sizes("fir_kernel"),
                    4,
                    0,
                    Conditioning.TIME,
                    0,
                    false);
            return new PublishedNcsnpp(network, modules(network));
        } catch (IllegalArgumentException e) {
            throw model.refusal("invalid network: " + e.getMessage());
        }
    }

    private static Encoder encoder(Arguments model) {
        return switch (model.text("progressive_input")) {
            case "none" -> Encoder.STANDARD;
            case "input_skip" -> Encoder.INPUT_SKIP;
            case "residual" -> Encoder.RESIDUAL;
            default -> throw model.refusal("progressive_input must be none, input_skip or residual");
        };
    }

    private static Decoder decoder(Arguments model) {
        return switch (model.text("progressive")) {
            case "none" -> Decoder.STANDARD;
            case "output_skip" -> Decoder.OUTPUT_SKIP;
            default -> throw model.refusal("progressive must be none or output_skip");
        };
    }

    /**
     * The modules, which run in the order of this library's parameters. Attention is a separate module, after the rest
     * of its block.
     */
    private static List<String> modules(NcsnppConfig network) {
        Set<String> parameters = network.build().layout().slots().keySet();
        Set<String> modules = new LinkedHashSet<>();
        for (String parameter : parameters) {
            String[] names = parameter.split("\\.", 3);
            String block = names[0].startsWith("map_") ? names[0] : names[0] + "." + names[1];
            if (parameters.contains(block + ".qkv.weight")) {
                modules.add(block + ".residual");
            }
            modules.add(block);
        }
        return List.copyOf(modules);
    }

    @Override
    public ModelKind kind() {
        return ModelKind.CONSISTENCY;
    }

    @Override
    public Map<String, Tensor> converted(Map<String, Tensor> published, String source) {
        return new ScoreSdeNames(network, ScoreSdeNames.Argument.LOG).convert(published, source);
    }

    @Override
    public String published(String parameter) {
        throw new UserException("weights by formula have EDM's names or the BCM code's; store those of score SDE");
    }

    @Override
    public List<GoldenCase> cases(Recordings recordings) {
        Tensor x = recordings.points(network, "x");
        Tensor t = recordings.times("time_cond", x.size(0));
        Output output = new Output("out", Question.NETWORK, recordings.images(network, "out", x.size(0)));
        return List.of(new GoldenCase("", x, t, t, Optional.empty(), List.of(output), recordings.parts("", this)));
    }

    @Override
    public String part(String recorded) {
        boolean module = recorded.matches(Pattern.quote(MODULES) + "\\d{1,4}");
        int index = module ? Integer.parseInt(recorded.substring(MODULES.length())) : modules.size();
        return index < modules.size() ? modules.get(index) : recorded;
    }
}
