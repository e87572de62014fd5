package org.bcm4j.tensor;

import org.bytedeco.pytorch.NoGradGuard;

/** While it is open, operations on this thread record nothing for gradients. */
public final class NoGradients implements AutoCloseable {
    private final NoGradGuard guard = new NoGradGuard();

    @Override
    public void close() {
        guard.close();
    }
}
