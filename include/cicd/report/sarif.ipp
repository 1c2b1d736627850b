// Reading SARIF, and finding the files that it names.
#pragma once

#include <cicd/report/sarif.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include <cicd/base/json.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/system/url.hpp>

namespace cicd {

namespace report_sarif {
namespace {

constexpr std::size_t most_shown = 10;

/// `%20` and its like.
std::string decoded(std::string_view uri) {
  const auto value = [](char c) { return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10; };
  const auto is_digit = [](char c) {
    return std::string_view("0123456789abcdefABCDEF").find(c) != std::string_view::npos;
  };
  std::string text;
  for (std::size_t at = 0; at < uri.size(); ++at) {
    const bool is_code =
        uri[at] == '%' && at + 2 < uri.size() && is_digit(uri[at + 1]) && is_digit(uri[at + 2]);
    text += is_code ? static_cast<char>(value(uri[at + 1]) * 16 + value(uri[at + 2])) : uri[at];
    if (is_code) at += 2;
  }
  return text;
}

/// A path as the path of a URI (RFC 3986, section 3.3).
std::string encoded(std::string_view path) {
  return percent_encoded(path, "/!$&'()*+,;=@");
}

class document {
 public:
  document(const json& root, const sarif_places& places) : root_(root), places_(places) {}

  sarif_document read() && {
    sarif_document made;
    json runs = json::array{};
    for (const json& run : root_["runs"].elements()) {
      bases_ = run["originalUriBaseIds"];
      for (const json& result : run["results"].elements())
        if (result["suppressions"].elements().empty()) made.findings.push_back(finding_of(result, run));
      runs.push(with_paths(run));
    }
    json whole = root_;
    whole.set("runs", std::move(runs));
    std::ranges::stable_sort(made.findings, {}, [](const scan_finding& each) { return rank(each.level); });
    made.text = compact(whole) + "\n";
    return made;
  }

 private:
  static int rank(std::string_view level) { return level == "error" ? 0 : level == "warning" ? 1 : 2; }

  scan_finding finding_of(const json& result, const json& run) const {
    const json& rule = run["tool"]["driver"]["rules"];
    const auto index = static_cast<std::size_t>(result["ruleIndex"].integer(-1));
    const json none;
    const json& of = index < rule.elements().size() ? rule.elements()[index] : none;
    scan_finding made;
    made.rule = result["ruleId"].text(of["id"].text());
    made.level = result["level"].text(of["defaultConfiguration"]["level"].text("warning"));
    const json& message = result["message"];
    made.message = message["text"].text(
        of["messageStrings"][message["id"].text()]["text"].text(of["shortDescription"]["text"].text()));
    std::ranges::replace(made.message, '\n', ' ');
    if (result["locations"].elements().empty()) return made;
    const json& place = result["locations"].elements().front()["physicalLocation"];
    made.path = path_of(place["artifactLocation"]).value_or(decoded(place["artifactLocation"]["uri"].text()));
    made.line = place["region"]["startLine"].integer();
    return made;
  }

  /// Below the source folder; nothing where no such file is there.
  std::optional<std::string> path_of(const json& location) const {
    std::string uri = decoded(location["uri"].text());
    if (const std::string base = decoded(bases_[location["uriBaseId"].text()]["uri"].text());
        !base.empty() && uri.find("://") == uri.npos)
      uri = base + (base.ends_with('/') ? "" : "/") + uri;
    if (uri.starts_with("file://")) uri.erase(0, 7);
    for (const std::string* root : {&places_.folder, &places_.source})
      if (uri.starts_with(*root + "/")) uri.erase(0, root->size() + 1);
    if (uri.empty()) return std::nullopt;
    if (uri.starts_with('/')) uri = decoded(location["uri"].text());
    constexpr std::array<std::string_view, 8> roots{"",
                                                    "src/main/java/",
                                                    "src/main/kotlin/",
                                                    "src/main/scala/",
                                                    "src/main/groovy/",
                                                    "src/test/java/",
                                                    "src/",
                                                    "src/main/resources/"};
    for (const std::string_view root : roots) {
      std::string path = std::string(root) + uri;
      if (places_.exists && places_.exists(places_.source + "/" + path)) return path;
    }
    return std::nullopt;
  }

  /// A value in which each `artifactLocation` leads from the repository's root.
  json with_paths(const json& value) const {
    if (value.is_array()) {
      json list = json::array{};
      for (const json& each : value.elements()) list.push(with_paths(each));
      return list;
    }
    if (!value.is_object()) return value;
    json made = json::object{};
    for (const auto& [key, member] : value.members()) {
      const auto path = key == "artifactLocation" || key == "location" ? path_of(member) : std::nullopt;
      made.set(key, path && member["uri"].is_string() ? members_of("uri", encoded(places_.prefix + *path))
                                                      : with_paths(member));
    }
    return made;
  }

  const json& root_;
  const sarif_places& places_;
  json bases_;
};

}  // namespace
}  // namespace report_sarif

result<sarif_document> read_sarif(std::string_view text, const sarif_places& places) {
  const result<json> root = parse_json(text);
  if (!root || !(*root)["runs"].is_array())
    return error{.kind = exit_class::usage, .subject = {}, .what = "no SARIF file", .value = {}, .notes = {}};
  return report_sarif::document(*root, places).read();
}

std::string findings_text(const std::vector<scan_finding>& findings) {
  std::string text;
  for (std::size_t at = 0; at < findings.size() && at < report_sarif::most_shown; ++at) {
    const scan_finding& each = findings[at];
    const std::string place = each.line > 0 ? fmt::format("{}:{}", each.path, each.line) : each.path;
    text +=
        fmt::format("{}{}  {}  {}", text.empty() ? "" : "\n", place, each.rule, cut_to(each.message, 200));
  }
  if (findings.size() > report_sarif::most_shown)
    text += fmt::format("\nand {} more", findings.size() - report_sarif::most_shown);
  return text;
}

}  // namespace cicd
