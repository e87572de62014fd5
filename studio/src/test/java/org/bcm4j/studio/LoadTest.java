package org.bcm4j.studio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.bcm4j.studio.client.StudioClient;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Many clients, and clients that send nonsense. {@code -Dbcm4j.test.seed=...} repeats a failed test. */
@Timeout(300)
class LoadTest {
    @RegisterExtension
    static final ServedModel SERVED = new ServedModel();

    private static double residentMegabytes() throws Exception {
        for (String line : SERVED.client().get("metrics").body().split("\n", -1)) {
            if (line.startsWith("bcm_resident_memory_bytes ")) {
                return Double.parseDouble(line.substring(line.indexOf(' ') + 1)) / 1e6;
            }
        }
        throw new AssertionError("no figure of memory");
    }

    @Test
    void aThousandStrangeRequestsAreAnsweredInOrder() throws Exception {
        fuzz(1000);
    }

    @Tag("large")
    @Test
    void tenThousandStrangeRequestsAreAnsweredInOrder() throws Exception {
        fuzz(10_000);
    }

    private static void fuzz(int count) throws Exception {
        long seed = Long.getLong("bcm4j.test.seed", new Random().nextLong());
        Random random = new Random(seed);
        HttpClient http = HttpClient.newHttpClient();
        String shirt = Client.example("shirt.png");
        for (int i = 0; i < count; i++) {
            HttpRequest request = strange(random, shirt);
            int status = http.send(request, BodyHandlers.ofByteArray()).statusCode();
            assertThat(status)
                    .as("seed %d, request %d: %s", seed, i, request.uri())
                    .isBetween(200, 499);
        }
        assertThat(SERVED.client().get("health/ready").statusCode()).isEqualTo(200);
    }

    private static HttpRequest strange(Random random, String shirt) {
        List<String> tasks = new ArrayList<>(Client.TASKS);
        Collections.sort(tasks);
        String task = random.nextInt(10) == 0 ? noise(random) : tasks.get(random.nextInt(tasks.size()));
        String path = "api/v1/models/" + (random.nextInt(10) == 0 ? noise(random) : "fashion-mnist") + "/" + task;
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create(SERVED.studio().address() + path))
                .timeout(Duration.ofSeconds(30))
                .header("Content-Type", random.nextInt(10) == 0 ? "text/plain" : "application/json");
        String body = body(random, shirt);
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        for (int k = random.nextInt(4); k > 0 && bytes.length > 0; k--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        return request.POST(BodyPublishers.ofByteArray(bytes)).build();
    }

    private static String noise(Random random) {
        return Long.toString(random.nextLong() >>> 1, 36);
    }

    private static String body(Random random, String shirt) {
        List<String> fields = new ArrayList<>();
        fields.add("\"image\": \"" + shirt + "\"");
        fields.add("\"mask\": \"" + shirt + "\"");
        fields.add("\"first\": " + (random.nextBoolean() ? "\"" + shirt + "\"" : "3"));
        fields.add("\"last\": \"" + shirt + "\"");
        fields.add("\"count\": " + (random.nextInt(8) - 1));
        fields.add("\"steps\": " + random.nextInt(6));
        fields.add("\"walk\": \""
                + List.of("80 > 0", "0 +0.1 > 80", "80 > 1 > 0", "> >", "0 > 0").get(random.nextInt(5)) + "\"");
        fields.add("\"label\": \"" + List.of("Bag", "3", "-1", "", "x").get(random.nextInt(5)) + "\"");
        fields.add("\"sigma\": " + (random.nextDouble() * 100 - 10));
        fields.add("\"frames\": " + random.nextInt(5));
        fields.add("\"from\": \"Shirt\"");
        fields.add("\"to\": \"Dress\"");
        Collections.shuffle(fields, random);
        return "{" + String.join(", ", fields.subList(0, random.nextInt(fields.size()))) + "}";
    }

    /** Nothing but answers and requests to come again, and memory that does not grow. */
    @Tag("large")
    @Test
    void sixtyFourClientsAreServedForAMinute() throws Exception {
        serve(64, Duration.ofSeconds(30)); // until allocators and the heap have what they need
        double before = residentMegabytes();
        Map<Integer, Integer> statuses = serve(64, Duration.ofSeconds(60));
        assertThat(statuses.keySet()).isSubsetOf(200, 429).contains(200);
        assertThat(residentMegabytes()).isLessThan(before * 1.1 + 50);
    }

    private static Map<Integer, Integer> serve(int clients, Duration time) throws Exception {
        Map<Integer, Integer> statuses = new ConcurrentHashMap<>();
        long end = System.nanoTime() + time.toNanos();
        ExecutorService pool = Executors.newFixedThreadPool(clients);
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            int number = i;
            running.add(pool.submit(() -> {
                StudioClient client =
                        StudioClient.at(URI.create(SERVED.studio().address())).patient(Duration.ofSeconds(30));
                while (System.nanoTime() < end) {
                    try {
                        client.task("fashion-mnist", "sample", Map.of("count", 1 + number % 4, "seed", number));
                        statuses.merge(200, 1, Integer::sum);
                    } catch (StudioClient.StudioException e) {
                        statuses.merge(e.status(), 1, Integer::sum);
                    }
                }
                return null;
            }));
        }
        for (Future<?> each : running) {
            each.get();
        }
        pool.shutdown();
        return statuses;
    }

    @Test
    void theClientGetsPicturesAndReasons() throws Exception {
        StudioClient client = StudioClient.at(URI.create(SERVED.studio().address()));
        assertThat(client.models()).containsExactly("fashion-mnist");
        assertThat(client.task("fashion-mnist", "sample", Map.of("count", 3, "steps", 1))
                        .images())
                .hasSize(3)
                .allSatisfy(png -> assertThat(png).startsWith(0x89, 'P', 'N', 'G'));
        byte[] shirt = Base64.getDecoder().decode(Client.example("shirt.png"));
        assertThat(client.task("fashion-mnist", "invert", Map.of("image", shirt))
                        .json()
                        .get("error")
                        .asDouble())
                .isLessThan(0.05);
        assertThatThrownBy(() -> client.task("fashion-mnist", "sample", Map.of("count", -1)))
                .isInstanceOf(StudioClient.StudioException.class)
                .hasMessage("the field count must lie in [1,1024], and is -1");
    }
}
