package org.bcm4j.nn;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** How a block changes height and width. */
public enum Resampling {
    NONE {
        @Override
        public Tensor apply(Tensor x) {
            return x;
        }
    },
    /** Halves the size: means of 2×2 pixels. */
    DOWN {
        @Override
        public Tensor apply(Tensor x) {
            return torch.avg_pool2d(x, 2, 2);
        }
    },
    /** Doubles the size: each pixel four times. */
    UP {
        @Override
        public Tensor apply(Tensor x) {
            return torch.upsample_nearest2d(x, new long[] {2 * x.size(2), 2 * x.size(3)});
        }
    };

    public abstract Tensor apply(Tensor x);

    /** Height and width of the result for a square input. */
    public long side(long side) {
        return switch (this) {
            case NONE -> side;
            case DOWN -> side / 2;
            case UP -> 2 * side;
        };
    }
}
