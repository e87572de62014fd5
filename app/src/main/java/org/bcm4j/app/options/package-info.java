/**
 * Options that several subcommands share, as picocli mixins. A mixin gives the value that its options mean, such as the
 * walk for {@code --nfe 2}. It throws {@link org.bcm4j.storage.UserException} for options that do not fit the model.
 */
package org.bcm4j.app.options;
