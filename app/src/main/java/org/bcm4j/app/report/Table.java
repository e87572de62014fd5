package org.bcm4j.app.report;

import java.util.Arrays;
import java.util.List;

/**
 * A table of a page. The first cell of a row names the row.
 *
 * @param rows each as long as the head
 */
record Table(List<String> head, List<List<Cell>> rows) {
    /**
     * A cell.
     *
     * @param code whether the text is shown as code
     */
    record Cell(String text, boolean code) {}

    /** A row of the given values; those that are not cells become cells of their text. */
    static List<Cell> row(Object... values) {
        return Arrays.stream(values)
                .map(value -> value instanceof Cell cell ? cell : new Cell(String.valueOf(value), false))
                .toList();
    }

    static Cell code(String text) {
        return new Cell(text, true);
    }
}
