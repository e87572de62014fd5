package org.bcm4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bcm4j.tensor.Ops.scalar;
import static org.bcm4j.tensor.TestDevice.testDevice;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.assertj.core.api.ThrowableAssert;
import org.bcm4j.denoiser.DeterministicSampler;
import org.bcm4j.denoiser.OdeSolver;
import org.bcm4j.editing.Edit;
import org.bcm4j.editing.Interpolation;
import org.bcm4j.editing.KnownPixels;
import org.bcm4j.editing.RefinedInversion;
import org.bcm4j.model.ModelConfig;
import org.bcm4j.model.ModelKind;
import org.bcm4j.model.TrainedModel;
import org.bcm4j.network.AdmConfig;
import org.bcm4j.network.Conditioning;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Precision;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.SeededGenerator;
import org.bcm4j.tensor.Weights;
import org.bcm4j.walk.ImageNoise;
import org.bcm4j.walk.Ode;
import org.bcm4j.walk.Walk;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;

/** An untrained model only scales what it is given, which is enough to follow noises and labels through batches. */
class TensorModelTest {
    private static final Walk ZIGZAG = Walk.parse("80 > 0 +0.2 > 0.8 > 0");
    /** Two whole batches and a part of one. */
    private static final int COUNT = 150;

    private static TensorModel untrained() {
        AdmConfig network = new AdmConfig(
                8, 1, 2, 0, 8, List.of(1), 1, List.of(), 8, true, 0, 16, Conditioning.JOINT, 3, true, true);
        ModelConfig config = new ModelConfig(ModelConfig.FORMAT, ModelKind.BIDIRECTIONAL, network, "tiny", List.of());
        try (SeededGenerator generator = new SeededGenerator(1, testDevice())) {
            Weights weights = Weights.initialized(network.build().layout(), generator, testDevice());
            return new TensorModel(new TrainedModel(config, weights, testDevice(), Precision.FP32));
        }
    }

    @Test
    void imagesThatAreStreamedAreThoseOfOneCall() {
        try (Scope scope = Scope.open();
                TensorModel bcm = untrained()) {
            Optional<Tensor> labels = Optional.of(testDevice()
                    .integers(LongStream.range(0, COUNT).map(i -> i % 3).toArray()));
            List<Float> streamed = new ArrayList<>();
            List<Long> sizes = new ArrayList<>();
            bcm.generate(ZIGZAG, COUNT, 4, labels, batch -> {
                sizes.add(batch.size(0));
                for (float value : HostTensors.floats(batch)) {
                    streamed.add(value);
                }
            });
            float[] together = HostTensors.floats(bcm.generate(ZIGZAG, COUNT, 4, labels));

            assertThat(sizes.stream().mapToLong(Long::longValue).sum()).isEqualTo(COUNT);
            assertThat(streamed).hasSize(together.length);
            for (int i = 0; i < together.length; i++) {
                assertThat(streamed.get(i)).isEqualTo(together[i]);
            }
        }
    }

    /** Several processes draw ranges of the same images. */
    @Test
    void aRangeOfImagesIsThatOfAll() {
        try (Scope scope = Scope.open();
                TensorModel bcm = untrained()) {
            Tensor all = bcm.generate(ZIGZAG, COUNT, 4, Optional.empty());
            for (long first : new long[] {2 * TensorModel.BATCH, COUNT - 1}) {
                List<Tensor> range = new ArrayList<>();
                bcm.numbered(place -> first + place)
                        .generate(ZIGZAG, COUNT - first, 4, Optional.empty(), batch -> range.add(Scope.own(batch)));
                Tensor expected = all.narrow(0, first, COUNT - first);
                // A batch of another size may sum in another order.
                assertThat(range).hasSize(1);
                assertThat(range.get(0).sub(expected).abs().max().item_double()).isLessThan(1e-5);
                range.forEach(Tensor::releaseReference);
            }
        }
    }

    /** In batches, a denoiser is told the labels of each, and its ODE draws nothing: what was generated is found again. */
    @Test
    void aDenoiserInvertsWhatItGenerated() {
        AdmConfig network = new AdmConfig(
                8, 1, 2, 0, 8, List.of(1), 1, List.of(), 8, true, 0, 16, Conditioning.TIME, 3, true, true);
        ModelConfig config = new ModelConfig(ModelConfig.FORMAT, ModelKind.DENOISER, network, "tiny", List.of());
        DeterministicSampler sampler = new DeterministicSampler(OdeSolver.HEUN, 30);
        try (Scope scope = Scope.open();
                SeededGenerator generator = new SeededGenerator(1, testDevice());
                TensorModel bcm = new TensorModel(new TrainedModel(
                        config,
                        Weights.initialized(network.build().layout(), generator, testDevice()),
                        testDevice(),
                        Precision.FP32))) {
            Tensor noises = generator.normal(bcm.model().shape(COUNT));
            Optional<Tensor> labels = Optional.of(testDevice()
                    .integers(LongStream.range(0, COUNT).map(i -> i % 3).toArray()));
            Tensor images = bcm.generate(new Ode(sampler, Ode.Direction.GENERATE), noises, 0, labels);
            Tensor found = bcm.invert(new Ode(sampler, Ode.Direction.INVERT), images, 0, labels);
            double error = found.sub(noises).abs().max().item_double();
            assertThat(error).as("the errors of 30 steps of Heun's rule").isLessThan(0.05);
            assertThatThrownBy(() -> bcm.generate(ZIGZAG, noises, 0, labels)).isInstanceOf(UserException.class);
        }
    }

    /** So that walks can be compared on the same noises: those that the seed draws at once. */
    @Test
    void theSeedAloneDecidesTheNoisesOfAWalk() {
        try (Scope scope = Scope.open();
                TensorModel bcm = untrained()) {
            Tensor noises =
                    ImageNoise.from(4, 0, testDevice()).start(bcm.model().shape(COUNT));
            float[] given = HostTensors.floats(bcm.generate(ZIGZAG, noises, 4, Optional.empty()));
            float[] drawn = HostTensors.floats(bcm.generate(ZIGZAG, COUNT, 4, Optional.empty()));
            float[] other = HostTensors.floats(bcm.generate(ZIGZAG, COUNT, 5, Optional.empty()));
            assertThat(drawn).isEqualTo(given).isNotEqualTo(other);
        }
    }

    /** Whatever is made with it: a batch of its own, a full batch, one of many. */
    @Test
    void anImageOfASeedIsTheSameInAnyCompany() {
        Walk thrice = Walk.parse("80 > 0 +2 > 0 +0.5 > 0");
        try (Scope scope = Scope.open();
                TensorModel bcm = arbitrary()) {
            Tensor many = bcm.generate(thrice, 67, 4, Optional.empty());
            for (int count : new int[] {1, 4, 65}) {
                Tensor fewer = bcm.generate(thrice, count, 4, Optional.empty());
                // Batches of other sizes may be summed in another order.
                assertThat(difference(fewer, many.narrow(0, 0, count))).isLessThan(1e-4);
            }
        }
    }

    /** As {@link #untrained}, but what it makes depends on the noise scales and the class. */
    private static TensorModel arbitrary() {
        TensorModel bcm = untrained();
        try (Scope scope = Scope.open();
                SeededGenerator generator = new SeededGenerator(2, testDevice())) {
            Tensor weights = bcm.model().weights().flat();
            weights.add_(generator.normal(weights.size(0)), scalar(0.05));
        }
        return bcm;
    }

    private static Tensor classes(long... labels) {
        return testDevice().integers(labels);
    }

    /** Fewer images in a batch round otherwise, and the noise is divided by 80 on the way: by 1e-4 of images within [-1,1] at most. */
    @Test
    void anInterpolationEndsAtTheReconstructionsOfItsEnds() {
        Walk toNoise = Walk.parse("0 +0.07 > 6 > 80");
        Walk toImages = Walk.parse("80 > 1.2 > 0");
        try (Scope scope = Scope.open();
                TensorModel bcm = arbitrary();
                SeededGenerator generator = new SeededGenerator(4, testDevice())) {
            Tensor ends = generator.normal(bcm.model().shape(2)).tanh();
            Optional<Tensor> labels = Optional.of(classes(2, 0));
            Tensor strip = bcm.interpolate(toNoise, toImages, ends, 5, 7, labels);
            Tensor back = bcm.walk(toNoise.then(toImages), ends, 7, labels);
            assertThat(difference(strip.select(0, 0), back.select(0, 0))).isLessThan(1e-4);
            assertThat(difference(strip.select(0, 4), back.select(0, 1))).isLessThan(1e-4);
            Tensor other = bcm.walk(toNoise.then(toImages), ends, 8, labels);
            assertThat(difference(strip.select(0, 0), other.select(0, 0)))
                    .as("another seed begins with other noise")
                    .isGreaterThan(1e-2);
        }
    }

    @Test
    void eachFrameIsOfTheClassOfTheNearerEnd() {
        Walk toNoise = Walk.parse("0 +0.07 > 80");
        Walk toImages = Walk.parse("80 > 0");
        try (Scope scope = Scope.open();
                TensorModel bcm = arbitrary();
                SeededGenerator generator = new SeededGenerator(4, testDevice())) {
            Tensor ends = generator.normal(bcm.model().shape(2)).tanh();
            Tensor strip = bcm.interpolate(toNoise, toImages, ends, 5, 7, Optional.of(classes(2, 0)));
            Tensor noises = Interpolation.slerp(bcm.invert(toNoise, ends, 7, Optional.of(classes(2, 0))), 5);
            Tensor told = bcm.generate(toImages, noises, 7, Optional.of(classes(2, 2, 2, 0, 0)));
            Tensor untold = bcm.generate(toImages, noises, 7, Optional.empty());
            assertThat(difference(strip, told)).isZero();
            assertThat(difference(strip, untold)).isGreaterThan(1e-2);
        }
    }

    @Test
    void anInterpolationThatWouldLoseItsEndsIsRefused() {
        try (Scope scope = Scope.open();
                TensorModel bcm = untrained()) {
            Tensor ends = testDevice().zeros(bcm.model().shape(2));
            assertThatThrownBy(() -> bcm.interpolate(Walk.parse("0 +0.07 > 80"), ZIGZAG, ends, 3, 0, Optional.empty()))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("adds noise on the way back");
        }
    }

    /** What libtorch would answer with a stack of native code, or with an image of something else. */
    @Test
    void tensorsThatCannotBeRightAreRefused() {
        Walk restoring = Walk.parse("0 +0.3 > 0");
        Walk there = Walk.parse("0 +0.07 > 80");
        Walk back = Walk.parse("80 > 0");
        try (Scope scope = Scope.open();
                TensorModel bcm = untrained()) {
            Optional<Tensor> none = Optional.empty();
            Tensor images = testDevice().zeros(2, 1, 8, 8);
            Map<Tensor, String> wrong = Map.of(
                    images.to(ScalarType.Byte), "uint8 [2,1,8,8]",
                    images.to(ScalarType.Double), "float64 [2,1,8,8]",
                    testDevice().zeros(1, 8, 8), "float32 [1,8,8]",
                    testDevice().zeros(2, 1, 32, 32), "float32 [2,1,32,32]",
                    testDevice().zeros(2, 3, 8, 8), "float32 [2,3,8,8]",
                    testDevice().zeros(0, 1, 8, 8), "float32 [0,1,8,8]");
            wrong.forEach((tensor, form) -> {
                String expected = "this model takes images or noises float32 [B,1,8,8], not " + form;
                refused(expected, () -> bcm.invert(there, tensor, 0, none));
                refused(expected, () -> bcm.walk(there, tensor, 0, none));
                refused(expected, () -> bcm.generate(back, tensor, 0, none));
                refused(expected, () -> bcm.edit(restoring, Edit.free(tensor), 0, none));
                refused(expected, () -> bcm.refine(new RefinedInversion(1), tensor, images, 0, none));
                refused(expected, () -> bcm.refine(new RefinedInversion(1), images, tensor, 0, none));
                refused(expected, () -> bcm.interpolate(there, back, tensor, 3, 0, none));
                refused(expected, () -> bcm.model().traverse(tensor, 80, 0.002, none));
            });
            Tensor closed = testDevice().zeros(2, 1, 8, 8);
            closed.close();
            refused("the tensor is undefined or closed", () -> bcm.invert(there, closed, 0, none));
            refused("the tensor is undefined or closed", () -> bcm.invert(there, new Tensor(), 0, none));
            refused(
                    "noise scales are from 0.002 to 80.0, not 0.0",
                    () -> bcm.model().traverse(images, 80, 0, none));
        }
    }

    /** On libtorch's device without memory, which every machine has. */
    @Test
    void tensorsOnAnotherDeviceAreRefused() {
        Walk restoring = Walk.parse("0 +0.3 > 0");
        try (Scope scope = Scope.open();
                TensorModel bcm = untrained()) {
            Tensor images = testDevice().zeros(2, 1, 8, 8);
            Tensor missing = testDevice().zeros(2, 1, 8, 8).to(ScalarType.Bool);
            Tensor times = testDevice().full(1, 2);
            String expected = "images or noises are not on " + testDevice() + ", where the model is; move them there";
            refused(expected, () -> bcm.edit(restoring, Edit.free(elsewhere(images)), 0, Optional.empty()));
            refused(
                    "labels are not on",
                    () -> bcm.generate(Walk.parse("80 > 0"), 2, 0, Optional.of(elsewhere(classes(0, 1)))));
            refused(
                    "noise scales are not on",
                    () -> bcm.model().traverse(images, times, elsewhere(times), Optional.empty()));
            for (KnownPixels known :
                    List.of(new KnownPixels(elsewhere(images), missing), new KnownPixels(images, elsewhere(missing)))) {
                refused(
                        "known parts of images are not on",
                        () -> bcm.edit(restoring, new Edit(images, 0, known), 0, Optional.empty()));
            }
        }
    }

    private static Tensor elsewhere(Tensor tensor) {
        return tensor.to(new Device("meta"), tensor.scalar_type());
    }

    @Test
    void labelsThatAreNoClassesAreRefused() {
        Walk restoring = Walk.parse("0 +0.3 > 0");
        Walk back = Walk.parse("80 > 0");
        try (Scope scope = Scope.open();
                TensorModel bcm = untrained()) {
            Tensor images = testDevice().zeros(2, 1, 8, 8);
            Map<Tensor, String> wrong = Map.of(
                    classes(0, 1, 2), "labels are int64 [2], a class for each of the images, not int64 [3]",
                    classes(1), "labels are int64 [2], a class for each of the images, not int64 [1]",
                    classes(0, 1).to(ScalarType.Int), "not int32 [2]",
                    classes(0, 1).to(ScalarType.Float), "not float32 [2]",
                    classes(0, 1).view(2, 1), "not int64 [2,1]",
                    classes(0, 4), "labels are classes from 0 to 2, or 3 for none, not 4",
                    classes(-1, 0), "labels are classes from 0 to 2, or 3 for none, not -1");
            wrong.forEach((labels, expected) -> {
                refused(expected, () -> bcm.generate(back, 2, 0, Optional.of(labels)));
                refused(expected, () -> bcm.generate(back, images, 0, Optional.of(labels)));
                refused(expected, () -> bcm.edit(restoring, Edit.free(images), 0, Optional.of(labels)));
            });
            assertThat(bcm.generate(back, 2, 0, Optional.of(classes(3, 0))).size(0))
                    .isEqualTo(2);
        }
    }

    @Test
    void countsAndPathsThatCannotBeRightAreRefused() {
        Walk there = Walk.parse("0 +0.07 > 80");
        Walk back = Walk.parse("80 > 0");
        try (Scope scope = Scope.open();
                TensorModel bcm = untrained()) {
            Tensor images = testDevice().zeros(2, 1, 8, 8);
            Optional<Tensor> none = Optional.empty();
            refused("the number of images must be at least 1, not 0", () -> bcm.generate(back, 0, 0, none));
            refused("the number of images must be at least 1, not -5", () -> bcm.generate(back, -5, 0, none));
            refused(
                    "an inversion must lead from images to noise, as \"0 +0.07 > 6 > 80\" does, not \"80 > 0\"",
                    () -> bcm.invert(back, images, 0, none));
            refused("not \"0 +0.07 > 80 > 0\"", () -> bcm.invert(there.then(back), images, 0, none));
            refused("an interpolation needs at least 2 frames", () -> bcm.interpolate(there, back, images, 1, 0, none));
            refused(
                    "an interpolation needs two ends, [2,C,H,W], not float32 [3,1,8,8]",
                    () -> bcm.interpolate(there, back, testDevice().zeros(3, 1, 8, 8), 3, 0, none));
            refused(
                    "each image needs one noise, not 3 noises for 2 images",
                    () -> bcm.refine(
                            new RefinedInversion(1), images, testDevice().zeros(3, 1, 8, 8), 0, none));
            KnownPixels others = new KnownPixels(
                    testDevice().zeros(3, 1, 8, 8),
                    testDevice().zeros(3, 1, 8, 8).to(ScalarType.Bool));
            refused(
                    "images float32 [2,1,8,8] need known pixels of the same form",
                    () -> bcm.edit(back, new Edit(images, 0, others), 0, none));
        }
    }

    @Test
    void aClosedModelIsNotUsed() {
        try (Scope scope = Scope.open()) {
            TensorModel bcm = untrained();
            Tensor images = testDevice().zeros(2, 1, 8, 8);
            bcm.close();
            bcm.close(); // twice is once
            Walk back = Walk.parse("80 > 0");
            for (ThrowableAssert.ThrowingCallable use : List.<ThrowableAssert.ThrowingCallable>of(
                    () -> bcm.generate(back, 1, 0, Optional.empty()),
                    () -> bcm.generate(back, images, 0, Optional.empty()),
                    () -> bcm.invert(Walk.parse("0 > 80"), images, 0, Optional.empty()),
                    () -> bcm.model().traverse(images, 80, 0.002, Optional.empty()))) {
                assertThatThrownBy(use)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessage("this model is closed; open it again to use it");
            }
            assertThatThrownBy(() -> bcm.model().weights().flat())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("these weights are closed");
        }
    }

    private static void refused(String expected, ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(expected);
    }

    private static double difference(Tensor a, Tensor b) {
        return a.sub(b).abs().max().item_double();
    }
}
