package org.bcm4j.data.sources;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bcm4j.storage.FileFailure;
import org.bcm4j.storage.UserException;

/** The files of a set in several files, as people write them: {@code x-{000..146}.tar}, {@code x-*.tar}. */
final class SourceFiles {
    private static final Pattern RANGE = Pattern.compile("\\{(\\d+)\\.\\.(\\d+)\\}");
    private static final Pattern WILD = Pattern.compile("[*?\\[{]");
    private static final int MOST_FILES = 1_000_000;

    private SourceFiles() {}

    /**
     * The files that a path names, in order. Numbers of a range have as many digits as its first one. A path that
     * exists is itself.
     *
     * @throws UserException if there are none
     */
    static List<Path> named(Path path) {
        if (Files.exists(path)) {
            return List.of(path);
        }
        List<Path> files = ranges(path.toString()).stream()
                .flatMap(name -> matching(Path.of(name)).stream())
                .toList();
        for (Path file : files) {
            if (!Files.exists(file)) {
                throw new UserException(file + ": there is no such file or folder; check the path");
            }
        }
        return files;
    }

    private static List<String> ranges(String name) {
        Matcher range = RANGE.matcher(name);
        if (!range.find()) {
            return List.of(name);
        }
        String first = range.group(1);
        try {
            int from = Integer.parseInt(first);
            int to = Integer.parseInt(range.group(2));
            if (to < from || to - from >= MOST_FILES) {
                throw new UserException(name + ": its range " + range.group() + " must lead upwards, to at most "
                        + MOST_FILES + " files");
            }
            String before = name.substring(0, range.start());
            String after = name.substring(range.end());
            return IntStream.rangeClosed(from, to)
                    .mapToObj(
                            number -> before + String.format(Locale.ROOT, "%0" + first.length() + "d", number) + after)
                    .flatMap(expanded -> ranges(expanded).stream())
                    .toList();
        } catch (NumberFormatException e) {
            throw new UserException(name + ": its range " + range.group() + " has too large numbers", e);
        }
    }

    private static List<Path> matching(Path path) {
        String name = String.valueOf(path.getFileName());
        if (Files.exists(path) || !WILD.matcher(name).find()) {
            return List.of(path);
        }
        Path folder = Optional.ofNullable(path.getParent()).orElse(Path.of(""));
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, name)) {
            files.forEach(found::add);
        } catch (PatternSyntaxException e) {
            throw new UserException(
                    path + ": is no file, and no valid pattern of files (" + e.getDescription() + "); check the path",
                    e);
        } catch (IOException e) {
            throw FileFailure.reading(folder, e);
        }
        if (found.isEmpty()) {
            throw new UserException(path + ": there are no such files; check the path");
        }
        return found.stream().sorted().toList();
    }

    /** The files of a folder itself whose names have the ending, in order. */
    static List<Path> ending(Path folder, String... endings) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> {
                        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
                        return !name.startsWith(".") && Stream.of(endings).anyMatch(name::endsWith);
                    })
                    .filter(file -> Files.isRegularFile(file))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw FileFailure.reading(folder, e);
        }
    }
}
