package org.bcm4j.tensor;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/**
 * A sequence of random numbers that starts from a seed: for weights and everything else that belongs to no image. For
 * images, see {@link KeyedRandom}. Numbers are drawn on the CPU and moved to the device. Not thread-safe.
 */
public final class SeededGenerator implements AutoCloseable {
    private final Generator generator;
    private final GeneratorOptional argument;
    private final Device device;

    public SeededGenerator(long seed, Device device) {
        try (PointerScope scope = new PointerScope()) {
            generator = torch.make_generator_cpu(seed).retainReference();
            argument = new GeneratorOptional(generator).retainReference();
        }
        this.device = device;
    }

    /** Standard normal numbers, float32. */
    public Tensor normal(long... shape) {
        return device.move(torch.empty(shape).normal_(0, 1, argument));
    }

    /** Uniform numbers in [0,1), float32. */
    public Tensor uniform(long... shape) {
        return device.move(torch.empty(shape).uniform_(0, 1, argument));
    }

    /** Uniform numbers in [0,1), in double precision, for use in Java. */
    public double[] uniforms(int count) {
        try (Scope scope = Scope.open()) {
            double[] values = new double[count];
            torch.zeros(new long[] {count}, new TensorOptions(torch.ScalarType.Double))
                    .uniform_(0, 1, argument)
                    .data_ptr_double()
                    .get(values);
            return values;
        }
    }

    @Override
    public void close() {
        argument.releaseReference();
        generator.releaseReference();
    }
}
