package org.bcm4j.tensor;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.bytedeco.pytorch.StringVector;
import org.bytedeco.pytorch.TCPStore;

/**
 * Finds ranks that are lost. Each rank counts up in the table of rank 0, every {@link #BEAT}. Rank 0 looks at all
 * counts and writes the name of a rank whose count stands still into the table. The others look for that name, and lose
 * rank 0 when its table does not answer.
 */
final class RankWatch implements AutoCloseable {
    static final Duration BEAT = Duration.ofMillis(500);

    private static final String LOST = "lost";

    /** The beats within which all others have read the name of a lost rank. */
    private static final int READING = 3;

    /** How long a rank keeps to itself that rank 0 has ended: that can be the consequence of a mistake that rank 0 has told. */
    private static final Duration CAUSE_FIRST = Duration.ofSeconds(2);

    private final RankAddress address;
    private final Duration silence;
    /** The rank that is lost, in words; empty while all are there. */
    private volatile String lost = "";

    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile boolean leaving;
    /** The beats of each rank so far, and when the last one came, by {@link System#nanoTime}. Only rank 0 keeps them. */
    private final long[] beats;

    private final long[] heard;
    /** When this rank last had an answer from the table, by {@link System#nanoTime}. */
    private volatile long answered = System.nanoTime();

    private RankWatch(RankAddress address, Duration silence) {
        this.address = address;
        this.silence = silence;
        beats = new long[address.size()];
        heard = new long[address.size()];
    }

    static RankWatch begin(RankAddress address, Duration silence) {
        RankWatch watch = new RankWatch(address, silence);
        TCPStore store = RankGroup.store(address, false);
        RankGroup.write(
                store,
                place(address.rank()),
                "process " + ProcessHandle.current().pid() + " on " + machine());
        Thread thread = new Thread(() -> watch.run(store), "rank watch");
        thread.setDaemon(true);
        thread.start();
        return watch;
    }

    private void run(TCPStore store) {
        Arrays.fill(heard, System.nanoTime());
        try {
            do {
                try (Scope scope = Scope.open()) {
                    beat(store);
                }
            } while (lost.isEmpty() && !closed.await(BEAT.toMillis(), TimeUnit.MILLISECONDS));
            if (leaving && address.rank() == 0 && lost.isEmpty()) {
                sayThatIAmLost(store);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            // The table is gone, and so is its keeper. The launcher ends this rank meanwhile if a mistake is the cause.
            RankGroup.pause(CAUSE_FIRST);
            lose(keeperIsGone());
        }
    }

    private String keeperIsGone() {
        return "rank 0 (at " + address.host() + ") has ended or cannot be reached";
    }

    /** In a process that lives on, such as an executor of Spark, the table remains and nobody keeps it. */
    private void sayThatIAmLost(TCPStore store) {
        RankGroup.write(store, LOST, keeperIsGone());
    }

    private void beat(TCPStore store) {
        store.add(beats(address.rank()), 1);
        if (address.rank() == 0) {
            listen(store);
        } else if (store.check(new StringVector(LOST))) {
            lose(RankGroup.read(store, LOST));
        }
        answered = System.nanoTime();
    }

    private void listen(TCPStore store) {
        for (int rank = 1; rank < address.size(); rank++) {
            long now = store.add(beats(rank), 0);
            if (now != beats[rank]) {
                beats[rank] = now;
                heard[rank] = System.nanoTime();
            } else if (System.nanoTime() - heard[rank] > silence.toNanos()) {
                String name = "rank " + rank
                        + place(store, rank).map(place -> " (" + place + ")").orElse("")
                        + " has ended, is frozen or cannot be reached";
                RankGroup.write(store, LOST, name);
                // The others look once a beat. Rank 0 ends when it knows, and the table with it.
                RankGroup.pause(BEAT.multipliedBy(READING));
                lose(name);
                return;
            }
        }
    }

    private static Optional<String> place(TCPStore store, int rank) {
        return store.check(new StringVector(place(rank)))
                ? Optional.of(RankGroup.read(store, place(rank)))
                : Optional.empty();
    }

    /** The name of this machine, as its own network knows it. */
    static String machine() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "a machine without a name";
        }
    }

    private static String beats(int rank) {
        return "beats." + rank;
    }

    private static String place(int rank) {
        return "place." + rank;
    }

    /** The first to be found is the cause; others may be consequences. */
    private synchronized void lose(String name) {
        if (lost.isEmpty()) {
            lost = name;
        }
    }

    /** @throws LostRankException if a rank is lost */
    void requireAll() {
        if (System.nanoTime() - answered > silence.toNanos()) {
            lose("rank 0 (at " + address.host() + ") is frozen or cannot be reached");
        }
        if (!lost.isEmpty()) {
            throw new LostRankException(lost);
        }
    }

    /** What an operation's failure means: the watch needs its time to find out who is lost. */
    LostRankException explained(RuntimeException failure) {
        long deadline =
                System.nanoTime() + silence.plus(BEAT.multipliedBy(READING + 5)).toNanos();
        while (System.nanoTime() < deadline) {
            try {
                requireAll();
            } catch (LostRankException e) {
                e.initCause(failure);
                return e;
            }
            RankGroup.pause(BEAT);
        }
        String reason = String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
        return new LostRankException("the ranks no longer reach each other (" + reason + ")", failure);
    }

    /** Ends, before the common work is done unless {@link #close} was called. */
    void leave() {
        leaving = closed.getCount() > 0;
        close();
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
