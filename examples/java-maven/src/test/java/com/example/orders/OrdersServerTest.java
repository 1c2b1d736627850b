package com.example.orders;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Speaks HTTP to a server on a port of its own, with a database file of its own. */
class OrdersServerTest {
  private static final String DRAFT =
      """
      {"customer": "ada", "currency": "BRL", "lines": [{"sku": "pen", "quantity": 2, "unitPrice": 1990}]}
      """;

  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  @TempDir Path folder;

  private OrderStore store;
  private OrdersServer server;

  @BeforeEach
  void start() throws IOException, SQLException {
    store = OrderStore.open(folder.resolve("orders.db"), new TestClock());
    server = OrdersServer.start(new OrdersApi(store, "abc1234"), 0);
  }

  @AfterEach
  void stop() throws SQLException {
    server.close();
    store.close();
  }

  @Test
  void healthNamesTheVersion() throws Exception {
    var answer = send("GET", "/health", "");
    assertEquals(200, answer.statusCode());
    assertEquals(json("{\"status\": \"up\", \"version\": \"abc1234\"}"), json(answer.body()));
  }

  @Test
  void healthIsDownWithoutADatabase() throws Exception {
    store.close();
    assertEquals(503, send("GET", "/health", "").statusCode());
  }

  @Test
  void anOrderIsCreatedFoundAndClosed() throws Exception {
    var created = send("POST", "/orders", DRAFT);
    assertEquals(201, created.statusCode());
    assertEquals("application/json", created.headers().firstValue("Content-Type").orElseThrow());
    assertEquals("/orders/1", created.headers().firstValue("Location").orElseThrow());
    assertEquals(
        json(
            """
            {
              "id": 1,
              "status": "open",
              "customer": "ada",
              "currency": "BRL",
              "lines": [{"sku": "pen", "quantity": 2, "unitPrice": 1990}],
              "total": 3980,
              "createdAt": "2024-05-01T12:00:00Z"
            }
            """),
        json(created.body()));
    assertEquals(created.body(), send("GET", "/orders/1", "").body());

    var closed = send("POST", "/orders/1/close", "");
    assertEquals(200, closed.statusCode());
    assertEquals("closed", json(closed.body()).path("status").asText());
    assertEquals("2024-05-01T12:00:00Z", json(closed.body()).path("closedAt").asText());

    var again = send("POST", "/orders/1/cancel", "");
    assertEquals(409, again.statusCode());
    assertEquals("order 1 is closed already", json(again.body()).path("detail").asText());
  }

  @Test
  void aListIsFilteredAndPaged() throws Exception {
    for (int i = 0; i < 3; i++) {
      send("POST", "/orders", DRAFT);
    }
    send("POST", "/orders/1/close", "");
    assertEquals(List.of(1, 2, 3), ids("/orders"));
    assertEquals(List.of(2, 3), ids("/orders?status=open"));
    assertEquals(List.of(3), ids("/orders?after=2"));
    assertEquals(List.of(1), ids("/orders?limit=1"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                                    | customer",
        "{\"customer\": 7}                     | customer",
        "{\"costumer\": \"ada\"}               | costumer",
        "{\"lines\": {}}                       | lines",
        "{\"lines\": [{\"quantity\": 1.5}]}    | lines[0].quantity",
        "{\"lines\": [{}, {\"sku\": true}]}    | lines[1].sku",
        "{\"lines\": [{\"unitPrice\": \"1\"}]} | lines[0].unitPrice",
        "[]                                    | body",
        "null                                  | body",
        "{} {}                                 | body",
        "''                                    | body",
        "{\"customer\":                        | body",
      })
  void aBadBodyIsAnsweredWithTheFieldAtFault(String body, String field) throws Exception {
    assertBadRequest(field, send("POST", "/orders", body));
  }

  @ParameterizedTest
  @CsvSource({"status=done, status", "limit=0, limit", "limit=501, limit", "after=x, after"})
  void aBadParameterIsAnsweredWithItsName(String query, String parameter) throws Exception {
    assertBadRequest(parameter, send("GET", "/orders?" + query, ""));
  }

  @Test
  void everyFieldAtFaultIsNamed() throws Exception {
    var answer = send("POST", "/orders", "{\"currency\": \"real\", \"lines\": []}");
    assertEquals(List.of("customer", "currency", "lines"), json(answer.body()).findValuesAsText("field"));
  }

  @ParameterizedTest
  @CsvSource({
    "GET,    /orders/99,       404",
    "POST,   /orders/99/close, 404",
    "GET,    /orders/x,        404",
    "GET,    /elsewhere,       404",
    "DELETE, /orders,          405",
    "GET,    /orders?a=%25zz,  200",
    "GET,    /orders/1/close,  405",
  })
  void whatIsNotThereHasItsStatus(String method, String path, int status) throws Exception {
    assertEquals(status, send(method, path, "").statusCode());
  }

  @Test
  void aMethodThatIsNotAllowedIsToldWhichAre() throws Exception {
    assertEquals("GET, POST", send("PUT", "/orders", "").headers().firstValue("Allow").orElseThrow());
  }

  @Test
  void aBodyThatIsTooLongIsRefused() throws Exception {
    assertEquals(413, send("POST", "/orders", " ".repeat(OrdersServer.MAX_BODY + 1)).statusCode());
  }

  @Test
  void headIsGetWithoutABody() throws Exception {
    var answer = send("HEAD", "/health", "");
    assertEquals(200, answer.statusCode());
    assertEquals("", answer.body());
  }

  @Test
  @Timeout(30)
  void aRequestThatIsBeingAnsweredIsFinishedBeforeTheStop() throws Exception {
    try (var socket = new Socket("localhost", server.port())) {
      var head = "POST /orders HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + DRAFT.length() + "\r\n\r\n";
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      while (server.inFlight() == 0) {
        Thread.onSpinWait();
      }
      var closing = CompletableFuture.runAsync(server::close);
      socket.getOutputStream().write(DRAFT.getBytes(StandardCharsets.US_ASCII));
      var answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      assertTrue(answer.startsWith("HTTP/1.1 201 "), answer);
      closing.join();
    }
  }

  private static void assertBadRequest(String field, HttpResponse<String> answer) throws IOException {
    assertEquals(400, answer.statusCode());
    assertEquals("application/problem+json", answer.headers().firstValue("Content-Type").orElseThrow());
    var problem = json(answer.body());
    assertEquals(field, problem.at("/violations/0/field").asText());
    assertTrue(problem.path("detail").asText().startsWith(field + ": "));
  }

  private List<Integer> ids(String path) throws Exception {
    var orders = json(send("GET", path, "").body()).path("orders");
    return StreamSupport.stream(orders.spliterator(), false).map(order -> order.path("id").asInt()).toList();
  }

  private HttpResponse<String> send(String method, String path, String body) throws Exception {
    var request = HttpRequest.newBuilder(URI.create("http://localhost:" + server.port() + path))
        .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
        .build();
    return CLIENT.send(request, BodyHandlers.ofString());
  }

  private static JsonNode json(String text) throws IOException {
    return new ObjectMapper().readTree(text);
  }
}
