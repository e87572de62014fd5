package org.bcm4j.data;

/** A data set and its location. In a configuration, {@code kind} selects the data set. */
public sealed interface DataSource permits FashionMnist, Cifar10, ImageFolder, PackedImages {
    /** The data set's usual name, such as {@code fashion-mnist}. */
    String title();

    /**
     * The training images.
     *
     * @throws org.bcm4j.storage.UserException if the files are missing or damaged
     */
    LabelledImages training();

    /** Whether the data set has test images, provided that all files are present. */
    default boolean hasTest() {
        return true;
    }

    /**
     * The test images, which must not be used for training or tuning.
     *
     * @throws org.bcm4j.storage.UserException if the files are missing or damaged
     */
    LabelledImages test();
}
