package org.bcm4j.studio;

import java.util.List;
import org.bcm4j.BcmModel;
import org.bcm4j.studio.api.ShelvedModel;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** The shipped model, served to this machine while the tests of a class run. */
@SuppressWarnings("NullAway.Init") // JUnit calls beforeAll first
final class ServedModel implements BeforeAllCallback, AfterAllCallback {
    private BcmModel model;
    private Studio studio;
    private Client client;

    @Override
    public void beforeAll(ExtensionContext context) {
        model = BcmModel.load(Client.ModelFiles.FOLDER);
        studio = serving(StudioSettings.local(0));
        client = Client.of(studio);
    }

    /** A further studio of the same model. */
    Studio serving(StudioSettings settings) {
        return Studio.start(
                List.of(ShelvedModel.open(Client.ModelFiles.FOLDER, model)), Client.NO_RUNS, settings, "test");
    }

    BcmModel model() {
        return model;
    }

    Studio studio() {
        return studio;
    }

    Client client() {
        return client;
    }

    @Override
    public void afterAll(ExtensionContext context) {
        studio.close();
        model.close();
    }
}
