// The names in the last lines that are said to be missing, each looked for among what steps make and what
// lies in the sources and in the folders of steps.
#pragma once

#include <algorithm>
#include <cerrno>
#include <set>

#include <fmt/format.h>

#include <cicd/base/glob.hpp>
#include <cicd/base/text.hpp>
#include <cicd/engine/failed_step.hpp>
#include <cicd/engine/observer.hpp>
#include <cicd/system/files.hpp>
#include <cicd/system/program_file.hpp>

namespace cicd {

namespace engine_failed_step {
namespace {

using names = std::vector<std::string>;

/// The last lines of a log, each without its mark.
names last_lines(const std::string& log) {
  constexpr std::size_t most_lines = 60;
  const auto text = read_file_if_there(log);
  if (!text || !*text) return {};
  names lines = split(**text, '\n');
  if (lines.size() > most_lines) lines.erase(lines.begin(), lines.end() - most_lines);
  for (std::string& line : lines)
    if (line.starts_with("| ") || line.starts_with("! ")) line.erase(0, 2);
  return lines;
}

/// Whether a line says that something is not there: of shells, the C library, Java, Python, Go, make, node.
bool says_missing(const std::string& line) {
  const std::string words = lower(line);
  return std::ranges::any_of(
      std::initializer_list<const char*>{"no such file", "not found", "nosuchfile", "filenotfound",
                                         "no rule to make target", "cannot find module", "cannot open"},
      [&](const char* sign) { return words.find(sign) != std::string::npos; });
}

/// The pieces of a line that may be a path.
names pieces_of(const std::string& line) {
  constexpr std::string_view ends = " \t:;,'\"`()[]";
  names pieces;
  for (std::size_t at = 0; at < line.size();) {
    const std::size_t end = std::min(line.find_first_of(ends, at), line.size());
    if (end > at) pieces.push_back(line.substr(at, end - at));
    at = end + 1;
  }
  return pieces;
}

class failure_search {
 public:
  failure_search(const session& of, const step_graph& graph, const task& work)
      : of_(of),
        graph_(graph),
        work_(work),
        real_folder_(real_path(work.folder).value_or(work.folder)),
        before_(work.step->after.begin(), work.step->after.end()) {}

  std::optional<error> why(const outcome& end) const {
    const names missing = missing_names(end);
    for (const std::string& name : missing)
      if (auto found = unstartable(name)) return found;
    for (const std::string& name : missing)
      if (const std::string path = path_in_folder(name); !path.empty())
        if (auto found = misplaced(path)) return found;
    for (const std::string& line : last_lines(work_.log))
      if (auto found = missing_library(line)) return found;
    for (const std::string& line : last_lines(work_.log))
      if (auto found = missing_rust_target(line)) return found;
    return std::nullopt;
  }

 private:
  names missing_names(const outcome& end) const {
    names all;
    if (end.end.kind == ending::how::not_started && end.end.number == ENOENT && !work_.seen->words.empty())
      all.push_back(work_.seen->words.front());
    for (const std::string& line : last_lines(work_.log))
      if (says_missing(line))
        for (std::string& piece : pieces_of(line)) all.push_back(std::move(piece));
    return all;
  }

  /// The path below the step's folder; empty where it is elsewhere, or is none.
  std::string path_in_folder(const std::string& name) const {
    const std::string path = normal_path(path_below(path_below(name, work_.folder), real_folder_));
    const bool is_below =
        !path.empty() && path != "." && !path.starts_with('/') && path != ".." && !path.starts_with("../");
    return is_below && !exists(work_.folder + "/" + path) ? path : std::string();
  }

  error because(std::string what, std::string value, std::string help) const {
    return error{exit_class::step_failed, work_.step->id, std::move(what), std::move(value), {}}
        .with("declared at", place_of_step())
        .with("try", std::move(help));
  }

  /// With the line of its call, which no run looks for otherwise.
  std::string place_of_step() const {
    const or_errors<session> again = open_session(
        {.build_root = of_.where.build_root, .config = of_.config, .with_lines = true}, of_.around);
    const model& from = again ? again.made->model : of_.model;
    const declared_pipeline* pipeline = from.find(work_.step->pipeline->declared.name.view());
    if (pipeline == nullptr) return {};
    const auto at = pipeline->origins.find("step." + work_.step->name());
    return at == pipeline->origins.end() ? std::string() : at->second.text(from.tree.source_root);
  }

  /// A path that is not in the folder, and where it is.
  std::optional<error> misplaced(const std::string& path) const {
    for (step_index at = 0; at < graph_.steps.size(); ++at)
      if (auto found = made_by(graph_.steps[at], before_.contains(at), path)) return found;
    if (!exists(work_.source + "/" + path)) return std::nullopt;
    const bool names_inputs = work_.step->command() != nullptr && !work_.step->command()->inputs.empty();
    return because(fmt::format("'{}' is in the source folder and not an input of the step", path), {},
                   names_inputs
                       ? "add it to INPUTS: " + path
                       : "git ignores it: name what the step reads by INPUTS, " + path + " among it");
  }

  std::optional<error> made_by(const graph_step& other, bool comes_before, const std::string& path) const {
    if (other.command() == nullptr || &other == work_.step) return std::nullopt;
    const bool declares = std::ranges::any_of(other.command()->outputs, [&](const path_pattern& each) {
      return glob_matches(each.view(), path) || glob_matches(each.str() + "/**", path)
             || path == trimmed_slash(each.str());
    });
    const std::string word = other.pipeline == work_.step->pipeline ? other.name() : other.id;
    if (declares && comes_before) return std::nullopt;
    if (declares)
      return because(fmt::format("'{}' is made by {}, which the step does not come AFTER", path, other.id),
                     {}, "add AFTER " + word);
    if (other.runs_in_source() || !exists(of_.where.work(other.id) + "/" + path) || is_input_of(other, path))
      return std::nullopt;
    return because(fmt::format("'{}' is made by {}, which does not name it in its OUTPUTS", path, other.id),
                   {},
                   fmt::format("add OUTPUTS {} to the step {}{}", path, other.id,
                               comes_before ? "" : ", and AFTER " + word + " here"));
  }

  /// What lies in a step's folder since it is a source is not made by it.
  static bool is_input_of(const graph_step& other, const std::string& path) {
    return exists(other.pipeline->source_directory + "/" + path);
  }

  static std::string trimmed_slash(std::string path) {
    while (path.ends_with('/')) path.pop_back();
    return path;
  }

  /// A program that is there, and whose interpreter or loader is not.
  std::optional<error> unstartable(const std::string& name) const {
    const std::string path = name.starts_with('/') ? name : work_.folder + "/" + name;
    if (name.find('/') == std::string::npos || !exists(path) || is_folder(path)) return std::nullopt;
    const auto needs = interpreter_of(path);
    if (!needs || needs->empty() || exists(*needs)) return std::nullopt;
    const bool is_musl = needs->find("ld-musl") != std::string::npos;
    return because(fmt::format("'{}' is started by a program that is not here", name), *needs,
                   needs->ends_with('\r') ? "write the file with the line ends of Unix: its first ends in CR"
                   : is_musl              ? "build it for glibc, link it statically, or install musl"
                   : needs->starts_with("/lib") ? "build it for this kind of machine, or install that loader"
                                                : "install that interpreter, or name it by /usr/bin/env");
  }

  /// `error while loading shared libraries: libfoo.so.1: cannot open shared object file`
  std::optional<error> missing_library(const std::string& line) const {
    constexpr std::string_view sign = "error while loading shared libraries: ";
    const std::size_t start = line.find(sign);
    if (start == std::string::npos || line.find(": cannot open") == std::string::npos) return std::nullopt;
    const std::string rest = line.substr(start + sign.size());
    const std::string library = rest.substr(0, rest.find(':'));
    const std::string there = installed_library(library), package = package_of_library(library);
    if (!there.empty())
      return because("a shared library lies where the loader does not search", there,
                     "ENV LD_LIBRARY_PATH=" + there.substr(0, there.rfind('/')));
    return because("a shared library that the program was linked with is not installed", library,
                   package.empty()
                       ? "install the package that contains it"
                       : "apt-get install " + package + ", as Debian names the package that contains it");
  }

  /// ``note: the `aarch64-unknown-linux-musl` target may not be installed``
  std::optional<error> missing_rust_target(const std::string& line) const {
    constexpr std::string_view start = "the `", end = "` target may not be installed";
    const std::size_t stop = line.find(end);
    if (stop == std::string::npos) return std::nullopt;
    const std::size_t begin = line.rfind(start, stop);
    if (begin == std::string::npos) return std::nullopt;
    const std::string target = line.substr(begin + start.size(), stop - begin - start.size());
    return because("the Rust compiler has no standard library for that target", target,
                   "rustup target add " + target);
  }

  const session& of_;
  const step_graph& graph_;
  const task& work_;
  std::string real_folder_;
  std::set<step_index> before_;
};

}  // namespace
}  // namespace engine_failed_step

std::optional<error> why_it_failed(const session& of,
                                   const step_graph& graph,
                                   const task& work,
                                   const outcome& end) {
  if (work.step->command() == nullptr) return std::nullopt;
  return engine_failed_step::failure_search(of, graph, work).why(end);
}

}  // namespace cicd
