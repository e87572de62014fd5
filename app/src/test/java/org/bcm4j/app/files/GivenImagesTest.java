package org.bcm4j.app.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.bcm4j.app.CommandProcess.Outcome;
import org.bcm4j.app.CommandSession;
import org.bcm4j.app.Pictures;
import org.bcm4j.app.TinyExperiment;
import org.bcm4j.app.TinyModel;
import org.bcm4j.data.NumpyFiles;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images as people have them and as commands write them, given to commands. */
class GivenImagesTest {
    private static final int SIDE = TinyModel.SIDE;

    @TempDir
    static Path shared;

    @TempDir
    Path directory;

    @AutoClose
    private final CommandSession session = CommandSession.in(() -> directory);

    @BeforeAll
    static void writeModel() {
        TinyModel.write(shared.resolve("model"));
    }

    private Outcome run(String command, String... arguments) throws Exception {
        String model = shared.resolve("model").toString();
        return session.run(
                Stream.concat(Stream.of(command, model), Stream.of(arguments)).toArray(String[]::new));
    }

    private String done(String command, String... arguments) throws Exception {
        Outcome outcome = run(command, arguments);
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.exitCode()).isZero();
        return outcome.out();
    }

    private static long[] longs(Path archive, String name) {
        try (Scope scope = Scope.open()) {
            return HostTensors.longs(NumpyFiles.readNpz(archive, name));
        }
    }

    private List<String> names(String folder) throws IOException {
        try (Stream<Path> content = Files.list(directory.resolve(folder))) {
            return content.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void whatOneCommandWritesTheNextReads() throws Exception {
        done("sample", "-n", "3", "--class", "dog", "--out", "samples.npz");
        done("invert", "samples.npz", "--class", "dog", "--out", "noises.npz");
        assertThat(longs(directory.resolve("noises.npz"), "images"))
                .isEqualTo(longs(directory.resolve("samples.npz"), "images"));
        assertThat(longs(directory.resolve("noises.npz"), "labels")).containsExactly(1, 1, 1);

        assertThat(done("sample", "--noise", "noises.npz", "--walk", "80 > 0", "--out", "again.npz"))
                .contains("N = 3", "the classes of noises.npz");
        assertThat(longs(directory.resolve("again.npz"), "labels")).containsExactly(1, 1, 1);
        done("sample", "--noise", "noises.npz", "-n", "2", "--class", "cat", "--walk", "80 > 0", "--out", "two.npz");
        assertThat(longs(directory.resolve("two.npz"), "labels")).containsExactly(0, 0);

        done("invert", "samples.npz", "--walk", "0 +0.07 > 6", "--out", "six.npz");
        refused(
                "six.npz: its noises were found at noise scale 6, and \"80 > 0\" starts at another; start the walk there, as"
                        + " \"6 > 0\" does",
                "six.npz",
                "--walk",
                "80 > 0");
        done("sample", "--noise", "six.npz", "--walk", "6 > 0", "--out", "fromsix.npz");
        assertThat(done("sample", "--noise", "noises.npz", "--out", "default.npz"))
                .as("the path back of an interpolation")
                .contains("walk 80 > 0 (1 NFE)");

        done("inpaint", "again.npz", "--box", "0,0,2,2", "--out", "filled");
        assertThat(names("filled"))
                .containsExactly(
                        "again-00000.png", "again-00001.png", "again-00002.png", "overview.png", "side-by-side");
        Outcome reconstructed = run("reconstruct", "filled", "--out", "back");
        assertThat(reconstructed.exitCode()).isZero();
        assertThat(reconstructed.err().lines())
                .containsExactly(
                        "bcm: warning: filled: read 3 pictures, left out 2 others (overview.png," + " side-by-side/)");
        assertThat(names("back"))
                .containsExactly("00000-again-00000.png", "00001-again-00001.png", "00002-again-00002.png");
    }

    @Test
    void noisesThatDoNotFitAreRefused() throws Exception {
        try (Scope scope = Scope.open()) {
            Tensor noises = HostTensors.ofFloats(new float[2 * SIDE * SIDE], 2, 1, SIDE, SIDE);
            NumpyFiles.writeNpz(directory.resolve("two.npz"), Map.of("noises", noises));
            NumpyFiles.writeNpz(directory.resolve("flat.npz"), Map.of("noises", noises.flatten()));
            NumpyFiles.writeNpz(directory.resolve("nan.npz"), Map.of("noises", noises.div(noises)));
            NumpyFiles.writeNpz(
                    directory.resolve("odd.npz"),
                    Map.of("noises", noises, "labels", HostTensors.ofLongs(new long[] {0, 2}, 2)));
        }
        String end = "but the model takes finite floating-point numbers [N,1,8,8]";
        refused("two.npz holds 2 noises; ask for at most that many", "two.npz", "-n", "3");
        refused("flat.npz: its array \"noises\" is float32 [128], " + end, "flat.npz");
        refused("nan.npz: its array \"noises\" is float32 [2,1,8,8] and holds NaN or infinity, " + end, "nan.npz");
        refused("odd.npz: its array \"labels\" must hold one class for each of the 2 noises", "odd.npz");
    }

    @Test
    void whatIsNoNoiseScaleIsRefused() throws Exception {
        for (double[] scales :
                List.of(new double[] {80, 80}, new double[] {-1}, new double[] {Double.POSITIVE_INFINITY})) {
            try (Scope scope = Scope.open()) {
                Map<String, Tensor> arrays = Map.of(
                        "noises", HostTensors.ofFloats(new float[SIDE * SIDE], 1, 1, SIDE, SIDE),
                        "scale", HostTensors.ofDoubles(scales, scales.length));
                NumpyFiles.writeNpz(directory.resolve("odd.npz"), arrays);
            }
            refused("odd.npz: its array \"scale\" must hold one positive number", "odd.npz");
        }
    }

    private void refused(String message, String... noises) throws Exception {
        String[] arguments = Stream.of(Stream.of("--noise"), Arrays.stream(noises), Stream.of("--out", "x.npz"))
                .flatMap(part -> part)
                .toArray(String[]::new);
        Outcome outcome = run("sample", arguments);
        assertThat(outcome.err()).startsWith("bcm: ").contains(message);
        assertThat(outcome.err().lines()).hasSize(1);
        assertThat(outcome.exitCode()).isEqualTo(2);
    }

    @Test
    void otherSizesAreFittedWhenAsked() throws Exception {
        Pictures.grey(directory.resolve("wide.png"), 4 * SIDE, 2 * SIDE);
        for (String fit : List.of("crop", "pad", "stretch")) {
            done("invert", "wide.png", "--fit", fit, "--out", fit + ".npz");
        }
        // The picture brightens from the left edge to the right.
        long[] crop = longs(directory.resolve("crop.npz"), "images");
        long[] pad = longs(directory.resolve("pad.npz"), "images");
        long[] stretch = longs(directory.resolve("stretch.npz"), "images");
        assertThat(crop[0]).isGreaterThan(stretch[0]);
        assertThat(crop[SIDE - 1]).isLessThan(stretch[SIDE - 1]);
        assertThat(Arrays.copyOf(pad, 2 * SIDE)).containsOnly(0);
        assertThat(Arrays.copyOfRange(pad, 2 * SIDE, 3 * SIDE)).isEqualTo(Arrays.copyOf(stretch, SIDE));
    }

    @Test
    void oneBadPictureIsNamedAndTheOthersAreDone() throws Exception {
        Pictures.grey(directory.resolve("many/a.png"), SIDE, SIDE);
        Pictures.grey(directory.resolve("many/c.png"), SIDE, SIDE);
        Files.writeString(directory.resolve("many/b.png"), "no picture");
        Pictures.grey(directory.resolve("many/d.png"), SIDE + 1, SIDE);
        Outcome stopped = run("reconstruct", "many", "--out", "none");
        assertThat(stopped.exitCode()).isEqualTo(2);
        assertThat(stopped.err()).isEqualTo("bcm: many/b.png is not a picture in a known format; export it as PNG\n");

        Outcome outcome = run("reconstruct", "many", "--skip-bad", "--out", "back");
        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.err().lines())
                .containsExactly(
                        "bcm: left out: many/b.png is not a picture in a known format; export it as PNG",
                        "bcm: left out: many/d.png is 9 x 8 pixels, but 8 x 8 are wanted; fit it with --fit crop, pad or"
                                + " stretch");
        assertThat(names("back")).containsExactly("00000-a.png", "00001-c.png");
        assertThat(run("reconstruct", "many/b.png", "--skip-bad", "--out", "none")
                        .exitCode())
                .isEqualTo(2);
    }

    @Test
    void oddNamesAreNames() throws Exception {
        String at = "@home.png";
        String tilde = "~.png";
        String plain = "a%sb\\c.png";
        String longest = "\u00fc".repeat(125) + ".png";
        for (String name : List.of(at, tilde, plain, longest)) {
            Pictures.grey(directory.resolve(name), SIDE, SIDE);
        }
        done("inpaint", at, tilde, plain, longest, "--box", "0,0,1,1", "--out", "run.v2");
        String cut = "\u00fc".repeat(120) + ".png";
        assertThat(names("run.v2")).containsExactlyInAnyOrder(at, tilde, plain, cut, "overview.png", "side-by-side");
        String npz = "n".repeat(251) + ".npz";
        done("invert", at, "--out", npz);
        assertThat(directory.resolve(npz)).isNotEmptyFile();
    }

    /** Exif orientation 6, as a chunk of a PNG: what is transparent is turned with what is seen. */
    @Test
    void theHoleIsTurnedWithThePicture() throws Exception {
        BufferedImage upright = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_ARGB);
        BufferedImage stored = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_ARGB);
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                int level = 20 + 3 * (y * SIDE + x);
                upright.setRGB(x, y, x < 2 && y < 4 ? 0 : 255 << 24 | level * 0x010101);
                stored.setRGB(y, SIDE - 1 - x, upright.getRGB(x, y));
            }
        }
        ImageIO.write(upright, "png", directory.resolve("upright.png").toFile());
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(stored, "png", png);
        byte[] tag = HexFormat.of().parseHex("4d4d002a00000008000101120003000000010006000000000000");
        Files.write(directory.resolve("turned.png"), withChunk(png.toByteArray(), "eXIf", tag));
        done("inpaint", "upright.png", "--out", "a");
        done("inpaint", "turned.png", "--out", "b");
        int[] a = pixels("a/upright.png");
        assertThat(pixels("b/turned.png")).isEqualTo(a);
        assertThat(a[SIDE * 5]).isEqualTo(20 + 3 * SIDE * 5);
    }

    private int[] pixels(String file) throws IOException {
        return Pictures.read(directory.resolve(file)).getRaster().getSamples(0, 0, SIDE, SIDE, 0, (int[]) null);
    }

    /** After the header, which is 33 bytes long. */
    private static byte[] withChunk(byte[] png, String type, byte[] content) {
        byte[] name = type.getBytes(StandardCharsets.US_ASCII);
        CRC32 checksum = new CRC32();
        checksum.update(name);
        checksum.update(content);
        ByteBuffer whole = ByteBuffer.allocate(png.length + content.length + 12);
        whole.put(png, 0, 33).putInt(content.length).put(name).put(content).putInt((int) checksum.getValue());
        return whole.put(png, 33, png.length - 33).array();
    }

    /** As unpacking a Mac's archive leaves a folder. */
    @Test
    void whatIsNoPictureIsLeftOutInOneLine() throws Exception {
        Pictures.grey(directory.resolve("photos/cats/1.png"), 2 * SIDE, 2 * SIDE);
        Pictures.grey(directory.resolve("real/1.png"), 2 * SIDE, 3 * SIDE);
        Files.createSymbolicLink(directory.resolve("photos/dogs"), directory.resolve("real"));
        for (String other : List.of("__MACOSX/cats/._1.png", "cats/._1.png", ".DS_Store", "cats/2.heic")) {
            Path file = directory.resolve("photos").resolve(other);
            Files.createDirectories(file.getParent());
            Files.writeString(file, "x");
        }
        Outcome outcome = session.run("shrink", "photos", "--size", "8", "--out", "small");
        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.err())
                .isEqualTo("bcm: warning: photos: read 2 pictures, left out 4 others (.DS_Store, __MACOSX/,"
                        + " cats/._1.png, cats/2.heic)\n");
        assertThat(outcome.out()).isEqualTo("wrote small: N = 2, 8 x 8 pixels\n");
        assertThat(names("small")).containsExactly("cats", "dogs");
        assertThat(names("small/dogs")).containsExactly("1.png");
    }

    @Test
    void whatALabelFileDoesNotNameIsLeftOutInOneLine() throws Exception {
        for (String name : List.of("a.png", "b.png", "c.png")) {
            Pictures.grey(directory.resolve("pics").resolve(name), SIDE, SIDE);
        }
        Files.writeString(directory.resolve("labels.csv"), "file,class\na.png,x\nb.png,y\n");
        String yaml = TinyExperiment.yaml(directory)
                .replaceFirst("data: .*", "data: {kind: image-folder, directory: pics, labels: labels.csv}");
        Files.writeString(directory.resolve("t.yaml"), yaml);
        Outcome outcome = session.run("train", "t.yaml", "--run", "run.v2", "--set", "stages.0.steps=1");
        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.err().lines().filter(line -> line.startsWith("bcm: warning")))
                .containsExactly("bcm: warning: pics: left out what labels.csv does not name, 1 other (c.png)");
    }
}
