package org.bcm4j.studio;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.openqa.selenium.By;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.support.ui.WebDriverWait;

/** Debian's chromium, without a window, on the page of a studio. */
final class Browser implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String AXE = "4.14.1";
    private static final Path AXE_FOLDER = Path.of("target", "axe").toAbsolutePath();

    private final ChromeDriver driver;

    private Browser(ChromeDriver driver) {
        this.driver = driver;
    }

    static Browser start() {
        ChromeOptions options = new ChromeOptions();
        options.setBinary("/usr/bin/chromium");
        options.addArguments("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage");
        ChromeDriverService service = new ChromeDriverService.Builder()
                .usingDriverExecutable(Path.of("/usr/bin/chromedriver").toFile())
                .build();
        return new Browser(new ChromeDriver(service, options));
    }

    ChromeDriver driver() {
        return driver;
    }

    /** Opens the page anew, and waits for its first images. */
    void open(String address, int width, String scheme) {
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", 900, "deviceScaleFactor", 1, "mobile", width < 500));
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
        driver.get(address);
        await("return document.querySelectorAll('#generated .tile img').length > 0 && "
                + "document.getElementById('status').textContent === ''");
    }

    /** A command of Chrome's DevTools protocol, for what WebDriver does not do. */
    void command(String name, Map<String, Object> parameters) {
        driver.executeCdpCommand(name, parameters);
    }

    /** Keeps the bodies of what the page sends from now on. */
    void recordRequests() {
        run(
                "window.sent = []; const send = window.fetch;"
                        + " window.fetch = (path, options) => { window.sent.push(options?.body); return send(path, options); };");
    }

    /** A field of the last body that has it. */
    String lastSent(String field) {
        return (String) script(
                "return window.sent.filter(Boolean).map(JSON.parse).map(body => body[arguments[0]]).filter(Boolean).pop()"
                        + " ?? ''",
                field);
    }

    /** Waits until a script returns true. */
    void await(String script) {
        new WebDriverWait(driver, PATIENCE)
                .withMessage(() -> script + "; the page says: " + text("#status"))
                .until(page -> Boolean.TRUE.equals(driver.executeScript(script)));
    }

    /** Waits until a task has ended well. */
    void awaitDone() {
        await("return document.getElementById('status').textContent === '' &&"
                + " !document.getElementById('status').classList.contains('wrong')");
    }

    WebElement find(String css) {
        return driver.findElement(By.cssSelector(css));
    }

    /** A button inside of an element, by its text. */
    WebElement button(String css, String text) {
        return find(css).findElement(By.xpath(".//button[.='" + text + "']"));
    }

    String text(String css) {
        return String.valueOf(driver.executeScript("return document.querySelector(arguments[0]).textContent", css));
    }

    void run(String script) {
        driver.executeScript(script);
    }

    /** The value that a script returns. */
    Object script(String script, Object... arguments) {
        return Objects.requireNonNull(driver.executeScript(script, arguments), script);
    }

    /** Sets a form's field as a user does, whatever its kind. */
    void set(String css, String value) {
        driver.executeScript(
                "const e = document.querySelector(arguments[0]); e.value = arguments[1];"
                        + " e.dispatchEvent(new Event('input', {bubbles: true}));"
                        + " e.dispatchEvent(new Event('change', {bubbles: true}));",
                css,
                value);
    }

    /** Drags from the middle of an element to the right, by pixels of the page. */
    void drag(String css, int right) {
        new Actions(driver)
                .moveToElement(find(css))
                .clickAndHold()
                .moveByOffset(right, 0)
                .release()
                .perform();
    }

    void tab(String name) {
        find("#tab-" + name).click();
    }

    /** The serious findings of axe-core on what is visible, each in one line. */
    List<?> accessibilityFindings() throws IOException, InterruptedException {
        driver.executeScript(Files.readString(axe()));
        Object found = driver.executeAsyncScript("const done = arguments[arguments.length - 1];"
                + "axe.run().then(r => done(r.violations"
                + ".filter(v => v.impact === 'serious' || v.impact === 'critical')"
                + ".map(v => v.id + ': ' + v.nodes.map(n => n.target.join(' ')).join(', '))));");
        return (List<?>) Objects.requireNonNull(found);
    }

    private static Path axe() throws IOException, InterruptedException {
        Path file = AXE_FOLDER.resolve("node_modules/axe-core/axe.min.js");
        if (!Files.exists(file)) {
            Files.createDirectories(AXE_FOLDER);
            Path log = AXE_FOLDER.resolve("npm.log");
            Process npm = new ProcessBuilder(
                            "npm",
                            "install",
                            "--no-audit",
                            "--no-fund",
                            "--prefix",
                            AXE_FOLDER.toString(),
                            "axe-core@" + AXE)
                    // Surefire talks to this process by its streams.
                    .redirectInput(new File("/dev/null"))
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            if (!npm.waitFor(2, TimeUnit.MINUTES) || npm.exitValue() != 0) {
                throw new IOException("npm could not get axe-core: " + Files.readString(log));
            }
        }
        return file;
    }

    void picture(Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.write(file, driver.getScreenshotAs(OutputType.BYTES));
    }

    @Override
    public void close() {
        driver.quit();
    }
}
