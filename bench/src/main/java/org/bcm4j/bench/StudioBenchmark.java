package org.bcm4j.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.bcm4j.BcmModel;
import org.bcm4j.studio.Studio;
import org.bcm4j.studio.StudioSettings;
import org.bcm4j.studio.api.Api;
import org.bcm4j.studio.api.ShelvedModel;
import org.bcm4j.studio.client.StudioClient;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One image in one evaluation: by the library's call, over HTTP, and for sixteen clients at once, whose requests are
 * joined. Run it from the project's root.
 */
@State(Scope.Benchmark)
@Warmup(iterations = 4, time = 5)
@Measurement(iterations = 4, time = 5)
// As ./bcm starts a studio.
@Fork(
        value = 1,
        jvmArgsAppend = {"-Dorg.bytedeco.javacpp.nopointergc=true", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"})
@SuppressWarnings("NullAway.Init") // JMH calls prepare() first
public class StudioBenchmark {
    private static final Path FOLDER = Path.of("models/fashion-mnist");
    private static final Map<String, Object> ONE_IMAGE = Map.of("steps", 1);
    private static final byte[] ONE_IMAGE_JSON = "{\"steps\":1}".getBytes(StandardCharsets.UTF_8);

    private BcmModel model;
    private Studio studio;
    private StudioClient client;
    private URL sample;

    @Setup
    public void prepare() throws IOException {
        model = BcmModel.load(FOLDER);
        studio = Studio.start(
                List.of(ShelvedModel.open(FOLDER, model)),
                new Api.RunPlaces(List.of(), run -> List.of()),
                StudioSettings.local(0),
                "benchmark");
        URI address = URI.create(studio.address());
        client = StudioClient.at(address);
        sample = address.resolve("api/v1/models/fashion-mnist/sample").toURL();
    }

    @TearDown
    public void release() {
        studio.close();
        model.close();
    }

    /** The library's call, with the picture encoded as an answer has it. */
    @Benchmark
    @BenchmarkMode(Mode.SampleTime)
    @OutputTimeUnit(TimeUnit.MILLISECONDS)
    public Object library() {
        return model.sample().count(1).steps(1).generate().png(0);
    }

    /** As seen from a connection: what the server adds, without a client's own work. */
    @Benchmark
    @BenchmarkMode(Mode.SampleTime)
    @OutputTimeUnit(TimeUnit.MILLISECONDS)
    public Object overHttp() throws IOException {
        HttpURLConnection connection = (HttpURLConnection) sample.openConnection();
        connection.setDoOutput(true);
        connection.setRequestProperty("Content-Type", "application/json");
        try (OutputStream body = connection.getOutputStream()) {
            body.write(ONE_IMAGE_JSON);
        }
        try (InputStream answer = connection.getInputStream()) {
            return answer.readAllBytes();
        }
    }

    @Benchmark
    @BenchmarkMode(Mode.SampleTime)
    @OutputTimeUnit(TimeUnit.MILLISECONDS)
    public Object overHttpByOurClient() throws IOException, InterruptedException {
        return request();
    }

    @Benchmark
    @BenchmarkMode(Mode.Throughput)
    @OutputTimeUnit(TimeUnit.SECONDS)
    public Object oneClient() throws IOException, InterruptedException {
        return request();
    }

    @Benchmark
    @BenchmarkMode(Mode.Throughput)
    @OutputTimeUnit(TimeUnit.SECONDS)
    @Threads(16)
    public Object sixteenClients() throws IOException, InterruptedException {
        return request();
    }

    private Object request() throws IOException, InterruptedException {
        return client.task("fashion-mnist", "sample", ONE_IMAGE).images();
    }
}
