/**
 * The API: {@link org.bcm4j.studio.api.Api} maps the bodies of requests to those of answers. {@code Requests} and
 * {@code Responses} are the bodies; the OpenAPI document and the checks of requests are made from them.
 */
package org.bcm4j.studio.api;
