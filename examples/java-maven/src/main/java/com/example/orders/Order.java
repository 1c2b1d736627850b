package com.example.orders;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.time.Instant;
import java.util.List;

/**
 * What a customer has ordered, as it is stored and as clients see it.
 *
 * <p>Amounts are in the currency's minor unit: 1990 with {@code BRL} is R$ 19,90.
 *
 * @param id positive, given by the store, never used twice
 * @param currency an ISO 4217 code
 * @param lines at least one
 * @param createdAt to the millisecond
 * @param closedAt when the order left {@link OrderStatus#OPEN}, to the millisecond; null while it is open
 */
@JsonPropertyOrder({"id", "status", "customer", "currency", "lines", "total", "createdAt", "closedAt"})
record Order(
    long id,
    OrderStatus status,
    String customer,
    String currency,
    List<OrderLine> lines,
    Instant createdAt,
    Instant closedAt) {

  Order {
    lines = List.copyOf(lines);
  }

  /**
   * The sum over all lines, in the currency's minor unit.
   *
   * @throws ArithmeticException if it is no {@code long}; the limits of {@link OrderDraft} rule that out
   */
  @JsonProperty
  long total() {
    return lines.stream().mapToLong(OrderLine::amount).reduce(0, Math::addExact);
  }
}
