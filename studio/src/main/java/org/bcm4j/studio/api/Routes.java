package org.bcm4j.studio.api;

import java.util.List;

/** All tasks of models, in the order of the documentation. */
record Routes(List<Route<?, ?>> all, Generation generation) {
    static final String SAMPLE = "sample";

    static Routes over(Desk desk) {
        Generation generation = new Generation(desk);
        Inverting inverting = new Inverting(desk);
        Edits edits = new Edits(desk);
        Trajectories trajectories = new Trajectories(desk);
        Class<Responses.Pictures> pictures = Responses.Pictures.class;
        return new Routes(
                List.of(
                        new Route<>(
                                SAMPLE,
                                "Generates images. With Accept: text/event-stream they arrive as they are made.",
                                Requests.Sample.class,
                                pictures,
                                generation::sample),
                        new Route<>(
                                "invert",
                                "Finds the noise that generates a picture, and says whether it is noise.",
                                Requests.Invert.class,
                                Responses.Inversion.class,
                                inverting::invert),
                        new Route<>(
                                "reconstruct",
                                "Inverts a picture and generates it again.",
                                Requests.Reconstruct.class,
                                pictures,
                                edits::reconstruct),
                        new Route<>(
                                "interpolate",
                                "Generates images that lead from one picture to another.",
                                Requests.Interpolate.class,
                                pictures,
                                edits::interpolate),
                        new Route<>(
                                "inpaint",
                                "Fills the parts of a picture that a mask marks.",
                                Requests.Inpaint.class,
                                pictures,
                                edits::inpaint),
                        new Route<>(
                                "restore",
                                "Improves a damaged picture, without knowing the damage.",
                                Requests.Restore.class,
                                pictures,
                                edits::restore),
                        new Route<>(
                                "superres",
                                "Makes a picture small and enlarges it again.",
                                Requests.Superres.class,
                                pictures,
                                edits::superres),
                        new Route<>(
                                "colorize",
                                "Gives a picture other colours of the same luminance.",
                                Requests.Colorize.class,
                                pictures,
                                edits::colorize),
                        new Route<>(
                                "denoise",
                                "Removes noise of a known standard deviation.",
                                Requests.Denoise.class,
                                pictures,
                                edits::denoise),
                        new Route<>(
                                "stroke",
                                "Turns a rough drawing into an image.",
                                Requests.Stroke.class,
                                pictures,
                                edits::stroke),
                        new Route<>(
                                "swap",
                                "Turns a picture of one class into one of another.",
                                Requests.Swap.class,
                                pictures,
                                edits::swap),
                        new Route<>(
                                "trajectory",
                                "Shows the jumps of a walk at noise scales between their ends.",
                                Requests.Trajectory.class,
                                Responses.Trajectory.class,
                                trajectories::trajectory)),
                generation);
    }
}
