package org.bcm4j.app.commands;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.bcm4j.app.files.Destination;
import org.bcm4j.app.options.GivenOptions;
import org.bcm4j.checkpoint.Checkpoint;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.config.Default;
import org.bcm4j.interop.CheckpointImport;
import org.bcm4j.interop.ExportedModel;
import org.bcm4j.model.ModelConfig;
import org.bcm4j.model.ModelFolder;
import org.bcm4j.model.ModelKind;
import org.bcm4j.model.RecommendedWalks;
import org.bcm4j.network.NetworkConfig;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.Weights;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code bcm import}: converts other projects' checkpoints to model folders. */
@Command(
        name = "import",
        description = {
            "Turns a checkpoint of another program into a model folder.",
            "Reads what PyTorch saved (.pt, .pth; nothing in it is run), safetensors, and Flax MessagePack."
        },
        footerHeading = "%nExample:%n",
        footer = {
            "  bcm import ema_0.9999_010000.pt --as bcm --image-size 64 --head-width 64 --out models/imagenet64",
            "  bcm import cd_imagenet64_lpips.pt --as openai-cm --image-size 64 --head-width 64 --out models/cd-imagenet64",
            "  bcm import exported.safetensors --out models/mine",
            "  bcm import edm-cifar10.safetensors --as edm --config runs/edm.yaml --out models/cifar10-edm"
        })
public final class ImportCommand implements Callable<Integer> {
    /** The options for what the weights of an ADM U-Net do not show. */
    private static final List<String> OF_ADM = List.of("--image-size", "--head-width");

    /** The options for checkpoints of other programs. */
    private static final List<String> OF_FOREIGN = List.of("--as", "--section");

    @Parameters(index = "0", paramLabel = "CHECKPOINT", description = "The file to read.")
    private Path checkpoint = Path.of("");

    @Option(
            names = "--as",
            paramLabel = "bcm|ict|openai-cm|edm|score-sde",
            description =
                    "Whose checkpoint it is, which decides the names of its weights; not needed for what `bcm export` wrote.")
    private Optional<CheckpointImport.Family> family = Optional.empty();

    @Option(
            names = "--config",
            paramLabel = "FILE.yaml",
            description =
                    "An experiment with the checkpoint's network and kind of model, the keys network and model; others are not looked at.")
    private Optional<Path> config = Optional.empty();

    @Option(
            names = "--image-size",
            paramLabel = "N",
            description = "Height and width of the images, for an ADM U-Net without --config.")
    private Optional<Integer> imageSize = Optional.empty();

    @Option(
            names = "--head-width",
            paramLabel = "N",
            description = "Channels of an attention head, for an ADM U-Net without --config.")
    private Optional<Integer> headWidth = Optional.empty();

    @Option(
            names = "--section",
            paramLabel = "NAME",
            description =
                    "Which part of the checkpoint, such as ema or state_dict, if several hold weights; or what the names of its tensors begin"
                            + " with, such as model.")
    private Optional<String> section = Optional.empty();

    @Option(
            names = {"-o", "--out"},
            required = true,
            paramLabel = "DIR",
            description = "The model folder to write, new or empty.")
    private Path out = Path.of("");

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** The part of an experiment that matters here, whatever its training. */
    record Description(
            NetworkConfig network, @Default("bidirectional") ModelKind model) {
        Description {
            ModelConfig.requireKind(model, network);
        }
    }

    @Override
    public Integer call() {
        Destination.requireNewFolder(out);
        GivenOptions given = new GivenOptions(spec);
        config.ifPresent(file -> given.refuse(OF_ADM, file + " describes the network"));
        try (Scope scope = Scope.open()) {
            Checkpoint read = Checkpoint.read(checkpoint);
            boolean described = config.isPresent() || imageSize.isPresent() || headWidth.isPresent();
            Optional<ExportedModel> exported = described ? Optional.empty() : ExportedModel.in(read);
            if (exported.isPresent()) {
                given.refuse(OF_FOREIGN, checkpoint + " was written by bcm export and describes itself");
                try (Weights loaded = exported.get().load(Device.CPU)) {
                    write(exported.get().config(), loaded, read, "exported by bcm4j");
                }
            } else {
                importForeign(read);
            }
        }
        return ExitCode.OK;
    }

    private void importForeign(Checkpoint read) {
        CheckpointImport.Family theirs = family.orElseThrow(() -> new UserException("--as: needed for " + checkpoint
                + "; choose bcm, ict, openai-cm, edm or score-sde (only files of `bcm export` need no --as)"));
        CheckpointImport reading = new CheckpointImport(theirs);
        Checkpoint weights = reading.weightsIn(read, section);
        Optional<Description> experiment = config.map(file -> ConfigFile.readPart(file, Description.class));
        NetworkConfig network = experiment
                .map(Description::network)
                .orElseGet(() -> reading.network(weights, optional(imageSize), optional(headWidth)));
        ModelKind kind = experiment
                .map(Description::model)
                .or(theirs::kind)
                .orElseThrow(() -> new UserException("weights of " + theirs
                        + " do not show how they were trained; give the kind of model with --config"));
        try (Weights loaded = reading.load(weights, network, Device.CPU)) {
            ModelConfig model = new ModelConfig(ModelConfig.FORMAT, kind, network, "unknown", List.of());
            write(model, loaded, weights, "read as " + theirs);
        }
    }

    private void write(ModelConfig model, Weights loaded, Checkpoint weights, String origin) {
        RecommendedWalks walks = RecommendedWalks.untuned(model.kind());
        ModelFolder.write(out, model, loaded, walks, card(model, origin));
        System.out.printf(
                Locale.ROOT,
                "wrote %s: %s, %s model, %,d parameters, all %d tensors of %s in their places%n",
                out,
                model.network().summary(),
                lowerCase(model.kind()),
                loaded.layout().parameterCount(),
                loaded.layout().slots().size(),
                weights.source());
    }

    private static OptionalInt optional(Optional<Integer> value) {
        return value.map(OptionalInt::of).orElseGet(OptionalInt::empty);
    }

    private static String lowerCase(ModelKind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }

    private String card(ModelConfig model, String origin) {
        return "# An imported model\n\n" + model.network().summary() + ", " + lowerCase(model.kind()) + " model, from "
                + checkpoint.getFileName() + " (" + origin + ").\n";
    }
}
