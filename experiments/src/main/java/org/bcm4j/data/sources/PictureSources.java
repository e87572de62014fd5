package org.bcm4j.data.sources;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bcm4j.storage.FileFailure;
import org.bcm4j.storage.ForeignContent;
import org.bcm4j.storage.UserException;

/** Finds out how a data set is stored, and opens it. */
public final class PictureSources {
    /** What can be opened, for messages and help. */
    public static final String FORMATS = "a folder of pictures, a zip file or folder with dataset.json (EDM),"
            + " an .npz file, CIFAR-10, Fashion-MNIST, WebDataset tar files, or a packed set";

    private static final int START_BYTES = 512;

    private PictureSources() {}

    /**
     * Opens a data set. The content of a file decides its format, not its name.
     *
     * @param paths a folder or a file, or several files of a set in parts
     * @param labelFile names the classes of the pictures of a folder, as for {@link org.bcm4j.data.ImageFolder}
     * @throws UserException if it cannot be read, is of no known format, or holds no pictures
     */
    public static PictureSet open(List<Path> paths, Optional<Path> labelFile) {
        Path first = paths.get(0);
        if (paths.size() > 1) {
            throw new UserException(first + " and others: only one source can be packed");
        }
        PictureSet set = Files.isDirectory(first) ? folder(first, labelFile) : file(first, labelFile);
        return set;
    }

    private static PictureSet folder(Path folder, Optional<Path> labelFile) {
        return PictureDirectory.open(folder, labelFile);
    }

    private static PictureSet file(Path file, Optional<Path> labelFile) {
        labelFile.ifPresent(labels -> {
            throw new UserException("--labels " + labels + ": is for folders of pictures, and " + file + " is a file");
        });
        ForeignContent.refuse(file);
        if (startsWith(start(file), "PK\3\4")) {
            return NpzPictures.open(file);
        }
        throw new UserException(file + ": is not a data set that bcm reads; give " + FORMATS);
    }

    private static boolean startsWith(byte[] content, String text) {
        byte[] wanted = text.getBytes(StandardCharsets.ISO_8859_1);
        return content.length >= wanted.length && Arrays.equals(content, 0, wanted.length, wanted, 0, wanted.length);
    }

    private static byte[] start(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(START_BYTES);
        } catch (IOException e) {
            throw FileFailure.reading(file, e);
        }
    }
}
