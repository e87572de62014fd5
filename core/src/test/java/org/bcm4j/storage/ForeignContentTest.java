package org.bcm4j.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ForeignContentTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "version https://git-lfs.github.com/spec/v1|LFS_POINTER",
                "<!DOCTYPE html>|WEB_PAGE",
                "'\ufeff\r\n  <HTML lang=en>'|WEB_PAGE",
                "<?xml version='1.0'?><Error/>|XML"
            })
    void isKnownByItsStart(String start, ForeignContent expected) throws IOException {
        byte[] content = start.getBytes(StandardCharsets.UTF_8);
        assertThat(ForeignContent.of(content)).contains(expected);
        Path file = Files.write(directory.resolve("model.pt"), content);
        assertThatThrownBy(() -> ForeignContent.refuse(file))
                .isInstanceOf(UserException.class)
                .hasMessage(file + expected.advice());
    }

    @Test
    void aMacsCompanionIsKnown() {
        assertThat(ForeignContent.of(new byte[] {0, 5, 22, 7, 0, 2})).contains(ForeignContent.APPLE_DOUBLE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "PK\u0003\u0004", "version 2", "{\"a\": 1}", "<"})
    void otherContentPasses(String content) throws IOException {
        Path file = Files.writeString(directory.resolve("a"), content);
        ForeignContent.refuse(file);
        assertThat(ForeignContent.of(file)).isEmpty();
        assertThat(ForeignContent.of(directory.resolve("none"))).isEmpty();
    }
}
