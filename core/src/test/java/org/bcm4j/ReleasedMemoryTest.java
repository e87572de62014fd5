package org.bcm4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bcm4j.tensor.Ops.scalar;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.bcm4j.model.ModelConfig;
import org.bcm4j.model.ModelKind;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Precision;
import org.bcm4j.tensor.Safetensors;
import org.bcm4j.tensor.Weights;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What fails, and each step of a long computation, releases the native memory that it took. */
class ReleasedMemoryTest {
    @TempDir
    Path folder;

    /** In a process in which JavaCPP counts the objects that are not released, and no garbage collector releases any. */
    @Test
    void failuresKeepNothing() throws Exception {
        RandomModels models = new RandomModels(folder);
        for (String name : new String[] {"sound", "walks", "weights"}) {
            models.write(name, ModelKind.BIDIRECTIONAL, 1);
        }
        Files.writeString(folder.resolve("walks/walks.json"), "{");
        damageWeights(models);
        assertThat(ChildJvm.linesOf(
                        Failures.class,
                        folder,
                        Duration.ofMinutes(2),
                        List.of(
                                "-Dorg.bytedeco.javacpp.nopointergc=false",
                                "-XX:+UnlockExperimentalVMOptions",
                                "-XX:+UseEpsilonGC",
                                "-Xmx1g",
                                "-Xlog:disable"),
                        folder.toString()))
                .containsExactly(
                        "ten steps of a refinement: 0",
                        "cancelled batches: 0",
                        "precision: 0",
                        "damaged walks: 0",
                        "damaged weights: 0");
    }

    private void damageWeights(RandomModels models) {
        try (BcmModel model = models.load("weights")) {
            Weights weights = model.trained().weights();
            weights.flat().fill_(scalar(Double.NaN));
            Path file = folder.resolve("weights/model.safetensors");
            Safetensors.write(file, weights.views(), Map.of("format", ModelConfig.FORMAT));
        }
    }

    /** Fails in several ways, and prints how many native objects each has kept. */
    static final class Failures {
        private Failures() {}

        public static void main(String[] arguments) {
            RandomModels models = new RandomModels(Path.of(arguments[0]));
            try (BcmModel model = models.load("sound")) {
                List<Long> counts = new ArrayList<>();
                model.invert(RandomModels.random(2, 1))
                        .refined(40) // more than the steps whose curvature is remembered
                        .onProgress((done, total) -> counts.add(Pointer.totalCount()))
                        .run();
                long last = counts.get(counts.size() - 1);
                System.out.println("ten steps of a refinement: " + (last - counts.get(counts.size() - 11)));
                AtomicInteger evaluations = new AtomicInteger();
                SamplingRequest request = model.sample()
                        .count(3 * (int) TensorModel.BATCH)
                        .steps(1)
                        .cancelWhen(() -> evaluations.incrementAndGet() % 3 == 0);
                print("cancelled batches", CancellationException.class, request::generate);
            }
            Path sound = models.folder().resolve("sound");
            print("precision", UserException.class, () -> BcmModel.load(sound, Device.CPU, Precision.TF32));
            print("damaged walks", UserException.class, () -> models.load("walks"));
            print("damaged weights", UserException.class, () -> models.load("weights"));
        }

        private static void print(String name, Class<? extends Exception> type, ThrowingCallable failing) {
            assertThatThrownBy(failing).isInstanceOf(type); // the first call also makes what stays
            long before = Pointer.totalCount();
            assertThatThrownBy(failing).isInstanceOf(type);
            System.out.println(name + ": " + (Pointer.totalCount() - before));
        }
    }
}
