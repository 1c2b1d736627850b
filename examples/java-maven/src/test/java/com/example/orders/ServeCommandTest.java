package com.example.orders;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Starts the program in a process of its own, as a container would, without naming a command. */
@Timeout(60)
class ServeCommandTest {
  private static final String LISTENING = "listening on port ";
  private static final int TERMINATED = 128 + 15;

  @TempDir Path folder;

  private Process process;

  @AfterEach
  void kill() {
    process.destroyForcibly();
  }

  @Test
  void itServesUntilItIsTerminated() throws Exception {
    var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    var builder = new ProcessBuilder(java, "-cp", System.getProperty("java.class.path"), Main.class.getName());
    builder.environment().put("PORT", "0");
    builder.environment().put("ORDERS_DB", folder.resolve("orders.db").toString());
    builder.environment().put("DD_VERSION", "abc1234");
    process = builder.redirectErrorStream(true).start();

    try (var output = process.inputReader()) {
      var health = URI.create("http://localhost:" + port(output) + "/health");
      var answer = HttpClient.newHttpClient().send(HttpRequest.newBuilder(health).build(), BodyHandlers.ofString());
      assertEquals(200, answer.statusCode());
      assertTrue(answer.body().contains("abc1234"), answer.body());

      process.toHandle().destroy(); // Process.destroy() would close the output too.
      assertTrue(output.lines().anyMatch("stopped"::equals));
    }
    assertTrue(process.waitFor(30, TimeUnit.SECONDS));
    assertEquals(TERMINATED, process.exitValue());
  }

  private static String port(BufferedReader output) {
    var line = output.lines().filter(text -> text.contains(LISTENING)).findFirst().orElseThrow();
    return line.substring(line.indexOf(LISTENING) + LISTENING.length());
  }
}
