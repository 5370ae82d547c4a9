package dev.memsvc.client;

import com.google.gson.Gson;
import com.google.gson.reflect.TypeToken;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** The service config of the connection: which calls are retried, and how. */
final class ServiceConfig {
  static final String FILE = "memsvc_grpc_service_config.json";

  private ServiceConfig() {}

  /**
   * Reads the file of the contract, with numbers as Double, as gRPC wants them.
   *
   * <p>Its timeouts are left out. gRPC takes the lesser of the file's and the call's, so that a
   * caller could never ask for more; and every call of this client has a deadline of its own.
   */
  static Map<String, Object> load() {
    Map<String, Object> config;
    try (InputStream file = ServiceConfig.class.getResourceAsStream(FILE)) {
      config =
          new Gson()
              .fromJson(
                  new InputStreamReader(file, StandardCharsets.UTF_8),
                  new TypeToken<Map<String, Object>>() {}.getType());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    for (Object method : (List<?>) config.get("methodConfig")) {
      ((Map<?, ?>) method).remove("timeout");
    }
    return config;
  }
}
