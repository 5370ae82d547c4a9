package dev.memsvc.driver;

import com.google.gson.JsonObject;
import dev.memsvc.client.MemsvcException;

/** A stream that failed after some events. */
final class PartialAnswerException extends Exception {
  private static final long serialVersionUID = 1;

  private final transient JsonObject response;
  private final MemsvcException failure;

  PartialAnswerException(JsonObject response, MemsvcException failure) {
    super(failure);
    this.response = response;
    this.failure = failure;
  }

  JsonObject response() {
    return response;
  }

  MemsvcException failure() {
    return failure;
  }
}
