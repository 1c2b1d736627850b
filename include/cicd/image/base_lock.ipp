// The file `cicd.lock`.
#pragma once

#include <cicd/image/base_lock.hpp>

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/json.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/declare/values/values.hpp>
#include <cicd/image/errors.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace image_base_lock {
namespace {

constexpr const char* update = "cicd update";

/// The line of that text in the file, for the error.
std::string place_in(std::string_view text, const std::string& path, std::string_view what) {
  const auto at = text.find(what);
  if (at == text.npos) return path;
  return fmt::format("{}:{}", path, 1 + std::ranges::count(text.substr(0, at), '\n'));
}

error wrong(std::string what, std::optional<std::string> value, const std::string& place) {
  return image_error(exit_class::usage, std::move(what), std::move(value)).with("in", place);
}

std::optional<digest> digest_in(const json& value) {
  const std::string text = value.text();
  return text.starts_with("sha256:") ? digest_from(text) : std::nullopt;
}

bool is_platform(std::string_view text) {
  const auto parts = split(std::string(text), '/');
  return (parts.size() == 2 || parts.size() == 3)
         && std::ranges::none_of(parts, [](const std::string& part) { return part.empty(); });
}

result<locked_base> base_from(const json& value, const std::string& name, const std::string& place) {
  if (!detail::is_tagged_reference(name))
    return wrong("no reference with a tag", name, place).with("allowed", "<registry>/<repository>:<tag>");
  const auto image = digest_in(value["digest"]);
  if (!image)
    return wrong("a digest that is not one", value["digest"].text(), place)
        .with("of", name)
        .with("allowed", "sha256:<64 hexadecimal digits>");
  locked_base made{.image = *image, .platforms = {}, .at = value["at"].text(), .by = value["by"].text()};
  for (const auto& [platform, of] : value["platforms"].members()) {
    const auto content = digest_in(of);
    if (!is_platform(platform) || !content)
      return wrong("no platform with a digest", platform, place)
          .with("of", name)
          .with("allowed", R"("linux/amd64": "sha256:<64 hexadecimal digits>")");
    made.platforms.emplace(platform, *content);
  }
  return made;
}

}  // namespace
}  // namespace image_base_lock

result<base_lock> base_lock_from(std::string_view text, const std::string& path) {
  using namespace image_base_lock;
  if (text.find("\n<<<<<<< ") != text.npos || text.starts_with("<<<<<<< "))
    return wrong("the lock has a conflict of git", {}, place_in(text, path, "<<<<<<< "))
        .with("try", fmt::format("git checkout --theirs {0} && {1}", base_lock_name, update));
  const result<json> document = parse_json(text);
  if (!document)
    return wrong("the lock cannot be read: " + document.error().what, document.error().value, path)
        .with("try", fmt::format("git checkout {}, or remove it and run {}", base_lock_name, update));
  if ((*document)["schema"].integer() != 1)
    return wrong("the lock is of another version of cicd", compact((*document)["schema"]), path)
        .with("allowed", R"("schema": 1)");
  base_lock lock;
  for (const auto& [name, value] : (*document)["bases"].members()) {
    result<locked_base> base = base_from(value, name, place_in(text, path, "\"" + name + "\""));
    if (!base) return std::move(base).error();
    lock.bases.emplace(name, *std::move(base));
  }
  return lock;
}

std::string text_of(const base_lock& lock) {
  json bases = json::object{};
  for (const auto& [name, base] : lock.bases) {
    json platforms = json::object{};
    for (const auto& [platform, content] : base.platforms) platforms.set(platform, oci_text(content));
    bases.set(name, members_of("digest", oci_text(base.image), "platforms", platforms, "at", base.at, "by",
                               base.by));
  }
  return pretty(members_of("schema", 1, "bases", bases));
}

result<std::optional<std::string>> find_base_lock(const std::string& source, const std::string& top) {
  std::optional<std::string> found;
  std::string folder = source;
  while (true) {
    const std::string path = folder + "/" + base_lock_name;
    if (exists(path) && found)
      return image_base_lock::wrong("there are two locks, and which of them counts is not said", *found, path)
          .with("allowed",
                fmt::format("one {} on the way from the pipeline's folder to {}", base_lock_name, top))
          .with("try", fmt::format("git rm {}, then {}", shell_quoted(*found), image_base_lock::update));
    if (exists(path)) found = path;
    const auto slash = folder.rfind('/');
    if (folder == top || slash == std::string::npos || slash == 0 || path_below(folder, top) == folder) break;
    folder.resize(slash);
  }
  return found;
}

result<digest> locked_image(const base_lock& lock,
                            const std::string& reference,
                            const std::string& platform,
                            const std::string& path) {
  const auto found = lock.bases.find(reference);
  if (found == lock.bases.end()) {
    std::vector<std::string> names;
    for (const auto& [name, base] : lock.bases) names.push_back(name);
    return image_error(exit_class::usage, "which bytes the tag of the base means is not locked", reference)
        .with("in", path)
        .with("did you mean", nearest(reference, names).value_or(""))
        .with("try", image_base_lock::update);
  }
  const auto image = found->second.platforms.find(platform);
  if (image != found->second.platforms.end()) return image->second;
  std::vector<std::string> there;
  for (const auto& [name, content] : found->second.platforms) there.push_back(name);
  return image_error(exit_class::usage, "the base has no image for this platform: " + platform, reference)
      .with("in", path)
      .with("allowed", joined(there, ", "))
      .with("try",
            fmt::format("{}; where it has none, another base or another platform", image_base_lock::update));
}

}  // namespace cicd
