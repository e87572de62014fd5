package org.bcm4j.data.sources;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.bcm4j.data.NpzRows;
import org.bcm4j.data.NumpyFiles;
import org.bcm4j.images.RasterPixels;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The images of an {@code .npz} file: {@code arr_0}, uint8 [N,H,W,C], and {@code arr_1}, the classes, as ADM's code
 * writes them; or {@code images}, uint8 [N,C,H,W], and {@code labels}, as {@code bcm sample} does.
 */
final class NpzPictures implements PictureSource {
    private final NpzRows rows;
    private final Labels labels;
    private final String file;
    private final boolean channelsLast;

    private NpzPictures(NpzRows rows, Labels labels, Path file, boolean channelsLast) {
        this.rows = rows;
        this.labels = labels;
        this.file = String.valueOf(file.getFileName());
        this.channelsLast = channelsLast;
    }

    static PictureSet open(Path file) {
        Set<String> names = NumpyFiles.names(file);
        boolean adm = names.contains("arr_0");
        if (!adm && !names.contains("images")) {
            throw new UserException(file + ": holds neither an array \"arr_0\", uint8 [N,H,W,C], nor \"images\","
                    + " uint8 [N,C,H,W], but " + names + "; write one with numpy.savez(FILE, images=ARRAY)");
        }
        NpzRows rows = NpzRows.open(file, adm ? "arr_0" : "images");
        boolean complete = false;
        try {
            List<Long> shape = rows.shape();
            if (shape.size() != 4 || shape.contains(0L) || !isChannels(shape.get(adm ? 3 : 1))) {
                throw new UserException(file + ": its array \""
                        + (adm ? "arr_0\" must be uint8 [N,H,W,C]" : "images\" must be uint8 [N,C,H,W]")
                        + " with C 1 or 3, is uint8 " + shape);
            }
            String labelName = adm ? "arr_1" : "labels";
            Labels labels = names.contains(labelName) ? labels(file, labelName, shape.get(0)) : Labels.NONE;
            PictureSet set =
                    PictureSet.undivided("array of images in an .npz file", new NpzPictures(rows, labels, file, adm));
            complete = true;
            return set;
        } finally {
            if (!complete) {
                rows.close();
            }
        }
    }

    private static boolean isChannels(long count) {
        return count == 1 || count == 3;
    }

    private static Labels labels(Path file, String name, long count) {
        try (Scope scope = Scope.open()) {
            Tensor array = NumpyFiles.readNpz(file, name);
            if (array.is_floating_point() || array.dim() != 1 || array.size(0) != count) {
                throw new UserException(file + ": its array \"" + name
                        + "\" must hold one whole number for each of the " + count + " images");
            }
            int[] numbers = LongStream.of(HostTensors.longs(array.to(ScalarType.Long)))
                    .mapToInt(number -> (int) Math.max(-1, Math.min(Integer.MAX_VALUE, number)))
                    .toArray();
            return Labels.ofNumbers(numbers, file + ", array \"" + name + "\"");
        }
    }

    @Override
    public int size() {
        return Math.toIntExact(rows.shape().get(0));
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
        return file + "/" + index;
    }

    @Override
    public RasterPixels read(int index) {
        byte[] row = rows.read(index);
        int[] shape = rows.shape().stream().mapToInt(Math::toIntExact).toArray();
        if (!channelsLast) {
            return new RasterPixels(row, shape[1], shape[2], shape[3]);
        }
        int plane = shape[1] * shape[2];
        int channels = shape[3];
        byte[] planes = new byte[row.length];
        for (int i = 0; i < plane; i++) {
            for (int c = 0; c < channels; c++) {
                planes[c * plane + i] = row[i * channels + c];
            }
        }
        return new RasterPixels(planes, channels, shape[1], shape[2]);
    }

    @Override
    public void close() {
        rows.close();
    }
}
