package org.bcm4j.app;

import java.util.Locale;
import java.util.Optional;
import org.bcm4j.tensor.Device;
import org.bcm4j.tensor.Precision;
import picocli.CommandLine.IVersionProvider;

/**
 * The output of {@code bcm --version}: everything that a bug report needs. It loads libtorch to determine the device,
 * so it also shows whether libtorch loads at all.
 */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        Device device = Device.best();
        return new String[] {
            "bcm " + of(Bcm.class),
            "Java " + Runtime.version() + ", libtorch " + of(org.bytedeco.pytorch.Tensor.class),
            "device " + lower(device) + ", precision of training " + lower(Precision.fastestOn(device))
        };
    }

    private static String of(Class<?> type) {
        return Optional.ofNullable(type.getPackage().getImplementationVersion()).orElse("(not from a jar)");
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
