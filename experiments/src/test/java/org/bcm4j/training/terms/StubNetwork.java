package org.bcm4j.training.terms;

import static org.bcm4j.tensor.Ops.scalar;
import static org.bcm4j.tensor.TestDevice.testDevice;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.bcm4j.model.ConsistencyFunction;
import org.bcm4j.model.ModelKind;
import org.bcm4j.model.NoiseScales;
import org.bcm4j.model.TimeGrid;
import org.bcm4j.network.Network;
import org.bcm4j.nn.Cost;
import org.bcm4j.nn.Pass;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Initialization;
import org.bcm4j.tensor.KeyedRandom;
import org.bcm4j.tensor.WeightLayout;
import org.bcm4j.tensor.Weights;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A network that needs no training: its output is that of the ideal denoiser of images whose pixels are independent normal numbers, so that f is an
 * Euler step of their PF ODE, whose solution is known. It has one weight, which changes nothing, and notes what it is asked.
 */
final class StubNetwork implements Network {
    /**
     * An evaluation.
     *
     * @param t of each image
     * @param u of each image
     * @param hasGradient whether what it answers has one
     */
    @SuppressWarnings("ArrayRecordComponent") // read once, never compared
    record Call(double[] t, double[] u, boolean hasGradient) {}

    private static final double DATA_VARIANCE = NoiseScales.SIGMA_DATA * NoiseScales.SIGMA_DATA;

    final List<Call> calls = new ArrayList<>();
    private final double mean;
    private final double deviation;

    /**
     * @param mean of every pixel
     * @param deviation the pixels' standard deviation; 0 for images that are all the same
     */
    StubNetwork(double mean, double deviation) {
        this.mean = mean;
        this.deviation = deviation;
    }

    /** The inputs of a term that trains this network without dropout on images that are all {@code mean}; {@code live} is also sg θ. */
    TermInputs inputs(Weights live, Tensor images, int points, long seed, TermState state) {
        return inputs(live, images, points, seed, state, 0);
    }

    /** The same for a given batch. All batches hold the same images, with random numbers of their own. */
    TermInputs inputs(Weights live, Tensor images, int points, long seed, TermState state, long batch) {
        ConsistencyFunction function = new ConsistencyFunction(this, ModelKind.BIDIRECTIONAL);
        return new TermInputs(
                new TrainedFunction(function, live, live),
                examples(images, seed, batch),
                new TermInputs.Place(batch, 0, 1),
                0,
                earlier -> examples(images, seed, earlier),
                new TimeGrid(points),
                PseudoHuber.forDimension(images.numel() / images.size(0)),
                Optional.empty(),
                testDevice(),
                state);
    }

    private static Examples examples(Tensor images, long seed, long batch) {
        long count = images.size(0);
        long[] numbers = LongStream.range(0, count).map(i -> batch * count + i).toArray();
        return new Examples(
                images,
                Optional.empty(),
                testDevice().integers(numbers),
                KeyedRandom.of(seed, 0, numbers, testDevice()));
    }

    /** The point at time u of the trajectory that passes x at time t, in float64. */
    double flow(double x, double t, double u) {
        return mean + (x - mean) * Math.sqrt((deviation * deviation + u * u) / (deviation * deviation + t * t));
    }

    /** E[x | x_t] of a pixel, in float64. */
    double denoised(double x, double t) {
        return mean + (x - mean) * deviation * deviation / (deviation * deviation + t * t);
    }

    @Override
    public WeightLayout layout() {
        return new WeightLayout.Builder()
                .declare("none", Initialization.ZERO, 1)
                .build();
    }

    @Override
    public Cost cost() {
        return Cost.NONE;
    }

    /** F = (t·D − σ_data²·z) / (σ_data·√(t²+σ_data²)) with D = E[x | x_t] and z = (x_t − D)/t, in float64. */
    @Override
    public Tensor apply(Pass pass, Tensor x, Tensor t, Tensor u, Optional<Tensor> labels) {
        Tensor time = t.to(ScalarType.Double).view(-1, 1, 1, 1);
        Tensor size = time.square().add(scalar(DATA_VARIANCE)).sqrt();
        double variance = deviation * deviation;
        Tensor away = x.to(ScalarType.Double)
                .mul(size)
                .sub(scalar(mean))
                .div(time.square().add(scalar(variance)));
        Tensor denoised = away.mul(scalar(variance)).add(scalar(mean));
        Tensor noise = away.mul(time);
        Tensor output = denoised.mul(time)
                .sub(noise.mul(scalar(DATA_VARIANCE)))
                .div(size)
                .div(scalar(NoiseScales.SIGMA_DATA))
                .to(ScalarType.Float)
                .add(pass.weights().get("none").mul(scalar(0.0)).view(1, 1, 1, 1));
        calls.add(new Call(HostTensors.doubles(t), HostTensors.doubles(u), output.requires_grad()));
        return output;
    }
}
