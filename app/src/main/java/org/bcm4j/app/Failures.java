package org.bcm4j.app;

import java.io.File;
import java.io.PrintStream;
import java.nio.file.InvalidPathException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bcm4j.storage.UserException;
import org.bcm4j.storage.WrittenPath;
import org.bcm4j.tensor.ExhaustedMemory;
import org.bcm4j.tensor.LostRankException;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Reports errors to the user, in lines that begin with {@code bcm: }, and chooses the exit code: 2 for errors that the
 * user can fix, 1 for others.
 *
 * @param err the stream for the reports
 * @param traces whether to print stack traces too
 */
record Failures(PrintStream err, boolean traces) implements IParameterExceptionHandler, IExecutionExceptionHandler {
    private static final String DEBUG = "BCM_DEBUG";

    /** Picocli's message for a number that is too large or not a number. */
    private static final Pattern NO_NUMBER =
            Pattern.compile("^Invalid value for option '([^']+)'.*: '(.*)' is not an? (int|long)$");

    /** What libtorch could not get: its messages for GPUs go on with a long line about all of the GPU's memory. */
    private static final Pattern REQUEST = Pattern.compile("(?i)tried to allocate ([\\d.]+ \\w+)");

    /** Reports failures on standard error, with traces if the environment variable {@code BCM_DEBUG} is set. */
    static Failures onStandardError() {
        return new Failures(
                System.err,
                !Objects.requireNonNullElse(System.getenv(DEBUG), "").isEmpty());
    }

    @Override
    public int handleParseException(ParameterException mistake, String[] arguments) {
        CommandLine command = mistake.getCommandLine();
        tell(message(mistake) + suggestion(mistake) + fileThatLooksLikeAnOption(arguments));
        tell("try: " + command.getCommandSpec().qualifiedName() + " --help");
        trace(mistake);
        return ExitCode.USAGE;
    }

    @Override
    public int handleExecutionException(Exception failure, CommandLine command, ParseResult arguments) {
        return tell(failure);
    }

    /** Reports a failure and returns the exit code. */
    int tell(Throwable failure) {
        trace(failure);
        if (failure instanceof UserException mistake) {
            tell(Objects.requireNonNullElse(mistake.getMessage(), "mistake"));
            return ExitCode.USAGE;
        }
        if (failure instanceof InvalidPathException name) {
            tell(WrittenPath.explain(name));
            return ExitCode.USAGE;
        }
        if (failure instanceof LostRankException lost) {
            tell(Objects.requireNonNullElse(lost.getMessage(), "a rank is lost") + "; run the command again");
            return ExitCode.SOFTWARE;
        }
        if (failure instanceof NoClassDefFoundError && failure.getCause() != null) {
            return tell(failure.getCause()); // why the class could not be initialised, the first time
        }
        Optional<ExhaustedMemory> exhausted = ExhaustedMemory.in(failure);
        if (exhausted.isPresent()) {
            tell(advice(exhausted.get(), failure));
            return ExitCode.SOFTWARE;
        }
        tell(firstLine(failure));
        if (!traces) {
            tell("set " + DEBUG + "=1 to see where this happened");
        }
        return ExitCode.SOFTWARE;
    }

    private static String advice(ExhaustedMemory exhausted, Throwable failure) {
        Matcher request = REQUEST.matcher(Objects.requireNonNullElse(failure.getMessage(), ""));
        String what = request.find() ? request.group(1) + " more were needed" : firstLine(failure);
        String less =
                "; take fewer images at once, or for training more micro_batches and activation_checkpointing=true";
        return switch (exhausted) {
            case JAVA -> "out of memory (" + what + "); ask for less at once, or allow more: BCM_JAVA_OPTIONS=-Xmx8g";
            case MACHINE -> "this machine is out of memory (" + what + ")" + less;
            case GPU -> "the GPU is out of memory (" + what + ")" + less + ", or compute on the CPU (--device cpu)";
        };
    }

    private void tell(String message) {
        message.lines().map(line -> "bcm: " + line).forEach(err::println);
    }

    /** Only the first line is useful to users: the rest of libtorch's messages is a native stack trace. */
    private static String firstLine(Throwable failure) {
        String name = failure.getClass().getSimpleName();
        return failure.getMessage() == null
                ? name
                : failure.getMessage()
                        .lines()
                        .findFirst()
                        .map(line -> name + ": " + line)
                        .orElse(name);
    }

    /** Picocli starts some messages with a word that is redundant after "bcm: ". */
    private static String message(ParameterException mistake) {
        String message =
                Objects.requireNonNullElse(mistake.getMessage(), "mistake").replaceFirst("^Error: ", "");
        Matcher number = NO_NUMBER.matcher(message);
        return number.find()
                ? number.group(1) + " " + number.group(2) + ": is not a whole number"
                        + (number.group(3).equals("int") ? " up to 2,147,483,647" : " of up to 18 digits")
                : message;
    }

    private static String suggestion(ParameterException mistake) {
        if (!(mistake instanceof UnmatchedArgumentException unmatched)) {
            return "";
        }
        List<String> close = unmatched.getSuggestions();
        return close.isEmpty()
                ? ""
                : "; did you mean " + String.join(" or ", close.subList(0, Math.min(2, close.size()))) + "?";
    }

    /** A file can have a name such as -a.png, which picocli parses as an option. */
    private static String fileThatLooksLikeAnOption(String... arguments) {
        return Arrays.stream(arguments)
                .filter(argument -> argument.length() > 1 && argument.startsWith("-"))
                .filter(argument -> new File(argument).exists())
                .findFirst()
                .map(file -> "; if " + file + " is a file, write ./" + file)
                .orElse("");
    }

    private void trace(Throwable failure) {
        if (traces) {
            failure.printStackTrace(err);
        }
    }
}
