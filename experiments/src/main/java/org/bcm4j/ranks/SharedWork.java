package org.bcm4j.ranks;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.RankGroup;
import org.bcm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;

/**
 * Work that the ranks of a group share. All ranks run the same code. Each computes some of its parts, and all take the
 * results of all parts, in their order. So what is summed over the parts is summed as by one process, and all ranks come
 * to the same figures.
 *
 * <p>A user's mistake that one rank finds is thrown in all of them, so it suffices if rank 0 tells it. Not thread-safe.
 */
public final class SharedWork {
    private final RankGroup group;

    public SharedWork(RankGroup group) {
        this.group = group;
    }

    /** Work of this process alone. */
    public static SharedWork alone() {
        return new SharedWork(RankGroup.alone());
    }

    /** Whether this is rank 0, which alone writes files and speaks to the user. */
    public boolean isFirst() {
        return group.isFirst();
    }

    /** Whether there is only this process. */
    public boolean isAlone() {
        return group.size() == 1;
    }

    /**
     * Does something in every rank, such as opening a file.
     *
     * @return what this rank's {@code task} returned
     * @throws UserException that of the first rank whose task threw one
     */
    public <T> T inEach(Supplier<T> task) {
        Outcome<T> outcome = Outcome.of(task);
        agree(outcome.mistake());
        return outcome.value();
    }

    /**
     * Does something in rank 0 only.
     *
     * @return what {@code task} returned, in rank 0
     * @throws UserException that of rank 0
     */
    public <T> Optional<T> inFirst(Supplier<T> task) {
        return inEach(() -> isFirst() ? Optional.of(task.get()) : Optional.empty());
    }

    /**
     * Numbers of rank 0.
     *
     * @param numbers those of this rank, which count in rank 0
     */
    public long[] ofFirst(long... numbers) {
        try (Scope scope = Scope.open()) {
            return HostTensors.longs(group.copiesFrom(0, List.of(HostTensors.ofLongs(numbers, numbers.length)))
                    .get(0));
        }
    }

    /** Begins with the first of several parts. */
    public Parts parts() {
        return new Parts();
    }

    /** The parts of one piece of work, dealt out to the ranks like cards. */
    public final class Parts {
        /** What is to be done with the results of the parts of this round, one for each rank. */
        private final List<Consumer<Iterator<Tensor>>> takers = new ArrayList<>();
        /** This rank's results of this round, owned by this object. */
        private Outcome<List<Tensor>> own = Outcome.of(List::of);

        private Parts() {}

        /**
         * Adds a part. Its results are taken at once if this process is alone, and else when each rank has one.
         *
         * @param compute the expensive work, which one rank does; its results can be on any device
         * @param take receives the results on the CPU, in every rank, in a scope that is closed when it returns
         * @throws UserException if a rank's {@code compute} threw one
         */
        public void add(Supplier<List<Tensor>> compute, Consumer<Iterator<Tensor>> take) {
            if (takers.size() == group.rank()) {
                own = Outcome.of(() -> {
                    try (Scope scope = Scope.open()) {
                        return compute.get().stream().map(Scope::own).toList();
                    }
                });
            }
            takers.add(take);
            if (takers.size() == group.size()) {
                exchange();
            }
        }

        /** Takes the results of the last parts. */
        public void finish() {
            if (!takers.isEmpty()) {
                exchange();
            }
        }

        private void exchange() {
            agree(own.mistake());
            for (int rank = 0; rank < takers.size(); rank++) {
                try (Scope scope = Scope.open()) {
                    takers.get(rank).accept(group.copiesFrom(rank, own.value()).iterator());
                }
            }
            own.value().forEach(Tensor::releaseReference);
            own = Outcome.of(List::of);
            takers.clear();
        }
    }

    /** What came of a task: a value, or a user's mistake. */
    private record Outcome<T>(Optional<T> result, Optional<UserException> mistake) {
        static <T> Outcome<T> of(Supplier<T> task) {
            try {
                return new Outcome<>(Optional.of(task.get()), Optional.empty());
            } catch (UserException e) {
                return new Outcome<>(Optional.empty(), Optional.of(e));
            }
        }

        T value() {
            return result.orElseThrow();
        }
    }

    /** Throws the mistake of the first rank that made one, in all ranks. */
    private void agree(Optional<UserException> own) {
        double[] mistaken = new double[group.size()];
        mistaken[group.rank()] = own.isPresent() ? 1 : 0;
        double[] all = group.sum(mistaken);
        for (int rank = 0; rank < all.length; rank++) {
            if (all[rank] > 0) {
                String message = messageOf(rank, own);
                throw rank == group.rank() ? own.orElseThrow() : new UserException("rank " + rank + ": " + message);
            }
        }
    }

    private String messageOf(int rank, Optional<UserException> own) {
        byte[] text = own.map(UserException::getMessage).orElse("").getBytes(StandardCharsets.UTF_8);
        try (Scope scope = Scope.open()) {
            List<Tensor> shared = group.copiesFrom(rank, List.of(HostTensors.ofBytes(text, text.length)));
            return new String(HostTensors.bytes(shared.get(0)), StandardCharsets.UTF_8);
        }
    }
}
