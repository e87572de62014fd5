package org.bcm4j.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.bcm4j.tensor.HostTensors;
import org.bytedeco.pytorch.Tensor;

/**
 * PyTorch's format since 1.6: a zip archive with one folder. It contains {@code data.pkl}, which describes the tensors,
 * and {@code data/KEY}, the bytes of each storage. Sizes are checked before memory is allocated, and checksums after it
 * is filled.
 */
final class TorchZip implements Container {
    private static final String PICKLE = "data.pkl";
    private static final String BYTE_ORDER = "byteorder";

    private final ZipFile zip;
    private final String folder;
    private final long allowance;
    /** Whether the file has checksums. PyTorch can be configured to omit them, and then writes 0. */
    private final boolean checked;

    private long claimed;

    private TorchZip(ZipFile zip, String folder, long allowance) {
        this.zip = zip;
        this.folder = folder;
        this.allowance = allowance;
        this.checked = zip.stream().anyMatch(entry -> entry.getCrc() != 0);
    }

    static TorchZip open(Path file) throws IOException {
        long allowance = Container.allowance(Files.size(file));
        ZipFile zip = new ZipFile(file.toFile());
        try {
            return new TorchZip(zip, folder(zip), allowance);
        } catch (RuntimeException e) {
            zip.close();
            throw e;
        }
    }

    @Override
    public Object tree() throws IOException {
        if (zip.getEntry(folder + BYTE_ORDER) != null) {
            String order = new String(content(BYTE_ORDER), StandardCharsets.UTF_8);
            if (!order.equals("little")) {
                throw RefusedException.unsupported("its byte order is " + RefusedException.quoted(order));
            }
        }
        return new Pickle(ByteBuffer.wrap(content(PICKLE))).read();
    }

    @Override
    public Tensor read(Storage storage) throws IOException {
        String name = "data/" + storage.key();
        ZipEntry entry = entry(name);
        if (entry.getSize() != storage.bytes()) {
            throw RefusedException.damaged("entry " + RefusedException.quoted(name) + " has " + entry.getSize()
                    + " bytes and should have " + storage.bytes());
        }
        try (EntryChannel channel = new EntryChannel(zip.getInputStream(entry))) {
            Tensor row = HostTensors.read(channel, storage.type().scalarType(), storage.elements());
            if (checked && channel.checksum() != entry.getCrc()) {
                row.close();
                throw wrongChecksum(name);
            }
            return row;
        }
    }

    @Override
    public void close() throws IOException {
        zip.close();
    }

    private static String folder(ZipFile zip) {
        List<String> folders = zip.stream()
                .map(ZipEntry::getName)
                .filter(name -> name.endsWith("/" + PICKLE) && name.indexOf('/') == name.length() - PICKLE.length() - 1)
                .map(name -> name.substring(0, name.length() - PICKLE.length()))
                .toList();
        if (folders.size() != 1) {
            throw RefusedException.damaged("it has " + folders.size() + " entries called " + PICKLE);
        }
        return folders.get(0);
    }

    /** An entry that is safe to read, because its claimed size is plausible. */
    private ZipEntry entry(String name) {
        ZipEntry entry = zip.getEntry(folder + name);
        if (entry == null) {
            throw RefusedException.damaged("entry " + RefusedException.quoted(name) + " is missing");
        }
        if (entry.getSize() < 0 || entry.getSize() > allowance - claimed) {
            throw RefusedException.damaged("entry " + RefusedException.quoted(name) + " claims " + entry.getSize()
                    + " bytes, which a file of this size can hardly hold");
        }
        claimed += entry.getSize();
        return entry;
    }

    private byte[] content(String name) throws IOException {
        ZipEntry entry = entry(name);
        if (entry.getSize() > Pickle.MAX_BYTES) {
            throw RefusedException.unsupported(
                    "entry " + RefusedException.quoted(name) + " has " + entry.getSize() + " bytes");
        }
        try (InputStream in = zip.getInputStream(entry)) {
            byte[] content = in.readNBytes((int) entry.getSize());
            CRC32 checksum = new CRC32();
            checksum.update(content);
            if (checked && checksum.getValue() != entry.getCrc()) {
                throw wrongChecksum(name);
            }
            return content;
        }
    }

    private static RefusedException wrongChecksum(String name) {
        return RefusedException.damaged("the checksum of entry " + RefusedException.quoted(name) + " does not match");
    }
}
