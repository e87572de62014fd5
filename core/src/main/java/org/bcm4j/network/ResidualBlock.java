package org.bcm4j.network;

import static org.bcm4j.tensor.Ops.scalar;

import java.util.Optional;
import org.bcm4j.nn.Convolution;
import org.bcm4j.nn.Cost;
import org.bcm4j.nn.GroupNorm;
import org.bcm4j.nn.Linear;
import org.bcm4j.nn.Pass;
import org.bcm4j.nn.Resampling;
import org.bcm4j.tensor.Initialization;
import org.bcm4j.tensor.WeightLayout;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * ADM's residual block: norm, SiLU, resampling, convolution; addition of the embedding (or, with {@code scaleShift},
 * scaling and shifting of the second norm); norm, SiLU, dropout, convolution; addition of the resampled skip. Maps
 * [B,in,H,W] and the activated embedding [B,E] to [B,out,H',W'].
 */
public record ResidualBlock(
        Resampling resampling,
        boolean scaleShift,
        double dropout,
        GroupNorm norm1,
        Convolution conv1,
        Linear embed,
        GroupNorm norm2,
        Convolution conv2,
        Optional<Convolution> skip)
        implements Block {

    static ResidualBlock of(String name, int in, int out, Resampling resampling, double dropout, AdmConfig config) {
        int embedded = config.scaleShiftNorm() ? 2 * out : out;
        return new ResidualBlock(
                resampling,
                config.scaleShiftNorm(),
                dropout,
                GroupNorm.adm(name + ".in_layers.0", in),
                new Convolution(name + ".in_layers.2", in, out, 3),
                new Linear(name + ".emb_layers.1", config.embeddingWidth(), embedded),
                GroupNorm.adm(name + ".out_layers.0", out),
                new Convolution(name + ".out_layers.3", out, out, 3, Initialization.ZERO),
                in == out ? Optional.empty() : Optional.of(new Convolution(name + ".skip_connection", in, out, 1)));
    }

    @Override
    public void declare(WeightLayout.Builder layout) {
        norm1.declare(layout);
        conv1.declare(layout);
        embed.declare(layout);
        norm2.declare(layout);
        conv2.declare(layout);
        skip.ifPresent(convolution -> convolution.declare(layout));
    }

    @Override
    public Tensor apply(Pass pass, Tensor x, Tensor embedding) {
        Tensor h = conv1.apply(pass, resampling.apply(torch.silu(norm1.apply(pass, x))));
        h = torch.silu(
                conditioned(pass, h, embed.apply(pass, embedding).unsqueeze(2).unsqueeze(3)));
        h = conv2.apply(pass, pass.dropout().apply(h, dropout));
        Tensor around = resampling.apply(x);
        return h.add(skip.isPresent() ? skip.get().apply(pass, around) : around);
    }

    @Override
    public Cost cost(long side) {
        long inside = resampling.side(side);
        long in = conv1.in() * side * side;
        long resampled = resampling == Resampling.NONE
                ? 0
                : 2L * conv1.in() * inside * inside; // on the residual branch and on the skip
        long out = conv1.out() * inside * inside;
        // SiLU; the sum with the embedding, or the scaled and shifted norm; SiLU; the sum of the residual branch and
        // the skip.
        Cost rest = Cost.elementwise(in + resampled + 3 * out);
        return norm1.cost(side)
                .plus(conv1.cost(inside))
                .plus(embed.cost())
                .plus(norm2.cost(inside))
                .plus(conv2.cost(inside))
                .plus(skip.map(convolution -> convolution.cost(inside)).orElse(Cost.NONE))
                .plus(rest);
    }

    private Tensor conditioned(Pass pass, Tensor h, Tensor embedded) {
        if (!scaleShift) {
            return norm2.apply(pass, h.add(embedded));
        }
        TensorVector halves = embedded.chunk(2, 1);
        Tensor scale = halves.get(0);
        Tensor shift = halves.get(1);
        return torch.addcmul(shift, norm2.apply(pass, h), scale.add(scalar(1.0)));
    }
}
