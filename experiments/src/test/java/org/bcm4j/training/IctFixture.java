package org.bcm4j.training;

import static org.bcm4j.tensor.TestDevice.testDevice;

import java.nio.file.Path;
import java.util.List;
import org.bcm4j.network.AdmConfig;
import org.bcm4j.network.AdmUNet;
import org.bcm4j.network.Conditioning;
import org.bcm4j.parity.Fixture;
import org.bcm4j.tensor.Safetensors;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.Weights;

/** The fixture {@code ict_adm}, described in its README: a network that is told t only. */
public final class IctFixture {
    private IctFixture() {}

    /** The recorded network, or the same with another conditioning. */
    public static AdmUNet network(Conditioning conditioning) {
        return new AdmUNet(new AdmConfig(
                16, 3, 1, 0, 32, List.of(1, 1), 1, List.of(16, 8), 16, false, 0, 16, conditioning, 10, false, true));
    }

    /** Reads the recorded tensors into the caller's {@link Scope}. */
    public static Fixture open() {
        Path folder = folder();
        return new Fixture(
                folder, Safetensors.read(folder.resolve("io.safetensors")).tensors());
    }

    /** The recorded weights; the caller closes them. */
    public static Weights weights() {
        Weights weights = Weights.zeros(network(Conditioning.TIME).layout(), testDevice());
        try (Scope scope = Scope.open()) {
            Path file = folder().resolve("model.safetensors");
            weights.load(Safetensors.read(file).tensors(), file.toString());
        }
        return weights;
    }

    private static Path folder() {
        return Fixture.folder("ict_adm");
    }
}
