/**
 * The files that commands read and write. Pictures and noises are read in the form that the model takes. Destinations
 * are checked before the work begins.
 */
package org.bcm4j.app.files;
