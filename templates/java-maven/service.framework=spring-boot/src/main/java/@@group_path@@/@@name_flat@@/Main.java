package @@group@@.@@name_flat@@;

import java.io.PrintStream;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** The command line: serves HTTP unless another command is named. */
@SpringBootApplication
public class Main {
  static final String USAGE = "usage: @@name@@ [serve | cleanup | version]";

  /** Runs one command and exits with its status; {@code serve} stays until SIGTERM or SIGINT comes. */
  public static void main(String[] arguments) {
    if (arguments.length == 0 || arguments[0].equals("serve")) {
      SpringApplication.run(Main.class);
      return;
    }
    System.exit(run(arguments, System.out, System.err));
  }

  /** Runs a command that ends by itself; its exit status. */
  static int run(String[] arguments, PrintStream out, PrintStream err) {
    switch (arguments.length == 1 ? arguments[0] : "") {
      case "cleanup" -> out.println("nothing to clean up");
      case "version" -> out.println("@@name@@ " + version());
      default -> {
        err.println(USAGE);
        return 2;
      }
    }
    return 0;
  }

  static String version() {
    var version = System.getenv("VERSION");
    return version == null ? "dev" : version;
  }
}
