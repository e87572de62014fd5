package org.bcm4j.interop;

/** What a folder of recorded outputs is about. */
sealed interface GoldenSubject permits GoldenModel, GoldenInception, GoldenInceptionBlock {
    /**
     * Compares this library's outputs with the recorded ones, in the caller's scope and without gradients.
     *
     * @throws org.bcm4j.storage.UserException if weights or recordings are missing, damaged or another network's
     */
    GoldenCheck.Report check(GoldenCheck check, GoldenFolder folder);
}
