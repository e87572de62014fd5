package org.bcm4j.journal;

import java.awt.AWTError;
import java.awt.Color;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import org.bcm4j.storage.AtomicFile;
import org.bcm4j.storage.UserException;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A picture of the training's progress, drawn from the log of {@link JsonLines}. Each group of values has one panel
 * (see {@link StepRecord}), and losses have a logarithmic scale. The picture is redrawn as steps arrive, at most once
 * per interval, and when the journal is closed. The old picture stays until the new one is complete.
 *
 * <p>Drawing needs fonts, which a bare container may lack. A failure to draw does not stop the training: it is logged
 * once, and no further picture is drawn.
 */
public final class LossCurves implements Journal {
    private static final Logger LOG = LoggerFactory.getLogger(LossCurves.class);
    private static final int PANEL_WIDTH = 900;
    private static final int PANEL_HEIGHT = 360;
    private static final float LINE_WIDTH = 1.5f;

    private final Path log;
    private final Path picture;
    private final long intervalNanos;
    private long drawnAt = System.nanoTime();
    private boolean stale;
    private boolean broken;

    /**
     * @param log the log to draw; put its journal before this one, so that it contains the step that is being recorded
     * @param picture the PNG file to write
     * @param interval the shortest time between two drawings
     */
    public LossCurves(Path log, Path picture, Duration interval) {
        this.log = log;
        this.picture = picture;
        this.intervalNanos = interval.toNanos();
    }

    /**
     * Draws the curves of a log once.
     *
     * @throws UserException if the log cannot be read, holds no finite value, or the picture cannot be written
     */
    public static void draw(Path log, Path picture) {
        List<Curve> curves = Curve.of(JsonLines.read(log));
        if (curves.isEmpty()) {
            throw new UserException(log + ": holds no value to draw; train for some steps first");
        }
        draw(curves, picture);
    }

    private static void draw(List<Curve> curves, Path picture) {
        withoutDisplay();
        List<XYChart> panels =
                Curve.byGroup(curves).values().stream().map(LossCurves::panel).toList();
        AtomicFile.write(
                picture,
                out -> BitmapEncoder.saveBitmap(panels, panels.size(), 1, out, BitmapEncoder.BitmapFormat.PNG));
    }

    @Override
    public void step(StepRecord record) {
        stale = true;
        if (System.nanoTime() - drawnAt >= intervalNanos) {
            redraw();
        }
    }

    @Override
    public void image(String tag, long step, byte[] png) {
        // Only values make curves.
    }

    @Override
    public void note(String text) {
        // Only values make curves.
    }

    @Override
    public void close() {
        if (stale) {
            redraw();
        }
    }

    private void redraw() {
        stale = false;
        if (broken) {
            return;
        }
        try {
            List<Curve> curves = Curve.of(JsonLines.read(log));
            if (!curves.isEmpty()) {
                draw(curves, picture);
            }
        } catch (RuntimeException | LinkageError | InternalError | AWTError e) {
            broken = true;
            LOG.warn("{} is no longer drawn: {}", picture, e.toString());
        }
        // Set after drawing, which can take longer than the interval.
        drawnAt = System.nanoTime();
    }

    /**
     * Keeps AWT from looking for a display. That would fail under a stale {@code DISPLAY} and show an icon on a Mac. It
     * has no effect on an application that has opened a window or has set the property itself: AWT reads it once, on
     * first use.
     */
    private static void withoutDisplay() {
        if (System.getProperty("java.awt.headless") == null) {
            System.setProperty("java.awt.headless", "true");
        }
    }

    private static XYChart panel(List<Curve> curves) {
        String title = curves.size() == 1 ? curves.get(0).name() : curves.get(0).group();
        XYChart chart = new XYChartBuilder()
                .width(PANEL_WIDTH)
                .height(PANEL_HEIGHT)
                .title(title)
                .xAxisTitle("step")
                .build();
        chart.getStyler().setLocale(Locale.ROOT);
        chart.getStyler().setLegendVisible(curves.size() > 1);
        chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideE);
        chart.getStyler().setChartBackgroundColor(Color.WHITE);
        // From 0, so that the labels are round numbers.
        chart.getStyler().setXAxisMin(0.0);
        chart.getStyler().setXAxisTickMarkSpacingHint(100);
        chart.getStyler().setYAxisLogarithmic(logarithmic(curves));
        for (Curve curve : curves) {
            XYSeries series = chart.addSeries(curve.name(), curve.steps(), curve.values());
            series.setLineWidth(LINE_WIDTH);
            // A line needs two points. A marker shows a single one.
            series.setMarker(curve.steps().length == 1 ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE);
        }
        return chart;
    }

    private static boolean logarithmic(List<Curve> curves) {
        boolean loss = curves.get(0).group().toLowerCase(Locale.ROOT).contains("loss");
        DoubleStream values = curves.stream().flatMapToDouble(curve -> Arrays.stream(curve.values()));
        return loss && values.allMatch(value -> value > 0);
    }
}
