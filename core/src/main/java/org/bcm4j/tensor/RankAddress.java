package org.bcm4j.tensor;

import org.bcm4j.storage.UserException;

/**
 * The place of a process in a group, and where the group meets.
 *
 * @param rank this process's number, from 0
 * @param size the number of processes
 * @param host the host of rank 0, a name or an address
 * @param port the port at which rank 0 listens, 1 to 65535
 */
public record RankAddress(int rank, int size, String host, int port) {
    private static final int LAST_PORT = 0xFFFF;

    /** @throws UserException if a number is out of its range or the host is missing */
    public RankAddress {
        if (size < 1) {
            throw new UserException("ranks: there must be at least 1, not " + size);
        }
        if (rank < 0 || rank >= size) {
            throw new UserException("ranks: " + size + " ranks have the numbers 0 to " + (size - 1) + ", not " + rank);
        }
        if (host.isBlank()) {
            throw new UserException("ranks: the host of rank 0 is missing; set MASTER_ADDR to its name or address");
        }
        if (port < 1 || port > LAST_PORT) {
            throw new UserException("ranks: a port lies in [1," + LAST_PORT + "], and MASTER_PORT is " + port);
        }
    }
}
