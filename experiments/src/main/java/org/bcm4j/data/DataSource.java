package org.bcm4j.data;

/** Which data set, and where; in a configuration, {@code kind} says which. */
public sealed interface DataSource permits FashionMnist, Cifar10, ImageFolder, PackedImages {
    /** The name as people write it: {@code fashion-mnist}. */
    String title();

    /**
     * The training images.
     *
     * @throws org.bcm4j.storage.UserException if they are not where they should be, or damaged
     */
    LabelledImages training();

    /**
     * Whether there are test images, if their files are where they should be.
     */
    default boolean hasTest() {
        return true;
    }

    /**
     * The test images, which no training and no tuning may see.
     *
     * @throws org.bcm4j.storage.UserException if they are not where they should be, or damaged
     */
    LabelledImages test();
}
