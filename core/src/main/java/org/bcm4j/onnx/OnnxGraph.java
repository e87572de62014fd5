package org.bcm4j.onnx;

import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bcm4j.nn.Operations;
import org.bcm4j.nn.Shape;
import org.bcm4j.protobuf.ProtoMessage;
import org.bcm4j.tensor.HostTensors;
import org.bytedeco.pytorch.Tensor;

/**
 * Collects the nodes of an ONNX graph, in the order of computation, and its constants. Nodes whose outputs nothing uses are
 * not written.
 *
 * <p>The numbers below are the field numbers of {@code onnx.proto}.
 */
public final class OnnxGraph {
    /** The operator set of 2021, which all current engines support, and the format version that came with it. */
    private static final long OPERATOR_SET = 17;

    private static final long FORMAT_VERSION = 8;

    private static final int MODEL_FORMAT_VERSION = 1;
    private static final int MODEL_PRODUCER = 2;
    private static final int MODEL_GRAPH = 7;
    private static final int MODEL_OPERATOR_SETS = 8;
    private static final int MODEL_METADATA = 14;
    private static final int OPERATOR_SET_VERSION = 2;
    private static final int METADATA_KEY = 1;
    private static final int METADATA_VALUE = 2;
    private static final int GRAPH_NODE = 1;
    private static final int GRAPH_NAME = 2;
    private static final int GRAPH_CONSTANT = 5;
    private static final int GRAPH_INPUT = 11;
    private static final int GRAPH_OUTPUT = 12;
    private static final int NODE_INPUT = 1;
    private static final int NODE_OUTPUT = 2;
    private static final int NODE_NAME = 3;
    private static final int NODE_OPERATOR = 4;
    private static final int NODE_ATTRIBUTE = 5;
    private static final int ATTRIBUTE_NAME = 1;
    private static final int ATTRIBUTE_REAL = 2;
    private static final int ATTRIBUTE_INTEGER = 3;
    private static final int ATTRIBUTE_TEXT = 4;
    private static final int ATTRIBUTE_INTEGERS = 8;
    private static final int ATTRIBUTE_TYPE = 20;
    private static final int TENSOR_DIMENSION = 1;
    private static final int TENSOR_TYPE = 2;
    private static final int TENSOR_NAME = 8;
    private static final int TENSOR_BYTES = 9;
    private static final int VALUE_NAME = 1;
    private static final int VALUE_TYPE = 2;
    private static final int TYPE_TENSOR = 1;
    private static final int TENSOR_TYPE_ELEMENT = 1;
    private static final int TENSOR_TYPE_SHAPE = 2;
    private static final int SHAPE_DIMENSION = 1;
    private static final int DIMENSION_SIZE = 1;
    private static final int DIMENSION_NAME = 2;

    /** Number types, with ONNX's codes. */
    public enum Element {
        FLOAT32(1),
        INT64(7);

        private final int code;

        Element(int code) {
            this.code = code;
        }
    }

    /** An attribute of a node. */
    record Attribute(ProtoMessage message) {
        static Attribute of(String name, double value) {
            return of(name, 1, new ProtoMessage().real32(ATTRIBUTE_REAL, (float) value));
        }

        static Attribute of(String name, long value) {
            return of(name, 2, new ProtoMessage().int64(ATTRIBUTE_INTEGER, value));
        }

        static Attribute of(String name, String value) {
            byte[] text = value.getBytes(StandardCharsets.UTF_8);
            return of(name, 3, new ProtoMessage().bytes(ATTRIBUTE_TEXT, text));
        }

        static Attribute of(String name, List<Long> values) {
            ProtoMessage message = new ProtoMessage();
            values.forEach(value -> message.int64(ATTRIBUTE_INTEGERS, value));
            return of(name, 7, message);
        }

        private static Attribute of(String name, int type, ProtoMessage value) {
            return new Attribute(value.text(ATTRIBUTE_NAME, name).int64(ATTRIBUTE_TYPE, type));
        }
    }

    private record Node(List<Value> inputs, List<Value> outputs, ProtoMessage message) {}

    private final ProtoMessage graph = new ProtoMessage().text(GRAPH_NAME, "f");
    private final Map<String, Value> constants = new LinkedHashMap<>();
    private final List<Node> nodes = new ArrayList<>();
    private final List<String> outputs = new ArrayList<>();

    /** A value that is given when the graph runs. */
    public Value input(String name, Element element, long... shape) {
        Value value = value(name, shape);
        graph.message(GRAPH_INPUT, declaration(value, element));
        return value;
    }

    /** Declares an output of the graph under a readable name. */
    public void output(Value value, String name) {
        Value named = new Value(name, value.shape());
        add("Identity", List.of(value), List.of(named));
        graph.message(GRAPH_OUTPUT, declaration(named, Element.FLOAT32));
        outputs.add(name);
    }

    /** A float32 constant, which is written together with the graph. A known name returns the existing constant. */
    Value constant(String name, Tensor values) {
        return constants.computeIfAbsent(name, absent -> {
            add(name, values, Element.FLOAT32);
            return value(name, values.shape());
        });
    }

    /** A vector of integers, such as a shape that a node takes as an input. */
    Value integers(long... values) {
        String name = "integers" + Arrays.toString(values);
        return constants.computeIfAbsent(name, absent -> {
            add(name, HostTensors.ofLongs(values, values.length), Element.INT64);
            return value(name, values.length);
        });
    }

    /** A single integer, such as an index that a node takes as an input. */
    Value integer(long number) {
        String name = "integer " + number;
        return constants.computeIfAbsent(name, absent -> {
            add(name, HostTensors.ofLongs(new long[] {number}), Element.INT64);
            return value(name);
        });
    }

    /** A single float32 number. */
    Value number(double number) {
        return constant("number " + number, HostTensors.ofFloats(new float[] {(float) number}));
    }

    /** The outputs of one operator, one for each shape. */
    List<Value> nodes(String operator, List<Value> inputs, List<Shape> shapes, Attribute... attributes) {
        List<Value> outputs = new ArrayList<>();
        for (Shape shape : shapes) {
            outputs.add(new Value("v" + nodes.size() + (outputs.isEmpty() ? "" : "." + outputs.size()), shape));
        }
        add(operator, inputs, outputs, attributes);
        return outputs;
    }

    private void add(String operator, List<Value> inputs, List<Value> outputs, Attribute... attributes) {
        ProtoMessage node = new ProtoMessage();
        inputs.forEach(input -> node.text(NODE_INPUT, input.name()));
        outputs.forEach(output -> node.text(NODE_OUTPUT, output.name()));
        node.text(NODE_NAME, operator + " " + nodes.size()).text(NODE_OPERATOR, operator);
        for (Attribute attribute : attributes) {
            node.message(NODE_ATTRIBUTE, attribute.message());
        }
        nodes.add(new Node(inputs, outputs, node));
    }

    private void add(String name, Tensor values, Element element) {
        ProtoMessage tensor = new ProtoMessage();
        for (long size : values.shape()) {
            tensor.int64(TENSOR_DIMENSION, size);
        }
        tensor.int64(TENSOR_TYPE, element.code).text(TENSOR_NAME, name);
        tensor.bytes(TENSOR_BYTES, values.nbytes(), out -> HostTensors.write(Channels.newChannel(out), values));
        graph.message(GRAPH_CONSTANT, tensor);
    }

    private static Value value(String name, long... shape) {
        return new Value(name, Shape.of(shape));
    }

    private static ProtoMessage declaration(Value value, Element element) {
        ProtoMessage shape = new ProtoMessage();
        for (long size : value.shape().sizes()) {
            ProtoMessage dimension = new ProtoMessage();
            shape.message(
                    SHAPE_DIMENSION,
                    size == Operations.BATCH
                            ? dimension.text(DIMENSION_NAME, "B")
                            : dimension.int64(DIMENSION_SIZE, size));
        }
        ProtoMessage tensor =
                new ProtoMessage().int64(TENSOR_TYPE_ELEMENT, element.code).message(TENSOR_TYPE_SHAPE, shape);
        return new ProtoMessage()
                .text(VALUE_NAME, value.name())
                .message(VALUE_TYPE, new ProtoMessage().message(TYPE_TENSOR, tensor));
    }

    /** The nodes that lead to the outputs, in the order of computation. */
    private List<Node> nodesThatCount() {
        Set<String> used = new HashSet<>(outputs);
        Deque<Node> counting = new ArrayDeque<>();
        for (int i = nodes.size() - 1; i >= 0; i--) {
            Node node = nodes.get(i);
            if (node.outputs().stream().anyMatch(output -> used.contains(output.name()))) {
                node.inputs().forEach(input -> used.add(input.name()));
                counting.addFirst(node);
            }
        }
        return List.copyOf(counting);
    }

    /** The whole model, to which nothing is added any more. Its constants are read when it is written. */
    public ProtoMessage model(Map<String, String> metadata) {
        nodesThatCount().forEach(node -> graph.message(GRAPH_NODE, node.message()));
        ProtoMessage model = new ProtoMessage()
                .int64(MODEL_FORMAT_VERSION, FORMAT_VERSION)
                .text(MODEL_PRODUCER, "bcm4j")
                .message(MODEL_OPERATOR_SETS, new ProtoMessage().int64(OPERATOR_SET_VERSION, OPERATOR_SET));
        metadata.forEach((key, value) -> model.message(
                MODEL_METADATA, new ProtoMessage().text(METADATA_KEY, key).text(METADATA_VALUE, value)));
        return model.message(MODEL_GRAPH, graph);
    }
}
