package org.bcm4j.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The {@code bcm} command as a process of its own, as people run it: exit codes, streams and signals are the real ones.
 *
 * @param directory where it runs
 * @param jvmOptions further options of the JVM
 * @param launcher the program that starts it, with that program's arguments; empty to start it directly
 */
public record CommandProcess(Path directory, List<String> jvmOptions, List<String> launcher) {
    /** Java with the options that every process has, as ./bcm has them. */
    static final List<String> JVM = List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Dorg.bytedeco.javacpp.nopointergc=true",
            "-XX:+UseSerialGC");

    static final int PATIENCE_SECONDS = 300;

    /** What a run did. */
    public record Outcome(int exitCode, String out, String err) {}

    public CommandProcess(Path directory, List<String> jvmOptions) {
        this(directory, jvmOptions, List.of());
    }

    public static CommandProcess in(Path directory) {
        return new CommandProcess(directory, List.of());
    }

    /** Runs to the end. */
    public Outcome run(String... arguments) throws IOException, InterruptedException {
        Path out = Files.createTempFile("bcm", ".out");
        Path err = Files.createTempFile("bcm", ".err");
        try {
            Process process = start(out, err, arguments);
            return outcome(process, out, err);
        } finally {
            Files.delete(out);
            Files.delete(err);
        }
    }

    /** Starts a run whose streams go to files. */
    public Process start(Path out, Path err, String... arguments) throws IOException {
        return start(Bcm.class, out, err, arguments);
    }

    /** Starts another program in the same way. */
    Process start(Class<?> program, Path out, Path err, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(JVM);
        command.add("-XX:TieredStopAtLevel=1");
        command.addAll(CommandClasses.options());
        if (Runtime.version().feature() >= 24) {
            // As ./bcm does, or the JVM warns on standard error.
            command.addAll(1, List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
        }
        command.addAll(jvmOptions);
        command.add(program.getName());
        command.addAll(List.of(arguments));
        command.addAll(0, launcher);
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().put("OPENBLAS_NUM_THREADS", "1");
        builder.environment().put("OMP_WAIT_POLICY", "PASSIVE");
        // Models are small here and several tests run at once.
        builder.environment().put("OMP_NUM_THREADS", "1");
        builder.environment().remove("BCM_DEBUG");
        return builder.start();
    }

    /** Waits for the end of a run. */
    public static Outcome outcome(Process process, Path out, Path err) throws IOException, InterruptedException {
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError(
                    "bcm did not end within " + PATIENCE_SECONDS + " s; it said: " + Files.readString(err));
        }
        return new Outcome(process.exitValue(), Files.readString(out), Files.readString(err));
    }
}
