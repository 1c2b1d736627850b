// From a bundle's calls and a build tree's environments to one declared pipeline.
#pragma once

#include <algorithm>
#include <map>
#include <optional>

#include <fmt/format.h>

#include <cicd/base/json.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/declare/options/options.hpp>
#include <cicd/declare/parse/parser.hpp>
#include <cicd/declare/typed_calls.hpp>
#include <cicd/deliver/records/untrusted.hpp>
#include <cicd/deliver/release/artifact.hpp>
#include <cicd/deliver/release/bundle_model.hpp>

namespace cicd {

namespace deliver_release_bundle_model {
namespace {

using declaring::is_keyword;
using declaring::option;
using words = std::vector<std::string>;

error not_a_bundle(const std::string& where, std::string why) {
  return {.kind = exit_class::corrupt,
          .subject = {},
          .what = "the artifact's bundle cannot be trusted, and is left as it is",
          .value = where,
          .notes = notes_of_untrusted(std::move(why))};
}

result<json> bundle_from(const std::string& text, const std::string& where) {
  result<json> from = parse_json(text);
  if (!from) return not_a_bundle(where, from.error().what);
  const std::int64_t schema = (*from)["schema"].integer();
  if (schema > artifact_schema) return not_a_bundle(where, newer_schema(schema, artifact_schema));
  if (schema < 1 || !(*from)["calls"].is_array()) return not_a_bundle(where, "it has no schema or no calls");
  return from;
}

const std::vector<option>& options_of_call(const std::string& function) {
  for (const declaring_function& each : declaring_functions())
    if (each.name == function) return declaring::options_of(each.kind);
  static const std::vector<option> none;
  return none;
}

/// Where the option's keyword stands, and the first word behind its values; both the end without it.
std::pair<std::size_t, std::size_t> span_of(const words& all,
                                            const std::vector<option>& options,
                                            std::string_view keyword) {
  std::size_t from = 0;
  while (from < all.size() && !(all[from] == keyword && is_keyword(all[from], options))) ++from;
  std::size_t to = std::min(from + 1, all.size());
  while (to < all.size() && !is_keyword(all[to], options)) ++to;
  return {from, to};
}

void leave_out(words& all, const std::vector<option>& options, std::string_view keyword) {
  const auto [from, to] = span_of(all, options, keyword);
  all.erase(all.begin() + static_cast<std::ptrdiff_t>(from), all.begin() + static_cast<std::ptrdiff_t>(to));
}

bool has_environment(const declared_pipeline& asking, const std::string& name) {
  return name == "preview" || name == "canary"
         || std::ranges::any_of(all_environments(asking.declared),
                                [&](const environment* each) { return each->name.view() == name; });
}

/// Without the environments that are not declared any more; false where none is left, so that the call says
/// nothing here.
bool keep_places(words& all, const std::vector<option>& options, const declared_pipeline& asking) {
  const auto [from, to] = span_of(all, options, "IN");
  if (from == all.size()) return true;
  const auto first = all.begin() + static_cast<std::ptrdiff_t>(from) + 1;
  const auto last = all.begin() + static_cast<std::ptrdiff_t>(to);
  const auto gone =
      std::remove_if(first, last, [&](const std::string& name) { return !has_environment(asking, name); });
  if (gone == first) return false;
  all.erase(gone, last);
  return true;
}

/// Steps are not the bundle's; of services the order among its own is, what comes before them of another
/// pipeline is declared here.
void keep_after(call& of, const std::vector<option>& options, const declared_pipeline& asking) {
  if (of.where.function != "pipeline_service") return leave_out(of.arguments, options, "AFTER");
  words& all = of.arguments;
  const auto [from, to] = span_of(all, options, "AFTER");
  if (from == all.size()) return;
  const std::string own = asking.declared.name.str() + "/";
  const auto first = all.begin() + static_cast<std::ptrdiff_t>(from) + 1;
  const auto last = all.begin() + static_cast<std::ptrdiff_t>(to);
  const auto gone = std::remove_if(first, last, [&](const std::string& name) {
    return name.find('/') != std::string::npos && !name.starts_with(own);
  });
  const bool is_none = gone == first;
  all.erase(gone, last);
  if (is_none) leave_out(all, options, "AFTER");
}

/// As bundles of before have it: which job built it is of no more importance.
void forget_builder(call& of, const std::vector<option>& options) {
  words& all = of.arguments;
  if (of.where.function != "pipeline_image") return;
  if (span_of(all, options, "BUILT_BY").first == all.size()) return;
  for (const char* each : {"BUILT_BY", "BUILT_BY_TOKEN", "TAG"}) leave_out(all, options, each);
  all.insert(all.end(), {"BASE", "scratch"});
}

/// As bundles of before have it: who publishes signs.
void forget_signing(call& of, const std::vector<option>& options) {
  if (of.where.function != "add_pipeline") return;
  for (const char* each : {"SIGN_IMAGES", "SIGN_PASSWORD", "SIGN_KEYLESS"})
    leave_out(of.arguments, options, each);
}

/// Where and whether it runs, as calls; the first is that of add_pipeline().
std::vector<call> calls_of_places(const declared_pipeline& asking) {
  pipeline where;
  where.name = asking.declared.name;
  where.pipeline_ref = asking.declared.pipeline_ref;
  where.formerly = asking.declared.formerly;
  for (const environment* each : all_environments(asking.declared)) where.environments.push_back(*each);
  where.secrets = asking.declared.secrets;
  // Of the commit, and in the bundle.
  for (environment& each : where.environments) {
    each.of = {};
    each.manifests_from.clear();
    each.parameters.clear();
  }
  const std::string file = asking.declared_in.empty() ? std::string() : asking.declared_in.front();
  return calls_of(where, {file, asking.source_directory});
}

/// A call of the bundle as one of this machine; nothing where it is of environments that are gone.
std::optional<call> call_from(const json& from,
                              const declared_pipeline& asking,
                              const machine_paths& paths,
                              const std::string& where) {
  call made;
  made.where.list_file = where;
  made.where.function = from["function"].text();
  made.directory = asking.source_directory;
  for (std::string word : from["arguments"].texts()) {
    for (const auto& [path, stands_for] : paths) word = replaced_all(std::move(word), stands_for, path);
    made.arguments.push_back(std::move(word));
  }
  const std::vector<option>& options = options_of_call(made.where.function);
  keep_after(made, options, asking);
  forget_builder(made, options);
  forget_signing(made, options);
  if (!keep_places(made.arguments, options, asking)) return std::nullopt;
  made.where.part =
      joined(words(made.arguments.begin(),
                   made.arguments.begin()
                       + static_cast<std::ptrdiff_t>(std::min<std::size_t>(2, made.arguments.size()))),
             "/");
  return made;
}

/// The values of a bundle's add_pipeline() beside the name.
void add_values(call& to, const call& from) {
  if (!from.arguments.empty())
    to.arguments.insert(to.arguments.end(), from.arguments.begin() + 1, from.arguments.end());
}

bool has_service(const pipeline& declared, std::string_view name) {
  return std::ranges::any_of(declared.services,
                             [&](const service& each) { return each.name.view() == name; });
}

/// All that is not read from the bundle, as it was checked already.
void add_places(declared_pipeline& to, const declared_pipeline& asking) {
  to.declared.environments = asking.declared.environments;
  to.declared.releases = asking.declared.releases;
  to.declared.previews = asking.declared.previews;
  to.declared.secrets = asking.declared.secrets;
  to.declared.notifiers = asking.declared.notifiers;
  for (const canary& each : asking.declared.canaries)
    if (has_service(to.declared, each.service.view())) to.declared.canaries.push_back(each);
  to.source_directory = asking.source_directory;
  to.clone_directory = asking.clone_directory;
  to.declared.artifacts = asking.declared.artifacts;
  to.declared.code = asking.declared.code;
  to.declared_in = asking.declared_in;
  to.departures = asking.departures;
  to.configured_from = asking.configured_from;
  for (const auto& [path, from] : asking.origins)
    if (path.starts_with("environment.")) to.origins.insert_or_assign(path, from);
}

using options_of_one = std::map<std::string, std::string>;  ///< keyword → values

/// By what each call declares.
std::map<std::string, options_of_one> options_in(const json& bundle) {
  std::map<std::string, options_of_one> all;
  for (const json& each : bundle["calls"].elements()) {
    const std::string function = each["function"].text();
    const std::vector<option>& options = options_of_call(function);
    std::string title = function, keyword;
    options_of_one found;
    for (const std::string& word : each["arguments"].texts()) {
      if (is_keyword(word, options)) {
        keyword = word;
        found[keyword];
      } else if (keyword.empty()) {
        title += " " + word;
      } else {
        found[keyword] += (found[keyword].empty() ? "" : " ") + word;
      }
    }
    if (const auto in = found.find("IN"); in != found.end()) {
      title += " IN " + in->second;
      found.erase(in);
    }
    all[title] = std::move(found);
  }
  return all;
}

void add_changes(const std::string& what,
                 const options_of_one& before,
                 const options_of_one& after,
                 std::vector<bundle_change>& to) {
  const auto value_in = [](const options_of_one& all, const std::string& keyword) {
    const auto found = all.find(keyword);
    return found == all.end() ? std::string() : found->second;
  };
  options_of_one keywords = before;
  keywords.insert(after.begin(), after.end());
  for (const auto& [keyword, value] : keywords)
    if (value_in(before, keyword) != value_in(after, keyword)
        || before.contains(keyword) != after.contains(keyword))
      to.push_back({what, keyword, value_in(before, keyword), value_in(after, keyword)});
}

error does_not_fit(const error& why, const std::string& where) {
  error failure{exit_class::conflict,
                why.subject,
                "what runs by the artifact's bundle cannot be in these environments: " + why.what,
                why.value,
                {{"bundle", where}}};
  for (const note& each : why.notes) failure.notes.push_back(each);
  return failure;
}

}  // namespace
}  // namespace deliver_release_bundle_model

result<std::map<std::string, std::string>> files_in_bundle(const std::string& bundle,
                                                           const std::string& where) {
  using namespace deliver_release_bundle_model;
  const result<json> from = bundle_from(bundle, where);
  if (!from) return from.error();
  std::map<std::string, std::string> files;
  for (const auto& [path, content] : (*from)["files"].members()) {
    const bool is_text = content["text"].is_string();
    std::optional<std::string> bytes =
        is_text ? std::optional(content["text"].text()) : bytes_of_base64(content["base64"].text());
    if (!bytes) return not_a_bundle(where, "the content of a file has another form: " + displayable(path));
    files.emplace(path, *std::move(bytes));
  }
  return files;
}

result<std::vector<bundle_change>> changes_between_bundles(const std::string& before,
                                                           const std::string& after,
                                                           const std::string& where) {
  using namespace deliver_release_bundle_model;
  const result<json> old = bundle_from(before, where), now = bundle_from(after, where);
  if (!old) return old.error();
  if (!now) return now.error();
  const auto there = options_in(*old), here = options_in(*now);
  std::vector<bundle_change> changes;
  for (const auto& [what, options] : here) {
    if (const auto same = there.find(what); same != there.end())
      add_changes(what, same->second, options, changes);
    else
      changes.push_back({what, {}, {}, "declared"});
  }
  for (const auto& [what, options] : there)
    if (!here.contains(what)) changes.push_back({what, {}, "declared", {}});
  const json &files = (*old)["files"], &new_files = (*now)["files"];
  for (const auto& [path, content] : new_files.members())
    if (files[path] != content)
      changes.push_back({path, {}, files[path].is_null() ? "" : "there", "changed"});
  for (const auto& [path, content] : files.members())
    if (new_files[path].is_null()) changes.push_back({path, {}, "there", {}});
  return changes;
}

result<std::shared_ptr<const declared_pipeline>> model_of(const std::string& bundle,
                                                          const declared_pipeline& asking,
                                                          const machine_paths& paths,
                                                          const std::string& where) {
  using namespace deliver_release_bundle_model;
  const result<json> from = bundle_from(bundle, where);
  if (!from) return from.error();
  recorded_calls calls;
  calls.tree.source_root = asking.source_directory;
  calls.calls = calls_of_places(asking);
  for (const json& each : (*from)["calls"].elements()) {
    std::optional<call> made = call_from(each, asking, paths, where);
    if (!made || made->where.function == "pipeline_release") continue;
    if (made->where.function == "add_pipeline")
      add_values(calls.calls.front(), *made);
    else
      calls.calls.push_back(*std::move(made));
  }
  model_or_errors read = model_of(calls, template_source{});
  if (!read.errors.empty()) return does_not_fit(read.errors.front(), where);
  if (read.model.pipelines.size() != 1) return not_a_bundle(where, "it declares no pipeline");
  const auto made = std::make_shared<declared_pipeline>(std::move(read.model.pipelines.front()));
  add_places(*made, asking);
  return std::shared_ptr<const declared_pipeline>(made);
}

}  // namespace cicd
