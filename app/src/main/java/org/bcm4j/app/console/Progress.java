package org.bcm4j.app.console;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * Shows the progress of long work on standard error: a bar with rate and remaining time on a terminal, plain lines when
 * piped.
 */
public interface Progress extends AutoCloseable {
    /**
     * Reports progress.
     *
     * @param done units done, of the total
     * @param remark additional information, such as a loss; may be empty
     */
    void at(long done, String remark);

    @Override
    void close();

    /**
     * Starts the display.
     *
     * @param task the name of the work
     * @param unit the name of the units, in the plural
     * @param done units done before, which do not count for the rate
     * @param total total number of units
     */
    static Progress show(String task, String unit, long done, long total) {
        return onTerminal() ? new Bar(task, unit, done, total) : new ProgressLines(System.err, task, unit, done, total);
    }

    /** Shows nothing. */
    static Progress none() {
        return new Progress() {
            @Override
            public void at(long done, String remark) {}

            @Override
            public void close() {}
        };
    }

    /** Whether standard error is a terminal. {@link System#console} checks the other two streams instead. */
    private static boolean onTerminal() {
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
        } catch (IOException | UnsupportedOperationException e) {
            return false; // not Linux: plain lines work everywhere
        }
    }

    /** The bar. */
    final class Bar implements Progress {
        private final ProgressBar bar;

        private Bar(String task, String unit, long done, long total) {
            bar = new ProgressBarBuilder()
                    .setTaskName(task)
                    .setUnit(" " + unit, 1)
                    .setInitialMax(total)
                    .startsFrom(done, Duration.ZERO)
                    .setStyle(ProgressBarStyle.ASCII)
                    .setConsumer(new ConsoleProgressBarConsumer(System.err))
                    .showSpeed()
                    .build();
        }

        @Override
        public void at(long done, String remark) {
            bar.stepTo(done);
            bar.setExtraMessage(" " + remark);
        }

        @Override
        public void close() {
            bar.close();
        }
    }
}
