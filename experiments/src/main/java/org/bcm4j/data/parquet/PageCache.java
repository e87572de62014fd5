package org.bcm4j.data.parquet;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.apache.parquet.io.api.Binary;

/**
 * Single values of columns. A value is read with its page, so the pages that were used last are kept, for all threads:
 * 64 MiB of them, or as many as it takes for two, and for 16 rows for each core, if these have more bytes. Rows in about
 * their order cost one reading of each page; rows in any order cost a page each. A page commonly has 1 MiB, but some
 * writers put a whole row group into one. Thread-safe.
 */
public final class PageCache {
    private static final long MOST_BYTES = 64L << 20;
    private static final int FEWEST_PAGES = 2;

    /** Threads that read rows in about their order take that many at once, and so may be in different pages. */
    private static final int ROWS_OF_THREAD = 16;

    /** A page is found by its place in the file. */
    private record Key(ParquetColumn column, long start) {}

    private record Page(FutureTask<Binary[]> values, int rows, long bytes) {}

    private final long mostBytes;
    private final int fewestRows;

    /** The page that was not used for the longest time is the first. */
    private final Map<Key, Page> pages = new LinkedHashMap<>(16, 0.75f, true);

    private long rows;
    private long bytes;

    public PageCache() {
        this(MOST_BYTES, ROWS_OF_THREAD * Runtime.getRuntime().availableProcessors());
    }

    /** @param fewestRows the number of rows whose pages are kept even if they have more bytes */
    PageCache(long mostBytes, int fewestRows) {
        this.mostBytes = mostBytes;
        this.fewestRows = fewestRows;
    }

    /**
     * The value of a row, empty if it has none.
     *
     * @param column of byte strings or texts
     * @throws org.bcm4j.storage.UserException if the file cannot be read, or is damaged
     */
    public byte[] read(ParquetColumn column, int row) {
        PagePlace place = column.page(row);
        Key key = new Key(column, place.start());
        FutureTask<Binary[]> values = page(key, place);
        values.run(); // does nothing where another thread has begun
        boolean complete = false;
        try {
            byte[] value = values.get()[row - place.firstRow()].getBytes();
            complete = true;
            return value;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while reading " + column.file(), e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            if (e.getCause() instanceof Error failure) {
                throw failure;
            }
            throw new IllegalStateException("reading " + column.file() + " failed", e);
        } finally {
            if (!complete) {
                remove(key);
            }
        }
    }

    private synchronized FutureTask<Binary[]> page(Key key, PagePlace place) {
        Page known = pages.get(key);
        if (known != null) {
            return known.values();
        }
        Page page = new Page(new FutureTask<>(() -> key.column().values(place)), place.rows(), place.bytes());
        pages.put(key, page);
        rows += page.rows();
        bytes += page.bytes();
        Iterator<Page> inOrderOfUse = pages.values().iterator();
        Page oldest = inOrderOfUse.next();
        while (bytes > mostBytes && pages.size() > FEWEST_PAGES && rows - oldest.rows() >= fewestRows) {
            inOrderOfUse.remove();
            forget(oldest);
            oldest = inOrderOfUse.next();
        }
        return page.values();
    }

    private synchronized void remove(Key key) {
        Page page = pages.remove(key);
        if (page != null) {
            forget(page);
        }
    }

    private void forget(Page page) {
        rows -= page.rows();
        bytes -= page.bytes();
    }
}
