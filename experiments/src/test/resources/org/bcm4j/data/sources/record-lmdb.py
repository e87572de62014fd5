"""Writes the recorded LMDB folders as LSUN is published, with Debian's python3-lmdb: python3 record-lmdb.py"""
import lmdb, os, struct, zlib


def png(level):  # grey, 4x4 pixels of one level
    def chunk(name, content):
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
    header = struct.pack(">IIBBBBB", 4, 4, 8, 0, 0, 0, 0)
    rows = bytes([0] + [level] * 4) * 4
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


for folder, levels in (("tower_train_lmdb", (3, 1, 2)), ("tower_val_lmdb", (9,))):
    with lmdb.open(folder, map_size=1 << 40) as env:
        with env.begin(write=True) as txn:
            for level in levels:
                txn.put(b"%040x" % level, png(level))
    os.remove(folder + "/lock.mdb")
