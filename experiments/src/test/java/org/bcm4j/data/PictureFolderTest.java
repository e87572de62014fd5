package org.bcm4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bcm4j.storage.UserException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PictureFolderTest {
    @TempDir
    Path directory;

    private void write(String... files) throws IOException {
        for (String file : files) {
            Path path = directory.resolve(file);
            Files.createDirectories(path.getParent());
            Files.writeString(path, "");
        }
    }

    private List<String> relative(List<Path> paths) {
        return paths.stream().map(path -> directory.relativize(path).toString()).toList();
    }

    @Test
    void everyEndingOfAPictureIsTakenInAnyCase() throws IOException {
        String[] files = {
            "a.BMP",
            "a.GIF",
            "a.JFIF",
            "a.JPE",
            "a.bmp",
            "a.gif",
            "a.jfif",
            "a.jpe",
            "a.jpeg",
            "a.jpg",
            "a.png",
            "a.tif",
            "a.tiff",
            "a.webp",
            "sub/sub/A.WebP"
        };
        write(files);
        PictureFolder folder = PictureFolder.of(directory);
        assertThat(relative(folder.pictures())).containsExactly(files);
        assertThat(folder.leftOut()).isEmpty();
    }

    @Test
    void whatIsNoPictureIsLeftOutAndNamed() throws IOException {
        write("__MACOSX/a/._1.png", "a/._1.png", "a/1.png", ".DS_Store", ".cache/x.png", "b.heic", "notes.txt");
        PictureFolder folder = PictureFolder.of(directory);
        assertThat(relative(folder.pictures())).containsExactly("a/1.png");
        assertThat(relative(folder.leftOut()))
                .containsExactly(".DS_Store", ".cache", "__MACOSX", "a/._1.png", "b.heic", "notes.txt");
        Files.delete(directory.resolve("a/1.png"));
        assertThatThrownBy(() -> PictureFolder.ofSome(directory))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith(directory + ": holds no pictures (bmp, gif, ")
                .hasMessageEndingWith("; it holds 6 others (.DS_Store, .cache/, __MACOSX/, a/._1.png and 2 more)");
    }

    @Test
    void linksAreFollowedUnlessTheyLeadNowhereOrInACircle() throws IOException {
        write("real/a/1.png", "real/b/2.png", "elsewhere/3.png");
        Files.createSymbolicLink(directory.resolve("real/c"), directory.resolve("elsewhere"));
        Files.createSymbolicLink(directory.resolve("real/circle"), directory.resolve("real"));
        Files.createSymbolicLink(directory.resolve("real/lost.png"), directory.resolve("nowhere.png"));
        Files.createSymbolicLink(directory.resolve("real/one.png"), directory.resolve("elsewhere/3.png"));
        Path link = Files.createSymbolicLink(directory.resolve("link"), directory.resolve("real"));
        PictureFolder folder = PictureFolder.of(link);
        assertThat(relative(folder.pictures()))
                .containsExactly("link/a/1.png", "link/b/2.png", "link/c/3.png", "link/one.png");
        assertThat(relative(folder.leftOut())).containsExactly("link/circle", "link/lost.png");
        assertThat(relative(PictureFolder.of(directory.resolve("real/circle")).pictures()))
                .as("begun within the circle")
                .hasSize(4);
        write("outer/inner/4.png");
        Files.createSymbolicLink(directory.resolve("outer/inner/up"), directory.resolve("outer"));
        PictureFolder inner = PictureFolder.of(directory.resolve("outer/inner"));
        assertThat(relative(inner.pictures())).contains("outer/inner/4.png");
        assertThat(inner.leftOut()).isNotEmpty();
    }

    /** What an edit wrote is read as its results, without the comparisons beside them. */
    @Test
    void theResultsOfAnEditAreReadAlone() throws IOException {
        write("filled/1.png", "filled/2.png", "filled/overview.png", "filled/side-by-side/1.png");
        assertThat(relative(PictureFolder.of(directory).pictures())).containsExactly("filled/1.png", "filled/2.png");
        write("mine/overview.png", "other/side-by-side/1.png");
        assertThat(relative(PictureFolder.of(directory).pictures()))
                .contains("mine/overview.png", "other/side-by-side/1.png");
    }

    @Test
    void namesAreComparedAsPeopleReadThem() throws IOException {
        assertThat(PictureFolder.name("ba\u0308r\\1.png")).isEqualTo("b\u00e4r/1.png");
        write("ba\u0308r.png", "b\u00e4r.png");
        assertThatThrownBy(() -> PictureFolder.of(directory).byName())
                .isInstanceOf(UserException.class)
                .hasMessageContaining("have the same name on most systems; rename one of them");
    }
}
