package org.bcm4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.data.PackedImages;
import org.bcm4j.data.packing.Packing;
import org.bcm4j.data.packing.PackingSettings;
import org.bcm4j.data.sources.PictureSet;
import org.bcm4j.data.sources.PictureSources;
import org.bcm4j.journal.JsonLines;
import org.bcm4j.model.ModelConfig;
import org.bcm4j.model.ModelFolder;
import org.bcm4j.model.RecommendedWalks;
import org.bcm4j.storage.DirectoryLock;
import org.bcm4j.storage.UserException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainerTest {
    @TempDir
    Path directory;

    /**
     * Plain; side by side; with blocks computed again; with another term beside the paper's; with one whose teacher is a part of the state; and with one that trains weights of its own. Each is interrupted in the
     * middle of its second stage, one also between its two, and one among steps that use
     * the same trajectories.
     */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    seed=7  | 30
                    lanes=2 | 30
                    activation_checkpointing=true | 30
                    stages.1.terms=[{kind: bidirectional-consistency}, {kind: inversion-consistency, share: 0.5}] | 30
                    stages.1.terms=[{kind: trajectory-matching, share: 0.5, points: 4, pairs: 2}] | 30
                    stages.1.terms=[{kind: trajectory-matching, share: 0.5, points: 4, pairs: 2}] | 10
                    stages.1.terms=[{kind: trajectory-matching, share: 0.5, reuse: 4, points: 4}] | 30
                    stages.1.terms=[{kind: bidirectional-consistency}, {kind: adversarial, width: 8}] | 30
                    lanes=2;stages.1.terms=[{kind: bidirectional-consistency}, {kind: adversarial, width: 8}] | 30
                    """)
    void aResumedRunEqualsAnUninterruptedOneInEveryByte(String setting, long interruption) {
        TrainingConfig config = TinyRun.config(directory.resolve("data"), setting.split(";"));
        Path straight = directory.resolve("straight");
        try (Trainer trainer = Trainer.start(config, straight)) {
            assertThat(trainer.run(EachStep.silent())).isTrue();
        }
        Path resumed = directory.resolve("resumed");
        assertThat(trainUntil(Trainer.start(config, resumed), interruption)).isFalse();
        try (Trainer trainer = Trainer.resume(resumed, List.of())) {
            assertThat(trainer.stepsDone()).isEqualTo(interruption);
            assertThat(trainer.run(EachStep.silent())).isTrue();
            assertThat(trainer.stepsDone()).isEqualTo(60);
        }

        assertThat(TinyRun.checkpoint(resumed, 60)).hasSameBinaryContentAs(TinyRun.checkpoint(straight, 60));
        assertThat(TinyRun.checkpoint(resumed, 40)).hasSameBinaryContentAs(TinyRun.checkpoint(straight, 40));
        assertThat(resumed.resolve("model/model.safetensors"))
                .hasSameBinaryContentAs(straight.resolve("model/model.safetensors"));
        assertThat(measured(resumed)).isEqualTo(measured(straight)).containsOnlyKeys(10L, 20L, 30L, 40L, 50L, 60L);
        assertThat(measured(straight).values().stream()
                        .map(line -> line.get("points"))
                        .distinct())
                .as("the grid changed on either side of the interruption")
                .containsExactly(3.0, 5.0, 9.0);
    }

    /** Until the learning rate falls: so the length of a stage can be chosen while it runs, and one command makes the same. */
    @Test
    void aStageThatIsShortenedInTimeIsTheShortOne() {
        String adversarial = "{kind: adversarial, width: 8, optimizer: {learning_rate: 0.001, decay_from: 0.7}}";
        String terms = "stages.1.terms=[{kind: bidirectional-consistency}, {kind: inversion-consistency},"
                + " {kind: trajectory-matching, reuse: 2, points: 3}, " + adversarial + "]";
        List<String> shorter = lasting(50);
        Path data = directory.resolve("data");
        Path straight = directory.resolve("straight");
        Path shortened = directory.resolve("shortened");
        try (Trainer trainer = Trainer.start(TinyRun.config(data, settings(terms, shorter)), straight)) {
            assertThat(trainer.run(EachStep.silent())).isTrue();
        }
        assertThat(trainUntil(Trainer.start(TinyRun.config(data, settings(terms, lasting(90))), shortened), 40))
                .isFalse();
        try (Trainer trainer = Trainer.resume(shortened, shorter)) {
            assertThat(trainer.run(EachStep.silent())).isTrue();
        }
        assertThat(TinyRun.checkpoint(shortened, 60)).hasSameBinaryContentAs(TinyRun.checkpoint(straight, 60));
    }

    private static List<String> lasting(int steps) {
        return List.of(
                "stages.1.steps=" + steps,
                "stages.1.curriculum={kind: staged, stages: [{intervals: 4, steps: " + steps + "}]}");
    }

    private static String[] settings(String terms, List<String> others) {
        return Stream.concat(Stream.of(terms, "stages.1.shifted_grid=true"), others.stream())
                .toArray(String[]::new);
    }

    /** The checkpoint holds all. */
    @Test
    void aRunGoesOnWithoutTheModelThatItStartedFrom() throws IOException {
        Path data = directory.resolve("data");
        Path first = directory.resolve("first");
        assertThat(trainUntil(Trainer.start(TinyRun.config(data), first), 20)).isFalse();
        Path model = Files.move(first.resolve("model"), directory.resolve("model"));
        TrainingConfig config = TinyRun.config(data, "init={from: " + model + "}");
        Path run = directory.resolve("run");
        assertThat(trainUntil(Trainer.start(config, run), 20)).isFalse();
        Files.move(model, directory.resolve("elsewhere"));
        try (Trainer trainer = Trainer.resume(run, List.of())) {
            assertThat(trainer.stepsDone()).isEqualTo(20);
        }
        assertThatThrownBy(() -> Trainer.start(config, directory.resolve("again")))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("model");
        assertThat(directory.resolve("again")).doesNotExist();
    }

    @Test
    void packedImagesTrainTheWeightsOfTheOriginalOnes() throws IOException {
        Path data = directory.resolve("data");
        TrainingConfig config = TinyRun.config(data);
        for (String part : List.of("images-idx3-ubyte", "labels-idx1-ubyte")) {
            Files.copy(data.resolve("train-" + part), data.resolve("t10k-" + part)); // packing takes both
        }
        Path packed = directory.resolve("packed");
        PackingSettings filesOfTen = new PackingSettings(8, 10, false);
        try (PictureSet set = PictureSources.open(List.of(data), Optional.empty());
                Packing packing = Packing.open(set, filesOfTen, "data", packed)) {
            packing.run(1, done -> {});
        }
        TrainingConfig ofPacked = TinyRun.config(data, "data={kind: packed-images, directory: " + packed + "}");
        assertThat(ofPacked.data()).isEqualTo(new PackedImages(packed));

        Path original = directory.resolve("original");
        Path fromPacked = directory.resolve("from-packed");
        try (Trainer first = Trainer.start(config, original);
                Trainer second = Trainer.start(ofPacked, fromPacked)) {
            assertThat(first.run(EachStep.silent())).isTrue();
            assertThat(second.run(EachStep.silent())).isTrue();
        }
        assertThat(TinyRun.checkpoint(fromPacked, 60)).hasSameBinaryContentAs(TinyRun.checkpoint(original, 60));
    }

    /** What the end of the process asks for by a signal. */
    @Test
    void aRequestedStopSavesTheStepThatWasMade() {
        TrainingConfig config = TinyRun.config(directory.resolve("data"), "output.log_every=1");
        Path run = directory.resolve("run");
        assertThat(trainUntil(Trainer.start(config, run), 7)).isFalse();

        assertThat(TinyRun.checkpointFiles(run)).containsExactly("step-00000007.json", "step-00000007.safetensors");
        assertThat(new ModelFolder(run.resolve("model")).config().network()).isEqualTo(config.network());
        try (Trainer trainer = Trainer.resume(run, List.of())) {
            assertThat(trainer.stepsDone()).isEqualTo(7);
        }
    }

    /** So that a later stage can be tried again with other settings. */
    @Test
    void theEndOfAStageIsKeptAndARunContinuesFromIt() throws IOException {
        Path run = directory.resolve("run");
        TrainingConfig config = TinyRun.config(
                directory.resolve("data"),
                "stages.1.steps=5",
                "output.checkpoint_every=20",
                "output.keep_checkpoints=1");
        try (Trainer trainer = Trainer.start(config, run)) {
            assertThat(trainer.run(EachStep.silent())).isTrue();
        }
        assertThat(TinyRun.checkpointFiles(run))
                .containsExactly(
                        "step-00000010.json",
                        "step-00000010.safetensors",
                        "step-00000015.json",
                        "step-00000015.safetensors");
        Path end = TinyRun.checkpoint(run, 15);
        byte[] before = Files.readAllBytes(end);
        Files.delete(end);
        Files.delete(end.resolveSibling("step-00000015.json"));
        try (Trainer trainer = Trainer.resume(run, List.of())) {
            assertThat(trainer.stepsDone()).isEqualTo(10);
            assertThat(trainer.run(EachStep.silent())).isTrue();
        }
        assertThat(end).hasBinaryContent(before);
    }

    @Test
    void changesOfTheConfigurationAreKept() {
        Path run = directory.resolve("run");
        Trainer.start(TinyRun.config(directory.resolve("data")), run).close();
        Trainer.resume(run, List.of("stages.1.optimizer.learning_rate=0.5")).close();
        try (Trainer trainer = Trainer.resume(run, List.of())) {
            assertThat(trainer.config().stages().get(1).optimizer().learningRate())
                    .isEqualTo(0.5);
        }
    }

    @Test
    void aRunWhoseImagesHaveChangedInNumberIsNotContinued() {
        Path data = directory.resolve("data");
        Path run = directory.resolve("run");
        trainUntil(Trainer.start(TinyRun.config(data, TinyRun.oneStage(7)), run), 7);
        TinyRun.keepImages(data, TinyRun.IMAGES - 2);
        assertThatThrownBy(() -> Trainer.resume(run, List.of()))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("the run had 24 training images, and there are 22 now; restore the data");
    }

    @Test
    void aRunThatIsPastItsEndIsNotContinued() {
        Path run = directory.resolve("run");
        trainUntil(Trainer.start(TinyRun.config(directory.resolve("data"), TinyRun.oneStage(7)), run), 7);
        assertThatThrownBy(() -> Trainer.resume(run, List.of("stages.0.steps=6")))
                .isInstanceOf(UserException.class)
                .hasMessage(run + ": has already made 7 steps, but its stages have 6; increase their steps");
        Trainer.resume(run, List.of("stages.0.steps=7")).close();
    }

    /** The sheet has eight columns. */
    @Test
    void fewerImagesThanASheetShowsAreEnough() {
        Path data = directory.resolve("data");
        TrainingConfig config = TinyRun.config(data, TinyRun.oneStage(1), "output.samples_every=1");
        TinyRun.keepImages(data, 3);
        Path run = directory.resolve("run");
        assertThat(trainUntil(Trainer.start(config, run), 1)).isTrue();
        assertThat(run.resolve("samples/step-00000001.png")).exists();
    }

    @Test
    void walksThatWereTunedStayWithTheModel() {
        Path run = directory.resolve("run");
        trainUntil(Trainer.start(TinyRun.config(directory.resolve("data")), run), 10);
        ModelFolder model = new ModelFolder(run.resolve("model"));
        RecommendedWalks tuned = model.walks().with(RecommendedWalks.Purpose.SAMPLE, 2, "80 > 3 > 0");
        model.store(tuned);

        trainUntil(Trainer.resume(run, List.of()), 20);
        assertThat(model.walks()).isEqualTo(tuned).isNotEqualTo(RecommendedWalks.UNTUNED);
    }

    @Test
    void walksThatAreTunedWhileItTrainsStayToo() {
        Path run = directory.resolve("run");
        Path folder = run.resolve("model");
        List<RecommendedWalks> tuned = new ArrayList<>();
        try (Trainer trainer = Trainer.start(TinyRun.config(directory.resolve("data")), run)) {
            trainer.run(new EachStep(record -> {
                if (Files.exists(folder) && tuned.isEmpty()) {
                    ModelFolder model = new ModelFolder(folder);
                    tuned.add(model.walks().with(RecommendedWalks.Purpose.SAMPLE, 2, "80 > 3 > 0"));
                    model.store(tuned.get(0));
                }
            }));
        }
        assertThat(new ModelFolder(folder).walks()).isEqualTo(tuned.get(0)).isNotEqualTo(RecommendedWalks.UNTUNED);
    }

    /** A kill between the two renames of a model folder leaves it under another name. */
    @Test
    void aModelThatWasLeftAsideKeepsItsWalks() throws IOException {
        Path run = directory.resolve("run");
        trainUntil(Trainer.start(TinyRun.config(directory.resolve("data")), run), 10);
        ModelFolder model = new ModelFolder(run.resolve("model"));
        RecommendedWalks tuned = model.walks().with(RecommendedWalks.Purpose.SAMPLE, 2, "80 > 3 > 0");
        model.store(tuned);
        Files.move(run.resolve("model"), run.resolve(".model.old"));

        trainUntil(Trainer.resume(run, List.of()), 20);
        assertThat(model.walks()).isEqualTo(tuned);
    }

    @Test
    void settingsOfARunThatAnotherProcessTrainsStay() throws IOException {
        Path run = directory.resolve("run");
        trainUntil(Trainer.start(TinyRun.config(directory.resolve("data")), run), 10);
        String before = Files.readString(run.resolve("config.yaml"));
        try (DirectoryLock lock = DirectoryLock.of(run)) {
            assertThatThrownBy(() -> Trainer.resume(run, List.of("output.log_every=7")))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("another process is writing there");
        }
        assertThat(Files.readString(run.resolve("config.yaml"))).isEqualTo(before);
    }

    /** Its newer checkpoints would be taken for damaged ones, and deleted. */
    @Test
    void aRunThatAnotherProcessHasTrainedOnSinceIsNotContinued() throws IOException {
        Path run = directory.resolve("run");
        trainUntil(Trainer.start(TinyRun.config(directory.resolve("data")), run), 10);
        try (Trainer early = Trainer.resume(run, List.of())) {
            trainUntil(Trainer.resume(run, List.of()), 20);
            assertThatThrownBy(() -> early.run(new EachStep(record -> {})))
                    .isInstanceOf(UserException.class)
                    .hasMessage(run.resolve("checkpoints") + ": another process has trained to step 20 since this one"
                            + " began at step 10; resume again");
        }
        assertThat(TinyRun.checkpointFiles(run)).contains("step-00000020.safetensors");
    }

    /** Labels are numbers: with the classes in another order each would mean another class. */
    @Test
    void aRunWhoseClassesHaveChangedIsNotContinued() {
        Path run = directory.resolve("run");
        trainUntil(Trainer.start(TinyRun.config(directory.resolve("data")), run), 10);
        ModelFolder folder = new ModelFolder(run.resolve("model"));
        ModelConfig model = folder.config();
        List<String> others = new ArrayList<>(model.classNames());
        Collections.swap(others, 0, 1);
        ConfigFile.write(
                run.resolve("model/config.json"),
                new ModelConfig(model.format(), model.kind(), model.network(), model.data(), others));
        assertThatThrownBy(() -> Trainer.resume(run, List.of()))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("the classes of fashion-mnist were " + String.join(", ", others)
                        + " when the run began, and are " + String.join(", ", model.classNames()) + " now");
    }

    @Test
    void aRunIsNeitherOverwrittenNorMadeUp() {
        TrainingConfig config = TinyRun.config(directory.resolve("data"));
        Path run = directory.resolve("run");
        Trainer.start(config, run).close();
        assertThatThrownBy(() -> Trainer.start(config, run))
                .isInstanceOf(UserException.class)
                .hasMessageContaining(run + ": holds a run already");
        assertThatThrownBy(() -> Trainer.resume(directory.resolve("none"), List.of()))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("holds no run");
    }

    @Test
    void checkpointsOfAnotherNetworkAreRefused() {
        Path run = directory.resolve("run");
        trainUntil(Trainer.start(TinyRun.config(directory.resolve("data")), run), 10);
        assertThatThrownBy(() -> Trainer.resume(run, List.of("network.width=16")))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("was written for another network");
    }

    @Test
    void imagesThatDoNotFitTheNetworkAreRefused() {
        TrainingConfig config = TinyRun.config(directory.resolve("data"), "network.image_size=16");
        assertThatThrownBy(() -> Trainer.start(config, directory.resolve("run")))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("8x8");
        assertThat(directory.resolve("run")).doesNotExist();
    }

    /** Runs until a logged step, and closes. */
    private static boolean trainUntil(Trainer started, long step) {
        try (Trainer trainer = started) {
            return trainer.run(new EachStep(record -> {
                if (record.step() == step) {
                    trainer.requestStop();
                }
            }));
        }
    }

    /** All that a run's log says, by step, but for what the clock says. */
    private static Map<Long, Map<String, Double>> measured(Path run) {
        Map<Long, Map<String, Double>> lines = new LinkedHashMap<>();
        JsonLines.read(run.resolve("log.jsonl")).forEach(record -> {
            Map<String, Double> values = new LinkedHashMap<>(record.values());
            values.keySet().removeAll(Set.of("images_per_second"));
            lines.put(record.step(), values);
        });
        return lines;
    }
}
