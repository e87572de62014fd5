package org.bcm4j.training.terms;

/**
 * The first images of a batch, as many as a term takes, and those of them that one part of the batch holds. The images
 * of a batch are dealt to its parts in turn. So the images of a term are the same, whatever the number of parts.
 *
 * @param count the part's own images among them: its first; may be 0
 * @param fraction the number of all of them, divided by the images of the batch
 * @param weight of the mean over the part's images, so that the mean over all parts is the mean over the share; 0 if
 *     the part has none
 */
record Share(int count, double fraction, double weight) {
    /**
     * @param share of the batch, in (0,1]; rounded to images, at least one
     * @param images of each part
     * @param part the number of the part
     * @param parts of the batch
     */
    static Share of(double share, int images, int part, int parts) {
        long batch = (long) images * parts;
        long all = Math.max(1, Math.round(share * batch));
        // Those of the numbers part, part + parts, part + 2·parts and so on that are below all.
        long own = Math.max(0, (all - part + parts - 1) / parts);
        return new Share((int) own, (double) all / batch, (double) own * parts / all);
    }
}
