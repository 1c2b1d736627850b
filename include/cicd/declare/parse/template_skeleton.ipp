// Reads, checks and fills in skeletons.
#pragma once

#include <cicd/declare/parse/template_skeleton.hpp>

#include <algorithm>
#include <functional>
#include <map>

#include <fmt/format.h>

#include <cicd/base/json_place.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/declare/values/values.hpp>

namespace cicd::declaring {

namespace declare_parse_template_skeleton {
namespace {

using names = std::vector<std::string>;

constexpr std::string_view mark = "@@";
/// The file that `cicd new` writes itself.
constexpr std::string_view record_file = ".cicd-template.json";

error wrong(const pipeline_template& of, std::string what, std::string value, std::string place) {
  return error{exit_class::usage, "template " + of.name, std::move(what), std::move(value), {}}.with(
      "declared at", std::move(place));
}

/// The next `@@name@@` from `from` on; empty where there is none.
std::string_view next_placeholder(std::string_view text, std::size_t from) {
  for (std::size_t open = text.find(mark, from); open != text.npos; open = text.find(mark, open + 1)) {
    std::size_t end = open + mark.size();
    while (end < text.size() && (detail::is_lower(text[end]) || text[end] == '_')) ++end;
    if (end > open + mark.size() && text.substr(end, mark.size()) == mark)
      return text.substr(open, end + mark.size() - open);
  }
  return {};
}

std::string_view name_in(std::string_view placeholder) {
  return placeholder.substr(mark.size(), placeholder.size() - 2 * mark.size());
}

std::string replaced(std::string_view text, const parameter_values& values) {
  std::string made;
  std::size_t at = 0;
  for (auto next = next_placeholder(text, at); !next.empty(); next = next_placeholder(text, at)) {
    const auto open = static_cast<std::size_t>(next.data() - text.data());
    const auto value = values.find(name_in(next));
    made.append(text.substr(at, open - at))
        .append(value == values.end() ? next : std::string_view(value->second));
    at = open + next.size();
  }
  return made.append(text.substr(at));
}

/// `OrdersApi` of orders-api; with a lower-case letter first where `first` is false.
std::string capitalised(std::string_view name, bool first) {
  std::string made;
  for (const char c : name) {
    if (c == '-') {
      first = true;
      continue;
    }
    made += first ? upper(std::string(1, c)) : std::string(1, c);
    first = false;
  }
  return made;
}

parameter_values names_of(std::string_view name) {
  const std::string snake = replaced_all(std::string(name), "-", "_");
  return {{"name", std::string(name)},
          {"name_snake", snake},
          {"name_upper", upper(snake)},
          {"name_flat", replaced_all(std::string(name), "-", "")},
          {"name_camel", capitalised(name, false)},
          {"name_pascal", capitalised(name, true)}};
}

/// A package is also a path: `com/example` of com.example.
bool has_path(const template_parameter& of) {
  return of.type == parameter_type::text && of.form == "package";
}

/// What a skeleton may name, with the parameter that each comes from; none for those of the service's name.
std::map<std::string, std::string, std::less<>> known_in(const pipeline_template& of) {
  std::map<std::string, std::string, std::less<>> known;
  for (const auto& [name, value] : names_of("a")) known[name] = "";
  for (const template_parameter& each : of.parameters) {
    known[each.name] = each.name;
    if (has_path(each)) known[each.name + "_path"] = each.name;
  }
  return known;
}

/// Reads the files of one template of the chain.
class skeleton_reader {
 public:
  skeleton_reader(const pipeline_template& of, template_skeleton& to, errors& found)
      : of_(of), to_(to), found_(found), known_(known_in(of)) {
    for (const auto& each : known_) names_.push_back(each.first);
  }

  void add(const std::string& from, const std::string& folder, const std::vector<template_file>& files) {
    std::size_t bad_folder = 0;
    for (const template_file& each : files) {
      const std::string top = each.path.substr(0, each.path.find('/'));
      const std::string shown = (folder.empty() ? from : folder) + "/" + each.path;
      if (top == each.path
          && (top == "template.json" || top.starts_with("README") || top.starts_with("LICENSE")))
        continue;
      if (of_.of_environment) {  // its programs, and what they read
        if ((top == "service" || top.starts_with("service.")) && bad_folder++ == 0)
          found_.push_back(wrong(of_, "a template of an environment has no skeleton", each.path, shown));
        continue;
      }
      if (top == each.path || (top != "service" && !top.starts_with("service."))) {
        if (bad_folder++ == 0) say_unknown(each.path, shown);
        continue;
      }
      skeleton_file made{.shown = shown,
                         .path = each.path.substr(top.size() + 1),
                         .text = each.text,
                         .is_executable = each.is_executable,
                         .parameter = {},
                         .value = {}};
      if (!read_layer(top, shown, made) || !check(each, made)) continue;
      to_.files.push_back(std::move(made));
    }
  }

 private:
  void say_unknown(const std::string& path, const std::string& shown) {
    const names allowed{"template.json", "README.md", "service/", "service.<parameter>=<value>/"};
    found_.push_back(
        wrong(of_, "nothing of a template", path, shown)
            .with("did you mean", nearest(path.substr(0, path.find('/')) + "/", allowed).value_or(""))
            .with("allowed", joined(allowed, ", ")));
  }

  /// `service.framework=spring-boot` is laid over `service` where the parameter has that value.
  bool read_layer(const std::string& top, const std::string& shown, skeleton_file& to) {
    if (top == "service") return true;
    if (!seen_.insert(top).second && !good_.contains(top)) return false;
    const std::string rest = top.substr(std::string_view("service.").size());
    const auto equals = rest.find('=');
    to.parameter = rest.substr(0, equals);
    to.value = equals == rest.npos ? std::string() : rest.substr(equals + 1);
    const template_parameter* parameter = of_.parameter(to.parameter);
    const bool has_words =
        parameter != nullptr
        && (parameter->type == parameter_type::choice || parameter->type == parameter_type::boolean);
    if (has_words && parameter->accepts(to.value)) {
      to_.used.insert(to.parameter);
      return good_.insert(top).second || true;
    }
    names words;
    for (const template_parameter& each : of_.parameters)
      if (each.type == parameter_type::boolean || each.type == parameter_type::choice)
        for (const std::string& word :
             each.type == parameter_type::boolean ? names{"true", "false"} : each.allowed)
          words.push_back("service." + each.name + "=" + word);
    found_.push_back(wrong(of_, "the folder names no value of a choice or boolean", top, shown)
                         .with("did you mean", nearest(top, words).value_or(""))
                         .with("allowed", words.empty() ? "service/: no parameter is a choice or boolean"
                                                        : joined(words, ", ")));
    return false;
  }

  bool check(const template_file& from, const skeleton_file& of) {
    if (!from.is_plain) {
      found_.push_back(wrong(of_, "the skeleton holds something other than a plain file", of.path, of.shown)
                           .with("allowed", "files of at most 1 MB; no links, pipes and devices"));
      return false;
    }
    for (std::size_t at = 0; at < of.text.size();) {
      const code_point here = front_of(std::string_view(of.text).substr(at));
      if (here.value == code_point::invalid || here.value == 0) return say_bytes(of, at);
      at += here.size;
    }
    const bool has_good_path = check_names(of.path, of.shown, 0);
    return check_names(of.text, of.shown, 1) && has_good_path;
  }
  bool say_bytes(const skeleton_file& of, std::size_t at) {
    found_.push_back(
        wrong(of_, "the file is not text in UTF-8",
              fmt::format("byte {:#04x}", static_cast<unsigned char>(of.text[at])),
              fmt::format("{}:{}", of.shown, line_of_byte(of.text, at)))
            .with("try", "a step that makes or fetches it, where the service needs a binary file"));
    return false;
  }

  /// `first_line` is 0 for a path, which has none.
  bool check_names(std::string_view text, const std::string& shown, int first_line) {
    bool good = true;
    std::size_t at = 0;
    for (auto next = next_placeholder(text, at); !next.empty(); next = next_placeholder(text, at)) {
      at = static_cast<std::size_t>(next.data() - text.data()) + next.size();
      const auto known = known_.find(name_in(next));
      if (known != known_.end()) {
        if (!known->second.empty()) to_.used.insert(known->second);
        continue;
      }
      good = false;
      const std::string place =
          first_line == 0 ? shown : fmt::format("{}:{}", shown, line_of_byte(text, at - next.size()));
      const std::string meant = nearest(name_in(next), names_).value_or("");
      found_.push_back(
          wrong(of_, "a placeholder that is not a parameter of the template", std::string(next), place)
              .with("did you mean", meant.empty() ? meant : fmt::format("@@{}@@", meant))
              .with("allowed", joined(names_, ", ")));
    }
    return good;
  }

  const pipeline_template& of_;
  template_skeleton& to_;
  errors& found_;
  std::map<std::string, std::string, std::less<>> known_;
  names names_;
  std::set<std::string> seen_{}, good_{};
};

/// Why a service can have no file of that path; empty where it can.
std::string why_no_path(const std::string& path) {
  for (const std::string& part : split(path, '/')) {
    if (part.empty() || part == "." || part == "..") return "the path leads out of the service's folder";
    if (lower(part) == ".git") return "the path is git's own";
    if (std::ranges::any_of(part, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; }))
      return "the path has a line end or another control character";
  }
  if (path.empty() || path.starts_with('/') || path.ends_with('/'))
    return "the path leads out of the service's folder";
  return path == record_file ? "the file is written by `cicd new` itself" : std::string();
}

/// A value that a parameter may have, where it has no default.
std::string sample_of(const template_parameter& of) {
  if (of.default_value) return *of.default_value;
  if (of.type == parameter_type::choice) return of.allowed.front();
  if (of.type == parameter_type::boolean) return "false";
  if (of.type == parameter_type::integer) return std::to_string(of.least);
  if (of.form == "package") return "com.example";
  if (of.form == "host") return "orders.example.com";
  return "orders";
}

/// A value for each parameter, and more of them where a parameter is a choice or a boolean: each word once.
std::vector<parameter_values> samples_of(const pipeline_template& of) {
  parameter_values first;
  for (const template_parameter& each : of.parameters) first[each.name] = sample_of(each);
  std::vector<parameter_values> all{first};
  for (const template_parameter& each : of.parameters)
    for (const std::string& word :
         each.type == parameter_type::boolean ? names{"true", "false"} : each.allowed)
      if (word != first[each.name]) {
        all.push_back(first);
        all.back()[each.name] = word;
      }
  return all;
}

void add_new(errors& to, errors more) {
  for (error& each : more)
    if (std::ranges::none_of(to, [&](const error& other) { return text_of(other) == text_of(each); }))
      to.push_back(std::move(each));
}

/// Of a template of an environment what a declaration says that it leaves to it: which event is followed, the
/// way, and where records are.
void add_what_is_left(const pipeline_template& of, names& words) {
  const auto says = [&](const names& any) {
    return std::ranges::any_of(of.calls, [&](const template_call& each) {
      return std::ranges::find_first_of(each.arguments, any) != each.arguments.end();
    });
  };
  if (!says({"ON", "FROM", "PIN", "OF"})) words.insert(words.end(), {"ON", "branch", "main"});
  if (!says({"VIA"})) words.insert(words.end(), {"VIA", "render"});
  if (says({"command"}) && !says({"STATE"})) words.insert(words.end(), {"STATE", "s3://state/releases"});
}

/// What a declaration with the template and these values says, with all its scanners.
errors errors_of_calls(const pipeline_template& of,
                       const template_source& source,
                       const parameter_values& values) {
  names words{"TEMPLATE", of.name};
  if (!of.used.empty()) words.emplace_back("SET");
  for (const std::string& each : of.used) words.push_back(each + "=" + values.at(each));
  if (!of.scanners.empty()) words.emplace_back("SCAN");
  for (const template_scanner& each : of.scanners) words.push_back(each.name);
  recorded_calls calls;
  calls.tree = {.source_root = "/source", .build_root = "/build", .target_prefix = {}, .template_path = {}};
  const auto add = [&](const char* function, names arguments) {
    calls.calls.push_back({.where = {.list_file = "/source/CMakeLists.txt", .function = function, .which = 1},
                           .directory = "/source",
                           .arguments = std::move(arguments)});
  };
  if (of.of_environment) {
    add("add_pipeline", {"orders"});
    add("pipeline_image", {"orders", "BASE", "scratch"});
    add("pipeline_service", {"orders", "api", "PORT", "8080"});
    add_what_is_left(of, words);
    words.insert(words.begin(), {"orders", "prod"});
    add("pipeline_environment", std::move(words));
  } else {
    words.insert(words.begin(), "orders");
    add("add_pipeline", std::move(words));
  }
  return model_of(calls, source).errors;
}

}  // namespace
}  // namespace declare_parse_template_skeleton

std::vector<placeholder_doc> skeleton_placeholders() {
  return {{"name", "the service's name: orders-api"},
          {"name_snake", "with `_` for `-`: orders_api"},
          {"name_upper", "the same in capitals: ORDERS_API"},
          {"name_flat", "without `-`: ordersapi"},
          {"name_camel", "ordersApi"},
          {"name_pascal", "OrdersApi"}};
}

or_errors<template_skeleton> read_skeleton(const pipeline_template& of, const template_source& source) {
  using namespace declare_parse_template_skeleton;
  or_errors<template_skeleton> read;
  template_skeleton made;
  std::vector<std::string> chain(of.extends.rbegin(), of.extends.rend());
  chain.push_back(of.name);
  for (const std::string& name : chain) {
    if (!source.files) break;
    const result<std::vector<template_file>> files = source.files(name);
    if (!files) {
      read.errors.push_back(files.error());
      continue;
    }
    skeleton_reader(of, made, read.errors)
        .add(name, source.folder ? source.folder(name) : std::string(), *files);
  }
  std::ranges::stable_sort(made.files, {}, [](const skeleton_file& each) { return !each.parameter.empty(); });
  if (read.errors.empty()) read.made = std::move(made);
  return read;
}

or_errors<std::vector<service_file>> rendered(const template_skeleton& of,
                                              const pipeline_template& from,
                                              std::string_view name,
                                              const parameter_values& values) {
  using namespace declare_parse_template_skeleton;
  parameter_values all = names_of(name);
  for (const auto& [key, value] : values) all[key] = value;
  for (const template_parameter& each : from.parameters)
    if (has_path(each) && all.contains(each.name))
      all[each.name + "_path"] = replaced_all(all[each.name], ".", "/");
  or_errors<std::vector<service_file>> made;
  std::map<std::string, service_file> files;
  for (const skeleton_file& each : of.files) {
    if (!each.parameter.empty() && (!all.contains(each.parameter) || all[each.parameter] != each.value))
      continue;
    const std::string path = replaced(each.path, all);
    if (std::string why = why_no_path(path); !why.empty()) {
      made.errors.push_back(wrong(from, std::move(why), path, each.shown));
      continue;
    }
    files[path] = {path, replaced(each.text, all), each.is_executable};
  }
  for (const auto& [path, file] : files)
    for (auto slash = path.find('/'); slash != path.npos; slash = path.find('/', slash + 1))
      if (files.contains(path.substr(0, slash)))
        made.errors.push_back(wrong(from, "a file has the path of a folder", path.substr(0, slash), path));
  if (!made.errors.empty()) return made;
  made.made.emplace();
  for (auto& [path, file] : files) made->push_back(std::move(file));
  return made;
}

errors check_template(const std::string& name, const template_source& source) {
  using namespace declare_parse_template_skeleton;
  or_errors<pipeline_template> read = read_template(name, source);
  if (!read) return std::move(read.errors);
  or_errors<template_skeleton> skeleton = read_skeleton(*read, source);
  errors found = std::move(skeleton.errors);
  const std::vector<parameter_values> samples = samples_of(*read);
  for (const parameter_values& values : samples) {
    add_new(found, errors_of_calls(*read, source, values));
    if (skeleton) add_new(found, rendered(*skeleton, *read, "orders-api", values).errors);
  }
  if (!skeleton) return found;
  const auto has_list = [](const skeleton_file& each) { return each.path == "CMakeLists.txt"; };
  if (!read->calls.empty() && !skeleton->files.empty() && std::ranges::none_of(skeleton->files, has_list))
    found.push_back(wrong(*read, "the skeleton has no CMakeLists.txt, which declares the pipeline",
                          "service/", skeleton->files.front().shown));
  for (const template_parameter& each : read->parameters)
    if (!read->used.contains(each.name) && !skeleton->used.contains(each.name))
      found.push_back(
          wrong(*read, "a parameter that nothing uses", each.name, each.declared_at)
              .with("try", fmt::format("{{{0}}} in a call, @@{0}@@ in a file of service/, or leave it out",
                                       each.name)));
  return found;
}

}  // namespace cicd::declaring
