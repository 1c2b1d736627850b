package com.example.orders;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OrderDraftTest {
  private static final OrderDraft.Line PEN = new OrderDraft.Line("pen", 2, 1990L);

  @Test
  void aCompleteDraftHasNoViolations() {
    assertEquals(List.of(), new OrderDraft("ada", "BRL", List.of(PEN)).violations());
  }

  @Test
  void everyMissingFieldIsNamedInOrder() {
    assertEquals(List.of("customer", "currency", "lines"), fields(new OrderDraft(null, null, null)));
  }

  @Test
  void aLineIsNamedByItsIndex() {
    var draft = new OrderDraft("ada", "BRL", List.of(PEN, new OrderDraft.Line(" ", null, -1L)));
    assertEquals(List.of("lines[1].sku", "lines[1].quantity", "lines[1].unitPrice"), fields(draft));
  }

  @Test
  void aNullLineIsNamed() {
    assertEquals(List.of("lines[0]"), fields(new OrderDraft("ada", "BRL", Collections.singletonList(null))));
  }

  @ParameterizedTest
  @CsvSource({"0, 1", "1, 0", "10000, 0", "10001, 1"})
  void aQuantityIsFromOneToTenThousand(int quantity, int violations) {
    var draft = new OrderDraft("ada", "BRL", List.of(new OrderDraft.Line("pen", quantity, 1L)));
    assertEquals(violations, draft.violations().size());
  }

  @ParameterizedTest
  @CsvSource({"brl", "BR", "BRLX", "''"})
  void aCurrencyHasThreeCapitals(String currency) {
    assertEquals(List.of("currency"), fields(new OrderDraft("ada", currency, List.of(PEN))));
  }

  private static List<String> fields(OrderDraft draft) {
    return draft.violations().stream().map(Violation::field).toList();
  }
}
