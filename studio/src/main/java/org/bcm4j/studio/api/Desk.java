package org.bcm4j.studio.api;

import org.bcm4j.BcmModel;
import org.bcm4j.Images;
import org.bcm4j.studio.work.EvaluationQueue;

/**
 * What all tasks share.
 *
 * @param queue where evaluations are done
 * @param mostPixels of a picture that is sent
 */
record Desk(EvaluationQueue queue, long mostPixels) {
    /**
     * A picture that was sent, with the model's size and channels.
     *
     * @throws ProblemException if it is no picture, or too large
     */
    Images fitted(ShelvedModel shelved, String base64, String field) {
        BcmModel model = shelved.model();
        return Codec.inChannels(Codec.picture(base64, field, model.imageSize(), mostPixels), model.imageChannels());
    }
}
