package org.bcm4j.metrics.edits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bcm4j.tensor.Ops.scalar;

import org.bcm4j.editing.Constraint;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.SeededGenerator;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CorruptionTest {
    private final Scope scope = Scope.open();
    private final SeededGenerator generator = new SeededGenerator(2, Device.CPU);
    private final Tensor images = generator.uniform(3, 1, 8, 8).mul(scalar(2.0)).sub(scalar(1.0));

    @AfterEach
    void close() {
        generator.close();
        scope.close();
    }

    @Test
    void theHoleIsTheMiddleSquareAndTheRestIsKnown() {
        Corruption.Damaged damaged = new Corruption.CentralHole().apply(images);
        Tensor changed = damaged.images().ne(images);
        assertThat(changed.narrow(2, 2, 4).narrow(3, 2, 4).all().item_bool()).isTrue();
        assertThat(changed.sum().item_double()).isEqualTo(3 * 16.0);
        Tensor imposed = damaged.known().impose(images.neg());
        assertThat(imposed.sub(damaged.images()).abs().sum().item_double()).isPositive();
        assertThat(imposed.narrow(2, 0, 2).equal(images.narrow(2, 0, 2))).isTrue();
    }

    @Test
    void ofACompressedImageNothingIsKnown() {
        Corruption.Damaged damaged = new Corruption.Compression(10).apply(images);
        assertThat(damaged.images().shape()).isEqualTo(images.shape());
        assertThat(damaged.images().sub(images).abs().mean().item_double()).isBetween(0.05, 1.0);
        assertThat(damaged.known()).isEqualTo(Constraint.NONE);
    }
}
