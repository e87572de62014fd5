package org.bcm4j.data.sources;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.lmdbjava.ByteArrayProxy;
import org.lmdbjava.Dbi;
import org.lmdbjava.DbiFlags;
import org.lmdbjava.Env;

/** Writes folders with LMDB environments, without the lock that LMDB leaves behind. */
public final class TinyLmdb {
    private static final long MOST_BYTES = 1 << 24;

    private TinyLmdb() {}

    public static void write(Path folder, Map<String, byte[]> entries) throws IOException {
        Files.createDirectories(folder);
        Files.deleteIfExists(folder.resolve("data.mdb"));
        try (Env<byte[]> environment =
                Env.create(ByteArrayProxy.PROXY_BA).setMapSize(MOST_BYTES).open(folder.toFile())) {
            Dbi<byte[]> database = environment.openDbi((byte[]) null, DbiFlags.MDB_CREATE);
            entries.forEach((key, value) -> database.put(key.getBytes(StandardCharsets.UTF_8), value));
        }
        Files.delete(folder.resolve("lock.mdb"));
    }
}
