// Fields to keywords and values, the way back from what the parser reads; and calls as lines of JSON. By the
// standard library alone, since the program of a C++ file pays.
#pragma once

#include <cicd/declare/typed_calls.hpp>

#include <cicd/base/text.hpp>
#include <cicd/declare/options/fields.hpp>
#include <cicd/declare/options/kinds.hpp>
#include <cicd/declare/parse/escaped_word.hpp>
#include <cicd/declare/values/value_traits.hpp>

namespace cicd {

namespace declare_typed_calls {
namespace {

using declaring::is_named;
using declaring::kind;

template <typename V>
std::vector<std::string> values_in(const V& field, const typed_place&) {
  return declaring::values_of(field);
}
/// A function is known by its file, below the folder in which that was compiled.
std::vector<std::string> values_in(const step_function& field, const typed_place& from) {
  if (!field.view().empty()) return {field.str()};
  const std::string folder = from.compiled_in + '/';
  return {from.file.starts_with(folder) ? from.file.substr(folder.size()) : from.file};
}

/// Appends the options that are given, each as its keyword and its values.
template <typename T>
void add_options(const T& of, const typed_place& from, std::vector<std::string>& words) {
  each_field(const_cast<T&>(of), [&](std::string_view key, const auto& field) {
    if (key == "name" || !declaring::is_given(field)) return;
    words.push_back(upper(key));
    for (const std::string& value : values_in(field, from)) words.push_back(declaring::as_value(value));
  });
}

std::vector<code_place> lines_of(const declared_line& at, const typed_place& from) {
  if (from.compiled_in.empty() || at.number == 0) return {};
  const std::string file = with_includes(at.file, from);
  return {{file.starts_with('/') ? file : from.compiled_in + '/' + file, at.number}};
}

template <typename T>
call call_for(const T& of,
              std::string_view function,
              std::vector<std::string> names,
              std::string part,
              const typed_place& from) {
  add_options(of, from, names);
  return {.where = {.list_file = from.file,
                    .function = std::string(function),
                    .which = 0,
                    .part = std::move(part),
                    .lines = lines_of(of.line, from)},
          .directory = from.directory,
          .arguments = std::move(names)};
}

/// A part without a name of its own is told apart by its environment. An image's may be left out.
template <typename T>
void add_parts(const std::vector<T>& parts,
               const std::string& pipeline,
               const typed_place& from,
               std::vector<call>& to) {
  for (const T& each : parts) {
    std::string part(kind<T>.noun);
    if constexpr (is_named<T>) {
      const bool is_default = std::is_same_v<T, image> && each.name.empty();
      const std::string name = is_default ? "image" : each.name.str();
      part += ' ' + name;
      to.push_back(call_for(each, kind<T>.function, {pipeline, name}, std::move(part), from));
    } else {
      if constexpr (requires { each.in; }) part += " in " + each.in.str();
      to.push_back(call_for(each, kind<T>.function, {pipeline}, std::move(part), from));
    }
  }
}

void append_quoted(std::string& to, std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  to += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      to += '\\';
      to += c;
    } else if (byte < ' ') {
      to += "\\u00";
      to += digits[byte >> 4U];
      to += digits[byte & 15U];
    } else {
      to += c;
    }
  }
  to += '"';
}

void append_member(std::string& to, std::string_view name, std::string_view text) {
  append_quoted(to, name);
  to += ':';
  append_quoted(to, text);
  to += ',';
}

}  // namespace
}  // namespace declare_typed_calls

std::string name_of_include(std::size_t at) {
  return "INCLUDES[" + std::to_string(at + 1) + ']';
}

std::string with_includes(std::string text, const typed_place& from) {
  for (std::size_t at = 0; at < from.includes.size(); ++at)
    text = replaced_all(text, name_of_include(at) + '/', from.includes[at] + '/');
  return text;
}

std::vector<call> calls_of(const pipeline& declared, const typed_place& from) {
  using namespace declare_typed_calls;
  const std::string name = declared.name.str();
  std::vector<call> calls{call_for(declared, "add_pipeline", {name}, "pipeline " + name, from)};
  declaring::each_kind(
      [&]<typename T>() { add_parts(declared.*declaring::kind<T>.list, name, from, calls); });
  return calls;
}

std::string line_of(const call& of) {
  using namespace declare_typed_calls;
  std::string to = "{";
  append_member(to, "function", of.where.function);
  append_member(to, "list_file", of.where.list_file);
  if (!of.where.lines.empty()) {
    if (of.where.lines.front().file != of.where.list_file)
      append_member(to, "file", of.where.lines.front().file);
    to += "\"line\":" + std::to_string(of.where.lines.front().line) + ',';
  }
  if (!of.where.part.empty()) append_member(to, "part", of.where.part);
  append_member(to, "directory", of.directory);
  to += "\"arguments\":[";
  for (const std::string& each : of.arguments) {
    if (&each != &of.arguments.front()) to += ',';
    append_quoted(to, each);
  }
  return to + "]}\n";
}

}  // namespace cicd
