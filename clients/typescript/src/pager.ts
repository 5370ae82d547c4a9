/** A response with more to come, as long as its token is not empty. */
export interface Page {
  readonly nextPageToken: string;
}

/**
 * All items of a list, fetched page by page as they are asked for.
 *
 * Nothing is sent before the iteration begins, and every iteration begins anew with the first page.
 * Each page is a call of its own, with its own deadline and retries, and throws what a call throws.
 */
export class Pager<Item, Response extends Page> implements AsyncIterable<Item> {
  readonly #fetch: (token: string) => Promise<Response>;
  readonly #items: (page: Response) => readonly Item[];
  readonly #firstToken: string;

  /** Fetches the page at a token by `fetch`, from `firstToken` on; takes out its `items`. */
  constructor(
    fetch: (token: string) => Promise<Response>,
    items: (page: Response) => readonly Item[],
    firstToken: string,
  ) {
    this.#fetch = fetch;
    this.#items = items;
    this.#firstToken = firstToken;
  }

  /** Yields the items of all pages. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    for await (const page of this.pages()) {
      yield* this.#items(page);
    }
  }

  /** Yields the responses: items, nextPageToken and what else a page carries. */
  async *pages(): AsyncGenerator<Response, void, undefined> {
    let token = this.#firstToken;
    do {
      const page = await this.#fetch(token);
      yield page;
      token = page.nextPageToken;
    } while (token !== "");
  }
}
