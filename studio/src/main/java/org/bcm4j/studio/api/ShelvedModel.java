package org.bcm4j.studio.api;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.bcm4j.BcmModel;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.model.ClassLookup;
import org.bcm4j.model.Engine;
import org.bcm4j.model.ModelFolder;
import org.bcm4j.model.RecommendedWalks;
import org.bcm4j.model.RecommendedWalks.Purpose;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Precision;
import org.bcm4j.training.TrainingConfig;
import org.bcm4j.training.TrainingStage;
import org.bcm4j.training.terms.TimeCoverage;

/**
 * A model that the server offers. Immutable, but for being closed.
 *
 * @param name in paths
 * @param folder where it was read from
 * @param sha256 of its weights
 * @param walks that are stored with it
 * @param examples pictures that come with it
 * @param computing the options with which a command computes as it does, each after a space; nothing of what is the
 *     command's own choice
 */
public record ShelvedModel(
        String name,
        Path folder,
        BcmModel model,
        String sha256,
        RecommendedWalks walks,
        List<Example> examples,
        String computing) {
    /** A picture that comes with a model, as the content of a PNG file. */
    @SuppressWarnings("ArrayRecordComponent") // read only, never compared
    record Example(String name, byte[] png) {}

    public ShelvedModel {
        examples = List.copyOf(examples);
    }

    /**
     * Opens a model's folder. The name is that of the folder, or of the one above if that is a run.
     *
     * @throws UserException if it holds no model that can be used
     */
    public static ShelvedModel open(Path folder, BcmModel model) {
        ModelFolder stored = new ModelFolder(folder);
        return new ShelvedModel(
                name(folder), folder, model, stored.sha256(), stored.walks(), examples(folder), computing(model));
    }

    private static String computing(BcmModel model) {
        Device device = model.tensors().model().device();
        Precision precision = model.tensors().model().precision();
        return (device == Device.best() ? "" : " --device " + word(device))
                + (precision == Engine.fastestPrecision(model.config().network().build(), device)
                        ? ""
                        : " --precision " + word(precision));
    }

    /** As commands and answers write it. */
    private static String word(Enum<?> choice) {
        return choice.name().toLowerCase(Locale.ROOT);
    }

    private static List<Example> examples(Path folder) {
        return ExamplePictures.in(folder.resolve("examples"));
    }

    private static String name(Path folder) {
        Path named = folder.toAbsolutePath().normalize();
        if (named.endsWith("model") && named.getParent() != null) {
            named = named.getParent();
        }
        return String.valueOf(named.getFileName()).replaceAll("[^A-Za-z0-9._-]", "-");
    }

    Responses.Model description() {
        Map<String, Map<String, String>> byPurpose = new LinkedHashMap<>();
        for (Purpose purpose : Purpose.values()) {
            if (!walks.of(purpose).isEmpty()) {
                byPurpose.put(word(purpose), walks.of(purpose));
            }
        }
        List<Responses.Example> pictures = new ArrayList<>();
        examples.forEach(example -> pictures.add(new Responses.Example(example.name(), Codec.base64(example.png()))));
        return new Responses.Model(
                name,
                word(model.config().kind()),
                model.imageSize(),
                model.imageChannels(),
                IntStream.range(0, classes()).mapToObj(this::className).toList(),
                sha256,
                word(model.tensors().model().device()),
                word(model.tensors().model().precision()),
                byPurpose,
                pictures);
    }

    /**
     * Where the last stage of its training evaluates f. The experiment lies with the model, or above it in a run.
     *
     * @throws ProblemException if it is not there
     */
    Responses.Coverage coverage() {
        for (Path file : List.of(
                folder.resolve("training/config.yaml"),
                folder.resolve("../config.yaml").normalize())) {
            if (Files.isRegularFile(file)) {
                return coverage(file);
            }
        }
        throw new ProblemException(404, "the experiment that trained this model is not known");
    }

    private static Responses.Coverage coverage(Path experiment) {
        TrainingConfig config;
        try {
            config = ConfigFile.read(experiment, TrainingConfig.class);
        } catch (UserException e) {
            throw new ProblemException(404, "the experiment that trained this model is of another version", e);
        }
        TrainingStage last = config.stages().get(config.stages().size() - 1);
        int points = last.curriculum().points(last.steps() - 1, last.steps());
        double[] images = TimeCoverage.of(last.terms(), points).images();
        return new Responses.Coverage(
                TimeCoverage.BINS, Arrays.stream(images).boxed().toList());
    }

    /** The number of classes; 0 if the model has none. */
    int classes() {
        return model.config().network().classes();
    }

    /** The name of a class, or its number in a model whose classes have no names, as imported ones do. */
    String className(int label) {
        return new ClassLookup(model.config()).name(label);
    }

    /**
     * The number of a class.
     *
     * @throws ProblemException if the model has no such class
     */
    Optional<Integer> label(Optional<String> text, String field) {
        return text.map(given -> {
            try {
                return new ClassLookup(model.config()).find(given, "the field " + field);
            } catch (UserException e) {
                throw new ProblemException(400, e.getMessage(), e);
            }
        });
    }
}
