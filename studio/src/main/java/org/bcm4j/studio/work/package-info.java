/**
 * The evaluations of all requests: {@link org.bcm4j.studio.work.EvaluationQueue} joins tasks that arrive together into
 * batches, and gives up those for which nobody waits. Nothing here knows of HTTP.
 */
package org.bcm4j.studio.work;
