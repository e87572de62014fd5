package org.bcm4j.data.packing;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.IntConsumer;
import java.util.zip.CRC32;
import org.bcm4j.data.sources.PictureSource;
import org.bcm4j.images.RasterPixels;

/**
 * What the pictures of a source are like. All of them have been decoded.
 *
 * @param pictures the number of pictures, with those that cannot be decoded
 * @param sizes how many pictures have each size
 * @param grey the number of grey pictures
 * @param coloured the number of pictures in colour
 * @param perClass how many pictures each class has, by the names of the classes in their order; empty without classes
 * @param unusable why pictures cannot be decoded, one line each
 * @param repeated the pictures that have the same pixels as an earlier one, each with the name of the first such one
 */
public record Inspection(
        int pictures,
        Map<Size, Integer> sizes,
        int grey,
        int coloured,
        Map<String, Integer> perClass,
        List<String> unusable,
        List<Repeated> repeated) {

    /** The size of a picture, in pixels; the order is that of the areas. */
    public record Size(int width, int height) implements Comparable<Size> {
        private static final Comparator<Size> BY_AREA = Comparator.comparingLong(
                        (Size size) -> (long) size.width * size.height)
                .thenComparingInt(Size::width);

        @Override
        public int compareTo(Size other) {
            return BY_AREA.compare(this, other);
        }

        @Override
        public String toString() {
            return width + " x " + height;
        }
    }

    /** A picture and an earlier one with the same pixels. */
    public record Repeated(String picture, String first) {}

    /** What is kept of a decoded picture. Pictures with the same pixels look the same. */
    private record Look(Size size, int channels, long fingerprint) {
        static Look of(RasterPixels picture) {
            CRC32 sum = new CRC32();
            sum.update(picture.values());
            // Two sums of 32 bits tell millions of pictures apart.
            long fingerprint = sum.getValue() << Integer.SIZE ^ Arrays.hashCode(picture.values());
            return new Look(new Size(picture.width(), picture.height()), picture.channels(), fingerprint);
        }
    }

    /**
     * Decodes all pictures.
     *
     * @param threads the number of threads that decode
     * @param progress receives the number of pictures done, on this thread
     * @throws org.bcm4j.storage.UserException if the source cannot be read
     */
    public static Inspection of(PictureSource source, int threads, IntConsumer progress) {
        Map<Size, Integer> sizes = new TreeMap<>();
        Map<Integer, Integer> channels = new HashMap<>();
        List<String> unusable = new ArrayList<>();
        List<Repeated> repeated = new ArrayList<>();
        Map<Look, Integer> firsts = new HashMap<>();
        try (Decoding decoding = new Decoding(threads)) {
            decoding.run(source, 0, source.size(), Look::of, item -> {
                if (item.made().isEmpty()) {
                    unusable.add(item.problem());
                } else {
                    Look look = item.made().get();
                    sizes.merge(look.size(), 1, Integer::sum);
                    channels.merge(look.channels(), 1, Integer::sum);
                    Optional.ofNullable(firsts.putIfAbsent(look, item.index()))
                            .ifPresent(
                                    first -> repeated.add(new Repeated(source.name(item.index()), source.name(first))));
                }
                progress.accept(item.index() + 1);
                return true;
            });
        } catch (IOException e) {
            throw new IllegalStateException("nothing was written", e);
        }
        return new Inspection(
                source.size(),
                sizes,
                channels.getOrDefault(1, 0),
                channels.getOrDefault(3, 0),
                perClass(source),
                unusable,
                repeated);
    }

    private static Map<String, Integer> perClass(PictureSource source) {
        Map<String, Integer> perClass = new LinkedHashMap<>();
        source.classes().forEach(name -> perClass.put(name, 0));
        for (int i = 0; i < (perClass.isEmpty() ? 0 : source.size()); i++) {
            perClass.merge(source.classes().get(source.label(i)), 1, Integer::sum);
        }
        return perClass;
    }
}
