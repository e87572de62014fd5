package org.bcm4j.data.sources;

import java.util.Optional;

/**
 * The pictures of a data set. Both parts have the same classes.
 *
 * @param format a description of how the set is stored, such as {@code folder of pictures}
 * @param training the pictures to train on
 * @param test the pictures to measure on, where the set itself sets some apart
 */
public record PictureSet(String format, PictureSource training, Optional<PictureSource> test) implements AutoCloseable {
    /** A set that is not divided. */
    static PictureSet undivided(String format, PictureSource pictures) {
        return new PictureSet(format, pictures, Optional.empty());
    }

    /**
     * The set with some of its training pictures as its test pictures: those whose names have the smallest SHA-256, as
     * {@link org.bcm4j.data.ImageFolder} chooses them.
     *
     * @param count at least 1
     * @throws org.bcm4j.storage.UserException if the set has test pictures already, or not more pictures than that
     */
    public PictureSet holdingOut(int count) {
        return HeldOutPictures.of(this, count);
    }

    @Override
    public void close() {
        training.close();
        test.ifPresent(PictureSource::close);
    }
}
