// The table is JSON with a line for each entry, so that one regular expression finds name, version and
// digest.
#pragma once

#include <fmt/format.h>

#include <cicd/base/digest.hpp>
#include <cicd/base/json.hpp>
#include <cicd/export/ci_pins.hpp>

namespace cicd {

namespace export_ci_pins {
namespace {

bool is_commit(std::string_view text) {
  return text.size() == 40 && text.find_first_not_of("0123456789abcdef") == text.npos;
}

bool is_digest(std::string_view text) {
  return text.starts_with("sha256:") && digest_from(text.substr(7)).has_value();
}

/// Without what a shell or a URL's login could be made of.
bool is_archive_url(std::string_view text) {
  return text.starts_with("https://") && text.size() > 8 && text.find('@') == text.npos
         && text.find_first_not_of(
                "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._~:/?&=%+-")
                == text.npos;
}

bool is_version(std::string_view text) {
  return text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-")
         == text.npos;
}

error wrong(std::string_view name, std::string what, std::string value, std::string allowed) {
  return error{exit_class::usage,
               ci_pins_path,
               fmt::format("{}: {}", name, what),
               std::move(value),
               {{"allowed", std::move(allowed)}}};
}

result<ci_pin> pin_from(const std::string& name, const json& of) {
  ci_pin pin{of["version"].text(), of["digest"].text(), of["url"].text()};
  if (!is_version(pin.version)) return wrong(name, "not a version", pin.version, "such as v4.2.2");
  if (!is_commit(pin.digest) && !is_digest(pin.digest))
    return wrong(name, "not a digest", pin.digest, "the 40 digits of a commit, or sha256:<64 digits>");
  if (!pin.url.empty() && !is_archive_url(pin.url))
    return wrong(name, "not a URL of an archive", pin.url, "https://<host>/<path> without a login");
  if (!pin.url.empty() && !is_digest(pin.digest))
    return wrong(name, "not the digest of an archive", pin.digest, "sha256:<64 digits>");
  return pin;
}

error not_there(std::string_view name, std::string_view line) {
  return error{
      exit_class::usage, ci_pins_path, "it has no digest of what the export uses", std::string(name), {}}
      .with("try", fmt::format("add: \"{}\": {}", name, line));
}

}  // namespace
}  // namespace export_ci_pins

result<std::string> ci_pins::action(std::string_view name) const {
  using namespace export_ci_pins;
  const auto found = by_name.find(name);
  if (found == by_name.end())
    return not_there(name, R"({"version": "<tag>", "digest": "<40 digits of its commit>"})");
  if (!is_commit(found->second.digest))
    return wrong(name, "not the digest of an action", found->second.digest, "the 40 digits of a commit");
  return fmt::format("{}@{}", name, found->second.digest);
}

result<std::string> ci_pins::image(std::string_view name) const {
  using namespace export_ci_pins;
  if (name.find("@sha256:") != name.npos) return std::string(name);
  const auto found = by_name.find(name);
  if (found == by_name.end())
    return not_there(name, R"({"version": "<tag>", "digest": "sha256:<64 digits>"})");
  if (!is_digest(found->second.digest))
    return wrong(name, "not the digest of an image", found->second.digest, "sha256:<64 digits>");
  const std::string& tag = found->second.version;
  return fmt::format("{}{}{}@{}", name, tag.empty() ? "" : ":", tag, found->second.digest);
}

const ci_pin* ci_pins::archive() const {
  const auto found = by_name.find("cicd");
  return found == by_name.end() || found->second.url.empty() ? nullptr : &found->second;
}

result<ci_pins> ci_pins_from(std::string_view text) {
  const result<json> table = parse_json(text);
  if (!table || !table->is_object())
    return error{exit_class::usage, ci_pins_path, "not a table of versions and digests", {}, {}}
        .with("caused by", table ? "it is not an object" : table.error().what)
        .with("allowed", R"({"<name>": {"version": "…", "digest": "…"}, …})");
  ci_pins pins;
  for (const auto& [name, each] : table->members()) {
    result<ci_pin> pin = export_ci_pins::pin_from(name, each);
    if (!pin) return std::move(pin).error();
    pins.by_name.emplace(name, *std::move(pin));
  }
  return pins;
}

std::string first_ci_pins() {
  return R"({
  "actions/checkout": {"version": "v4.2.2", "digest": "11bd71901bbe5b1630ceea73d27597364c9af683"},
  "actions/cache": {"version": "v4.2.3", "digest": "5a3ec84eff668545956fd18022155c47e93e2684"},
  "actions/upload-artifact": {"version": "v4.6.2", "digest": "ea165f8d65b6e75b540449e92b4886f43607fa02"},
  "actions/download-artifact": {"version": "v4.3.0", "digest": "d3f86a106a0bac45b974a628896c90dbdf5c8093"},
  "aws-actions/configure-aws-credentials": {"version": "v4.2.1", "digest": "b47578312673ae6fa5b5096b330d9fbac3d116df"}
}
)";
}

}  // namespace cicd
