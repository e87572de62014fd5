package org.bcm4j.app.commands;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.bcm4j.interop.GoldenCheck;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Device;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bcm check}: checks whether this library computes the results that another implementation recorded. */
@Command(
        name = "check",
        description = {
            "Compares this library's outputs with those that another implementation recorded: the whole network's and,"
                    + " where they were recorded, those of its parts, in the order in which they are computed.",
            "Exit code 1 if they differ."
        },
        footerHeading = "%nExample:%n",
        footer = "  bcm check recordings/bcm_adm")
public final class CheckCommand implements Callable<Integer> {
    @Parameters(
            index = "0",
            paramLabel = "DIR",
            description = "Folder of config.json, io.safetensors, and model.safetensors or model.pt.")
    private Path folder = Path.of("");

    @Option(
            names = "--tolerance",
            paramLabel = "X",
            description = "Largest error that passes, relative to the largest output (default: ${DEFAULT-VALUE}).")
    private double tolerance = GoldenCheck.DEFAULT_TOLERANCE;

    @Option(names = "--device", paramLabel = "cpu|cuda", description = "Where to compute (default: cpu).")
    private Device device = Device.CPU;

    @Override
    public Integer call() {
        if (!(tolerance > 0)) {
            throw new UserException("--tolerance " + tolerance + ": must be positive");
        }
        if (!Files.isDirectory(folder)) {
            throw new UserException(
                    folder + ": is not a folder; give one that holds config.json, io.safetensors and weights");
        }
        GoldenCheck.Report report = new GoldenCheck(tolerance, device).run(folder);
        System.out.printf(
                Locale.ROOT,
                "%s: %,d parameters, tolerance %.1e%n%n%-16s %-32s %12s %12s%n",
                report.folder(),
                report.parameters(),
                report.tolerance(),
                "case",
                "output",
                "absolute",
                "relative");
        report.parts().forEach(CheckCommand::line);
        report.comparisons().forEach(CheckCommand::line);
        System.out.println();
        System.out.println(report.firstDivergence()
                .map(first -> "some differ, first " + first.output()
                        + (first.caseName().isEmpty() ? "" : " of case " + first.caseName()))
                .orElse("all agree"));
        return report.passed() ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private static void line(GoldenCheck.Comparison comparison) {
        System.out.printf(
                Locale.ROOT,
                "%-16s %-32s %12.3e %12.3e  %s%n",
                comparison.caseName().isEmpty() ? "-" : comparison.caseName(),
                comparison.output(),
                comparison.maxAbsoluteError(),
                comparison.relativeError(),
                comparison.passed() ? "ok" : "DIFFERS");
    }
}
