package org.bcm4j.data.sources;

import java.io.EOFException;
import java.io.IOException;
import java.util.List;
import java.util.zip.ZipException;
import org.bcm4j.images.ImageFiles;
import org.bcm4j.images.RasterPixels;
import org.bcm4j.storage.FileFailure;
import org.bcm4j.storage.UserException;

/** The picture files of a folder, an archive or a table, with their classes. */
final class EncodedPictures implements PictureSource {
    /** Files at any index, for any thread. */
    interface Files {
        int size();

        /** The name in the set. */
        String name(int index);

        /** Where the file is, for messages. */
        String place(int index);

        /**
         * The content of the file.
         *
         * @throws java.io.EOFException if the file is cut off
         * @throws java.util.zip.ZipException if the file is damaged
         * @throws IOException if the set cannot be read
         */
        byte[] read(int index) throws IOException;

        void close() throws IOException;
    }

    private final Files files;
    private final Labels labels;

    EncodedPictures(Files files, Labels labels) {
        this.files = files;
        this.labels = labels;
    }

    @Override
    public int size() {
        return files.size();
    }

    @Override
    public List<String> classes() {
        return labels.names();
    }

    @Override
    public int label(int index) {
        return labels.of(index);
    }

    @Override
    public String name(int index) {
        return files.name(index);
    }

    @Override
    public RasterPixels read(int index) throws UnusablePictureException {
        byte[] encoded;
        try {
            encoded = files.read(index);
        } catch (EOFException | ZipException e) {
            throw new UnusablePictureException(FileFailure.reading(files.place(index), e));
        } catch (IOException e) {
            throw FileFailure.reading(files.place(index), e);
        }
        try {
            return ImageFiles.decodePixels(encoded, files.place(index));
        } catch (UserException e) {
            throw new UnusablePictureException(e);
        }
    }

    @Override
    public void close() {
        try {
            files.close();
        } catch (IOException e) {
            throw new IllegalStateException("a source that was read cannot be closed", e);
        }
    }
}
