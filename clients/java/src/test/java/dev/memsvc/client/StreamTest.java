package dev.memsvc.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.memsvc.v1.ChatDelta;
import dev.memsvc.v1.ChatEvent;
import dev.memsvc.v1.ChatRequest;
import dev.memsvc.v1.ErrorReason;
import dev.memsvc.v1.IngestStreamRequest;
import dev.memsvc.v1.IngestStreamResponse;
import dev.memsvc.v1.Message;
import io.grpc.Context;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class StreamTest extends ServedTest {
  private static final ChatRequest GREETING = ChatRequest.newBuilder().setUserId("ana").build();
  private static final IngestStreamRequest BATCH =
      IngestStreamRequest.newBuilder()
          .setUserId("ana")
          .addMessages(Message.newBuilder().setContent("Tea."))
          .build();

  private static ChatEvent delta(String text) {
    return ChatEvent.newBuilder().setDelta(ChatDelta.newBuilder().setText(text)).build();
  }

  private static IngestStreamResponse stored(long count) {
    return IngestStreamResponse.newBuilder().setMessageCount(count).build();
  }

  /** Yields what is given and then acts; its last word is that there is nothing more. */
  private static <T> Iterator<T> andThen(List<T> items, Runnable end) {
    Iterator<T> all = items.iterator();
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        if (!all.hasNext()) {
          end.run();
        }
        return all.hasNext();
      }

      @Override
      public T next() {
        return all.next();
      }
    };
  }

  /** A chat yields the events as they come and ends; its request has a request_id. */
  @Test
  void chat() throws Exception {
    CountDownLatch firstRead = new CountDownLatch(1);
    ScriptedServer server =
        serve(
            attempt -> {
              attempt.send(delta("In "));
              await(firstRead);
              attempt.reply(delta("Austin."));
            });
    List<String> texts = new ArrayList<>();
    try (ServerStream<ChatEvent> answer = connect(server).chat(GREETING)) {
      while (answer.hasNext()) {
        texts.add(answer.next().getDelta().getText());
        firstRead.countDown();
      }
    }
    assertEquals(List.of("In ", "Austin."), texts);
    assertFalse(server.seen().get(0).request(ChatRequest.parser()).getRequestId().isEmpty());
  }

  /** Closing a chat cancels it at the server; asked again, it fails with CANCELLED. */
  @Test
  void closingAChatCancelsIt() throws Exception {
    CountDownLatch givenUp = new CountDownLatch(1);
    ScriptedServer server =
        serve(
            attempt -> {
              attempt.send(delta("In "));
              attempt.untilGivenUp();
              givenUp.countDown();
            });
    ServerStream<ChatEvent> answer = connect(server).chat(GREETING);
    answer.next();
    answer.close();
    await(givenUp);
    failed(Status.Code.CANCELLED, answer::hasNext);
    answer.close();
  }

  /** A chat that fails yields its events and then throws. */
  @Test
  void chatFails() throws Exception {
    ScriptedServer server =
        serve(
            attempt -> {
              attempt.send(delta("In "));
              attempt.fail(
                  Status.Code.UNIMPLEMENTED,
                  "not yet",
                  List.of(ErrorTest.errorInfo("memsvc.dev", "NOT_IMPLEMENTED")));
            });
    try (ServerStream<ChatEvent> answer = connect(server).chat(GREETING)) {
      assertEquals("In ", answer.next().getDelta().getText());
      MemsvcException failure = failed(Status.Code.UNIMPLEMENTED, answer::next);
      assertEquals(ErrorReason.ERROR_REASON_NOT_IMPLEMENTED, failure.getErrorReason());
    }
  }

  /** An upload sends all requests in order and returns the response. */
  @Test
  void upload() throws Exception {
    BlockingQueue<String> users = new LinkedBlockingQueue<>();
    ScriptedServer server =
        serve(
            attempt -> {
              users.add(attempt.request(IngestStreamRequest.parser()).getUserId());
              for (var next = attempt.next(); next.isPresent(); next = attempt.next()) {
                users.add(IngestStreamRequest.parseFrom(next.get()).getUserId());
              }
              attempt.reply(stored(users.size()));
            });
    List<String> wanted = Stream.iterate(0, i -> i + 1).limit(100).map(String::valueOf).toList();
    Stream<IngestStreamRequest> requests =
        wanted.stream().map(user -> IngestStreamRequest.newBuilder().setUserId(user).build());
    assertEquals(100, connect(server).ingestStream(requests.iterator()).getMessageCount());
    assertEquals(wanted, List.copyOf(users));
  }

  /** An upload of nothing is an upload. */
  @Test
  void emptyUpload() throws Exception {
    MemoryClient client = connect(serve(attempt -> attempt.reply(stored(0))));
    assertEquals(0, client.ingestStream(List.of()).getMessageCount());
  }

  /** When the source fails, its exception comes back as it is, and the call is cancelled. */
  @Test
  void uploadOfAFailingSource() throws Exception {
    CompletableFuture<Void> arrived = new CompletableFuture<>();
    CountDownLatch givenUp = new CountDownLatch(1);
    ScriptedServer server =
        serve(
            attempt -> {
              arrived.complete(null);
              attempt.untilGivenUp();
              givenUp.countDown();
            });
    MemoryClient client = connect(server);
    RuntimeException broken = new IllegalStateException("the archive is broken");
    Iterator<IngestStreamRequest> source =
        andThen(
            List.of(BATCH),
            () -> {
              arrived.join();
              throw broken;
            });
    assertSame(broken, assertThrows(RuntimeException.class, () -> client.ingestStream(source)));
    await(givenUp);
  }

  /**
   * An upload that is cancelled, by interrupting its thread or by gRPC's context, even after its
   * last request, is never complete at the server.
   */
  @Test
  void uploadIsCancelled() throws Exception {
    BlockingQueue<Integer> received = new LinkedBlockingQueue<>();
    ScriptedServer server =
        serve(
            attempt -> {
              int count = attempt.drain();
              received.add(count);
              attempt.reply(stored(count));
            });
    MemoryClient client = connect(server);
    for (int round = 0; round < 50; round++) { // the two ends race
      failed(
          Status.Code.CANCELLED,
          () -> client.ingestStream(andThen(List.of(BATCH), Thread.currentThread()::interrupt)));
      assertTrue(Thread.interrupted());
      Context.CancellableContext context = Context.current().withCancellation();
      context.run(
          () ->
              failed(
                  Status.Code.CANCELLED,
                  () -> client.ingestStream(andThen(List.of(BATCH), () -> context.cancel(null)))));
    }
    for (Attempt attempt : server.seen()) {
      attempt.untilGivenUp();
      assertEquals(-1, received.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS));
    }
  }

  /** Interrupting a thread that waits for the end of an upload cancels it. */
  @Test
  void waitingUploadIsInterrupted() throws Exception {
    CountDownLatch givenUp = new CountDownLatch(1);
    Thread caller = Thread.currentThread();
    ScriptedServer server =
        serve(
            attempt -> {
              attempt.drain();
              caller.interrupt();
              attempt.untilGivenUp();
              givenUp.countDown();
            });
    MemoryClient client = connect(server);
    failed(Status.Code.CANCELLED, () -> client.ingestStream(List.of(BATCH)));
    assertTrue(Thread.interrupted());
    await(givenUp);
  }

  /** An upload ends with its time, even if the server never reads. */
  @Test
  void uploadHasADeadline() throws Exception {
    MemoryClient client = connect(serve(Attempt::untilGivenUp)).withTimeout(Duration.ofMillis(300));
    failed(Status.Code.DEADLINE_EXCEEDED, () -> client.ingestStream(endless(new AtomicInteger())));
  }

  /** Yields large requests without end and counts them. */
  private static Iterator<IngestStreamRequest> endless(AtomicInteger yielded) {
    IngestStreamRequest large =
        IngestStreamRequest.newBuilder()
            .addMessages(Message.newBuilder().setContent("x".repeat(1 << 20)))
            .build();
    return Stream.generate(
            () -> {
              yielded.incrementAndGet();
              return large;
            })
        .iterator();
  }

  /** A source is read no faster than the server reads, and no further once it has answered. */
  @Test
  void uploadHasBackpressure() throws Exception {
    AtomicInteger yielded = new AtomicInteger();
    List<Integer> leads = Collections.synchronizedList(new ArrayList<>());
    ScriptedServer server =
        serve(
            attempt -> {
              for (int received = 1; received <= 20; received++) {
                leads.add(yielded.get() - received);
                attempt.next();
              }
              attempt.reply(stored(20));
            });
    assertEquals(20, connect(server).ingestStream(endless(yielded)).getMessageCount());
    assertTrue(Collections.max(leads) <= 3, "the source was ahead by " + leads);
  }

  /** What the server refuses in the midst of an upload is the error of the upload. */
  @Test
  void uploadIsRefused() throws Exception {
    MemoryClient client =
        connect(
            serve(
                attempt ->
                    attempt.fail(
                        Status.Code.RESOURCE_EXHAUSTED,
                        "full",
                        List.of(ErrorTest.errorInfo("memsvc.dev", "STORAGE_FULL")))));
    MemsvcException failure =
        failed(
            Status.Code.RESOURCE_EXHAUSTED,
            () -> client.ingestStream(endless(new AtomicInteger())));
    assertEquals(ErrorReason.ERROR_REASON_STORAGE_FULL, failure.getErrorReason());
  }
}
