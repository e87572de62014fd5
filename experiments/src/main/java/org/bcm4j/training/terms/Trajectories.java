package org.bcm4j.training.terms;

import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Scope;
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

    /** Lets the tensors outlive their scope, until {@link #release}. */
    void own() {
        tensors().forEach(Scope::own);
    }

    void release() {
        tensors().forEach(Tensor::releaseReference);
    }

    private Stream<Tensor> tensors() {
        return Stream.concat(Stream.of(x, times), labels.stream());
    }

    /** Pair i belongs to trajectory i mod M and goes from its point {@code from[i]} to its point {@code to[i]}. */
    TrajectoryPairs pairs(int[] from, int[] to, Device device) {
        LongStream members = IntStream.range(0, from.length).mapToLong(i -> i % count());
        // Start, end and trajectory of each pair, in one transfer.
        Tensor rows = device.integers(Stream.of(places(from), places(to), members)
                        .flatMapToLong(each -> each)
                        .toArray())
                .view(3, from.length);
        Tensor start = rows.select(0, 0);
        Tensor end = rows.select(0, 1);
        Tensor points = x.flatten(0, 1);
        Tensor scales = times.flatten();
        return new TrajectoryPairs(
                points.index_select(0, start),
                scales.index_select(0, start),
                points.index_select(0, end),
                scales.index_select(0, end),
                labels.map(all -> all.index_select(0, rows.select(0, 2))));
    }

    /** Where the points of the pairs lie among all points. */
    private LongStream places(int... point) {
        return IntStream.range(0, point.length).mapToLong(i -> (long) point[i] * count() + i % count());
    }
}
