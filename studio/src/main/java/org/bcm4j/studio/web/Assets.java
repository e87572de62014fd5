package org.bcm4j.studio.web;

import java.io.IOException;
import java.io.InputStream;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The files of the page, read once into memory: a client's path is only ever a key of this map. */
final class Assets {
    private static final String FOLDER = "/org/bcm4j/studio/page/";
    private static final Map<String, String> TYPES = new TreeMap<>(Map.of(
            "html", "text/html; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "svg", "image/svg+xml"));

    private final Map<String, Asset> byPath = new HashMap<>();

    /** A file of the page. */
    @SuppressWarnings("ArrayRecordComponent") // written once, never compared
    record Asset(String type, byte[] content) {}

    Assets(List<String> names) {
        for (String name : names) {
            try (InputStream in = Assets.class.getResourceAsStream(FOLDER + name)) {
                if (in == null) {
                    throw new IllegalStateException("the page lacks " + name);
                }
                String ending = name.substring(name.lastIndexOf('.') + 1);
                Asset asset = new Asset(TYPES.getOrDefault(ending, "application/octet-stream"), in.readAllBytes());
                byPath.put("/" + name, asset);
            } catch (IOException e) {
                throw new IllegalStateException("the page's " + name + " cannot be read", e);
            }
        }
        byPath.put("/", byPath.getOrDefault("/index.html", new Asset("text/plain", new byte[0])));
    }

    /** By the paths where they are. */
    Map<String, Asset> byPath() {
        return Collections.unmodifiableMap(byPath);
    }
}
