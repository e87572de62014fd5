package org.bcm4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bcm4j.tensor.TestDevice.testDevice;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.bcm4j.model.ModelKind;
import org.bcm4j.tensor.Precision;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One model, many threads. */
class BcmModelThreadsTest {
    @TempDir
    Path folder;

    private RandomModels models = new RandomModels(Path.of(""));

    @BeforeEach
    void write() {
        models = new RandomModels(folder);
        models.write("grey", ModelKind.BIDIRECTIONAL, 1);
    }

    @Test
    void aClosedModelRefusesAndClosingWaitsForWhatIsInProgress() throws Exception {
        BcmModel model = models.load("grey");
        CountDownLatch started = new CountDownLatch(1);
        AtomicReference<Throwable> outcome = new AtomicReference<>();
        Thread asking = new Thread(() -> {
            try {
                while (true) {
                    model.sample().count(64).generate();
                    started.countDown();
                }
            } catch (Throwable e) {
                outcome.set(e);
            }
        });
        asking.start();
        assertThat(started.await(60, TimeUnit.SECONDS)).isTrue();
        model.close();
        asking.join(60_000);
        assertThat(outcome.get())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("this model is closed; open it again to use it");
        model.close();
    }

    /** 8 threads of 500 calls each, in a process whose Java heap is as large at the start as at the end. */
    @Test
    void manyThreadsGetTheSameBitsInFlatMemory() throws Exception {
        long[] kilobytes = ChildJvm.linesOf(
                        Crowd.class,
                        folder,
                        Duration.ofMinutes(5),
                        List.of("-Xms96m", "-Xmx96m", "-XX:+AlwaysPreTouch", "-XX:+UseSerialGC"),
                        folder.resolve("grey").toString())
                .stream()
                .mapToLong(Long::parseLong)
                .toArray();
        // Each call makes some 200 kB of tensors: 400 MB in the second half, were they not freed. The threads' arenas
        // take a few MB.
        assertThat(kilobytes[1] - kilobytes[0]).isLessThan(30_000);
    }

    /** Eight threads ask one model, compare what they get, and the process prints its resident memory after each half of the calls. */
    static final class Crowd {
        private Crowd() {}

        public static void main(String[] arguments) throws Exception {
            ExecutorService threads = Executors.newFixedThreadPool(8);
            try (BcmModel model = BcmModel.load(Path.of(arguments[0]), testDevice(), Precision.FP32)) {
                Images images = RandomModels.random(4, 1);
                float[] samples =
                        model.sample().count(4).steps(1).seed(3).generate().values();
                float[] noises = model.invert(images).steps(1).run().values();
                for (int half = 0; half < 2; half++) {
                    List<Callable<Void>> calls = new ArrayList<>();
                    for (int call = 0; call < 8 * 250; call++) {
                        boolean sampling = call % 2 == 0;
                        calls.add(() -> {
                            float[] values = sampling
                                    ? model.sample()
                                            .count(4)
                                            .steps(1)
                                            .seed(3)
                                            .generate()
                                            .values()
                                    : model.invert(images).steps(1).run().values();
                            assertThat(values).isEqualTo(sampling ? samples : noises);
                            return null;
                        });
                    }
                    for (Future<Void> call : threads.invokeAll(calls)) {
                        call.get();
                    }
                    System.out.println(ProcessMemory.kilobytes("VmRSS"));
                }
            } finally {
                threads.shutdown();
            }
        }
    }
}
