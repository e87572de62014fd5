package org.bcm4j.data.parquet;

/**
 * Where a page of values is.
 *
 * @param start of its header, in the file
 * @param firstRow the row of its first value
 * @param rows the number of its values, at least 1
 * @param bytes the memory that its values take, in bytes
 */
record PagePlace(long start, int firstRow, int rows, long bytes) {}
