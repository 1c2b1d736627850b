// The page of a template: its parameters, the tools that it needs, the calls that it stands for.
#pragma once

#include <cicd/declare/explain/pages.hpp>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/declare/explain/cmake_words.hpp>
#include <cicd/declare/explain/text_page.hpp>

namespace cicd::declaring {

namespace {

std::string indented(std::string_view text) {
  std::string lines;
  for (const std::string& line : split(text, '\n'))
    if (!line.empty()) lines.append("  ").append(line).append("\n");
  return lines;
}

/// What `SET` and `cicd new --set` take.
std::string parameters_text(const pipeline_template& of) {
  if (of.parameters.empty()) return {};
  std::string text = "\nParameters, given by SET <parameter>=<value> or cicd new --set:\n";
  for (const template_parameter& each : of.parameters) {
    aligned_lines lines;
    lines.add("allowed", each.allowed_text());
    lines.add("default", each.default_value.value_or("none: it has to be given"));
    if (!of.used.contains(each.name)) lines.add("used by", "cicd new alone");
    text += fmt::format("\n  {}\n\n{}",
                        wrapped(fmt::format("{}, {}: {}", each.name, each.type_name(), each.words), 2),
                        lines.text());
  }
  return text;
}

std::string needs_text(const pipeline_template& of) {
  if (of.needs.empty()) return {};
  aligned_lines lines;
  for (const template_need& each : of.needs)
    lines.add(each.tool,
              fmt::format("{}{}{}", each.oldest.empty() ? "any version" : each.oldest + " or later",
                          each.package.empty() ? "" : ", of the Debian package " + each.package,
                          each.unless.empty() ? "" : "; not with " + each.unless));
  return "\nIt needs these tools:\n\n" + lines.text();
}

json data_of(const template_parameter& of) {
  json made = members_of("name", of.name, "type", std::string(of.type_name()), "words", of.words, "allowed",
                         of.allowed_text());
  if (of.default_value) made.set("default", *of.default_value);
  if (!of.allowed.empty()) made.set("choices", json_texts(of.allowed));
  return made;
}

json data_of(const template_need& of) {
  return members_of("tool", of.tool, "ask", json_texts(of.ask), "oldest", of.oldest, "package", of.package,
                    "unless", of.unless);
}

json data_of(const template_call& of) {
  std::vector<std::string> all{of.where.function};
  all.insert(all.end(), of.arguments.begin(), of.arguments.end());
  return json_texts(all);
}

json data_of(const pipeline_template& of) {
  json parameters = json::array{}, needs = json::array{}, scanners = json::array{}, calls = json::array{};
  for (const auto& each : of.parameters)
    parameters.push(data_of(each).set("new_alone", !of.used.contains(each.name)));
  for (const auto& each : of.needs) needs.push(data_of(each));
  for (const auto& each : of.scanners)
    scanners.push(members_of("name", each.name, "description", each.description, "default", each.by_default));
  for (const auto& each : of.calls) calls.push(data_of(each));
  return members_of("kind", "template", "name", of.name, "version", of.version, "description", of.description,
                    "extends", json_texts(of.extends), "parameters", parameters, "needs", needs, "scanners",
                    scanners, "calls", calls);
}

}  // namespace

explained template_page(const pipeline_template& of) {
  std::string page = fmt::format("{}, a template\n\n  {}\n", of.name, wrapped(of.description, 2));
  if (!of.extends.empty()) page += fmt::format("\n  It extends {}.\n", joined(of.extends, ", "));
  page += parameters_text(of) + needs_text(of);
  page += "\nIt stands for these calls:\n";
  for (const auto& each : of.calls)
    page += "\n"
            + indented(cmake_call_text(each.where.function, each.arguments,
                                       options_of(function_named(each.where.function)->kind)));
  if (!of.scanners.empty()) page += "\nScanners, chosen by SCAN:\n";
  for (const auto& each : of.scanners) {
    std::vector<std::string> words{"{pipeline}", each.name};
    words.insert(words.end(), each.step.begin(), each.step.end());
    const std::string title =
        fmt::format("{}{}: {}", each.name, each.by_default ? " (by default)" : "", each.description);
    page += fmt::format("\n  {}\n\n", wrapped(title, 2));
    page += indented(cmake_call_text("pipeline_step", words, options_of("step")));
  }
  return {page, data_of(of)};
}

}  // namespace cicd::declaring
