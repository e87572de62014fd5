package org.bcm4j.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script {@code ./bcm} on machines that lack something, with a JDK that only says how it was called. */
class LauncherTest {
    private static final String JAVA = """
            #!/bin/sh
            echo "LC_ALL=$LC_ALL"
            echo "HOME=$HOME"
            echo "ARGUMENTS=$*"
            """;

    @TempDir
    Path directory;

    private Path checkout;
    private Path jdk;

    /** A checkout that is built already. */
    @BeforeEach
    void write() throws IOException {
        checkout = directory.resolve("checkout");
        jdk = Files.createDirectories(directory.resolve("jdk"));
        script(jdk.resolve("bin/java"), JAVA);
        script(jdk.resolve("bin/javac"), JAVA);
        Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"17.0.15\"\n");
        build(checkout);
    }

    private static void build(Path checkout) throws IOException {
        for (String module : List.of("core", "experiments", "studio", "app")) {
            Files.createDirectories(checkout.resolve(module).resolve("src/main"));
            Files.writeString(checkout.resolve(module).resolve("pom.xml"), "");
        }
        Files.writeString(checkout.resolve("pom.xml"), "");
        Files.createDirectories(checkout.resolve("target/bcm"));
        Path bcm = Stream.iterate(Path.of("").toAbsolutePath(), Path::getParent)
                .map(folder -> folder.resolve("bcm"))
                .filter(Files::isRegularFile)
                .findFirst()
                .orElseThrow();
        script(checkout.resolve("bcm"), Files.readString(bcm));
        Files.writeString(checkout.resolve("target/bcm/stamp"), "\n");
    }

    private static void script(Path file, String content) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
        assertThat(file.toFile().setExecutable(true, false)).isTrue();
    }

    private record Outcome(int exitCode, String said) {}

    private Outcome run(Path checkout, Map<String, String> environment, String... prefix)
            throws IOException, InterruptedException {
        return execute(
                environment,
                Stream.concat(
                                Stream.of(prefix),
                                Stream.of(checkout.resolve("bcm").toString(), "info", "x"))
                        .toList());
    }

    private Outcome execute(Map<String, String> environment, List<String> command)
            throws IOException, InterruptedException {
        Path work = Files.createDirectories(directory.resolve("work"));
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(work.toFile()).redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", jdk.toString());
        builder.environment().putAll(environment);
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(work).isEmptyDirectory();
        return new Outcome(process.exitValue(), said);
    }

    @Test
    void theLocaleCBecomesOneThatHasEveryCharacter() throws Exception {
        for (String locale : List.of("C", "POSIX", "xx_XX.UTF-8")) {
            assertThat(run(checkout, Map.of("LC_ALL", locale)).said()).contains("LC_ALL=C.UTF-8\n");
        }
        assertThat(run(checkout, Map.of("LC_ALL", "C.utf8")).said()).contains("LC_ALL=C.utf8\n");
    }

    @Test
    void aUserWithoutAHomeGetsOneForTheTime() throws Exception {
        Path temporary = Files.createDirectories(directory.resolve("tmp"));
        for (String home : List.of("", "/nonexistent", checkout.resolve("bcm").toString())) {
            Outcome outcome = run(checkout, Map.of("HOME", home, "TMPDIR", temporary.toString()));
            assertThat(outcome.exitCode()).isZero();
            assertThat(outcome.said())
                    .contains("-Duser.home=" + temporary + "/bcm-")
                    .as("~ in a path is what it was")
                    .contains("HOME=" + home + "\n");
        }
        Path own = Files.createDirectories(directory.resolve("my home"));
        assertThat(run(checkout, Map.of("HOME", own.toString())).said()).contains("-Duser.home=" + own + " ");
        assertThat(own).isEmptyDirectory();
    }

    @Test
    void aColonInThePathIsToldInOneLine() throws Exception {
        Path odd = directory.resolve("a:b");
        build(odd);
        Outcome outcome = run(odd, Map.of());
        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.said())
                .isEqualTo("bcm: Java cannot run from a folder with \":\" in its name (" + odd
                        + "); rename it or move bcm4j elsewhere\n");
    }

    /** As another user, for root may write everywhere. */
    @Test
    void aCheckoutThatMayOnlyBeReadRunsIfItIsBuilt() throws Exception {
        String[] nobody = {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"};
        assumeTrue("root".equals(System.getProperty("user.name")), "becoming another user needs root");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path temporary = Files.createDirectories(directory.resolve("tmp"));
        Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxrwxrwx"));
        Map<String, String> environment = Map.of("HOME", "/nonexistent", "TMPDIR", temporary.toString());
        Outcome outcome = run(checkout, environment, nobody);
        assertThat(outcome.said()).contains("ARGUMENTS=-D").endsWith("info x\n");
        assertThat(outcome.exitCode()).isZero();

        Files.writeString(checkout.resolve("target/bcm/stamp"), "other options\n");
        Outcome stale = run(checkout, environment, nobody);
        assertThat(stale.exitCode()).isEqualTo(2);
        assertThat(stale.said())
                .isEqualTo("bcm: cannot write to " + checkout + "/target/bcm, where bcm4j is built; let who can run "
                        + checkout + "/bcm once, or copy " + checkout + "\n");
    }

    /** The tools of the machine, but for some that a test has written. */
    private Map<String, String> withTools(Map<String, String> scripts) throws IOException {
        Path tools = Files.createDirectories(directory.resolve("tools"));
        for (Map.Entry<String, String> tool : scripts.entrySet()) {
            script(tools.resolve(tool.getKey()), "#!/bin/sh\n" + tool.getValue());
        }
        return Map.of("PATH", tools + ":" + jdk + "/bin:" + System.getenv("PATH"));
    }

    private void makeStale() throws IOException {
        Files.writeString(checkout.resolve("target/bcm/stamp"), "other options\n");
    }

    @Test
    void aJavaHomeThatCannotBeUsedIsTold() throws Exception {
        Map<String, String> environment = new HashMap<>(withTools(Map.of()));
        environment.put("JAVA_HOME", "/nonexistent");
        Outcome outcome = run(checkout, environment);
        assertThat(outcome.said())
                .startsWith("bcm: JAVA_HOME (/nonexistent) holds no JDK 17 or newer; using " + jdk + " instead\n")
                .endsWith("info x\n");
        assertThat(run(checkout, Map.of()).said()).doesNotContain("JAVA_HOME");
    }

    @Test
    void aBuildWhoseJarsCannotBeCopiedIsNotComplete() throws Exception {
        makeStale();
        String build = "mkdir -p %1$s/lib && echo new >%1$s/bcm.jar && echo new >%1$s/lib/a.jar"
                .formatted(checkout.resolve("app/target/quick"));
        Outcome full = run(checkout, withTools(Map.of("mvn", build, "cp", "echo half >$2\nexit 1")));
        assertThat(full.exitCode()).isEqualTo(2);
        Path installed = checkout.resolve("target/bcm");
        assertThat(full.said())
                .endsWith("bcm: cannot write " + installed + "/bcm.jar; free some space in " + installed
                        + ", and run the command again\n");
        assertThat(installed.resolve("bcm.jar.new")).doesNotExist();
        assertThat(installed.resolve("stamp")).hasContent("other options");

        Files.delete(directory.resolve("tools/cp"));
        assertThat(run(checkout, withTools(Map.of())).said()).endsWith("info x\n");
        assertThat(installed.resolve("lib/a.jar")).hasContent("new");
        assertThat(installed.resolve("stamp")).content().isBlank();
    }

    @Test
    void aBuildThatFailsWithoutAReasonIsToldToo() throws Exception {
        makeStale();
        Outcome outcome = run(checkout, withTools(Map.of("mvn", "echo no memory\nexit 1")));
        assertThat(outcome.said())
                .isEqualTo("building bcm4j (sources changed)…\nbcm: the build failed; its output is in " + checkout
                        + "/target/bcm/build.log\n");
        assertThat(outcome.exitCode()).isEqualTo(1);
    }

    /** Both get the signal. Maven and Java end by themselves, with the code 130. */
    @Test
    void controlCEndsTheScriptToo() throws Exception {
        String stopped = "kill -INT $PPID\nexit 130\n";
        String[] listening = {"env", "--default-signal=INT"}; // a build in the background ignores it
        makeStale();
        Outcome building = run(checkout, withTools(Map.of("mvn", stopped)), listening);
        assertThat(building.said()).isEqualTo("building bcm4j (sources changed)…\n");
        assertThat(building.exitCode()).isEqualTo(130);

        Files.writeString(checkout.resolve("target/bcm/stamp"), "\n");
        script(jdk.resolve("bin/java"), "#!/bin/sh\necho started\n" + stopped);
        Outcome archiving = run(checkout, Map.of(), listening);
        assertThat(archiving.said()).isEmpty();
        assertThat(archiving.exitCode()).isEqualTo(130);
        assertThat(checkout.resolve("target/bcm/classes-17.jsa")).doesNotExist();
    }

    @Test
    void longCommandsGetTheOptimisingCompiler() throws Exception {
        String quick = "-XX:TieredStopAtLevel=1";
        for (String name : List.of("train", "eval", "eval-edits", "tune", "reproduce", "features", "data")) {
            assertThat(execute(Map.of(), List.of(checkout.resolve("bcm").toString(), name))
                            .said())
                    .endsWith(" " + name + "\n")
                    .doesNotContain(quick);
        }
        assertThat(run(checkout, Map.of()).said()).contains(quick);
    }
}
