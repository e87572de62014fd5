package org.bcm4j.studio.api;

import java.util.Optional;

/** The bodies of requests. Names are written in snake case in JSON; a field that is not known is refused. */
final class Requests {
    static final String IMAGE = "A picture file (PNG, JPEG, WebP, TIFF, GIF or BMP) in base64. The middle square is"
            + " scaled to the model's size.";
    static final String LABEL = "The class, by name or number. Without it: no class.";
    static final String STEPS = "Network evaluations; takes the walk that the model stores for them.";
    static final String WALK = "The walk, such as 80 > 1.2 > 0, in place of steps.";
    static final String SEED = "Seeds all noise; 0 by default.";
    static final String VARIANTS = "How many results, each with noise of its own; 1 by default.";
    static final int MOST_STEPS = 64;
    static final int MOST_VARIANTS = 16;

    private Requests() {}

    /** How to evaluate, which all requests may say. */
    record Path(Optional<Integer> steps, Optional<String> walk, long seed) {}

    interface Body {
        Optional<Integer> steps();

        Optional<String> walk();

        Optional<Long> seed();

        default Path path() {
            return new Path(steps(), walk(), seed().orElse(0L));
        }
    }

    /** A request that edits one image. */
    interface ImageBody extends Body {
        String image();

        Optional<String> label();

        Optional<Integer> variants();
    }

    record Sample(
            @Described(value = "How many images; 1 by default.", least = 1, most = 1024)
            Optional<Integer> count,

            @Described(
                    value = "The number of the first image, which with the seed decides its noise; 0 by default.",
                    least = 0)
            Optional<Long> first,

            @Described("The class of all images, by name or number. Without it: each class in turn.")
            Optional<String> label,

            @Described("Noise to start from, as invert returns it: float32, little-endian, in base64.")
            Optional<String> noise,

            @Described(value = STEPS, least = 1, most = MOST_STEPS)
            Optional<Integer> steps,

            @Described(WALK) Optional<String> walk,
            @Described(SEED) Optional<Long> seed)
            implements Body {}

    record Invert(
            @Described(IMAGE) String image,
            @Described(LABEL) Optional<String> label,

            @Described(value = STEPS, least = 1, most = MOST_STEPS)
            Optional<Integer> steps,

            @Described(WALK) Optional<String> walk,
            @Described(SEED) Optional<Long> seed)
            implements Body {}

    record Reconstruct(
            @Described(IMAGE) String image,
            @Described(LABEL) Optional<String> label,

            @Described(value = VARIANTS, least = 1, most = MOST_VARIANTS)
            Optional<Integer> variants,

            @Described(value = STEPS, least = 1, most = MOST_STEPS)
            Optional<Integer> steps,

            @Described(WALK) Optional<String> walk,
            @Described(SEED) Optional<Long> seed)
            implements ImageBody {}

    record Interpolate(
            @Described("The first picture. " + IMAGE) String first,
            @Described("The last picture. " + IMAGE) String last,

            @Described("The class of the first picture, by name or number.")
            Optional<String> firstLabel,

            @Described("The class of the last picture, by name or number.")
            Optional<String> lastLabel,

            @Described(value = "How many images, with the two ends; 16 by default.", least = 2, most = 64)
            Optional<Integer> frames,

            @Described(value = STEPS, least = 1, most = MOST_STEPS)
            Optional<Integer> steps,

            @Described(WALK) Optional<String> walk,
            @Described(SEED) Optional<Long> seed)
            implements Body {}

    record Inpaint(
            @Described(IMAGE) String image,

            @Described("A picture of the model's size in base64: what is white is filled.")
            String mask,

            @Described(LABEL) Optional<String> label,

            @Described(value = VARIANTS, least = 1, most = MOST_VARIANTS)
            Optional<Integer> variants,

            @Described(value = STEPS, least = 1, most = MOST_STEPS)
            Optional<Integer> steps,

            @Described(WALK) Optional<String> walk,
            @Described(SEED) Optional<Long> seed)
            implements ImageBody {}

    record Restore(
            @Described(IMAGE) String image,

            @Described(value = "Compress the picture first, as JPEG of this quality.", least = 1, most = 100)
            Optional<Integer> quality,

            @Described(LABEL) Optional<String> label,

            @Described(value = VARIANTS, least = 1, most = MOST_VARIANTS)
            Optional<Integer> variants,

            @Described(value = STEPS, least = 1, most = MOST_STEPS)
            Optional<Integer> steps,

            @Described(WALK) Optional<String> walk,
            @Described(SEED) Optional<Long> seed)
            implements ImageBody {}

    record Superres(
            @Described(IMAGE) String image,

            @Described(value = "How many times smaller the picture is made first: 2 or 4.", least = 2, most = 4)
            Optional<Integer> factor,

            @Described(LABEL) Optional<String> label,

            @Described(value = VARIANTS, least = 1, most = MOST_VARIANTS)
            Optional<Integer> variants,

            @Described(value = STEPS, least = 1, most = MOST_STEPS)
            Optional<Integer> steps,

            @Described(WALK) Optional<String> walk,
            @Described(SEED) Optional<Long> seed)
            implements ImageBody {}

    record Colorize(
            @Described(IMAGE) String image,
            @Described(LABEL) Optional<String> label,

            @Described(value = VARIANTS, least = 1, most = MOST_VARIANTS)
            Optional<Integer> variants,

            @Described(value = STEPS, least = 1, most = MOST_STEPS)
            Optional<Integer> steps,

            @Described(WALK) Optional<String> walk,
            @Described(SEED) Optional<Long> seed)
            implements ImageBody {}

    record Denoise(
            @Described(IMAGE) String image,

            @Described(
                    value = "Standard deviation of the noise, where black is -1 and white 1.",
                    least = 0.0021,
                    most = 80)
            double sigma,

            @Described("Whether such noise is added first; false by default.")
            Optional<Boolean> add,

            @Described(LABEL) Optional<String> label,

            @Described(value = VARIANTS, least = 1, most = MOST_VARIANTS)
            Optional<Integer> variants,

            @Described(WALK) Optional<String> walk,
            @Described(SEED) Optional<Long> seed)
            implements ImageBody {
        @Override
        public Optional<Integer> steps() {
            return Optional.empty();
        }
    }

    record Stroke(
            @Described("A drawing. " + IMAGE) String image,
            @Described(LABEL) Optional<String> label,

            @Described(value = VARIANTS, least = 1, most = MOST_VARIANTS)
            Optional<Integer> variants,

            @Described(WALK) Optional<String> walk,
            @Described(SEED) Optional<Long> seed)
            implements ImageBody {
        @Override
        public Optional<Integer> steps() {
            return Optional.empty();
        }
    }

    record Swap(
            @Described(IMAGE) String image,

            @Described("The picture's own class, by name or number.")
            String from,

            @Described("The class of the result, by name or number.")
            String to,

            @Described(value = VARIANTS, least = 1, most = MOST_VARIANTS)
            Optional<Integer> variants,

            @Described(value = STEPS, least = 1, most = MOST_STEPS)
            Optional<Integer> steps,

            @Described(WALK) Optional<String> walk,
            @Described(SEED) Optional<Long> seed)
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
            @Described("The walk whose jumps are shown.") Optional<String> walk,

            @Described(value = "How many noise scales each jump is shown at; 24 by default.", least = 2, most = 64)
            Optional<Integer> points,

            @Described(SEED) Optional<Long> seed)
            implements Body {
        @Override
        public Optional<Integer> steps() {
            return Optional.empty();
        }
    }
}
