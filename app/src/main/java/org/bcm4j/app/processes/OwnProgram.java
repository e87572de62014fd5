package org.bcm4j.app.processes;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/** Starts this program once more. */
public final class OwnProgram {
    private static final String QUICK_COMPILER_ONLY = "-XX:TieredStopAtLevel=1";

    private OwnProgram() {}

    /** The command for another process of this program, with this process's own Java and its options. */
    public static List<String> command(CommandSpec program, List<String> arguments) {
        return command(program, ManagementFactory.getRuntimeMXBean().getInputArguments(), arguments);
    }

    /** As {@link #command}, for long work: with the optimising compiler, which {@code ./bcm} leaves out for others. */
    public static List<String> longCommand(CommandSpec program, List<String> arguments) {
        List<String> options =
                new ArrayList<>(ManagementFactory.getRuntimeMXBean().getInputArguments());
        options.remove(QUICK_COMPILER_ONLY);
        return command(program, options, arguments);
    }

    private static List<String> command(CommandSpec program, List<String> options, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of(
                "-cp",
                System.getProperty("java.class.path"),
                program.userObject().getClass().getName()));
        command.addAll(arguments);
        return command;
    }
}
