package org.bcm4j.studio.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.bcm4j.studio.work.Deadline;
import org.bcm4j.studio.work.EvaluationQueue;
import org.bcm4j.studio.work.QueueObserver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client is told of failures that no request can bring about at will. */
class ApiTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 139.80 GiB",
                "[enforce fail at alloc_cpu.cpp:124] err == 0. DefaultCPUAllocator: can't allocate memory: you tried"
            })
    void exhaustedMemoryIsTheServersStateAndNotItsFault(String ofLibtorch) {
        assertTold(new RuntimeException(ofLibtorch), 503, "the server has no memory for this; ask for less");
    }

    @Test
    void theVirtualMachinesMemoryIsMemoryToo() {
        assertTold(new OutOfMemoryError("Java heap space"), 503, "the server has no memory for this; ask for less");
    }

    @Test
    void otherFailuresOfLibtorchAreNotTold() {
        assertTold(new RuntimeException("shapes differ"), 500, "its log has more under this request's id");
    }

    @Test
    void aQueueThatIsClosedIsNoFullOne() {
        EvaluationQueue closed = new EvaluationQueue(1, QueueObserver.NONE);
        closed.close();
        Throwable refusal = catchThrowable(() -> closed.submit(1, Deadline.in(Duration.ofSeconds(1)), abandoned -> 0));
        assertTold(refusal, 503, "the server is stopping; ask another one");
    }

    private static void assertTold(Throwable failure, int status, String words) {
        try (EvaluationQueue queue = new EvaluationQueue(1, QueueObserver.NONE)) {
            Api api = new Api(
                    List.of(),
                    queue,
                    new Api.Limits(Duration.ofSeconds(1), 1, 1),
                    new Api.RunPlaces(List.of(), run -> List.of()),
                    "test");
            Api.Failure told = api.failure(new CompletionException(failure), "7");
            assertThat(told.status()).isEqualTo(status);
            assertThat(new String(told.body(), StandardCharsets.UTF_8)).contains(words);
        }
    }
}
