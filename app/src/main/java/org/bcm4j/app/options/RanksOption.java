package org.bcm4j.app.options;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.bcm4j.app.processes.RankLauncher;
import org.bcm4j.ranks.RankVariables;
import org.bcm4j.ranks.SharedWork;
import org.bcm4j.storage.OptionRange;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.RankAddress;
import org.bcm4j.tensor.RankGroup;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** The options of commands whose work several processes, called ranks, can share. */
public final class RanksOption {
    private static final int MOST_RANKS = 1024;
    private static final int LONGEST_TIMEOUT = 86_400;

    @Option(
            names = "--ranks",
            paramLabel = "K",
            description = "Share the work among K processes on this machine, and its cores among them (default: 1).")
    private Optional<Integer> ranks = Optional.empty();

    @Option(
            names = "--rank-timeout",
            paramLabel = "SECONDS",
            defaultValue = "30",
            description = "How long a rank may give no sign of life before it counts as lost (default:"
                    + " ${DEFAULT-VALUE}).")
    private int timeout;

    /**
     * Shares the work of a command: starts its ranks and waits for them, or does this rank's part.
     *
     * @param command the command that has these options
     * @param work what all ranks do. A mistake in it is told by rank 0
     * @return the exit code
     */
    public int share(CommandSpec command, Consumer<SharedWork> work) {
        Optional<Integer> toStart = toStart();
        if (toStart.isPresent()) {
            return new RankLauncher(command.root(), toStart.get(), 0).run(RankLauncher.Run.ONCE);
        }
        try (RankGroup group = join()) {
            return inGroup(group, work);
        }
    }

    private static int inGroup(RankGroup group, Consumer<SharedWork> work) {
        try {
            work.accept(new SharedWork(group));
            group.finish();
            return ExitCode.OK;
        } catch (UserException e) {
            if (group.isFirst()) {
                throw e;
            }
            return ExitCode.USAGE;
        }
    }

    /**
     * The number of ranks that this process has to start, or nothing if it does the work itself.
     *
     * @throws UserException if an option is out of its range, or contradicts the launcher that started this process
     */
    public Optional<Integer> toStart() {
        ranks.ifPresent(count -> OptionRange.require("--ranks", count, 1, MOST_RANKS));
        OptionRange.require("--rank-timeout", timeout, 1, LONGEST_TIMEOUT);
        Optional<RankAddress> place = place();
        place.ifPresent(address -> ranks.filter(count -> count != address.size())
                .ifPresent(count -> {
                    throw new UserException("--ranks " + count + ": this process was started as one of "
                            + address.size() + " ranks; leave the option out");
                }));
        return place.isPresent() ? Optional.empty() : ranks.filter(count -> count > 1);
    }

    /** Whether a launcher, such as {@code --ranks} in another process, started this process as a rank. */
    public boolean isStarted() {
        return place().isPresent();
    }

    /**
     * The group of this process: that of the launcher's variables, or this process alone.
     *
     * @throws UserException if the other ranks cannot be met
     */
    public RankGroup join() {
        return place().map(address -> RankGroup.join(address, Duration.ofSeconds(timeout)))
                .orElseGet(RankGroup::alone);
    }

    private static Optional<RankAddress> place() {
        return RankVariables.ofProcess().address();
    }
}
