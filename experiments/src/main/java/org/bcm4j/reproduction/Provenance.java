package org.bcm4j.reproduction;

import java.util.Map;

/**
 * Where a stage's result comes from.
 *
 * @param stage its name
 * @param fingerprint of the stage's settings and of all that it looked at: a result whose fingerprint is another than the present one is
 *     measured anew
 * @param command remakes it, with the configuration, folders and settings that were given
 * @param models SHA-256 of the weights that were measured, by the name of their run
 * @param data the images measured on
 */
public record Provenance(String stage, String fingerprint, String command, Map<String, String> models, String data) {}
