package org.bcm4j.data.sources;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ZipFilesTest extends SmallSets {
    @Test
    void zipFilesHaveTheNumbersOfTheirDatasetJson() throws Exception {
        String labels = "{\"labels\": [[\"0/b.png\", 3], [\"0/a.png\", 0]], \"more\": {\"x\": [1]}}";
        zip("edm.zip", Map.of("0/a.png", png(1), "0/b.png", png(2), "dataset.json", text(labels)));
        try (PictureSet set = open("edm.zip")) {
            assertThat(set.format()).isEqualTo("zip file with dataset.json (EDM)");
            assertThat(set.training().classes()).containsExactly("0", "1", "2", "3");
            assertThat(contents(set.training())).containsExactly("0/a.png 0 1", "0/b.png 3 2");
        }
        zip("none.zip", Map.of("a.png", png(1), "dataset.json", text("{\"labels\": null}")));
        try (PictureSet set = open("none.zip")) {
            assertThat(set.training().classes()).isEmpty();
        }
        zip("lacking.zip", Map.of("a.png", png(1), "dataset.json", text("{\"labels\": []}")));
        refused("names no class for a.png", "lacking.zip");
        zip("names.zip", Map.of("a.png", png(1), "dataset.json", text("{\"labels\": [[\"a.png\", \"cat\"]]}")));
        refused("must be null or a list of [\"FILE\", NUMBER]", "names.zip");
    }

    @Test
    void aDatasetJsonNamesEachPictureOnceAndNoOthers() throws Exception {
        edmZip("[\"a.png\", 1], [\"c.png\", 1], [\"b.png\", 1]");
        refused("entry dataset.json: names 2 others (b.png, c.png) that are not there", "edm.zip");
        edmZip("[\"a.png\", 1], [\"a.png\", 1]");
        refused("entry dataset.json: names a.png twice", "edm.zip");
        edmZip("[\"a.png\", 99999999999999999999]");
        refused("dataset.json: a.png has the class 99999999999999999999, not a number from 0 to 1048575", "edm.zip");
        edmZip("[\"a.png\", 1048576]");
        refused("has the class 1048576, not a number from 0 to 1048575", "edm.zip");
    }

    private void edmZip(String labels) throws IOException {
        zip("edm.zip", Map.of("a.png", png(1), "dataset.json", text("{\"labels\": [" + labels + "]}")));
    }

    @Test
    void zipFilesOfPicturesHaveFoldersAsClasses() throws Exception {
        zip("set.zip", Map.of("top/cat/1.png", png(1), "top/dog/2.png", png(2), "__MACOSX/top/cat/1.png", text("x")));
        try (PictureSet set = open("set.zip")) {
            assertThat(contents(set.training())).containsExactly("top/cat/1.png cat 1", "top/dog/2.png dog 2");
        }
        zip("stray.zip", Map.of("cat/1.png", png(1), "dog/2.png", png(2), "logo.png", png(3)));
        try (PictureSet set = open("stray.zip")) {
            assertThat(contents(set.training()))
                    .containsExactly("cat/1.png cat 1", "dog/2.png dog 2", "logo.png all 3");
        }
        zip("empty.zip", Map.of("notes.txt", text("x")));
        refused("holds no pictures", "empty.zip");
    }

    @Test
    void anEntryWithAnotherChecksumOrLengthIsUnusable() throws Exception {
        zip("set.zip", Map.of("a.png", png(1)));
        byte[] whole = bytes("set.zip");
        // Where its checksum and its length are described.
        for (int field : new int[] {16, 24}) {
            byte[] damaged = whole.clone();
            damaged[description(zipFile(whole)) + field] ^= 1;
            Files.write(directory.resolve("set.zip"), damaged);
            try (PictureSet set = open("set.zip")) {
                assertThatThrownBy(() -> set.training().read(0))
                        .isInstanceOf(UnusablePictureException.class)
                        .hasMessageContaining(
                                "set.zip, entry a.png: it cannot be unpacked (its entry a.png has another")
                        .message()
                        .hasLineCount(1);
            }
        }
    }

    @Test
    void aNameOccursOnceInAZipFile() throws Exception {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        entries.put("a1.png", png(1));
        entries.put("a2.png", png(2));
        zip("set.zip", entries);
        String content = new String(bytes("set.zip"), StandardCharsets.ISO_8859_1);
        Files.writeString(
                directory.resolve("set.zip"), content.replace("a2.png", "a1.png"), StandardCharsets.ISO_8859_1);
        refused("set.zip: holds a1.png twice", "set.zip");
    }

    @Test
    void whatIsWrongWithAZipFileIsTold() throws Exception {
        zip("set.zip", Map.of("a.png", png(1)));
        Files.write(directory.resolve("set.zip"), Arrays.copyOf(bytes("set.zip"), 60));
        refused("set.zip: it cannot be unpacked (", "set.zip");
    }

    @Test
    void whatCannotBeOpenedIsClosed() throws Exception {
        edmZip("");
        refused("names no class for a.png", "edm.zip");
        assertThat(openFiles("edm.zip")).isZero();
    }
}
