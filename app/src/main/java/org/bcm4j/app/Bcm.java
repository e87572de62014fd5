package org.bcm4j.app;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.bcm4j.app.commands.CheckCommand;
import org.bcm4j.app.commands.DoctorCommand;
import org.bcm4j.app.commands.ExportCommand;
import org.bcm4j.app.commands.ImportCommand;
import org.bcm4j.app.commands.InfoCommand;
import org.bcm4j.app.commands.InvertCommand;
import org.bcm4j.app.commands.QuickstartCommand;
import org.bcm4j.app.commands.ReconstructCommand;
import org.bcm4j.app.commands.ReproduceCommand;
import org.bcm4j.app.commands.SampleCommand;
import org.bcm4j.app.commands.ShrinkCommand;
import org.bcm4j.app.commands.StudioCommand;
import org.bcm4j.app.commands.TrainCommand;
import org.bcm4j.app.commands.data.DataCommand;
import org.bcm4j.app.commands.editing.ColorizeCommand;
import org.bcm4j.app.commands.editing.DenoiseCommand;
import org.bcm4j.app.commands.editing.InpaintCommand;
import org.bcm4j.app.commands.editing.InterpolateCommand;
import org.bcm4j.app.commands.editing.RestoreCommand;
import org.bcm4j.app.commands.editing.StrokeCommand;
import org.bcm4j.app.commands.editing.SuperresCommand;
import org.bcm4j.app.commands.editing.SwapCommand;
import org.bcm4j.app.commands.measuring.EvalCommand;
import org.bcm4j.app.commands.measuring.EvalEditsCommand;
import org.bcm4j.app.commands.measuring.FeaturesCommand;
import org.bcm4j.app.commands.measuring.TuneCommand;
import org.bcm4j.app.console.StopSignal;
import org.bcm4j.storage.UserException;
import org.bcm4j.storage.WrittenPath;
import org.bcm4j.tensor.NativeCode;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.TypeConversionException;

/** The {@code bcm} command: trains and uses bidirectional consistency models. */
@Command(
        name = "bcm",
        description = "Trains and uses bidirectional consistency models.",
        versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND",
        commandListHeading = "%nCommands:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:something failed that is not the user's fault; BCM_DEBUG=1 shows where",
            "2:a mistake that the user can mend, told on standard error",
            "130, 143:stopped by Ctrl-C or a termination signal"
        },
        footerHeading = "%nExample:%n",
        footer = "  bcm sample models/fashion-mnist --nfe 2 -n 16 --out clothes.png")
public final class Bcm implements Callable<Integer> {
    private static final int HELP_WIDTH = 100;

    /** In the order of the help. */
    private static final List<Class<?>> COMMANDS = List.of(
            QuickstartCommand.class,
            StudioCommand.class,
            SampleCommand.class,
            InvertCommand.class,
            ReconstructCommand.class,
            InterpolateCommand.class,
            InpaintCommand.class,
            RestoreCommand.class,
            ColorizeCommand.class,
            SuperresCommand.class,
            StrokeCommand.class,
            DenoiseCommand.class,
            SwapCommand.class,
            ShrinkCommand.class,
            DataCommand.class,
            TrainCommand.class,
            EvalCommand.class,
            EvalEditsCommand.class,
            TuneCommand.class,
            ReproduceCommand.class,
            FeaturesCommand.class,
            InfoCommand.class,
            DoctorCommand.class,
            CheckCommand.class,
            ImportCommand.class,
            ExportCommand.class);

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show this help and exit.")
    @SuppressWarnings("UnusedVariable") // used by picocli
    private boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Show the versions of bcm, Java and libtorch, and exit.")
    @SuppressWarnings("UnusedVariable") // used by picocli
    private boolean version;

    Bcm() {}

    /** Runs the command, then ends the process with the command's exit code. */
    public static void main(String[] arguments) {
        int exitCode = ExitCode.SOFTWARE;
        try {
            exitCode = run(arguments);
            if (System.out.checkError() && exitCode == ExitCode.OK) {
                System.err.println(
                        "bcm: standard output could not be written in full; is the disk full, or the reader gone?");
                exitCode = ExitCode.SOFTWARE;
            }
        } finally {
            // Or a signal would wait for ever.
            StopSignal.commandEnded(exitCode);
        }
        System.exit(exitCode);
    }

    /** Runs the command and returns the exit code. */
    static int run(String... arguments) {
        // bcm's own output does not depend on the locale; this is for the libraries it uses.
        Locale.setDefault(Locale.ROOT);
        Failures failures = Failures.onStandardError();
        try {
            return commandLine(arguments)
                    .setParameterExceptionHandler(failures)
                    .setExecutionExceptionHandler(failures)
                    .setExecutionStrategy(Bcm::execute)
                    .execute(arguments);
        } catch (Error e) {
            // Picocli does not handle errors, such as exhausted memory or native code that does not load.
            return failures.tell(e);
        }
    }

    /** Runs the command. One that can be told where to compute needs libtorch, and has other work to begin with. */
    private static int execute(ParseResult parsed) {
        ParseResult command = parsed.hasSubcommand() ? parsed.subcommand() : parsed;
        if (command.commandSpec().optionsMap().containsKey("--device")
                && !command.isUsageHelpRequested()
                && hasItsInput(command)) {
            NativeCode.loadAhead();
        }
        return new CommandLine.RunLast().execute(parsed);
    }

    /** Whether the model, or whatever a command names first, is there. If not, it ends at once, and computes nothing. */
    private static boolean hasItsInput(ParseResult command) {
        return command.matchedPositionals().stream()
                .limit(1)
                .flatMap(first -> first.originalStringValues().stream().limit(1))
                .allMatch(name -> Files.exists(Path.of(name)));
    }

    /** The parser of a command line. It knows only the command that is asked for: to read about all takes a while. */
    static CommandLine commandLine(String... arguments) {
        CommandLine line = new CommandLine(new Bcm());
        String first = arguments.length > 0 ? arguments[0] : "";
        Optional<Class<?>> asked =
                COMMANDS.stream().filter(command -> name(command).equals(first)).findFirst();
        asked.<List<Class<?>>>map(List::of).orElse(COMMANDS).forEach(line::addSubcommand);
        return line.setCaseInsensitiveEnumValuesAllowed(true)
                .setExpandAtFiles(false) // a picture can have a name such as @home.png
                .registerConverter(Path.class, Bcm::path)
                .setUsageHelpWidth(HELP_WIDTH);
    }

    private static String name(Class<?> command) {
        return command.getAnnotation(Command.class).name();
    }

    private static Path path(String text) {
        try {
            return WrittenPath.of(text);
        } catch (UserException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }

    /** Without a subcommand: prints the usage. */
    @Override
    public Integer call() {
        commandLine().usage(System.err);
        return ExitCode.USAGE;
    }
}
