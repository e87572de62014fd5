package org.bcm4j.nn;

import java.util.Optional;
import org.bcm4j.nn.Operations.Window;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** libtorch's operations, on every device, in every precision, with gradients. */
enum PlainKernels implements Kernels {
    INSTANCE;

    private static final long[] ONE = {1, 1};

    @Override
    public Tensor convolution(Tensor x, Tensor weight, Optional<Tensor> bias, Window window) {
        TensorOptional added = bias.map(TensorOptional::new).orElseGet(TensorOptional::new);
        long[] stride = {window.stride(), window.stride()};
        long[] padding = {window.padding(), window.padding()};
        return torch.conv2d(x, weight, added, stride, padding, ONE, window.groups());
    }

    @Override
    public Tensor groupNorm(Tensor x, int groups, Tensor weight, Tensor bias, double epsilon) {
        // libtorch's backward pass of a channels-last group norm crashes the process on the CPU if x needs no gradient.
        return torch.group_norm(
                x.contiguous(), groups, new TensorOptional(weight), new TensorOptional(bias), epsilon, true);
    }
}
