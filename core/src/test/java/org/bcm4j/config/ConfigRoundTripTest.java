package org.bcm4j.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

class ConfigRoundTripTest {
    @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
    void whatIsWrittenIsReadBackEqual(@ForAll("experiments") Experiment experiment) {
        String yaml = ConfigFile.toYaml(experiment);
        assertThat(ConfigFile.parse(yaml, "x.yaml", Experiment.class)).as(yaml).isEqualTo(experiment);

        String json = ConfigFile.toJson(experiment);
        assertThat(ConfigFile.parse(json, "x.json", Experiment.class)).as(json).isEqualTo(experiment);
    }

    @Provide
    Arbitrary<Experiment> experiments() {
        return Combinators.combine(
                        texts(),
                        Arbitraries.longs(),
                        trainings(),
                        Combinators.combine(Arbitraries.integers(), paths()).as(Experiment.Logging::new),
                        paths().optional(),
                        Arbitraries.integers().list().ofMaxSize(3).optional())
                .as(Experiment::new);
    }

    private static Arbitrary<Experiment.Training> trainings() {
        Arbitrary<Optionals> optionals = Combinators.combine(
                        Arbitraries.integers().optional(), Arbitraries.longs().optional(), finite().optional())
                .as(Optionals::new);
        Arbitrary<List<Experiment.Stage>> stages = Combinators.combine(Arbitraries.integers(), Arbitraries.integers())
                .as(Experiment.Stage::new)
                .list()
                .ofMaxSize(3);
        Arbitrary<Map<String, Double>> weights =
                Arbitraries.maps(texts(), finite()).ofMaxSize(3);
        return Combinators.combine(
                        Arbitraries.integers(),
                        Arbitraries.doubles().between(0, 0.999).ofScale(17),
                        Combinators.combine(Arbitraries.of(true, false), Arbitraries.of(Experiment.Law.class))
                                .as(Tuple::of),
                        optimisers(),
                        stages,
                        weights,
                        optionals)
                .as((batch, rate, choice, optimiser, stageList, weightMap, some) -> new Experiment.Training(
                        batch,
                        rate,
                        choice.get1(),
                        choice.get2(),
                        optimiser,
                        stageList,
                        weightMap,
                        some.workers().map(OptionalInt::of).orElseGet(OptionalInt::empty),
                        some.images().map(OptionalLong::of).orElseGet(OptionalLong::empty),
                        some.clip().map(OptionalDouble::of).orElseGet(OptionalDouble::empty)));
    }

    private record Optionals(Optional<Integer> workers, Optional<Long> images, Optional<Double> clip) {}

    private static Arbitrary<Experiment.Optimiser> optimisers() {
        return Arbitraries.oneOf(
                finite().map(Experiment.Descent::new),
                Combinators.combine(finite(), finite()).as(Experiment.RectifiedAdam::new));
    }

    /** Any finite number, the awkward ones often. */
    private static Arbitrary<Double> finite() {
        return Arbitraries.oneOf(
                Arbitraries.longs().map(Double::longBitsToDouble).filter(Double::isFinite),
                Arbitraries.of(0.0, -0.0, 1e-4, 1e22, Double.MIN_VALUE, -Double.MAX_VALUE));
    }

    /** Any text that UTF-8 can carry, and those that YAML could take for something else. */
    private static Arbitrary<String> texts() {
        Arbitrary<Integer> awkward =
                Arbitraries.of(0, 9, 10, 13, 27, 32, 34, 92, 0x7F, 0x85, 0x2028, 0xFEFF, 0xFFFE, 0xFFFF, 0x1F600);
        Arbitrary<Integer> scalarValues = Arbitraries.integers()
                .between(0, Character.MAX_CODE_POINT)
                .filter(c -> c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE);
        Arbitrary<String> any = Arbitraries.oneOf(awkward, scalarValues)
                .list()
                .ofMaxSize(12)
                .map(points -> points.stream()
                        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append))
                .map(StringBuilder::toString);
        Arbitrary<String> ascii =
                Arbitraries.strings().withCharRange(' ', '~').withChars('\n').ofMaxLength(150);
        Arbitrary<String> confusing = Arbitraries.of(
                "", " ", "true", "null", "~", "1", "1e-4", "0x1", ".nan", "- a", "a: b", "#", "a #b", "<<", "=", "&a",
                "*a", "!a", "---");
        return Arbitraries.oneOf(any, ascii, confusing);
    }

    /** All but the blank ones, which a configuration cannot hold. */
    private static Arbitrary<Path> paths() {
        return Arbitraries.strings()
                .alpha()
                .numeric()
                .withChars("/. -~")
                .ofMaxLength(20)
                .filter(text -> !text.isBlank())
                .map(Path::of);
    }
}
