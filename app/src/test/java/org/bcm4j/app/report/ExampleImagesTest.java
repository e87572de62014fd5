package org.bcm4j.app.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.bcm4j.data.NumpyFiles;
import org.bcm4j.model.RecommendedWalks;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.HostTensors;
import org.bcm4j.tensor.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExampleImagesTest {
    private static final List<String> CLASSES = List.of("Hat", "T-shirt/top");
    private static final SmallModel MODEL = new SmallModel(CLASSES, true, RecommendedWalks.UNTUNED);

    @TempDir
    Path folder;

    private final Scope scope = Scope.open();

    @AfterEach
    void freeTensors() {
        scope.close();
    }

    /** The labels of the data set go 1, 0, 1, 0, 1, 0, 1. */
    @Test
    void areTheFirstOfEachClassInTheDataSetsOrder() {
        ExampleImages examples = ExampleImages.firstOfEachClass(SmallModel.dataSet(7, CLASSES), 2);
        assertThat(HostTensors.longs(examples.labels())).containsExactly(0, 0, 1, 1);
        byte[] levels = HostTensors.bytes(examples.bytes().select(3, 0).select(2, 0));
        assertThat(levels).containsExactly(10, 30, 0, 20);
        assertThat(examples.representatives()).containsExactly(0, 2);
    }

    @Test
    void aClassThatHasFewerGivesAllOfThem() {
        assertThat(ExampleImages.firstOfEachClass(SmallModel.dataSet(7, CLASSES), 4)
                        .size())
                .isEqualTo(7);
    }

    @Test
    void filesBearTheClassAndTheOrdinal() {
        ExampleImages examples = ExampleImages.firstOfEachClass(SmallModel.dataSet(7, CLASSES), 2);
        assertThat(examples.fileName(0)).isEqualTo("0-hat-1.png");
        assertThat(examples.fileName(3)).isEqualTo("1-t-shirt-top-2.png");
    }

    @Test
    void comeBackFromTheModelFolder() {
        ExampleImages written = ExampleImages.firstOfEachClass(SmallModel.dataSet(7, CLASSES), 2);
        written.write(folder);
        ExampleImages read = ExampleImages.read(folder, MODEL.config());
        assertThat(HostTensors.bytes(read.bytes())).isEqualTo(HostTensors.bytes(written.bytes()));
        assertThat(HostTensors.longs(read.labels())).isEqualTo(HostTensors.longs(written.labels()));
        assertThat(read.classNames()).isEqualTo(CLASSES);
    }

    @Test
    void classesWithoutNamesAreCalledByNumber() {
        ExampleImages.firstOfEachClass(SmallModel.dataSet(6, CLASSES), 1).write(folder);
        SmallModel nameless = new SmallModel(List.of(), false, RecommendedWalks.UNTUNED);
        assertThat(ExampleImages.read(folder, nameless.config()).classNames()).containsExactly("0", "1");
    }

    @Test
    void aMissingFileSaysHowToMakeIt() {
        assertThatExceptionOfType(UserException.class)
                .isThrownBy(() -> ExampleImages.read(folder, MODEL.config()))
                .withMessage(folder.resolve("test-images.npz")
                        + " is missing: the model has no real images to show; give its data set with --data, or create the file with `bcm quickstart images "
                        + folder + "`");
    }

    @Test
    void commandsInMessagesAreQuotedForAShell() throws IOException {
        Path spaced = Files.createDirectory(folder.resolve("my model"));
        String remedy = "with `bcm quickstart images '" + spaced + "'`";
        assertThatExceptionOfType(UserException.class)
                .isThrownBy(() -> ExampleImages.read(spaced, MODEL.config()))
                .withMessageEndingWith("create the file " + remedy);
        NumpyFiles.writeNpz(
                spaced.resolve(ExampleImages.FILE), Map.of("images", HostTensors.ofFloats(new float[9], 1, 1, 3, 3)));
        assertThatExceptionOfType(UserException.class)
                .isThrownBy(() -> ExampleImages.read(spaced, MODEL.config()))
                .withMessageEndingWith("create it again " + remedy);
    }

    @Test
    void aLabelOutsideTheModelsClassesIsTold() {
        ExampleImages.firstOfEachClass(SmallModel.dataSet(6, List.of("a", "b", "c")), 1)
                .write(folder);
        assertBroken("label 2 is not one of the classes, 0 to 1");
    }

    @Test
    void imagesOfAnotherSizeAreTold() {
        NumpyFiles.writeNpz(
                folder.resolve(ExampleImages.FILE),
                Map.of(
                        "images",
                        HostTensors.ofBytes(new byte[9], 1, 1, 3, 3),
                        "labels",
                        HostTensors.ofLongs(new long[1], 1)));
        assertBroken("its images are of shape [1, 1, 3, 3], not [1, 1, 8, 8]");
    }

    @Test
    void anArrayOfAnotherKindIsTold() {
        NumpyFiles.writeNpz(
                folder.resolve(ExampleImages.FILE), Map.of("images", HostTensors.ofFloats(new float[9], 1, 1, 3, 3)));
        assertBroken("it has no array \"images\"");
    }

    private void assertBroken(String problem) {
        assertThatExceptionOfType(UserException.class)
                .isThrownBy(() -> ExampleImages.read(folder, MODEL.config()))
                .withMessageStartingWith(folder.resolve(ExampleImages.FILE) + ": " + problem);
    }
}
