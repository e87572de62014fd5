package org.bcm4j.app.processes;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.bcm4j.app.console.StopSignal;
import org.bcm4j.ranks.LocalRanks;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Runs this process's own command as several processes that share the work.
 *
 * @param program the whole command line as it was given
 * @param ranks the number of processes
 * @param restarts how often they may be started again after a failure
 */
public record RankLauncher(CommandSpec program, int ranks, int restarts) {
    /**
     * What becomes of the work if a rank is lost.
     *
     * @param advice how the user can go on
     * @param next the command for another try, of the command before
     */
    public record Run(String advice, UnaryOperator<List<String>> next) {
        /** Of work that cannot go on: it is done again by the same command. */
        public static final Run ONCE = new Run("run the command again", command -> command);
    }

    /** Runs to the end, and returns the exit code. Each rank tells of its own failure. */
    public int run(Run work) {
        LocalRanks processes = new LocalRanks(ranks);
        try (StopSignal signal = StopSignal.asking(processes::requestStop)) {
            List<String> command = OwnProgram.command(
                    program, program.commandLine().getParseResult().originalArgs());
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
                    System.err.println(ended + "; " + work.advice());
                    return ExitCode.SOFTWARE;
                }
                System.err.println(ended + "; all ranks continue from the newest checkpoint (restart " + restart
                        + " of " + restarts + ")");
                command = work.next().apply(command);
            }
        }
    }
}
