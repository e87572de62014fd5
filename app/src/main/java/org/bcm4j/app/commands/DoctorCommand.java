package org.bcm4j.app.commands;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bcm4j.onnx.CompiledGraph;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Lanes;
import org.bcm4j.tensor.NativeLibraries;
import org.bcm4j.tensor.Precision;
import org.bcm4j.tensor.ProcessSettings;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;

/** {@code bcm doctor}: what this machine has for bcm. */
@Command(
        name = "doctor",
        description = {
            "Says which devices, precisions and libraries can be used here, why one cannot, and which settings for full"
                    + " speed are missing.",
            "bcm --version names the versions."
        },
        footerHeading = "%nExample:%n",
        footer = "  bcm doctor")
public final class DoctorCommand implements Callable<Integer> {
    private static final Path PROCESSOR = Path.of("/proc/cpuinfo");
    private static final Path MEMORY = Path.of("/proc/meminfo");
    /** Instructions that decide about speed, as Linux names them. */
    private static final List<String> INSTRUCTIONS = List.of("avx2", "avx512f", "avx512_bf16", "amx_bf16");

    private static final long KIB_PER_MIB = 1024;

    @Override
    public Integer call() {
        line("processor", processor());
        memory().ifPresent(text -> line("memory", text));
        for (Device device : Device.values()) {
            line(
                    "device " + lower(device),
                    device.obstacle().map("no: "::concat).orElseGet(() -> precisions(device)));
        }
        NativeLibraries.found().forEach(DoctorCommand::line);
        line("ONNX Runtime", CompiledGraph.version().orElse("no: it does not load on this machine"));
        List<String> missing = ProcessSettings.missing();
        line(
                "settings",
                missing.isEmpty() ? "all set for full speed" : "for full speed, set " + String.join(" ", missing));
        return ExitCode.OK;
    }

    private static void line(String subject, String text) {
        System.out.printf(Locale.ROOT, "%-12s %s%n", subject, text);
    }

    private static String processor() {
        int cores = Runtime.getRuntime().availableProcessors();
        String text = cores + " cores, " + Lanes.most() + " thread(s) for libtorch";
        Optional<String> flags = field(PROCESSOR, "flags");
        if (flags.isEmpty()) {
            return text; // Not Linux, or not x86.
        }
        List<String> has = Arrays.asList(flags.get().split(" "));
        String found = INSTRUCTIONS.stream().filter(has::contains).collect(Collectors.joining(", "));
        return field(PROCESSOR, "model name").map(name -> name + ", ").orElse("") + text + "; "
                + (found.isEmpty() ? "none of " + String.join(", ", INSTRUCTIONS) : found);
    }

    private static Optional<String> memory() {
        return field(MEMORY, "MemTotal")
                .flatMap(total -> field(MEMORY, "MemAvailable")
                        .map(free -> mebibytes(free) + " MiB free of " + mebibytes(total)));
    }

    private static long mebibytes(String kibibytes) {
        return Long.parseLong(kibibytes.replace(" kB", "")) / KIB_PER_MIB;
    }

    private static String precisions(Device device) {
        return Stream.of(Precision.values())
                .filter(precision -> precision.isAvailableOn(device))
                .map(precision -> lower(precision)
                        + (precision == Precision.fastestOn(device) ? " (the default of training)" : "")
                        + (precision.isNativeOn(device) ? "" : " (emulated, slow)"))
                .collect(Collectors.joining(", "));
    }

    /** The first value of a name in a file of lines {@code name : value}. */
    private static Optional<String> field(Path file, String name) {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.map(line -> line.split(":", 2))
                    .filter(parts -> parts.length == 2 && parts[0].strip().equals(name))
                    .map(parts -> parts[1].strip())
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
