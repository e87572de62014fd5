/**
 * Networks for another engine: the operations of {@link org.bcm4j.nn.Operations} as the nodes of an ONNX graph, of ONNX's
 * basic operators only, and such a graph compiled by ONNX Runtime for this machine's processor.
 */
package org.bcm4j.onnx;
