package org.bcm4j.app.commands.editing;

import java.util.Optional;
import java.util.concurrent.Callable;
import org.bcm4j.app.options.ClassOption;
import org.bcm4j.app.options.WalkOptions;
import org.bcm4j.editing.Edit;
import org.bcm4j.editing.KnownLuminance;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Scope;
import org.bcm4j.walk.Walk;
import org.bytedeco.pytorch.Tensor;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code bcm colorize}: colours grey pictures. */
@Command(
        name = "colorize",
        description = "Gives grey images colours; of coloured ones it keeps the luminance only.",
        footerHeading = "%nExample:%n",
        footer = {
            "  bcm colorize runs/avataaars/model old.png --out coloured",
            "  bcm colorize runs/avataaars/model old.png --nfe 6 --class Afro --out coloured",
            "",
            "The walk goes from noise to images again and again, which are given the known luminance each time."
        })
public final class ColorizeCommand implements Callable<Integer> {
    @Mixin
    private final EditOptions edits = new EditOptions();

    @Mixin
    private final WalkOptions walks = new WalkOptions();

    @Mixin
    private final ClassOption classOption = new ClassOption();

    @Override
    public Integer call() {
        Walk walk = walks.consistencyModel(edits.model());
        ClassOption.Choice choice = classOption.of(edits.config());
        if (edits.config().network().imageChannels() != KnownLuminance.CHANNELS) {
            throw new UserException("the model generates grey images; colorize needs a model of coloured images");
        }
        try (Scope scope = Scope.open()) {
            Tensor pictures = edits.pictures();
            boolean coloured = !pictures.equal(pictures.narrow(1, 0, 1).expand_as(pictures));
            Optional<Tensor> truth = coloured ? Optional.of(pictures) : Optional.empty();
            return edits.run(Edit.colorization(pictures), truth, walk, choice);
        }
    }
}
