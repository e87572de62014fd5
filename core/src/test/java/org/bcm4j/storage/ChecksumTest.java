package org.bcm4j.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChecksumTest {
    @TempDir
    Path directory;

    /** The examples of FIPS 180-2, appendix B. */
    @Test
    void agreesWithTheStandard() throws IOException {
        Path abc = Files.writeString(directory.resolve("abc"), "abc");
        Path million = Files.writeString(directory.resolve("million"), "a".repeat(1_000_000));

        assertThat(Checksum.sha256(abc)).isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assertThat(Checksum.sha256(million))
                .isEqualTo("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    }

    @Test
    void namesAMissingFile() {
        Path missing = directory.resolve("missing");
        assertThatThrownBy(() -> Checksum.sha256(missing))
                .isInstanceOf(UserException.class)
                .hasMessage("cannot read " + missing + ": no such file; check the path");
    }
}
