package org.bcm4j.studio.web;

import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.IntSupplier;
import org.bcm4j.studio.work.QueueObserver;

/** The figures of a server, in Prometheus' format. Thread-safe. */
public final class Metrics implements QueueObserver {
    private static final Path MEMORY = Path.of("/proc/self/statm");
    private static final long PAGE = 4096;

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final Histogram seconds = Histogram.builder()
            .name("bcm_request_duration_seconds")
            .help("How long requests took.")
            .labelNames("task", "status")
            .classicUpperBounds(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
            .classicOnly()
            .register(registry);
    private final Histogram batches = Histogram.builder()
            .name("bcm_batch_images")
            .help("Images that were evaluated together.")
            .classicUpperBounds(1, 2, 4, 8, 16, 32, 64)
            .classicOnly()
            .register(registry);
    private final Gauge waiting = Gauge.builder()
            .name("bcm_waiting_images")
            .help("Images that wait for their evaluation.")
            .register(registry);

    public Metrics() {
        GaugeWithCallback.builder()
                .name("bcm_resident_memory_bytes")
                .help("Memory of the process, Java's and libtorch's.")
                .callback(callback -> callback.call(residentBytes()))
                .register(registry);
        GaugeWithCallback.builder()
                .name("bcm_heap_bytes")
                .help("Memory of Java's objects.")
                .callback(
                        callback -> callback.call((double) Runtime.getRuntime().totalMemory()
                                - Runtime.getRuntime().freeMemory()))
                .register(registry);
    }

    private static double residentBytes() {
        try {
            return (double) PAGE * Long.parseLong(Files.readString(MEMORY).split(" ", -1)[1]);
        } catch (IOException e) {
            return Double.NaN; // not Linux
        }
    }

    /** Tells of a server's connections from now on. */
    void connections(IntSupplier count) {
        GaugeWithCallback.builder()
                .name("bcm_connections")
                .help("Open connections of clients.")
                .callback(callback -> callback.call(count.getAsInt()))
                .register(registry);
    }

    @Override
    public void waiting(int images) {
        waiting.set(images);
    }

    @Override
    public void batch(int images) {
        batches.observe(images);
    }

    /** A request has been answered. */
    void answered(String task, int status, long nanoseconds) {
        seconds.labelValues(task, Integer.toString(status)).observe(nanoseconds * 1e-9);
    }

    byte[] text() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            PrometheusTextFormatWriter.create().write(out, registry.scrape());
        } catch (IOException e) {
            throw new IllegalStateException("memory cannot be written to", e);
        }
        return out.toByteArray();
    }
}
