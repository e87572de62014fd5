package org.bcm4j.interop;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bcm4j.interop.GoldenCheck.Comparison;
import org.bcm4j.metrics.inception.InceptionLayers;
import org.bcm4j.metrics.inception.InceptionNetwork;
import org.bcm4j.tensor.Weights;
import org.bytedeco.pytorch.Tensor;

/**
 * The FID's Inception network of any width, as pytorch-fid ran it. Recorded are images {@code x} [B,3,H,W] in [0,1],
 * their {@code features} [B,F], and optionally {@code logits_nobias} and {@code probs_nobias}, the class scores without
 * bias and their softmax.
 */
record GoldenInception() implements GoldenSubject {
    /** A recorded tensor that identifies this network. */
    static final String FEATURES = "features";

    private static final String RESIZED = "resized";
    private static final String AVERAGES = "avgpool/";

    /** The number of rows and columns of the first blocks' outputs that were recorded, from the first. */
    private static final long CROP = 6;

    @Override
    public GoldenCheck.Report check(GoldenCheck check, GoldenFolder folder) {
        Recordings recordings = folder.recordings(check.device());
        Tensor x = recordings.tensor("x");
        recordings.require(x.dim() == 4 && x.size(1) == 3 && x.numel() > 0, "tensor \"x\" must hold images [B,3,H,W]");
        try (Weights weights = folder.weights(InceptionLayers.layout(), check.device())) {
            GoldenParts heard = new GoldenParts(check, "", parts(recordings));
            InceptionLayers layers = new InceptionLayers(weights, heard);
            Tensor resized = InceptionNetwork.resized(x);
            heard.heard(RESIZED, resized);
            Tensor features = layers.features(InceptionNetwork.centred(resized));
            Tensor scores = layers.scores(features);

            List<Comparison> outputs = new ArrayList<>();
            outputs.add(compare(check, recordings, FEATURES, features));
            if (recordings.has("logits_nobias")) {
                outputs.add(compare(check, recordings, "logits_nobias", scores));
            }
            if (recordings.has("probs_nobias")) {
                outputs.add(compare(check, recordings, "probs_nobias", scores.softmax(1)));
            }
            return folder.report(check, weights.layout().parameterCount(), heard.comparisons(recordings), outputs);
        }
    }

    private static Comparison compare(GoldenCheck check, Recordings recordings, String name, Tensor actual) {
        return check.comparison("", name, actual, recordings.like(name, actual));
    }

    private static Map<String, RecordedPart> parts(Recordings recordings) {
        Map<String, RecordedPart> parts = recordings.parts();
        for (String name : recordings.below(AVERAGES)) {
            Tensor expected = recordings.tensor(AVERAGES + name);
            parts.put(AVERAGES + name, new RecordedPart(name, output -> output.mean(2, 3), expected));
        }
        recordings
                .optional("resized_mean")
                .ifPresent(expected ->
                        parts.put("resized_mean", new RecordedPart(RESIZED, output -> output.mean(2, 3), expected)));
        // A crop from the middle of the upper edge, as in the recordings.
        recordings
                .optional("resized_crop")
                .ifPresent(expected -> parts.put(
                        "resized_crop",
                        new RecordedPart(
                                RESIZED, output -> output.narrow(2, 0, 20).narrow(3, 140, 20), expected)));
        for (String block : List.of("block0", "block1")) {
            recordings
                    .optional(block + "_crop")
                    .ifPresent(expected -> parts.put(
                            block + "_crop",
                            new RecordedPart(
                                    block, output -> output.narrow(2, 0, CROP).narrow(3, 0, CROP), expected)));
        }
        recordings.optional("block2").ifPresent(expected -> parts.put("block2", RecordedPart.of("block2", expected)));
        return parts;
    }
}
