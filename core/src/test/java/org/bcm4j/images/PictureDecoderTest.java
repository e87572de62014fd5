package org.bcm4j.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.bcm4j.images.ImageFiles.Picture;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.HostTensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** GIF, and what is no picture. */
class PictureDecoderTest extends DecodedPictures {
    /** A frame of 2 x 1 in the middle of a canvas of 4 x 3, put together by hand. */
    @Test
    void aGifFrameLiesOnItsCanvas() throws IOException {
        byte[] gif = {
            'G',
            'I',
            'F',
            '8',
            '9',
            'a',
            4,
            0,
            3,
            0,
            (byte) 0x80,
            0,
            0, // canvas, palette of two colours
            50,
            50,
            50,
            90,
            90,
            90,
            ',',
            1,
            0,
            1,
            0,
            2,
            0,
            1,
            0,
            0, // frame at (1, 1)
            2,
            2,
            0x44,
            0x0a,
            0, // LZW of 2 bits: clear, 0, 1, end
            ';'
        };
        Path file = Files.write(directory.resolve("a.gif"), gif);
        Picture picture = ImageFiles.readPicture(file);
        assertThat(picture.pixels().shape()).containsExactly(1, 3, 4);
        assertThat(HostTensors.longs(picture.pixels()))
                .containsExactly(255, 255, 255, 255, 255, 50, 90, 255, 255, 255, 255, 255);
        assertThat(HostTensors.longs(picture.opacity().orElseThrow()))
                .containsExactly(0, 0, 0, 0, 0, 255, 255, 0, 0, 0, 0, 0);
    }

    /** A few bytes of file; the canvas would take gigabytes. The numbers are in the order of their bytes. */
    @ParameterizedTest
    @CsvSource({"60EA 60EA, 0000 0000, 60000 x 60000", "0100 0100, 60EA 60EA, 60001 x 60001"})
    void aHugeCanvasOfASmallFrameIsRefused(String screen, String place, String size) {
        String hex = "474946383961" + screen + "800000 3232325A5A5A 2C" + place + "0100 0100 00 02024401 00 3B";
        byte[] gif = HexFormat.of().parseHex(hex.replace(" ", ""));
        assertThatThrownBy(() -> ImageFiles.decode(gif, "a.gif"))
                .isInstanceOf(UserException.class)
                .hasMessage("a.gif is too large (" + size + " pixels); scale it down");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "version https://git-lfs.github.com/spec/v1|is a Git LFS pointer and not the file itself",
                "<!DOCTYPE html><html>404|is a web page (HTML)",
                "<?xml version=\"1.0\"?><Error/>|is XML text",
                "''|is empty (0 bytes); get the picture again"
            })
    void whatOnlyBearsThePicturesNameIsRecognised(String content, String message) {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> ImageFiles.decode(bytes, "a.png"))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith("a.png " + message);
    }
}
