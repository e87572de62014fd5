package org.bcm4j.app.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.bcm4j.model.ModelConfig;
import org.bcm4j.model.ModelKind;
import org.bcm4j.network.AdmConfig;
import org.bcm4j.network.Conditioning;
import org.bcm4j.storage.UserException;
import org.junit.jupiter.api.Test;

class ClassOptionTest {
    private static ModelConfig model(int classes, String... names) {
        AdmConfig network = new AdmConfig(
                8,
                1,
                1,
                0,
                8,
                List.of(1),
                1,
                List.of(),
                8,
                false,
                0,
                16,
                Conditioning.JOINT,
                classes,
                classes > 0,
                true);
        return new ModelConfig(ModelConfig.FORMAT, ModelKind.BIDIRECTIONAL, network, "data", List.of(names));
    }

    private static int found(ModelConfig model, String text) {
        return ClassOption.find(model, "--class", text).index().orElseThrow();
    }

    /** The classes 0 to 11 in the order of their letters, as models were trained that took them so. */
    @Test
    void anExactNameWinsAndThenTheNumber() {
        ModelConfig lettered = model(12, "0", "1", "10", "11", "2", "3", "4", "5", "6", "7", "8", "9");
        assertThat(found(lettered, "2")).isEqualTo(4);
        assertThat(found(lettered, "10")).isEqualTo(2);
        assertThat(found(lettered, "3")).isEqualTo(5);
        assertThat(ClassOption.find(lettered, "--class", "2")).hasToString("class 2");

        ModelConfig named = model(3, "7", "cat", "1");
        assertThat(found(named, "7")).isZero();
        assertThat(found(named, "0")).isZero();
        assertThat(found(named, "1")).isEqualTo(2);
        assertThat(found(named, "2")).isEqualTo(2);
        assertThat(found(model(3), "2")).isEqualTo(2);
    }

    @Test
    void whatMayBeSeveralClassesIsRefused() {
        ModelConfig alike = model(4, "Cat", "cat", "cat", "DOG");
        assertThat(found(alike, "Cat")).isZero();
        assertThat(found(alike, "dog")).isEqualTo(3);
        assertThatThrownBy(() -> found(alike, "cat"))
                .isInstanceOf(UserException.class)
                .hasMessage(
                        "--class cat: matches several classes, 1 (cat), 2 (cat); choose by number, or write the name exactly");
        assertThatThrownBy(() -> found(alike, "CAT")).hasMessageContaining("0 (Cat), 1 (cat), 2 (cat)");
    }

    @Test
    void whatIsNoClassIsRefused() {
        ModelConfig model = model(3, "a", "b", "c");
        for (String none : new String[] {"3", "-1", "02", "1.0", "d", "", "\u0661"}) {
            assertThatThrownBy(() -> found(model, none))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining(": the model has no such class; choose from 0 to 2, or a, b, c");
        }
        assertThatThrownBy(() -> found(model(0), "a")).hasMessageContaining("the model has no classes");
    }

    @Test
    void aClassOfNumberlessNamesIsShownByItsName() {
        assertThat(ClassOption.find(model(2, "a", "b"), "--class", "1").name()).isEqualTo("b");
        assertThat(ClassOption.find(model(2), "--class", "1").index()).isEqualTo(Optional.of(1));
    }
}
