package org.bcm4j.network;

import java.util.Deque;
import java.util.Optional;
import org.bcm4j.nn.Operations;

/**
 * The U-Net of score SDE, in EDM's formulation, conditioned on t, u and a label (docs/method.md §3): NCSN++, DDPM++ and
 * variants in between. Parameters have EDM's names; {@code interop.EdmNames} and {@code interop.ScoreSdeNames} convert
 * published weights.
 *
 * <p>The network takes images of the configured size. t and u enter as ¼·ln of the noise scales.
 */
public final class NcsnppUNet extends Architecture {
    private final NcsnppEmbedding embedding;
    private final NcsnppEncoder encoder;
    private final NcsnppDecoder decoder;

    public NcsnppUNet(NcsnppConfig config) {
        super(config);
        embedding = NcsnppEmbedding.of(config);
        encoder = NcsnppEncoder.of(config);
        decoder = NcsnppDecoder.of(config);
    }

    @Override
    public <V> V describe(Operations<V> op, V x, V t, V u, Optional<V> labels) {
        V activated = op.inFloat32(t, exact -> op.silu(embedding.apply(op, exact, u, labels)));
        Deque<V> skips = encoder.apply(op, x, activated);
        return decoder.apply(op, skips, activated);
    }
}
