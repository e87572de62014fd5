package org.bcm4j.data.sources;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bcm4j.data.LeftOut;
import org.bcm4j.data.PictureFolder;
import org.bcm4j.storage.FileFailure;
import org.bcm4j.storage.UserException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonParser.NumberType;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.json.JsonMapper;

/**
 * The file {@code dataset.json} of EDM's and StyleGAN's data sets: {@code {"labels": [["00000/img00000000.png", 6], …]}}
 * or {@code {"labels": null}}.
 */
final class EdmLabels {
    static final String FILE = "dataset.json";

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String KEY = "labels";

    private EdmLabels() {}

    /** Whether a folder holds such a file. Packed sets hold another one of the same name. */
    static boolean isIn(Path folder) {
        Path file = folder.resolve(FILE);
        if (!Files.isRegularFile(file)) {
            return false;
        }
        try (InputStream in = Files.newInputStream(file);
                JsonParser parser = JSON.createParser(in)) {
            return findLabels(parser);
        } catch (IOException e) {
            throw FileFailure.reading(file, e);
        } catch (JacksonException e) {
            throw notJson(file.toString(), e);
        }
    }

    /**
     * Reads the classes of pictures.
     *
     * @param pictures the names of the files
     * @param source the name of the file in error messages
     * @throws UserException if it does not name each of them once, and nothing else
     */
    static Labels read(InputStream in, List<String> pictures, String source) {
        Map<String, Integer> numbers = new HashMap<>();
        try (JsonParser parser = JSON.createParser(in)) {
            if (!findLabels(parser)) {
                throw new UserException(source + ": has no key \"" + KEY + "\"");
            }
            if (parser.currentToken() == JsonToken.VALUE_NULL) {
                return Labels.NONE;
            }
            require(parser.currentToken() == JsonToken.START_ARRAY, source);
            while (parser.nextToken() == JsonToken.START_ARRAY) {
                require(parser.nextToken() == JsonToken.VALUE_STRING, source);
                String picture = PictureFolder.name(parser.getString());
                require(parser.nextToken() == JsonToken.VALUE_NUMBER_INT, source);
                if (parser.getNumberType() != NumberType.INT) {
                    throw new UserException(source + ": " + picture + " has the class " + parser.getString() + ", not a"
                            + " number from 0 to " + (Labels.MOST_CLASSES - 1));
                }
                if (numbers.put(picture, parser.getIntValue()) != null) {
                    throw new UserException(source + ": names " + picture + " twice; write it again");
                }
                require(parser.nextToken() == JsonToken.END_ARRAY, source);
            }
            require(parser.currentToken() == JsonToken.END_ARRAY, source);
        } catch (JacksonException e) {
            throw notJson(source, e);
        }
        int[] ofPictures = new int[pictures.size()];
        for (int i = 0; i < ofPictures.length; i++) {
            Integer number = numbers.remove(PictureFolder.name(pictures.get(i)));
            if (number == null) {
                throw new UserException(
                        source + ": names no class for " + pictures.get(i) + "; add it, or remove the picture");
            }
            ofPictures[i] = number;
        }
        if (!numbers.isEmpty()) {
            LeftOut absent = new LeftOut();
            numbers.keySet().stream().sorted().forEach(absent::add);
            throw new UserException(source + ": names " + absent + " that are not there; fetch the set again, or"
                    + " remove them from the file");
        }
        return Labels.ofNumbers(ofPictures, source);
    }

    /** Moves to the value of the key at the top level, if there is one. */
    private static boolean findLabels(JsonParser parser) {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            return false;
        }
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            boolean found = KEY.equals(parser.currentName());
            parser.nextToken();
            if (found) {
                return true;
            }
            parser.skipChildren();
        }
        return false;
    }

    private static void require(boolean condition, String source) {
        if (!condition) {
            throw new UserException(source + ": its \"" + KEY + "\" must be null or a list of [\"FILE\", NUMBER]");
        }
    }

    private static UserException notJson(String source, JacksonException e) {
        String line = e.getLocation() == null ? "" : ":" + e.getLocation().getLineNr();
        return new UserException(source + line + ": is not JSON; write it again", e);
    }
}
