package org.bcm4j.spark;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/**
 * Spark with two executors, each a process with room for three tasks, beside the test's own process. Two ranks are
 * in different executors; if one executor is lost, the other has room for both at once.
 */
final class Cluster implements AutoCloseable {
    private static final int EXECUTORS = 2;

    private final SparkSession session;

    private Cluster(SparkSession session) {
        this.session = session;
    }

    static Cluster start() throws Exception {
        Files.createDirectories(Path.of(requireNonNull(System.getenv("SPARK_HOME"), "SPARK_HOME"))
                .resolve("jars"));
        // Surefire passes its class path in the manifest of a jar.
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        return new Cluster(SparkSession.builder()
                .master("local-cluster[" + EXECUTORS + ",3,2048]")
                .config("spark.ui.enabled", false)
                .config("spark.executor.memory", "1g")
                .config("spark.executor.extraClassPath", classPath)
                // Short lives: most of the time goes into classes and their compilation.
                .config(
                        "spark.executor.extraJavaOptions",
                        "-Dorg.bytedeco.javacpp.nopointergc=true -XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
                .config("spark.executorEnv.OMP_NUM_THREADS", "1")
                .config("spark.executorEnv.OPENBLAS_NUM_THREADS", "1")
                .config("spark.executorEnv.TORCH_CPP_LOG_LEVEL", "ERROR")
                .config("spark.sql.shuffle.partitions", 2)
                .config("spark.barrier.sync.timeout", 120)
                .config("spark.scheduler.barrier.maxConcurrentTasksCheck.interval", "1s")
                .getOrCreate());
    }

    SparkSession session() {
        return session;
    }

    JavaSparkContext context() {
        return JavaSparkContext.fromSparkContext(session.sparkContext());
    }

    /** Waits until both executors take tasks, such as after one was killed. */
    void awaitExecutors() throws InterruptedException {
        int processes = EXECUTORS + 1; // the driver counts
        while (session.sparkContext().statusTracker().getExecutorInfos().length < processes) {
            Thread.sleep(50);
        }
    }

    /** The processes of the executors; Spark's workers live in this process. */
    static List<ProcessHandle> executors() {
        return ProcessHandle.current().descendants().filter(Cluster::isExecutor).toList();
    }

    /** Java gives no command line that is as long as an executor's with its class path. */
    private static boolean isExecutor(ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc/" + process.pid() + "/cmdline"))
                    .contains("CoarseGrainedExecutorBackend");
        } catch (IOException e) {
            return false; // it has ended
        }
    }

    @Override
    public void close() {
        session.stop();
    }
}
