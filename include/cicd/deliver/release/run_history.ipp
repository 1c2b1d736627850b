// The document of a run, and what of it is cut.
#pragma once

#include <algorithm>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/deliver/release/run_history.hpp>

namespace cicd {

namespace deliver_release_run_history {
namespace {

constexpr std::size_t most_steps = 2'000;
constexpr std::size_t longest_text = 500;

json json_of_step(const run_history::step& of) {
  json one = members_of("step", of.id, "outcome", of.outcome, "duration_ms", of.duration.count());
  if (!of.reasons.empty()) one.set("reasons", json_texts(of.reasons));
  return one;
}

json json_of_test(const run_history::test& of) {
  return members_of("step", of.step, "test", of.name, "run", text_of(std::vector<test_run>{of.run}));
}

std::string short_text(const json& of) {
  return of.text().substr(0, longest_text);
}

std::chrono::milliseconds length_from(const json& of) {
  return std::chrono::milliseconds(
      std::clamp<std::int64_t>(of.integer(), 0, std::int64_t{1000} * 24 * 3600 * 1000));
}

}  // namespace
}  // namespace deliver_release_run_history

json json_of(const run_history& of) {
  using namespace deliver_release_run_history;
  json steps(json::array{}), tests(json::array{});
  for (const run_history::step& each : of.steps) steps.push(json_of_step(each));
  for (const run_history::test& each : of.tests) tests.push(json_of_test(each));
  json document = members_of("schema", 1, "pipeline", of.pipeline, "commit", of.commit, "run", of.run, "who",
                             of.who, "started", utc_text(of.started));
  document.set("steps", std::move(steps)).set("tests", std::move(tests));
  if (of.left_out > 0) document.set("tests_left_out", of.left_out);
  return document;
}

std::string fitted_text(run_history of, std::size_t most) {
  using namespace deliver_release_run_history;
  std::ranges::stable_sort(of.tests, [](const run_history::test& one, const run_history::test& other) {
    return std::tuple(!one.run.failed, other.run.duration) < std::tuple(!other.run.failed, one.run.duration);
  });
  const std::vector<run_history::test> tests = std::exchange(of.tests, {});
  if (of.steps.size() > most_steps) of.steps.resize(most_steps);
  of.left_out = static_cast<std::int64_t>(tests.size());  // the longest that its number can be
  if (compact(json_of(of)).size() > most)
    for (run_history::step& each : of.steps) each.reasons.clear();
  std::size_t size = compact(json_of(of)).size();
  for (const run_history::test& each : tests) {
    size += compact(json_of_test(each)).size() + 1;
    if (size > most) break;
    of.tests.push_back(each);
  }
  of.left_out -= static_cast<std::int64_t>(of.tests.size());
  return compact(json_of(of));
}

result<run_history> run_history_from(std::string_view text, const std::string& where) {
  using namespace deliver_release_run_history;
  const auto wrong = [&](std::string why) {
    return error{exit_class::corrupt,
                 {},
                 "the history of the run cannot be read",
                 where,
                 {{"caused by", std::move(why)}}};
  };
  if (text.size() > largest_run_history) return wrong("it has more than 1 MB");
  const result<json> read = parse_json(text);
  if (!read || !read->is_object()) return wrong("it is not a JSON object");
  if ((*read)["schema"].integer() != 1) return wrong("it is of another schema, such as that of a newer cicd");
  run_history made{
      .pipeline = short_text((*read)["pipeline"]),
      .commit = short_text((*read)["commit"]),
      .run = short_text((*read)["run"]),
      .who = short_text((*read)["who"]),
      .started = utc_from((*read)["started"].text()).value_or(std::chrono::system_clock::time_point{})};
  for (const json& each : (*read)["steps"].elements()) {
    if (made.steps.size() == most_steps) break;
    run_history::step one{short_text(each["step"]), short_text(each["outcome"]),
                          length_from(each["duration_ms"])};
    for (const json& reason : each["reasons"].elements())
      if (one.reasons.size() < 5) one.reasons.push_back(short_text(reason));
    made.steps.push_back(std::move(one));
  }
  for (const json& each : (*read)["tests"].elements()) {
    const std::vector<test_run> runs = test_runs_from(each["run"].text());
    const std::string step = each["step"].text(), name = each["test"].text();
    if (runs.size() != 1 || name.empty() || name.size() > longest_text
        || !step.starts_with(made.pipeline + "/"))
      continue;
    made.tests.push_back({step, name, runs.front()});
  }
  made.left_out = std::max<std::int64_t>(0, (*read)["tests_left_out"].integer());
  return made;
}

void history_gatherer::hear(const event& happened, const std::string& tests_of) {
  const std::lock_guard hold(mutex_);
  if (const auto* run = std::get_if<run_started>(&happened.body)) {
    all_.run = run->id;
    all_.who = run->who;
    all_.started = happened.when;
  } else if (const auto* begun = std::get_if<step_started>(&happened.body)) {
    reasons_[begun->step] = begun->reasons;
  } else if (const auto* end = std::get_if<step_ended>(&happened.body)) {
    all_.steps.push_back(
        {end->step, std::string(word_for(end->outcome)), end->duration, reasons_[end->step]});
    for (auto& [name, ran] : runs_of(end->tests, end->key)) all_.tests.push_back({tests_of, name, ran});
  }
}

run_history history_gatherer::of(const std::string& pipeline, const std::string& commit) const {
  const std::lock_guard hold(mutex_);
  run_history made = all_;
  made.pipeline = pipeline;
  made.commit = commit;
  const auto is_other = [&](const std::string& id) { return !id.starts_with(pipeline + "/"); };
  std::erase_if(made.steps, [&](const run_history::step& each) { return is_other(each.id); });
  std::erase_if(made.tests, [&](const run_history::test& each) { return is_other(each.step); });
  return made;
}

}  // namespace cicd
