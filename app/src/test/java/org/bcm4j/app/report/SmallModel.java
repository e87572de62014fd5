package org.bcm4j.app.report;

import static org.bcm4j.tensor.Ops.scalar;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.bcm4j.data.LabelledImages;
import org.bcm4j.model.ModelConfig;
import org.bcm4j.model.ModelFolder;
import org.bcm4j.model.ModelKind;
import org.bcm4j.model.RecommendedWalks;
import org.bcm4j.network.AdmConfig;
import org.bcm4j.network.Conditioning;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.SeededGenerator;
import org.bcm4j.tensor.Weights;

/** A model of random weights for 8 x 8 grey images, with class names that would break a careless page. */
record SmallModel(List<String> classes, boolean nullClass, RecommendedWalks walks, ModelKind kind) {
    static final int SIDE = 8;
    static final List<String> TREACHEROUS =
            List.of("</title><script>alert('x')</script>", "\"Bags\" & co. %s", "naïve 靴");

    /** A bidirectional model. */
    SmallModel(List<String> classes, boolean nullClass, RecommendedWalks walks) {
        this(classes, nullClass, walks, ModelKind.BIDIRECTIONAL);
    }

    static SmallModel treacherous() {
        return new SmallModel(TREACHEROUS, true, RecommendedWalks.UNTUNED);
    }

    /** The embedding scales and shifts: if it were added, the norm of groups of one channel would take it out again. */
    ModelConfig config() {
        AdmConfig network = new AdmConfig(
                SIDE,
                1,
                1,
                0,
                8,
                List.of(1),
                1,
                List.of(),
                8,
                true,
                0,
                16,
                kind == ModelKind.BIDIRECTIONAL ? Conditioning.JOINT : Conditioning.TIME,
                classes.size(),
                nullClass,
                true);
        return new ModelConfig(ModelConfig.FORMAT, kind, network, "nothing", classes);
    }

    /** Writes the model folder, without example images. */
    void write(Path folder) {
        try (Scope scope = Scope.open();
                SeededGenerator generator = new SeededGenerator(1, Device.CPU);
                Weights weights = Weights.initialized(config().network().build().layout(), generator, Device.CPU)) {
            // A fresh network ends in zeros, so that every class and noise would give the same.
            weights.flat().add_(generator.normal(weights.layout().length()), scalar(0.05));
            ModelFolder.write(folder, config(), weights, walks, "A small model.\n");
        }
    }

    /** A data set of distinguishable images: classes by turns, each image of one grey level, 10 times its index. */
    static LabelledImages dataSet(int count, List<String> classes) {
        byte[] pixels = new byte[count * SIDE * SIDE];
        int[] labels = new int[count];
        for (int i = 0; i < count; i++) {
            labels[i] = (classes.size() - 1) - i % classes.size();
            Arrays.fill(pixels, i * SIDE * SIDE, (i + 1) * SIDE * SIDE, (byte) (10 * i));
        }
        return new LabelledImages(pixels, labels, 1, SIDE, SIDE, classes);
    }
}
