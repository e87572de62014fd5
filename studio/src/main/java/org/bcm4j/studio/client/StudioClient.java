package org.bcm4j.studio.client;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A client of a studio's API, for services that have no libtorch of their own.
 *
 * <pre>{@code
 * StudioClient studio = StudioClient.at(URI.create("http://localhost:7078/"));
 * List<byte[]> sneakers = studio.task("fashion-mnist", "sample", Map.of("count", 4, "label", "Sneaker")).images();
 * }</pre>
 *
 * <p>A server that has too much to do is asked again, as often as it says, until {@link #patient} is over. Immutable and
 * thread-safe.
 */
public final class StudioClient {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int OK = 200;

    private final HttpClient http;
    private final URI server;
    private final Optional<String> token;
    private final Duration patience;

    private StudioClient(HttpClient http, URI server, Optional<String> token, Duration patience) {
        this.http = http;
        this.server = server;
        this.token = token;
        this.patience = patience;
    }

    /** A client of the studio at an address, which waits up to a minute for a result. */
    public static StudioClient at(URI server) {
        // A thread waits for each answer in any case: handing it to further threads on its way costs a millisecond or
        // two.
        HttpClient http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .executor(Runnable::run)
                .build();
        return new StudioClient(http, server, Optional.empty(), Duration.ofMinutes(1));
    }

    /** The same client with the server's token. */
    public StudioClient withToken(String secret) {
        return new StudioClient(http, server, Optional.of(secret), patience);
    }

    /** The same client with another patience. */
    public StudioClient patient(Duration time) {
        return new StudioClient(http, server, token, time);
    }

    /** What a task gave. */
    public record Result(JsonNode json) {
        /** The pictures of the result, as contents of PNG files. */
        public List<byte[]> images() {
            List<byte[]> images = new ArrayList<>();
            json.path("images").forEach(image -> images.add(Base64.getDecoder().decode(image.asString())));
            return images;
        }
    }

    /** A request that failed. The message says what was wrong and what to do. */
    public static final class StudioException extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final int status;

        StudioException(int status, String detail) {
            super(detail);
            this.status = status;
        }

        /** The status of HTTP. */
        public int status() {
            return status;
        }
    }

    /** The names of the server's models. */
    public List<String> models() throws IOException, InterruptedException {
        List<String> names = new ArrayList<>();
        send(request("api/v1/models").GET().build())
                .path("models")
                .forEach(model -> names.add(model.path("name").asString()));
        return names;
    }

    /**
     * Runs a task of a model.
     *
     * @param name such as {@code sample} or {@code invert}
     * @param fields of the request, as the API's description names them; a {@code byte[]} is sent in base64
     * @throws StudioException if the server refuses it
     */
    public Result task(String model, String name, Map<String, ?> fields) throws IOException, InterruptedException {
        Map<String, Object> body = new LinkedHashMap<>(fields);
        body.replaceAll((field, value) ->
                value instanceof byte[] bytes ? Base64.getEncoder().encodeToString(bytes) : value);
        HttpRequest request = request("api/v1/models/" + model + "/" + name)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body)))
                .build();
        return new Result(send(request));
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(server.resolve(path)).timeout(patience);
        token.ifPresent(secret -> request.header("Authorization", "Bearer " + secret));
        return request;
    }

    private JsonNode send(HttpRequest request) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            HttpResponse<byte[]> response = http.send(request, BodyHandlers.ofByteArray());
            if (response.statusCode() == OK) {
                return JSON.readTree(response.body());
            }
            long seconds = response.headers().firstValueAsLong("Retry-After").orElse(1);
            boolean again = response.statusCode() == TOO_MANY_REQUESTS
                    && System.nanoTime() + Duration.ofSeconds(seconds).toNanos() < deadline;
            if (!again) {
                throw new StudioException(response.statusCode(), detail(response));
            }
            Thread.sleep(Duration.ofSeconds(seconds).toMillis());
        }
    }

    private static String detail(HttpResponse<byte[]> response) {
        String type = response.headers().firstValue("Content-Type").orElse("");
        return type.contains("json")
                ? JSON.readTree(response.body()).path("detail").asString()
                : "the server answered " + response.statusCode();
    }
}
