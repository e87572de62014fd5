/**
 * The subcommands that generate, train, describe and convert, one class each. A command first checks everything that it
 * can check without libtorch, which takes seconds to load: options, walks, configurations and the destination of the
 * output. It prints results on standard output, and progress and errors on standard error.
 *
 * <p>A field for a required option or parameter starts with an empty value that is never used: picocli sets the field
 * before the command runs. The same holds for the commands in the packages beside this one.
 */
package org.bcm4j.app.commands;
