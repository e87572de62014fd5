/**
 * What a training run leaves for people: a log that programs read ({@code log.jsonl}), TensorBoard events and a picture
 * of the loss curves. Nothing here is needed to resume a run.
 */
package org.bcm4j.journal;
