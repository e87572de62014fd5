package org.bcm4j.app.commands;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.bcm4j.app.files.Destination;
import org.bcm4j.app.files.Destination.Kind;
import org.bcm4j.app.files.InputImage;
import org.bcm4j.app.files.InputImages;
import org.bcm4j.images.ImageFiles;
import org.bcm4j.images.ImageFit;
import org.bcm4j.storage.AtomicDirectory;
import org.bcm4j.storage.OptionRange;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bcm shrink}: scales pictures to the size of a model. */
@Command(
        name = "shrink",
        description =
                "Makes pictures of the size that a model takes: the middle square of each, scaled down by taking means, on white."
                        + " Those of subfolders stay in subfolders.",
        footerHeading = "%nExample:%n",
        footer = "  bcm shrink photos/ --size 32 --out small/")
public final class ShrinkCommand implements Callable<Integer> {
    private static final int LARGEST = 4096;
    private static final int BARS = 0;

    @Parameters(arity = "1..*", paramLabel = "IMAGE|DIR", description = "Pictures of any size, or folders of them.")
    private List<Path> images = List.of();

    @Option(
            names = "--size",
            required = true,
            paramLabel = "N",
            description = "Height and width of the results, in pixels.")
    private int size = 1;

    @Option(
            names = {"-o", "--out"},
            required = true,
            paramLabel = "DIR",
            description = "A new folder for the results: PNG files of the same names.")
    private Path out = Path.of("");

    @Option(
            names = "--fit",
            paramLabel = "crop|pad|stretch",
            description = "How pictures become squares: their middle square, all of them with black bars, or stretched"
                    + " (default: crop).")
    private ImageFit fit = ImageFit.CROP;

    @Option(
            names = "--skip-bad",
            description = "Names pictures that cannot be used, and goes on with the others (default: stops).")
    private boolean skipBad = false;

    private int done;

    @Override
    public Integer call() {
        OptionRange.require("--size", size, 1, LARGEST);
        Destination destination = Destination.of(out, Kind.FOLDER);
        Map<String, Path> byName = byName();
        AtomicDirectory.writeNew(destination.path(), directory -> {
            for (Map.Entry<String, Path> picture : byName.entrySet()) {
                shrink(picture.getValue(), directory.resolve(picture.getKey()));
            }
            if (done == 0) {
                throw new UserException("none of the pictures can be used; give others");
            }
        });
        System.out.printf(Locale.ROOT, "wrote %s: N = %d, %d x %d pixels%n", out, done, size, size);
        return ExitCode.OK;
    }

    /**
     * The pictures by the names of their results. Pictures in subfolders, which can be their classes, stay in
     * subfolders.
     */
    private Map<String, Path> byName() {
        Map<String, Path> byName = new TreeMap<>();
        for (Path given : images) {
            for (Path file : InputImages.files(given)) {
                Path place = file.equals(given) ? Path.of("") : given.relativize(file.resolveSibling(""));
                Path other = byName.put(
                        place.resolve(InputImage.nameOf(file) + ".png").toString(), file);
                if (other != null) {
                    throw new UserException(file + " and " + other + " would have the same name; rename one of them");
                }
            }
        }
        return byName;
    }

    private void shrink(Path from, Path to) throws IOException {
        try (Scope scope = Scope.open()) {
            Tensor picture = ImageFiles.read(from);
            long least = fit == ImageFit.CROP
                    ? Math.min(picture.size(1), picture.size(2))
                    : Math.max(picture.size(1), picture.size(2));
            if (least < size) {
                throw new UserException(from + " is only " + picture.size(2) + " x " + picture.size(1)
                        + " pixels; leave it out, or ask for at most --size " + least);
            }
            Files.createDirectories(to.toAbsolutePath().getParent());
            Files.write(to, ImageFiles.png(fit.square(picture, size, BARS)));
            done++;
        } catch (UserException e) {
            if (!skipBad) {
                throw e;
            }
            System.err.println("bcm: left out: " + e.getMessage());
        }
    }
}
