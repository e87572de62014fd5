package example;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.nio.file.Path;
import org.bcm4j.BcmModel;
import org.bcm4j.Images;
import org.bcm4j.Noise;
import org.junit.jupiter.api.Test;

/** With the installed library alone, without any setting of the JVM or the environment: images are made, inverted and edited. */
class InstalledLibraryTest {
    private static final Path MODEL = Path.of("../models/fashion-mnist");

    @Test
    void aModelIsServed() {
        try (BcmModel model = BcmModel.load(MODEL)) {
            Images sneakers = model.sample().count(4).steps(1).seed(42).label("Sneaker").generate();
            BufferedImage picture = sneakers.image(3);
            assertEquals(28, picture.getWidth());
            assertTrue(sneakers.png(0).length > 100);
            assertArrayEquals(
                    sneakers.values(),
                    model.sample().count(4).steps(1).seed(42).label("Sneaker").generate().values());

            Noise noise = model.invert(Images.of(picture)).steps(1).label("Sneaker").run();
            Images again = model.sample().from(noise).steps(1).label("Sneaker").generate();
            double error = 0;
            for (int i = 0; i < again.values().length; i++) {
                double difference = (again.values()[i] - Images.of(picture).values()[i]) / 2;
                error += difference * difference / again.values().length;
            }
            assertTrue(error < 0.02, "error of reconstruction " + error);
            assertEquals(1, model.inpaint(Images.of(picture)).box(8, 8, 12, 12).run().count());
        }
    }
}
