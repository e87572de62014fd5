package org.bcm4j.training.terms;

import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * The loss of one term for a batch.
 *
 * @param total the minimised value, averaged over the batch; a scalar with a gradient
 * @param parts named parts for the log, averaged over the batch; scalars
 */
public record Loss(Tensor total, Map<String, Tensor> parts) {}
