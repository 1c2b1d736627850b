package com.example.orders;

import java.sql.SQLException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Closes what no user has touched for long; meant to be run on a schedule, beside the server. */
@Command(name = "close-stale", description = "Closes the orders that have been open for too long.")
final class CloseStaleCommand implements Callable<Integer> {
  @ParentCommand private Main main;

  @Spec private CommandSpec spec;

  @Option(
      names = "--older-than",
      paramLabel = "AGE",
      defaultValue = "30d",
      converter = Age.class,
      description = "The age from which an open order is stale, such as 90m, 12h or 30d (${DEFAULT-VALUE}).")
  private Duration olderThan;

  @Option(names = "--dry-run", description = "Only say how many would be closed.")
  private boolean dryRun;

  @Override
  public Integer call() throws SQLException {
    var before = main.clock().instant().minus(olderThan).truncatedTo(ChronoUnit.MILLIS);
    try (var store = main.openStore()) {
      var count = dryRun ? store.countStale(before) : store.closeStale(before);
      spec.commandLine().getOut().printf("%s %d created before %s%n", dryRun ? "would close" : "closed", count, before);
    }
    return CommandLine.ExitCode.OK;
  }

  /** A whole number of minutes, hours or days. */
  static final class Age implements ITypeConverter<Duration> {
    private static final Pattern PATTERN = Pattern.compile("(?<count>[0-9]{1,6})(?<unit>[mhd])");

    @Override
    public Duration convert(String text) {
      var match = PATTERN.matcher(text);
      if (!match.matches()) {
        throw new TypeConversionException("'" + text + "' is no age such as 90m, 12h or 30d");
      }
      var count = Long.parseLong(match.group("count"));
      return switch (match.group("unit")) {
        case "m" -> Duration.ofMinutes(count);
        case "h" -> Duration.ofHours(count);
        default -> Duration.ofDays(count);
      };
    }
  }
}
