package org.bcm4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Programs of the tests in a JVM of their own, with this one's class path. */
public final class ChildJvm {
    private ChildJvm() {}

    /**
     * Runs a program to its end, which must be a good one within the limit.
     *
     * @param folder where its output is kept
     * @param arguments of the program
     * @return the lines that it prints
     */
    public static List<String> linesOf(
            Class<?> program, Path folder, Duration limit, List<String> options, String... arguments)
            throws IOException, InterruptedException {
        return linesOf(program, folder, limit, options, Set.of(), arguments);
    }

    /** @param unset variables of the environment that the program shall not have */
    public static List<String> linesOf(
            Class<?> program, Path folder, Duration limit, List<String> options, Set<String> unset, String... arguments)
            throws IOException, InterruptedException {
        Path out = folder.resolve("out.txt");
        Path errors = folder.resolve("errors.txt");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(errors.toFile());
        builder.environment().keySet().removeAll(unset);
        Process process = builder.start();
        if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            process.destroyForcibly();
        }
        assertThat(process.waitFor()).as(Files.readString(errors)).isZero();
        return Files.readAllLines(out);
    }
}
