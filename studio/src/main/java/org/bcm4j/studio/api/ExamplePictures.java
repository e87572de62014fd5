package org.bcm4j.studio.api;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.bcm4j.storage.FileFailure;

/** The pictures in the folder {@code examples} of a model. */
final class ExamplePictures {
    private static final String ENDING = ".png";
    private static final int MOST = 40;

    private ExamplePictures() {}

    static List<ShelvedModel.Example> in(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            List<ShelvedModel.Example> examples = new ArrayList<>();
            for (Path file : files.filter(path -> path.toString().endsWith(ENDING))
                    .sorted()
                    .limit(MOST)
                    .toList()) {
                String name = file.getFileName().toString();
                examples.add(new ShelvedModel.Example(
                        name.substring(0, name.length() - ENDING.length()), Files.readAllBytes(file)));
            }
            return examples;
        } catch (IOException e) {
            throw FileFailure.reading(folder, e);
        }
    }
}
