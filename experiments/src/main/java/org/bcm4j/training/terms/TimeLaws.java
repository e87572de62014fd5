package org.bcm4j.training.terms;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.bcm4j.tensor.Device;

/** The time laws from which the terms of a run draw, each created once. Safe for concurrent use. */
public final class TimeLaws {
    private record Key(int points, IntervalLaw.Settings settings, Optional<IntervalLaw.Settings> softSettings) {}

    private final Map<Key, TimeSampler> laws = new ConcurrentHashMap<>();
    private final Device device;

    /** @param device the device of the drawn times */
    public TimeLaws(Device device) {
        this.device = device;
    }

    TimeSampler of(int points, IntervalLaw.Settings settings, Optional<IntervalLaw.Settings> softSettings) {
        return laws.computeIfAbsent(
                new Key(points, settings, softSettings),
                key -> new TimeSampler(key.points(), key.settings(), key.softSettings(), device));
    }
}
