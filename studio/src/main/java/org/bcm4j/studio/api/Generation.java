package org.bcm4j.studio.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.bcm4j.BcmModel;
import org.bcm4j.Images;
import org.bcm4j.model.RecommendedWalks.Purpose;
import org.bcm4j.storage.ShellWord;
import org.bcm4j.studio.work.Deadline;
import org.bcm4j.studio.work.EvaluationQueue;
import org.bcm4j.studio.work.WalkTask;
import org.bcm4j.walk.Walk;

/** New images. Many are computed in pieces, one after another, so that the requests of others have their turns. */
final class Generation {
    private final Desk desk;

    Generation(Desk desk) {
        this.desk = desk;
    }

    /** All images of a request at once. */
    CompletableFuture<Responses.Pictures> sample(ShelvedModel shelved, Requests.Sample request, Deadline deadline) {
        Sampling sampling = begin(shelved, request, deadline);
        CompletableFuture<List<String>> pictures = CompletableFuture.completedFuture(new ArrayList<>());
        for (int i = 0; i < sampling.pieces(); i++) {
            int piece = i;
            pictures = pictures.thenCompose(before -> sampling.piece(piece).thenApply(images -> {
                before.addAll(Codec.pictures(images));
                return before;
            }));
        }
        return pictures.thenApply(sampling::response);
    }

    /**
     * The images of a request piece by piece.
     *
     * @throws ProblemException if the request makes no sense
     */
    Sampling begin(ShelvedModel shelved, Requests.Sample request, Deadline deadline) {
        int count = request.count().orElse(1);
        boolean ownPath =
                request.path().walk().isPresent() || request.path().steps().isPresent();
        Walk walk = request.noise().isPresent() && !ownPath
                ? Walks.thereAndBack(shelved, request.path(), Purpose.INTERPOLATE)
                        .toImages()
                : Walks.of(shelved, request.path(), Purpose.SAMPLE);
        if (!walk.generates()) {
            throw new ProblemException(400, "the walk \"" + walk + "\" does not lead from noise to images");
        }
        if (request.noise().isPresent() && count > 1) {
            throw new ProblemException(400, "one noise makes one image; leave count out");
        }
        long first = request.first().orElse(0L);
        if (first > Long.MAX_VALUE - count) {
            throw new ProblemException(
                    400, "the field first is " + first + ", and numbers of images end at " + Long.MAX_VALUE);
        }
        BcmModel model = shelved.model();
        int values = model.imageChannels() * model.imageSize() * model.imageSize();
        float[] noise =
                request.noise().map(text -> Codec.floats(text, "noise", values)).orElse(new float[0]);
        return new Sampling(shelved, request, walk, noise, shelved.label(request.label(), "label"), count, deadline);
    }

    /** The images of one request. */
    final class Sampling {
        private final ShelvedModel shelved;
        private final Requests.Sample request;
        private final Walk walk;
        private final float[] noise;
        private final Optional<Integer> label;
        private final int count;
        private final Deadline deadline;

        private Sampling(
                ShelvedModel shelved,
                Requests.Sample request,
                Walk walk,
                float[] noise,
                Optional<Integer> label,
                int count,
                Deadline deadline) {
            this.shelved = shelved;
            this.request = request;
            this.walk = walk;
            this.noise = noise;
            this.label = label;
            this.count = count;
            this.deadline = deadline;
        }

        /** The number of pieces. */
        int pieces() {
            return (count + EvaluationQueue.BATCH - 1) / EvaluationQueue.BATCH;
        }

        /** Submits a piece, from 0, after the one before it is done. Only the first can be refused for lack of room. */
        CompletableFuture<Images> piece(int number) {
            BcmModel model = shelved.model();
            int start = number * EvaluationQueue.BATCH;
            int size = Math.min(EvaluationQueue.BATCH, count - start);
            long first = request.first().orElse(0L) + start;
            List<Long> numbers = LongStream.range(first, first + size).boxed().toList();
            WalkTask task = new WalkTask(
                    model.tensors().model(),
                    walk,
                    noise.length > 0 ? WalkTask.Start.NOISE : WalkTask.Start.DRAWN,
                    request.path().seed(),
                    numbers,
                    noise,
                    labels(numbers));
            CompletableFuture<float[]> made = number == 0
                    ? desk.queue().submit(task, deadline)
                    : desk.queue().submitNext(task, deadline);
            return made.thenApply(
                    values -> Images.of(values, model.imageChannels(), model.imageSize(), model.imageSize()));
        }

        private Optional<List<Long>> labels(List<Long> numbers) {
            int classes = shelved.classes();
            // A noise was found under no class unless the request names one.
            boolean ofNoClass = noise.length > 0 && label.isEmpty();
            return classes == 0 || ofNoClass
                    ? Optional.empty()
                    : Optional.of(numbers.stream()
                            .map(number -> label.map(Integer::longValue).orElse(number % classes))
                            .toList());
        }

        Responses.Pictures response(List<String> pictures) {
            return new Responses.Pictures(
                    pictures,
                    Optional.empty(),
                    walk.toString(),
                    walk.nfe(),
                    request.path().seed(),
                    command());
        }

        private Optional<String> command() {
            if (noise.length > 0) {
                return Optional.empty();
            }
            long first = request.first().orElse(0L);
            String ofClass = label.map(number -> " --class " + new ShellWord(shelved.className(number)))
                    .orElse("");
            return Optional.of(String.format(
                    Locale.ROOT,
                    "bcm sample %s --walk %s -n %d%s%s --seed %d%s --out samples.png",
                    new ShellWord(shelved.folder()),
                    new ShellWord(walk.toString()),
                    count,
                    first == 0 ? "" : " --first " + first,
                    ofClass,
                    request.path().seed(),
                    shelved.computing()));
        }
    }
}
