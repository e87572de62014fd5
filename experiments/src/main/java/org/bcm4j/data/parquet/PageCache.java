package org.bcm4j.data.parquet;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.apache.parquet.io.api.Binary;

/**
 * Single values of columns. A value is read with its page, so the pages that were used last are kept, for all threads:
 * 64 MiB of them, or one for each core if these are more. Rows in their order cost one reading of each page, which
 * commonly has 1 MiB; rows in any order cost a page each. Thread-safe.
 */
public final class PageCache {
    private static final long MOST_BYTES = 64L << 20;

    /** A page is found by its place in the file. */
    private record Key(ParquetColumn column, long start) {}

    private record Page(FutureTask<Binary[]> values, long bytes) {}

    private final long mostBytes;
    private final int fewest;

    /** The page that was not used for the longest time is the first. */
    private final Map<Key, Page> pages = new LinkedHashMap<>(16, 0.75f, true);

    private long bytes;

    public PageCache() {
        // Threads that read the rows of a range are in about as many pages as there are threads.
        this(MOST_BYTES, Runtime.getRuntime().availableProcessors());
    }

    /** @param fewest the number of pages that are kept even if they have more bytes, at least 1 */
    PageCache(long mostBytes, int fewest) {
        this.mostBytes = mostBytes;
        this.fewest = fewest;
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
        Page page = new Page(new FutureTask<>(() -> key.column().values(place)), place.bytes());
        pages.put(key, page);
        bytes += page.bytes();
        Iterator<Page> oldest = pages.values().iterator();
        while (bytes > mostBytes && pages.size() > fewest) {
            bytes -= oldest.next().bytes();
            oldest.remove();
        }
        return page.values();
    }

    private synchronized void remove(Key key) {
        Page page = pages.remove(key);
        bytes -= page == null ? 0 : page.bytes();
    }
}
