/**
 * Models for other engines: {@link org.bcm4j.onnx.OnnxFile} writes f(x, t, u, y), including preconditioning, as an ONNX
 * graph. The graph comes from the networks' own description and uses ONNX's basic operators.
 */
package org.bcm4j.onnx;
