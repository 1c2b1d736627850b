package com.example.orders;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the one-off commands in this process, over a database that holds one old and one new order. */
class CommandsTest {
  @TempDir Path folder;

  private final TestClock clock = new TestClock();
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void fill() throws SQLException {
    var draft = new OrderDraft("ada", "BRL", List.of(new OrderDraft.Line("pen", 2, 1990L)));
    try (var store = OrderStore.open(file(), clock)) {
      store.create(draft);
      clock.advance(Duration.ofDays(40));
      store.create(draft);
    }
  }

  @Test
  void aDryRunOnlyCounts() throws SQLException {
    assertEquals(0, run("close-stale", "--older-than", "30d", "--dry-run"));
    assertEquals("would close 1 created before 2024-05-11T12:00:00Z", out.toString().strip());
    assertEquals(List.of(1L, 2L), ids(OrderStatus.OPEN));
  }

  @Test
  void staleOrdersAreClosed() throws SQLException {
    assertEquals(0, run("close-stale", "--older-than=30d"));
    assertEquals("closed 1 created before 2024-05-11T12:00:00Z", out.toString().strip());
    assertEquals(List.of(2L), ids(OrderStatus.OPEN));
    assertEquals(List.of(1L), ids(OrderStatus.CLOSED));
  }

  @Test
  void anExportHasOneOrderALine() {
    assertEquals(0, run("export"));
    var lines = out.toString().lines().toList();
    assertEquals(2, lines.size());
    assertTrue(lines.get(0).startsWith("{\"id\":1,\"status\":\"open\","), lines.get(0));
  }

  @Test
  void anExportOfOneStatusLeavesOutTheRest() {
    assertEquals(0, run("export", "--status", "cancelled"));
    assertEquals("", out.toString());
  }

  @Test
  void anAgeWithoutAUnitIsWrongUsage() {
    assertEquals(2, run("close-stale", "--older-than", "30"));
    assertTrue(err.toString().contains("'30' is no age such as 90m, 12h or 30d"), err.toString());
  }

  @Test
  void aStatusThatIsNoneIsWrongUsage() {
    assertEquals(2, run("export", "--status", "done"));
    assertTrue(err.toString().contains("'done' is not one of open, closed, cancelled"), err.toString());
  }

  @Test
  void aDatabaseThatCannotBeOpenedIsAFailureInOneLine() {
    assertEquals(1, run("export", "--db", folder.resolve("none/orders.db").toString()));
    assertTrue(err.toString().startsWith("services-orders export: "), err.toString());
    assertEquals(1, err.toString().lines().count());
  }

  private int run(String... arguments) {
    var all = new ArrayList<>(List.of("--db", file().toString()));
    all.addAll(List.of(arguments));
    return Main.commandLine(clock)
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(all.toArray(String[]::new));
  }

  private List<Long> ids(OrderStatus status) throws SQLException {
    try (var store = OrderStore.open(file(), clock)) {
      return store.list(status, 0, 10).stream().map(Order::id).toList();
    }
  }

  private Path file() {
    return folder.resolve("orders.db");
  }
}
