package org.bcm4j.data.sources;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bcm4j.data.ImageFolder;
import org.bcm4j.data.PictureFolder;

/**
 * Picture files of a folder, by their names. Only the names are in memory.
 *
 * @param files relative to the folder, as the file system spells them
 */
record FolderFiles(Path folder, List<String> files) implements EncodedPictures.Files {
    static FolderFiles of(Path folder, List<ImageFolder.Entry> pictures) {
        return new FolderFiles(
                folder,
                pictures.stream()
                        .map(picture -> folder.relativize(picture.file()).toString())
                        .toList());
    }

    @Override
    public int size() {
        return files.size();
    }

    @Override
    public String name(int index) {
        return PictureFolder.name(files.get(index));
    }

    @Override
    public String place(int index) {
        return folder.resolve(files.get(index)).toString();
    }

    @Override
    public byte[] read(int index) throws IOException {
        return Files.readAllBytes(folder.resolve(files.get(index)));
    }

    @Override
    public void close() {}
}
