package org.bcm4j.app;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.CompositeArchRule;
import java.util.List;
import java.util.stream.Stream;

/** Keeps the packages of the command apart, as {@code ARCHITECTURE.md} describes them. */
@AnalyzeClasses(packages = "org.bcm4j.app", importOptions = ArchitectureTest.WithoutTests.class)
class ArchitectureTest {
    /** Wherever Maven builds; ArchUnit's own option knows only {@code target/test-classes}, not that of {@code -Dquick}. */
    static final class WithoutTests implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("/test-classes/");
        }
    }

    /** From the top down. A package uses the packages in the layers below, and none in its own layer. */
    private static final List<List<String>> LAYERS = Stream.of(
                    List.of(""),
                    List.of(".commands", ".commands.data", ".commands.editing", ".commands.measuring"),
                    List.of(".options", ".report"),
                    List.of(".processes"),
                    List.of(".console", ".files"))
            .map(layer -> layer.stream().map("org.bcm4j.app"::concat).toList())
            .toList();

    @ArchTest
    static final ArchRule ARROWS_POINT_DOWN = CompositeArchRule.of(LAYERS.stream()
            .flatMap(layer -> layer.stream().map(name -> usesOnlyPackagesBelow(name, layer)))
            .toList());

    @ArchTest
    static final ArchRule EVERY_CLASS_LIVES_IN_A_ROOM = classes()
            .should()
            .resideInAnyPackage(LAYERS.stream().flatMap(List::stream).toArray(String[]::new))
            .because("a new package has to take its place in ARCHITECTURE.md and in this test");

    private static ArchRule usesOnlyPackagesBelow(String name, List<String> layer) {
        Stream<String> above = LAYERS.subList(0, LAYERS.indexOf(layer)).stream().flatMap(List::stream);
        Stream<String> beside = layer.stream().filter(other -> !other.equals(name));
        return noClasses()
                .that()
                .resideInAPackage(name)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(Stream.concat(above, beside).toArray(String[]::new))
                .allowEmptyShould(true);
    }
}
