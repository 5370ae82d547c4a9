package dev.memsvc.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.rpc.RetryInfo;
import dev.memsvc.v1.ApproveMemoriesRequest;
import dev.memsvc.v1.CreateApiKeyRequest;
import dev.memsvc.v1.CreateApiKeyResponse;
import dev.memsvc.v1.ErrorReason;
import dev.memsvc.v1.GetMeRequest;
import dev.memsvc.v1.ListApiKeysRequest;
import dev.memsvc.v1.ListAuditEntriesRequest;
import dev.memsvc.v1.ListHoldsRequest;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.MetadataUtils;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ServicesTest extends ServedTest {
  /** Calls of a stub have the client's terms; those of the stub go before them. */
  @Test
  void terms() throws Exception {
    ScriptedServer server = serve(ANSWERED);
    MemoryClient client =
        connect(
            server,
            builder ->
                builder.apiKey("k").header("x-place", "client").timeout(Duration.ofSeconds(5)));
    client.services().apiKeys().listApiKeys(ListApiKeysRequest.getDefaultInstance());
    Metadata own = new Metadata();
    own.put(Metadata.Key.of("x-place", Metadata.ASCII_STRING_MARSHALLER), "call");
    client
        .services()
        .auth()
        .withDeadlineAfter(2, TimeUnit.SECONDS)
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(own))
        .getMe(GetMeRequest.getDefaultInstance());
    Attempt first = server.seen().get(0);
    Attempt second = server.seen().get(1);
    assertEquals("Bearer k", first.header("authorization"));
    assertEquals("client", first.header("x-place"));
    assertEquals("Bearer k", second.header("authorization"));
    assertEquals("call", second.header("x-place"));
    assertTrue(first.timeLeft().compareTo(Duration.ofSeconds(3)) > 0);
    assertTrue(second.timeLeft().compareTo(Duration.ofSeconds(3)) < 0);
  }

  /** The answer of a stub is the server's. */
  @Test
  void answers() throws Exception {
    CreateApiKeyResponse made = CreateApiKeyResponse.newBuilder().setSecret("s").build();
    MemoryClient client = connect(serve(attempt -> attempt.reply(made)));
    assertEquals(
        made, client.services().apiKeys().createApiKey(CreateApiKeyRequest.getDefaultInstance()));
  }

  /** What may be repeated is, with one request_id; what gives out a secret is tried once. */
  @Test
  void retries() throws Exception {
    ScriptedServer server = serve(attempt -> attempt.fail(Status.Code.UNAVAILABLE, "not now"));
    Services services = connect(server).services();
    failed(
        Status.Code.UNAVAILABLE,
        () -> services.trust().approveMemories(ApproveMemoriesRequest.getDefaultInstance()));
    failed(
        Status.Code.UNAVAILABLE,
        () -> services.apiKeys().createApiKey(CreateApiKeyRequest.getDefaultInstance()));
    List<Attempt> seen = server.seen();
    assertEquals(5, seen.size());
    assertFalse(seen.get(0).request(ApproveMemoriesRequest.parser()).getRequestId().isEmpty());
    assertArrayEquals(seen.get(0).body(), seen.get(3).body());
  }

  /** Errors of a stub are the client's, with facts and delay. */
  @Test
  void errors() throws Exception {
    RetryInfo later =
        RetryInfo.newBuilder()
            .setRetryDelay(com.google.protobuf.Duration.newBuilder().setSeconds(2))
            .build();
    ScriptedServer server =
        serve(
            attempt -> {
              if (attempt.method().equals("ListHolds")) {
                attempt.fail(
                    Status.Code.RESOURCE_EXHAUSTED,
                    "slowly",
                    List.of(ErrorTest.errorInfo("memsvc.dev", "RATE_LIMITED"), later));
              } else {
                attempt.fail(
                    Status.Code.PERMISSION_DENIED,
                    "no",
                    List.of(ErrorTest.errorInfo("memsvc.dev", "SCOPE_MISSING")));
              }
            });
    Services services = connect(server).services();
    MemsvcException denied =
        failed(
            Status.Code.PERMISSION_DENIED,
            () -> services.admin().listAuditEntries(ListAuditEntriesRequest.getDefaultInstance()));
    assertEquals(ErrorReason.ERROR_REASON_SCOPE_MISSING, denied.getErrorReason());
    MemsvcException limited =
        failed(
            Status.Code.RESOURCE_EXHAUSTED,
            () -> services.retention().listHolds(ListHoldsRequest.getDefaultInstance()));
    assertEquals(Optional.of(Duration.ofSeconds(2)), limited.getRetryAfter());
  }
}
