/**
 * Strict reading of YAML and JSON into records, and writing them back. Nothing is guessed: an unknown key, a value of
 * another type and a missing key are errors. Each is reported in one line with file, line and column.
 */
package org.bcm4j.config;
