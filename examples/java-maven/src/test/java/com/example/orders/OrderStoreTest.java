package com.example.orders;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OrderStoreTest {
  private static final OrderDraft DRAFT =
      new OrderDraft("ada", "BRL", List.of(new OrderDraft.Line("pen", 2, 1990L), new OrderDraft.Line("ink", 1, 500L)));

  @TempDir Path folder;

  private final TestClock clock = new TestClock();
  private OrderStore store;

  @BeforeEach
  void open() throws SQLException {
    store = OrderStore.open(folder.resolve("orders.db"), clock);
  }

  @AfterEach
  void close() throws SQLException {
    store.close();
  }

  @Test
  void aNewOrderIsOpenAndHasATotal() throws SQLException {
    var order = store.create(DRAFT);
    assertEquals(OrderStatus.OPEN, order.status());
    assertEquals(4480, order.total());
    assertEquals(TestClock.START, order.createdAt());
    assertNull(order.closedAt());
    assertEquals(Optional.of(order), store.find(order.id()));
  }

  @Test
  void anOrderEndsOnce() throws SQLException {
    var id = store.create(DRAFT).id();
    clock.advance(Duration.ofMinutes(1));
    var closed = store.end(id, OrderStatus.CLOSED).orElseThrow();
    assertEquals(OrderStatus.CLOSED, closed.status());
    assertEquals(clock.instant(), closed.closedAt());
    assertEquals(Optional.empty(), store.end(id, OrderStatus.CANCELLED));
    assertEquals(Optional.of(closed), store.find(id));
  }

  @Test
  void aListIsPagedByIdAndFilteredByStatus() throws SQLException {
    var first = store.create(DRAFT);
    var second = store.create(DRAFT);
    var third = store.create(DRAFT);
    assertEquals(List.of(first, second), store.list(null, 0, 2));
    assertEquals(List.of(third), store.list(null, second.id(), 2));
    store.end(second.id(), OrderStatus.CLOSED);
    assertEquals(List.of(first, third), store.list(OrderStatus.OPEN, 0, 10));
  }

  @Test
  void onlyOldOpenOrdersAreStale() throws SQLException {
    var old = store.create(DRAFT).id();
    var cancelled = store.create(DRAFT).id();
    store.end(cancelled, OrderStatus.CANCELLED);
    clock.advance(Duration.ofDays(1));
    var before = clock.instant();
    var fresh = store.create(DRAFT).id();

    assertEquals(1, store.countStale(before));
    assertEquals(1, store.closeStale(before));
    assertEquals(OrderStatus.CLOSED, store.find(old).orElseThrow().status());
    assertEquals(OrderStatus.CANCELLED, store.find(cancelled).orElseThrow().status());
    assertEquals(OrderStatus.OPEN, store.find(fresh).orElseThrow().status());
  }

  @Test
  void theFileMayBeOpenTwice() throws SQLException {
    try (var other = OrderStore.open(folder.resolve("orders.db"), clock)) {
      var order = other.create(DRAFT);
      assertEquals(Optional.of(order), store.find(order.id()));
    }
  }

  @Test
  void aFolderThatIsNotThereIsAnError() {
    assertThrows(SQLException.class, () -> OrderStore.open(folder.resolve("none/orders.db"), clock));
  }
}
