/**
 * A web page and an HTTP API over models. {@link org.bcm4j.studio.Studio} is the entry point. {@code web} speaks HTTP,
 * {@code api} understands requests, {@code work} evaluates.
 */
package org.bcm4j.studio;
