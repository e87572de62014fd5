package org.bcm4j.tensor;

import java.util.Optional;
import org.bcm4j.storage.UserException;
import org.bytedeco.pytorch.PrefixStore;
import org.bytedeco.pytorch.TCPStore;
import org.bytedeco.pytorch.nccl.ProcessGroupNCCL;

/**
 * Connects the GPUs of a group's ranks by NCCL, when their tensors meet for the first time. Each rank needs a GPU of its
 * own. Not thread-safe.
 */
final class CudaConnection {
    private final TCPStore store;
    private final RankAddress address;
    private Optional<ProcessGroupNCCL> group = Optional.empty();

    /** @param store where the ranks find each other */
    CudaConnection(TCPStore store, RankAddress address) {
        this.store = store;
        this.address = address;
    }

    /** @throws UserException if NCCL cannot be used */
    ProcessGroupNCCL open() {
        if (group.isEmpty()) {
            group = Optional.of(connect());
        }
        return group.get();
    }

    private ProcessGroupNCCL connect() {
        try {
            return RankGroup.owned(new ProcessGroupNCCL(
                    RankGroup.owned(new PrefixStore("nccl", store)), address.rank(), address.size()));
        } catch (RuntimeException | LinkageError e) {
            String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
            throw new UserException(
                    "rank " + address.rank() + ": NCCL cannot connect its GPU with the others (" + reason
                            + "); give each rank a GPU of its own (CUDA_VISIBLE_DEVICES) and put NCCL 2 on"
                            + " LD_LIBRARY_PATH, or compute on the CPUs",
                    e);
        }
    }
}
