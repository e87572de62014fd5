package org.bcm4j.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.bcm4j.app.CommandProcess.Outcome;
import org.bcm4j.model.ModelConfig;
import org.bcm4j.model.ModelFolder;
import org.bcm4j.model.Preconditioning;
import org.bcm4j.model.RecommendedWalks;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.SeededGenerator;
import org.bcm4j.tensor.Weights;
import org.bcm4j.unet.AdmConfig;
import org.bcm4j.unet.Conditioning;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every command of the documents, taken from their pages: all are read, and those that take seconds are run. */
class DocumentedCommandsTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    /** A line of a document that is a command, indented as code is, with what may follow it. */
    private static final Pattern COMMAND = Pattern.compile("(?m)^    (?:\\./)?bcm (.+?)(?: {4,}#.*)?$");

    private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|(\\S+)");
    private static final Pattern OUT = Pattern.compile("--(?:out|run) (\\S+)");

    /** Commands that take minutes, or files of many megabytes that are not here; other tests run them on small ones. */
    private static final List<String> ONLY_READ =
            List.of("eval", "eval-edits", "tune", "features", "reproduce", "import", "check");

    /** What is made smaller so that it takes seconds. */
    private static final Map<String, String> SMALLER =
            Map.of("-n 50000", "-n 50", "-n 100 ", "-n 20 ", "-n 64", "-n 8", "--refine 30", "--refine 3");

    @TempDir
    static Path sandbox;

    /** What the pages take for granted: the shipped model, models of other runs, pictures, noises, data to train on. */
    @BeforeAll
    static void prepare() throws Exception {
        Path shipped = ROOT.resolve("models/fashion-mnist");
        copy(ROOT.resolve("models"), sandbox.resolve("models")); // no link: what a command writes stays here
        for (String picture : List.of("shirt", "bag")) {
            Files.copy(shipped.resolve("examples/" + picture + ".png"), sandbox.resolve(picture + ".png"));
        }
        Files.copy(shipped.resolve("examples/ankle-boot.png"), sandbox.resolve("boot.png"));
        write(sandbox.resolve("runs/edm/model"), Preconditioning.DENOISER, 28, 1);
        write(sandbox.resolve("runs/avataaars/model"), Preconditioning.BIDIRECTIONAL, 32, 3);
        Pictures.coloured(sandbox.resolve("faces/face.png"), 32, 32);
        Pictures.coloured(sandbox.resolve("photos/photo.png"), 64, 48);
        for (int i = 0; i < 8; i++) {
            Pictures.grey(sandbox.resolve("garments/" + i + ".png"), 8, 8);
        }
        Files.createDirectories(sandbox.resolve("configs"));
        Files.writeString(
                sandbox.resolve("configs/fashion-mnist.yaml"),
                TinyExperiment.yaml(sandbox)
                        .replaceFirst("data: .*", "data: {kind: image-folder, directory: garments}"));
        done("invert models/fashion-mnist shirt.png boot.png --out noises.npz");
        done("train configs/fashion-mnist.yaml --run runs/mine");
        done("train configs/fashion-mnist.yaml --run runs/clothes");
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.copy(file, to.resolve(from.relativize(file)));
            }
        }
    }

    private static void write(Path folder, Preconditioning kind, int side, int channels) {
        AdmConfig network = new AdmConfig(
                side,
                channels,
                2,
                0,
                8,
                List.of(1),
                1,
                List.of(),
                8,
                false,
                0,
                16,
                kind == Preconditioning.BIDIRECTIONAL ? Conditioning.JOINT : Conditioning.TIME,
                0,
                false,
                true);
        ModelConfig config = new ModelConfig(ModelConfig.FORMAT, kind, network, "nothing", List.of());
        try (SeededGenerator generator = new SeededGenerator(1, Device.CPU);
                Weights weights = Weights.initialized(network.build().layout(), generator, Device.CPU)) {
            ModelFolder.write(folder, config, weights, RecommendedWalks.UNTUNED, "A tiny model.\n");
        }
    }

    /** The commands of all documents, each once, in their order. */
    static Stream<String> commands() throws IOException {
        List<Path> pages = new ArrayList<>(List.of(ROOT.resolve("README.md"), ROOT.resolve("configs/README.md")));
        for (String folder : List.of("docs", "models")) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(folder))) {
                files.filter(file -> file.toString().endsWith(".md")).sorted().forEach(pages::add);
            }
        }
        List<String> commands = new ArrayList<>();
        for (Path page : pages) {
            COMMAND.matcher(Files.readString(page))
                    .results()
                    .map(found -> found.group(1).strip())
                    .forEach(commands::add);
        }
        return commands.stream().distinct();
    }

    static Stream<String> quickCommands() throws IOException {
        return commands().filter(command -> !ONLY_READ.contains(words(command).get(0)));
    }

    @Test
    void thePagesHaveCommands() throws IOException {
        assertThat(commands()).hasSizeGreaterThan(40);
        assertThat(quickCommands()).hasSizeGreaterThan(25);
    }

    @ParameterizedTest
    @MethodSource("commands")
    void isOneThatBcmReads(String command) {
        assertThatCode(() -> Bcm.commandLine().parseArgs(words(command).toArray(String[]::new)))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @MethodSource("quickCommands")
    void doesWhatItSays(String command) throws Exception {
        String smaller = command;
        for (Map.Entry<String, String> change : SMALLER.entrySet()) {
            smaller = smaller.replace(change.getKey(), change.getValue());
        }
        Matcher out = OUT.matcher(smaller);
        boolean writes = out.find();
        if (writes && !smaller.contains("--resume") && Files.isDirectory(sandbox.resolve(out.group(1)))) {
            // Of a command before.
            Files.move(
                    sandbox.resolve(out.group(1)),
                    Files.createTempDirectory(sandbox, "earlier").resolve("out"));
        }
        done(smaller);
        if (writes) {
            assertThat(sandbox.resolve(out.group(1))).exists();
        }
    }

    private static void done(String command) throws Exception {
        Outcome outcome = new CommandProcess(sandbox, List.of("-Dbcm.home=" + sandbox))
                .run(words(command).toArray(String[]::new));
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    }

    /** As a shell splits a line. */
    private static List<String> words(String command) {
        return WORD.matcher(command).results().map(DocumentedCommandsTest::word).toList();
    }

    private static String word(MatchResult found) {
        return found.group(1) == null ? found.group(2) : found.group(1);
    }
}
