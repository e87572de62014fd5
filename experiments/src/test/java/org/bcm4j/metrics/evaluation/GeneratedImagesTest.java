package org.bcm4j.metrics.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.data.ImageSet;
import org.bcm4j.data.LabelledImages;
import org.bcm4j.data.NumpyFiles;
import org.bcm4j.data.TinyData;
import org.bcm4j.metrics.Measuring;
import org.bcm4j.metrics.Metric;
import org.bcm4j.metrics.inception.InceptionNetwork;
import org.bcm4j.metrics.samples.InceptionEvaluation;
import org.bcm4j.model.TrainedModel;
import org.bcm4j.parity.Fixture;
import org.bcm4j.tensor.Scope;
import org.bcm4j.walk.Walk;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GeneratedImagesTest {
    private static final LabelledImages IMAGES = TinyData.images(230, 4);

    @TempDir
    Path folder;

    /** By the Inception network of a sixteenth of its width, and no feature network: the same as of samples in a file. */
    @Test
    void samplesSeenOnceAreMeasuredAsThoseInAFile() {
        Path weights = Fixture.folder("inception_fid/full_scaled").resolve("model.safetensors");
        Path file = folder.resolve("samples.npz");
        Walk walk = Walk.parse("80 > 5 > 0");
        try (Scope scope = Scope.open();
                TrainedModel model = UntrainedModels.bidirectional(2, true);
                InceptionNetwork network = InceptionNetwork.open(weights)) {
            InceptionEvaluation inception = new InceptionEvaluation(
                    network, EnumSet.of(Metric.FID, Metric.IS, Metric.KID, Metric.PRDC), Optional.empty());
            Evaluation.Subject subject = new Evaluation.Subject(
                    model, "0123", Optional.empty(), Optional.of(inception), IMAGES, "tiny test");
            EvaluationReport report = new Evaluation(9, 11, 5)
                    .run(subject, new Evaluation.SamplingPaths(List.of(walk), List.of()), Measuring.ALONE);
            new GeneratedImages(model, 9, 5, Measuring.ALONE).along(walk, List.of(writingTo(file)));
            SampleReport ofFile = new SampleEvaluation(Optional.empty(), Optional.of(inception), 5)
                    .run(
                            new SampleEvaluation.Named(ImageSet.at(file), "samples"),
                            Optional.of(new SampleEvaluation.Named(ImageSet.of(IMAGES, 11), "tiny test")),
                            Measuring.ALONE);

            assertThat(report.inception().orElseThrow())
                    .containsExactly(new EvaluationReport.InceptionFigures(
                            "80 > 5 > 0", 2, ofFile.inception().orElseThrow()));
            assertThat(report.real()).isEmpty();
            assertThat(report.generation()).isEmpty();
            assertThat(report.protocol().featuresSha256()).isEmpty();
            assertThat(report.protocol().inceptionSha256()).contains(network.sha256());
            Path json = folder.resolve("inception.json");
            ConfigFile.write(json, report);
            assertThat(ConfigFile.read(json, EvaluationReport.class)).isEqualTo(report);
        }
    }

    private static GeneratedImages.Receiver writingTo(Path file) {
        return new GeneratedImages.Receiver() {
            @Override
            public List<Tensor> measure(Tensor images, Optional<Tensor> labels) {
                NumpyFiles.writeNpz(file, Map.of("images", images));
                return List.of();
            }

            @Override
            public void take(Iterator<Tensor> measured) {
                // All is written.
            }
        };
    }
}
