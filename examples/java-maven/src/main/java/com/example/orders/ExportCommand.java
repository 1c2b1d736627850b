package com.example.orders;

import java.io.IOException;
import java.sql.SQLException;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Writes orders as the API shows them, a page at a time, so that their number is not bounded by memory. */
@Command(name = "export", description = "Writes the orders to standard output, one JSON object a line, by id.")
final class ExportCommand implements Callable<Integer> {
  private static final int PAGE = 1000;

  @ParentCommand private Main main;

  @Spec private CommandSpec spec;

  @Option(names = "--status", converter = Status.class, description = "Only those that are open, closed or cancelled.")
  private OrderStatus status;

  @Override
  public Integer call() throws SQLException, IOException {
    var out = spec.commandLine().getOut();
    try (var store = main.openStore()) {
      for (var page = store.list(status, 0, PAGE);
          !page.isEmpty();
          page = store.list(status, page.get(page.size() - 1).id(), PAGE)) {
        page.forEach(order -> out.println(Json.write(order)));
      }
    }
    if (out.checkError()) {
      throw new IOException("standard output cannot be written");
    }
    return CommandLine.ExitCode.OK;
  }

  static final class Status implements ITypeConverter<OrderStatus> {
    @Override
    public OrderStatus convert(String text) {
      return OrderStatus.named(text)
          .orElseThrow(() -> new TypeConversionException("'" + text + "' is not one of " + OrderStatus.names()));
    }
  }
}
