package org.bcm4j.app.console;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/** Progress for a log file: at most one line every ten seconds, so short work prints none. */
final class ProgressLines implements Progress {
    private static final long INTERVAL = Duration.ofSeconds(10).toNanos();

    private final PrintStream out;
    private final String task;
    private final String unit;
    private final long first;
    private final long total;
    private final long started = System.nanoTime();
    private long shown = started;

    ProgressLines(PrintStream out, String task, String unit, long first, long total) {
        this.out = out;
        this.task = task;
        this.unit = unit;
        this.first = first;
        this.total = total;
    }

    @Override
    public void at(long done, String remark) {
        long now = System.nanoTime();
        if (now - shown < INTERVAL) {
            return;
        }
        shown = now;
        out.println(line(done, remark, (now - started) * 1e-9));
    }

    /** The line to print after {@code seconds}. */
    String line(long done, String remark, double seconds) {
        double rate = (done - first) / seconds;
        String left = rate > 0 ? duration((long) ((total - done) / rate)) : "unknown";
        return String.format(
                Locale.ROOT,
                "%s: %d of %d %s (%d %%), %.3g %s/s, %s left%s",
                task,
                done,
                total,
                unit,
                100 * done / total,
                rate,
                unit,
                left,
                remark.isEmpty() ? "" : ", " + remark);
    }

    private static String duration(long seconds) {
        return String.format(Locale.ROOT, "%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
    }

    @Override
    public void close() {}
}
