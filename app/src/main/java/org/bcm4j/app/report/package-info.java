/**
 * Pages that show what a model does. {@link org.bcm4j.app.report.Quickstart} takes a model along its walks and writes
 * one self-contained HTML page; {@link org.bcm4j.app.report.ExampleImages} are the real images it uses.
 */
package org.bcm4j.app.report;
