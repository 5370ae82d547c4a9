package dev.memsvc.client;

import dev.memsvc.v1.ChatEvent;
import io.grpc.Context;
import io.grpc.StatusRuntimeException;
import java.util.Iterator;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The events of an answer as they come. It is for one thread, except that any thread may close it.
 *
 * <p>{@code hasNext} and {@code next} wait for an event; they throw a {@link MemsvcException} if
 * the call fails. Interrupting a thread that waits cancels the call.
 */
public final class ChatStream implements Iterator<ChatEvent>, AutoCloseable {
  private final Context.CancellableContext context = Context.current().withCancellation();
  private final Function<StatusRuntimeException, MemsvcException> failure;
  private final Iterator<ChatEvent> events;

  ChatStream(
      Supplier<Iterator<ChatEvent>> call,
      Function<StatusRuntimeException, MemsvcException> failure) {
    this.failure = failure;
    Context before = context.attach();
    try {
      events = call.get();
    } finally {
      context.detach(before);
    }
  }

  /**
   * Waits for the next event or the end of the answer.
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
  public ChatEvent next() {
    try {
      return events.next();
    } catch (StatusRuntimeException e) {
      throw failure.apply(e);
    }
  }

  /** Cancels the answer at the server if it is not complete. Closing again does nothing. */
  @Override
  public void close() {
    context.cancel(null);
  }
}
