package org.bcm4j.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.bcm4j.BcmModel;
import org.bcm4j.Images;
import org.bcm4j.data.NumpyFiles;
import org.bcm4j.model.ModelKind;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A command and the library's request for the same task give the same pictures, byte for byte. */
class CommandsAndLibraryTest {
    private static final int SIDE = TinyModel.SIDE;

    /** Two random pictures of each, by the names of their folders. */
    private static final String GREY = "grey";

    private static final String COLOURED = "coloured";
    private static final String SMALL = "small";

    @TempDir
    static Path shared;

    @TempDir
    Path directory;

    @BeforeAll
    static void writeInputs() throws IOException {
        List<String> classes = TinyModel.CLASSES;
        new TinyModel(ModelKind.BIDIRECTIONAL, SIDE, 1, 1, classes, true).writeUnevenTo(shared.resolve("model"));
        new TinyModel(ModelKind.CONSISTENCY, SIDE, 1, 1, classes, true).writeUnevenTo(shared.resolve("plain"));
        new TinyModel(ModelKind.DENOISER, SIDE, 1, 1, classes, true).writeUnevenTo(shared.resolve("edm"));
        new TinyModel(ModelKind.BIDIRECTIONAL, SIDE, 3, 1, classes, true).writeUnevenTo(shared.resolve("colour-model"));
        Pictures.random(shared.resolve(GREY), 2, SIDE, BufferedImage.TYPE_BYTE_GRAY);
        Pictures.random(shared.resolve(COLOURED), 2, SIDE, BufferedImage.TYPE_INT_RGB);
        Pictures.random(shared.resolve(SMALL), 2, SIDE / 4, BufferedImage.TYPE_BYTE_GRAY);
        ImageIO.write(mask(), "png", shared.resolve("mask.png").toFile());
    }

    /** White, black, nearly white and transparent white. */
    private static BufferedImage mask() {
        BufferedImage mask = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_ARGB);
        mask.setRGB(1, 1, 0xffffffff);
        mask.setRGB(2, 1, 0xff000000);
        mask.setRGB(3, 1, 0xff808080);
        mask.setRGB(4, 1, 0xff7f7f7f);
        mask.setRGB(5, 1, 0x7fffffff);
        mask.setRGB(6, 1, 0x80ffffff);
        return mask;
    }

    /**
     * A command, and the request that does the same.
     *
     * @param command its first operand is the model
     */
    private record Case(String command, Function<BcmModel, Images> request) {
        @Override
        public String toString() {
            return command;
        }
    }

    private static Images images(String folder) {
        return Images.read(
                shared.resolve(folder).resolve("0.png"), shared.resolve(folder).resolve("1.png"));
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case(
                        "inpaint @model @grey --box 2,3,4,2 --class dog --seed 5",
                        model -> model.inpaint(images(GREY))
                                .box(2, 3, 4, 2)
                                .label("dog")
                                .seed(5)
                                .run()),
                new Case(
                        "inpaint @model @grey --mask @mask.png --nfe 2",
                        model -> model.inpaint(images(GREY))
                                .mask(mask())
                                .steps(2)
                                .run()),
                new Case(
                        "inpaint @plain @grey --box 2,3,4,2 --seed 1",
                        model -> model.inpaint(images(GREY))
                                .box(2, 3, 4, 2)
                                .seed(1)
                                .run()),
                new Case(
                        "inpaint @plain @grey --box 2,3,4,2 --nfe 2",
                        model -> model.inpaint(images(GREY))
                                .box(2, 3, 4, 2)
                                .steps(2)
                                .run()),
                new Case(
                        "colorize @colour-model @coloured --nfe 3 --seed 7",
                        model -> model.colorize(images(COLOURED))
                                .steps(3)
                                .seed(7)
                                .run()),
                new Case(
                        "colorize @colour-model @grey --walk 0+0.3>2>0",
                        model -> model.colorize(images(GREY))
                                .walk("0 +0.3 > 2 > 0")
                                .run()),
                new Case(
                        "superres @model @small --factor 4 --seed 2",
                        model -> model.superResolve(images(SMALL)).seed(2).run()),
                new Case(
                        "superres @model @small --factor 4 --walk 0+0.4>0",
                        model -> model.superResolve(images(SMALL))
                                .walk("0 +0.4 > 0")
                                .run()),
                new Case(
                        "restore @model @grey --seed 3",
                        model -> model.restore(images(GREY)).seed(3).run()),
                new Case(
                        "restore @plain @grey --nfe 1",
                        model -> model.restore(images(GREY)).steps(1).run()),
                new Case(
                        "denoise @model @grey --sigma 0.5",
                        model -> model.denoise(images(GREY), 0.5).run()),
                new Case(
                        "denoise @model @grey --sigma 0.5 --walk 0.5>0.2>0",
                        model -> model.denoise(images(GREY), 0.5)
                                .walk("0.5 > 0.2 > 0")
                                .run()),
                new Case(
                        "stroke @model @grey --class cat --seed 4",
                        model -> model.fromDrawing(images(GREY))
                                .label("cat")
                                .seed(4)
                                .run()),
                new Case(
                        "swap @model @grey --from-class cat --to-class dog --seed 6",
                        model -> model.swapClass(images(GREY), "dog")
                                .label("cat")
                                .seed(6)
                                .run()),
                new Case(
                        "sample @model -n 2 --seed 8",
                        model -> model.sample().count(2).seed(8).generate()),
                new Case(
                        "sample @edm -n 2 --class 1",
                        model -> model.sample().count(2).label(1).generate()));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theirPicturesAreTheSame(Case one) throws IOException {
        Path out = run(one.command(), "out");
        try (BcmModel model = model(one.command())) {
            Images expected = one.request().apply(model);
            List<Path> written = pictures(out);
            assertThat(written).hasSize(expected.count());
            for (int i = 0; i < written.size(); i++) {
                assertThat(Files.readAllBytes(written.get(i)))
                        .as(written.get(i).toString())
                        .isEqualTo(expected.png(i));
            }
        }
    }

    @Test
    void theirInterpolationsAreTheSame() throws IOException {
        String command = "interpolate @model @grey/0.png @grey/1.png --frames 5 --class cat,dog --seed 9";
        Path out = run(command, "strip.png");
        try (BcmModel model = model(command)) {
            Images both = images(GREY);
            Images frames = model.interpolate(both.select(0), both.select(1))
                    .frames(5)
                    .labels(0, 1)
                    .seed(9)
                    .run();
            assertThat(pixels(Pictures.read(out))).isEqualTo(pixels(frames.grid(5)));
        }
    }

    @Test
    void theirNoisesAreTheSame() throws IOException {
        String command = "invert @model @grey --class dog --refine 1 --seed 3";
        Path out = run(command, "noises.npz");
        try (BcmModel model = model(command);
                Scope scope = Scope.open()) {
            float[] expected = model.invert(images(GREY))
                    .label("dog")
                    .refined(1)
                    .seed(3)
                    .run()
                    .values();
            assertThat(HostTensors.floats(NumpyFiles.readNpz(out, "noises"))).isEqualTo(expected);
        }
    }

    private Path run(String command, String output) {
        Path out = directory.resolve(output);
        Stream<String> words = Arrays.stream(command.split(" ", -1)).map(CommandsAndLibraryTest::path);
        int exitCode = Bcm.commandLine()
                .execute(Stream.concat(words, Stream.of("--device", "cpu", "--out", out.toString()))
                        .toArray(String[]::new));
        assertThat(exitCode).isZero();
        return out;
    }

    private static String path(String word) {
        return word.startsWith("@") ? shared.resolve(word.substring(1)).toString() : word;
    }

    private static BcmModel model(String command) {
        Path folder = Path.of(path(command.split(" ", -1)[1]));
        return BcmModel.load(folder);
    }

    private static List<Path> pictures(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().matches("\\d+\\.png"))
                    .sorted()
                    .toList();
        }
    }

    private static int[] pixels(BufferedImage picture) {
        return picture.getRaster().getPixels(0, 0, picture.getWidth(), picture.getHeight(), (int[]) null);
    }
}
