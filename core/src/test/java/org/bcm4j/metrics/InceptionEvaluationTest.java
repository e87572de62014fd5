package org.bcm4j.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.bcm4j.data.ImageFiles;
import org.bcm4j.data.NumpyFiles;
import org.bcm4j.parity.Fixture;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.SeededGenerator;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With the Inception network of a sixteenth of its width, from a file, on pictures in files. */
class InceptionEvaluationTest {
    private static final Path WEIGHTS =
            Fixture.folder("inception_fid/full_scaled").resolve("model.safetensors");

    @TempDir
    Path directory;

    private static Tensor images(SeededGenerator generator, long count, double spread) {
        return generator
                .normal(count, 3, 16, 16)
                .mul(new Scalar(spread))
                .add(new Scalar(128.0))
                .clamp_min(new Scalar(0.0))
                .clamp_max(new Scalar(255.0))
                .to(ScalarType.Byte);
    }

    @Test
    void foldersArraysAndStatisticsGiveTheSameFigures() {
        Path folder = directory.resolve("real");
        Path array = directory.resolve("real.npz");
        Path samples = directory.resolve("samples.npz");
        Path statistics = directory.resolve("statistics.npz");
        try (Scope scope = Scope.open();
                SeededGenerator generator = new SeededGenerator(3, Device.CPU);
                InceptionNetwork network = InceptionNetwork.open(WEIGHTS)) {
            Tensor real = images(generator, 40, 60);
            for (int i = 0; i < 40; i++) {
                ImageFiles.writePng(folder.resolve("%02d.png".formatted(i)), real.select(0, i));
            }
            NumpyFiles.writeNpz(array, Map.of("images", real));
            Tensor found = images(generator, 35, 40);
            NumpyFiles.writeNpz(samples, Map.of("images", found));

            InceptionEvaluation evaluation = new InceptionEvaluation(network, MeasuringListener.NONE);
            InceptionEvaluation.Report byFolder = evaluation.run(samples, folder, Optional.of(statistics));
            InceptionEvaluation.Report byArray = evaluation.run(samples, array, Optional.empty());
            InceptionEvaluation.Report byStatistics = evaluation.run(samples, statistics, Optional.empty());

            assertThat(byFolder.fid()).isPositive().isEqualTo(byArray.fid()).isEqualTo(byStatistics.fid());
            assertThat(byFolder.kid()).isEqualTo(byArray.kid()).isPresent();
            assertThat(byStatistics.kid()).isEmpty();
            assertThat(byFolder.sampleCount()).isEqualTo(35);
            assertThat(byFolder.inceptionScore()).isGreaterThanOrEqualTo(1);
            // The definition: the distance of the two sets' moments, all images at once. Batches round differently:
            // 1e-3 of it.
            FeatureMoments first = new FeatureMoments(network.dimension());
            first.add(network.features(found));
            FeatureMoments second = new FeatureMoments(network.dimension());
            second.add(network.features(real));
            double distance = FrechetDistance.between(first, second);
            assertThat(byFolder.fid()).isCloseTo(distance, within(1e-3 * distance));
            // A set is at no distance from itself, and covers itself.
            InceptionEvaluation.Report same = evaluation.run(array, folder, Optional.empty());
            assertThat(same.fid()).isLessThan(1e-6 * distance + 1e-9);
            assertThat(same.precision()).contains(1.0);
            assertThat(same.recall()).contains(1.0);
        }
    }

    @Test
    void whatIsNoImagesAndNoWeightsIsRefused() {
        try (Scope scope = Scope.open();
                InceptionNetwork network = InceptionNetwork.open(WEIGHTS);
                SeededGenerator generator = new SeededGenerator(1, Device.CPU)) {
            Path other = directory.resolve("other.npz");
            NumpyFiles.writeNpz(other, Map.of("noises", generator.normal(2, 3)));
            InceptionEvaluation evaluation = new InceptionEvaluation(network, MeasuringListener.NONE);
            assertThatThrownBy(() -> evaluation.run(other, other, Optional.empty()))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("holds no array \"images\"");
            assertThatThrownBy(() -> evaluation.run(directory, directory, Optional.empty()))
                    .isInstanceOf(UserException.class);
            Path text = directory.resolve("weights.pth");
            NumpyFiles.writeNpy(text, generator.normal(2));
            assertThatThrownBy(() -> InceptionNetwork.open(text)).isInstanceOf(UserException.class);
        }
    }
}
