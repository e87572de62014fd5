package org.bcm4j.app.commands.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.bcm4j.app.CommandProcess;
import org.bcm4j.app.CommandProcess.Outcome;
import org.bcm4j.app.Pictures;
import org.bcm4j.app.TinyExperiment;
import org.bcm4j.storage.Checksum;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Data sets from the command line: described, packed, trained on; and packed by processes that are killed. */
class DataCommandsTest {
    private static final int KILLED = 128 + 9;

    @TempDir
    Path directory;

    private Outcome run(String... arguments) throws IOException, InterruptedException {
        return CommandProcess.in(directory).run(arguments);
    }

    private void pictures(int count) throws IOException {
        Pictures.random(directory.resolve("set/cat"), count, 16, BufferedImage.TYPE_BYTE_GRAY);
        Pictures.random(directory.resolve("set/dog"), count, 16, BufferedImage.TYPE_BYTE_GRAY);
    }

    private Map<String, String> files(String out) throws IOException {
        Map<String, String> sums = new TreeMap<>();
        try (Stream<Path> files = Files.walk(directory.resolve(out))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                sums.put(directory.resolve(out).relativize(file).toString(), Checksum.sha256(file));
            }
        }
        return sums;
    }

    @Test
    void aPackedSetIsTrainedOn() throws Exception {
        pictures(8);
        Outcome packed = run("data", "pack", "set", "--size", "8", "--held-out", "4", "--out", "packed");
        assertThat(packed.err()).isEmpty();
        assertThat(packed.out())
                .isEqualTo("wrote packed: 12 training images and 4 test images, 8 x 8 pixels, grey, 2 classes\n");
        Files.writeString(
                directory.resolve("tiny.yaml"),
                TinyExperiment.yaml(directory)
                        .replaceFirst("data: .*", "data: {kind: packed-images, directory: packed}"));
        Outcome trained = run("train", "tiny.yaml", "--set", "stages.0.steps=1");
        assertThat(trained.err()).isEmpty();
        assertThat(trained.exitCode()).isZero();
    }

    @Test
    void aSetIsDescribedAndDrawn() throws Exception {
        pictures(3);
        Files.writeString(directory.resolve("set/dog/1.png"), "no picture");
        Outcome outcome = run("data", "inspect", "set", "--sheet", "sheet.png");
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out()).isEqualTo("""
                set: folder of pictures

                6 pictures
                size      all 16 x 16
                colours   all grey
                classes   2, of 3 to 3 pictures
                          cat          3
                          dog          3
                problems  1 cannot be used:
                          set/dog/1.png is not a picture in a known format; export it as PNG
                wrote sheet.png
                """);
        BufferedImage sheet = Pictures.read(directory.resolve("sheet.png"));
        assertThat(sheet.getHeight()).isEqualTo(2 * 84 + 4);
    }

    /** Their libraries are silent. */
    @Test
    void tablesAndDatabasesAreDescribedAndPacked() throws Exception {
        Path recorded = Path.of("../experiments/src/test/resources/org/bcm4j/data/sources");
        for (String name : List.of("duckdb/train-00000-of-00002.parquet", "duckdb/test-00000-of-00001.parquet")) {
            Files.createDirectories(directory.resolve("duckdb"));
            Files.copy(recorded.resolve(name), directory.resolve(name));
        }
        Outcome described = run("data", "inspect", "duckdb");
        assertThat(described.err()).isEmpty();
        assertThat(described.out()).isEqualTo("""
                duckdb: Parquet, pictures in image, classes in label, divided into train and test

                6 training pictures
                size      all 4 x 4
                colours   all grey
                classes   3, of 2 to 2 pictures
                          ant          2
                          bee          2
                          cow          2
                problems  none

                4 test pictures
                size      all 4 x 4
                colours   all grey
                classes   3, of 1 to 2 pictures
                          ant          1
                          bee          1
                          cow          2
                problems  none
                """);
        for (String name : List.of("tower_train_lmdb", "tower_val_lmdb")) {
            Files.createDirectory(directory.resolve(name));
            Files.copy(recorded.resolve(name + "/data.mdb"), directory.resolve(name + "/data.mdb"));
        }
        Outcome packed = run("data", "pack", "tower_train_lmdb", "tower_val_lmdb", "--size", "4", "--out", "packed");
        assertThat(packed.err()).isEmpty();
        assertThat(packed.out())
                .isEqualTo("wrote packed: 3 training images and 1 test images, 4 x 4 pixels, grey, no classes\n");
    }

    @Test
    void whatIsLeftOutOfAnArchiveAndWhatMayNotBeMeantIsTold() throws Exception {
        pictures(1);
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(directory.resolve("set.zip")))) {
            for (Map.Entry<String, String> entry : Map.of("train/1.png", "set/cat/0.png", "val/2.png", "set/dog/0.png")
                    .entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(Files.readAllBytes(directory.resolve(entry.getValue())));
            }
            zip.putNextEntry(new ZipEntry("notes.txt"));
        }
        assertThat(run("data", "inspect", "set.zip").err()).isEqualTo("""
                        bcm: warning: set.zip: read 2 pictures, left out 1 other (notes.txt)
                        bcm: warning: set.zip: the folders train, val in it are taken as classes, not as pictures for \
                        training and for tests
                        """);
    }

    @Test
    void whatCannotBeUsedIsOneLine() throws Exception {
        pictures(2);
        Files.writeString(directory.resolve("set/dog/1.png"), "no picture");
        Outcome stopped = run("data", "pack", "set", "--size", "8", "--out", "packed");
        assertThat(stopped.exitCode()).isEqualTo(2);
        assertThat(stopped.err())
                .isEqualTo("bcm: set/dog/1.png is not a picture in a known format; export it as PNG, or leave it out"
                        + " with --skip-bad\n");
        Outcome skipped = run("data", "pack", "set", "--size", "8", "--skip-bad", "--out", "packed");
        assertThat(skipped.exitCode()).isZero();
        assertThat(skipped.err())
                .isEqualTo("bcm: left out 1 picture: set/dog/1.png is not a picture in a known format; export it as"
                        + " PNG\n");
        Outcome again = run("data", "pack", "set", "--size", "9", "--out", "packed");
        assertThat(again.exitCode()).isEqualTo(2);
        assertThat(again.err())
                .startsWith("bcm: --out packed: holds another set")
                .hasLineCount(1);
    }

    @Test
    void ranksPackTheFilesOfOneProcess() throws Exception {
        pictures(30);
        Pictures.random(directory.resolve("set/dog/colours"), 3, 16, BufferedImage.TYPE_3BYTE_BGR);
        String[] command = {"data", "pack", "set", "--size", "8", "--shard", "10", "--held-out", "7", "--out", "alone"};
        assertThat(run(command).exitCode()).isZero();
        command[command.length - 1] = "together";
        Outcome together = run(inRanks(command));
        assertThat(together.exitCode()).as(together.err()).isZero();
        assertThat(together.out())
                .endsWith("wrote together: 56 training images and 7 test images, 8 x 8 pixels, in colour, 2 classes\n");
        assertThat(files("together")).isEqualTo(files("alone")).hasSize(6 + 1 + 4);
    }

    /** The file that holds it is that of rank 1, which no longer need be alive when rank 0 tells. */
    @Test
    void aMistakeThatOneRankFindsEndsAllAndIsToldOnce() throws Exception {
        pictures(10);
        Files.writeString(directory.resolve("set/dog/1.png"), "no picture");
        Outcome stopped = run(inRanks("data", "pack", "set", "--size", "8", "--shard", "10", "--out", "packed"));
        assertThat(stopped.exitCode()).isEqualTo(2);
        assertThat(stopped.err())
                .isEqualTo(
                        "bcm: rank 1: set/dog/1.png is not a picture in a known format; export it as PNG, or leave it"
                                + " out with --skip-bad\n");
    }

    private static String[] inRanks(String... command) {
        return Stream.concat(Stream.of(command), Stream.of("--ranks", "2")).toArray(String[]::new);
    }

    /** Killed at other moments each time: as soon as a further file is finished, and a little later. */
    @Test
    void killedProcessesLeaveWhatTheNextOneGoesOnWith() throws Exception {
        pictures(300);
        String[] undisturbed = {"data", "pack", "set", "--size", "64", "--shard", "50", "--out", "whole"};
        assertThat(run(undisturbed).exitCode()).isZero();

        String[] command = undisturbed.clone();
        command[command.length - 1] = "packed";
        Path out = directory.resolve("out.txt");
        Path err = directory.resolve("err.txt");
        int kills = 0;
        for (int attempt = 0; attempt < 4; attempt++) {
            Process process = CommandProcess.in(directory).start(out, err, command);
            long finished = finished();
            while (process.isAlive() && finished() == finished) {
                Thread.sleep(1);
            }
            Thread.sleep(7L * attempt);
            process.destroyForcibly();
            kills += CommandProcess.outcome(process, out, err).exitCode() == KILLED ? 1 : 0;
        }
        assertThat(kills).isPositive();
        Outcome last = run(command);
        assertThat(last.err()).isEmpty();
        assertThat(last.exitCode()).isZero();
        assertThat(files("packed")).isEqualTo(files("whole")).hasSize(12 + 3);
    }

    private long finished() throws IOException {
        Path train = directory.resolve("packed/train");
        if (!Files.isDirectory(train)) {
            return 0;
        }
        try (Stream<Path> files = Files.list(train)) {
            return files.filter(file -> file.getFileName().toString().endsWith(".npy"))
                    .count();
        }
    }
}
