package org.bcm4j.metrics.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.bcm4j.tensor.Ops.scalar;
import static org.bcm4j.tensor.TestDevice.testDevice;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.data.ImageSet;
import org.bcm4j.data.NumpyFiles;
import org.bcm4j.images.ImageFiles;
import org.bcm4j.metrics.Measuring;
import org.bcm4j.metrics.Metric;
import org.bcm4j.metrics.inception.InceptionNetwork;
import org.bcm4j.metrics.samples.InceptionEvaluation;
import org.bcm4j.parity.Fixture;
import org.bcm4j.storage.Checksum;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.SeededGenerator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With the Inception network of a sixteenth of its width, from a file, on pictures in files. */
class SampleEvaluationTest {
    private static final Path WEIGHTS =
            Fixture.folder("inception_fid/full_scaled").resolve("model.safetensors");

    private static final Set<Metric> ALL = EnumSet.of(Metric.FID, Metric.IS, Metric.KID, Metric.PRDC);
    private static final Set<Metric> STREAMED = EnumSet.of(Metric.FID, Metric.IS);

    @TempDir
    Path directory;

    private static Tensor images(SeededGenerator generator, long count, double spread) {
        return generator
                .normal(count, 3, 16, 16)
                .mul(scalar(spread))
                .add(scalar(128.0))
                .clamp_min(scalar(0.0))
                .clamp_max(scalar(255.0))
                .to(ScalarType.Byte);
    }

    @Test
    void foldersArraysAndStatisticsGiveTheSameFigures() {
        Path folder = directory.resolve("real");
        Path array = directory.resolve("real.npz");
        Path samples = directory.resolve("samples.npz");
        Path statistics = directory.resolve("statistics.npz");
        try (Scope scope = Scope.open();
                SeededGenerator generator = new SeededGenerator(3, testDevice());
                InceptionNetwork network = InceptionNetwork.open(WEIGHTS)) {
            Tensor real = images(generator, 20, 60);
            for (int i = 0; i < 20; i++) {
                ImageFiles.writePng(folder.resolve("%02d.png".formatted(i)), real.select(0, i));
            }
            NumpyFiles.writeNpz(array, Map.of("images", real));
            Tensor found = images(generator, 18, 40);
            NumpyFiles.writeNpz(samples, Map.of("images", found));

            SampleReport byFolder = measure(network, ALL, Optional.of(statistics), samples, Optional.of(folder));
            SampleReport byArray = measure(network, ALL, Optional.empty(), samples, Optional.of(array));
            SampleReport byStatistics = measure(network, STREAMED, Optional.of(statistics), samples, Optional.empty());
            InceptionEvaluation.Figures figures = byFolder.inception().orElseThrow();

            assertThat(figures.fid()).hasValueSatisfying(fid -> assertThat(fid).isPositive());
            assertThat(byArray.inception()).contains(figures);
            assertThat(byStatistics.inception())
                    .contains(new InceptionEvaluation.Figures(
                            figures.fid(),
                            figures.fidBounds(),
                            Optional.empty(),
                            Optional.empty(),
                            Optional.empty(),
                            Optional.empty(),
                            figures.inceptionScore()));
            assertThat(byFolder.protocol().images()).contains(20L);
            assertThat(byFolder.protocol().statisticsSha256()).as("made now").isEmpty();
            assertThat(byFolder.protocol().inceptionSha256()).contains(network.sha256());
            assertThat(byStatistics.protocol().images()).isEmpty();
            assertThat(byStatistics.protocol().statisticsSha256()).contains(Checksum.sha256(statistics));
            assertThat(byFolder.protocol().sampleCount()).isEqualTo(18);
            assertThat(figures.inceptionScore())
                    .hasValueSatisfying(score -> assertThat(score).isGreaterThanOrEqualTo(1));
            // A file of statistics has all that the FID asks, not what the others do.
            InceptionEvaluation all = new InceptionEvaluation(network, ALL, Optional.of(statistics));
            assertThat(all.needsRealImages()).isTrue();
            SampleReport both = measure(network, ALL, Optional.of(statistics), samples, Optional.of(array));
            assertThat(both.inception()).contains(figures);
            assertThat(both.protocol().data()).isEqualTo(array.toString());
            assertThat(both.protocol().statistics()).contains(statistics.toString());
            assertThat(byFolder.protocol().statistics()).as("made now").isEmpty();
            Path report = directory.resolve("report.json");
            ConfigFile.write(report, byFolder);
            assertThat(ConfigFile.read(report, SampleReport.class)).isEqualTo(byFolder);
            // A set is at no distance from itself, and covers itself.
            InceptionEvaluation.Figures same = measure(network, ALL, Optional.empty(), array, Optional.of(folder))
                    .inception()
                    .orElseThrow();
            assertThat(same.fid().orElseThrow()).isLessThan(1e-6 * figures.fid().orElseThrow() + 1e-9);
            assertThat(same.precision()).contains(1.0);
            assertThat(same.recall()).contains(1.0);
        }
    }

    /**
     * ‖μ₁ − μ₂‖² + tr(Σ₁ + Σ₂) − 2·Σ√λ, λ the eigenvalues of the unsymmetric Σ₁Σ₂, with covariances of N − 1, all images at once and no code
     * of ours but the network's, which has its own parity test. Tolerance 1e-3 of it: convolutions round differently by batch.
     */
    @Test
    void theFidOfTwoFixedFoldersIsThatOfTheDefinition() {
        Path first = directory.resolve("first");
        Path second = directory.resolve("second");
        try (Scope scope = Scope.open();
                InceptionNetwork network = InceptionNetwork.open(WEIGHTS)) {
            DMatrixRMaj x = rows(network.features(fixed(first, 19, 3)));
            DMatrixRMaj y = rows(network.features(fixed(second, 21, 5)));
            double expected = byDefinition(x, y);

            double fid = measure(network, Set.of(Metric.FID), Optional.empty(), second, Optional.of(first))
                    .inception()
                    .flatMap(InceptionEvaluation.Figures::fid)
                    .orElseThrow();
            assertThat(expected).isPositive();
            assertThat(fid).isCloseTo(expected, within(1e-3 * expected));
        }
    }

    /** Pictures in a folder and as one tensor: waves, whose length and colours change from one to the next. */
    private static Tensor fixed(Path folder, int count, int step) {
        byte[] pixels = new byte[count * 3 * 16 * 16];
        for (int i = 0; i < pixels.length; i++) {
            int image = i / 768;
            int colour = i / 256 % 3;
            double phase = (i % 16) * (1 + image % step) + (i / 16 % 16) * (1 + image % 7) + 2.0 * colour + image;
            pixels[i] = (byte) Math.round(127.5 + 100 * Math.sin(phase / 5));
        }
        Tensor images = HostTensors.ofBytes(pixels, count, 3, 16, 16);
        for (int i = 0; i < count; i++) {
            ImageFiles.writePng(folder.resolve("%02d.png".formatted(i)), images.select(0, i));
        }
        return images;
    }

    private static DMatrixRMaj rows(Tensor features) {
        return new DMatrixRMaj(
                (int) features.size(0),
                (int) features.size(1),
                true,
                HostTensors.doubles(features.to(ScalarType.Double)));
    }

    private static double byDefinition(DMatrixRMaj x, DMatrixRMaj y) {
        DMatrixRMaj first = covariance(x);
        DMatrixRMaj second = covariance(y);
        DMatrixRMaj product = CommonOps_DDRM.mult(first, second, new DMatrixRMaj(1, 1));
        EigenDecomposition_F64<DMatrixRMaj> eigen = DecompositionFactory_DDRM.eig(product.getNumRows(), false);
        assertThat(eigen.decompose(product)).isTrue();
        double roots = 0;
        for (int i = 0; i < eigen.getNumberOfEigenvalues(); i++) {
            roots += Math.sqrt(Math.max(0, eigen.getEigenvalue(i).getReal()));
        }
        DMatrixRMaj shift = CommonOps_DDRM.subtract(mean(x), mean(y), new DMatrixRMaj(1, 1));
        return CommonOps_DDRM.dot(shift, shift)
                + CommonOps_DDRM.trace(first)
                + CommonOps_DDRM.trace(second)
                - 2 * roots;
    }

    private static DMatrixRMaj mean(DMatrixRMaj rows) {
        DMatrixRMaj mean = CommonOps_DDRM.sumCols(rows, new DMatrixRMaj(1, 1));
        CommonOps_DDRM.divide(mean, rows.getNumRows());
        return mean;
    }

    private static DMatrixRMaj covariance(DMatrixRMaj rows) {
        DMatrixRMaj mean = mean(rows);
        DMatrixRMaj centred = rows.copy();
        for (int i = 0; i < rows.getNumElements(); i++) {
            centred.set(i, rows.get(i) - mean.get(i % rows.getNumCols()));
        }
        DMatrixRMaj covariance = new DMatrixRMaj(rows.getNumCols(), rows.getNumCols());
        CommonOps_DDRM.multTransA(1.0 / (rows.getNumRows() - 1), centred, centred, covariance);
        return covariance;
    }

    private static SampleReport measure(
            InceptionNetwork network,
            Set<Metric> metrics,
            Optional<Path> statistics,
            Path samples,
            Optional<Path> real) {
        InceptionEvaluation inception = new InceptionEvaluation(network, metrics, statistics);
        return new SampleEvaluation(Optional.empty(), Optional.of(inception), 0)
                .run(named(samples), real.map(SampleEvaluationTest::named), Measuring.ALONE);
    }

    private static SampleEvaluation.Named named(Path path) {
        return new SampleEvaluation.Named(ImageSet.at(path), path.toString());
    }

    /** Before the hours in which samples are made. */
    @Test
    void statisticsOfAnotherNetworkAreRefusedWhereTheyAreRead() {
        Path statistics = directory.resolve("statistics.npz");
        try (Scope scope = Scope.open();
                InceptionNetwork network = InceptionNetwork.open(WEIGHTS)) {
            NumpyFiles.writeNpz(
                    statistics,
                    Map.of(
                            "mu",
                            HostTensors.ofDoubles(new double[3], 3),
                            "sigma",
                            HostTensors.ofDoubles(new double[9], 3, 3)));
            InceptionEvaluation inception =
                    new InceptionEvaluation(network, Set.of(Metric.FID), Optional.of(statistics));
            assertThatThrownBy(() -> inception.reference(Optional.empty(), "nothing", Measuring.ALONE))
                    .isInstanceOf(UserException.class)
                    .hasMessage(
                            statistics + ": holds statistics of features of length 3, but those of the given Inception"
                                    + " network have length 128; give statistics made with its weights");
        }
    }

    @Test
    void whatIsNoImagesAndNoWeightsIsRefused() {
        try (Scope scope = Scope.open();
                InceptionNetwork network = InceptionNetwork.open(WEIGHTS);
                SeededGenerator generator = new SeededGenerator(1, testDevice())) {
            Path other = directory.resolve("other.npz");
            NumpyFiles.writeNpz(other, Map.of("noises", generator.normal(2, 3)));
            assertThatThrownBy(() -> named(other))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("holds no array \"images\"");
            assertThatThrownBy(() -> named(directory)).isInstanceOf(UserException.class);
            Path few = directory.resolve("few.npz");
            NumpyFiles.writeNpz(few, Map.of("images", images(generator, 3, 60)));
            assertThatThrownBy(() -> measure(network, ALL, Optional.empty(), few, Optional.of(few)))
                    .isInstanceOf(UserException.class)
                    .hasMessageEndingWith("few.npz: the measures asked for need at least 4 images, not 3");
            Path text = directory.resolve("weights.pth");
            NumpyFiles.writeNpy(text, generator.normal(2));
            assertThatThrownBy(() -> InceptionNetwork.open(text)).isInstanceOf(UserException.class);
        }
    }
}
