package org.bcm4j;

import static org.bcm4j.model.NoiseScales.SIGMA_MAX;
import static org.bcm4j.model.NoiseScales.SIGMA_MIN;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;
import org.bcm4j.denoiser.DeterministicSampler;
import org.bcm4j.editing.Edit;
import org.bcm4j.editing.KnownLuminance;
import org.bcm4j.editing.KnownPatchMeans;
import org.bcm4j.model.ModelConfig;
import org.bcm4j.model.ModelFolder;
import org.bcm4j.model.ModelKind;
import org.bcm4j.model.RecommendedWalks;
import org.bcm4j.model.RecommendedWalks.Purpose;
import org.bcm4j.model.TrainedModel;
import org.bcm4j.network.NetworkConfig;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Precision;
import org.bcm4j.tensor.ProcessSettings;
import org.bcm4j.walk.ModelWalks;
import org.bcm4j.walk.Ode;
import org.bcm4j.walk.Ode.Direction;
import org.bcm4j.walk.PathSampler;
import org.bcm4j.walk.SamplingPath;
import org.bcm4j.walk.ThereAndBack;
import org.bcm4j.walk.Walk;
import org.bytedeco.pytorch.Tensor;

/**
 * A model that generates, inverts and edits images. Each task is a request: a builder sets it up, then runs it.
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
 * <p>Immutable and thread-safe: load a model once and share it. The same request returns the same bits, whatever other
 * threads run at the same time. {@link #close} waits for the evaluations in progress. Requests after that throw an
 * {@link IllegalStateException}.
 *
 * <p>Images that do not fit the model throw an {@link IllegalArgumentException}. Walks that the model cannot follow
 * throw a {@link UserException}. Both messages say what was expected. Methods that take or return a Tensor, Scope or
 * Device are for experts, like {@link TensorModel}.
 */
public final class BcmModel implements AutoCloseable {
    static {
        ProcessSettings.apply(); // before the first tensor
    }

    private final TrainedModel trained;
    private final ModelWalks walks;

    private BcmModel(TrainedModel trained, ModelWalks walks) {
        this.trained = trained;
        this.walks = walks;
    }

    /**
     * Loads a model folder on the best device, in the precision that is fastest for it there.
     *
     * @throws UserException if the folder holds no valid model
     */
    public static BcmModel load(Path folder) {
        return load(folder, Device.best());
    }

    /**
     * Loads a model folder on a given device, in the precision that is fastest for it there.
     *
     * @throws UserException if the folder holds no valid model, or the device cannot be used
     */
    public static BcmModel load(Path folder, Device device) {
        return load(folder, () -> TrainedModel.open(folder, device));
    }

    /**
     * Loads a model folder on a given device in a given precision.
     *
     * @throws UserException if the folder holds no valid model, or the device cannot be used
     */
    public static BcmModel load(Path folder, Device device, Precision precision) {
        return load(folder, () -> TrainedModel.open(folder, device, precision));
    }

    private static BcmModel load(Path folder, Supplier<TrainedModel> opening) {
        RecommendedWalks walks = new ModelFolder(folder).walks(); // first: if they are refused, no weights are held
        TrainedModel trained = opening.get();
        return new BcmModel(trained, new ModelWalks(trained.config(), walks));
    }

    /** The model's kind, network, data and classes. */
    public ModelConfig config() {
        return trained.config();
    }

    /** The names of the classes, in the order of their numbers; empty if they have no names, or there are none. */
    public List<String> classNames() {
        return config().classNames();
    }

    /** Height and width of the images, in pixels. */
    public int imageSize() {
        return config().network().imageSize();
    }

    /** The number of channels: 1 for grey images, 3 for coloured ones. */
    public int imageChannels() {
        return config().network().imageChannels();
    }

    /** Generates new images from noise. */
    public SamplingRequest sample() {
        return new SamplingRequest(this);
    }

    /**
     * Inverts images: finds the noises that generate them.
     *
     * @throws IllegalArgumentException if the images do not fit the model
     */
    public InversionRequest invert(Images images) {
        return new InversionRequest(this, fitting(images));
    }

    /**
     * Inverts images and generates them again.
     *
     * @throws IllegalArgumentException if the images do not fit the model
     */
    public ReconstructionRequest reconstruct(Images images) {
        return new ReconstructionRequest(this, fitting(images));
    }

    /**
     * Generates a sequence of images from one image to another.
     *
     * @param first one image
     * @param last one image
     * @throws IllegalArgumentException if the images do not fit the model
     */
    public InterpolationRequest interpolate(Images first, Images last) {
        return new InterpolationRequest(this, fitting(first), fitting(last));
    }

    /**
     * Fills the missing parts of images. Masks and boxes mark the missing parts.
     *
     * @throws IllegalArgumentException if the images do not fit the model
     */
    public InpaintingRequest inpaint(Images images) {
        requireWalks();
        return new InpaintingRequest(this, fitting(images));
    }

    /**
     * Turns images into images of another class.
     *
     * @param target name or number of the class of the results
     * @throws UserException if the model has no such class
     * @throws IllegalArgumentException if the images do not fit the model
     */
    public ClassSwapRequest swapClass(Images images, String target) {
        return new ClassSwapRequest(this, fitting(images), target);
    }

    /**
     * Colours grey images. The results have the luminance of the given images.
     *
     * @param images grey or coloured; only the luminance of coloured images is used
     * @throws IllegalArgumentException if the images do not fit the model, or the model generates grey images only
     */
    public EditRequest colorize(Images images) {
        requireWalks();
        if (imageChannels() != KnownLuminance.CHANNELS) {
            throw new IllegalArgumentException(
                    "this model generates grey images; use a model of coloured images to colorize");
        }
        return new EditRequest(this, fitting(images), BcmModel::multistep, Edit::colorization);
    }

    /**
     * Enlarges small images to the model's size. The mean of each patch of a result is the corresponding pixel of the
     * small image.
     *
     * @param small images of a half or a quarter of the model's size
     * @throws IllegalArgumentException if the images are of another size
     */
    public EditRequest superResolve(Images small) {
        requireWalks();
        Images known = small.inChannels(imageChannels());
        int factor = KnownPatchMeans.FACTORS.stream()
                .filter(times -> known.height() * times == imageSize() && known.width() * times == imageSize())
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("small images are a half or a quarter of the model's "
                        + imageSize() + " x " + imageSize() + " pixels, not " + known.width() + " x "
                        + known.height()));
        return new EditRequest(this, known, BcmModel::multistep, given -> Edit.superResolution(given, factor));
    }

    /**
     * Improves damaged images, for example compressed ones, without knowing the kind of damage. Takes 2 evaluations by
     * default.
     *
     * @throws IllegalArgumentException if the images do not fit the model
     */
    public EditRequest restore(Images damaged) {
        requireWalks();
        return new EditRequest(this, fitting(damaged), steps -> stored(Purpose.RESTORE, steps), Edit::free);
    }

    /**
     * Removes noise from images. Takes one evaluation unless a walk is given.
     *
     * @param sigma standard deviation of the noise, where black is -1 and white 1; in (0.002, 80]
     * @throws IllegalArgumentException if the images do not fit the model, or {@code sigma} is out of range
     */
    public EditRequest denoise(Images noisy, double sigma) {
        requireWalks();
        if (!(sigma > SIGMA_MIN && sigma <= SIGMA_MAX)) {
            throw new IllegalArgumentException("sigma must lie in (" + SIGMA_MIN + "," + SIGMA_MAX + "], is " + sigma);
        }
        Walk straight = Walk.straightFrom(sigma);
        return new EditRequest(
                this, fitting(noisy), steps -> only(steps, straight), given -> Edit.denoising(given, sigma));
    }

    /**
     * Turns rough drawings into images. The forms of the drawing stay and the model supplies the details. The more
     * noise the walk adds first, the less of the drawing remains.
     *
     * @throws IllegalArgumentException if the drawings do not fit the model
     */
    public EditRequest fromDrawing(Images drawings) {
        requireWalks();
        return new EditRequest(this, fitting(drawings), steps -> only(steps, Edit.DRAWING_WALK), Edit::free);
    }

    /** For experts: the same model on tensors. The two share the weights: closing either closes both. */
    public TensorModel tensors() {
        return new TensorModel(trained);
    }

    /** Frees the weights after the evaluations in progress have ended. */
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

    /** Noises as points on the model's device, float32 [N,C,H,W]. */
    Tensor points(Noise noises) {
        return trained.device().move(noises.tensor());
    }

    /** The requested path, or the default one. For a denoiser the default is an ODE. */
    SamplingPath samplingPath(ImageRequest<?> request, Purpose purpose, Direction direction) {
        if (request.givenPath().isPresent()) {
            SamplingPath samplingPath = request.givenPath().get();
            PathSampler.require(samplingPath, config());
            return samplingPath;
        }
        OptionalInt steps = request.givenSteps();
        if (config().kind() == ModelKind.DENOISER) {
            int points = steps.orElse(DeterministicSampler.USUAL_POINTS);
            return new Ode(new DeterministicSampler(DeterministicSampler.USUAL_SOLVER, points), direction);
        }
        return stored(purpose, steps);
    }

    /** The requested path to noise and back, or the default one. */
    ThereAndBack thereAndBack(ImageRequest<?> request, Purpose purpose) {
        requireWalks();
        return givenWalk(request)
                .map(ThereAndBack::of)
                .orElseGet(
                        () -> walks.thereAndBack(purpose, request.givenSteps().orElse(purpose.usualNfe())));
    }

    /** The walk given to the request, if there is one. */
    Optional<Walk> givenWalk(ImageRequest<?> request) {
        return request.givenPath().map(samplingPath -> {
            PathSampler.require(samplingPath, config());
            return (Walk) samplingPath; // only a denoiser follows anything else
        });
    }

    private Walk stored(Purpose purpose, OptionalInt steps) {
        return walks.walk(purpose, steps.orElse(purpose.usualNfe()));
    }

    private void requireWalks() {
        trained.requireWalks();
    }

    private static Walk multistep(OptionalInt steps) {
        return Walk.multistep(steps.orElse(Walk.MULTISTEP_NFE));
    }

    private static Walk only(OptionalInt steps, Walk usual) {
        if (steps.isPresent()) {
            throw new UserException(steps.getAsInt()
                    + " steps: the model stores no walks for this edit; set a walk, such as \"" + usual + "\"");
        }
        return usual;
    }

    /** The images with the model's number of channels. */
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
