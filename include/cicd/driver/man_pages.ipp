// From the view of a command to its page.
#pragma once

#include <algorithm>

#include <CLI/CLI.hpp>

#include <cicd/base/text.hpp>
#include <cicd/declare/explain/explain.hpp>
#include <cicd/declare/explain/man_text.hpp>
#include <cicd/driver/command_view.hpp>
#include <cicd/driver/man_pages.hpp>

namespace cicd {

namespace driver_man_pages {
namespace {

using declaring::man_page;

void add_words(man_page& to, const std::vector<word_view>& words) {
  for (const word_view& each : words) to.add_term(each.shown, each.text);
}

std::string file_name(const command_view& of) {
  return replaced_all(of.name, " ", "-");
}

/// `cicd 0.1.0: build, test, …` says its version at the foot already.
std::string summary_of(const command_view& of) {
  const auto colon = of.text.find(": ");
  return of.name.find(' ') == of.name.npos && colon != of.text.npos ? of.text.substr(colon + 2) : of.text;
}

/// A command below another one stands on its page.
void add_below(man_page& to, const command_view& of) {
  to.add_subsection(of.usage);
  to.add_paragraph(summary_of(of));
  add_words(to, of.arguments);
  add_words(to, of.options);
}

man_page page_of(const command_view& of, const std::string& source) {
  man_page page(file_name(of), "1", summary_of(of), source);
  page.add_section("SYNOPSIS");
  page.add_lines(of.usage);
  return page;
}

man_file of_command(const command_view& of, const std::string& source) {
  man_page page = page_of(of, source);
  page.add_section(of.commands.empty() ? "OPTIONS" : "OPTIONS AND COMMANDS");
  add_words(page, of.arguments);
  add_words(page, of.options);
  for (const command_view& each : of.commands) add_below(page, each);
  page.add_section("SEE ALSO");
  page.add_paragraph("cicd(1), cicd-pipeline(7)");
  return {file_name(of) + ".1", page.text()};
}

man_file of_all(const command_view& of, const std::string& footer, const std::string& source) {
  man_page page = page_of(of, source);
  page.add_section("COMMANDS");
  for (const command_view& each : of.commands) page.add_term(file_name(each) + "(1)", each.text);
  page.add_section("OPTIONS");
  add_words(page, of.options);
  page.add_section("EXIT STATUS");
  page.add_paragraph(replaced_all(footer.substr(footer.find(':') + 2), "\n", " "));
  page.add_section("SEE ALSO");
  page.add_paragraph("cicd-pipeline(7), the declaration");
  return {file_name(of) + ".1", page.text()};
}

}  // namespace
}  // namespace driver_man_pages

std::vector<man_file> man_pages(const CLI::App& app, const std::string& version) {
  const command_view all = view_of(app);
  const std::string source = "cicd " + version;
  std::vector<man_file> pages{driver_man_pages::of_all(all, app.get_footer(), source)};
  for (const command_view& each : all.commands) pages.push_back(driver_man_pages::of_command(each, source));
  pages.push_back({"cicd-pipeline.7", declaration_man_page(source)});
  return pages;
}

}  // namespace cicd
