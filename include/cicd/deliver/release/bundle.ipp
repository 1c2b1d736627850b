// The declaration of what runs, as text.
#pragma once

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include <cicd/base/json.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/declare/typed_calls.hpp>
#include <cicd/deliver/release/artifact.hpp>
#include <cicd/deliver/release/bundle.hpp>

namespace cicd {

namespace deliver_release_bundle {
namespace {

/// Less where and whether it runs, and how it is built.
pipeline what_runs(pipeline declared) {
  declared.base_template = {};
  declared.set.clear();
  declared.directory = {};
  declared.artifacts = {};
  declared.code = {};
  declared.base = {};
  declared.jar = {};
  declared.base_after.clear();
  declared.scan.clear();
  declared.fail_on = {};
  declared.baseline = {};
  declared.pipeline_ref = {};
  declared.approval_to_build = false;
  declared.formerly.clear();
  // Of secrets of the commit that published; a deploy signs nothing.
  declared.sign_images = {};
  declared.sign_password = {};
  declared.sign_keyless = false;
  declared.steps.clear();
  for (image& each : declared.images) {
    if (each.built_by.empty()) continue;
    each.built_by.clear();
    each.built_by_token = {};
    each.tag = {};
    each.base = text("scratch");  // an image is of something
  }
  // What this build tree was given is the artifact's.
  for (setting& each : declared.settings)
    if (each.in.empty() && each.value) each.default_value = std::exchange(each.value, {});
  declared.environments.clear();
  declared.releases.clear();
  declared.previews.clear();
  declared.canaries.clear();
  declared.secrets.clear();
  declared.notifiers.clear();
  return declared;
}

json file_json(const std::string& content) {
  if (valid_utf8(content) == content) return json().set("text", content);
  return json().set("base64", base64(content));
}

/// `pipeline_service orders api`, what a call declares.
std::string title_of(const json& call) {
  const std::vector<std::string> words = call["arguments"].texts();
  const bool has_name = call["function"].text() != "add_pipeline" && words.size() > 1;
  std::string title = call["function"].text();
  for (std::size_t at = 0; at < std::min<std::size_t>(words.size(), has_name ? 2 : 1); ++at)
    title += " " + words[at];
  const auto in = std::ranges::find(words, "IN");
  if (in != words.end() && in + 1 != words.end()) title += " IN " + *(in + 1);
  return title;
}

/// Around the first word that differs.
std::string words_from(const std::vector<std::string>& words, std::size_t at) {
  if (at >= words.size()) return "nothing";
  const bool has_keyword = at > 0;
  return has_keyword ? words[at - 1] + " " + words[at] : words[at];
}

std::string between(const json& there, const json& here) {
  const std::vector<std::string> old = there["arguments"].texts(), now = here["arguments"].texts();
  const auto differ = std::ranges::mismatch(old, now);
  const auto at = static_cast<std::size_t>(differ.in1 - old.begin());
  return fmt::format("{}: there {}; here {}", title_of(here), words_from(old, at), words_from(now, at));
}

const json* same_title(const json& all, const std::string& title) {
  for (const json& each : all.elements())
    if (title_of(each) == title) return &each;
  return nullptr;
}

}  // namespace
}  // namespace deliver_release_bundle

machine_paths paths_of(const declared_pipeline& pipeline, const std::string& build_root) {
  machine_paths paths{{build_root, "{build}"}, {pipeline.source_directory, "{source}"}};
  // A folder within the other first.
  std::ranges::sort(paths, std::ranges::greater(), [](const auto& each) { return each.first.size(); });
  return paths;
}

std::string without_paths(std::string text, const machine_paths& paths) {
  for (const auto& [path, word] : paths)
    if (path.size() > 1) text = replaced_all(std::move(text), path, word);
  return text;
}

std::string bundle_of(const declared_pipeline& pipeline,
                      const std::map<std::string, std::string>& files,
                      const machine_paths& paths) {
  using namespace deliver_release_bundle;
  json calls(json::array{}), contents(json::object{});
  for (const call& each : calls_of(what_runs(pipeline.declared), {})) {
    std::vector<std::string> words;
    for (const std::string& word : each.arguments) words.push_back(without_paths(word, paths));
    calls.push(json().set("function", each.where.function).set("arguments", json_texts(words)));
  }
  for (const auto& [path, content] : files) contents.set(path, file_json(content));
  json bundle;
  bundle.set("schema", artifact_schema).set("pipeline", pipeline.declared.name.str());
  bundle.set("calls", std::move(calls)).set("files", std::move(contents));
  return compact(bundle);
}

std::string bundle_difference(const std::string& there, const std::string& here) {
  using namespace deliver_release_bundle;
  if (there == here) return {};
  const json old = parse_json(there).value_or({}), now = parse_json(here).value_or({});
  for (const json& each : now["calls"].elements()) {
    const json* before = same_title(old["calls"], title_of(each));
    if (before == nullptr) return title_of(each) + " is declared here only";
    if (*before != each) return between(*before, each);
  }
  for (const json& each : old["calls"].elements())
    if (same_title(now["calls"], title_of(each)) == nullptr)
      return title_of(each) + " was declared there only";
  for (const auto& [path, content] : now["files"].members())
    if (old["files"][path] != content) return path;
  for (const auto& [path, content] : old["files"].members())
    if (now["files"][path].is_null()) return path + " is there only";
  return "the order of the calls";
}

}  // namespace cicd
