package dev.memsvc.client;

import io.grpc.Context;
import io.grpc.HandlerRegistry;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerCredentials;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Answers every method of every service as a test says, over a real socket. It sees requests as
 * bytes, so that a test can compare them.
 */
final class ScriptedServer implements AutoCloseable {
  /** Answers one attempt. */
  interface Script {
    void answer(Attempt attempt) throws Exception;
  }

  private final Script script;
  private final List<Attempt> seen = new CopyOnWriteArrayList<>();
  private final ExecutorService scripts = Executors.newCachedThreadPool();
  private final Server server;

  ScriptedServer(Script script) throws IOException {
    this(script, 0);
  }

  ScriptedServer(Script script, int port) throws IOException {
    this(script, port, InsecureServerCredentials.create());
  }

  ScriptedServer(Script script, int port, ServerCredentials credentials) throws IOException {
    this.script = script;
    server =
        NettyServerBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port), credentials)
            // A window of fixed size: gRPC would otherwise widen it to several requests.
            .flowControlWindow(1 << 16)
            .maxInboundMessageSize(Integer.MAX_VALUE)
            .fallbackHandlerRegistry(new AnyMethod())
            .build()
            .start();
  }

  InetSocketAddress address() {
    return (InetSocketAddress) server.getListenSockets().get(0);
  }

  String target() {
    return "127.0.0.1:" + server.getPort();
  }

  /** The attempts so far. */
  List<Attempt> seen() {
    return List.copyOf(seen);
  }

  @Override
  public void close() {
    server.shutdownNow();
    scripts.shutdownNow();
  }

  private void begin(Attempt attempt) {
    synchronized (seen) {
      attempt.number(seen.size());
      seen.add(attempt);
    }
    scripts.execute(
        () -> {
          try {
            script.answer(attempt);
          } catch (Exception | AssertionError e) {
            attempt.fail(Status.Code.INTERNAL, "the script failed: " + e);
          }
        });
  }

  private ServerCall.Listener<byte[]> accept(ServerCall<byte[], byte[]> call, Metadata headers) {
    Attempt attempt = new Attempt(call, headers, Context.current().getDeadline());
    call.request(1);
    return new ServerCall.Listener<>() {
      @Override
      public void onMessage(byte[] message) {
        if (attempt.arrived(Optional.of(message))) {
          begin(attempt);
        }
      }

      @Override
      public void onHalfClose() {
        if (attempt.arrived(Optional.empty())) {
          begin(attempt);
        }
      }

      @Override
      public void onCancel() {
        attempt.giveUp();
      }
    };
  }

  private final class AnyMethod extends HandlerRegistry {
    @Override
    public ServerMethodDefinition<?, ?> lookupMethod(String name, String authority) {
      MethodDescriptor<byte[], byte[]> method =
          MethodDescriptor.newBuilder(new Bytes(), new Bytes())
              .setType(MethodType.BIDI_STREAMING)
              .setFullMethodName(name)
              .build();
      ServerCallHandler<byte[], byte[]> handler = ScriptedServer.this::accept;
      return ServerMethodDefinition.create(method, handler);
    }
  }

  private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
