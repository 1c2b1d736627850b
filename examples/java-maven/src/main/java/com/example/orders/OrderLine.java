package com.example.orders;

/**
 * One article of an order.
 *
 * @param unitPrice in the minor unit of the order's currency
 */
record OrderLine(String sku, int quantity, long unitPrice) {

  /**
   * Quantity times price, in the minor unit of the order's currency.
   *
   * @throws ArithmeticException if it is no {@code long}; the limits of {@link OrderDraft} rule that out
   */
  long amount() {
    return Math.multiplyExact(unitPrice, quantity);
  }
}
