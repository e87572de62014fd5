/**
 * The records of a training run for people: a log for programs ({@code log.jsonl}), TensorBoard events and a picture of
 * the loss curves. Resuming a run needs none of them.
 */
package org.bcm4j.journal;
