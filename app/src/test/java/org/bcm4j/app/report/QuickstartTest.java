package org.bcm4j.app.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.bcm4j.TensorModel;
import org.bcm4j.data.DataSource;
import org.bcm4j.data.ImageFolder;
import org.bcm4j.images.ImageFiles;
import org.bcm4j.metrics.noise.NoiseFigures;
import org.bcm4j.metrics.pixels.ReconstructionError;
import org.bcm4j.model.ModelFolder;
import org.bcm4j.model.ModelKind;
import org.bcm4j.model.RecommendedWalks;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bcm4j.walk.Walk;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;

class QuickstartTest {
    private static final int PER_CLASS = 2;
    private static final long SEED = 5;

    @TempDir
    static Path shared;

    private static Path model;
    private static Path out;
    private static List<String> summary = List.of();
    private static final List<String> STAGES = new ArrayList<>();

    @TempDir
    Path directory;

    @BeforeAll
    static void runOnce() {
        model = shared.resolve("a model");
        out = shared.resolve("out");
        SmallModel.treacherous().write(model);
        ExampleImages.firstOfEachClass(SmallModel.dataSet(12, SmallModel.TREACHEROUS), PER_CLASS)
                .write(model);
        summary = new Quickstart(model, out, SEED, Optional.empty()).run(STAGES::add);
    }

    @Test
    void everyPictureOfThePageIsAlsoAFileBesideIt() throws Exception {
        List<Element> pictures = Markup.elements(page(), "img");
        List<String> embedded = pictures.stream()
                .map(picture -> picture.getAttribute("src"))
                .map(source -> source.substring("data:image/png;base64,".length()))
                .toList();
        List<String> files;
        try (Stream<Path> content = Files.list(out)) {
            files = content.filter(file -> file.toString().endsWith(".png"))
                    .map(file -> Base64.getEncoder().encodeToString(bytes(file)))
                    .toList();
        }
        // 4 generations, the originals, drawn noise, 3 inversions of 2 pictures, 1 interpolation, midpoints, 3 classes
        assertThat(files).hasSize(17);
        assertThat(embedded).hasSameElementsAs(files);
        assertThat(pictures)
                .allSatisfy(picture -> assertThat(picture.getAttribute("alt")).isNotBlank());
    }

    @Test
    void thePageNeedsNothingFromElsewhere() throws Exception {
        assertThat(Markup.elements(page(), "*")).allSatisfy(element -> {
            assertThat(element.getTagName()).isNotIn("script", "link", "iframe", "object");
            assertThat(element.hasAttribute("href")).isFalse();
        });
        assertThat(Files.readString(out.resolve("index.html"))).doesNotContain("http", "url(", "@import");
    }

    @Test
    void everyPictureIsCaptionedWithItsWalk() throws Exception {
        List<String> captions = Markup.elements(page(), "figcaption").stream()
                .map(Element::getTextContent)
                .toList();
        assertThat(captions).hasSize(4 + 3 + 1 + 1 + 3).allMatch(caption -> caption.contains(" NFE"));
        assertThat(captions).contains("4 NFE 80 > 1.2 > 0 +0.1 > 0.3 > 0");
        assertThat(captions)
                .contains(SmallModel.TREACHEROUS.get(0) + ", 2 NFE", SmallModel.TREACHEROUS.get(1) + ", 2 NFE");
    }

    @Test
    void theFiguresAreThoseOfTheModel() throws Exception {
        List<List<String>> rows = Markup.elements(page(), "tr").stream()
                .map(row -> Stream.concat(Markup.elements(row, "th").stream(), Markup.elements(row, "td").stream())
                        .map(Element::getTextContent)
                        .toList())
                .toList();
        List<String> labelled = measured("0 +0.07 > 6 > 80", true);
        List<String> unlabelled = measured("0 +0.07 > 6 > 80", false);
        assertThat(rows).hasSize(1 + 3 * 2 + 1).contains(labelled, unlabelled);
        assertThat(labelled.subList(3, 6)).isNotEqualTo(unlabelled.subList(3, 6));
        assertThat(summary)
                .anyMatch(line ->
                        line.contains("MSE " + measured("0 +0.07 > 80", true).get(3)));
    }

    /** A row of the table, computed apart from the quickstart. */
    private static List<String> measured(String inversion, boolean labelled) {
        try (Scope scope = Scope.open();
                TensorModel bcm = TensorModel.open(model)) {
            ExampleImages examples = ExampleImages.read(model, bcm.model().config());
            Tensor images = bcm.model().device().move(examples.signals());
            Optional<Tensor> labels =
                    labelled ? Optional.of(bcm.model().device().move(examples.labels())) : Optional.empty();
            Tensor noises = bcm.invert(Walk.parse(inversion), images, SEED, labels);
            Tensor back = bcm.generate(Walk.parse("80 > 0"), noises, SEED, labels);
            ReconstructionError error = new ReconstructionError();
            error.add(images, back);
            NoiseFigures noise = NoiseFigures.of(noises, images);
            return List.of(
                    inversion,
                    Integer.toString(Walk.parse(inversion).nfe()),
                    labelled ? "given" : "none",
                    String.format(Locale.ROOT, "%.5f", error.meanSquared()),
                    String.format(Locale.ROOT, "%.2f", -10 * Math.log10(error.meanSquared())),
                    String.format(Locale.ROOT, "%.3f", noise.standardDeviation()),
                    String.format(Locale.ROOT, "%.3f", noises.mean().item_double()),
                    String.format(Locale.ROOT, "%.2f", noise.excessKurtosis()),
                    String.format(Locale.ROOT, "%.3f", noise.largestAutocorrelation()),
                    String.format(Locale.ROOT, "%.2f", noise.patchDetermination()));
        }
    }

    @Test
    void theRealImagesLieThereAsFiles() {
        try (Scope scope = Scope.open()) {
            byte[] pixels = HostTensors.bytes(ImageFiles.read(out.resolve("test-images/1-bags-co-s-2.png")));
            // Of the labels 2, 1, 0, 2, 1, ... the second 1 is that of image 4, whose level is 40.
            assertThat(pixels).hasSize(64).containsOnly(40);
        }
        assertThat(out.resolve("test-images").toFile().list()).hasSize(3 * PER_CLASS);
    }

    @Test
    void theCommandsQuoteWhatAShellWouldSplit() throws Exception {
        List<String> commands = Markup.elements(page(), "pre").stream()
                .map(Element::getTextContent)
                .toList();
        assertThat(commands.get(0)).isEqualTo("bcm quickstart --model '" + model + "' --out " + out + " --seed 5");
        assertThat(commands.get(1)).startsWith("bcm sample '" + model + "' --walk \"80 > 0\" -n 30 --seed 5 --out ");
    }

    @Test
    void eachStageIsTold() {
        assertThat(STAGES).hasSize(1 + 4 + 3 + 1 + 1 + 1);
        assertThat(summary).last().asString().endsWith(out.resolve("index.html").toString());
    }

    @Test
    void oneSeedGivesTheSameBytesAndAnotherDoesNot() throws IOException {
        Map<String, String> before = content(out);
        new Quickstart(model, out, SEED, Optional.empty()).run(stage -> {});
        assertThat(content(out)).isEqualTo(before);
        new Quickstart(model, directory.resolve("other"), SEED + 1, Optional.empty()).run(stage -> {});
        assertThat(content(directory.resolve("other")).get("generated-1-nfe.png"))
                .isNotEqualTo(before.get("generated-1-nfe.png"));
    }

    @Test
    void theFiguresBesideTheModelAreShown() throws Exception {
        Path copy = directory.resolve("model");
        SmallModel.treacherous().write(copy);
        ExampleImages.firstOfEachClass(SmallModel.dataSet(3, SmallModel.TREACHEROUS), 1)
                .write(copy);
        String figures = """
            {"protocol": {"model_sha256": "SHA", "features_sha256": "b", "data": "garments <test>", "images": 500,
              "samples": 10000, "seed": 3, "device": "cpu", "precision": "fp32", "notes": []},
             "real": {"accuracy": 0.92, "blurred_distance": 10.0},
             "generation": [{"walk": "80 > 0", "nfe": 1, "frechet_distance": 8.0, "relative_to_blurred": 0.8125,
              "accuracy": 0.8, "agreement": 0.875}],
             "inversion": [{"walk": "0 +0.07 > 80", "nfe": 1, "labels": "null", "regeneration": "80 > 0",
              "mean_squared_error": 0.01234, "noise_mean": 0.0, "noise_standard_deviation": 0.98}]}
            """;
        Files.writeString(copy.resolve("metrics.json"), figures.replace("SHA", new ModelFolder(copy).sha256()));
        assertThat(pageOf(copy))
                .contains("garments <test>", "10,000 samples", "80 > 010.8130.875", "0 +0.07 > 801none0.01234–0.980")
                .as("eval would take another data set by itself")
                .contains(" --data CONFIG.yaml --samples 10000 --images 500 --seed 3");

        Files.writeString(copy.resolve("metrics.json"), figures);
        assertThat(pageOf(copy)).as("figures of other weights").doesNotContain("10,000 samples");
    }

    private String pageOf(Path folder) throws Exception {
        new Quickstart(folder, directory.resolve("page"), 0, Optional.empty()).run(stage -> {});
        return Markup.parse(Files.readString(directory.resolve("page/index.html")))
                .getTextContent();
    }

    @Test
    void aModelWithoutClassesIsShownWithoutThem() throws Exception {
        Path nameless = directory.resolve("model");
        new SmallModel(List.of(), false, RecommendedWalks.UNTUNED).write(nameless);
        ExampleImages.firstOfEachClass(SmallModel.dataSet(4, List.of("a", "b")), 1)
                .write(nameless);
        new Quickstart(nameless, directory.resolve("page"), 0, Optional.empty()).run(stage -> {});
        Element page = Markup.parse(Files.readString(directory.resolve("page/index.html")));
        assertThat(Markup.elements(page, "h2").stream().map(Element::getTextContent))
                .containsExactly("Generation", "Inversion", "Interpolation");
        assertThat(Markup.elements(page, "tr")).hasSize(1 + 3 + 1);
        // One image of a class makes no pair.
        assertThat(directory.resolve("page/midpoints.png")).doesNotExist();
    }

    @Test
    void aFolderOfOtherThingsIsLeftAlone() throws IOException {
        Files.writeString(directory.resolve("thesis.txt"), "years of work");
        assertMistake(model, "--out " + directory + ": the folder holds other files, which the page would replace");
        assertThat(directory.resolve("thesis.txt")).hasContent("years of work");
    }

    /** Only what a page consists of is replaced with it. */
    @Test
    void whatWasPutBesideAPageIsLeftAlone() throws IOException {
        String refusal =
                "--out " + directory + ": the folder holds other files, which the page would replace, such as ";
        Path page = Files.copy(out.resolve("index.html"), directory.resolve("index.html"));
        for (String name : List.of("notes.md", "photo.png", "test-images/photo.png", ".git/config")) {
            Path file = directory.resolve(name);
            Files.createDirectories(file.getParent());
            Files.writeString(file, "years of work");
            assertMistake(model, refusal + (name.startsWith(".git") ? ".git" : name));
            assertThat(file).hasContent("years of work");
            Files.delete(file);
        }
        Files.delete(directory.resolve(".git"));

        Files.write(page, new byte[] {(byte) 0xff, (byte) 0xfe}); // somebody's page in UTF-16
        assertMistake(model, refusal);
        assertThat(page).hasBinaryContent(new byte[] {(byte) 0xff, (byte) 0xfe});
    }

    @Test
    void aMissingModelIsTold() {
        Path nowhere = directory.resolve("nowhere");
        assertMistake(nowhere, nowhere + ": is not a model folder");
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void aModelThatWantsLabelsIsToldThem() throws Exception {
        Element page = pageOf(new SmallModel(List.of("a", "b"), false, RecommendedWalks.UNTUNED));
        assertThat(headings(page)).containsExactly("Generation", "Inversion", "Interpolation", "Classes");
        assertThat(Markup.elements(page, "tr")).as("labelled only").hasSize(1 + 3 + 1);
        assertThat(page.getTextContent())
                .contains("--frames 8 --class 0,1 --inversion")
                .doesNotContain("figures without labels");
    }

    /** It leads from noise to images only. */
    @Test
    void aPlainConsistencyModelGenerates() throws Exception {
        Element page = pageOf(new SmallModel(
                List.of("a", "b"), true, RecommendedWalks.untuned(ModelKind.CONSISTENCY), ModelKind.CONSISTENCY));
        assertThat(headings(page)).containsExactly("Generation", "Classes");
        assertThat(page.getTextContent()).contains("80 > 0 +0.821 > 0").doesNotContain("invert", "Reconstruction");
        assertThat(directory.resolve("page/originals.png")).doesNotExist();
    }

    @Test
    void aDenoiserSolvesItsOde() throws Exception {
        Element page = pageOf(new SmallModel(List.of("a", "b"), true, RecommendedWalks.UNTUNED, ModelKind.DENOISER));
        assertThat(headings(page)).containsExactly("Generation", "Inversion", "Classes");
        assertThat(page.getTextContent())
                .contains("80 > 0, heun, 18 steps", "--sampler heun --steps 18")
                .doesNotContain("--walk");
    }

    private Element pageOf(SmallModel kind) throws Exception {
        Path folder = directory.resolve("model");
        kind.write(folder);
        ExampleImages.firstOfEachClass(SmallModel.dataSet(4, List.of("a", "b")), 2)
                .write(folder);
        new Quickstart(folder, directory.resolve("page"), 0, Optional.empty()).run(stage -> {});
        return Markup.parse(Files.readString(directory.resolve("page/index.html")));
    }

    private static List<String> headings(Element page) {
        return Markup.elements(page, "h2").stream().map(Element::getTextContent).toList();
    }

    /** A run's model needs no file of images: its data are those of the run, or those that are named. */
    @Test
    void theDataOfTheRunAreShownOrThoseThatAreNamed() throws Exception {
        Path run = directory.resolve("run");
        new SmallModel(List.of("cat", "dog"), true, RecommendedWalks.UNTUNED).write(run.resolve("model"));
        for (int i = 0; i < 6; i++) {
            Path picture = directory.resolve("pictures/" + (i % 2 == 0 ? "cat" : "dog") + "/" + i + ".png");
            Files.createDirectories(picture.getParent());
            try (Scope scope = Scope.open()) {
                ImageFiles.writePng(picture, HostTensors.ofBytes(new byte[64], 1, 8, 8));
            }
        }
        DataSource named = new ImageFolder(
                directory.resolve("pictures"),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                OptionalInt.empty(),
                0,
                ImageFolder.HeldOut.FINGERPRINT);
        new Quickstart(run.resolve("model"), directory.resolve("named"), 0, Optional.of(named)).run(stage -> {});
        assertThat(directory.resolve("named/test-images")).isDirectoryContaining("glob:**0-cat-1.png");

        Files.writeString(
                run.resolve("config.yaml"),
                "data: {kind: image-folder, directory: " + directory.resolve("pictures") + "}\nsteps: 3\n");
        new Quickstart(run.resolve("model"), directory.resolve("found"), 0, Optional.empty()).run(stage -> {});
        assertThat(content(directory.resolve("found/test-images")))
                .hasSize(6)
                .isEqualTo(content(directory.resolve("named/test-images")));
    }

    @Test
    void aWalkThatLeadsElsewhereIsTold() {
        Path lost = shared.resolve("lost");
        RecommendedWalks walks = new RecommendedWalks(
                Map.of("1", "80 > 1.2"), Map.of("1", "0 +0.07 > 80"), Map.of(), Map.of(), Map.of(), Map.of());
        new SmallModel(List.of("a"), true, walks).write(lost);
        assertMistake(lost, "the model's walks.json, generate 1: walk \"80 > 1.2\" does not lead from noise to 0");
    }

    @Test
    void noWalksAtAllIsTold() {
        Path still = shared.resolve("still");
        new SmallModel(
                        List.of("a"),
                        true,
                        new RecommendedWalks(Map.of("1", "80 > 0"), Map.of(), Map.of(), Map.of(), Map.of(), Map.of()))
                .write(still);
        assertMistake(still, "the model has no walks to invert; add some to its walks.json");
    }

    private void assertMistake(Path folder, String message) {
        assertThatExceptionOfType(UserException.class)
                .isThrownBy(() -> new Quickstart(folder, directory, 0, Optional.empty()).run(stage -> {}))
                .withMessageStartingWith(message);
    }

    private static Element page() throws Exception {
        return Markup.parse(Files.readString(out.resolve("index.html")));
    }

    private static Map<String, String> content(Path folder) throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> tree = Files.walk(folder)) {
            tree.filter(Files::isRegularFile)
                    .forEach(file -> files.put(
                            folder.relativize(file).toString(), HexFormat.of().formatHex(bytes(file))));
        }
        return files;
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
