package @@group@@.@@name_flat@@;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.client.TestRestTemplate;

@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class ServiceTest {
  @Autowired private TestRestTemplate http;

  @Test
  void isHealthy() {
    assertEquals("ok\n", http.getForObject("/health", String.class));
  }

  @Test
  void saysItsName() {
    assertEquals("@@name@@ " + Main.version() + "\n", http.getForObject("/", String.class));
  }

  @Test
  void hasNothingElse() {
    assertEquals(404, http.getForEntity("/nothing", String.class).getStatusCode().value());
  }
}
