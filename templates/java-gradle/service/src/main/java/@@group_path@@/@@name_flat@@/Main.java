package @@group@@.@@name_flat@@;

import java.io.IOException;

/** Serves HTTP on the port that PORT names, until SIGTERM or SIGINT comes. */
public final class Main {
  private static final int DEFAULT_PORT = @@port@@;

  private Main() {}

  public static void main(String[] arguments) throws IOException {
    var server = Server.start(port(System.getenv("PORT")));
    Runtime.getRuntime().addShutdownHook(new Thread(() -> {
      server.close();
      Runtime.getRuntime().halt(0); // else the status would be that of the signal
    }, "stop"));
    System.out.println("listening on port " + server.port());
  }

  /** The port that PORT names. */
  static int port(String named) {
    return named == null || named.isEmpty() ? DEFAULT_PORT : Integer.parseInt(named);
  }
}
