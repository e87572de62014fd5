package org.bcm4j.studio.api;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** What a field of a request or response means. The OpenAPI document and the checks of requests are made from it. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
@interface Described {
    /** One sentence. */
    String value();

    /** The smallest allowed number. */
    double least() default Double.NEGATIVE_INFINITY;

    /** The largest allowed number. */
    double most() default Double.POSITIVE_INFINITY;
}
