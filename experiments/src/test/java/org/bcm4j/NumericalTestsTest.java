package org.bcm4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every numerical test of the library runs on the device that {@link org.bcm4j.tensor.TestDevice} gives. */
class NumericalTestsTest {
    private static final Pattern ON_THE_CPU = Pattern.compile("\\bDevice\\.CPU\\b|device: cpu\\b|device=cpu\\b");

    /** The tests that name the CPU, by what they test. */
    private static final Map<String, List<String>> FOR_A_REASON = Map.of(
            "the choice of the device",
            List.of("TestDevice", "TestDeviceTest", "NumericalTestsTest", "ReproductionTest"),
            "a figure that is computed on the CPU, whatever device the model is on",
            List.of(
                    "ConfidenceIntervalTest",
                    "CorruptionTest",
                    "JackknifeTest",
                    "NoiseFiguresTest",
                    "NoiseQualityTest",
                    "PatchRegressionTest"),
            "a precision that processors lack",
            List.of("ReleasedMemoryTest"),
            "images and noises for people, which lie on the CPU",
            List.of("BcmModelTest", "BcmModelEditsTest"),
            "kernels of processors",
            List.of("ChannelsLastNormTest", "PackedConvolutionTest", "PackedConvolutionsTest"),
            "the memory of the machine",
            List.of("TrainingMemoryTest"),
            "files and names of weights, without arithmetic",
            List.of(
                    "CheckpointImportTest",
                    "EdmNamesTest",
                    "FlaxImportTest",
                    "GoldenSubjectsTest",
                    "LargeImportTest",
                    "ScoreSdeNamesTest"),
            "graphs for an engine that computes on the CPU",
            List.of("EngineTest", "NetworkContractTest", "OnnxFileTest"));

    @Test
    void onlyThoseThatHaveAReasonNameTheCpu() throws IOException {
        TreeSet<String> named = new TreeSet<>();
        for (String module : List.of("../core", "../experiments")) {
            try (Stream<Path> files = Files.walk(Path.of(module, "src", "test", "java"))) {
                for (Path file :
                        files.filter(path -> path.toString().endsWith(".java")).toList()) {
                    if (ON_THE_CPU.matcher(Files.readString(file)).find()) {
                        named.add(file.getFileName().toString().replace(".java", ""));
                    }
                }
            }
        }
        assertThat(named)
                .containsExactlyInAnyOrderElementsOf(
                        FOR_A_REASON.values().stream().flatMap(List::stream).toList());
    }
}
