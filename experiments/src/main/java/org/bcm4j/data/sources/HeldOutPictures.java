package org.bcm4j.data.sources;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.bcm4j.images.RasterPixels;
import org.bcm4j.storage.Checksum;
import org.bcm4j.storage.UserException;

/** Some pictures of another source, in its order. */
final class HeldOutPictures implements PictureSource {
    private final PictureSource all;
    private final int[] chosen;

    private HeldOutPictures(PictureSource all, int[] chosen) {
        this.all = all;
        this.chosen = chosen;
    }

    static PictureSet of(PictureSet set, int count) {
        PictureSource all = set.training();
        if (set.test().isPresent()) {
            throw new UserException("--held-out " + count + ": the set has test pictures of its own; omit the option");
        }
        if (count >= all.size()) {
            throw new UserException(
                    "--held-out " + count + ": the set has only " + all.size() + " pictures; hold out fewer");
        }
        String[] fingerprints = new String[all.size()];
        Arrays.setAll(fingerprints, index -> Checksum.sha256(all.name(index).getBytes(StandardCharsets.UTF_8)));
        BitSet held = new BitSet();
        IntStream.range(0, all.size())
                .boxed()
                .sorted(Comparator.comparing(index -> fingerprints[index]))
                .limit(count)
                .forEach(held::set);
        return new PictureSet(
                set.format(),
                new HeldOutPictures(
                        all,
                        IntStream.range(0, all.size())
                                .filter(index -> !held.get(index))
                                .toArray()),
                Optional.of(new HeldOutPictures(all, held.stream().toArray())));
    }

    @Override
    public int size() {
        return chosen.length;
    }

    @Override
    public List<String> classes() {
        return all.classes();
    }

    @Override
    public int label(int index) {
        return all.label(chosen[index]);
    }

    @Override
    public String name(int index) {
        return all.name(chosen[index]);
    }

    @Override
    public RasterPixels read(int index) throws UnusablePictureException {
        return all.read(chosen[index]);
    }

    @Override
    public void close() {
        all.close();
    }
}
