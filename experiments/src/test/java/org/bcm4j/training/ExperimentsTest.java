package org.bcm4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bcm4j.tensor.TestDevice.testDevice;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.model.ModelConfig;
import org.bcm4j.model.ModelKind;
import org.bcm4j.model.RecommendedWalks;
import org.bcm4j.model.RecommendedWalks.Purpose;
import org.bcm4j.network.Network;
import org.bcm4j.network.NetworkConfig;
import org.bcm4j.nn.Pass;
import org.bcm4j.tensor.NoGradients;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.SeededGenerator;
import org.bcm4j.tensor.Weights;
import org.bcm4j.training.terms.LossTerm;
import org.bcm4j.walk.ModelWalks;
import org.bcm4j.walk.Walk;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The experiments in {@code configs/}, at their real size. */
class ExperimentsTest {
    /** Named by the evaluations to noise; the way back takes one more. */
    private static final Set<Purpose> THERE_AND_BACK = Set.of(Purpose.INTERPOLATE, Purpose.SWAP);

    static List<String> experiments() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("../configs"))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".yaml") && !name.equals("reproduction.yaml"))
                    .sorted()
                    .toList();
        }
    }

    /** The paper's are the paper's term alone; ours may be more. */
    @ParameterizedTest
    @MethodSource("experiments")
    void canBeRead(String experiment) {
        TrainingConfig config = ConfigFile.read(Path.of("../configs", experiment), TrainingConfig.class);
        boolean ours = Stream.of("avataaars", "fashion-mnist").anyMatch(experiment::startsWith);
        if (!ours) {
            String paper = config.model() == ModelKind.CONSISTENCY ? "consistency" : "bidirectional-consistency";
            assertThat(config.precision().isPresent() || experiment.equals("coverage.yaml"))
                    .as("the precision is said")
                    .isTrue();
            assertThat(config.stages())
                    .singleElement()
                    .satisfies(stage -> assertThat(stage.terms())
                            .singleElement()
                            .extracting(LossTerm::name)
                            .isEqualTo(paper));
        }
        config.walks().ifPresent(walks -> {
            for (RecommendedWalks.Purpose purpose : RecommendedWalks.Purpose.values()) {
                walks.of(purpose)
                        .forEach((nfe, walk) -> assertThat(Walk.parse(walk).nfe())
                                .as(walk)
                                .isEqualTo(Integer.parseInt(nfe) + (THERE_AND_BACK.contains(purpose) ? 1 : 0)));
            }
        });
        if (config.model().walks()) {
            new ModelWalks(
                            new ModelConfig(ModelConfig.FORMAT, config.model(), config.network(), "images", List.of()),
                            config.modelWalks())
                    .requireAll();
        }
        assertThat(TrainingEstimate.of(config).runEvaluations()).isPositive();
    }

    @ParameterizedTest
    @MethodSource("experiments")
    @Tag("large")
    void anImagePassesThroughTheNetwork(String experiment) {
        NetworkConfig config = ConfigFile.read(Path.of("../configs", experiment), TrainingConfig.class)
                .network();
        Network network = config.build();
        try (Scope scope = Scope.open();
                NoGradients guard = new NoGradients();
                SeededGenerator generator = new SeededGenerator(1, testDevice());
                Weights weights = Weights.initialized(network.layout(), generator, testDevice())) {
            Tensor x = generator.normal(1, config.imageChannels(), config.imageSize(), config.imageSize());
            Optional<Tensor> label = config.classes() == 0
                    ? Optional.empty()
                    : Optional.of(testDevice().integers(new long[] {0}));
            Tensor output = network.apply(
                    Pass.evaluating(weights),
                    x,
                    testDevice().floats(1),
                    testDevice().floats(2),
                    label);
            assertThat(output.shape()).isEqualTo(x.shape());
            assertThat(output.isfinite().all().item_bool()).isTrue();
        }
    }
}
