package dev.memsvc.driver;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import com.google.protobuf.Message;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.util.JsonFormat;
import dev.memsvc.client.MemoryClient;
import dev.memsvc.client.MemoryClientBuilder;
import dev.memsvc.client.MemsvcException;
import dev.memsvc.client.Pages;
import dev.memsvc.client.ServerStream;
import dev.memsvc.client.Services;
import dev.memsvc.v1.ImportUserRequest;
import dev.memsvc.v1.IngestStreamRequest;
import io.grpc.TlsChannelCredentials;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Does what commands say, with the client that the last {@code connect} made. */
final class Operations implements AutoCloseable {
  private static final JsonFormat.Printer PRINTER =
      JsonFormat.printer().preservingProtoFieldNames().omittingInsignificantWhitespace();

  private MemoryClient client;

  JsonObject perform(JsonObject command) throws Exception {
    String operation = command.get("op").getAsString();
    if (client == null && !List.of("describe", "connect", "close").contains(operation)) {
      throw new IllegalStateException("not connected");
    }
    return switch (operation) {
      case "describe" -> describe();
      case "connect" -> connect(command);
      case "wait_until_ready" -> waitUntilReady(command);
      case "unary" -> encode(call(command));
      case "list" -> list(command);
      case "upload" -> upload(command);
      case "stream" -> stream(command);
      case "bench" -> bench(command);
      case "close" -> {
        close();
        yield new JsonObject();
      }
      default -> throw new IllegalArgumentException("no such operation: " + operation);
    };
  }

  private static JsonObject describe() {
    JsonObject description = new JsonObject();
    description.addProperty("language", "java");
    description.addProperty("client_version", MemoryClient.VERSION);
    return description;
  }

  private JsonObject connect(JsonObject command) throws IOException {
    MemoryClientBuilder builder =
        MemoryClient.builder().target(command.get("target").getAsString());
    if (given(command, "api_key")) {
      builder.apiKey(command.get("api_key").getAsString());
    }
    if (given(command, "timeout_seconds")) {
      builder.timeout(seconds(command));
    }
    if (given(command, "max_message_bytes")) {
      builder.maxMessageBytes(command.get("max_message_bytes").getAsInt());
    }
    if (given(command, "tls_roots_file")) {
      File roots = new File(command.get("tls_roots_file").getAsString());
      builder.credentials(TlsChannelCredentials.newBuilder().trustManager(roots).build());
    }
    for (Map.Entry<String, JsonElement> header : headers(command)) {
      builder.header(header.getKey(), header.getValue().getAsString());
    }
    close();
    client = builder.build();
    return new JsonObject();
  }

  private JsonObject waitUntilReady(JsonObject command) {
    client.waitUntilReady(
        given(command, "timeout_seconds") ? seconds(command) : MemoryClient.DEFAULT_TIMEOUT);
    return new JsonObject();
  }

  private JsonObject list(JsonObject command) throws Exception {
    if (!(invoke(command) instanceof Pages<?, ?> pages)) {
      throw new IllegalArgumentException("not a list: " + command.get("method"));
    }
    long take = given(command, "take") ? command.get("take").getAsLong() : Long.MAX_VALUE;
    JsonArray items = new JsonArray();
    // The limit comes first: an iterator that is asked for one more fetches a page.
    for (Iterator<?> all = pages.iterator(); items.size() < take && all.hasNext(); ) {
      items.add(encode((MessageOrBuilder) all.next()));
    }
    return object("items", items);
  }

  private JsonObject upload(JsonObject command) throws IOException {
    String rpc = command.get("method").getAsString();
    return switch (rpc) {
      case "IngestStream" -> ingestStream(command);
      case "ImportUser" -> importUser(command);
      default -> throw new IllegalArgumentException("not an upload: " + rpc);
    };
  }

  private JsonObject importUser(JsonObject command) throws IOException {
    List<String> lines = new ArrayList<>();
    for (JsonElement line : command.getAsJsonArray("requests")) {
      lines.add(line.getAsString());
    }
    Message into = decode(command.get("request"), ImportUserRequest.newBuilder());
    return encode(view(command).importUser(((ImportUserRequest) into).getUserId(), lines));
  }

  private JsonObject ingestStream(JsonObject command) throws IOException {
    List<IngestStreamRequest> requests = new ArrayList<>();
    for (JsonElement request : command.getAsJsonArray("requests")) {
      requests.add((IngestStreamRequest) decode(request, IngestStreamRequest.newBuilder()));
    }
    Iterator<IngestStreamRequest> source = requests.iterator();
    if (given(command, "cancel_after")) {
      source = new Interrupting<>(source, command.get("cancel_after").getAsInt());
    }
    try {
      return encode(view(command).ingestStream(source));
    } finally {
      Thread.interrupted();
    }
  }

  private JsonObject stream(JsonObject command) throws Exception {
    if (!(invoke(command) instanceof ServerStream<?> answer)) {
      throw new IllegalArgumentException("not a stream: " + command.get("method"));
    }
    int most =
        given(command, "cancel_after") ? command.get("cancel_after").getAsInt() : Integer.MAX_VALUE;
    JsonArray events = new JsonArray();
    try (answer) {
      while (events.size() < most && answer.hasNext()) {
        events.add(event(answer.next()));
      }
      return object("events", events);
    } catch (MemsvcException e) {
      throw new PartialAnswerException(object("events", events), e);
    }
  }

  private JsonObject bench(JsonObject command) throws Exception {
    int warmup = given(command, "warmup") ? command.get("warmup").getAsInt() : 0;
    int count = command.get("count").getAsInt();
    Object caller = owner(command);
    Method method = method(command, caller);
    Message request = request(command, method);
    for (int turn = 0; turn < warmup; turn++) {
      response(invoke(caller, method, request));
    }
    double[] milliseconds = new double[count];
    for (int turn = 0; turn < count; turn++) {
      long started = System.nanoTime();
      response(invoke(caller, method, request));
      milliseconds[turn] = (System.nanoTime() - started) / 1e6;
    }
    Arrays.sort(milliseconds);
    JsonObject figures = new JsonObject();
    figures.addProperty("p50_ms", milliseconds[count / 2]);
    figures.addProperty("p95_ms", milliseconds[count * 95 / 100]);
    return figures;
  }

  /** Returns the response of a unary call; of a list that of its first page. */
  private Message call(JsonObject command) throws Exception {
    return response(invoke(command));
  }

  private static Message response(Object result) {
    return result instanceof Pages<?, ?> pages
        ? (Message) pages.pages().iterator().next()
        : (Message) result;
  }

  private Object invoke(JsonObject command) throws Exception {
    Object owner = owner(command);
    Method method = method(command, owner);
    return invoke(owner, method, request(command, method));
  }

  private static Object invoke(Object owner, Method method, Message request) throws Exception {
    try {
      return method.invoke(owner, request);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof MemsvcException failure) {
        throw failure;
      }
      throw e;
    }
  }

  /**
   * Returns whose method a command names: the client, or for one such as
   * "ProjectService/GetProject" the stub of its service.
   */
  private Object owner(JsonObject command) throws Exception {
    MemoryClient caller = view(command);
    String name = command.get("method").getAsString();
    if (!name.contains("/")) {
      return caller;
    }
    String stub = name.substring(0, name.indexOf('/')) + "BlockingStub";
    for (Method service : Services.class.getMethods()) {
      if (service.getReturnType().getSimpleName().equals(stub)) {
        return service.invoke(caller.services());
      }
    }
    throw new IllegalArgumentException("no such service: " + name);
  }

  /** Returns the method of {@code owner} that a command names by its RPC. */
  private static Method method(JsonObject command, Object owner) {
    String path = command.get("method").getAsString();
    String rpc = path.substring(path.indexOf('/') + 1);
    String name = rpc.substring(0, 1).toLowerCase(Locale.ROOT) + rpc.substring(1);
    return Arrays.stream(owner.getClass().getMethods())
        .filter(method -> method.getName().equals(name) && method.getParameterCount() == 1)
        .filter(method -> Message.class.isAssignableFrom(method.getParameterTypes()[0]))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no such method: " + path));
  }

  private static Message request(JsonObject command, Method method) throws Exception {
    Object builder = method.getParameterTypes()[0].getMethod("newBuilder").invoke(null);
    return decode(command.get("request"), (Message.Builder) builder);
  }

  /** Returns the client with what the command says about its call. */
  private MemoryClient view(JsonObject command) {
    MemoryClient view =
        given(command, "timeout_seconds") ? client.withTimeout(seconds(command)) : client;
    for (Map.Entry<String, JsonElement> header : headers(command)) {
      view = view.withHeader(header.getKey(), header.getValue().getAsString());
    }
    return view;
  }

  private static Message decode(JsonElement json, Message.Builder builder) throws IOException {
    if (json != null && !json.isJsonNull()) {
      JsonFormat.parser().merge(json.toString(), builder);
    }
    return builder.build();
  }

  private static JsonObject encode(MessageOrBuilder message) throws IOException {
    return JsonParser.parseString(PRINTER.print(message)).getAsJsonObject();
  }

  /** Returns what a stream gave: a message, or a line of text. */
  private static JsonElement event(Object event) throws IOException {
    return event instanceof MessageOrBuilder message
        ? encode(message)
        : new JsonPrimitive((String) event);
  }

  private static JsonObject object(String name, JsonElement value) {
    JsonObject object = new JsonObject();
    object.add(name, value);
    return object;
  }

  private static boolean given(JsonObject command, String name) {
    return command.has(name) && !command.get(name).isJsonNull();
  }

  private static Duration seconds(JsonObject command) {
    return Duration.ofNanos((long) (command.get("timeout_seconds").getAsDouble() * 1e9));
  }

  private static Iterable<Map.Entry<String, JsonElement>> headers(JsonObject command) {
    return given(command, "headers") ? command.getAsJsonObject("headers").entrySet() : List.of();
  }

  @Override
  public void close() {
    if (client != null) {
      client.close();
      client = null;
    }
  }

  /**
   * Gives so many items; while the next one is waited for, the call is cancelled as Java does it,
   * from another thread. A call that is cancelled at once might end before the server knows of it.
   */
  private static final class Interrupting<T> implements Iterator<T> {
    private static final Duration WAIT = Duration.ofMillis(200);

    private final Iterator<T> items;
    private int left;

    Interrupting(Iterator<T> items, int count) {
      this.items = items;
      left = count;
    }

    @Override
    public boolean hasNext() {
      if (left > 0 && items.hasNext()) {
        return true;
      }
      Thread waiting = Thread.currentThread();
      CompletableFuture.delayedExecutor(WAIT.toMillis(), TimeUnit.MILLISECONDS)
          .execute(waiting::interrupt);
      try {
        new CountDownLatch(1).await();
      } catch (InterruptedException e) {
        waiting.interrupt();
      }
      return false;
    }

    @Override
    public T next() {
      left--;
      return items.next();
    }
  }
}
