package org.bcm4j.training;

import static org.bcm4j.config.Requirement.require;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bcm4j.config.Default;
import org.bcm4j.data.DataSource;
import org.bcm4j.model.ModelConfig;
import org.bcm4j.model.ModelKind;
import org.bcm4j.model.RecommendedWalks;
import org.bcm4j.model.TimeGrid;
import org.bcm4j.network.NetworkConfig;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Lanes;
import org.bcm4j.tensor.Precision;
import org.bcm4j.training.terms.LossTerm;
import org.bcm4j.training.terms.PseudoHuber;
import org.bcm4j.training.terms.RunStream;
import org.bcm4j.training.terms.StableTargets;

/**
 * One experiment, as read from its YAML file. A run can be repeated from it.
 *
 * @param seed seeds every generator of the run
 * @param init the model whose weights training starts from; absent to start from scratch
 * @param model the kind of model, which defines how F becomes f; every term must train that kind
 * @param stages the parts of the run, in order
 * @param batchSize images per step
 * @param microBatches the number of parts in which a step's images pass through the network, to save memory; divides
 *     the batch size
 * @param lanes the number of parallel parts of a micro-batch, each with its share of the processor's cores. If absent:
 *     1 on a GPU; on a CPU one for each core, as long as each lane has at least 8 images
 * @param stableTargets the number of training images with which a noisy one is compared. Its trajectory then leads
 *     towards the mean of the images that could have produced it ({@link StableTargets}). 0 leads to the drawn image,
 *     as in the paper
 * @param huberConstant c of the pseudo-Huber distance; absent for 0.00054·√D
 * @param huberPerRootDimension whether the distance is divided by √D, as in the published PyTorch code
 * @param activationCheckpointing whether the blocks of the network are computed again in the backward pass instead of
 *     being kept: less memory, a forward pass more
 * @param horizontalFlips whether each image is mirrored left to right with probability 1/2
 * @param labelDropout probability of replacing a label by the null class
 * @param device absent for the best available one
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
        @Default("false") boolean activationCheckpointing,
        @Default("false") boolean horizontalFlips,
        @Default("0.0") double labelDropout,
        Optional<Device> device,
        Optional<Precision> precision,
        Optional<RecommendedWalks> walks,
        @Default("{}") Output output) {

    /** A larger batch is a typing error, and too large for arrays. */
    private static final int MOST_IMAGES = 1 << 17;

    /** With fewer images, operations are too short to keep a core busy. */
    private static final int IMAGES_OF_A_LANE = 8;

    /**
     * The output of a run, with intervals in steps.
     *
     * @param logEvery steps between lines of the log
     * @param checkpointEvery steps between checkpoints
     * @param keepCheckpoints the number of newest checkpoints to keep, at least 1; the last one of each stage is kept too
     * @param samplesEvery steps between sample sheets
     */
    public record Output(
            @Default("20") long logEvery,
            @Default("500") long checkpointEvery,
            @Default("3") int keepCheckpoints,
            @Default("500") long samplesEvery) {
        public Output {
            requirePositive("log_every", logEvery);
            requirePositive("checkpoint_every", checkpointEvery);
            requirePositive("keep_checkpoints", keepCheckpoints);
            requirePositive("samples_every", samplesEvery);
        }

        private static void requirePositive(String key, long value) {
            require(value > 0, key, "must be positive, is " + value);
        }
    }

    public TrainingConfig {
        stages = List.copyOf(stages);
        require(!stages.isEmpty(), "stages", "must not be empty");
        require(
                batchSize > 0 && batchSize <= MOST_IMAGES,
                "batch_size",
                "must lie in [1," + MOST_IMAGES + "], is " + batchSize);
        require(
                microBatches > 0 && batchSize % microBatches == 0,
                "micro_batches",
                "must divide the batch_size " + batchSize + ", is " + microBatches);
        lanes.ifPresent(count -> require(
                count > 0 && batchSize / microBatches % count == 0,
                "lanes",
                "must divide the " + batchSize / microBatches + " images of a micro-batch, is " + count));
        require(stableTargets >= 0, "stable_targets", "must not be negative, is " + stableTargets);
        require(labelDropout >= 0 && labelDropout <= 1, "label_dropout", "must lie in [0,1], is " + labelDropout);
        require(labelDropout == 0 || network.nullClass(), "label_dropout", "needs null_class: true in the network");
        huberConstant.ifPresent(c -> require(c > 0, "huber_constant", "must be positive, is " + c));
        requireOneKind(model, network, stages);
        require(
                model.walks() || stableTargets == 0,
                "stable_targets",
                "must be 0 for a denoiser, whose target is the image itself");
    }

    private static void requireOneKind(ModelKind model, NetworkConfig network, List<TrainingStage> stages) {
        ModelConfig.requireKind(model, network);
        for (TrainingStage stage : stages) {
            for (LossTerm term : stage.terms()) {
                require(
                        term.trains(model),
                        "stages",
                        "must not hold the term " + term.name() + ", which trains no model of kind " + kind(model)
                                + "; change the term or the model");
            }
        }
    }

    private static String kind(ModelKind model) {
        return model.name().toLowerCase(Locale.ROOT);
    }

    /** The walks that are stored with the model. */
    RecommendedWalks modelWalks() {
        return walks.orElse(RecommendedWalks.UNTUNED).orUntunedOf(model);
    }

    /** The number of steps of all stages together. */
    public long totalSteps() {
        return stages.stream().mapToLong(TrainingStage::steps).sum();
    }

    /** The index, from 0, of the stage that holds a step of the run. Steps past the end belong to the last stage. */
    int stageAt(long step) {
        int index = 0;
        while (index < stages.size() - 1 && step >= firstStep(index + 1)) {
            index++;
        }
        return index;
    }

    /** The number of the first step of a stage. */
    long firstStep(int stage) {
        return stages.stream().limit(stage).mapToLong(TrainingStage::steps).sum();
    }

    /** The time grid of a step of the run. */
    TimeGrid timeGrid(long step) {
        int index = stageAt(step);
        TrainingStage stage = stages.get(index);
        TimeGrid grid = new TimeGrid(stage.curriculum().points(step - firstStep(index), stage.steps()));
        if (!stage.shiftedGrid()) {
            return grid;
        }
        double uniform = RunStream.GRIDS.of(seed, new long[] {step}, Device.CPU).uniforms(1, 1)[0];
        return grid.shifted(uniform - 0.5);
    }

    /** The numbers of steps after which a stage ends. */
    Set<Long> stageEnds() {
        return IntStream.rangeClosed(1, stages.size())
                .mapToObj(this::firstStep)
                .collect(Collectors.toUnmodifiableSet());
    }

    /**
     * Refuses a number of ranks that does not share out the batch.
     *
     * @throws UserException saying what to change
     */
    public void requireRanks(int ranks) {
        int perMicroBatch = ranks * lanes.orElse(1);
        if (batchSize % (perMicroBatch * microBatches) == 0) {
            return;
        }
        OptionalInt fewer = IntStream.range(1, microBatches)
                .filter(count -> batchSize % (perMicroBatch * count) == 0)
                .max();
        throw new UserException("batch_size " + batchSize + " cannot be shared out equally to " + ranks
                + " ranks with micro_batches " + microBatches
                + lanes.map(count -> " and lanes " + count).orElse("")
                + (fewer.isPresent()
                        ? "; set micro_batches=" + fewer.getAsInt() + ", for each rank holds 1/" + ranks
                                + " of the images"
                        : "; choose a multiple of " + perMicroBatch * microBatches + ", or another number of ranks"));
    }

    /**
     * How a device computes a micro-batch.
     *
     * @param ranks the number of processes that share a batch
     */
    SideBySide sideBySide(Device runsOn, int ranks) {
        int images = batchSize / microBatches / ranks;
        int most = runsOn == Device.CPU ? Math.min(Lanes.most(), images / IMAGES_OF_A_LANE) : 1;
        int parts = lanes.orElseGet(() -> IntStream.rangeClosed(1, Math.max(1, most))
                .filter(count -> images % count == 0)
                .max()
                .orElseThrow());
        int terms =
                stages.stream().mapToInt(stage -> stage.terms().size()).max().orElseThrow();
        return new SideBySide(parts, runsOn == Device.CPU ? 1 : terms);
    }

    PseudoHuber distance() {
        long side = network.imageSize();
        double standard =
                PseudoHuber.forDimension(network.imageChannels() * side * side).c();
        return new PseudoHuber(huberConstant.orElse(standard), huberPerRootDimension);
    }
}
