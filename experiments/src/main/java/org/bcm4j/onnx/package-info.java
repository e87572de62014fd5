/**
 * Models for other engines: {@link org.bcm4j.onnx.OnnxFile} writes f(x, t, u, y), preconditioning included, as an ONNX graph. The networks
 * are read off their own descriptions, layer by layer, and written in ONNX's basic operators.
 */
package org.bcm4j.onnx;
