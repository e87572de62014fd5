package org.bcm4j.tensor;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.bcm4j.storage.UserException;

/** The device of the numerical tests. The environment variable {@code BCM_TEST_DEVICE} names it; without it, the CPU. */
public final class TestDevice {
    public static final String VARIABLE = "BCM_TEST_DEVICE";

    private TestDevice() {}

    /** @throws UserException if the variable names no device, or one that cannot be used here */
    public static Device testDevice() {
        return named(Optional.ofNullable(System.getenv(VARIABLE)));
    }

    static Device named(Optional<String> name) {
        return name.map(TestDevice::find).orElse(Device.CPU).require();
    }

    private static Device find(String name) {
        return Arrays.stream(Device.values())
                .filter(device -> name(device).equals(name))
                .findFirst()
                .orElseThrow(() -> new UserException(VARIABLE + "=" + name + ": is not a device; choose from "
                        + Arrays.stream(Device.values()).map(TestDevice::name).collect(Collectors.joining(", "))));
    }

    /** Its name in options and configurations. */
    public static String name(Device device) {
        return device.name().toLowerCase(Locale.ROOT);
    }
}
