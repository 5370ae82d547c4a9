package dev.memsvc.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import dev.memsvc.v1.AdminServiceOuterClass;
import dev.memsvc.v1.ApiKeyServiceOuterClass;
import dev.memsvc.v1.AuthServiceOuterClass;
import dev.memsvc.v1.IngestRequest;
import dev.memsvc.v1.JobServiceOuterClass;
import dev.memsvc.v1.MemoryServiceOuterClass;
import dev.memsvc.v1.RetentionServiceOuterClass;
import dev.memsvc.v1.TrustServiceOuterClass;
import dev.memsvc.v1.UserServiceOuterClass;
import io.grpc.EquivalentAddressGroup;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import io.grpc.NameResolverRegistry;
import io.grpc.Status;
import io.grpc.StatusOr;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ClientTest extends ServedTest {
  /** Every RPC of the contract is a method of the client, or of one of its services. */
  @Test
  void everyRpcHasAMethod() {
    Set<String> methods =
        Arrays.stream(MemoryClient.class.getMethods())
            .map(method -> method.getName())
            .collect(Collectors.toSet());
    for (Method service : Services.class.getDeclaredMethods()) {
      for (Method method : service.getReturnType().getDeclaredMethods()) {
        methods.add(method.getName());
      }
    }
    List<ServiceDescriptor> services = new ArrayList<>();
    services.addAll(MemoryServiceOuterClass.getDescriptor().getServices());
    services.addAll(JobServiceOuterClass.getDescriptor().getServices());
    services.addAll(AdminServiceOuterClass.getDescriptor().getServices());
    services.addAll(UserServiceOuterClass.getDescriptor().getServices());
    services.addAll(ApiKeyServiceOuterClass.getDescriptor().getServices());
    services.addAll(AuthServiceOuterClass.getDescriptor().getServices());
    services.addAll(RetentionServiceOuterClass.getDescriptor().getServices());
    services.addAll(TrustServiceOuterClass.getDescriptor().getServices());
    assertEquals(8, services.size());
    for (ServiceDescriptor service : services) {
      for (MethodDescriptor rpc : service.getMethods()) {
        String name =
            rpc.getName().substring(0, 1).toLowerCase(Locale.ROOT) + rpc.getName().substring(1);
        assertTrue(methods.contains(name), name);
      }
    }
  }

  /** The service config is that of the contract. */
  @Test
  void serviceConfigIsTheContracts() throws Exception {
    Path contract = Path.of("../../proto/memsvc/v1", ServiceConfig.FILE);
    assumeTrue(Files.exists(contract), "the contract is not beside the client");
    try (InputStream own = MemoryClient.class.getResourceAsStream(ServiceConfig.FILE)) {
      assertEquals(
          Files.readString(contract), new String(own.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  /** The version that the client tells is that of the package. */
  @Test
  void version() {
    assertEquals(System.getProperty("memsvc.version"), MemoryClient.VERSION);
  }

  /** Settings and targets that make no sense are refused before anything is sent. */
  @Test
  void senselessSettings() {
    MemoryClientBuilder builder = MemoryClient.builder();
    assertThrows(IllegalArgumentException.class, () -> builder.timeout(Duration.ZERO));
    assertThrows(
        IllegalArgumentException.class, () -> builder.streamTimeout(Duration.ofSeconds(-1)));
    assertThrows(IllegalArgumentException.class, () -> builder.maxMessageBytes(0));
    assertThrows(IllegalArgumentException.class, () -> builder.header("x-data-bin", "x"));
    assertThrows(IllegalArgumentException.class, () -> MemoryClient.create("unheard://%/x"));
  }

  /** waitUntilReady returns when the server takes connections, even if it does so only later. */
  @Test
  void waitUntilReady() throws Exception {
    ScriptedServer earlier = serve(ANSWERED);
    String target = earlier.target();
    int port = earlier.address().getPort();
    earlier.close();
    MemoryClient client = closing(MemoryClient.create(target));
    failed(Status.Code.UNAVAILABLE, () -> client.recall(QUESTION));
    Future<?> waiting = inThread(() -> client.waitUntilReady(PATIENCE));
    closing(new ScriptedServer(ANSWERED, port));
    await(waiting);
    client.recall(QUESTION);
  }

  private Future<?> inThread(Runnable action) {
    ExecutorService threads = Executors.newSingleThreadExecutor();
    closing(threads::shutdownNow);
    return threads.submit(action);
  }

  /**
   * waitUntilReady fails with UNAVAILABLE when the time is over, and with CANCELLED when the thread
   * is interrupted or the client closed.
   */
  @Test
  void waitUntilReadyInVain() throws Exception {
    // It accepts, and never answers.
    ServerSocket silent = closing(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
    MemoryClient client = closing(MemoryClient.create("127.0.0.1:" + silent.getLocalPort()));
    failed(Status.Code.UNAVAILABLE, () -> client.waitUntilReady(Duration.ofMillis(50)));
    Thread.currentThread().interrupt();
    failed(Status.Code.CANCELLED, () -> client.waitUntilReady(PATIENCE));
    assertTrue(Thread.interrupted());
    client.close();
    failed(Status.Code.CANCELLED, () -> client.waitUntilReady(PATIENCE));
  }

  /** The wait between two attempts to connect does not grow. */
  @Test
  void reconnectionIsBounded() throws Exception {
    ServerSocket refusing = closing(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
    refusing.setSoTimeout((int) PATIENCE.toMillis());
    ManagedChannel channel =
        Grpc.newChannelBuilder(
                "127.0.0.1:" + refusing.getLocalPort(), InsecureChannelCredentials.create())
            .build();
    closing(channel::shutdownNow);
    Reconnection.bound(channel, Duration.ofMillis(100));
    channel.getState(true);
    long started = System.nanoTime();
    for (int attempt = 0; attempt < 10; attempt++) {
      try (Socket socket = refusing.accept()) {
        socket.setSoLinger(true, 0);
      }
    }
    // gRPC alone would need minutes.
    assertTrue(System.nanoTime() - started < PATIENCE.toNanos());
  }

  /** Closing the client ends calls under way and later ones with CANCELLED. */
  @Test
  void close() throws Exception {
    CountDownLatch arrived = new CountDownLatch(1);
    ScriptedServer server =
        serve(
            attempt -> {
              arrived.countDown();
              attempt.untilGivenUp();
            });
    MemoryClient client = connect(server);
    Future<?> call = inThread(() -> failed(Status.Code.CANCELLED, () -> client.recall(QUESTION)));
    await(arrived);
    client.close();
    await(call);
    failed(Status.Code.CANCELLED, () -> client.recall(QUESTION));
    failed(Status.Code.CANCELLED, () -> client.ingestStream(List.of()));
    client.close();
  }

  /** Calls are spread over all addresses of a name. */
  @Test
  void roundRobin() throws Exception {
    List<ScriptedServer> servers = List.of(serve(ANSWERED), serve(ANSWERED));
    NameResolverProvider names = new TwoAddresses(servers);
    NameResolverRegistry.getDefaultRegistry().register(names);
    closing(() -> NameResolverRegistry.getDefaultRegistry().deregister(names));
    MemoryClient client = closing(MemoryClient.create("names:///memory"));
    while (servers.stream().anyMatch(server -> server.seen().isEmpty())) {
      client.recall(QUESTION);
    }
  }

  /** One client serves many threads. */
  @Test
  void manyThreads() throws Exception {
    MemoryClient client = connect(serve(ANSWERED));
    ExecutorService threads = Executors.newFixedThreadPool(50);
    closing(threads::shutdownNow);
    List<Future<?>> calls = new ArrayList<>();
    for (int call = 0; call < 200; call++) {
      calls.add(threads.submit(() -> client.ingest(IngestRequest.getDefaultInstance())));
    }
    for (Future<?> call : calls) {
      await(call);
    }
  }

  /** Resolves every name to the addresses of some servers. */
  private static final class TwoAddresses extends NameResolverProvider {
    private final List<ScriptedServer> servers;

    TwoAddresses(List<ScriptedServer> servers) {
      this.servers = servers;
    }

    @Override
    public NameResolver newNameResolver(URI target, NameResolver.Args arguments) {
      return new NameResolver() {
        @Override
        public String getServiceAuthority() {
          return "memory";
        }

        @Override
        public void start(Listener2 listener) {
          List<EquivalentAddressGroup> addresses =
              servers.stream().map(server -> new EquivalentAddressGroup(server.address())).toList();
          listener.onResult(
              ResolutionResult.newBuilder()
                  .setAddressesOrError(StatusOr.fromValue(addresses))
                  .build());
        }

        @Override
        public void shutdown() {}
      };
    }

    @Override
    public String getDefaultScheme() {
      return "names";
    }

    @Override
    protected boolean isAvailable() {
      return true;
    }

    @Override
    protected int priority() {
      return 5;
    }
  }
}
