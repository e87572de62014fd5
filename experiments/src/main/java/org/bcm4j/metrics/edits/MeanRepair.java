package org.bcm4j.metrics.edits;

import java.util.List;
import java.util.function.LongFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.LongStream;
import org.bcm4j.metrics.statistics.ConfidenceInterval;
import org.bcm4j.walk.Walk;

/**
 * How well a model repairs images along one walk, over seeds ({@link EditingQuality}).
 *
 * @param damage the damage to the images, in words
 * @param walk the walk in its text form
 * @param nfe network function evaluations per image
 * @param meanSquaredError error of the results, on [0,1]
 * @param damagedError mean error of the damaged images
 * @param distance Fréchet distance of the results from real images, divided by that of blurred images
 * @param damagedDistance mean of the same for the damaged images
 * @param changedKnown the sum over all seeds
 */
public record MeanRepair(
        String damage,
        String walk,
        int nfe,
        ConfidenceInterval meanSquaredError,
        double damagedError,
        ConfidenceInterval distance,
        double damagedDistance,
        long changedKnown) {
    /**
     * Repairs with every seed from 0.
     *
     * @param seeds the number of seeds, at least 2
     * @param ofSeed the measurement with a seed
     */
    public static MeanRepair of(Corruption damage, Walk walk, int seeds, LongFunction<EditingQuality> ofSeed) {
        List<EditingQuality.Figures> figures = LongStream.range(0, seeds)
                .mapToObj(seed -> ofSeed.apply(seed).of(damage, walk))
                .toList();
        return new MeanRepair(
                damage.title(),
                walk.toString(),
                walk.nfe(),
                interval(figures, EditingQuality.Figures::meanSquaredError),
                interval(figures, EditingQuality.Figures::damagedError).mean(),
                interval(figures, EditingQuality.Figures::relativeToBlurred),
                interval(figures, EditingQuality.Figures::damagedRelativeToBlurred)
                        .mean(),
                figures.stream().mapToLong(EditingQuality.Figures::changedKnown).sum());
    }

    private static ConfidenceInterval interval(
            List<EditingQuality.Figures> bySeed, ToDoubleFunction<EditingQuality.Figures> figure) {
        return ConfidenceInterval.of(bySeed.stream().mapToDouble(figure).toArray());
    }
}
