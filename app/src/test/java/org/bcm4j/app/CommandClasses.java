package org.bcm4j.app;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * The classes of the command for the processes of the tests: a class path of jars only, and an archive of the loaded
 * classes, as {@code ./bcm} keeps one. It saves each of some hundred processes a sixth of its processor time. Made once
 * for a run of the tests.
 */
final class CommandClasses {
    private static final long PATIENCE_SECONDS = 120;

    private static final CommandClasses INSTANCE = new CommandClasses();

    private final String path;
    private final Path archive;

    private CommandClasses() {
        try {
            Path directory = Files.createTempDirectory("bcm-classes");
            directory.toFile().deleteOnExit();
            List<String> entries = new ArrayList<>();
            for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
                Path place = Path.of(entry);
                // The JVM archives no classes of directories.
                entries.add(
                        Files.isDirectory(place)
                                ? jar(place, directory.resolve(entries.size() + ".jar"))
                                        .toString()
                                : entry);
            }
            path = String.join(File.pathSeparator, entries);
            archive = directory.resolve("classes.jsa");
            archive.toFile().deleteOnExit();
            record(directory.resolve("archive.log"));
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException("the command's classes cannot be archived", e);
        }
    }

    /** The options of a JVM that takes the classes from here. Without an archive it is slower, and nothing else. */
    static List<String> options() {
        return List.of(
                "-Xlog:disable",
                "-Xlog:all=error,cds*=off:stderr",
                "-XX:SharedArchiveFile=" + INSTANCE.archive,
                "-cp",
                INSTANCE.path);
    }

    private static Path jar(Path classes, Path jar) throws IOException {
        jar.toFile().deleteOnExit();
        try (OutputStream out = Files.newOutputStream(jar);
                ZipOutputStream zip = new ZipOutputStream(out);
                Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                zip.putNextEntry(
                        new ZipEntry(classes.relativize(file).toString().replace(File.separatorChar, '/')));
                Files.copy(file, zip);
            }
        }
        return jar;
    }

    private void record(Path log) throws IOException, InterruptedException {
        log.toFile().deleteOnExit();
        List<String> command = new ArrayList<>(CommandProcess.JVM);
        command.addAll(List.of(
                "-Dbcm.home=" + Path.of("..").toAbsolutePath().normalize(),
                "-XX:ArchiveClassesAtExit=" + archive,
                "-cp",
                path,
                Bcm.class.getName()));
        command.addAll(List.of("studio", "--rehearse", "--port", "0"));
        Process studio = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        if (!studio.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            studio.destroyForcibly();
        }
    }
}
