package org.bcm4j.app.commands.measuring;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.bcm4j.metrics.evaluation.WalkSearch;
import org.bcm4j.storage.AtomicFile;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;

/** Plots a search: the cost of every walk that was tried, and the lowest so far. */
final class TuningPlot {
    private TuningPlot() {}

    static void draw(Path file, List<WalkSearch.Found> tried) {
        System.setProperty("java.awt.headless", "true");
        List<Integer> trial = new ArrayList<>();
        List<Double> cost = new ArrayList<>();
        List<Double> least = new ArrayList<>();
        for (WalkSearch.Found found : tried) {
            trial.add(trial.size() + 1);
            cost.add(found.cost());
            least.add(least.isEmpty() ? found.cost() : Math.min(found.cost(), least.get(least.size() - 1)));
        }
        XYChart chart = new XYChartBuilder()
                .width(800)
                .height(400)
                .xAxisTitle("walks tried")
                .yAxisTitle("cost")
                .build();
        chart.getStyler().setLocale(Locale.ROOT);
        chart.getStyler().setYAxisLogarithmic(true);
        chart.addSeries("tried", trial, cost).setXYSeriesRenderStyle(XYSeriesRenderStyle.Scatter);
        chart.addSeries("least so far", trial, least).setXYSeriesRenderStyle(XYSeriesRenderStyle.Step);
        AtomicFile.write(file, out -> BitmapEncoder.saveBitmap(List.of(chart), 1, 1, out, BitmapFormat.PNG));
    }
}
