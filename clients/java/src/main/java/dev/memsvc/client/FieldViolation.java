package dev.memsvc.client;

import java.io.Serializable;
import java.util.Objects;

/** A field of a request that breaks a rule of the contract. */
public final class FieldViolation implements Serializable {
  private static final long serialVersionUID = 1;

  private final String field;
  private final String description;

  FieldViolation(String field, String description) {
    this.field = field;
    this.description = description;
  }

  /**
   * Returns the path of the field.
   *
   * @return for example {@code messages[0].content}
   */
  public String getField() {
    return field;
  }

  /**
   * Returns what is wrong with it.
   *
   * @return a text for a person
   */
  public String getDescription() {
    return description;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FieldViolation
        && field.equals(((FieldViolation) other).field)
        && description.equals(((FieldViolation) other).description);
  }

  @Override
  public int hashCode() {
    return Objects.hash(field, description);
  }

  @Override
  public String toString() {
    return field + ": " + description;
  }
}
