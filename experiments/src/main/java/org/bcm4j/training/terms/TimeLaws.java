package org.bcm4j.training.terms;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.bcm4j.tensor.Device;

/** The laws of times that the terms of a run draw from, each made once. Safe for concurrent use. */
public final class TimeLaws {
    private record Key(int points, IntervalLaw.Settings settings, Optional<IntervalLaw.Settings> softSettings) {}

    private final Map<Key, TimeSampler> laws = new ConcurrentHashMap<>();
    private final Device device;

    /** @param device where drawn times are put */
    public TimeLaws(Device device) {
        this.device = device;
    }

    TimeSampler of(int points, IntervalLaw.Settings settings, Optional<IntervalLaw.Settings> softSettings) {
        return laws.computeIfAbsent(
                new Key(points, settings, softSettings),
                key -> new TimeSampler(key.points(), key.settings(), key.softSettings(), device));
    }
}
