package dev.memsvc.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.memsvc.v1.ChatEvent;
import dev.memsvc.v1.ChatRequest;
import dev.memsvc.v1.GetServerInfoRequest;
import dev.memsvc.v1.IngestRequest;
import dev.memsvc.v1.IngestResponse;
import dev.memsvc.v1.IngestStreamRequest;
import dev.memsvc.v1.Message;
import dev.memsvc.v1.WatchJobRequest;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetryTest extends ServedTest {
  /** Fails the first calls with UNAVAILABLE and answers the ones after. */
  private static ScriptedServer.Script unavailableTimes(int count) {
    return attempt -> {
      if (attempt.turn() < count) {
        attempt.fail(Status.Code.UNAVAILABLE, "not now");
      } else {
        attempt.reply(IngestResponse.newBuilder().setConversationId("c").build());
      }
    };
  }

  /**
   * A call that ends with UNAVAILABLE is sent again, up to three times; every attempt carries the
   * same bytes and so the same request_id, and says how many went before it.
   */
  @Test
  void unavailableIsRetriedWithTheSameBytes() throws Exception {
    ScriptedServer server = serve(unavailableTimes(3));
    IngestResponse response =
        connect(server).ingest(IngestRequest.newBuilder().setUserId("ana").build());
    assertEquals("c", response.getConversationId());
    assertEquals(4, server.seen().size());
    for (Attempt attempt : server.seen()) {
      assertArrayEquals(server.seen().get(0).body(), attempt.body());
      assertFalse(attempt.request(IngestRequest.parser()).getRequestId().isEmpty());
      assertEquals(
          attempt.turn() == 0 ? "" : String.valueOf(attempt.turn()),
          attempt.header("grpc-previous-rpc-attempts"));
    }
  }

  /** After four attempts the call fails with the server's own text. */
  @Test
  void retriesEnd() throws Exception {
    ScriptedServer server = serve(unavailableTimes(100));
    MemoryClient client = connect(server);
    MemsvcException failure =
        failed(
            Status.Code.UNAVAILABLE,
            () -> client.getServerInfo(GetServerInfoRequest.getDefaultInstance()));
    assertEquals("not now", failure.getDescription());
    assertEquals(4, server.seen().size());
  }

  /** A request of several megabytes is retried as a small one is, also when many are under way. */
  @Test
  void largeRequestsAreRetried() throws Exception {
    int many = 8; // more than fit into what gRPC keeps by default of all calls together
    CompletableFuture<Void> allArrived = new CompletableFuture<>();
    ScriptedServer server =
        serve(
            attempt -> {
              if (attempt.turn() == many - 1) {
                allArrived.complete(null);
              }
              if (attempt.header("grpc-previous-rpc-attempts").equals("2")) {
                attempt.reply(IngestResponse.getDefaultInstance());
                return;
              }
              await(allArrived);
              attempt.fail(Status.Code.UNAVAILABLE, "not now");
            });
    MemoryClient client = connect(server);
    IngestRequest large =
        IngestRequest.newBuilder()
            .addMessages(Message.newBuilder().setContent("x".repeat(3 << 20)))
            .build();
    ExecutorService callers = Executors.newCachedThreadPool();
    closing(callers::shutdownNow);
    var calls =
        java.util.Collections.nCopies(many, large).stream()
            .map(request -> callers.submit(() -> client.ingest(request)))
            .toList();
    for (var call : calls) {
      await(call);
    }
    assertEquals(3 * many, server.seen().size());
  }

  /** Every code but UNAVAILABLE ends the call at once. */
  @ParameterizedTest
  @EnumSource(
      value = Status.Code.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = {"OK", "UNAVAILABLE"})
  void otherCodesAreNotRetried(Status.Code code) throws Exception {
    ScriptedServer server = serve(attempt -> attempt.fail(code, "no"));
    MemoryClient client = connect(server);
    failed(code, () -> client.recall(QUESTION));
    assertEquals(1, server.seen().size());
  }

  /** The server may say when the next attempt has to come. */
  @Test
  void pushbackIsWaitedFor() throws Exception {
    long[] times = new long[2];
    ScriptedServer server =
        serve(
            attempt -> {
              times[attempt.turn()] = System.nanoTime();
              if (attempt.turn() == 0) {
                attempt.pushBack("400");
              } else {
                ANSWERED.answer(attempt);
              }
            });
    connect(server).recall(QUESTION);
    // The policy's own first wait is at most 120 ms.
    assertTrue(times[1] - times[0] >= Duration.ofMillis(400).toNanos());
  }

  /** The server may say that it wants no other attempt; a word that is no number says so too. */
  @ParameterizedTest
  @ValueSource(strings = {"-1", "soon"})
  void pushbackEndsRetries(String pushback) throws Exception {
    ScriptedServer server = serve(attempt -> attempt.pushBack(pushback));
    MemoryClient client = connect(server);
    failed(Status.Code.UNAVAILABLE, () -> client.recall(QUESTION));
    assertEquals(1, server.seen().size());
  }

  /**
   * A retry does not get new time: what is left of the deadline is passed on, and when it is over
   * the call ends.
   */
  @Test
  void retriesKeepTheDeadline() throws Exception {
    ScriptedServer server =
        serve(
            attempt -> {
              if (attempt.turn() == 1) {
                attempt.pushBack("3600000");
              } else {
                attempt.fail(Status.Code.UNAVAILABLE, "not now");
              }
            });
    MemoryClient client = connect(server).withTimeout(Duration.ofSeconds(2));
    long started = System.nanoTime();
    failed(Status.Code.DEADLINE_EXCEEDED, () -> client.recall(QUESTION));
    Duration took = Duration.ofNanos(System.nanoTime() - started);
    assertTrue(took.toMillis() >= 1990 && took.compareTo(PATIENCE) < 0, "took " + took);
    List<Attempt> seen = server.seen();
    assertEquals(2, seen.size());
    assertTrue(seen.get(1).timeLeft().compareTo(seen.get(0).timeLeft()) < 0);
  }

  /** When too many calls fail, retries stop: after 50 tokens are lost each call is sent once. */
  @Test
  void retriesAreThrottled() throws Exception {
    ScriptedServer server = serve(attempt -> attempt.pushBack("0"));
    MemoryClient client = connect(server);
    for (int call = 0; call < 20; call++) {
      failed(Status.Code.UNAVAILABLE, () -> client.recall(QUESTION));
    }
    int before = server.seen().size();
    failed(Status.Code.UNAVAILABLE, () -> client.recall(QUESTION));
    assertEquals(1, server.seen().size() - before);
  }

  /** Streams are never retried. */
  @Test
  void streamsAreNotRetried() throws Exception {
    ScriptedServer server = serve(unavailableTimes(100));
    MemoryClient client = connect(server);
    failed(
        Status.Code.UNAVAILABLE,
        () -> client.ingestStream(List.of(IngestStreamRequest.getDefaultInstance())));
    try (ServerStream<ChatEvent> answer = client.chat(ChatRequest.getDefaultInstance())) {
      failed(Status.Code.UNAVAILABLE, answer::hasNext);
    }
    try (ServerStream<?> watch = client.watchJob(WatchJobRequest.getDefaultInstance())) {
      failed(Status.Code.UNAVAILABLE, watch::hasNext);
    }
    assertEquals(3, server.seen().size());
  }
}
