package org.bcm4j.tensor;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch_gloo;

/**
 * The native code of libtorch and Gloo, which JavaCPP unpacks into the user's cache when it is first used, and loads.
 * Processes of one user that begin at the same time do so one after another: JavaCPP would let one load a file that
 * another has unpacked in part, which ends the process.
 */
public final class NativeCode {
    private static final String LOCK = ".bcm4j.lock";

    private NativeCode() {}

    /**
     * Begins to load libtorch on another thread, and returns. Loading takes most of the start of a short program. An
     * operation that is called meanwhile waits. Where libtorch does not load, the first operation throws the
     * {@link LinkageError} that says why.
     */
    public static void loadAhead() {
        Thread loader = new Thread(
                () -> {
                    try {
                        // First of all: a library that is being loaded waits until this class is initialised. Another
                        // thread that has just begun to initialise it would wait for the library.
                        Pointer.maxBytes();
                        load(torch.class);
                    } catch (LinkageError e) {
                        // The thread that needs an operation has the same failure, and somebody to tell.
                    }
                },
                "libtorch loader");
        loader.setDaemon(true);
        loader.start();
    }

    /** Loads libtorch and Gloo. */
    static void loadWithGloo() {
        load(torch_gloo.class);
        // Otherwise TORCH_CPP_LOG_LEVEL holds from some later call on, and a connection may be lost before it.
        torch.initLogging();
    }

    private static synchronized void load(Class<?> library) {
        try {
            Path cache = Loader.getCacheDir().toPath();
            try (FileChannel channel =
                            FileChannel.open(cache.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = channel.lock()) {
                Loader.load(library);
            }
        } catch (IOException e) {
            // Who cannot write there does not unpack there.
            Loader.load(library);
        }
    }
}
