/**
 * Strict reading of YAML and JSON into records, and writing them back. Nothing is guessed: a key that no record
 * component carries, a value of another type and a missing key are errors, each told in one line with file, line and
 * column.
 */
package org.bcm4j.config;
