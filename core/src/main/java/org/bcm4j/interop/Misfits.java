package org.bcm4j.interop;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bcm4j.storage.UserException;

/** What keeps tensors from being a network's weights, collected so that all of it is reported at once. */
final class Misfits {
    private static final int LISTED = 20;

    private final List<String> complaints = new ArrayList<>();

    void missing(String name) {
        complaints.add(name + " is missing");
    }

    void misplaced(String name) {
        complaints.add(name + " has no place in the network");
    }

    void misshapen(String name, long[] given, long[] wanted) {
        complaints.add(
                name + " has shape " + Arrays.toString(given) + ", the network wants " + Arrays.toString(wanted));
    }

    /**
     * @param source what the tensors came from
     * @throws UserException if there are any, naming them
     */
    void refuseIfAny(String source) {
        if (!complaints.isEmpty()) {
            int count = complaints.size();
            String more = count > LISTED ? "\n  and " + (count - LISTED) + " more" : "";
            throw new UserException(source + ": " + count + (count == 1 ? " tensor does" : " tensors do")
                    + " not fit the network; is the configuration another one's?\n  "
                    + String.join("\n  ", complaints.subList(0, Math.min(LISTED, count))) + more);
        }
    }
}
