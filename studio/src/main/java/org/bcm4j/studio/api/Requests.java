package org.bcm4j.studio.api;

import java.util.Optional;

/**
 * The bodies of requests. Names are written in snake case in JSON; a field that is not known is refused. A record within
 * a body is a part that several bodies have: its fields are fields of the body.
 */
final class Requests {
    static final String IMAGE = "A picture file (PNG, JPEG, WebP, TIFF, GIF or BMP) in base64. The middle square is"
            + " scaled to the model's size.";
    static final String LABEL = "The class, by name or number. Without it: no class.";
    static final String SEED = "Seeds all noise; 0 by default.";
    static final String VARIANTS =
            "How many results, each with noise of its own; 1 by default, and for a walk without noise.";
    static final int MOST_VARIANTS = 16;
    static final int MOST_EVALUATIONS = 64;

    private Requests() {}

    /** How to evaluate. */
    record Path(Optional<Integer> steps, Optional<String> walk, long seed) {}

    /** What says how to evaluate. */
    interface Way {
        Path path();
    }

    /** By a number of evaluations, or a walk. */
    record StepsOrWalk(
            @Described(
                    value = "Network evaluations; takes the walk that the model stores for them.",
                    least = 1,
                    most = MOST_EVALUATIONS)
            Optional<Integer> steps,

            @Described("The walk, such as 80 > 1.2 > 0, in place of steps, of " + MOST_EVALUATIONS
                    + " evaluations at most.")
            Optional<String> walk,

            @Described(SEED) Optional<Long> seed)
            implements Way {
        @Override
        public Path path() {
            return new Path(steps, walk, seed.orElse(0L));
        }
    }

    /** By a walk alone. */
    record WalkOnly(
            @Described("The walk, such as 80 > 1.2 > 0, of " + MOST_EVALUATIONS + " evaluations at most.")
            Optional<String> walk,

            @Described(SEED) Optional<Long> seed)
            implements Way {
        @Override
        public Path path() {
            return new Path(Optional.empty(), walk, seed.orElse(0L));
        }
    }

    /** Of what class the results are, and how many. */
    record Choice(
            @Described(LABEL) Optional<String> label,

            @Described(value = VARIANTS, least = 1, most = MOST_VARIANTS)
            Optional<Integer> variants) {}

    interface Body {
        Way way();

        default Path path() {
            return way().path();
        }
    }

    /** A request that edits one image. */
    interface ImageBody extends Body {
        String image();

        Optional<String> label();

        Optional<Integer> variants();
    }

    /** A request that edits one image, to results of a class of choice. */
    interface ChoiceBody extends ImageBody {
        Choice choice();

        @Override
        default Optional<String> label() {
            return choice().label();
        }

        @Override
        default Optional<Integer> variants() {
            return choice().variants();
        }
    }

    record Sample(
            @Described(value = "How many images; 1 by default.", least = 1, most = 1024)
            Optional<Integer> count,

            @Described(
                    value = "The number of the first image, which with the seed decides its noise; 0 by default.",
                    least = 0)
            Optional<Long> first,

            @Described("The class of all images, by name or number. Without it: each class in turn; for a given"
                    + " noise: no class.")
            Optional<String> label,

            @Described("Noise to start from, as invert returns it: float32, little-endian, in base64.")
            Optional<String> noise,

            StepsOrWalk way)
            implements Body {}

    record Invert(
            @Described(IMAGE) String image,
            @Described(LABEL) Optional<String> label,
            StepsOrWalk way) implements Body {}

    record Reconstruct(@Described(IMAGE) String image, Choice choice, StepsOrWalk way) implements ChoiceBody {}

    record Interpolate(
            @Described("The first picture. " + IMAGE) String first,
            @Described("The last picture. " + IMAGE) String last,

            @Described("The class of the first picture, by name or number.")
            Optional<String> firstLabel,

            @Described("The class of the last picture, by name or number.")
            Optional<String> lastLabel,

            @Described(value = "How many images, with the two ends; 16 by default.", least = 2, most = 64)
            Optional<Integer> frames,

            StepsOrWalk way)
            implements Body {}

    record Inpaint(
            @Described(IMAGE) String image,

            @Described("A picture of the model's size in base64: what is white and opaque is filled.")
            String mask,

            Choice choice,
            StepsOrWalk way)
            implements ChoiceBody {}

    record Restore(
            @Described(IMAGE) String image,

            @Described(value = "Compress the picture first, as JPEG of this quality.", least = 1, most = 100)
            Optional<Integer> quality,

            Choice choice,
            StepsOrWalk way)
            implements ChoiceBody {}

    record Superres(
            @Described(IMAGE) String image,

            @Described(value = "How many times smaller the picture is made first: 2 or 4.", least = 2, most = 4)
            Optional<Integer> factor,

            Choice choice,
            StepsOrWalk way)
            implements ChoiceBody {}

    record Colorize(@Described(IMAGE) String image, Choice choice, StepsOrWalk way) implements ChoiceBody {}

    record Denoise(
            @Described(IMAGE) String image,

            @Described(
                    value = "Standard deviation of the noise, where black is -1 and white 1.",
                    least = 0.0021,
                    most = 80)
            double sigma,

            @Described("Whether such noise is added first; false by default.")
            Optional<Boolean> add,

            Choice choice,
            WalkOnly way)
            implements ChoiceBody {}

    record Stroke(@Described("A drawing. " + IMAGE) String image, Choice choice, WalkOnly way) implements ChoiceBody {}

    record Swap(
            @Described(IMAGE) String image,

            @Described("The picture's own class, by name or number.")
            String from,

            @Described("The class of the result, by name or number.")
            String to,

            @Described(value = VARIANTS, least = 1, most = MOST_VARIANTS)
            Optional<Integer> variants,

            StepsOrWalk way)
            implements ImageBody {
        @Override
        public Optional<String> label() {
            return Optional.of(from);
        }
    }

    record Trajectory(
            @Described("A picture to begin with at noise scale 0. Without it, noise at scale 80. " + IMAGE)
            Optional<String> image,

            @Described(LABEL) Optional<String> label,

            @Described(value = "How many noise scales each jump is shown at; 24 by default.", least = 2, most = 64)
            Optional<Integer> points,

            WalkOnly way)
            implements Body {}
}
