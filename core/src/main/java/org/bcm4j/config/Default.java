package org.bcm4j.config;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The value of a record component whose key is absent from the configuration.
 *
 * <pre>{@code
 * record Training(long seed, @Default("0.9999") double emaDecay, @Default("{}") Logging logging) {}
 * }</pre>
 *
 * <p>On a sealed interface of records it is the {@code kind} of a configuration that has no such key.
 *
 * <p>A component of an optional type needs no default: its absence is a value.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.RECORD_COMPONENT, ElementType.TYPE})
public @interface Default {
    /** The value in YAML, read as strictly as a file; <code>{}</code> means a record with all its own defaults. */
    String value();
}
