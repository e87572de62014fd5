package org.bcm4j.app.commands;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bcm4j.app.console.MarkdownTables;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.metrics.evaluation.EvaluationReport;
import org.bcm4j.model.Engine;
import org.bcm4j.model.ModelConfig;
import org.bcm4j.model.ModelFolder;
import org.bcm4j.model.ModelKind;
import org.bcm4j.model.RecommendedWalks;
import org.bcm4j.network.Network;
import org.bcm4j.network.NetworkConfig;
import org.bcm4j.storage.ShellWord;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Precision;
import org.bcm4j.training.TrainingConfig;
import org.bcm4j.training.TrainingEstimate;
import org.bcm4j.training.TrainingSpeed;
import org.bcm4j.training.TrainingStage;
import org.bcm4j.training.terms.LossTerm;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bcm info}: describes a model or an experiment. */
@Command(
        name = "info",
        description = {
            "Describes a model folder or the configuration of an experiment.",
            "Of an experiment: also what a step costs, the memory and, measured in a second or two, the time it takes"
                    + " on this machine."
        },
        footerHeading = "%nExample:%n",
        footer = {
            "  bcm info models/fashion-mnist",
            "  bcm info models/fashion-mnist --figures",
            "  bcm info configs/fashion-mnist.yaml"
        })
public final class InfoCommand implements Callable<Integer> {
    /** The least width of the left one of two walks, in characters. */
    private static final int LEFT_COLUMN = 40;

    private static final List<String> WEIGHTS = List.of(".safetensors", ".onnx", ".pt", ".pth", ".msgpack", ".npz");

    @Parameters(index = "0", paramLabel = "MODEL|CONFIG", description = "Model folder or YAML file.")
    private Path path = Path.of("");

    @Option(
            names = "--figures",
            description =
                    "Of a model: the figures that lie with it (metrics.json), as the tables of its card, in Markdown.")
    private boolean figures;

    @Override
    public Integer call() {
        if (figures) {
            EvaluationReport report = ConfigFile.read(metrics(), EvaluationReport.class);
            if (!report.isOf(new ModelFolder(path))) {
                throw new UserException(
                        "--figures: " + metrics() + " is of other weights; measure these with `bcm eval "
                                + new ShellWord(path) + " --out " + new ShellWord(metrics()) + "`");
            }
            System.out.print(MarkdownTables.of(report));
        } else if (Files.isDirectory(path)) {
            ModelFolder folder = new ModelFolder(path);
            describe(folder.config(), folder.walks());
        } else {
            refuseWeights();
            describe(ConfigFile.read(path, TrainingConfig.class));
        }
        return ExitCode.OK;
    }

    private void refuseWeights() {
        String name = path.toString().toLowerCase(Locale.ROOT);
        if (WEIGHTS.stream().anyMatch(name::endsWith)) {
            throw new UserException(
                    path + ": is a file of weights; give a model folder, which bcm import creates from it, or a"
                            + " configuration");
        }
    }

    private Path metrics() {
        Path file = path.resolve("metrics.json");
        if (!Files.isRegularFile(file)) {
            throw new UserException("--figures: there is no " + file + "; create it with `bcm eval "
                    + new ShellWord(path) + " --out " + new ShellWord(file) + "`");
        }
        return file;
    }

    private void describe(ModelConfig model, RecommendedWalks walks) {
        Device device = Device.best();
        line("model", path.toString());
        line("trained on", model.data());
        describe(model.network());
        if (!model.classNames().isEmpty()) {
            line("classes", String.join(", ", model.classNames()));
        }
        Network network = model.network().build();
        Precision precision = Engine.fastestPrecision(network, device);
        line("device", lower(device));
        line("precision", lower(precision));
        line("engine", Engine.of(network, device, precision).title());
        if (model.kind() == ModelKind.DENOISER) {
            line("sampler", "a denoiser: --sampler heun|euler|ddim --steps N for sample, invert, reconstruct and eval");
            return;
        }
        walks("generate", walks.generate(), "invert", walks.invert());
        if (model.kind() != ModelKind.CONSISTENCY) {
            walks("interpolate", walks.interpolate(), "swap", walks.swap());
        }
        walks("inpaint", walks.inpaint(), "restore", walks.restore());
    }

    private void describe(TrainingConfig config) {
        TrainingEstimate estimate = TrainingEstimate.of(config);
        line("experiment", path.toString());
        line("trains on", config.data().title());
        describe(config.network());
        line("kind of model", lower(config.model()));
        for (TrainingStage stage : config.stages()) {
            String terms = stage.terms().stream().map(LossTerm::name).collect(Collectors.joining(" + "));
            line(
                    "stage",
                    String.format(
                            Locale.ROOT, "%,d steps of %,d images: %s", stage.steps(), config.batchSize(), terms));
        }
        line("device", config.device().map(InfoCommand::lower).orElse("the best there is"));
        line("precision", config.precision().map(InfoCommand::lower).orElse("the fastest on the device"));
        line(
                "a step",
                work(estimate.stepMultiplyAdds())
                        + String.format(
                                Locale.ROOT,
                                ": %,d images, %.1f evaluations each (going back through one costs two)",
                                config.batchSize(),
                                estimate.stepEvaluations()));
        line(
                "memory",
                String.format(
                        Locale.ROOT,
                        "about %.1f MB an image (outputs of all layers in all passes of a step, in fp32) and %.1f MB"
                                + " (weights, gradient, average, two moments)",
                        estimate.activationBytes() * 1e-6,
                        estimate.stateBytes() * 1e-6));
        line("time", time(config, estimate));
    }

    /** Measures the time, which loads libtorch. It is therefore printed last. */
    private static String time(TrainingConfig config, TrainingEstimate estimate) {
        Device device = config.device().orElseGet(Device::best);
        if (device == Device.CUDA && Device.best() != Device.CUDA) {
            return "not known: this machine has no device cuda";
        }
        Precision precision = config.precision().orElseGet(() -> Precision.fastestOn(device));
        if (!precision.isNativeOn(device)) {
            // One pass of a large network can take minutes.
            return "not known: " + lower(device) + " emulates " + lower(precision) + " here, and is slow at it";
        }
        TrainingSpeed speed = TrainingSpeed.measure(config, device, precision);
        double seconds = estimate.seconds(speed);
        return String.format(
                Locale.ROOT,
                "about %s for all steps here and now (from %.1f ms an image through the network and back, %d at once,"
                        + " %s, %s)",
                duration(Math.round(seconds)),
                1e3 * speed.secondsPerImage(),
                speed.images(),
                lower(device),
                lower(precision));
    }

    private static String duration(long seconds) {
        Duration time = Duration.ofSeconds(seconds);
        if (time.toDays() > 0) {
            return String.format(Locale.ROOT, "%,d d %d h", time.toDays(), time.toHoursPart());
        }
        if (time.toHours() > 0) {
            return time.toHours() + " h " + time.toMinutesPart() + " min";
        }
        return time.toMinutes() + " min " + time.toSecondsPart() + " s";
    }

    /** A number of multiply-adds, and the corresponding operations, with a unit prefix. */
    private static String work(double multiplyAdds) {
        int power = Math.max(0, (int) (Math.log10(multiplyAdds) / 3));
        String prefix = List.of("", "k", "M", "G", "T", "P", "E").get(Math.min(power, 6));
        double scaled = multiplyAdds / Math.pow(1000, Math.min(power, 6));
        return String.format(Locale.ROOT, "%.1f %s multiply-adds (%.1f %sFLOP)", scaled, prefix, 2 * scaled, prefix);
    }

    private static void describe(NetworkConfig network) {
        line("images", network.imageChannels() + " x " + network.imageSize() + " x " + network.imageSize());
        line("network", network.summary());
        Network built = network.build();
        long parameters = built.layout().parameterCount();
        line("parameters", String.format(Locale.ROOT, "%,d (%.1f MB)", parameters, parameters * Float.BYTES * 1e-6));
        line("evaluation", work(built.cost().multiplyAdds()) + " an image");
    }

    private static void line(String name, String value) {
        System.out.printf(Locale.ROOT, "%-11s %s%n", name, value);
    }

    /** Prints the walks for two purposes side by side. */
    private static void walks(String left, Map<String, String> lefts, String right, Map<String, String> rights) {
        int width = lefts.values().stream().mapToInt(String::length).reduce(LEFT_COLUMN, Math::max);
        walks("--nfe", left, right, width);
        Stream.concat(lefts.keySet().stream(), rights.keySet().stream())
                .distinct()
                .sorted(Comparator.comparing(String::length).thenComparing(Comparator.naturalOrder()))
                .forEach(nfe -> walks(nfe, walk(lefts, nfe), walk(rights, nfe), width));
    }

    private static void walks(String nfe, String left, String right, int width) {
        System.out.printf(Locale.ROOT, "%-11s %-" + width + "s %s%n", nfe, left, right);
    }

    private static String walk(Map<String, String> walks, String nfe) {
        return Optional.ofNullable(walks.get(nfe)).orElse("-");
    }

    private static String lower(Enum<?> constant) {
        return constant.name().replace('_', '-').toLowerCase(Locale.ROOT);
    }
}
