package org.bcm4j.studio;

import java.util.List;
import org.bcm4j.BcmModel;
import org.bcm4j.studio.api.ShelvedModel;

/** The shipped model, served to this machine. */
record ServedModel(BcmModel model, Studio studio) implements AutoCloseable {
    static ServedModel start() {
        return start(StudioSettings.local(0));
    }

    static ServedModel start(StudioSettings settings) {
        BcmModel model = BcmModel.load(Client.ModelFiles.FOLDER);
        Studio studio = Studio.start(
                List.of(ShelvedModel.open(Client.ModelFiles.FOLDER, model)), Client.NO_RUNS, settings, "test");
        return new ServedModel(model, studio);
    }

    @Override
    public void close() {
        studio.close();
        model.close();
    }
}
