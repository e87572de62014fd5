package org.bcm4j.ranks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.RankAddress;

/**
 * Starts the ranks of a group on this machine, as processes with one command, and waits for them. The processor's cores
 * are shared out among them. If one fails, the others cannot go on and are killed.
 */
public final class LocalRanks {
    private static final String HOST = "127.0.0.1";

    /** The exit code of a process that a user's mistake ended. */
    private static final int MISTAKE = 2;
    /** The exit codes after Ctrl-C and a termination signal. The rank has asked the others to save and stop too. */
    private static final Set<Integer> STOPPED = Set.of(130, 143);

    private static final Duration WORDS = Duration.ofSeconds(2);

    private final int count;
    private final List<Process> processes = new ArrayList<>();
    private boolean stopped;

    /**
     * A rank that failed.
     *
     * @param rank its number
     * @param code its exit code; 128 and more for a signal
     */
    public record Failure(int rank, int code) {
        /** Whether the user can mend it, so that another try would fail in the same way. */
        public boolean isMistake() {
            return code == MISTAKE;
        }
    }

    /** @param count the number of ranks; with more than the processor has cores, they slow each other down */
    public LocalRanks(int count) {
        this.count = count;
    }

    /**
     * Runs all ranks to their end, with this process's standard error, and its standard output for rank 0.
     *
     * @param command what each of them runs
     * @return the first failure, if any rank failed
     */
    public Optional<Failure> run(List<String> command) {
        try {
            start(command);
            Optional<Failure> failure = Optional.empty();
            List<CompletableFuture<Process>> running =
                    new ArrayList<>(processes.stream().map(Process::onExit).toList());
            while (!running.isEmpty() && failure.isEmpty()) {
                CompletableFuture.anyOf(running.toArray(CompletableFuture[]::new))
                        .join();
                // In this order, or a rank could fail between the two and not be seen.
                running.removeIf(CompletableFuture::isDone);
                failure = failure();
            }
            failure.filter(Failure::isMistake).ifPresent(mistake -> letRankZeroSpeak());
            return failure;
        } finally {
            kill(processes);
        }
    }

    /**
     * A mistake of all ranks is told by rank 0, which may need a moment longer. The others end before, or a slow one would tell
     * that rank 0 is lost.
     */
    private void letRankZeroSpeak() {
        kill(processes.subList(1, processes.size()));
        processes
                .get(0)
                .onExit()
                .completeOnTimeout(processes.get(0), WORDS.toMillis(), TimeUnit.MILLISECONDS)
                .join();
    }

    private synchronized void start(List<String> command) {
        processes.clear();
        int port = freePort();
        int cores = Math.max(1, Runtime.getRuntime().availableProcessors() / count);
        for (int rank = 0; rank < count && !stopped; rank++) {
            ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
            if (rank > 0) {
                // Rank 0 speaks for all. Gloo greets in each.
                builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
            }
            builder.environment().putAll(RankVariables.of(new RankAddress(rank, count, HOST, port)));
            builder.environment().put("OMP_NUM_THREADS", Integer.toString(cores));
            builder.environment().putAll(LocalGpus.ofThisMachine(count, rank));
            // Otherwise libtorch prints a native stack trace in each rank that outlives another.
            builder.environment().putIfAbsent("TORCH_CPP_LOG_LEVEL", "ERROR");
            try {
                processes.add(builder.start());
            } catch (IOException e) {
                throw new UserException(
                        "rank " + rank + " could not be started (" + e.getMessage() + "); close other programs", e);
            }
        }
    }

    /** Of several failures at one time, a mistake is the cause and the rest are its consequences. */
    private Optional<Failure> failure() {
        List<Failure> failures = new ArrayList<>();
        for (int rank = 0; rank < processes.size(); rank++) {
            Process process = processes.get(rank);
            if (!process.isAlive() && process.exitValue() != 0 && !STOPPED.contains(process.exitValue())) {
                failures.add(new Failure(rank, process.exitValue()));
            }
        }
        return failures.stream()
                .filter(Failure::isMistake)
                .findFirst()
                .or(() -> failures.stream().findFirst());
    }

    /** Asks all ranks to stop in an orderly way. {@link #run} returns when they have. May be called from any thread. */
    public synchronized void requestStop() {
        stopped = true;
        processes.forEach(Process::destroy);
    }

    private synchronized void kill(List<Process> ranks) {
        ranks.forEach(Process::destroyForcibly);
        ranks.forEach(rank -> rank.onExit().join());
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UserException("no port is free on this machine (" + e.getMessage() + ")", e);
        }
    }
}
