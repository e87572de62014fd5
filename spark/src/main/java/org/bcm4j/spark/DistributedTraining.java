package org.bcm4j.spark;

import java.io.IOException;
import java.io.Serializable;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.rdd.RDD;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.journal.Journal;
import org.bcm4j.storage.DirectoryLock;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.RankAddress;
import org.bcm4j.tensor.RankGroup;
import org.bcm4j.training.Trainer;
import org.bcm4j.training.TrainingConfig;
import scala.Function1;
import scala.collection.Iterator;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/**
 * Trains on a cluster. Each task of a barrier stage is a rank; Spark starts all of them or none. If one is lost, the
 * others end, Spark starts the stage again, and the run goes on from its newest checkpoint. Spark gives up after
 * {@code spark.stage.maxConsecutiveAttempts} attempts, 4 by default. If the job is cancelled, the ranks save after their
 * current step and end.
 *
 * <p>A job that fails or is cancelled ends with an {@link org.apache.spark.SparkException}, although no method declares
 * it. By then no rank writes any more, unless one is frozen.
 *
 * @param directory the run's, in a place that all machines see; rank 0 alone writes there
 * @param ranks the number of ranks; the cluster needs as many free task slots
 * @param silence how long a rank may give no sign of life before it counts as lost
 */
public record DistributedTraining(Path directory, int ranks, Duration silence) {
    private static final long MOST_SECONDS = Duration.ofDays(1).toSeconds();
    /** Time for rank 0 to write a checkpoint, after it knows that it shall end. */
    private static final Duration WRITING = Duration.ofMinutes(1);

    public DistributedTraining {
        if (ranks < 1) {
            throw new UserException("a run needs at least 1 rank, not " + ranks);
        }
        if (silence.toSeconds() < 1 || silence.toSeconds() > MOST_SECONDS) {
            throw new UserException("a rank counts as lost after 1 to " + MOST_SECONDS + " seconds of silence, not "
                    + silence.toSeconds() + "; choose another time-out");
        }
    }

    /**
     * Starts a run.
     *
     * @param config the data in it must be in a place that all machines see
     * @return the number of steps made
     * @throws UserException if the directory holds a run already
     */
    public long start(JavaSparkContext context, TrainingConfig config) {
        config.requireRanks(ranks);
        if (Trainer.isRun(directory)) {
            throw new UserException(
                    directory + ": holds a run already; continue it with --resume, or choose another --run directory");
        }
        return run(context, ConfigFile.toYaml(config));
    }

    /**
     * Continues a run from its newest checkpoint. The number of ranks may differ from before.
     *
     * @return the number of steps made in all
     * @throws UserException if there is no such run, or a process trains it
     */
    public long resume(JavaSparkContext context) {
        if (!Trainer.isRun(directory)) {
            throw new UserException(directory + ": holds no run; start one without --resume");
        }
        // Ranks would wait for the other process.
        DirectoryLock.of(directory).close();
        return run(context, "");
    }

    private long run(JavaSparkContext context, String config) {
        Plan plan = new Plan(directory.toString(), config, silence);
        RDD<Integer> places = context.parallelize(
                        IntStream.range(0, ranks).boxed().toList(), ranks)
                .rdd();
        ClassTag<Long> tag = ClassTag$.MODULE$.apply(Long.class);
        Function1<Iterator<Integer>, Iterator<Long>> rank =
                (Function1<Iterator<Integer>, Iterator<Long>> & Serializable) place ->
                        CollectionConverters.asScala(List.of(plan.train()).iterator());
        RDD<Long> steps = places.barrier().mapPartitions(rank, false, tag);
        try {
            // Spark starts a failed barrier stage again only if it ends in a shuffle.
            return JavaRDD.fromRDD(steps, tag).repartition(1).collect().get(0);
        } catch (Exception e) {
            awaitRanks(e);
            throw e;
        }
    }

    /** Spark does not wait for the tasks of a job that failed. */
    private void awaitRanks(Exception failure) {
        try {
            awaitWriter(directory, silence);
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    /** Waits until no rank 0 writes to a run, if it was begun. */
    private static void awaitWriter(Path directory, Duration silence) {
        if (Trainer.isRun(directory)) {
            DirectoryLock.of(directory, silence.plus(WRITING)).close();
        }
    }

    /**
     * What a rank needs to know.
     *
     * @param config the configuration of a new run, as YAML; empty to resume
     */
    private record Plan(String directory, String config, Duration silence) implements Serializable {
        /** How often a rank looks whether Spark asks it to end. */
        private static final Duration LOOK = Duration.ofMillis(200);

        /** Trains as one rank, and returns the number of steps made. */
        long train() {
            BarrierTaskContext context = BarrierTaskContext.get();
            Path run = Path.of(directory);
            try (RankGroup group = RankGroup.join(address(context), silence);
                    Trainer trainer = open(run, group)) {
                run(trainer, context);
                return trainer.stepsDone();
            }
        }

        /** In a second attempt of the stage, the run of the first is there. */
        private Trainer open(Path run, RankGroup group) {
            if (!group.isFirst()) {
                return Trainer.follow(run, group);
            }
            // Rank 0 of an attempt before may live on, and not know yet that another rank is lost.
            awaitWriter(run, silence);
            return Trainer.isRun(run)
                    ? Trainer.resume(run, List.of(), group)
                    : Trainer.start(ConfigFile.parse(config, "the configuration", TrainingConfig.class), run, group);
        }

        /**
         * Trains until the end, or until Spark asks the task to end. Spark may interrupt the task's thread, and an
         * interrupted thread cannot write files; so another one trains.
         */
        private static void run(Trainer trainer, BarrierTaskContext context) {
            FutureTask<Boolean> training = new FutureTask<>(() -> trainer.run(Journal.all(List.of())));
            new Thread(training, "training").start();
            while (true) {
                try {
                    training.get(LOOK.toMillis(), TimeUnit.MILLISECONDS);
                    return;
                } catch (TimeoutException e) {
                    if (context.isInterrupted()) {
                        trainer.requestStop();
                    }
                } catch (InterruptedException e) {
                    trainer.requestStop();
                } catch (ExecutionException e) {
                    throw e.getCause() instanceof RuntimeException failure ? failure : new IllegalStateException(e);
                }
            }
        }

        /** Rank 0 listens where its task runs, at a port that it finds free and tells the others. */
        private static RankAddress address(BarrierTaskContext context) {
            int rank = context.partitionId();
            String[] ports = context.allGather(rank == 0 ? Integer.toString(freePort()) : "");
            String address = context.getTaskInfos()[0].address();
            int colon = address.lastIndexOf(':');
            return new RankAddress(
                    rank, ports.length, colon < 0 ? address : address.substring(0, colon), Integer.parseInt(ports[0]));
        }

        private static int freePort() {
            try (ServerSocket socket = new ServerSocket(0)) {
                return socket.getLocalPort();
            } catch (IOException e) {
                throw new UserException("no port is free on rank 0's machine (" + e.getMessage() + ")", e);
            }
        }
    }
}
