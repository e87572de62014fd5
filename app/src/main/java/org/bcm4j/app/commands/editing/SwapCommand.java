package org.bcm4j.app.commands.editing;

import java.util.Optional;
import java.util.concurrent.Callable;
import org.bcm4j.app.commands.editing.EditOptions.Comparison;
import org.bcm4j.app.options.ClassOption;
import org.bcm4j.model.ModelConfig;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Scope;
import org.bcm4j.walk.ThereAndBack;
import org.bytedeco.pytorch.Tensor;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bcm swap}: turns images of one class into images of another. */
@Command(
        name = "swap",
        description =
                "Turns images of one class into those of another: inverts them as the one and generates them as the other.",
        footerHeading = "%nExample:%n",
        footer = {
            "  bcm swap models/fashion-mnist shirt.png --from-class Shirt --to-class Coat --out coats",
            "  bcm swap models/fashion-mnist shirt.png --from-class 6 --to-class 4 \\",
            "      --walk \"0 +0.07 > 6 > 80 > 1.2 > 0\" --out coats",
            "",
            "The walk adds noise at its start only, so that what the classes share comes back."
        })
public final class SwapCommand implements Callable<Integer> {
    @Mixin
    private final EditOptions edits = new EditOptions();

    @Mixin
    private final ThereAndBackOptions walks = new ThereAndBackOptions();

    @Option(
            names = "--from-class",
            required = true,
            paramLabel = "K|NAME",
            description = "The class of the pictures, by number from 0 or by name.")
    private String from = "";

    @Option(names = "--to-class", required = true, paramLabel = "K|NAME", description = "The class of the results.")
    private String to = "";

    @Override
    public Integer call() {
        ThereAndBack walk = walks.swap(edits.model());
        ModelConfig config = edits.config();
        ClassOption.Choice first = ClassOption.find(config, "--from-class", from);
        ClassOption.Choice second = ClassOption.find(config, "--to-class", to);
        try (Scope scope = Scope.open()) {
            Tensor pictures = edits.pictures();
            int count = (int) pictures.size(0);
            return edits.run(new Comparison(pictures, Optional.empty()), walk.whole(), first + " to " + second, bcm -> {
                Device device = bcm.model().device();
                return bcm.swap(
                        walk,
                        device.move(pictures),
                        edits.seed(),
                        first.labels(count, device),
                        second.labels(count, device));
            });
        }
    }
}
