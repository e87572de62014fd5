package org.bcm4j.ranks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.bcm4j.tensor.RankAddress;
import org.bcm4j.tensor.RankGroup;

/** Ranks that are threads of one process. */
public final class RankThreads {
    private RankThreads() {}

    /** Starts ranks that meet at the loopback address. A silent one counts as lost after 20 seconds. */
    public static <T> List<CompletableFuture<T>> start(int ranks, Function<RankGroup, T> work) throws IOException {
        return start(ranks, "127.0.0.1", work);
    }

    static <T> List<CompletableFuture<T>> start(int ranks, String host, Function<RankGroup, T> work)
            throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        return IntStream.range(0, ranks)
                .mapToObj(rank -> CompletableFuture.supplyAsync(
                        () -> {
                            RankAddress address = new RankAddress(rank, ranks, host, port);
                            try (RankGroup group = RankGroup.join(address, Duration.ofSeconds(20))) {
                                return work.apply(group);
                            }
                        },
                        task -> new Thread(task, "rank").start()))
                .toList();
    }
}
