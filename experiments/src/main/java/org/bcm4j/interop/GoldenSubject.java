package org.bcm4j.interop;

/** The network or block that a folder of recorded outputs checks. */
sealed interface GoldenSubject permits GoldenModel, GoldenInception, GoldenInceptionBlock {
    /**
     * Compares this library's outputs with the recorded ones, in the caller's scope and without gradients.
     *
     * @throws org.bcm4j.storage.UserException if weights or recordings are missing, damaged or of another network
     */
    GoldenCheck.Report check(GoldenCheck check, GoldenFolder folder);
}
