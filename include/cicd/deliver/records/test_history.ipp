// Histories of tests: their words, and the file that keeps them, a row a test.
#pragma once

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <map>
#include <tuple>

#include <fmt/format.h>

#include <cicd/base/digest.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/deliver/records/sqlite.hpp>
#include <cicd/deliver/records/test_history.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace deliver_records_test_history {
namespace {

constexpr std::size_t longest_name = 500;
constexpr std::size_t key_digits = 16;

bool has_failed(const test_case& test) {
  return test.how == test_case::state::failed || test.how == test_case::state::error;
}

bool is_hex(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

/// `p1a2b3c4d5e6f7081:1234`
std::optional<test_run> run_from(std::string_view text) {
  if (text.size() < key_digits + 3 || (text[0] != 'p' && text[0] != 'f') || text[key_digits + 1] != ':')
    return {};
  const std::string_view key = text.substr(1, key_digits), number = text.substr(key_digits + 2);
  std::int64_t length = 0;
  const auto read = std::from_chars(number.data(), number.data() + number.size(), length);
  if (!is_hex(key) || read.ec != std::errc() || read.ptr != number.data() + number.size() || length < 0)
    return {};
  return test_run{text[0] == 'f', std::string(key), std::chrono::milliseconds(length)};
}

std::int64_t milliseconds(std::chrono::system_clock::time_point when) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(when.time_since_epoch()).count();
}

}  // namespace
}  // namespace deliver_records_test_history

std::size_t test_history::failures() const {
  return static_cast<std::size_t>(std::ranges::count_if(runs, &test_run::failed));
}

bool test_history::is_flaky() const {
  std::map<std::string_view, std::pair<bool, bool>> ends;
  for (const test_run& each : runs) (each.failed ? ends[each.key].first : ends[each.key].second) = true;
  return std::ranges::any_of(ends, [](const auto& each) { return each.second.first && each.second.second; });
}

std::chrono::milliseconds test_history::duration() const {
  std::vector<std::chrono::milliseconds> all;
  for (const bool passes : {true, false}) {
    for (const test_run& each : runs)
      if (each.failed != passes) all.push_back(each.duration);
    if (!all.empty()) break;
  }
  if (all.empty()) return {};
  const auto middle = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
  std::nth_element(all.begin(), middle, all.end());
  return *middle;
}

std::string name_of(const test_case& test) {
  std::string name =
      test.suite.empty() || test.name.empty() ? test.suite + test.name : test.suite + "." + test.name;
  return name.size() <= deliver_records_test_history::longest_name ? name : std::string();
}

std::vector<std::pair<std::string, test_run>> runs_of(const std::vector<test_case>& tests,
                                                      std::string_view key) {
  std::vector<std::pair<std::string, test_run>> runs;
  const std::string digits(key.substr(0, deliver_records_test_history::key_digits));
  if (digits.size() < deliver_records_test_history::key_digits) return runs;
  for (const test_case& test : tests) {
    const std::string name = name_of(test);
    if (name.empty() || test.how == test_case::state::skipped) continue;
    const bool failed = deliver_records_test_history::has_failed(test);
    if (test.flaky && !failed) runs.emplace_back(name, test_run{true, digits, test.duration});
    runs.emplace_back(name, test_run{failed, digits, test.duration});
  }
  return runs;
}

std::string known_of(const test_history* before, std::string_view key) {
  if (before == nullptr || before->runs.empty()) return "new: it never ran here before";
  const std::size_t count = before->runs.size(), failures = before->failures();
  const std::string last = count == 1 ? "last run" : fmt::format("last {} runs", count);
  const std::string_view digits = key.substr(0, deliver_records_test_history::key_digits);
  const bool passed_like_this = std::ranges::any_of(
      before->runs, [&](const test_run& each) { return !each.failed && each.key == digits; });
  const std::string sign = passed_like_this || before->is_flaky() ? ", also with the same inputs: flaky" : "";
  if (failures == 0) return (sign.empty() ? "new: passed in the " : "passed in the ") + last + sign;
  if (failures == count) return "failed in the " + last;
  return fmt::format("failed in {} of the {}{}", failures, last, sign);
}

std::string text_of(const std::vector<test_run>& runs) {
  std::string text;
  for (const test_run& each : runs)
    text += fmt::format("{}{}{}:{}", text.empty() ? "" : " ", each.failed ? 'f' : 'p', each.key,
                        each.duration.count());
  return text;
}

std::vector<test_run> test_runs_from(std::string_view text) {
  std::vector<test_run> runs;
  for (const std::string& word : split(text, ' '))
    if (const auto run = deliver_records_test_history::run_from(word); run && runs.size() < most_test_runs)
      runs.push_back(*run);
  return runs;
}

void sort_by_trouble(std::vector<test_history>& tests) {
  std::ranges::stable_sort(tests, [](const test_history& one, const test_history& other) {
    return std::tuple(!one.is_flaky(), other.failures(), other.duration())
           < std::tuple(!other.is_flaky(), one.failures(), one.duration());
  });
}

json json_of(const test_history& of) {
  return members_of("step", of.step, "test", of.test, "runs", static_cast<std::int64_t>(of.runs.size()),
                    "failed", static_cast<std::int64_t>(of.failures()), "flaky", of.is_flaky(), "last_failed",
                    !of.runs.empty() && of.runs.front().failed, "duration_ms",
                    static_cast<std::int64_t>(of.duration().count()), "last", utc_text(of.last));
}

struct test_index::state {
  sqlite::database database;
};

test_index::test_index(std::unique_ptr<state> state) : state_(std::move(state)) {}
test_index::test_index(test_index&&) noexcept = default;
test_index& test_index::operator=(test_index&&) noexcept = default;
test_index::~test_index() = default;

std::optional<test_index> test_index::open(const std::string& file) {
  constexpr std::string_view tables =
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; CREATE TABLE IF NOT EXISTS tests(build_root TEXT "
      "NOT NULL, "
      "step TEXT NOT NULL, test TEXT NOT NULL, runs TEXT NOT NULL, last_ms INTEGER NOT NULL, "
      "PRIMARY KEY(build_root, step, test)) WITHOUT ROWID;";
  if (!make_folder(file.substr(0, file.rfind('/')))) return std::nullopt;
  for (const bool is_second : {false, true}) {
    auto held =
        std::make_unique<state>(state{sqlite::database::open(file, sqlite::database::missing::is_made)});
    if (held->database && held->database.run(std::string(tables))
        && held->database.number("SELECT count(*) FROM (SELECT test, runs FROM tests LIMIT 1)") >= 0)
      return test_index(std::move(held));
    if (is_second || held->database.hindered()) break;
    held.reset();
    for (const char* part : {"", "-wal", "-shm", "-journal"}) (void)remove_tree(file + part);
  }
  return std::nullopt;
}

bool test_index::add(const std::string& build_root,
                     const std::vector<step_runs>& all,
                     std::chrono::system_clock::time_point now) {
  constexpr std::int64_t longest_unseen = std::int64_t{90} * 24 * 3600 * 1000;
  sqlite::database& database = state_->database;
  if (!database.run("BEGIN IMMEDIATE")) return false;
  const auto written = [&] {
    sqlite::statement keep = database.prepare("INSERT OR REPLACE INTO tests VALUES(?1, ?2, ?3, ?4, ?5)");
    for (const step_runs& one : all) {
      std::map<std::string, std::vector<test_run>> by_name;
      for (const test_history& each : tests(build_root, one.step)) by_name[each.test] = each.runs;
      std::map<std::string, bool> touched;
      for (const auto& [name, run] : one.runs) {
        auto& runs = by_name[name];
        runs.insert(runs.begin(), run);
        if (runs.size() > most_test_runs) runs.resize(most_test_runs);
        touched[name] = true;
      }
      for (const auto& [name, unused] : touched) {
        keep.bind(build_root).bind(one.step).bind(name).bind(text_of(by_name[name]));
        keep.bind(deliver_records_test_history::milliseconds(now));
        if (!keep.finish()) return false;
        keep.again();
      }
    }
    sqlite::statement old = database.prepare("DELETE FROM tests WHERE last_ms < ?1");
    old.bind(deliver_records_test_history::milliseconds(now) - longest_unseen);
    sqlite::statement many = database.prepare(
        "DELETE FROM tests WHERE build_root = ?1 AND last_ms < (SELECT last_ms FROM tests WHERE build_root = "
        "?1 "
        "ORDER BY last_ms DESC LIMIT 1 OFFSET ?2)");
    many.bind(build_root).bind(static_cast<std::int64_t>(most_known_tests));
    return old.finish() && many.finish();
  };
  const bool good = written();
  if (good && database.run("COMMIT")) return true;
  (void)database.run("ROLLBACK");
  return false;
}

std::vector<test_history> test_index::tests(const std::string& build_root, std::string_view step) {
  std::vector<test_history> found;
  sqlite::statement rows = state_->database.prepare(
      "SELECT step, test, runs, last_ms FROM tests WHERE build_root = ?1 AND (?2 = '' OR step = ?2) ORDER BY "
      "step, test");
  rows.bind(build_root).bind(std::string(step));  // a view without bytes would be no text
  while (rows.next())
    found.push_back({rows.text(0), rows.text(1), test_runs_from(rows.text(2)),
                     std::chrono::system_clock::time_point(std::chrono::milliseconds(rows.number(3)))});
  return found;
}

std::optional<test_history> test_index::test(const std::string& build_root,
                                             std::string_view step,
                                             std::string_view name) {
  sqlite::statement rows = state_->database.prepare(
      "SELECT step, test, runs, last_ms FROM tests WHERE build_root = ?1 AND step = ?2 AND test = ?3");
  rows.bind(build_root).bind(step).bind(name);
  if (!rows.next()) return std::nullopt;
  return test_history{rows.text(0), rows.text(1), test_runs_from(rows.text(2)),
                      std::chrono::system_clock::time_point(std::chrono::milliseconds(rows.number(3)))};
}

}  // namespace cicd
