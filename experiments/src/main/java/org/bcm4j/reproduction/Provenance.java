package org.bcm4j.reproduction;

import java.util.Map;

/**
 * The origin of a stage's result.
 *
 * @param stage the stage's name
 * @param fingerprint hash of the stage's settings and of all its inputs. A result with another fingerprint than the
 *     current one is measured anew
 * @param command repeats the measurement, with the same configuration, folders and settings
 * @param models SHA-256 of the weights that were measured, by the name of their run
 * @param data the images used for measuring
 * @param device the device of the models
 * @param precision the arithmetic of the models' convolutions
 */
public record Provenance(
        String stage,
        String fingerprint,
        String command,
        Map<String, String> models,
        String data,
        String device,
        String precision) {}
