package dev.memsvc.client;

import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * A list that is fetched page by page as it is read.
 *
 * <p>Nothing is sent before an iteration asks for its first item; every iteration begins anew with
 * the first page. Each page is a call of its own, with its own deadline and retries. One that fails
 * throws a {@link MemsvcException} from the iteration; an iterator that is asked again then tries
 * the same page again.
 *
 * @param <T> the items
 * @param <P> the pages, which are the responses of the calls
 */
public final class Pages<T, P> implements Iterable<T> {
  private final String firstToken;
  private final Function<String, P> fetch;
  private final Function<P, List<T>> itemsOf;
  private final Function<P, String> nextTokenOf;

  Pages(
      String firstToken,
      Function<String, P> fetch,
      Function<P, List<T>> itemsOf,
      Function<P, String> nextTokenOf) {
    this.firstToken = firstToken;
    this.fetch = fetch;
    this.itemsOf = itemsOf;
    this.nextTokenOf = nextTokenOf;
  }

  /**
   * Returns the items of all pages.
   *
   * @return an iterator for one thread
   */
  @Override
  public Iterator<T> iterator() {
    return new Items();
  }

  /**
   * Returns the items of all pages.
   *
   * @return a sequential stream that fetches a page when an item of it is asked for
   */
  public Stream<T> stream() {
    return StreamSupport.stream(spliterator(), false);
  }

  /**
   * Returns the responses: items, next_page_token and what else a page carries.
   *
   * @return the pages, of which there is at least one
   */
  public Iterable<P> pages() {
    return Responses::new;
  }

  private final class Responses implements Iterator<P> {
    private String token = firstToken;
    private boolean finished;

    @Override
    public boolean hasNext() {
      return !finished;
    }

    @Override
    public P next() {
      if (finished) {
        throw new NoSuchElementException();
      }
      P page = fetch.apply(token);
      token = nextTokenOf.apply(page);
      finished = token.isEmpty();
      return page;
    }
  }

  private final class Items implements Iterator<T> {
    private final Iterator<P> responses = new Responses();
    private Iterator<T> items = List.<T>of().iterator();

    @Override
    public boolean hasNext() {
      while (!items.hasNext() && responses.hasNext()) {
        items = itemsOf.apply(responses.next()).iterator();
      }
      return items.hasNext();
    }

    @Override
    public T next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      return items.next();
    }
  }
}
