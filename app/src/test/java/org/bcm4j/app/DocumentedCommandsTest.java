package org.bcm4j.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.bcm4j.app.CommandProcess.Outcome;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** Every command of the documents, taken from their pages: all are run, where they would take minutes on less. */
class DocumentedCommandsTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    /** A line of a document that is a command, indented as code is, with what may follow it. */
    private static final Pattern COMMAND = Pattern.compile("(?m)^    (?:\\./)?bcm (.+?)(?: {4,}#.*)?$");

    private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|(\\S+)");
    private static final Pattern OUT = Pattern.compile("--(?:out|run) (\\S+)");

    /** Even on little: the profile {@code large} runs them; on less still, {@code MeasuringCommandsTest} and {@code ReproduceCommandTest} do. */
    private static final List<String> TAKING_LONG = List.of("eval-edits", "reproduce");

    /** Ends by a signal only: {@code StudioCommandTest} runs it. */
    private static final String ENDLESS = "studio";

    private record Change(String pattern, String replacement) {}

    /** What makes a command one of seconds, in this order. */
    private static final List<Change> SMALLER = List.of(
            new Change(" -n \\d+", " -n 8"),
            new Change("--refine \\d+", "--refine 3"),
            new Change("--image-size 64 --head-width 64", "--image-size 16 --head-width 16"),
            new Change("eval-edits models/fashion-mnist", "eval-edits runs/fashion-mnist/model"), // A small one.
            new Change("(eval-edits .*)--images \\d+ --seeds \\d+", "$1--images 200 --seeds 2"),
            new Change("(tune .*)--images \\d+", "$1--images 100"),
            new Change("(eval .*)--images \\d+", "$1--images 40"),
            new Change("--samples \\d+", "--samples 40"),
            new Change("(tune .*)--budget \\d+", "$1--budget 2"), // Walks to try.
            new Change("(reproduce .*)--budget \\d+", "$1--budget 0.2"), // Minutes.
            new Change("reproduce(?! my)", "reproduce my-experiment.yaml"));

    /** What makes it so where it does not. */
    private static final Map<String, List<String>> OPTIONS = Map.of(
            "eval", List.of("--data fashion-mnist --data-dir garments", "--images 40", "--samples 40"),
            "eval-edits", List.of("--data fashion-mnist --data-dir garments", "--images 200", "--seeds 2"),
            "tune", List.of("--data fashion-mnist --data-dir garments", "--images 100", "--budget 2"),
            "features", List.of("--data fashion-mnist --data-dir garments", "--epochs 1"),
            "reproduce", List.of("--features small-features", "--budget 0.2"));

    @TempDir
    static Path sandbox;

    @AutoClose
    private static final CommandSession session =
            new CommandSession(() -> new CommandProcess(sandbox, List.of("-Dbcm.home=" + sandbox)));

    @BeforeAll
    static void prepare() throws Exception {
        new DocumentedWorld(sandbox).write();
        done("invert models/fashion-mnist shirt.png boot.png --out noises.npz");
        done("sample runs/cifar10/model -n 20 --out samples.npz");
        done("export models/fashion-mnist --format safetensors --out exported.safetensors");
        done("features train --data configs/tiny.yaml --epochs 1 --out small-features");
        done("features train --data configs/cifar10.yaml --epochs 1 --out cifar10-features");
        done("train configs/fashion-mnist.yaml --run runs/mine");
        done("train configs/fashion-mnist.yaml --run runs/clothes");
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

    @Test
    void thePagesHaveCommands() throws IOException {
        assertThat(commands()).hasSizeGreaterThan(40);
    }

    @ParameterizedTest
    @MethodSource("commands")
    void isOneThatBcmReads(String command) {
        assertThatCode(() -> Bcm.commandLine().parseArgs(words(command).toArray(String[]::new)))
                .doesNotThrowAnyException();
    }

    /** The smaller commands, each once, wherever its results go and in whatever order its options stand. */
    static Stream<String> smallerCommands() throws IOException {
        Map<Work, String> byWork = new LinkedHashMap<>();
        commands()
                .filter(command -> !words(command).get(0).equals(ENDLESS))
                .map(DocumentedCommandsTest::smaller)
                .forEach(command -> byWork.putIfAbsent(Work.of(command), command));
        return byWork.values().stream();
    }

    /** What a command does. Of those that train, where the results go is a part of it: others go on from there. */
    private record Work(String subcommand, List<String> operands, Map<String, List<String>> options) {
        static Work of(String command) {
            ParseResult parsed = Bcm.commandLine().parseArgs(words(command).toArray(String[]::new));
            while (parsed.hasSubcommand()) {
                parsed = parsed.subcommand();
            }
            Map<String, List<String>> options = new HashMap<>();
            for (OptionSpec option : parsed.matchedOptionsSet()) {
                options.put(option.longestName(), option.originalStringValues());
            }
            if (!command.contains("train")) {
                options.keySet().removeAll(Set.of("--out", "--run"));
            }
            List<String> operands = parsed.matchedPositionalsSet().stream()
                    .flatMap(operand -> operand.originalStringValues().stream())
                    .toList();
            return new Work(parsed.commandSpec().qualifiedName(), operands, options);
        }
    }

    @Test
    void theOrderOfOptionsMakesNoOtherWork() {
        Work work = Work.of("eval-edits model --images 200 --seeds 2 --out a.json");
        assertThat(Work.of("eval-edits --seeds 2 model --out b.json --images 200"))
                .isEqualTo(work);
        assertThat(Work.of("eval-edits model --images 2 --seeds 200")).isNotEqualTo(work);
        assertThat(Work.of("eval-edits other --images 200 --seeds 2")).isNotEqualTo(work);
    }

    static Stream<String> quickCommands() throws IOException {
        return smallerCommands()
                .filter(command -> !TAKING_LONG.contains(words(command).get(0)));
    }

    static Stream<String> slowCommands() throws IOException {
        return smallerCommands()
                .filter(command -> TAKING_LONG.contains(words(command).get(0)));
    }

    @ParameterizedTest
    @MethodSource("quickCommands")
    void doesWhatItSays(String smaller) throws Exception {
        runs(smaller);
    }

    @Tag("large")
    @ParameterizedTest
    @MethodSource("slowCommands")
    void doesWhatItSaysInAMinute(String smaller) throws Exception {
        runs(smaller);
    }

    private static void runs(String smaller) throws Exception {
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

    private static String smaller(String command) {
        String smaller = command;
        for (Change change : SMALLER) {
            smaller = smaller.replaceAll(change.pattern(), change.replacement());
        }
        List<String> words = words(command);
        boolean ofSamples = words.get(0).equals("eval") && words.get(1).endsWith(".npz"); // All of them are measured.
        boolean ofInversions = command.matches("eval .*--metrics (mse|psnr|ssim|noise|midpoints|,)+( .*)?");
        for (String option : ofSamples ? List.<String>of() : OPTIONS.getOrDefault(words.get(0), List.of())) {
            boolean hasUse = !ofInversions || !option.startsWith("--samples");
            if (hasUse && !smaller.contains(option.substring(0, option.indexOf(' ')))) {
                smaller += " " + option;
            }
        }
        return smaller;
    }

    private static void done(String command) throws Exception {
        Outcome outcome = session.run(words(command).toArray(String[]::new));
        assertThat(outcome.exitCode()).as(command + "\n" + outcome.err()).isZero();
    }

    /** As a shell splits a line. */
    private static List<String> words(String command) {
        return WORD.matcher(command).results().map(DocumentedCommandsTest::word).toList();
    }

    private static String word(MatchResult found) {
        return found.group(1) == null ? found.group(2) : found.group(1);
    }
}
