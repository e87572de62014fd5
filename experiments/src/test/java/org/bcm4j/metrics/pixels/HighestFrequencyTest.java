package org.bcm4j.metrics.pixels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.bcm4j.tensor.Ops.scalar;

import java.util.stream.LongStream;
import org.assertj.core.data.Percentage;
import org.bcm4j.data.LabelledImages;
import org.bcm4j.data.TinyData;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class HighestFrequencyTest {
    private static final LabelledImages IMAGES = TinyData.images(230, 4);

    @Test
    void aLatticeOnSamplesIsSeen() {
        try (Scope scope = Scope.open()) {
            HighestFrequency.Sum real = new HighestFrequency.Sum();
            HighestFrequency.Sum marked = new HighestFrequency.Sum();
            Tensor images = IMAGES.images(LongStream.range(0, 230).toArray());
            real.add(images);
            // Columns alternately brighter and darker by a quarter, in the lower half the other way round: 64·64/16 in
            // six bins.
            Tensor columns = torch.arange(scalar(8)).remainder(scalar(2)).sub(scalar(0.5));
            Tensor rows = torch.arange(scalar(8)).div(scalar(4)).floor().sub(scalar(0.5));
            marked.add(images.add(columns.view(1, 1, 1, 8).mul(rows.view(1, 1, 8, 1))));
            HighestFrequency ratio = marked.power().over(real.power());
            // The images' own pixels scatter by 60 levels of 127.5, 0.0184 each and 1.18 a bin.
            assertThat(ratio.acrossColumns()).isCloseTo(1 + 64 * 64 / 16.0 / 6 / 1.18, Percentage.withPercentage(10));
            assertThat(ratio.corner()).isCloseTo(1, within(1e-5));
            assertThat(ratio.acrossRows()).isCloseTo(1, within(1e-5));
            assertThat(real.power().over(real.power()).largest()).isEqualTo(1);
        }
    }
}
