package @@group@@.@@name_flat@@;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;

class ServerTest {
  private static HttpResponse<String> get(Server server, String path) throws IOException, InterruptedException {
    var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path)).build();
    return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void isHealthy() throws Exception {
    try (var server = Server.start(0)) {
      var answer = get(server, "/health");
      assertEquals(200, answer.statusCode());
      assertEquals("ok\n", answer.body());
    }
  }

  @Test
  void saysItsName() throws Exception {
    try (var server = Server.start(0)) {
      assertEquals("@@name@@ " + Main.version() + "\n", get(server, "/").body());
    }
  }

  @Test
  void hasNothingElse() throws Exception {
    try (var server = Server.start(0)) {
      assertEquals(404, get(server, "/nothing").statusCode());
    }
  }
}
