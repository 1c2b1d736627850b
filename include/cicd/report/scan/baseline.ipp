// The baseline's JSON, read with the line of each thing that is wrong.
#pragma once

#include <cicd/report/scan/baseline.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <initializer_list>
#include <optional>
#include <tuple>

#include <cicd/base/counted.hpp>
#include <cicd/base/digest.hpp>
#include <cicd/base/json.hpp>
#include <cicd/base/json_place.hpp>
#include <cicd/base/text.hpp>

namespace cicd {

namespace report_scan_baseline {
namespace {

constexpr int schema = 1;
const std::string update_command = "cicd scan baseline --update";

/// Of what makes an entry what it is; the line moves.
std::string check_of(std::string_view scan, const known_finding& of) {
  constexpr std::size_t digits = 8;
  return hex(sha256(fmt::format("{}\n{}\n{}\n{}\n{}", scan, of.rule, of.path, of.fingerprint,
                                word_for(of.how_bad))))
      .substr(0, digits);
}

class reader {
 public:
  reader(std::string_view text,
         const std::string& file,
         const std::vector<std::string>& scans,
         std::chrono::sys_days today,
         std::vector<std::string>* left_out)
      : text_(text), file_(file), scans_(scans), today_(today), left_out_(left_out) {}

  or_errors<scan_baseline> read() && {
    const result<json> root = parse_json(text_);
    if (!root) return not_json(root.error());
    if (check_whole(*root)) {
      read_known((*root)["known"]);
      read_exceptions((*root)["exceptions"]);
    }
    if (!wrong_.empty()) return {.errors = std::move(wrong_)};
    made_.file = file_;
    return {.made = std::move(made_)};
  }

 private:
  using path = std::vector<std::string>;

  or_errors<scan_baseline> not_json(const error& why) const {
    error made{exit_class::usage, file_, "BASELINE is not JSON: " + why.what, {}, why.notes};
    return {.errors = {std::move(made).with("try", anew())}};
  }

  std::string anew() const {
    return "git checkout " + shell_quoted(file_) + ", or remove it and: " + update_command;
  }

  std::string place_of(const path& at) const { return fmt::format("{}:{}", file_, line_in_json(text_, at)); }

  error& add(const path& at,
             std::string what,
             std::optional<std::string> value,
             std::string allowed,
             std::string help,
             std::string meant = {}) {
    wrong_.push_back(error{exit_class::usage, place_of(at), std::move(what), std::move(value), {}}
                         .with("did you mean", std::move(meant))
                         .with("allowed", std::move(allowed))
                         .with("try", std::move(help)));
    return wrong_.back();
  }

  bool check_members(const json& of, const path& at, const std::vector<std::string>& known) {
    for (const auto& [name, value] : of.members())
      if (std::ranges::find(known, name) == known.end()) {
        path there = at;
        there.push_back(name);
        add(there, "an unknown member", name, joined(known, ", "), "leave it out",
            nearest(name, known).value_or(""));
        return false;
      }
    return true;
  }

  bool check_whole(const json& root) {
    if (!root.is_object()) {
      add({}, "BASELINE is not a JSON object", {}, R"({"schema": 1, "known": {…}, "exceptions": […]})",
          anew());
      return false;
    }
    if (const auto twice = repeated_member_in(text_)) {
      wrong_.push_back(error{
          exit_class::usage,
          fmt::format("{}:{}", file_, twice->line),
          "a member stands twice",
          twice->name,
          {}}.with("try", "leave one out"));
      return false;
    }
    if (!root["schema"].is_integer() || root["schema"].integer() != schema) {
      add({"schema"}, "BASELINE is of another version",
          root["schema"].is_null() ? std::string("none") : compact(root["schema"]), std::to_string(schema),
          "the cicd that wrote it, or remove it and: " + update_command);
      return false;
    }
    return check_members(root, {}, {"schema", "known", "exceptions"});
  }

  bool is_declared(const std::string& scan, const path& at) {
    if (std::ranges::find(scans_, scan) != scans_.end()) return true;
    add(at, "there is no such scan", scan, joined(scans_, ", "),
        at.front() == "known" ? update_command : "leave it out", nearest(scan, scans_).value_or(""));
    return false;
  }

  void read_known(const json& of) {
    if (!of.is_null() && !of.is_object())
      add({"known"}, "'known' is not an object", {}, R"({"<scan>": [<finding>, …]})", anew());
    for (const auto& [scan, list] : of.members()) {
      if (left_out_ != nullptr && std::ranges::find(scans_, scan) == scans_.end()) {
        left_out_->push_back(
            fmt::format("{} - {}: there is no such scan", scan, counted(list.elements().size(), "finding")));
        continue;
      }
      if (!is_declared(scan, {"known", scan})) continue;
      if (!list.is_array()) {
        add({"known", scan}, "what is known of a scan is not a list", compact(list), "[<finding>, …]",
            anew());
        continue;
      }
      auto& entries = made_.known[scan];
      for (std::size_t at = 0; at < list.elements().size(); ++at)
        read_entry(scan, list.elements()[at], {"known", scan, std::to_string(at)}, entries);
    }
  }

  void read_entry(const std::string& scan, const json& of, const path& at, std::vector<known_finding>& to) {
    if (!check_members(of, at, {"rule", "path", "line", "severity", "fingerprint", "check"})) return;
    known_finding made{of["rule"].text(), of["path"].text(), of["fingerprint"].text(),
                       severity_named(of["severity"].text()).value_or(severity::low), of["line"].integer()};
    if (of["check"].text() != check_of(scan, made)) {
      if (left_out_ != nullptr)
        return left_out_->push_back(
            fmt::format("{} - {} {}: the entry was edited by hand", scan, made.rule, made.path));
      add(at, "an entry of 'known' was edited by hand", made.rule + " " + made.path,
          "what cicd wrote; an entry may be left out as a whole",
          update_command + " takes the entry out; for a finding that stays: an entry of \"exceptions\"");
      return;
    }
    to.push_back(std::move(made));
  }

  void read_exceptions(const json& of) {
    if (!of.is_null() && !of.is_array())
      add({"exceptions"}, "'exceptions' is not a list", {}, "[{\"scan\": …, \"rule\": …, …}]",
          "put it in brackets");
    for (std::size_t at = 0; at < of.elements().size(); ++at)
      read_exception(of.elements()[at], {"exceptions", std::to_string(at)});
  }

  void read_exception(const json& of, const path& at) {
    if (!of.is_object()) {
      add(at, "an exception is not an object", compact(of),
          R"({"scan": …, "rule": …, "reason": …, "owner": …, "until": "2027-01-31"})", "write it so");
      return;
    }
    if (!check_members(of, at, {"scan", "rule", "path", "reason", "owner", "until"})) return;
    for (const char* each : {"scan", "rule", "reason", "owner", "until"})
      if (trimmed(of[each].text()).empty()) {
        add(at, fmt::format("an exception has no '{}'", each), of["rule"].text(),
            "scan, rule, reason, owner and until, and path where it is for one file alone",
            fmt::format("\"{}\": \"{}\"", each, example_of(each)));
        return;
      }
    // One that is no text would be read as none: an exception for all files.
    if (const json& where = of["path"]; !where.is_null() && trimmed(where.text()).empty()) {
      add({at[0], at[1], "path"}, "an exception's 'path' is not a text", compact(where),
          "one pattern: \"app/**\"", "an exception for each; or leave it out, for all files");
      return;
    }
    const path day_at{at[0], at[1], "until"};
    if (!is_declared(of["scan"].text(), {at[0], at[1], "scan"})) return;
    const auto until = day_from(of["until"].text());
    if (!until) {
      add(day_at, "an exception's 'until' is not a day", of["until"].text(), "a day as 2027-01-31",
          "the last day on which it holds");
      return;
    }
    if (const auto last = today_ + std::chrono::days(most_exception_days); *until > last) {
      add(day_at, "an exception's 'until' is too far ahead", of["until"].text(),
          "at most a year: " + day_text(last), "a nearer day, on which its owner looks at it again");
      return;
    }
    made_.exceptions.push_back({.scan = of["scan"].text(),
                                .rule = of["rule"].text(),
                                .path = of["path"].text(),
                                .reason = of["reason"].text(),
                                .owner = of["owner"].text(),
                                .until = *until,
                                .in_line = line_in_json(text_, at)});
  }

  std::string example_of(std::string_view member) const {
    if (member == "until") return day_text(today_ + std::chrono::days(90));
    return member == "owner"    ? "jane@example.com"
           : member == "reason" ? "the input is made by the build"
                                : "…";
  }

  std::string_view text_;
  const std::string& file_;
  const std::vector<std::string>& scans_;
  std::chrono::sys_days today_;
  std::vector<std::string>* left_out_;
  scan_baseline made_;
  errors wrong_;
};

json json_of(const std::string& scan, const known_finding& of) {
  json made = members_of("rule", of.rule, "path", of.path);
  if (of.line > 0) made.set("line", of.line);
  made.set("severity", word_for(of.how_bad)).set("fingerprint", of.fingerprint);
  return made.set("check", check_of(scan, of));
}

json json_of(const scan_exception& of) {
  json made = members_of("scan", of.scan, "rule", of.rule);
  if (!of.path.empty()) made.set("path", of.path);
  return made.set("reason", of.reason).set("owner", of.owner).set("until", day_text(of.until));
}

}  // namespace
}  // namespace report_scan_baseline

std::string day_text(std::chrono::sys_days day) {
  const std::chrono::year_month_day date(day);
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

std::optional<std::chrono::sys_days> day_from(std::string_view text) {
  int year = 0;
  unsigned month = 0, day = 0;
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto is_read = [](std::string_view part, auto& to) {
    const auto [end, wrong] = std::from_chars(part.data(), part.data() + part.size(), to);
    return wrong == std::errc() && end == part.data() + part.size();
  };
  if (!is_read(text.substr(0, 4), year) || !is_read(text.substr(5, 2), month)
      || !is_read(text.substr(8, 2), day))
    return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date);
}

or_errors<scan_baseline> read_baseline(std::string_view text,
                                       const std::string& file,
                                       const std::vector<std::string>& scans,
                                       std::chrono::sys_days today,
                                       std::vector<std::string>* left_out) {
  return report_scan_baseline::reader(text, file, scans, today, left_out).read();
}

/// An entry a line, so that two branches that take out entries merge.
std::string text_of(const scan_baseline& of) {
  using namespace report_scan_baseline;
  std::string text = fmt::format("{{\n  \"schema\": {},\n  \"known\": {{", schema);
  std::string_view between = "\n";
  for (const auto& [scan, list] : of.known) {
    text += fmt::format("{}    {}: [", between, compact(json(scan)));
    std::vector<known_finding> sorted = list;
    std::ranges::sort(sorted, {}, [](const known_finding& each) {
      return std::tie(each.path, each.rule, each.fingerprint);
    });
    for (std::size_t at = 0; at < sorted.size(); ++at)
      text += fmt::format("{}\n      {}", at == 0 ? "" : ",", compact(json_of(scan, sorted[at])));
    text += list.empty() ? "]" : "\n    ]";
    between = ",\n";
  }
  text += of.known.empty() ? "},\n  \"exceptions\": [" : "\n  },\n  \"exceptions\": [";
  for (std::size_t at = 0; at < of.exceptions.size(); ++at)
    text += fmt::format("{}\n    {}", at == 0 ? "" : ",", compact(json_of(of.exceptions[at])));
  return text + (of.exceptions.empty() ? "]\n}\n" : "\n  ]\n}\n");
}

}  // namespace cicd
