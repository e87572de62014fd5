package org.bcm4j.journal;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * The measurements of one training step.
 *
 * @param step optimiser steps taken so far, from 0
 * @param images training images seen so far
 * @param values measurements by name, in their order. The part before a slash groups them ({@code loss/soft} and
 *     {@code loss/total} share a panel). A value can be infinite or NaN, because the log is needed most when that
 *     happens
 */
public record StepRecord(long step, long images, Map<String, Double> values) {
    static final String STEP = "step";
    static final String IMAGES = "images";

    /**
     * @throws IllegalArgumentException if a count is negative, or a value is unnamed or named {@code step} or {@code
     * images}
     */
    public StepRecord {
        if (step < 0 || images < 0) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "step and images count from 0, are %d and %d", step, images));
        }
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
        for (String name : values.keySet()) {
            if (name.isBlank() || name.equals(STEP) || name.equals(IMAGES)) {
                throw new IllegalArgumentException("a value cannot be named \"" + name + "\"");
            }
        }
    }
}
