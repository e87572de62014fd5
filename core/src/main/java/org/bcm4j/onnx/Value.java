package org.bcm4j.onnx;

import java.util.List;
import org.bcm4j.nn.Shape;

/** A tensor of a graph: an input, a constant, or the output of a node. */
public record Value(String name, Shape shape) {
    Value(String name, List<Long> sizes) {
        this(name, new Shape(sizes));
    }
}
