package @@group@@.@@name_flat@@;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

class MainTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(String... arguments) {
    return Main.run(arguments, new PrintStream(out, true), new PrintStream(err, true));
  }

  @Test
  void cleansUp() {
    assertEquals(0, run("cleanup"));
    assertEquals("nothing to clean up", out.toString().trim());
  }

  @Test
  void saysItsVersion() {
    assertEquals(0, run("version"));
    assertEquals("@@name@@ " + Main.version(), out.toString().trim());
  }

  @Test
  void refusesAnythingElse() {
    assertEquals(2, run("clean-up"));
    assertEquals(Main.USAGE, err.toString().trim());
  }
}
