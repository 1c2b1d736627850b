package @@group@@.@@name_flat@@;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** The HTTP service, on all interfaces. */
final class Server implements AutoCloseable {
  private static final int THREADS = 16;
  private static final int GRACE_SECONDS = 10;

  private final HttpServer http;
  private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);

  private Server(HttpServer http) {
    this.http = http;
  }

  /** Starts to serve; port 0 takes any that is free. */
  static Server start(int port) throws IOException {
    var server = new Server(HttpServer.create(new InetSocketAddress(port), 0));
    server.http.createContext("/", Server::answer);
    server.http.setExecutor(server.threads);
    server.http.start();
    return server;
  }

  int port() {
    return http.getAddress().getPort();
  }

  /** Waits up to ten seconds for the requests that are being answered, and ends. */
  @Override
  public void close() {
    threads.shutdown();
    try {
      threads.awaitTermination(GRACE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    http.stop(0);
  }

  private static void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      switch (exchange.getRequestURI().getPath()) {
        case "/health" -> send(exchange, 200, "application/json", "{\"status\":\"ok\"}\n");
        case "/" -> send(exchange, 200, "text/plain; charset=utf-8", "@@name@@\n");
        default -> send(exchange, 404, "text/plain; charset=utf-8", "there is no such page\n");
      }
    }
  }

  private static void send(HttpExchange exchange, int status, String type, String text) throws IOException {
    var body = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
  }
}
