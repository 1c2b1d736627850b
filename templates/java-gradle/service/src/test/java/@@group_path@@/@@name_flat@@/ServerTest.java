package @@group@@.@@name_flat@@;

import static org.junit.Assert.assertEquals;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.Test;

public class ServerTest {
  private static HttpResponse<String> get(String path) throws Exception {
    try (var server = Server.start(0)) {
      var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path)).build();
      return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    }
  }

  @Test
  public void isHealthy() throws Exception {
    var answer = get("/health");
    assertEquals(200, answer.statusCode());
    assertEquals("{\"status\":\"ok\"}\n", answer.body());
  }

  @Test
  public void saysItsName() throws Exception {
    assertEquals("@@name@@\n", get("/").body());
  }

  @Test
  public void hasNothingElse() throws Exception {
    assertEquals(404, get("/nothing").statusCode());
  }

  @Test
  public void takesThePortOfItsEnvironment() {
    assertEquals(9090, Main.port("9090"));
    assertEquals(@@port@@, Main.port(null));
  }
}
