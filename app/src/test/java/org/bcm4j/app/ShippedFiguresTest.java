package org.bcm4j.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bcm4j.app.console.MarkdownTables;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.metrics.edits.EditingReport;
import org.bcm4j.metrics.evaluation.EvaluationReport;
import org.bcm4j.model.ModelFolder;
import org.bcm4j.training.TrainingConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every file with figures is of the model that it speaks of: it names the checksum of the weights, and they are those that ship. */
class ShippedFiguresTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern CHECKSUM = Pattern.compile("\\b[0-9a-f]{64}\\b");

    static List<Path> models() throws IOException {
        try (Stream<Path> folders = Files.list(ROOT.resolve("models"))) {
            return folders.filter(folder -> Files.exists(folder.resolve("walks.json")))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void figuresBesideAModelAreItsOwn(Path model) {
        String sha256 = new ModelFolder(model).sha256();
        read(model.resolve("metrics.json"), EvaluationReport.class)
                .ifPresent(report -> assertThat(report.protocol().modelSha256()).isEqualTo(sha256));
        read(model.resolve("editing.json"), EditingReport.class)
                .ifPresent(report -> assertThat(report.modelSha256()).isEqualTo(sha256));
    }

    /** What a card, or the front page, says of a model is what was measured. */
    @ParameterizedTest
    @MethodSource("models")
    void aCardHasTheFiguresOfItsModel(Path model) throws IOException {
        Optional<String> tables =
                read(model.resolve("metrics.json"), EvaluationReport.class).map(MarkdownTables::of);
        String card = Files.readString(model.resolve("README.md"));
        assertThat(tables).isPresent();
        assertThat(card).contains(tables.orElseThrow());
        if (model.endsWith("fashion-mnist")) {
            assertThat(Files.readString(ROOT.resolve("README.md"))).contains(tables.orElseThrow());
        }
    }

    /** One command makes what ships: the run's own configuration is the one that the documents name. */
    @Test
    void theShippedModelIsOfItsConfiguration() {
        assertThat(ConfigFile.read(ROOT.resolve("models/fashion-mnist/training/config.yaml"), TrainingConfig.class))
                .isEqualTo(ConfigFile.read(ROOT.resolve("configs/fashion-mnist.yaml"), TrainingConfig.class));
    }

    /** The page about edits shows pictures and figures of models, and names each of them by its checksum. */
    @Test
    void thePageOfEditsNamesTheModelsThatShip() throws IOException {
        List<String> named = CHECKSUM.matcher(Files.readString(ROOT.resolve("docs/editing.md")))
                .results()
                .map(match -> match.group())
                .toList();
        List<String> shipped =
                models().stream().map(model -> new ModelFolder(model).sha256()).toList();
        assertThat(named).isNotEmpty().allSatisfy(sha256 -> assertThat(shipped).contains(sha256));
    }

    /** Its table is that of {@code editing.json}, of the walks that the model has. */
    @Test
    void thePageOfEditsHasTheFiguresOfTheModelsOwnWalks() throws IOException {
        ModelFolder folder = new ModelFolder(ROOT.resolve("models/fashion-mnist"));
        EditingReport report = ConfigFile.read(ROOT.resolve("models/fashion-mnist/editing.json"), EditingReport.class);
        String page = Files.readString(ROOT.resolve("docs/editing.md"));
        List<EditingReport.Repair> repairs = Stream.concat(report.inpainting().stream(), report.restoration().stream())
                .toList();
        Set<String> own = Stream.of(folder.walks().inpaint(), folder.walks().restore())
                .flatMap(walks -> walks.values().stream())
                .collect(Collectors.toSet());
        for (EditingReport.Repair repair : repairs) {
            boolean ours = repair.method().equals("bcm");
            assertThat(page)
                    .contains(String.format(
                            Locale.ROOT,
                            "| %s | %s | %d | %.4f | %.3f |",
                            repair.damage(),
                            ours ? "`" + repair.walk() + "`" : "multistep, as consistency models do",
                            repair.nfe(),
                            repair.meanSquaredError().mean(),
                            repair.distance().mean()));
            assertThat(!ours || own.contains(repair.walk())).as(repair.walk()).isTrue();
        }
    }

    /** The models of a reproduction do not ship, but each result says which they were. */
    @Test
    void everyResultOfTheReproductionNamesItsModels() throws IOException {
        try (Stream<Path> results = Files.list(ROOT.resolve("docs/reproduction/results"))) {
            assertThat(results.filter(file -> !file.endsWith("coverage.json")))
                    .isNotEmpty()
                    .allSatisfy(file -> {
                        String text = Files.readString(file);
                        int begin = text.indexOf("\"models\"");
                        assertThat(begin).isPositive();
                        Matcher checksum = CHECKSUM.matcher(text.substring(begin, text.indexOf('}', begin)));
                        assertThat(checksum.find()).as(file.toString()).isTrue();
                    });
        }
    }

    private static <R extends Record> Optional<R> read(Path file, Class<R> type) {
        return Optional.of(file).filter(Files::exists).map(there -> ConfigFile.read(there, type));
    }
}
