import type { DescMessage, DescMethodUnary, MessageInitShape } from "@bufbuild/protobuf";
import type { CallOptions, Transport } from "@connectrpc/connect";
import { Calls, DEFAULT_TIMEOUT_MS, mergedHeaders } from "./calls.js";
import { type Connection, probing, waitUntilReady } from "./connection.js";
import * as admin from "./gen/memsvc/v1/admin_service_pb.js";
import type { ChatEvent, ChatRequestSchema } from "./gen/memsvc/v1/chat_pb.js";
import * as job from "./gen/memsvc/v1/job_service_pb.js";
import type { Memory } from "./gen/memsvc/v1/memory_pb.js";
import * as memory from "./gen/memsvc/v1/memory_service_pb.js";
import { type Page, Pager } from "./pager.js";
import { build } from "./requests.js";
import { type Fields, UserMethods } from "./users.js";

const { method: memoryMethods } = memory.MemoryService;
const { method: jobMethods } = job.JobService;
const { method: adminMethods } = admin.AdminService;

/** What a client gives to all of its calls. */
export interface MemoryClientOptions {
  /** An API key or JWT, sent as `authorization: Bearer ...`. */
  readonly apiKey?: string | undefined;
  /** How long a call may take, in milliseconds, 10,000 by default; streams have 300,000. */
  readonly timeoutMs?: number | undefined;
  /** Headers for every call. Values of keys that end in "-bin" are Base64. */
  readonly headers?: HeadersInit | undefined;
  /** How the server is reached; without it, `waitUntilReady` calls GetServerInfo. */
  readonly connection?: Connection | undefined;
}

/**
 * A client of a memsvc server, over any transport of connect that speaks gRPC or gRPC-Web. One serves
 * a whole program. `createMemoryClient` of "@memsvc/client/node" or "@memsvc/client/web" makes one with
 * the right transport.
 *
 * Every method takes its request as an object of fields or as a message, and for this call alone
 * `timeoutMs`, `headers`, an abort `signal` and more. It throws a `MemsvcError`, or the encoder's error
 * for what is no request at all, such as a limit of 1.5. Reads and writes that the server could not
 * take (UNAVAILABLE) are retried up to three times within their time; a write gets a random requestId
 * if it has none, so that it happens once.
 */
export class MemoryClient extends UserMethods {
  readonly #calls: Calls;
  readonly #connection: Connection;

  /** Makes a client that calls over `transport`; nothing is sent yet. */
  constructor(transport: Transport, options: MemoryClientOptions = {}) {
    const { apiKey, timeoutMs = DEFAULT_TIMEOUT_MS, headers, connection } = options;
    const credential = apiKey ? { authorization: `Bearer ${apiKey}` } : {};
    const calls = new Calls(transport, { timeoutMs, headers: mergedHeaders(credential, headers) });
    super(calls);
    this.#calls = calls;
    this.#connection = connection ?? probing(transport);
  }

  /** Closes the connection; calls under way and later ones end CANCELLED. */
  close(): void {
    this.#calls.close();
    this.#connection.close();
  }

  /**
   * Waits until the server takes connections; throws UNAVAILABLE if that takes longer than `timeoutMs`,
   * by default the client's.
   */
  async waitUntilReady(options: Pick<CallOptions, "signal" | "timeoutMs"> = {}): Promise<void> {
    const terms = this.#calls.begin(options);
    try {
      await waitUntilReady(this.#connection, terms);
    } finally {
      terms.end();
    }
  }

  /**
   * Stores messages; they can be recalled and searched when the reply arrives. All of them are stored,
   * or none. With `ExtractionMode.SYNC` a longer `timeoutMs` is wise.
   */
  ingest(
    request: Fields<typeof memory.IngestRequestSchema>,
    options?: CallOptions,
  ): Promise<memory.IngestResponse> {
    return this.#calls.unary(memoryMethods.ingest, request, options);
  }

  /**
   * Stores the messages of many users in bulk; the response names the batches that failed. `timeoutMs`
   * is 300,000 by default. A stream is not retried: what `requests` throws is thrown here, and batches
   * sent before stay stored. Batches are asked for as fast as the server takes them.
   */
  ingestStream(
    requests:
      | AsyncIterable<Fields<typeof memory.IngestStreamRequestSchema>>
      | Iterable<Fields<typeof memory.IngestStreamRequestSchema>>,
    options?: CallOptions,
  ): Promise<memory.IngestStreamResponse> {
    return this.#calls.clientStream(memoryMethods.ingestStream, requests, options);
  }

  /**
   * Returns the memories of a user that matter to a question, best first. `limit` is 5 by default and
   * at most 100. `contextBlock` is the result as text to put before a language model.
   */
  recall(
    request: Fields<typeof memory.RecallRequestSchema>,
    options?: CallOptions,
  ): Promise<memory.RecallResponse> {
    return this.#calls.unary(memoryMethods.recall, request, options);
  }

  /**
   * Returns how well Recall finds what is known to be right, and changes nothing. `limit` is 20 by
   * default and at most 100; `arms` also measures each part of the score.
   */
  evaluate(
    request: Fields<typeof memory.EvaluateRequestSchema>,
    options?: CallOptions,
  ): Promise<memory.EvaluateResponse> {
    return this.#calls.unary(memoryMethods.evaluate, request, options);
  }

  /**
   * Returns what to know when a conversation starts: pinned, essential and important memories.
   * `maxMemories` is 20 by default and at most 100.
   */
  conscious(
    request: Fields<typeof memory.ConsciousRequestSchema>,
    options?: CallOptions,
  ): Promise<memory.ConsciousResponse> {
    return this.#calls.unary(memoryMethods.conscious, request, options);
  }

  /**
   * Looks through everything ever said or noted, best first, over all pages. `pageSize` is 20 by
   * default and at most 500. `pages()` of the pager yields the responses, which say whether the search
   * was degraded.
   */
  search(
    request: Fields<typeof memory.SearchRequestSchema>,
    options?: CallOptions,
  ): Pager<memory.SearchResult, memory.SearchResponse> {
    return this.#pager(memoryMethods.search, request, ({ results }) => results, options);
  }

  /**
   * Answers the user with a language model that remembers; yields the steps of the answer. `timeoutMs`
   * is 300,000 by default and covers the whole answer. The request is sent when the first event is
   * asked for, and is not retried. Leaving the loop cancels the answer; so does the abort `signal`,
   * also while an event is awaited.
   */
  chat(
    request: Fields<typeof ChatRequestSchema>,
    options?: CallOptions,
  ): AsyncGenerator<ChatEvent, void, undefined> {
    const message = build(memoryMethods.chat.input, request);
    return this.#calls.serverStream(memoryMethods.chat, message, options);
  }

  /** Writes a memory of kind NOTE. */
  createMemory(
    request: Fields<typeof memory.CreateMemoryRequestSchema>,
    options?: CallOptions,
  ): Promise<memory.CreateMemoryResponse> {
    return this.#calls.unary(memoryMethods.createMemory, request, options);
  }

  /** Returns one memory; throws NOT_FOUND if there is none. */
  getMemory(
    request: Fields<typeof memory.GetMemoryRequestSchema>,
    options?: CallOptions,
  ): Promise<memory.GetMemoryResponse> {
    return this.#calls.unary(memoryMethods.getMemory, request, options);
  }

  /** Returns the messages that a memory rests on; throws NOT_FOUND if there is no such memory. */
  getMemorySource(
    request: Fields<typeof memory.GetMemorySourceRequestSchema>,
    options?: CallOptions,
  ): Promise<memory.GetMemorySourceResponse> {
    return this.#calls.unary(memoryMethods.getMemorySource, request, options);
  }

  /**
   * Lists the memories of a user, newest first, over all pages. `pageSize` is 50 by default and at
   * most 500.
   */
  listMemories(
    request: Fields<typeof memory.ListMemoriesRequestSchema>,
    options?: CallOptions,
  ): Pager<Memory, memory.ListMemoriesResponse> {
    return this.#pager(memoryMethods.listMemories, request, ({ memories }) => memories, options);
  }

  /**
   * Changes fields of a memory: those of `updateMask`, else those that are set. Throws ABORTED if the
   * memory's `etag` is given and no longer its present one.
   */
  updateMemory(
    request: Fields<typeof memory.UpdateMemoryRequestSchema>,
    options?: CallOptions,
  ): Promise<memory.UpdateMemoryResponse> {
    return this.#calls.unary(memoryMethods.updateMemory, request, options);
  }

  /**
   * Deletes a memory for good; of an EPISODE also its message and what rests on it alone. Throws
   * NOT_FOUND if there is no such memory.
   */
  deleteMemory(
    request: Fields<typeof memory.DeleteMemoryRequestSchema>,
    options?: CallOptions,
  ): Promise<memory.DeleteMemoryResponse> {
    return this.#calls.unary(memoryMethods.deleteMemory, request, options);
  }

  /** Deletes all of 1 to 100 memories, or none. */
  batchDeleteMemories(
    request: Fields<typeof memory.BatchDeleteMemoriesRequestSchema>,
    options?: CallOptions,
  ): Promise<memory.BatchDeleteMemoriesResponse> {
    return this.#calls.unary(memoryMethods.batchDeleteMemories, request, options);
  }

  /**
   * Returns the memories of the same user that are closest in meaning, closest first. `limit` is 5 by
   * default and at most 100.
   */
  findSimilarMemories(
    request: Fields<typeof memory.FindSimilarMemoriesRequestSchema>,
    options?: CallOptions,
  ): Promise<memory.FindSimilarMemoriesResponse> {
    return this.#calls.unary(memoryMethods.findSimilarMemories, request, options);
  }

  /**
   * Lists what was so from when to when, in order of validFromTime, over all pages. `pageSize` is 50
   * by default and at most 500.
   */
  listMemoryTimeline(
    request: Fields<typeof memory.ListMemoryTimelineRequestSchema>,
    options?: CallOptions,
  ): Pager<Memory, memory.ListMemoryTimelineResponse> {
    const { listMemoryTimeline } = memoryMethods;
    return this.#pager(listMemoryTimeline, request, ({ memories }) => memories, options);
  }

  /**
   * Returns the facts that would be drawn from a message, and stores nothing. Where a language model
   * draws them, a longer `timeoutMs` is wise.
   */
  extractFacts(
    request: Fields<typeof memory.ExtractFactsRequestSchema>,
    options?: CallOptions,
  ): Promise<memory.ExtractFactsResponse> {
    return this.#calls.unary(memoryMethods.extractFacts, request, options);
  }

  /** Tidies up the facts of a user as a job; `watchJob` tells when it is done. */
  consolidate(
    request: Fields<typeof memory.ConsolidateRequestSchema>,
    options?: CallOptions,
  ): Promise<memory.ConsolidateResponse> {
    return this.#calls.unary(memoryMethods.consolidate, request, options);
  }

  /** Returns one job; throws NOT_FOUND if there is none. */
  getJob(
    request: Fields<typeof job.GetJobRequestSchema>,
    options?: CallOptions,
  ): Promise<job.GetJobResponse> {
    return this.#calls.unary(jobMethods.getJob, request, options);
  }

  /**
   * Yields the job as it is, and again whenever it changes, until it has ended. `timeoutMs` is 300,000
   * by default and covers the whole watch. The request is sent when the first state is asked for, and
   * is not retried. Leaving the loop ends the watch, as does the abort `signal`; the job goes on.
   */
  watchJob(
    request: Fields<typeof job.WatchJobRequestSchema>,
    options?: CallOptions,
  ): AsyncGenerator<job.WatchJobResponse, void, undefined> {
    const message = build(jobMethods.watchJob.input, request);
    return this.#calls.serverStream(jobMethods.watchJob, message, options);
  }

  /**
   * Lists the jobs that failed for good, newest first, over all pages. `pageSize` is 50 by default and
   * at most 500.
   */
  listDeadJobs(
    request: Fields<typeof job.ListDeadJobsRequestSchema> = {},
    options?: CallOptions,
  ): Pager<job.Job, job.ListDeadJobsResponse> {
    return this.#pager(jobMethods.listDeadJobs, request, ({ jobs }) => jobs, options);
  }

  /** Lets a dead job be tried again; throws FAILED_PRECONDITION if it is not dead. */
  requeueJob(
    request: Fields<typeof job.RequeueJobRequestSchema>,
    options?: CallOptions,
  ): Promise<job.RequeueJobResponse> {
    return this.#calls.unary(jobMethods.requeueJob, request, options);
  }

  /** Returns what this server is and what it can do. */
  getServerInfo(
    request: Fields<typeof admin.GetServerInfoRequestSchema> = {},
    options?: CallOptions,
  ): Promise<admin.GetServerInfoResponse> {
    return this.#calls.unary(adminMethods.getServerInfo, request, options);
  }

  #pager<I extends DescMessage, O extends DescMessage, Item, Response extends Page>(
    method: DescMethodUnary<I, O>,
    request: MessageInitShape<I>,
    items: (page: Response) => readonly Item[],
    options?: CallOptions,
  ): Pager<Item, Response> {
    const first = build(method.input, request) as unknown as { pageToken: string };
    const fetch = async (pageToken: string) => {
      const page = { ...first, pageToken } as unknown as MessageInitShape<I>;
      return (await this.#calls.unary(method, page, options)) as unknown as Response;
    };
    return new Pager(fetch, items, first.pageToken);
  }
}
