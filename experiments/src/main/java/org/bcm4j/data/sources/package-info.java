/**
 * Data sets as other people store them: the pictures of folders, archives, arrays, tables and databases in one fixed
 * order, each readable at any time by any thread. The path itself tells the format.
 */
package org.bcm4j.data.sources;
