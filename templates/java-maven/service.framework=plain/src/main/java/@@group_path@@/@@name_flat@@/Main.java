package @@group@@.@@name_flat@@;

import java.io.IOException;
import java.io.PrintStream;

/** The command line: serves HTTP unless another command is named. */
public final class Main {
  static final String USAGE = "usage: @@name@@ [serve | cleanup | version]";
  private static final int DEFAULT_PORT = @@port@@;

  private Main() {}

  /** Runs one command and exits with its status; {@code serve} stays until SIGTERM or SIGINT comes, and exits with 0. */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length == 0 || arguments[0].equals("serve")) {
      serve();
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

  /** The port that PORT names; 0 takes any that is free. */
  static int port(String named) {
    return named == null || named.isEmpty() ? DEFAULT_PORT : Integer.parseInt(named);
  }

  private static void serve() throws IOException {
    var server = Server.start(port(System.getenv("PORT")));
    Runtime.getRuntime().addShutdownHook(new Thread(() -> {
      server.close();
      Runtime.getRuntime().halt(0); // else the status would be that of the signal
    }, "stop"));
    System.out.println("listening on port " + server.port());
  }
}
