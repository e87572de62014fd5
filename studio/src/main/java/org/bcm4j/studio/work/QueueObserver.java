package org.bcm4j.studio.work;

/** Hears of what a queue does. Called by the queue's thread and by those that submit; returns at once. */
public interface QueueObserver {
    /** Hears nothing. */
    QueueObserver NONE = new QueueObserver() {
        @Override
        public void waiting(int images) {
            // Nobody wants to know.
        }

        @Override
        public void batch(int images) {
            // Nobody wants to know.
        }
    };

    /** The number of images that now wait. */
    void waiting(int images);

    /** A batch of so many images begins. */
    void batch(int images);
}
