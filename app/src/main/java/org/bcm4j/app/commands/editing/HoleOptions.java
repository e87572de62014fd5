package org.bcm4j.app.commands.editing;

import static org.bcm4j.tensor.Ops.scalar;
import static org.bcm4j.tensor.Ops.stack;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bcm4j.app.files.InputImage;
import org.bcm4j.images.ImageFiles;
import org.bcm4j.storage.UserException;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import picocli.CommandLine.Option;

/** The options for the missing parts of pictures: drawn in a mask, given as boxes, or transparent. */
final class HoleOptions {
    @Option(
            names = "--mask",
            paramLabel = "MASK.png",
            description =
                    "A picture of the same size, white where the image is missing, black or transparent where it is"
                            + " known.")
    private Optional<Path> mask = Optional.empty();

    @Option(
            names = "--box",
            paramLabel = "X,Y,W,H",
            description = "A missing rectangle: its left and upper edge, width and height in pixels; may be repeated.")
    private List<String> boxes = List.of();

    /** Whether the holes are drawn over pictures, so that the original content is known. */
    boolean areDrawn() {
        return mask.isPresent() || !boxes.isEmpty();
    }

    /**
     * The missing pixels of the pictures.
     *
     * @param images the pictures
     * @param pictures their pixels, [N,C,H,W]
     * @return bool [N,1,H,W]
     * @throws UserException if a mask is of another size, a box lies outside, nothing is missing or nothing is known
     */
    Tensor missing(List<InputImage> images, Tensor pictures) {
        if (!areDrawn()) {
            return stack(0, images.stream().map(HoleOptions::transparent).toArray(Tensor[]::new));
        }
        int height = (int) pictures.size(2);
        int width = (int) pictures.size(3);
        Tensor hole = torch.zeros(new long[] {1, height, width}).to(torch.ScalarType.Bool);
        if (mask.isPresent()) {
            hole = hole.logical_or(drawn(mask.get(), height, width));
        }
        for (String box : boxes) {
            List<Integer> edges = edges(box, width, height);
            hole.narrow(1, edges.get(1), edges.get(3))
                    .narrow(2, edges.get(0), edges.get(2))
                    .fill_(scalar(1L));
        }
        requireHole(hole, mask.map(Path::toString).orElse("--box"));
        // Transparent pixels are missing as well: they have no colour to keep.
        Tensor drawn = hole;
        return stack(
                0,
                images.stream()
                        .map(image -> requireHole(
                                image.transparent().map(drawn::logical_or).orElse(drawn), image.source()))
                        .toArray(Tensor[]::new));
    }

    private static Tensor transparent(InputImage image) {
        Tensor hole = image.transparent()
                .orElseThrow(() -> new UserException(image.source()
                        + ": has no transparent part to fill; mark what is missing with --mask or --box"));
        return requireHole(hole, image.source());
    }

    private static Tensor drawn(Path mask, int height, int width) {
        Tensor white = ImageFiles.readPicture(mask).white();
        if (white.size(1) != height || white.size(2) != width) {
            throw new UserException(mask + " is " + white.size(2) + " x " + white.size(1)
                    + " pixels, but the images are " + width + " x " + height + "; draw the mask at their size");
        }
        return white;
    }

    private static Tensor requireHole(Tensor hole, String source) {
        if (!hole.any().item_bool()) {
            throw new UserException(source + ": nothing is missing; mark what to fill (white in a mask)");
        }
        if (hole.all().item_bool()) {
            throw new UserException(source + ": everything is missing; leave some pixels known, or use bcm sample");
        }
        return hole;
    }

    /** Left, top, width and height of a box within the image. */
    private static List<Integer> edges(String box, int width, int height) {
        List<Integer> edges = new ArrayList<>();
        try {
            for (String number : box.split(",", -1)) {
                edges.add(Integer.parseInt(number.strip()));
            }
        } catch (NumberFormatException e) {
            throw new UserException("--box " + box + ": must be four whole numbers X,Y,W,H, such as 8,10,12,9", e);
        }
        if (edges.size() != 4) {
            throw new UserException("--box " + box + ": must be four whole numbers X,Y,W,H, such as 8,10,12,9");
        }
        if (edges.get(2) < 1 || edges.get(3) < 1) {
            throw new UserException("--box " + box + ": its width and height must be at least 1");
        }
        boolean inside = edges.get(0) >= 0
                && edges.get(1) >= 0
                && edges.get(2) <= width - edges.get(0)
                && edges.get(3) <= height - edges.get(1);
        if (!inside) {
            throw new UserException(
                    "--box " + box + ": does not lie within the image of " + width + " x " + height + " pixels");
        }
        return edges;
    }
}
