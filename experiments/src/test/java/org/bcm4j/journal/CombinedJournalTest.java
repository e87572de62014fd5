package org.bcm4j.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CombinedJournalTest {
    /** Writes down what reaches it, and cannot be closed. */
    private record Spy(String name, List<String> heard) implements Journal {
        @Override
        public void step(StepRecord record) {
            heard.add(name + " step " + record.step());
        }

        @Override
        public void image(String tag, long step, byte[] png) {
            heard.add(name + " image " + tag + " " + step + " " + png.length);
        }

        @Override
        public void note(String text) {
            heard.add(name + " note " + text);
        }

        @Override
        public void close() {
            heard.add(name + " close");
            throw new IllegalStateException(name);
        }
    }

    @Test
    void everyJournalHearsEverythingInOrder() {
        List<String> heard = new ArrayList<>();
        Journal journal = Journal.all(List.of(new Spy("a", heard), new Spy("b", heard)));

        journal.step(new StepRecord(1, 2, Map.of()));
        journal.image("grid", 3, new byte[4]);
        journal.note("hello");

        assertThat(heard)
                .containsExactly(
                        "a step 1", "b step 1", "a image grid 3 4", "b image grid 3 4", "a note hello", "b note hello");
    }

    @Test
    void everyJournalIsClosedEvenIfOneFails() {
        List<String> heard = new ArrayList<>();
        Journal journal = Journal.all(List.of(new Spy("a", heard), new Spy("b", heard)));

        assertThatThrownBy(journal::close)
                .hasMessage("a")
                .satisfies(failure -> assertThat(failure.getSuppressed())
                        .singleElement()
                        .satisfies(second -> assertThat(second).hasMessage("b")));
        assertThat(heard).containsExactly("a close", "b close");
    }
}
