package org.bcm4j.ranks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bcm4j.storage.UserException;

/** The GPUs of a machine, dealt out to the ranks on it: NCCL connects one GPU of each rank. */
public final class LocalGpus {
    /** The environment variable that says which GPUs a process sees, separated by commas. */
    static final String VISIBLE = "CUDA_VISIBLE_DEVICES";

    /** The environment variable that tells a rank how many GPUs there are, if they are too few for all ranks. */
    static final String TOO_FEW = "BCM_TOO_FEW_GPUS";

    /** The driver has a folder for each GPU. */
    private static final Path DRIVER = Path.of("/proc/driver/nvidia/gpus");

    private LocalGpus() {}

    /** The environment variables that tell a rank of this machine which GPU is its own, or that there are too few. */
    static Map<String, String> ofThisMachine(int ranks, int rank) {
        return of(Optional.ofNullable(System.getenv(VISIBLE)), DRIVER, ranks, rank);
    }

    /**
     * The same.
     *
     * @param visible the value of {@link #VISIBLE}, if it is set
     */
    static Map<String, String> of(Optional<String> visible, Path driver, int ranks, int rank) {
        List<String> gpus = visible.map(names -> List.of(names.split(","))).orElseGet(() -> all(driver));
        return ranks <= gpus.size() ? Map.of(VISIBLE, gpus.get(rank)) : Map.of(TOO_FEW, Integer.toString(gpus.size()));
    }

    /**
     * Refuses to train on GPUs that the ranks of this machine would have to share. Ranks that a launcher started are not
     * known to share any.
     *
     * @throws UserException if {@link LocalRanks} started this process and had no GPU for each rank
     */
    public static void requireOneForEach(int ranks) {
        requireOneForEach(ranks, System.getenv());
    }

    static void requireOneForEach(int ranks, Map<String, String> environment) {
        String few = environment.get(TOO_FEW);
        if (few != null) {
            throw new UserException("--ranks " + ranks + ": each rank trains on a GPU of its own, and this machine has "
                    + few + " (see nvidia-smi and " + VISIBLE + "); ask for no more ranks than GPUs, or compute on the"
                    + " CPUs with --set device=cpu");
        }
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
