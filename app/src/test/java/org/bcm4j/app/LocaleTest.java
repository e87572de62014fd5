package org.bcm4j.app;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnitAccess;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.DecimalFormat;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.bcm4j.app.CommandProcess.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No number, file name or log depends on the locale of whoever runs this: not its digits, its commas, nor its letters. */
class LocaleTest {
    /** What asks for the default locale, unless it is given one or its symbols. */
    private static final Set<String> BY_DEFAULT_LOCALE = Set.of(
            "java.lang.String.format",
            "java.lang.String.formatted",
            "java.lang.String.toLowerCase",
            "java.lang.String.toUpperCase",
            "java.io.PrintStream.printf",
            "java.io.PrintStream.format",
            "java.io.PrintWriter.printf",
            "java.io.PrintWriter.format",
            "java.io.Console.printf",
            "java.io.Console.format",
            "java.util.Formatter.<init>",
            "java.util.Scanner.<init>",
            "java.util.Locale.getDefault",
            "java.text.NumberFormat.getInstance",
            "java.text.NumberFormat.getNumberInstance",
            "java.text.NumberFormat.getIntegerInstance",
            "java.text.NumberFormat.getPercentInstance",
            "java.text.NumberFormat.getCompactNumberInstance",
            "java.text.DecimalFormat.<init>",
            "java.text.DecimalFormatSymbols.<init>",
            "java.text.DecimalFormatSymbols.getInstance",
            "java.text.MessageFormat.<init>",
            "java.text.MessageFormat.format",
            "java.text.SimpleDateFormat.<init>",
            "java.text.DateFormat.getInstance",
            "java.text.DateFormat.getDateInstance",
            "java.text.DateFormat.getTimeInstance",
            "java.text.DateFormat.getDateTimeInstance",
            "java.text.Collator.getInstance",
            "java.time.format.DateTimeFormatter.ofPattern",
            "java.time.format.DateTimeFormatter.ofLocalizedDate",
            "java.time.format.DateTimeFormatter.ofLocalizedTime",
            "java.time.format.DateTimeFormatter.ofLocalizedDateTime");

    private static final Set<String> LOCALES = Set.of("java.util.Locale", "java.text.DecimalFormatSymbols");

    private static final ArchRule NOTHING_DEPENDS_ON_THE_LOCALE = noClasses()
            .should()
            .accessTargetWhere(
                    DescribedPredicate.describe("asks for the default locale", LocaleTest::asksForTheDefaultLocale))
            .because("files and numbers have to be read again under every other; name Locale.ROOT");

    private static boolean asksForTheDefaultLocale(JavaAccess<?> access) {
        return access instanceof JavaCodeUnitAccess<?> call
                && BY_DEFAULT_LOCALE.contains(call.getTargetOwner().getName() + "." + call.getName())
                && call.getTarget().getRawParameterTypes().stream()
                        .map(JavaClass::getName)
                        .noneMatch(LOCALES::contains);
    }

    @Test
    void nothingDependsOnTheLocale() {
        NOTHING_DEPENDS_ON_THE_LOCALE.check(new ClassFileImporter()
                .withImportOption(location -> !location.contains("/test-classes/"))
                .importPackages("org.bcm4j"));
    }

    /** As code could be written. */
    @SuppressWarnings("unused") // only looked at
    private static final class Wrong {
        private static final UnaryOperator<String> REFERENCE = String::toLowerCase;

        private String formatted() {
            return "%d".formatted(1);
        }

        private String format() {
            return String.format("%d", 1);
        }

        private void print() {
            System.out.printf("%d", 1);
        }

        private String decimal() {
            return new DecimalFormat("0").format(1);
        }
    }

    @Test
    void theRuleFindsWhatIsWrong() {
        List<String> found = NOTHING_DEPENDS_ON_THE_LOCALE
                .evaluate(new ClassFileImporter().importClasses(Wrong.class))
                .getFailureReport()
                .getDetails();
        assertThat(found).hasSize(5);
        for (String place : List.of("<clinit>", "formatted", "format", "print", "decimal")) {
            assertThat(found).anyMatch(line -> line.contains("Wrong." + place + "("));
        }
    }

    /** Digits of its own, and letters of its own: Egypt's and Turkey's. */
    @Test
    void aRunGoesOnUnderEveryLocale(@TempDir Path directory) throws IOException, InterruptedException {
        TinyExperiment.writeData(directory);
        Files.writeString(directory.resolve("tiny.yaml"), TinyExperiment.yaml(directory));
        CommandProcess egyptian = new CommandProcess(directory, List.of("-Duser.language=ar", "-Duser.country=EG"));
        CommandProcess turkish = new CommandProcess(directory, List.of("-Duser.language=tr", "-Duser.country=TR"));

        Outcome begun = egyptian.run("train", "tiny.yaml", "--run", "run");
        assertThat(begun.exitCode()).as(begun.err()).isZero();
        assertThat(begun.out()).startsWith("run: step 0 of 4;");
        assertThat(directory.resolve("run/checkpoints/step-00000004.json")).exists();
        assertThat(Files.readString(directory.resolve("run/log.jsonl"))).isASCII();
        assertThat(Files.readString(directory.resolve("run/model/README.md"))).contains("step 4 of 4");

        Outcome continued = turkish.run("train", "--resume", "--run", "run", "--set", "stages.0.steps=6");
        assertThat(continued.exitCode()).as(continued.err()).isZero();
        assertThat(continued.out()).startsWith("run: step 4 of 6;");
        Outcome again = egyptian.run("train", "--resume", "--run", "run", "--set", "stages.0.steps=8");
        assertThat(again.out()).startsWith("run: step 6 of 8;");
    }
}
