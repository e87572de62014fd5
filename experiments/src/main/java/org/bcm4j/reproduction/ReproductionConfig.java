package org.bcm4j.reproduction;

import static org.bcm4j.config.Requirement.require;

import java.util.Optional;
import org.bcm4j.config.Default;
import org.bcm4j.network.NetworkConfig;
import org.bcm4j.storage.UserException;
import org.bcm4j.training.TrainingConfig;
import org.bcm4j.training.TrainingStage;
import org.bcm4j.training.terms.BidirectionalConsistency;

/**
 * The experiment that {@link Reproduction} runs, as read from its YAML file.
 *
 * @param training the training configuration of BCM; {@link Run} defines how the other runs differ. Its stages are the
 *     objective and, if {@code warmUpShare} is positive, a warm-up before it. Their steps are replaced by what fits
 *     into the budget
 * @param warmUpShare the share, in [0,1), of the time of BCM and iCT for the denoising warm-up; 0 is the paper's
 * @param measuring how much to measure; absent for what fits into the budget
 */
public record ReproductionConfig(
        TrainingConfig training, @Default("0.0") double warmUpShare, Optional<Measuring> measuring) {

    public ReproductionConfig {
        require(warmUpShare >= 0 && warmUpShare < 1, "warm_up_share", "must lie in [0,1), is " + warmUpShare);
        int stages = warmUpShare > 0 ? 2 : 1;
        require(
                training.stages().size() == stages,
                "training",
                "needs as its stages "
                        + (stages == 2 ? "a warm-up and the objective" : "the objective alone, as warm_up_share is 0"));
        require(
                objective(training).terms().stream().anyMatch(BidirectionalConsistency.class::isInstance),
                "training",
                "needs in its last stage the term bidirectional-consistency, which the other runs vary");
        NetworkConfig network = training.network();
        require(
                network.classes() == 0 || network.nullClass(),
                "training",
                "needs null_class: true in its network, which has classes: edits and midpoints are measured without them");
        require(
                network.classes() == 0 || training.labelDropout() > 0,
                "training",
                "needs a label_dropout above 0, or the network never learns the null class: edits and midpoints are"
                        + " measured with it");
    }

    /** The stage after the warm-up. */
    static TrainingStage objective(TrainingConfig training) {
        return training.stages().get(training.stages().size() - 1);
    }

    /** The paper's term in that stage. */
    static BidirectionalConsistency bidirectional(TrainingStage objective) {
        return objective.terms().stream()
                .filter(BidirectionalConsistency.class::isInstance)
                .map(BidirectionalConsistency.class::cast)
                .findFirst()
                .orElseThrow();
    }

    /**
     * How much to measure.
     *
     * @param seeds the number of seeds over which figures are averaged, 2 to 10. Where real images are inverted, each
     *     seed uses its own images
     * @param samples images that each generation walk makes for each seed
     * @param inverted test images that are inverted for each seed
     * @param edited test images that are edited for each seed
     * @param pairs pairs of test images that are interpolated for each seed
     * @param tuningImages training images, or samples, that judge a walk during the search for its noise scales
     * @param trials the number of walks tried for each kind and number of evaluations; 1 leaves them as they are
     * @param embedded images in the t-SNE for each of its initial noises
     */
    public record Measuring(
            int seeds,
            long samples,
            long inverted,
            long edited,
            long pairs,
            long tuningImages,
            int trials,
            int embedded) {
        private static final long LEAST = 2;

        /** The starting point of {@link #scaled}: a quarter of an hour for a small network on two cores. */
        static final Measuring USUAL = new Measuring(5, 1000, 150, 150, 300, 500, 10, 80);

        /** Refuses numbers that are too small for an interval. */
        public Measuring {
            require(seeds >= 2 && seeds <= 10, "seeds", "must be from 2 to 10, is " + seeds);
            require(trials >= 1, "trials", "must be positive, is " + trials);
            requireSome("samples", samples);
            requireSome("inverted", inverted);
            requireSome("edited", edited);
            requireSome("pairs", pairs);
            requireSome("tuning_images", tuningImages);
            requireSome("embedded", embedded);
        }

        private static void requireSome(String key, long count) {
            require(count >= LEAST, key, "must be at least " + LEAST + ", is " + count);
        }

        /**
         * The same seeds, trials and t-SNE, with more or fewer images, but of test images at most as many as each seed
         * can have for itself.
         */
        Measuring scaled(double factor, long testImages) {
            long own = testImages / seeds;
            return new Measuring(
                    seeds,
                    scaled(samples, factor),
                    Math.max(LEAST, Math.min(own, scaled(inverted, factor))),
                    Math.max(LEAST, Math.min(own, scaled(edited, factor))),
                    Math.max(LEAST, Math.min(own / 2, scaled(pairs, factor))),
                    scaled(tuningImages, factor),
                    trials,
                    embedded);
        }

        private static long scaled(long images, double factor) {
            return Math.max(LEAST, Math.round(images * factor));
        }

        /**
         * Refuses seeds that would have to share images: their figures would not be independent.
         *
         * @throws UserException saying how many images there are
         */
        void requireOwnImages(long testImages) {
            long most = seeds * Math.max(2 * pairs, Math.max(inverted, edited));
            if (most > testImages) {
                throw new UserException("measuring: " + seeds + " seeds, each with its own images, need " + most
                        + " test images, and there are " + testImages
                        + "; set fewer seeds, inverted, edited or pairs (of two images each) in measuring");
            }
        }
    }
}
