package org.bcm4j.interop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.bcm4j.checkpoint.Checkpoint;
import org.bcm4j.interop.GoldenCheck.Comparison;
import org.bcm4j.metrics.inception.InceptionBlock;
import org.bcm4j.storage.FileFailure;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Initialization;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.WeightLayout;
import org.bcm4j.tensor.Weights;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A folder of recorded outputs, as {@link GoldenCheck} describes it. */
final class GoldenFolder {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String CONFIGURATION = "config.json";
    private static final String RECORDINGS = "io.safetensors";
    private static final List<String> WEIGHTS = List.of("model.safetensors", "model.pt");

    private final Path folder;

    /** The folder of configuration and recordings: the folder itself, or that of the model from which it starts. */
    private final Path home;

    private final Path configFile;
    private final JsonNode config;
    private final GoldenSubject subject;

    /**
     * @throws UserException if there is no well-formed {@code config.json}, there are no weights, or no network of this
     *     library matches them
     */
    GoldenFolder(Path folder) {
        this.folder = folder;
        Optional<Path> origin = origin(folder);
        this.home = origin.orElse(folder);
        this.configFile = home.resolve(CONFIGURATION);
        this.config = read(configFile);
        requireWeights();
        Arguments configuration = new Arguments(configFile, "", config);
        this.subject = origin.isPresent() ? start(configuration) : subject(configuration);
    }

    /** The parent folder, if its configuration refers to this folder and this folder has no configuration. */
    private static Optional<Path> origin(Path folder) {
        Path around = folder.toAbsolutePath().normalize().getParent();
        if (around == null || Files.exists(folder.resolve(CONFIGURATION)) || !Files.isDirectory(folder)) {
            return Optional.empty();
        }
        Path configuration = around.resolve(CONFIGURATION);
        boolean meant =
                Files.isRegularFile(configuration) && read(configuration).has(name(folder) + "_arch");
        return meant ? Optional.of(around) : Optional.empty();
    }

    private static String name(Path folder) {
        Path name = folder.toAbsolutePath().normalize().getFileName();
        return name == null ? "" : name.toString();
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

    private void requireWeights() {
        if (config.has("SALT") || stored(folder).isPresent()) {
            return;
        }
        List<String> below = foldersWithWeights();
        String elsewhere = config.path("model").isString()
                ? "; its numbers are of the weights in " + config.path("model").stringValue()
                : "; add those that the recordings are of";
        throw new UserException(folder + ": holds no weights to check, neither " + String.join(" nor ", WEIGHTS)
                + " nor a SALT in " + CONFIGURATION
                + (below.isEmpty() ? elsewhere : "; check one of the folders in it: " + String.join(", ", below)));
    }

    private List<String> foldersWithWeights() {
        try (Stream<Path> inside = Files.list(folder)) {
            return inside.filter(inner -> stored(inner).isPresent())
                    .map(GoldenFolder::name)
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw FileFailure.reading(folder, e);
        } catch (UncheckedIOException e) {
            throw FileFailure.reading(folder, Objects.requireNonNull(e.getCause()));
        }
    }

    private static Optional<Path> stored(Path folder) {
        return WEIGHTS.stream()
                .map(folder::resolve)
                .filter(Files::isRegularFile)
                .findFirst();
    }

    private GoldenSubject start(Arguments configuration) {
        configuration.require(name(folder) + "_arch", PublishedAdm.ARCHITECTURE);
        return new GoldenModel(PublishedAdm.initialized(configuration.section("kwargs"), name(folder)));
    }

    private GoldenSubject subject(Arguments configuration) {
        if (!config.has("arch")) {
            Optional<InceptionBlock> block = InceptionBlock.ofClass(name(folder));
            if (block.isPresent()) {
                return new GoldenInceptionBlock(block.get());
            }
            if (Files.isRegularFile(home.resolve(RECORDINGS))
                    && recordings(Device.CPU).has(GoldenInception.FEATURES)) {
                return new GoldenInception();
            }
        }
        return new GoldenModel(reference(configuration));
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

    /** The network or block to check. */
    GoldenSubject subject() {
        return subject;
    }

    /** Inputs and outputs, in the caller's scope. */
    Recordings recordings(Device device) {
        return new Recordings(home.resolve(RECORDINGS), device);
    }

    /** The origin of the weights, for error messages. */
    String source() {
        return stored(folder)
                .filter(file -> !config.has("SALT"))
                .orElse(configFile)
                .toString();
    }

    /** The formula that generates the weights, if they are not stored. */
    Optional<FormulaWeights> formula() {
        JsonNode salt = config.path("SALT");
        if (salt.isMissingNode()) {
            return Optional.empty();
        }
        if (!salt.isIntegralNumber()) {
            throw new UserException(configFile + ": SALT must be a whole number, is " + salt);
        }
        return Optional.of(new FormulaWeights(salt.longValue()));
    }

    /** The stored weights, in the caller's scope. */
    Map<String, Tensor> stored() {
        return Checkpoint.read(Path.of(source())).tensors();
    }

    /**
     * Weights of a network of any width. The caller closes them.
     *
     * @param full the layout at full width, which formula weights have
     */
    Weights weights(WeightLayout full, Device device) {
        Optional<FormulaWeights> formula = formula();
        if (formula.isEmpty()) {
            return weights(full.slots().keySet(), device);
        }
        Weights weights = Weights.zeros(full, device);
        weights.views().forEach((name, view) -> {
            try (Scope scope = Scope.open()) {
                view.copy_(HostTensors.ofFloats(formula.get().values(name, view.shape()), view.shape()));
            }
        });
        return weights;
    }

    /** Stored weights with these names, in any shapes; others are ignored. The caller closes them. */
    Weights weights(Collection<String> names, Device device) {
        Map<String, Tensor> stored = stored();
        Map<String, Tensor> needed = new LinkedHashMap<>();
        WeightLayout.Builder layout = new WeightLayout.Builder();
        for (String name : names) {
            Tensor tensor = stored.get(name);
            if (tensor == null) {
                throw new UserException(source() + ": parameter " + name + " is missing; is it of another network?");
            }
            needed.put(name, tensor.to(ScalarType.Float));
            layout.declare(name, Initialization.ZERO, tensor.shape());
        }
        return Weights.loaded(layout.build(), needed, source(), device);
    }

    GoldenCheck.Report report(GoldenCheck check, long parameters, List<Comparison> parts, List<Comparison> outputs) {
        return new GoldenCheck.Report(folder, parameters, check.tolerance(), parts, outputs);
    }
}
