package dev.memsvc.client;

import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * Bounds the wait between two attempts to connect. That of gRPC grows to two minutes and cannot be
 * set, so a server that comes back would long go unnoticed.
 */
final class Reconnection {
  static final Duration LONGEST_WAIT = Duration.ofSeconds(2);

  private final ManagedChannel connection;
  private final Executor later;

  private Reconnection(ManagedChannel connection, Duration longestWait) {
    this.connection = connection;
    later = CompletableFuture.delayedExecutor(longestWait.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Bounds the wait until the connection is shut down. */
  static void bound(ManagedChannel connection, Duration longestWait) {
    new Reconnection(connection, longestWait).watch();
  }

  private void watch() {
    ConnectivityState state = connection.getState(false);
    if (state == ConnectivityState.TRANSIENT_FAILURE) {
      later.execute(this::connectAgain);
    } else if (state != ConnectivityState.SHUTDOWN) {
      connection.notifyWhenStateChanged(state, this::watch);
    }
  }

  private void connectAgain() {
    if (connection.getState(false) == ConnectivityState.TRANSIENT_FAILURE) {
      // Breaks off waiting, but not an attempt that is under way.
      connection.resetConnectBackoff();
    }
    watch();
  }
}
