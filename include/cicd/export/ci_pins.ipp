// The table is JSON with a line for each entry, so that one regular expression finds name, version and
// digest.
#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <cicd/base/digest.hpp>
#include <cicd/base/json.hpp>
#include <cicd/base/json_place.hpp>
#include <cicd/base/text.hpp>
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

/// The table as it was read, with the lines of its entries.
class table {
 public:
  explicit table(std::string_view text) : text_(text) {}

  result<ci_pins> pins() const {
    const result<json> of = parse_json(text_);
    if (!of || !of->is_object())
      return error{exit_class::usage, ci_pins_path, "not a table of versions and digests", {}, {}}
          .with("caused by", of ? "it is not an object" : of.error().what)
          .with("allowed", R"({"<name>": {"version": "…", "digest": "…"}, …})");
    if (const auto twice = repeated_member_in(text_))
      return error{exit_class::usage, place_of(twice->line), "it is there twice", twice->name, {}};
    ci_pins pins;
    for (const auto& [name, each] : of->members()) {
      result<ci_pin> pin = pin_from(name, each);
      if (!pin) {
        error failed = std::move(pin).error();
        failed.subject = place_of(line_in_json(text_, std::vector<std::string>{name}));
        return failed;
      }
      pins.by_name.emplace(name, *std::move(pin));
    }
    return pins;
  }

 private:
  static std::string place_of(int line) { return fmt::format("{}:{}", ci_pins_path, line); }

  static result<ci_pin> pin_from(const std::string& name, const json& of) {
    const std::vector<std::string> members{"version", "digest", "url"};
    if (!of.is_object())
      return wrong(name, "not a version with its digest", compact(of), R"({"version": "…", "digest": "…"})");
    for (const auto& [key, value] : of.members()) {
      if (std::ranges::find(members, key) == members.end())
        return wrong(name, "there is no such member", key, joined(members, ", "))
            .with("did you mean", nearest(key, members).value_or(""));
      if (!value.is_string()) return wrong(name, key + " is not a text", compact(value), "a text in quotes");
    }
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

  std::string_view text_;
};

}  // namespace
}  // namespace export_ci_pins

std::vector<std::string> ci_pins::lacked(const std::vector<std::string>& names) const {
  std::vector<std::string> lacked;
  for (const std::string& each : names)
    if (each.find("@sha256:") == each.npos && !by_name.contains(each)
        && std::ranges::find(lacked, each) == lacked.end())
      lacked.push_back(each);
  return lacked;
}

result<std::string> ci_pins::action(std::string_view name) const {
  using namespace export_ci_pins;
  const auto found = by_name.find(name);
  if (found == by_name.end()) return pins_that_lack({std::string(name)});
  if (!is_commit(found->second.digest))
    return wrong(name, "not the digest of an action", found->second.digest, "the 40 digits of a commit");
  return fmt::format("{}@{}", name, found->second.digest);
}

result<std::string> ci_pins::image(std::string_view name) const {
  using namespace export_ci_pins;
  if (name.find("@sha256:") != name.npos) return std::string(name);
  const auto found = by_name.find(name);
  if (found == by_name.end()) return pins_that_lack({std::string(name)});
  if (!is_digest(found->second.digest))
    return wrong(name, "not the digest of an image", found->second.digest, "sha256:<64 digits>");
  const std::string& tag = found->second.version;
  return fmt::format("{}{}{}@{}", name, tag.empty() ? "" : ":", tag, found->second.digest);
}

const ci_pin* ci_pins::archive() const {
  const auto found = by_name.find("cicd");
  return found == by_name.end() || found->second.url.empty() ? nullptr : &found->second;
}

error pins_that_lack(const std::vector<std::string>& names) {
  error failed{
      exit_class::usage, ci_pins_path, "it has no digest of what the export uses", joined(names, ", "), {}};
  const result<ci_pins> first = ci_pins_from(first_ci_pins());
  for (const std::string& name : names) {
    const auto known = first->by_name.find(name);
    failed = std::move(failed).with(
        "try", known == first->by_name.end()
                   ? fmt::format(R"(add: "{}": {{"version": "<tag>", "digest": "sha256:<64 digits>"}})", name)
                   : fmt::format(R"(add: "{}": {{"version": "{}", "digest": "{}"}})", name,
                                 known->second.version, known->second.digest));
  }
  return failed;
}

result<ci_pins> ci_pins_from(std::string_view text) {
  return export_ci_pins::table(text).pins();
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
