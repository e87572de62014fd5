package org.bcm4j.tensor;

import org.bytedeco.pytorch.global.torch;

/** libtorch's native code, which the first operation loads. That takes most of the start of a short program. */
public final class NativeCode {
    private NativeCode() {}

    /**
     * Begins to load it on another thread, and returns. An operation that is called meanwhile waits. Where it does not
     * load, the first operation throws the {@link LinkageError} that says why.
     */
    public static void loadAhead() {
        Thread loader = new Thread(NativeCode::load, "libtorch loader");
        loader.setDaemon(true);
        loader.start();
    }

    private static void load() {
        try {
            torch.get_num_threads();
        } catch (LinkageError e) {
            // The thread that needs an operation has the same failure, and somebody to tell.
        }
    }
}
