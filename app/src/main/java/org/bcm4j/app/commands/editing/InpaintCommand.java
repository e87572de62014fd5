package org.bcm4j.app.commands.editing;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.bcm4j.app.options.ClassOption;
import org.bcm4j.app.options.WalkOptions;
import org.bcm4j.editing.Edit;
import org.bcm4j.model.ModelConfig;
import org.bcm4j.model.ModelKind;
import org.bcm4j.storage.OptionRange;
import org.bcm4j.tensor.Scope;
import org.bcm4j.walk.Walk;
import org.bytedeco.pytorch.Tensor;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bcm inpaint}: fills holes in pictures. */
@Command(
        name = "inpaint",
        description = "Fills the missing parts of images.",
        footerHeading = "%nExample:%n",
        footer = {
            "  bcm inpaint models/fashion-mnist shirt.png --box 8,10,12,9 --out filled",
            "  bcm inpaint models/fashion-mnist shirts/ --mask hole.png --refine 2 --out filled",
            "  bcm inpaint models/fashion-mnist cut-out.png --method cm --nfe 18 --out filled",
            "",
            "Without --mask and --box, the transparent parts of the pictures are missing."
        })
public final class InpaintCommand implements Callable<Integer> {
    /** The noise scales between 0.1 and 2 of multistep sampling with 18 steps. */
    private static final List<String> ROUNDS =
            List.of("0 +1.5 > 0", "0 +0.859 > 0", "0 +0.469 > 0", "0 +0.242 > 0", "0 +0.117 > 0");

    @Mixin
    private final EditOptions edits = new EditOptions();

    @Mixin
    private final WalkOptions walks = new WalkOptions();

    @Mixin
    private final ClassOption classOption = new ClassOption();

    @Mixin
    private final HoleOptions holes = new HoleOptions();

    @Mixin
    private final MethodOption method = new MethodOption();

    @Option(
            names = "--refine",
            paramLabel = "R",
            description = "R more evaluations, each after less added noise; 0 to 5 (default: ${DEFAULT-VALUE}).")
    private int refine = 0;

    @Override
    public Integer call() {
        Walk walk = refined(walk());
        ClassOption.Choice choice = classOption.of(edits.config());
        try (Scope scope = Scope.open()) {
            Tensor pictures = edits.pictures();
            Tensor missing = holes.missing(edits.images(), pictures);
            // Transparent pixels have no colour to compare with.
            boolean known = holes.areDrawn()
                    && edits.images().stream()
                            .allMatch(image -> image.transparent().isEmpty());
            Optional<Tensor> truth = known ? Optional.of(pictures) : Optional.empty();
            return edits.run(Edit.inpainting(pictures, missing), truth, walk, choice);
        }
    }

    /** The walk for the chosen method, before any refinement rounds. */
    private Walk walk() {
        ModelConfig config = edits.config();
        if (!method.isConsistencyModel(config)) {
            return walks.inpainting(edits.model());
        }
        return config.kind() == ModelKind.CONSISTENCY
                ? walks.plainInpainting(edits.model())
                : walks.consistencyModel(edits.model());
    }

    private Walk refined(Walk walk) {
        OptionRange.require("--refine", refine, 0, ROUNDS.size());
        Walk whole = walk;
        for (String round : ROUNDS.subList(ROUNDS.size() - refine, ROUNDS.size())) {
            whole = whole.then(Walk.parse(round));
        }
        return whole;
    }
}
