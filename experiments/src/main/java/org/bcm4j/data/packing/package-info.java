/**
 * Packs data sets into arrays of images of one size, and describes data sets. The work is divided among the cores;
 * packing that was interrupted goes on where it was.
 */
package org.bcm4j.data.packing;
