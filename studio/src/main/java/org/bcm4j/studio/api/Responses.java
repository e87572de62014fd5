package org.bcm4j.studio.api;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The bodies of responses. Pictures are PNG files in base64. */
final class Responses {
    private Responses() {}

    record Models(
            @Described("The models, in the order in which they were given to the server.")
            List<Model> models) {}

    record Coverage(
            @Described(
                    "The number of bins of t, and of u; their edges lie evenly in the seventh root, from 0.002 to 80.")
            int bins,

            @Described(
                    "The images of a batch of one that train each pair: rows of equal u, in them by t, both ascending.")
            List<Double> images) {}

    record Model(
            @Described("The model's name in paths.") String name,

            @Described("bidirectional, consistency or denoiser.")
            String kind,

            @Described("Height and width of its images, in pixels.")
            int size,

            @Described("1 for grey images, 3 for coloured ones.")
            int channels,

            @Described("The names of its classes, in the order of their numbers, or the numbers if they have none.")
            List<String> classes,

            @Described("SHA-256 of the weights.") String sha256,
            @Described("Where it computes: cpu or cuda.") String device,
            @Described("fp32, tf32, bf16 or fp16.") String precision,

            @Described("The stored walks, by purpose and number of evaluations.")
            Map<String, Map<String, String>> walks,

            @Described("Pictures that come with the model.") List<Example> examples) {}

    record Example(
            @Described("The picture's name.") String name,
            @Described("The picture.") String image) {}

    record Pictures(
            @Described("The results.") List<String> images,

            @Described("What the edit began with, where that is not the picture that was sent.")
            Optional<String> input,

            @Described("The walk.") String walk,
            @Described("Network evaluations per image.") int nfe,
            @Described("The seed.") long seed,

            @Described("The command that gives the same results, where there is one.")
            Optional<String> command) {}

    record Inversion(
            @Described("The noise: float32, little-endian, in base64, channel by channel, row by row.")
            String noise,

            @Described("The noise as a picture: 3 standard deviations below the mean are black, 3 above white.")
            String picture,

            @Described("Drawn noise as a picture, for comparison.")
            String drawn,

            @Described("What the noise generates.") String reconstruction,

            @Described("Mean squared error of the reconstruction, of values in [0,1].")
            double error,

            @Described("Figures of the noise.") NoiseFigures figures,
            @Described("The same figures of drawn noise.") NoiseFigures drawnFigures,
            @Described("The walk.") String walk,
            @Described("Network evaluations.") int nfe,
            @Described("The seed.") long seed) {}

    record NoiseFigures(
            @Described("0 for normal noise.") double mean,
            @Described("1 for normal noise.") double standardDeviation,
            @Described("0 for normal noise.") double excessKurtosis,

            @Described("The largest correlation of pixels 1 or 2 apart; near 0 for noise.")
            double autocorrelation,

            @Described("Correlation with the picture; near 0 for noise.")
            double imageCorrelation) {
        static NoiseFigures of(org.bcm4j.metrics.noise.NoiseFigures figures) {
            return new NoiseFigures(
                    figures.mean(),
                    figures.standardDeviation(),
                    figures.excessKurtosis(),
                    figures.largestAutocorrelation(),
                    figures.imageCorrelation());
        }
    }

    record Trajectory(
            @Described("The jumps of the walk, in order.") List<Jump> jumps,
            @Described("The walk.") String walk,
            @Described("The seed.") long seed) {}

    record Jump(
            @Described("The noise scale where the jump begins.")
            double from,

            @Described("The noise scale where it ends.") double to,

            @Described("The point where it begins, divided by its standard deviation.")
            String begin,

            @Described("Noise scales u, from the jump's begin to its end.")
            List<Double> scales,

            @Described("f(x, t, u) at these noise scales, each divided by its standard deviation.")
            List<String> points) {}

    record Runs(@Described("The names of the runs.") List<String> runs) {}

    record Run(
            @Described("The run's name in paths.") String name,
            @Described("The steps that were logged.") long step,

            @Described("The steps of all stages; 0 if the configuration cannot be read.")
            long total,

            @Described("Whether a process of this machine trains it now.")
            boolean running,

            @Described("Seconds since the last line of the log.")
            double age,

            @Described("Whether these are all points, and not only those after the cursor that was sent.")
            boolean whole,

            @Described("Lines of the log, thinned out.") List<Point> points,

            @Described("What to send as after, to get only the points that come after these.")
            String cursor,

            @Described("The steps that have a sample sheet.")
            List<Long> sheets) {}

    record Point(
            @Described("The step.") long step,

            @Described("What was logged, by name: losses by term, rate, N, images a second.")
            Map<String, Double> values) {}

    record RunNoise(
            @Described("Figures of the noises of 64 test images.")
            NoiseFigures figures,

            @Described("The same figures of drawn noise.") NoiseFigures drawnFigures,

            @Described("The noise of the first image, as a picture.")
            String picture) {}

    record Health(@Described("ready, or stopping.") String status) {}

    /** An error (RFC 9457). */
    record Problem(
            @Described("Always about:blank: the status says it.")
            String type,

            @Described("The meaning of the status.") String title,
            @Described("The status.") int status,

            @Described("What was wrong and what to do, in one line.")
            String detail,

            @Described("The request's id.") String instance) {}
}
