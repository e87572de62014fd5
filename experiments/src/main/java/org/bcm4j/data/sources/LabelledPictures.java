package org.bcm4j.data.sources;

import java.util.List;
import java.util.stream.LongStream;
import org.bcm4j.data.LabelledImages;
import org.bcm4j.images.RasterPixels;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;

/** A data set in memory, or mapped into memory, as pictures. They have no names, so their numbers stand for these. */
final class LabelledPictures implements PictureSource {
    private final LabelledImages images;
    private final long[] labels;
    private final String prefix;

    LabelledPictures(LabelledImages images, String prefix) {
        this.images = images;
        this.prefix = prefix;
        try (Scope scope = Scope.open()) {
            this.labels = HostTensors.longs(
                    images.labels(LongStream.range(0, images.size()).toArray()));
        }
    }

    @Override
    public int size() {
        return images.size();
    }

    @Override
    public List<String> classes() {
        return images.classNames();
    }

    @Override
    public int label(int index) {
        return (int) labels[index];
    }

    @Override
    public String name(int index) {
        return prefix + "/" + index;
    }

    @Override
    public RasterPixels read(int index) {
        try (Scope scope = Scope.open()) {
            return new RasterPixels(
                    HostTensors.bytes(images.bytes(index)), images.channels(), images.height(), images.width());
        }
    }

    @Override
    public void close() {}
}
