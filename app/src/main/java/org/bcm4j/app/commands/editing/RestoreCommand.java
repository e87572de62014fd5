package org.bcm4j.app.commands.editing;

import java.util.Optional;
import java.util.concurrent.Callable;
import org.bcm4j.app.options.ClassOption;
import org.bcm4j.app.options.WalkOptions;
import org.bcm4j.editing.Edit;
import org.bcm4j.metrics.edits.Corruption;
import org.bcm4j.storage.OptionRange;
import org.bcm4j.tensor.Scope;
import org.bcm4j.walk.Walk;
import org.bytedeco.pytorch.Tensor;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bcm restore}: improves compressed pictures. */
@Command(
        name = "restore",
        description = "Restores images that compression has damaged, without being told how.",
        footerHeading = "%nExample:%n",
        footer = {
            "  bcm restore models/fashion-mnist compressed.jpg --out restored",
            "  bcm restore models/fashion-mnist shirt.png --quality 20 --walk \"0 +0.07 > 2 > 0\" --out restored",
            "",
            "The walk inverts to a moderate noise scale, and regenerates from there."
        })
public final class RestoreCommand implements Callable<Integer> {
    @Mixin
    private final EditOptions edits = new EditOptions();

    @Mixin
    private final WalkOptions walks = new WalkOptions();

    @Mixin
    private final ClassOption classOption = new ClassOption();

    @Option(
            names = "--quality",
            paramLabel = "Q",
            description =
                    "First compresses the pictures as JPEG of this quality, 1 to 100, so that the truth is known.")
    private Optional<Integer> quality = Optional.empty();

    @Override
    public Integer call() {
        quality.ifPresent(q -> OptionRange.require("--quality", q, 1, 100));
        Walk walk = walks.restoration(edits.model());
        ClassOption.Choice choice = classOption.of(edits.config());
        try (Scope scope = Scope.open()) {
            Tensor pictures = edits.pictures();
            Tensor given = quality.map(
                            q -> new Corruption.Compression(q).apply(pictures).images())
                    .orElse(pictures);
            return edits.run(Edit.free(given), quality.map(q -> pictures), walk, choice);
        }
    }
}
