package org.bcm4j.interop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bcm4j.storage.FileFailure;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Safetensors;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.WeightLayout;
import org.bcm4j.tensor.Weights;
import org.bcm4j.unet.AdmConfig;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A folder of recorded outputs: {@code config.json} with the network's {@code arch} and {@code kwargs}, {@code
 * io.safetensors} with inputs and outputs, and the weights: {@code model.safetensors}, or {@link FormulaWeights} if the
 * configuration names a {@code SALT}.
 */
final class GoldenFolder {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Path folder;
    private final Path configFile;
    private final JsonNode config;

    /** @throws UserException if there is no well-formed {@code config.json} in the folder */
    GoldenFolder(Path folder) {
        this.folder = folder;
        this.configFile = folder.resolve("config.json");
        this.config = read(configFile);
    }

    private static JsonNode read(Path file) {
        try {
            JsonNode config = JSON.readTree(Files.readString(file));
            if (!config.isObject()) {
                throw new UserException(file + ": must be a JSON object, with \"arch\" and \"kwargs\"");
            }
            return config;
        } catch (IOException e) {
            throw FileFailure.reading(file, e);
        } catch (JacksonException e) {
            String line = e.getLocation() == null ? "" : ":" + e.getLocation().getLineNr();
            throw new UserException(file + line + ": is not JSON; " + e.getOriginalMessage(), e);
        }
    }

    /** Where inputs and outputs are recorded. */
    Path recordings() {
        return folder.resolve("io.safetensors");
    }

    /** @throws UserException if the network is not one that this library has */
    AdmConfig network() {
        JsonNode architecture = config.path("arch");
        if (!architecture.isString() || !architecture.stringValue().equals(PublishedAdm.ARCHITECTURE)) {
            String said = architecture.isMissingNode() ? "is missing" : "is " + architecture;
            throw new UserException(
                    configFile + ": arch " + said + "; only \"" + PublishedAdm.ARCHITECTURE + "\" can be checked");
        }
        return new PublishedAdm(configFile, config.path("kwargs")).config();
    }

    /**
     * The weights, which the caller closes.
     *
     * @throws UserException if the stored weights are damaged or another network's
     */
    Weights weights(WeightLayout layout, Device device) {
        JsonNode salt = config.path("SALT");
        if (!salt.isMissingNode()) {
            if (!salt.isIntegralNumber()) {
                throw new UserException(configFile + ": SALT must be a whole number, is " + salt);
            }
            return new FormulaWeights(salt.longValue()).of(layout, device);
        }
        Path file = folder.resolve("model.safetensors");
        Weights weights = Weights.zeros(layout, device);
        try (Scope scope = Scope.open()) {
            weights.load(Safetensors.read(file).tensors(), file.toString());
            return weights;
        } catch (UserException e) {
            weights.close();
            throw e;
        }
    }
}
