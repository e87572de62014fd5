package org.bcm4j.studio.api;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The images of one request, piece by piece. For one thread. */
public final class SampleStream {
    private final Generation.Sampling sampling;
    private final Json json;
    private int next;

    SampleStream(Generation.Sampling sampling, Json json) {
        this.sampling = sampling;
        this.json = json;
    }

    /** Whether there are further pieces. */
    public boolean hasNext() {
        return next < sampling.pieces();
    }

    /** Begins the next piece. The answer has the form of a whole one, with the images of the piece. */
    public CompletableFuture<byte[]> next() {
        return sampling.piece(next++).thenApply(images -> {
            List<String> pictures = Codec.pictures(images);
            return json.write(sampling.response(pictures));
        });
    }
}
