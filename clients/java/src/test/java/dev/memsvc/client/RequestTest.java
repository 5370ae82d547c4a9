package dev.memsvc.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.memsvc.v1.ChatRequest;
import dev.memsvc.v1.DeleteMemoryRequest;
import dev.memsvc.v1.IngestRequest;
import dev.memsvc.v1.IngestStreamRequest;
import dev.memsvc.v1.MemoryServiceGrpc;
import dev.memsvc.v1.Message;
import dev.memsvc.v1.WatchJobRequest;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Context;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.stub.MetadataUtils;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestTest extends ServedTest {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  /**
   * A write without a request_id is sent with a random UUID, a new one each time, and is otherwise
   * as it was given.
   */
  @Test
  void requestIdIsFilledInACopy() throws Exception {
    ScriptedServer server = serve(ANSWERED);
    MemoryClient client = connect(server);
    IngestRequest given =
        IngestRequest.newBuilder()
            .setUserId("ana")
            .addMessages(Message.newBuilder().setContent("Tea."))
            .build();
    client.ingest(given);
    client.ingest(given);
    assertEquals("", given.getRequestId());
    IngestRequest first = server.seen().get(0).request(IngestRequest.parser());
    IngestRequest second = server.seen().get(1).request(IngestRequest.parser());
    assertEquals(4, UUID.fromString(first.getRequestId()).version());
    assertNotEquals(first.getRequestId(), second.getRequestId());
    assertEquals(given, first.toBuilder().clearRequestId().build());
  }

  /** A request_id that the caller chose is sent. */
  @Test
  void requestIdOfTheCallerIsKept() throws Exception {
    ScriptedServer server = serve(ANSWERED);
    connect(server).deleteMemory(DeleteMemoryRequest.newBuilder().setRequestId("mine").build());
    assertEquals("mine", server.seen().get(0).request(DeleteMemoryRequest.parser()).getRequestId());
  }

  /** A call has the client's time: 10 s, a stream 300 s, or what was chosen; a view has its own. */
  @Test
  void everyCallHasADeadline() throws Exception {
    ScriptedServer server = serve(ANSWERED);
    MemoryClient usual = connect(server);
    MemoryClient chosen =
        connect(
            server,
            builder -> builder.timeout(Duration.ofSeconds(30)).streamTimeout(Duration.ofHours(1)));
    assertDeadlines(server, usual, Duration.ofSeconds(10), Duration.ofMinutes(5));
    assertDeadlines(server, chosen, Duration.ofSeconds(30), Duration.ofHours(1));
    MemoryClient view = usual.withTimeout(Duration.ofMinutes(7));
    assertDeadlines(server, view, Duration.ofMinutes(7), Duration.ofMinutes(7));
  }

  private static void assertDeadlines(
      ScriptedServer server, MemoryClient client, Duration unary, Duration stream) {
    int before = server.seen().size();
    client.recall(QUESTION);
    client.ingestStream(List.of(IngestStreamRequest.getDefaultInstance()));
    client.chat(ChatRequest.getDefaultInstance()).forEachRemaining(event -> {});
    client.watchJob(WatchJobRequest.getDefaultInstance()).forEachRemaining(state -> {});
    List<Attempt> seen = server.seen().subList(before, before + 4);
    assertNearly(unary, seen.get(0).timeLeft());
    assertNearly(stream, seen.get(1).timeLeft());
    assertNearly(stream, seen.get(2).timeLeft());
    assertNearly(stream, seen.get(3).timeLeft());
  }

  private static void assertNearly(Duration wanted, Duration left) {
    assertTrue(left.compareTo(wanted) <= 0, left + " is more than " + wanted);
    assertTrue(left.compareTo(wanted.multipliedBy(3).dividedBy(4)) >= 0, left + " of " + wanted);
  }

  /** An earlier deadline of gRPC's context goes before the client's. */
  @Test
  void contextsDeadlineHolds() throws Exception {
    ScriptedServer server = serve(ANSWERED);
    MemoryClient client = connect(server);
    ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    closing(clock::shutdownNow);
    Context.CancellableContext context =
        Context.current().withDeadlineAfter(5, TimeUnit.SECONDS, clock);
    closing(() -> context.cancel(null));
    context.run(() -> client.recall(QUESTION));
    assertNearly(Duration.ofSeconds(5), server.seen().get(0).timeLeft());
  }

  /** A call that is not answered in time fails with DEADLINE_EXCEEDED, and the server is told. */
  @Test
  void deadlineExceeded() throws Exception {
    CountDownLatch givenUp = new CountDownLatch(1);
    ScriptedServer server =
        serve(
            attempt -> {
              attempt.untilGivenUp();
              givenUp.countDown();
            });
    MemoryClient client = connect(server, builder -> builder.timeout(Duration.ofMillis(200)));
    client.waitUntilReady(PATIENCE);
    failed(Status.Code.DEADLINE_EXCEEDED, () -> client.recall(QUESTION));
    await(givenUp);
  }

  /**
   * Interrupting a thread that waits cancels the call at the server, and the thread stays
   * interrupted.
   */
  @Test
  void interruptionCancels() throws Exception {
    CountDownLatch arrived = new CountDownLatch(1);
    CountDownLatch givenUp = new CountDownLatch(1);
    ScriptedServer server =
        serve(
            attempt -> {
              arrived.countDown();
              attempt.untilGivenUp();
              givenUp.countDown();
            });
    MemoryClient client = connect(server);
    AtomicReference<Boolean> interrupted = new AtomicReference<>();
    Thread caller =
        new Thread(
            () -> {
              failed(Status.Code.CANCELLED, () -> client.recall(QUESTION));
              interrupted.set(Thread.currentThread().isInterrupted());
            });
    caller.start();
    await(arrived);
    caller.interrupt();
    await(givenUp);
    caller.join(PATIENCE.toMillis());
    assertEquals(true, interrupted.get());
  }

  /**
   * Headers of the client go with every call, the key as a bearer token; those of a view take their
   * place, and do not change the client.
   */
  @Test
  void headers() throws Exception {
    ScriptedServer server = serve(ANSWERED);
    MemoryClient client =
        connect(server, builder -> builder.apiKey("secret").header("X-Team", "search"));
    MemoryClient view = client.withHeader("x-team", "mine").withHeader("traceparent", "00-1-2-01");
    view.recall(QUESTION);
    view.ingestStream(List.of());
    client.recall(QUESTION);
    for (Attempt attempt : server.seen()) {
      boolean ofTheView = attempt.turn() < 2;
      assertEquals("Bearer secret", attempt.header("authorization"));
      assertEquals(ofTheView ? "mine" : "search", attempt.header("x-team"));
      assertEquals(ofTheView ? "00-1-2-01" : "", attempt.header("traceparent"));
    }
    assertTrue(server.seen().get(0).header("user-agent").startsWith("memsvc-java/"));
  }

  /** A header that gRPC could not send is refused, and its value is not told. */
  @ParameterizedTest
  @ValueSource(strings = {"a\nb", "ключ", "\u0000"})
  void headersThatCannotBeSent(String value) {
    IllegalArgumentException refusal =
        assertThrows(IllegalArgumentException.class, () -> MemoryClient.builder().apiKey(value));
    assertFalse(refusal.getMessage().contains(value));
  }

  /** Interceptors see each call as it is sent: with its headers, deadline and request_id. */
  @Test
  void interceptors() throws Exception {
    List<String> sent = Collections.synchronizedList(new ArrayList<>());
    ClientInterceptor interceptor =
        new ClientInterceptor() {
          @Override
          public <Q, A> ClientCall<Q, A> interceptCall(
              MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
            sent.add("deadline " + (options.getDeadline() != null));
            return new SimpleForwardingClientCall<Q, A>(next.newCall(method, options)) {
              @Override
              public void start(Listener<A> listener, Metadata headers) {
                sent.add(headers.get(AUTHORIZATION));
                super.start(listener, headers);
              }

              @Override
              public void sendMessage(Q request) {
                sent.add("id " + !((IngestRequest) request).getRequestId().isEmpty());
                super.sendMessage(request);
              }
            };
          }
        };
    MemoryClient client =
        connect(
            serve(ANSWERED),
            builder ->
                builder
                    .apiKey("secret")
                    .configureChannel(channel -> channel.intercept(interceptor)));
    client.ingest(IngestRequest.getDefaultInstance());
    assertEquals(List.of("deadline true", "Bearer secret", "id true"), sent);
  }

  /**
   * Stubs on the client's channel follow its rules: deadline, headers as far as they have none of
   * their own, request_id and retries. What they fail with can be read as the client's own
   * exception.
   */
  @Test
  void stubsOnTheChannel() throws Exception {
    ScriptedServer server =
        serve(
            attempt -> {
              if (attempt.turn() == 0) {
                attempt.fail(Status.Code.UNAVAILABLE, "not now");
              } else if (attempt.turn() == 1) {
                ANSWERED.answer(attempt);
              } else {
                attempt.fail(
                    Status.Code.ABORTED,
                    "no",
                    List.of(ErrorTest.errorInfo("memsvc.dev", "WRITE_CONFLICT")));
              }
            });
    MemoryClient client =
        connect(server, builder -> builder.apiKey("secret").header("x-team", "search"));
    Metadata own = new Metadata();
    own.put(AUTHORIZATION, "Bearer another");
    var stub =
        MemoryServiceGrpc.newFutureStub(client.channel())
            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(own));
    await(stub.ingest(IngestRequest.getDefaultInstance()));
    Attempt sent = server.seen().get(1);
    assertEquals("Bearer another", sent.header("authorization"));
    assertEquals("search", sent.header("x-team"));
    assertFalse(sent.request(IngestRequest.parser()).getRequestId().isEmpty());
    assertNearly(Duration.ofSeconds(10), sent.timeLeft());
    var call = stub.recall(QUESTION);
    Exception thrown = assertThrows(ExecutionException.class, () -> await(call));
    assertEquals("WRITE_CONFLICT", MemsvcException.from(thrown).getReason());
  }
}
