package com.example.orders;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;

/**
 * An order as a client asks for it: whatever the body of the request held, so any field may be null or out of bounds
 * until {@link #violations()} is empty.
 */
record OrderDraft(String customer, String currency, List<Line> lines) {

  /** {@code unitPrice} is in the minor unit of the order's currency. */
  record Line(String sku, Integer quantity, Long unitPrice) {}

  private static final int MAX_TEXT = 100;
  private static final int MAX_LINES = 200;
  private static final int MAX_QUANTITY = 10_000;
  private static final long MAX_UNIT_PRICE = 1_000_000_000L;
  private static final Pattern CURRENCY = Pattern.compile("[A-Z]{3}");

  OrderDraft {
    // Not List.copyOf: a client may send null for a line, and is told so by violations().
    lines = lines == null ? null : Collections.unmodifiableList(new ArrayList<>(lines));
  }

  /** Everything that is wrong, in the order of the fields; empty if an order can be made of this. */
  List<Violation> violations() {
    var found = new ArrayList<Violation>();
    checkText(found, "customer", customer);
    if (currency == null || !CURRENCY.matcher(currency).matches()) {
      found.add(new Violation("currency", "must be an ISO 4217 code such as BRL"));
    }
    if (lines == null || lines.isEmpty() || lines.size() > MAX_LINES) {
      found.add(new Violation("lines", "must have 1 to " + MAX_LINES + " entries"));
      return found;
    }
    for (int i = 0; i < lines.size(); i++) {
      checkLine(found, "lines[" + i + "]", lines.get(i));
    }
    return found;
  }

  /** The lines, once there are no violations. */
  List<OrderLine> orderLines() {
    return lines.stream().map(line -> new OrderLine(line.sku(), line.quantity(), line.unitPrice())).toList();
  }

  private static void checkLine(List<Violation> found, String field, Line line) {
    if (line == null) {
      found.add(new Violation(field, "must be an object"));
      return;
    }
    checkText(found, field + ".sku", line.sku());
    checkRange(found, field + ".quantity", line.quantity(), 1, MAX_QUANTITY);
    checkRange(found, field + ".unitPrice", line.unitPrice(), 0, MAX_UNIT_PRICE);
  }

  private static void checkText(List<Violation> found, String field, String text) {
    if (text == null || text.isBlank() || text.length() > MAX_TEXT) {
      found.add(new Violation(field, "must have 1 to " + MAX_TEXT + " characters, not all blank"));
    }
  }

  private static void checkRange(List<Violation> found, String field, Number number, long min, long max) {
    if (number == null || number.longValue() < min || number.longValue() > max) {
      found.add(new Violation(field, "must be a whole number from " + min + " to " + max));
    }
  }
}
