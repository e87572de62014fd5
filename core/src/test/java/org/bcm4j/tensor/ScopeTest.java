package org.bcm4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bcm4j.tensor.TestDevice.testDevice;

import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class ScopeTest {
    @Test
    void freesWhatItsBlockMade() {
        Tensor made;
        try (Scope scope = Scope.open()) {
            made = testDevice().zeros(3);
            assertThat(made.isNull()).isFalse();
        }
        assertThat(made.isNull()).isTrue();
    }

    @Test
    void handsAResultToTheSurroundingScopeAndFreesTheRest() {
        Tensor[] intermediate = new Tensor[1];
        Tensor result;
        try (Scope outer = Scope.open()) {
            result = Scope.returning(() -> {
                intermediate[0] = testDevice().full(2, 3);
                return intermediate[0].square();
            });
            assertThat(intermediate[0].isNull()).isTrue();
            assertThat(HostTensors.floats(result)).containsExactly(4, 4, 4);
        }
        assertThat(result.isNull()).isTrue();
    }

    @Test
    void withoutASurroundingScopeTheCallerOwnsTheResult() {
        Tensor result = Scope.returning(() -> testDevice().full(2, 3));
        assertThat(HostTensors.floats(result)).containsExactly(2, 2, 2);
        result.close();
        assertThat(result.isNull()).isTrue();
    }

    @Test
    void ownedTensorsLiveUntilReleased() {
        Tensor owned;
        try (Scope scope = Scope.open()) {
            owned = Scope.own(testDevice().full(7, 1));
        }
        assertThat(HostTensors.floats(owned)).containsExactly(7);
        owned.releaseReference();
        assertThat(owned.isNull()).isTrue();
    }
}
