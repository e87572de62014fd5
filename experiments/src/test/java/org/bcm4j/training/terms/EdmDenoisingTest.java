package org.bcm4j.training.terms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bcm4j.tensor.TestDevice.testDevice;

import java.util.List;
import java.util.stream.IntStream;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.model.TimeGrid;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.KeyedRandom;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.Weights;
import org.bcm4j.training.TrainingStage;
import org.bcm4j.training.terms.IntervalLaw.EndPoints;
import org.bcm4j.training.terms.StubNetwork.Call;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class EdmDenoisingTest {
    private static final int COUNT = 1000;
    private static final int POINTS = 11;
    private static final IntervalLaw.Settings TIMES = IntervalLaw.Settings.paper(EndPoints.INCLUDED);

    @Test
    void itsLossIsConfigured() {
        assertThat(terms("{kind: edm-denoising, loss: {log_mean: -1.0}}"))
                .containsExactly(new EdmDenoising(new EdmLoss(-1.0, 1.2)));
        assertThat(terms("{kind: edm-denoising}")).containsExactly(new EdmDenoising(EdmLoss.EDM));
    }

    private static List<LossTerm> terms(String term) {
        return ConfigFile.parse("{steps: 1, terms: [" + term + "]}", "test.yaml", TrainingStage.class)
                .terms();
    }

    @Test
    void aDenoiserDrawsNoiseScalesByItsLawAndOthersFromTheGrid() {
        try (Scope scope = Scope.open()) {
            KeyedRandom same = KeyedRandom.from(1, 0, 0, testDevice());
            Call denoiser = calls(new EdmDenoising(EdmLoss.EDM)).get(0);
            same.normal(COUNT, 1, 1, 1); // the noise
            assertThat(denoiser.t()).containsExactly(HostTensors.doubles(EdmLoss.EDM.sigma(same.normal(COUNT))));

            List<Call> consistency = calls(new Consistency(0, TIMES));
            double[] t = consistency.get(0).t();
            double[] tNext = consistency.get(1).t();
            double[] grid = grid();
            for (int i = 0; i < COUNT; i++) {
                assertThat(t[i]).isLessThan(tNext[i]);
                assertThat(grid).contains(t[i], tNext[i]);
            }
            // The raw output is told where to go.
            Call denoising = calls(new Denoising(TIMES)).get(0);
            for (int i = 0; i < COUNT; i++) {
                assertThat(denoising.u()[i]).isNotEqualTo(denoising.t()[i]);
                assertThat(grid).contains(denoising.u()[i]);
            }
        }
    }

    /** What a term asks of the network in one step. */
    private static List<Call> calls(LossTerm term) {
        StubNetwork network = new StubNetwork(0, 0.5);
        try (Weights weights = Weights.zeros(network.layout(), testDevice());
                Weights live = weights.trainable()) {
            Tensor images = testDevice().zeros(COUNT, 1, 1, 1);
            term.apply(network.inputs(live, images, POINTS, 1, TermState.NONE));
            return network.calls;
        }
    }

    private static double[] grid() {
        TimeGrid grid = new TimeGrid(POINTS);
        return IntStream.range(0, POINTS).mapToDouble(n -> (float) grid.time(n)).toArray();
    }
}
