package org.bcm4j.studio.api;

import static org.bcm4j.tensor.Ops.scalar;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import org.bcm4j.Images;
import org.bcm4j.images.ImageFiles;
import org.bcm4j.images.ImageFit;
import org.bcm4j.images.Pixels;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Pictures and numbers as JSON carries them. */
final class Codec {
    /** Luminance of ITU-R BT.601, as JPEG has it. */
    private static final float RED = 0.299f;

    private static final float GREEN = 0.587f;
    private static final float BLUE = 0.114f;

    /** The pixels that are decoded at one time: a picture takes some twenty bytes for each of them. */
    private static final Semaphore DECODING = new Semaphore(128_000_000);

    private Codec() {}

    static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    /** Float32, little-endian. */
    static String base64(float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return base64(bytes.array());
    }

    /** All images as PNG files in base64. */
    static List<String> pictures(Images images) {
        List<String> pictures = new ArrayList<>();
        for (int i = 0; i < images.count(); i++) {
            pictures.add(base64(images.png(i)));
        }
        return pictures;
    }

    /** @throws ProblemException if the text is no base64 */
    static byte[] bytes(String base64, String field) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new ProblemException(400, "the field " + field + " is no base64; send a file's bytes in base64", e);
        }
    }

    /** @throws ProblemException if these are no {@code count} finite numbers */
    static float[] floats(String base64, String field, int count) {
        byte[] bytes = bytes(base64, field);
        if (bytes.length != count * Float.BYTES) {
            throw new ProblemException(
                    400,
                    "the field " + field + " holds " + bytes.length + " bytes, and " + count + " float32 numbers have "
                            + count * Float.BYTES);
        }
        float[] values = new float[count];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
        for (float value : values) {
            if (!Float.isFinite(value)) {
                throw new ProblemException(400, "the field " + field + " holds numbers that are not finite");
            }
        }
        return values;
    }

    /**
     * The middle square of a picture, scaled to a size, as one image. It is scaled in bytes, before the numbers of a
     * network take twelve bytes for each pixel.
     *
     * @param side height and width of the image, in pixels
     * @param mostPixels larger pictures are refused before they are decoded
     * @throws ProblemException if it is no picture, or too large, or others leave no memory for it now
     */
    static Images picture(String base64, String field, int side, long mostPixels) {
        return decoded(
                base64, field, mostPixels, picture -> Pixels.toSignal(ImageFit.CROP.square(picture.pixels(), side, 0)));
    }

    /**
     * A mask, as one grey image of its own size: white where it is white and opaque, otherwise black.
     *
     * @param mostPixels as for {@link #picture}
     * @throws ProblemException as {@link #picture}
     */
    static Images mask(String base64, String field, long mostPixels) {
        return decoded(
                base64,
                field,
                mostPixels,
                picture -> picture.white().to(ScalarType.Float).mul(scalar(2)).sub(scalar(1)));
    }

    /** @param content [C,H,W] of a picture */
    private static Images decoded(
            String base64, String field, long mostPixels, Function<ImageFiles.Picture, Tensor> content) {
        byte[] encoded = bytes(base64, field);
        try {
            return decoded(encoded, field, size(encoded, field, mostPixels), content);
        } catch (UserException e) {
            throw new ProblemException(400, e.getMessage(), e);
        }
    }

    private static Images decoded(
            byte[] encoded, String field, int pixels, Function<ImageFiles.Picture, Tensor> content) {
        if (!DECODING.tryAcquire(pixels)) {
            throw new ProblemException(429, "too many large pictures at one time; ask again later");
        }
        try (Scope scope = Scope.open()) {
            ImageFiles.Picture picture = ImageFiles.decodePicture(encoded, source(field));
            return Images.ofTensor(content.apply(picture).unsqueeze(0));
        } finally {
            DECODING.release(pixels);
        }
    }

    /** The images in a model's number of channels. Colours become grey; grey is repeated. */
    static Images inChannels(Images images, int channels) {
        if (images.channels() == channels) {
            return images;
        }
        int plane = images.height() * images.width();
        float[] given = images.values();
        float[] values = new float[images.count() * channels * plane];
        for (int i = 0; i < values.length; i++) {
            int image = i / (channels * plane);
            int pixel = i % plane;
            int first = image * images.channels() * plane + pixel;
            values[i] = images.channels() == 1
                    ? given[first]
                    : RED * given[first] + GREEN * given[first + plane] + BLUE * given[first + 2 * plane];
        }
        return Images.of(values, channels, images.height(), images.width());
    }

    /** The pixels of a picture, from its header; 0 if it is none, which {@link ImageFiles} says better. */
    private static int size(byte[] encoded, String field, long mostPixels) {
        long pixels = ImageFiles.size(encoded, source(field))
                .map(size -> (long) size.width * size.height)
                .orElse(0L);
        if (pixels > mostPixels) {
            throw new ProblemException(
                    413,
                    source(field) + " has " + pixels + " pixels, and " + mostPixels + " are the most; make it smaller");
        }
        return Math.toIntExact(pixels);
    }

    private static String source(String field) {
        return "the picture in the field " + field;
    }
}
