package org.bcm4j.app.processes;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/** Starts this program once more. */
public final class OwnProgram {
    private OwnProgram() {}

    /** The command for another process of this program, with this process's own Java and its options. */
    public static List<String> command(CommandSpec program, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of(
                "-cp",
                System.getProperty("java.class.path"),
                program.userObject().getClass().getName()));
        command.addAll(arguments);
        return command;
    }
}
