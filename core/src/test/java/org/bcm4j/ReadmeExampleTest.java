package org.bcm4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program that README.md shows, taken from there: it compiles, and does what it says with the shipped model. */
class ReadmeExampleTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern PROGRAM = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

    @TempDir
    Path folder;

    @Test
    void theProgramOfTheReadmeMakesItsPictures() throws Exception {
        Matcher program = PROGRAM.matcher(Files.readString(ROOT.resolve("README.md")));
        assertThat(program.find()).isTrue();
        Path shirt = ROOT.resolve("models/fashion-mnist/examples/shirt.png");
        compile("""
                import java.io.File;
                import java.nio.file.Path;
                import javax.imageio.ImageIO;
                import org.bcm4j.*;

                public class Example implements java.util.concurrent.Callable<Void> {
                    @Override
                    public Void call() throws Exception {
                        %s
                        return null;
                    }
                }
                """.formatted(program.group(1)
                .replace(
                        "models/fashion-mnist",
                        ROOT.resolve("models/fashion-mnist").toString())
                .replace("shirt.png", shirt.toString())
                .replaceAll("File\\(\"(\\w+\\.png)\"\\)", "File(\"" + folder + "/$1\")")));
        try (URLClassLoader classes = new URLClassLoader(
                new URL[] {folder.toUri().toURL()}, getClass().getClassLoader())) {
            ((Callable<?>) classes.loadClass("Example").getDeclaredConstructor().newInstance()).call();
        }
        assertThat(ImageIO.read(folder.resolve("sneakers.png").toFile()).getWidth())
                .isEqualTo(4 * 28 + 5 * 2);
        assertThat(ImageIO.read(folder.resolve("coat.png").toFile()).getHeight())
                .isEqualTo(28);
    }

    private void compile(String source) throws IOException {
        Path file = Files.writeString(folder.resolve("Example.java"), source);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            boolean compiled = compiler.getTask(
                            messages,
                            files,
                            null,
                            List.of("-d", folder.toString(), "-cp", System.getProperty("java.class.path")),
                            null,
                            files.getJavaFileObjects(file))
                    .call();
            assertThat(compiled).as(messages.toString()).isTrue();
        }
    }
}
