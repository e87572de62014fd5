package org.bcm4j.studio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.swagger.v3.parser.OpenAPIV3Parser;
import io.swagger.v3.parser.core.models.SwaggerParseResult;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.bcm4j.BcmModel;
import org.bcm4j.Images;
import org.bcm4j.storage.UserException;
import org.bcm4j.studio.api.ShelvedModel;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** The API over HTTP, with the model that ships. */
@Timeout(120)
class StudioTest {
    private static BcmModel model;
    private static Studio studio;
    private static Client client;

    @BeforeAll
    static void start() {
        model = BcmModel.load(Client.ModelFiles.FOLDER);
        studio = Studio.start(
                List.of(ShelvedModel.open(Client.ModelFiles.FOLDER, model)),
                Client.NO_RUNS,
                StudioSettings.local(0),
                "test");
        client = Client.of(studio);
    }

    @AfterAll
    static void stop() {
        studio.close();
        model.close();
    }

    @Test
    void aModelIsDescribed() throws Exception {
        JsonNode described =
                Client.json(client.get("api/v1/models").body()).get("models").get(0);
        assertThat(described.get("name").asString()).isEqualTo("fashion-mnist");
        assertThat(described.get("kind").asString()).isEqualTo("bidirectional");
        assertThat(described.get("size").asInt()).isEqualTo(28);
        assertThat(described.get("classes").size()).isEqualTo(10);
        assertThat(described.get("walks").get("sample").get("1").asString()).isEqualTo("80 > 0");
        assertThat(described.get("examples").size()).isEqualTo(10);
        assertThat(Client.json(client.get("api/v1/models/fashion-mnist").body()))
                .isEqualTo(described);
    }

    @Test
    void whereAModelWasTrainedIsTold() throws Exception {
        JsonNode coverage =
                Client.json(client.get("api/v1/models/fashion-mnist/coverage").body());
        assertThat(coverage.get("bins").asInt()).isEqualTo(27);
        assertThat(coverage.get("images").size()).isEqualTo(27 * 27);
    }

    @Test
    void imagesAreThoseOfTheLibrary() throws Exception {
        JsonNode answer = client.task("sample", "{\"count\": 70, \"steps\": 1, \"seed\": 42}");
        Images expected = model.sample().count(70).steps(1).seed(42).generate();
        assertThat(answer.get("images").size()).isEqualTo(70);
        for (int i : new int[] {0, 63, 64, 69}) {
            assertThat(bytes(answer.get("images").get(i))).isEqualTo(expected.png(i));
        }
        assertThat(answer.get("command").asString())
                .isEqualTo("bcm sample " + Client.ModelFiles.FOLDER
                        + " --walk \"80 > 0\" -n 70 --seed 42 --out samples.png");
        JsonNode one = client.task("sample", "{\"first\": 65, \"steps\": 1, \"label\": \"Bag\"}");
        assertThat(one.get("command").asString())
                .isEqualTo("bcm sample " + Client.ModelFiles.FOLDER
                        + " --walk \"80 > 0\" -n 1 --first 65 --class \"Bag\" --seed 0 --out samples.png");
    }

    private static byte[] bytes(JsonNode base64) {
        return Base64.getDecoder().decode(base64.asString());
    }

    /** Whatever else is computed with it: at most one grey level apart, which is the rounding of sums. */
    @Test
    void anImageDoesNotDependOnItsCompany() throws Exception {
        JsonNode alone = client.task("sample", "{\"count\": 1, \"first\": 5, \"steps\": 1, \"seed\": 3}");
        JsonNode among = client.task("sample", "{\"count\": 9, \"steps\": 1, \"seed\": 3}");
        assertThat(levels(alone.get("images").get(0), among.get("images").get(5)))
                .isLessThanOrEqualTo(1);
    }

    private static double levels(JsonNode first, JsonNode second) {
        float[] one = picture(first).values();
        float[] other = picture(second).values();
        double most = 0;
        for (int i = 0; i < one.length; i++) {
            most = Math.max(most, Math.abs(one[i] - other[i]) * 127.5);
        }
        return most;
    }

    private static Images picture(JsonNode base64) {
        try {
            return Images.of(ImageIO.read(new ByteArrayInputStream(bytes(base64))));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void imagesArriveAsTheyAreMade() throws Exception {
        HttpResponse<String> response = client.post(
                "api/v1/models/fashion-mnist/sample",
                "{\"count\": 130, \"steps\": 1}",
                "Content-Type",
                "application/json",
                "Accept",
                "text/event-stream");
        assertThat(response.statusCode()).isEqualTo(200);
        List<Integer> pieces = new ArrayList<>();
        for (String event : response.body().split("\n\n", -1)) {
            if (event.startsWith("event: images\ndata: ")) {
                pieces.add(Client.json(event.substring("event: images\ndata: ".length()))
                        .get("images")
                        .size());
            }
        }
        assertThat(pieces).containsExactly(64, 64, 2);
        assertThat(response.body()).endsWith("event: done\ndata: {}\n\n");
    }

    @Test
    void aPictureIsInvertedToTheNoiseThatGeneratesIt() throws Exception {
        String shirt = Client.example("shirt.png");
        JsonNode found = client.task("invert", "{\"image\": \"" + shirt + "\", \"label\": \"Shirt\", \"steps\": 2}");
        assertThat(found.get("error").asDouble()).isLessThan(0.05);
        assertThat(bytes(found.get("noise"))).hasSize(28 * 28 * 4);
        assertThat(found.get("figures").get("standard_deviation").asDouble()).isBetween(0.5, 1.5);
        assertThat(found.get("drawn_figures").get("standard_deviation").asDouble())
                .isBetween(0.9, 1.1);
        JsonNode again = client.task(
                "sample",
                "{\"noise\": \"" + found.get("noise").asString() + "\", \"label\": \"Shirt\", \"walk\": \"80 > 0\"}");
        assertThat(levels(again.get("images").get(0), found.get("reconstruction")))
                .isLessThanOrEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            reconstruct | {"image": "@shirt", "variants": 3}                              | 3
            inpaint     | {"image": "@shirt", "mask": "@bag", "variants": 2}              | 2
            restore     | {"image": "@shirt", "quality": 10}                              | 1
            superres    | {"image": "@shirt", "factor": 4, "walk": "80 > 0"}              | 1
            denoise     | {"image": "@shirt", "sigma": 0.5, "add": true, "label": "6"}    | 1
            stroke      | {"image": "@shirt", "label": "Bag"}                             | 1
            swap        | {"image": "@shirt", "from": "Shirt", "to": "Dress"}             | 1
            interpolate | {"first": "@shirt", "last": "@bag", "frames": 5}                | 5
            interpolate | {"first": "@shirt", "last": "@bag", "frames": 3, "first_label": "Shirt", "last_label": "Bag"} | 3
            """)
    void everyEditMakesPictures(String task, String body, int count) throws Exception {
        JsonNode answer = client.task(task, filled(body));
        assertThat(answer.get("images").size()).isEqualTo(count);
        for (JsonNode image : answer.get("images")) {
            assertThat(picture(image).height()).isEqualTo(28);
        }
        Set<String> different = new TreeSet<>();
        answer.get("images").forEach(image -> different.add(image.asString()));
        assertThat(different).hasSize(count);
        assertThat(answer.get("walk").asString()).contains(">");
    }

    private static String filled(String body) throws IOException {
        return body.replace("@shirt", Client.example("shirt.png")).replace("@bag", Client.example("bag.png"));
    }

    @Test
    void aTrajectoryShowsEachJumpFromItsBeginToItsEnd() throws Exception {
        JsonNode answer = client.task("trajectory", "{\"walk\": \"80 > 1.2 > 0\", \"points\": 5, \"label\": \"Bag\"}");
        assertThat(answer.get("jumps").size()).isEqualTo(2);
        JsonNode first = answer.get("jumps").get(0);
        assertThat(first.get("from").asDouble()).isEqualTo(80);
        assertThat(first.get("scales").get(0).asDouble()).isEqualTo(80, within(1e-6));
        assertThat(first.get("scales").get(4).asDouble()).isEqualTo(1.2, within(1e-6));
        assertThat(first.get("points").size()).isEqualTo(5);
        // Where t and u meet, f(x, t, u) is x.
        assertThat(levels(first.get("begin"), first.get("points").get(0))).isLessThanOrEqualTo(1);
        assertThat(levels(first.get("points").get(4), answer.get("jumps").get(1).get("begin")))
                .isLessThanOrEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            sample      | {"count": 0}                          | 400 | the field count must lie in [1,1024], and is 0
            sample      | {"counts": 1}                         | 400 | the field counts is unknown; fields are count, first, label
            sample      | {"count": "many"}                     | 400 | the field count has a value of a wrong type
            sample      | {                                     | 400 | the body is no valid JSON (line 1, column 2)
            sample      | []                                    | 400 | the body is no object; send one with the fields count, first,
            sample      | null                                  | 400 | the body is null; send an object
            sample      | {"label": "Hat"}                      | 400 | Hat
            sample      | {"walk": "80 >"}                      | 400 | 80 >
            sample      | {"walk": "0 > 80"}                    | 400 | does not lead from noise to images
            sample      | {"steps": 17}                         | 400 | 17 NFE: the model has walks of
            sample      | {"noise": "AAAA"}                     | 400 | the field noise holds 3 bytes
            invert      | {}                                    | 400 | the field image is missing
            invert      | {"image": "%%%"}                      | 400 | the field image is no base64
            invert      | {"image": "AAAAAAAAAAA="}             | 400 | the picture in the field image
            invert      | {"image": "@shirt", "walk": "80 > 0"} | 400 | does not lead from an image to noise
            inpaint     | {"image": "@shirt", "mask": "@huge"}  | 413 | 10000000000 pixels
            colorize    | {"image": "@shirt"}                   | 400 | this model makes grey images
            interpolate | {"first": "@shirt", "last": "@bag", "first_label": "Shirt"} | 400 | give the classes of both pictures
            dance       | {}                                    | 404 | there is no such task; tasks are sample, invert,
            """)
    void aMistakeIsToldInOneLine(String task, String body, int status, String detail) throws Exception {
        String huge = Base64.getEncoder().encodeToString(hugePng());
        HttpResponse<String> response =
                client.post("api/v1/models/fashion-mnist/" + task, filled(body).replace("@huge", huge));
        assertThat(response.body()).contains(detail);
        JsonNode problem = Client.json(response.body());
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(problem.get("status").asInt()).isEqualTo(status);
        assertThat(problem.get("detail").asString()).doesNotContain("\n", "Exception", "org.bcm4j");
        assertThat(problem.get("instance").asString())
                .isEqualTo(response.headers().firstValue("X-Request-Id").orElseThrow());
    }

    /** The beginning of a PNG file that claims 100,000 x 100,000 pixels. */
    private static byte[] hugePng() {
        ByteBuffer png = ByteBuffer.allocate(33);
        png.put(new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10});
        png.putInt(13).put("IHDR".getBytes(StandardCharsets.US_ASCII));
        png.putInt(100_000).putInt(100_000).put(new byte[] {8, 0, 0, 0, 0});
        CRC32 sum = new CRC32();
        sum.update(png.array(), 12, 17);
        return png.putInt((int) sum.getValue()).array();
    }

    /** A thousand images in four evaluations take seconds. */
    @Test
    void aRequestIsCancelledByItsId() throws Exception {
        CompletableFuture<HttpResponse<String>> answer = client.http()
                .sendAsync(
                        HttpRequest.newBuilder(URI.create(client.address() + "api/v1/models/fashion-mnist/sample"))
                                .header("Content-Type", "application/json")
                                .header("X-Request-Id", "too-long")
                                .timeout(Duration.ofSeconds(60))
                                .POST(BodyPublishers.ofString("{\"count\": 1024, \"steps\": 4}"))
                                .build(),
                        BodyHandlers.ofString());
        int cancelled = 404;
        while (cancelled == 404 && !answer.isDone()) {
            cancelled = delete("too-long");
        }
        assertThat(cancelled).isEqualTo(204);
        assertThat(answer.get().statusCode()).isEqualTo(409);
        assertThat(Client.json(answer.get().body()).get("detail").asString()).isEqualTo("the request was cancelled");
        assertThat(delete("too-long")).isEqualTo(404);
    }

    private static int delete(String id) throws Exception {
        return client.http()
                .send(
                        HttpRequest.newBuilder(URI.create(client.address() + "api/v1/requests/" + id))
                                .timeout(Duration.ofSeconds(60))
                                .DELETE()
                                .build(),
                        BodyHandlers.ofString())
                .statusCode();
    }

    @Test
    void anUnknownModelAndAnUnknownPathAreNotFound() throws Exception {
        assertThat(client.get("api/v1/models/nobody").statusCode()).isEqualTo(404);
        assertThat(client.get("nothing").statusCode()).isEqualTo(404);
        assertThat(client.get("..%2f..%2fetc/passwd").statusCode()).isIn(400, 404);
        assertThat(client.post("api/v1/models", "{}").statusCode()).isIn(404, 405);
    }

    @Test
    void aBodyOfAnotherTypeIsRefused() throws Exception {
        HttpResponse<String> response =
                client.post("api/v1/models/fashion-mnist/sample", "{}", "Content-Type", "text/plain");
        assertThat(response.statusCode()).isEqualTo(415);
    }

    /** A page of another site, or one whose name was made to lead here. */
    @Test
    void otherSitesAreRefused() throws Exception {
        assertThat(client.get("api/v1/models", "Origin", "http://evil.example").statusCode())
                .isEqualTo(403);
        assertThat(client.get("api/v1/models", "Host", "evil.example").statusCode())
                .isEqualTo(403);
        String own = studio.address().substring(0, studio.address().length() - 1);
        assertThat(client.get("api/v1/models", "Origin", own).statusCode()).isEqualTo(200);
    }

    @Test
    void everyAnswerHasItsHeaders() throws Exception {
        HttpResponse<String> response = client.get("", "X-Request-Id", "mine-1");
        assertThat(response.body()).contains("<title>bcm4j studio</title>");
        assertThat(response.headers().firstValue("X-Request-Id")).contains("mine-1");
        assertThat(response.headers().firstValue("Content-Security-Policy").orElseThrow())
                .startsWith("default-src 'none'; script-src 'self'");
        assertThat(response.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
        assertThat(response.headers().firstValue("Set-Cookie")).isEmpty();
        assertThat(response.headers().firstValue("Server")).isEmpty();
    }

    @Test
    void aTokenIsNeededWhereOthersCanConnect() throws Exception {
        assertThatThrownBy(() -> new StudioSettings("0.0.0.0", 0, Optional.empty(), 64, Duration.ofSeconds(5)))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("a token is needed");
        StudioSettings settings =
                new StudioSettings("0.0.0.0", 0, Optional.of("0123456789abcdef"), 64, Duration.ofSeconds(5));
        try (Studio open = Studio.start(
                List.of(ShelvedModel.open(Client.ModelFiles.FOLDER, model)), Client.NO_RUNS, settings, "test")) {
            Client other = Client.of(open);
            assertThat(other.get("api/v1/models").statusCode()).isEqualTo(401);
            assertThat(other.get("api/v1/models", "Authorization", "Bearer 0123456789abcdeX")
                            .statusCode())
                    .isEqualTo(401);
            assertThat(other.get("api/v1/models", "Authorization", "Bearer 0123456789abcdef")
                            .statusCode())
                    .isEqualTo(200);
            assertThat(other.get("health/live").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void thePortThatIsTakenIsNamed() {
        int port = Integer.parseInt(studio.address().replaceAll("\\D", ""));
        assertThatThrownBy(() -> Studio.start(List.of(), Client.NO_RUNS, StudioSettings.local(port), "test"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("choose another port");
    }

    @Test
    void figuresAreThoseOfPrometheus() throws Exception {
        client.task("sample", "{\"steps\": 1}");
        assertThat(client.get("metrics").body())
                .contains("bcm_request_duration_seconds_count{status=\"200\",task=\"sample\"}")
                .contains("bcm_waiting_images 0.0")
                .contains("bcm_batch_images_bucket")
                .contains("bcm_resident_memory_bytes");
    }

    /** Every route is documented, and every reference leads somewhere. */
    @Test
    void theDescriptionIsWhole() throws Exception {
        String text = client.get("api/v1/openapi.json").body();
        SwaggerParseResult validated = new OpenAPIV3Parser().readContents(text);
        assertThat(validated.getMessages()).isEmpty();
        assertThat(validated.getOpenAPI().getPaths()).hasSizeGreaterThan(15);

        JsonNode document = Client.json(text);
        assertThat(document.get("openapi").asString()).isEqualTo("3.1.0");
        Set<String> paths = new TreeSet<>(document.get("paths").propertyNames());
        for (String task : List.of(
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
                "trajectory")) {
            assertThat(paths).contains("/api/v1/models/{model}/" + task);
        }
        JsonNode schemas = document.get("components").get("schemas");
        for (JsonNode reference : document.findValues("$ref")) {
            String name = reference.asString().replace("#/components/schemas/", "");
            assertThat(schemas.has(name)).as(name).isTrue();
        }
        for (JsonNode schema : schemas) {
            for (JsonNode property : schema.get("properties")) {
                assertThat(property.has("description")).as(property.toString()).isTrue();
            }
        }
        JsonNode count = schemas.get("SampleRequest").get("properties").get("count");
        assertThat(count.get("type").asString()).isEqualTo("integer");
        assertThat(count.get("maximum").asInt()).isEqualTo(1024);
    }
}
