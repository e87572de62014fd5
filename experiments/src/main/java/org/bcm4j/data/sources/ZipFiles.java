package org.bcm4j.data.sources;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.bcm4j.data.PictureFolder;
import org.bcm4j.images.ImageFiles;
import org.bcm4j.storage.UserException;

/** The picture files of a zip archive, in name order. */
final class ZipFiles implements EncodedPictures.Files {
    private final Path file;
    private final ZipFile zip;
    private final List<String> names;

    private ZipFiles(Path file, ZipFile zip, List<String> names) {
        this.file = file;
        this.zip = zip;
        this.names = names;
    }

    /** The pictures of the archive, with the classes of its {@code dataset.json} or else of its folders. */
    static PictureSet open(Path file) {
        try {
            ZipFile zip = new ZipFile(file.toFile());
            List<String> names = zip.stream()
                    .filter(entry -> !entry.isDirectory())
                    .map(ZipEntry::getName)
                    .filter(ZipFiles::isPicture)
                    .sorted()
                    .toList();
            if (names.isEmpty()) {
                zip.close();
                throw new UserException(
                        file + ": holds no pictures (" + String.join(", ", ImageFiles.ENDINGS) + "); use another file");
            }
            ZipEntry description = zip.getEntry(EdmLabels.FILE);
            Labels labels;
            if (description == null) {
                labels =
                        Labels.ofFolders(names.stream().map(PictureFolder::name).toList());
            } else {
                try (InputStream in = zip.getInputStream(description)) {
                    labels = EdmLabels.read(in, names, file + ", entry " + EdmLabels.FILE);
                }
            }
            return PictureSet.undivided(
                    description == null ? "zip file of pictures" : "zip file with dataset.json (EDM)",
                    new EncodedPictures(new ZipFiles(file, zip, names), labels));
        } catch (IOException e) {
            throw Unreadable.source(file.toString(), e);
        }
    }

    private static boolean isPicture(String name) {
        String last = name.substring(name.lastIndexOf('/') + 1);
        return ImageFiles.isPicture(last) && !last.startsWith(".") && !name.startsWith("__MACOSX/");
    }

    @Override
    public int size() {
        return names.size();
    }

    @Override
    public String name(int index) {
        return PictureFolder.name(names.get(index));
    }

    @Override
    public String place(int index) {
        return file + ", entry " + names.get(index);
    }

    @Override
    public byte[] read(int index) throws IOException {
        ZipEntry entry = Optional.ofNullable(zip.getEntry(names.get(index)))
                .orElseThrow(() -> new FileNotFoundException(names.get(index)));
        try (InputStream in = zip.getInputStream(entry)) {
            return in.readAllBytes();
        }
    }

    @Override
    public void close() throws IOException {
        zip.close();
    }
}
