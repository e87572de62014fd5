package org.bcm4j.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class WrittenPathTest {
    @Test
    void aTildeIsTheHomeDirectoryAtTheStartOnly() {
        Path home = Path.of(System.getenv("HOME"));
        assertThat(WrittenPath.of("~")).isEqualTo(home);
        assertThat(WrittenPath.of("~/a/~")).isEqualTo(home.resolve("a/~"));
        for (String text : new String[] {"./~", "a~", "~a", "a/~/b", "@a", "x:y", "run.v2"}) {
            assertThat(WrittenPath.of(text)).hasToString(text);
        }
    }

    @Test
    void whatIsNoPathIsAMistake() {
        assertThatThrownBy(() -> WrittenPath.of("a\0b"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("can not be the name of a file");
        assertThat(WrittenPath.explain(new InvalidPathException("x", "no")))
                .startsWith("\"x\" can not be the name of a file");
    }
}
