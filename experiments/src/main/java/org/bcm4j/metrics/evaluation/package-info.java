/**
 * The protocol of {@code bcm eval}, and its report. It joins the quality of a model's samples, inversions and
 * interpolations along walks, and measures samples in files. The search for the best walk is here too.
 */
package org.bcm4j.metrics.evaluation;
