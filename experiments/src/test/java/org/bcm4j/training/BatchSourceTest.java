package org.bcm4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bcm4j.tensor.TestDevice.testDevice;

import java.nio.file.Path;
import java.util.stream.LongStream;
import org.bcm4j.data.LabelledImages;
import org.bcm4j.data.ShuffledOrder;
import org.bcm4j.tensor.RankGroup;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BatchSourceTest {
    @TempDir
    Path directory;

    /** Steps in order are read ahead; after a jump, such as that to a checkpoint, nothing that was read ahead is used. */
    @Test
    void anyStepHasTheImagesOfItsExamples() {
        TrainingConfig config = TinyRun.config(directory, "label_dropout=0");
        LabelledImages images = config.data().training();
        ShuffledOrder order = new ShuffledOrder(images.size(), config.seed());
        try (Scope scope = Scope.open();
                BatchSource source = new BatchSource(config, images, testDevice(), RankGroup.alone())) {
            for (long step : new long[] {0, 1, 2, 2, 9, 10, 3, 0}) {
                for (int part = 0; part < 2; part++) {
                    BatchSource.Part dealt = source.part(step, part, 2);
                    long[] indices =
                            LongStream.of(dealt.examples()).map(order::index).toArray();
                    Tensor expected = testDevice().move(images.images(indices));
                    assertThat(dealt.first()).isEqualTo(step * config.batchSize() + part);
                    assertThat(dealt.images().equal(expected))
                            .as("step " + step)
                            .isTrue();
                    assertThat(dealt.labels().orElseThrow().equal(testDevice().move(images.labels(indices))))
                            .isTrue();
                }
            }
        }
    }
}
