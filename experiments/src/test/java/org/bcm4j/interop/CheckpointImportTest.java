package org.bcm4j.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.bcm4j.checkpoint.Checkpoint;
import org.bcm4j.interop.CheckpointImport.Family;
import org.bcm4j.network.AdmConfig;
import org.bcm4j.network.Conditioning;
import org.bcm4j.network.NetworkConfig;
import org.bcm4j.parity.Fixture;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.Weights;
import org.bcm4j.training.IctFixture;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On the weights of fixtures, as they are, in sections, and damaged. */
class CheckpointImportTest {
    private final Scope scope = Scope.open();
    private final CheckpointImport reading = new CheckpointImport(Family.BCM);

    @AfterEach
    void close() {
        scope.close();
    }

    private static Checkpoint weights(String fixture) {
        Path file = Fixture.folder(fixture).resolve("model.safetensors");
        return Checkpoint.read(file);
    }

    private static Checkpoint under(String prefix, Map<String, Tensor> tensors) {
        Map<String, Tensor> prefixed = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> prefixed.put(prefix + name, tensor));
        return new Checkpoint("made.pt", prefixed, Map.of());
    }

    @ParameterizedTest
    @ValueSource(strings = {"bcm_adm", "bcm_adm_uncond"})
    void recognisesAnAdmByItsWeights(String fixture) {
        AdmConfig described = (AdmConfig) ((GoldenModel) new GoldenFolder(Fixture.folder(fixture)).subject())
                .reference()
                .network();
        NetworkConfig recognised = reading.network(
                weights(fixture), OptionalInt.of(described.imageSize()), OptionalInt.of(described.headWidth()));
        assertThat(recognised).isEqualTo(described);
        try (Weights loaded = reading.load(weights(fixture), recognised, Device.CPU)) {
            assertThat(loaded.get("input_blocks.0.0.weight")
                            .equal(weights(fixture).tensor("input_blocks.0.0.weight")))
                    .isTrue();
        }
    }

    @Test
    void recognisesThatANetworkIsToldTOnly() {
        NetworkConfig recognised = reading.network(weights("ict_adm"), OptionalInt.of(16), OptionalInt.of(16));
        assertThat(recognised).isEqualTo(IctFixture.network(Conditioning.TIME).config());
    }

    @Test
    void asksForWhatWeightsDoNotShow() {
        Checkpoint adm = weights("bcm_adm");
        assertThatThrownBy(() -> reading.network(adm, OptionalInt.of(16), OptionalInt.empty()))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("--head-width");
        Checkpoint song = weights("ncsnpp_song");
        assertThatThrownBy(() -> reading.network(song, OptionalInt.of(32), OptionalInt.of(8)))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("--config");
    }

    @Test
    void takesTheOnlySectionWithWeightsAndAsksBetweenSeveral() {
        Map<String, Tensor> tensors = weights("bcm_adm").tensors();
        Checkpoint nested = under("state_dict/", tensors);
        assertThat(reading.weightsIn(nested, Optional.empty()).tensors()).containsOnlyKeys(tensors.keySet());

        Map<String, Tensor> both = new LinkedHashMap<>(nested.tensors());
        both.putAll(under("ema/", tensors).tensors());
        Checkpoint ambiguous = new Checkpoint("made.pt", both, Map.of());
        assertThatThrownBy(() -> reading.weightsIn(ambiguous, Optional.empty()))
                .isInstanceOf(UserException.class)
                .hasMessage("made.pt: holds weights in [ema, state_dict]; choose one with --section");
        assertThat(reading.weightsIn(ambiguous, Optional.of("ema")).tensors()).containsOnlyKeys(tensors.keySet());
    }

    /** The same names and shapes as iCT's, another attention, which only the family can tell. */
    @Test
    void openAisNetworksAttendWithoutNormalisation() {
        Checkpoint weights = weights("ict_adm");
        AdmConfig theirs = (AdmConfig)
                new CheckpointImport(Family.OPENAI_CM).network(weights, OptionalInt.of(16), OptionalInt.of(16));
        AdmConfig ours =
                (AdmConfig) new CheckpointImport(Family.ICT).network(weights, OptionalInt.of(16), OptionalInt.of(16));
        assertThat(theirs.normalizedAttention()).isFalse();
        assertThat(ours.normalizedAttention()).isTrue();
        assertThat(theirs.conditioning()).isEqualTo(Conditioning.TIME);
        assertThat(Family.OPENAI_CM).hasToString("openai-cm");
        try (Weights loaded = new CheckpointImport(Family.OPENAI_CM).load(weights, theirs, Device.CPU)) {
            assertThat(loaded.layout()).isEqualTo(ours.build().layout());
        }
    }

    /** Of training on several GPUs, of compiling, of Lightning, and of all of them. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "module.",
                "_orig_mod.",
                "model.",
                "module._orig_mod.",
                "_orig_mod.module.",
                "model._orig_mod.net."
            })
    void whatProgramsPutBeforeTheNamesIsTakenAway(String wrapper) {
        Checkpoint wrapped = under(wrapper, weights("bcm_adm").tensors());
        NetworkConfig network = reading.network(wrapped, OptionalInt.of(16), OptionalInt.of(16));
        assertThat(network).isEqualTo(Fixture.BCM_ADM);
        try (Weights loaded = reading.load(wrapped, network, Device.CPU)) {
            assertThat(loaded.get("out.2.bias").equal(weights("bcm_adm").tensor("out.2.bias")))
                    .isTrue();
        }
    }

    /** One part of the network compiled, another recomputed. */
    @Test
    void wrappersInsideANetworkAreTakenAwayToo() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        weights("bcm_adm")
                .tensors()
                .forEach((name, tensor) -> tensors.put(
                        name.replaceFirst("^(input_blocks\\.1)\\.", "$1._orig_mod.")
                                .replaceFirst("^middle_block\\.", "middle_block._checkpoint_wrapped_module."),
                        tensor));
        Checkpoint wrapped = new Checkpoint("made.pt", tensors, Map.of());
        assertThat(tensors.keySet()).isNotEqualTo(weights("bcm_adm").tensors().keySet());
        reading.load(wrapped, Fixture.BCM_ADM, Device.CPU).close();
    }

    /** As Lightning saves a network beside its average, or beside a loss that has weights. */
    @Test
    void aNameAmongOthersIsChosenAsASection() {
        Map<String, Tensor> tensors = weights("bcm_adm").tensors();
        Map<String, Tensor> both = new LinkedHashMap<>(under("model.", tensors).tensors());
        both.putAll(under("ema.", tensors).tensors());
        Checkpoint flat = new Checkpoint("made.pt", both, Map.of());
        assertThat(reading.weightsIn(flat, Optional.of("ema")).tensors()).containsOnlyKeys(tensors.keySet());
        Checkpoint nested = under("state_dict/", both);
        assertThat(reading.weightsIn(nested, Optional.of("model")).tensors()).containsOnlyKeys(tensors.keySet());
        assertThatThrownBy(() -> reading.load(flat, Fixture.BCM_ADM, Device.CPU))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("choose the tensors below one of these names with --section ema|model\n");
        assertThatThrownBy(() -> reading.weightsIn(flat, Optional.of("none")))
                .hasMessageContaining("has no section called none");
    }

    @Test
    void reportsEveryTensorThatDoesNotFit() {
        NetworkConfig network = Fixture.BCM_ADM;
        Map<String, Tensor> tensors = new LinkedHashMap<>(weights("bcm_adm").tensors());
        Tensor bias = tensors.remove("out.2.bias");
        tensors.put("out.3.bias", bias);
        tensors.put("out.2.weight", bias);
        assertThatThrownBy(() -> reading.load(new Checkpoint("made.pt", tensors, Map.of()), network, Device.CPU))
                .isInstanceOf(UserException.class)
                .hasMessage("""
                        made.pt: 3 tensors do not fit the network; is the configuration that of another network?
                          out.3.bias has no place in the network
                          out.2.weight has shape [3], the network needs [3, 32, 3, 3]
                          out.2.bias is missing""");
    }

    @Test
    void anotherFamilysNetworkIsRefused() {
        NetworkConfig adm = Fixture.BCM_ADM;
        assertThatThrownBy(() -> new CheckpointImport(Family.EDM).load(weights("ncsnpp_edm"), adm, Device.CPU))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("network.kind: ncsnpp");
    }
}
