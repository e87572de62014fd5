package org.bcm4j.studio;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.openqa.selenium.Keys;
import org.openqa.selenium.Rectangle;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.interactions.Actions;

/** The ways of a picture to the page. */
@Timeout(180)
class PictureInputTest extends ServedPage {
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
        browser.drag("[data-source=invert] canvas", 200);
        browser.await("return document.querySelector('[data-source=invert] label input[type=range]').value === '100'");
        browser.awaitDone();
        assertThat(browser.text("#invert-figures tbody")).isNotEqualTo(middle);
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
}
