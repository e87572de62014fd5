package org.bcm4j.tensor;

import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.Context;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch_gloo;
import org.bytedeco.pytorch.global.torch_nccl;

/** The native libraries that compute, and those that connect ranks. */
public final class NativeLibraries {
    private static final String NO_CUDA = "no: bcm4j was built without CUDA";

    private NativeLibraries() {}

    /** By the name of each library, in one line, what was found, or {@code no:} and why it is missing. */
    public static Map<String, String> found() {
        NativeCode.prepareTensors();
        Map<String, String> found = new LinkedHashMap<>();
        found.put("libtorch", libtorch());
        found.put("Gloo", loaded(torch_gloo.class));
        found.put("NCCL", NativeCode.hasCudaCode() ? loaded(torch_nccl.class) : NO_CUDA);
        found.put("cuDNN", cudnn());
        return found;
    }

    private static String libtorch() {
        String version = Tensor.class.getPackage().getImplementationVersion();
        return String.join(
                ", ",
                version == null ? "version unknown" : version,
                torch.hasMKLDNN() ? "oneDNN" : "no oneDNN",
                torch.hasOpenMP() ? "OpenMP" : "no OpenMP",
                "kernels for " + torch.get_cpu_capability().getString());
    }

    private static String loaded(Class<?> library) {
        try {
            Loader.load(library);
            return "found";
        } catch (LinkageError e) {
            return "no: " + String.valueOf(e.getMessage()).lines().findFirst().orElse("it does not load");
        }
    }

    private static String cudnn() {
        if (!NativeCode.hasCudaCode()) {
            return NO_CUDA;
        }
        return Device.CUDA
                .obstacle()
                .map("no: "::concat)
                .orElseGet(() -> Context.hasCuDNN()
                        ? Long.toString(Context.versionRuntimeCuDNN())
                        : "no: libtorch does not find it");
    }
}
