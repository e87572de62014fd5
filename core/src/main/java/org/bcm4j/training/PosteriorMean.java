package org.bcm4j.training;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.bcm4j.data.LabelledImages;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * The mean of the training images that may lie behind a noisy one, each weighted by how probable it is:
 *
 * <pre>
 *   E[x | x_t, y] = Σ_i w_i·x_i,   w = softmax_i( −‖x_t − x_i‖² / 2t² ),   over the images i of class y, or all if the label is dropped
 * </pre>
 *
 * It is the denoiser D of the PF ODE dx/dt = (x − D(x,t))/t (SPEC 1) for the training set as it is, where the image that was drawn is
 * that denoiser plus noise: the same expectation, without the variance (Xu et al., "Stable Target Field", arXiv 2302.00670).
 */
final class PosteriorMean implements AutoCloseable {
    /** Below this noise scale no image of these sizes is mistaken for another: the mean is the image itself. */
    private static final double SMALLEST_TIME = 1;

    private static final int IMAGES_AT_ONCE = 4096;

    /** All images as rows, ordered by class. */
    private final Tensor rows;
    /** −‖x_i‖²/2. */
    private final Tensor halfSquares;
    /** Where each class begins among the rows; one more entry for the end. */
    private final long[] begin;

    PosteriorMean(LabelledImages images, Device device) {
        int classes = images.classNames().size();
        try (Scope scope = Scope.open()) {
            long[] all = LongStream.range(0, images.size()).toArray();
            long[] labels = HostTensors.longs(images.labels(all));
            long[] ordered = IntStream.range(0, labels.length)
                    .boxed()
                    .sorted((i, j) -> Long.compare(labels[i], labels[j]))
                    .mapToLong(i -> i)
                    .toArray();
            begin = new long[classes + 1];
            for (long label : labels) {
                begin[(int) label + 1]++;
            }
            Arrays.parallelPrefix(begin, Long::sum);
            TensorVector parts = new TensorVector();
            for (int first = 0; first < ordered.length; first += IMAGES_AT_ONCE) {
                int end = Math.min(ordered.length, first + IMAGES_AT_ONCE);
                Tensor part = images.images(Arrays.copyOfRange(ordered, first, end));
                parts.push_back(device.move(part).flatten(1, -1));
            }
            rows = Scope.own(torch.cat(parts, 0));
            halfSquares = Scope.own(rows.square().sum(1).mul(new Scalar(-0.5)));
        }
    }

    /** The example with the posterior mean at its x_{n+1}. */
    Example stabilized(Example drawn) {
        return new Example(
                drawn.images(),
                drawn.noise(),
                drawn.tNext(),
                drawn.t(),
                drawn.u(),
                drawn.labels(),
                Optional.of(Scope.returning(() -> of(drawn))));
    }

    private Tensor of(Example drawn) {
        Tensor noisy = drawn.diffused(drawn.tNext()).flatten(1, -1);
        Tensor mean = drawn.images().flatten(1, -1).clone();
        double[] t = HostTensors.doubles(drawn.tNext());
        Optional<long[]> labels = drawn.labels().map(HostTensors::longs);
        Map<Long, List<Integer>> byClass = new TreeMap<>();
        for (int i = 0; i < t.length; i++) {
            if (t[i] >= SMALLEST_TIME) {
                long label = labels.isPresent() ? labels.get()[i] : begin.length - 1;
                byClass.computeIfAbsent(label, none -> new ArrayList<>()).add(i);
            }
        }
        byClass.forEach((label, members) -> {
            Tensor chosen = Tensor.create(members.stream().mapToLong(i -> i).toArray());
            Tensor index = mean.is_cpu() ? chosen : chosen.to(mean.device(), chosen.scalar_type());
            boolean known = label < begin.length - 1;
            long first = known ? begin[label.intValue()] : 0;
            long count = (known ? begin[label.intValue() + 1] : rows.size(0)) - first;
            Tensor candidates = rows.narrow(0, first, count);
            Tensor variance = drawn.tNext().index_select(0, index).square().view(-1, 1);
            Tensor logits = torch.matmul(noisy.index_select(0, index), candidates.t())
                    .add(halfSquares.narrow(0, first, count))
                    .div(variance);
            mean.index_copy_(0, index, torch.matmul(torch.softmax(logits, 1), candidates));
        });
        return mean.view_as(drawn.images());
    }

    @Override
    public void close() {
        rows.releaseReference();
        halfSquares.releaseReference();
    }
}
