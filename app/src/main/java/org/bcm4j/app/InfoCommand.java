package org.bcm4j.app;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.model.ModelConfig;
import org.bcm4j.model.ModelFolder;
import org.bcm4j.model.RecommendedWalks;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Precision;
import org.bcm4j.training.TrainingConfig;
import org.bcm4j.unet.NetworkConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Parameters;

/** {@code bcm info}: what a model or an experiment is. */
@Command(
        name = "info",
        description = "Describes a model folder or the configuration of an experiment.",
        footerHeading = "%nExample:%n",
        footer = {"  bcm info models/fashion-mnist", "  bcm info configs/fashion-mnist.yaml"})
final class InfoCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "MODEL|CONFIG", description = "Model folder or YAML file.")
    private Path path = Path.of("");

    @Override
    public Integer call() {
        if (Files.isDirectory(path)) {
            ModelFolder folder = new ModelFolder(path);
            describe(folder.config(), folder.walks());
        } else {
            describe(ConfigFile.read(path, TrainingConfig.class));
        }
        return ExitCode.OK;
    }

    private void describe(ModelConfig model, RecommendedWalks walks) {
        Device device = Device.best();
        line("model", path.toString());
        line("trained on", model.data());
        describe(model.network());
        if (!model.classNames().isEmpty()) {
            line("classes", String.join(", ", model.classNames()));
        }
        line("device", lower(device));
        line("precision", lower(Precision.fastestOn(device)));
        walks("--nfe", "generate", "invert");
        TreeSet<String> evaluations = new TreeSet<>(walks.generate().keySet());
        evaluations.addAll(walks.invert().keySet());
        evaluations.forEach(nfe -> walks(nfe, walk(walks.generate(), nfe), walk(walks.invert(), nfe)));
    }

    /** Says nothing of the machine, whose device only libtorch knows: this must be quick. */
    private void describe(TrainingConfig config) {
        line("experiment", path.toString());
        line("trains on", config.data().title());
        describe(config.network());
        line("objective", words(config.objective().getClass().getSimpleName()));
        line(
                "steps",
                String.format(
                        Locale.ROOT,
                        "%,d of %,d images, %,d of them warm-up",
                        config.totalSteps(),
                        config.batchSize(),
                        config.warmUpSteps()));
        line("device", config.device().map(InfoCommand::lower).orElse("the best there is"));
        line("precision", config.precision().map(InfoCommand::lower).orElse("the fastest on the device"));
    }

    private static void describe(NetworkConfig network) {
        line("images", network.imageChannels() + " x " + network.imageSize() + " x " + network.imageSize());
        line("network", network.summary());
        long parameters = network.build().layout().parameterCount();
        line("parameters", String.format(Locale.ROOT, "%,d (%.1f MB)", parameters, parameters * Float.BYTES * 1e-6));
    }

    private static void line(String name, String value) {
        System.out.printf(Locale.ROOT, "%-11s %s%n", name, value);
    }

    private static void walks(String nfe, String generate, String invert) {
        System.out.printf(Locale.ROOT, "%-11s %-32s %s%n", nfe, generate, invert);
    }

    private static String walk(Map<String, String> walks, String nfe) {
        return Optional.ofNullable(walks.get(nfe)).orElse("-");
    }

    private static String lower(Enum<?> constant) {
        return constant.name().replace('_', '-').toLowerCase(Locale.ROOT);
    }

    /** "BidirectionalConsistency" as "bidirectional-consistency", which is what a configuration calls it. */
    private static String words(String className) {
        return className.replaceAll("(?<=[a-z])(?=[A-Z])", "-").toLowerCase(Locale.ROOT);
    }
}
