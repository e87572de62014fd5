package org.bcm4j.tensor;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.openblas.presets.openblas_nolapack;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What libtorch wants of the process that it runs in. Some of it can be set from here, before the first tensor is made; the rest has to be in
 * the environment when the JVM starts, as the command {@code bcm} does it, and what is missing is logged once.
 */
public final class ProcessSettings {
    private static final Logger LOG = LoggerFactory.getLogger(ProcessSettings.class);

    /** Lets scopes alone free native memory: the garbage collector's watch makes every operation about three times as long. */
    private static final String NO_POINTER_GC = "org.bytedeco.javacpp.nopointergc";

    static {
        if (System.getProperty(NO_POINTER_GC) == null) {
            System.setProperty(NO_POINTER_GC, "true");
        }
        if (System.getenv("OPENBLAS_NUM_THREADS") == null) {
            // OpenBLAS has threads of its own, and is called by OpenMP's.
            openblas_nolapack.blas_set_num_threads(1);
        }
        List<String> missing = new ArrayList<>();
        if (System.getenv("MALLOC_MMAP_THRESHOLD_") == null) {
            missing.add("MALLOC_ARENA_MAX=1 MALLOC_MMAP_THRESHOLD_=4294967296 MALLOC_TRIM_THRESHOLD_=8589934592"
                    + " MALLOC_TOP_PAD_=67108864");
        }
        if (System.getenv("OMP_WAIT_POLICY") == null) {
            missing.add("OMP_WAIT_POLICY=PASSIVE GOMP_SPINCOUNT=20000");
        }
        if (!missing.isEmpty()) {
            LOG.info("for full speed, start the JVM with {}", String.join(" ", missing));
        }
    }

    private ProcessSettings() {}

    /** Sets what can be set, once in a process. To be called before the first tensor is made. */
    public static void apply() {
        // The static initializer does it, once.
    }
}
