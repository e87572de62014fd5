package org.bcm4j.ranks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.LostRankException;
import org.bcm4j.tensor.RankGroup;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Ranks that are threads of one process. */
@Timeout(120)
class SharedWorkTest {
    private static final int RANKS = 3;

    @Test
    void allTakeTheResultsOfAllPartsInTheirOrder() throws Exception {
        List<List<String>> taken = inRanks(work -> {
            List<String> results = new ArrayList<>();
            SharedWork.Parts parts = work.parts();
            for (int i = 0; i < 7; i++) {
                int part = i;
                parts.add(
                        () -> {
                            results.add("computed " + part);
                            return tensors(part);
                        },
                        measured -> {
                            double[] numbers = HostTensors.doubles(measured.next());
                            Tensor bytes = measured.next();
                            assertThat(bytes.shape()).containsExactly(part, 2);
                            assertThat(HostTensors.bytes(bytes)).isEqualTo(bytes(part));
                            assertThat(measured.hasNext()).isFalse();
                            results.add("took " + numbers[0]);
                        });
            }
            parts.finish();
            return results;
        });
        for (int rank = 0; rank < RANKS; rank++) {
            int own = rank;
            assertThat(taken.get(rank))
                    .filteredOn(what -> what.startsWith("computed"))
                    .containsExactlyElementsOf(IntStream.range(0, 7)
                            .filter(part -> part % RANKS == own)
                            .mapToObj(part -> "computed " + part)
                            .toList());
            assertThat(taken.get(rank))
                    .filteredOn(what -> what.startsWith("took"))
                    .containsExactlyElementsOf(IntStream.range(0, 7)
                            .mapToObj(part -> "took " + (part + 0.1))
                            .toList());
        }
    }

    /** A number, and bytes of which there may be none. */
    private static List<Tensor> tensors(int part) {
        return List.of(HostTensors.ofDoubles(new double[] {part + 0.1}, 1), HostTensors.ofBytes(bytes(part), part, 2));
    }

    private static byte[] bytes(int part) {
        byte[] bytes = new byte[2 * part];
        Arrays.fill(bytes, (byte) (250 + part));
        return bytes;
    }

    @Test
    void partsWithoutResultsAreShared() throws Exception {
        assertThat(inRanks(work -> {
                    List<Integer> taken = new ArrayList<>();
                    SharedWork.Parts parts = work.parts();
                    for (int i = 0; i < 4; i++) {
                        int part = i;
                        parts.add(List::of, nothing -> taken.add(part));
                    }
                    parts.finish();
                    return taken;
                }))
                .containsOnly(List.of(0, 1, 2, 3));
    }

    @Test
    void aMistakeOfOneRankIsThatOfAll() throws Exception {
        assertThat(inRanks(work -> mistake(() -> {
                    SharedWork.Parts parts = work.parts();
                    for (int i = 0; i < 3; i++) {
                        int part = i;
                        parts.add(
                                () -> {
                                    if (part > 0) {
                                        throw new UserException("picture " + part + " is damaged");
                                    }
                                    return List.of();
                                },
                                nothing -> {});
                    }
                })))
                .containsExactly(
                        "rank 1: picture 1 is damaged", "picture 1 is damaged", "rank 1: picture 1 is damaged");
    }

    @Test
    void whatAllGetWrongIsTheMistakeOfRankZero() throws Exception {
        assertThat(inRanks(work -> mistake(() -> work.inEach(() -> {
                    throw new UserException("no such file");
                }))))
                .containsExactly("no such file", "rank 0: no such file", "rank 0: no such file");
    }

    private static String mistake(Runnable task) {
        try {
            task.run();
            return "none";
        } catch (UserException e) {
            return String.valueOf(e.getMessage());
        }
    }

    @Test
    void rankZeroWorksAloneAndGivesNumbers() throws Exception {
        assertThat(inRanks(work -> work.inFirst(() -> "first").orElse("other")))
                .containsExactly("first", "other", "other");
        assertThat(inRanks(work -> work.isFirst() ? work.ofFirst(7, -1L << 40) : work.ofFirst(3)))
                .containsOnly(new long[] {7, -1L << 40});
        assertThat(inRanks(work -> work.ofFirst())).containsOnly(new long[0]);
    }

    @Test
    void aProcessAloneComputesAllPartsAtOnce() {
        SharedWork work = SharedWork.alone();
        List<Double> taken = new ArrayList<>();
        SharedWork.Parts parts = work.parts();
        parts.add(() -> tensors(2), measured -> taken.add(HostTensors.doubles(measured.next())[0]));
        assertThat(taken).containsExactly(2.1);
        assertThatThrownBy(() -> parts.add(
                        () -> {
                            throw new UserException("damaged");
                        },
                        measured -> {}))
                .isInstanceOf(UserException.class)
                .hasMessage("damaged");
    }

    /** The process lives on, as an executor of Spark does. A rank that only falls silent is lost after 20 seconds. */
    @Test
    @Timeout(15)
    void whenRankZeroFailsTheOthersDoNotWait() throws IOException {
        List<CompletableFuture<String>> ranks = RankThreads.start(RANKS, group -> {
            if (group.isFirst()) {
                throw new UserException("damaged");
            }
            return group.textOfFirst("never");
        });
        for (CompletableFuture<String> rank : ranks.subList(1, RANKS)) {
            assertThatThrownBy(rank::join)
                    .hasCauseInstanceOf(LostRankException.class)
                    .hasMessageContaining("rank 0 (at 127.0.0.1) has ended");
        }
        assertThatThrownBy(ranks.get(0)::join).hasMessageContaining("damaged");
    }

    /** They meet at the name of this machine, as on a cluster. */
    @Test
    void ranksKnowHowManyShareTheirMachine() throws Exception {
        String here = InetAddress.getLocalHost().getHostName();
        assertThat(RankThreads.start(RANKS, here, RankGroup::sizeHere).stream().map(CompletableFuture::join))
                .containsOnly(RANKS);
    }

    /** What each rank returns. */
    private static <T> List<T> inRanks(Function<SharedWork, T> work) throws IOException {
        return RankThreads.start(RANKS, group -> {
                    T result = work.apply(new SharedWork(group));
                    group.finish();
                    return result;
                })
                .stream()
                .map(CompletableFuture::join)
                .toList();
    }
}
