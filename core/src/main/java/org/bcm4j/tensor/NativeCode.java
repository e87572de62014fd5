package org.bcm4j.tensor;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch_gloo;

/** The native code of libtorch and Gloo, which JavaCPP unpacks into the user's cache when it is first used. */
final class NativeCode {
    private static final String LOCK = ".bcm4j.lock";

    private NativeCode() {}

    /**
     * Loads the code. Processes of one user that begin at the same time do so one after another: JavaCPP would let one
     * load a file that another has unpacked in part, which ends the process.
     */
    static synchronized void load() {
        try {
            Path cache = Loader.getCacheDir().toPath();
            try (FileChannel channel =
                            FileChannel.open(cache.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = channel.lock()) {
                Loader.load(torch_gloo.class);
            }
        } catch (IOException e) {
            // Who cannot write there does not unpack there.
            Loader.load(torch_gloo.class);
        }
    }
}
