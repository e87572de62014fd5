package org.bcm4j.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WrittenPathTest {
    @Test
    void aTildeIsTheHomeDirectoryAtTheStartOnly() {
        Path home = Path.of(System.getenv("HOME"));
        assertThat(WrittenPath.of("~")).isEqualTo(home);
        assertThat(WrittenPath.of("~/a/~")).isEqualTo(home.resolve("a/~"));
        for (String text : new String[] {"a~", "~a", "a/~/b", "@a", "x:y", "run.v2"}) {
            assertThat(WrittenPath.of(text)).hasToString(text);
        }
    }

    @Test
    void anUmlautMayBeOneCharacterOrTwo(@TempDir Path directory) throws IOException {
        Path decomposed = Files.createFile(directory.resolve("ba\u0308r.png"));
        assertThat(WrittenPath.of(directory + "/b\u00e4r.png")).isEqualTo(decomposed);
        Path composed = Files.createFile(directory.resolve("b\u00e4r.png"));
        assertThat(WrittenPath.of(directory + "/b\u00e4r.png")).isEqualTo(composed);
        assertThat(WrittenPath.of(directory + "/ba\u0308r.png")).isEqualTo(decomposed);
        assertThat(WrittenPath.of(directory + "/u\u0308.png")).isEqualTo(directory.resolve("u\u0308.png"));
    }

    @Test
    void aFileThatIsCalledATildeIsWrittenSoThatItIsReadBack() {
        for (String path : new String[] {"~", "~/a.png", "a/~", "~a"}) {
            assertThat(WrittenPath.of(WrittenPath.text(Path.of(path)))).isEqualTo(Path.of(path));
        }
    }

    @Test
    void whatIsNoPathIsAMistake() {
        assertThatThrownBy(() -> WrittenPath.of("a\0b"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("cannot be the name of a file");
        for (String blank : new String[] {"", " "}) {
            assertThatThrownBy(() -> WrittenPath.of(blank))
                    .isInstanceOf(UserException.class)
                    .hasMessage("\"" + blank + "\" is not a file or folder; the current folder is \".\"");
        }
        assertThat(WrittenPath.explain(new InvalidPathException("x", "no")))
                .startsWith("\"x\" cannot be the name of a file");
    }
}
