package com.example.orders;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** Where an order is in its life: it starts open, and ends closed or cancelled for good. */
enum OrderStatus {
  OPEN,
  CLOSED,
  CANCELLED;

  /** The name in JSON, in queries, on the command line and in the database: in lower case. */
  @Override
  @JsonValue
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The status of that name, or nothing; names are in lower case. */
  static Optional<OrderStatus> named(String name) {
    return Arrays.stream(values()).filter(status -> status.toString().equals(name)).findFirst();
  }

  /** All names, as an error message lists them. */
  static String names() {
    return Arrays.stream(values()).map(OrderStatus::toString).collect(Collectors.joining(", "));
  }
}
