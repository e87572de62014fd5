/**
 * The subcommands that make images of given images, one class each, and the options that only they have.
 * {@link org.bcm4j.app.commands.editing.EditOptions} is what they share: it reads pictures, and writes results and
 * comparisons.
 */
package org.bcm4j.app.commands.editing;
