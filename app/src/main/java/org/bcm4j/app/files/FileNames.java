package org.bcm4j.app.files;

import java.nio.file.Path;

/** Names of files that are made of other files. */
public final class FileNames {
    private FileNames() {}

    /** A file's name without its folder and its ending. A name that only has an ending, such as .png, stays whole. */
    public static String stem(Path file) {
        String name = String.valueOf(file.getFileName());
        int dot = name.lastIndexOf('.');
        return dot > 0 ? name.substring(0, dot) : name;
    }

    /**
     * The file of the same name with another ending, in the same folder.
     *
     * @param ending with the dot
     */
    public static Path beside(Path file, String ending) {
        return file.resolveSibling(stem(file) + ending);
    }
}
