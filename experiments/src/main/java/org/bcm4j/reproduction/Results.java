package org.bcm4j.reproduction;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.bcm4j.config.ConfigFile;

/**
 * The results of the stages so far, one file each in {@code results/}.
 *
 * @param folder the folder of the report
 */
public record Results(Path folder) {
    static final String PROTOCOL = "protocol.json";

    /** The result of a stage; empty if it has none yet. */
    public <R extends Record & StageResult> Optional<R> of(String stage, Class<R> type) {
        Path file = file(stage);
        return Files.exists(file) ? Optional.of(ConfigFile.read(file, type)) : Optional.empty();
    }

    Path file(String stage) {
        return folder.resolve("results").resolve(stage + ".json");
    }

    public Optional<Protocol> protocol() {
        Path file = folder.resolve(PROTOCOL);
        return Files.exists(file) ? Optional.of(ConfigFile.read(file, Protocol.class)) : Optional.empty();
    }

    public Optional<TunedWalks.Result> tunedWalks() {
        return of(TunedWalks.NAME, TunedWalks.Result.class);
    }

    public Optional<GenerationAgainstNfe.Result> generation() {
        return of("generation-against-nfe", GenerationAgainstNfe.Result.class);
    }

    public Optional<InversionAgainstNfe.Result> inversion() {
        return of("inversion-against-nfe", InversionAgainstNfe.Result.class);
    }

    public Optional<InitialNoise.Result> initialNoise() {
        return of("initial-noise", InitialNoise.Result.class);
    }

    public Optional<Ablations.Result> ablations() {
        return of("ablations", Ablations.Result.class);
    }

    public Optional<Coverage.Result> coverage() {
        return of("coverage", Coverage.Result.class);
    }

    public Optional<NoiseStatistics.Result> noiseStatistics() {
        return of("noise-statistics", NoiseStatistics.Result.class);
    }

    public Optional<NoiseEmbedding.Result> noiseEmbedding() {
        return of("noise-embedding", NoiseEmbedding.Result.class);
    }

    public Optional<Midpoints.Result> midpoints() {
        return of("midpoints", Midpoints.Result.class);
    }

    public Optional<Edits.Result> edits() {
        return of("edits", Edits.Result.class);
    }
}
