package org.bcm4j.app;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.bcm4j.model.ModelFolder;
import org.bcm4j.model.ModelKind;
import org.bcm4j.tensor.Safetensors;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;

/**
 * What the pages of the documents take for granted, by the names that they use: the shipped model, models of other runs, configurations,
 * pictures, noises, other people's weights, data. All but the shipped model is small, so that a command takes seconds.
 *
 * @param folder where commands of the documents run
 */
record DocumentedWorld(Path folder) {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Path RECORDINGS = ROOT.resolve("core/src/test/resources/parity");

    private static final List<String> GARMENTS =
            new ModelFolder(ROOT.resolve("models/fashion-mnist")).config().classNames();

    /** The pictures of each class. */
    private static final int PICTURES = 40;

    void write() throws IOException {
        copy(ROOT.resolve("models"), "models"); // No link: what a command writes stays here.
        writeModel("runs/fashion-mnist/model", ModelKind.BIDIRECTIONAL, 28, 1, GARMENTS);
        writeModel("runs/edm/model", ModelKind.DENOISER, 28, 1, GARMENTS);
        writeModel("runs/avataaars/model", ModelKind.BIDIRECTIONAL, 32, 3, List.of());
        writeModel("runs/cifar10/model", ModelKind.BIDIRECTIONAL, 32, 3, TinyModel.CLASSES);
        writePictures();
        writeConfigurations();
        writeForeignWeights();
    }

    private void writePictures() throws IOException {
        Path examples = ROOT.resolve("models/fashion-mnist/examples");
        Files.copy(examples.resolve("shirt.png"), folder.resolve("shirt.png"));
        Files.copy(examples.resolve("bag.png"), folder.resolve("bag.png"));
        Files.copy(examples.resolve("ankle-boot.png"), folder.resolve("boot.png"));
        Pictures.coloured(folder.resolve("faces/face.png"), 32, 32);
        Pictures.coloured(folder.resolve("photos/photo.png"), 64, 48);
        Path garments = Files.createDirectories(folder.resolve("garments"));
        TinyExperiment.writeData(garments, "train", 120, 28);
        TinyExperiment.writeData(garments, "t10k", 200, 28);
        for (String name : TinyModel.CLASSES) {
            random("objects", name, 32, BufferedImage.TYPE_INT_RGB);
            random("imagenet64-train", name, 32, BufferedImage.TYPE_INT_RGB);
            random("tiny", name, TinyModel.SIDE, BufferedImage.TYPE_BYTE_GRAY);
        }
    }

    private void random(String set, String name, int side, int type) throws IOException {
        Pictures.random(folder.resolve(set).resolve(name), PICTURES, side, type);
    }

    private void writeConfigurations() throws IOException {
        Files.createDirectories(folder.resolve("configs"));
        write("configs/cifar10.yaml", "data: {kind: image-folder, directory: objects, held_out: 40}\n");
        String small = "{kind: image-folder, directory: tiny, held_out: 6}";
        write("configs/tiny.yaml", "data: " + small + "\n");
        write(
                "configs/fashion-mnist.yaml",
                TinyExperiment.yaml(folder)
                        .replaceFirst("data: .*", "data: {kind: fashion-mnist, directory: garments}")
                        .replaceFirst(
                                "image_size: 8", "image_size: 28\n  patch: 2\n  classes: 10\n  null_class: true"));
        write("my-experiment.yaml", TinyExperiment.reproduction(small));
        write("runs/edm.yaml", """
                model: denoiser
                network: {kind: ncsnpp, image_size: 32, image_channels: 3, width: 8, multipliers: [1, 2, 2], blocks: 2,
                  attention: [16], features: {kind: fourier, scale: 16}, conditioning: time}
                """);
        write("runs/cd-cifar10.yaml", """
                model: consistency
                network: {image_size: 16, image_channels: 3, width: 32, multipliers: [1, 1], blocks: 1, attention: [16, 8],
                  head_width: 16, conditioning: time, classes: 10}
                """);
    }

    /** By the names of the pages, whose endings say nothing: what a file holds tells its format. */
    private void writeForeignWeights() throws IOException {
        copy(RECORDINGS.resolve("bcm_adm"), "recordings/bcm_adm");
        Map<String, String> weights = Map.of(
                "pt_inception-2015-12-05.pth", "inception_fid/full_scaled",
                "ema_0.9999_010000.pt", "bcm_adm",
                "cd_imagenet64_lpips.pt", "ict_adm",
                "edm.safetensors", "ncsnpp_edm");
        for (Map.Entry<String, String> file : weights.entrySet()) {
            Files.copy(RECORDINGS.resolve(file.getValue()).resolve("model.safetensors"), folder.resolve(file.getKey()));
        }
        try (Scope scope = Scope.open()) {
            Map<String, Tensor> section = new TreeMap<>();
            Safetensors.read(RECORDINGS.resolve("ict_adm/model.safetensors"))
                    .tensors()
                    .forEach((name, tensor) -> section.put("params_ema." + name, tensor));
            Safetensors.write(folder.resolve("checkpoint_80"), section, Map.of());
        }
    }

    private void write(String file, String text) throws IOException {
        Files.writeString(folder.resolve(file), text);
    }

    private void copy(Path from, String to) throws IOException {
        Files.createDirectories(folder.resolve(to).getParent());
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.copy(file, folder.resolve(to).resolve(from.relativize(file)));
            }
        }
    }

    private void writeModel(String name, ModelKind kind, int side, int channels, List<String> classes) {
        new TinyModel(kind, side, channels, 2, classes, !classes.isEmpty()).writeTo(folder.resolve(name));
    }
}
