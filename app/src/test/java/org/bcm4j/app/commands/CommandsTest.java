package org.bcm4j.app.commands;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bcm4j.app.CommandProcess;
import org.bcm4j.app.CommandProcess.Outcome;
import org.bcm4j.app.Pictures;
import org.bcm4j.app.TinyExperiment;
import org.bcm4j.app.TinyModel;
import org.bcm4j.data.NumpyFiles;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the commands print and write, with a model of random weights. */
class CommandsTest {
    @TempDir
    static Path shared;

    @TempDir
    Path directory;

    @BeforeAll
    static void writeInputs() throws IOException {
        TinyModel.write(shared.resolve("model"));
        Pictures.grey(shared.resolve("a.png"), TinyModel.SIDE, TinyModel.SIDE);
        Pictures.grey(shared.resolve("b.jpeg"), TinyModel.SIDE, TinyModel.SIDE); // PNG inside: content counts
    }

    @Test
    void sampleDrawsAGridAndTheSameSeedDrawsItAgain() throws Exception {
        Outcome first = run("sample", model(), "--walk", "80 > 1.2 > 0", "-n", "5", "--out", "first.png");
        assertThat(first.out())
                .isEqualTo("wrote first.png: N = 5, walk 80 > 1.2 > 0 (2 NFE), each class in turn, seed 0 (default)%n"
                        .formatted());
        assertThat(first.err()).isEmpty();
        assertThat(first.exitCode()).isZero();
        run("sample", model(), "--nfe", "2", "-n", "5", "--seed", "0", "--out", "again.png");
        assertThat(directory.resolve("again.png")).hasSameBinaryContentAs(directory.resolve("first.png"));
        // Three columns and two rows of 8 pixels, with gaps of two.
        assertThat(Pictures.read(directory.resolve("first.png")).getWidth()).isEqualTo(32);
        assertThat(Pictures.read(directory.resolve("first.png")).getHeight()).isEqualTo(22);
    }

    @Test
    void sampleInRanksDrawsTheImagesOfOneProcess() throws Exception {
        run("sample", model(), "-n", "200", "--out", "alone.npz");
        Outcome outcome = run("sample", model(), "-n", "200", "--ranks", "2", "--out", "together.npz");
        assertThat(outcome.out()).endsWith("each class in turn, seed 0 (default)%n".formatted());
        assertThat(outcome.exitCode()).isZero();
        assertThat(directory.resolve("together.npz")).hasSameBinaryContentAs(directory.resolve("alone.npz"));
    }

    @Test
    void sampleInRanksTakesFoundNoisesToo() throws Exception {
        run("sample", model(), "--nfe", "1", "-n", "70", "--out", "images.npz");
        run("invert", model(), "images.npz", "--nfe", "1", "--out", "noises.npz");
        String[] command = {"sample", model(), "--nfe", "1", "--noise", "noises.npz", "--out", "alone.npz"};
        assertThat(run(command).exitCode()).isZero();
        Outcome outcome =
                run("sample", model(), "--nfe", "1", "--noise", "noises.npz", "--ranks", "2", "--out", "together.npz");
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
        assertThat(directory.resolve("together.npz")).hasSameBinaryContentAs(directory.resolve("alone.npz"));
    }

    /** The first command of a user: a rank must not load what another has unpacked in part. */
    @Test
    void ranksUnpackLibtorchOneAfterAnother() throws Exception {
        Path cache = Files.createDirectory(directory.resolve("cache"));
        Outcome outcome = new CommandProcess(directory, List.of("-Dorg.bytedeco.javacpp.cachedir=" + cache))
                .run("sample", model(), "-n", "2", "--ranks", "2", "--out", "images.npz");
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
        try (Stream<Path> unpacked = Files.walk(cache)) {
            for (Path path : unpacked.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path); // JUnit would warn of the links to other folders.
            }
        }
    }

    /** A rank of a launcher: nobody else ends the others. */
    @Test
    void aRankThatDiesWhileSamplingEndsTheOtherWithItsName() throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        Process[] ranks = new Process[2];
        for (int rank = 0; rank < 2; rank++) {
            List<String> variables =
                    List.of("env", "RANK=" + rank, "WORLD_SIZE=2", "MASTER_ADDR=127.0.0.1", "MASTER_PORT=" + port);
            ranks[rank] = new CommandProcess(directory, List.of(), variables)
                    .start(
                            directory.resolve("out-" + rank),
                            directory.resolve("err-" + rank),
                            "sample",
                            model(),
                            "-n",
                            "3000000",
                            "--rank-timeout",
                            "3",
                            "--out",
                            "images.npz");
        }
        while (!Files.readString(directory.resolve("err-0")).contains("sampling") && ranks[0].isAlive()) {
            Thread.sleep(20);
        }
        ranks[1].destroyForcibly();
        Outcome left = CommandProcess.outcome(ranks[0], directory.resolve("out-0"), directory.resolve("err-0"));
        assertThat(left.err().lines().toList())
                .filteredOn(line -> line.startsWith("bcm: "))
                .containsExactly("bcm: rank 1 (process " + ranks[1].pid() + " on "
                        + InetAddress.getLocalHost().getHostName()
                        + ") has ended, is frozen or cannot be reached; run the command again");
        assertThat(left.exitCode()).isEqualTo(1);
        assertThat(directory.resolve("images.npz")).doesNotExist();
    }

    @Test
    void sampleWritesArraysWithLabels() throws Exception {
        Outcome outcome = run("sample", model(), "--class", "Dog", "-n", "3", "--seed", "7", "--out", "dogs.npz");
        assertThat(outcome.out()).contains("class dog, seed 7").doesNotContain("default");
        try (Scope scope = Scope.open()) {
            Map<String, Tensor> arrays = NumpyFiles.readNpz(directory.resolve("dogs.npz"));
            assertThat(arrays).containsOnlyKeys("images", "labels");
            assertThat(requireNonNull(arrays.get("images")).shape())
                    .containsExactly(3, 1, TinyModel.SIDE, TinyModel.SIDE);
            assertThat(HostTensors.longs(requireNonNull(arrays.get("labels")))).containsExactly(1, 1, 1);
        }
    }

    @Test
    void sampleDrawsEachClassInTurnUnlessItIsToldOne() throws Exception {
        run("sample", model(), "--nfe", "1", "-n", "5", "--out", "all.npz");
        for (String name : TinyModel.CLASSES) {
            run("sample", model(), "--nfe", "1", "-n", "5", "--class", name, "--out", name + ".npz");
        }
        try (Scope scope = Scope.open()) {
            Map<String, Tensor> all = NumpyFiles.readNpz(directory.resolve("all.npz"));
            assertThat(HostTensors.longs(requireNonNull(all.get("labels")))).containsExactly(0, 1, 0, 1, 0);
            for (int k = 0; k < 2; k++) {
                Path ofOne = directory.resolve(TinyModel.CLASSES.get(k) + ".npz");
                Tensor images = requireNonNull(NumpyFiles.readNpz(ofOne).get("images"));
                for (int i = k; i < 5; i += 2) {
                    assertThat(HostTensors.bytes(
                                    requireNonNull(all.get("images")).select(0, i)))
                            .isEqualTo(HostTensors.bytes(images.select(0, i)));
                }
            }
        }
    }

    @Test
    void sampleDrawsNoClassIfItIsToldSo() throws Exception {
        Outcome outcome = run("sample", model(), "--class", "none", "-n", "2", "--out", "none.npz");
        assertThat(outcome.out()).contains("no class, seed 0");
        try (Scope scope = Scope.open()) {
            assertThat(NumpyFiles.readNpz(directory.resolve("none.npz"))).containsOnlyKeys("images");
        }
    }

    /** In a smaller batch the sums are rounded differently: by at most one grey level. */
    @Test
    void sampleDrawsSomeOfTheImagesAgain() throws Exception {
        run("sample", model(), "--nfe", "1", "-n", "5", "--out", "all.npz");
        run("sample", model(), "--nfe", "1", "-n", "2", "--first", "3", "--out", "two.npz");
        run("sample", model(), "--nfe", "1", "-n", "2", "--first", "3", "--out", "two");
        assertThat(files(directory.resolve("two"))).containsExactly("00003.png", "00004.png");
        try (Scope scope = Scope.open()) {
            Map<String, Tensor> all = NumpyFiles.readNpz(directory.resolve("all.npz"));
            Map<String, Tensor> two = NumpyFiles.readNpz(directory.resolve("two.npz"));
            assertThat(HostTensors.longs(requireNonNull(two.get("labels")))).containsExactly(1, 0);
            Tensor expected = requireNonNull(all.get("images")).narrow(0, 3, 2).to(ScalarType.Int);
            Tensor difference =
                    requireNonNull(two.get("images")).to(ScalarType.Int).sub(expected);
            assertThat(difference.abs().max().item_int()).isLessThanOrEqualTo(1);
        }
    }

    @Test
    void sampleFillsAFolder() throws Exception {
        assertThat(run("sample", model(), "--nfe", "1", "-n", "2", "--out", "new/samples")
                        .exitCode())
                .isZero();
        assertThat(files(directory.resolve("new/samples"))).containsExactly("00000.png", "00001.png");
        assertThat(files(directory.resolve("new"))).containsExactly("samples");
    }

    @Test
    void invertWritesNoisesOfUnitVarianceAndAPicture() throws Exception {
        Outcome outcome = run("invert", model(), picture("a.png"), picture("b.jpeg"), "--out", "noises.npz");
        assertThat(outcome.out())
                .isEqualTo("wrote noises.npz: N = 2, walk 0 +0.07 > 6 > 80 (2 NFE), no class, seed 0 (default)%n"
                        .formatted());
        assertThat(Pictures.read(directory.resolve("noises.png")).getWidth()).isEqualTo(22);
        try (Scope scope = Scope.open()) {
            Map<String, Tensor> arrays = NumpyFiles.readNpz(directory.resolve("noises.npz"));
            assertThat(requireNonNull(arrays.get("noises")).shape())
                    .containsExactly(2, 1, TinyModel.SIDE, TinyModel.SIDE);
            // Not divided by T, they would be some eighty times as large.
            assertThat(requireNonNull(arrays.get("noises")).abs().max().item_float())
                    .isBetween(0.1f, 10f);
            byte[] firstRow = Arrays.copyOf(HostTensors.bytes(requireNonNull(arrays.get("images"))), 2);
            assertThat(firstRow[0]).isZero();
            assertThat(firstRow[1]).isBetween((byte) 30, (byte) 31);
        }
    }

    @Test
    void reconstructMeasuresEveryImageAndWritesPairs() throws Exception {
        Outcome outcome =
                run("reconstruct", model(), picture("a.png"), picture("b.jpeg"), "--nfe", "1", "--out", "pairs");
        assertThat(outcome.err()).isEmpty();
        List<String> lines = outcome.out().lines().toList();
        assertThat(lines).hasSize(5);
        assertThat(lines.get(1)).matches("00000-a\\.png +0\\.\\d{6} +-?\\d+\\.\\d\\d +-");
        assertThat(lines.get(2)).matches("00001-b\\.png +0\\.\\d{6} +-?\\d+\\.\\d\\d +-");
        assertThat(lines.get(3)).matches("mean +0\\.\\d{6} +-?\\d+\\.\\d\\d +-");
        assertThat(lines.get(4)).startsWith("wrote pairs: N = 2, walk 0 +0.07 > 80 > 0 (2 NFE)");
        assertThat(files(directory.resolve("pairs"))).containsExactly("00000-a.png", "00001-b.png");
        assertThat(Pictures.read(directory.resolve("pairs/00000-a.png")).getWidth())
                .isEqualTo(22);
    }

    @Test
    void interpolateDrawsAStrip() throws Exception {
        Outcome outcome =
                run("interpolate", model(), picture("a.png"), picture("b.jpeg"), "--frames", "4", "--out", "strip.png");
        assertThat(outcome.out())
                .startsWith("wrote strip.png: N = 4, walk 0 +0.07 > 6 > 80 > 0 (2 + 1 NFE), no class, seed 0");
        assertThat(Pictures.read(directory.resolve("strip.png")).getWidth()).isEqualTo(42);
        assertThat(Pictures.read(directory.resolve("strip.png")).getHeight()).isEqualTo(12);
    }

    @Test
    void infoDescribesAModel() throws Exception {
        Outcome outcome = run("info", model());
        assertThat(outcome.out())
                .containsPattern("parameters +15,969 ")
                .containsPattern("evaluation +\\d{3}\\.\\d k multiply-adds \\(\\d+\\.\\d kFLOP\\) an image")
                .containsPattern("device +(cpu|cuda)")
                .containsPattern("precision +fp32")
                .containsPattern("engine +ONNX Runtime")
                .containsPattern("classes +cat, dog")
                .containsPattern("2 +80 > 1\\.2 > 0 +0 \\+0\\.07 > 6 > 80\n")
                .containsPattern("--nfe +interpolate +swap\n")
                .containsPattern("2 +0 \\+0\\.07 > 6 > 80 > 0 +0 \\+0\\.07 > 6 > 80 > 0\n")
                .containsPattern("3 +0 \\+0\\.4 > 1 > 4 > 0 +0 \\+0\\.07 > 0\\.4 > 2 > 0\n");
        assertThat(outcome.exitCode()).isZero();
    }

    @Test
    void infoTellsWhatAnExperimentCosts() throws Exception {
        Files.writeString(directory.resolve("experiment.yaml"), TinyExperiment.yaml(directory));
        Outcome outcome = run("info", "experiment.yaml");
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out())
                .containsPattern("evaluation +\\d{3}\\.\\d k multiply-adds")
                .containsPattern(
                        "a step +\\d+\\.\\d M multiply-adds \\(\\d+\\.\\d MFLOP\\): 4 images, 9\\.0 evaluations each")
                .containsPattern("memory +about 0\\.\\d MB an image .* and 0\\.\\d MB")
                .containsPattern("time +about 0 min \\d+ s for all steps here and now \\(from .*, 4 at once");
        assertThat(outcome.exitCode()).isZero();
    }

    /** A pass of a large network would take minutes. */
    @Test
    void infoMeasuresNoEmulatedPrecision() throws Exception {
        Files.writeString(
                directory.resolve("experiment.yaml"),
                TinyExperiment.yaml(directory) + "device: cpu\nprecision: fp16\n");
        Outcome outcome = run("info", "experiment.yaml");
        assertThat(outcome.out()).containsPattern("time +not known: cpu emulates fp16 here");
        assertThat(outcome.exitCode()).isZero();
    }

    private Outcome run(String... arguments) throws IOException, InterruptedException {
        return CommandProcess.in(directory).run(arguments);
    }

    private static String model() {
        return shared.resolve("model").toString();
    }

    private static String picture(String name) {
        return shared.resolve(name).toString();
    }

    private static List<String> files(Path folder) throws IOException {
        try (Stream<Path> content = Files.list(folder)) {
            return content.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
