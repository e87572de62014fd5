package org.bcm4j.app.commands.editing;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.bcm4j.app.CommandProcess;
import org.bcm4j.app.CommandProcess.Outcome;
import org.bcm4j.app.CommandSession;
import org.bcm4j.app.Pictures;
import org.bcm4j.app.TinyModel;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the editing commands print and write, with a model of random weights. */
class EditCommandsTest {
    @TempDir
    static Path shared;

    @TempDir
    Path directory;

    @AutoClose
    private static final CommandSession session = CommandSession.in(() -> shared);

    @BeforeAll
    static void writeInputs() throws IOException {
        TinyModel.write(shared.resolve("model"));
        TinyModel.writeLabelsOnly(shared.resolve("labels-only"));
        TinyModel.writePlain(shared.resolve("plain"));
        Pictures.grey(shared.resolve("pictures/a.png"), TinyModel.SIDE, TinyModel.SIDE);
        Pictures.grey(shared.resolve("pictures/b.png"), TinyModel.SIDE, TinyModel.SIDE);
        Pictures.grey(shared.resolve("small.png"), TinyModel.SIDE / 2, TinyModel.SIDE / 2);
        BufferedImage holed = new BufferedImage(TinyModel.SIDE, TinyModel.SIDE, BufferedImage.TYPE_INT_ARGB);
        holed.setRGB(0, 0, 0xff808080);
        ImageIO.write(holed, "png", shared.resolve("holed.png").toFile());
    }

    private Outcome run(String... arguments) throws Exception {
        return CommandProcess.in(directory).run(withInputs(arguments));
    }

    private static String[] withInputs(String... arguments) {
        return Stream.of(arguments)
                .map(argument -> argument.startsWith("@")
                        ? shared.resolve(argument.substring(1)).toString()
                        : argument)
                .toArray(String[]::new);
    }

    private static List<String> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> folder.relativize(file).toString())
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "inpaint @model @pictures --box 2,2,3,3                      | 0 +0.07 > 0.4 > 1 > 2 > 0 (4 NFE) | 3",
                "inpaint @model @pictures --box 2,2,3,3 --refine 1 --nfe 2   | 0 +0.5 > 4 > 0 +0.117 > 0 (3 NFE)  | 3",
                "inpaint @model @pictures --box 2,2,3,3 --method cm --nfe 2  | 80 > 0 +2.52 > 0 (2 NFE)           | 3",
                "restore @model @pictures --quality 20                       | 0 +0.07 > 2 > 0 (2 NFE)            | 3",
                "restore @model @pictures                                    | 0 +0.07 > 2 > 0 (2 NFE)            | 2",
                "superres @model @pictures --factor 2 --nfe 1                | 80 > 0 (1 NFE)                     | 3",
                "stroke @model @pictures --class cat                         | 0 +4 > 0 +1 > 0 (2 NFE)            | 2",
                "denoise @model @pictures --sigma 0.5 --add                  | 0.5 > 0 (1 NFE)                    | 3",
                "swap @model @pictures --from-class cat --to-class dog       | 0 +0.07 > 6 > 80 > 0 (3 NFE)       | 2",
                "swap @model @pictures --from-class cat --to-class dog --nfe 1 | 0 +0.07 > 80 > 0 (2 NFE)         | 2",
                "swap @model @pictures --from-class 0 --to-class 1 --inversion 0+1>9 --walk 9>0 | 0 +1 > 9 > 0 (2 NFE) | 2",
                "swap @labels-only @pictures --from-class cat --to-class dog --walk 0>80>1>0 | 0 > 80 > 1 > 0 (3 NFE) | 2"
            })
    void everyEditWritesResultsAndComparisons(String command, String walk, int columns) throws Exception {
        String[] words = (command.strip() + " --out edited").split(" +");
        Outcome outcome = run(words);
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out()).contains("wrote edited: N = 2, walk " + walk.strip());
        // The truth is known where there are three columns, and then the error is told.
        assertThat(outcome.out().contains("MSE of result")).isEqualTo(columns == 3);
        assertThat(files(directory.resolve("edited")))
                .containsExactly("a.png", "b.png", "overview.png", "side-by-side/a.png", "side-by-side/b.png");
        BufferedImage beside = Pictures.read(directory.resolve("edited/side-by-side/a.png"));
        assertThat(beside.getWidth()).isEqualTo(2 + columns * (TinyModel.SIDE + 2));
    }

    @Test
    void knownPixelsComeOutAsTheyWentIn() throws Exception {
        assertThat(run("inpaint", "@model", "@pictures", "--box", "2,3,4,5", "--out", "filled")
                        .exitCode())
                .isZero();
        BufferedImage given = Pictures.read(shared.resolve("pictures/a.png"));
        BufferedImage filled = Pictures.read(directory.resolve("filled/a.png"));
        for (int y = 0; y < TinyModel.SIDE; y++) {
            for (int x = 0; x < TinyModel.SIDE; x++) {
                boolean missing = x >= 2 && x < 6 && y >= 3;
                if (!missing) {
                    assertThat(filled.getRaster().getSample(x, y, 0))
                            .isEqualTo(given.getRaster().getSample(x, y, 0));
                }
            }
        }
    }

    @Test
    void whatIsTransparentIsMissing() throws Exception {
        Outcome outcome = run("inpaint", "@model", "@holed.png", "--out", "filled");
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out()).doesNotContain("MSE");
        assertThat(Pictures.read(directory.resolve("filled/holed.png"))
                        .getRaster()
                        .getSample(0, 0, 0))
                .isEqualTo(128);
    }

    /** A hole is filled beside what a mask marks, and then the truth is not known; a mask's transparent parts mark nothing. */
    @Test
    void transparencyOfPicturesAndOfMasks() throws Exception {
        BufferedImage layer = new BufferedImage(TinyModel.SIDE, TinyModel.SIDE, BufferedImage.TYPE_INT_ARGB);
        layer.setRGB(7, 7, 0xffffffff);
        ImageIO.write(layer, "png", directory.resolve("layer.png").toFile());
        Outcome holed = run("inpaint", "@model", "@holed.png", "--mask", "layer.png", "--out", "filled");
        assertThat(holed.err()).isEmpty();
        assertThat(holed.out()).doesNotContain("MSE");
        Outcome whole = run("inpaint", "@model", "@pictures/a.png", "--mask", "layer.png", "--out", "one");
        assertThat(whole.out()).contains("MSE");
        BufferedImage given = Pictures.read(shared.resolve("pictures/a.png"));
        BufferedImage filled = Pictures.read(directory.resolve("one/a.png"));
        for (int x = 0; x < TinyModel.SIDE - 1; x++) {
            assertThat(filled.getRaster().getSample(x, 7, 0))
                    .isEqualTo(given.getRaster().getSample(x, 7, 0));
        }
    }

    @Test
    void noClassMayBeNamed() throws Exception {
        assertThat(run("inpaint", "@model", "@pictures", "--box", "0,0,2,2", "--class", "none", "--out", "filled")
                        .out())
                .contains("no class");
        assertThat(run(
                                "interpolate",
                                "@model",
                                "@pictures/a.png",
                                "@pictures/b.png",
                                "--class",
                                "none",
                                "--out",
                                "a.png")
                        .out())
                .contains("no class");
    }

    @Test
    void smallPicturesAreEnlarged() throws Exception {
        Outcome outcome = run("superres", "@model", "@small.png", "--factor", "2", "--out", "large");
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out()).doesNotContain("MSE");
        assertThat(Pictures.read(directory.resolve("large/small.png")).getWidth())
                .isEqualTo(TinyModel.SIDE);
    }

    @Test
    void picturesAreShrunkToTheSizeOfAModel() throws Exception {
        Pictures.coloured(directory.resolve("photos/wide.png"), 20, 8);
        Outcome outcome = run("shrink", "photos", "@pictures", "--size", "4", "--out", "small");
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out()).contains("wrote small: N = 3, 4 x 4 pixels");
        assertThat(files(directory.resolve("small"))).containsExactly("a.png", "b.png", "wide.png");
        assertThat(Pictures.read(directory.resolve("small/wide.png")).getWidth())
                .isEqualTo(4);
    }

    @Test
    void anInterpolationIsAnimated() throws Exception {
        Outcome outcome =
                run("interpolate", "@model", "@pictures/a.png", "@pictures/b.png", "--gif", "--out", "between.png");
        assertThat(outcome.err()).isEmpty();
        assertThat(files(directory)).containsExactly("between.gif", "between.png");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "@labels-only --class cat         | 0 +0.07 > 6 > 80 > 0 (2 + 1 NFE), class cat,",
                "@labels-only --class cat,dog     | 0 +0.07 > 6 > 80 > 0 (2 + 1 NFE), class cat to class dog,",
                "@model --class 1,0 --nfe 1       | 0 +0.07 > 80 > 0 (1 + 1 NFE), class dog to class cat,",
                "@model                           | 0 +0.07 > 6 > 80 > 0 (2 + 1 NFE), no class,",
                "@model --walk 0+0.1>80>2>0       | 0 +0.1 > 80 > 2 > 0 (1 + 2 NFE), no class,",
                "@model --walk 80>2>0             | 0 +0.07 > 6 > 80 > 2 > 0 (2 + 2 NFE), no class,",
                "@model --inversion 0+0.1>80      | 0 +0.1 > 80 > 0 (1 + 1 NFE), no class,"
            })
    void anInterpolationTellsItsWalkAndClasses(String options, String told) throws Exception {
        String command = "interpolate " + options.strip() + " @pictures/a.png @pictures/b.png --out between.png";
        Outcome outcome = run(command.split(" +"));
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out()).startsWith("wrote between.png: N = 8, walk " + told.strip() + " seed 0");
    }

    @Test
    void refinementTellsWhatItWon() throws Exception {
        Outcome outcome = run("invert", "@model", "@pictures/a.png", "--refine", "3", "--out", "noise.npz");
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out()).containsPattern("1 NFE: 0\\.\\d+ as inverted, 0\\.\\d+ after 3 steps");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "inpaint @model @pictures            | a.png: has no transparent part to fill; mark what is missing with --mask or --box",
                "inpaint @model @pictures --mask @small.png | small.png is 4 x 4 pixels, but the images are 8 x 8;"
                        + " draw the mask at their size",
                "inpaint @model @pictures --box 1,2,3       | --box 1,2,3: must be four whole numbers X,Y,W,H, such as 8,10,12,9",
                "inpaint @model @pictures --box 1,1,0,5     | --box 1,1,0,5: its width and height must be at least 1",
                "inpaint @model @pictures --box 4,4,5,5     | --box 4,4,5,5: does not lie within the image of 8 x 8"
                        + " pixels",
                "inpaint @model @pictures --box 0,0,8,8     | --box: everything is missing; leave some pixels known, or use bcm sample",
                "inpaint @model @pictures --box 0,0,2,2 --refine 9 | --refine 9: choose from 0 to 5",
                "inpaint @model @pictures --box 0,0,2,2 --nfe 9    | --nfe 9: the model has walks of 2, 3, 4"
                        + " evaluations to inpaint",
                "restore @model @pictures --quality 0       | --quality 0: choose from 1 to 100",
                "restore @model @pictures --walk 80>0       | walk \"80 > 0\": this edit needs a walk from 0 to"
                        + " 0, such as \"0 +0.4 > 2 > 0\"",
                "inpaint @model @pictures --box 0,0,2,2 --walk 5>0 | walk \"5 > 0\": this edit needs a walk from 0 or 80"
                        + " to 0, such as \"0 +0.4 > 2 > 0\"",
                "colorize @model @pictures                  | the model generates grey images; colorize needs a model of coloured images",
                "superres @model @pictures --factor 3       | --factor 3: choose 2 or 4; it must divide the model's image size, 8",
                "stroke @model @pictures --walk 80>0        | walk \"80 > 0\": this edit needs a walk from 0 to 0",
                "invert @model @pictures --walk 0+80        | walk \"0 +80\": this command inverts images, so it must lead"
                        + " from 0 to noise, as \"0 +0.07 > 6 > 80\" does, and not only add noise",
                "stroke @model @pictures --nfe 2            | --nfe 2: the model stores no walks for this command;"
                        + " write one with --walk",
                "shrink @pictures --size 9                  | a.png is only 8 x 8 pixels; leave it out, or ask for at most --size 8",
                "shrink @pictures @pictures/a.png --size 4  | a.png would have the same name; rename one of them",
                "denoise @model @pictures --sigma 0.5 --walk 80>0 | walk \"80 > 0\": this edit needs a walk from"
                        + " 0.5, the noise scale of the images, to 0",
                "denoise @model @pictures --sigma 0.5 --nfe 2 | --nfe 2: the model stores no walks for this command;"
                        + " write one with --walk, such as \"0.5 > 0\"",
                "swap @model @pictures --from-class cat --to-class cow | --to-class cow: the model has no such class;"
                        + " choose from 0 to 1, or cat, dog",
                "swap @model @pictures --from-class 0 --to-class 1 --walk 80>0+0.2>0 | walk \"80 > 0 +0.2 > 0\": adds noise on the way back, which loses the images; omit it, as \"80 > 0\" does",
                "swap @plain @pictures --from-class 0 --to-class 1 | plain: is a plain consistency model, which cannot invert images; use a bidirectional model for this command",
                "interpolate @plain @pictures/a.png @pictures/b.png | plain: is a plain consistency model, which"
                        + " cannot invert images",
                "interpolate @model @pictures/a.png @pictures/b.png --walk 0+0.1>80>0+0.2>0 | walk \"80 > 0 +0.2 > 0\":"
                        + " adds noise on the way back",
                "interpolate @model @pictures/a.png @pictures/b.png --walk 0+1>80>0 --inversion 0+1>80 | --inversion"
                        + " \"0+1>80\": --walk \"0 +1 > 80 > 0\" already leads to noise; omit one of them",
                "interpolate @model @pictures/a.png @pictures/b.png --nfe 3 | --nfe 3: the model has walks of 1, 2, 4"
                        + " evaluations to interpolate",
                "interpolate @model @pictures/a.png @pictures/b.png --class cat,cow | --class cow: the model has no such"
                        + " class; choose from 0 to 1, or cat, dog",
                "interpolate @model @pictures/a.png @pictures/b.png --class cat,dog,cat | --class cat,dog,cat: names 3"
                        + " classes; give one class for both pictures, or one for each: A,B",
                "interpolate @labels-only @pictures/a.png @pictures/b.png | the model was trained with labels only;"
                        + " choose a class with --class: 0 to 1, or cat, dog",
                "interpolate @labels-only @pictures/a.png @pictures/b.png --class none | the model was trained with labels"
                        + " only; choose a class with --class: 0 to 1, or cat, dog",
                "tune @model --for sample --nfe 9           | --nfe 9: there is no walk of 9 evaluations to start"
                        + " from; write one with --walk",
                "tune @model --for invert --nfe 2 --walk 0+1>80 | walk \"0 +1 > 80\" takes 1 NFE, not 2; make --nfe and --walk agree"
            })
    void mistakesAreToldInOneLine(String command, String message) throws Exception {
        boolean tuning = command.startsWith("tune");
        String[] words = (command.strip() + (tuning ? "" : " --out edited" + ending(command))).split(" +");
        List<String> before = session.files();
        Outcome outcome = session.run(withInputs(words));
        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.err().lines().findFirst().orElse("")).contains(message.strip());
        assertThat(session.files()).isEqualTo(before);
    }

    private static String ending(String command) {
        return command.startsWith("interpolate") ? ".png" : command.startsWith("invert") ? ".npz" : "";
    }
}
