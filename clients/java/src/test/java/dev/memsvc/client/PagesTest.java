package dev.memsvc.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.memsvc.v1.ListMemoriesRequest;
import dev.memsvc.v1.ListMemoriesResponse;
import dev.memsvc.v1.ListMemoryTimelineRequest;
import dev.memsvc.v1.ListMemoryTimelineResponse;
import dev.memsvc.v1.Memory;
import dev.memsvc.v1.SearchRequest;
import dev.memsvc.v1.SearchResponse;
import dev.memsvc.v1.SearchResult;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

class PagesTest extends ServedTest {
  /**
   * Answers ListMemories with the pages "", "1" and "2" of two memories each; each page fails once
   * with UNAVAILABLE before it comes.
   */
  private static ScriptedServer.Script threePages() {
    Set<String> failed = ConcurrentHashMap.newKeySet();
    return attempt -> {
      String token = attempt.request(ListMemoriesRequest.parser()).getPageToken();
      if (failed.add(token)) {
        attempt.fail(Status.Code.UNAVAILABLE, "not now");
        return;
      }
      int page = token.isEmpty() ? 0 : Integer.parseInt(token);
      attempt.reply(
          ListMemoriesResponse.newBuilder()
              .addMemories(Memory.newBuilder().setMemoryId(page + "a"))
              .addMemories(Memory.newBuilder().setMemoryId(page + "b"))
              .setNextPageToken(page < 2 ? String.valueOf(page + 1) : "")
              .build());
    };
  }

  /** Returns the page tokens that reached the server, without those of repeated attempts. */
  private static List<String> tokens(ScriptedServer server) throws Exception {
    List<String> tokens = new ArrayList<>();
    for (Attempt attempt : server.seen()) {
      if (attempt.header("grpc-previous-rpc-attempts").isEmpty()) {
        tokens.add(attempt.request(ListMemoriesRequest.parser()).getPageToken());
      }
    }
    return tokens;
  }

  /**
   * A list yields the items of all pages in order. Each page is a call with a deadline and retries
   * of its own and the other fields of the request, and another iteration begins anew.
   */
  @Test
  void allItems() throws Exception {
    ScriptedServer server = serve(threePages());
    ListMemoriesRequest request =
        ListMemoriesRequest.newBuilder().setUserId("ana").setPageSize(2).build();
    Pages<Memory, ListMemoriesResponse> list = connect(server).listMemories(request);
    List<String> wanted = List.of("0a", "0b", "1a", "1b", "2a", "2b");
    assertEquals(List.of(), server.seen());
    List<String> ids = new ArrayList<>();
    for (Memory memory : list) {
      ids.add(memory.getMemoryId());
    }
    assertEquals(wanted, ids);
    assertEquals(wanted, list.stream().map(Memory::getMemoryId).toList());
    assertEquals(List.of("", "1", "2", "", "1", "2"), tokens(server));
    for (Attempt attempt : server.seen()) {
      ListMemoriesRequest sent = attempt.request(ListMemoriesRequest.parser());
      assertEquals(request, sent.toBuilder().clearPageToken().build());
      assertTrue(attempt.timeLeft().compareTo(Duration.ofSeconds(7)) > 0);
    }
  }

  /** A list is lazy: a page is fetched only when an item of it is asked for. */
  @Test
  void lazy() throws Exception {
    ScriptedServer server = serve(threePages());
    Pages<Memory, ListMemoriesResponse> list =
        connect(server).listMemories(ListMemoriesRequest.getDefaultInstance());
    Iterator<Memory> items = list.iterator();
    assertEquals(List.of(), server.seen());
    items.next();
    items.next();
    assertEquals(2, list.stream().limit(2).count());
    assertEquals(List.of("", ""), tokens(server));
  }

  /** A list begins at the request's page_token, and its pages are there as they came. */
  @Test
  void pagesFromAToken() throws Exception {
    MemoryClient client = connect(serve(threePages()));
    List<String> next = new ArrayList<>();
    for (ListMemoriesResponse page :
        client.listMemories(ListMemoriesRequest.newBuilder().setPageToken("1").build()).pages()) {
      assertEquals(2, page.getMemoriesCount());
      next.add(page.getNextPageToken());
    }
    assertEquals(List.of("2", ""), next);
  }

  /** An empty page in the middle does not end the list, and there is nothing after its end. */
  @Test
  void emptyPages() throws Exception {
    ScriptedServer server =
        serve(
            attempt -> {
              ListMemoryTimelineResponse.Builder page = ListMemoryTimelineResponse.newBuilder();
              if (attempt.turn() == 0) {
                page.setNextPageToken("1");
              } else {
                page.addMemories(Memory.newBuilder().setMemoryId("a"));
              }
              attempt.reply(page.build());
            });
    Iterator<Memory> items =
        connect(server)
            .listMemoryTimeline(ListMemoryTimelineRequest.getDefaultInstance())
            .iterator();
    assertEquals("a", items.next().getMemoryId());
    assertFalse(items.hasNext());
    assertThrows(NoSuchElementException.class, items::next);
  }

  /**
   * A page that fails throws from the iteration, after the items before it; an iterator that is
   * asked again tries that page again.
   */
  @Test
  void pageFails() throws Exception {
    ScriptedServer server =
        serve(
            attempt -> {
              if (attempt.turn() == 1) {
                attempt.fail(Status.Code.INVALID_ARGUMENT, "no");
                return;
              }
              attempt.reply(
                  SearchResponse.newBuilder()
                      .addResults(SearchResult.newBuilder().setScore(attempt.turn()))
                      .setNextPageToken(attempt.turn() == 0 ? "1" : "")
                      .build());
            });
    Iterator<SearchResult> items =
        connect(server).search(SearchRequest.getDefaultInstance()).iterator();
    assertEquals(0, items.next().getScore());
    failed(Status.Code.INVALID_ARGUMENT, items::next);
    assertEquals(2, items.next().getScore());
    assertFalse(items.hasNext());
    assertEquals("1", server.seen().get(2).request(SearchRequest.parser()).getPageToken());
  }
}
