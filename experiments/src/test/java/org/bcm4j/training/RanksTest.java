package org.bcm4j.training;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bcm4j.tensor.LostRankException;
import org.bcm4j.tensor.NoGradients;
import org.bcm4j.tensor.RankAddress;
import org.bcm4j.tensor.RankGroup;
import org.bcm4j.tensor.Safetensors;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Processes that train together, as the command starts them: ranks of one machine. */
@Timeout(300)
class RanksTest {
    private static final int STEPS = 60;
    /** Relative to the largest weight: the ranks sum the same gradients in another order. */
    private static final double SAME = 1e-5;

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(ints = {2, 4})
    void ranksTrainTheWeightsOfOneProcess(int ranks) throws Exception {
        Path alone = trainedAlone(ranks);
        Path together = directory.resolve("together");
        assertThat(outcomes(start(together, ranks, STEPS))).containsOnly("complete");

        assertThat(difference(together, alone, STEPS)).isLessThan(SAME);
        assertThat(Files.readString(together.resolve("log.jsonl")).lines()).hasSize(STEPS / 10);
    }

    /** A run goes on as it would have with the ranks that it had. */
    @Test
    void aRunGoesOnWithAnotherNumberOfRanks() throws Exception {
        Path alone = trainedAlone(2);
        Path run = directory.resolve("run");
        assertThat(outcomes(start(run, 2, 20))).containsOnly("stopped at 20");
        assertThat(outcomes(start(run, 1, STEPS))).containsOnly("complete");

        assertThat(difference(run, alone, STEPS)).isLessThan(SAME);
    }

    /** The run of one process, of what {@code ranks} train. */
    private Path trainedAlone(int ranks) {
        Path run = directory.resolve("alone");
        try (Trainer trainer = Trainer.start(config(directory.resolve("data"), ranks), run)) {
            trainer.run(EachStep.silent());
        }
        return run;
    }

    @Test
    void theRanksThatAreLeftNameTheOneThatWasKilled() throws Exception {
        List<TrainingProcess> ranks = start(directory.resolve("run"), 4, STEPS);
        try {
            awaitSteps(ranks.get(0));
            ranks.get(2).kill();
            for (TrainingProcess left : List.of(ranks.get(0), ranks.get(1), ranks.get(3))) {
                assertThat(last(left))
                        .startsWith("lost: rank 2 (process "
                                + ranks.get(2).process().pid() + " ");
            }
        } finally {
            ranks.forEach(TrainingProcess::close);
        }
    }

    @Test
    void aFrozenRankCountsAsLost() throws Exception {
        List<TrainingProcess> ranks = start(directory.resolve("run"), 2, STEPS);
        try {
            awaitSteps(ranks.get(0));
            signal(ranks.get(1), "STOP");
            assertThat(last(ranks.get(0))).contains("rank 1 (process").contains("frozen");
        } finally {
            signal(ranks.get(1), "CONT");
            ranks.forEach(TrainingProcess::close);
        }
    }

    /** Rank 0 keeps the table in which the others look for the lost. */
    @Test
    void aLostRankZeroIsNamedToo() throws Exception {
        for (String fault : List.of("KILL", "STOP")) {
            List<TrainingProcess> ranks = start(directory.resolve(fault), 2, STEPS);
            try {
                awaitSteps(ranks.get(0));
                signal(ranks.get(0), fault);
                assertThat(last(ranks.get(1))).as(fault).startsWith("lost: rank 0 (at 127.0.0.1)");
            } finally {
                ranks.forEach(TrainingProcess::close);
            }
        }
    }

    /** Waits until the ranks train. Gloo prints a line of its own before. */
    private static void awaitSteps(TrainingProcess rank) {
        String line;
        do {
            line = rank.line();
        } while (!line.equals("made 10"));
    }

    private static void signal(TrainingProcess rank, String name) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder(
                                "kill", "-" + name, Long.toString(rank.process().pid()))
                        .start()
                        .waitFor())
                .isZero();
    }

    private List<TrainingProcess> start(Path run, int ranks, int until) throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        return IntStream.range(0, ranks)
                .mapToObj(rank -> TrainingProcess.start(
                        Rank.class,
                        List.of(),
                        directory.resolve("errors-" + rank + ".txt"),
                        directory.resolve("data-" + rank),
                        run,
                        rank,
                        ranks,
                        port,
                        until))
                .toList();
    }

    /** The last line of each rank. */
    private static List<String> outcomes(List<TrainingProcess> ranks) {
        List<String> lines = new ArrayList<>();
        for (TrainingProcess rank : ranks) {
            try (rank) {
                lines.add(last(rank));
            }
        }
        return lines;
    }

    private static String last(TrainingProcess rank) {
        try (Stream<String> lines = rank.output().lines()) {
            return lines.reduce("nothing", (before, line) -> line);
        }
    }

    private static final Set<String> TRAINED = Set.of("weights", "average", "terms.adversarial.discriminator");

    /** The largest difference of the live and averaged weights, and of a discriminator's, relative to the largest weight. */
    private static double difference(Path one, Path other, int step) {
        try (Scope scope = Scope.open();
                NoGradients guard = new NoGradients()) {
            Map<String, Tensor> first =
                    Safetensors.read(TinyRun.checkpoint(one, step)).tensors();
            Map<String, Tensor> second =
                    Safetensors.read(TinyRun.checkpoint(other, step)).tensors();
            double most = 0;
            for (String name : first.keySet()) {
                if (!TRAINED.contains(name)) {
                    continue;
                }
                Tensor a = requireNonNull(first.get(name));
                Tensor b = requireNonNull(second.get(name));
                most = Math.max(
                        most, a.sub(b).abs().max().item_double() / b.abs().max().item_double());
            }
            return most;
        }
    }

    /** What a number of ranks trains, and one process beside them. */
    private static TrainingConfig config(Path data, int ranks) {
        if (ranks < 4) {
            return TinyRun.config(data, "micro_batches=1", "lanes=1");
        }
        return TinyRun.config(
                data, "micro_batches=1", "lanes=1", "network.dropout=0", "stages.1.terms=" + TinyRun.TERMS_WITH_SHARES);
    }

    /** One rank. Its last line says how its work ended. */
    static final class Rank {
        private Rank() {}

        public static void main(String[] arguments) {
            Path run = Path.of(arguments[1]);
            int rank = Integer.parseInt(arguments[2]);
            int until = Integer.parseInt(arguments[5]);
            RankAddress address =
                    new RankAddress(rank, Integer.parseInt(arguments[3]), "127.0.0.1", Integer.parseInt(arguments[4]));
            TrainingConfig config = config(Path.of(arguments[0]), Integer.parseInt(arguments[3]));
            try (RankGroup group = RankGroup.join(address, Duration.ofSeconds(5));
                    Trainer trainer = open(config, run, group)) {
                boolean complete = trainer.run(new EachStep(record -> {
                    System.out.println("made " + record.step());
                    if (record.step() == until) {
                        trainer.requestStop();
                    }
                }));
                System.out.println(complete ? "complete" : "stopped at " + trainer.stepsDone());
            } catch (LostRankException e) {
                System.out.println("lost: " + e.getMessage());
                System.exit(1);
            }
        }

        private static Trainer open(TrainingConfig config, Path run, RankGroup group) {
            if (!group.isFirst()) {
                return Trainer.follow(run, group);
            }
            return Trainer.isRun(run) ? Trainer.resume(run, List.of(), group) : Trainer.start(config, run, group);
        }
    }
}
