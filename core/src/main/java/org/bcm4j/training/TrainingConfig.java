package org.bcm4j.training;

import static org.bcm4j.config.Requirement.require;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bcm4j.config.Default;
import org.bcm4j.data.DataSource;
import org.bcm4j.model.IntervalLaw;
import org.bcm4j.model.Preconditioning;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Lanes;
import org.bcm4j.tensor.Precision;
import org.bcm4j.unet.NetworkConfig;

/**
 * One experiment, as its YAML file says it; a run can be repeated from it.
 *
 * @param seed seeds every generator of the run
 * @param init the model whose weights training starts from; absent to start from scratch
 * @param preconditioning how F becomes f
 * @param objective what is minimised after the warm-up
 * @param warmUpSteps steps of {@link Denoising} before the objective's first, which starts from their averaged weights; 0 is the
 *     paper's training from scratch
 * @param steps K, steps of the objective
 * @param batchSize images of one step
 * @param microBatches parts in which a step's images pass through the network, to save memory; divides the batch size
 * @param lanes in how many parts such a part is computed side by side, each by its share of the processor's cores; absent for one for each
 *     core as long as each has 8 images, and for 1 on a GPU. The numbers a run draws depend on it
 * @param curriculum N over the steps
 * @param times laws of the drawn times
 * @param softTimes laws of the times of the soft term's images, where they are to differ; the consistency term is weighted so that it is
 *     still that of {@code times}
 * @param stableTargets with how many training images a noisy one is compared, so that its trajectory leads towards the mean of those
 *     that may lie behind it ({@link PosteriorMean}); 0 leads to the image that was drawn, as in the paper
 * @param selfDistillation a further term of the objective's loss, by which one evaluation learns what several make; absent in the paper
 * @param reflow a further term, by which one evaluation learns to undo the model's own inversions of real images; absent in the paper
 * @param adversarial a discriminator beside the objective; absent in the paper
 * @param huberConstant c of the pseudo-Huber distance; absent for 0.00054·√D
 * @param huberPerRootDimension whether the distance is divided by √D, as in the published PyTorch code
 * @param emaRate decay of the moving average per step
 * @param labelDropout probability of replacing a label by the null class
 * @param device absent for the best there is
 * @param precision absent for the fastest on the device
 * @param output what the run writes, and when
 */
public record TrainingConfig(
        @Default("0") long seed,
        DataSource data,
        NetworkConfig network,
        Optional<InitialModel> init,
        @Default("bidirectional") Preconditioning preconditioning,
        Objective objective,
        @Default("0") long warmUpSteps,
        long steps,
        int batchSize,
        @Default("1") int microBatches,
        Optional<Integer> lanes,
        Curriculum curriculum,
        @Default("{}") IntervalLaw.Settings times,
        Optional<IntervalLaw.Settings> softTimes,
        @Default("0") int stableTargets,
        Optional<SelfDistillation> selfDistillation,
        Optional<Reflow> reflow,
        Optional<AdversarialTraining> adversarial,
        Optional<Double> huberConstant,
        @Default("false") boolean huberPerRootDimension,
        @Default("{}") OptimizerSettings optimizer,
        @Default("0.9999") double emaRate,
        @Default("0.0") double labelDropout,
        Optional<Device> device,
        Optional<Precision> precision,
        @Default("{}") Output output) {

    /** Below this, operations are too short to keep a core busy. */
    private static final int IMAGES_OF_A_LANE = 8;

    /**
     * What a run writes, in steps.
     *
     * @param logEvery between lines of the log
     * @param checkpointEvery between checkpoints
     * @param keepCheckpoints how many are kept, at least 1
     * @param samplesEvery between grids of samples
     */
    public record Output(
            @Default("20") long logEvery,
            @Default("500") long checkpointEvery,
            @Default("3") int keepCheckpoints,
            @Default("500") long samplesEvery) {
        public Output {
            require(
                    logEvery > 0 && checkpointEvery > 0 && keepCheckpoints > 0 && samplesEvery > 0,
                    "log_every, checkpoint_every, keep_checkpoints and samples_every must be positive");
        }
    }

    public TrainingConfig {
        require(steps > 0 && warmUpSteps >= 0, "steps must be positive, warm_up_steps not negative");
        require(batchSize > 0, "batch_size must be positive, is " + batchSize);
        require(
                microBatches > 0 && batchSize % microBatches == 0,
                "micro_batches must divide the batch size " + batchSize + ", is " + microBatches);
        lanes.ifPresent(count -> require(
                count > 0 && batchSize / microBatches % count == 0,
                "lanes must divide the " + batchSize / microBatches + " images of a micro-batch, is " + count));
        require(stableTargets >= 0, "stable_targets must not be negative, is " + stableTargets);
        require(emaRate >= 0 && emaRate < 1, "ema_rate must lie in [0,1), is " + emaRate);
        require(labelDropout >= 0 && labelDropout <= 1, "label_dropout must lie in [0,1], is " + labelDropout);
        require(labelDropout == 0 || network.nullClass(), "label_dropout needs null_class: true in the network");
        boolean denoiser = objective instanceof EdmDenoising;
        require(
                denoiser == (preconditioning == Preconditioning.DENOISER),
                "objective edm-denoising and preconditioning denoiser go together");
        require(!denoiser || warmUpSteps == 0, "warm_up_steps must be 0 with objective edm-denoising, which denoises");
        require(
                !denoiser || stableTargets == 0,
                "stable_targets must be 0 with objective edm-denoising, whose target is the image itself");
        require(
                softTimes.isEmpty() || (objective instanceof BidirectionalConsistency both && both.softShare() < 1),
                "soft_times needs objective bidirectional-consistency with a soft_share below 1: the other images keep the"
                        + " consistency term's law");
        require(
                selfDistillation.isEmpty() || objective instanceof BidirectionalConsistency,
                "self_distillation needs objective bidirectional-consistency, whose model can go to the walk's middle times");
        require(
                reflow.isEmpty() || objective instanceof BidirectionalConsistency,
                "reflow needs objective bidirectional-consistency, whose model can invert");
        require(
                adversarial.isEmpty() || !denoiser,
                "adversarial needs an objective whose model makes an image in one evaluation, not edm-denoising");
        huberConstant.ifPresent(c -> require(c > 0, "huber_constant must be positive, is " + c));
    }

    /** What is added to the objective's loss, each by a walk. */
    List<WalkTerm> walkTerms() {
        return Stream.of(selfDistillation, reflow)
                .<WalkTerm>flatMap(Optional::stream)
                .toList();
    }

    /** Steps of warm-up and objective together. */
    public long totalSteps() {
        return warmUpSteps + steps;
    }

    /** The lanes of a run on a device, whether the configuration says how many or not. */
    int lanesOn(Device runsOn) {
        int images = batchSize / microBatches;
        int most = runsOn == Device.CPU ? Math.min(Lanes.most(), images / IMAGES_OF_A_LANE) : 1;
        return lanes.orElseGet(() -> IntStream.rangeClosed(1, Math.max(1, most))
                .filter(count -> images % count == 0)
                .max()
                .orElseThrow());
    }

    PseudoHuber distance() {
        long side = network.imageSize();
        double standard =
                PseudoHuber.forDimension(network.imageChannels() * side * side).c();
        return new PseudoHuber(huberConstant.orElse(standard), huberPerRootDimension);
    }
}
