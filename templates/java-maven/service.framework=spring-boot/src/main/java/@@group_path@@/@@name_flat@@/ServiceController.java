package @@group@@.@@name_flat@@;

import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** What the service answers by HTTP. */
@RestController
class ServiceController {
  @GetMapping(path = "/health", produces = MediaType.TEXT_PLAIN_VALUE)
  String health() {
    return "ok\n";
  }

  @GetMapping(path = "/", produces = MediaType.TEXT_PLAIN_VALUE)
  String name() {
    return "@@name@@ " + Main.version() + "\n";
  }
}
