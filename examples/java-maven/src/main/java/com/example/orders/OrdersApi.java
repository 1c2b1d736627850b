package com.example.orders;

import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The HTTP API: knows paths, methods and status codes, but neither sockets nor SQL. */
final class OrdersApi {
  private static final int DEFAULT_LIMIT = 50;
  private static final int MAX_LIMIT = 500;

  private final OrderStore store;
  private final String version;
  private final List<Route> routes =
      List.of(
          Route.of("GET", "/health", (request, id) -> health()),
          Route.of("GET", "/orders", (request, id) -> list(request)),
          Route.of("POST", "/orders", (request, id) -> create(request)),
          Route.of("GET", "/orders/{id}", (request, id) -> get(id)),
          Route.of("POST", "/orders/{id}/close", (request, id) -> end(id, OrderStatus.CLOSED)),
          Route.of("POST", "/orders/{id}/cancel", (request, id) -> end(id, OrderStatus.CANCELLED)));

  /** {@code version} is what {@code /health} names as the version that runs. */
  OrdersApi(OrderStore store, String version) {
    this.store = store;
    this.version = version;
  }

  /**
   * Answers one request.
   *
   * @throws Problem if the client is at fault, or asked for what is not there
   * @throws SQLException if the store failed
   */
  Response answer(Request request) throws Problem, SQLException {
    var here = routes.stream().filter(route -> route.matches(request.path())).toList();
    if (here.isEmpty()) {
      throw Problem.of(404, "nothing is at " + request.path());
    }
    for (var route : here) {
      if (route.method().equals(request.method())) {
        return route.answer(request);
      }
    }
    var allowed = here.stream().map(Route::method).collect(Collectors.joining(", "));
    throw Problem.methodNotAllowed(request.method(), allowed);
  }

  private Response health() throws SQLException {
    store.ping();
    return Response.ok(Map.of("status", "up", "version", version));
  }

  private Response list(Request request) throws Problem, SQLException {
    var after = number(request, "after", 0, 0, Long.MAX_VALUE);
    var limit = (int) number(request, "limit", DEFAULT_LIMIT, 1, MAX_LIMIT);
    return Response.ok(Map.of("orders", store.list(status(request), after, limit)));
  }

  private Response create(Request request) throws Problem, SQLException {
    var draft = Json.parse(request.body(), OrderDraft.class);
    var violations = draft.violations();
    if (!violations.isEmpty()) {
      throw Problem.badRequest(violations);
    }
    var order = store.create(draft);
    return Response.created("/orders/" + order.id(), order);
  }

  private Response get(long id) throws Problem, SQLException {
    return Response.ok(find(id));
  }

  private Response end(long id, OrderStatus status) throws Problem, SQLException {
    var ended = store.end(id, status);
    if (ended.isPresent()) {
      return Response.ok(ended.get());
    }
    throw Problem.of(409, "order " + id + " is " + find(id).status() + " already");
  }

  private Order find(long id) throws Problem, SQLException {
    return store.find(id).orElseThrow(() -> Problem.of(404, "there is no order " + id));
  }

  private static OrderStatus status(Request request) throws Problem {
    var name = request.parameter("status");
    if (name.isEmpty()) {
      return null;
    }
    return OrderStatus.named(name.get())
        .orElseThrow(() -> Problem.badRequest("status", "must be one of " + OrderStatus.names()));
  }

  private static long number(Request request, String name, long absent, long min, long max) throws Problem {
    var text = request.parameter(name);
    if (text.isEmpty()) {
      return absent;
    }
    try {
      var number = Long.parseLong(text.get());
      if (number >= min && number <= max) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Answered like a number out of range.
    }
    throw Problem.badRequest(name, "must be a whole number from " + min + " to " + max);
  }

  @FunctionalInterface
  private interface Handler {
    /** {@code id} is 0 on a path without one. */
    Response answer(Request request, long id) throws Problem, SQLException;
  }

  private record Route(String method, Pattern path, Handler handler) {

    static Route of(String method, String path, Handler handler) {
      return new Route(method, Pattern.compile(path.replace("{id}", "(?<id>[0-9]{1,18})")), handler);
    }

    boolean matches(String actual) {
      return path.matcher(actual).matches();
    }

    Response answer(Request request) throws Problem, SQLException {
      var match = path.matcher(request.path());
      var hasId = match.matches() && match.groupCount() > 0;
      return handler.answer(request, hasId ? Long.parseLong(match.group("id")) : 0);
    }
  }
}
