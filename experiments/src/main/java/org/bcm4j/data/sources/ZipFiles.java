package org.bcm4j.data.sources;

import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.bcm4j.data.LeftOut;
import org.bcm4j.data.PictureFolder;
import org.bcm4j.data.ZipContent;
import org.bcm4j.images.ImageFiles;
import org.bcm4j.storage.FileFailure;
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
            boolean complete = false;
            try {
                PictureSet set = new ZipFiles(file, zip, names(file, zip)).set();
                complete = true;
                return set;
            } finally {
                if (!complete) {
                    zip.close();
                }
            }
        } catch (IOException e) {
            throw FileFailure.reading(file, e);
        }
    }

    /** The names of the pictures, in order. Logs a line about the other entries. */
    private static List<String> names(Path file, ZipFile zip) {
        List<String> names = new ArrayList<>();
        Set<String> known = new HashSet<>();
        LeftOut leftOut = new LeftOut();
        for (ZipEntry entry : Collections.list(zip.entries())) {
            String name = entry.getName();
            boolean picture = isPicture(name);
            if ((picture || name.equals(EdmLabels.FILE)) && !known.add(PictureFolder.name(name))) {
                throw new UserException(
                        file + ": holds " + name + " twice; make the archive again without one of them");
            }
            if (picture) {
                names.add(name);
            } else if (!entry.isDirectory() && !name.equals(EdmLabels.FILE)) {
                leftOut.add(name);
            }
        }
        if (names.isEmpty()) {
            throw new UserException(
                    file + ": holds no pictures (" + String.join(", ", ImageFiles.ENDINGS) + "); use another file");
        }
        leftOut.report(file.toString(), names.size());
        return names.stream().sorted().toList();
    }

    private static boolean isPicture(String name) {
        String last = name.substring(name.lastIndexOf('/') + 1);
        return ImageFiles.isPicture(last) && !last.startsWith(".") && !name.startsWith("__MACOSX/");
    }

    private PictureSet set() throws IOException {
        ZipEntry description = zip.getEntry(EdmLabels.FILE);
        if (description == null) {
            List<String> folders =
                    Labels.folders(names.stream().map(PictureFolder::name).toList(), file.toString());
            return PictureSet.undivided("zip file of pictures", new EncodedPictures(this, Labels.ofNames(folders)));
        }
        InputStream content = new ByteArrayInputStream(content(description));
        Labels labels = EdmLabels.read(content, names, file + ", entry " + EdmLabels.FILE);
        return PictureSet.undivided("zip file with dataset.json (EDM)", new EncodedPictures(this, labels));
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
        return content(entry);
    }

    private byte[] content(ZipEntry entry) throws IOException {
        try (InputStream in = new ZipContent(zip.getInputStream(entry), entry)) {
            return in.readAllBytes();
        }
    }

    @Override
    public void close() throws IOException {
        zip.close();
    }
}
