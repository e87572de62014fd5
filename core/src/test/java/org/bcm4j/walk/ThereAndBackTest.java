package org.bcm4j.walk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.bcm4j.storage.UserException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ThereAndBackTest {
    @ParameterizedTest
    @CsvSource({
        "0 +0.07 > 80, 80 > 0",
        "0 +0.012 > 60 > 80, 80 > 0",
        "0 +0.07 > 1.5 > 6 > 80, 80 > 1.2 > 0",
        "0 > 45, 45 > 0",
    })
    void oneWalkTurnsAtItsLargestNoiseScale(String toNoise, String toImages) {
        ThereAndBack walk = ThereAndBack.of(Walk.parse(toNoise).then(Walk.parse(toImages)));
        assertThat(walk.toNoise()).hasToString(toNoise);
        assertThat(walk.toImages()).hasToString(toImages);
        assertThat(walk).isEqualTo(new ThereAndBack(Walk.parse(toNoise), Walk.parse(toImages)));
        assertThat(Walk.parse(walk.toString())).isEqualTo(walk.whole());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0 +0.07 > 80 > 0 +0.2 > 0 | adds noise on the way back",
                "0 +0.07 > 6 > 0 +0.2 > 80 > 0 | adds noise after its start",
                "0 +0.07 > 0 +80 > 0 | adds noise after its start",
                "0 +80 > 0 | must lead from 0 to noise and back to 0",
                "80 > 0 | must lead from 0 to noise and back to 0",
                "0 +0.07 > 80 | must lead from 0 to noise and back to 0",
            })
    void whatDoesNotBringAnImageBackIsRefused(String walk, String reason) {
        assertThatExceptionOfType(UserException.class)
                .isThrownBy(() -> ThereAndBack.of(Walk.parse(walk)))
                .withMessageContaining(reason)
                .withMessageNotContaining("\n");
    }

    @Test
    void theNoiseOfTheStartLosesTheImageToo() {
        assertThatExceptionOfType(UserException.class)
                .isThrownBy(() -> new ThereAndBack(Walk.parse("0 +0.07 > 80"), Walk.parse("80 > 0 +1.2z > 0")))
                .withMessage(
                        "walk \"80 > 0 +1.2z > 0\": adds noise on the way back, which loses the images; omit it, as \"80 > 0\" does");
    }

    @Test
    void theWalksMeet() {
        assertThatExceptionOfType(UserException.class)
                .isThrownBy(() -> new ThereAndBack(Walk.parse("0 +0.07 > 80"), Walk.parse("10 > 0")))
                .withMessage("walk \"10 > 0\" cannot follow \"0 +0.07 > 80\"; let it start where the inversion ends");
        assertThatExceptionOfType(UserException.class)
                .isThrownBy(() -> new ThereAndBack(Walk.parse("0 +0.07 > 80"), Walk.parse("80 > 1")))
                .withMessageContaining("the path back must lead from noise to 0");
        assertThatExceptionOfType(UserException.class)
                .isThrownBy(() -> new ThereAndBack(Walk.parse("80 > 0"), Walk.parse("80 > 0")))
                .withMessageContaining("the path to noise must lead from 0 to noise");
    }
}
