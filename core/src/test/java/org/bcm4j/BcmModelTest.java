package org.bcm4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;
import static org.bcm4j.tensor.Ops.scalar;
import static org.bcm4j.tensor.TestDevice.testDevice;

import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.bcm4j.denoiser.DeterministicSampler;
import org.bcm4j.denoiser.OdeSolver;
import org.bcm4j.model.ModelKind;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Safetensors;
import org.bcm4j.tensor.SafetensorsFile;
import org.bcm4j.tensor.Scope;
import org.bcm4j.walk.Ode;
import org.bcm4j.walk.Walk;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

/** What requests do, on models of random weights. */
class BcmModelTest extends WithRandomModels {
    @Test
    void samplesAreThoseOfTheTensors() {
        try (BcmModel model = load("grey");
                Scope scope = Scope.open()) {
            Tensor tensors = model.tensors()
                    .generate(Walk.parse("80 > 1.2 > 0"), 5, 42, model.trained().cyclicLabels(0, 5));
            Images images = model.sample().count(5).steps(2).seed(42).generate();
            assertThat(images.tensor().equal(Device.CPU.move(tensors))).isTrue();
            assertThat(model.sample()
                            .count(5)
                            .walk("80 > 1.2 > 0")
                            .seed(42)
                            .generate()
                            .values())
                    .isEqualTo(images.values());
            List<Images> streamed = new ArrayList<>();
            model.sample().count(5).seed(42).generate(streamed::add);
            assertThat(streamed).hasSize(1);
            assertThat(streamed.get(0).values()).isEqualTo(images.values());
        }
    }

    @Test
    void labelsAreNamesOrNumbersOfAllImagesOrOfEach() {
        try (BcmModel model = load("grey")) {
            float[] dogs = model.sample().count(2).label("dog").generate().values();
            assertThat(model.sample().count(2).label("DOG").generate().values()).isEqualTo(dogs);
            assertThat(model.sample().count(2).label(1).generate().values()).isEqualTo(dogs);
            assertThat(model.sample().count(2).label("7").generate().values())
                    .as("a name comes before a number")
                    .isEqualTo(model.sample().count(2).label(2).generate().values());
            Images both = model.sample().count(2).labels(List.of("dog", "cat")).generate();
            assertThat(both.values(0))
                    .isEqualTo(model.sample().count(2).label("dog").generate().values(0));
            assertThat(both.values(1))
                    .isEqualTo(model.sample().count(2).label("cat").generate().values(1));
            assertThat(both.values(1))
                    .isNotEqualTo(
                            model.sample().count(2).label("dog").generate().values(1));
            assertThatThrownBy(() -> model.sample().label("horse"))
                    .isInstanceOf(UserException.class)
                    .hasMessage("label horse: the model has no such class; choose from 0 to 2, or cat, dog, 7");
            assertThatThrownBy(() -> model.sample().label(3))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("classes are 0 to 2, not 3");
            assertThatThrownBy(() -> model.sample().count(3).labels(0, 1).generate())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("one for each of the 3 images, not 2");
        }
    }

    @Test
    void invertsReconstructsAndComesBackFromItsNoises() {
        try (BcmModel model = load("grey");
                Scope scope = Scope.open()) {
            Images images = RandomModels.random(3, 1);
            Noise noise = model.invert(images).steps(2).seed(5).run();
            Tensor onDevice = testDevice().move(images.tensor());
            Tensor expected = model.tensors().invert(Walk.parse("0 +0.07 > 6 > 80"), onDevice, 5, Optional.empty());
            assertThat(noise.tensor().equal(Device.CPU.move(expected))).isTrue();
            assertThat(noise.image(0).getType()).isEqualTo(BufferedImage.TYPE_BYTE_GRAY);
            Images back = model.reconstruct(images).seed(5).run();
            assertThat(back.tensor()
                            .equal(Device.CPU.move(model.tensors()
                                    .walk(Walk.parse("0 +0.07 > 6 > 80 > 0"), onDevice, 5, Optional.empty()))))
                    .isTrue();
            Images again = model.sample().from(noise).steps(1).label("cat").generate();
            assertThat(again.count()).isEqualTo(3);
            // Found under the null class, they lead back under it.
            assertThat(model.sample()
                            .from(noise)
                            .steps(1)
                            .generate()
                            .tensor()
                            .equal(Device.CPU.move(model.tensors()
                                    .generate(
                                            Walk.parse("80 > 0"),
                                            testDevice().move(noise.tensor()),
                                            0,
                                            Optional.empty()))))
                    .isTrue();
            assertThat(model.invert(images).refined(1).run().values()).isNotEqualTo(noise.values());
        }
    }

    @Test
    void noisesStartAtTheScaleAtWhichTheyWereFound() {
        try (BcmModel model = load("grey")) {
            Images images = RandomModels.random(2, 1);
            Noise noise = model.invert(images).walk("0 +0.07 > 6").run().select(1);
            assertThat(noise.noiseScale()).hasValue(6);
            assertThat(model.sample().from(noise).walk("6 > 0").generate().count())
                    .isEqualTo(1);
            refused(
                    "these noises were found at noise scale 6, and \"80 > 0\" starts at another; start the walk there, as"
                            + " \"6 > 0\" does",
                    () -> model.sample().from(noise).generate());
            assertThat(Noise.of(noise.values(), 1, RandomModels.SIDE, RandomModels.SIDE)
                            .noiseScale())
                    .isEmpty();
        }
    }

    /** Finite weights of which the network makes infinities. */
    @Test
    void resultsThatAreNotFiniteAreRefused() {
        Path weights = folder.resolve("grey/model.safetensors");
        try (Scope scope = Scope.open()) {
            SafetensorsFile file = Safetensors.read(weights);
            Map<String, Tensor> large = new TreeMap<>();
            file.tensors().forEach((name, tensor) -> large.put(name, tensor.mul(scalar(1e30))));
            Safetensors.write(weights, large, file.metadata());
        }
        String reason =
                "the model's results are not finite; its weights may be damaged, or too large for the precision:"
                        + " compute in fp32, or use another model";
        try (BcmModel model = load("grey")) {
            Images images = RandomModels.random(2, 1);
            refused(reason, () -> model.sample().generate());
            refused(reason, () -> model.invert(images).run());
            refused(reason, () -> model.reconstruct(images).run());
            refused(reason, () -> model.restore(images).run());
        }
    }

    @Test
    void aPathThatDoesNotLeadToImagesIsRefused() {
        models.write("edm", ModelKind.DENOISER, 1);
        String toImages = " does not lead from noise to images; set a path that does, such as \"80 > 0\"";
        String there = " does not lead from images to images; set a path that does, such as \"0 +0.07 > 80 > 0\"";
        DeterministicSampler sampler = new DeterministicSampler(OdeSolver.HEUN, 3);
        try (BcmModel model = load("grey");
                BcmModel denoiser = load("edm")) {
            Images images = RandomModels.random(2, 1);
            SamplingRequest half = model.sample().walk("80 > 6");
            refused("\"80 > 6\"" + toImages, half::generate);
            refused("\"80 > 6\"" + toImages, () -> half.generate(batch -> {}));
            refused(
                    "\"80 > 0\"" + there,
                    () -> model.reconstruct(images).walk("80 > 0").run());
            for (Ode.Direction direction : List.of(Ode.Direction.INVERT, Ode.Direction.GENERATE)) {
                Ode ode = new Ode(sampler, direction);
                refused(
                        "\"" + ode + "\"" + there,
                        () -> denoiser.reconstruct(images).walk(ode).run());
            }
        }
    }

    private static void refused(String message, ThrowingCallable request) {
        assertThatThrownBy(request).isInstanceOf(UserException.class).hasMessage(message);
    }

    @Test
    void aDenoiserIsAskedLikewise() {
        models.write("edm", ModelKind.DENOISER, 1);
        try (BcmModel model = load("edm")) {
            Images images = model.sample().count(2).steps(3).generate();
            assertThat(images.count()).isEqualTo(2);
            assertThat(model.invert(images).steps(3).run().count()).isEqualTo(2);
            assertThat(model.reconstruct(images).steps(3).run().count()).isEqualTo(2);
            assertThatThrownBy(() -> model.inpaint(images)).isInstanceOf(UserException.class);
            refused(
                    "this model is a denoiser, which cannot follow walks; use a consistency model",
                    () -> model.invert(images)
                            .refined(1)
                            .onProgress((done, total) -> fail("begun"))
                            .run());
            assertThatThrownBy(() -> model.sample().walk("80 > 0").generate()).isInstanceOf(UserException.class);
        }
    }

    @Test
    void whatDoesNotFitIsRefused() {
        try (BcmModel model = load("grey")) {
            Images larger = Images.of(new float[144], 1, 12, 12);
            assertThatThrownBy(() -> model.invert(larger))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("these images are 12 x 12 pixels, and the model takes 8 x 8; see Images.fitted");
            assertThatThrownBy(() -> model.invert(RandomModels.random(1, 3))).hasMessageContaining("in colour");
            assertThatThrownBy(() -> model.sample().steps(9).generate())
                    .isInstanceOf(UserException.class)
                    .hasMessage(
                            "9 NFE: the model has walks of 1, 2, 3, 4 evaluations to generate; choose one of these, or"
                                    + " write a walk");
            assertThatThrownBy(() -> model.sample().steps(0)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> model.sample().count(0)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> model.sample().walk("0 > 80").generate()).isInstanceOf(UserException.class);
            for (String walk : List.of("80 > 0", "0 +0.07 > 80 > 0", "0 +80")) {
                assertThatThrownBy(() -> model.invert(RandomModels.random(1, 1))
                                .walk(walk)
                                .run())
                        .isInstanceOf(UserException.class)
                        .hasMessage(
                                "\"" + walk + "\" does not lead from images to noise in an evaluation or more; set a"
                                        + " path that does, such as \"0 +0.07 > 80\"");
            }
            assertThatThrownBy(() -> model.invert(RandomModels.random(1, 1))
                            .walk("0 +0.07 > 6")
                            .refined(1)
                            .run())
                    .isInstanceOf(UserException.class)
                    .hasMessage("walk \"0 +0.07 > 6\": noises at 80 are refined, so it must lead there, as"
                            + " \"0 +0.07 > 6 > 80\" does");
        }
    }

    @Test
    void progressIsToldBetweenMovesAndCancellationStopsThere() {
        try (BcmModel model = load("grey")) {
            List<Long> done = new ArrayList<>();
            model.sample()
                    .count(3)
                    .steps(2)
                    .onProgress((at, total) -> {
                        assertThat(total).isEqualTo(6);
                        done.add(at);
                    })
                    .generate();
            assertThat(done).containsExactly(0L, 3L);
            done.clear();
            SamplingRequest stopped = model.sample()
                    .count(3)
                    .steps(4)
                    .onProgress((at, total) -> done.add(at))
                    .cancelWhen(() -> done.size() == 2);
            assertThatThrownBy(stopped::generate)
                    .isInstanceOf(CancellationException.class)
                    .hasMessage("the request was cancelled after 6 of 12 evaluations");
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> model.sample().generate()).isInstanceOf(CancellationException.class);
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    /** A correction inverts two images at once, so it counts three evaluations per image. */
    @Test
    void refinementTellsItsProgressAndCanBeCancelled() {
        try (BcmModel model = load("grey")) {
            List<Long> done = new ArrayList<>();
            InversionRequest refined = model.invert(RandomModels.random(3, 1))
                    .steps(1)
                    .refined(5)
                    .onProgress((at, total) -> {
                        assertThat(total).isEqualTo(3 * 16);
                        done.add(at / 3);
                    });
            refined.run();
            assertThat(done)
                    .as("the inversion, the residual, four corrections, and one step of L-BFGS")
                    .containsExactly(0L, 1L, 2L, 4L, 5L, 7L, 8L, 10L, 11L, 13L, 14L, 15L);
            done.clear();
            refined.cancelWhen(() -> done.size() == 9);
            assertThatThrownBy(refined::run)
                    .isInstanceOf(CancellationException.class)
                    .hasMessage("the request was cancelled after 39 of 48 evaluations");
        }
    }
}
