package org.bcm4j.studio;

import java.util.List;
import org.bcm4j.studio.api.Api;
import org.bcm4j.studio.api.ShelvedModel;
import org.bcm4j.studio.web.Metrics;
import org.bcm4j.studio.web.Server;
import org.bcm4j.studio.work.EvaluationQueue;

/**
 * A running studio: a web page and an HTTP API over models. Closing it finishes the requests that were taken. The models
 * remain open. Thread-safe.
 */
public final class Studio implements AutoCloseable {
    private final EvaluationQueue queue;
    private final Server server;
    private final StudioSettings settings;

    private Studio(EvaluationQueue queue, Server server, StudioSettings settings) {
        this.queue = queue;
        this.server = server;
        this.settings = settings;
    }

    /**
     * Starts to serve.
     *
     * @param runs the training runs that the page shows
     * @param version of bcm4j, for the API's description
     * @throws org.bcm4j.storage.UserException if the port is taken, or two models have one name
     */
    public static Studio start(List<ShelvedModel> models, Api.RunPlaces runs, StudioSettings settings, String version) {
        Metrics metrics = new Metrics();
        EvaluationQueue queue = new EvaluationQueue(settings.waitingImages(), metrics);
        boolean started = false;
        try {
            Api.Limits limits =
                    new Api.Limits(settings.patience(), StudioSettings.MOST_PIXELS, StudioSettings.MOST_BODY);
            Api api = new Api(models, queue, limits, runs, version);
            Server server = new Server(
                    api,
                    metrics,
                    settings.host(),
                    settings.port(),
                    settings.token(),
                    StudioSettings.MOST_BODY,
                    settings.clientTime());
            started = true;
            return new Studio(queue, server, settings);
        } finally {
            if (!started) {
                queue.close();
            }
        }
    }

    /** The address of the page. */
    public String address() {
        return "http://" + settings.host() + ":" + server.port() + "/";
    }

    @Override
    public void close() {
        server.close();
        queue.close();
    }
}
