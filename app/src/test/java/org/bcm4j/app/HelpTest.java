package org.bcm4j.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

class HelpTest {
    /** The command itself and all below it, at any depth. */
    static Stream<CommandSpec> commands() {
        return below(new CommandLine(new Bcm()));
    }

    private static Stream<CommandSpec> below(CommandLine command) {
        Stream<CommandSpec> subcommands =
                command.getSubcommands().values().stream().flatMap(HelpTest::below);
        return Stream.concat(Stream.of(command.getCommandSpec()), subcommands);
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everyCommandShowsAnExample(CommandSpec command) {
        assertThat(command.commandLine().getUsageMessage()).contains("\nExample");
    }

    /** Texts of help are formats: a per cent sign that is not doubled makes picocli warn about it instead. */
    @ParameterizedTest
    @MethodSource("commands")
    void everyTextCanBeFormatted(CommandSpec command) {
        UsageMessageSpec usage = command.usageMessage();
        Stream<String[]> ofCommand =
                Stream.of(usage.header(), usage.description(), usage.footer(), new String[] {usage.footerHeading()});
        Stream<String[]> ofArguments = command.args().stream().map(ArgSpec::description);
        Stream.concat(ofCommand, ofArguments)
                .flatMap(Arrays::stream)
                .forEach(text ->
                        assertThatCode(() -> String.format(text)).as(text).doesNotThrowAnyException());
    }
}
