package org.bcm4j.ranks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The GPUs of a machine, dealt out to the ranks on it: NCCL connects one GPU of each rank. */
final class LocalGpus {
    /** The environment variable that says which GPUs a process sees, separated by commas. */
    static final String VISIBLE = "CUDA_VISIBLE_DEVICES";

    /** The driver has a folder for each GPU. */
    private static final Path DRIVER = Path.of("/proc/driver/nvidia/gpus");

    private LocalGpus() {}

    /** The GPU for a rank of this machine, if there are enough for all ranks. */
    static Optional<String> ofThisMachine(int ranks, int rank) {
        return of(Optional.ofNullable(System.getenv(VISIBLE)), DRIVER, ranks, rank);
    }

    /**
     * The same.
     *
     * @param visible the value of {@link #VISIBLE}, if it is set
     */
    static Optional<String> of(Optional<String> visible, Path driver, int ranks, int rank) {
        List<String> gpus = visible.map(names -> List.of(names.split(","))).orElseGet(() -> all(driver));
        return ranks <= gpus.size() ? Optional.of(gpus.get(rank)) : Optional.empty();
    }

    private static List<String> all(Path driver) {
        try (Stream<Path> gpus = Files.list(driver)) {
            return IntStream.range(0, (int) gpus.count())
                    .mapToObj(Integer::toString)
                    .toList();
        } catch (IOException e) {
            return List.of(); // no driver, no GPUs
        }
    }
}
