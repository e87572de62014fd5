package org.bcm4j.app;

import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.bcm4j.model.ModelConfig;
import org.bcm4j.model.ModelFolder;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.WeightLayout;
import org.bcm4j.tensor.Weights;
import org.bytedeco.pytorch.Scalar;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bcm blend}: a model between two. */
@Command(
        name = "blend",
        description = {
            "Makes a model whose weights lie between those of two models: (1 - share) of the first and share of the second.",
            "The second should have been trained on from the first, or both from a third: then the blend often has most of what"
                    + " either does better. The walks stored with it are the first's."
        },
        footerHeading = "%nExample:%n",
        footer = "  bcm blend models/fashion-mnist runs/adversarial/model --share 0.5 --out between")
final class BlendCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "FIRST", description = "Model folder.")
    private Path first = Path.of("");

    @Parameters(index = "1", paramLabel = "SECOND", description = "Model folder with the same network.")
    private Path second = Path.of("");

    @Option(
            names = "--share",
            paramLabel = "S",
            description = "The second's share of the weights, from 0 to 1 (default: ${DEFAULT-VALUE}).")
    private double share = 0.5;

    @Option(
            names = {"-o", "--out"},
            required = true,
            paramLabel = "DIR",
            description = "The model folder to write, which must not exist yet.")
    private Path out = Path.of("");

    @Override
    public Integer call() {
        EditOptions.requireWithin("--share", share, 0, 1);
        Destination.requireNew(out);
        ModelFolder one = new ModelFolder(first);
        ModelFolder other = new ModelFolder(second);
        ModelConfig config = one.config();
        if (!other.config().network().equals(config.network())
                || other.config().preconditioning() != config.preconditioning()) {
            throw new UserException(
                    second + ": is no model of the same network as " + first + "; compare them with `bcm info`");
        }
        WeightLayout layout = config.network().build().layout();
        try (Scope scope = Scope.open();
                Weights weights = one.weights(layout, Device.CPU);
                Weights others = other.weights(layout, Device.CPU)) {
            weights.flat().lerp_(others.flat(), new Scalar(share));
            ModelFolder.write(out, config, weights, one.walks(), card(one, other));
        }
        System.out.printf(
                Locale.ROOT,
                "wrote %s: %s %% of %s and %s %% of %s%n",
                out,
                percent(1 - share),
                first,
                percent(share),
                second);
        return ExitCode.OK;
    }

    private String card(ModelFolder one, ModelFolder other) {
        return """
                # Blend

                The weights of this model are %s %% those of `%s` (SHA-256 %s) and %s %% those of `%s` (SHA-256 %s), made by `bcm blend`.
                """.formatted(percent(1 - share), first, one.sha256(), percent(share), second, other.sha256());
    }

    private static String percent(double part) {
        return String.format(Locale.ROOT, "%.4g", 100 * part);
    }
}
