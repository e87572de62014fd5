/**
 * Models for other engines: {@link org.bcm4j.onnx.OnnxFile} writes f(x, t, u, y), including preconditioning, as an ONNX
 * graph. The graph follows the networks' own descriptions, layer by layer, and uses ONNX's basic operators.
 */
package org.bcm4j.onnx;
