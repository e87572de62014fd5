package org.bcm4j.studio;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import javax.imageio.ImageIO;
import org.bcm4j.BcmModel;
import org.bcm4j.RandomModels;
import org.bcm4j.model.ModelKind;
import org.bcm4j.studio.api.Api;
import org.bcm4j.studio.api.ShelvedModel;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** The page in a real browser, over the shipped model, one in colour, and two runs. */
abstract class ServedPage {
    static final Path PICTURES = Path.of(System.getProperty("bcm4j.pictures", "target/page"));

    private static final Path TRAINING = Client.ModelFiles.FOLDER.resolve("training");

    /** Every how many steps of the shipped model's run its log has a line. */
    private static final int LOG_EVERY = 20;

    /** The steps of the run {@code shorter}. */
    static final int SHORTER = 4000;

    /** The steps of the run {@code garments}, which is whole. */
    static int steps;

    private static BcmModel model;
    private static BcmModel colours;
    static Studio studio;
    static Browser browser;

    @TempDir
    static Path directory;

    @BeforeAll
    static void start() throws Exception {
        RandomModels random = new RandomModels(directory);
        random.write("colours", ModelKind.BIDIRECTIONAL, 3);
        colours = random.load("colours");
        model = BcmModel.load(Client.ModelFiles.FOLDER);
        List<String> log = Files.readAllLines(TRAINING.resolve("log.jsonl"));
        steps = log.size() * LOG_EVERY;
        writeRun("garments", log);
        writeRun("shorter", log.subList(0, SHORTER / LOG_EVERY));
        studio = Studio.start(
                List.of(
                        ShelvedModel.open(Path.of("../models/fashion-mnist"), model),
                        ShelvedModel.open(directory.resolve("colours"), colours)),
                new Api.RunPlaces(List.of(directory.resolve("runs")), run -> List.of("sleep", "60")),
                StudioSettings.local(0),
                "test");
        browser = Browser.start();
    }

    @AfterAll
    static void stop() {
        browser.close();
        studio.close();
        model.close();
        colours.close();
    }

    /** The run that made the shipped model, with these lines of its log. */
    private static void writeRun(String name, List<String> log) throws IOException {
        Path run = Files.createDirectories(directory.resolve("runs").resolve(name));
        Files.copy(TRAINING.resolve("config.yaml"), run.resolve("config.yaml"));
        Files.write(run.resolve("log.jsonl"), log);
        Path samples = Files.createDirectories(run.resolve("samples"));
        for (int step : new int[] {500, 1000}) {
            BufferedImage sheet =
                    model.sample().count(40).steps(1).seed(step).generate().grid(10);
            ImageIO.write(
                    sheet,
                    "png",
                    samples.resolve("step-%08d.png".formatted(step)).toFile());
        }
    }

    @BeforeEach
    void open() {
        browser.open(studio.address(), 1280, "light");
    }

    static long count(String css) {
        return (Long) browser.script("return document.querySelectorAll(arguments[0]).length", css);
    }

    /** A picture that the page sent. */
    static BufferedImage picture(String base64) throws IOException {
        return ImageIO.read(new ByteArrayInputStream(Base64.getDecoder().decode(base64)));
    }

    /** Opens the tab of edits, and waits for its picture. */
    static void openEdits() {
        browser.tab("edit");
        browser.await("return document.querySelector('[data-source=edit] canvas').width === 28");
    }
}
