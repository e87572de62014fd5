package org.bcm4j.metrics.noise;

/** Pearson's correlation of pairs of numbers that arrive one by one. */
final class Correlation {
    private double meanX;
    private double meanY;
    private double squaresX;
    private double squaresY;
    private double products;
    private long count;

    /** The correlation of two arrays of the same length. */
    static double of(double[] xs, double[] ys) {
        Correlation correlation = new Correlation();
        for (int i = 0; i < xs.length; i++) {
            correlation.add(xs[i], ys[i]);
        }
        return correlation.value();
    }

    /**
     * Adds a pair. The means are updated with it, so that no sum of squares is larger than the spread it measures
     * (Welford).
     */
    void add(double x, double y) {
        count++;
        double stepX = x - meanX;
        double stepY = y - meanY;
        meanX += stepX / count;
        meanY += stepY / count;
        squaresX += stepX * (x - meanX);
        squaresY += stepY * (y - meanY);
        products += stepX * (y - meanY);
    }

    /** The correlation, in [-1,1]; 0 if one of the two numbers is constant. */
    double value() {
        double scale = Math.sqrt(squaresX) * Math.sqrt(squaresY);
        return scale == 0 ? 0 : products / scale;
    }
}
