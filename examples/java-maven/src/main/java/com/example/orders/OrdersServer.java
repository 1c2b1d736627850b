package com.example.orders;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Serves an {@link OrdersApi} by HTTP, on all interfaces. */
final class OrdersServer implements AutoCloseable {
  /** Bytes; a longer body is answered with 413. */
  static final int MAX_BODY = 256 * 1024;

  private static final Logger LOG = System.getLogger(OrdersServer.class.getName());
  private static final int THREADS = 16;
  private static final Duration GRACE = Duration.ofSeconds(10);

  static {
    // Read once, by the JDK's server: without the first, an answer on a kept connection waits 40 ms for Nagle's
    // algorithm; the others (seconds) keep a client that stalls from holding a thread for ever.
    System.setProperty("sun.net.httpserver.nodelay", "true");
    System.setProperty("sun.net.httpserver.maxReqTime", "30");
    System.setProperty("sun.net.httpserver.maxRspTime", "30");
  }

  private final OrdersApi api;
  private final HttpServer http;
  private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
  /** One party for each request, and one for the server, which arrives when it is closed. */
  private final Phaser inFlight = new Phaser(1);

  private OrdersServer(OrdersApi api, HttpServer http) {
    this.api = api;
    this.http = http;
  }

  /**
   * Starts to serve.
   *
   * @param port 0 takes any that is free
   * @throws IOException if the port cannot be had
   */
  static OrdersServer start(OrdersApi api, int port) throws IOException {
    var server = new OrdersServer(api, HttpServer.create(new InetSocketAddress(port), 0));
    server.http.createContext("/", server::handle);
    server.http.setExecutor(server.threads);
    server.http.start();
    return server;
  }

  int port() {
    return http.getAddress().getPort();
  }

  /** How many requests are being answered. */
  int inFlight() {
    return inFlight.getRegisteredParties() - 1;
  }

  /** Waits up to ten seconds for the requests that are being answered, then takes no more and drops what is left. */
  @Override
  public void close() {
    // Not the delay of HttpServer.stop(): it is slept through to its end if the last request was answered just before.
    try {
      inFlight.awaitAdvanceInterruptibly(inFlight.arrive(), GRACE.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      LOG.log(Level.WARNING, "{0,number,#} requests took too long and are dropped", inFlight());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    http.stop(0);
    threads.shutdown();
  }

  private void handle(HttpExchange exchange) throws IOException {
    inFlight.register();
    try (exchange) {
      var response = respond(exchange);
      send(exchange, response);
      LOG.log(Level.INFO, "{0} {1} {2,number,#}",
          exchange.getRequestMethod(), exchange.getRequestURI().getRawPath(), response.status());
    } finally {
      inFlight.arriveAndDeregister();
    }
  }

  private Response respond(HttpExchange exchange) throws IOException {
    try {
      return api.answer(request(exchange));
    } catch (Problem e) {
      return e.response();
    } catch (SQLException e) {
      LOG.log(Level.ERROR, "the database failed", e);
      return Problem.of(503, "the database does not answer").response();
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "a request failed", e);
      return Problem.of(500, "the service failed").response();
    }
  }

  private static Request request(HttpExchange exchange) throws IOException, Problem {
    var body = exchange.getRequestBody().readNBytes(MAX_BODY + 1);
    if (body.length > MAX_BODY) {
      throw Problem.of(413, "the body has more than " + MAX_BODY + " bytes");
    }
    var method = exchange.getRequestMethod();
    return new Request(
        method.equals("HEAD") ? "GET" : method,
        exchange.getRequestURI().getPath(),
        query(exchange.getRequestURI().getRawQuery()),
        new String(body, StandardCharsets.UTF_8));
  }

  private static Map<String, String> query(String raw) throws Problem {
    var parameters = new HashMap<String, String>();
    for (var pair : raw == null ? new String[0] : raw.split("&")) {
      var halves = pair.split("=", 2);
      parameters.put(decode(halves[0]), halves.length == 2 ? decode(halves[1]) : "");
    }
    return parameters;
  }

  private static String decode(String text) throws Problem {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw Problem.of(400, "the query has a % that is followed by no two hexadecimal digits");
    }
  }

  private static void send(HttpExchange exchange, Response response) throws IOException {
    var body = (Json.write(response.body()) + "\n").getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", response.contentType());
    response.headers().forEach(exchange.getResponseHeaders()::set);
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.getResponseHeaders().set("Content-Length", Integer.toString(body.length));
      exchange.sendResponseHeaders(response.status(), -1);
    } else {
      exchange.sendResponseHeaders(response.status(), body.length);
      exchange.getResponseBody().write(body);
    }
  }
}
