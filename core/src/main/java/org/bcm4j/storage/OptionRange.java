package org.bcm4j.storage;

/** Checks that the number of an option is within its range. */
public final class OptionRange {
    private OptionRange() {}

    /**
     * Checks a whole number.
     *
     * @param option the name of the option
     * @param least the smallest number that is allowed
     * @param most the largest number that is allowed
     * @throws UserException if the number is outside
     */
    public static void require(String option, long value, long least, long most) {
        if (value < least || value > most) {
            throw new UserException(option + " " + value + ": choose from " + least + " to " + most);
        }
    }

    /** As {@link #require(String, long, long, long)}, for any number; NaN is outside of every range. */
    public static void require(String option, double value, double least, double most) {
        if (!(value >= least && value <= most)) {
            throw new UserException(option + " " + value + ": choose from " + least + " to " + most);
        }
    }
}
