package org.bcm4j.checkpoint;

import java.io.Serial;

/**
 * The reason why a checkpoint is refused. The message is the second part of a sentence that begins with the file's
 * name; {@link Checkpoint#read} joins the two for the user.
 */
final class RefusedException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    private static final int MAX_PRINTED = 100;

    private RefusedException(String message) {
        super(message);
    }

    /** The file is damaged or of another format. */
    static RefusedException damaged(String problem) {
        return new RefusedException("is not a valid checkpoint: " + problem + "; fetch or write it again");
    }

    /** The file may be valid, but needs something that is not supported here. */
    static RefusedException unsupported(String problem) {
        return new RefusedException("is not supported: " + problem
                + "; save the tensors alone, as a plain dictionary (state_dict()) or as safetensors");
    }

    /** Text from the file in quotes: on one line, without control characters, and short. */
    static String quoted(String text) {
        String clean = text.codePoints()
                .limit(MAX_PRINTED)
                .map(c -> Character.isISOControl(c) ? '?' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        return clean.length() < text.length() ? "'" + clean + "…'" : "'" + clean + "'";
    }
}
