package org.bcm4j.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bcm4j.tensor.Ops.scalar;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bcm4j.network.Conditioning;
import org.bcm4j.network.NcsnppConfig;
import org.bcm4j.parity.Fixture;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Safetensors;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** That the converted network computes the same is {@code NcsnppParityTest}'s. */
class EdmNamesTest {
    private Scope scope;
    private Map<String, Tensor> published;

    @BeforeEach
    void read() {
        scope = Scope.open();
        published = new LinkedHashMap<>(
                Safetensors.read(Fixture.folder("ncsnpp_edm").resolve("model.safetensors"))
                        .tensors());
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private static EdmNames names(List<Integer> filter) {
        return new EdmNames(new NcsnppConfig(
                32,
                3,
                8,
                List.of(1, 2, 2),
                2,
                List.of(16),
                new NcsnppConfig.Features.Fourier(16),
                NcsnppConfig.Encoder.RESIDUAL,
                NcsnppConfig.Decoder.STANDARD,
                filter,
                4,
                0,
                Conditioning.TIME,
                0,
                false));
    }

    @Test
    void leavesTheNetworksParametersWithOrWithoutTheirPrefix() {
        published.put("model.map_augment.weight", Device.CPU.zeros(16, 9));
        EdmNames names = names(List.of(1, 3, 3, 1));
        Map<String, Tensor> bare = new LinkedHashMap<>();
        published.forEach((name, tensor) -> bare.put(name.substring("model.".length()), tensor));

        assertThat(names.convert(published, "edm.pt").keySet())
                .isEqualTo(names.config().build().layout().slots().keySet())
                .isEqualTo(names.convert(bare, "edm.pt").keySet());
    }

    @Test
    void frequenciesLoseTheirScale() {
        Map<String, Tensor> converted = names(List.of(1, 3, 3, 1)).convert(published, "edm.pt");
        Tensor frequencies = Objects.requireNonNull(converted.get("map_noise.freqs"));
        assertThat(frequencies.mul(scalar(16.0)).equal(published.get("model.map_noise.freqs")))
                .isTrue();
    }

    @Test
    void refusesAnotherFilter() {
        assertThatThrownBy(() -> names(List.of(1, 1)).convert(published, "edm.pt"))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith("edm.pt: model.enc.16x16_down.conv0.resample_filter is not the configuration's"
                        + " filter [1, 1]; set filter");
        assertThatThrownBy(() -> names(List.of(1, 2, 2, 1)).convert(published, "edm.pt"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("is not the configuration's filter [1, 2, 2, 1]");
    }
}
