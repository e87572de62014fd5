package org.bcm4j.reproduction;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.storage.UserException;

/**
 * The results of the stages so far, one file each in {@code results/}. A result counts if it has the fingerprint of the
 * present models and settings. Others are of an earlier run, perhaps of another version, and are as good as absent.
 *
 * @param folder the folder of the report
 * @param fingerprints the present fingerprint of each stage, by its name
 */
public record Results(Path folder, Map<String, String> fingerprints) {
    static final String PROTOCOL = "protocol.json";

    public Results {
        fingerprints = Map.copyOf(fingerprints);
    }

    /** The same results, with the present fingerprint of one more stage. */
    Results with(String stage, String fingerprint) {
        Map<String, String> more = new HashMap<>(fingerprints);
        more.put(stage, fingerprint);
        return new Results(folder, more);
    }

    /** The result of a stage; empty if it has none that counts. */
    public <R extends Record & StageResult> Optional<R> of(String stage, Class<R> type) {
        return read(file(stage), type)
                .filter(result -> result.provenance().fingerprint().equals(fingerprints.get(stage)));
    }

    private static <R extends Record> Optional<R> read(Path file, Class<R> type) {
        try {
            return Files.exists(file) ? Optional.of(ConfigFile.read(file, type)) : Optional.empty();
        } catch (UserException damaged) {
            return Optional.empty();
        }
    }

    /** Whether there is a result of a stage, even one that does not count. */
    boolean has(String stage) {
        return Files.exists(file(stage));
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
