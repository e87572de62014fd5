package org.bcm4j.training;

import java.util.Map;

/**
 * What a step did.
 *
 * @param skipped whether it changed no weight, because its loss or gradient was not finite
 * @param states values that hold at the end of the step, by name, such as the number of grid points
 * @param samples values of the step's batch alone, by name, such as its loss
 */
record StepOutcome(boolean skipped, Map<String, Double> states, Map<String, Double> samples) {}
