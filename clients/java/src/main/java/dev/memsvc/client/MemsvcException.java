package dev.memsvc.client;

import dev.memsvc.v1.ErrorReason;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A call that failed. Decide by its reason or its code, never by its text:
 *
 * <pre>{@code
 * if (e.getErrorReason() == ErrorReason.ERROR_REASON_MEMORY_NOT_FOUND) { ... }
 * if (e.getCode() == Status.Code.UNAVAILABLE) { ... }
 * }</pre>
 *
 * <p>Its message holds code, reason, description and error id in one line. Its cause is gRPC's own
 * exception.
 */
public final class MemsvcException extends RuntimeException {
  private static final long serialVersionUID = 1;
  private static final String PREFIX = "ERROR_REASON_";

  private final Status.Code code;
  private final String reason;
  private final String description;
  private final Map<String, String> metadata;
  private final List<FieldViolation> fieldViolations;
  private final Duration retryAfter;
  private final String requestId;

  private MemsvcException(
      Status.Code code, String description, ErrorDetails details, Throwable cause) {
    super(line(code, description, details), cause);
    this.code = code;
    this.description = description;
    reason = details.reason;
    metadata = details.metadata;
    fieldViolations = List.copyOf(details.fieldViolations);
    retryAfter = details.retryAfter;
    requestId = details.requestId;
  }

  /**
   * Returns what a call through {@link MemoryClient#channel()} failed with.
   *
   * @param failure what gRPC threw, or what wraps it, such as the {@code ExecutionException} of a
   *     future
   * @return the failure as the methods of the client would throw it; with the code UNKNOWN if gRPC
   *     did not throw it
   */
  public static MemsvcException from(Throwable failure) {
    return of(failure, "");
  }

  /** Returns what a call of a method failed with. */
  static MemsvcException of(Throwable failure, String method) {
    Status status = Status.fromThrowable(failure);
    Metadata trailers = Status.trailersFromThrowable(failure);
    ErrorDetails details = ErrorDetails.read(trailers);
    String description = describe(status);
    if (status.getCode() == Status.Code.UNIMPLEMENTED && details.reason.isEmpty()) {
      description =
          String.format(
              "the server does not know the method%s; upgrade the server (%s)",
              method.isEmpty() ? "" : " " + method, description);
    }
    return new MemsvcException(status.getCode(), description, details, failure);
  }

  private static String describe(Status status) {
    String description = status.getDescription() == null ? "" : status.getDescription();
    Throwable cause = status.getCause();
    // Of a connection that fails gRPC itself says no more than "io exception".
    return cause == null || cause.getMessage() == null
        ? description
        : description + ": " + cause.getMessage();
  }

  /** Returns a failure that was found without a call. */
  static MemsvcException local(Status.Code code, String description, Throwable cause) {
    return new MemsvcException(code, description, ErrorDetails.read(null), cause);
  }

  private static String line(Status.Code code, String description, ErrorDetails details) {
    StringBuilder line = new StringBuilder(code.name());
    if (!details.reason.isEmpty()) {
      line.append(' ').append(details.reason);
    }
    if (!description.isEmpty()) {
      line.append(": ").append(description);
    }
    if (details.metadata.containsKey("error_id")) {
      line.append(" (error_id ").append(details.metadata.get("error_id")).append(')');
    }
    return line.toString();
  }

  /**
   * Returns the gRPC status.
   *
   * @return never {@code OK}
   */
  public Status.Code getCode() {
    return code;
  }

  /**
   * Returns the reason without its prefix, for example {@code MEMORY_NOT_FOUND}.
   *
   * @return a name that may be newer than this client; empty if the error does not come from the
   *     server itself
   */
  public String getReason() {
    return reason;
  }

  /**
   * Returns the reason as a value of the contract's enum.
   *
   * @return {@code ERROR_REASON_UNSPECIFIED} if the error does not come from the server itself, or
   *     is newer than this client
   */
  public ErrorReason getErrorReason() {
    return Arrays.stream(ErrorReason.values())
        .filter(value -> value.name().equals(PREFIX + reason))
        .findFirst()
        .orElse(ErrorReason.ERROR_REASON_UNSPECIFIED);
  }

  /**
   * Returns what went wrong.
   *
   * @return a text for a person, without code and reason
   */
  public String getDescription() {
    return description;
  }

  /**
   * Returns further facts by name.
   *
   * @return an unmodifiable map, empty if there are none
   */
  public Map<String, String> getMetadata() {
    return metadata;
  }

  /**
   * Returns which fields of the request break a rule.
   *
   * @return an unmodifiable list, empty if there are none
   */
  public List<FieldViolation> getFieldViolations() {
    return fieldViolations;
  }

  /**
   * Returns in how long to come back.
   *
   * @return 0 or more; nothing if the server does not say
   */
  public Optional<Duration> getRetryAfter() {
    return Optional.ofNullable(retryAfter);
  }

  /**
   * Returns what the server's log knows the error by.
   *
   * @return empty if there is none
   */
  public String getErrorId() {
    return metadata.getOrDefault("error_id", "");
  }

  /**
   * Returns what the server's log knows the call by.
   *
   * @return empty if unknown
   */
  public String getRequestId() {
    return requestId;
  }
}
