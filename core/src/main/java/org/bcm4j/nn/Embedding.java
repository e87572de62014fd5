package org.bcm4j.nn;

import org.bcm4j.tensor.Initialization;
import org.bcm4j.tensor.WeightLayout;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** A learned row per class: maps int64 [B] in [0,rows) to [B,width]. */
public record Embedding(String name, int rows, int width) {
    public void declare(WeightLayout.Builder layout) {
        layout.declare(name + ".weight", Initialization.NORMAL, rows, width);
    }

    public Tensor apply(Pass pass, Tensor indices) {
        return torch.embedding(pass.weight(name + ".weight"), indices);
    }
}
