package org.bcm4j.app.commands;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import org.bcm4j.BcmModel;
import org.bcm4j.app.console.StopSignal;
import org.bcm4j.app.options.ComputingOptions;
import org.bcm4j.app.processes.OwnProgram;
import org.bcm4j.storage.UserException;
import org.bcm4j.studio.Studio;
import org.bcm4j.studio.StudioSettings;
import org.bcm4j.studio.api.Api;
import org.bcm4j.studio.api.ShelvedModel;
import org.bcm4j.studio.client.StudioClient;
import org.bcm4j.tensor.Device;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code bcm studio}: a web page and an HTTP API over models. */
@Command(
        name = "studio",
        description = {
            "Serves a web page that generates, inverts and edits images, and an HTTP API that does the same.",
            "Only this machine can connect, unless --host names another address and the environment variable"
                    + " BCM_STUDIO_TOKEN a token, which clients then must send."
        },
        footerHeading = "%nExample:%n",
        footer = {"  bcm studio", "  bcm studio models/fashion-mnist runs/mine/model --port 8080"})
public final class StudioCommand implements Callable<Integer> {
    private static final String TOKEN = "BCM_STUDIO_TOKEN";
    private static final int USUAL_PORT = 7078;

    @Parameters(
            arity = "0..*",
            paramLabel = "MODEL",
            description = "Model folders (default: the model that comes with bcm4j).")
    private List<Path> folders = List.of();

    @Option(names = "--host", paramLabel = "NAME", description = "Where to listen (default: localhost).")
    private String host = "localhost";

    @Option(names = "--port", paramLabel = "P", description = "The port; 0 for any (default: " + USUAL_PORT + ").")
    private int port = USUAL_PORT;

    @Option(
            names = "--runs",
            paramLabel = "DIR",
            description = "Training runs to show: a run, or a folder of runs (default: runs). May be repeated.")
    private List<Path> runs = List.of(Path.of("runs"));

    /** So that ./bcm can record which classes a studio needs. */
    @Option(names = "--rehearse", hidden = true, description = "Make one image, and end.")
    private boolean rehearsal;

    @Mixin
    private final ComputingOptions computing = new ComputingOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws IOException, InterruptedException {
        StudioSettings settings = StudioSettings.usual(host, port, Optional.ofNullable(System.getenv(TOKEN)));
        runs.stream().filter(Files::isRegularFile).forEach(file -> {
            throw new UserException("--runs " + file + ": is a file; name a run, or a folder of runs");
        });
        Device device = computing.device().require();
        List<ShelvedModel> models = new ArrayList<>();
        try {
            onThreadThatEnds(() -> {
                for (Path folder : folders.isEmpty() ? List.of(QuickstartCommand.shippedModel()) : folders) {
                    BcmModel model = computing
                            .precision()
                            .map(precision -> BcmModel.load(folder, device, precision))
                            .orElseGet(() -> BcmModel.load(folder, device));
                    models.add(ShelvedModel.open(folder, model));
                }
            });
            String version = Optional.ofNullable(
                            StudioCommand.class.getPackage().getImplementationVersion())
                    .orElse("");
            CountDownLatch asked = new CountDownLatch(1);
            try (StopSignal signal = StopSignal.asking(asked::countDown);
                    Studio studio =
                            Studio.start(models, new Api.RunPlaces(runs, this::resumption), settings, version)) {
                System.out.println("the studio is at " + studio.address() + "; Ctrl-C ends it");
                if (rehearsal) {
                    StudioClient.at(URI.create(studio.address()))
                            .task(models.get(0).name(), Api.SAMPLE, Map.of());
                    return ExitCode.OK;
                }
                asked.await();
                System.err.println("finishing what was begun");
            }
        } finally {
            models.forEach(model -> model.model().close());
        }
        return ExitCode.OK;
    }

    /**
     * Does work that computes little. OpenMP gives each thread that computes companions, which it counts as long as that
     * thread lives. Where it counts more than cores, all of them sleep between operations, those of the queue too.
     */
    private static void onThreadThatEnds(Runnable work) throws InterruptedException {
        FutureTask<Object> task = new FutureTask<>(Executors.callable(work));
        Thread thread = new Thread(task, "opening");
        thread.start();
        try {
            task.get();
            thread.join();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException("the models cannot be opened", e.getCause());
        }
    }

    /** The command that continues a run. */
    private List<String> resumption(Path run) {
        return OwnProgram.longCommand(spec.root(), List.of("train", "--resume", "--run", run.toString()));
    }
}
