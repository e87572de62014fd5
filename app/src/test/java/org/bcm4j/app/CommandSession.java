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
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.bcm4j.app.CommandProcess.Outcome;

/**
 * One process that runs command after command in one folder. It is for tests of many commands that end by themselves: the start of a
 * process takes most of a small command's time. The exit code is what the process of {@link CommandProcess} would end with.
 */
public final class CommandSession implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 1000 * CommandProcess.PATIENCE_SECONDS;

    private final Supplier<CommandProcess> place;
    private Optional<Started> started = Optional.empty();

    /** The process and the connection to it. */
    private record Started(
            Process process, Path log, Socket socket, DataInputStream answers, DataOutputStream requests) {
        static Started in(CommandProcess place) throws IOException {
            Path log = Files.createTempFile("bcm-session", ".log");
            try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                server.setSoTimeout(PATIENCE_MILLIS);
                Process process = place.start(Commands.class, log, log, Integer.toString(server.getLocalPort()));
                Socket socket = server.accept();
                socket.setSoTimeout(PATIENCE_MILLIS);
                return new Started(
                        process,
                        log,
                        socket,
                        new DataInputStream(socket.getInputStream()),
                        new DataOutputStream(socket.getOutputStream()));
            }
        }

        Outcome run(String... arguments) throws IOException {
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

        private String text() throws IOException {
            return new String(answers.readNBytes(answers.readInt()), StandardCharsets.UTF_8);
        }

        void end() throws IOException, InterruptedException {
            try (socket) {
                requests.writeInt(0); // No words: the end.
                assertThat(process.waitFor(PATIENCE_MILLIS, TimeUnit.MILLISECONDS))
                        .isTrue();
                assertThat(process.exitValue()).as(Files.readString(log)).isZero();
            } finally {
                process.destroyForcibly();
                Files.delete(log);
            }
        }
    }

    /**
     * The process starts with the first command.
     *
     * @param place how each of the commands would run alone; asked for when the process starts
     */
    public CommandSession(Supplier<CommandProcess> place) {
        this.place = place;
    }

    public static CommandSession in(Supplier<Path> directory) {
        return new CommandSession(() -> CommandProcess.in(directory.get()));
    }

    /** Runs a command to its end. */
    public Outcome run(String... arguments) throws IOException {
        if (started.isEmpty()) {
            started = Optional.of(Started.in(place.get()));
        }
        return started.get().run(arguments);
    }

    /** The files and folders where its commands run. */
    public List<String> files() throws IOException {
        try (Stream<Path> tree = Files.walk(place.get().directory())) {
            return tree.map(Path::toString).sorted().toList();
        }
    }

    @Override
    public void close() throws IOException, InterruptedException {
        if (started.isPresent()) {
            started.get().end();
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
