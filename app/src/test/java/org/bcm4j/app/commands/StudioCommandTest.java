package org.bcm4j.app.commands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.bcm4j.app.CommandProcess;
import org.bcm4j.app.CommandProcess.Outcome;
import org.bcm4j.app.TinyExperiment;
import org.bcm4j.storage.DirectoryLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(120)
class StudioCommandTest {
    private static final Pattern ADDRESS =
            Pattern.compile("the studio is at (http://localhost:\\d+/); Ctrl-C ends it\n");
    private static final Pattern BATCHES = Pattern.compile("bcm_batch_images_count [1-9]");
    private static final String MODEL =
            Path.of("../models/fashion-mnist").toAbsolutePath().normalize().toString();
    private static final int INTERRUPTED = 128 + 2;
    private static final int TERMINATED = 128 + 15;

    @TempDir
    Path directory;

    /** As ./bcm does once after each build. */
    @Test
    void aRehearsalMakesAnImageAndEnds() throws Exception {
        Outcome outcome = CommandProcess.in(directory).run("studio", MODEL, "--port", "0", "--rehearse");
        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out()).matches(ADDRESS);
        assertThat(outcome.err()).isEmpty();
    }

    @Test
    void aSignalLetsItFinishWhatItTook() throws Exception {
        Path out = directory.resolve("out");
        Path err = directory.resolve("err");
        Process process = CommandProcess.in(directory).start(out, err, "studio", MODEL, "--port", "0");
        String address = address(process, out);
        CompletableFuture<HttpResponse<String>> answer = HttpClient.newHttpClient()
                .sendAsync(
                        HttpRequest.newBuilder(URI.create(address + "api/v1/models/fashion-mnist/sample"))
                                .timeout(Duration.ofSeconds(60))
                                .header("Content-Type", "application/json")
                                .POST(BodyPublishers.ofString("{\"count\": 512}")) // eight batches
                                .build(),
                        BodyHandlers.ofString());
        while (!BATCHES.matcher(get(address + "metrics")).find()) {
            Thread.sleep(5);
        }
        process.destroy();
        assertThat(answer.get().statusCode()).isEqualTo(200);
        Outcome outcome = CommandProcess.outcome(process, out, err);
        assertThat(outcome.exitCode()).isEqualTo(TERMINATED);
        assertThat(outcome.err()).isEqualTo("finishing what was begun\n");
    }

    /** Whatever it does when it ends: the studio keeps all of it in memory. */
    @Test
    void aKilledStudioLeavesNoFile() throws Exception {
        Path own = Files.createDirectories(directory.resolve("own"));
        Path temporary = Files.createDirectories(directory.resolve("temporary"));
        Path out = directory.resolve("out");
        Path err = directory.resolve("err");
        Process process = new CommandProcess(own, List.of("-Djava.io.tmpdir=" + temporary))
                .start(out, err, "studio", MODEL, "--port", "0");
        URI sample = URI.create(address(process, out) + "api/v1/models/fashion-mnist/sample");
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            answers.add(HttpClient.newHttpClient()
                    .sendAsync(
                            HttpRequest.newBuilder(sample)
                                    .timeout(Duration.ofSeconds(60))
                                    .header("Content-Type", "application/json")
                                    .POST(BodyPublishers.ofString("{\"count\": 256, \"seed\": " + i + "}"))
                                    .build(),
                            BodyHandlers.ofString()));
        }
        Thread.sleep(300); // some of them are being computed
        assertThat(process.destroyForcibly().waitFor(10, TimeUnit.SECONDS)).isTrue();
        for (CompletableFuture<HttpResponse<String>> answer : answers) {
            assertThatThrownBy(answer::get).hasCauseInstanceOf(IOException.class);
        }
        for (Path place : List.of(own, temporary)) {
            try (Stream<Path> left = Files.walk(place)) {
                assertThat(left.filter(Files::isRegularFile)).isEmpty();
            }
        }
    }

    /** A studio does without the optimising compiler, as ./bcm starts it. */
    @Test
    void aRunIsContinuedWithTheOptimisingCompiler() throws Exception {
        String quick = "-XX:TieredStopAtLevel=1";
        Path run = Files.createDirectories(directory.resolve("run"));
        Files.writeString(run.resolve("config.yaml"), TinyExperiment.yaml(directory));
        Path out = directory.resolve("out");
        Process process = new CommandProcess(directory, List.of("-XX:+PrintCommandLineFlags"))
                .start(out, directory.resolve("err"), "studio", MODEL, "--port", "0", "--runs", run.toString());
        try {
            resume(address(process, out));
            Path log = run.resolve("studio.log");
            while (!Files.readString(log).contains("bcm: ")) { // it has no checkpoint
                Thread.sleep(20);
            }
            assertThat(Files.readString(out)).contains(quick);
            assertThat(Files.readString(log))
                    .contains("-XX:+PrintCommandLineFlags")
                    .doesNotContain(quick);
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    private static void resume(String address) throws Exception {
        HttpRequest resume = HttpRequest.newBuilder(URI.create(address + "api/v1/runs/run/resume"))
                .timeout(Duration.ofSeconds(60))
                .POST(BodyPublishers.noBody())
                .build();
        assertThat(HttpClient.newHttpClient()
                        .send(resume, BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(200);
    }

    /**
     * A terminal sends Ctrl-C to all processes that were started from it; here it is the group of a session. What a shell starts in
     * the background ignores Ctrl-C, and this build may be that.
     */
    @Test
    void aRunThatItContinuesOutlivesCtrlC() throws Exception {
        TinyExperiment.writeData(directory);
        Path config = directory.resolve("tiny.yaml");
        Files.writeString(config, TinyExperiment.yaml(directory).replace("steps: 4", "steps: 10000000"));
        Path run = directory.resolve("run");
        Path out = directory.resolve("out");
        Path err = directory.resolve("err");
        Process begun = CommandProcess.in(directory).start(out, err, "train", config.toString(), "--run", "run");
        awaitSteps(run, 4, begun.toHandle());
        begun.destroy();
        assertThat(CommandProcess.outcome(begun, out, err).exitCode()).isEqualTo(TERMINATED);
        assertThat(DirectoryLock.holder(run)).isEmpty();

        Process studio = new CommandProcess(directory, List.of(), List.of("env", "--default-signal=INT", "setsid"))
                .start(out, err, "studio", MODEL, "--port", "0", "--runs", run.toString());
        resume(address(studio, out));
        while (DirectoryLock.holder(run).isEmpty()) {
            Thread.sleep(20);
        }
        ProcessHandle training = DirectoryLock.holder(run).orElseThrow();
        try {
            awaitSteps(run, steps(run) + 4, training);
            Process ctrlC = new ProcessBuilder("kill", "-INT", "--", "-" + studio.pid()).start();
            assertThat(ctrlC.waitFor()).isZero();
            assertThat(CommandProcess.outcome(studio, out, err).exitCode()).isEqualTo(INTERRUPTED);
            awaitSteps(run, steps(run) + 4, training);
        } finally {
            training.destroy();
            training.onExit().get(60, TimeUnit.SECONDS);
        }
        assertThat(run.resolve("studio.log")).content().contains("stopped at step ");
    }

    private static long steps(Path run) throws IOException {
        Path log = run.resolve("log.jsonl");
        if (!Files.exists(log)) {
            return 0;
        }
        try (Stream<String> lines = Files.lines(log)) {
            return lines.count();
        }
    }

    private static void awaitSteps(Path run, long steps, ProcessHandle training) throws Exception {
        while (steps(run) < steps) {
            assertThat(training.isAlive()).isTrue();
            Thread.sleep(20);
        }
    }

    @Test
    void aPortThatIsTakenIsToldInOneLine() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("localhost"))) {
            Outcome outcome = CommandProcess.in(directory).run("studio", MODEL, "--port", "" + taken.getLocalPort());
            assertThat(outcome.exitCode()).isEqualTo(2);
            assertThat(outcome.err())
                    .isEqualTo("bcm: --port %1$d: the studio cannot listen at localhost:%1$d (Address already in use);"
                                    .formatted(taken.getLocalPort())
                            + " choose another port\n");
        }
    }

    private static String get(String address) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(address))
                .timeout(Duration.ofSeconds(60))
                .build();
        return HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
    }

    private static String address(Process process, Path out) throws Exception {
        while (process.isAlive()) {
            Matcher told = ADDRESS.matcher(Files.readString(out));
            if (told.find()) {
                return told.group(1);
            }
            Thread.sleep(20);
        }
        throw new AssertionError("the studio ended");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            studio @model --port 70000     | bcm: --port 70000: a port lies in [0,65535]
            studio @model --host 0.0.0.0   | bcm: --host 0.0.0.0: other machines can connect there, so a token is needed; set BCM_STUDIO_TOKEN, or leave --host out
            studio @model @model --port 0  | : another model is called fashion-mnist already; rename one of the folders
            studio nowhere                 | nowhere
            """)
    void aMistakeIsToldInOneLine(String command, String message) throws Exception {
        Outcome outcome = CommandProcess.in(directory)
                .run(command.replace("@model", MODEL).split(" +", -1));
        assertThat(outcome.err()).contains(message);
        assertThat(outcome.err().lines()).hasSize(1);
        assertThat(outcome.exitCode()).isEqualTo(2);
    }
}
