package org.bcm4j.app;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.metrics.InceptionEvaluation;
import org.bcm4j.metrics.InceptionNetwork;
import org.bcm4j.storage.UserException;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bcm fid}: the published measures of samples, in the features of the Inception network. */
@Command(
        name = "fid",
        description = {
            "Compares samples with real images in the features of the Inception network: FID, KID, precision and recall,"
                    + " Inception Score. The network's weights are yours to supply: pytorch-fid's file of 2015-12-05.",
            "Samples and real images are folders of pictures or .npz files with an array images (uint8 [N,C,H,W]); the"
                    + " real ones may also be an .npz file of statistics (mu, sigma), which gives the FID and the"
                    + " Inception Score only."
        },
        footerHeading = "%nExample:%n",
        footer = {
            "  bcm sample models/imagenet64 -n 50000 --nfe 2 --out samples.npz",
            "  bcm fid samples.npz imagenet64-train/ --inception pt_inception-2015-12-05.pth --keep imagenet64.npz",
            "  bcm fid samples.npz imagenet64.npz --inception pt_inception-2015-12-05.pth --out fid.json"
        })
final class FidCommand implements Callable<Integer> {
    /** Below this many samples, FID is known to be biased upwards by more than models differ. */
    private static final long FEW = 10_000;

    @Parameters(index = "0", paramLabel = "SAMPLES", description = "A folder of pictures or an .npz file of images.")
    private Path samples = Path.of("");

    @Parameters(index = "1", paramLabel = "REAL", description = "Likewise, or an .npz file of statistics.")
    private Path reference = Path.of("");

    @Option(
            names = "--inception",
            required = true,
            paramLabel = "FILE",
            description = "Weights of the Inception network, .pth or .safetensors.")
    private Path inception = Path.of("");

    @Option(
            names = "--keep",
            paramLabel = "FILE.npz",
            description = "Stores the statistics of the real images, as other tools read them.")
    private Optional<Path> keep = Optional.empty();

    @Option(
            names = {"-o", "--out"},
            paramLabel = "FILE.json",
            description = "Where to write the figures.")
    private Optional<Path> out = Optional.empty();

    @Override
    public Integer call() {
        out.filter(file -> !file.toString().toLowerCase(Locale.ROOT).endsWith(".json"))
                .ifPresent(file -> {
                    throw new UserException("--out " + file + ": name a .json file");
                });
        keep.ifPresent(file -> Destination.of(file, Destination.Kind.ARRAYS));
        InceptionEvaluation.Report report;
        try (InceptionNetwork network = InceptionNetwork.open(inception);
                MeasuringProgress progress = new MeasuringProgress()) {
            report = new InceptionEvaluation(network, progress).run(samples, reference, keep);
        }
        if (report.sampleCount() < FEW) {
            System.err.printf(
                    Locale.ROOT,
                    "bcm: warning: of %,d samples the FID comes out too high; published figures are of 50,000%n",
                    report.sampleCount());
        }
        System.out.printf(Locale.ROOT, "%,d samples of %s%n", report.sampleCount(), report.samples());
        line("FID", report.fid());
        report.kid().ifPresent(kid -> line("KID", kid));
        report.precision().ifPresent(precision -> line("precision", precision));
        report.recall().ifPresent(recall -> line("recall", recall));
        line("Inception Score", report.inceptionScore());
        out.ifPresent(file -> ConfigFile.write(file, report));
        return ExitCode.OK;
    }

    private static void line(String name, double value) {
        System.out.printf(Locale.ROOT, "%-16s %12.5f%n", name, value);
    }
}
