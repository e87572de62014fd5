package org.bcm4j.studio;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.bcm4j.BcmModel;
import org.bcm4j.studio.api.ShelvedModel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The shipped model with other names of its classes, or with none, as imported models have them. */
@Timeout(120)
@SuppressWarnings("NullAway.Init") // each test serves first
class ClassNamesTest {
    @RegisterExtension
    static final ServedModel SERVED = new ServedModel();

    @TempDir
    Path directory;

    private BcmModel model;
    private Studio studio;
    private Client client;

    private void serve(String classNames) throws IOException {
        Path folder = directory.resolve("fashion-mnist");
        Client.ModelFiles.copyTo(folder);
        Path config = folder.resolve("config.json");
        Files.writeString(config, Client.ModelFiles.withClassNames(Files.readString(config), classNames));
        model = BcmModel.load(folder);
        studio = Studio.start(
                List.of(ShelvedModel.open(folder, model)), Client.NO_RUNS, StudioSettings.local(0), "test");
        client = Client.of(studio);
    }

    @AfterEach
    void stop() {
        studio.close();
        model.close();
    }

    private void requireSameImages(String task, String body, String ofNamedClasses) throws Exception {
        assertThat(client.task(task, Client.withExamples(body)).get("images"))
                .isEqualTo(SERVED.client()
                        .task(task, Client.withExamples(ofNamedClasses))
                        .get("images"));
    }

    @Test
    void classesWithoutNamesHaveNumbers() throws Exception {
        serve("[]");
        JsonNode described =
                Client.json(client.get("api/v1/models/fashion-mnist").body());
        assertThat(described.get("classes").valueStream().map(JsonNode::asString))
                .containsExactlyElementsOf(
                        IntStream.range(0, 10).mapToObj(Integer::toString).toList());
        requireSameImages("sample", "{\"count\": 2, \"label\": \"3\"}", "{\"count\": 2, \"label\": \"Dress\"}");
        requireSameImages("sample", "{\"count\": 12}", "{\"count\": 12}");
        requireSameImages(
                "swap",
                "{\"image\": \"@shirt\", \"from\": \"6\", \"to\": \"3\"}",
                "{\"image\": \"@shirt\", \"from\": \"Shirt\", \"to\": \"Dress\"}");
        assertThat(client.task("sample", "{\"label\": \"3\"}").get("command").asString())
                .contains(" --class 3 ");
    }

    /** Names come with a model that somebody else made. */
    @Test
    void aNameInACommandIsAWordOfTheShell() throws Exception {
        serve("[\"$(reboot)\", \"1\", \"2\", \"3\", \"4\", \"5\", \"6\", \"7\", \"8\", \"9\"]");
        assertThat(client.task("sample", "{\"label\": \"0\"}").get("command").asString())
                .contains(" --class '$(reboot)' ");
    }
}
