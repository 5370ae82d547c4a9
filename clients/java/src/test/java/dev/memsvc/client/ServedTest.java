package dev.memsvc.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.memsvc.v1.RecallRequest;
import dev.memsvc.v1.RecallResponse;
import io.grpc.ServerCredentials;
import io.grpc.Status;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.function.Executable;

/** A test with servers and clients, which it closes. */
abstract class ServedTest {
  /** Bounds what should happen soon; a test that reaches it has failed. */
  static final Duration PATIENCE = Duration.ofSeconds(20);

  /** Replies to every call with an empty message. */
  static final ScriptedServer.Script ANSWERED =
      attempt -> attempt.reply(RecallResponse.getDefaultInstance());

  static final RecallRequest QUESTION = RecallRequest.newBuilder().setUserId("ana").build();

  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  @AfterEach
  void closeAll() throws Exception {
    while (!open.isEmpty()) {
      open.pop().close();
    }
  }

  <C extends AutoCloseable> C closing(C resource) {
    open.push(resource);
    return resource;
  }

  ScriptedServer serve(ScriptedServer.Script script) throws IOException {
    return closing(new ScriptedServer(script));
  }

  ScriptedServer serve(ScriptedServer.Script script, ServerCredentials credentials)
      throws IOException {
    return closing(new ScriptedServer(script, 0, credentials));
  }

  MemoryClient connect(ScriptedServer server) {
    return connect(server, builder -> builder);
  }

  MemoryClient connect(ScriptedServer server, UnaryOperator<MemoryClientBuilder> options) {
    return closing(options.apply(MemoryClient.builder().target(server.target())).build());
  }

  /** Returns what an action fails with, which has to have this code. */
  static MemsvcException failed(Status.Code code, Executable action) {
    MemsvcException failure = assertThrows(MemsvcException.class, action);
    assertEquals(code, failure.getCode(), failure.getMessage());
    return failure;
  }

  /** Returns what recall fails with when the server answers so. */
  MemsvcException recallFailure(Status.Code code, ScriptedServer.Script script) throws IOException {
    MemoryClient client = connect(serve(script));
    return failed(code, () -> client.recall(QUESTION));
  }

  static void await(CountDownLatch latch) throws InterruptedException {
    assertTrue(latch.await(PATIENCE.toSeconds(), TimeUnit.SECONDS), "waited in vain");
  }

  static <T> T await(Future<T> future) throws Exception {
    return future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }
}
