package org.bcm4j.studio.api;

import static org.bcm4j.tensor.Ops.cat;
import static org.bcm4j.tensor.Ops.scalar;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.bcm4j.Images;
import org.bcm4j.model.ModelKind;
import org.bcm4j.model.NoiseScales;
import org.bcm4j.model.TrainedModel;
import org.bcm4j.studio.work.Deadline;
import org.bcm4j.tensor.Scope;
import org.bcm4j.walk.ImageNoise;
import org.bcm4j.walk.Move;
import org.bcm4j.walk.Walk;
import org.bytedeco.pytorch.Tensor;

/**
 * The jumps of a walk, each at noise scales between its ends: f(x, t, u) for many u. Where t and u meet it is x itself.
 */
final class Trajectories {
    private static final int USUAL_POINTS = 24;
    private static final double CURVATURE = 7;

    private final Desk desk;

    Trajectories(Desk desk) {
        this.desk = desk;
    }

    CompletableFuture<Responses.Trajectory> trajectory(
            ShelvedModel shelved, Requests.Trajectory request, Deadline deadline) {
        if (shelved.model().config().kind() != ModelKind.BIDIRECTIONAL) {
            throw new ProblemException(400, "this model leads to noise scale 0 only; take a bidirectional one");
        }
        Optional<Images> image = request.image().map(given -> desk.fitted(shelved, given, "image"));
        Walk walk = Walks.given(
                shelved, request.path(), () -> Walk.parse(image.isPresent() ? "0 +0.07 > 6 > 80 > 0" : "80 > 1.2 > 0"));
        boolean atImage = walk.start() == 0;
        if (atImage != image.isPresent()) {
            throw new ProblemException(
                    400,
                    atImage
                            ? "the walk \"" + walk + "\" begins at an image; send one"
                            : "the walk \"" + walk + "\" begins at noise; leave the image out");
        }
        Optional<Integer> label = shelved.label(request.label(), "label");
        int points = request.points().orElse(USUAL_POINTS);
        long seed = request.path().seed();
        return desk.queue()
                .submit(
                        points,
                        deadline,
                        abandoned -> new Responses.Trajectory(
                                jumps(shelved.model().tensors().model(), walk, image, label, points, seed, abandoned),
                                walk.toString(),
                                seed));
    }

    private static List<Responses.Jump> jumps(
            TrainedModel model,
            Walk walk,
            Optional<Images> image,
            Optional<Integer> label,
            int points,
            long seed,
            BooleanSupplier abandoned) {
        List<Responses.Jump> jumps = new ArrayList<>();
        try (Scope scope = Scope.open()) {
            ImageNoise noise = ImageNoise.from(seed, 0, model.device());
            Tensor x = image.isPresent()
                    ? model.device().move(image.get().tensor())
                    : noise.start(model.shape(1)).mul(scalar(walk.start()));
            for (Move move : walk.moves()) {
                if (abandoned.getAsBoolean()) {
                    throw new CancellationException("nobody waits for the result");
                }
                Tensor at = x;
                x = Scope.returning(() -> {
                    if (move instanceof Move.AddNoise) {
                        return at.add(noise.normal(at.shape()).mul(scalar(move.to())));
                    }
                    List<Double> scales = scales(move.from(), move.to(), points);
                    Tensor all = jumped(model, at, move.from(), scales, label);
                    jumps.add(new Responses.Jump(
                            move.from(),
                            move.to(),
                            pictures(at, List.of(move.from())).get(0),
                            scales,
                            pictures(all, scales)));
                    return all.narrow(0, points - 1, 1).clone(); // A view would keep all points.
                });
            }
        }
        return jumps;
    }

    /** Noise scales from one to another, evenly spaced in σ^(1/7), as training's grid is. */
    private static List<Double> scales(double from, double to, int points) {
        double first = Math.pow(time(from), 1 / CURVATURE);
        double last = Math.pow(time(to), 1 / CURVATURE);
        List<Double> scales = new ArrayList<>();
        for (int i = 0; i < points; i++) {
            scales.add(Math.pow(first + (last - first) * i / (points - 1), CURVATURE));
        }
        return scales;
    }

    /** Noise scale 0 stands for the smallest one. */
    private static double time(double scale) {
        return Math.max(scale, NoiseScales.SIGMA_MIN);
    }

    /** f(x, t, u) for each u, [points,C,H,W]. */
    private static Tensor jumped(
            TrainedModel model, Tensor x, double from, List<Double> scales, Optional<Integer> label) {
        int points = scales.size();
        Tensor[] copies = new Tensor[points];
        Arrays.fill(copies, x);
        double[] times = new double[points];
        Arrays.fill(times, time(from));
        Optional<Tensor> labels = label.map(number -> {
            long[] numbers = new long[points];
            Arrays.fill(numbers, number);
            return model.device().integers(numbers);
        });
        return model.traverse(
                cat(0, copies),
                model.device().floats(times),
                model.device()
                        .floats(scales.stream().mapToDouble(Double::doubleValue).toArray()),
                labels.or(() -> model.unlabelled(points)));
    }

    /** Points divided by their standard deviation √(σ² + σ_data²), relative to that of an image. */
    private static List<String> pictures(Tensor points, List<Double> scales) {
        List<String> pictures = new ArrayList<>();
        for (int i = 0; i < scales.size(); i++) {
            double scale = Math.sqrt(1 + 4 * scales.get(i) * scales.get(i));
            pictures.add(Codec.base64(
                    Images.ofTensor(points.narrow(0, i, 1).div(scalar(scale))).png(0)));
        }
        return pictures;
    }
}
