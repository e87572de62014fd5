package org.bcm4j.reproduction;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.bcm4j.metrics.edits.Corruption;
import org.bcm4j.metrics.edits.EditingQuality;
import org.bcm4j.metrics.edits.MeanRepair;
import org.bcm4j.metrics.statistics.ConfidenceInterval;
import org.bcm4j.model.RecommendedWalks;
import org.bcm4j.model.TrainedModel;
import org.bcm4j.walk.Walk;

/**
 * Inpainting of the middle square, by BCM and by iCT with the method of consistency models. Blind restoration of
 * compressed images, by BCM. The walks are those of docs/method.md §7, untuned.
 *
 * @param images test images for each seed
 * @param seeds the number of seeds, from 0; each edits its own images
 */
public record Edits(long images, int seeds) implements Stage<Edits.Result> {
    private static final List<Integer> CONSISTENCY_MODEL_EVALUATIONS = List.of(2, 4, 8, 18);

    /**
     * The repair of damaged images.
     *
     * @param damage the damage to the images
     * @param method the run whose model repaired them
     * @param error mean squared error on [0,1], over the whole image
     * @param damagedError the same for the damaged images
     * @param distance Fréchet distance from test images, relative to blurred ones
     * @param damagedDistance the same for the damaged images
     */
    public record Repair(
            String damage,
            Run method,
            String walk,
            int nfe,
            ConfidenceInterval error,
            double damagedError,
            ConfidenceInterval distance,
            double damagedDistance) {}

    /** The tables of inpainting and restoration. */
    public record Result(Provenance provenance, List<Repair> inpainting, List<Repair> restoration)
            implements StageResult {
        List<Repair> inpainting(Run method) {
            return inpainting.stream()
                    .filter(repair -> repair.method() == method)
                    .toList();
        }
    }

    @Override
    public String name() {
        return "edits";
    }

    @Override
    public Set<Run> runs() {
        return EnumSet.of(Run.BCM, Run.ICT);
    }

    @Override
    public boolean usesTunedWalks() {
        return false;
    }

    @Override
    public double evaluations() {
        double inpainting =
                evaluations(RecommendedWalks.UNTUNED.inpaint().values().stream().map(Walk::parse))
                        + evaluations(CONSISTENCY_MODEL_EVALUATIONS.stream().map(Walk::multistep));
        double restoration =
                evaluations(RecommendedWalks.UNTUNED.restore().values().stream().map(Walk::parse));
        return seeds * images * (inpainting + EditingQuality.COMPRESSIONS.size() * restoration);
    }

    /** The evaluations of the walks; 2 more per walk for the feature network on the result and on the damaged image. */
    private static double evaluations(Stream<Walk> walks) {
        return walks.mapToInt(walk -> walk.nfe() + 2).sum();
    }

    @Override
    public Class<Result> resultType() {
        return Result.class;
    }

    @Override
    public Result measure(Bench bench, Provenance provenance) {
        List<Repair> inpainting = new ArrayList<>();
        List<Repair> restoration = new ArrayList<>();
        try (TrainedModel bcm = bench.open(Run.BCM);
                TrainedModel ict = bench.open(Run.ICT)) {
            for (String walk : RecommendedWalks.UNTUNED.inpaint().values()) {
                inpainting.add(repair(bench, bcm, Run.BCM, EditingQuality.HOLE, Walk.parse(walk)));
            }
            for (int nfe : CONSISTENCY_MODEL_EVALUATIONS) {
                inpainting.add(repair(bench, ict, Run.ICT, EditingQuality.HOLE, Walk.multistep(nfe)));
            }
            for (Corruption compression : EditingQuality.COMPRESSIONS) {
                for (String walk : RecommendedWalks.UNTUNED.restore().values()) {
                    restoration.add(repair(bench, bcm, Run.BCM, compression, Walk.parse(walk)));
                }
            }
        }
        return new Result(provenance, inpainting, restoration);
    }

    private Repair repair(Bench bench, TrainedModel model, Run method, Corruption damage, Walk walk) {
        MeanRepair mean = MeanRepair.of(
                damage,
                walk,
                seeds,
                seed -> new EditingQuality(
                        model,
                        bench.features(),
                        bench.realTest(),
                        bench.testImages(seed, images),
                        images,
                        seed,
                        bench.measuring()));
        return new Repair(
                mean.damage(),
                method,
                mean.walk(),
                mean.nfe(),
                mean.meanSquaredError(),
                mean.damagedError(),
                mean.distance(),
                mean.damagedDistance());
    }
}
