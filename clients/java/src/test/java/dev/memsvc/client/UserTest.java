package dev.memsvc.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.memsvc.v1.EraseUserRequest;
import dev.memsvc.v1.ExportUserRequest;
import dev.memsvc.v1.ExportUserResponse;
import dev.memsvc.v1.GetLimitsRequest;
import dev.memsvc.v1.GetQuotaRequest;
import dev.memsvc.v1.ImportUserRequest;
import dev.memsvc.v1.ImportUserResponse;
import dev.memsvc.v1.ReopenUserRequest;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class UserTest extends ServedTest {
  private static final ExportUserRequest EXPORT =
      ExportUserRequest.newBuilder().setUserId("ana").build();

  private static ExportUserResponse piece(String lines) {
    return ExportUserResponse.newBuilder().setLines(lines).build();
  }

  /** An export yields lines without their ends, whatever pieces they came in. */
  @Test
  void exportUser() throws Exception {
    MemoryClient client =
        connect(
            serve(
                attempt -> {
                  attempt.send(piece("{\"a\":1}\n{\"b\":\"\u2028\"}\n"));
                  attempt.send(piece(""));
                  attempt.reply(piece("{\"c\":3}\n"));
                }));
    List<String> lines = new ArrayList<>();
    try (ServerStream<String> export = client.exportUser(EXPORT)) {
      export.forEachRemaining(lines::add);
    }
    assertEquals(List.of("{\"a\":1}", "{\"b\":\"\u2028\"}", "{\"c\":3}"), lines);
  }

  /** Closing an export cancels it at the server. */
  @Test
  void closingAnExportCancelsIt() throws Exception {
    CountDownLatch givenUp = new CountDownLatch(1);
    ScriptedServer server =
        serve(
            attempt -> {
              attempt.send(piece("{}\n{}\n"));
              attempt.untilGivenUp();
              givenUp.countDown();
            });
    try (ServerStream<String> export = connect(server).exportUser(EXPORT)) {
      export.next();
    }
    await(givenUp);
  }

  /** An import sends whole lines in pieces below the limit, for the user that is named. */
  @Test
  void importUser() throws Exception {
    CompletableFuture<List<ImportUserRequest>> pieces = new CompletableFuture<>();
    ScriptedServer server =
        serve(
            attempt -> {
              List<ImportUserRequest> got = new ArrayList<>();
              for (Optional<byte[]> body = Optional.of(attempt.body());
                  body.isPresent();
                  body = attempt.next()) {
                got.add(ImportUserRequest.parseFrom(body.get()));
              }
              pieces.complete(got);
              attempt.reply(ImportUserResponse.newBuilder().setMemoryCount(4).build());
            });
    String longLine = "x".repeat(Lines.PIECE_CHARACTERS - 2);
    var response = connect(server).importUser("ben", List.of("{}", "{}\n", longLine, longLine));
    assertEquals(4, response.getMemoryCount());
    assertEquals(
        Stream.of("{}\n{}\n", longLine + "\n", longLine + "\n")
            .map(lines -> ImportUserRequest.newBuilder().setUserId("ben").setLines(lines).build())
            .toList(),
        await(pieces));
  }

  /** What the iterator throws is thrown as it is. */
  @Test
  void linesThatFail() throws Exception {
    IllegalStateException broken = new IllegalStateException("no more");
    Iterator<String> lines =
        Stream.<String>generate(
                () -> {
                  throw broken;
                })
            .iterator();
    MemoryClient client = connect(serve(Attempt::untilGivenUp));
    assertSame(
        broken, assertThrows(IllegalStateException.class, () -> client.importUser("", lines)));
  }

  /** Erasing is retried; reopening, exporting and importing are not. */
  @Test
  void whatIsRetried() throws Exception {
    ScriptedServer server = serve(attempt -> attempt.fail(Status.Code.UNAVAILABLE, "not now"));
    MemoryClient client = connect(server);
    failed(Status.Code.UNAVAILABLE, () -> client.eraseUser(EraseUserRequest.getDefaultInstance()));
    failed(
        Status.Code.UNAVAILABLE, () -> client.reopenUser(ReopenUserRequest.getDefaultInstance()));
    try (ServerStream<String> export = client.exportUser(EXPORT)) {
      failed(Status.Code.UNAVAILABLE, export::hasNext);
    }
    failed(Status.Code.UNAVAILABLE, () -> client.importUser("", List.of("{}")));
    List<String> expected = new ArrayList<>(Collections.nCopies(4, "EraseUser"));
    expected.addAll(List.of("ReopenUser", "ExportUser", "ImportUser"));
    assertEquals(expected, server.seen().stream().map(Attempt::method).toList());
  }

  /** Limits and quota are calls of their own. */
  @Test
  void limitsAndQuota() throws Exception {
    ScriptedServer server = serve(ANSWERED);
    connect(server).getLimits(GetLimitsRequest.getDefaultInstance());
    connect(server).getQuota(GetQuotaRequest.getDefaultInstance());
    assertEquals(
        List.of("GetLimits", "GetQuota"), server.seen().stream().map(Attempt::method).toList());
  }
}
