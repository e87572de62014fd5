/** HTTP: connections, headers, limits, static files of the page, metrics. What is asked and answered is in {@code api}. */
package org.bcm4j.studio.web;
