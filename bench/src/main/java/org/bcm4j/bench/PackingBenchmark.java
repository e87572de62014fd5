package org.bcm4j.bench;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.bcm4j.data.packing.PackedSet;
import org.bcm4j.data.packing.Packing;
import org.bcm4j.data.packing.PackingSettings;
import org.bcm4j.data.sources.PictureSet;
import org.bcm4j.data.sources.PictureSources;
import org.bcm4j.storage.AtomicFile;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What {@code bcm data pack} costs beyond its parts: the same PNG files packed; only read and decoded by the JDK, on
 * all cores; and as many bytes written and forced to the disk.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 1)
@Measurement(iterations = 3)
@Fork(1)
@SuppressWarnings("NullAway.Init") // JMH calls prepare() first
public class PackingBenchmark {
    /** Height and width of a picture. */
    @Param("64")
    public int side;

    /** Pictures. */
    @Param("60000")
    public int count;

    private Path folder;
    private List<Path> pictures;
    private Path packed;

    /** Gradients with some noise, in colour: a PNG of 64×64 takes 5 KB. */
    @Setup
    public void prepare() throws IOException {
        folder = Files.createTempDirectory("packing");
        Path source = Files.createDirectory(folder.resolve("pictures"));
        Random random = new Random(1);
        pictures = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Path file = source.resolve(i + ".png");
            ImageIO.write(picture(random), "png", file.toFile());
            pictures.add(file);
        }
    }

    private BufferedImage picture(Random random) {
        BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
        int slope = 1 + random.nextInt(3);
        int base = random.nextInt(64);
        for (int y = 0; y < side; y++) {
            for (int x = 0; x < side; x++) {
                int level = Math.min(255, base + slope * (x + y) / 2 + random.nextInt(8));
                image.setRGB(x, y, level << 16 | (255 - level) << 8 | base);
            }
        }
        return image;
    }

    @Setup(Level.Invocation)
    public void anew() {
        packed = folder.resolve("packed-" + System.nanoTime());
    }

    /** So that the next one finds the disk and its cache as this one did. */
    @TearDown(Level.Invocation)
    public void deletePacked() throws IOException {
        delete(packed);
    }

    @TearDown
    public void deleteAll() throws IOException {
        delete(folder);
    }

    private static void delete(Path tree) throws IOException {
        if (!Files.exists(tree)) {
            return;
        }
        try (Stream<Path> all = Files.walk(tree)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    @Benchmark
    public PackedSet packing() {
        PackingSettings settings = new PackingSettings(side, PackingSettings.mostPictures(side), false);
        try (PictureSet set = PictureSources.open(List.of(folder.resolve("pictures")), Optional.empty());
                Packing packing = Packing.open(set, settings, "pictures", packed)) {
            return packing.run(Runtime.getRuntime().availableProcessors(), done -> {});
        }
    }

    @Benchmark
    public long decoding() {
        return pictures.parallelStream().mapToLong(PackingBenchmark::pixels).sum();
    }

    @Benchmark
    public Path writing() {
        byte[] image = new byte[3 * side * side];
        AtomicFile.writeChannel(packed.resolve("images.npy"), channel -> {
            for (int i = 0; i < count; i++) {
                channel.write(ByteBuffer.wrap(image));
            }
        });
        return packed;
    }

    private static long pixels(Path file) {
        try {
            BufferedImage image = ImageIO.read(file.toFile());
            return (long) image.getWidth() * image.getHeight();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
