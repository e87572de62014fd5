package org.bcm4j.spark;

import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.apache.spark.api.java.JavaSparkContext;
import org.bcm4j.data.packing.PackedSet;
import org.bcm4j.data.packing.Packing;
import org.bcm4j.data.packing.PackingSettings;
import org.bcm4j.data.sources.PictureSet;
import org.bcm4j.data.sources.PictureSources;

/**
 * Packs a data set on a cluster: the executors write the files of images, and this process writes the rest. The result
 * has the bytes that {@code bcm data pack} writes on one machine. What an interrupted job finished is kept.
 *
 * @param sources as for {@link PictureSources#open}, in places that all machines see
 * @param labelFile names the classes of the pictures of a folder
 * @param heldOut how many pictures become test images; 0 for the set's own
 * @param settings how to pack
 * @param directory where to, in a place that all machines see
 */
public record DistributedPacking(
        List<Path> sources, Optional<Path> labelFile, int heldOut, PackingSettings settings, Path directory) {
    public DistributedPacking {
        sources = List.copyOf(sources);
    }

    /** What a task needs to know; paths and optional values do not travel. */
    private record Plan(List<String> sources, String labelFile, int heldOut, PackingSettings settings, String directory)
            implements Serializable {
        PictureSet open() {
            PictureSet set = PictureSources.open(
                    sources.stream().map(Path::of).toList(),
                    labelFile.isEmpty() ? Optional.empty() : Optional.of(Path.of(labelFile)));
            return heldOut == 0 ? set : set.holdingOut(heldOut);
        }

        Iterator<Integer> write(Iterator<Packing.Shard> shards) {
            List<Packing.Shard> own = new ArrayList<>();
            shards.forEachRemaining(own::add);
            if (!own.isEmpty()) {
                try (PictureSet set = open()) {
                    // One thread: Spark starts a task for each core.
                    Packing.write(set, settings, Path.of(directory), own, 1);
                }
            }
            return List.of(own.size()).iterator();
        }
    }

    /**
     * Packs the set, or the rest of it.
     *
     * @return the description, as it is in the directory
     * @throws org.bcm4j.storage.UserException as {@link Packing#open} and {@link Packing#run}
     */
    public PackedSet run(JavaSparkContext context) {
        Plan plan = new Plan(
                sources.stream().map(Path::toString).toList(),
                labelFile.map(Path::toString).orElse(""),
                heldOut,
                settings,
                directory.toString());
        try (PictureSet set = plan.open();
                Packing packing = Packing.open(set, settings, String.join(", ", plan.sources()), directory)) {
            List<Packing.Shard> remaining = packing.remaining();
            if (!remaining.isEmpty()) {
                int tasks = Math.min(remaining.size(), context.defaultParallelism());
                context.parallelize(remaining, tasks).mapPartitions(plan::write).collect();
            }
            return packing.run(1, done -> {});
        }
    }
}
