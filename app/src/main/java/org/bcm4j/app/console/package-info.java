/**
 * What commands show on a terminal: progress, tables of figures, words of a command line. It also hears Ctrl-C, so that
 * long work ends in order.
 */
package org.bcm4j.app.console;
