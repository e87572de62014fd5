package org.bcm4j.metrics.inception;

import org.bcm4j.tensor.Initialization;
import org.bcm4j.tensor.WeightLayout;

/**
 * The parameters of the FID's Inception network at its full width, by pytorch-fid's names: 94 convolutions without
 * bias, a batch norm after each, and the scores of 1,008 classes. No published measure uses the bias of the scores.
 */
final class InceptionShapes {
    private static final String[] BATCH_NORM = {"weight", "bias", "running_mean", "running_var"};

    private final WeightLayout.Builder layout = new WeightLayout.Builder();

    private InceptionShapes() {}

    /** All parameters, in the order of the network. */
    static WeightLayout network() {
        InceptionShapes shapes = new InceptionShapes();
        shapes.convolution("Conv2d_1a_3x3", 3, 32, 3, 3);
        shapes.convolution("Conv2d_2a_3x3", 32, 32, 3, 3);
        shapes.convolution("Conv2d_2b_3x3", 32, 64, 3, 3);
        shapes.convolution("Conv2d_3b_1x1", 64, 80, 1, 1);
        shapes.convolution("Conv2d_4a_3x3", 80, 192, 3, 3);
        shapes.blockA("Mixed_5b.", 192, 32);
        shapes.blockA("Mixed_5c.", 256, 64);
        shapes.blockA("Mixed_5d.", 288, 64);
        shapes.blockB("Mixed_6a.", 288);
        shapes.blockC("Mixed_6b.", 128);
        shapes.blockC("Mixed_6c.", 160);
        shapes.blockC("Mixed_6d.", 160);
        shapes.blockC("Mixed_6e.", 192);
        shapes.blockD("Mixed_7a.", 768);
        shapes.blockE("Mixed_7b.", 1280);
        shapes.blockE("Mixed_7c.", 2048);
        shapes.layout.declare("fc.weight", Initialization.ZERO, 1008, 2048);
        return shapes.layout.build();
    }

    private void blockA(String block, int in, int pooled) {
        convolution(block + "branch1x1", in, 64, 1, 1);
        convolution(block + "branch5x5_1", in, 48, 1, 1);
        convolution(block + "branch5x5_2", 48, 64, 5, 5);
        convolution(block + "branch3x3dbl_1", in, 64, 1, 1);
        convolution(block + "branch3x3dbl_2", 64, 96, 3, 3);
        convolution(block + "branch3x3dbl_3", 96, 96, 3, 3);
        convolution(block + "branch_pool", in, pooled, 1, 1);
    }

    private void blockB(String block, int in) {
        convolution(block + "branch3x3", in, 384, 3, 3);
        convolution(block + "branch3x3dbl_1", in, 64, 1, 1);
        convolution(block + "branch3x3dbl_2", 64, 96, 3, 3);
        convolution(block + "branch3x3dbl_3", 96, 96, 3, 3);
    }

    /** @param inner width of the 7×7 branches */
    private void blockC(String block, int inner) {
        int width = 768;
        int branch = 192;
        convolution(block + "branch1x1", width, branch, 1, 1);
        convolution(block + "branch7x7_1", width, inner, 1, 1);
        convolution(block + "branch7x7_2", inner, inner, 1, 7);
        convolution(block + "branch7x7_3", inner, branch, 7, 1);
        convolution(block + "branch7x7dbl_1", width, inner, 1, 1);
        convolution(block + "branch7x7dbl_2", inner, inner, 7, 1);
        convolution(block + "branch7x7dbl_3", inner, inner, 1, 7);
        convolution(block + "branch7x7dbl_4", inner, inner, 7, 1);
        convolution(block + "branch7x7dbl_5", inner, branch, 1, 7);
        convolution(block + "branch_pool", width, branch, 1, 1);
    }

    private void blockD(String block, int in) {
        convolution(block + "branch3x3_1", in, 192, 1, 1);
        convolution(block + "branch3x3_2", 192, 320, 3, 3);
        convolution(block + "branch7x7x3_1", in, 192, 1, 1);
        convolution(block + "branch7x7x3_2", 192, 192, 1, 7);
        convolution(block + "branch7x7x3_3", 192, 192, 7, 1);
        convolution(block + "branch7x7x3_4", 192, 192, 3, 3);
    }

    private void blockE(String block, int in) {
        convolution(block + "branch1x1", in, 320, 1, 1);
        convolution(block + "branch3x3_1", in, 384, 1, 1);
        convolution(block + "branch3x3_2a", 384, 384, 1, 3);
        convolution(block + "branch3x3_2b", 384, 384, 3, 1);
        convolution(block + "branch3x3dbl_1", in, 448, 1, 1);
        convolution(block + "branch3x3dbl_2", 448, 384, 3, 3);
        convolution(block + "branch3x3dbl_3a", 384, 384, 1, 3);
        convolution(block + "branch3x3dbl_3b", 384, 384, 3, 1);
        convolution(block + "branch_pool", in, 192, 1, 1);
    }

    private void convolution(String name, int in, int out, int height, int width) {
        layout.declare(name + ".conv.weight", Initialization.ZERO, out, in, height, width);
        for (String statistic : BATCH_NORM) {
            layout.declare(name + ".bn." + statistic, Initialization.ZERO, out);
        }
    }
}
