package org.bcm4j.studio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import javax.imageio.ImageIO;
import org.bcm4j.BcmModel;
import org.bcm4j.Images;
import org.bcm4j.studio.api.ShelvedModel;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Precision;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** What the tasks of a model give over HTTP, with the model that ships. */
@Timeout(120)
class StudioTest {
    @RegisterExtension
    static final ServedModel SERVED = new ServedModel();

    @Test
    void aModelIsDescribed() throws Exception {
        JsonNode described = Client.json(SERVED.client().get("api/v1/models").body())
                .get("models")
                .get(0);
        assertThat(described.get("name").asString()).isEqualTo("fashion-mnist");
        assertThat(described.get("kind").asString()).isEqualTo("bidirectional");
        assertThat(described.get("size").asInt()).isEqualTo(28);
        assertThat(described.get("classes").size()).isEqualTo(10);
        assertThat(described.get("walks").get("sample").get("1").asString()).isEqualTo("80 > 0");
        assertThat(described.get("examples").size()).isEqualTo(10);
        assertThat(Client.json(
                        SERVED.client().get("api/v1/models/fashion-mnist").body()))
                .isEqualTo(described);
    }

    @Test
    void whereAModelWasTrainedIsTold() throws Exception {
        JsonNode coverage = Client.json(
                SERVED.client().get("api/v1/models/fashion-mnist/coverage").body());
        assertThat(coverage.get("bins").asInt()).isEqualTo(27);
        assertThat(coverage.get("images").size()).isEqualTo(27 * 27);
    }

    @Test
    void imagesAreThoseOfTheLibrary() throws Exception {
        JsonNode answer = SERVED.client().task("sample", "{\"count\": 70, \"steps\": 1, \"seed\": 42}");
        Images expected = SERVED.model().sample().count(70).steps(1).seed(42).generate();
        assertThat(answer.get("images").size()).isEqualTo(70);
        for (int i : new int[] {0, 63, 64, 69}) {
            assertThat(bytes(answer.get("images").get(i))).isEqualTo(expected.png(i));
        }
        assertThat(answer.get("command").asString())
                .isEqualTo("bcm sample " + Client.ModelFiles.FOLDER
                        + " --walk '80 > 0' -n 70 --seed 42 --out samples.png");
        JsonNode one = SERVED.client().task("sample", "{\"first\": 65, \"steps\": 1, \"label\": \"Bag\"}");
        assertThat(one.get("command").asString())
                .isEqualTo("bcm sample " + Client.ModelFiles.FOLDER
                        + " --walk '80 > 0' -n 1 --first 65 --class Bag --seed 0 --out samples.png");
    }

    @Test
    void theCommandComputesAsTheStudioDoes() throws Exception {
        Precision other = Precision.BF16; // Small networks are fastest in float32.
        try (BcmModel model = BcmModel.load(Client.ModelFiles.FOLDER, Device.CPU, other);
                Studio studio = Studio.start(
                        List.of(ShelvedModel.open(Client.ModelFiles.FOLDER, model)),
                        Client.NO_RUNS,
                        StudioSettings.local(0),
                        "test")) {
            assertThat(Client.of(studio)
                            .task("sample", "{\"steps\": 1}")
                            .get("command")
                            .asString())
                    .contains(" --precision " + other.name().toLowerCase(Locale.ROOT) + " --out ");
        }
    }

    private static byte[] bytes(JsonNode base64) {
        return Base64.getDecoder().decode(base64.asString());
    }

    /** Whatever else is computed with it: at most one grey level apart, which is the rounding of sums. */
    @Test
    void anImageDoesNotDependOnItsCompany() throws Exception {
        JsonNode alone = SERVED.client().task("sample", "{\"count\": 1, \"first\": 5, \"steps\": 1, \"seed\": 3}");
        JsonNode among = SERVED.client().task("sample", "{\"count\": 9, \"steps\": 1, \"seed\": 3}");
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
        HttpResponse<String> response = SERVED.client()
                .post(
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

    /** Under its class, and under none. */
    @ParameterizedTest
    @ValueSource(strings = {"\"label\": \"Shirt\", ", ""})
    void aPictureIsInvertedToTheNoiseThatGeneratesIt(String label) throws Exception {
        String shirt = Client.example("shirt.png");
        JsonNode found = SERVED.client().task("invert", "{\"image\": \"" + shirt + "\", " + label + "\"steps\": 2}");
        assertThat(found.get("error").asDouble()).isLessThan(0.05);
        assertThat(bytes(found.get("noise"))).hasSize(28 * 28 * 4);
        assertThat(found.get("figures").get("standard_deviation").asDouble()).isBetween(0.5, 1.5);
        assertThat(found.get("drawn_figures").get("standard_deviation").asDouble())
                .isBetween(0.9, 1.1);
        JsonNode again = SERVED.client()
                .task(
                        "sample",
                        "{\"noise\": \"" + found.get("noise").asString() + "\", " + label + "\"walk\": \"80 > 0\"}");
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
        JsonNode answer = SERVED.client().task(task, Client.withExamples(body));
        assertThat(answer.get("images").size()).isEqualTo(count);
        for (JsonNode image : answer.get("images")) {
            assertThat(picture(image).height()).isEqualTo(28);
        }
        Set<String> different = new TreeSet<>();
        answer.get("images").forEach(image -> different.add(image.asString()));
        assertThat(different).hasSize(count);
        assertThat(answer.get("walk").asString()).contains(">");
    }

    /** Those that are joined with others follow a way of their own in the studio. */
    @ParameterizedTest
    @ValueSource(strings = {"reconstruct", "restore", "denoise", "stroke", "swap"})
    void editsAreThoseOfTheLibrary(String task) throws Exception {
        JsonNode answer = SERVED.client()
                .task(
                        task,
                        Client.withExamples("{\"image\": \"@shirt\", \"seed\": 5, "
                                + switch (task) {
                                    case "denoise" ->
                                        "\"sigma\": 0.5, \"walk\": \"0.5 > 0 +0.4 > 0\", \"label\": \"Shirt\", ";
                                    case "swap" -> "\"from\": \"Shirt\", \"to\": \"Dress\", ";
                                    default -> "\"label\": \"Shirt\", ";
                                }
                                + "\"variants\": 3}"));
        BcmModel model = SERVED.model();
        Images shirt = Images.of(ImageIO.read(
                        new ByteArrayInputStream(Base64.getDecoder().decode(Client.example("shirt.png")))))
                .select(0, 0, 0);
        Images expected = switch (task) {
            case "reconstruct" ->
                model.reconstruct(shirt).label("Shirt").seed(5).run();
            case "restore" -> model.restore(shirt).label("Shirt").seed(5).run();
            case "denoise" ->
                model.denoise(shirt, 0.5)
                        .walk("0.5 > 0 +0.4 > 0")
                        .label("Shirt")
                        .seed(5)
                        .run();
            case "stroke" -> model.fromDrawing(shirt).label("Shirt").seed(5).run();
            default -> model.swapClass(shirt, "Dress").label("Shirt").seed(5).run();
        };
        for (int i = 0; i < 3; i++) {
            String made = Base64.getEncoder().encodeToString(expected.png(i));
            assertThat(levels(answer.get("images").get(i), JsonNodeFactory.instance.stringNode(made)))
                    .as("image %d", i)
                    .isLessThanOrEqualTo(1);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            denoise     | {"image": "@shirt", "sigma": 0.5, "add": true, "variants": 2}     | 0.5 > 0
            reconstruct | {"image": "@shirt", "walk": "0 > 80 > 0", "variants": 2}          | 0 > 80 > 0
            superres    | {"image": "@shirt", "walk": "0 > 2 > 0", "variants": 2}           | 0 > 2 > 0
            swap        | {"image": "@shirt", "from": "Shirt", "to": "Dress", "walk": "0 > 80 > 0", "variants": 2} | 0 > 80 > 0
            """)
    void oneResultIsNotGivenTwice(String task, String body, String walk) throws Exception {
        HttpResponse<String> refused =
                SERVED.client().post("api/v1/models/fashion-mnist/" + task, Client.withExamples(body));
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(Client.json(refused.body()).get("detail").asString())
                .isEqualTo("the walk \"" + walk + "\" adds no noise, so that all 2 results would be the same; ask for"
                        + " one, or send a walk that adds noise");
    }

    /** A walk of 64 evaluations keeps the queue busy until they wait. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            invert      | {"image": "@shirt"}
            reconstruct | {"image": "@shirt"}
            restore     | {"image": "@shirt"}
            stroke      | {"image": "@shirt"}
            swap        | {"image": "@shirt", "from": "Shirt", "to": "Dress"}
            """)
    void requestsThatArriveTogetherAreOneBatch(String task, String body) throws Exception {
        String busy = "{\"count\": 64, \"walk\": \"80 > 0" + " +2 > 0".repeat(63) + "\"}";
        try (Studio studio = SERVED.serving(StudioSettings.local(0))) {
            Client client = Client.of(studio);
            CompletableFuture<HttpResponse<String>> occupation = client.begin("sample", busy, "busy");
            client.await("bcm_batch_images_count 1");
            List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                answers.add(client.begin(task, Client.withExamples(body), "request-" + i));
            }
            client.await("bcm_waiting_images 5");
            assertThat(client.delete("busy")).isEqualTo(204);
            assertThat(occupation.get().statusCode()).isEqualTo(409);
            for (CompletableFuture<HttpResponse<String>> answer : answers) {
                assertThat(answer.get().statusCode()).isEqualTo(200);
            }
            assertThat(client.get("metrics").body()).contains("bcm_batch_images_bucket{le=\"4.0\"} 0\n");
        }
    }

    /** A brush that paints white on a transparent layer. */
    @Test
    void whatIsTransparentInAMaskIsKept() throws Exception {
        BufferedImage painted = new BufferedImage(28, 28, BufferedImage.TYPE_INT_ARGB);
        BufferedImage opaque = new BufferedImage(28, 28, BufferedImage.TYPE_BYTE_GRAY);
        for (int x = 0; x < 28; x++) {
            for (int y = 0; y < 28; y++) {
                painted.setRGB(x, y, x < 14 ? 0xFFFFFFFF : 0x00FFFFFF);
                opaque.setRGB(x, y, x < 14 ? 0xFFFFFFFF : 0xFF000000);
            }
        }
        assertThat(inpainted(painted)).isEqualTo(inpainted(opaque));
    }

    private static JsonNode inpainted(BufferedImage mask) throws Exception {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(mask, "png", png);
        String base64 = Base64.getEncoder().encodeToString(png.toByteArray());
        return SERVED.client()
                .task("inpaint", Client.withExamples("{\"image\": \"@shirt\", \"mask\": \"" + base64 + "\"}"));
    }

    @Test
    void aTrajectoryShowsEachJumpFromItsBeginToItsEnd() throws Exception {
        JsonNode answer =
                SERVED.client().task("trajectory", "{\"walk\": \"80 > 1.2 > 0\", \"points\": 5, \"label\": \"Bag\"}");
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
}
