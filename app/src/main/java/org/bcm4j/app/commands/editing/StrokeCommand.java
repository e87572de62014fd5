package org.bcm4j.app.commands.editing;

import java.util.Optional;
import java.util.concurrent.Callable;
import org.bcm4j.app.options.ClassOption;
import org.bcm4j.app.options.WalkOptions;
import org.bcm4j.editing.Edit;
import org.bcm4j.tensor.Scope;
import org.bcm4j.walk.Walk;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code bcm stroke}: turns rough drawings into images. */
@Command(
        name = "stroke",
        description = "Makes images of rough drawings: keeps their forms from above a noise scale, and finds the rest.",
        footerHeading = "%nExample:%n",
        footer = {
            "  bcm stroke models/fashion-mnist drawing.png --class Bag --out bags",
            "  bcm stroke models/fashion-mnist drawing.png --walk \"0 +8 > 0 +1.5 > 0\" --out garments",
            "",
            "The more noise the walk adds first, the less of the drawing stays."
        })
public final class StrokeCommand implements Callable<Integer> {
    @Mixin
    private final EditOptions edits = new EditOptions();

    @Mixin
    private final WalkOptions walks = new WalkOptions();

    @Mixin
    private final ClassOption classOption = new ClassOption();

    @Override
    public Integer call() {
        Walk walk = walks.edit(edits.model(), Edit.DRAWING_WALK);
        ClassOption.Choice choice = classOption.of(edits.config());
        try (Scope scope = Scope.open()) {
            return edits.run(Edit.free(edits.pictures()), Optional.empty(), walk, choice);
        }
    }
}
