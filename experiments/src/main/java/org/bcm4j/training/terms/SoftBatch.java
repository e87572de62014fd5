package org.bcm4j.training.terms;

/**
 * A batch for {@link BidirectionalConsistency}, of which a leading part gets the soft term too.
 *
 * @param all the draws for all images
 * @param softImages the number of images, from the first, for which L_soft is computed; from 1 to all
 * @param softWeight factor of the mean of L_soft over them
 */
public record SoftBatch(TrainingBatch all, int softImages, double softWeight) {
    public SoftBatch {
        long count = all.images().size(0);
        if (softImages < 1 || softImages > count) {
            throw new IllegalArgumentException("L_soft is computed for 1 to " + count + " images, not " + softImages);
        }
    }

    /** A whole batch. */
    public SoftBatch(TrainingBatch all, int softImages) {
        this(all, softImages, 1);
    }

    /** The draws for the images of L_soft. */
    TrainingBatch soft() {
        return all.first(softImages);
    }
}
