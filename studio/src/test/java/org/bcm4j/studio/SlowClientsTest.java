package org.bcm4j.studio;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.DoublePredicate;
import org.bcm4j.studio.api.Api;
import org.bcm4j.studio.api.ShelvedModel;
import org.bcm4j.studio.web.Metrics;
import org.bcm4j.studio.web.Server;
import org.bcm4j.studio.work.EvaluationQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that are slow, or have gone, hold no thread, no evaluation and no connection for long. */
@Timeout(120)
@SuppressWarnings("NullAway.Init") // each test serves first
class SlowClientsTest {
    /** More than the server has threads. */
    private static final int MANY = 40;
    /** Longer than a test takes. */
    private static final Duration EVER = Duration.ofMinutes(10);

    private static final Duration SHORT = Duration.ofSeconds(1);
    private static final int PATIENCE = 60_000;
    private static final String TASK = "/api/v1/models/fashion-mnist/sample";

    @RegisterExtension
    static final ServedModel SERVED = new ServedModel();

    private final List<Slow> slow = new ArrayList<>();
    private AutoCloseable served = () -> {};
    private Client client;

    private void serve(Duration clientTime) {
        Studio studio = SERVED.serving(
                new StudioSettings("localhost", 0, Optional.empty(), 1024, Duration.ofSeconds(60), clientTime));
        served = studio;
        client = Client.of(studio);
    }

    @AfterEach
    void stop() throws Exception {
        for (Slow each : slow) {
            each.socket.close();
        }
        served.close();
    }

    /** A client that does what it likes with its connection. */
    private record Slow(Socket socket) {
        void send(String text) throws IOException {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        }

        String nextLine() throws IOException {
            return String.valueOf(
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))
                            .readLine());
        }

        /** Waits until the server has closed the connection, and drops what it sent. */
        void awaitEnd() throws IOException {
            InputStream in = socket.getInputStream();
            try {
                in.transferTo(OutputStream.nullOutputStream());
            } catch (SocketException e) {
                assertThat(e).hasMessageContaining("reset");
            }
        }
    }

    private Slow connect() throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4096);
        socket.setSoTimeout(PATIENCE);
        URI address = URI.create(client.address());
        socket.connect(new InetSocketAddress(address.getHost(), address.getPort()));
        Slow connected = new Slow(socket);
        slow.add(connected);
        return connected;
    }

    private static String request(String id, String body, String more) {
        return "POST " + TASK + " HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: " + id
                + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n" + more + "\r\n"
                + body;
    }

    private double figure(String name) throws Exception {
        for (String line : client.get("metrics").body().split("\n", -1)) {
            if (line.startsWith(name + " ")) {
                return Double.parseDouble(line.substring(name.length() + 1));
            }
        }
        return 0;
    }

    private void await(String name, DoublePredicate wanted) throws Exception {
        long end = System.nanoTime() + PATIENCE * 1_000_000L;
        while (!wanted.test(figure(name))) {
            assertThat(System.nanoTime()).as("%s is %s", name, figure(name)).isLessThan(end);
            Thread.sleep(20);
        }
    }

    private void requireService() throws Exception {
        assertThat(client.task("sample", "{\"steps\": 1}").get("images").size()).isOne();
    }

    /** Beginnings of a request, up to which clients send it before they stop. */
    private static List<String> beginnings() {
        String whole = request("slow", " ".repeat(1000) + "{}", "");
        return List.of(
                "",
                "P",
                whole.substring(0, 40),
                whole.substring(0, whole.length() - 1002),
                whole.substring(0, whole.length() - 1));
    }

    @Test
    void requestsThatDoNotGoOnHoldNoThread() throws Exception {
        serve(EVER);
        for (String beginning : beginnings()) {
            for (int i = 0; i < MANY; i++) {
                connect().send(beginning.replace("slow", "slow-" + slow.size()));
            }
        }
        requireService();
        await("bcm_connections", open -> open > beginnings().size() * MANY);
    }

    @Test
    void requestsThatDoNotGoOnAreEndedWhateverTheySend() throws Exception {
        serve(SHORT);
        for (String beginning : beginnings()) {
            connect().send(beginning);
        }
        String headers = beginnings().get(3);
        Slow trickling = connect();
        Thread drop = new Thread(() -> trickle(trickling, headers.substring(0, headers.length() - 4)));
        drop.start();
        for (Slow each : slow) {
            each.awaitEnd();
        }
        drop.join(PATIENCE);
        requireService();
        await("bcm_connections", open -> open <= 2);
    }

    /** Sends byte by byte, with a header that never ends. */
    private static void trickle(Slow client, String beginning) {
        try {
            for (int i = 0; !client.socket.isClosed(); i++) {
                client.send(i < beginning.length() ? beginning.substring(i, i + 1) : "x");
                Thread.sleep(50);
            }
        } catch (IOException | InterruptedException e) {
            // The server has ended the connection, as it should.
        }
    }

    /** All but the last byte of bodies for which there is memory for sixteen. */
    @Test
    void bodiesThatDoNotGoOnMakeRoomForOthers() throws Exception {
        int most = 1 << 16;
        Metrics metrics = new Metrics();
        Api.Limits limits = new Api.Limits(Duration.ofSeconds(60), 1_000_000, most);
        try (EvaluationQueue queue = new EvaluationQueue(64, metrics)) {
            Api api = new Api(
                    List.of(ShelvedModel.open(Client.ModelFiles.FOLDER, SERVED.model())),
                    queue,
                    limits,
                    Client.NO_RUNS,
                    "test");
            try (Server server = new Server(api, metrics, "localhost", 0, Optional.empty(), most, EVER)) {
                client = new Client(HttpClient.newHttpClient(), "http://localhost:" + server.port() + "/");
                String whole = request("slow", " ".repeat(most - 2) + "{}", "");
                for (int i = 0; i < MANY; i++) {
                    connect().send(whole.substring(0, whole.length() - 1).replace("slow", "slow-" + i));
                }
                assertThat(slow.get(0).nextLine()).startsWith("HTTP/1.1 429 ");
                requireService();
                Slow last = slow.get(MANY - 1);
                last.send("}");
                assertThat(last.nextLine()).startsWith("HTTP/1.1 200 ");
                for (Slow each : slow) {
                    each.socket.close(); // or the server would wait for them
                }
            }
        }
    }

    @Test
    void answersThatNobodyTakesHoldNoThread() throws Exception {
        serve(EVER);
        // Together they are more than a connection holds on its way.
        String gets = "GET /api/v1/openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(300);
        for (int i = 0; i < MANY; i++) {
            connect().send(gets);
        }
        connect().send(request("whole", "{\"count\": 512, \"steps\": 1}", ""));
        connect().send(request("events", "{\"count\": 512, \"steps\": 1}", "Accept: text/event-stream\r\n"));
        await("bcm_batch_images_count", batches -> batches > 8);
        requireService();
    }

    @Test
    void answersThatNobodyTakesAreEnded() throws Exception {
        serve(SHORT);
        connect().send(request("whole", "{\"count\": 512, \"steps\": 1}", ""));
        connect().send(request("events", "{\"count\": 512, \"steps\": 1}", "Accept: text/event-stream\r\n"));
        await("bcm_batch_images_count", batches -> batches > 8);
        await("bcm_connections", open -> open <= 2);
        awaitFree("events");
        requireService();
    }

    /** A request of the same name is refused as long as the first is being answered. */
    private void awaitFree(String id) throws Exception {
        long end = System.nanoTime() + PATIENCE * 1_000_000L;
        while (client.post(TASK.substring(1), "{\"steps\": 1}", "Content-Type", "application/json", "X-Request-Id", id)
                        .statusCode()
                == 409) {
            assertThat(System.nanoTime()).isLessThan(end);
            Thread.sleep(20);
        }
    }

    /** It would be 64 evaluations of 64 images. */
    @ParameterizedTest
    @ValueSource(strings = {"application/json", "text/event-stream"})
    void whoGoesFreesTheWork(String accepted) throws Exception {
        serve(EVER);
        Slow going = connect();
        going.send(request(
                "going", "{\"count\": 1024, \"steps\": 4}", String.format(Locale.ROOT, "Accept: %s\r\n", accepted)));
        await("bcm_batch_images_count", batches -> batches > 0);
        going.socket.close();
        awaitFree("going");
        assertThat(figure("bcm_batch_images_count")).isLessThan(16);
        assertThat(figure("bcm_waiting_images")).isZero();
        await("bcm_connections", open -> open <= 2);
    }

    /** Jetty reads the next request only after the answer. */
    @Test
    void requestsThatAreSentAheadAreAnsweredInTurn() throws Exception {
        serve(EVER);
        Slow eager = connect();
        eager.send(request("one", "{\"count\": 64, \"steps\": 4}", ""));
        await("bcm_batch_images_count", batches -> batches > 0);
        Thread.sleep(500); // until the server has looked whether the client is there
        eager.send("GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        String answers = new String(eager.socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(answers).contains("\"images\":[").endsWith("{\"status\":\"live\"}");
    }

    @Test
    void whoNeverAsksMakesRoomForOthers() throws Exception {
        serve(EVER);
        for (int i = 0; i < 600; i++) {
            connect();
        }
        requireService();
        await("bcm_connections", open -> open <= 512);
        slow.get(0).awaitEnd();
    }
}
