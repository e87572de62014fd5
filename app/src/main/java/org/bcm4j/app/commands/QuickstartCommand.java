package org.bcm4j.app.commands;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.bcm4j.app.options.DataOptions;
import org.bcm4j.app.options.SeedOption;
import org.bcm4j.app.report.ExampleImages;
import org.bcm4j.app.report.Quickstart;
import org.bcm4j.data.LabelledImages;
import org.bcm4j.metrics.evaluation.Evaluation;
import org.bcm4j.model.ModelConfig;
import org.bcm4j.model.ModelFolder;
import org.bcm4j.storage.UserException;
import org.bcm4j.storage.Writability;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bcm quickstart}: a page with a first look at a model. */
@Command(
        name = "quickstart",
        description = {
            "Shows what a model can do: generates, inverts, reconstructs, interpolates, and writes a page of it.",
            "Takes seconds. Real images are those of --data, or else those that lie with the model, or those of the run that the"
                    + " model's folder is in."
        },
        footerHeading = "%nExample:%n",
        footer = {"  bcm quickstart", "  bcm quickstart --model runs/mine/model --seed 7 --out out/mine"})
public final class QuickstartCommand implements Callable<Integer> {
    /** The system property with the location of the installation, set by the launcher. */
    private static final String HOME = "bcm.home";

    @Option(
            names = "--model",
            paramLabel = "MODEL",
            description = "Model folder (default: the model that comes with bcm4j).")
    private Optional<Path> model = Optional.empty();

    @Option(
            names = {"-o", "--out"},
            paramLabel = "DIR",
            description = "Folder for the page; a page that stands there is replaced (default: ${DEFAULT-VALUE}).")
    private Path out = Path.of("out", "quickstart");

    @Mixin
    private final SeedOption seed = new SeedOption();

    @Mixin
    private final DataOptions data = new DataOptions();

    @Override
    public Integer call() {
        Path folder = model.orElseGet(QuickstartCommand::shippedModel);
        new Quickstart(folder, out, seed.value(), data.given())
                .run(System.err::println)
                .forEach(System.out::println);
        return ExitCode.OK;
    }

    /** Stores example images with a model for the quickstart; needed once per model. */
    @Command(
            name = "images",
            description = "Puts the first test images of each class beside a model, for the quickstart to work with.",
            footerHeading = "%nExample:%n",
            footer = "  bcm quickstart images runs/mine/model")
    int images(
            @Parameters(paramLabel = "MODEL", description = "Model folder.") Path folder,
            @Option(
                            names = "--per-class",
                            paramLabel = "N",
                            defaultValue = "" + ExampleImages.PER_CLASS,
                            description = "Images of each class (default: ${DEFAULT-VALUE}).")
                    int perClass,
            @Mixin DataOptions dataSet) {
        if (perClass < 1) {
            throw new UserException("--per-class " + perClass + ": ask for at least 1 image of each class");
        }
        ModelConfig config = new ModelFolder(folder).config();
        Writability.requireFile(folder.resolve(ExampleImages.FILE));
        LabelledImages test = dataSet.source().test();
        Evaluation.requireFit(config, test, dataSet.source().title());
        ExampleImages images = ExampleImages.firstOfEachClass(test, perClass);
        images.write(folder);
        System.out.println(folder.resolve(ExampleImages.FILE) + ": " + images.size() + " images");
        return ExitCode.OK;
    }

    /** The path as a user would write it: relative to the working directory if it lies below it. */
    static Path shippedModel() {
        Path here = Path.of("").toAbsolutePath();
        Path shipped = Path.of(System.getProperty(HOME, "")).toAbsolutePath().resolve("models/fashion-mnist");
        return shipped.startsWith(here) ? here.relativize(shipped) : shipped;
    }
}
