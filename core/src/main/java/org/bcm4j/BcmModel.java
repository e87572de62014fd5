package org.bcm4j;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.bcm4j.denoiser.DeterministicSampler;
import org.bcm4j.denoiser.OdeSolver;
import org.bcm4j.editing.KnownLuminance;
import org.bcm4j.editing.KnownPatchMeans;
import org.bcm4j.model.ModelConfig;
import org.bcm4j.model.ModelFolder;
import org.bcm4j.model.ModelKind;
import org.bcm4j.model.RecommendedWalks.Purpose;
import org.bcm4j.model.TrainedModel;
import org.bcm4j.network.NetworkConfig;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Precision;
import org.bcm4j.tensor.ProcessSettings;
import org.bcm4j.walk.ModelWalks;
import org.bcm4j.walk.Move;
import org.bcm4j.walk.Ode;
import org.bcm4j.walk.Ode.Direction;
import org.bcm4j.walk.PathSampler;
import org.bcm4j.walk.SamplingPath;
import org.bcm4j.walk.ThereAndBack;
import org.bcm4j.walk.Walk;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * A model to make, invert and edit images with. What it is asked for is set up by builders and then run:
 *
 * <pre>{@code
 * try (BcmModel model = BcmModel.load(Path.of("models/fashion-mnist"))) {
 *     Images images = model.sample().count(16).steps(2).seed(42).label("Sneaker").generate();
 *     ImageIO.write(images.image(0), "png", file);
 *     Noise noise = model.invert(Images.of(picture)).steps(2).run();
 *     Images edited = model.inpaint(Images.of(picture)).mask(mask).run();
 * }
 * }</pre>
 *
 * <p>Immutable: load a model once, and let any number of threads ask it at once. The same request gives the same bits, whatever other threads
 * ask. Closing it waits for the evaluations in progress; after that, requests throw an {@link IllegalStateException}.
 *
 * <p>Images that do not fit a model are refused with an {@link IllegalArgumentException}, walks that it cannot go with a {@link
 * UserException}; both say what was expected. What is given as Tensor, Scope or Device is for experts, as {@link TensorModel} is.
 */
public final class BcmModel implements AutoCloseable {
    private static final int DEFAULT_STEPS = 2;

    /** EDM's for CIFAR-10. */
    private static final int DEFAULT_ODE_STEPS = 18;

    /** Of walks that go from noise to images again and again, keeping to what is known each time. */
    private static final int DEFAULT_MULTISTEPS = 18;

    private static final String DRAWING = "0 +4 > 0 +1 > 0";

    private final TrainedModel trained;
    private final ModelWalks walks;

    private BcmModel(TrainedModel trained, ModelWalks walks) {
        this.trained = trained;
        this.walks = walks;
    }

    /**
     * Loads a model folder on the best device, in its fastest precision.
     *
     * @throws UserException if the folder holds no sound model
     */
    public static BcmModel load(Path folder) {
        ProcessSettings.apply();
        Device device = Device.best();
        return load(folder, device, Precision.fastestOn(device));
    }

    /**
     * Loads a model folder on a given device in a given precision.
     *
     * @throws UserException if the folder holds no sound model, or the device cannot be used
     */
    public static BcmModel load(Path folder, Device device, Precision precision) {
        ProcessSettings.apply();
        TrainedModel trained = TrainedModel.open(folder, device, precision);
        return new BcmModel(trained, new ModelWalks(trained.config(), new ModelFolder(folder).walks()));
    }

    /** What the model is: its kind, network, data and classes. */
    public ModelConfig config() {
        return trained.config();
    }

    /** The names of the classes, in the order of their numbers; empty if the model knows none. */
    public List<String> classNames() {
        return config().classNames();
    }

    /** Height and width of the images, in pixels. */
    public int imageSize() {
        return config().network().imageSize();
    }

    /** 1 for grey images, 3 for coloured ones. */
    public int imageChannels() {
        return config().network().imageChannels();
    }

    /** New images from noise. */
    public SamplingRequest sample() {
        return new SamplingRequest(this);
    }

    /**
     * The noises that images come from.
     *
     * @throws IllegalArgumentException if the images do not fit the model
     */
    public InversionRequest invert(Images images) {
        return new InversionRequest(this, fitting(images));
    }

    /**
     * Images inverted and generated again.
     *
     * @throws IllegalArgumentException if the images do not fit the model
     */
    public ReconstructionRequest reconstruct(Images images) {
        return new ReconstructionRequest(this, fitting(images));
    }

    /**
     * Images that lead from one image to another.
     *
     * @param first one image
     * @param last one image
     * @throws IllegalArgumentException if the images do not fit the model
     */
    public InterpolationRequest interpolate(Images first, Images last) {
        return new InterpolationRequest(this, fitting(first), fitting(last));
    }

    /**
     * Images with their missing parts filled, which masks and boxes mark.
     *
     * @throws IllegalArgumentException if the images do not fit the model
     */
    public InpaintingRequest inpaint(Images images) {
        requireWalks();
        return new InpaintingRequest(this, fitting(images));
    }

    /**
     * Images of another class.
     *
     * @param target name or number of the class that the results are to be of
     * @throws UserException if the model has no such class
     * @throws IllegalArgumentException if the images do not fit the model
     */
    public ClassSwapRequest swapClass(Images images, String target) {
        return new ClassSwapRequest(this, fitting(images), target);
    }

    /**
     * Grey images with colours: the results have the luminance of the images.
     *
     * @param images grey, or coloured, of which only the luminance is looked at
     * @throws IllegalArgumentException if the images do not fit the model, or it knows grey ones only
     */
    public EditRequest colorize(Images images) {
        requireWalks();
        if (imageChannels() != KnownLuminance.CHANNELS) {
            throw new IllegalArgumentException("this model knows grey images only; colorize with one of coloured ones");
        }
        return new EditRequest(
                this,
                fitting(images),
                new EditRequest.Kind(
                        BcmModel::multistep,
                        KnownLuminance::grey,
                        given -> new KnownLuminance(KnownLuminance.grey(given))));
    }

    /**
     * Small images enlarged to the model's size: the mean of every patch of the results is the small image's pixel.
     *
     * @param small images of a half or a quarter of the model's size
     * @throws IllegalArgumentException if the images are of another size
     */
    public EditRequest superResolve(Images small) {
        requireWalks();
        Images known = small.inChannels(imageChannels());
        int factor = imageSize() / known.height();
        if (factor < 2 || known.height() * factor != imageSize() || known.width() != known.height()) {
            throw new IllegalArgumentException("small images are a half or a quarter of the model's " + imageSize()
                    + " x " + imageSize() + " pixels, not " + known.width() + " x " + known.height());
        }
        long[] whole = {imageSize(), imageSize()};
        return new EditRequest(
                this,
                known,
                new EditRequest.Kind(
                        BcmModel::multistep,
                        given -> torch.upsample_nearest2d(given, whole),
                        given -> new KnownPatchMeans(given, factor)));
    }

    /**
     * Images that compression, or the like, has damaged, made better without being told how. In 2 evaluations unless others are named.
     *
     * @throws IllegalArgumentException if the images do not fit the model
     */
    public EditRequest restore(Images damaged) {
        requireWalks();
        return new EditRequest(
                this,
                fitting(damaged),
                EditRequest.Kind.free(steps -> walks.walk(Purpose.RESTORE, steps.orElse(DEFAULT_STEPS))));
    }

    /**
     * Images without their noise, in one evaluation unless a walk is named.
     *
     * @param sigma standard deviation of the noise, where black is -1 and white 1; in [0.002, 80]
     * @throws IllegalArgumentException if the images do not fit the model, or there is no such noise scale
     */
    public EditRequest denoise(Images noisy, double sigma) {
        requireWalks();
        Walk straight = new Walk(List.of(new Move.Traverse(sigma, 0)));
        return new EditRequest(this, fitting(noisy), EditRequest.Kind.free(steps -> only(steps, straight)));
    }

    /**
     * Images of rough drawings, whose forms are kept and whose details are found. The more noise the walk adds first, the less of the drawing
     * stays.
     *
     * @throws IllegalArgumentException if the drawings do not fit the model
     */
    public EditRequest fromDrawing(Images drawings) {
        requireWalks();
        return new EditRequest(
                this, fitting(drawings), EditRequest.Kind.free(steps -> only(steps, Walk.parse(DRAWING))));
    }

    /** For experts: the same on tensors. The model stays this one's: closing either closes both. */
    public TensorModel tensors() {
        return new TensorModel(trained);
    }

    /** Frees the weights, once the evaluations in progress have ended. */
    @Override
    public void close() {
        trained.close();
    }

    TrainedModel trained() {
        return trained;
    }

    ModelWalks walks() {
        return walks;
    }

    /** Images as points on the model's device, float32 [N,C,H,W]. */
    Tensor points(Images images) {
        return trained.device().move(images.tensor());
    }

    /** Noises likewise. */
    Tensor points(Noise noises) {
        return trained.device().move(noises.tensor());
    }

    /** The way that was asked for, or the usual one; of a denoiser an ODE. */
    SamplingPath way(ImageRequest<?> request, Purpose purpose, Direction direction) {
        if (request.givenWay().isPresent()) {
            SamplingPath way = request.givenWay().get();
            PathSampler.require(way, config());
            return way;
        }
        OptionalInt steps = request.givenSteps();
        if (config().kind() == ModelKind.DENOISER) {
            return new Ode(new DeterministicSampler(OdeSolver.HEUN, steps.orElse(DEFAULT_ODE_STEPS)), direction);
        }
        return walks.walk(purpose, steps.orElse(DEFAULT_STEPS));
    }

    /** The way to noise and back that was asked for, or the usual one. */
    ThereAndBack thereAndBack(ImageRequest<?> request, Purpose purpose) {
        requireWalks();
        return givenWalk(request)
                .map(ThereAndBack::of)
                .orElseGet(
                        () -> walks.thereAndBack(purpose, request.givenSteps().orElse(DEFAULT_STEPS)));
    }

    /** The walk that was written out, if one was. */
    Optional<Walk> givenWalk(ImageRequest<?> request) {
        return request.givenWay().map(way -> {
            PathSampler.require(way, config());
            if (way instanceof Walk walk && walk.end() == 0) {
                return walk;
            }
            throw new UserException(
                    "\"" + way + "\": an edit goes along a walk that leads to images, as \"0 +0.4 > 2 > 0\" does");
        });
    }

    Walk inpaintingWalk(int steps) {
        return walks.walk(Purpose.INPAINT, steps);
    }

    private void requireWalks() {
        trained.requireWalks();
    }

    private static Walk multistep(OptionalInt steps) {
        return Walk.multistep(steps.orElse(DEFAULT_MULTISTEPS));
    }

    private static Walk only(OptionalInt steps, Walk usual) {
        if (steps.isPresent()) {
            throw new UserException(steps.getAsInt()
                    + " steps: the model stores no walks for this edit; write one, such" + " as \"" + usual + "\"");
        }
        return usual;
    }

    /** The images in the model's channels. */
    private Images fitting(Images images) {
        NetworkConfig network = config().network();
        int size = network.imageSize();
        if (images.height() != size || images.width() != size) {
            throw new IllegalArgumentException("these images are " + images.width() + " x " + images.height()
                    + " pixels, and the model takes " + size + " x " + size + "; see Images.fitted");
        }
        return images.inChannels(network.imageChannels());
    }
}
