// Which folders of a repository are projects, and which templates fit each, by what the templates say
// (`adopts`). It knows no template's name and no build system.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <cicd/declare/parse/templates.hpp>
#include <cicd/engine/adopt/dockerfile.hpp>
#include <cicd/engine/adopt/repository.hpp>

namespace cicd::source_files {

/// A template that fits a project, and the file by which.
struct fitting_template {
  declaring::pipeline_template of;
  std::string file;  ///< `services/orders/pom.xml`
};

struct project {
  std::string folder;  ///< below the repository; empty: its top
  std::vector<fitting_template> fits;
  std::optional<std::string> whole{};  ///< the folder of the project that it is a part of
  std::string listed_at{};             ///< what says so: `pom.xml:12`

  /// Where it is declared.
  const std::string& declared_in() const { return whole ? *whole : folder; }
};

struct found_projects {
  std::vector<project> projects{};
  std::vector<unread_part> unread{};      ///< what looks like a project, and why none of it is adopted
  std::vector<std::string> looked_for{};  ///< the files by which templates know a project
};

/// A project ends the search below it.
found_projects projects_in(repository& of, const template_source& templates);

/// A value with where it comes from.
struct found_value {
  std::string value, from;
};
/// What a rule says of the project, and what stands in the way of others.
struct rule_answer {
  std::optional<found_value> found{};
  std::vector<found_value> several{};  ///< a path that leads to more than one
  std::vector<unread_part> unread{};
};
/// The first of the rules that gives a value.
rule_answer answer_of(const std::vector<declaring::adoption_rule>& rules,
                      repository& of,
                      const project& in,
                      const fitting_template& by,
                      const file_facts& of_dockerfile);

/// The Dockerfile of the project; without one it is empty.
dockerfile dockerfile_of(repository& of, const project& in);

}  // namespace cicd::source_files
