package org.bcm4j.data;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * Which data set, and where.
 *
 * @param directory where its files are; without it, where the data set's Debian package puts them
 */
public record DataSource(Name name, Optional<Path> directory) {
    /** The data sets that can be read. */
    public enum Name {
        FASHION_MNIST
    }

    /** The name as people write it: {@code fashion-mnist}. */
    public String title() {
        return name.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The training images. */
    public LabelledImages training() {
        return read(FashionMnist.Split.TRAIN);
    }

    /** The test images, which no training and no tuning may see. */
    public LabelledImages test() {
        return read(FashionMnist.Split.TEST);
    }

    private LabelledImages read(FashionMnist.Split split) {
        return switch (name) {
            case FASHION_MNIST -> FashionMnist.read(directory.orElse(FashionMnist.DEFAULT_DIRECTORY), split);
        };
    }
}
