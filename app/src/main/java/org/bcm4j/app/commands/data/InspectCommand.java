package org.bcm4j.app.commands.data;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.bcm4j.app.console.Progress;
import org.bcm4j.app.files.Destination;
import org.bcm4j.data.packing.ContactSheet;
import org.bcm4j.data.packing.Inspection;
import org.bcm4j.data.sources.PictureSet;
import org.bcm4j.data.sources.PictureSource;
import org.bcm4j.images.ImageFiles;
import org.bcm4j.tensor.Scope;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bcm data inspect}. */
@Command(
        name = "inspect",
        description = "Describes a data set: its format, the number, sizes and classes of its pictures, and what is"
                + " wrong with them. Every picture is decoded.",
        footerHeading = "%nExamples:%n",
        footer = {"  bcm data inspect photos/ --sheet photos.png", "  bcm data inspect packed"})
final class InspectCommand implements Callable<Integer> {
    private static final int NAMED = 5;
    private static final int LISTED_CLASSES = 30;

    @Mixin
    private final SourceOptions source = new SourceOptions();

    @Option(
            names = "--sheet",
            paramLabel = "FILE.png",
            description = "Also draws some pictures of each class on one sheet, the classes in order.")
    private Optional<Path> sheet = Optional.empty();

    @Override
    public Integer call() {
        sheet.ifPresent(file -> Destination.requireFile("--sheet", file, ".png"));
        try (PictureSet set = source.open()) {
            System.out.println(source + ": " + set.format());
            describe(set.test().isPresent() ? "training pictures" : "pictures", set.training());
            set.test().ifPresent(test -> describe("test pictures", test));
            sheet.ifPresent(file -> {
                try (Scope scope = Scope.open()) {
                    ImageFiles.writePng(
                            file, ImageFiles.of(ContactSheet.of(set.training())).pixels());
                }
                System.out.println("wrote " + file);
            });
        }
        return ExitCode.OK;
    }

    private static void describe(String what, PictureSource pictures) {
        Inspection found;
        try (Progress progress = Progress.show("inspecting", "pictures", 0, pictures.size())) {
            found = Inspection.of(pictures, Runtime.getRuntime().availableProcessors(), done -> progress.at(done, ""));
        }
        line("%n%,d %s%n", found.pictures(), what);
        if (!found.sizes().isEmpty()) {
            sizes(found.sizes());
            line("colours   %s%n", colours(found));
        }
        classes(found.perClass());
        problems(found);
    }

    private static void sizes(Map<Inspection.Size, Integer> sizes) {
        if (sizes.size() == 1) {
            line("size      all %s%n", sizes.keySet().iterator().next());
            return;
        }
        Map.Entry<Inspection.Size, Integer> common = Collections.max(sizes.entrySet(), Map.Entry.comparingByValue());
        line(
                "sizes     smallest %s, largest %s, most common %s (%,d pictures)%n",
                Collections.min(sizes.keySet()), Collections.max(sizes.keySet()), common.getKey(), common.getValue());
    }

    private static String colours(Inspection found) {
        if (found.grey() == 0) {
            return "all in colour";
        }
        return found.coloured() == 0
                ? "all grey"
                : String.format(Locale.ROOT, "%,d grey, %,d in colour", found.grey(), found.coloured());
    }

    private static void classes(Map<String, Integer> perClass) {
        if (perClass.isEmpty()) {
            line("classes   none%n");
            return;
        }
        line(
                "classes   %,d, of %,d to %,d pictures%n",
                perClass.size(), Collections.min(perClass.values()), Collections.max(perClass.values()));
        int width = perClass.keySet().stream()
                .limit(LISTED_CLASSES)
                .mapToInt(String::length)
                .max()
                .orElse(1);
        perClass.entrySet().stream()
                .limit(LISTED_CLASSES)
                .forEach(entry -> line("          %-" + width + "s  %,9d%n", entry.getKey(), entry.getValue()));
        if (perClass.size() > LISTED_CLASSES) {
            line("          and %,d more%n", perClass.size() - LISTED_CLASSES);
        }
    }

    private static void problems(Inspection found) {
        List<String> empty = found.perClass().entrySet().stream()
                .filter(entry -> entry.getValue() == 0)
                .map(Map.Entry::getKey)
                .toList();
        problem("cannot be used", found.unusable());
        problem(
                "have the pixels of an earlier picture",
                found.repeated().stream()
                        .map(repeated -> repeated.picture() + " (as " + repeated.first() + ")")
                        .toList());
        problem("classes have no pictures", empty);
        if (found.unusable().isEmpty() && found.repeated().isEmpty() && empty.isEmpty()) {
            line("problems  none%n");
        }
    }

    private static void problem(String what, List<String> named) {
        if (named.isEmpty()) {
            return;
        }
        line("problems  %,d %s:%n", named.size(), what);
        named.stream().limit(NAMED).forEach(name -> line("          %s%n", name));
        if (named.size() > NAMED) {
            line("          and %,d more%n", named.size() - NAMED);
        }
    }

    private static void line(String pattern, Object... values) {
        System.out.printf(Locale.ROOT, pattern, values);
    }
}
