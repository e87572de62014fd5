package org.bcm4j.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bcm4j.tensor.TestDevice.testDevice;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bcm4j.data.LabelledImages;
import org.bcm4j.data.TinyData;
import org.bcm4j.storage.Checksum;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Precision;
import org.bcm4j.tensor.Scope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FeatureNetworkTest {
    @TempDir
    private Path folder;

    private FeatureConfig train(String name, long seed) {
        return new FeatureTraining(seed, 20)
                .run(TinyData.images(256, 1), TinyData.images(50, 2), folder.resolve(name), (step, steps, loss) -> {});
    }

    @Test
    void learnsToTellClassesApart() {
        FeatureConfig trained = train("network", 0);

        assertThat(trained.testAccuracy()).isEqualTo(1);
        try (FeatureNetwork network = FeatureNetwork.open(folder.resolve("network"));
                Scope scope = Scope.open()) {
            assertThat(network.config()).isEqualTo(trained);
            long[] indices = {0, 1, 2, 3, 4};
            Responses responses = network.responses(TinyData.images(50, 3).images(indices));
            assertThat(responses.features().shape()).containsExactly(5, trained.features());
            assertThat(responses.features().min().item_float()).isNotNegative();
            assertThat(HostTensors.longs(responses.classes())).containsExactly(0, 1, 0, 1, 0);
        }
    }

    @Test
    void measuresTheSameOnAnyDeviceInsideOfHalfPrecision() {
        train("network", 0);
        try (FeatureNetwork network = FeatureNetwork.open(folder.resolve("network"), testDevice());
                Scope scope = Scope.open()) {
            LabelledImages images = TinyData.images(50, 3);
            long[] indices = {0, 1, 2, 3, 4};
            Responses responses = network.responses(images.images(indices));
            assertThat(responses.agreeing(images.labels(indices))).isEqualTo(5);
            try (Precision.Guard half = Precision.BF16.on(testDevice())) {
                assertThat(HostTensors.floats(
                                network.responses(images.images(indices)).features()))
                        .containsExactly(HostTensors.floats(responses.features()));
            }
        }
    }

    @Test
    void refusesWhatItCannotLearnFrom() {
        LabelledImages odd = new LabelledImages(new byte[2 * 36], new int[] {0, 1}, 1, 6, 6, List.of("a", "b"));
        LabelledImages wide = new LabelledImages(new byte[2 * 32], new int[] {0, 1}, 1, 4, 8, List.of("a", "b"));
        LabelledImages unsorted = new LabelledImages(new byte[2 * 64], new int[2], 1, 8, 8, List.of("all"));
        refuses(odd, odd, "square images whose side is divisible by 4, but these are 6 x 6");
        refuses(wide, wide, "square images whose side is divisible by 4, but these are 4 x 8");
        refuses(unsorted, unsorted, "have only one class");
        refuses(TinyData.images(4, 1), wide, "the test images are 1 x 4 x 8, the training images 1 x 8 x 8");
    }

    private void refuses(LabelledImages training, LabelledImages test, String message) {
        Path network = folder.resolve("refused");
        assertThatThrownBy(() -> new FeatureTraining(0, 1).run(training, test, network, (step, steps, loss) -> {}))
                .isInstanceOf(UserException.class)
                .hasMessageContaining(message);
        assertThat(network).doesNotExist();
    }

    @Test
    void theSameSeedGivesTheSameNetwork() {
        train("a", 5);
        train("b", 5);
        train("c", 6);

        assertThat(sha256("a")).isEqualTo(sha256("b")).isNotEqualTo(sha256("c"));
    }

    @Test
    void theLossFalls() {
        List<Double> losses = new ArrayList<>();
        new FeatureTraining(0, 20)
                .run(
                        TinyData.images(256, 1),
                        TinyData.images(2, 2),
                        folder.resolve("network"),
                        (step, steps, loss) -> losses.add(loss));

        assertThat(losses).hasSize(40);
        assertThat(losses.get(39)).isLessThan(0.9 * losses.get(0));
    }

    @Test
    void refusesImagesOfAnotherSize() {
        train("network", 0);
        try (FeatureNetwork network = FeatureNetwork.open(folder.resolve("network"));
                Scope scope = Scope.open()) {
            var large = HostTensors.ofFloats(new float[100], 1, 1, 10, 10);
            assertThatThrownBy(() -> network.responses(large))
                    .isInstanceOf(UserException.class)
                    .hasMessage(
                            "images of shape [1, 1, 10, 10] do not fit the feature network, which takes images of 1 x 8 x 8;"
                                    + " use the features that were trained on these images' data set");
        }
    }

    @Test
    void aFolderWithoutANetworkSaysHowToGetOne() throws IOException {
        Path empty = Files.createDirectory(folder.resolve("still empty"));

        assertThatThrownBy(() -> FeatureNetwork.open(empty))
                .isInstanceOf(UserException.class)
                .hasMessage(empty + ": holds no feature network (config.json is missing); train one with"
                        + " `bcm features train --out '" + empty + "'`");
    }

    private String sha256(String name) {
        return Checksum.sha256(folder.resolve(name).resolve("model.safetensors"));
    }
}
