package org.bcm4j.tensor;

import java.util.Objects;
import java.util.Optional;

/** The memory that a failed allocation found exhausted. */
public enum ExhaustedMemory {
    /** What the JVM keeps for Java objects and its own work. */
    JAVA,
    /** That of the machine, outside of Java's heap. */
    MACHINE,
    GPU;

    /**
     * Recognises exhausted memory. libtorch tells it by the text of a {@link RuntimeException}; JavaCPP throws an
     * {@link OutOfMemoryError} for native memory, as the JVM does for its own.
     *
     * @return nothing if the failure has another reason
     */
    public static Optional<ExhaustedMemory> in(Throwable failure) {
        String message = Objects.requireNonNullElse(failure.getMessage(), "");
        if (message.startsWith("CUDA out of memory")
                || message.startsWith("CUDA error: out of memory")
                || message.contains("CUBLAS_STATUS_ALLOC_FAILED")) {
            return Optional.of(GPU);
        }
        if (message.contains("DefaultCPUAllocator: can't allocate memory")
                || message.contains("DefaultCPUAllocator: not enough memory")
                || message.startsWith("Physical memory usage is too high")
                || message.startsWith("Failed to allocate memory within limits")) {
            return Optional.of(MACHINE);
        }
        return failure instanceof OutOfMemoryError ? Optional.of(JAVA) : Optional.empty();
    }
}
