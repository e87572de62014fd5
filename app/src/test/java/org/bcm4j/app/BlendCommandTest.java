package org.bcm4j.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bcm4j.app.CommandProcess.Outcome;
import org.bcm4j.model.ModelConfig;
import org.bcm4j.model.ModelFolder;
import org.bcm4j.model.RecommendedWalks;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.SeededGenerator;
import org.bcm4j.tensor.WeightLayout;
import org.bcm4j.tensor.Weights;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BlendCommandTest {
    @TempDir
    Path directory;

    @BeforeEach
    void writeModels() {
        TinyModel.write(directory.resolve("first"));
        ModelFolder first = new ModelFolder(directory.resolve("first"));
        first.store(first.walks().with(RecommendedWalks.Purpose.SAMPLE, 2, "80 > 3 > 0"));
        ModelConfig config = first.config();
        WeightLayout layout = config.network().build().layout();
        try (SeededGenerator generator = new SeededGenerator(9, Device.CPU);
                Weights others = Weights.initialized(layout, generator, Device.CPU)) {
            ModelFolder.write(directory.resolve("second"), config, others, RecommendedWalks.UNTUNED, "second");
        }
    }

    private float[] numbers(String model) {
        ModelFolder folder = new ModelFolder(directory.resolve(model));
        try (Scope scope = Scope.open();
                Weights weights =
                        folder.weights(folder.config().network().build().layout(), Device.CPU)) {
            return HostTensors.floats(weights.flat());
        }
    }

    @Test
    void eachWeightLiesBetweenThoseOfTheModels() throws Exception {
        Outcome outcome = blend("first", "second", "--share", "0.25", "--out", "new/between");
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out())
                .isEqualTo("wrote new/between: 75.00 %% of first and 25.00 %% of second%n".formatted());
        assertThat(outcome.exitCode()).isZero();
        float[] first = numbers("first");
        float[] second = numbers("second");
        float[] between = numbers("new/between");
        assertThat(second).isNotEqualTo(first);
        for (int i = 0; i < between.length; i++) {
            double expected = 0.75 * first[i] + 0.25 * second[i];
            // A float32 has 24 bits.
            assertThat((double) between[i]).isBetween(expected - 2e-6, expected + 2e-6);
        }
        assertThat(new ModelFolder(directory.resolve("new/between")).walks())
                .isEqualTo(new ModelFolder(directory.resolve("first")).walks())
                .isNotEqualTo(RecommendedWalks.UNTUNED);
        assertThat(directory.resolve("new/between/README.md")).content().contains("75.00 % those of `first`");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    first  | 1.5 | new   | --share 1.5: choose from 0.0 to 1.0
                    first  | NaN | new   | --share NaN: choose from 0.0 to 1.0
                    first  | 0.5 | first | --out first: exists already; choose another name or remove it
                    none   | 0.5 | new   | none: is no model folder
                    """)
    void mistakesAreToldInOneLine(String second, String share, String out, String message) throws Exception {
        Outcome outcome = blend("first", second, "--share", share, "--out", out);
        assertThat(outcome.err()).startsWith("bcm: " + message).hasLineCount(1);
        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(directory.resolve("new")).doesNotExist();
    }

    @Test
    void anotherNetworkIsRefused() throws Exception {
        Path config = directory.resolve("second/config.json");
        Files.writeString(config, Files.readString(config).replace("joint", "aligned"));
        Outcome outcome = blend("first", "second", "--out", "new");
        assertThat(outcome.err())
                .isEqualTo("bcm: second: is no model of the same network as first; compare them with `bcm info`%n"
                        .formatted());
        assertThat(outcome.exitCode()).isEqualTo(2);
    }

    private Outcome blend(String first, String second, String... options) throws IOException, InterruptedException {
        String[] all = new String[3 + options.length];
        all[0] = "blend";
        all[1] = first;
        all[2] = second;
        System.arraycopy(options, 0, all, 3, options.length);
        return CommandProcess.in(directory).run(all);
    }
}
