package dev.memsvc.client;

import io.grpc.Context;
import io.grpc.StatusRuntimeException;
import java.util.Iterator;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What a server answers bit by bit, as it comes. It is for one thread, except that any thread may
 * close it.
 *
 * <p>{@code hasNext} and {@code next} wait for an event; they throw a {@link MemsvcException} if
 * the call fails. Interrupting a thread that waits cancels the call.
 *
 * @param <T> the events
 */
public final class ServerStream<T> implements Iterator<T>, AutoCloseable {
  private final Context.CancellableContext context = Context.current().withCancellation();
  private final Function<StatusRuntimeException, MemsvcException> failure;
  private final Iterator<T> events;

  ServerStream(
      Supplier<Iterator<T>> call, Function<StatusRuntimeException, MemsvcException> failure) {
    this.failure = failure;
    Context before = context.attach();
    try {
      events = call.get();
    } finally {
      context.detach(before);
    }
  }

  /**
   * Waits for the next event or the end of the stream.
   *
   * @return whether there is another event
   * @throws MemsvcException if the call fails; with the code CANCELLED if the stream was closed
   */
  @Override
  public boolean hasNext() {
    try {
      return events.hasNext();
    } catch (StatusRuntimeException e) {
      throw failure.apply(e);
    }
  }

  /**
   * Waits for the next event.
   *
   * @return the event
   * @throws MemsvcException if the call fails; with the code CANCELLED if the stream was closed
   */
  @Override
  public T next() {
    try {
      return events.next();
    } catch (StatusRuntimeException e) {
      throw failure.apply(e);
    }
  }

  /** Cancels the call at the server if it is not complete. Closing again does nothing. */
  @Override
  public void close() {
    context.cancel(null);
  }
}
