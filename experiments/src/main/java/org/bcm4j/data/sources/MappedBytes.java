package org.bcm4j.data.sources;

import java.util.Comparator;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import org.lmdbjava.BufferProxy;

/**
 * A key or a value of an LMDB environment where it lies in the map: nothing is copied, and so read from the disk, until
 * it is asked for. It is valid as long as the environment is open and nobody writes to it.
 *
 * @param address in this process
 * @param length in bytes
 */
record MappedBytes(long address, long length) {
    private static final MappedBytes NOTHING = new MappedBytes(0, 0);

    byte[] copy() {
        byte[] bytes = new byte[Math.toIntExact(length)];
        Pointer.wrap(Runtime.getSystemRuntime(), address, length).get(0, bytes, 0, bytes.length);
        return bytes;
    }

    /** Hands out keys and values. It takes none: a cursor that goes on from one to the next needs none. */
    static final class Proxy extends BufferProxy<MappedBytes> {
        @Override
        protected MappedBytes allocate() {
            return NOTHING;
        }

        @Override
        protected void deallocate(MappedBytes bytes) {}

        @Override
        protected MappedBytes out(MappedBytes bytes, Pointer value, long address) {
            return new MappedBytes(value.getAddress(STRUCT_FIELD_OFFSET_DATA), value.getLong(STRUCT_FIELD_OFFSET_SIZE));
        }

        @Override
        protected byte[] getBytes(MappedBytes bytes) {
            return bytes.copy();
        }

        /** LMDB itself compares keys; a comparator of Java's is asked for, but not used. */
        @Override
        protected Comparator<MappedBytes> getSignedComparator() {
            return Comparator.comparingLong(MappedBytes::address);
        }

        @Override
        protected Comparator<MappedBytes> getUnsignedComparator() {
            return getSignedComparator();
        }

        @Override
        protected void in(MappedBytes bytes, Pointer value, long address) {
            throw new UnsupportedOperationException("nothing is searched or written");
        }

        @Override
        protected void in(MappedBytes bytes, int size, Pointer value, long address) {
            throw new UnsupportedOperationException("nothing is searched or written");
        }
    }
}
