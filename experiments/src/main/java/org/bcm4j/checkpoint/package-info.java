/**
 * Checkpoints of other programs: PyTorch's files in both of its formats, safetensors, and the MessagePack files of
 * Flax. They are read as data; nothing in them is ever executed.
 */
package org.bcm4j.checkpoint;
