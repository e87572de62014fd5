package org.bcm4j.app.console;

import java.util.Optional;
import org.bcm4j.metrics.Measuring;
import org.bcm4j.metrics.MeasuringListener;
import org.bcm4j.ranks.SharedWork;

/** Shows the progress of measurements, one bar after another. */
public final class MeasuringProgress implements MeasuringListener, AutoCloseable {
    private Optional<Progress> shown = Optional.empty();
    private String what = "";

    /** How the ranks measure; rank 0 shows this progress. */
    public Measuring of(SharedWork work) {
        return new Measuring(work, work.isFirst() ? this : MeasuringListener.NONE);
    }

    @Override
    public void measured(String measured, long done, long total) {
        if (!measured.equals(what)) {
            close();
            what = measured;
            shown = Optional.of(Progress.show(measured, "images", 0, total));
        }
        shown.ifPresent(progress -> progress.at(done, ""));
    }

    /** Ends the current bar, if there is one. */
    @Override
    public void close() {
        shown.ifPresent(Progress::close);
        shown = Optional.empty();
        what = "";
    }
}
