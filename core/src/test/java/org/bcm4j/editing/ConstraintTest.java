package org.bcm4j.editing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bcm4j.tensor.Ops.scalar;
import static org.bcm4j.tensor.TestDevice.testDevice;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.bcm4j.tensor.Scope;
import org.bcm4j.tensor.SeededGenerator;
import org.bcm4j.tensor.TensorForm;
import org.bcm4j.walk.NoiseSource;
import org.bcm4j.walk.Walk;
import org.bcm4j.walk.Walker;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ConstraintTest {
    private final Scope scope = Scope.open();
    private final SeededGenerator generator = new SeededGenerator(3, testDevice());
    private final NoiseSource noise = shape -> generator.normal(shape);
    private final Tensor images = generator.normal(4, 3, 6, 6).mul(scalar(0.3));
    private final Tensor proposed = generator.normal(4, 3, 6, 6).mul(scalar(0.3));
    private final Tensor missing = generator.normal(4, 1, 6, 6).lt(scalar(0.0));

    @AfterEach
    void close() {
        generator.close();
        scope.close();
    }

    private Stream<Constraint> constraints() {
        return Stream.of(
                new KnownPixels(images, missing),
                new KnownLuminance(images),
                new KnownPatchMeans(torch.avg_pool2d(images, 2, 2), 2));
    }

    /** Imposing is an orthogonal projection: what agrees stays, and nothing moves farther than it must. */
    @Test
    void imposingProjectsOntoWhatIsKnown() {
        constraints().forEach(constraint -> {
            Tensor once = constraint.impose(proposed);
            // float32: sums of a few numbers below 2.
            assertThat(distance(constraint.impose(once), once)).isLessThan(1e-6);
            assertThat(distance(constraint.impose(images), images)).isLessThan(1e-6);
            assertThat(distance(once, proposed)).isGreaterThan(0.1);
            // The way there and the way from there to the truth make a right angle.
            Tensor way = once.sub(proposed);
            assertThat(way.mul(images.sub(once)).sum().item_double()).isBetween(-1e-4, 1e-4);
        });
    }

    @Test
    void knownPixelsStayAsTheyAreBitForBit() {
        KnownPixels pixels = new KnownPixels(images, missing);
        Tensor lost = missing.expand_as(images);
        Tensor known = lost.logical_not();

        Tensor imposed = pixels.impose(proposed);
        assertThat(imposed.masked_select(known).equal(images.masked_select(known)))
                .isTrue();
        assertThat(imposed.masked_select(lost).equal(proposed.masked_select(lost)))
                .isTrue();

        Tensor renewed = pixels.renew(proposed, 2, noise);
        assertThat(renewed.masked_select(known).equal(proposed.masked_select(known)))
                .isTrue();
        // Some 200 numbers of standard deviation 2: six standard errors are 0.6.
        assertThat(renewed.masked_select(lost).std().item_double()).isBetween(1.4, 2.6);

        Tensor start = pixels.begin(images, noise);
        assertThat(start.masked_select(known).equal(images.masked_select(known)))
                .isTrue();
    }

    @Test
    void narrowingKeepsWhatIsKnownOfThoseImages() {
        constraints().forEach(constraint -> {
            Tensor all = constraint.impose(proposed).narrow(0, 1, 2);
            Tensor some = constraint.narrow(1, 2).impose(proposed.narrow(0, 1, 2));
            assertThat(distance(all, some)).isLessThan(1e-6);
        });
    }

    /** The editor imposes at time 0, renews on the way up, and does nothing else. */
    @Test
    void theEditorActsWhereTheWalkComesToTheImageOrClimbs() {
        List<String> calls = new ArrayList<>();
        Constraint recording = new Constraint() {
            @Override
            public Tensor impose(Tensor x) {
                assertThat(x.abs().max().item_double()).as("clipped").isLessThanOrEqualTo(1);
                calls.add("impose");
                return x;
            }

            @Override
            public Tensor renew(Tensor x, double time, NoiseSource source) {
                calls.add("renew " + time);
                return x;
            }

            @Override
            public Constraint map(UnaryOperator<Tensor> change) {
                return this;
            }
        };
        Walker walker = new Walker((x, t, u) -> x.mul(scalar(3.0)), noise, new ConstrainedEditor(recording, noise));
        walker.from(Walk.parse("0 +0.07 > 0.4 > 2 > 1 > 0 +0.5 > 0"), images);
        assertThat(calls).containsExactly("renew 0.4", "renew 2.0", "impose", "impose");
    }

    @Test
    void imagesOfAnotherFormThanWhatIsKnownAreRefused() {
        constraints().forEach(constraint -> {
            constraint.requireFit(proposed);
            for (Tensor wrong : List.of(
                    proposed.narrow(0, 0, 3),
                    proposed.narrow(1, 0, 1),
                    proposed.narrow(2, 0, 5),
                    proposed.narrow(3, 0, 4))) {
                assertThatThrownBy(() -> constraint.requireFit(wrong))
                        .as(constraint + " of " + TensorForm.of("images", wrong))
                        .isInstanceOf(IllegalArgumentException.class);
            }
        });
        assertThatThrownBy(() -> new KnownPixels(images, missing.squeeze(1)).requireFit(proposed))
                .hasMessageEndingWith("not float32 [4,3,6,6] and bool [4,6,6]");
        Constraint.NONE.requireFit(proposed);
    }

    @Test
    void imagesAreEnlargedTwoOrFourTimes() {
        for (int factor : new int[] {-2, 0, 1, 3, 8}) {
            assertThatThrownBy(() -> new KnownPatchMeans(images, factor))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("images are enlarged 2 or 4 times, not " + factor);
        }
    }

    private static double distance(Tensor a, Tensor b) {
        return a.sub(b).abs().max().item_double();
    }
}
