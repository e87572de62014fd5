package org.bcm4j.features;

import static org.bcm4j.config.Requirement.require;

import java.util.List;
import org.bcm4j.tensor.WeightLayout;

/**
 * The {@code config.json} of a feature network's folder.
 *
 * @param format {@value #FORMAT}
 * @param imageSize height and width of the images, a multiple of 4
 * @param imageChannels 1 for grey, 3 for red, green, blue
 * @param firstWidth channels of the first convolution
 * @param secondWidth channels of the second convolution
 * @param features length of a feature vector
 * @param classNames names of the classes, in the order of their indices
 * @param testAccuracy share of the data set's test images that the network classifies correctly, in [0,1]
 */
public record FeatureConfig(
        String format,
        int imageSize,
        int imageChannels,
        int firstWidth,
        int secondWidth,
        int features,
        List<String> classNames,
        double testAccuracy) {
    public static final String FORMAT = "bcm4j features 1";

    public FeatureConfig {
        classNames = List.copyOf(classNames);
        require(format.equals(FORMAT), "format", "must be \"" + FORMAT + "\", is \"" + format + "\"");
        require(imageSize > 0 && imageSize % 4 == 0, "image_size", "must be a positive multiple of 4, is " + imageSize);
        require(imageChannels > 0, "image_channels", "must be positive, is " + imageChannels);
        require(firstWidth > 0, "first_width", "must be positive, is " + firstWidth);
        require(secondWidth > 0, "second_width", "must be positive, is " + secondWidth);
        require(features > 0, "features", "must be positive, is " + features);
        require(!classNames.isEmpty(), "class_names", "must not be empty");
        require(testAccuracy >= 0 && testAccuracy <= 1, "test_accuracy", "must lie in [0,1], is " + testAccuracy);
    }

    /** The parameters of a network with this configuration. */
    WeightLayout layout() {
        return new FeatureLayers(this).layout();
    }

    /** Whether a network with this configuration takes images of this shape. */
    public boolean fits(long channels, long height, long width) {
        return channels == imageChannels && height == imageSize && width == imageSize;
    }

    FeatureConfig withTestAccuracy(double accuracy) {
        return new FeatureConfig(
                FORMAT, imageSize, imageChannels, firstWidth, secondWidth, features, classNames, accuracy);
    }
}
