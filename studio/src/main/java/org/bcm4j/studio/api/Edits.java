package org.bcm4j.studio.api;

import static org.bcm4j.tensor.Ops.scalar;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.bcm4j.BcmModel;
import org.bcm4j.EditRequest;
import org.bcm4j.ImageRequest;
import org.bcm4j.Images;
import org.bcm4j.InpaintingRequest;
import org.bcm4j.InterpolationRequest;
import org.bcm4j.editing.Edit;
import org.bcm4j.images.ImageFiles;
import org.bcm4j.images.ImageFit;
import org.bcm4j.images.Pixels;
import org.bcm4j.model.RecommendedWalks.Purpose;
import org.bcm4j.studio.work.Deadline;
import org.bcm4j.studio.work.WalkTask;
import org.bcm4j.studio.work.WalkTask.Start;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Scope;
import org.bcm4j.walk.ImageNoise;
import org.bcm4j.walk.Move;
import org.bcm4j.walk.ThereAndBack;
import org.bcm4j.walk.Walk;
import org.bytedeco.pytorch.Tensor;

/**
 * Edits of pictures. Those that keep nothing of a picture for certain are joined with others that follow the same walk;
 * the rest are the library's requests. Several variants of an edit are one batch.
 */
final class Edits {
    private static final int USUAL_FRAMES = 16;
    private static final int USUAL_FACTOR = 2;

    private final Desk desk;

    Edits(Desk desk) {
        this.desk = desk;
    }

    CompletableFuture<Responses.Pictures> reconstruct(
            ShelvedModel shelved, Requests.Reconstruct request, Deadline deadline) {
        Walk walk =
                Walks.thereAndBack(shelved, request.path(), Purpose.INTERPOLATE).whole();
        Images image = desk.fitted(shelved, request.image(), "image");
        return walked(new Asked(shelved, request, deadline), walk, Given.asSent(image), Start.IMAGES);
    }

    CompletableFuture<Responses.Pictures> inpaint(ShelvedModel shelved, Requests.Inpaint request, Deadline deadline) {
        Walk walk = Walks.inpainting(shelved, request.path());
        Images image = desk.fitted(shelved, request.image(), "image");
        Images mask = Codec.mask(request.mask(), "mask", desk.mostPixels());
        if (mask.height() != image.height() || mask.width() != image.width()) {
            throw new ProblemException(
                    400,
                    "the mask has " + mask.width() + " x " + mask.height() + " pixels, and the model's images "
                            + image.width() + " x " + image.height());
        }
        return edited(
                new Asked(shelved, request, deadline),
                walk,
                Given.asSent(image),
                (model, images) -> model.inpaint(images).mask(mask),
                InpaintingRequest::run);
    }

    CompletableFuture<Responses.Pictures> restore(ShelvedModel shelved, Requests.Restore request, Deadline deadline) {
        Walk walk = Walks.of(shelved, request.path(), Purpose.RESTORE);
        Images image = desk.fitted(shelved, request.image(), "image");
        Given given = request.quality()
                .map(quality -> Given.changed(compressed(image, quality)))
                .orElseGet(() -> Given.asSent(image));
        return free(new Asked(shelved, request, deadline), walk, given, 0);
    }

    private static Images compressed(Images image, int quality) {
        try (Scope scope = Scope.open()) {
            Tensor pixels = Pixels.toBytes(image.tensor()).select(0, 0);
            return Images.ofTensor(
                    Pixels.toSignal(ImageFiles.throughJpeg(pixels, quality).unsqueeze(0)));
        }
    }

    CompletableFuture<Responses.Pictures> superres(ShelvedModel shelved, Requests.Superres request, Deadline deadline) {
        Walk walk = Walks.multistep(shelved, request.path());
        int factor = request.factor().orElse(USUAL_FACTOR);
        int size = shelved.model().imageSize();
        if (size % factor != 0 || factor == 3) {
            throw new ProblemException(400, "factor is 2 or 4, and divides the model's " + size + " pixels");
        }
        Images small = desk.fitted(shelved, request.image(), "image").fitted(ImageFit.STRETCH, size / factor);
        return constrained(new Asked(shelved, request, deadline), walk, Given.changed(small), BcmModel::superResolve);
    }

    CompletableFuture<Responses.Pictures> colorize(ShelvedModel shelved, Requests.Colorize request, Deadline deadline) {
        if (shelved.model().imageChannels() == 1) {
            throw new ProblemException(400, "this model makes grey images; take one of coloured images");
        }
        Walk walk = Walks.multistep(shelved, request.path());
        Images image = desk.fitted(shelved, request.image(), "image");
        return constrained(new Asked(shelved, request, deadline), walk, Given.asSent(image), BcmModel::colorize);
    }

    CompletableFuture<Responses.Pictures> denoise(ShelvedModel shelved, Requests.Denoise request, Deadline deadline) {
        Walk walk = Walks.given(shelved, request.path(), () -> Walk.straightFrom(request.sigma()));
        Images image = desk.fitted(shelved, request.image(), "image");
        Given given = request.add().orElse(false)
                ? Given.changed(noisy(image, request.sigma(), request.path().seed()))
                : Given.asSent(image);
        return free(new Asked(shelved, request, deadline), walk, given, request.sigma());
    }

    private static Images noisy(Images image, double sigma, long seed) {
        try (Scope scope = Scope.open()) {
            Tensor clean = image.tensor();
            Tensor noise = ImageNoise.from(seed, 0, Device.CPU).normal(clean.shape());
            return Images.ofTensor(clean.add(noise.mul(scalar(sigma))));
        }
    }

    CompletableFuture<Responses.Pictures> stroke(ShelvedModel shelved, Requests.Stroke request, Deadline deadline) {
        Walk walk = Walks.given(shelved, request.path(), () -> Edit.DRAWING_WALK);
        Images drawing = desk.fitted(shelved, request.image(), "image");
        return free(new Asked(shelved, request, deadline), walk, Given.asSent(drawing), 0);
    }

    CompletableFuture<Responses.Pictures> swap(ShelvedModel shelved, Requests.Swap request, Deadline deadline) {
        Optional<Integer> target = shelved.label(Optional.of(request.to()), "to");
        ThereAndBack walk = Walks.thereAndBack(shelved, request.path(), Purpose.SWAP);
        Images image = desk.fitted(shelved, request.image(), "image");
        Asked asked = new Asked(shelved, request, deadline);
        requireDifferent(asked, walk.whole());
        float[] values = asked.copies(image).values();
        return desk.queue()
                .submit(asked.task(walk.toNoise(), Start.IMAGES, values, asked.label()), deadline)
                .thenCompose(noises ->
                        desk.queue().submitNext(asked.task(walk.toImages(), Start.NOISE, noises, target), deadline))
                .thenApply(made -> pictures(asked, made, Optional.empty(), walk.whole()));
    }

    CompletableFuture<Responses.Pictures> interpolate(
            ShelvedModel shelved, Requests.Interpolate request, Deadline deadline) {
        Images first = desk.fitted(shelved, request.first(), "first");
        Images last = desk.fitted(shelved, request.last(), "last");
        Optional<Integer> firstLabel = shelved.label(request.firstLabel(), "first_label");
        Optional<Integer> lastLabel = shelved.label(request.lastLabel(), "last_label");
        if (firstLabel.isPresent() != lastLabel.isPresent()) {
            throw new ProblemException(400, "give the classes of both pictures, or of none");
        }
        ThereAndBack walk = Walks.thereAndBack(shelved, request.path(), Purpose.INTERPOLATE);
        int frames = request.frames().orElse(USUAL_FRAMES);
        long seed = request.path().seed();
        return desk.queue().submit(frames, deadline, abandoned -> {
            InterpolationRequest interpolation = shelved.model()
                    .interpolate(first, last)
                    .frames(frames)
                    .walk(walk.whole())
                    .seed(seed)
                    .cancelWhen(abandoned);
            firstLabel.ifPresent(label -> interpolation.labels(label, lastLabel.orElseThrow()));
            return pictures(interpolation.run(), Optional.empty(), walk.whole(), seed);
        });
    }

    /**
     * The picture that an edit begins with.
     *
     * @param input it, for the client to see, if it has other pixels than were sent
     */
    private record Given(Images image, Optional<String> input) {
        static Given asSent(Images image) {
            return new Given(image, Optional.empty());
        }

        static Given changed(Images image) {
            return new Given(image, Optional.of(Codec.base64(image.png(0))));
        }
    }

    /** What every edit is asked for. */
    private record Asked(ShelvedModel shelved, Requests.ImageBody request, Deadline deadline) {
        int variants() {
            return request.variants().orElse(1);
        }

        Optional<Integer> label() {
            return shelved.label(request.label(), "label");
        }

        long seed() {
            return request.path().seed();
        }

        /** The image once for each variant. */
        Images copies(Images image) {
            return image.select(new int[variants()]);
        }

        WalkTask task(Walk walk, Start start, float[] values, Optional<Integer> ofClass) {
            return WalkTask.given(shelved.model().tensors().model(), walk, start, seed(), values, ofClass);
        }
    }

    /** An edit that keeps nothing for certain, of an image whose noise has a scale. */
    private CompletableFuture<Responses.Pictures> free(Asked asked, Walk walk, Given given, double scale) {
        try (Scope scope = Scope.open()) {
            Edit.denoising(given.image().tensor(), scale).requireWalk(walk);
        }
        return walked(asked, walk, given, Start.EDITED);
    }

    /** Follows a walk, together with others that do. */
    private CompletableFuture<Responses.Pictures> walked(Asked asked, Walk walk, Given given, Start start) {
        requireDifferent(asked, walk);
        float[] values = asked.copies(given.image()).values();
        return desk.queue()
                .submit(asked.task(walk, start, values, asked.label()), asked.deadline())
                .thenApply(made -> pictures(asked, made, given.input(), walk));
    }

    /** An edit that keeps a part of the image, and has no noise but that of its walk. */
    private CompletableFuture<Responses.Pictures> constrained(
            Asked asked, Walk walk, Given given, BiFunction<BcmModel, Images, EditRequest> begin) {
        if (walk.start() == 0) {
            requireDifferent(asked, walk);
        }
        return edited(asked, walk, given, begin, EditRequest::run);
    }

    /** @throws ProblemException if the variants would all be the same */
    private static void requireDifferent(Asked asked, Walk walk) {
        if (asked.variants() > 1 && walk.moves().stream().noneMatch(Move.AddNoise.class::isInstance)) {
            throw new ProblemException(
                    400,
                    "the walk \"" + walk + "\" adds no noise, so that all " + asked.variants()
                            + " results would be the same; ask for one, or send a walk that adds noise");
        }
    }

    /** Runs an edit that keeps a part of the image, once for each variant. */
    private <R extends ImageRequest<R>> CompletableFuture<Responses.Pictures> edited(
            Asked asked, Walk walk, Given given, BiFunction<BcmModel, Images, R> begin, Function<R, Images> run) {
        Optional<Integer> label = asked.label();
        return desk.queue().submit(asked.variants(), asked.deadline(), abandoned -> {
            R edit = begin.apply(asked.shelved().model(), asked.copies(given.image()))
                    .walk(walk)
                    .seed(asked.seed())
                    .cancelWhen(abandoned);
            label.ifPresent(edit::label);
            return pictures(run.apply(edit), given.input(), walk, asked.seed());
        });
    }

    private static Responses.Pictures pictures(Asked asked, float[] values, Optional<String> input, Walk walk) {
        BcmModel model = asked.shelved().model();
        return pictures(
                Images.of(values, model.imageChannels(), model.imageSize(), model.imageSize()),
                input,
                walk,
                asked.seed());
    }

    private static Responses.Pictures pictures(Images images, Optional<String> input, Walk walk, long seed) {
        return new Responses.Pictures(
                Codec.pictures(images), input, walk.toString(), walk.nfe(), seed, Optional.empty());
    }
}
