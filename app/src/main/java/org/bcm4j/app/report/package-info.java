/**
 * Pages that show what a model does. {@link org.bcm4j.app.report.Quickstart} runs a model along its walks and writes
 * one self-contained HTML page. {@link org.bcm4j.app.report.ExampleImages} holds the real images that it uses.
 * The markup of the pages is in the templates of {@code src/main/jte}, which become classes of this package.
 */
package org.bcm4j.app.report;
