package org.bcm4j.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.bcm4j.storage.FileFailure;
import org.bcm4j.storage.UserException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The classes of pictures, as a file tells them: CSV with the columns {@code file,class}, or a JSON object. */
final class LabelFile {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private LabelFile() {}

    /**
     * The class of each file, in the order of the label file.
     *
     * @throws UserException if it can not be read, telling the line
     */
    static Map<String, String> read(Path file) {
        try {
            boolean json = file.toString().toLowerCase(Locale.ROOT).endsWith(".json");
            return json ? json(file, Files.readString(file)) : csv(file, Files.readAllLines(file));
        } catch (IOException e) {
            throw FileFailure.reading(file, e);
        }
    }

    private static Map<String, String> csv(Path file, List<String> lines) {
        if (lines.isEmpty() || !lines.get(0).strip().equals("file,class")) {
            throw new UserException(file + ":1: the first line must be: file,class");
        }
        Map<String, String> labels = new LinkedHashMap<>();
        for (int i = 1; i < lines.size(); i++) {
            String line = lines.get(i);
            int comma = line.lastIndexOf(',');
            if (comma < 1 || comma == line.length() - 1) {
                throw new UserException(file + ":" + (i + 1) + ": must be a file, a comma and a class");
            }
            put(
                    labels,
                    line.substring(0, comma).strip(),
                    line.substring(comma + 1).strip(),
                    file + ":" + (i + 1));
        }
        return labels;
    }

    private static Map<String, String> json(Path file, String text) {
        try {
            JsonNode root = JSON.readTree(text);
            if (!root.isObject()) {
                throw new UserException(file + ": must be a JSON object of files and their classes");
            }
            Map<String, String> labels = new LinkedHashMap<>();
            root.properties().forEach(entry -> {
                if (!entry.getValue().isString()) {
                    throw new UserException(
                            file + ": the class of " + entry.getKey() + " must be a text, is " + entry.getValue());
                }
                put(labels, entry.getKey(), entry.getValue().stringValue(), file.toString());
            });
            return labels;
        } catch (JacksonException e) {
            String line = e.getLocation() == null ? "" : ":" + e.getLocation().getLineNr();
            throw new UserException(file + line + ": is not JSON; " + e.getOriginalMessage(), e);
        }
    }

    private static void put(Map<String, String> labels, String picture, String label, String place) {
        if (labels.put(picture, label) != null) {
            throw new UserException(place + ": names " + picture + " twice");
        }
    }
}
