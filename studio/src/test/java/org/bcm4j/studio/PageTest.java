package org.bcm4j.studio;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.interactions.Actions;

/**
 * The page in a real browser, every tab of it. {@code -Dbcm4j.pictures=DIR} keeps pictures of the tabs, as
 * docs/studio.md shows them.
 */
@Timeout(180)
class PageTest extends ServedPage {
    private static final List<String> TABS = List.of("generate", "invert", "interpolate", "edit", "trajectory", "runs");

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
    void anImageIsDownloaded() throws Exception {
        Path folder = Files.createDirectories(directory.resolve("downloads"));
        browser.command("Browser.setDownloadBehavior", Map.of("behavior", "allow", "downloadPath", folder.toString()));
        browser.find("#generated .tile:nth-child(3)").click();
        Object shown =
                browser.script("return document.querySelector('#generated .tile:nth-child(3) img').src.split(',')[1]");
        browser.find("#generated .actions a").click();
        Path file = folder.resolve("image-2-of-seed-0.png"); // renamed when it is whole
        while (!Files.exists(file)) {
            Thread.sleep(20);
        }
        assertThat(Base64.getEncoder().encodeToString(Files.readAllBytes(file))).isEqualTo(shown);
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
        assertThat(browser.text("#run-state"))
                .isEqualTo(String.format(Locale.ENGLISH, "step %,d of %<,d, not running", steps));
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
        browser.await(String.format(
                Locale.ENGLISH,
                "return document.getElementById('run-state').textContent.startsWith('step %,d of %,d')",
                SHORTER,
                steps));
        browser.find("#run-measure").click();
        browser.await("return document.getElementById('status').textContent"
                + " === 'this run has no bidirectional model yet'");
    }

    @Test
    void aRunIsContinuedAndStopped() {
        String state = "return document.getElementById('run-state').textContent.";
        browser.tab("runs");
        browser.await("return document.querySelectorAll('#charts polyline').length >= 9");
        browser.set("#run", "shorter");
        browser.await(state + "startsWith('step 4,000 ')");
        assertThat(browser.find("#run-stop").isEnabled()).isFalse();
        new Actions(browser.driver()).doubleClick(browser.find("#run-resume")).perform();
        browser.await(state + "includes(', running, ')");
        browser.awaitDone();
        assertThat(browser.find("#run-resume").isEnabled()).isFalse();
        browser.find("#run-stop").click();
        browser.await(state + "endsWith(', not running')");
        browser.awaitDone();
        assertThat(browser.find("#run-stop").isEnabled()).isFalse();
        assertThat(browser.find("#run-resume").isEnabled()).isTrue();
    }

    @Test
    void aDamagedRunShowsNothingOfAnother() throws Exception {
        Path damaged = Files.createDirectory(directory.resolve("runs/late"));
        try {
            Files.writeString(damaged.resolve("log.jsonl"), "garbage\n");
            Files.writeString(damaged.resolve("config.yaml"), "");
            browser.tab("runs");
            browser.await("return document.querySelectorAll('#charts polyline').length >= 9");
            browser.set("#run", "late");
            browser.await("return document.querySelectorAll('#charts polyline').length === 0");
            assertThat(browser.text("#run-state")).startsWith("the run late/log.jsonl:1: not a line");
            browser.set("#run", "garments");
            browser.await("return document.querySelectorAll('#charts polyline').length >= 9");
            assertThat(browser.text("#run-state"))
                    .isEqualTo(String.format(Locale.ENGLISH, "step %,d of %<,d, not running", steps));
        } finally {
            Files.delete(damaged.resolve("log.jsonl"));
            Files.delete(damaged.resolve("config.yaml"));
            Files.delete(damaged);
        }
    }

    @Test
    void aSecondStartTakesThePlaceOfTheFirst() {
        browser.set("#generate-form [name=count]", "256");
        browser.set("#generate-form [name=walk]", "80 > 0" + " +2 > 0".repeat(60));
        browser.run("const form = document.getElementById('generate-form'); form.requestSubmit();"
                + " setTimeout(() => form.requestSubmit(), 100);");
        browser.await("return document.querySelectorAll('#generated .tile').length > 0");
        assertThat(browser.find("#generate-stop").isDisplayed()).isTrue();
        assertThat(browser.text("#status")).endsWith(" of 256 images");
        browser.find("#generate-stop").click();
        browser.await("return document.getElementById('status').textContent === 'Stopped.'");
        assertThat(browser.find("#generate-stop").isDisplayed()).isFalse();
    }

    @Test
    void theActionsOfAnImageStandBelowItsRow() {
        browser.await("return document.querySelectorAll('#generated .tile').length === 24");
        browser.find("#generated .tile:nth-child(2)").click();
        assertThat(browser.script("return document.querySelector('#generated .actions').previousElementSibling"
                        + ".offsetTop === document.querySelector('#generated .tile').offsetTop"))
                .isEqualTo(true);
        assertThat((Long) browser.script("const bar = document.querySelector('#generated .actions');"
                        + " return [...bar.parentElement.children].indexOf(bar)"))
                .isGreaterThan(2);
    }

    @Test
    void theImagesAreThoseOfTheChosenModel() {
        browser.await("return document.querySelectorAll('#generated .tile').length === 24");
        browser.tab("trajectory");
        browser.await("return document.querySelectorAll('#plot circle').length === 3");
        Object before = browser.script("return document.getElementById('scrub-image').src");
        browser.set("#model", "colours");
        browser.await("return document.getElementById('scrub-image').src !== '" + before + "'");
        browser.await("return document.querySelector('#generate-command code').textContent.includes('colours')");
    }

    @Test
    void onlyAPhoneOffersToPhotograph() {
        for (String tab : List.of("invert", "interpolate", "edit")) {
            browser.tab(tab);
            assertThat(browser.script("return [...document.querySelectorAll('#" + tab + " .camera')]"
                            + ".every(camera => getComputedStyle(camera).display === 'none')"))
                    .as(tab)
                    .isEqualTo(true);
        }
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

    @ParameterizedTest
    @CsvSource({"restore, 2", "superres, 2", "denoise, 1", "stroke, 2", "swap, 2", "reconstruct, 2"})
    void everyEditShowsItsResults(String task, int results) {
        openEdits();
        browser.set("#edit-form [name=task]", task);
        browser.set("#edit-form [name=variants]", "2");
        assertThat(browser.find("#edit-form [name=variants]").isDisplayed()).isEqualTo(results > 1);
        browser.find("#edit-form button").click();
        browser.await("return document.querySelectorAll('#edited .tile img').length === " + results);
        browser.awaitDone();
        assertThat((Long) browser.script(
                        "return new Set([...document.querySelectorAll('#edited img')].map(each => each.src)).size"))
                .isEqualTo(results);
    }

    @Test
    void theDividerIsDragged() {
        openEdits();
        browser.set("#edit-form [name=task]", "restore");
        browser.find("#edit-form button").click();
        browser.await("return document.querySelectorAll('#edited .tile img').length === 4");
        browser.awaitDone();
        browser.run("document.getElementById('divider-place').scrollIntoView({block: 'center'})");
        String cut = "const after = document.getElementById('divider-after');"
                + " return Number(/inset\\(0px 0px 0px ([0-9.]+)%\\)/.exec(getComputedStyle(after).clipPath)[1])";
        assertThat(((Number) browser.script(cut)).doubleValue()).isEqualTo(50);
        browser.drag("#divider-place", 70);
        assertThat(((Number) browser.script(cut)).doubleValue()).isBetween(65.0, 85.0);
    }

    /** Noise is added at time 0 only, so such a jump's end stays there. */
    @Test
    void theNoiseOfAZigzagWalkIsMoved() {
        browser.tab("trajectory");
        browser.await("return document.querySelectorAll('#plot circle').length === 3");
        browser.set("#trajectory-form [name=walk]", "80 > 0 +0.74 > 0");
        browser.find("#trajectory-form button").click();
        browser.await("return document.querySelectorAll('#plot circle').length === 4");
        browser.awaitDone();
        browser.run("document.querySelector('#plot [aria-label=\"end of jump 1\"]').focus()");
        browser.driver().switchTo().activeElement().sendKeys(Keys.ARROW_UP);
        assertThat(browser.script("return document.querySelector('#trajectory-form [name=walk]').value"))
                .isEqualTo("80 > 0 +0.74 > 0");
        browser.run("document.querySelector('#plot [aria-label=\"noise before jump 2\"]').focus()");
        browser.driver().switchTo().activeElement().sendKeys(Keys.ARROW_UP);
        browser.await("return document.querySelector('#trajectory-form [name=walk]').value === '80 > 0 +0.85 > 0'");
        browser.await("return document.activeElement.getAttribute('aria-valuenow') === '0.85'");
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
