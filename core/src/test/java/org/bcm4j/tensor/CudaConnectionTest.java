package org.bcm4j.tensor;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import org.bcm4j.storage.UserException;
import org.bytedeco.pytorch.TCPStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CudaConnectionTest {
    @Test
    void withoutNcclItSaysInOneLineWhatToDo() throws IOException {
        assumeFalse(Device.CUDA.obstacle().isEmpty(), "there is a GPU");
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        RankAddress address = new RankAddress(0, 1, "127.0.0.1", port);
        TCPStore store = RankGroup.store(address, true);
        try (RankWatch watch = RankWatch.begin(address, Duration.ofMinutes(1))) {
            CudaConnection connection = new CudaConnection(store, address, watch);
            assertThatThrownBy(connection::open)
                    .isInstanceOf(UserException.class)
                    .hasMessageStartingWith("rank 0: NCCL cannot connect its GPU with the others (")
                    .hasMessageEndingWith("); give each rank a GPU of its own (CUDA_VISIBLE_DEVICES) and put NCCL 2 on"
                            + " LD_LIBRARY_PATH, or compute on the CPUs")
                    .message()
                    .hasLineCount(1);
            connection.finish(); // there is nothing to end
        }
    }
}
