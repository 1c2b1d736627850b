// Finds projects, and asks the rules of their templates.
#pragma once

#include <cicd/engine/adopt/projects.hpp>

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include <cicd/base/text.hpp>

namespace cicd::source_files {

namespace engine_adopt_projects {
namespace {

using declaring::adoption_rule;
using declaring::pipeline_template;
using declaring::template_adoption;

/// The templates that say what they fit; one that is wrong is listed.
std::vector<pipeline_template> adopting_templates(const template_source& templates, found_projects& to) {
  std::vector<pipeline_template> all;
  for (const std::string& name : templates.names()) {
    or_errors<pipeline_template> read = declaring::read_template(name, templates);
    if (!read)
      to.unread.push_back({"template " + name, read.errors.front().what, "cicd template check " + name});
    else if (read->adopts && !read->calls.empty())
      all.push_back(std::move(*read.made));
  }
  return all;
}

/// `8080` of `${PORT:8080}`, as Spring reads it where the variable is not set.
std::optional<std::string> default_in(std::string_view value) {
  const auto colon = value.find(':');
  if (!value.starts_with("${") || !value.ends_with('}') || colon == value.npos) return std::nullopt;
  const std::string_view made = value.substr(colon + 1, value.size() - colon - 2);
  return made.empty() || made.find_first_of("${}") != made.npos ? std::nullopt
                                                                : std::optional(std::string(made));
}

/// The folder whose project is known by the file at `path`; nothing where it is another file.
std::optional<std::string> folder_by(std::string_view path, std::string_view file) {
  if (path == file) return std::string();
  const bool ends = path.ends_with(file) && path.substr(0, path.size() - file.size()).ends_with('/');
  return ends ? std::optional(std::string(path.substr(0, path.size() - file.size() - 1))) : std::nullopt;
}

/// Whether a file has the key, or by `<key>=<value>` the value.
bool says_so(const file_facts& facts, const std::string& wanted) {
  const auto equals = wanted.find('=');
  if (equals == wanted.npos) return facts.find_below(wanted) != nullptr;
  const std::vector<std::string> all = facts.values(wanted.substr(0, equals));
  return std::ranges::find(all, wanted.substr(equals + 1)) != all.end();
}

class finder {
 public:
  finder(repository& of, found_projects& to) : of_(of), to_(to) {}

  void find(const std::vector<pipeline_template>& all) {
    for (const pipeline_template& each : all)
      for (const std::string& file : each.adopts->files) {
        to_.looked_for.push_back(file);
        if (!each.adopts->parts.key.empty()) find_parts(*each.adopts, file);
        for (const std::string& path : of_.files())
          if (const auto folder = folder_by(path, file)) look_at(*folder, each, path);
      }
    for (auto& [folder, one] : by_folder_) keep(folder, std::move(one));
    for (const listed_whole& whole : wholes_with_files_)
      if (std::ranges::none_of(to_.projects, [&](const project& each) {
            return each.whole && (*each.whole == whole.folder || is_below(whole.folder, *each.whole));
          }))
        to_.unread.push_back(
            {whole.path, "a project of several parts, none of which is known to be a service", whole.help});
  }

 private:
  struct part {
    std::string whole, listed_at;
  };

  /// Where the value leads, a folder or the file itself, from a project's folder; empty: out of the
  /// repository.
  static std::string part_file(const std::string& folder, const std::string& said, const std::string& file) {
    const std::string root = "/r";
    std::string path = normal_path(root + "/" + folder + "/" + said);
    if (!path.starts_with(root + "/") && path != root) return {};
    if (!path.ends_with(file)) path += "/" + file;
    return path.substr(root.size() + 1);
  }

  /// Of each project the parts, those of its parts as well; then those that need a file above.
  void find_parts(const template_adoption& says, const std::string& file) {
    for (const std::string& path : of_.files())
      if (const auto folder = folder_by(path, file))
        if (of_.facts(path).find_below(says.parts.key) != nullptr)
          add_parts(says, file, path, *folder, *folder);
    if (says.parts.above.empty()) return;
    for (const std::string& path : of_.files())
      if (const auto folder = folder_by(path, file); folder && !parts_.contains(*folder))
        add_by_file_above(says, file, path, *folder);
  }
  void add_parts(const template_adoption& says,
                 const std::string& file,
                 const std::string& path,
                 const std::string& folder,
                 const std::string& whole) {
    wholes_.insert(folder);
    for (const fact& each : of_.facts(path).facts) {
      if (each.key != says.parts.key
          && !each.key.ends_with("." + says.parts.key.substr(says.parts.key.find('.') + 1)))
        continue;
      const std::string below = part_file(folder, each.value, file);
      const auto at = folder_by(below, file);
      if (!at || !of_.has(below) || !is_below(*at, whole)) continue;
      // The project on top comes first in the order of files only by its name.
      const auto [known, is_new] = parts_.try_emplace(*at, part{whole, of_.facts(path).place_of(each)});
      if (!is_new && whole.size() >= known->second.whole.size()) continue;
      known->second.whole = whole;
      if (of_.facts(below).find_below(says.parts.key) != nullptr) add_parts(says, file, below, *at, whole);
    }
  }
  void add_by_file_above(const template_adoption& says,
                         const std::string& file,
                         const std::string& path,
                         const std::string& folder) {
    std::string from = folder, whole = folder, place, at = path;
    for (int most = 64; most > 0; --most) {  // two files may lead to each other
      const fact* above = of_.facts(at).find(says.parts.above);
      if (above == nullptr || above->value.empty()) break;
      const std::string next = part_file(from, above->value, file);
      if (next.empty() || !of_.has(next) || next == at) break;
      if (place.empty()) place = of_.facts(at).place_of(*above);
      at = next;
      from = folder_of(next);
      while (!whole.empty() && from != whole && !is_below(from, whole)) whole = folder_of(whole);
    }
    if (whole != folder) parts_.try_emplace(folder, part{whole, place});
  }
  bool is_service(const template_adoption& says, const std::string& path) {
    const file_facts& facts = of_.facts(path);
    return std::ranges::any_of(says.parts.services,
                               [&](const std::string& each) { return says_so(facts, each); });
  }

  void look_at(const std::string& folder, const pipeline_template& by, const std::string& path) {
    project& in = by_folder_.try_emplace(folder, project{folder, {}}).first->second;
    const bool is_known =
        std::ranges::any_of(in.fits, [&](const auto& each) { return each.of.name == by.name; });
    if (is_known) return;
    const template_adoption& says = *by.adopts;
    if (!says.parts.key.empty() && wholes_.contains(folder)) {
      wholes_with_files_.push_back({folder, path,
                                    fmt::format("add_pipeline() with TEMPLATE {} SET {}=<folder of a part>",
                                                by.name, says.parts.parameter)});
      return;
    }
    const file_facts& facts = says.with.empty() && says.without.empty() ? none_ : of_.facts(path);
    const auto has = [&](const std::string& key) { return says_so(facts, key); };
    if (!says.with.empty() && std::ranges::none_of(says.with, has))
      return void(to_.unread.insert(to_.unread.end(), facts.unread.begin(), facts.unread.end()));
    for (const auto& [key, why] : says.without)
      if (has(key)) {
        const fact* found = facts.find_below(key.substr(0, key.find('=')));
        if (!why.empty()) to_.unread.push_back({facts.place_of(*found), why, {}});
        if (!why.empty()) refused_.push_back({folder, by.name});
        return;
      }
    if (const auto found = parts_.find(folder); found != parts_.end() && !says.parts.key.empty()) {
      const bool is_listed = wholes_.contains(found->second.whole);
      if (is_listed && !is_service(says, path)) return;
      in.whole = found->second.whole;
      in.listed_at = found->second.listed_at;
    }
    in.fits.push_back({by, path});
  }

  /// What is below a project, or below one that its own template refuses, is no project of its own.
  void keep(const std::string& folder, project of) {
    std::erase_if(of.fits, [&](const fitting_template& each) {
      return std::ranges::any_of(refused_, [&](const auto& one) {
        return one.name == each.of.name && (one.folder == folder || is_below(folder, one.folder));
      });
    });
    const bool any_prior =
        std::ranges::any_of(of.fits, [](const auto& each) { return !each.of.adopts->yields; });
    if (any_prior) std::erase_if(of.fits, [](const auto& each) { return each.of.adopts->yields; });
    leave_out_extended(of);
    if (of.fits.empty()) return;
    for (const project& each : to_.projects)
      if (folder != each.folder && is_below(folder, each.folder))
        return void(
            to_.unread.push_back({of.fits.front().file, "a project below another one is not looked at",
                                  "cicd adopt --sources " + shell_quoted(folder)}));
    to_.projects.push_back(std::move(of));
  }

  /// A template that extends another one fits better.
  static void leave_out_extended(project& of) {
    std::vector<std::string> extended;
    for (const fitting_template& each : of.fits)
      extended.insert(extended.end(), each.of.extends.begin(), each.of.extends.end());
    std::erase_if(of.fits, [&](const auto& each) {
      return std::ranges::find(extended, each.of.name) != extended.end();
    });
  }

  struct listed_whole {
    std::string folder, path, help;
  };
  struct refusal {
    std::string folder, name;
  };
  repository& of_;
  found_projects& to_;
  file_facts none_;
  std::map<std::string, project> by_folder_;
  std::map<std::string, part> parts_;
  std::set<std::string> wholes_;
  std::vector<listed_whole> wholes_with_files_;
  std::vector<refusal> refused_;
};

/// What `*` of the pattern stands for in the text, empty where it has none; nothing where it does not match.
std::optional<std::string> star_of(std::string_view pattern, std::string_view text) {
  const auto star = pattern.find('*');
  if (star == pattern.npos) return pattern == text ? std::optional(std::string()) : std::nullopt;
  const std::string_view start = pattern.substr(0, star), end = pattern.substr(star + 1);
  const bool fits =
      text.size() >= start.size() + end.size() && text.starts_with(start) && text.ends_with(end);
  return fits ? std::optional(std::string(text.substr(start.size(), text.size() - start.size() - end.size())))
              : std::nullopt;
}

/// `cmd/*` with what the star stands for.
std::string value_with(const adoption_rule& rule, const std::string& star) {
  return rule.value.empty() ? star : replaced_all(rule.value, "*", star);
}

rule_answer answer_by_path(const adoption_rule& rule, const repository& of, const project& in) {
  rule_answer answer;
  for (const std::string& path : of.files()) {
    if (!is_below(path, in.folder)) continue;
    const std::string_view below =
        std::string_view(path).substr(in.folder.empty() ? 0 : in.folder.size() + 1);
    const auto star = star_of(rule.path, below);
    const bool is_one =
        star && star->find('/') == star->npos && (!star->empty() || rule.path.find('*') == rule.path.npos);
    if (is_one) answer.several.push_back({value_with(rule, *star), path});
  }
  if (answer.several.size() != 1) return answer;
  answer.found = std::move(answer.several.front());
  answer.several.clear();
  return answer;
}

rule_answer answer_by_key(const adoption_rule& rule, const file_facts& facts) {
  rule_answer answer;
  const fact* found = facts.find(rule.key);
  answer.unread = facts.unread;
  if (found == nullptr || found->value.empty()) return answer;
  const std::string place = facts.place_of(*found);
  const std::string said = default_in(found->value).value_or(found->value);
  if (said.find("${") != std::string::npos) {
    answer.unread.push_back({place, fmt::format("{} is made of variables: {}", rule.key, said), {}});
    return answer;
  }
  const bool is_any = rule.like.empty();
  const auto star = is_any ? std::optional(said) : star_of(rule.like, said);
  if (!star) return answer;
  std::string value = is_any && !rule.value.empty() ? rule.value : value_with(rule, *star);
  if (value.starts_with("./")) value.erase(0, 2);
  const bool is_word = rule.value.empty() && !is_any ? value.find(' ') == value.npos && !value.empty() : true;
  if (is_word) answer.found = found_value{std::move(value), place};
  return answer;
}

}  // namespace
}  // namespace engine_adopt_projects

found_projects projects_in(repository& of, const template_source& templates) {
  found_projects found;
  const auto all = engine_adopt_projects::adopting_templates(templates, found);
  engine_adopt_projects::finder(of, found).find(all);
  return found;
}

rule_answer answer_of(const std::vector<declaring::adoption_rule>& rules,
                      repository& of,
                      const project& in,
                      const fitting_template& by,
                      const file_facts& of_dockerfile) {
  std::vector<unread_part> unread;
  for (const declaring::adoption_rule& each : rules) {
    rule_answer answer;
    if (!each.path.empty())
      answer = engine_adopt_projects::answer_by_path(each, of, in);
    else if (each.key.empty())
      answer.found = found_value{each.value, "the template " + by.of.name};
    else
      answer = engine_adopt_projects::answer_by_key(
          each, each.file == "Dockerfile"
                    ? of_dockerfile
                    : of.facts(each.file.empty() ? by.file : path_in(in.folder, each.file)));
    unread.insert(unread.end(), answer.unread.begin(), answer.unread.end());
    answer.unread = unread;
    if (answer.found || !answer.several.empty()) return answer;
  }
  return {.unread = std::move(unread)};
}

dockerfile dockerfile_of(repository& of, const project& in) {
  const std::string path = path_in(in.folder, "Dockerfile");
  const auto text = of.text(path);
  return text ? read_dockerfile(path, *text) : dockerfile{};
}

}  // namespace cicd::source_files
