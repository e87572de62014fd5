package org.bcm4j.training;

import static org.bcm4j.config.Requirement.require;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import org.bcm4j.config.Default;
import org.bcm4j.data.DataSource;
import org.bcm4j.model.ModelKind;
import org.bcm4j.model.RecommendedWalks;
import org.bcm4j.network.Conditioning;
import org.bcm4j.network.NetworkConfig;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Lanes;
import org.bcm4j.tensor.Precision;
import org.bcm4j.training.terms.LossTerm;
import org.bcm4j.training.terms.PseudoHuber;
import org.bcm4j.training.terms.StableTargets;

/**
 * One experiment, as its YAML file says it; a run can be repeated from it.
 *
 * @param seed seeds every generator of the run
 * @param init the model whose weights training starts from; absent to start from scratch
 * @param model the kind of model, which says how F becomes f; every term must train that kind
 * @param stages the parts of the run, one after another
 * @param batchSize images of one step
 * @param microBatches parts in which a step's images pass through the network, to save memory; divides the batch size
 * @param lanes in how many parts such a part is computed side by side, each by its share of the processor's cores; absent for one for each
 *     core as long as each has 8 images, and for 1 on a GPU
 * @param stableTargets with how many training images a noisy one is compared, so that its trajectory leads towards the mean of those
 *     that may lie behind it ({@link StableTargets}); 0 leads to the image that was drawn, as in the paper
 * @param huberConstant c of the pseudo-Huber distance; absent for 0.00054·√D
 * @param huberPerRootDimension whether the distance is divided by √D, as in the published PyTorch code
 * @param horizontalFlips whether every second image, by chance, is seen mirrored left to right
 * @param labelDropout probability of replacing a label by the null class
 * @param device absent for the best there is
 * @param precision absent for the fastest on the device
 * @param walks stored with the model; absent for those of an untuned model of its kind
 * @param output what the run writes, and when
 */
public record TrainingConfig(
        @Default("0") long seed,
        DataSource data,
        @Default("bidirectional") ModelKind model,
        NetworkConfig network,
        Optional<InitialModel> init,
        List<TrainingStage> stages,
        int batchSize,
        @Default("1") int microBatches,
        Optional<Integer> lanes,
        @Default("0") int stableTargets,
        Optional<Double> huberConstant,
        @Default("false") boolean huberPerRootDimension,
        @Default("false") boolean horizontalFlips,
        @Default("0.0") double labelDropout,
        Optional<Device> device,
        Optional<Precision> precision,
        Optional<RecommendedWalks> walks,
        @Default("{}") Output output) {

    /** More in a step are a slip of the hand, and too many for arrays. */
    private static final int MOST_IMAGES = 1 << 17;

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
        stages = List.copyOf(stages);
        require(!stages.isEmpty(), "stages must not be empty");
        require(
                batchSize > 0 && batchSize <= MOST_IMAGES,
                "batch_size must lie in [1," + MOST_IMAGES + "], is " + batchSize);
        require(
                microBatches > 0 && batchSize % microBatches == 0,
                "micro_batches must divide the batch size " + batchSize + ", is " + microBatches);
        lanes.ifPresent(count -> require(
                count > 0 && batchSize / microBatches % count == 0,
                "lanes must divide the " + batchSize / microBatches + " images of a micro-batch, is " + count));
        require(stableTargets >= 0, "stable_targets must not be negative, is " + stableTargets);
        require(labelDropout >= 0 && labelDropout <= 1, "label_dropout must lie in [0,1], is " + labelDropout);
        require(labelDropout == 0 || network.nullClass(), "label_dropout needs null_class: true in the network");
        huberConstant.ifPresent(c -> require(c > 0, "huber_constant must be positive, is " + c));
        requireOneKind(model, network, stages);
        require(
                model.walks() || stableTargets == 0,
                "stable_targets must be 0 for a denoiser, whose target is the image itself");
    }

    /**
     * Refuses a network that is told other times than a kind of model has.
     *
     * @throws IllegalArgumentException saying what to change
     */
    public static void requireKind(ModelKind model, NetworkConfig network) {
        boolean toldTarget = network.conditioning() != Conditioning.TIME;
        require(
                toldTarget == model.isBidirectional(),
                toldTarget
                        ? "a model of kind " + kind(model)
                                + " goes to time 0 only; use conditioning: time in the network"
                        : "a bidirectional model is told where to go; use conditioning: joint or aligned in the network");
    }

    private static void requireOneKind(ModelKind model, NetworkConfig network, List<TrainingStage> stages) {
        requireKind(model, network);
        for (TrainingStage stage : stages) {
            for (LossTerm term : stage.terms()) {
                require(
                        term.trains(model),
                        "the term " + term.name() + " trains no model of kind " + kind(model)
                                + "; change the term, or model");
            }
        }
    }

    private static String kind(ModelKind model) {
        return model.name().toLowerCase(Locale.ROOT);
    }

    /** Steps of all stages together. */
    public long totalSteps() {
        return stages.stream().mapToLong(TrainingStage::steps).sum();
    }

    /** The stage that holds a step of the run, by its index from 0; the last one's for steps past the end. */
    int stageAt(long step) {
        int index = 0;
        while (index < stages.size() - 1 && step >= firstStep(index + 1)) {
            index++;
        }
        return index;
    }

    /** The first step of a stage. */
    long firstStep(int stage) {
        return stages.stream().limit(stage).mapToLong(TrainingStage::steps).sum();
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
