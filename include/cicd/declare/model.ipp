// From recorded calls to a checked model: read each call, give it to its pipeline, expand templates, check,
// hand over.
#pragma once

#include <cicd/declare/model.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <span>

#include <cicd/declare/check/checks.hpp>
#include <cicd/declare/check/finish.hpp>
#include <cicd/declare/check/settings.hpp>
#include <cicd/declare/parse/templates.hpp>

namespace cicd {

namespace declaring {
namespace {

class model_builder {
 public:
  model_builder(const recorded_calls& calls, const template_source& templates, const zone_source& zones)
      : calls_(calls),
        templates_(templates),
        zones_(zones),
        found_(calls.tree.source_root, calls.tree.build_root) {
    if (templates_.names) known_.templates = templates_.names();
    for (const call& each : calls_.calls)
      if (each.where.function == kind<environment>.function && each.arguments.size() > 1)
        known_.environments[each.arguments[0]].push_back(each.arguments[1]);
  }

  model_or_errors built() && {
    for (std::size_t at = 0; at < calls_.calls.size(); ++at)
      if (calls_.calls[at].where.function == "add_pipeline") open_draft(site_of(calls_.calls[at], at));
    expand_templates();
    // What changes a function of a C++ file may stand before the call that names the file.
    for (const bool of_cpp : {true, false})
      for (std::size_t at = 0; at < calls_.calls.size(); ++at)
        if (calls_.calls[at].is_of_cpp() == of_cpp) read_part_at(at);
    for (draft& each : drafts_) {
      apply_settings(each, calls_.tree, found_);
      add_tree_parts(each, tree_secrets_);
      add_tree_parts(each, tree_notifiers_);
      finish_stages(each);
      finish_images(each, found_);
      check_pipeline(each, zones_, found_);
      check_paths(each, calls_.tree.build_root, found_);
      check_caches(each, calls_.tree.build_root, found_);
      check_scans(each, found_);
    }
    for (const declaration<notifier>& each : tree_notifiers_.items())
      check_notifier(each, tree_secrets_, found_);
    check_given_settings(drafts_, calls_.tree, found_);
    check_order(drafts_, found_);
    check_service_order(drafts_, found_);
    for (const call_site& each : sites_) check_logins(each, found_);
    check_between(drafts_, found_);
    check_exports();
    check_prefix();
    return outcome();
  }

 private:
  call_site& site_of(const call& from, std::size_t order) {
    return sites_.emplace_back(call_site{.from = &from, .order = order, .subject = {}, .known = &known_});
  }

  void open_draft(call_site& site) {
    declaration<pipeline> own = read_pipeline(site, found_);
    check_source(own, found_);
    if (own.name.empty()) return;
    if (const auto first = by_name_.find(own.name); first != by_name_.end())
      return found_.add(
          own.near("name"),
          declared_twice("pipeline", own.name, found_.text_of(first->second->own.site->from->where)));
    draft& made = drafts_.emplace_back();
    made.own = std::move(own);
    by_name_.emplace(made.own.name, &made);
  }

  void read_part_at(std::size_t at) {
    const call& from = calls_.calls[at];
    if (from.where.function == "add_pipelines")
      read_pipelines(site_of(from, at), found_);
    else if (from.where.function == "pipeline_ci")
      take_exports(read_ci_export(site_of(from, at), found_));
    else if (from.where.function != "add_pipeline")
      read_into_draft(site_of(from, at));
  }

  void take_exports(declaration<ci_export> read) {
    if (exports_)
      return found_.add(read.start(), given_twice("pipeline_ci() of the build tree", "pipeline_ci",
                                                  found_.text_of(exports_->site->from->where)));
    exports_ = std::move(read);
  }

  /// Whether `cicd reconcile` moves something of it: by itself, or built elsewhere.
  static bool is_reconciled(const draft& of) {
    const auto& places = of.all<environment>().items();
    return of.own.value.code || std::ranges::any_of(places, [](const declaration<environment>& each) {
             return each.value.on.kind == ref_kind::none && !each.value.from.empty();
           });
  }

  /// LOGINS are of environments that there are, and of jobs.
  void check_exports() {
    if (!exports_) return;
    std::vector<std::string> names{"publish"};
    if (std::ranges::any_of(drafts_, is_reconciled))
      names.insert(names.end(), {"reconcile", "reconcile-plan"});
    for (const draft& each : drafts_)
      for (const std::string& name : each.all<environment>().names())
        if (std::ranges::find(names, name) == names.end()) names.push_back(name);
    const auto& logins = exports_->value.logins;
    for (std::size_t at = 0; at < logins.size(); ++at)
      if (std::ranges::find(names, logins[at].key.view()) == names.end())
        found_.add(word_at(*exports_, "logins", at),
                   unknown_reference("LOGINS", "environment", logins[at].key.view(), names));
  }

  void expand_templates() {
    for (draft& each : drafts_)
      if (each.own.value.base_template) expand_template(each);
  }

  void expand_template(draft& into) {
    const declaration<pipeline>& own = into.own;
    const auto found = template_of(own);
    if (!found) {
      into.without_template = true;
      return;
    }
    const std::string fail_on = own.value.fail_on ? own.value.fail_on.str() : "medium";
    for (call& each : expanded(*found, own.name, own.site->from->directory, chosen_scanners(own, *found),
                               fail_on, chosen_values(own, *found)))
      read_into_draft(site_of(template_calls_.emplace_back(std::move(each)), own.site->order));
  }

  /// The template that the call names; nothing where it cannot be taken there, which is said.
  template <typename T>
  std::optional<pipeline_template> template_of(const declaration<T>& of) {
    constexpr bool of_environment = std::is_same_v<T, environment>;
    const place where = word_at(of, "template", 0);
    result<pipeline_template> found = template_named(of.value.base_template.view(), templates_);
    if (!found) return found_.add(where, remark_from(std::move(found).error())), std::nullopt;
    // One without calls says nothing, and may be meant as either.
    if (found->of_environment == of_environment || (found->calls.empty() && of_environment))
      return std::move(*found);
    return found_.add(where, template_of_other_kind(*found)), std::nullopt;
  }

  /// Lays what an environment's call says over what its template does.
  void lay_over_template(declaration<environment>& read, call_site& site) {
    if (!read.at("template") || read.name.empty()) return;
    const auto found = read.value.base_template ? template_of(read) : std::nullopt;
    if (!found) {
      site.unclear = true;
      return;
    }
    parameter_values values = chosen_values(read, *found);
    values["environment"] = read.name;
    std::optional<declaration<environment>> made;
    const place where = word_at(read, "template", 0);
    const auto files = [this](const std::string& name) { return files_of(name); };
    auto of_template = found->calls.begin();
    for (call& each : expanded(*found, read.pipeline, site.from->directory, {}, {}, values)) {
      for (std::size_t at = 0; templates_.files && at < each.arguments.size(); ++at)
        if (auto wrong = wrong_file_of(*of_template, each, at, files)) found_.add(where, *std::move(wrong));
      ++of_template;
      call_site& of = site_of(template_calls_.emplace_back(std::move(each)), site.order);
      declaration<environment> said = read_part<environment>(of, found_);
      if (said.at("template")) found_.add(said.at("template"), template_in_template(*found));
      if (made)
        lay_over(*made, said);
      else
        made = std::move(said);
    }
    if (!made) return;
    lay_over(*made, read);
    read = *std::move(made);
  }

  std::span<const template_file> files_of(const std::string& name) {
    const auto [at, is_first] = template_files_.try_emplace(name);
    if (is_first)
      if (auto files = templates_.files(name)) at->second = *std::move(files);
    return at->second;
  }

  /// A template's error as one of the call that asked for it.
  static remark remark_from(error failure) {
    const auto note_of = [&](std::string_view label) {
      for (const note& each : failure.notes)
        if (each.label == label) return each.text;
      return std::string();
    };
    std::vector<note> further = failure.notes;
    std::erase_if(further, [](const note& each) {
      return each.label == "allowed" || each.label == "did you mean" || each.label == "try";
    });
    for (note& each : further)
      if (each.label == "declared at") each.label = "in";
    return {
        .what = failure.subject.empty() ? "TEMPLATE: " + failure.what : failure.subject + ": " + failure.what,
        .value = failure.value,
        .allowed = note_of("allowed"),
        .did_you_mean = note_of("did you mean"),
        .help = note_of("try"),
        .further = std::move(further)};
  }

  std::vector<std::string> chosen_scanners(const declaration<pipeline>& own, const pipeline_template& from) {
    std::vector<std::string> chosen;
    for (const template_scanner& each : from.scanners)
      if (each.by_default && !own.at("scan")) chosen.push_back(each.name);
    for (std::size_t at = 0; at < own.value.scan.size(); ++at) {
      chosen.push_back(own.value.scan[at].str());
      if (!from.scanner(chosen.back()))
        found_.add(word_at(own, "scan", at),
                   unknown_reference("SCAN", "scanner", chosen.back(), from.scanner_names()));
    }
    return chosen;
  }

  /// The values that SET gives over the defaults of the template.
  template <typename T>
  parameter_values chosen_values(const declaration<T>& own, const pipeline_template& from) {
    parameter_values given;
    const place first = own.at("set");
    for (std::size_t at = 0; at < own.value.set.size(); ++at) {
      const label& each = own.value.set[at];
      const place where = word_at(own, "set", at);
      if (auto wrong = wrong_value_of(from.parameters, each.key.view(), each.value)) {
        found_.add(where, {.what = "SET: " + wrong->what,
                           .value = wrong->value,
                           .allowed = wrong->allowed,
                           .did_you_mean = wrong->did_you_mean});
        continue;
      }
      if (!from.used.contains(each.key.view()))
        found_.add(where, meaningless_option(fmt::format("SET {}", each.key.view()),
                                             "in a declaration: the parameter is used by `cicd new` alone",
                                             "leave it out"));
      given[each.key.str()] = each.value;
    }
    for (const std::string& name : without_value(from.parameters, given))
      if (from.used.contains(name))
        found_.add(
            first ? first : own.at("template"),
            missing_option("SET " + name, "SET " + name + "=<value>: " + from.parameter(name)->words, ""));
    return values_over_defaults(from.parameters, given);
  }

  void read_into_draft(call_site& site) {
    const std::string& function = site.from->where.function;
    if (function == "pipeline_label") return add_labels(read_labels(site, found_));
    if (function == "pipeline_scan") return add_scan(read_part<step>(site, found_));
    bool is_read = false;
    each_kind([&]<typename T>() {
      if (function != kind<T>.function) return;
      declaration<T> read = read_part<T>(site, found_);
      if constexpr (std::is_same_v<T, environment>) lay_over_template(read, site);
      add_part(std::move(read));
      is_read = true;
    });
    if (!is_read) add_part(read_part<step>(site, found_));  // a scanner of a template
  }

  /// A step whose stage is said by the function.
  void add_scan(declaration<step> read) {
    if (read.at("stage"))
      found_.add(read.at("stage"),
                 meaningless_option("STAGE", "in pipeline_scan(): it is a scan", "leave it out"));
    read.value.stage = step_stage::scan;
    read.give("stage", read.start());
    add_part(std::move(read));
  }

  draft* draft_for(const std::string& pipeline, const call_site& site) {
    if (pipeline.empty()) return nullptr;
    const auto known = by_name_.find(pipeline);
    if (known != by_name_.end()) return known->second;
    std::vector<std::string> names;
    for (const draft& each : drafts_) names.push_back(each.own.name);
    found_.add({&site, 0}, unknown_reference({}, "pipeline", pipeline, names));
    return nullptr;
  }

  template <typename T>
  void add_part(declaration<T> read) {
    if constexpr (may_be_of_tree<T>)
      if (read.pipeline.empty()) return add_to_tree(std::move(read));
    draft* into = draft_for(read.pipeline, *read.site);
    if (!into || (read.name.empty() && is_named<T>)) return;
    auto& list = into->all<T>();
    if constexpr (has_places<T>)
      if (read.at("in")) return list.overrides.push_back(std::move(read));
    declaration<T>* under = list.find(read.name);
    if (!under) return list.add(std::move(read));
    if (is_of_template(*under) || is_function(*under, read)) return put_over(*under, read);
    if (read.site->unclear) return;  // a forgotten IN would be said twice
    const std::string before = found_.text_of(under->site->from->where);
    if constexpr (is_named<T>)
      found_.add(read.near("name"), declared_twice(kind<T>.noun, read.name, before));
    else if constexpr (std::is_same_v<T, notifier>)
      found_.add(read.start(), given_twice("notifier of this pipeline", read.name, before));
    else if constexpr (std::is_same_v<T, release>)
      found_.add(read.start(), given_twice("release of this pipeline", read.pipeline, before));
    else
      found_.add(read.near("in"),
                 given_twice(fmt::format("{} IN this environment", kind<T>.noun), read.name, before));
  }

  /// One that bears a pipeline's name is most likely a pipeline's own whose name is missing.
  void add_to_tree(declaration<secret> read) {
    if (read.name.empty()) return;
    if (by_name_.contains(read.name)) return found_.add(read.start(), missing_name(function_for("secret")));
    if (const declaration<secret>* first = tree_secrets_.find(read.name))
      return found_.add(read.near("name"),
                        declared_twice("secret", read.name, found_.text_of(first->site->from->where)));
    check_secret(read, found_);
    tree_secrets_.add(std::move(read));
  }

  void add_to_tree(declaration<notifier> read) {
    if (const declaration<notifier>* first = tree_notifiers_.find(read.name))
      return found_.add(read.start(), given_twice("notifier of the build tree", read.name,
                                                  found_.text_of(first->site->from->where)));
    tree_notifiers_.add(std::move(read));
  }

  template <typename T>
  void add_tree_parts(draft& to, const named_list<T>& of_tree) {
    auto& own = to.all<T>();
    for (const declaration<T>& each : of_tree.items())
      if (!own.find(each.name))
        own.add(each);
      else if constexpr (std::is_same_v<T, notifier>)
        to.replaced_notifiers.emplace_back(each.name, each.site);
  }

  /// Labels of several calls add up; one key stands once.
  void add_labels(const declaration<pipeline>& read) {
    draft* into = draft_for(read.pipeline, *read.site);
    if (!into) return;
    const std::vector<annotation> before = into->own.value.labels;
    for (const annotation& each : read.value.labels) {
      const bool taken = std::any_of(before.begin(), before.end(),
                                     [&](const annotation& other) { return other.key == each.key; });
      if (taken)
        found_.add(read.start(), label_given_twice(each.key.view()));
      else
        into->own.value.labels.push_back(each);
    }
    into->label_calls.push_back(read.site);
  }

  template <typename T>
  bool is_of_template(const declaration<T>& of) const {
    return of.site->from < calls_.calls.data() || of.site->from >= calls_.calls.data() + calls_.calls.size();
  }

  /// Whether a call of CMake changes a step of a C++ file that is a function.
  template <typename T>
  static bool is_function(const declaration<T>& under, const declaration<T>& over) {
    return under.at("run") && under.site->from->is_of_cpp() && !over.site->from->is_of_cpp();
  }

  /// A step that says what to run replaces the one under it, except for its stage; one that does not changes
  /// only what it names.
  static void put_over(declaration<step>& under, const declaration<step>& over) {
    const bool says_what_to_run =
        over.at("command") || over.at("shell") || (over.at("run") && over.site->from->is_of_cpp());
    if (!says_what_to_run) return lay_over(under, over);
    const place stage_at = under.at("stage");
    const step_stage stage = under.value.stage;
    under = over;
    if (over.at("stage") || !stage_at) return;
    under.value.stage = stage;
    const auto& options = options_of<step>();
    for (std::size_t at = 0; at < options.size(); ++at)
      if (options[at].key == "stage") under.given[at] = stage_at;
  }

  template <typename T>
  static void put_over(declaration<T>& under, const declaration<T>& over) {
    lay_over(under, over);
  }

  void check_prefix() {
    const std::string& prefix = calls_.tree.target_prefix;
    const bool allowed = std::all_of(prefix.begin(), prefix.end(), [](char c) {
      return detail::is_alnum_lower(c) || detail::is_upper(c) || c == '_' || c == '-' || c == '+' || c == '.';
    });
    const bool of_a_pipeline =
        prefix.ends_with('.') && by_name_.contains(prefix.substr(0, prefix.size() - 1));
    if (!allowed || of_a_pipeline) found_.add({}, wrong_prefix(prefix));
  }

  model_or_errors outcome() {
    model_or_errors made;
    made.errors = found_.errors_in_order(&made.places);
    made.warnings = found_.warnings_in_order();
    made.model.tree = calls_.tree;
    if (exports_) {
      made.model.exports = exports_->value;
      made.model.exports_line = found_.text_of(exports_->site->from->where);
    }
    if (made.errors.empty())
      for (draft& each : drafts_) {
        made.model.pipelines.push_back(handed_over(each));
        made.model.pipelines.back().configured_from = calls_.tree.files;
      }
    return made;
  }

  const recorded_calls& calls_;
  const template_source& templates_;
  const zone_source& zones_;
  findings found_;
  known_words known_;
  std::deque<call_site> sites_;
  std::deque<call> template_calls_;
  std::map<std::string, std::vector<template_file>> template_files_;
  std::deque<draft> drafts_;
  named_list<secret> tree_secrets_;
  named_list<notifier> tree_notifiers_;
  std::optional<declaration<ci_export>> exports_;
  std::unordered_map<std::string, draft*> by_name_;
};

}  // namespace
}  // namespace declaring

const declared_pipeline* model::find(std::string_view name) const {
  const auto found = std::find_if(pipelines.begin(), pipelines.end(), [&](const declared_pipeline& each) {
    return each.declared.name.view() == name;
  });
  return found == pipelines.end() ? nullptr : &*found;
}

error no_such_pipeline(const model& of, const std::string& name) {
  std::vector<std::string> names;
  for (const declared_pipeline& each : of.pipelines) names.push_back(each.declared.name.str());
  return error{exit_class::usage, {}, "there is no such pipeline", name, {}}
      .with("did you mean", nearest(name, names).value_or(""))
      .with("allowed", joined(names, ", "));
}

error with_origin(error of, const declared_pipeline& in, const std::string& path) {
  if (const auto found = in.origins.find(path); found != in.origins.end())
    of.notes.insert(of.notes.begin(), {"declared at", found->second.text(in.source_directory)});
  return of;
}

std::vector<const environment*> all_environments(const pipeline& declared) {
  std::vector<const environment*> all;
  for (const environment& whole : declared.environments)
    for (const environment* each : with_parts(whole)) all.push_back(each);
  return all;
}

std::set<std::string, std::less<>> secret_variables_of(const model& of) {
  std::set<std::string, std::less<>> names;
  for (const declared_pipeline& each : of.pipelines)
    for (const secret& one : each.declared.secrets)
      if (one.pass_env) names.insert(one.pass_env.str());
  return names;
}

model_or_errors model_of(const recorded_calls& calls,
                         const template_source& templates,
                         const zone_source& zones) {
  return declaring::model_builder(calls, templates, zones).built();
}

}  // namespace cicd
