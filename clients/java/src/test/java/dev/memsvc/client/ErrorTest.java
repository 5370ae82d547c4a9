package dev.memsvc.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RequestInfo;
import com.google.rpc.RetryInfo;
import dev.memsvc.v1.ErrorReason;
import dev.memsvc.v1.RecallRequest;
import dev.memsvc.v1.RecallResponse;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ErrorTest extends ServedTest {
  private static final Metadata.Key<String> REQUEST_ID =
      Metadata.Key.of("x-request-id", Metadata.ASCII_STRING_MARSHALLER);

  static ErrorInfo errorInfo(String domain, String reason) {
    return ErrorInfo.newBuilder()
        .setDomain(domain)
        .setReason(reason)
        .putMetadata("error_id", "e1")
        .putMetadata("field", "query")
        .build();
  }

  private static BadRequest.FieldViolation violation(String field, String description) {
    return BadRequest.FieldViolation.newBuilder()
        .setField(field)
        .setDescription(description)
        .build();
  }

  private static RetryInfo retryIn(long seconds, int nanos) {
    return RetryInfo.newBuilder()
        .setRetryDelay(Duration.newBuilder().setSeconds(seconds).setNanos(nanos))
        .build();
  }

  /** All that the server says about an error stands in it. */
  @Test
  void details() throws Exception {
    List<Any> details =
        List.of(
            Any.pack(errorInfo("memsvc.dev", "OVERLOADED")),
            Any.pack(
                BadRequest.newBuilder()
                    .addFieldViolations(violation("query", "is long"))
                    .addFieldViolations(violation("limit", "is high"))
                    .build()),
            Any.pack(retryIn(1, 500_000_000)),
            Any.pack(RequestInfo.newBuilder().setRequestId("r1").build()));
    Metadata trailers = Attempt.trailers(details);
    trailers.put(REQUEST_ID, "of the trailer");
    MemsvcException failure =
        recallFailure(
            Status.Code.RESOURCE_EXHAUSTED,
            attempt -> attempt.fail(Status.Code.RESOURCE_EXHAUSTED, "busy", trailers));
    assertEquals("OVERLOADED", failure.getReason());
    assertEquals(ErrorReason.ERROR_REASON_OVERLOADED, failure.getErrorReason());
    assertEquals("busy", failure.getDescription());
    assertEquals(Map.of("error_id", "e1", "field", "query"), failure.getMetadata());
    assertEquals(
        List.of(new FieldViolation("query", "is long"), new FieldViolation("limit", "is high")),
        failure.getFieldViolations());
    assertEquals(Optional.of(java.time.Duration.ofMillis(1500)), failure.getRetryAfter());
    assertEquals("e1", failure.getErrorId());
    assertEquals("r1", failure.getRequestId());
    assertEquals("RESOURCE_EXHAUSTED OVERLOADED: busy (error_id e1)", failure.getMessage());
    assertInstanceOf(StatusRuntimeException.class, failure.getCause());
  }

  /** A reason that is newer than the client is there as text, and unspecified in the enum. */
  @Test
  void unknownReason() throws Exception {
    MemsvcException failure =
        recallFailure(
            Status.Code.INTERNAL,
            attempt ->
                attempt.fail(
                    Status.Code.INTERNAL, "new", List.of(errorInfo("memsvc.dev", "OUT_OF_LUCK"))));
    assertEquals("OUT_OF_LUCK", failure.getReason());
    assertEquals(ErrorReason.ERROR_REASON_UNSPECIFIED, failure.getErrorReason());
  }

  /** What a proxy in between says about an error is not taken for the server's reason. */
  @Test
  void foreignDomainIsIgnored() throws Exception {
    Metadata trailers =
        Attempt.trailers(List.of(Any.pack(errorInfo("proxy.example.com", "MEMORY_NOT_FOUND"))));
    trailers.put(REQUEST_ID, "r2");
    MemsvcException failure =
        recallFailure(
            Status.Code.PERMISSION_DENIED,
            attempt -> attempt.fail(Status.Code.PERMISSION_DENIED, "no", trailers));
    assertEquals("", failure.getReason());
    assertEquals(ErrorReason.ERROR_REASON_UNSPECIFIED, failure.getErrorReason());
    assertEquals(Map.of(), failure.getMetadata());
    assertEquals("", failure.getErrorId());
    assertEquals("r2", failure.getRequestId());
  }

  /** A detail that cannot be read counts as absent; the others are there. */
  @Test
  void unreadableDetail() throws Exception {
    List<Any> details =
        List.of(
            Any.newBuilder()
                .setTypeUrl("type.googleapis.com/google.rpc.BadRequest")
                .setValue(ByteString.copyFrom(new byte[] {(byte) 0xff}))
                .build(),
            Any.newBuilder().setTypeUrl("type.googleapis.com/unheard.Of").build(),
            Any.pack(errorInfo("memsvc.dev", "INTERNAL")));
    MemsvcException failure =
        recallFailure(
            Status.Code.INTERNAL,
            attempt -> attempt.fail(Status.Code.INTERNAL, "oh", Attempt.trailers(details)));
    assertEquals("INTERNAL", failure.getReason());
    assertEquals(List.of(), failure.getFieldViolations());
  }

  /** If none of the details can be read, the status is there. */
  @Test
  void unreadableDetails() throws Exception {
    Metadata trailers = new Metadata();
    trailers.put(Attempt.DETAILS, new byte[] {(byte) 0xff, (byte) 0xff});
    trailers.put(REQUEST_ID, "r3");
    MemsvcException failure =
        recallFailure(
            Status.Code.ABORTED, attempt -> attempt.fail(Status.Code.ABORTED, "oh", trailers));
    assertEquals("", failure.getReason());
    assertEquals("oh", failure.getDescription());
    assertEquals("r3", failure.getRequestId());
  }

  /** A delay that is none counts as absent. */
  @ParameterizedTest
  @CsvSource({"-1, 0", "0, -1", "0, 1000000000", "315576000001, 0"})
  void invalidDelay(long seconds, int nanos) throws Exception {
    MemsvcException failure =
        recallFailure(
            Status.Code.ABORTED,
            attempt -> attempt.fail(Status.Code.ABORTED, "oh", List.of(retryIn(seconds, nanos))));
    assertEquals(Optional.empty(), failure.getRetryAfter());
  }

  /** A method that the server does not know is told from one that it does not do yet. */
  @Test
  void unimplemented() throws Exception {
    MemsvcException unknown =
        recallFailure(
            Status.Code.UNIMPLEMENTED,
            attempt -> attempt.fail(Status.Code.UNIMPLEMENTED, "unknown method"));
    assertEquals(
        "the server does not know the method Recall; upgrade the server (unknown method)",
        unknown.getDescription());
    MemsvcException later =
        recallFailure(
            Status.Code.UNIMPLEMENTED,
            attempt ->
                attempt.fail(
                    Status.Code.UNIMPLEMENTED,
                    "not yet",
                    List.of(errorInfo("memsvc.dev", "NOT_IMPLEMENTED"))));
    assertEquals("not yet", later.getDescription());
  }

  /** A server that cannot be reached is UNAVAILABLE, and the text says why. */
  @Test
  void unreachable() throws Exception {
    ScriptedServer server = serve(ANSWERED);
    MemoryClient client = connect(server);
    server.close();
    MemsvcException failure = failed(Status.Code.UNAVAILABLE, () -> client.recall(QUESTION));
    assertTrue(failure.getDescription().contains("onnection"), failure.getDescription());
  }

  /** What gRPC did not throw can be read too. */
  @Test
  void foreignFailure() {
    assertEquals(Status.Code.UNKNOWN, MemsvcException.from(new RuntimeException("x")).getCode());
  }

  /** An answer above the limit fails with RESOURCE_EXHAUSTED; one up to it is taken. */
  @ParameterizedTest
  @CsvSource({"0, 4194304", "5000000, 5000000"})
  void largestAnswer(int chosen, int limit) throws Exception {
    ScriptedServer server =
        serve(
            attempt -> {
              int wanted = attempt.request(RecallRequest.parser()).getLimit();
              RecallResponse.Builder answer =
                  RecallResponse.newBuilder().setContextBlock("x".repeat(wanted));
              int framing = answer.build().getSerializedSize() - wanted;
              attempt.reply(answer.setContextBlock("x".repeat(wanted - framing)).build());
            });
    MemoryClient client =
        connect(server, builder -> chosen == 0 ? builder : builder.maxMessageBytes(chosen));
    client.recall(RecallRequest.newBuilder().setLimit(limit).build());
    failed(
        Status.Code.RESOURCE_EXHAUSTED,
        () -> client.recall(RecallRequest.newBuilder().setLimit(limit + 1).build()));
  }
}
