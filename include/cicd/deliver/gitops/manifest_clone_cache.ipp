// What was read last from a manifest repository, kept beside the clone so that a deploy with nothing to do
// starts no git. The digest comes first, at a fixed place, over the bytes of the rest.
#pragma once

#include <algorithm>

#include <cicd/base/digest.hpp>
#include <cicd/base/json.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/deliver/gitops/manifest_clone.hpp>
#include <cicd/system/place.hpp>

namespace cicd {
namespace deliver_gitops_manifest_clone_cache {

/// The folder of the clones, and the file of a target below it.
struct known_file {
  std::string folder, path;
};
inline known_file file_of(const manifest_target& target) {
  const std::size_t slash = target.clone.rfind('/');
  return {target.clone.substr(0, slash),
          target.clone.substr(slash + 1) + "/known." + hex(sha256(target.path)).substr(0, 16) + ".json"};
}

/// Of what is remembered; one of another cicd may lack what this one asks for.
constexpr int form = 4;

constexpr std::string_view before_digest = R"({"digest":")";
constexpr std::string_view after_digest = R"(","known":)";

/// The JSON text within the envelope, when it is whole.
inline std::optional<std::string_view> unwrapped(std::string_view text) {
  const std::size_t digits = before_digest.size(), middle = digits + 64, start = middle + after_digest.size();
  if (text.size() <= start || text.back() != '}') return {};
  if (!text.starts_with(before_digest) || text.substr(middle, after_digest.size()) != after_digest) return {};
  const std::string_view inner = text.substr(start, text.size() - start - 1);
  if (text.substr(digits, 64) != hex(sha256(inner))) return {};
  return inner;
}

inline bool is_text(const std::string& bytes) {
  return valid_utf8(bytes) == bytes;
}

inline bool fits_json(const manifest_contents& contents) {
  return std::all_of(contents.files.begin(), contents.files.end(),
                     [](const auto& file) { return is_text(file.first) && is_text(file.second); })
         && std::all_of(contents.modes.begin(), contents.modes.end(),
                        [](const auto& mode) { return is_text(mode.first); })
         && (!contents.record || is_text(*contents.record)) && (!contents.state || is_text(*contents.state));
}

/// Of a target, whatever its tip.
inline std::optional<json> known_of(const manifest_target& target) {
  const auto [folder, path] = file_of(target);
  const auto text = read_below_if_there(folder, path, {.limit = 1'000'000'000});
  if (!text || !*text) return {};
  const auto inner = unwrapped(**text);
  if (!inner) return {};
  result<json> known = parse_json(*inner);
  if (!known || (*known)["form"].integer() != form || (*known)["path"].text() != target.path) return {};
  return *std::move(known);
}

inline manifest_contents contents_in(const json& known) {
  manifest_contents contents;
  for (const auto& [name, content] : known["files"].members()) contents.files.emplace(name, content.text());
  for (const auto& [name, mode] : known["modes"].members()) contents.modes.emplace(name, mode.text());
  if (known["record"].is_string()) contents.record = known["record"].text();
  if (known["state"].is_string()) contents.state = known["state"].text();
  const auto& objects = known["objects"].elements();
  if (objects.size() == 3) contents.objects = {objects[0].text(), objects[1].text(), objects[2].text()};
  return contents;
}

}  // namespace deliver_gitops_manifest_clone_cache

std::optional<manifest_contents> known_contents(const manifest_target& target, const std::string& tip) {
  const std::optional<json> known = deliver_gitops_manifest_clone_cache::known_of(target);
  if (!known || (*known)["tip"].text() != tip) return {};
  return deliver_gitops_manifest_clone_cache::contents_in(*known);
}

std::optional<manifest_contents> last_contents(const manifest_target& target) {
  const std::optional<json> known = deliver_gitops_manifest_clone_cache::known_of(target);
  return known ? std::optional(deliver_gitops_manifest_clone_cache::contents_in(*known)) : std::nullopt;
}

void remember_contents(const manifest_target& target,
                       const std::string& tip,
                       const manifest_contents& contents) {
  using namespace deliver_gitops_manifest_clone_cache;
  if (!fits_json(contents)) return;
  json::object files;
  for (const auto& [name, content] : contents.files) files.emplace_back(name, content);
  json known(json::object{});
  known.set("form", deliver_gitops_manifest_clone_cache::form).set("tip", tip).set("path", target.path);
  known.set("files", json(std::move(files)));
  json::object modes;
  for (const auto& [name, mode] : contents.modes) modes.emplace_back(name, mode);
  known.set("modes", json(std::move(modes)));
  known.set("record", contents.record ? json(*contents.record) : json());
  known.set("state", contents.state ? json(*contents.state) : json());
  if (contents.objects)
    known.set("objects", json_texts({contents.objects->begin(), contents.objects->end()}));
  const std::string inner = compact(known);
  const auto [folder, path] = file_of(target);
  // Best effort: without it the next look asks git.
  (void)place_text(folder, path,
                   std::string(before_digest) + hex(sha256(inner)) + std::string(after_digest) + inner + '}',
                   durability::fast);
}

}  // namespace cicd
