package org.bcm4j.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.bcm4j.app.CommandProcess.Outcome;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every mistake: exit code 2, one clear first line, no stack trace, and nothing written. */
class MistakesTest {
    private static final String TRY = "try: bcm %s --help";

    @TempDir
    static Path directory;

    @AutoClose
    private static final CommandSession session = CommandSession.in(() -> directory);

    @BeforeAll
    static void writeInputs() throws IOException {
        TinyModel.write(directory.resolve("model"));
        TinyModel.write(directory.resolve("cut"));
        TinyModel.write(directory.resolve("my model"));
        Path weights = directory.resolve("cut/model.safetensors");
        byte[] whole = Files.readAllBytes(weights);
        Files.write(weights, Arrays.copyOf(whole, whole.length - 100));
        Pictures.grey(directory.resolve("right.png"), 8, 8);
        Pictures.grey(directory.resolve("-dash.png"), 8, 8);
        Pictures.grey(directory.resolve("wide.png"), 9, 8);
        Pictures.coloured(directory.resolve("colour.png"), 8, 8);
        Files.writeString(directory.resolve("text.png"), "no picture");
        Files.createDirectory(directory.resolve("full"));
        Files.writeString(directory.resolve("full/kept.txt"), "kept");
        Files.createDirectory(directory.resolve("way.gif"));
        Files.createDirectory(directory.resolve("wa.png"));
        Files.copy(directory.resolve("right.png"), directory.resolve("moving.gif")); // the content counts
        Pictures.grey(directory.resolve("shirts/shirt.png"), 8, 8);
        String yaml = TinyExperiment.yaml(directory.resolve("nowhere"));
        Files.writeString(directory.resolve("nodata.yaml"), yaml);
        Files.writeString(directory.resolve("typo.yaml"), yaml.replace("batch_size", "batchsize"));
    }

    static Stream<Arguments> mistakes() {
        String noData = "Fashion-MNIST: there is no train-images-idx3-ubyte(.gz) in "
                + directory.resolve("nowhere").toAbsolutePath()
                + "; give its folder, or get it with: apt-get install dataset-fashion-mnist";
        return Stream.of(
                mistake(
                        List.of("sample", "model", "--walk", "80 > 90 > x", "--out", "x.png"),
                        "walk \"80 > 90 > x\", character 6: noise scale 90 is above the largest, 80"),
                mistake(
                        List.of("sample", "model", "--walk", "0 > 80", "--out", "x.png"),
                        "walk \"0 > 80\": this command generates images, so it must lead from noise to 0,"
                                + " as \"80 > 1.2 > 0\" does"),
                mistake(
                        List.of("sample", "model", "--nfe", "9", "--out", "x.png"),
                        "--nfe 9: the model has walks of 1, 2, 3, 4 evaluations to generate; choose one of these,"
                                + " or write a walk with --walk"),
                mistake(
                        List.of("sample", "nowhere", "--out", "x.png"),
                        "nowhere: is not a model folder (config.json is missing); train one with `bcm train`, or use"
                                + " models/fashion-mnist"),
                mistake(
                        List.of("sample", "model", "--class", "bird", "--out", "x.png"),
                        "--class bird: the model has no such class; choose from 0 to 1, or cat, dog"),
                mistake(
                        List.of("studio", "model", "--port", "0", "--runs", "model/config.json"),
                        "--runs model/config.json: is a file; name a run, or a folder of runs"),
                mistake(
                        List.of("sample", "model", "--first", "-1", "--out", "x.png"),
                        "--first -1: images are numbered from 0"),
                mistake(
                        List.of("sample", "model", "--first", "9223372036854775800", "--out", "x.png"),
                        "--first 9223372036854775800: choose from 0 to 9223372036854775791"),
                mistake(
                        List.of("sample", "model", "--device", "cpu", "--precision", "tf32", "--out", "x.png"),
                        "precision tf32 is for GPUs; on this device take fp32"),
                mistake(List.of("sample", "model", "-n", "0", "--out", "x.png"), "-n 0: ask for at least 1 image"),
                mistake(
                        List.of("sample", "model", "--out", "-"),
                        "--out -: writing to standard output is not supported; give a file or a folder"),
                mistake(
                        List.of("sample", "model", "--out", "x.jpg"),
                        "--out x.jpg: name a .png file or a .npz file or a folder"),
                mistake(
                        List.of("sample", "model", "--out", "right.png/x.png"),
                        "cannot write right.png/x.png: a file is where a directory is needed; choose another path"),
                cannotWrite("right.png/x.json", "eval", "model", "--out", "right.png/x.json"),
                cannotWrite("right.png/x.json", "eval-edits", "model", "--out", "right.png/x.json"),
                cannotWrite(
                        "right.png/s.npz",
                        "eval",
                        "full",
                        "--metrics",
                        "fid",
                        "--inception",
                        "i.pth",
                        "--statistics",
                        "right.png/s.npz"),
                cannotWrite("right.png/m", "import", "none.pt", "--as", "bcm", "--out", "right.png/m"),
                mistake(
                        List.of("import", "none.pt", "--as", "bcm", "--out", "full"),
                        "--out full: the folder is not empty; choose another or empty it"),
                mistake(
                        List.of(
                                "import",
                                "none.pt",
                                "--as",
                                "bcm",
                                "--config",
                                "c.yaml",
                                "--image-size",
                                "64",
                                "--out",
                                "m"),
                        "--image-size: c.yaml describes the network, so this option has no effect; omit it"),
                cannotWrite("right.png/x.onnx", "export", "model", "--format", "onnx", "--out", "right.png/x.onnx"),
                cannotWrite("right.png/f", "features", "train", "--out", "right.png/f"),
                cannotWrite("right.png/q", "quickstart", "--model", "model", "--out", "right.png/q"),
                cannotWrite("right.png/t.png", "tune", "model", "--for", "invert", "--plot", "right.png/t.png"),
                cannotWrite("right.png/r/config.yaml", "train", "nodata.yaml", "--run", "right.png/r"),
                mistake(List.of("eval", "model", "--out", "x.txt"), "--out x.txt: name a .json file"),
                mistake(
                        List.of("interpolate", "model", "right.png", "right.png", "--gif", "--out", "way.png"),
                        "cannot write " + directory.resolve("way.gif") + ": it is a directory; name a file"),
                mistake(
                        List.of("invert", "model", "right.png", "--out", "wa.npz"),
                        "cannot write " + directory.resolve("wa.png") + ": it is a directory; name a file"),
                mistake(
                        List.of("invert", "model", "right.png", "--out", "right.npz"),
                        "--out " + directory.resolve("right.npz")
                                + ": right.png is written beside it and would replace right.png; choose another name"),
                mistake(
                        List.of("invert", "model", "shirts", "--out", "shirts/shirt.npz"),
                        "--out " + directory.resolve("shirts/shirt.npz")
                                + ": shirt.png is written beside it and would replace shirts/shirt.png; choose another"
                                + " name"),
                mistake(
                        List.of("interpolate", "model", "right.png", "moving.gif", "--gif", "--out", "moving.png"),
                        "--out " + directory.resolve("moving.png")
                                + ": moving.gif is written beside it and would replace moving.gif; choose another name"),
                mistake(
                        List.of("sample", "model", "--out", "."),
                        "cannot write .: the program runs in this folder, so it must stay; name one in it"),
                mistake(
                        List.of("sample", "model", "--out", "full"),
                        "--out full: the folder is not empty; choose another or empty it"),
                mistake(
                        List.of("sample", "model", "--sed", "3", "--out", "x.png"),
                        "Unknown options: '--sed', '3'; did you mean --seed?"),
                mistake(
                        List.of("sample", "model", "-n", "x", "--out", "x.png"),
                        "--count x: is not a whole number up to 2,147,483,647"),
                mistake(List.of("sample", "model"), "Missing required option: '--out=FILE.png|FILE.npz|DIR'"),
                mistake(
                        List.of("sample", "model", "--walk", "80 > 0", "--nfe", "1", "--out", "x.png"),
                        "--walk=WALK, --nfe=K are mutually exclusive (specify only one)"),
                mistake(
                        List.of("invert", "model", "wide.png", "--out", "x.npz"),
                        "wide.png is 9 x 8 pixels, but 8 x 8 are wanted; fit it with --fit crop, pad or stretch"),
                mistake(
                        List.of("invert", "model", "colour.png", "--out", "x.npz"),
                        "colour.png is in colour, but the model takes grey pictures; convert it to grey"),
                mistake(
                        List.of("reconstruct", "model", "text.png", "--out", "x"),
                        "text.png is not a picture in a known format; export it as PNG"),
                mistake(
                        List.of("interpolate", "model", "right.png", "missing.png", "--out", "x.png"),
                        "cannot read missing.png: no such file; check the path"),
                mistake(
                        List.of("interpolate", "model", "right.png", "right.png", "--walk", "10 > 0", "--out", "x.png"),
                        "walk \"10 > 0\" cannot follow \"0 +0.07 > 6 > 80\"; let it start where the inversion ends"),
                mistake(
                        List.of("sample", "cut", "--out", "x.png"),
                        "cut/model.safetensors is not a valid safetensors file: "),
                mistake(
                        List.of("train", "typo.yaml"),
                        "typo.yaml:11:1: unknown key \"batchsize\" at the top level; did you mean \"batch_size\"?"),
                mistake(List.of("train", "nodata.yaml"), noData),
                mistake(
                        List.of("train", "nodata.yaml", "--restarts", "3"),
                        "--restarts 3: has no effect without --ranks of at least 2; omit it"),
                mistake(
                        List.of("train", "--resume", "--run", "nowhere"),
                        "nowhere: holds no run (config.yaml is missing); start one without --resume"),
                mistake(
                        List.of("info", "my model", "--figures"),
                        "--figures: there is no my model/metrics.json; create it with `bcm eval 'my model' --out 'my model/metrics.json'`"),
                mistake(List.of("info", "missing.yaml"), "cannot read missing.yaml: no such file; check the path"),
                mistake(
                        List.of("info", "model/model.safetensors"),
                        "model/model.safetensors: is a file of weights; give a model folder, which bcm import creates from it, or a configuration"),
                mistake(
                        List.of("check", "right.png"),
                        "right.png: is not a folder; give one that holds config.json, io.safetensors and weights"),
                mistake(
                        List.of("invert", "model", "-dash.png", "--out", "x.npz"),
                        "Missing required parameter: 'IMAGE|DIR|FILE.npz'; if -dash.png is a file, write ./-dash.png"),
                mistake(
                        List.of("invert", "model", "", "--out", "x.npz"),
                        "Invalid value for positional parameter at index 1..* (IMAGE|DIR|FILE.npz): \"\" is not a file or folder; the current folder is \".\""),
                mistake(List.of("data", "inspect", ""), "\"\" is not a file or folder; the current folder is \".\""),
                mistake(
                        List.of("invert", "model", "right.png", "--walk", "0 +0.07 > 6", "--refine", "2", "--out", "x"),
                        "walk \"0 +0.07 > 6\": noises at 80 are refined, so it must lead there, as \"0 +0.07 > 6 > 80\""
                                + " does"),
                mistake(List.of("smaple"), "Unmatched argument at index 0: 'smaple'; did you mean sample or swap?"));
    }

    /** Before any work: some of these commands name data, weights or checkpoints that are not there. */
    private static Arguments cannotWrite(String path, String... command) {
        return mistake(
                List.of(command),
                "cannot write " + path + ": a file is where a directory is needed; choose another path");
    }

    private static Arguments mistake(List<String> command, String firstLine) {
        return arguments(command, firstLine);
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void isToldInOneLine(List<String> command, String expected) throws Exception {
        List<String> before = session.files();
        Outcome outcome = session.run(command.toArray(String[]::new));
        String first = outcome.err().lines().findFirst().orElse("");
        // A message that ends in a colon has more to say, in words of another room.
        if (expected.endsWith(": ")) {
            assertThat(first).startsWith("bcm: " + expected);
        } else {
            assertThat(first).isEqualTo("bcm: " + expected);
        }
        assertThat(outcome.err().lines()).allMatch(line -> line.startsWith("bcm: "));
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(session.files()).isEqualTo(before);
    }

    /** /dev/full takes nothing, as a full disk. */
    @Test
    void outputThatIsLostIsTold() throws Exception {
        Path err = directory.resolve("err.txt");
        try {
            Process process = CommandProcess.in(directory).start(Path.of("/dev/full"), err, "info", "model");
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(1);
            assertThat(Files.readString(err)).startsWith("bcm: standard output could not be written in full");
        } finally {
            Files.deleteIfExists(err);
        }
    }

    @Test
    void aMistakeInTheOptionsNamesTheHelp() throws Exception {
        Outcome outcome = session.run("sample", "model");
        assertThat(outcome.err().lines()).hasSize(2).last().isEqualTo("bcm: " + TRY.formatted("sample"));
    }

    @Test
    void theMarkBelowAWalkStandsWhereItIsWrong() throws Exception {
        Outcome outcome = session.run("sample", "model", "--walk", "80 > 90 > x", "--out", "x.png");
        assertThat(outcome.err().lines().skip(1)).containsExactly("bcm:   80 > 90 > x", "bcm:        ^");
    }

    /** On a file system of 64 kB, which only root can mount. */
    @Test
    void aFullDiskIsToldAndLeavesNothing(@TempDir Path place) throws Exception {
        Path disk = Files.createDirectory(place.resolve("disk"));
        assumeTrue(
                succeeds("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk.toString()),
                "mounting a small file system needs root");
        try {
            Outcome outcome = CommandProcess.in(directory)
                    .run("sample", "model", "--nfe", "1", "-n", "4000", "--out", disk + "/x.npz");
            assertThat(outcome.err())
                    .isEqualTo("bcm: cannot write " + disk + "/x.npz: no space left on the device; free some or choose"
                            + " another disk%n".formatted());
            assertThat(outcome.exitCode()).isEqualTo(2);
            assertThat(disk).isEmptyDirectory();
        } finally {
            assertThat(succeeds("umount", disk.toString())).isTrue();
        }
    }

    private static boolean succeeds(String... command) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false; // there is no such program
        }
    }
}
