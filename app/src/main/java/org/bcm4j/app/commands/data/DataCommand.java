package org.bcm4j.app.commands.data;

import java.util.concurrent.Callable;
import org.bcm4j.storage.UserException;
import picocli.CommandLine.Command;

/** {@code bcm data}: data sets as people have them. */
@Command(
        name = "data",
        description = "Packs data sets of many formats for training, and describes them.",
        synopsisSubcommandLabel = "pack|inspect",
        subcommands = {PackCommand.class, InspectCommand.class},
        footerHeading = "%nExamples:%n",
        footer = {"  bcm data pack photos/ --size 32 --out packed", "  bcm data inspect packed --sheet packed.png"})
public final class DataCommand implements Callable<Integer> {
    @Override
    public Integer call() {
        throw new UserException("data: say what to do, as in: bcm data pack photos/ --size 32 --out packed");
    }
}
