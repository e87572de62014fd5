/**
 * Columns of Apache Parquet files: byte strings at any row, read page by page; numbers and texts as a whole. Columns
 * that repeat within a row, and encrypted ones, are not read.
 */
package org.bcm4j.data.parquet;
