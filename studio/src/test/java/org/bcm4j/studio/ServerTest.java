package org.bcm4j.studio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.Socket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32;
import org.bcm4j.storage.UserException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What every request meets, whatever it asks for: refusals, headers, other sites, the token. */
@Timeout(120)
class ServerTest {
    @RegisterExtension
    static final ServedModel SERVED = new ServedModel();

    /** A GIF of one pixel on a canvas of 60,000 x 60,000. */
    private static final String HUGE_CANVAS = Base64.getEncoder()
            .encodeToString(
                    HexFormat.of().parseHex("47494638396160EA60EA8000003232325A5A5A2C00000000010001000002024401003B"));

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            sample      | {"count": 0}                          | 400 | the field count must lie in [1,1024], and is 0
            sample      | {"counts": 1}                         | 400 | the field counts is unknown; fields are count, first, label
            sample      | {"way": {"steps": 1}}                 | 400 | the field way is unknown; fields are count, first, label
            sample      | {"a\\nb": 1}                          | 400 | the field a?b is unknown
            sample      | {"steps": 65}                         | 400 | the field steps must lie in [1,64], and is 65
            sample      | {"seed": 99999999999999999999}       | 400 | the field seed has a value of a wrong type
            sample      | {"seed": "x"}                         | 400 | the field seed has a value of a wrong type
            denoise     | {"image": "@shirt", "sigma": 1, "steps": 2} | 400 | the field steps is unknown
            sample      | {"count": "many"}                     | 400 | the field count has a value of a wrong type
            sample      | {"count": "1"}                        | 400 | the field count has a value of a wrong type
            sample      | {"count": 1.5}                        | 400 | the field count has a value of a wrong type
            sample      | {"count": 1, "count": 2}              | 400 | the field count comes twice (line 1, column 23)
            sample      | {"first": 9223372036854775807}        | 400 | the field first is 9223372036854775807, and numbers
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
            invert      | {"image": "@canvas", "steps": 1}      | 413 | 3600000000 pixels
            sample      | {"walk": "@long"}                     | 400 | the walk takes 65 evaluations, and 64 are the most
            sample      | {"walk": "@endless"}                  | 400 | the walk has 5000 characters, and 4096 are the most
            trajectory  | {"walk": "@long"}                     | 400 | the walk takes 65 evaluations, and 64 are the most
            reconstruct | {"image": "@shirt", "walk": "@long"}  | 400 | the walk takes 65 evaluations, and 64 are the most
            colorize    | {"image": "@shirt"}                   | 400 | this model makes grey images
            interpolate | {"first": "@shirt", "last": "@bag", "first_label": "Shirt"} | 400 | give the classes of both pictures
            dance       | {}                                    | 404 | there is no such task; tasks are sample, invert,
            """)
    void aMistakeIsToldInOneLine(String task, String body, int status, String detail) throws Exception {
        String huge = Base64.getEncoder().encodeToString(hugePng());
        HttpResponse<String> response = SERVED.client()
                .post(
                        "api/v1/models/fashion-mnist/" + task,
                        Client.withExamples(body)
                                .replace("@huge", huge)
                                .replace("@canvas", HUGE_CANVAS)
                                .replace("@long", Client.walk(65))
                                .replace("@endless", "8".repeat(5000)));
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

    @Test
    void anUnknownModelAndAnUnknownPathAreNotFound() throws Exception {
        assertThat(SERVED.client().get("api/v1/models/nobody").statusCode()).isEqualTo(404);
        assertThat(SERVED.client().get("nothing").statusCode()).isEqualTo(404);
        assertThat(SERVED.client().get("..%2f..%2fetc/passwd").statusCode()).isIn(400, 404);
        assertThat(SERVED.client().post("api/v1/models", "{}").statusCode()).isIn(404, 405);
        HttpResponse<String> got = SERVED.client().get("api/v1/models/fashion-mnist/sample");
        assertThat(got.statusCode()).isEqualTo(405);
        assertThat(got.body()).contains("this is not asked by GET; /api/v1/openapi.json says how");
    }

    /** Jetty refuses these by itself. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: localhost",
                "GET / HTTP/1.1\r\nHost: a b",
                "nonsense"
            })
    void whatIsNoRequestIsToldInOneLineToo(String head) throws Exception {
        URI address = URI.create(SERVED.client().address());
        try (Socket socket = new Socket(address.getHost(), address.getPort())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write((head + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answer)
                    .startsWith("HTTP/1.1 400 ")
                    .containsIgnoringCase("Content-Type: application/problem+json")
                    .contains("\"status\":400")
                    .doesNotContain("<html>");
        }
    }

    @Test
    void aLongTextIsNotQuotedInFull() throws Exception {
        HttpResponse<String> response = SERVED.client()
                .post("api/v1/models/fashion-mnist/sample", "{\"walk\": \"" + "8".repeat(20_000) + "\"}");
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).hasSizeLessThan(1000);
    }

    @Test
    void aBodyOfAnotherTypeIsRefused() throws Exception {
        HttpResponse<String> response =
                SERVED.client().post("api/v1/models/fashion-mnist/sample", "{}", "Content-Type", "text/plain");
        assertThat(response.statusCode()).isEqualTo(415);
    }

    /** A page of another site, or one whose name was made to lead here. */
    @Test
    void otherSitesAreRefused() throws Exception {
        assertThat(SERVED.client()
                        .get("api/v1/models", "Origin", "http://evil.example")
                        .statusCode())
                .isEqualTo(403);
        assertThat(SERVED.client().get("api/v1/models", "Host", "evil.example").statusCode())
                .isEqualTo(403);
        String own =
                SERVED.studio().address().substring(0, SERVED.studio().address().length() - 1);
        assertThat(SERVED.client().get("api/v1/models", "Origin", own).statusCode())
                .isEqualTo(200);
        assertThat(SERVED.client().get("api/v1/models", "Origin", own + "1").statusCode())
                .isEqualTo(403);
    }

    /** The browser speaks TLS with a proxy, which passes the host on. */
    @Test
    void aPageBehindAProxyWithTlsIsServed() throws Exception {
        String host = URI.create(SERVED.client().address()).getAuthority();
        assertThat(SERVED.client()
                        .get("api/v1/models", "Origin", "https://" + host)
                        .statusCode())
                .isEqualTo(200);
        assertThat(SERVED.client()
                        .get("api/v1/models", "Origin", "ftp://" + host)
                        .statusCode())
                .isEqualTo(403);
        assertThat(SERVED.client()
                        .get("api/v1/models", "Host", "evil.example", "Origin", "https://evil.example")
                        .statusCode())
                .isEqualTo(403);
    }

    @Test
    void everyAnswerHasItsHeaders() throws Exception {
        HttpResponse<String> response = SERVED.client().get("", "X-Request-Id", "mine-1");
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
        assertThatThrownBy(() -> new StudioSettings(
                        "0.0.0.0", 0, Optional.empty(), 64, Duration.ofSeconds(5), Duration.ofSeconds(5)))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("a token is needed");
        StudioSettings settings = new StudioSettings(
                "0.0.0.0", 0, Optional.of("0123456789abcdef"), 64, Duration.ofSeconds(5), Duration.ofSeconds(5));
        try (Studio open = SERVED.serving(settings)) {
            Client other = Client.of(open);
            assertThat(other.get("api/v1/models").statusCode()).isEqualTo(401);
            assertThat(other.get("api/v1/models", "Authorization", "Bearer 0123456789abcdeX")
                            .statusCode())
                    .isEqualTo(401);
            assertThat(other.get("api/v1/models", "Authorization", "Bearer 0123456789abcdef")
                            .statusCode())
                    .isEqualTo(200);
            assertThat(other.get("api/v1/models", "Authorization", "bearer 0123456789abcdef")
                            .statusCode())
                    .isEqualTo(200);
            assertThat(other.get("health/live").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void thePortThatIsTakenIsNamed() {
        int port = Integer.parseInt(SERVED.studio().address().replaceAll("\\D", ""));
        assertThatThrownBy(() -> Studio.start(List.of(), Client.NO_RUNS, StudioSettings.local(port), "test"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("choose another port");
    }

    @Test
    void figuresAreThoseOfPrometheus() throws Exception {
        SERVED.client().task("sample", "{\"steps\": 1}");
        assertThat(SERVED.client().get("metrics").body())
                .contains("bcm_request_duration_seconds_count{status=\"200\",task=\"sample\"}")
                .contains("bcm_waiting_images 0.0")
                .contains("bcm_batch_images_bucket")
                .contains("bcm_resident_memory_bytes");
    }
}
