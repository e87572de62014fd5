package org.bcm4j.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.bcm4j.app.Destination.Kind;
import org.bcm4j.data.ImageFiles;
import org.bcm4j.data.MiddleSquare;
import org.bcm4j.storage.AtomicDirectory;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Scope;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bcm shrink}: makes pictures of the size that a model takes. */
@Command(
        name = "shrink",
        description =
                "Makes pictures of the size that a model takes: the middle square of each, scaled down by taking means, on white.",
        footerHeading = "%nExample:%n",
        footer = "  bcm shrink photos/ --size 32 --out small/")
final class ShrinkCommand implements Callable<Integer> {
    private static final int LARGEST = 4096;

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

    @Override
    public Integer call() {
        EditOptions.requireWithin("--size", size, 1, LARGEST);
        Destination destination = Destination.of(out, Kind.FOLDER);
        Map<String, Path> byName = new TreeMap<>();
        for (Path file : InputImages.files(images)) {
            Path other = byName.put(EditOptions.stem(file) + ".png", file);
            if (other != null) {
                throw new UserException(file + " and " + other + " would have one name; rename one of them");
            }
        }
        AtomicDirectory.write(destination.path(), directory -> {
            for (Map.Entry<String, Path> picture : byName.entrySet()) {
                shrink(picture.getValue(), directory.resolve(picture.getKey()));
            }
        });
        System.out.printf(Locale.ROOT, "wrote %s: N = %d, %d x %d pixels%n", out, byName.size(), size, size);
        return ExitCode.OK;
    }

    private void shrink(Path from, Path to) throws IOException {
        try (Scope scope = Scope.open()) {
            Files.write(to, ImageFiles.png(MiddleSquare.scaledDown(ImageFiles.read(from), size, from.toString())));
        }
    }
}
