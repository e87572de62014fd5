package org.bcm4j.data.sources;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.ZipException;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.bcm4j.data.DataSource;
import org.bcm4j.data.FashionMnist;
import org.bcm4j.data.GzippedContent;
import org.bcm4j.data.NumpyFiles;
import org.bcm4j.data.PackedImages;
import org.bcm4j.data.PictureFolder;
import org.bcm4j.storage.FileFailure;
import org.bcm4j.storage.ForeignContent;
import org.bcm4j.storage.UserException;

/** Finds out how a data set is stored, and opens it. */
public final class PictureSources {
    /** What can be opened, for messages and help. */
    public static final String FORMATS = "a folder of pictures, a zip file or folder with dataset.json (EDM),"
            + " an .npz file, CIFAR-10, Fashion-MNIST, WebDataset tar files, Parquet files (Hugging Face), an LMDB folder"
            + " (LSUN), or a packed set";

    private static final String PACKED = "dataset.json";
    private static final String FASHION_MNIST = "train-images-idx3-ubyte";

    /** The size of a tar file's blocks. */
    private static final int START_BYTES = 512;

    private static final String TAR_MARK = "ustar";
    private static final int MARK_OFFSET = 257;

    /** CIFAR-10 has its folder, eight files, and nothing else. */
    private static final int CIFAR_ENTRIES = 3;

    private PictureSources() {}

    /**
     * Opens a data set. The content of a file decides its format, not its name.
     *
     * @param paths a folder or a file, or several files of a set in parts
     * @param labelFile names the classes of the pictures of a folder, as for {@link org.bcm4j.data.ImageFolder}
     * @throws UserException if it cannot be read, is of no known format, or holds no pictures
     */
    public static PictureSet open(List<Path> paths, Optional<Path> labelFile) {
        List<Path> files =
                paths.stream().flatMap(path -> SourceFiles.named(path).stream()).toList();
        Path first = files.get(0);
        labelFile
                .filter(labels -> files.size() > 1 || !Files.isDirectory(first))
                .ifPresent(labels -> {
                    throw new UserException(
                            "--labels " + labels + ": is for a folder of pictures, and " + first + " is none");
                });
        if (files.size() > 1) {
            return parts(files);
        }
        return Files.isDirectory(first) ? folder(first, labelFile) : file(first);
    }

    private static PictureSet parts(List<Path> paths) {
        if (paths.stream().allMatch(LmdbFolder::isOne)) {
            return LmdbPictures.open(paths);
        }
        if (paths.stream().allMatch(ParquetSet::isFile)) {
            return ParquetSet.open(paths);
        }
        for (Path path : paths) {
            ForeignContent.refuse(path);
            if (Files.isDirectory(path) || !isTar(path)) {
                throw new UserException(path + ": is no tar file; several SOURCEs must all be tar files, all Parquet"
                        + " files, or all LMDB folders");
            }
        }
        return TarFiles.open(paths);
    }

    private static PictureSet folder(Path folder, Optional<Path> labelFile) {
        if (labelFile.isPresent()) {
            return PictureDirectory.open(folder, labelFile);
        }
        if (EdmLabels.isIn(folder)) {
            return edmFolder(folder);
        }
        if (Files.isRegularFile(folder.resolve(PACKED))) {
            PackedImages packed = new PackedImages(folder);
            return labelled("packed set", packed, packed.hasTest());
        }
        if (Stream.of("", ".gz").anyMatch(ending -> Files.isRegularFile(folder.resolve(FASHION_MNIST + ending)))) {
            return labelled("Fashion-MNIST", new FashionMnist(Optional.of(folder)), true);
        }
        if (CifarArchive.isIn(folder)) {
            return CifarArchive.ofFolder(folder);
        }
        if (LmdbFolder.isOne(folder)) {
            return LmdbPictures.open(List.of(folder));
        }
        List<Path> tars = SourceFiles.ending(folder, ".tar", ".tar.gz", ".tgz");
        if (!tars.isEmpty()) {
            return TarFiles.open(tars);
        }
        List<Path> tables = ParquetSet.filesIn(folder);
        return tables.isEmpty() ? PictureDirectory.open(folder, labelFile) : ParquetSet.open(tables);
    }

    private static PictureSet labelled(String format, DataSource data, boolean hasTest) {
        return new PictureSet(
                format,
                new LabelledPictures(data.training(), "train"),
                hasTest ? Optional.of(new LabelledPictures(data.test(), "test")) : Optional.empty());
    }

    private static PictureSet edmFolder(Path folder) {
        Path description = folder.resolve(EdmLabels.FILE);
        List<String> names = PictureFolder.ofSome(folder).byName().values().stream()
                .map(file -> folder.relativize(file).toString())
                .toList();
        try (InputStream in = Files.newInputStream(description)) {
            Labels labels = EdmLabels.read(in, names, description.toString());
            return PictureSet.undivided(
                    "folder with dataset.json (EDM)", PictureDirectory.numbered(folder, names, labels));
        } catch (IOException e) {
            throw FileFailure.reading(description, e);
        }
    }

    private static PictureSet file(Path file) {
        ForeignContent.refuse(file);
        if (NumpyFiles.isArchive(file)) {
            return hasArrays(file) ? NpzPictures.open(file) : ZipFiles.open(file);
        }
        if (isTar(file)) {
            return isCifar(file) ? cifar(file) : TarFiles.open(List.of(file));
        }
        if (ParquetSet.isFile(file)) {
            return ParquetSet.open(List.of(file));
        }
        throw new UserException(file + ": is not a data set that bcm reads; give " + FORMATS);
    }

    private static boolean hasArrays(Path file) {
        return !NumpyFiles.names(file).isEmpty();
    }

    /** Whether a file is a tar file, gzipped or not. Its name is not asked, but the mark in its first block. */
    private static boolean isTar(Path file) {
        try (InputStream content = new BufferedInputStream(Files.newInputStream(file));
                InputStream in = GzippedContent.unpacked(content)) {
            byte[] block = in.readNBytes(START_BYTES);
            return block.length == START_BYTES
                    && new String(block, MARK_OFFSET, TAR_MARK.length(), StandardCharsets.ISO_8859_1).equals(TAR_MARK);
        } catch (EOFException | ZipException e) {
            return false;
        } catch (IOException e) {
            throw FileFailure.reading(file, e);
        }
    }

    /** Whether one of the first entries of a tar file is a batch of CIFAR-10. */
    private static boolean isCifar(Path file) {
        try (InputStream content = new BufferedInputStream(Files.newInputStream(file));
                TarArchiveInputStream tar = new TarArchiveInputStream(GzippedContent.unpacked(content))) {
            TarArchiveEntry entry = tar.getNextEntry();
            for (int i = 0; entry != null && i < CIFAR_ENTRIES; i++) {
                if (CifarArchive.isBatch(
                        entry.getName().substring(entry.getName().lastIndexOf('/') + 1))) {
                    return true;
                }
                entry = tar.getNextEntry();
            }
            return false;
        } catch (IOException e) {
            throw FileFailure.reading(file, e);
        }
    }

    private static PictureSet cifar(Path file) {
        try (InputStream content = new BufferedInputStream(Files.newInputStream(file));
                InputStream tar = GzippedContent.unpacked(content)) {
            return CifarArchive.ofTar(tar, file);
        } catch (IOException e) {
            throw FileFailure.reading(file, e);
        }
    }
}
