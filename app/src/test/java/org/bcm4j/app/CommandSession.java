package org.bcm4j.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.bcm4j.app.CommandProcess.Outcome;

/**
 * One process that runs command after command in one folder. It is for tests of many commands that end by themselves: the start of a
 * process takes most of a small command's time. The exit code is what the process of {@link CommandProcess} would end with.
 */
public final class CommandSession implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 300_000;

    private final Path directory;
    private final Process process;
    private final Path log;
    private final Socket socket;
    private final DataInputStream answers;
    private final DataOutputStream requests;

    /**
     * @param directory where the commands run
     * @param jvmOptions further options of the JVM
     */
    public CommandSession(Path directory, List<String> jvmOptions) throws IOException {
        this.directory = directory;
        log = Files.createTempFile("bcm-session", ".log");
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            server.setSoTimeout(PATIENCE_MILLIS);
            process = new CommandProcess(directory, jvmOptions)
                    .start(Commands.class, log, log, Integer.toString(server.getLocalPort()));
            socket = server.accept();
        }
        socket.setSoTimeout(PATIENCE_MILLIS);
        answers = new DataInputStream(socket.getInputStream());
        requests = new DataOutputStream(socket.getOutputStream());
    }

    public static CommandSession in(Path directory) throws IOException {
        return new CommandSession(directory, List.of());
    }

    /** Runs a command to its end. */
    public Outcome run(String... arguments) throws IOException {
        requests.writeInt(arguments.length);
        for (String argument : arguments) {
            requests.writeUTF(argument);
        }
        requests.flush();
        try {
            return new Outcome(answers.readInt(), text(), text());
        } catch (IOException e) {
            throw new IOException(
                    String.join(" ", arguments) + ": no answer; the process said: " + Files.readString(log), e);
        }
    }

    /** The files and folders where its commands run. */
    public List<String> files() throws IOException {
        try (Stream<Path> tree = Files.walk(directory)) {
            return tree.map(Path::toString).sorted().toList();
        }
    }

    private String text() throws IOException {
        return new String(answers.readNBytes(answers.readInt()), StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException, InterruptedException {
        try (socket) {
            requests.writeInt(0); // No words: the end.
            assertThat(process.waitFor(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)).isTrue();
            assertThat(process.exitValue()).as(Files.readString(log)).isZero();
        } finally {
            process.destroyForcibly();
            Files.delete(log);
        }
    }

    /** The program of the process. */
    static final class Commands {
        private Commands() {}

        public static void main(String[] port) throws IOException {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(port[0]))) {
                DataInputStream requests = new DataInputStream(socket.getInputStream());
                DataOutputStream answers = new DataOutputStream(socket.getOutputStream());
                for (int words = requests.readInt(); words > 0; words = requests.readInt()) {
                    String[] command = new String[words];
                    for (int word = 0; word < words; word++) {
                        command[word] = requests.readUTF();
                    }
                    run(command, answers);
                }
            }
            System.exit(0); // Threads of libraries may live on.
        }

        private static void run(String[] command, DataOutputStream answers) throws IOException {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            ByteArrayOutputStream err = new ByteArrayOutputStream();
            System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
            System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
            answers.writeInt(Bcm.run(command));
            for (ByteArrayOutputStream text : List.of(out, err)) {
                answers.writeInt(text.size());
                text.writeTo(answers);
            }
            answers.flush();
        }
    }
}
