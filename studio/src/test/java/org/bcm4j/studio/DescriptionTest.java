package org.bcm4j.studio;

import static org.assertj.core.api.Assertions.assertThat;

import io.swagger.v3.parser.OpenAPIV3Parser;
import io.swagger.v3.parser.core.models.SwaggerParseResult;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

/** The OpenAPI document, and the server that it describes. */
@Timeout(120)
class DescriptionTest {
    @RegisterExtension
    static final ServedModel SERVED = new ServedModel();

    /** Every route is documented, and every reference leads somewhere. */
    @Test
    void theDescriptionIsWhole() throws Exception {
        String text = SERVED.client().get("api/v1/openapi.json").body();
        SwaggerParseResult validated = new OpenAPIV3Parser().readContents(text);
        assertThat(validated.getMessages()).isEmpty();
        assertThat(validated.getOpenAPI().getPaths()).hasSizeGreaterThan(15);

        JsonNode document = Client.json(text);
        assertThat(document.get("openapi").asString()).isEqualTo("3.1.0");
        Set<String> paths = new TreeSet<>(document.get("paths").propertyNames());
        for (String task : Client.TASKS) {
            assertThat(paths).contains("/api/v1/models/{model}/" + task);
        }
        assertThat(paths).contains("/api/v1/runs/{run}/samples/{step}", "/metrics");
        requireServed(document.get("paths"));
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

    /** Something else than that there is nothing. */
    private static void requireServed(JsonNode paths) throws Exception {
        for (String path : paths.propertyNames()) {
            for (String method : paths.get(path).propertyNames()) {
                HttpRequest request = HttpRequest.newBuilder(URI.create(
                                SERVED.client().address() + path.substring(1).replaceAll("[{}]", "")))
                        .timeout(Duration.ofSeconds(30))
                        .method(method.toUpperCase(Locale.ROOT), BodyPublishers.noBody())
                        .build();
                HttpResponse<String> answer = SERVED.client().http().send(request, BodyHandlers.ofString());
                assertThat(answer.statusCode()).as("%s %s", method, path).isNotEqualTo(405);
                assertThat(answer.body()).as("%s %s", method, path).doesNotContain("there is nothing at this path");
            }
        }
    }
}
