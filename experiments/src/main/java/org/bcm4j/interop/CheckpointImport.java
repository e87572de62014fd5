package org.bcm4j.interop;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.bcm4j.checkpoint.Checkpoint;
import org.bcm4j.model.ModelKind;
import org.bcm4j.network.NcsnppConfig;
import org.bcm4j.network.NetworkConfig;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.WeightLayout;
import org.bcm4j.tensor.Weights;
import org.bytedeco.pytorch.Tensor;

/**
 * The weights that others trained, as ours. Every tensor must find its place and every place its tensor; what does not is reported, all
 * of it at once.
 *
 * @param family whose checkpoint it is, which decides the names
 */
public record CheckpointImport(Family family) {
    /** By this a section is known to hold a Flax network's weights; its blocks, which lie in sections too, have no such name. */
    private static final String FLAX_BLOCK = "ResnetBlockBigGANpp_0/Conv_0/kernel";

    /** Flax's optimisers keep moments of each weight, by the weights' names. */
    private static final String FLAX_MOMENTS = "opt_state/";

    /** Whose checkpoint it is. */
    public enum Family {
        /** The published BCM code's ADM U-Net. */
        BCM(ModelKind.BIDIRECTIONAL),
        /** The same code's consistency model. */
        ICT(ModelKind.CONSISTENCY),
        /** OpenAI's consistency models: ADM U-Nets whose attention is not normalised, and for CIFAR-10, in Flax's files, NCSN++. */
        OPENAI_CM(ModelKind.CONSISTENCY),
        /** EDM's SongUNet. */
        EDM(ModelKind.DENOISER),
        /** score SDE's NCSN++, in PyTorch's files or Flax's; consistency models and denoisers were trained as such. */
        SCORE_SDE;

        private final Optional<ModelKind> kind;

        Family() {
            this.kind = Optional.empty();
        }

        Family(ModelKind kind) {
            this.kind = Optional.of(kind);
        }

        /** As the command names it. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        /** How the raw output of such networks becomes a model; absent if the family does not tell. */
        public Optional<ModelKind> kind() {
            return kind;
        }
    }

    /**
     * The part of a checkpoint that holds a network's weights.
     *
     * @param section its path in the checkpoint, such as {@code ema}, or what its names begin with, such as {@code
     *     model}; absent if the weights are all there is, or in one section only
     * @throws UserException if several sections hold weights and none is named
     */
    public Checkpoint weightsIn(Checkpoint checkpoint, Optional<String> section) {
        if (section.isPresent()) {
            return section(checkpoint, section.get());
        }
        List<String> flax = flaxSections(checkpoint);
        boolean flat = checkpoint.tensors().containsKey(FLAX_BLOCK)
                || (flax.isEmpty() && checkpoint.tensors().keySet().stream().anyMatch(name -> !name.contains("/")));
        if (flat) {
            return checkpoint;
        }
        List<String> candidates = flax.isEmpty() ? torchSections(checkpoint) : flax;
        if (candidates.size() != 1) {
            throw new UserException(checkpoint.source() + ": "
                    + (candidates.isEmpty()
                            ? "holds no weights; its sections are " + checkpoint.sections()
                            : "holds weights in " + candidates + "; choose one with --section"));
        }
        return checkpoint.section(candidates.get(0));
    }

    /** What lies below a path, or, in PyTorch's names of the network's parts, below a name. */
    private static Checkpoint section(Checkpoint checkpoint, String name) {
        Map<String, Tensor> below = Wrappers.below(name, checkpoint.tensors());
        boolean isPath = checkpoint.tensors().keySet().stream().anyMatch(path -> path.startsWith(name + "/"));
        if (!isPath && below.isEmpty()) {
            // A name in the one section that there is: model in state_dict/model.conv.weight.
            List<String> sections = torchSections(checkpoint);
            below = sections.size() == 1
                    ? Wrappers.below(name, checkpoint.section(sections.get(0)).tensors())
                    : below;
        }
        return isPath || below.isEmpty()
                ? checkpoint.section(name)
                : new Checkpoint(checkpoint.source() + ", " + name, below, Map.of());
    }

    private static List<String> torchSections(Checkpoint checkpoint) {
        return checkpoint.sections().stream()
                .filter(name -> checkpoint.section(name).tensors().keySet().stream()
                        .anyMatch(tensor -> tensor.endsWith(".weight") && !tensor.contains("/")))
                .toList();
    }

    /** At any depth. */
    private static List<String> flaxSections(Checkpoint checkpoint) {
        String block = "/" + FLAX_BLOCK;
        return checkpoint.tensors().keySet().stream()
                .filter(name -> name.endsWith(block) && !name.startsWith(FLAX_MOMENTS))
                .map(name -> name.substring(0, name.length() - block.length()))
                .sorted()
                .toList();
    }

    /**
     * The network that the weights themselves show.
     *
     * @param imageSize height and width of its images, which the weights do not show
     * @param headWidth channels of an attention head, which they do not show either
     * @throws UserException if they do not show enough
     */
    public NetworkConfig network(Checkpoint weights, OptionalInt imageSize, OptionalInt headWidth) {
        AdmShape shape = new AdmShape(Wrappers.removed(weights.tensors()), weights.source());
        if (!shape.isAdm()) {
            throw new UserException(weights.source()
                    + ": only an ADM U-Net can be recognised by its weights; describe the network with --config");
        }
        if (imageSize.isEmpty() || headWidth.isEmpty()) {
            throw new UserException(weights.source() + ": is an ADM U-Net, but weights do not show the size of its"
                    + " images and of its attention heads; add --image-size and --head-width, or --config");
        }
        return shape.config(imageSize.getAsInt(), headWidth.getAsInt(), family != Family.OPENAI_CM);
    }

    /**
     * The weights in our layout; the caller closes them.
     *
     * @throws UserException naming every tensor that is missing, left over or of another shape
     */
    public Weights load(Checkpoint weights, NetworkConfig network, Device device) {
        WeightLayout layout = network.build().layout();
        Map<String, Tensor> converted = converted(weights, network);
        Misfits.refuse(layout, converted, weights.source());
        Weights loaded = Weights.zeros(layout, device);
        loaded.load(converted, weights.source());
        return loaded;
    }

    private Map<String, Tensor> converted(Checkpoint weights, NetworkConfig network) {
        Map<String, Tensor> published = Wrappers.removed(weights.tensors());
        return switch (family) {
            case BCM, ICT -> published;
            case OPENAI_CM ->
                network instanceof NcsnppConfig config
                        ? new ScoreSdeNames(config, ScoreSdeNames.Argument.QUARTER_LOG)
                                .convert(published, weights.source())
                        : published;
            case EDM -> new EdmNames(ncsnpp(network)).convert(published, weights.source());
            case SCORE_SDE ->
                new ScoreSdeNames(ncsnpp(network), ScoreSdeNames.Argument.LOG).convert(published, weights.source());
        };
    }

    private static NcsnppConfig ncsnpp(NetworkConfig network) {
        if (network instanceof NcsnppConfig config) {
            return config;
        }
        throw new UserException("such checkpoints hold an NCSN++ or DDPM++ network; the configuration's is an "
                + network.summary() + "; set network.kind: ncsnpp");
    }
}
