package dev.memsvc.client;

import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.TlsChannelCredentials;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Sets how a {@link MemoryClient} works, and makes it. What is not set has its default. */
public final class MemoryClientBuilder {
  // The part of a request's limit that gRPC adds to the message.
  private static final long FRAMING_BYTES = 1024;

  private final Metadata headers = new Metadata();
  private String target = MemoryClient.DEFAULT_TARGET;
  private ChannelCredentials credentials = InsecureChannelCredentials.create();
  private Duration timeout = MemoryClient.DEFAULT_TIMEOUT;
  private Duration streamTimeout = MemoryClient.DEFAULT_STREAM_TIMEOUT;
  private int maxMessageBytes = MemoryClient.DEFAULT_MAX_MESSAGE_BYTES;
  private Consumer<? super ManagedChannelBuilder<?>> configuration = channel -> {};

  MemoryClientBuilder() {}

  /**
   * Sets the server: a host and port or any other name that gRPC resolves, such as {@code
   * dns:///memory.example.com:443}. Calls are spread over all addresses of a name.
   *
   * @param name the server; the default is {@link MemoryClient#DEFAULT_TARGET}
   * @return this builder
   */
  public MemoryClientBuilder target(String name) {
    target = Objects.requireNonNull(name);
    return this;
  }

  /**
   * Sends an API key or a JWT with every call, as {@code authorization: Bearer …}. It is sent over
   * plaintext too, which is right on one machine and behind a mesh's sidecar and wrong on a
   * network: see {@link #tls()}.
   *
   * @param key the key
   * @return this builder
   */
  public MemoryClientBuilder apiKey(String key) {
    return header("authorization", "Bearer " + key);
  }

  /**
   * Connects by TLS with the system's root certificates instead of plaintext.
   *
   * @return this builder
   */
  public MemoryClientBuilder tls() {
    return credentials(TlsChannelCredentials.create());
  }

  /**
   * Connects with credentials of gRPC, such as a {@link TlsChannelCredentials} with other root
   * certificates or a certificate of the client.
   *
   * @param channelCredentials the credentials; the default is plaintext
   * @return this builder
   */
  public MemoryClientBuilder credentials(ChannelCredentials channelCredentials) {
    credentials = Objects.requireNonNull(channelCredentials);
    return this;
  }

  /**
   * Sets how long a unary call may take, retries included. A page of a list is one call.
   *
   * @param duration above 0; the default is {@link MemoryClient#DEFAULT_TIMEOUT}
   * @return this builder
   * @throws IllegalArgumentException if it is not above 0
   */
  public MemoryClientBuilder timeout(Duration duration) {
    timeout = CallRules.positive(duration);
    return this;
  }

  /**
   * Sets how long a {@code chat} or an {@code ingestStream} may take from beginning to end.
   *
   * @param duration above 0; the default is {@link MemoryClient#DEFAULT_STREAM_TIMEOUT}
   * @return this builder
   * @throws IllegalArgumentException if it is not above 0
   */
  public MemoryClientBuilder streamTimeout(Duration duration) {
    streamTimeout = CallRules.positive(duration);
    return this;
  }

  /**
   * Sets the largest answer taken. A call with a larger one fails with RESOURCE_EXHAUSTED. A
   * request above this size is sent, but is not retried once it is on its way.
   *
   * @param limit in bytes, above 0; the default is {@link MemoryClient#DEFAULT_MAX_MESSAGE_BYTES}
   * @return this builder
   * @throws IllegalArgumentException if it is not above 0
   */
  public MemoryClientBuilder maxMessageBytes(int limit) {
    if (limit <= 0) {
      throw new IllegalArgumentException("the largest answer has to be above 0 bytes");
    }
    maxMessageBytes = limit;
    return this;
  }

  /**
   * Sends a header with every call. It takes the place of an earlier one with the same key, and a
   * header of a call takes its place.
   *
   * @param key the name, which must not end in {@code -bin}
   * @param value printable ASCII
   * @return this builder
   * @throws IllegalArgumentException if the key or the value cannot be sent
   */
  public MemoryClientBuilder header(String key, String value) {
    CallRules.putHeader(headers, key, value);
    return this;
  }

  /**
   * Passes the connection of gRPC to a function of yours before it is made: for interceptors, which
   * see each call with its headers, deadline and request_id, for an executor, or for any other
   * setting. It goes before the client's own settings. Called again, it adds to the earlier one.
   *
   * @param function changes the builder that it is given
   * @return this builder
   */
  public MemoryClientBuilder configureChannel(Consumer<? super ManagedChannelBuilder<?>> function) {
    Consumer<? super ManagedChannelBuilder<?>> earlier = configuration;
    configuration =
        channel -> {
          earlier.accept(channel);
          function.accept(channel);
        };
    return this;
  }

  /**
   * Makes the client. It connects with its first call. Close it when it is no longer needed.
   *
   * @return the client, which all threads may use
   * @throws IllegalArgumentException if the target makes no sense
   */
  public MemoryClient build() {
    ManagedChannelBuilder<?> channel = Grpc.newChannelBuilder(target, credentials);
    configureDefaults(channel);
    configuration.accept(channel);
    ManagedChannel connection = channel.build();
    Reconnection.bound(connection, Reconnection.LONGEST_WAIT);
    Metadata own = new Metadata();
    own.merge(headers);
    return new MemoryClient(
        new Connection(connection, target), new CallRules(timeout, streamTimeout, own));
  }

  private void configureDefaults(ManagedChannelBuilder<?> channel) {
    channel
        .userAgent("memsvc-java/" + MemoryClient.VERSION)
        .maxInboundMessageSize(maxMessageBytes)
        .keepAliveTime(60, TimeUnit.SECONDS)
        .keepAliveTimeout(20, TimeUnit.SECONDS)
        .keepAliveWithoutCalls(false)
        .defaultServiceConfig(ServiceConfig.load())
        .enableRetry()
        // By default gRPC retries no request above 1 MiB. A unary one is in memory anyway; of a
        // stream gRPC keeps as much until the server answers, so that there has to be some limit.
        .perRpcBufferLimit(
            FRAMING_BYTES + Math.max(maxMessageBytes, MemoryClient.DEFAULT_MAX_MESSAGE_BYTES))
        .retryBufferSize(Long.MAX_VALUE);
  }
}
