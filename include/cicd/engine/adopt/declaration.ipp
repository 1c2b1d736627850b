// Takes the skeleton's declaration apart, and writes it anew.
#pragma once

#include <cicd/engine/adopt/declaration.hpp>

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include <cicd/base/glob.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/declare/options/options.hpp>
#include <cicd/declare/parse/list_file.hpp>
#include <cicd/declare/placeholders.hpp>
#include <cicd/engine/adopt/secrets.hpp>
#include <cicd/kubernetes/adopt/calls.hpp>
#include <cicd/system/files.hpp>

namespace cicd::source_files {

namespace engine_adopt_declaration {
namespace {

using kubernetes::adopting::written_call;

/// What a CMakeLists.txt begins with, and what is said anew of an adopted service.
bool is_said_anew(std::string_view function) {
  constexpr std::array<std::string_view, 9> all{
      "cmake_minimum_required", "project",           "enable_testing",     "find_package",
      "pipeline_service",       "pipeline_cron_job", "pipeline_container", "pipeline_environment",
      "pipeline_release"};
  return std::ranges::find(all, function) != all.end();
}

/// A call of the skeleton as one that is written; each option by its keyword.
written_call call_of(const cicd::written_call& from) {
  written_call made{from.function, {}};
  const declaring_function* function = nullptr;
  for (const declaring_function& each : declaring_functions())
    if (each.name == from.function) function = &each;
  static const std::vector<declaring::option> none;
  const std::vector<declaring::option>& options =
      function == nullptr ? none : declaring::options_of(function->kind);
  for (const written_word& each : from.words) {
    const bool is_keyword =
        std::ranges::any_of(options, [&](const auto& one) { return one.keyword == each.start; });
    if (is_keyword)
      made.options.emplace_back(each.start, std::vector<std::string>());
    else
      (made.options.empty() ? made.names : made.options.back().second).push_back(each.start);
  }
  return made;
}

std::vector<std::string>& values_of(written_call& of, const std::string& keyword) {
  for (auto& [name, values] : of.options)
    if (name == keyword) return values;
  // Behind TEMPLATE, where a person would write it.
  const auto at = of.options.begin() + (of.options.empty() ? 0 : 1);
  return of.options.insert(at, {keyword, {}})->second;
}

/// A value that the parser and placeholders read as it stands.
bool is_plain(const std::string& value) {
  return placeholders_in(value).empty() && displayable(value) == value;
}

/// Variables that speak of the folders of another image.
bool is_of_its_image(const std::string& name) {
  return name == "PATH" || name == "LD_LIBRARY_PATH" || name.ends_with("_HOME") || name == "HOME";
}

class writer {
 public:
  writer(const known_service& of, repository& in, const template_source& templates)
      : of_(of), in_(in), templates_(templates), adopts_(*of.by.of.adopts) {
    made_.folder = of.of.declared_in();
    made_.name = of.name.value;
    made_.made_from = of.by.of.name;
    made_.version = of.by.of.version;
    made_.why = of.by.file;
    made_.unread = of.unread;
    made_.declaration = of.declaration.empty() ? adopts_.declaration : of.declaration;
  }

  or_errors<adopted_service> write() {
    or_errors<declaring::template_skeleton> skeleton = declaring::read_skeleton(of_.by.of, templates_);
    if (!skeleton) return {.errors = std::move(skeleton.errors)};
    or_errors<std::vector<declaring::service_file>> files =
        declaring::rendered(*skeleton, of_.by.of, of_.name.value, values());
    if (!files) return {.errors = std::move(files.errors)};
    if (status checked = check(*files); !checked) return {.errors = {checked.error()}};
    made_.files.push_back({made_.declaration, text(*files), false});
    add_brought(*files);
    add_texts();
    if (of_.runs)
      for (const auto& each : of_.runs->files) made_.files.push_back({each.path, each.text, false});
    add_needs();
    return {.made = std::move(made_)};
  }

 private:
  declaring::parameter_values values() const {
    declaring::parameter_values given = of_.set;
    const auto* port = of_.by.of.parameter("port");
    if (port != nullptr && of_.port && port->accepts(of_.port->value)) given.emplace("port", of_.port->value);
    return declaring::values_over_defaults(of_.by.of.parameters, given);
  }

  static const declaring::service_file* file_in(const std::vector<declaring::service_file>& files,
                                                const std::string& path) {
    const auto found = std::ranges::find(files, path, &declaring::service_file::path);
    return found == files.end() ? nullptr : &*found;
  }

  /// The skeleton has what `adopts` names of it.
  status check(const std::vector<declaring::service_file>& files) const {
    std::vector<std::string> named = adopts_.brings;
    named.push_back(adopts_.declaration);
    for (const std::string& each : named)
      if (file_in(files, each) == nullptr)
        return error{exit_class::usage,
                     "template " + of_.by.of.name,
                     "adopts names a file that its skeleton does not have",
                     each,
                     {}};
    return {};
  }

  // --- Where lines come from ---

  void note(written_call& call, const std::string& keyword, std::string value, const std::string& from) {
    call.add(keyword, value);
    say(call, keyword, value, from);
  }
  void say(written_call& call,
           const std::string& keyword,
           const std::string& value,
           const std::string& from) {
    std::string& origin = call.origins[keyword];
    if (origin.find(from) == origin.npos) origin += (origin.empty() ? "" : ", ") + from;
    made_.lines.push_back({fmt::format("{}: {} {}", joined(call.names, " "), keyword, value), from});
  }

  // --- The calls ---

  std::string text(const std::vector<declaring::service_file>& files) {
    std::string made = head();
    const std::string from = fmt::format("from the template {} {}", made_.made_from, made_.version);
    for (const cicd::written_call& each : calls_in(file_in(files, adopts_.declaration)->text)) {
      if (is_said_anew(each.function) || !is_brought(each)) continue;
      written_call call = call_of(each);
      if (call.function == "add_pipeline")
        add_pipeline_words(call);
      else if (call.function != "include")
        call.above = from;
      made += (call.function == "include" ? "" : "\n") + kubernetes::adopting::text_of(call);
    }
    if (of_.runs) made += "\n" + of_.runs->workloads;
    if (!of_.has_service) made += "\n" + kubernetes::adopting::text_of(service());
    return made + "\n" + kubernetes::adopting::text_of(environment());
  }

  /// What the skeleton includes is the new service's own, where `adopts` does not bring it.
  bool is_brought(const cicd::written_call& of) const {
    return of.function != "include" || of.words.empty()
           || std::ranges::find(adopts_.brings, of.words.front().start) != adopts_.brings.end();
  }

  std::string head() const {
    std::string made =
        fmt::format("# The pipeline of {}, read from the sources by `cicd adopt --sources`.\n", made_.name);
    if (made_.declaration == "CMakeLists.txt")
      made +=
          fmt::format("cmake_minimum_required(VERSION 3.25)\nproject({} LANGUAGES NONE)\nenable_testing()\n",
                      project_name());
    return made + "find_package(cicd REQUIRED)\n";
  }

  /// Of a part the name of the whole, where it says one.
  std::string project_name() const {
    if (!of_.of.whole || adopts_.name.empty()) return made_.name;
    const std::string file = path_in(*of_.of.whole, name_of(of_.by.file));
    const fact* name = in_.has(file) ? in_.facts(file).find(adopts_.name.front().key) : nullptr;
    return name == nullptr || !dns_label::accepts(name->value) ? made_.name : name->value;
  }

  void add_pipeline_words(written_call& call) {
    call.above = fmt::format("the name from {}", of_.name.from);
    made_.lines.push_back({"add_pipeline " + made_.name, of_.name.from});
    say(call, "TEMPLATE", made_.made_from, of_.by.file);
    for (const auto& [parameter, from] : of_.set_from) {
      const std::string start = parameter + "=", word = start + of_.set.at(parameter);
      if (!of_.by.of.used.contains(parameter)) continue;
      std::vector<std::string>& words = values_of(call, "SET");
      std::erase_if(words, [&](const std::string& each) { return each.starts_with(start); });
      if (is_default(parameter)) continue;  // whatever the skeleton has, this is not it
      words.push_back(word);
      say(call, "SET", word, from);
    }
    std::erase_if(call.options, [](const auto& each) { return each.first == "SET" && each.second.empty(); });
  }

  bool is_default(const std::string& parameter) const {
    return of_.by.of.parameter(parameter)->default_value == of_.set.at(parameter);
  }

  written_call service() {
    written_call call{"pipeline_service", {made_.name, of_.port ? "api" : "worker"}};
    if (of_.port) note(call, "PORT", of_.port->value, of_.port->from);
    add_health(call);
    add_user(call);
    add_variables(call);
    if (of_.container.path.empty() || call.options.empty())
      call.above = "nothing in the sources says how it runs: see cicd explain pipeline_service";
    return call;
  }

  std::string dockerfile_place(int line) const { return fmt::format("{}:{}", of_.container.path, line); }
  void skip(std::string where, std::string what, std::string help = {}) {
    made_.unread.push_back({std::move(where), std::move(what), std::move(help)});
  }

  void add_health(written_call& call) {
    if (!of_.port) return;
    const auto& health = of_.container.health;
    if (!health)
      return skip(made_.why, "nothing says by which path it is ready", "READY /<path> of pipeline_service()");
    const bool is_its_port = std::to_string(health->port) == of_.port->value;
    if (!is_its_port)
      return skip(dockerfile_place(health->line),
                  fmt::format("HEALTHCHECK asks another port, {}", health->port),
                  "READY of pipeline_service()");
    note(call, "READY", health->url_path, dockerfile_place(health->line));
  }

  void add_user(written_call& call) {
    if (!of_.container.user || of_.is_of_dockerfile()) return;
    const fact& user = *of_.container.user;
    if (user_id::accepts(user.value)) return note(call, "USER", user.value, dockerfile_place(user.line));
    skip(dockerfile_place(user.line),
         fmt::format("USER {}: a name, or root; the image of the template runs as 10001", user.value));
  }

  void add_variables(written_call& call) {
    if (of_.is_of_dockerfile()) return;
    std::vector<std::string> words;
    for (const fact& each : of_.container.env) {
      const std::string place = dockerfile_place(each.line), word = each.key + "=" + each.value;
      if (is_of_its_image(each.key) || !variable_name::accepts(each.key) || !is_plain(each.value))
        skip(place, fmt::format("ENV {}: it speaks of another image, or cannot be said", each.key));
      else {
        words.push_back(word);
        say(call, "ENV", word, place);
      }
    }
    call.add("ENV", std::move(words));
  }

  written_call environment() {
    written_call call{"pipeline_environment", {made_.name, "stage"}};
    call.add("ON", std::vector<std::string>{"branch", of_.branch});
    call.add("VIA", "gitops");
    const bool has_manifests = of_.runs && std::ranges::any_of(of_.runs->files, [](const auto& each) {
                                 return each.path.starts_with("k8s/adopted/");
                               });
    if (has_manifests) call.add("MANIFESTS", "k8s/adopted/*.yaml");
    call.above = fmt::format(
        "each push to {}; without REPOSITORY the manifests are a repository in the build tree", of_.branch);
    return call;
  }

  // --- The files beside it ---

  /// Whether a pattern of files leads to one.
  bool matches_any(const std::string& pattern) const {
    const std::string whole = normal_path(path_in(made_.folder, pattern));
    return pattern.find('*') != pattern.npos
           && std::ranges::any_of(in_.files(),
                                  [&](const std::string& each) { return glob_matches(whole, each); });
  }

  bool is_there(const std::string& path) const {
    return in_.has(path_in(made_.folder, path.starts_with("./") ? path.substr(2) : path));
  }

  void add_brought(const std::vector<declaring::service_file>& files) {
    for (const std::string& each : adopts_.brings)
      if (is_there(each))
        made_.kept.push_back(each);
      else
        made_.files.push_back(*file_in(files, each));
  }

  void add_texts() {
    for (const declaring::adoption_text& each : adopts_.texts) {
      if (is_there(each.path)) {
        made_.kept.push_back(each.path);
        continue;
      }
      std::string text = each.text;
      const bool has_any = std::ranges::any_of(
          each.keys, [&](const std::string& key) { return in_.facts(of_.by.file).find(key) != nullptr; });
      if (!each.keys.empty() && !has_any)
        skip(path_in(made_.folder, each.path),
             fmt::format("{} does not have {}: the file is written without any", of_.by.file,
                         joined(each.keys, ", ")));
      if (!each.keys.empty()) text = fmt::format("# {} of {}\n", joined(each.keys, ", "), name_of(made_.why));
      for (const std::string& key : each.keys)
        for (const fact& one : in_.facts(of_.by.file).facts)
          if (one.key == key) add_line(text, one);
      made_.files.push_back({each.path, std::move(text), false});
    }
  }

  /// A value that would be a secret in a further file, or more than one line, is listed.
  void add_line(std::string& text, const fact& of) {
    const std::string place = in_.facts(of_.by.file).place_of(of);
    if (holds_secret(of.value))
      return made_.unread.push_back(secret_at(place, "a value of " + of.key, "<variable>"));
    if (displayable(of.value) != of.value)
      return skip(place, "a value of " + of.key + " is not one line of text");
    text += of.value + "\n";
  }

  /// `{main}` and `{pipeline}` in a text of the template.
  std::string filled(std::string text) const {
    for (const auto& [name, value] : values()) text = replaced_all(text, "{" + name + "}", value);
    return replaced_all(text, "{pipeline}", made_.name);
  }

  void add_needs() {
    for (const auto& [path, help] : adopts_.needs) {
      const std::string whole = filled(path);
      const bool is_written =
          std::ranges::find(made_.files, whole, &declaring::service_file::path) != made_.files.end();
      if (!is_written && !is_there(whole) && !matches_any(whole))
        skip(path_in(made_.folder, whole.starts_with("./") ? whole.substr(2) : whole),
             fmt::format("it is not there, and the steps of {} need it", made_.made_from), filled(help));
    }
  }

  const known_service& of_;
  repository& in_;
  const template_source& templates_;
  const declaring::template_adoption& adopts_;
  adopted_service made_;
};

}  // namespace
}  // namespace engine_adopt_declaration

or_errors<adopted_service> declared(const known_service& of,
                                    repository& in,
                                    const template_source& templates) {
  return engine_adopt_declaration::writer(of, in, templates).write();
}

}  // namespace cicd::source_files
