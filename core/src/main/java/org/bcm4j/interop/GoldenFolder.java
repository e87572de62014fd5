package org.bcm4j.interop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.bcm4j.storage.FileFailure;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Safetensors;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.Weights;
import org.bytedeco.pytorch.Tensor;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A folder of recorded outputs: {@code config.json} with the network's {@code arch} and its arguments, {@code
 * io.safetensors} with inputs and outputs, and the weights: {@code model.safetensors}, or {@link FormulaWeights} if the
 * configuration names a {@code SALT}.
 */
final class GoldenFolder {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Path folder;
    private final Path configFile;
    private final JsonNode config;
    private final GoldenReference reference;

    /** @throws UserException if there is no well-formed {@code config.json} in the folder, or its network is not one that this library has */
    GoldenFolder(Path folder) {
        this.folder = folder;
        this.configFile = folder.resolve("config.json");
        this.config = read(configFile);
        this.reference = reference(new Arguments(configFile, "", config));
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

    private static GoldenReference reference(Arguments configuration) {
        JsonNode said = configuration.values().path("arch");
        String architecture = said.isString() ? said.stringValue() : "";
        if (architecture.equals(PublishedAdm.ARCHITECTURE)) {
            return PublishedAdm.bidirectional(configuration.section("kwargs"));
        }
        if (architecture.equals(PublishedAdm.CONSISTENCY_ARCHITECTURE)) {
            return PublishedAdm.consistency(configuration.section("kwargs"));
        }
        if (PublishedSongUNet.ARCHITECTURES.contains(architecture)) {
            return PublishedSongUNet.of(configuration);
        }
        if (architecture.equals(PublishedNcsnpp.ARCHITECTURE)) {
            return PublishedNcsnpp.of(configuration);
        }
        throw configuration.refusal("arch " + (said.isMissingNode() ? "is missing" : "is " + said) + "; only \""
                + PublishedAdm.ARCHITECTURE + "\", \"" + PublishedAdm.CONSISTENCY_ARCHITECTURE + "\", "
                + "\"EDMPrecond(SongUNet)\" and \"" + PublishedNcsnpp.ARCHITECTURE + "\" can be checked");
    }

    /** Where inputs and outputs are recorded. */
    Path recordings() {
        return folder.resolve("io.safetensors");
    }

    /** What recorded them. */
    GoldenReference reference() {
        return reference;
    }

    /**
     * The weights, which the caller closes.
     *
     * @throws UserException if the stored weights are damaged or another network's
     */
    Weights weights(Device device) {
        Weights weights = Weights.zeros(reference.network().build().layout(), device);
        try (Scope scope = Scope.open()) {
            JsonNode salt = config.path("SALT");
            if (salt.isMissingNode()) {
                String file = folder.resolve("model.safetensors").toString();
                Map<String, Tensor> stored =
                        Safetensors.read(folder.resolve("model.safetensors")).tensors();
                weights.load(reference.converted(stored, file), file);
            } else if (salt.isIntegralNumber()) {
                fill(weights, new FormulaWeights(salt.longValue()));
            } else {
                throw new UserException(configFile + ": SALT must be a whole number, is " + salt);
            }
            return weights;
        } catch (UserException e) {
            weights.close();
            throw e;
        }
    }

    /** One parameter after the other: networks whose weights are not stored are large. */
    private void fill(Weights weights, FormulaWeights formula) {
        weights.views().forEach((name, view) -> {
            try (Scope scope = Scope.open()) {
                String published = reference.published(name);
                Tensor values = HostTensors.ofFloats(formula.values(published, view.shape()), view.shape());
                Map<String, Tensor> converted = reference.converted(Map.of(published, values), configFile.toString());
                view.copy_(Objects.requireNonNull(converted.get(name), name));
            }
        });
    }
}
