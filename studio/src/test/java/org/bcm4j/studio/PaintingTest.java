package org.bcm4j.studio;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.geom.Line2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.openqa.selenium.Keys;
import org.openqa.selenium.Rectangle;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.interactions.PointerInput;
import org.openqa.selenium.interactions.Sequence;

/** Painting over a picture with a mouse, a pen, fingers and keys. */
@Timeout(180)
class PaintingTest extends ServedPage {
    @Test
    void aMaskThatIsPaintedIsFilled() throws Exception {
        openEdits();
        WebElement canvas = browser.find("#painting");
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
        openEdits();
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

    /** Draws a stroke with the mouse, in pixels of the picture. */
    private static void stroke(Line2D line) {
        new Actions(browser.driver())
                .moveToElement(
                        browser.find("#painting"), (int) (10 * line.getX1()) - 140, (int) (10 * line.getY1()) - 140)
                .clickAndHold()
                .moveByOffset((int) (10 * (line.getX2() - line.getX1())), (int) (10 * (line.getY2() - line.getY1())))
                .release()
                .perform();
    }

    @Test
    void whatIsUndoneIsNotPainted() throws Exception {
        openPainting();
        Line2D first = new Line2D.Double(8, 10, 16, 10);
        stroke(first);
        stroke(new Line2D.Double(8, 20, 16, 20));
        browser.find("#undo").click();
        requireMask(first);
    }

    @Test
    void whatIsErasedIsNotPainted() throws Exception {
        openPainting();
        stroke(new Line2D.Double(8, 10, 20, 10));
        browser.find("#brush [value=eraser]").click();
        stroke(new Line2D.Double(14, 4, 14, 16));
        browser.find("#edit-form button").click();
        browser.await("return document.querySelectorAll('#edited .tile img').length === 4");
        BufferedImage mask = picture(browser.lastSent("mask"));
        assertThat(mask.getRGB(9, 10)).isEqualTo(0xFFFFFFFF);
        assertThat(mask.getRGB(14, 10)).isEqualTo(0xFF000000);
        assertThat(mask.getRGB(19, 10)).isEqualTo(0xFFFFFFFF);
    }

    @Test
    void aDrawingOfAGreyModelHasShades() throws Exception {
        openPainting();
        browser.set("#edit-form [name=task]", "stroke");
        assertThat(browser.find("#colour").isDisplayed()).isFalse();
        browser.set("#shade", "90");
        BufferedImage drawing = drawn(10);
        assertThat(drawing.getRGB(14, 14)).isEqualTo(0xFF5A5A5A);
        assertThat(drawing.getRGB(14, 24))
                .isEqualTo(picture(Client.example("ankle-boot.png")).getRGB(14, 24));
    }

    @Test
    void aDrawingOfAColouredModelHasColours() throws Exception {
        browser.set("#model", "colours");
        openPainting();
        browser.set("#edit-form [name=task]", "stroke");
        assertThat(browser.find("#shade").isDisplayed()).isFalse();
        browser.set("#colour", "#ff2000");
        BufferedImage drawing = drawn(35);
        assertThat(drawing.getWidth()).isEqualTo(8);
        assertThat(drawing.getRGB(4, 4)).isEqualTo(0xFFFF2000);
    }

    /** What is sent after a stroke in the middle of the canvas, whose pixels have a size there. */
    private static BufferedImage drawn(int pixel) throws IOException {
        browser.drag("#painting", pixel);
        browser.find("#edit-form button").click();
        browser.await("return document.querySelectorAll('#edited .tile img').length === 4");
        browser.awaitDone();
        return picture(browser.lastSent("image"));
    }

    @Test
    void aMaskCanBePaintedWithKeys() {
        openEdits();
        browser.find("#painting").sendKeys(Keys.ARROW_LEFT, Keys.SPACE, Keys.ARROW_UP, Keys.SPACE);
        browser.find("#edit-form button").click();
        browser.await("return document.querySelectorAll('#edited .tile img').length === 4");
    }
}
