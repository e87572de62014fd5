package org.bcm4j.training.terms;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.bcm4j.nn.Pass;
import org.bcm4j.optimizer.OptimizerSettings;
import org.bcm4j.optimizer.RectifiedAdam;
import org.bcm4j.optimizer.TrainedWeights;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.NoGradients;
import org.bcm4j.tensor.SeededGenerator;
import org.bcm4j.tensor.Weights;
import org.bytedeco.pytorch.Tensor;

/** The discriminator of {@link Adversarial} under training: ψ and its optimiser. */
final class Adversary implements TermState, Learner {
    private final Discriminator discriminator;
    private final OptimizerSettings settings;
    private final long seed;
    private final Device device;
    private final TrainedWeights weights;
    private final RectifiedAdam optimizer;

    /** @param width of the discriminator */
    Adversary(TermSetting setting, int width, OptimizerSettings settings) {
        this.settings = settings;
        this.seed = setting.seed();
        this.device = setting.device();
        discriminator = new Discriminator(setting.network(), width);
        weights = new TrainedWeights(Weights.zeros(discriminator.layout(), device));
        optimizer = new RectifiedAdam(settings, discriminator.layout(), device);
    }

    /**
     * D_ψ, which collects a gradient of ψ.
     *
     * @param thread that collects it; {@link #prepare} comes before
     * @return float32 [B]
     */
    Tensor learning(int thread, Tensor x, Optional<Tensor> labels) {
        return judge(weights.live(thread), x, labels);
    }

    /** D_{sg ψ}: ψ is constant, and the gradient flows through x. Shapes are those of {@link #learning}. */
    Tensor constant(Tensor x, Optional<Tensor> labels) {
        return judge(weights.constant, x, labels);
    }

    private Tensor judge(Weights psi, Tensor x, Optional<Tensor> labels) {
        return discriminator.apply(Pass.evaluating(psi), x, labels).squeeze(1);
    }

    @Override
    public Map<String, Weights> buffers() {
        Map<String, Weights> buffers = new LinkedHashMap<>();
        buffers.put("discriminator", weights.values);
        buffers.put("first_moment", optimizer.mean());
        buffers.put("second_moment", optimizer.square());
        return buffers;
    }

    @Override
    public Optional<Learner> learner() {
        return Optional.of(this);
    }

    @Override
    public void begin(Weights ofTheModel) {
        try (SeededGenerator generator = new SeededGenerator(seed, device);
                Weights random = Weights.initialized(discriminator.layout(), generator, device)) {
            take(random);
        }
    }

    /**
     * Takes over ψ alone: the moments begin with the stage, as the model's do. A discriminator of another width begins
     * anew.
     */
    @Override
    public void continueFrom(TermState before) {
        Weights psi = ((Adversary) before).weights.values;
        if (psi.layout().equals(weights.values.layout())) {
            take(psi);
        } else {
            begin(psi);
        }
    }

    private void take(Weights psi) {
        try (NoGradients guard = new NoGradients()) {
            weights.values.flat().copy_(psi.flat());
        }
    }

    @Override
    public void prepare(int thread) {
        weights.live(thread);
    }

    @Override
    public void clearGradient() {
        weights.clearGradient();
    }

    @Override
    public Tensor gradient() {
        return weights.withGradient().gradient();
    }

    @Override
    public void update(long step, long steps) {
        optimizer.update(weights.live(0), settings.at(step, steps));
    }

    @Override
    public void restoreStep(long updates) {
        optimizer.restoreStep(updates);
    }

    @Override
    public void close() {
        optimizer.close();
        weights.close();
    }
}
