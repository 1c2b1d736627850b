// What a file of a project says, as keys and values with their lines, whatever the format of the file: XML,
// JSON, TOML, YAML, properties, go.mod, Gradle, CMake. It knows formats; what a key means is for those who
// ask, and a text that a reader does not understand is said to be unread, never guessed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <cicd/base/error.hpp>

namespace cicd::source_files {

/// `project.artifactId` of a pom.xml, `scripts.start` of a package.json; elements of a list have one key.
struct fact {
  std::string key, value;
  int line = 0;  ///< from 1; 0 where the format does not tell
};

/// What was not taken from a file, and what helps.
struct unread_part {
  std::string where;  ///< `pom.xml:12`
  std::string what, help{};
};

/// What a reader's error says, with the line where it tells one.
unread_part unread_of(const error& of, const std::string& path);

struct file_facts {
  std::string path;
  std::vector<fact> facts{};
  std::vector<unread_part> unread{};

  /// The first of that key; null where there is none.
  const fact* find(std::string_view key) const;
  /// Whether the key, or one below it, is there.
  const fact* find_below(std::string_view key) const;
  std::vector<std::string> values(std::string_view key) const;
  /// `pom.xml:12`
  std::string place_of(const fact& of) const;
  std::string place_of(int line) const;

  void add(std::string key, std::string value, int line);
  void skip(int line, std::string what, std::string help = {});
};

/// By the file's name; a file of an unknown format has no facts.
file_facts facts_of(const std::string& path, std::string_view text);

// The readers behind it; each adds to `to`.
void read_xml(std::string_view text, file_facts& to);
void read_json(std::string_view text, file_facts& to);
void read_toml(std::string_view text, file_facts& to);
void read_yaml(std::string_view text, file_facts& to);
void read_properties(std::string_view text, file_facts& to);
/// Words of a line, the first of them the key: go.mod.
void read_directives(std::string_view text, file_facts& to);
/// `name = 'value'`, `name 'value'`, `name("value")`: the literal lines of a build.gradle, Groovy or Kotlin.
void read_gradle(std::string_view text, file_facts& to);
/// Each call, with its first word where that is a literal.
void read_cmake(std::string_view text, file_facts& to);

}  // namespace cicd::source_files
