package org.bcm4j.app;

import static org.bcm4j.tensor.Ops.scalar;

import java.nio.file.Path;
import java.util.List;
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

/**
 * A small model of random weights.
 *
 * @param side height and width of its images
 * @param patch the side of the patches that its network works on; more is faster
 */
public record TinyModel(ModelKind kind, int side, int channels, int patch, List<String> classes, boolean nullClass) {
    public static final int SIDE = 8;
    public static final List<String> CLASSES = List.of("cat", "dog");

    /** A model of 8 x 8 grey images of cats and dogs. */
    public static void write(Path folder) {
        new TinyModel(ModelKind.BIDIRECTIONAL, SIDE, 1, 1, CLASSES, true).writeTo(folder);
    }

    /** The same, but it wants the class of every image. */
    public static void writeLabelsOnly(Path folder) {
        new TinyModel(ModelKind.BIDIRECTIONAL, SIDE, 1, 1, CLASSES, false).writeTo(folder);
    }

    /** The same, but it leads from noise to images only. */
    public static void writePlain(Path folder) {
        new TinyModel(ModelKind.CONSISTENCY, SIDE, 1, 1, CLASSES, true).writeTo(folder);
    }

    /** A denoiser of the same images. */
    public static void writeDenoiser(Path folder) {
        new TinyModel(ModelKind.DENOISER, SIDE, 1, 1, CLASSES, true).writeTo(folder);
    }

    /** Writes the model with initial weights, whose network gives zeros. */
    public void writeTo(Path folder) {
        writeTo(folder, 0);
    }

    /** Writes the model with weights that let every input count. */
    public void writeUnevenTo(Path folder) {
        writeTo(folder, 0.05);
    }

    private void writeTo(Path folder, double added) {
        AdmConfig network = new AdmConfig(
                side,
                channels,
                patch,
                0,
                8,
                List.of(1),
                1,
                List.of(),
                8,
                false,
                0,
                16,
                kind.isBidirectional() ? Conditioning.JOINT : Conditioning.TIME,
                classes.size(),
                nullClass,
                true);
        ModelConfig config = new ModelConfig(ModelConfig.FORMAT, kind, network, "nothing", classes);
        try (Scope scope = Scope.open();
                SeededGenerator generator = new SeededGenerator(1, Device.CPU);
                Weights weights = Weights.initialized(network.build().layout(), generator, Device.CPU)) {
            weights.flat().add_(generator.normal(weights.flat().shape()).mul(scalar(added)));
            ModelFolder.write(folder, config, weights, RecommendedWalks.untuned(kind), "A tiny model.\n");
        }
    }
}
