package org.bcm4j.network;

import java.util.Deque;
import java.util.Optional;
import org.bcm4j.nn.Cost;
import org.bcm4j.nn.Pass;
import org.bcm4j.tensor.WeightLayout;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The U-Net of score SDE, in EDM's formulation, conditioned on t, u and a label (docs/method.md §3): NCSN++, DDPM++ and
 * variants in between. Parameters have EDM's names; {@code interop.EdmNames} and {@code interop.ScoreSdeNames} convert
 * published weights.
 *
 * <p>The network takes images of the configured size. t and u enter as ¼·ln of the noise scales.
 */
public final class NcsnppUNet implements Network {
    private final NcsnppConfig config;
    private final NcsnppEmbedding embedding;
    private final NcsnppEncoder encoder;
    private final NcsnppDecoder decoder;
    private final WeightLayout layout;

    public NcsnppUNet(NcsnppConfig config) {
        this.config = config;
        embedding = NcsnppEmbedding.of(config);
        encoder = NcsnppEncoder.of(config);
        decoder = NcsnppDecoder.of(config);
        WeightLayout.Builder builder = new WeightLayout.Builder();
        embedding.declare(builder);
        encoder.declare(builder);
        decoder.declare(builder);
        layout = builder.build();
    }

    public NcsnppConfig config() {
        return config;
    }

    public NcsnppEmbedding embedding() {
        return embedding;
    }

    /** The down path. */
    public NcsnppEncoder encoder() {
        return encoder;
    }

    /** The middle and the up path. */
    public NcsnppDecoder decoder() {
        return decoder;
    }

    @Override
    public WeightLayout layout() {
        return layout;
    }

    @Override
    public Cost cost() {
        int size = config.imageSize();
        return embedding.cost().plus(encoder.cost(size)).plus(decoder.cost(size));
    }

    @Override
    public Tensor apply(Pass pass, Tensor x, Tensor t, Tensor u, Optional<Tensor> labels) {
        Tensor activated = torch.silu(embedding.apply(pass, t, u, labels));
        Deque<Tensor> skips = encoder.apply(pass, x, activated);
        return decoder.apply(pass, skips, activated);
    }
}
