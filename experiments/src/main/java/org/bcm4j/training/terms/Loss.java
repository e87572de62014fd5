package org.bcm4j.training.terms;

import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * What a term makes of a batch.
 *
 * @param total what is minimised, averaged over the batch; a scalar with a gradient
 * @param parts its named parts for the log, averaged over the batch; scalars
 */
public record Loss(Tensor total, Map<String, Tensor> parts) {}
