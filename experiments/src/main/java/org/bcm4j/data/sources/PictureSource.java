package org.bcm4j.data.sources;

import java.util.List;
import org.bcm4j.images.RasterPixels;

/** Pictures of any sizes in one fixed order. Thread-safe until it is closed. */
public interface PictureSource extends AutoCloseable {
    /** The number of pictures. */
    int size();

    /** The names of the classes, in the order of their numbers; empty if the pictures have none. */
    List<String> classes();

    /**
     * The class of a picture, an index into {@link #classes}.
     *
     * @throws IllegalStateException if the pictures have no classes
     */
    int label(int index);

    /** The name of a picture, which no other picture of the source has. */
    String name(int index);

    /**
     * Reads and decodes a picture.
     *
     * @throws UnusablePictureException if it is damaged, or no picture that bcm reads
     * @throws org.bcm4j.storage.UserException if the source cannot be read
     */
    RasterPixels read(int index) throws UnusablePictureException;

    @Override
    void close();
}
