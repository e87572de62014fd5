package org.bcm4j.app.commands.data;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.bcm4j.data.sources.PictureSet;
import org.bcm4j.data.sources.PictureSources;
import org.bcm4j.storage.WrittenPath;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The data set that a command reads, in any format. */
final class SourceOptions {
    @Parameters(
            arity = "1..*",
            paramLabel = "SOURCE",
            description = "The data set: " + PictureSources.FORMATS + ". The content tells the format.")
    private List<String> sources = List.of();

    @Option(
            names = "--labels",
            paramLabel = "FILE",
            description = "The classes of a folder's pictures: CSV with the columns file,class, or JSON (default: the"
                    + " names of the folders).")
    private Optional<Path> labels = Optional.empty();

    /** Opens the data set. */
    PictureSet open() {
        return PictureSources.open(sources.stream().map(WrittenPath::of).toList(), labels);
    }

    /** The data set as it was given. */
    @Override
    public String toString() {
        return sources.stream().collect(Collectors.joining(" "));
    }
}
