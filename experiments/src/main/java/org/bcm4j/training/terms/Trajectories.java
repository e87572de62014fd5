package org.bcm4j.training.terms;

import java.util.Optional;
import java.util.stream.IntStream;
import org.bcm4j.tensor.Device;
import org.bytedeco.pytorch.Tensor;

/**
 * Points of solved trajectories, in order of ascending time.
 *
 * @param x the points, float32 [K,M,C,H,W]: K points for each of M trajectories
 * @param times their noise scales, float32 [K,M], ascending from σ_min to T
 * @param labels the labels of the trajectories, int64 [M], if the network has classes
 */
record Trajectories(Tensor x, Tensor times, Optional<Tensor> labels) {
    int points() {
        return Math.toIntExact(x.size(0));
    }

    int count() {
        return Math.toIntExact(x.size(1));
    }

    /** Pair i belongs to trajectory i mod M and goes from its point {@code from[i]} to its point {@code to[i]}. */
    TrajectoryPairs pairs(int[] from, int[] to, Device device) {
        Tensor start = rows(from, device);
        Tensor end = rows(to, device);
        Tensor points = x.flatten(0, 1);
        Tensor scales = times.flatten();
        Tensor members = device.integers(
                IntStream.range(0, from.length).mapToLong(i -> i % count()).toArray());
        return new TrajectoryPairs(
                points.index_select(0, start),
                scales.index_select(0, start),
                points.index_select(0, end),
                scales.index_select(0, end),
                labels.map(all -> all.index_select(0, members)));
    }

    private Tensor rows(int[] point, Device device) {
        return device.integers(IntStream.range(0, point.length)
                .mapToLong(i -> (long) point[i] * count() + i % count())
                .toArray());
    }
}
