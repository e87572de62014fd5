package org.bcm4j.app.options;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import org.bcm4j.data.Cifar10;
import org.bcm4j.data.DataBlock;
import org.bcm4j.data.DataSource;
import org.bcm4j.data.FashionMnist;
import org.bcm4j.storage.UserException;
import org.bcm4j.storage.WrittenPath;
import picocli.CommandLine.Option;

/** The options for a set of real images: everything that a training configuration can name. */
public final class DataOptions {
    private static final String FASHION_MNIST = "fashion-mnist";
    private static final String CIFAR10 = "cifar10";

    @Option(
            names = "--data",
            paramLabel = "FILE.yaml|NAME",
            description =
                    "The data set: an experiment's configuration, such as configs/cifar10.yaml or a run's config.yaml, of which only the"
                            + " data block is read, or " + FASHION_MNIST + " or " + CIFAR10 + " (default: "
                            + FASHION_MNIST
                            + ", unless the command says otherwise).")
    private Optional<String> named = Optional.empty();

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "Where the files of " + FASHION_MNIST + " or " + CIFAR10
                    + " are (default: where Debian's package puts Fashion-MNIST).")
    private Optional<Path> directory = Optional.empty();

    /**
     * The given path, if it is a folder of pictures or an {@code .npz} file of images. Only some commands accept these.
     */
    public Optional<Path> images() {
        return named.filter(data -> {
                    String name = data.toLowerCase(Locale.ROOT);
                    boolean known = name.equals(FASHION_MNIST) || name.equals(CIFAR10);
                    return !known && (Files.isDirectory(WrittenPath.of(data)) || name.endsWith(".npz"));
                })
                .map(WrittenPath::of);
    }

    /** Whether a data set, or the directory of its files, was given. */
    public boolean isNamed() {
        return named.isPresent() || directory.isPresent();
    }

    /**
     * The data set, if one was given.
     *
     * @throws UserException as {@link #source}
     */
    public Optional<DataSource> given() {
        return isNamed() ? Optional.of(source()) : Optional.empty();
    }

    /**
     * The data set. Its files are not read yet.
     *
     * @throws UserException if there is no data set of that name, or the configuration is malformed
     */
    public DataSource source() {
        String data = named.orElse(FASHION_MNIST);
        String name = data.toLowerCase(Locale.ROOT);
        if (name.endsWith(".yaml") || name.endsWith(".yml")) {
            directory.ifPresent(given -> {
                throw new UserException(
                        "--data-dir " + given + ": " + data + " already says where its data are; omit the option,"
                                + " or use --data " + FASHION_MNIST + " or " + CIFAR10);
            });
            return DataBlock.of(WrittenPath.of(data));
        }
        return switch (name) {
            case FASHION_MNIST -> new FashionMnist(directory);
            case CIFAR10 ->
                new Cifar10(directory.orElseThrow(() -> new UserException(
                        "--data " + data + ": give the folder of its binary version with --data-dir")));
            case "test", "train" ->
                throw new UserException("--data " + data + ": names the data set; write --split " + name
                        + " to choose the part to measure on");
            default ->
                throw new UserException("--data " + data + ": " + unknown(data) + "; choose " + FASHION_MNIST
                        + ", " + CIFAR10
                        + " or a configuration, FILE.yaml, whose data block describes it");
        };
    }

    private static String unknown(String data) {
        if (Files.isDirectory(WrittenPath.of(data))) {
            return "is a folder, which this command does not take as it is";
        }
        return "is not a data set" + (data.contains("/") ? ", and there is no such folder" : "");
    }
}
