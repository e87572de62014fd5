package org.bcm4j.data;

import static org.bcm4j.tensor.Ops.stack;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.bcm4j.images.ImageFiles;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;

/**
 * Images that are read in order, batch by batch: the pictures of a folder, the array {@code images} of an {@code .npz}
 * file, or the first images of a data set.
 */
public sealed interface ImageSet permits ImageSet.Folder, ImageArrayFile, ImageSet.First {
    /**
     * The images at a path.
     *
     * @throws UserException if there are none
     */
    static ImageSet at(Path path) {
        return Files.isDirectory(path) ? Folder.of(path) : ImageArrayFile.of(path);
    }

    /**
     * The first images of a data set.
     *
     * @param count the number of images, at most the size of the data set
     */
    static ImageSet of(LabelledImages images, long count) {
        return new First(images, count);
    }

    /** The number of images. */
    long count();

    /**
     * Passes all images to the receiver, one batch at a time, each in its own scope.
     *
     * @param size the largest number of images in a batch, at least 1. A batch is smaller where the size of the images
     *     changes
     * @param receiver takes uint8 [B,C,H,W]
     * @throws UserException if an image cannot be read
     */
    void forEachBatch(int size, Consumer<Tensor> receiver);

    /**
     * The pictures of a folder and its subfolders, as {@link PictureFolder} finds them. They are read on demand.
     * Pictures in several folders, which may be their classes, come in a shuffled order, always the same.
     *
     * @param files at least one
     */
    record Folder(List<Path> files) implements ImageSet {
        static Folder of(Path folder) {
            List<Path> pictures = PictureFolder.ofSome(folder).pictures();
            List<String> folders = pictures.stream()
                    .map(picture -> Objects.toString(picture.getParent()))
                    .toList();
            return new Folder(MixedOrder.of(folders)
                    .map(order -> IntStream.of(order).mapToObj(pictures::get).toList())
                    .orElse(pictures));
        }

        @Override
        public long count() {
            return files.size();
        }

        @Override
        public void forEachBatch(int size, Consumer<Tensor> receiver) {
            int done = 0;
            while (done < files.size()) {
                try (Scope scope = Scope.open()) {
                    List<Tensor> batch = new ArrayList<>();
                    batch.add(ImageFiles.read(files.get(done)));
                    long[] shape = batch.get(0).shape();
                    boolean alike = true;
                    while (alike && batch.size() < size && done + batch.size() < files.size()) {
                        Tensor next = ImageFiles.read(files.get(done + batch.size()));
                        alike = Arrays.equals(next.shape(), shape);
                        if (alike) {
                            batch.add(next);
                        }
                    }
                    receiver.accept(stack(0, batch.toArray(Tensor[]::new)));
                    done += batch.size();
                }
            }
        }
    }

    /**
     * The first images of a data set.
     *
     * @param count the number of images
     */
    record First(LabelledImages images, long count) implements ImageSet {
        @Override
        public void forEachBatch(int size, Consumer<Tensor> receiver) {
            for (long start = 0; start < count; start += size) {
                try (Scope scope = Scope.open()) {
                    receiver.accept(images.bytes(LongStream.range(start, Math.min(count, start + size))
                            .toArray()));
                }
            }
        }
    }
}
