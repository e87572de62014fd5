/** A client of the API in plain Java. It needs nothing of the other rooms. */
package org.bcm4j.studio.client;
