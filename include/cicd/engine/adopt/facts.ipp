// Which reader a file has, and the formats that are read elsewhere: JSON, YAML, CMake.
#pragma once

#include <cicd/engine/adopt/facts.hpp>

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/json.hpp>
#include <cicd/base/json_place.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/yaml.hpp>
#include <cicd/declare/parse/list_file.hpp>

namespace cicd::source_files {

namespace engine_adopt_facts {
namespace {

constexpr std::size_t most_facts = 20'000;

/// A number or a boolean as it is written; a text as it is.
std::string scalar_text(const json& value) {
  return value.is_string() ? value.text() : value.is_null() ? std::string() : compact(value);
}

/// Adds the scalars of a document. `text` is what lines are found in; empty where they are not known.
void flatten(const json& value, std::vector<std::string>& at, std::string_view text, file_facts& to) {
  if (to.facts.size() > most_facts) return;
  const auto below = [&](std::string step, const json& member) {
    at.push_back(std::move(step));
    flatten(member, at, text, to);
    at.pop_back();
  };
  if (value.is_object())
    for (const auto& [key, member] : value.members()) below(key, member);
  else if (value.is_array())
    for (std::size_t each = 0; each < value.elements().size(); ++each)
      below(std::to_string(each), value.elements()[each]);
  else {
    std::vector<std::string> names;
    for (const std::string& step : at)
      if (step.find_first_not_of("0123456789") != step.npos) names.push_back(step);
    to.add(joined(names, "."), scalar_text(value), text.empty() ? 0 : line_in_json(text, at));
  }
}

std::string note_of(const error& of, std::string_view label) {
  const auto found = std::ranges::find(of.notes, label, &note::label);
  return found == of.notes.end() ? std::string() : found->text;
}

}  // namespace
}  // namespace engine_adopt_facts

unread_part unread_of(const error& of, const std::string& path) {
  using engine_adopt_facts::note_of;
  const std::string line = note_of(of, "line");
  const bool has_place = of.subject.starts_with(path + ":");
  return {has_place ? of.subject : line.empty() ? path : path + ":" + line, of.what, {}};
}

const fact* file_facts::find(std::string_view key) const {
  const auto found = std::ranges::find(facts, key, &fact::key);
  return found == facts.end() ? nullptr : &*found;
}

const fact* file_facts::find_below(std::string_view key) const {
  const std::string start = std::string(key) + ".";
  const auto found = std::ranges::find_if(
      facts, [&](const fact& each) { return each.key == key || each.key.starts_with(start); });
  return found == facts.end() ? nullptr : &*found;
}

std::vector<std::string> file_facts::values(std::string_view key) const {
  std::vector<std::string> all;
  for (const fact& each : facts)
    if (each.key == key) all.push_back(each.value);
  return all;
}

std::string file_facts::place_of(int line) const {
  return line > 0 ? fmt::format("{}:{}", path, line) : path;
}
std::string file_facts::place_of(const fact& of) const {
  return place_of(of.line);
}

void file_facts::add(std::string key, std::string value, int line) {
  if (facts.size() <= engine_adopt_facts::most_facts)
    facts.push_back({std::move(key), std::move(value), line});
}
void file_facts::skip(int line, std::string what, std::string help) {
  unread.push_back({place_of(line), std::move(what), std::move(help)});
}

void read_json(std::string_view text, file_facts& to) {
  const result<json> data = parse_json(text);
  if (!data) {
    to.unread.push_back(unread_of(data.error(), to.path));
    return;
  }
  std::vector<std::string> at;
  const bool is_small = text.size() < 100'000;  // a line is looked for from the start each time
  engine_adopt_facts::flatten(*data, at, is_small ? text : std::string_view(), to);
}

void read_yaml(std::string_view text, file_facts& to) {
  const result<std::vector<json>> documents = yaml_documents(text, to.path);
  if (!documents) {
    to.unread.push_back(unread_of(documents.error(), to.path));
    return;
  }
  for (const json& each : *documents) {
    std::vector<std::string> at;
    engine_adopt_facts::flatten(each, at, {}, to);
  }
}

void read_cmake(std::string_view text, file_facts& to) {
  for (const cicd::written_call& each : calls_in(text)) {
    const bool is_literal = !each.words.empty() && each.words.front().is == written_word::kind::literal;
    to.add(each.function, is_literal ? each.words.front().start : std::string(), each.line);
  }
}

file_facts facts_of(const std::string& path, std::string_view text) {
  file_facts to{.path = path};
  const std::string name = path.substr(path.rfind('/') + 1);
  const auto ends = [&](std::string_view end) { return name.ends_with(end); };
  if (name == "CMakeLists.txt" || ends(".cmake")) read_cmake(text, to);
  if (name == "go.mod") read_directives(text, to);
  if (ends(".xml")) read_xml(text, to);
  if (ends(".json")) read_json(text, to);
  if (ends(".toml")) read_toml(text, to);
  if (ends(".yaml") || ends(".yml")) read_yaml(text, to);
  if (ends(".properties")) read_properties(text, to);
  if (ends(".gradle") || ends(".gradle.kts")) read_gradle(text, to);
  return to;
}

}  // namespace cicd::source_files
