package org.bcm4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.bcm4j.ChildJvm;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CoresTest {
    @TempDir
    Path folder;

    /** Prints the number of threads of an operation, in this thread and in another. */
    static final class Threads {
        private Threads() {}

        public static void main(String[] arguments) throws InterruptedException {
            HostTensors.ofFloats(new float[1], 1);
            System.out.println(torch.get_num_threads());
            Thread other = new Thread(() -> System.out.println(torch.get_num_threads()));
            other.start();
            other.join();
        }
    }

    @Test
    void processorsThatShareACoreAreOne() throws IOException {
        assertThat(Cores.physical(folder.resolve("none"))).isEmpty();
        assertThat(Cores.physical(folder)).isEmpty();
        for (int processor = 0; processor < 4; processor++) {
            Path topology = folder.resolve("cpu" + processor).resolve("topology");
            Files.createDirectories(topology);
            Files.writeString(topology.resolve("thread_siblings_list"), processor % 2 == 0 ? "0,2\n" : "1,3\n");
        }
        Files.createDirectories(folder.resolve("cpufreq"));
        assertThat(Cores.physical(folder)).hasValue(2);
    }

    @Test
    void libtorchUsesTheCoresOfThisProcess() throws Exception {
        String cores = Integer.toString(Cores.usable(torch.get_num_threads()));
        assertThat(threads(List.of())).containsExactly(cores, cores);
        assertThat(threads(List.of("-XX:ActiveProcessorCount=1"))).containsExactly("1", "1");
    }

    private List<String> threads(List<String> options) throws Exception {
        return ChildJvm.linesOf(Threads.class, folder, Duration.ofMinutes(1), options, Set.of("OMP_NUM_THREADS"));
    }
}
