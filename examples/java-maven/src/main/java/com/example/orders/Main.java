package com.example.orders;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command line: {@code serve}, unless another command is named. */
@Command(
    name = "services-orders",
    description = "Serves orders by HTTP, and runs one-off commands over the same database.",
    synopsisSubcommandLabel = "[COMMAND]",
    mixinStandardHelpOptions = true,
    version = "services-orders ${env:DD_VERSION:-dev}",
    scope = ScopeType.INHERIT,
    sortOptions = false,
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {"0:done", "1:failed", "2:wrong usage"},
    subcommands = {ServeCommand.class, CloseStaleCommand.class, ExportCommand.class})
public final class Main implements Callable<Integer> {
  private static final String LOG_FORMAT = "java.util.logging.SimpleFormatter.format";

  @Option(
      names = "--db",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      defaultValue = "${env:ORDERS_DB:-${sys:java.io.tmpdir}/orders.db}",
      description = "The SQLite file, made if there is none (ORDERS_DB; now ${DEFAULT-VALUE}).")
  private Path database;

  @Spec private CommandSpec spec;

  private final Clock clock;

  private Main(Clock clock) {
    this.clock = clock;
  }

  /** Runs one command and exits with its status; {@code serve} stays until a signal comes. */
  public static void main(String[] args) {
    if (System.getProperty(LOG_FORMAT) == null) {
      System.setProperty(LOG_FORMAT, "%1$tFT%1$tT.%1$tL%1$tz %4$s %5$s%6$s%n");
    }
    var status = commandLine(Clock.systemUTC()).execute(args);
    if (status != CommandLine.ExitCode.OK) {
      System.exit(status);
    }
  }

  /** The command line, which takes the time from that clock. */
  static CommandLine commandLine(Clock clock) {
    return new CommandLine(new Main(clock)).setExecutionExceptionHandler(Main::fail);
  }

  @Override
  public Integer call() {
    return spec.commandLine().execute("serve", "--db=" + database);
  }

  OrderStore openStore() throws SQLException {
    return OrderStore.open(database, clock);
  }

  Clock clock() {
    return clock;
  }

  private static int fail(Exception e, CommandLine command, CommandLine.ParseResult parsed) {
    command.getErr().println(command.getCommandSpec().qualifiedName() + ": " + e.getMessage());
    return CommandLine.ExitCode.SOFTWARE;
  }
}
