package org.bcm4j.metrics.edits;

import static org.bcm4j.tensor.Ops.scalar;
import static org.bcm4j.tensor.Ops.stack;

import org.bcm4j.editing.Constraint;
import org.bcm4j.editing.KnownPixels;
import org.bcm4j.images.ImageFiles;
import org.bcm4j.images.Pixels;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Damages whole images to make test pairs for edits. */
public sealed interface Corruption {
    /** The damage in words. */
    String title();

    /**
     * Damages images.
     *
     * @param images float32 [B,C,H,W] in [-1,1], on the CPU; not changed
     */
    Damaged apply(Tensor images);

    /**
     * Damaged images.
     *
     * @param images float32 [B,C,H,W]
     * @param known what is known of the originals
     */
    record Damaged(Tensor images, Constraint known) {}

    /** The middle square, half as wide as the image, is missing. It is drawn grey. */
    record CentralHole() implements Corruption {
        @Override
        public String title() {
            return "central hole";
        }

        @Override
        public Damaged apply(Tensor images) {
            long height = images.size(2);
            long width = images.size(3);
            Tensor missing =
                    torch.zeros(new long[] {images.size(0), 1, height, width}).to(torch.ScalarType.Bool);
            missing.narrow(2, height / 4, height / 2)
                    .narrow(3, width / 4, width / 2)
                    .fill_(scalar(1L));
            Tensor holed = images.masked_fill(missing, scalar(0.0));
            return new Damaged(holed, new KnownPixels(holed, missing));
        }
    }

    /**
     * JPEG compression. Nothing is known of the originals.
     *
     * @param quality from 1 to 100
     */
    record Compression(int quality) implements Corruption {
        @Override
        public String title() {
            return "JPEG quality " + quality;
        }

        @Override
        public Damaged apply(Tensor images) {
            Tensor[] compressed = new Tensor[Math.toIntExact(images.size(0))];
            for (int i = 0; i < compressed.length; i++) {
                compressed[i] = Pixels.toSignal(ImageFiles.throughJpeg(images.select(0, i), quality));
            }
            return new Damaged(stack(0, compressed), Constraint.NONE);
        }
    }
}
