package dev.memsvc.client;

import dev.memsvc.v1.AdminServiceGrpc;
import dev.memsvc.v1.BatchDeleteMemoriesRequest;
import dev.memsvc.v1.BatchDeleteMemoriesResponse;
import dev.memsvc.v1.ChatEvent;
import dev.memsvc.v1.ChatRequest;
import dev.memsvc.v1.ConsciousRequest;
import dev.memsvc.v1.ConsciousResponse;
import dev.memsvc.v1.CreateMemoryRequest;
import dev.memsvc.v1.CreateMemoryResponse;
import dev.memsvc.v1.DeleteMemoryRequest;
import dev.memsvc.v1.DeleteMemoryResponse;
import dev.memsvc.v1.EvaluateRequest;
import dev.memsvc.v1.EvaluateResponse;
import dev.memsvc.v1.FindSimilarMemoriesRequest;
import dev.memsvc.v1.FindSimilarMemoriesResponse;
import dev.memsvc.v1.GetMemoryRequest;
import dev.memsvc.v1.GetMemoryResponse;
import dev.memsvc.v1.GetMemorySourceRequest;
import dev.memsvc.v1.GetMemorySourceResponse;
import dev.memsvc.v1.GetServerInfoRequest;
import dev.memsvc.v1.GetServerInfoResponse;
import dev.memsvc.v1.IngestRequest;
import dev.memsvc.v1.IngestResponse;
import dev.memsvc.v1.IngestStreamRequest;
import dev.memsvc.v1.IngestStreamResponse;
import dev.memsvc.v1.ListMemoriesRequest;
import dev.memsvc.v1.ListMemoriesResponse;
import dev.memsvc.v1.ListMemoryTimelineRequest;
import dev.memsvc.v1.ListMemoryTimelineResponse;
import dev.memsvc.v1.Memory;
import dev.memsvc.v1.MemoryServiceGrpc;
import dev.memsvc.v1.RecallRequest;
import dev.memsvc.v1.RecallResponse;
import dev.memsvc.v1.SearchRequest;
import dev.memsvc.v1.SearchResponse;
import dev.memsvc.v1.SearchResult;
import dev.memsvc.v1.UpdateMemoryRequest;
import dev.memsvc.v1.UpdateMemoryResponse;
import io.grpc.Channel;
import java.time.Duration;
import java.util.Iterator;

/**
 * Speaks with a memsvc server. One client serves all threads of a program.
 *
 * <p>A call that fails throws a {@link MemsvcException}. Every call has a deadline: the client's
 * timeout, or an earlier one of the {@link io.grpc.Context}. Interrupting a thread that waits for a
 * call cancels the call, which then throws a {@link MemsvcException} with the code CANCELLED and
 * leaves the thread interrupted; so does cancelling the context.
 *
 * <p>{@link #withTimeout} and {@link #withHeader} give views of a client for some of its calls.
 * They are cheap and share its connection.
 */
public final class MemoryClient extends FactMethods implements AutoCloseable {
  /** The version of this client. */
  public static final String VERSION = "0.2.0";

  /** A server on this machine with its default port. */
  public static final String DEFAULT_TARGET = "127.0.0.1:50051";

  /** How long a unary call may take by default. */
  public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);

  /** How long a chat, a watch, an upload or an export may take by default. */
  public static final Duration DEFAULT_STREAM_TIMEOUT = Duration.ofMinutes(5);

  /** The largest answer taken by default, which is the largest that a server sends by default. */
  public static final int DEFAULT_MAX_MESSAGE_BYTES = 4 * 1024 * 1024;

  MemoryClient(Connection connection, CallRules rules) {
    super(connection, rules);
  }

  /**
   * Makes a client of a server, by plaintext and with all defaults. It connects with its first
   * call.
   *
   * @param target a host and port or any other name that gRPC resolves
   * @return the client
   * @throws IllegalArgumentException if the target makes no sense
   */
  public static MemoryClient create(String target) {
    return builder().target(target).build();
  }

  /**
   * Begins a client with settings.
   *
   * @return a builder with all defaults
   */
  public static MemoryClientBuilder builder() {
    return new MemoryClientBuilder();
  }

  /**
   * Returns a view of this client whose calls, streams too, may take so long.
   *
   * @param timeout above 0, from the beginning of a call to its end
   * @return the view; closing it closes this client
   * @throws IllegalArgumentException if the timeout is not above 0
   */
  public MemoryClient withTimeout(Duration timeout) {
    return new MemoryClient(connection, rules.withTimeout(timeout));
  }

  /**
   * Returns a view of this client that sends a header, in the place of the client's of the same
   * key.
   *
   * @param key the name, which must not end in {@code -bin}
   * @param value printable ASCII
   * @return the view; closing it closes this client
   * @throws IllegalArgumentException if the key or the value cannot be sent
   */
  public MemoryClient withHeader(String key, String value) {
    return new MemoryClient(connection, rules.withHeader(key, value));
  }

  /**
   * Stores messages; they can be recalled and searched when the reply arrives. All of them are
   * stored, or none. With EXTRACTION_MODE_SYNC a longer timeout is wise.
   *
   * @param request the request
   * @return what became of each message
   */
  public IngestResponse ingest(IngestRequest request) {
    return unary(MemoryServiceGrpc.getIngestMethod(), request);
  }

  /**
   * Finds the memories of a user that matter to a question, best first: as many as the request's
   * limit, 5 by default and at most 100.
   *
   * @param request the request
   * @return the memories; {@code context_block} is the result as text to put before a language
   *     model
   */
  public RecallResponse recall(RecallRequest request) {
    return unary(MemoryServiceGrpc.getRecallMethod(), request);
  }

  /**
   * Finds what to know when a conversation starts: pinned, essential and important memories, 20 by
   * default and at most 100.
   *
   * @param request the request
   * @return the memories
   */
  public ConsciousResponse conscious(ConsciousRequest request) {
    return unary(MemoryServiceGrpc.getConsciousMethod(), request);
  }

  /**
   * Looks through everything ever said or noted, best first. A page has 20 results by default and
   * at most 500. The pages say whether the search was degraded.
   *
   * @param request the request; the list begins at its page_token
   * @return the results of all pages, not fetched yet
   */
  public Pages<SearchResult, SearchResponse> search(SearchRequest request) {
    return new Pages<>(
        request.getPageToken(),
        token ->
            unary(
                MemoryServiceGrpc.getSearchMethod(),
                request.toBuilder().setPageToken(token).build()),
        SearchResponse::getResultsList,
        SearchResponse::getNextPageToken);
  }

  /**
   * Writes a memory of kind NOTE.
   *
   * @param request the request
   * @return the memory as it is stored
   */
  public CreateMemoryResponse createMemory(CreateMemoryRequest request) {
    return unary(MemoryServiceGrpc.getCreateMemoryMethod(), request);
  }

  /**
   * Reads one memory. It fails with MEMORY_NOT_FOUND if there is none.
   *
   * @param request the request
   * @return the memory
   */
  public GetMemoryResponse getMemory(GetMemoryRequest request) {
    return unary(MemoryServiceGrpc.getGetMemoryMethod(), request);
  }

  /**
   * Reads the messages that a memory rests on. It fails with MEMORY_NOT_FOUND if there is no such
   * memory.
   *
   * @param request the request
   * @return the messages
   */
  public GetMemorySourceResponse getMemorySource(GetMemorySourceRequest request) {
    return unary(MemoryServiceGrpc.getGetMemorySourceMethod(), request);
  }

  /**
   * Lists the memories of a user, newest first. A page has 50 memories by default and at most 500.
   *
   * @param request the request; the list begins at its page_token
   * @return the results of all pages, not fetched yet
   */
  public Pages<Memory, ListMemoriesResponse> listMemories(ListMemoriesRequest request) {
    return new Pages<>(
        request.getPageToken(),
        token ->
            unary(
                MemoryServiceGrpc.getListMemoriesMethod(),
                request.toBuilder().setPageToken(token).build()),
        ListMemoriesResponse::getMemoriesList,
        ListMemoriesResponse::getNextPageToken);
  }

  /**
   * Changes fields of a memory: those of the update_mask, else those that are set. It fails with
   * ETAG_MISMATCH if the memory's etag is given and no longer its present one.
   *
   * @param request the request
   * @return the memory as it is now
   */
  public UpdateMemoryResponse updateMemory(UpdateMemoryRequest request) {
    return unary(MemoryServiceGrpc.getUpdateMemoryMethod(), request);
  }

  /**
   * Deletes a memory for good; of an EPISODE also its message and what rests on it alone. It fails
   * with MEMORY_NOT_FOUND if there is no such memory.
   *
   * @param request the request
   * @return what the server says about it
   */
  public DeleteMemoryResponse deleteMemory(DeleteMemoryRequest request) {
    return unary(MemoryServiceGrpc.getDeleteMemoryMethod(), request);
  }

  /**
   * Deletes all of 1 to 100 memories, or none.
   *
   * @param request the request
   * @return what the server says about it
   */
  public BatchDeleteMemoriesResponse batchDeleteMemories(BatchDeleteMemoriesRequest request) {
    return unary(MemoryServiceGrpc.getBatchDeleteMemoriesMethod(), request);
  }

  /**
   * Finds the memories of the same user that are closest in meaning, closest first, 5 by default
   * and at most 100.
   *
   * @param request the request
   * @return the memories
   */
  public FindSimilarMemoriesResponse findSimilarMemories(FindSimilarMemoriesRequest request) {
    return unary(MemoryServiceGrpc.getFindSimilarMemoriesMethod(), request);
  }

  /**
   * Measures how well recall finds what is known to be right, and changes nothing. A question gets
   * 20 results by default and at most 100; arms also measures each part of the score.
   *
   * @param request the request
   * @return the measurements
   */
  public EvaluateResponse evaluate(EvaluateRequest request) {
    return unary(MemoryServiceGrpc.getEvaluateMethod(), request);
  }

  /**
   * Lists what was so from when to when, in order of valid_from_time. A page has 50 memories by
   * default and at most 500.
   *
   * @param request the request; the list begins at its page_token
   * @return the results of all pages, not fetched yet
   */
  public Pages<Memory, ListMemoryTimelineResponse> listMemoryTimeline(
      ListMemoryTimelineRequest request) {
    return new Pages<>(
        request.getPageToken(),
        token ->
            unary(
                MemoryServiceGrpc.getListMemoryTimelineMethod(),
                request.toBuilder().setPageToken(token).build()),
        ListMemoryTimelineResponse::getMemoriesList,
        ListMemoryTimelineResponse::getNextPageToken);
  }

  /**
   * Tells what the server is and can do.
   *
   * @param request the request
   * @return the facts
   */
  public GetServerInfoResponse getServerInfo(GetServerInfoRequest request) {
    return unary(AdminServiceGrpc.getGetServerInfoMethod(), request);
  }

  /**
   * Answers the user with a language model that remembers. The request is sent at once and is not
   * retried. The timeout covers the whole answer.
   *
   * @param request the request
   * @return the events of the answer as they come; close it to cancel the answer
   */
  public ServerStream<ChatEvent> chat(ChatRequest request) {
    return serverStream(MemoryServiceGrpc.getChatMethod(), request);
  }

  /**
   * Stores a collection of batches; see {@link #ingestStream(Iterator)}.
   *
   * @param requests the batches
   * @return the sum, which names the batches that failed
   */
  public IngestStreamResponse ingestStream(Iterable<IngestStreamRequest> requests) {
    return ingestStream(requests.iterator());
  }

  /**
   * Stores the messages of many users in bulk.
   *
   * <p>Batches are taken from the iterator in the thread of the caller, as fast as the server takes
   * them and no further once the call has ended. An exception of the iterator cancels the call and
   * is thrown as it is. A stream is not retried, and batches that were sent before it failed stay
   * stored. The timeout covers the whole upload.
   *
   * @param requests the batches
   * @return the sum, which names the batches that failed
   */
  public IngestStreamResponse ingestStream(Iterator<IngestStreamRequest> requests) {
    return clientStream(MemoryServiceGrpc.getIngestStreamMethod(), requests);
  }

  /**
   * Returns a channel for stubs of gRPC, whose calls then have this client's headers, deadline,
   * request_id and retries:
   *
   * <pre>{@code
   * ListenableFuture<RecallResponse> answer =
   *     MemoryServiceGrpc.newFutureStub(client.channel()).recall(request);
   * }</pre>
   *
   * <p>They fail with gRPC's own exceptions; {@link MemsvcException#from} tells what those say.
   *
   * @return a channel that lives as long as this client
   */
  public Channel channel() {
    return rulesChannel;
  }

  /**
   * Waits until the server takes connections, for programs that start together with it.
   *
   * @param timeout how long to wait
   * @throws MemsvcException with the code UNAVAILABLE when the time is over; with CANCELLED when
   *     the client is closed or the thread interrupted
   */
  public void waitUntilReady(Duration timeout) {
    connection.waitUntilReady(timeout);
  }

  /**
   * Closes the connection, also for all views. Calls under way and later ones fail with CANCELLED.
   * Closing again does nothing.
   */
  @Override
  public void close() {
    connection.close();
  }
}
