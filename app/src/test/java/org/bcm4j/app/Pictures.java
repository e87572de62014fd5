package org.bcm4j.app;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;

/** Picture files to give to commands, and to look at what they wrote. */
public final class Pictures {
    private Pictures() {}

    /** A grey picture that brightens to the right. */
    public static void grey(Path file, int width, int height) throws IOException {
        write(file, new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY));
    }

    /** A picture that is red, green and blue in turns. */
    public static void coloured(Path file, int width, int height) throws IOException {
        write(file, new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB));
    }

    /** A folder of {@code count} pictures of random pixels, {@code 0.png} and on, which depend on the folder's name. */
    public static void random(Path folder, int count, int side, int type) throws IOException {
        Files.createDirectories(folder);
        SplittableRandom random = new SplittableRandom(folder.getFileName().hashCode());
        for (int i = 0; i < count; i++) {
            BufferedImage picture = new BufferedImage(side, side, type);
            int bands = picture.getRaster().getNumBands();
            int[] samples = random.ints((long) side * side * bands, 0, 256).toArray();
            picture.getRaster().setPixels(0, 0, side, side, samples);
            ImageIO.write(picture, "png", folder.resolve(i + ".png").toFile());
        }
    }

    private static void write(Path file, BufferedImage picture) throws IOException {
        int bands = picture.getRaster().getNumBands();
        for (int y = 0; y < picture.getHeight(); y++) {
            for (int x = 0; x < picture.getWidth(); x++) {
                picture.getRaster().setSample(x, y, x % bands, x * 255 / picture.getWidth());
            }
        }
        Files.createDirectories(file.toAbsolutePath().getParent());
        ImageIO.write(picture, "png", file.toFile());
    }

    public static BufferedImage read(Path file) throws IOException {
        return ImageIO.read(file.toFile());
    }
}
