package dev.memsvc.client;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** What reached the scripted server: one attempt of a call. A script answers it in one thread. */
final class Attempt {
  static final Metadata.Key<byte[]> DETAILS =
      Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);

  private final ServerCall<byte[], byte[]> call;
  private final BlockingQueue<Optional<byte[]>> requests = new LinkedBlockingQueue<>();
  private final CountDownLatch givenUp = new CountDownLatch(1);
  private final AtomicBoolean begun = new AtomicBoolean();
  private final Metadata headers;
  private final Optional<Duration> timeLeft;
  private byte[] body = {};
  private int turn;
  private boolean answered;

  Attempt(ServerCall<byte[], byte[]> call, Metadata headers, Deadline deadline) {
    this.call = call;
    this.headers = headers;
    timeLeft =
        Optional.ofNullable(deadline)
            .map(end -> Duration.ofNanos(end.timeRemaining(TimeUnit.NANOSECONDS)));
  }

  /** Notes a request, or the end of them if there is none; tells whether it is the first. */
  boolean arrived(Optional<byte[]> request) {
    if (begun.getAndSet(true)) {
      requests.add(request);
      return false;
    }
    body = request.orElse(body);
    if (request.isEmpty()) {
      requests.add(request);
    }
    return true;
  }

  void number(int number) {
    turn = number;
  }

  void giveUp() {
    givenUp.countDown();
    requests.add(Optional.empty());
  }

  /** Which attempt at this server it is, from 0. */
  int turn() {
    return turn;
  }

  /** The bare name of the method. */
  String method() {
    return call.getMethodDescriptor().getBareMethodName();
  }

  /** The first message as it was on the wire. */
  byte[] body() {
    return body;
  }

  <M> M request(Parser<M> parser) throws InvalidProtocolBufferException {
    return parser.parseFrom(body);
  }

  /** The values of a header, joined by commas; empty if there is none. */
  String header(String key) {
    Iterable<String> values =
        headers.getAll(Metadata.Key.of(key, Metadata.ASCII_STRING_MARSHALLER));
    return values == null ? "" : String.join(",", values);
  }

  /** How long the client was willing to wait when the attempt arrived. */
  Duration timeLeft() {
    return timeLeft.orElseThrow(() -> new AssertionError("the call has no deadline"));
  }

  /** Waits for the next request; nothing if there is none any more. */
  Optional<byte[]> next() throws InterruptedException {
    call.request(1);
    return requests.take();
  }

  /** Counts the requests that arrive until the client says that it is done, or gives up (-1). */
  int drain() throws InterruptedException {
    int count = 1;
    while (next().isPresent()) {
      count++;
    }
    return call.isCancelled() ? -1 : count;
  }

  /** Waits until the client has given the call up. */
  void untilGivenUp() throws InterruptedException {
    givenUp.await();
  }

  void send(Message message) {
    send(message.toByteArray());
  }

  void send(byte[] message) {
    if (!answered) {
      answered = true;
      call.sendHeaders(new Metadata());
    }
    call.sendMessage(message);
  }

  void reply(Message message) {
    send(message);
    call.close(Status.OK, new Metadata());
  }

  void fail(Status.Code code, String text) {
    fail(code, text, new Metadata());
  }

  void fail(Status.Code code, String text, Metadata trailers) {
    call.close(code.toStatus().withDescription(text), trailers);
  }

  /** Fails with details, as the server does. */
  void fail(Status.Code code, String text, List<? extends Message> details) {
    fail(code, text, trailers(details.stream().map(Any::pack).toList()));
  }

  static Metadata trailers(List<Any> details) {
    com.google.rpc.Status status =
        com.google.rpc.Status.newBuilder().addAllDetails(details).build();
    Metadata trailers = new Metadata();
    trailers.put(DETAILS, status.toByteArray());
    return trailers;
  }

  /** Fails with UNAVAILABLE and tells the client when to come back. */
  void pushBack(String milliseconds) {
    Metadata trailers = new Metadata();
    trailers.put(
        Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER), milliseconds);
    fail(Status.Code.UNAVAILABLE, "not now", trailers);
  }
}
