package org.bcm4j.app.options;

import java.util.List;
import org.bcm4j.storage.UserException;
import picocli.CommandLine.Model.CommandSpec;

/**
 * The options that the user wrote out.
 *
 * @param spec the command that runs
 */
public record GivenOptions(CommandSpec spec) {
    /** Whether one of the options was given. */
    public boolean hasAny(List<String> options) {
        return options.stream()
                .anyMatch(option -> spec.commandLine().getParseResult().hasMatchedOption(option));
    }

    /**
     * Refuses options that have no effect here.
     *
     * @param reason why they have none, as the first half of a sentence
     * @throws UserException if one of the options was given
     */
    public void refuse(List<String> options, String reason) {
        options.stream().filter(option -> hasAny(List.of(option))).findFirst().ifPresent(option -> {
            throw new UserException(option + ": " + reason + ", so this option has no effect; omit it");
        });
    }
}
