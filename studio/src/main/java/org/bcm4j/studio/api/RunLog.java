package org.bcm4j.studio.api;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.bcm4j.journal.FollowedLog;
import org.bcm4j.journal.StepRecord;

/**
 * The curves of a run's log, thinned out so that a long run takes no more memory than a short one. The log is read on
 * from where it ended. Thread-safe.
 */
final class RunLog {
    /** More points of a curve are not seen. */
    private static final int MOST_POINTS = 1000;

    private final FollowedLog log;
    private final List<Responses.Point> points = new ArrayList<>();
    /** Changes when the log is cut, so that clients know that what they have is no more. */
    private String edition = newEdition();

    private long lines;
    private int every = 1;
    private long step;

    RunLog(Path file) {
        log = new FollowedLog(file);
    }

    private static String newEdition() {
        return UUID.randomUUID().toString();
    }

    /**
     * What a log tells.
     *
     * @param step the last one
     * @param whole whether these are all points, not only those after a cursor
     * @param cursor stands for the end of these points
     */
    record Told(long step, boolean whole, List<Responses.Point> points, String cursor) {}

    /** What is told after a cursor, or all if the cursor is of another time. */
    synchronized Told after(Optional<String> cursor) {
        readOn();
        String prefix = edition + ":";
        Optional<Long> last = cursor.filter(text -> text.matches(prefix + "\\d{1,18}"))
                .map(text -> Long.parseLong(text.substring(prefix.length())));
        List<Responses.Point> told = points.stream()
                .filter(point -> last.isEmpty() || point.step() > last.get())
                .toList();
        long end = points.isEmpty() ? 0 : points.get(points.size() - 1).step();
        return new Told(step, last.isEmpty(), told, prefix + end);
    }

    private void readOn() {
        FollowedLog.News news = log.news();
        if (news.anew()) {
            points.clear();
            edition = newEdition();
            lines = 0;
            every = 1;
            step = 0;
        }
        news.steps().forEach(this::add);
    }

    private void add(StepRecord record) {
        step = record.step();
        if (lines++ % every != 0) {
            return;
        }
        points.add(new Responses.Point(record.step(), record.values()));
        if (points.size() > MOST_POINTS) {
            every *= 2;
            for (int i = points.size() / 2; i > 0; i--) {
                points.remove(2 * i - 1);
            }
        }
    }
}
