package org.bcm4j.app.commands;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.bcm4j.app.files.Destination;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.model.ModelConfig;
import org.bcm4j.model.ModelFolder;
import org.bcm4j.model.OnnxFile;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Safetensors;
import org.bcm4j.tensor.Weights;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bcm export}: writes models for other engines. */
@Command(
        name = "export",
        description = {
            "Writes a model into one file for other engines.",
            "onnx: f(x,t,u), preconditioning included, one evaluation. safetensors: the weights under their names. Both"
                    + " carry the model's configuration as JSON in their metadata."
        },
        footerHeading = "%nExample:%n",
        footer = "  bcm export models/fashion-mnist --format onnx --out fashion-mnist.onnx")
public final class ExportCommand implements Callable<Integer> {
    /** The formats that can be written. */
    enum Format {
        ONNX,
        SAFETENSORS
    }

    @Parameters(index = "0", paramLabel = "MODEL", description = "Model folder, such as models/fashion-mnist.")
    private Path model = Path.of("");

    @Option(names = "--format", required = true, paramLabel = "onnx|safetensors", description = "What to write.")
    private Format format = Format.ONNX;

    @Option(
            names = {"-o", "--out"},
            required = true,
            paramLabel = "FILE",
            description = "The file to write, which must not exist yet.")
    private Path out = Path.of("");

    @Override
    public Integer call() {
        Destination.requireNew(out);
        ModelFolder folder = new ModelFolder(model);
        ModelConfig config = folder.config();
        try (Weights weights = folder.weights(config.network().build().layout(), Device.CPU)) {
            switch (format) {
                case ONNX -> OnnxFile.write(out, config, weights);
                case SAFETENSORS ->
                    Safetensors.write(
                            out,
                            weights.views(),
                            Map.of("format", ModelConfig.FORMAT, "config", ConfigFile.toJson(config)));
            }
            System.out.printf(
                    Locale.ROOT,
                    "wrote %s: %s, %,d parameters%n",
                    out,
                    config.network().summary(),
                    weights.layout().parameterCount());
        }
        return ExitCode.OK;
    }
}
