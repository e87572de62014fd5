package org.bcm4j.tensor;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.bcm4j.storage.UserException;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.Backend;
import org.bytedeco.pytorch.BroadcastOptions;
import org.bytedeco.pytorch.ByteVector;
import org.bytedeco.pytorch.GlooDeviceVector;
import org.bytedeco.pytorch.ProcessGroupGloo;
import org.bytedeco.pytorch.StringVector;
import org.bytedeco.pytorch.TCPStore;
import org.bytedeco.pytorch.TCPStoreOptions;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.Work;
import org.bytedeco.pytorch.gloo.Device;

/**
 * Processes that compute together, each called a rank. Every rank must call the same operations in the same order; an
 * operation ends when all have called it. The results of an operation are equal, bit for bit, in all ranks.
 *
 * <p>A rank that ends, freezes or loses its connection ends the operation of the others with a
 * {@link LostRankException} that names it. The group is then of no further use. For one thread at a time.
 */
public final class RankGroup implements AutoCloseable {
    /** How long a rank waits for the others to arrive. */
    private static final Duration MEETING = Duration.ofMinutes(5);
    /** Whether a rank is alive is judged by its beats, not by the duration of an operation: rank 0 may be busy writing. */
    static final Duration OPERATION = Duration.ofDays(7);

    private static final int TRANSPORT_THREADS = 2;
    private static final String FINISHED = "finished";

    private final int rank;
    private final int size;
    private final int sizeHere;
    private final Optional<Members> members;

    /**
     * What connects the ranks.
     *
     * @param store a table of short texts, kept by rank 0
     * @param host moves tensors in the memory of the hosts
     * @param cuda moves tensors in the memory of GPUs
     */
    private record Members(TCPStore store, ProcessGroupGloo host, CudaConnection cuda, RankWatch watch) {
        Backend moving(Tensor tensor) {
            return tensor.is_cuda() ? cuda.open() : host;
        }
    }

    private RankGroup(int rank, int size, int sizeHere, Optional<Members> members) {
        this.rank = rank;
        this.size = size;
        this.sizeHere = sizeHere;
        this.members = members;
    }

    /** A group of this process alone: sums and copies are what is given. */
    public static RankGroup alone() {
        return new RankGroup(0, 1, 1, Optional.empty());
    }

    /**
     * Joins a group, and waits until all ranks have joined. Rank 0 listens at the address.
     *
     * @param silence how long a rank may give no sign of life before it counts as lost
     * @throws UserException if the ranks do not meet within five minutes
     */
    public static RankGroup join(RankAddress address, Duration silence) {
        if (address.size() == 1) {
            return alone();
        }
        NativeCode.loadWithGloo();
        try {
            TCPStore store = store(address, address.rank() == 0);
            write(store, machine(address.rank()), RankWatch.machine());
            ProcessGroupGloo.Options options = ProcessGroupGloo.Options.create(milliseconds(OPERATION));
            options.threads(TRANSPORT_THREADS);
            options.devices(new GlooDeviceVector(network(address.host())));
            ProcessGroupGloo group = owned(new ProcessGroupGloo(store, address.rank(), address.size(), options));
            RankWatch watch = RankWatch.begin(address, silence);
            return new RankGroup(
                    address.rank(),
                    address.size(),
                    sizeHere(store, address),
                    Optional.of(new Members(store, group, new CudaConnection(store, address, watch), watch)));
        } catch (RuntimeException e) {
            throw new UserException(
                    "rank " + address.rank() + " of " + address.size() + " did not meet the others at "
                            + address.host() + ":" + address.port()
                            + "; check that all were started with one address, that rank 0 runs there, and that the"
                            + " port is free and open",
                    e);
        }
    }

    /** How many of all ranks, which have joined, named this machine. */
    private static int sizeHere(TCPStore store, RankAddress address) {
        String here = RankWatch.machine();
        return (int) IntStream.range(0, address.size())
                .filter(rank -> read(store, machine(rank)).equals(here))
                .count();
    }

    private static String machine(int rank) {
        return "machine." + rank;
    }

    static void write(TCPStore store, String key, String text) {
        try (Scope scope = Scope.open()) {
            store.set(key, new ByteVector(text.getBytes(StandardCharsets.UTF_8)));
        }
    }

    /** Waits until a rank has written it. */
    static String read(TCPStore store, String key) {
        try (Scope scope = Scope.open()) {
            return new String(store.get(key).get(), StandardCharsets.UTF_8);
        }
    }

    /** A connection to the table that rank 0 keeps. */
    static TCPStore store(RankAddress address, boolean server) {
        TCPStoreOptions options = new TCPStoreOptions();
        options.port((short) address.port());
        options.isServer(server);
        options.waitWorkers(false);
        options.timeout(milliseconds(MEETING));
        return owned(new TCPStore(address.host(), options));
    }

    /** Takes it out of the caller's scope: a thread goes on using it, and it lives as long as the process. */
    static <P extends Pointer> P owned(P pointer) {
        pointer.retainReference();
        return pointer;
    }

    /** The network interface that leads to the others. GLOO_SOCKET_IFNAME names it where the host's name does not. */
    private static Device network(String host) {
        String named = System.getenv("GLOO_SOCKET_IFNAME");
        if (named != null && !named.isBlank()) {
            return ProcessGroupGloo.createDeviceForInterface(named);
        }
        return isThisHost(host)
                ? ProcessGroupGloo.createDeviceForHostname("127.0.0.1")
                : ProcessGroupGloo.createDefaultDevice();
    }

    private static boolean isThisHost(String host) {
        return host.equals("localhost") || host.startsWith("127.");
    }

    static Milliseconds milliseconds(Duration duration) {
        return new Milliseconds(duration.toMillis());
    }

    /** This process's number, from 0. */
    public int rank() {
        return rank;
    }

    /** The number of ranks. */
    public int size() {
        return size;
    }

    /** The number of ranks on machines of this machine's name, this one included. */
    public int sizeHere() {
        return sizeHere;
    }

    /** Whether this is rank 0, which alone writes files. */
    public boolean isFirst() {
        return rank == 0;
    }

    /**
     * Replaces a tensor by the sum of those of all ranks.
     *
     * @param tensor contiguous, of the same shape, type and device in all ranks
     * @throws LostRankException if another rank cannot be reached any more
     */
    public void sum(Tensor tensor) {
        together(connected -> connected.moving(tensor).allreduce(new TensorVector(tensor)));
    }

    /**
     * Replaces a tensor by that of rank 0.
     *
     * @param tensor contiguous, of the same shape, type and device in all ranks
     * @throws LostRankException if another rank cannot be reached any more
     */
    public void copyFromFirst(Tensor tensor) {
        copyFrom(0, tensor);
    }

    private void copyFrom(int source, Tensor tensor) {
        together(connected ->
                connected.moving(tensor).broadcast(new TensorVector(tensor), new BroadcastOptions().rootRank(source)));
    }

    /**
     * The tensors of one rank, on the CPU of each.
     *
     * @param source the number of that rank
     * @param tensors what that rank gives, on any device; the others' are ignored
     * @return contiguous tensors in the caller's scope
     * @throws LostRankException if another rank cannot be reached any more
     */
    public List<Tensor> copiesFrom(int source, List<Tensor> tensors) {
        List<Tensor> own = tensors.stream().map(HostTensors::host).toList();
        if (members.isEmpty()) {
            return own;
        }
        long[] forms = rank == source ? forms(own) : new long[0];
        Tensor length = HostTensors.ofLongs(new long[] {forms.length}, 1);
        copyFrom(source, length);
        if (length.item_long() == 0) {
            return List.of();
        }
        Tensor shared = rank == source
                ? HostTensors.ofLongs(forms, forms.length)
                : HostTensors.ofLongs(new long[(int) length.item_long()], length.item_long());
        copyFrom(source, shared);
        List<Tensor> copies = rank == source ? own : empty(HostTensors.longs(shared));
        copies.stream().filter(copy -> copy.numel() > 0).forEach(copy -> copyFrom(source, copy));
        return copies;
    }

    /** The types and shapes of tensors in one row of numbers: for each its type, the number of its sizes, and these. */
    private static long[] forms(List<Tensor> tensors) {
        return tensors.stream()
                .flatMapToLong(tensor -> LongStream.concat(
                        LongStream.of(tensor.scalar_type().value, tensor.dim()), LongStream.of(tensor.shape())))
                .toArray();
    }

    /** New tensors of these {@link #forms}. */
    private static List<Tensor> empty(long... forms) {
        List<Tensor> tensors = new ArrayList<>();
        for (int i = 0; i < forms.length; ) {
            int end = i + 2 + (int) forms[i + 1];
            tensors.add(
                    HostTensors.allocate(ElementType.of(forms[i]).scalarType(), Arrays.copyOfRange(forms, i + 2, end)));
            i = end;
        }
        return tensors;
    }

    /**
     * The sums of numbers over all ranks.
     *
     * @throws LostRankException if another rank cannot be reached any more
     */
    public double[] sum(double... values) {
        if (members.isEmpty()) {
            return values;
        }
        try (Scope scope = Scope.open()) {
            Tensor shared = HostTensors.ofDoubles(values, values.length);
            sum(shared);
            return HostTensors.doubles(shared);
        }
    }

    /**
     * Whether any rank says so.
     *
     * @throws LostRankException if another rank cannot be reached any more
     */
    public boolean any(boolean here) {
        return sum(here ? 1.0 : 0.0)[0] > 0;
    }

    /**
     * The text that rank 0 publishes under a name; waits for it.
     *
     * @throws LostRankException if rank 0 ends before
     */
    public String textOfFirst(String name) {
        Members connected = members.orElseThrow(() -> new IllegalStateException("this process is rank 0 itself"));
        try (Scope scope = Scope.open();
                StringVector names = new StringVector(name)) {
            while (!connected.store().check(names)) {
                connected.watch().requireAll();
                pause(RankWatch.BEAT);
            }
            return read(connected.store(), name);
        } catch (LostRankException e) {
            throw e;
        } catch (RuntimeException e) {
            throw connected.watch().explained(e);
        }
    }

    /** Publishes a text of rank 0 under a name. */
    public void publish(String name, String text) {
        members.ifPresent(connected -> write(connected.store(), name, text));
    }

    private void together(Function<Members, Work> operation) {
        if (members.isEmpty()) {
            return;
        }
        Members connected = members.get();
        try (Scope scope = Scope.open()) {
            await(operation.apply(connected), connected.watch());
        } catch (LostRankException | UserException e) {
            throw e;
        } catch (RuntimeException e) {
            throw connected.watch().explained(e);
        }
    }

    /** Waits for the end of an operation. A frozen rank ends nothing: looks for it, and whether all are alive, in turns. */
    static void await(Work work, RankWatch watch) {
        for (long looks = 0; !work.isCompleted(); looks++) {
            pause(looks < 200 ? Duration.ofNanos(50_000) : Duration.ofMillis(1));
            watch.requireAll();
        }
        work._wait();
    }

    static void pause(Duration time) {
        try {
            Thread.sleep(time.toMillis(), time.toNanosPart() % 1_000_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for other ranks", e);
        }
    }

    /**
     * Ends the common work: waits until every rank has called this. Rank 0 waits for the others, because it keeps the
     * table that they need.
     *
     * @throws LostRankException if another rank cannot be reached any more
     */
    public void finish() {
        any(false);
        members.ifPresent(connected -> {
            connected.cuda().finish();
            if (!isFirst()) {
                connected.watch().close();
                connected.store().add(FINISHED, 1);
                return;
            }
            while (connected.store().add(FINISHED, 0) < size - 1) {
                connected.watch().requireAll();
                pause(RankWatch.BEAT);
            }
            connected.watch().close();
        });
    }

    /** Stops the signs of life, and waits for nobody. Before {@link #finish}, the other ranks then count this one as lost. */
    @Override
    public void close() {
        members.ifPresent(connected -> connected.watch().leave());
    }
}
