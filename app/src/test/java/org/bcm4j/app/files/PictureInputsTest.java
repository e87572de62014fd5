package org.bcm4j.app.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.stream.ImageOutputStream;
import org.bcm4j.app.CommandProcess;
import org.bcm4j.app.CommandProcess.Outcome;
import org.bcm4j.app.Pictures;
import org.bcm4j.app.TinyModel;
import org.bcm4j.data.NumpyFiles;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pictures as people have them, given to an edit that keeps all but one pixel: what it writes is what it took the picture for. */
class PictureInputsTest {
    private static final int SIDE = TinyModel.SIDE;

    /** Levels that differ in every pixel and stay below 255 with a margin. */
    private static final int STEP = 3;

    @TempDir
    static Path shared;

    @TempDir
    Path directory;

    @BeforeAll
    static void writeModel() {
        TinyModel.write(shared.resolve("model"));
    }

    private static int level(int x, int y) {
        return 20 + STEP * (y * SIDE + x);
    }

    private Outcome inpaint(String picture) throws Exception {
        return CommandProcess.in(directory)
                .run("inpaint", shared.resolve("model").toString(), picture, "--box", "0,0,1,1", "--out", "filled");
    }

    /** What the command took the picture for, but for the first pixel. */
    private WritableRaster taken(String picture) throws Exception {
        Outcome outcome = inpaint(picture);
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.exitCode()).isZero();
        String name = picture.substring(0, picture.lastIndexOf('.')) + ".png";
        return Pictures.read(directory.resolve("filled").resolve(name)).getRaster();
    }

    private void isRefused(String picture, String message) throws Exception {
        Outcome outcome = inpaint(picture);
        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.err()).isEqualTo(message + System.lineSeparator());
        assertThat(directory.resolve("filled")).doesNotExist();
    }

    /** Half transparent, and grey in three equal channels. */
    @Test
    void transparencyLiesOnWhite() throws Exception {
        BufferedImage picture = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_ARGB);
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                int opacity = y < 4 ? 255 : y < 6 ? 51 : 0;
                picture.setRGB(x, y, opacity << 24 | level(x, y) * 0x010101);
            }
        }
        ImageIO.write(picture, "png", directory.resolve("cut-out.png").toFile());
        // To inpaint, what is transparent would be missing.
        Outcome outcome = CommandProcess.in(directory)
                .run("invert", shared.resolve("model").toString(), "cut-out.png", "--out", "taken.npz");
        assertThat(outcome.err()).isEmpty();
        try (Scope scope = Scope.open()) {
            long[] taken = HostTensors.longs(NumpyFiles.readNpz(directory.resolve("taken.npz"), "images"));
            for (int x = 1; x < SIDE; x++) {
                assertThat(taken[2 * SIDE + x]).isEqualTo(level(x, 2));
                assertThat(taken[5 * SIDE + x]).isEqualTo(Math.round(0.2f * level(x, 5) + 0.8f * 255));
                assertThat(taken[7 * SIDE + x]).isEqualTo(255);
            }
        }
    }

    @Test
    void sixteenBitsBecomeEight() throws Exception {
        BufferedImage picture = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_USHORT_GRAY);
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                picture.getRaster().setSample(x, y, 0, level(x, y) * 257 + 100); // 257 is a level, 100 rounds down
            }
        }
        ImageIO.write(picture, "png", directory.resolve("deep.png").toFile());
        WritableRaster taken = taken("deep.png");
        for (int i = 1; i < SIDE * SIDE; i++) {
            assertThat(taken.getSample(i % SIDE, i / SIDE, 0)).isEqualTo(level(i % SIDE, i / SIDE));
        }
    }

    /** Orientation 6: the camera's right edge was below. */
    @Test
    void aTurnedPhotographIsTurnedBack() throws Exception {
        Path plain = directory.resolve("plain.jpg");
        BufferedImage lying = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_BYTE_GRAY);
        for (int i = 0; i < SIDE * SIDE; i++) {
            lying.getRaster().setSample(i % SIDE, i / SIDE, 0, level(i % SIDE, i / SIDE));
        }
        ImageIO.write(lying, "jpeg", plain.toFile());
        byte[] jpeg = Files.readAllBytes(plain);
        ByteArrayOutputStream tagged = new ByteArrayOutputStream();
        tagged.write(jpeg, 0, 2);
        // Exif: APP1, its length, "Exif", a big-endian TIFF of one directory with one tag, 0x0112, a short.
        tagged.write(HexFormat.of()
                .parseHex("ffe10022457869660000" + "4d4d002a00000008" + "0001" + "01120003000000010006000000000000"));
        tagged.write(jpeg, 2, jpeg.length - 2);
        Files.write(directory.resolve("turned.jpg"), tagged.toByteArray());
        Raster stored = Pictures.read(plain).getRaster();
        WritableRaster taken = taken("turned.jpg");
        for (int i = 1; i < SIDE * SIDE; i++) {
            int x = i % SIDE;
            int y = i / SIDE;
            assertThat(taken.getSample(x, y, 0)).isEqualTo(stored.getSample(y, SIDE - 1 - x, 0));
        }
    }

    @Test
    void coloursOfAPrinterAreRefused() throws Exception {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        try (ImageOutputStream out =
                ImageIO.createImageOutputStream(directory.resolve("print.jpg").toFile())) {
            writer.setOutput(out);
            writer.write(null, new IIOImage(Raster.createBandedRaster(0, SIDE, SIDE, 4, null), null, null), null);
        }
        isRefused("print.jpg", "bcm: print.jpg is a JPEG in CMYK colours, which are for printing; convert it to RGB");
    }

    @Test
    void animationsAreRefused() throws Exception {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("gif").next();
        BufferedImage frame = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_BYTE_GRAY);
        try (ImageOutputStream out =
                ImageIO.createImageOutputStream(directory.resolve("moving.gif").toFile())) {
            writer.setOutput(out);
            writer.prepareWriteSequence(null);
            IIOMetadata metadata =
                    writer.getDefaultImageMetadata(ImageTypeSpecifier.createFromRenderedImage(frame), null);
            for (int i = 0; i < 3; i++) {
                writer.writeToSequence(new IIOImage(frame, List.of(), metadata), null);
            }
            writer.endWriteSequence();
        }
        isRefused("moving.gif", "bcm: moving.gif is animated (3 frames); save the one that you want as a PNG");
    }

    @Test
    void masksOfAnotherSizeAreRefused() throws Exception {
        Pictures.grey(directory.resolve("picture.png"), SIDE, SIDE);
        Pictures.grey(directory.resolve("mask.png"), SIDE + 1, SIDE);
        Outcome outcome = CommandProcess.in(directory)
                .run(
                        "inpaint",
                        shared.resolve("model").toString(),
                        "picture.png",
                        "--mask",
                        "mask.png",
                        "--out",
                        "filled");
        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.err())
                .isEqualTo("bcm: mask.png is 9 x 8 pixels, but the images are 8 x 8; draw the mask at their size"
                        + System.lineSeparator());
    }
}
