package org.bcm4j.tensor;

import java.util.Optional;
import org.bcm4j.storage.UserException;
import org.bytedeco.pytorch.PrefixStore;
import org.bytedeco.pytorch.TCPStore;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.nccl.ProcessGroupNCCL;

/**
 * Connects the GPUs of a group's ranks by NCCL, when their tensors meet for the first time. Each rank needs a GPU of its
 * own. Not thread-safe.
 */
final class CudaConnection {
    private final TCPStore store;
    private final RankAddress address;
    private final RankWatch watch;
    private Optional<ProcessGroupNCCL> group = Optional.empty();

    /**
     * @param store where the ranks find each other
     * @param watch tells whether they are alive
     */
    CudaConnection(TCPStore store, RankAddress address, RankWatch watch) {
        this.store = store;
        this.address = address;
        this.watch = watch;
    }

    /**
     * The connection, made if there is none.
     *
     * @throws UserException if NCCL cannot be used
     * @throws LostRankException if another rank cannot be reached any more
     */
    ProcessGroupNCCL open() {
        if (group.isEmpty()) {
            group = Optional.of(connect());
        }
        return group.get();
    }

    /** Ends the connection, if there is one, in all ranks: NCCL waits for each of them, so all must be alive. */
    void finish() {
        group.ifPresent(ProcessGroupNCCL::shutdown);
        group = Optional.empty();
    }

    private ProcessGroupNCCL connect() {
        try {
            ProcessGroupNCCL.Options options = ProcessGroupNCCL.Options.create();
            options.timeout(RankGroup.milliseconds(RankGroup.OPERATION));
            ProcessGroupNCCL made = RankGroup.owned(new ProcessGroupNCCL(
                    RankGroup.owned(new PrefixStore("nccl", store)), address.rank(), address.size(), options));
            // NCCL connects in the first operation, and only then finds two ranks on one GPU.
            RankGroup.await(made.allreduce(new TensorVector(Device.CUDA.zeros(1))), watch);
            return made;
        } catch (LostRankException e) {
            throw e;
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
