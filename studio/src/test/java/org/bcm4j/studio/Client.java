package org.bcm4j.studio;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bcm4j.studio.api.Api;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A client of a studio, as a service would write it. */
record Client(HttpClient http, String address) {
    /** All that a model can be asked for. */
    static final List<String> TASKS = List.of(
            "sample",
            "invert",
            "reconstruct",
            "interpolate",
            "inpaint",
            "restore",
            "superres",
            "colorize",
            "denoise",
            "stroke",
            "swap",
            "trajectory");

    static final Api.RunPlaces NO_RUNS = new Api.RunPlaces(List.of(), run -> List.of());

    private static final JsonMapper JSON = JsonMapper.builder().build();

    static Client of(Studio studio) {
        return new Client(HttpClient.newHttpClient(), studio.address());
    }

    HttpResponse<String> get(String path, String... headers) throws IOException, InterruptedException {
        return http.send(request(path, headers).GET().build(), BodyHandlers.ofString());
    }

    HttpResponse<String> post(String path, String body, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = request(path, headers);
        if (headers.length == 0) {
            request.header("Content-Type", "application/json");
        }
        return http.send(request.POST(BodyPublishers.ofString(body)).build(), BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(String path, String... headers) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(address + path)).timeout(Duration.ofSeconds(60));
        return headers.length == 0 ? request : request.headers(headers);
    }

    /** The answer to a task of the shipped model, which must succeed. */
    JsonNode task(String name, String body) throws IOException, InterruptedException {
        HttpResponse<String> response = post("api/v1/models/fashion-mnist/" + name, body);
        if (response.statusCode() != 200) {
            throw new AssertionError(name + ": " + response.statusCode() + " " + response.body());
        }
        return JSON.readTree(response.body());
    }

    /** Begins a task of the shipped model, whose request has an id. */
    CompletableFuture<HttpResponse<String>> begin(String task, String body, String id) {
        return http.sendAsync(
                request("api/v1/models/fashion-mnist/" + task, "Content-Type", "application/json", "X-Request-Id", id)
                        .POST(BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    /** Cancels a request, and returns the status. */
    int delete(String id) throws IOException, InterruptedException {
        return http.send(request("api/v1/requests/" + id).DELETE().build(), BodyHandlers.ofString())
                .statusCode();
    }

    /** Waits for a line of the metrics that begins like this. */
    void await(String figure) throws IOException, InterruptedException {
        Pattern wanted = Pattern.compile("^" + figure, Pattern.MULTILINE);
        while (!wanted.matcher(get("metrics").body()).find()) {
            Thread.sleep(5);
        }
    }

    static JsonNode json(String text) {
        return JSON.readTree(text);
    }

    /** An example of the shipped model in base64. */
    static String example(String name) throws IOException {
        return Base64.getEncoder().encodeToString(Files.readAllBytes(ModelFiles.FOLDER.resolve("examples/" + name)));
    }

    /** The body of a request, with pictures for {@code @shirt} and {@code @bag}. */
    static String withExamples(String body) throws IOException {
        return body.replace("@shirt", example("shirt.png")).replace("@bag", example("bag.png"));
    }

    /** Where the shipped model is. */
    static final class ModelFiles {
        static final Path FOLDER =
                Path.of("../models/fashion-mnist").toAbsolutePath().normalize();

        private ModelFiles() {}

        /** Makes a folder with the model, without its cards and pictures. */
        static void copyTo(Path folder) throws IOException {
            Files.createDirectory(folder);
            for (String file : List.of("config.json", "model.safetensors", "walks.json")) {
                Files.copy(FOLDER.resolve(file), folder.resolve(file));
            }
        }

        /** A model's configuration with other names of classes, a list in JSON. */
        static String withClassNames(String config, String names) {
            return config.replaceFirst(
                    "\"class_names\" : \\[.*]", Matcher.quoteReplacement("\"class_names\" : " + names));
        }
    }

    /** A walk of so many evaluations. */
    static String walk(int evaluations) {
        return "80 > 0" + " +2 > 0".repeat(evaluations - 1);
    }
}
