package dev.memsvc.client;

import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Iterator;
import java.util.function.Function;

/** One call that takes a stream of requests, sent from the thread of the caller. */
final class Upload<Q, A> extends ClientCall.Listener<A> {
  private final ClientCall<Q, A> call;
  private A response;
  private Status end;
  private Metadata trailers;

  Upload(ClientCall<Q, A> call) {
    this.call = call;
  }

  /**
   * Sends all requests, as fast as the server takes them and no further once it has ended the call.
   *
   * @param failure makes what is thrown if the call fails
   * @return the response
   */
  A send(
      Iterator<? extends Q> requests, Function<StatusRuntimeException, MemsvcException> failure) {
    call.start(this, new Metadata());
    call.request(1);
    try {
      while (isWanted() && requests.hasNext()) {
        call.sendMessage(requests.next());
      }
      // What was broken off is not to look complete.
      if (isWanted()) {
        call.halfClose();
      }
      awaitEnd();
    } catch (InterruptedException e) {
      call.cancel("Thread interrupted", e);
      Thread.currentThread().interrupt();
      throw MemsvcException.local(Status.Code.CANCELLED, "Thread interrupted", e);
    } catch (RuntimeException | Error e) {
      call.cancel("The source of the requests failed", e);
      throw e;
    }
    if (!end.isOk()) {
      throw failure.apply(end.asRuntimeException(trailers));
    }
    return response;
  }

  /** Waits until another request can be sent; returns whether one is of use. */
  private synchronized boolean isWanted() throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    while (end == null && !call.isReady()) {
      wait();
    }
    return end == null;
  }

  private synchronized void awaitEnd() throws InterruptedException {
    while (end == null) {
      wait();
    }
  }

  @Override
  public synchronized void onReady() {
    notifyAll();
  }

  @Override
  public synchronized void onMessage(A message) {
    response = message;
  }

  @Override
  public synchronized void onClose(Status status, Metadata last) {
    boolean empty = status.isOk() && response == null;
    end = empty ? Status.INTERNAL.withDescription("the server sent no response") : status;
    trailers = last;
    notifyAll();
  }
}
