package org.bcm4j.training;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Where the time of a run goes, by part. A part has a path of names: {@code step, terms, denoising, backward} lies in
 * {@code step, terms, denoising}. Parts that lanes compute side by side count with the mean of the lanes. A GPU computes
 * behind the program's back, so that its time appears where the program waits for it. Thread-safe.
 */
public final class StepTimes {
    /** The name of the part that is all of the steps. */
    static final String STEP = "step";

    private static final double NANO = 1e-9;
    private static final int CHART_WIDTH = 1000;
    private static final int ROW_HEIGHT = 24;
    private static final int LETTER_WIDTH = 7;
    private static final List<String> COLOURS =
            List.of("#dbe7f5", "#f6dfc4", "#d5ebd3", "#ecd7e8", "#efe9c2", "#d9d9e3");

    private final Map<List<String>, LongAdder> nanos = new ConcurrentHashMap<>();

    /**
     * A part of the run.
     *
     * @param path its names, the outermost first
     * @param seconds its time, with that of the parts in it
     * @param parts the parts in it, in order of their names
     */
    public record Part(List<String> path, double seconds, List<Part> parts) {
        public Part {
            path = List.copyOf(path);
            parts = List.copyOf(parts);
        }

        String name() {
            return path.isEmpty() ? "run" : path.get(path.size() - 1);
        }
    }

    /** Does a part's work in the only thread that does it. */
    <T> T of(Supplier<T> work, String... path) {
        return shared(1, work, path);
    }

    /** Does one lane's share of a part's work. */
    <T> T shared(int lanes, Supplier<T> work, String... path) {
        long begin = System.nanoTime();
        try {
            return work.get();
        } finally {
            nanos.computeIfAbsent(List.of(path), first -> new LongAdder()).add((System.nanoTime() - begin) / lanes);
        }
    }

    /** Does a part's work in the only thread that does it. */
    void of(Runnable work, String... path) {
        shared(1, work, path);
    }

    /** Does one lane's share of a part's work. */
    void shared(int lanes, Runnable work, String... path) {
        shared(
                lanes,
                () -> {
                    work.run();
                    return true;
                },
                path);
    }

    /** The whole, with its parts; its time is that of the outermost parts. */
    public Part whole() {
        List<Part> parts = below(List.of());
        return new Part(List.of(), parts.stream().mapToDouble(Part::seconds).sum(), parts);
    }

    private List<Part> below(List<String> path) {
        int length = path.size();
        return nanos.keySet().stream()
                .filter(each -> each.size() > length && each.subList(0, length).equals(path))
                .map(each -> each.subList(0, length + 1))
                .distinct()
                .sorted(Comparator.comparing(each -> each.get(length)))
                .map(this::part)
                .toList();
    }

    /** A part whose own time was not taken has that of the parts in it. */
    private Part part(List<String> path) {
        List<Part> parts = below(path);
        LongAdder own = nanos.get(path);
        double seconds = own == null ? parts.stream().mapToDouble(Part::seconds).sum() : own.sum() * NANO;
        return new Part(path, seconds, parts);
    }

    /** Each part in a line, with its share of the whole, the larger ones first. */
    public String table() {
        Part whole = whole();
        return lines(whole, whole.seconds()).collect(Collectors.joining("\n", "", "\n"));
    }

    private static Stream<String> lines(Part part, double all) {
        String line = String.format(
                Locale.ROOT,
                "%5.1f %%  %8.2f s  %s%s",
                100 * part.seconds() / all,
                part.seconds(),
                "  ".repeat(part.path().size()),
                part.name());
        return Stream.concat(
                Stream.of(line),
                part.parts().stream()
                        .sorted(Comparator.comparingDouble(Part::seconds).reversed())
                        .flatMap(each -> lines(each, all)));
    }

    /** A flame chart as SVG: a part's width is its time, and the parts in it lie below it. */
    public String flameChart() {
        Part whole = whole();
        List<String> boxes = new ArrayList<>();
        int depth = draw(whole, 0, CHART_WIDTH / whole.seconds(), 0, boxes) + 1;
        return String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\""
                        + " font-size=\"12\">%n%s%n</svg>%n",
                CHART_WIDTH,
                depth * ROW_HEIGHT,
                String.join("\n", boxes));
    }

    /** Draws a part from x on, and returns the lowest row that it reaches. */
    private static int draw(Part part, double x, double scale, int colour, List<String> boxes) {
        int row = part.path().size();
        double width = part.seconds() * scale;
        String text = String.format(Locale.ROOT, "%s %.1f %%", part.name(), 100 * width / CHART_WIDTH);
        boxes.add(String.format(
                Locale.ROOT,
                "<g><title>%s, %.2f s</title><rect x=\"%.2f\" y=\"%d\" width=\"%.2f\" height=\"%d\" fill=\"%s\""
                        + " stroke=\"white\"/>%s</g>",
                text,
                part.seconds(),
                x,
                row * ROW_HEIGHT,
                width,
                ROW_HEIGHT,
                COLOURS.get(colour % COLOURS.size()),
                text.length() * LETTER_WIDTH > width
                        ? ""
                        : String.format(
                                Locale.ROOT,
                                "<text x=\"%.2f\" y=\"%d\">%s</text>",
                                x + 4,
                                row * ROW_HEIGHT + 16,
                                text)));
        int lowest = row;
        double left = x;
        int next = colour;
        for (Part each : part.parts()) {
            lowest = Math.max(lowest, draw(each, left, scale, ++next, boxes));
            left += each.seconds() * scale;
        }
        return lowest;
    }
}
