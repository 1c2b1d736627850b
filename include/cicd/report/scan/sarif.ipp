// Reading SARIF, and finding the files that it names.
#pragma once

#include <cicd/report/scan/sarif.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <unordered_map>
#include <utility>

#include <cicd/base/json.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/system/files.hpp>
#include <cicd/system/url.hpp>

namespace cicd {

namespace report_scan_sarif {
namespace {

std::string one_line(std::string text) {
  std::ranges::replace(text, '\n', ' ');
  return text;
}

/// A number that is written as one, or as a text; negative where there is none. 0 is a score, too.
double score_in(const json& properties) {
  constexpr double none = -1;
  const json& given = properties["security-severity"];
  if (given.is_null()) return none;
  if (!given.is_string()) return given.number();
  const std::string text = given.text();
  double score = none;
  std::from_chars(text.data(), text.data() + text.size(), score);
  return score;
}

/// What ruff finds has a level, which is `error` always, and no severity: its families of rules have.
severity severity_of_ruff(std::string_view rule) {
  constexpr std::array<std::string_view, 6> of_medium{"S", "F", "B", "PLE", "ASYNC", "E7"};
  const std::string_view letters = rule.substr(0, rule.find_first_of("0123456789"));
  const auto is_family = [&](std::string_view each) {
    return each == letters || (each == "E7" && rule.starts_with(each));
  };
  return std::ranges::any_of(of_medium, is_family) ? severity::medium : severity::low;
}

/// What a tool says in words of its own, where it does.
std::optional<severity> own_severity(std::string_view tool, const json& result, std::string_view rule) {
  if (auto said = severity_named(result["properties"]["issue_severity"].text())) return said;  // bandit
  if (tool == "gitleaks") return severity::high;
  if (tool == "ruff") return severity_of_ruff(rule);
  return std::nullopt;
}

/// Rules whose message quotes what they found, which is a password.
bool quotes_a_secret(std::string_view tool, std::string_view rule) {
  return tool == "bandit" && (rule == "B105" || rule == "B106" || rule == "B107");
}

/// Rules that say that a file was not read.
bool says_unread(std::string_view tool, const std::string& rule) {
  return (tool == "ruff" && (rule.empty() || rule == "E902" || rule == "E999" || rule == "invalid-syntax"))
         || (tool == "hadolint" && rule == "DL1000");
}

/// None of them may wait for a review, or have been turned down.
bool is_suppressed(const json& result) {
  const json::array& all = result["suppressions"].elements();
  return !all.empty() && std::ranges::all_of(all, [](const json& one) {
    return one["status"].text("accepted") == "accepted";
  });
}

/// Results that are no finding: `pass`, `notApplicable`; and what is gone since a baseline of the tool's own.
bool is_finding(const json& result) {
  const std::string kind = result["kind"].text("fail"), state = result["baselineState"].text();
  return !is_suppressed(result) && state != "absent" && (kind == "fail" || kind == "open" || kind == "review")
         && result["level"].text() != "none";
}

/// Whether it stands by itself, whatever folder it is said to be of.
bool is_whole(std::string_view uri) {
  return uri.starts_with('/') || uri.starts_with("file:") || uri.find("://") != uri.npos;
}

class run_reader {
 public:
  run_reader(const json& run, named_files& files, scan_report& to)
      : run_(run), driver_(run["tool"]["driver"]), files_(files), to_(to) {
    const json& driver = run["tool"]["driver"];
    if (to_.tool.empty()) to_.tool = driver["name"].text("unknown");
    if (to_.version.empty()) to_.version = driver["semanticVersion"].text(driver["version"].text());
    tool_ = lower(driver["name"].text());
    if (auto when = utc_from(driver["properties"]["db_last_modified"].text()))
      to_.database = when;  // govulncheck
  }

  void read() && {
    read_invocations();
    // By SARIF 3.14.23: who looks for nothing gives no list, who finds nothing an empty one.
    if (!run_["externalPropertyFileReferences"]["results"].elements().empty())
      to_.unread.emplace_back("its results lie in other files");
    else if (!run_["results"].is_array())
      to_.unread.emplace_back("a run of its report has no results: it looked for nothing");
    for (const json& result : run_["results"].elements())
      if (is_finding(result)) read_result(result);
  }

 private:
  void read_invocations() {
    for (const json& each : run_["invocations"].elements()) {
      const std::size_t before = to_.unread.size();
      for (const char* kind : {"toolExecutionNotifications", "toolConfigurationNotifications"})
        for (const json& one : each[kind].elements())
          if (one["level"].text() == "error") to_.unread.push_back(notification_text(one));
      const json& succeeded = each["executionSuccessful"];
      const bool has_failed = (!succeeded.is_null() && !succeeded.boolean(false))
                              || !each["processStartFailureMessage"].text().empty()
                              || each["exitSignalNumber"].integer() != 0
                              || !each["exitSignalName"].text().empty();
      if (has_failed && to_.unread.size() == before) to_.unread.push_back(how_it_ended(each));
    }
  }

  static std::string how_it_ended(const json& invocation) {
    for (const char* name : {"exitCodeDescription", "processStartFailureMessage", "exitSignalName"})
      if (std::string words = one_line(invocation[name].text()); !words.empty()) return words;
    const auto status = invocation["exitCode"].integer();
    const std::string words = "it says that it did not come to its end";
    return status == 0 ? words : fmt::format("{} (exit status {})", words, status);
  }

  std::string notification_text(const json& of) const {
    const std::string words = one_line(of["message"]["text"].text("an error"));
    if (of["locations"].elements().empty()) return words;
    const json& place = of["locations"].elements().front()["physicalLocation"];
    const std::string path = path_of(place["artifactLocation"]);
    return path.empty() ? words : path + ": " + words;
  }

  /// The driver, or the one of its extensions that a rule is said to be of.
  const json& component_of(const json& rule) const {
    const json& named = rule["toolComponent"];
    const json::array& extensions = run_["tool"]["extensions"].elements();
    if (const auto index = static_cast<std::size_t>(named["index"].integer(-1)); index < extensions.size())
      return extensions[index];
    for (const char* by : {"guid", "name"})
      if (const std::string wanted = named[by].text(); !wanted.empty())
        for (const json& each : extensions)
          if (each[by].text() == wanted) return each;
    return driver_;
  }

  /// What the index of a result leads to, where that is of the rule that it names; else what has its name.
  const json& rule_of(const json& result) {
    static const json none;
    const std::string id = result["ruleId"].text(result["rule"]["id"].text());
    const json::array& rules = component_of(result["rule"])["rules"].elements();
    const auto index =
        static_cast<std::size_t>(result["rule"]["index"].integer(result["ruleIndex"].integer(-1)));
    if (index < rules.size()) {
      // `CA1000/1` is one kind of what `CA1000` finds.
      const std::string there = rules[index]["id"].text();
      if (id.empty() || id == there || id.starts_with(there + "/")) return rules[index];
    }
    if (id.empty()) return none;
    for (const json& each : rules)
      if (each["id"].text() == id) return each;
    return named_rule(id);
  }

  void read_result(const json& result) {
    const json* of = &rule_of(result);
    scan_finding made;
    made.rule = result["ruleId"].text(result["rule"]["id"].text((*of)["id"].text()));
    made.level = result["level"].text((*of)["defaultConfiguration"]["level"].text("warning"));
    made.message = message_of(result["message"], *of);
    take_place(result, made);
    if (says_unread(tool_, made.rule)) return to_.unread.push_back(place_of(made) + ": " + made.message);
    made.is_secret = tool_ == "gitleaks" || quotes_a_secret(tool_, made.rule);
    if (quotes_a_secret(tool_, made.rule)) made.message = made.message.substr(0, made.message.find(':'));
    const double score = std::max(score_in(result["properties"]), score_in((*of)["properties"]));
    made.how_bad = score >= 0
                       ? severity_of_score(score)
                       : own_severity(tool_, result, made.rule).value_or(severity_of_level(made.level));
    if (const auto [rule, added] = to_.rules.try_emplace(made.rule); added)
      rule->second = {one_line((*of)["shortDescription"]["text"].text((*of)["name"].text())),
                      (*of)["helpUri"].text(), std::max(score, 0.0)};
    to_.findings.push_back(std::move(made));
  }

  const json& named_rule(const std::string& id) {
    static const json none;
    if (by_id_.empty()) {
      for (const json& each : driver_["rules"].elements()) by_id_.emplace(each["id"].text(), &each);
      for (const json& extension : run_["tool"]["extensions"].elements())
        for (const json& each : extension["rules"].elements()) by_id_.emplace(each["id"].text(), &each);
    }
    auto found = by_id_.find(id);
    if (found == by_id_.end()) found = by_id_.find(id.substr(0, id.rfind('/')));
    return found == by_id_.end() ? none : *found->second;
  }

  static std::string message_of(const json& message, const json& rule) {
    std::string text = message["text"].text(
        rule["messageStrings"][message["id"].text()]["text"].text(rule["shortDescription"]["text"].text()));
    std::size_t at = 0;
    for (const std::string& each : message["arguments"].texts())
      text = replaced_all(std::move(text), fmt::format("{{{}}}", at++), each);
    return one_line(std::move(text));
  }

  void take_place(const json& result, scan_finding& to) const {
    if (result["locations"].elements().empty()) return;
    const json& place = result["locations"].elements().front()["physicalLocation"];
    to.path = path_of(place["artifactLocation"]);
    const json& region = place["region"];
    to.line = region["startLine"].integer();
    to.column = region["startColumn"].integer();
    to.end_line = region["endLine"].integer();
    to.end_column = region["endColumn"].integer();
  }

  std::string path_of(const json& location) const {
    const json* of = &location;
    if (const auto index = static_cast<std::size_t>(location["index"].integer(-1));
        location["uri"].text().empty() && index < run_["artifacts"].elements().size())
      of = &run_["artifacts"].elements()[index]["location"];
    std::string uri = percent_decoded((*of)["uri"].text());
    // One base may be said to lie in another; as many as are likely, since they may lie in a circle.
    for (int level = 0; level < 8 && !is_whole(uri) && (*of)["uriBaseId"].is_string(); ++level) {
      of = &run_["originalUriBaseIds"][(*of)["uriBaseId"].text()];
      const std::string base = percent_decoded((*of)["uri"].text());
      if (!base.empty()) uri = base + (base.ends_with('/') ? "" : "/") + uri;
    }
    return files_.path_of(uri);
  }

  const json& run_;
  const json& driver_;
  std::unordered_map<std::string, const json*> by_id_;
  named_files& files_;
  scan_report& to_;
  std::string tool_;
};

}  // namespace
}  // namespace report_scan_sarif

const std::string& named_files::path_of(const std::string& name) {
  const auto [at, added] = known_.try_emplace(name);
  if (added) at->second = found(name);
  return at->second;
}

std::string named_files::found(const std::string& name) const {
  std::string path = name;
  for (const std::string_view start : {"file://localhost/", "file:///", "file://", "file:"})
    if (path.starts_with(start)) {
      path.erase(0, start.size() - (start.size() > 7 ? 1 : 0));
      break;
    }
  if (!path.empty() && path.find("://") == path.npos) path = normal_path(path);
  for (const std::string* root : {&places_.folder, &places_.real_folder, &places_.source})
    if (!root->empty() && path.starts_with(*root + "/")) path.erase(0, root->size() + 1);
  if (path.empty() || path.starts_with('/')) return path;
  constexpr std::array<std::string_view, 8> roots{"",
                                                  "src/main/java/",
                                                  "src/main/kotlin/",
                                                  "src/main/scala/",
                                                  "src/main/groovy/",
                                                  "src/test/java/",
                                                  "src/",
                                                  "src/main/resources/"};
  for (const std::string_view root : roots) {
    std::string below = std::string(root) + path;
    if (places_.exists && places_.exists(places_.source + "/" + below)) return below;
  }
  return path;
}

scan_report read_sarif(const json& root, named_files& files) {
  scan_report made;
  for (const json& run : root["runs"].elements()) report_scan_sarif::run_reader(run, files, made).read();
  if (root["runs"].elements().empty()) made.unread.emplace_back("its report has no run in it");
  return made;
}

}  // namespace cicd
