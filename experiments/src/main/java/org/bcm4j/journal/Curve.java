package org.bcm4j.journal;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The course of a value over the training, thinned out for a picture.
 *
 * @param steps ascending, the same number as {@code values}, at least one
 * @param values finite
 */
@SuppressWarnings("ArrayRecordComponent") // the arrays are only plotted, never compared
record Curve(String name, double[] steps, double[] values) {
    /** More points than this fall on the same pixels. */
    private static final int MOST_POINTS = 1000;

    /** The part of the name before the first slash, or the whole name. Curves of one group share a panel. */
    String group() {
        int slash = name.indexOf('/');
        return slash > 0 ? name.substring(0, slash) : name;
    }

    /** The curves of a log, in the order in which their names first appear. Values that are not finite are left out. */
    static List<Curve> of(List<StepRecord> records) {
        Map<String, List<double[]>> points = new LinkedHashMap<>();
        for (StepRecord record : records) {
            record.values().forEach((name, value) -> {
                if (Double.isFinite(value)) {
                    points.computeIfAbsent(name, any -> new ArrayList<>()).add(new double[] {record.step(), value});
                }
            });
        }
        return points.entrySet().stream()
                .map(entry -> of(entry.getKey(), entry.getValue()))
                .toList();
    }

    /** A curve of at most {@link #MOST_POINTS} points, each the mean of neighbouring points. */
    private static Curve of(String name, List<double[]> points) {
        int neighbours = (points.size() + MOST_POINTS - 1) / MOST_POINTS;
        List<double[]> means = new ArrayList<>();
        for (int start = 0; start < points.size(); start += neighbours) {
            means.add(mean(points.subList(start, Math.min(start + neighbours, points.size()))));
        }
        return new Curve(
                name,
                means.stream().mapToDouble(point -> point[0]).toArray(),
                means.stream().mapToDouble(point -> point[1]).toArray());
    }

    private static double[] mean(List<double[]> points) {
        double[] mean = new double[2];
        for (double[] point : points) {
            mean[0] += point[0] / points.size();
            mean[1] += point[1] / points.size();
        }
        return mean;
    }

    /** Curves by group, in order. */
    static Map<String, List<Curve>> byGroup(List<Curve> curves) {
        Map<String, List<Curve>> groups = new LinkedHashMap<>();
        curves.forEach(curve ->
                groups.computeIfAbsent(curve.group(), any -> new ArrayList<>()).add(curve));
        return Collections.unmodifiableMap(groups);
    }
}
