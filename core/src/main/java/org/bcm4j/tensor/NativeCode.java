package org.bcm4j.tensor;

import java.io.IOException;
import java.net.URL;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch_gloo;

/**
 * The native code of libtorch, Gloo and ONNX Runtime, which JavaCPP unpacks into the user's cache when it is first used.
 * Processes of one user that begin at the same time do so one after another: JavaCPP would let one load a file that
 * another has unpacked in part, which ends the process.
 */
public final class NativeCode {
    /**
     * Leaves freeing native memory to scopes alone. Tracking by the garbage collector makes every operation about three
     * times as slow, and refuses tensors once the process has four times the memory of the Java heap.
     */
    private static final String NO_POINTER_GC = "org.bytedeco.javacpp.nopointergc";

    /**
     * What JavaCPP looks for beside the code for processors. Where bcm4j was built without CUDA, it would look for a
     * dozen CUDA libraries in vain, for half a second.
     */
    private static final String EXTENSION = "org.bytedeco.javacpp.platform.extension";

    private static final String CUDA_CODE = "/org/bytedeco/pytorch/linux-x86_64-gpu/libjnitorch.so";

    private static final String ONNX_CODE = "/ai/onnxruntime/native/linux-x64/";

    /** Where ONNX Runtime looks for its native code. */
    private static final String ONNX_PATH = "onnxruntime.native.path";

    private static final String LOCK = ".bcm4j.lock";

    /** Held for a moment only. The other is held while libtorch is loaded, and most of the start need not wait for that. */
    private static final String FIRST_LOCK = ".bcm4j-first.lock";

    /** How long the end of a process waits for libtorch. Loading takes half a second, and a minute on the slowest disks. */
    private static final long MOST_WAIT_MILLIS = 60_000;

    private static final Object FIRST_USE = new Object();

    private static volatile boolean prepared;

    private NativeCode() {}

    /** Whether bcm4j was built with the native code for GPUs. */
    static boolean hasCudaCode() {
        return NativeCode.class.getResource(CUDA_CODE) != null;
    }

    /**
     * Sets what JavaCPP reads at its first use, and uses it. Call this before any library of it is loaded. A library that
     * is being loaded waits until the class Pointer is initialised; a thread that had just begun to initialise it would
     * wait for the library.
     */
    static void prepare() {
        if (prepared) {
            return;
        }
        synchronized (FIRST_USE) {
            setUnlessSet(NO_POINTER_GC, "true");
            if (!hasCudaCode()) {
                setUnlessSet(EXTENSION, "");
            }
            oneProcessAtATime(FIRST_LOCK, Pointer::maxBytes);
            prepared = true;
        }
    }

    /** Loads libtorch and sets it up. Call this before the first tensor. */
    static void prepareTensors() {
        prepare();
        Libtorch.setUp();
    }

    /** libtorch's settings, made once, when the class is initialised. */
    private static final class Libtorch {
        static {
            // On a processor that NNPACK does not know, libtorch tries it again for each convolution of a few images,
            // and prints a warning each time. oneDNN is there in any case.
            torch.globalContext().setUserEnabledNNPACK(false);
            if (System.getenv("OMP_NUM_THREADS") == null) {
                // Threads that begin later adopt it at their first operation.
                torch.set_num_threads(Cores.usable(torch.get_num_threads()));
            }
        }

        private Libtorch() {}

        static void setUp() {
            // The initialisation of the class has done it.
        }
    }

    private static void setUnlessSet(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    /**
     * Begins to load libtorch on another thread, and returns. Loading takes most of the start of a short program. An
     * operation that is called meanwhile waits, and so does the end of the process. Where libtorch does not load, the
     * first operation throws the {@link LinkageError} that says why.
     */
    public static void loadAhead() {
        Thread loader = new Thread(
                () -> {
                    try {
                        prepare();
                        load(torch.class);
                    } catch (LinkageError e) {
                        // The thread that needs an operation has the same failure, and somebody to tell.
                    }
                },
                "libtorch loader");
        loader.setDaemon(true);
        try {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> awaitLoaded(loader), "end of loading"));
        } catch (IllegalStateException e) {
            return; // the process ends already
        }
        loader.start();
    }

    /**
     * A process that ends destroys the static objects of libtorch. If they are still being made on another thread, the
     * process may be aborted, and its exit code lost.
     */
    private static void awaitLoaded(Thread loader) {
        try {
            loader.join(MOST_WAIT_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the process ends in any case
        }
    }

    /**
     * Unpacks ONNX Runtime's native code into the same cache. By itself, it would unpack 28 MB into a new directory in each
     * process, and a killed process would leave them there. Where there is no code for this machine, nothing happens.
     */
    public static synchronized void prepareOnnxRuntime() {
        prepare();
        URL runtime = NativeCode.class.getResource(ONNX_CODE + "libonnxruntime.so");
        URL bridge = NativeCode.class.getResource(ONNX_CODE + "libonnxruntime4j_jni.so");
        if (runtime == null || bridge == null) {
            return;
        }
        oneProcessAtATime(LOCK, () -> {
            try {
                Loader.cacheResource(bridge);
                setUnlessSet(ONNX_PATH, Loader.cacheResource(runtime).getParent());
            } catch (IOException e) {
                // Who cannot write there lets it unpack elsewhere.
            }
        });
    }

    /** Loads libtorch and Gloo. */
    static void loadWithGloo() {
        prepare();
        load(torch_gloo.class);
        // Otherwise TORCH_CPP_LOG_LEVEL holds from some later call on, and a connection may be lost before it.
        torch.initLogging();
    }

    private static synchronized void load(Class<?> library) {
        oneProcessAtATime(LOCK, () -> Loader.load(library));
    }

    private static void oneProcessAtATime(String lockFile, Runnable work) {
        try {
            Path cache = Loader.getCacheDir().toPath();
            try (FileChannel channel = FileChannel.open(
                            cache.resolve(lockFile), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = channel.lock()) {
                work.run();
            }
        } catch (IOException e) {
            // Who cannot write there does not unpack there.
            work.run();
        }
    }
}
