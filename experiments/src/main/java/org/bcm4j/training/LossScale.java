package org.bcm4j.training;

/**
 * Dynamic scaling of the loss for float16, as in the published code: the loss, and with it every gradient, is multiplied
 * by 2^s, so that small gradients do not vanish. s grows by 0.001 in each step whose gradient is finite. It falls by 1
 * in each step that overflows, and that step is skipped.
 *
 * @param thousandths s in thousandths
 */
record LossScale(long thousandths) {
    /** s = 20. */
    static final LossScale FIRST = new LossScale(20_000);

    private static final long FALL = 1_000;

    /** 2^s. */
    double factor() {
        return Math.pow(2, thousandths / 1000.0);
    }

    LossScale after(boolean finite) {
        return new LossScale(thousandths + (finite ? 1 : -FALL));
    }
}
