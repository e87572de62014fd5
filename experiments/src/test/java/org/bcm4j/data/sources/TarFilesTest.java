package org.bcm4j.data.sources;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;

class TarFilesTest extends SmallSets {
    private static Map<String, byte[]> sample(String key, int level, String ending, String label) {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        entries.put(key + "." + ending, text(label));
        entries.put(key + ".png", png(level));
        entries.put(key + ".txt", text("a caption"));
        return entries;
    }

    @Test
    void webDatasetsAreReadInTheOrderOfTheirShards() throws Exception {
        tar("x-000.tar", sample("a/1", 1, "cls", "2\n"));
        tar("x-001.tar", sample("a/1", 2, "json", "{\"label\": 0}"));
        tar("x-002.tar.gz", sample("b", 3, "cls", "1"));

        try (PictureSet set = open("x-{000..001}.tar")) {
            assertThat(set.format()).isEqualTo("2 tar files");
            assertThat(set.training().classes()).containsExactly("0", "1", "2");
            assertThat(contents(set.training())).containsExactly("x-000.tar/a/1.png 2 1", "x-001.tar/a/1.png 0 2");
        }
        try (PictureSet set = open("x-*")) {
            assertThat(contents(set.training())).hasSize(3).endsWith("x-002.tar.gz/b.png 1 3");
        }
        try (PictureSet set = open("x-000.tar", "x-002.tar.gz")) {
            assertThat(set.training().size()).isEqualTo(2);
        }
        try (PictureSet set = open("")) {
            assertThat(set.training().size()).isEqualTo(3);
        }
        refused("x-002.tar: there is no such file", "x-{001..003}.tar");
        refused("x-[.tar: is no file, and no valid pattern of files", "x-[.tar");
        refused("there are no such files", "y-*.tar");
    }

    @Test
    void namesOfTarFilesTellHowTheyAreDivided() throws Exception {
        tar("train-0.tar", sample("a", 1, "CLS", "cat"));
        tar("train-1.tar.gz", sample("b", 2, "Json", "{\"label\": \"dog\"}"));
        tar("val-0.tar", sample("c", 3, "cls", "owl"));
        tar("test-0.tar.gz", Map.of("d.png", png(4)));
        refused("test-0.tar.gz: its pictures have no classes, but those of", "t*-*");
        try (PictureSet set = open("")) {
            assertThat(set.format()).isEqualTo("4 tar files, divided into train and validation, without test");
            assertThat(set.training().classes()).containsExactly("cat", "dog", "owl");
            assertThat(contents(set.training()))
                    .containsExactly("train-0.tar/a.png cat 1", "train-1.tar.gz/b.png dog 2");
            assertThat(contents(set.test().orElseThrow())).containsExactly("c.png owl 3");
        }
    }

    @Test
    void foldersOfDividedTarFilesAreClasses() throws Exception {
        tar("train.tar", Map.of("train/cat/1.png", png(1), "train/dog/2.png", png(2)));
        tar("val.tar", Map.of("val/cat/3.png", png(3), "val/dog/4.png", png(4)));
        try (PictureSet set = open("train.tar", "val.tar")) {
            assertThat(set.training().classes()).containsExactly("cat", "dog");
            assertThat(contents(set.training()))
                    .containsExactlyInAnyOrder("train/cat/1.png cat 1", "train/dog/2.png dog 2");
            assertThat(contents(set.test().orElseThrow()))
                    .containsExactlyInAnyOrder("val/cat/3.png cat 3", "val/dog/4.png dog 4");
        }
    }

    @Test
    void linksInTarFilesAreRefused() throws Exception {
        for (byte kind : new byte[] {TarConstants.LF_SYMLINK, TarConstants.LF_LINK}) {
            for (String link : List.of("b.png", "a.cls")) {
                try (TarArchiveOutputStream tar =
                        new TarArchiveOutputStream(Files.newOutputStream(directory.resolve("links.tar")))) {
                    TarArchiveEntry picture = new TarArchiveEntry("a.png");
                    picture.setSize(png(1).length);
                    tar.putArchiveEntry(picture);
                    tar.write(png(1));
                    tar.closeArchiveEntry();
                    TarArchiveEntry header = new TarArchiveEntry(link, kind);
                    header.setLinkName("a.png");
                    tar.putArchiveEntry(header);
                    tar.closeArchiveEntry();
                }
                refused("links.tar, entry " + link + ": is a link", "links.tar");
                refused("--dereference --hard-dereference", "links.tar");
            }
        }
    }

    /** A file with a hole, which takes no space on the disk. */
    @Test
    void anEntryOfMoreThan2GiBIsRefused() throws Exception {
        long size = 3L << 30;
        TarArchiveEntry entry = new TarArchiveEntry("a.png");
        entry.setSize(size);
        byte[] header = new byte[512];
        entry.writeEntryHeader(header);
        try (RandomAccessFile tar =
                new RandomAccessFile(directory.resolve("large.tar").toFile(), "rw")) {
            tar.write(header);
            tar.setLength(header.length + size + 1024);
        }
        refused("large.tar, entry a.png: has 3221225472 bytes, more than the limit", "large.tar");
    }

    /** In a WebDataset they would be pictures of one sample. */
    @Test
    void picturesWithTwoDotsInTheirNamesStandForThemselves() throws Exception {
        Map<String, byte[]> pictures = new LinkedHashMap<>();
        pictures.put("cats/cat.1.png", png(1));
        pictures.put("cats/cat.2.png", png(2));
        pictures.put("dogs/dog.1.png", png(3));
        tar("dots.tar", pictures);
        try (PictureSet set = open("dots.tar")) {
            assertThat(contents(set.training()))
                    .containsExactly("cats/cat.1.png cats 1", "cats/cat.2.png cats 2", "dogs/dog.1.png dogs 3");
        }
    }

    @Test
    void samplesOfWebDatasetsMustBeSound() throws Exception {
        Map<String, byte[]> twice = sample("a", 1, "cls", "0");
        twice.put("a.jpg", png(2));
        tar("twice.tar", twice);
        refused("a second picture of its sample", "twice.tar");

        Map<String, byte[]> some = sample("a", 1, "cls", "0");
        some.put("b.png", png(2));
        tar("some.tar", some);
        refused("b.png: its sample has no class", "some.tar");

        tar("broken.tar", sample("a", 1, "json", "{"));
        refused("a.json: is not JSON", "broken.tar");
    }
}
