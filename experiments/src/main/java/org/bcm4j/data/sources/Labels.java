package org.bcm4j.data.sources;

import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.bcm4j.data.ClassOrder;
import org.bcm4j.data.ImageFolder;
import org.bcm4j.storage.UserException;

/** The classes of pictures. */
final class Labels {
    /** More classes than any data set of pictures has. */
    static final int MOST_CLASSES = 1 << 20;

    static final Labels NONE = new Labels(List.of(), new int[0]);

    private final List<String> names;
    private final int[] numbers;

    private Labels(List<String> names, int[] numbers) {
        this.names = List.copyOf(names);
        this.numbers = numbers;
    }

    /** Classes by name, numbered in their usual order. */
    static Labels ofNames(List<String> ofPictures) {
        return ofNames(
                ofPictures,
                ofPictures.stream().distinct().sorted(ClassOrder.OF_NAMES).toList());
    }

    /** Classes by name, of the given ones. */
    static Labels ofNames(List<String> ofPictures, List<String> names) {
        Map<String, Integer> index = new HashMap<>();
        names.forEach(name -> index.put(name, index.size()));
        return new Labels(names, ofPictures.stream().mapToInt(index::get).toArray());
    }

    /** Classes by number from 0. They are named by their numbers, those without a picture too. */
    static Labels ofNumbers(int[] ofPictures, String source) {
        int most = 0;
        for (int number : ofPictures) {
            if (number < 0 || number >= MOST_CLASSES) {
                throw new UserException(source + ": a picture has the class " + number + ", not a number from 0 to "
                        + (MOST_CLASSES - 1));
            }
            most = Math.max(most, number);
        }
        return new Labels(
                IntStream.rangeClosed(0, most).mapToObj(String::valueOf).toList(), ofPictures);
    }

    /**
     * Classes by number, of the given names.
     *
     * @param ofPictures indices of names
     */
    static Labels of(int[] ofPictures, List<String> names) {
        return new Labels(names, ofPictures);
    }

    /** Classes by text: numbers if all are, or else names. */
    static Labels ofTexts(List<String> ofPictures, String source) {
        boolean numbered = ofPictures.stream().allMatch(text -> text.matches("\\d{1,7}"));
        return numbered
                ? ofNumbers(ofPictures.stream().mapToInt(Integer::parseInt).toArray(), source)
                : ofNames(ofPictures);
    }

    /**
     * The names of classes by the topmost folders of the pictures' names, below a folder that all have in common. As in
     * a folder of pictures, those that are in none are of the class {@value ImageFolder#NO_CLASS}.
     *
     * @param source the name of the set in a line that is logged if the folders probably are not meant as classes
     * @return a name for each picture; empty if all pictures are in one folder
     */
    static List<String> folders(List<String> pictures, String source) {
        String common = commonFolder(pictures);
        List<String> folders = pictures.stream()
                .map(name -> name.substring(common.length()))
                .map(name -> name.contains("/") ? name.substring(0, name.indexOf('/')) : ImageFolder.NO_CLASS)
                .map(String::intern)
                .toList();
        if (folders.stream().allMatch(ImageFolder.NO_CLASS::equals)) {
            return List.of();
        }
        Divisions.warnOfClasses(source, folders);
        return folders;
    }

    private static String commonFolder(List<String> names) {
        String least = Collections.min(names);
        String most = Collections.max(names);
        int same = 0;
        while (same < Math.min(least.length(), most.length()) && least.charAt(same) == most.charAt(same)) {
            same++;
        }
        return least.substring(0, least.lastIndexOf('/', same - 1) + 1);
    }

    /** The same classes, for a range of the pictures. */
    Labels part(int from, int to) {
        return names.isEmpty() ? NONE : new Labels(names, Arrays.copyOfRange(numbers, from, to));
    }

    List<String> names() {
        return names;
    }

    int of(int index) {
        if (names.isEmpty()) {
            throw new IllegalStateException("the pictures have no classes");
        }
        return numbers[index];
    }
}
