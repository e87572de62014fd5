package org.bcm4j.features;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.config.Format;
import org.bcm4j.data.LabelledImages;
import org.bcm4j.nn.Pass;
import org.bcm4j.storage.AtomicDirectory;
import org.bcm4j.storage.Checksum;
import org.bcm4j.storage.ShellWord;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.NoGradients;
import org.bcm4j.tensor.Precision;
import org.bcm4j.tensor.Safetensors;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.TensorForm;
import org.bcm4j.tensor.Weights;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * A small classifier whose last hidden layer measures images, as the Inception network does for the FID. A Fréchet
 * distance in its features is no FID: it compares two models with each other, but not with published figures. Metrics
 * open the network on the CPU, wherever the model runs, so that a figure does not depend on the machine's fast
 * precisions. The weights are constants: gradients flow through the network to images, never to the weights. Several
 * threads can use one network.
 */
public final class FeatureNetwork implements AutoCloseable {
    private static final String CONFIG = "config.json";
    private static final String WEIGHTS = "model.safetensors";
    private static final String CARD = "README.md";

    private final FeatureConfig config;
    private final FeatureLayers layers;
    private final Weights weights;
    private final Device device;
    private final String sha256;

    private FeatureNetwork(FeatureConfig config, Weights weights, Device device, String sha256) {
        this.config = config;
        this.layers = new FeatureLayers(config);
        this.weights = weights;
        this.device = device;
        this.sha256 = sha256;
    }

    /**
     * Opens a folder that {@link #write} made.
     *
     * @throws UserException if it holds no valid feature network
     */
    public static FeatureNetwork open(Path folder) {
        return open(folder, Device.CPU);
    }

    /** Same as {@link #open(Path)}, on a given device. */
    public static FeatureNetwork open(Path folder, Device device) {
        AtomicDirectory.recover(folder);
        Path configFile = folder.resolve(CONFIG);
        if (!Files.isRegularFile(configFile)) {
            throw new UserException(folder + ": holds no feature network (" + CONFIG
                    + " is missing); train one with `bcm features train --out " + new ShellWord(folder) + "`");
        }
        Format.of(FeatureConfig.FORMAT).requireVersionOf(configFile);
        FeatureConfig config = ConfigFile.read(configFile, FeatureConfig.class);
        Path weightFile = folder.resolve(WEIGHTS);
        Weights weights = Weights.zeros(config.layout(), device);
        boolean loaded = false;
        try (Scope scope = Scope.open()) {
            weights.load(Safetensors.read(weightFile).tensors(), weightFile.toString());
            FeatureNetwork network = new FeatureNetwork(config, weights, device, Checksum.sha256(weightFile));
            loaded = true;
            return network;
        } finally {
            if (!loaded) {
                weights.close();
            }
        }
    }

    /** Writes a folder with configuration, weights and a README. An existing folder is replaced as a whole. */
    static void write(Path folder, FeatureConfig config, Weights weights, String card) {
        AtomicDirectory.write(folder, directory -> {
            ConfigFile.write(directory.resolve(CONFIG), config);
            Safetensors.write(directory.resolve(WEIGHTS), weights.views(), Map.of("format", FeatureConfig.FORMAT));
            Files.writeString(directory.resolve(CARD), card);
        });
    }

    public FeatureConfig config() {
        return config;
    }

    /** SHA-256 of the weights file, in hexadecimal. */
    public String sha256() {
        return sha256;
    }

    /**
     * Refuses a data set that the network cannot measure. Images with a single class, such as unsorted pictures, only
     * need the right size and number of channels.
     *
     * @param data the name of the images
     * @throws UserException if the images differ from the network's in size, number of channels or classes
     */
    public void requireFit(LabelledImages images, String data) {
        String remedy = "; train one on these data with `bcm features train --data`, and use it instead of this one";
        if (!config.fits(images.channels(), images.height(), images.width())) {
            throw new UserException("the feature network takes images of "
                    + sizes(config.imageChannels(), config.imageSize(), config.imageSize()) + ", but those of " + data
                    + " are " + sizes(images.channels(), images.height(), images.width()) + remedy);
        }
        boolean unsorted = images.classNames().size() == 1;
        if (!unsorted && !images.classNames().equals(config.classNames())) {
            throw new UserException("the feature network has other classes (" + listed(config.classNames())
                    + ") than those of " + data + " (" + listed(images.classNames()) + ")" + remedy);
        }
    }

    private static String sizes(long channels, long height, long width) {
        return channels + " x " + height + " x " + width;
    }

    /** The first names, and the number of others. */
    private static String listed(List<String> names) {
        int shown = Math.min(3, names.size());
        String first = String.join(", ", names.subList(0, shown));
        return shown < names.size() ? first + " and " + (names.size() - shown) + " more" : first;
    }

    /**
     * The network's responses to images, in float32 and without gradients. The tensors belong to the caller's scope.
     *
     * @param images float32 [B,C,H,W] in [-1,1], on any device
     * @throws UserException if the images differ from the network's in size or number of channels
     */
    public Responses responses(Tensor images) {
        try (NoGradients guard = new NoGradients();
                Precision.Guard precision = Precision.FP32.on(device)) {
            Tensor here = device.move(images);
            return layers.responses(Pass.evaluating(weights), activations(here));
        }
    }

    /**
     * The outputs of the layers for images, with gradients if the images have any. The tensors belong to the caller's
     * scope.
     *
     * @param images float32 [B,C,H,W] in [-1,1], on the network's device
     * @throws UserException if the images differ from the network's in size or number of channels
     * @throws IllegalArgumentException if they are no floating point numbers
     */
    public Activations activations(Tensor images) {
        TensorForm form = TensorForm.of("images", images);
        if (form.type() != torch.ScalarType.Float) {
            throw new IllegalArgumentException("the feature network takes images float32 in [-1,1], not " + form);
        }
        long[] shape = images.shape();
        if (shape.length != 4 || !config.fits(shape[1], shape[2], shape[3])) {
            throw new UserException("images of shape " + Arrays.toString(shape)
                    + " do not fit the feature network, which takes images of "
                    + sizes(config.imageChannels(), config.imageSize(), config.imageSize())
                    + "; use the features that were trained on these images' data set");
        }
        return layers.apply(Pass.evaluating(weights), images);
    }

    @Override
    public void close() {
        weights.close();
    }
}
