package dev.memsvc.client;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * What holds for every call of a client: its headers, a deadline, and a request_id that makes a
 * write safe to repeat.
 */
final class CallRules implements ClientInterceptor {
  private final Duration timeout;
  private final Duration streamTimeout;
  private final Metadata headers;

  CallRules(Duration timeout, Duration streamTimeout, Metadata headers) {
    this.timeout = positive(timeout);
    this.streamTimeout = positive(streamTimeout);
    this.headers = headers;
  }

  CallRules withTimeout(Duration other) {
    return new CallRules(other, other, headers);
  }

  CallRules withHeader(String key, String value) {
    Metadata more = new Metadata();
    more.merge(headers);
    putHeader(more, key, value);
    return new CallRules(timeout, streamTimeout, more);
  }

  /** Puts a header in the place of an earlier one with the same key. */
  static void putHeader(Metadata headers, String key, String value) {
    // gRPC would leave out such a header without an error. The value may be a secret.
    if (!value.chars().allMatch(character -> character >= ' ' && character <= '~')) {
      throw new IllegalArgumentException("the value of " + key + " is not printable ASCII");
    }
    Metadata.Key<String> name = asciiKey(key);
    headers.discardAll(name);
    headers.put(name, value);
  }

  static Duration positive(Duration timeout) {
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException("a timeout has to be above 0");
    }
    return timeout;
  }

  private static Metadata.Key<String> asciiKey(String key) {
    return Metadata.Key.of(key, Metadata.ASCII_STRING_MARSHALLER);
  }

  @Override
  public <Q, A> ClientCall<Q, A> interceptCall(
      MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
    MethodType type = method.getType();
    Duration usual = type == MethodType.UNARY ? timeout : streamTimeout;
    CallOptions bounded =
        options.getDeadline() == null
            ? options.withDeadlineAfter(usual.toNanos(), TimeUnit.NANOSECONDS)
            : options;
    return new SimpleForwardingClientCall<Q, A>(next.newCall(method, bounded)) {
      @Override
      public void start(Listener<A> listener, Metadata ofTheCall) {
        addMissing(ofTheCall);
        super.start(listener, ofTheCall);
      }

      @Override
      public void sendMessage(Q request) {
        super.sendMessage(type.clientSendsOneMessage() ? withRequestId(request) : request);
      }
    };
  }

  private void addMissing(Metadata ofTheCall) {
    for (String name : headers.keys()) {
      Metadata.Key<String> key = asciiKey(name);
      if (!ofTheCall.containsKey(key)) {
        ofTheCall.put(key, headers.get(key));
      }
    }
  }

  /**
   * Returns the request, or a copy of it with a random request_id if it may have one and has none:
   * gRPC repeats the same message when it retries, and the server then answers a repeated write
   * without repeating it.
   */
  @SuppressWarnings("unchecked") // a built copy has the type of the original
  private static <Q> Q withRequestId(Q request) {
    Message message = (Message) request;
    FieldDescriptor field = message.getDescriptorForType().findFieldByName("request_id");
    if (field == null || !message.getField(field).equals("")) {
      return request;
    }
    return (Q) message.toBuilder().setField(field, UUID.randomUUID().toString()).build();
  }
}
