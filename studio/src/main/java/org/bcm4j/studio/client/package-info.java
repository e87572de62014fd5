/** A client of the API in plain Java. It needs nothing of the other packages. */
package org.bcm4j.studio.client;
