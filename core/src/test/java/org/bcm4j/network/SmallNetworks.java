package org.bcm4j.network;

import java.util.List;
import org.bcm4j.network.NcsnppConfig.Decoder;
import org.bcm4j.network.NcsnppConfig.Encoder;
import org.bcm4j.network.NcsnppConfig.Features;

/** Networks that are evaluated in milliseconds, with every part that their configuration names. */
public final class SmallNetworks {
    private SmallNetworks() {}

    /** Of 8 x 8 images of three channels, without classes. */
    public static NcsnppConfig ncsnpp(Encoder encoder, Decoder decoder, Features features, Conditioning conditioning) {
        return new NcsnppConfig(
                8,
                3,
                8,
                List.of(1, 2),
                1,
                List.of(4),
                features,
                encoder,
                decoder,
                List.of(1, 3, 3, 1),
                4,
                0,
                conditioning,
                0,
                false);
    }
}
