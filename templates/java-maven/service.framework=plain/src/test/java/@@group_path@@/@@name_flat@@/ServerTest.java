package @@group@@.@@name_flat@@;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
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

  @Test
  void endsWith0OnTerm() throws Exception {
    var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    var command = new ProcessBuilder(java, "-cp", System.getProperty("java.class.path"), Main.class.getName());
    command.environment().put("PORT", "0");
    var process = command.start();
    try (var said = process.inputReader()) {
      assertTrue(said.readLine().startsWith("listening on port "));
      process.destroy(); // SIGTERM
      assertEquals(0, process.waitFor());
    } finally {
      process.destroyForcibly();
    }
  }
}
