package org.bcm4j.data.packing;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntConsumer;
import org.bcm4j.config.ConfigFile;
import org.bcm4j.data.NumpyFiles;
import org.bcm4j.data.packing.PackedShard.LeftOut;
import org.bcm4j.data.sources.PictureSource;
import org.bcm4j.images.CenterCrop;
import org.bcm4j.images.RasterPixels;
import org.bcm4j.storage.AtomicFile;
import org.bcm4j.storage.Checksum;
import org.bcm4j.storage.ExactBytes;
import org.bcm4j.storage.FileFailure;
import org.bcm4j.storage.UserException;

/**
 * The files of one part of a set, {@code train} or {@code test}. File k holds the images of a fixed range of the
 * source's pictures, whatever was interrupted.
 *
 * @param folder where the files are
 */
record PackedPart(PictureSource source, Path folder, PackingSettings settings) {
    private static final int COLOURS = 3;

    int shards() {
        return Math.toIntExact(((long) source.size() + settings.shardSize() - 1) / settings.shardSize());
    }

    private int from(int shard) {
        return shard * settings.shardSize();
    }

    private int to(int shard) {
        return (int) Math.min(source.size(), (long) from(shard) + settings.shardSize());
    }

    private Path file(int shard) {
        return folder.resolve(String.format(Locale.ROOT, "images-%05d.npy", shard));
    }

    private Path record(int shard) {
        return folder.resolve(String.format(Locale.ROOT, ".images-%05d.json", shard));
    }

    /** The number of pictures of the source that a file stands for. */
    int pictures(int shard) {
        return to(shard) - from(shard);
    }

    /** What an earlier process wrote, if it finished the file and left out nothing that now must not be. */
    Optional<PackedShard> finished(int shard) {
        if (!Files.exists(record(shard))) {
            return Optional.empty();
        }
        PackedShard known = ConfigFile.read(record(shard), PackedShard.class);
        if (!settings.skipsBad() && !known.leftOut().isEmpty()) {
            return Optional.empty();
        }
        try {
            boolean whole = known.images() == 0
                    || (Files.exists(file(shard))
                            && Files.size(file(shard)) == bytes(known.images(), known.channels()));
            return whole ? Optional.of(known) : Optional.empty();
        } catch (IOException e) {
            throw FileFailure.reading(file(shard), e);
        }
    }

    private long bytes(int images, int channels) {
        return header(images, channels).length + (long) images * imageBytes(channels);
    }

    private byte[] header(int images, int channels) {
        return NumpyFiles.headerOfBytes(images, channels, settings.side(), settings.side());
    }

    private int imageBytes(int channels) {
        return channels * settings.side() * settings.side();
    }

    /**
     * Writes a file.
     *
     * @param channels 1 if all pictures so far are grey. If one of this file is not, the file has 3
     * @param done receives the number of pictures done, of this file
     */
    PackedShard write(int shard, Decoding decoding, int channels, IntConsumer done) {
        Writing writing = new Writing(shard, channels, done);
        AtomicFile.writeChannel(file(shard), channel -> {
            if (!writing.run(decoding, channel)) {
                // Rare: grey pictures came first. Their part is written again.
                writing.channels = COLOURS;
                writing.run(decoding, channel);
            }
        });
        try {
            if (writing.images == 0) {
                Files.delete(file(shard));
            }
            String sum = writing.images == 0 ? "" : Checksum.sha256(file(shard));
            PackedShard written =
                    new PackedShard(writing.images, writing.channels, writing.enlarged, sum, writing.leftOut);
            ConfigFile.write(record(shard), written);
            return written;
        } catch (IOException e) {
            throw FileFailure.writing(file(shard), e);
        }
    }

    /** The images of a file, as far as they are written. */
    private final class Writing {
        private final int shard;
        private final IntConsumer done;
        private final List<LeftOut> leftOut = new ArrayList<>();
        private int channels;
        private int images;
        private int enlarged;

        private record Square(RasterPixels pixels, boolean isEnlarged) {}

        Writing(int shard, int channels, IntConsumer done) {
            this.shard = shard;
            this.channels = channels;
            this.done = done;
        }

        /** Whether all could be written: colours cannot be if grey images were before. */
        boolean run(Decoding decoding, FileChannel channel) throws IOException {
            images = 0;
            enlarged = 0;
            leftOut.clear();
            channel.truncate(0);
            int length = header(pictures(shard), channels).length;
            channel.position(length);
            CenterCrop crop = new CenterCrop(settings.side());
            boolean[] complete = {true};
            decoding.run(
                    source,
                    from(shard),
                    to(shard),
                    picture ->
                            new Square(crop.of(picture), Math.min(picture.height(), picture.width()) < settings.side()),
                    item -> {
                        complete[0] = take(item, channel);
                        return complete[0];
                    });
            byte[] header = header(images, channels);
            if (header.length != length) {
                throw new IllegalStateException("a header of " + header.length + " bytes in place of " + length);
            }
            channel.write(ByteBuffer.wrap(header), 0);
            return complete[0];
        }

        private boolean take(Decoding.Item<Square> item, FileChannel channel) throws IOException {
            if (item.made().isEmpty()) {
                if (!settings.skipsBad()) {
                    throw new UserException(item.problem() + ", or leave it out with --skip-bad");
                }
                leftOut.add(new LeftOut(item.index(), item.problem()));
            } else {
                Square square = item.made().get();
                if (square.pixels().channels() > channels) {
                    if (images > 0) {
                        return false;
                    }
                    channels = COLOURS;
                }
                ByteBuffer values = ByteBuffer.wrap(inChannels(square.pixels().values(), channels));
                while (values.hasRemaining()) {
                    channel.write(values);
                }
                images++;
                enlarged += square.isEnlarged() ? 1 : 0;
            }
            done.accept(item.index() + 1 - from(shard));
            return true;
        }
    }

    private byte[] inChannels(byte[] image, int channels) {
        int plane = imageBytes(1);
        if (image.length == channels * plane) {
            return image;
        }
        byte[] coloured = new byte[channels * plane];
        for (int c = 0; c < channels; c++) {
            System.arraycopy(image, 0, coloured, c * plane, plane);
        }
        return coloured;
    }

    /** Writes a file of grey images again in three equal channels. */
    PackedShard coloured(int shard, PackedShard grey) {
        if (grey.channels() == COLOURS || grey.images() == 0) {
            return grey;
        }
        Path file = file(shard);
        try (FileChannel from = FileChannel.open(file)) {
            from.position(header(grey.images(), 1).length);
            AtomicFile.write(file, out -> {
                out.write(header(grey.images(), COLOURS));
                for (int i = 0; i < grey.images(); i++) {
                    out.write(inChannels(ExactBytes.next(from, imageBytes(1)).array(), COLOURS));
                }
            });
        } catch (IOException e) {
            throw FileFailure.reading(file, e);
        }
        PackedShard coloured =
                new PackedShard(grey.images(), COLOURS, grey.enlarged(), Checksum.sha256(file), grey.leftOut());
        ConfigFile.write(record(shard), coloured);
        return coloured;
    }

    /** Writes the labels, and describes all files. */
    PackedSet.Division finish(List<PackedShard> shards, int classes) {
        Map<String, String> files = new LinkedHashMap<>();
        List<String> problems = new ArrayList<>();
        BitSet bad = new BitSet();
        int enlarged = 0;
        for (int k = 0; k < shards.size(); k++) {
            PackedShard shard = shards.get(k);
            enlarged += shard.enlarged();
            if (shard.images() > 0) {
                files.put(name(file(k)), shard.sha256());
            }
            for (LeftOut picture : shard.leftOut()) {
                bad.set(picture.index());
                problems.add(picture.problem());
            }
        }
        long[] labels = new long[source.size() - bad.cardinality()];
        Integer[] perClass = new Integer[classes];
        Arrays.fill(perClass, 0);
        int next = 0;
        for (int index = 0; index < source.size(); index++) {
            if (!bad.get(index)) {
                int label = source.classes().isEmpty() ? 0 : source.label(index);
                perClass[label]++;
                labels[next++] = label;
            }
        }
        Path labelFile = folder.resolve("labels.npy");
        NumpyFiles.writeNpy(labelFile, labels);
        files.put(name(labelFile), Checksum.sha256(labelFile));
        return new PackedSet.Division(labels.length, List.of(perClass), enlarged, problems, files);
    }

    private String name(Path file) {
        return folder.getFileName() + "/" + file.getFileName();
    }
}
