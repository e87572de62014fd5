package org.bcm4j.app;

import java.nio.file.Path;
import java.util.List;
import org.bcm4j.model.ModelConfig;
import org.bcm4j.model.ModelFolder;
import org.bcm4j.model.ModelKind;
import org.bcm4j.model.RecommendedWalks;
import org.bcm4j.network.AdmConfig;
import org.bcm4j.network.AdmUNet;
import org.bcm4j.network.Conditioning;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.SeededGenerator;
import org.bcm4j.tensor.Weights;

/** A model of random weights that takes 8 x 8 grey images of cats and dogs. */
public final class TinyModel {
    public static final int SIDE = 8;
    public static final List<String> CLASSES = List.of("cat", "dog");

    private TinyModel() {}

    public static void write(Path folder) {
        write(folder, ModelKind.BIDIRECTIONAL, true);
    }

    /** A model that wants the class of every image. */
    public static void writeLabelsOnly(Path folder) {
        write(folder, ModelKind.BIDIRECTIONAL, false);
    }

    /** A model that leads from noise to images only. */
    public static void writePlain(Path folder) {
        write(folder, ModelKind.CONSISTENCY, true);
    }

    /** A denoiser of the same images. */
    public static void writeDenoiser(Path folder) {
        write(folder, ModelKind.DENOISER, true);
    }

    private static void write(Path folder, ModelKind kind, boolean nullClass) {
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
                false,
                0,
                16,
                kind == ModelKind.BIDIRECTIONAL ? Conditioning.JOINT : Conditioning.TIME,
                CLASSES.size(),
                nullClass,
                true);
        ModelConfig config = new ModelConfig(ModelConfig.FORMAT, kind, network, "nothing", CLASSES);
        try (SeededGenerator generator = new SeededGenerator(1, Device.CPU);
                Weights weights = Weights.initialized(new AdmUNet(network).layout(), generator, Device.CPU)) {
            ModelFolder.write(folder, config, weights, RecommendedWalks.untuned(kind), "A tiny model.\n");
        }
    }
}
