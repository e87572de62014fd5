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
 * Imports weights that other programs trained. Every tensor must match a parameter and every parameter a tensor. All
 * mismatches are reported at once.
 *
 * @param family the origin of the checkpoint, which decides the names
 */
public record CheckpointImport(Family family) {
    /**
     * A name that identifies a section with a Flax network's weights. The network's blocks are sections too, but
     * contain no such name.
     */
    private static final String FLAX_BLOCK = "ResnetBlockBigGANpp_0/Conv_0/kernel";

    /** Flax's optimisers keep moments of each weight under the weights' names. */
    private static final String FLAX_MOMENTS = "opt_state/";

    /** The origin of a checkpoint. */
    public enum Family {
        /** The published BCM code's ADM U-Net. */
        BCM(ModelKind.BIDIRECTIONAL),
        /** The consistency model of the same code. */
        ICT(ModelKind.CONSISTENCY),
        /**
         * OpenAI's consistency models: ADM U-Nets without normalised attention; for CIFAR-10, NCSN++ in Flax's files.
         */
        OPENAI_CM(ModelKind.CONSISTENCY),
        /** EDM's SongUNet. */
        EDM(ModelKind.DENOISER),
        /** score SDE's NCSN++ in PyTorch's or Flax's files, trained as consistency models or denoisers. */
        SCORE_SDE;

        private final Optional<ModelKind> kind;

        Family() {
            this.kind = Optional.empty();
        }

        Family(ModelKind kind) {
            this.kind = Optional.of(kind);
        }

        /** The name in the command. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        /** The kind of model of such networks; absent if the family does not determine it. */
        public Optional<ModelKind> kind() {
            return kind;
        }
    }

    /**
     * The part of a checkpoint that holds a network's weights.
     *
     * @param section its path in the checkpoint, such as {@code ema}, or a prefix of its names, such as {@code model};
     *     absent if the checkpoint has only weights, or weights in one section only
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

    /** The tensors below a path, or below a prefix of PyTorch's module names. */
    private static Checkpoint section(Checkpoint checkpoint, String name) {
        Map<String, Tensor> below = Wrappers.below(name, checkpoint.tensors());
        boolean isPath = checkpoint.tensors().keySet().stream().anyMatch(path -> path.startsWith(name + "/"));
        if (!isPath && below.isEmpty()) {
            // A prefix inside the only section: model in state_dict/model.conv.weight.
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

    /** The sections with Flax weights, at any depth. */
    private static List<String> flaxSections(Checkpoint checkpoint) {
        String block = "/" + FLAX_BLOCK;
        return checkpoint.tensors().keySet().stream()
                .filter(name -> name.endsWith(block) && !name.startsWith(FLAX_MOMENTS))
                .map(name -> name.substring(0, name.length() - block.length()))
                .sorted()
                .toList();
    }

    /**
     * The network, as far as its weights determine it.
     *
     * @param imageSize height and width of its images, which the weights do not show
     * @param headWidth channels of an attention head, which the weights do not show either
     * @throws UserException if the weights do not determine the network
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
     * The weights in this library's layout. The caller closes them.
     *
     * @throws UserException naming every tensor that is missing, superfluous or of another shape
     */
    public Weights load(Checkpoint weights, NetworkConfig network, Device device) {
        WeightLayout layout = network.build().layout();
        Map<String, Tensor> converted = converted(weights, network);
        Misfits.refuse(layout, converted, weights.source());
        return Weights.loaded(layout, converted, weights.source(), device);
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
