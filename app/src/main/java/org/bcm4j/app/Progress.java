package org.bcm4j.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * Shows on standard error how far long work is: a bar with rate and remaining time on a terminal, plain lines when
 * piped.
 */
interface Progress extends AutoCloseable {
    /**
     * Tells how far the work is.
     *
     * @param done units done, of the total
     * @param remark more to show, such as a loss; may be empty
     */
    void at(long done, String remark);

    @Override
    void close();

    /**
     * Starts to show.
     *
     * @param task what is being done
     * @param unit what is counted, in the plural
     * @param done units done before, which do not count for the rate
     * @param total units in all
     */
    static Progress show(String task, String unit, long done, long total) {
        return onTerminal() ? new Bar(task, unit, done, total) : new ProgressLines(System.err, task, unit, done, total);
    }

    /** Whether people watch standard error; {@link System#console} asks about the other two streams. */
    private static boolean onTerminal() {
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
        } catch (IOException | UnsupportedOperationException e) {
            return false; // not Linux: plain lines are right everywhere
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
