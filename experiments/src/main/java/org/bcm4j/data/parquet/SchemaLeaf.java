package org.bcm4j.data.parquet;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.format.ConvertedType;
import org.apache.parquet.format.FieldRepetitionType;
import org.apache.parquet.format.SchemaElement;
import org.apache.parquet.format.Type;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type.Repetition;
import org.bcm4j.data.parquet.ParquetColumn.Kind;

/**
 * A field of a schema that has values of its own, which is a column of each row group.
 *
 * @param path its name behind those of the structs that it is in
 * @param levels how many of these, and itself, can be absent
 * @param repeats whether a row can have several values
 */
record SchemaLeaf(List<String> path, SchemaElement element, int levels, boolean repeats) {
    /** More structs within one another than any schema has. */
    private static final int MOST_LEVELS = 100;

    /**
     * The fields in the order of the columns. A schema lists its elements depth first, and begins with its root.
     *
     * @throws RuntimeException if the schema is damaged
     */
    static List<SchemaLeaf> of(List<SchemaElement> schema) {
        List<SchemaLeaf> leaves = new ArrayList<>();
        int next = 1;
        for (int child = 0; child < schema.get(0).getNum_children(); child++) {
            next = walk(schema, next, new SchemaLeaf(List.of(), schema.get(0), 0, false), leaves);
        }
        return leaves;
    }

    /** Adds the fields of an element, and returns the index of the element behind it. */
    private static int walk(List<SchemaElement> schema, int index, SchemaLeaf parent, List<SchemaLeaf> leaves) {
        SchemaElement element = schema.get(index);
        if (parent.path().size() == MOST_LEVELS) {
            throw new IllegalArgumentException("fields in more than " + MOST_LEVELS + " structs");
        }
        List<String> path = new ArrayList<>(parent.path());
        path.add(element.getName());
        FieldRepetitionType repetition = element.getRepetition_type();
        SchemaLeaf field = new SchemaLeaf(
                List.copyOf(path),
                element,
                parent.levels() + (repetition == FieldRepetitionType.REQUIRED ? 0 : 1),
                parent.repeats() || repetition == FieldRepetitionType.REPEATED);
        if (element.isSetType()) {
            leaves.add(field);
        }
        int next = index + 1;
        for (int child = 0; child < element.getNum_children(); child++) {
            next = walk(schema, next, field, leaves);
        }
        return next;
    }

    /** What the values are; absent if they are not read. */
    Optional<Kind> kind() {
        if (repeats) {
            return Optional.empty();
        }
        boolean plain = !element.isSetConverted_type() && !element.isSetLogicalType();
        if (element.getType() == Type.BYTE_ARRAY) {
            boolean text = element.getConverted_type() == ConvertedType.UTF8
                    || (element.isSetLogicalType() && element.getLogicalType().isSetSTRING());
            return text ? Optional.of(Kind.TEXT) : plain ? Optional.of(Kind.BYTES) : Optional.empty();
        }
        boolean whole = element.getType() == Type.INT32 || element.getType() == Type.INT64;
        return whole && (plain || isInteger()) ? Optional.of(Kind.NUMBER) : Optional.empty();
    }

    /** Other annotations make dates, times and decimal fractions of whole numbers. */
    private boolean isInteger() {
        return element.isSetLogicalType()
                ? element.getLogicalType().isSetINTEGER()
                : element.getConverted_type().name().matches("U?INT_\\d+");
    }

    ColumnDescriptor descriptor() {
        PrimitiveTypeName type = switch (element.getType()) {
            case INT32 -> PrimitiveTypeName.INT32;
            case INT64 -> PrimitiveTypeName.INT64;
            default -> PrimitiveTypeName.BINARY;
        };
        return new ColumnDescriptor(
                path.toArray(String[]::new),
                new PrimitiveType(
                        levels == 0 ? Repetition.REQUIRED : Repetition.OPTIONAL, type, path.get(path.size() - 1)),
                0,
                levels);
    }
}
