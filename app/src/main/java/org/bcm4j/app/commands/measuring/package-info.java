/**
 * The subcommands that measure models and samples, choose walks by measurements, and train the network to measure with.
 * Their figures go to files, and to the terminal as tables.
 */
package org.bcm4j.app.commands.measuring;
