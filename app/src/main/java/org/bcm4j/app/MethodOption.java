package org.bcm4j.app;

import picocli.CommandLine.Option;

/** Whose way of editing to go. */
final class MethodOption {
    private enum Method {
        BCM,
        CM
    }

    @Option(
            names = "--method",
            paramLabel = "bcm|cm",
            description = {
                "bcm goes by the image's own noise, in the evaluations of --nfe; cm is the consistency models' way, the"
                        + " paper's baseline: from noise, and again from less and less of it, in 18 evaluations or those of"
                        + " --nfe (default: bcm)."
            })
    private Method method = Method.BCM;

    boolean isConsistencyModel() {
        return method == Method.CM;
    }
}
