/** The subcommands for data sets: {@code bcm data pack} and {@code bcm data inspect}. */
package org.bcm4j.app.commands.data;
