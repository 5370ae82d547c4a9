package dev.memsvc.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.grpc.ServerCredentials;
import io.grpc.Status;
import io.grpc.TlsChannelCredentials;
import io.grpc.TlsServerCredentials;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsTest extends ServedTest {
  private static final char[] PASSWORD = "password".toCharArray();

  @TempDir private static Path folder;
  private static KeyStore keys;

  /** Makes a certificate that signs itself, with the JDK's own tool. */
  @BeforeAll
  static void makeCertificate() throws Exception {
    Path file = folder.resolve("keys.p12");
    String tool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
    String command =
        tool
            + " -genkeypair -alias server -keyalg EC -dname CN=memsvc -ext san=ip:127.0.0.1"
            + " -storetype PKCS12 -storepass password -keystore "
            + file;
    Process process =
        new ProcessBuilder(command.split(" "))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertEquals(0, process.waitFor());
    keys = KeyStore.getInstance("PKCS12");
    try (InputStream stream = Files.newInputStream(file)) {
      keys.load(stream, PASSWORD);
    }
  }

  private static ServerCredentials serverCredentials() throws Exception {
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(keys, PASSWORD);
    return TlsServerCredentials.newBuilder().keyManager(managers.getKeyManagers()).build();
  }

  private static Path roots() throws Exception {
    String encoded =
        Base64.getMimeEncoder(64, new byte[] {'\n'})
            .encodeToString(keys.getCertificate("server").getEncoded());
    return Files.writeString(
        folder.resolve("roots.pem"),
        "-----BEGIN CERTIFICATE-----\n" + encoded + "\n-----END CERTIFICATE-----\n");
  }

  /** With TLS the server has to show a certificate that the roots know; the key goes over it. */
  @Test
  void rootsDecide() throws Exception {
    ScriptedServer server = serve(ANSWERED, serverCredentials());
    TlsChannelCredentials.Builder trusting =
        TlsChannelCredentials.newBuilder().trustManager(roots().toFile());
    connect(server, builder -> builder.credentials(trusting.build()).apiKey("secret"))
        .recall(QUESTION);
    assertEquals("Bearer secret", server.seen().get(0).header("authorization"));
    MemoryClient system = connect(server, MemoryClientBuilder::tls);
    failed(Status.Code.UNAVAILABLE, () -> system.recall(QUESTION));
    MemoryClient plaintext = connect(server);
    failed(Status.Code.UNAVAILABLE, () -> plaintext.recall(QUESTION));
    assertEquals(1, server.seen().size());
  }
}
