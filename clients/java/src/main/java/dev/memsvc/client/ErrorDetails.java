package dev.memsvc.client;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RequestInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import io.grpc.Metadata;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What the trailers of a failed call say about the error. What cannot be read counts as absent. */
final class ErrorDetails {
  /** The domain of the server's ErrorInfo; others come from proxies in between. */
  private static final String DOMAIN = "memsvc.dev";

  // Read as bytes: gRPC's own marshaller throws at what it cannot parse.
  private static final Metadata.Key<byte[]> DETAILS =
      Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);
  private static final Metadata.Key<String> REQUEST_ID =
      Metadata.Key.of("x-request-id", Metadata.ASCII_STRING_MARSHALLER);

  /** The longest duration of protobuf: about 10,000 years. */
  private static final long MAX_SECONDS = 315_576_000_000L;

  private static final int MAX_NANOS = 999_999_999;

  String reason = "";
  Map<String, String> metadata = Map.of();
  final List<FieldViolation> fieldViolations = new ArrayList<>();

  /** Null if the server does not say. */
  Duration retryAfter;

  String requestId = "";

  private ErrorDetails() {}

  /** Reads trailers, of which there are none if they are null. */
  static ErrorDetails read(Metadata trailers) {
    ErrorDetails details = new ErrorDetails();
    if (trailers == null) {
      return details;
    }
    if (trailers.containsKey(REQUEST_ID)) {
      details.requestId = trailers.get(REQUEST_ID);
    }
    for (Any detail : anyDetails(trailers.get(DETAILS))) {
      try {
        details.add(detail);
      } catch (InvalidProtocolBufferException e) {
        // The others may be readable.
      }
    }
    return details;
  }

  private static List<Any> anyDetails(byte[] status) {
    if (status == null) {
      return List.of();
    }
    try {
      return Status.parseFrom(status).getDetailsList();
    } catch (InvalidProtocolBufferException e) {
      return List.of();
    }
  }

  private void add(Any detail) throws InvalidProtocolBufferException {
    if (detail.is(ErrorInfo.class)) {
      ErrorInfo info = detail.unpack(ErrorInfo.class);
      if (info.getDomain().equals(DOMAIN)) {
        reason = info.getReason();
        metadata = Map.copyOf(info.getMetadataMap());
      }
    } else if (detail.is(BadRequest.class)) {
      for (BadRequest.FieldViolation violation :
          detail.unpack(BadRequest.class).getFieldViolationsList()) {
        fieldViolations.add(new FieldViolation(violation.getField(), violation.getDescription()));
      }
    } else if (detail.is(RetryInfo.class)) {
      retryAfter = duration(detail.unpack(RetryInfo.class).getRetryDelay());
    } else if (detail.is(RequestInfo.class)) {
      requestId = detail.unpack(RequestInfo.class).getRequestId();
    }
  }

  private static Duration duration(com.google.protobuf.Duration delay) {
    boolean valid =
        delay.getSeconds() >= 0
            && delay.getSeconds() <= MAX_SECONDS
            && delay.getNanos() >= 0
            && delay.getNanos() <= MAX_NANOS;
    return valid ? Duration.ofSeconds(delay.getSeconds(), delay.getNanos()) : null;
  }
}
