package org.bcm4j.studio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.bcm4j.BcmModel;
import org.bcm4j.Images;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.data.LabelledImages;
import org.bcm4j.metrics.noise.NoiseFigures;
import org.bcm4j.storage.DirectoryLock;
import org.bcm4j.studio.api.Api;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.bcm4j.training.TrainingConfig;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Training runs over HTTP. */
@Timeout(60)
class RunsTest {
    @TempDir
    Path directory;

    private Path run;
    private Studio studio;
    private Client client;

    @BeforeEach
    void start() throws Exception {
        run = Files.createDirectories(directory.resolve("garments"));
        Files.writeString(run.resolve("config.yaml"), """
                data: {kind: fashion-mnist}
                network: {image_size: 28, image_channels: 1, width: 32, multipliers: [1], blocks: 1, attention: [],
                  head_width: 32, conditioning: joint, classes: 10, null_class: true}
                batch_size: 64
                stages:
                  - {steps: 6000, terms: [{kind: denoising}]}
                  - {steps: 3000, terms: [{kind: bidirectional-consistency}]}
                """);
        Files.writeString(run.resolve("log.jsonl"), """
                {"step":20,"images":1280,"learning_rate":0.001,"loss/total":5.5,"loss/denoising":5.5}
                {"step":40,"images":2560,"learning_rate":0.001,"loss/total":4.5,"loss/denoising":4.5}
                """);
        Files.write(Files.createDirectories(run.resolve("samples")).resolve("step-00000040.png"), new byte[] {1, 2});
        Files.createDirectories(directory.resolve("no run"));
        studio = Studio.start(
                List.of(),
                new Api.RunPlaces(
                        List.of(directory),
                        place -> List.of("sh", "-c", "echo resumed " + place.getFileName() + "; exec sleep 60")),
                StudioSettings.local(0),
                "test");
        client = Client.of(studio);
    }

    @AfterEach
    void stop() throws Exception {
        client.post("api/v1/runs/garments/stop", "");
        studio.close();
    }

    @Test
    void aRunTellsWhatItsLogTells() throws Exception {
        assertThat(client.get("api/v1/runs").body()).isEqualTo("{\"runs\":[\"garments\"]}");
        JsonNode told = Client.json(client.get("api/v1/runs/garments").body());
        assertThat(told.get("step").asLong()).isEqualTo(40);
        assertThat(told.get("total").asLong()).isEqualTo(9000);
        assertThat(told.get("running").asBoolean()).isFalse();
        assertThat(told.get("points").size()).isEqualTo(2);
        assertThat(told.get("points").get(1).get("values").get("loss/total").asDouble())
                .isEqualTo(4.5);
        assertThat(told.get("sheets").get(0).asLong()).isEqualTo(40);
        assertThat(client.get("api/v1/runs/garments/samples/40").body()).isEqualTo("\1\2");
    }

    private JsonNode after(JsonNode told) throws Exception {
        return Client.json(
                client.get("api/v1/runs/garments?after=" + told.get("cursor").asString())
                        .body());
    }

    @Test
    void onlyWhatCameSinceIsToldAgain() throws Exception {
        JsonNode first = Client.json(client.get("api/v1/runs/garments").body());
        assertThat(first.get("whole").asBoolean()).isTrue();
        JsonNode nothing = after(first);
        assertThat(nothing.get("whole").asBoolean()).isFalse();
        assertThat(nothing.get("points").size()).isZero();
        assertThat(nothing.get("step").asLong()).isEqualTo(40);

        Path log = run.resolve("log.jsonl");
        Files.writeString(
                log, "{\"step\":60,\"images\":3840,\"loss/total\":4}\n{\"step\":80,\"im", StandardOpenOption.APPEND);
        JsonNode next = after(first);
        assertThat(next.get("points").size()).isOne();
        assertThat(next.get("points").get(0).get("step").asLong()).isEqualTo(60);

        // A run that is continued from step 20: the log is cut, and grows beyond where it was.
        Files.writeString(
                log,
                Files.readAllLines(log).get(0) + "\n" + "{\"note\":\"again\"}\n".repeat(50)
                        + "{\"step\":40,\"images\":2560,\"loss/total\":3}\n");
        JsonNode again = after(next);
        assertThat(again.get("whole").asBoolean()).isTrue();
        assertThat(again.get("step").asLong()).isEqualTo(40);
        assertThat(again.get("points").size()).isEqualTo(2);
        assertThat(after(again).get("points").size()).isZero();
        assertThat(Client.json(client.get("api/v1/runs/garments?after=nonsense").body())
                        .get("points")
                        .size())
                .isEqualTo(2);
    }

    @Test
    void theCurvesOfALongRunAreThinnedOut() throws Exception {
        JsonNode told = Client.json(client.get("api/v1/runs/garments").body());
        int most = 0;
        for (int part = 0; part < 10; part++) {
            StringBuilder lines = new StringBuilder();
            for (int i = 0; i < 1300; i++) {
                long step = 60 + 20L * (1300 * part + i);
                lines.append("{\"step\":").append(step).append(",\"images\":1,\"loss/total\":1}\n");
            }
            Files.writeString(run.resolve("log.jsonl"), lines, StandardOpenOption.APPEND);
            told = after(told);
            most = Math.max(most, told.get("points").size());
        }
        assertThat(told.get("step").asLong()).isEqualTo(60 + 20 * 12_999);
        assertThat(most).isLessThanOrEqualTo(1000);
        JsonNode whole = Client.json(client.get("api/v1/runs/garments").body()).get("points");
        assertThat(whole.size()).isBetween(500, 1000);
        assertThat(whole.get(0).get("step").asLong()).isEqualTo(20);
        long spacing =
                whole.get(2).get("step").asLong() - whole.get(1).get("step").asLong();
        for (int i = 1; i < whole.size(); i++) {
            assertThat(whole.get(i).get("step").asLong()
                            - whole.get(i - 1).get("step").asLong())
                    .isEqualTo(spacing);
        }
    }

    @Test
    void aLogThatIsMendedIsReadInFull() throws Exception {
        Path log = run.resolve("log.jsonl");
        String good = Files.readString(log);
        Files.writeString(log, good + "garbage\n");
        HttpResponse<String> broken = client.get("api/v1/runs/garments");
        assertThat(broken.statusCode()).isEqualTo(409);
        assertThat(broken.body()).contains("the run garments/log.jsonl").doesNotContain(directory.toString());
        Files.writeString(log, good);
        assertThat(Client.json(client.get("api/v1/runs/garments").body())
                        .get("points")
                        .size())
                .isEqualTo(2);
    }

    @Test
    void aConfigurationIsReadAgainWhenItChanges() throws Exception {
        Path config = run.resolve("config.yaml");
        assertThat(Client.json(client.get("api/v1/runs/garments").body())
                        .get("total")
                        .asLong())
                .isEqualTo(9000);
        Files.writeString(config, "of: another version\n");
        Files.setLastModifiedTime(config, FileTime.from(Instant.now().plusSeconds(5)));
        assertThat(Client.json(client.get("api/v1/runs/garments").body())
                        .get("total")
                        .asLong())
                .isZero();
    }

    @Test
    void aRunThatTrainsIsSaidToRun() throws Exception {
        try (DirectoryLock lock = DirectoryLock.of(run)) {
            assertThat(Client.json(client.get("api/v1/runs/garments").body())
                            .get("running")
                            .asBoolean())
                    .isTrue();
            assertThat(client.post("api/v1/runs/garments/resume", "").statusCode())
                    .isEqualTo(409);
        }
        assertThat(DirectoryLock.holder(run)).isEmpty();
        HttpResponse<String> stopped = client.post("api/v1/runs/garments/stop", "");
        assertThat(stopped.statusCode()).isEqualTo(409);
        assertThat(stopped.body()).contains("this run is not running");
    }

    @Test
    void aRunIsContinuedByTheGivenCommand() throws Exception {
        assertThat(client.post("api/v1/runs/garments/resume", "").statusCode()).isEqualTo(200);
        Path log = run.resolve("studio.log");
        while (!Files.exists(log) || Files.size(log) == 0) {
            Thread.sleep(20);
        }
        assertThat(log).hasContent("resumed garments");
    }

    /** As of a button that is clicked several times: the process holds the run's lock only when it has begun. */
    @Test
    void aRunIsContinuedByOneProcessAndStopped() throws Exception {
        HttpRequest resume = HttpRequest.newBuilder(URI.create(client.address() + "api/v1/runs/garments/resume"))
                .timeout(Duration.ofSeconds(30))
                .POST(BodyPublishers.noBody())
                .build();
        List<CompletableFuture<HttpResponse<String>>> answers = Stream.generate(
                        () -> client.http().sendAsync(resume, BodyHandlers.ofString()))
                .limit(8)
                .toList();
        List<Integer> statuses = new ArrayList<>();
        for (CompletableFuture<HttpResponse<String>> answer : answers) {
            statuses.add(answer.get().statusCode());
        }
        assertThat(statuses).containsOnlyOnce(200).containsOnly(200, 409);
        assertThat(isRunning()).isTrue();
        assertThat(client.post("api/v1/runs/garments/stop", "").statusCode()).isEqualTo(200);
        while (isRunning()) {
            Thread.sleep(20);
        }
        assertThat(client.post("api/v1/runs/garments/resume", "").statusCode()).isEqualTo(200);
    }

    private boolean isRunning() throws Exception {
        return Client.json(client.get("api/v1/runs/garments").body())
                .get("running")
                .asBoolean();
    }

    @Test
    void runsOfOneNameAreNumbered() throws Exception {
        Path other = Files.createDirectories(directory.resolve("more/garments"));
        Files.copy(run.resolve("config.yaml"), other.resolve("config.yaml"));
        Files.writeString(other.resolve("log.jsonl"), "{\"step\":7,\"images\":1,\"loss/total\":1}\n");
        Api.RunPlaces places =
                new Api.RunPlaces(List.of(directory, run, directory.resolve("more"), directory), place -> List.of());
        try (Studio both = Studio.start(List.of(), places, StudioSettings.local(0), "test")) {
            Client asking = Client.of(both);
            assertThat(asking.get("api/v1/runs").body()).isEqualTo("{\"runs\":[\"garments\",\"garments-2\"]}");
            for (Map.Entry<String, Integer> each :
                    Map.of("garments", 40, "garments-2", 7).entrySet()) {
                JsonNode told =
                        Client.json(asking.get("api/v1/runs/" + each.getKey()).body());
                assertThat(told.get("name").asString()).isEqualTo(each.getKey());
                assertThat(told.get("step").asInt()).isEqualTo(each.getValue());
            }
        }
    }

    @Test
    void whereTheImagesOfARunLieIsNotTold() throws Exception {
        Path absent = directory.resolve("absent");
        Path config = run.resolve("config.yaml");
        Files.writeString(
                config,
                Files.readString(config)
                        .replace("{kind: fashion-mnist}", "{kind: fashion-mnist, directory: " + absent + "}"));
        Client.ModelFiles.copyTo(run.resolve("model"));
        HttpResponse<String> noise = client.post("api/v1/runs/garments/noise", "");
        assertThat(noise.statusCode()).isEqualTo(409);
        assertThat(noise.body()).contains("cannot read the test images").doesNotContain(directory.toString());
    }

    /** Imported classes have no names. Without its class, a picture leads to other noise. */
    @Test
    void noiseIsMeasuredWithClassesThatHaveNoNames() throws Exception {
        trainedOnExamples(1, 3);
        Path model = run.resolve("model");
        Client.ModelFiles.copyTo(model);
        HttpResponse<String> named = client.post("api/v1/runs/garments/noise", "");
        assertThat(named.statusCode()).as(named.body()).isEqualTo(200);
        Path described = model.resolve("config.json");
        Files.writeString(described, Client.ModelFiles.withClassNames(Files.readString(described), "[]"));
        assertThat(client.post("api/v1/runs/garments/noise", "").body()).isEqualTo(named.body());
    }

    /**
     * Makes the run one of the shipped examples of four classes.
     *
     * @param copies of each example
     * @param heldOut the number of images to test
     * @return its configuration
     */
    private Path trainedOnExamples(int copies, int heldOut) throws IOException {
        Path pictures = directory.resolve("pictures");
        for (String name : List.of("shirt", "bag", "dress", "coat")) {
            Path folder = Files.createDirectories(pictures.resolve("of " + name));
            for (int i = 0; i < copies; i++) {
                Files.copy(Client.ModelFiles.FOLDER.resolve("examples/" + name + ".png"), folder.resolve(i + ".png"));
            }
        }
        Path config = run.resolve("config.yaml");
        Files.writeString(
                config,
                Files.readString(config)
                        .replace(
                                "{kind: fashion-mnist}",
                                "{kind: image-folder, directory: " + pictures + ", held_out: " + heldOut + "}"));
        return config;
    }

    /** In pieces of eight, between which others have their turns. */
    @Test
    void theNoiseOfARunIsThatOfTheLibrary() throws Exception {
        Path config = trainedOnExamples(20, 70);
        Path folder = run.resolve("model");
        Client.ModelFiles.copyTo(folder);
        HttpResponse<String> told = client.post("api/v1/runs/garments/noise", "");
        assertThat(told.statusCode()).as(told.body()).isEqualTo(200);
        assertThat(client.get("metrics").body())
                .contains("bcm_batch_images_bucket{le=\"4.0\"} 0\n")
                .contains("bcm_batch_images_bucket{le=\"8.0\"} 8\n")
                .contains("bcm_batch_images_count 8\n");

        LabelledImages test =
                ConfigFile.read(config, TrainingConfig.class).data().test();
        long[] indices = LongStream.range(0, 64).toArray();
        try (BcmModel model = BcmModel.load(folder);
                Scope scope = Scope.open()) {
            Tensor images = test.images(indices);
            int[] labels = LongStream.of(HostTensors.longs(test.labels(indices)))
                    .mapToInt(Math::toIntExact)
                    .toArray();
            NoiseFigures expected = NoiseFigures.of(
                    model.invert(Images.ofTensor(images)).labels(labels).run().tensor(), images);
            JsonNode figures = Client.json(told.body()).get("figures");
            // Of sums in another order.
            assertThat(figures.get("standard_deviation").asDouble())
                    .isCloseTo(expected.standardDeviation(), within(1e-3));
            assertThat(figures.get("image_correlation").asDouble())
                    .isCloseTo(expected.imageCorrelation(), within(1e-3));
        }
    }

    @Test
    void whatWasNotListedIsNotFound() throws Exception {
        for (String path : List.of(
                "api/v1/runs/nobody",
                "api/v1/runs/..",
                "api/v1/runs/no%20run",
                "api/v1/runs/garments/samples/41",
                "api/v1/runs/%2e%2e%2fgarments")) {
            assertThat(client.get(path).statusCode()).as(path).isIn(400, 404);
        }
        assertThat(client.get("api/v1/runs/garments/samples/x").statusCode()).isEqualTo(400);
        HttpResponse<String> noise = client.post("api/v1/runs/garments/noise", "");
        assertThat(noise.statusCode()).isEqualTo(409);
        assertThat(noise.body()).contains("no bidirectional model yet");
    }
}
