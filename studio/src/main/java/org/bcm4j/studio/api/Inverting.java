package org.bcm4j.studio.api;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.bcm4j.BcmModel;
import org.bcm4j.Images;
import org.bcm4j.Noise;
import org.bcm4j.metrics.noise.NoiseFigures;
import org.bcm4j.model.RecommendedWalks.Purpose;
import org.bcm4j.model.TrainedModel;
import org.bcm4j.studio.work.Deadline;
import org.bcm4j.studio.work.WalkTask;
import org.bcm4j.studio.work.WalkTask.Start;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Scope;
import org.bcm4j.walk.ImageNoise;
import org.bcm4j.walk.Walk;

/** The noise of a picture, what it generates, and whether it is noise. */
final class Inverting {
    private final Desk desk;

    Inverting(Desk desk) {
        this.desk = desk;
    }

    CompletableFuture<Responses.Inversion> invert(ShelvedModel shelved, Requests.Invert request, Deadline deadline) {
        Images image = desk.fitted(shelved, request.image(), "image");
        Optional<Integer> label = shelved.label(request.label(), "label");
        Walk toNoise = Walks.of(shelved, request.path(), Purpose.INVERT);
        if (!toNoise.inverts() || toNoise.nfe() == 0) {
            throw new ProblemException(400, "the walk \"" + toNoise + "\" does not lead from an image to noise");
        }
        long seed = request.path().seed();
        TrainedModel model = shelved.model().tensors().model();
        WalkTask there = WalkTask.given(model, toNoise, Start.IMAGES, seed, image.values(), label);
        return desk.queue().submit(there, deadline).thenCompose(noise -> {
            Walk straight = Walk.straightFrom(toNoise.end());
            WalkTask back = WalkTask.given(model, straight, Start.NOISE, seed, noise, label);
            return desk.queue()
                    .submitNext(back, deadline)
                    .thenApply(values -> answer(shelved.model(), image, noise, values, toNoise, seed));
        });
    }

    private static Responses.Inversion answer(
            BcmModel model, Images image, float[] noise, float[] values, Walk walk, long seed) {
        int channels = model.imageChannels();
        int size = model.imageSize();
        Noise found = Noise.of(noise, channels, size, size);
        Images again = Images.of(values, channels, size, size);
        try (Scope scope = Scope.open()) {
            Noise drawn = Noise.ofTensor(ImageNoise.from(seed, 0, Device.CPU).start(1, channels, size, size));
            return new Responses.Inversion(
                    Codec.base64(noise),
                    picture(found),
                    picture(drawn),
                    Codec.base64(again.png(0)),
                    error(image.values(), again.values()),
                    figures(found, image),
                    figures(drawn, image),
                    walk.toString(),
                    walk.nfe(),
                    seed);
        }
    }

    private static String picture(Noise noise) {
        return Codec.base64(Images.of(noise.image(0)).png(0));
    }

    /** Of values in [0,1], as pictures show them. */
    private static double error(float[] image, float[] again) {
        double sum = 0;
        for (int i = 0; i < image.length; i++) {
            double step = (image[i] - Math.max(-1, Math.min(1, again[i]))) / 2;
            sum += step * step;
        }
        return sum / image.length;
    }

    private static Responses.NoiseFigures figures(Noise noise, Images image) {
        return Responses.NoiseFigures.of(NoiseFigures.of(noise.tensor(), image.tensor()));
    }
}
