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

/** Keeps the rooms of the command apart, as {@code ARCHITECTURE.md} describes them. */
@AnalyzeClasses(packages = "org.bcm4j.app", importOptions = ArchitectureTest.WithoutTests.class)
class ArchitectureTest {
    /** Wherever Maven builds; ArchUnit's own option knows only {@code target/test-classes}, not that of {@code -Dquick}. */
    static final class WithoutTests implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("/test-classes/");
        }
    }

    /** From the top of the house down. A room uses the rooms on the floors below, and none on its own floor. */
    private static final List<List<String>> FLOORS = Stream.of(
                    List.of(""),
                    List.of(".commands", ".commands.data", ".commands.editing", ".commands.measuring"),
                    List.of(".options", ".report"),
                    List.of(".processes"),
                    List.of(".console", ".files"))
            .map(floor -> floor.stream().map("org.bcm4j.app"::concat).toList())
            .toList();

    @ArchTest
    static final ArchRule ARROWS_POINT_DOWN = CompositeArchRule.of(FLOORS.stream()
            .flatMap(floor -> floor.stream().map(room -> usesOnlyRoomsBelow(room, floor)))
            .toList());

    @ArchTest
    static final ArchRule EVERY_CLASS_LIVES_IN_A_ROOM = classes()
            .should()
            .resideInAnyPackage(FLOORS.stream().flatMap(List::stream).toArray(String[]::new))
            .because("a new package has to take its place in ARCHITECTURE.md and in this test");

    private static ArchRule usesOnlyRoomsBelow(String room, List<String> floor) {
        Stream<String> above = FLOORS.subList(0, FLOORS.indexOf(floor)).stream().flatMap(List::stream);
        Stream<String> beside = floor.stream().filter(other -> !other.equals(room));
        return noClasses()
                .that()
                .resideInAPackage(room)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(Stream.concat(above, beside).toArray(String[]::new))
                .allowEmptyShould(true);
    }
}
