package org.bcm4j.app.commands.editing;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.bcm4j.app.files.InputImage;
import org.bcm4j.app.options.ClassOption;
import org.bcm4j.app.options.WalkOptions;
import org.bcm4j.editing.Edit;
import org.bcm4j.editing.KnownPatchMeans;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Scope;
import org.bcm4j.walk.Walk;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bcm superres}: enlarges pictures. */
@Command(
        name = "superres",
        description = "Enlarges images 2 or 4 times; images that have the full size already are made small first.",
        footerHeading = "%nExample:%n",
        footer = {
            "  bcm superres models/fashion-mnist small.png --factor 2 --out large",
            "  bcm superres models/fashion-mnist shirt.png --factor 4 --nfe 8 --out large",
            "",
            "The walk goes from noise to images again and again, whose patches are given the known means each time."
        })
public final class SuperresCommand implements Callable<Integer> {
    @Mixin
    private final EditOptions edits = new EditOptions();

    @Mixin
    private final WalkOptions walks = new WalkOptions();

    @Mixin
    private final ClassOption classOption = new ClassOption();

    @Option(
            names = "--factor",
            required = true,
            paramLabel = "2|4",
            description = "How many times larger the results are in both directions.")
    private int factor = 2;

    @Override
    public Integer call() {
        int side = edits.config().network().imageSize();
        if (!KnownPatchMeans.FACTORS.contains(factor) || side % factor != 0) {
            throw new UserException(
                    "--factor " + factor + ": choose 2 or 4; it must divide the model's image size, " + side);
        }
        Walk walk = walks.consistencyModel(edits.model());
        ClassOption.Choice choice = classOption.of(edits.config());
        try (Scope scope = Scope.open()) {
            List<InputImage> images = edits.images(side, side / factor);
            boolean whole = images.stream().allMatch(image -> image.side() == side);
            if (!whole) {
                requireSmall(images, side / factor);
            }
            Tensor pictures = InputImage.signals(images);
            Optional<Tensor> truth = whole ? Optional.of(pictures) : Optional.empty();
            Tensor means = whole ? torch.avg_pool2d(pictures, factor, factor) : pictures;
            return edits.run(Edit.superResolution(means, factor), truth, walk, choice);
        }
    }

    private static void requireSmall(List<InputImage> images, int side) {
        images.stream().filter(image -> image.side() != side).findFirst().ifPresent(image -> {
            throw new UserException(
                    image.source() + " has the full size, but others are small; enlarge the small ones alone");
        });
    }
}
