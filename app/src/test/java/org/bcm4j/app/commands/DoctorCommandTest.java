package org.bcm4j.app.commands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.bcm4j.app.CommandProcess;
import org.bcm4j.app.CommandProcess.Outcome;
import org.bcm4j.app.TinyExperiment;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Precision;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorCommandTest {
    @TempDir
    Path directory;

    @Test
    void itSaysWhatCanBeUsedAndWhyTheRestCannot() throws Exception {
        Outcome outcome = CommandProcess.in(directory).run("doctor");
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.exitCode()).isZero();
        String precisions = Precision.BF16.isNativeOn(Device.CPU)
                ? "fp32, bf16 \\(the default of training\\)"
                : "fp32 \\(the default of training\\), bf16 \\(emulated, slow\\)";
        assertThat(outcome.out())
                .containsPattern("processor +.*\\d+ cores, 1 thread\\(s\\) for libtorch")
                .containsPattern("device cpu +" + precisions + ", fp16 \\(emulated, slow\\)\n")
                .containsPattern("libtorch +.*oneDNN, OpenMP, kernels for ")
                .containsPattern("Gloo +found\n")
                .containsPattern("NCCL +(found|no: .+)\n")
                .containsPattern("cuDNN +(\\d+|no: .+)\n")
                .containsPattern("ONNX Runtime \\d+\\.\\d+\\.\\d+\n")
                .containsPattern("settings +(all set for full speed|for full speed, set )")
                .doesNotContain("OMP_WAIT_POLICY"); // CommandProcess sets it.
        Device.CUDA.obstacle().ifPresent(reason -> assertThat(outcome.out()).contains("device cuda  no: " + reason));
    }

    @Test
    void aDeviceThatIsAskedForSaysWhatItLacks() throws Exception {
        assumeThat(Device.CUDA.obstacle()).isPresent();
        TinyExperiment.writeData(directory);
        Files.writeString(directory.resolve("tiny.yaml"), TinyExperiment.yaml(directory));
        Outcome outcome = CommandProcess.in(directory).run("train", "tiny.yaml", "--set", "device=cuda");
        assertThat(outcome.err())
                .isEqualTo("bcm: device cuda: " + Device.CUDA.obstacle().orElseThrow() + System.lineSeparator());
        assertThat(outcome.exitCode()).isEqualTo(2);
    }
}
