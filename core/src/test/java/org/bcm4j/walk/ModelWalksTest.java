package org.bcm4j.walk;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import java.util.Map;
import org.bcm4j.model.ModelConfig;
import org.bcm4j.model.ModelKind;
import org.bcm4j.model.RecommendedWalks;
import org.bcm4j.model.RecommendedWalks.Purpose;
import org.bcm4j.network.AdmConfig;
import org.bcm4j.network.Conditioning;
import org.bcm4j.storage.UserException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ModelWalksTest {
    private static ModelWalks walks(ModelKind kind, RecommendedWalks stored) {
        Conditioning conditioning = kind.isBidirectional() ? Conditioning.JOINT : Conditioning.TIME;
        AdmConfig network =
                new AdmConfig(8, 1, 1, 0, 8, List.of(1), 1, List.of(), 8, true, 0, 8, conditioning, 0, false, false);
        return new ModelWalks(new ModelConfig(ModelConfig.FORMAT, kind, network, "nothing", List.of()), stored);
    }

    @ParameterizedTest
    @EnumSource(ModelKind.class)
    void aModelFollowsTheDefaultsOfItsKind(ModelKind kind) {
        if (kind.walks()) {
            assertThatCode(() -> walks(kind, RecommendedWalks.untuned(kind)).requireAll())
                    .doesNotThrowAnyException();
        }
    }

    @Test
    void aPlainConsistencyModelIsNotAskedForWalksThatItCannotFollow() {
        ModelWalks plain = walks(ModelKind.CONSISTENCY, RecommendedWalks.untuned(ModelKind.CONSISTENCY));
        String reason = "this model is a plain consistency model, which cannot invert images; use a bidirectional"
                + " model to ";
        assertThatExceptionOfType(UserException.class)
                .isThrownBy(() -> plain.walk(Purpose.INVERT, 2))
                .withMessage(reason + "invert");
        assertThatExceptionOfType(UserException.class)
                .isThrownBy(() -> plain.thereAndBack(Purpose.INTERPOLATE, 2))
                .withMessage(reason + "interpolate");
        assertThatExceptionOfType(UserException.class)
                .isThrownBy(() -> plain.allThereAndBack(Purpose.SWAP))
                .withMessage(reason + "swap");
    }

    /** What a folder holds, edited by hand, and the line that says so. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            BIDIRECTIONAL | generate    | 2 | 80 > 0               | makes 1 evaluation(s); store it under "1"
            BIDIRECTIONAL | invert      | 1 | 0 +0.07 > 6 > 80     | makes 2 evaluation(s); store it under "2"
            BIDIRECTIONAL | interpolate | 3 | 0 +0.07 > 6 > 80 > 0 | makes 2 evaluation(s) to noise; store it under "2"
            CONSISTENCY   | swap        | 1 | 0 +0.07 > 80 > 0     | plain consistency model
            """)
    void aStoredWalkMustFitItsNameAndTheModel(ModelKind kind, String purpose, String nfe, String walk, String why) {
        Map<String, String> one = Map.of(nfe, walk);
        RecommendedWalks stored = new RecommendedWalks(
                purpose.equals("generate") ? one : Map.of(),
                purpose.equals("invert") ? one : Map.of(),
                purpose.equals("interpolate") ? one : Map.of(),
                purpose.equals("swap") ? one : Map.of(),
                Map.of(),
                Map.of());
        assertThatExceptionOfType(UserException.class)
                .isThrownBy(() -> walks(kind, stored.orUntunedOf(kind)).requireAll())
                .withMessageStartingWith("the model's walks.json, " + purpose + " " + nfe + ": walk \"" + walk + "\"")
                .withMessageContaining(why);
    }
}
