package org.bcm4j.interop;

import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.bcm4j.model.ModelKind;
import org.bcm4j.network.NetworkConfig;
import org.bcm4j.storage.UserException;
import org.bytedeco.pytorch.Tensor;

/** Another implementation of a network of this library: how to build the network, and how to read the recordings. */
sealed interface GoldenReference permits PublishedAdm, PublishedSongUNet, PublishedNcsnpp {
    /** This library's configuration of the network. */
    NetworkConfig network();

    /** The kind of model: how its raw output becomes a model. */
    ModelKind kind();

    /** Stored weights, converted to this library's names. */
    Map<String, Tensor> converted(Map<String, Tensor> published, String source);

    /** The other implementation's name of a parameter, which {@link FormulaWeights} hashes. */
    String published(String parameter);

    /**
     * The recorded evaluations.
     *
     * @throws UserException if a tensor is missing or does not fit the network
     */
    List<GoldenCase> cases(Recordings recordings);

    /** This library's part with the output that was recorded under a name. */
    String part(String recorded);

    /** Converts the output of a part to its recorded form. */
    default UnaryOperator<Tensor> asRecorded(String part) {
        return UnaryOperator.identity();
    }
}
