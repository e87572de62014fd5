package org.bcm4j.app.commands.data;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.bcm4j.app.console.Progress;
import org.bcm4j.app.options.RanksOption;
import org.bcm4j.data.packing.PackedSet;
import org.bcm4j.data.packing.Packing;
import org.bcm4j.data.packing.PackingSettings;
import org.bcm4j.data.sources.PictureSet;
import org.bcm4j.ranks.SharedWork;
import org.bcm4j.storage.OptionRange;
import org.bcm4j.storage.Writability;
import org.bcm4j.tensor.Lanes;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bcm data pack}. */
@Command(
        name = "pack",
        description = {
            "Decodes the pictures of a data set once and packs them, as squares of one size, into NumPy arrays that"
                    + " training maps into memory.",
            "The same command goes on with packing that was interrupted."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  bcm data pack photos/ --size 32 --out packed",
            "  bcm data pack \"imagenet-{000..146}.tar\" --size 64 --skip-bad --out imagenet64"
        })
final class PackCommand implements Callable<Integer> {
    private static final int NAMED = 3;

    @Mixin
    private final SourceOptions source = new SourceOptions();

    @Option(
            names = "--size",
            required = true,
            paramLabel = "S",
            description = "Height and width of the images, in pixels. The middle square of each picture is scaled to it"
                    + " as the code of ADM does.")
    private int size = 1;

    @Option(
            names = {"-o", "--out"},
            required = true,
            paramLabel = "DIR",
            description = "Folder to write: new, empty, or where this command was interrupted.")
    private Path out = Path.of("");

    @Option(
            names = "--held-out",
            paramLabel = "N",
            description = "Makes N pictures the test images, for sets that have none: those whose names have the"
                    + " smallest SHA-256.")
    private Optional<Integer> heldOut = Optional.empty();

    @Option(
            names = "--skip-bad",
            description = "Leaves out pictures that cannot be decoded, and goes on with the others (default: stops).")
    private boolean skipBad;

    @Option(
            names = "--shard",
            paramLabel = "N",
            description = "Pictures per file (default: 65,536, or what 1 GiB holds).")
    private Optional<Integer> shard = Optional.empty();

    @Mixin
    private final RanksOption ranks = new RanksOption();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        OptionRange.require("--size", size, 1, PackingSettings.MOST_SIDE);
        int most = PackingSettings.mostPictures(size);
        OptionRange.require("--shard", shard.orElse(most), 1, most);
        heldOut.ifPresent(count -> OptionRange.require("--held-out", count, 1, Integer.MAX_VALUE));
        Writability.requireDirectory(out);
        PackingSettings settings = new PackingSettings(size, shard.orElse(most), skipBad);
        return ranks.share(spec, work -> pack(settings, work));
    }

    private void pack(PackingSettings settings, SharedWork work) {
        try (PictureSet given = work.inEach(source::open)) {
            PictureSet set = work.inEach(() -> heldOut.map(given::holdingOut).orElse(given));
            if (work.isAlone()) {
                packAlone(set, settings);
            } else {
                packTogether(set, settings, work);
            }
        }
    }

    private void packAlone(PictureSet set, PackingSettings settings) {
        try (Packing packing = Packing.open(set, settings, source.toString(), out)) {
            boolean complete = packing.isComplete();
            report(run(packing), complete);
        }
    }

    /** Each rank writes some of the files of images; rank 0 writes the rest. */
    private void packTogether(PictureSet set, PackingSettings settings, SharedWork work) {
        Optional<Packing> begun = work.inFirst(() -> Packing.open(set, settings, source.toString(), out));
        try {
            boolean complete = begun.filter(Packing::isComplete).isPresent();
            writeFiles(set, settings, begun, work);
            work.inFirst(() -> {
                PackedSet packed = begun.orElseThrow().run(1, done -> {});
                report(packed, complete);
                return packed;
            });
        } finally {
            begun.ifPresent(Packing::close);
        }
    }

    private void writeFiles(PictureSet set, PackingSettings settings, Optional<Packing> begun, SharedWork work) {
        long[] files = work.ofFirst(begun.stream()
                .flatMap(packing -> packing.remaining().stream())
                .flatMapToLong(file -> LongStream.of(file.part(), file.number()))
                .toArray());
        try (Progress progress = begun.map(PackCommand::shown).orElseGet(Progress::none)) {
            SharedWork.Parts parts = work.parts();
            for (int i = 0; i < files.length; i += 2) {
                Packing.Shard file = new Packing.Shard((int) files[i], (int) files[i + 1]);
                parts.add(
                        () -> {
                            Packing.write(set, settings, out, List.of(file), Lanes.most());
                            return List.of();
                        },
                        nothing -> begun.ifPresent(packing -> progress.at(packing.picturesDone(), "")));
            }
            parts.finish();
        }
    }

    private static Progress shown(Packing packing) {
        return Progress.show("packing", "pictures", packing.picturesDone(), packing.pictures());
    }

    private static PackedSet run(Packing packing) {
        int threads = Runtime.getRuntime().availableProcessors();
        try (Progress progress = shown(packing)) {
            return packing.run(threads, done -> progress.at(done, ""));
        }
    }

    private void report(PackedSet packed, boolean wasComplete) {
        System.out.printf(
                Locale.ROOT,
                "%s %s: %,d training images%s, %d x %d pixels, %s, %s%n",
                wasComplete ? "complete already," : "wrote",
                out,
                packed.train().images(),
                packed.test()
                        .map(test -> String.format(Locale.ROOT, " and %,d test images", test.images()))
                        .orElse(""),
                packed.size(),
                packed.size(),
                packed.channels() == 1 ? "grey" : "in colour",
                packed.classes().size() == 1 ? "no classes" : packed.classes().size() + " classes");
        int enlarged = packed.train().enlarged()
                + packed.test().map(PackedSet.Division::enlarged).orElse(0);
        if (enlarged > 0) {
            System.out.printf(Locale.ROOT, "%,d of the pictures were smaller and have been enlarged%n", enlarged);
        }
        List<String> leftOut = Stream.concat(
                        packed.train().leftOut().stream(),
                        packed.test().stream().flatMap(test -> test.leftOut().stream()))
                .toList();
        if (!leftOut.isEmpty()) {
            System.err.println("bcm: left out " + leftOut.size()
                    + (leftOut.size() == 1 ? " picture: " : " pictures: ")
                    + String.join("; ", leftOut.subList(0, Math.min(NAMED, leftOut.size())))
                    + (leftOut.size() > NAMED ? "; the others are in " + out.resolve("dataset.json") : ""));
        }
    }
}
