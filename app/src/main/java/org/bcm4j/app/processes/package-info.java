/** This program started once more: as the ranks that share its work, or to go on with a run. */
package org.bcm4j.app.processes;
