/**
 * The {@code bcm} command. Each subcommand is one class. Options that several subcommands share are picocli mixins,
 * such as {@link org.bcm4j.app.ModelOptions}, {@link org.bcm4j.app.WalkOptions}, {@link org.bcm4j.app.SeedOption} and
 * {@link org.bcm4j.app.ClassOption}.
 *
 * <p>A command first checks everything that it can check without libtorch, which takes seconds to load: options, walks,
 * configurations and the destination of the output. It prints results on standard output, and progress and errors on
 * standard error. For a user's error it throws {@link org.bcm4j.storage.UserException}, which
 * {@link org.bcm4j.app.Failures} reports.
 *
 * <p>A field for a required option or parameter starts with an empty value that is never used: picocli sets the field
 * before the command runs.
 */
package org.bcm4j.app;
