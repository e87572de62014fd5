package org.bcm4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.StringReader;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.bcm4j.training.StepTimes.Part;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

class StepTimesTest {
    private final StepTimes times = new StepTimes();

    /** A step of two lanes; parts take what their work takes. */
    private void step() {
        times.of(
                () -> {
                    times.shared(2, () -> spend(4), "step", "terms", "soft", "forward");
                    times.shared(2, () -> spend(2), "step", "terms", "soft", "forward");
                    times.of(() -> spend(1), "step", "update");
                },
                "step");
        assertThat(times.<Integer>of(() -> 7, "log")).isEqualTo(7);
    }

    private static void spend(int milliseconds) {
        long end = System.nanoTime() + milliseconds * 1_000_000L;
        while (System.nanoTime() < end) {
            Thread.onSpinWait();
        }
    }

    @Test
    void timesNestAndThoseOfLanesAreTheirMean() {
        step();
        Part whole = times.whole();
        assertThat(whole.parts()).extracting(Part::name).containsExactly("log", "step");
        Part step = whole.parts().get(1);
        assertThat(step.seconds()).isGreaterThanOrEqualTo(0.007);
        assertThat(step.parts()).extracting(Part::name).containsExactly("terms", "update");
        Part terms = step.parts().get(0);
        Part forward = terms.parts().get(0).parts().get(0);
        assertThat(forward.path()).isEqualTo(List.of("step", "terms", "soft", "forward"));
        // Nothing took the time of the terms themselves: it is that of the parts in them.
        assertThat(terms.seconds()).isEqualTo(forward.seconds()).isGreaterThanOrEqualTo(0.003);
        assertThat(step.seconds()).isGreaterThan(terms.seconds());
        assertThat(whole.seconds()).isCloseTo(whole.parts().get(0).seconds() + step.seconds(), within(1e-12));
    }

    @Test
    void theTableAndTheChartShowEveryPart() throws Exception {
        step();
        assertThat(times.table().lines())
                .hasSize(7)
                .first()
                .asString()
                .startsWith("100.0 %")
                .endsWith("run");
        assertThat(times.table()).contains("forward").contains("update");
        Document chart = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(times.flameChart())));
        assertThat(chart.getElementsByTagName("rect").getLength()).isEqualTo(7);
    }
}
