package dev.memsvc.client;

import io.grpc.Channel;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The way to a server, which a client and its views share. */
final class Connection {
  private final ManagedChannel channel;
  private final String target;

  Connection(ManagedChannel channel, String target) {
    this.channel = channel;
    this.target = target;
  }

  Channel channel() {
    return channel;
  }

  /** Waits until the server takes connections; see {@link MemoryClient#waitUntilReady}. */
  void waitUntilReady(Duration timeout) {
    long end = System.nanoTime() + timeout.toNanos();
    ConnectivityState state = channel.getState(true);
    while (state != ConnectivityState.READY) {
      if (state == ConnectivityState.SHUTDOWN) {
        throw closed(null);
      }
      CountDownLatch changed = new CountDownLatch(1);
      channel.notifyWhenStateChanged(state, changed::countDown);
      try {
        if (!changed.await(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
          String description =
              String.format("no connection to %s within %d ms", target, timeout.toMillis());
          throw MemsvcException.local(Status.Code.UNAVAILABLE, description, null);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw MemsvcException.local(Status.Code.CANCELLED, "Thread interrupted", e);
      }
      state = channel.getState(true);
    }
  }

  /** Returns what is thrown for a call that failed. */
  MemsvcException failure(MethodDescriptor<?, ?> method, StatusRuntimeException e) {
    // What gRPC says about a channel that the caller closed would look like the server's fault.
    if (channel.isShutdown() && e.getStatus().getCode() == Status.Code.UNAVAILABLE) {
      return closed(e);
    }
    return MemsvcException.of(e, method.getBareMethodName());
  }

  void close() {
    channel.shutdownNow();
  }

  private static MemsvcException closed(Throwable cause) {
    return MemsvcException.local(Status.Code.CANCELLED, "the client is closed", cause);
  }
}
