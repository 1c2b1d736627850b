// The names that build systems and languages keep for themselves.
#pragma once

#include <cicd/declare/values/service_name.hpp>

#include <algorithm>
#include <span>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/declare/values/values.hpp>

namespace cicd {

namespace declare_values_service_name {
namespace {

using words = std::span<const std::string_view>;

// CMake: policy CMP0037, and what its generators add.
constexpr std::string_view cmake_targets[] = {
    "all",       "clean",          "depend",       "edit_cache",    "help",      "install",
    "package",   "package_source", "preinstall",   "rebuild_cache", "test",      "all_build",
    "run_tests", "zero_check",     "experimental", "nightly",       "continuous"};
constexpr std::string_view java_words[] = {
    "abstract",   "assert",  "boolean",    "break",        "byte",      "case",   "catch",  "char",
    "class",      "const",   "continue",   "default",      "do",        "double", "else",   "enum",
    "extends",    "false",   "final",      "finally",      "float",     "for",    "goto",   "if",
    "implements", "import",  "instanceof", "int",          "interface", "long",   "native", "new",
    "null",       "package", "private",    "protected",    "public",    "return", "short",  "static",
    "strictfp",   "super",   "switch",     "synchronized", "this",      "throw",  "throws", "transient",
    "true",       "try",     "void",       "volatile",     "while"};
// Cargo: `cargo new` refuses keywords, `test`, and the crates and folders of its own.
constexpr std::string_view cargo_words[] = {
    "abstract",    "alloc",      "as",    "async", "await",  "become", "box",    "break",  "build",
    "const",       "continue",   "core",  "crate", "deps",   "do",     "dyn",    "else",   "enum",
    "examples",    "extern",     "false", "final", "fn",     "for",    "if",     "impl",   "in",
    "incremental", "let",        "loop",  "macro", "match",  "mod",    "move",   "mut",    "override",
    "priv",        "proc-macro", "pub",   "ref",   "return", "self",   "static", "std",    "struct",
    "super",       "test",       "trait", "true",  "try",    "type",   "typeof", "unsafe", "unsized",
    "use",         "virtual",    "where", "while", "yield"};
// Go: keywords, and the paths that the go command reads in its own way.
constexpr std::string_view go_words[] = {
    "all",    "break",     "case",        "chan",   "cmd",      "const",   "continue", "default",
    "defer",  "else",      "fallthrough", "for",    "func",     "go",      "goto",     "if",
    "import", "interface", "internal",    "main",   "map",      "package", "range",    "return",
    "select", "std",       "struct",      "switch", "testdata", "type",    "var",      "vendor"};
// Windows: devices, which Cargo and the go command refuse everywhere.
constexpr std::string_view devices[] = {"con",  "prn",  "aux",  "nul",  "com1", "com2", "com3", "com4",
                                        "com5", "com6", "com7", "com8", "com9", "lpt1", "lpt2", "lpt3",
                                        "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9"};

bool has(words of, std::string_view name) {
  return std::ranges::find(of, name) != of.end();
}

std::vector<name_objection> objections_to(std::string_view name) {
  std::vector<name_objection> found;
  const std::string folded = lower(name);
  if (!dns_label::accepts(name)) found.push_back({"DNS", fmt::format("a name has {}", dns_label::allowed())});
  if (name.size() > longest_service_name)
    found.push_back({"Kubernetes", fmt::format("names of objects begin with it: at most {} characters",
                                               longest_service_name)});
  if (name.empty() || !detail::is_lower(folded.front()))
    found.push_back({"Java, Go and Kubernetes", "a package, a module and a Service begin with a letter"});
  if (name.find("--") != name.npos) found.push_back({"DNS", "'--' is kept for internationalised names"});
  if (name.find('/') != name.npos || name == "." || name == "..")
    found.push_back({"the file system", "a name is one folder; --in names the folder above it"});
  if (has(cmake_targets, folded)) found.push_back({"CMake", "it is the name of a target of CMake itself"});
  if (has(java_words, folded)) found.push_back({"Java", "it is a keyword, and the name of a package"});
  if (has(cargo_words, folded))
    found.push_back({"Cargo", "it is a keyword, or a name that Cargo keeps for itself"});
  if (has(go_words, folded))
    found.push_back({"Go", "it is a keyword, or a path that go reads in its own way"});
  if (has(devices, folded)) found.push_back({"Windows, Cargo and Go", "it is the name of a device"});
  return found;
}

std::string near_name(std::string_view name) {
  while (name.ends_with('/')) name.remove_suffix(1);
  const auto slash = name.rfind('/');
  std::string made = dns_label::guess(slash == name.npos ? name : name.substr(slash + 1));
  for (auto at = made.find("--"); at != made.npos; at = made.find("--")) made.erase(at, 1);
  if (made.empty()) return "orders";
  if (!detail::is_lower(made.front())) made = "service-" + made;
  made = made.substr(0, longest_service_name);
  while (made.ends_with('-')) made.pop_back();
  return objections_to(made).empty() ? made : made + "-service";
}

}  // namespace
}  // namespace declare_values_service_name

std::optional<refused_name> why_no_service_name(std::string_view name) {
  using namespace declare_values_service_name;
  std::vector<name_objection> found = objections_to(name);
  if (found.empty()) return std::nullopt;
  return refused_name{std::move(found), near_name(name)};
}

}  // namespace cicd
