/**
 * The {@code bcm} command: its main class, its version, and how failures become messages and exit codes. The packages
 * below hold the subcommands, their options and what they show; {@code ARCHITECTURE.md} lists them.
 */
package org.bcm4j.app;
