package org.bcm4j.app.commands;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bcm4j.app.CommandProcess;
import org.bcm4j.app.CommandProcess.Outcome;
import org.bcm4j.app.TinyExperiment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Training on two hosts: network namespaces, joined by one link. Needs root and Debian's iproute2; the slow link needs
 * python3 and the kernel's tun devices.
 */
@Tag("large")
@Timeout(600)
class TrainOnHostsTest {
    /** Each host's end of the link. */
    private static final String LINK = "wire";

    private final List<String> hosts = List.of(name("a"), name("b"));

    private final List<String> added = new ArrayList<>();

    @TempDir
    Path directory;

    private static String name(String host) {
        return "bcm-" + ProcessHandle.current().pid() + host;
    }

    @BeforeEach
    void prepare() throws Exception {
        assumeTrue(run("id", "-u").strip().equals("0"), "network namespaces need root");
        for (String host : hosts) {
            run("ip", "netns", "add", host);
            added.add(host);
            run("ip", "-n", host, "link", "set", "lo", "up");
        }
        TinyExperiment.writeData(directory);
        Files.writeString(directory.resolve("tiny.yaml"), TinyExperiment.yaml(directory));
    }

    @AfterEach
    void remove() throws Exception {
        for (String host : added) {
            run("ip", "netns", "delete", host);
        }
    }

    /** Gives both ends of the link addresses. */
    private void connect() throws Exception {
        for (int i = 0; i < 2; i++) {
            String host = hosts.get(i);
            run("ip", "-n", host, "address", "add", "10.211.0." + (i + 1) + "/24", "dev", LINK);
            run("ip", "-n", host, "link", "set", LINK, "up");
        }
    }

    @Test
    void aSlowLinkChangesNothing() throws Exception {
        assumeTrue(Files.exists(Path.of("/dev/net/tun")), "a slow link needs tun devices");
        Path script =
                Path.of(requireNonNull(getClass().getResource("slow-link.py")).toURI());
        Process link = new ProcessBuilder("python3", script.toString(), "0.05", hosts.get(0), hosts.get(1))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            assertThat(link.inputReader(UTF_8).readLine()).isEqualTo("ready");
            for (String host : hosts) {
                // The script's devices have the hosts' names.
                run("ip", "link", "set", host, "netns", host, "name", LINK);
            }
            connect();
            expect(0, startAll("hosts"));
            train("alone");
            assertThat(model("hosts")).hasSameBinaryContentAs(model("alone"));
        } finally {
            link.destroyForcibly().waitFor();
        }
    }

    @Test
    void aLinkThatIsTakenDownEndsBothRanksAndTheRunGoesOn() throws Exception {
        run("ip", "-n", hosts.get(0), "link", "add", LINK, "type", "veth", "peer", "name", LINK, "netns", hosts.get(1));
        connect();
        List<Running> ranks = startAll("hosts", "--set", "stages.0.steps=200");
        while (ranks.get(0).process().isAlive() && !Files.exists(directory.resolve("hosts/model"))) {
            Thread.sleep(50);
        }
        run("ip", "-n", hosts.get(1), "link", "set", LINK, "down");
        List<Outcome> outcomes = expect(1, ranks);
        assertThat(outcomes.get(0).err())
                .containsPattern(
                        "bcm: rank 1 \\(process \\d+ on .+\\) has ended, is frozen or cannot be reached; continue"
                                + " with: bcm train --resume --run hosts\n");
        // libtorch warns of hosts without names before.
        assertThat(outcomes.get(1).err())
                .endsWith(
                        "bcm: rank 0 (at 10.211.0.1) is frozen or cannot be reached; continue with: bcm train --resume"
                                + " --run hosts\n");

        run("ip", "-n", hosts.get(1), "link", "set", LINK, "up");
        expect(0, startAll("hosts", "--resume", "--set", "stages.0.steps=200"));
        train("alone", "--set", "stages.0.steps=200");
        assertThat(model("hosts")).hasSameBinaryContentAs(model("alone"));
    }

    private Path model(String run) {
        return directory.resolve(run).resolve("model/model.safetensors");
    }

    /** Two ranks on this host. */
    private void train(String run, String... options) throws Exception {
        Outcome outcome = CommandProcess.in(directory).run(arguments(run, options, "--ranks", "2"));
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    }

    private static String[] arguments(String run, String[] options, String... more) {
        List<String> arguments = new ArrayList<>(List.of("train", "tiny.yaml", "--run", run));
        arguments.addAll(List.of(options));
        arguments.addAll(List.of(more));
        if (arguments.contains("--resume")) {
            arguments.remove("tiny.yaml");
        }
        return arguments.toArray(String[]::new);
    }

    /** A started rank and its streams. */
    private record Running(Process process, Path out, Path err) {}

    /** A rank on each host. */
    private List<Running> startAll(String run, String... options) throws IOException {
        List<Running> ranks = new ArrayList<>();
        for (int rank = 0; rank < 2; rank++) {
            List<String> launcher = List.of(
                    "ip",
                    "netns",
                    "exec",
                    hosts.get(rank),
                    "env",
                    "RANK=" + rank,
                    "WORLD_SIZE=2",
                    "MASTER_ADDR=10.211.0.1",
                    "GLOO_SOCKET_IFNAME=" + LINK);
            Path out = Files.createTempFile(directory, "rank", ".out");
            Path err = Files.createTempFile(directory, "rank", ".err");
            ranks.add(new Running(
                    new CommandProcess(directory, List.of(), launcher)
                            .start(out, err, arguments(run, options, "--rank-timeout", "5")),
                    out,
                    err));
        }
        return ranks;
    }

    private static List<Outcome> expect(int exitCode, List<Running> ranks) throws Exception {
        List<Outcome> outcomes = new ArrayList<>();
        for (Running rank : ranks) {
            Outcome outcome = CommandProcess.outcome(rank.process(), rank.out(), rank.err());
            assertThat(outcome.exitCode()).as(outcome.err()).isEqualTo(exitCode);
            outcomes.add(outcome);
        }
        return outcomes;
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS))
                .as("%s", List.of(command))
                .isTrue();
        assertThat(process.exitValue()).as("%s: %s", List.of(command), output).isZero();
        return output;
    }
}
