package org.bcm4j.training;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A Java process that trains and reports on its standard output, line by line. */
record TrainingProcess(Process process, BufferedReader output, Path errors) implements AutoCloseable {
    /**
     * Starts the {@code main} of a class of this class path, on one thread, with a heap of constant size and without the optimising
     * compiler, which goes on adding code for thousands of steps.
     *
     * @param options further ones of the JVM
     * @param errors the file that takes its standard error
     */
    static TrainingProcess start(Class<?> main, List<String> options, Path errors, Object... arguments) {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-Dorg.bytedeco.javacpp.nopointergc=true",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-XX:+AlwaysPreTouch",
                "-Xms64m",
                "-Xmx64m"));
        command.addAll(options);
        command.addAll(List.of("-cp", ManagementFactory.getRuntimeMXBean().getClassPath(), main.getName()));
        Arrays.stream(arguments).map(Object::toString).forEach(command::add);
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
        builder.environment().put("OMP_NUM_THREADS", "1");
        try {
            Process process = builder.start();
            return new TrainingProcess(process, process.inputReader(StandardCharsets.UTF_8), errors);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for the next line. */
    String line() {
        try {
            String line = output.readLine();
            if (line == null) {
                throw new AssertionError("the process ended early: " + Files.readString(errors));
            }
            return line;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for the end, and answers whether it was a good one. */
    boolean ends() throws InterruptedException {
        output.lines().forEach(line -> {});
        return process.waitFor() == 0;
    }

    /** Kills the process by SIGKILL, which leaves it no time to tidy up. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
