package org.bcm4j.tensor;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.openblas.presets.openblas_nolapack;
import org.slf4j.LoggerFactory;

/**
 * The process settings that libtorch needs for full speed. Some are set here, before the first tensor is created. The
 * others must be environment variables when the JVM starts; the command {@code bcm} sets them. Missing ones are logged
 * once.
 */
public final class ProcessSettings {
    /**
     * A block from whose size glibc's malloc learns. Once it was freed, malloc keeps up to twice as much freed
     * memory. It would return what an evaluation frees, and have each page mapped again by the next one.
     */
    private static final long LEARNT_FROM = 16L << 20;

    static {
        NativeCode.prepare();
        if (System.getenv("OPENBLAS_NUM_THREADS") == null) {
            // OpenBLAS has its own threads, and OpenMP's threads call it.
            openblas_nolapack.blas_set_num_threads(1);
        }
        Pointer.free(Pointer.malloc(LEARNT_FROM));
        if (!missing().isEmpty()) {
            // Only here: loading a logger takes longer than the rest.
            LoggerFactory.getLogger(ProcessSettings.class)
                    .info("for full speed, start the JVM with {}", String.join(" ", missing()));
        }
    }

    private ProcessSettings() {}

    /** The environment variables that are missing for full speed, as {@code NAME=VALUE}. */
    public static List<String> missing() {
        List<String> missing = new ArrayList<>();
        if (System.getenv("MALLOC_MMAP_THRESHOLD_") == null) {
            // One for each lane, for lanes that share one wait for each other; one for the caller, one for the JVM's
            // threads.
            int arenas = Runtime.getRuntime().availableProcessors() + 2;
            missing.add(
                    "MALLOC_ARENA_MAX=" + arenas + " MALLOC_MMAP_THRESHOLD_=33554432 MALLOC_TRIM_THRESHOLD_=8589934592"
                            + " MALLOC_TOP_PAD_=67108864 GLIBC_TUNABLES=glibc.malloc.hugetlb=1");
        }
        if (System.getenv("OMP_WAIT_POLICY") == null) {
            missing.add("OMP_WAIT_POLICY=PASSIVE GOMP_SPINCOUNT=20000");
        }
        return missing;
    }

    /** Applies the settings, once per process. Call it before the first tensor is created. */
    public static void apply() {
        // The static initializer does the work.
    }
}
