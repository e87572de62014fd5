package org.bcm4j.studio;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.geom.Line2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.bcm4j.BcmModel;
import org.bcm4j.RandomModels;
import org.bcm4j.model.ModelKind;
import org.bcm4j.studio.api.Api;
import org.bcm4j.studio.api.ShelvedModel;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.Keys;
import org.openqa.selenium.Rectangle;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.interactions.PointerInput;
import org.openqa.selenium.interactions.Sequence;

/**
 * The page in a real browser, every tab of it. {@code -Dbcm4j.pictures=DIR} keeps pictures of the tabs, as
 * docs/studio.md shows them.
 */
@Timeout(180)
class PageTest {
    private static final List<String> TABS = List.of("generate", "invert", "interpolate", "edit", "trajectory", "runs");
    private static final Path PICTURES = Path.of(System.getProperty("bcm4j.pictures", "target/page"));

    private static BcmModel model;
    private static BcmModel colours;
    private static Studio studio;
    private static Browser browser;

    @TempDir
    static Path directory;

    @BeforeAll
    static void start() throws Exception {
        RandomModels random = new RandomModels(directory);
        random.write("colours", ModelKind.BIDIRECTIONAL, 3);
        colours = random.load("colours");
        model = BcmModel.load(Client.ModelFiles.FOLDER);
        for (String name : List.of("garments", "shorter")) {
            writeRun(
                    Files.createDirectories(directory.resolve("runs").resolve(name)),
                    name.equals("garments") ? 9000 : 4000);
        }
        studio = Studio.start(
                List.of(
                        ShelvedModel.open(Client.ModelFiles.FOLDER, model),
                        ShelvedModel.open(directory.resolve("colours"), colours)),
                new Api.RunPlaces(List.of(directory.resolve("runs")), run -> List.of("true")),
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

    /** The run that made the shipped model, up to a step. */
    private static void writeRun(Path run, long last) throws IOException {
        Path source = Client.ModelFiles.FOLDER.resolve("training");
        Files.copy(source.resolve("config.yaml"), run.resolve("config.yaml"));
        try (Stream<String> lines = Files.lines(source.resolve("log.jsonl"))) {
            Files.write(run.resolve("log.jsonl"), lines.limit(last / 20).toList());
        }
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

    private static long count(String css) {
        return (Long) browser.script("return document.querySelectorAll(arguments[0]).length", css);
    }

    @Test
    void aGridFillsAndAnImageGoesOnToBeInverted() throws Exception {
        browser.await("return document.querySelectorAll('#generated .tile').length === 24");
        browser.picture(PICTURES.resolve("generate.png"));
        assertThat(browser.text("#generate-command code")).startsWith("bcm sample ");

        browser.find("#generated .tile:nth-child(3)").click();
        browser.button("#generated .actions", "Invert").click();
        browser.awaitDone();
        browser.await("return document.getElementById('invert-noise').naturalWidth === 28");
        assertThat(count("#invert-figures tbody tr")).isEqualTo(6);
        browser.picture(PICTURES.resolve("invert.png"));
    }

    @Test
    void anImageIsKeptAndItsCommandIsShown() {
        browser.find("#generated .tile:nth-child(3)").click();
        browser.button("#generated .actions", "Keep").click();
        browser.button("#generated .actions", "Copy its command").click();
        browser.await("return document.querySelector('#generate-command code').textContent.includes('--first 2')");
        assertThat(browser.text("#generate-command code")).contains(" -n 1 --first 2 ");
        browser.find("#generate-form button").click();
        browser.await("return document.querySelectorAll('#generated .tile').length === 24");
        assertThat(count("#kept .tile")).isOne();
        browser.find("#kept .tile").click();
        browser.button("#kept .actions", "Remove").click();
        assertThat(count("#kept *")).isZero();
    }

    @Test
    void theCropOfAWidePictureIsMoved() throws Exception {
        Path wide = directory.resolve("wide.png");
        BufferedImage image = new BufferedImage(120, 40, BufferedImage.TYPE_BYTE_GRAY);
        for (int x = 0; x < 120; x++) {
            for (int y = 0; y < 40; y++) {
                image.getRaster().setSample(x, y, 0, 2 * x);
            }
        }
        ImageIO.write(image, "png", wide.toFile());
        browser.tab("invert");
        browser.await("return document.getElementById('invert-noise').naturalWidth === 28");
        browser.find("[data-source=invert] input[type=file]").sendKeys(wide.toString());
        browser.await("return document.querySelector('[data-source=invert] canvas').width === 120");
        browser.awaitDone();
        String middle = browser.text("#invert-figures tbody");
        new Actions(browser.driver())
                .moveToElement(browser.find("[data-source=invert] canvas"))
                .clickAndHold()
                .moveByOffset(200, 0)
                .release()
                .perform();
        browser.await("return document.querySelector('[data-source=invert] label input[type=range]').value === '100'");
        browser.awaitDone();
        assertThat(browser.text("#invert-figures tbody")).isNotEqualTo(middle);
    }

    @Test
    void aColouredModelColours() {
        browser.set("#model", "colours");
        browser.tab("edit");
        browser.find("[data-source=edit] input[type=file]")
                .sendKeys(Client.ModelFiles.FOLDER.resolve("examples/shirt.png").toString());
        browser.set("#edit-form [name=task]", "colorize");
        browser.find("#edit-form button").click();
        browser.await("return document.querySelectorAll('#edited .tile img').length === 4");
        browser.awaitDone();
    }

    @Test
    void runsAreShownAndCompared() throws Exception {
        browser.tab("runs");
        browser.await("return document.querySelectorAll('#charts polyline').length >= 9");
        assertThat(browser.text("#run-state")).isEqualTo("step 9,000 of 9,000, not running");
        assertThat(browser.text("#sheet-caption")).isEqualTo("samples after step 1,000");
        browser.find("#sheet-step").sendKeys(Keys.ARROW_LEFT);
        browser.await("return document.getElementById('sheet-caption').textContent === 'samples after step 500'");
        browser.await("return document.getElementById('sheet').naturalWidth > 0");
        browser.run("window.scrollTo(0, 0)");
        browser.picture(PICTURES.resolve("runs.png"));
        long alone = count("#charts polyline");
        browser.set("#other-run", "shorter");
        browser.await("return document.querySelectorAll('#charts polyline').length > " + alone);
        browser.set("#run", "shorter");
        browser.await("return document.getElementById('run-state').textContent.startsWith('step 4,000 of 9,000')");
        browser.find("#run-resume").click();
        browser.awaitDone();
        browser.find("#run-measure").click();
        browser.await("return document.getElementById('status').textContent"
                + " === 'this run has no bidirectional model yet'");
    }

    @Test
    void theSameNoiseInEveryNumberOfEvaluations() {
        browser.find("#compare").click();
        browser.await("return document.querySelectorAll('#generated h3').length >= 3");
        browser.awaitDone();
        assertThat(count("#generated .tile")).isEqualTo(8 * count("#generated h3"));
    }

    @Test
    void theSlidersOfAnInversionChangeItsWalk() {
        browser.tab("invert");
        browser.await("return document.getElementById('invert-noise').naturalWidth === 28");
        String before = browser.text("#invert-walk");
        Object noise = browser.script("return document.getElementById('invert-noise').src");
        browser.set("#invert-form [name=initial]", "0.2");
        browser.await("return document.getElementById('invert-walk').textContent.includes('0.2')");
        browser.awaitDone();
        assertThat(browser.text("#invert-walk")).isNotEqualTo(before);
        assertThat(browser.script("return document.getElementById('invert-noise').src"))
                .isNotEqualTo(noise);
    }

    @Test
    void aSliderLeadsFromOnePictureToAnother() throws Exception {
        browser.tab("interpolate");
        browser.find("#interpolate-form button").click();
        browser.await("return document.querySelectorAll('#between-frames .tile').length === 32");
        Set<Object> seen = new HashSet<>();
        WebElement slider = browser.find("#between");
        seen.add(browser.script("return document.getElementById('between-image').src"));
        for (int i = 0; i < 5; i++) {
            slider.sendKeys(Keys.ARROW_RIGHT);
            seen.add(browser.script("return document.getElementById('between-image').src"));
        }
        assertThat(seen).hasSize(6);
        browser.picture(PICTURES.resolve("interpolate.png"));
    }

    @Test
    void aMaskThatIsPaintedIsFilled() throws Exception {
        browser.tab("edit");
        WebElement canvas = browser.find("#painting");
        browser.await("return document.querySelector('[data-source=edit] canvas').width === 28");
        new Actions(browser.driver())
                .moveToElement(canvas, -40, -20)
                .clickAndHold()
                .moveByOffset(60, 0)
                .moveByOffset(0, 40)
                .release()
                .perform();
        browser.find("#edit-form button").click();
        browser.await("return document.querySelectorAll('#edited .tile img').length === 4");
        browser.awaitDone();
        browser.picture(PICTURES.resolve("edit.png"));
        Object painted = browser.script("return document.getElementById('divider-after').src");
        browser.find("#edited .tile:nth-child(2)").click();
        assertThat(browser.script("return document.getElementById('divider-after').src"))
                .isNotEqualTo(painted);

        browser.find("#undo").click();
        browser.find("#edit-form button").click();
        browser.await("return document.getElementById('status').classList.contains('wrong')");
        assertThat(browser.text("#status")).isEqualTo("Paint over what is to be filled first.");
    }

    /** The middle of the canvas is pixel 14, and a pixel is 10 of the screen's. */
    @ParameterizedTest
    @EnumSource
    void aMaskIsWhatWasPaintedOver(PointerInput.Kind kind) throws Exception {
        openPainting();
        browser.run("document.getElementById('painting').addEventListener('pointerdown',"
                + " event => { window.kind = event.pointerType; })");
        PointerInput pointer = new PointerInput(kind, kind.name());
        Duration moment = Duration.ofMillis(50);
        PointerInput.Origin canvas = PointerInput.Origin.fromElement(browser.find("#painting"));
        browser.driver()
                .perform(List.of(new Sequence(pointer, 0)
                        .addAction(pointer.createPointerMove(moment, canvas, -60, -40))
                        .addAction(pointer.createPointerDown(PointerInput.MouseButton.LEFT.asArg()))
                        .addAction(pointer.createPointerMove(moment, canvas, 20, -40))
                        .addAction(pointer.createPointerMove(moment, canvas, 20, 60))
                        .addAction(pointer.createPointerUp(PointerInput.MouseButton.LEFT.asArg()))));
        assertThat(browser.script("return window.kind")).isEqualTo(kind.name().toLowerCase(Locale.ROOT));
        requireMask(new Line2D.Double(8, 10, 16, 10), new Line2D.Double(16, 10, 16, 20));
    }

    private static void openPainting() {
        browser.tab("edit");
        browser.await("return document.querySelector('[data-source=edit] canvas').width === 28");
        browser.recordRequests();
        browser.run("document.getElementById('painting').scrollIntoView({block: 'center'})");
    }

    /** Sends the mask, and compares it with strokes of the usual brush. */
    private static void requireMask(Line2D... strokes) throws IOException {
        browser.find("#edit-form button").click();
        browser.await("return document.querySelectorAll('#edited .tile img').length === 4");
        browser.awaitDone();
        BufferedImage mask = picture(browser.lastSent("mask"));
        for (int x = 0; x < 28; x++) {
            for (int y = 0; y < 28; y++) {
                double distance = 28;
                for (Line2D stroke : strokes) {
                    distance = Math.min(distance, stroke.ptSegDist(x + 0.5, y + 0.5));
                }
                boolean painted = (mask.getRGB(x, y) & 0xFF) == 255;
                if (Math.abs(distance - 2) > 0.3) { // the edge depends on where the pointer was seen
                    assertThat(painted).as("pixel %d, %d", x, y).isEqualTo(distance < 2);
                }
            }
        }
    }

    private static BufferedImage picture(String base64) throws IOException {
        return ImageIO.read(new ByteArrayInputStream(Base64.getDecoder().decode(base64)));
    }

    @Test
    void aSecondFingerDrawsNothing() throws Exception {
        openPainting();
        Rectangle canvas = browser.find("#painting").getRect();
        long scrolled = ((Number) browser.script("return Math.round(window.scrollY)")).longValue();
        int left = canvas.x;
        long top = canvas.y - scrolled;
        touch("touchStart", List.of(point(1, left + 80, top + 100)));
        touch("touchStart", List.of(point(1, left + 80, top + 100), point(2, left + 220, top + 240)));
        touch("touchMove", List.of(point(1, left + 160, top + 100), point(2, left + 220, top + 200)));
        touch("touchEnd", List.of());
        requireMask(new Line2D.Double(8, 10, 16, 10));
    }

    private static Map<String, Object> point(int finger, long x, long y) {
        return Map.of("id", finger, "x", x, "y", y);
    }

    private static void touch(String type, List<Map<String, Object>> points) {
        browser.command("Input.dispatchTouchEvent", Map.of("type", type, "touchPoints", points));
    }

    /** A picture of the model's size, unlike the examples. */
    private static Path ramp() throws IOException {
        BufferedImage image = new BufferedImage(28, 28, BufferedImage.TYPE_BYTE_GRAY);
        for (int x = 0; x < 28; x++) {
            for (int y = 0; y < 28; y++) {
                image.getRaster().setSample(x, y, 0, 8 * x + y);
            }
        }
        Path file = directory.resolve("ramp.png");
        ImageIO.write(image, "png", file.toFile());
        return file;
    }

    /** The page shows the picture, and has sent exactly its pixels. */
    private static void requireRampInverted() throws IOException {
        browser.await("return window.sent.length > 0");
        browser.awaitDone();
        BufferedImage sent = picture(browser.lastSent("image"));
        assertThat(sent.getWidth()).isEqualTo(28);
        for (int x = 0; x < 28; x++) {
            for (int y = 0; y < 28; y++) {
                assertThat(sent.getRGB(x, y) & 0xFF).as("pixel %d, %d", x, y).isEqualTo(8 * x + y);
            }
        }
        assertThat((Long) browser.script("return document.querySelector('[data-source=invert] canvas')"
                        + ".getContext('2d').getImageData(20, 10, 1, 1).data[0]"))
                .isEqualTo(170);
    }

    private static void openInvert() {
        browser.tab("invert");
        browser.await("return document.getElementById('invert-noise').naturalWidth === 28");
        browser.awaitDone();
        browser.recordRequests();
    }

    @Test
    void aFileIsDropped() throws Exception {
        Path ramp = ramp();
        openInvert();
        Rectangle place = browser.find("[data-source=invert]").getRect();
        Map<String, Object> data =
                Map.of("items", List.of(), "files", List.of(ramp.toString()), "dragOperationsMask", 1);
        for (String type : List.of("dragEnter", "dragOver", "drop")) {
            browser.command(
                    "Input.dispatchDragEvent",
                    Map.of("type", type, "x", place.x + 40, "y", place.y + 20, "data", data));
            assertThat(browser.script(
                            "return document.querySelector('[data-source=invert]').classList.contains('over')"))
                    .as(type)
                    .isEqualTo(type.equals("dragOver"));
        }
        requireRampInverted();
    }

    @Test
    void aPictureIsPasted() throws Exception {
        String base64 = Base64.getEncoder().encodeToString(Files.readAllBytes(ramp()));
        openInvert();
        browser.command(
                "Browser.grantPermissions",
                Map.of("permissions", List.of("clipboardReadWrite", "clipboardSanitizedWrite")));
        browser.script(
                "const bytes = Uint8Array.from(atob(arguments[0]), each => each.charCodeAt(0));"
                        + " const blob = new Blob([bytes], {type: 'image/png'});"
                        + " return navigator.clipboard.write([new ClipboardItem({'image/png': blob})]).then(() => true)",
                base64);
        new Actions(browser.driver())
                .keyDown(Keys.CONTROL)
                .sendKeys("v")
                .keyUp(Keys.CONTROL)
                .perform();
        requireRampInverted();
    }

    @Test
    void aPhoneOffersItsCamera() throws Exception {
        assertThat(browser.find("#invert .camera").isDisplayed()).isFalse();
        browser.command("Emulation.setTouchEmulationEnabled", Map.of("enabled", true, "maxTouchPoints", 5));
        try {
            browser.open(studio.address(), 390, "light");
            openInvert();
            WebElement camera = browser.find("#invert .camera input");
            assertThat(camera.isDisplayed()).isTrue();
            assertThat(camera.getDomAttribute("capture")).isEqualTo("environment");
            camera.sendKeys(ramp().toString());
            requireRampInverted();
        } finally {
            browser.command("Emulation.setTouchEmulationEnabled", Map.of("enabled", false));
        }
    }

    @Test
    void whatIsNoPictureIsRefused() throws Exception {
        Path text = Files.writeString(directory.resolve("notes.png"), "no picture");
        openInvert();
        browser.find("[data-source=invert] input[type=file]").sendKeys(text.toString());
        browser.await("return document.getElementById('status').classList.contains('wrong')");
        assertThat(browser.text("#status")).isEqualTo("notes.png is no picture that this browser shows");
    }

    @Test
    void aMaskCanBePaintedWithKeys() {
        browser.tab("edit");
        browser.await("return document.querySelector('[data-source=edit] canvas').width === 28");
        browser.find("#painting").sendKeys(Keys.ARROW_LEFT, Keys.SPACE, Keys.ARROW_UP, Keys.SPACE);
        browser.find("#edit-form button").click();
        browser.await("return document.querySelectorAll('#edited .tile img').length === 4");
    }

    @ParameterizedTest
    @ValueSource(strings = {"restore", "superres", "denoise", "stroke", "swap", "reconstruct"})
    void everyEditShowsItsResults(String task) {
        browser.tab("edit");
        browser.await("return document.querySelector('[data-source=edit] canvas').width === 28");
        browser.set("#edit-form [name=task]", task);
        browser.set("#edit-form [name=variants]", "2");
        browser.find("#edit-form button").click();
        browser.await("return document.querySelectorAll('#edited .tile img').length === 2");
        browser.awaitDone();
    }

    @Test
    void aJumpsEndIsMovedAndThePictureFollows() throws Exception {
        browser.tab("trajectory");
        browser.await("return document.querySelectorAll('#plot circle').length === 3");
        assertThat(count("#plot image")).isOne();
        browser.set("#scrub", "30");
        assertThat(browser.text("#scrub-text")).startsWith("jump 2 of 2: f(x, t = 1.2");
        browser.picture(PICTURES.resolve("trajectory.png"));
        browser.run("document.querySelector('#plot circle').focus()");
        browser.driver().switchTo().activeElement().sendKeys(Keys.ARROW_UP);
        browser.await("return document.querySelector('#trajectory-form [name=walk]').value === '80 > 1.4 > 0'");
        browser.awaitDone();
        browser.driver().switchTo().activeElement().sendKeys(Keys.ARROW_DOWN);
        browser.await("return document.querySelector('#trajectory-form [name=walk]').value === '80 > 1.2 > 0'");
        browser.awaitDone();

        Object before = browser.script("return document.getElementById('scrub-image').src");
        new Actions(browser.driver())
                .moveToElement(browser.find("#plot circle"))
                .clickAndHold()
                .moveByOffset(0, -60)
                .moveByOffset(0, -20)
                .perform();
        browser.await("return document.getElementById('scrub-image').src !== '" + before + "'");
        new Actions(browser.driver()).release().perform();
        browser.awaitDone();
        assertThat(browser.text("#scrub-text")).contains("jump 2 of 2");
    }

    @ParameterizedTest
    @CsvSource({"1280, light", "1280, dark", "390, light", "390, dark"})
    void everyTabFitsAndCanBeReadByEverybody(int width, String scheme) throws Exception {
        browser.open(studio.address(), width, scheme);
        for (String tab : TABS) {
            browser.tab(tab);
            browser.awaitDone();
            assertThat(browser.accessibilityFindings())
                    .as("%s at %d, %s", tab, width, scheme)
                    .isEmpty();
            assertThat((Long) browser.script("return document.documentElement.scrollWidth"))
                    .as("%s at %d", tab, width)
                    .isLessThanOrEqualTo(width);
            browser.picture(PICTURES.resolve(tab + "-" + width + "-" + scheme + ".png"));
        }
    }

    @Test
    void everythingIsReachedByKeyboard() {
        browser.find("#tab-generate").sendKeys(Keys.ARROW_RIGHT);
        assertThat(browser.script("return document.activeElement.id")).isEqualTo("tab-invert");
        browser.find("#tab-invert").sendKeys(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT);
        assertThat(browser.script("return document.activeElement.id")).isEqualTo("tab-edit");
        long controls = (Long) browser.script("return [...document.querySelectorAll("
                + "'#edit button, #edit input, #edit select, #edit canvas[tabindex]')]"
                + ".filter(e => e.offsetParent !== null && !e.disabled).length");
        browser.run("window.reached = new Set(); document.addEventListener('focusin',"
                + " e => document.getElementById('edit').contains(e.target) && window.reached.add(e.target))");
        for (int i = 0; i < 60; i++) {
            new Actions(browser.driver()).sendKeys(Keys.TAB).perform(); // a field for files takes keys for a path
        }
        // One of two radio buttons is reached by the arrow keys.
        assertThat((Long) browser.script(
                        "return [...window.reached].filter(e => e.matches('button, input, select, canvas')).length"))
                .isGreaterThanOrEqualTo(controls - 1);
    }
}
