package com.example.orders;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The orders, in an SQLite file that a server and one-off commands may use at the same time.
 *
 * <p>Safe for use by several threads: one connection, one statement at a time. Another process that writes is waited
 * for up to five seconds. Every method throws {@link SQLException} if the file cannot be read or written, and has then
 * changed nothing.
 */
final class OrderStore implements AutoCloseable {
  private static final String SCHEMA =
      """
      create table if not exists orders (
        id         integer primary key autoincrement,
        status     text    not null,
        customer   text    not null,
        currency   text    not null,
        lines      text    not null,  -- JSON: read and written with their order, never searched
        created_at integer not null,  -- milliseconds since 1970
        closed_at  integer
      )
      """;
  private static final String STATUS_INDEX =
      "create index if not exists orders_by_status on orders (status, created_at)";

  private final Object lock = new Object();
  private final Connection connection;
  private final Clock clock;

  private OrderStore(Connection connection, Clock clock) {
    this.connection = connection;
    this.clock = clock;
  }

  /** Opens the file and makes it, with its tables, if there is none; its folder must exist. */
  static OrderStore open(Path file, Clock clock) throws SQLException {
    var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
    try (var statement = connection.createStatement()) {
      statement.execute("pragma busy_timeout = 5000");
      statement.execute("pragma journal_mode = wal");
      statement.execute(SCHEMA);
      statement.execute(STATUS_INDEX);
      return new OrderStore(connection, clock);
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  /** Throws if the database does not answer. */
  void ping() throws SQLException {
    execute("select * from orders limit 1", OrderStore::orders);
  }

  /** Stores a draft without violations as an open order. */
  Order create(OrderDraft draft) throws SQLException {
    var inserted =
        execute(
            """
            insert into orders (status, customer, currency, lines, created_at)
            values ('open', ?, ?, ?, ?) returning *
            """,
            OrderStore::orders,
            draft.customer(), draft.currency(), Json.write(draft.orderLines()), now());
    return inserted.get(0);
  }

  Optional<Order> find(long id) throws SQLException {
    return execute("select * from orders where id = ?", OrderStore::orders, id).stream().findFirst();
  }

  /**
   * Orders by ascending id.
   *
   * @param status only those, or all if null
   * @param after only ids above it; 0 starts at the first
   * @param limit at most so many
   */
  List<Order> list(OrderStatus status, long after, int limit) throws SQLException {
    var name = status == null ? null : status.toString();
    return execute(
        "select * from orders where id > ? and (? is null or status = ?) order by id limit ?",
        OrderStore::orders,
        after, name, name, limit);
  }

  /** Ends an open order. Nothing is given, and nothing changed, if no open order has that id. */
  Optional<Order> end(long id, OrderStatus status) throws SQLException {
    var ended =
        execute(
            "update orders set status = ?, closed_at = ? where id = ? and status = 'open' returning *",
            OrderStore::orders,
            status.toString(), now(), id);
    return ended.stream().findFirst();
  }

  /** How many open orders were created before that time. */
  int countStale(Instant before) throws SQLException {
    return execute(
        "select count(*) from orders where status = 'open' and created_at < ?",
        OrderStore::count,
        before.toEpochMilli());
  }

  /** Closes the open orders that were created before that time, all or none, and gives their number. */
  int closeStale(Instant before) throws SQLException {
    return execute(
        "update orders set status = 'closed', closed_at = ? where status = 'open' and created_at < ?",
        PreparedStatement::executeUpdate,
        now(), before.toEpochMilli());
  }

  @Override
  public void close() throws SQLException {
    synchronized (lock) {
      connection.close();
    }
  }

  private long now() {
    return clock.millis();
  }

  private <T> T execute(String sql, Work<T> work, Object... values) throws SQLException {
    synchronized (lock) {
      try (var statement = connection.prepareStatement(sql)) {
        for (int i = 0; i < values.length; i++) {
          statement.setObject(i + 1, values[i]);
        }
        return work.on(statement);
      }
    }
  }

  @FunctionalInterface
  private interface Work<T> {
    T on(PreparedStatement statement) throws SQLException;
  }

  private static int count(PreparedStatement statement) throws SQLException {
    try (var rows = statement.executeQuery()) {
      rows.next();
      return rows.getInt(1);
    }
  }

  private static List<Order> orders(PreparedStatement statement) throws SQLException {
    try (var rows = statement.executeQuery()) {
      var orders = new ArrayList<Order>();
      while (rows.next()) {
        orders.add(order(rows));
      }
      return orders;
    }
  }

  private static Order order(ResultSet row) throws SQLException {
    var closedAt = row.getLong("closed_at");
    var open = row.wasNull();
    return new Order(
        row.getLong("id"),
        OrderStatus.named(row.getString("status")).orElseThrow(),
        row.getString("customer"),
        row.getString("currency"),
        Json.readLines(row.getString("lines")),
        Instant.ofEpochMilli(row.getLong("created_at")),
        open ? null : Instant.ofEpochMilli(closedAt));
  }
}
