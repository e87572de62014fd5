/**
 * The {@code bcm} command. Each subcommand is one class; options that several share are picocli mixins ({@link
 * org.bcm4j.app.ModelOptions}, {@link org.bcm4j.app.WalkOptions}, {@link org.bcm4j.app.SeedOption}, {@link
 * org.bcm4j.app.ClassOption}, {@link org.bcm4j.app.OutOption}).
 *
 * <p>A command first checks all that can be checked without libtorch, whose loading takes seconds: options, walks,
 * configurations, where the output goes. It prints results on standard output, progress and mistakes on standard error;
 * it throws {@link org.bcm4j.storage.UserException} for a mistake, and {@link org.bcm4j.app.Failures} tells it.
 *
 * <p>A field for a required option or parameter starts with an empty value that is never seen: picocli fills it before
 * the command runs.
 */
package org.bcm4j.app;
