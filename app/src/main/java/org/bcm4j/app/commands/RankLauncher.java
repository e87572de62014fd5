package org.bcm4j.app.commands;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bcm4j.app.console.StopSignal;
import org.bcm4j.ranks.LocalRanks;
import org.bcm4j.training.Trainer;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Runs this process's own command as several processes that train together.
 *
 * @param program the whole command line as it was given
 * @param ranks the number of processes
 * @param restarts how often they may be started again after a failure
 * @param resume whether the command resumes a run
 */
record RankLauncher(CommandSpec program, int ranks, int restarts, boolean resume) {
    /** Runs to the end, and returns the exit code. Each rank tells of its own failure. */
    int run(Path directory) {
        LocalRanks processes = new LocalRanks(ranks);
        try (StopSignal signal = StopSignal.asking(processes::requestStop)) {
            List<String> command = command();
            for (int restart = 1; ; restart++) {
                Optional<LocalRanks.Failure> failure = processes.run(command);
                if (failure.isEmpty()) {
                    return ExitCode.OK;
                }
                if (failure.get().isMistake()) {
                    return ExitCode.USAGE;
                }
                String ended = "bcm: rank " + failure.get().rank() + " ended with the exit code "
                        + failure.get().code();
                if (restart > restarts) {
                    System.err.println(ended + "; continue with: bcm train --resume --run " + directory + " --ranks "
                            + ranks);
                    return ExitCode.SOFTWARE;
                }
                System.err.println(ended + "; all ranks continue from the newest checkpoint (restart " + restart
                        + " of " + restarts + ")");
                command = resumed(command, directory);
            }
        }
    }

    private List<String> command() {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of(
                "-cp",
                System.getProperty("java.class.path"),
                program.userObject().getClass().getName()));
        command.addAll(program.commandLine().getParseResult().originalArgs());
        return command;
    }

    /** The command that continues the run, which may have failed before it began. */
    private List<String> resumed(List<String> command, Path directory) {
        if (resume || command.contains(TrainCommand.RESUME) || !Trainer.isRun(directory)) {
            return command;
        }
        List<String> resumed = new ArrayList<>(command);
        resumed.add(TrainCommand.RESUME);
        return resumed;
    }
}
