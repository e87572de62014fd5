package org.bcm4j.studio;

import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Keeps the packages of the studio apart, as {@code ARCHITECTURE.md} describes them. */
@AnalyzeClasses(packages = "org.bcm4j.studio", importOptions = ArchitectureTest.WithoutTests.class)
class ArchitectureTest {
    /** Wherever Maven builds. */
    static final class WithoutTests implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("/test-classes/");
        }
    }

    @ArchTest
    static final ArchRule ARROWS_POINT_DOWN = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("studio")
            .definedBy("org.bcm4j.studio")
            .layer("web")
            .definedBy("org.bcm4j.studio.web")
            .layer("api")
            .definedBy("org.bcm4j.studio.api")
            .layer("work")
            .definedBy("org.bcm4j.studio.work")
            .layer("client")
            .definedBy("org.bcm4j.studio.client")
            .whereLayer("studio")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("web")
            .mayOnlyBeAccessedByLayers("studio")
            .whereLayer("api")
            .mayOnlyBeAccessedByLayers("studio", "web")
            .whereLayer("work")
            .mayOnlyBeAccessedByLayers("studio", "web", "api")
            .whereLayer("client")
            .mayNotBeAccessedByAnyLayer();
}
