package org.bcm4j;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.implement;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.CompositeArchRule;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.bcm4j.training.terms.LossTerm;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;

/** Keeps the packages of {@code ARCHITECTURE.md} apart: who may know whom, and who may know JavaCPP. */
@AnalyzeClasses(packages = "org.bcm4j", importOptions = ArchitectureTest.WithoutTests.class)
class ArchitectureTest {
    /** Wherever Maven builds; ArchUnit's own option knows only {@code target/test-classes}, not that of {@code -Dquick}. */
    static final class WithoutTests implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("/test-classes/") && !location.contains("-tests.jar");
        }
    }

    /**
     * Packages of the module {@code experiments}, from the top down; a package may use those after it, and all of {@code core}. A
     * package within a package counts by itself.
     */
    private static final List<String> EXPERIMENTS = List.of(
            "reproduction",
            "interop",
            "metrics.edits",
            "metrics.evaluation",
            "metrics.noise",
            "metrics.samples",
            "metrics.inception",
            "metrics.pixels",
            "metrics.statistics",
            "metrics",
            "features",
            "training",
            "training.terms",
            "optimizer",
            "ranks",
            "journal",
            "data.packing",
            "data.sources",
            "data.parquet",
            "data",
            "checkpoint");

    /** Packages of the module {@code core}, from the entry point down; a package may use those after it. */
    private static final List<String> CORE = List.of(
            "editing",
            "walk",
            "denoiser",
            "model",
            "onnx",
            "images",
            "network",
            "nn",
            "protobuf",
            "config",
            "tensor",
            "storage");

    private static final List<String> PACKAGES =
            Stream.concat(EXPERIMENTS.stream(), CORE.stream()).toList();

    private static final String IN_A_ROOM = "org\\.bcm4j\\.(("
            + String.join("|", PACKAGES).replace(".", "\\.") + ")\\.)?([A-Z]\\w*(\\$.*)?|package-info)";

    @ArchTest
    static final ArchRule ARROWS_POINT_DOWN = CompositeArchRule.of(
            PACKAGES.stream().map(ArchitectureTest::knowsNoPackageAbove).toList());

    /** A configuration's terms are read by the sealed interface; only the paper's experiments vary single ones. */
    @ArchTest
    static final ArchRule TRAINING_KNOWS_NO_TERM_BY_NAME = noClasses()
            .that()
            .resideInAPackage("org.bcm4j.training")
            .should()
            .dependOnClassesThat(implement(LossTerm.class))
            .because("whoever adds a term writes one class");

    @ArchTest
    static final ArchRule EVERY_CLASS_LIVES_IN_A_ROOM = classes()
            .should()
            .haveNameMatching(IN_A_ROOM)
            .because("a new package has to take its place in ARCHITECTURE.md and in this test");

    @ArchTest
    static final ArchRule NO_CYCLES =
            slices().matching("org.bcm4j.(**)").should().beFreeOfCycles();

    /** {@code Pointer} itself is let through: a Tensor is one, and {@code Tensor::close} compiles to its method. */
    @ArchTest
    static final ArchRule ONLY_TENSOR_KNOWS_JAVACPP = noClasses()
            .that()
            .resideOutsideOfPackage("org.bcm4j.tensor..")
            .should()
            .dependOnClassesThat(resideInAPackage("org.bytedeco.javacpp..").and(not(nameMatching(".*\\.Pointer"))))
            .because("pointers and their scopes have sharp edges; org.bcm4j.tensor wraps them");

    /** Equations use {@code tensor.Ops}: numbers, lists and gradient modes of the binding's are made there. */
    @ArchTest
    static final ArchRule ONLY_TENSOR_MAKES_WHAT_OPERATIONS_TAKE = noClasses()
            .that()
            .resideOutsideOfPackage("org.bcm4j.tensor..")
            .should()
            .callConstructor(Scalar.class, double.class)
            .orShould()
            .callConstructor(Scalar.class, long.class)
            .orShould()
            .callConstructor(TensorVector.class, Tensor[].class)
            .orShould()
            .callConstructor(NoGradGuard.class);

    @ArchTest
    static final ArchRule ONLY_THE_JOURNAL_ASKS_WHAT_TIME_IT_IS = noClasses()
            .that()
            .resideOutsideOfPackage("org.bcm4j.journal")
            .should()
            .callMethodWhere(target(name("now")).and(target(owner(resideInAPackage("java.time..")))))
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .because("a clock that jumps must not end a wait or change a result; System.nanoTime does not jump");

    @ArchTest
    static final ArchRule NO_CATCH_ALL_NAMES = noClasses()
            .should()
            .haveNameMatching(".*(Utils?|Helpers?|Manager|Impl)")
            .because("a name says what a class is for");

    /** Between the modules stands {@code org.bcm4j} itself, the front door of {@code core}. */
    private static ArchRule knowsNoPackageAbove(String lower) {
        List<String> above = new ArrayList<>();
        PACKAGES.subList(0, PACKAGES.indexOf(lower)).forEach(name -> above.add("org.bcm4j." + name));
        if (CORE.contains(lower)) {
            above.add("org.bcm4j");
        }
        return noClasses()
                .that()
                .resideInAPackage("org.bcm4j." + lower)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(above.toArray(String[]::new));
    }
}
