package org.bcm4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Cifar10Test {
    private static final int RECORD = 3073;

    @TempDir
    Path directory;

    /** Images whose bytes all are 10·batch + image, of class image. */
    private void write(String name, int batch, int count) throws IOException {
        byte[] records = new byte[count * RECORD];
        for (int i = 0; i < count; i++) {
            Arrays.fill(records, i * RECORD, (i + 1) * RECORD, (byte) (10 * batch + i));
            records[i * RECORD] = (byte) i;
        }
        Files.write(directory.resolve(name), records);
    }

    @Test
    void readsItsBatchesInOrder() throws IOException {
        for (int batch = 1; batch <= 5; batch++) {
            write("data_batch_" + batch + ".bin", batch, 2);
        }
        write("test_batch.bin", 9, 3);
        Cifar10 cifar = new Cifar10(directory);

        LabelledImages training = cifar.training();
        assertThat(training.size()).isEqualTo(10);
        assertThat(training.channels()).isEqualTo(3);
        try (Scope scope = Scope.open()) {
            assertThat(HostTensors.longs(training.labels(0, 3, 9))).containsExactly(0, 1, 1);
            assertThat(HostTensors.bytes(training.bytes(5))).hasSize(3072).containsOnly(31);
            assertThat(HostTensors.bytes(cifar.test().bytes(2))).containsOnly(92);
        }
        assertThat(training.classNames()).hasSize(10).startsWith("airplane");
    }

    @Test
    void refusesWhatIsMissingCutOrOfNoClass() throws IOException {
        Cifar10 cifar = new Cifar10(directory);
        assertThatThrownBy(cifar::test)
                .isInstanceOf(UserException.class)
                .hasMessageContaining("test_batch.bin")
                .hasMessageContaining("binary version");

        Files.write(directory.resolve("test_batch.bin"), new byte[RECORD - 1]);
        assertThatThrownBy(cifar::test).isInstanceOf(UserException.class).hasMessageContaining("3072 bytes");

        byte[] record = new byte[2 * RECORD];
        record[RECORD] = 10;
        Files.write(directory.resolve("test_batch.bin"), record);
        assertThatThrownBy(cifar::test)
                .isInstanceOf(UserException.class)
                .hasMessageContaining("image 1 has the class 10");
    }
}
