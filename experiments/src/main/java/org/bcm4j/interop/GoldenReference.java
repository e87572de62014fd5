package org.bcm4j.interop;

import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.bcm4j.model.ModelKind;
import org.bcm4j.network.NetworkConfig;
import org.bcm4j.storage.UserException;
import org.bytedeco.pytorch.Tensor;

/** Another implementation of a network that this library has: how to build it, and how its recordings are to be read. */
sealed interface GoldenReference permits PublishedAdm, PublishedSongUNet, PublishedNcsnpp {
    /** Our description of it. */
    NetworkConfig network();

    /** How its raw output becomes a model. */
    ModelKind kind();

    /** Stored weights under our names. */
    Map<String, Tensor> converted(Map<String, Tensor> published, String source);

    /** Its name for one of our parameters, which {@link FormulaWeights} hash. */
    String published(String parameter);

    /**
     * The recorded evaluations.
     *
     * @throws UserException if a tensor is missing or not what the network wants
     */
    List<GoldenCase> cases(Recordings recordings);

    /** The part of our network that puts out what was recorded under a name. */
    String part(String recorded);

    /** What a part of our network puts out, as it was recorded. */
    default UnaryOperator<Tensor> asRecorded(String part) {
        return UnaryOperator.identity();
    }
}
