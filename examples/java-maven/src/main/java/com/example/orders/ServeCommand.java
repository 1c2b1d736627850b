package com.example.orders;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/**
 * Starts the server and leaves it to run: the JVM stays for its threads, and a signal ends it through the shutdown hook
 * (with status 143 after SIGTERM, as is usual for a JVM).
 */
@Command(name = "serve", description = "Serves the HTTP API until SIGTERM or SIGINT.")
final class ServeCommand implements Callable<Integer> {
  private static final Logger LOG = System.getLogger(ServeCommand.class.getName());

  @ParentCommand private Main main;

  @Option(
      names = "--port",
      defaultValue = "${env:PORT:-8080}",
      description = "The TCP port, 0 for any that is free (PORT; now ${DEFAULT-VALUE}).")
  private int port;

  @Override
  public Integer call() throws IOException, SQLException {
    var version = Optional.ofNullable(System.getenv("DD_VERSION")).orElse("dev");
    var store = main.openStore();
    var server = start(store, new OrdersApi(store, version));
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server, store), "stop"));
    LOG.log(Level.INFO, "listening on port {0,number,#}", server.port());
    return CommandLine.ExitCode.OK;
  }

  private OrdersServer start(OrderStore store, OrdersApi api) throws IOException, SQLException {
    try {
      return OrdersServer.start(api, port);
    } catch (IOException e) {
      store.close();
      throw new IOException("port " + port + ": " + e.getMessage(), e);
    }
  }

  // The logging system has a shutdown hook too and may be gone by now, so this prints.
  private static void stop(OrdersServer server, OrderStore store) {
    server.close();
    try {
      store.close();
      System.err.println("stopped");
    } catch (SQLException e) {
      System.err.println("stopped, but the database did not close: " + e.getMessage());
    }
  }
}
