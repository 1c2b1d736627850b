// Reads the declarations: line by line, each call verbatim. It knows which functions there are, not what they
// mean.
#pragma once

#include <cicd/declare/parse/recorded_call.hpp>

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/json.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/declare/options/fields.hpp>

namespace cicd {

namespace declare_parse_recorded_call {
namespace {

error damaged(std::size_t line, std::string what) {
  return error{.kind = exit_class::corrupt,
               .subject = "declarations",
               .what = fmt::format("line {}: {}", line, what),
               .value = {},
               .notes = {}}
      .with("try", "configure again: cmake <build folder>");
}

/// The path or word that the byte stands in.
std::string_view text_around(std::string_view line, std::size_t at) {
  const auto before = line.rfind('"', at);
  const auto start = before == line.npos ? 0 : before + 1;
  return line.substr(start, std::min(line.find('"', at), line.size()) - start);
}

/// What is wrong with a line that is no JSON: most often a path of other bytes than those of UTF-8.
error unread(std::size_t number, std::string_view line, const error& why) {
  const std::string valid = valid_utf8(line);
  if (valid == line) return damaged(number, why.what);
  const auto at = static_cast<std::size_t>(std::ranges::mismatch(line, valid).in1 - line.begin());
  return error{exit_class::usage,
               "declarations",
               "a path or an argument is not in UTF-8",
               displayable(text_around(line, at)),
               {}}
      .with("try", "give it a name in UTF-8, and configure again in a new build folder");
}

bool is_known(std::string_view function) {
  for (const declaring_function& each : declaring_functions())
    if (each.name == function) return true;
  return false;
}

/// The text of an argument: a string, or what its generator expression stands for.
std::optional<std::string> argument_text(const json& argument, const genex_reader& genex) {
  if (argument.is_string()) return argument.text();
  const json& id = argument["genex"];
  if (!id.is_string()) return std::nullopt;
  std::optional<std::string> known;
  if (genex) known = genex(id.text());
  return known ? known : "{genex}";
}

result<std::vector<configured_file>> files_from(const json& list) {
  std::vector<configured_file> read;
  if (list.is_null()) return read;
  if (!list.is_array()) return damaged(1, "files is not a list");
  for (const json& each : list.elements()) {
    const std::optional<digest> content = digest_from(each["sha256"].text());
    if (!each["path"].text().starts_with('/') || !content)
      return damaged(1, "path or sha256 of a file is missing");
    read.push_back({each["path"].text(), *content});
  }
  return read;
}

result<build_tree> tree_from(const json& line) {
  const json& version = line["cicd"];
  if (!version.is_integer()) return damaged(1, "no declarations of cicd");
  if (version.integer() != declarations_version)
    return damaged(1, fmt::format("format {} was written by another cicd; this one reads {}",
                                  version.integer(), declarations_version));
  if (!line["source_root"].is_string() || !line["build_root"].is_string())
    return damaged(1, "source_root or build_root is missing");
  result<std::vector<configured_file>> files = files_from(line["files"]),
                                       programs = files_from(line["programs"]);
  if (!files) return std::move(files).error();
  if (!programs) return std::move(programs).error();
  std::map<std::string, std::string> settings;
  for (const auto& [name, value] : line["settings"].members()) settings[name] = value.text();
  return build_tree{.source_root = line["source_root"].text(),
                    .build_root = line["build_root"].text(),
                    .target_prefix = line["target_prefix"].text(),
                    .template_path = line["template_path"].texts(),
                    .configurations = line["configurations"].texts(),
                    .files = std::make_shared<const std::vector<configured_file>>(*std::move(files)),
                    .programs = *std::move(programs),
                    .settings = std::move(settings),
                    .settings_of_tests = line["settings_of_tests"].texts(),
                    .is_of_another_commit = line["other_commit"].boolean()};
}

result<call> call_from(const json& line, std::size_t number, const genex_reader& genex) {
  call read{.where = {.list_file = line["list_file"].text(),
                      .function = line["function"].text(),
                      .which = static_cast<int>(line["which"].integer())},
            .directory = line["directory"].text(),
            .arguments = {},
            .through = line["through"].texts()};
  // What a file of SOURCE declares was not called by CMake, and says its line itself.
  read.where.part = line["part"].text();
  if (line["line"].is_integer())
    read.where.lines = {{line["file"].is_string() ? line["file"].text() : read.where.list_file,
                         static_cast<int>(line["line"].integer())}};
  if (!is_known(read.where.function))
    return damaged(number, fmt::format("no function of cicd: '{}'", displayable(read.where.function)));
  const bool has_place = read.where.which > 0 || !read.where.part.empty() || !read.where.lines.empty();
  if (read.where.list_file.empty() || !has_place || read.directory.empty() || !line["arguments"].is_array())
    return damaged(number, "list_file, which, directory or arguments is missing");
  read.arguments.reserve(line["arguments"].elements().size());
  for (const json& argument : line["arguments"].elements()) {
    auto text = argument_text(argument, genex);
    if (!text) return damaged(number, "an argument is not a string");
    read.arguments.push_back(std::move(*text));
  }
  return read;
}

/// Checks the last line against the `before` it and the number of calls.
status check_end(const json& line, std::size_t number, std::string_view before, std::size_t calls) {
  if (line["calls"].integer(-1) != static_cast<std::int64_t>(calls))
    return damaged(number,
                   fmt::format("{} calls were recorded, and {} are there", line["calls"].integer(-1), calls));
  if (line["sha256"].text() != hex(sha256(before)))
    return damaged(number, "the lines before it are not those that were recorded");
  return {};
}

/// The next line that is not blank, taken off `rest`; counts the lines passed over.
std::string_view taken_line(std::string_view& rest, std::size_t& number) {
  while (!rest.empty()) {
    const auto end = rest.find('\n');
    const std::string_view line = trimmed(rest.substr(0, end));
    rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
    ++number;
    if (!line.empty()) return line;
  }
  return {};
}

}  // namespace
}  // namespace declare_parse_recorded_call

result<recorded_calls> read_calls(std::string_view ndjson, const genex_reader& genex) {
  using namespace declare_parse_recorded_call;
  recorded_calls read;
  std::size_t number = 0;
  const std::string_view whole = ndjson;
  for (bool first = true;; first = false) {
    const std::string_view line = taken_line(ndjson, number);
    if (line.empty() && first) return damaged(1, "there is nothing");
    if (line.empty())
      return damaged(number, "the last line is missing: the file was cut, or another cicd wrote it");
    const result<json> parsed = parse_json(line);
    if (!parsed) return unread(number, line, parsed.error());
    if (!first && (*parsed)["calls"].is_integer()) {
      const auto before = static_cast<std::size_t>(line.data() - whole.data());
      if (status good = check_end(*parsed, number, whole.substr(0, before), read.calls.size()); !good)
        return std::move(good).error();
      if (!taken_line(ndjson, number).empty()) return damaged(number, "there is more after the last line");
      return read;
    }
    if (first) {
      result<build_tree> tree = tree_from(*parsed);
      if (!tree) return std::move(tree).error();
      read.tree = *std::move(tree);
    } else {
      result<call> next = call_from(*parsed, number, genex);
      if (!next) return std::move(next).error();
      read.calls.push_back(*std::move(next));
      if (read.calls.back().where.which > 0) read.calls.back().number = static_cast<int>(read.calls.size());
    }
  }
}

}  // namespace cicd
