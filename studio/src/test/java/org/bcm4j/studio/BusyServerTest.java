package org.bcm4j.studio;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What requests meet that take long, come together, or come while the studio stops. */
@Timeout(120)
class BusyServerTest {
    @RegisterExtension
    static final ServedModel SERVED = new ServedModel();

    /** A thousand images in four evaluations take seconds. */
    @Test
    void aRequestIsCancelledByItsId() throws Exception {
        CompletableFuture<HttpResponse<String>> answer =
                SERVED.client().begin("sample", "{\"count\": 1024, \"steps\": 4}", "too-long");
        int cancelled = 404;
        while (cancelled == 404 && !answer.isDone()) {
            cancelled = SERVED.client().delete("too-long");
        }
        assertThat(cancelled).isEqualTo(204);
        assertThat(answer.get().statusCode()).isEqualTo(409);
        assertThat(Client.json(answer.get().body()).get("detail").asString()).isEqualTo("the request was cancelled");
        assertThat(SERVED.client().delete("too-long")).isEqualTo(404);
    }

    /** The places of all streams would be taken. The two requests that were taken take turns to the end. */
    @Test
    void refusedStreamsTakeNoPlaces() throws Exception {
        StudioSettings oneBatchWaits = new StudioSettings(
                "localhost", 0, Optional.empty(), 64, Duration.ofSeconds(60), Duration.ofSeconds(30));
        try (Studio busy = SERVED.serving(oneBatchWaits)) {
            Client client = Client.of(busy);
            String large = "{\"count\": 1024, \"walk\": \"" + Client.walk(64) + "\"}";
            CompletableFuture<HttpResponse<String>> first = client.begin("sample", large, "first");
            client.await("bcm_batch_images_count [1-9]");
            CompletableFuture<HttpResponse<String>> second = client.begin("sample", large, "second");
            client.await("bcm_waiting_images 64");
            for (int i = 0; i < 33; i++) {
                HttpResponse<String> refused = stream(client);
                assertThat(refused.statusCode()).isEqualTo(429);
                assertThat(refused.body()).contains("images wait already");
            }
            assertThat(client.delete("first")).isEqualTo(204);
            assertThat(client.delete("second")).isEqualTo(204);
            assertThat(first.get().statusCode()).isEqualTo(409);
            assertThat(second.get().statusCode()).isEqualTo(409);
            assertThat(stream(client).body()).endsWith("event: done\ndata: {}\n\n");
        }
    }

    /** The clock of a studio whose requests may take a millisecond. */
    @Test
    void whatTakesTooLongIsGivenUp() throws Exception {
        StudioSettings hasty = new StudioSettings(
                "localhost", 0, Optional.empty(), 1024, Duration.ofMillis(1), Duration.ofSeconds(30));
        try (Studio studio = SERVED.serving(hasty)) {
            HttpResponse<String> late = Client.of(studio)
                    .post(
                            "api/v1/models/fashion-mnist/sample",
                            "{\"count\": 64, \"walk\": \"" + Client.walk(64) + "\"}");
            assertThat(late.statusCode()).isEqualTo(504);
            assertThat(Client.json(late.body()).get("detail").asString()).startsWith("the deadline passed");
        }
    }

    /** A request whose body is still on its way was taken; the next one is not. */
    @Test
    void aStudioThatStopsRefusesWhatComesAndAnswersWhatCame() throws Exception {
        Studio stopping = SERVED.serving(StudioSettings.local(0));
        Client client = Client.of(stopping);
        URI address = URI.create(client.address());
        try (Socket taken = new Socket(address.getHost(), address.getPort())) {
            taken.setSoTimeout(30_000);
            taken.getOutputStream()
                    .write(
                            ("POST /api/v1/models/fashion-mnist/sample HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                                            + "Content-Type: application/json\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
                                    .getBytes(StandardCharsets.US_ASCII));
            // Jetty asks for the body when the server has taken the request.
            String asked = "HTTP/1.1 100 Continue\r\n\r\n";
            assertThat(taken.getInputStream().readNBytes(asked.length()))
                    .asString(StandardCharsets.US_ASCII)
                    .isEqualTo(asked);
            CompletableFuture<Void> closed = CompletableFuture.runAsync(stopping::close);
            while (client.get("health/ready").statusCode() == 200) {
                Thread.sleep(5);
            }
            HttpResponse<String> refused = client.post("api/v1/models/fashion-mnist/sample", "{}");
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.headers().firstValue("Retry-After")).contains("1");
            assertThat(refused.body()).contains("the server is stopping");
            assertThat(closed).isNotDone();
            taken.getOutputStream().write("{}".getBytes(StandardCharsets.US_ASCII));
            assertThat(taken.getInputStream().readAllBytes())
                    .asString(StandardCharsets.US_ASCII)
                    .startsWith("HTTP/1.1 200 ")
                    .contains("\"images\":[");
            closed.get();
        } finally {
            stopping.close();
        }
    }

    private static HttpResponse<String> stream(Client client) throws Exception {
        return client.post(
                "api/v1/models/fashion-mnist/sample",
                "{\"steps\": 1}",
                "Content-Type",
                "application/json",
                "Accept",
                "text/event-stream");
    }

    /** Each of them takes hundreds of megabytes while it is decoded. */
    @Test
    void fewLargePicturesAreDecodedAtOneTime() throws Exception {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(7000, 7000, BufferedImage.TYPE_BYTE_BINARY), "png", png);
        String body = "{\"image\": \"" + Base64.getEncoder().encodeToString(png.toByteArray()) + "\", \"steps\": 1}";
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create(SERVED.client().address() + "api/v1/models/fashion-mnist/invert"))
                .header("Content-Type", "application/json")
                .timeout(Duration.ofSeconds(90))
                .POST(BodyPublishers.ofString(body))
                .build();
        List<CompletableFuture<HttpResponse<String>>> answers = Stream.generate(
                        () -> SERVED.client().http().sendAsync(request, BodyHandlers.ofString()))
                .limit(6)
                .toList();
        Set<Integer> statuses = new TreeSet<>();
        for (CompletableFuture<HttpResponse<String>> answer : answers) {
            statuses.add(answer.get().statusCode());
        }
        assertThat(statuses).containsExactly(200, 429);
    }
}
