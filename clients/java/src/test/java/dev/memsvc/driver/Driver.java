package dev.memsvc.driver;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.memsvc.client.MemsvcException;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Lets a program in another language try the client. It reads commands from standard input and
 * writes one answer a command to standard output, in order, each as JSON on a line.
 */
public final class Driver {
  private static final Gson GSON = new GsonBuilder().serializeNulls().create();

  private Driver() {}

  /** Answers commands until the input ends. */
  public static void main(String[] arguments) throws IOException {
    PrintStream answers =
        new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
    System.setOut(System.err); // whatever else is printed must not stand between answers
    try (Operations operations = new Operations();
        BufferedReader commands =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line = commands.readLine(); line != null; line = commands.readLine()) {
        answers.print(GSON.toJson(answer(operations, line)) + "\n");
        answers.flush();
      }
    }
  }

  private static JsonObject answer(Operations operations, String line) {
    JsonObject answer = new JsonObject();
    try {
      JsonObject command = JsonParser.parseString(line).getAsJsonObject();
      answer.add("id", command.get("id"));
      answer.add("response", operations.perform(command));
    } catch (PartialAnswerException e) {
      answer.add("response", e.response());
      answer.add("error", describe(e.failure()));
    } catch (MemsvcException e) {
      answer.add("error", describe(e));
    } catch (Exception e) {
      e.printStackTrace();
      answer.addProperty("failure", e.toString());
    }
    return answer;
  }

  private static JsonElement describe(MemsvcException failure) {
    JsonObject described = new JsonObject();
    described.addProperty("code", failure.getCode().name());
    described.addProperty("reason", failure.getReason());
    described.addProperty("message", failure.getDescription());
    described.add("field_violations", GSON.toJsonTree(failure.getFieldViolations()));
    described.addProperty(
        "retry_after_seconds",
        failure.getRetryAfter().map(delay -> delay.toNanos() / 1e9).orElse(null));
    described.addProperty("error_id", failure.getErrorId());
    described.addProperty("request_id", failure.getRequestId());
    described.add("metadata", GSON.toJsonTree(failure.getMetadata()));
    return described;
  }
}
