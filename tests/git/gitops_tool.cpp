// The release room as a program, for the suite that runs it against real git servers: one verb a call, plain
// lines out, the exit class as exit status.
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/deliver/gitops/gitops.hpp>
#include <cicd/deliver/gitops/manifest_branch.hpp>
#include <cicd/system/clock.hpp>

namespace {

using namespace cicd;

int failed(const error& failure) {
  std::fputs(text_of(failure).c_str(), stderr);
  return static_cast<int>(failure.kind);
}

gitops_options talking() {
  gitops_options options;
  options.say = [](const std::string& line) { fmt::print(stderr, "{}\n", line); };
  return options;
}

/// The files that are there with one more, and a record of the next generation: what several writers of one
/// target want.
result<std::optional<decided_manifests>> one_more(const manifest_state& now,
                                                  const std::string& name,
                                                  const std::string& content) {
  const auto there = now.files.find(name);
  if (there != now.files.end() && there->second == content) return std::optional<decided_manifests>();
  wanted_manifests wanted;
  wanted.files = now.files;
  wanted.files[name] = content;
  if (content.empty()) wanted.files.erase(name);
  wanted.record.emplace();
  wanted.record->pipeline = "orders";
  wanted.record->environment = "stage";
  wanted.record->generation = now.record ? now.record->generation + 1 : 1;
  wanted.record->id = name;
  wanted.record->who = "Jane Doe <jane@example.com>";
  wanted.record->when = system_clock_port().now();
  wanted.record->manifests = digest_of_manifests(wanted.files);
  wanted.record->outcome = "deployed";
  wanted.who = wanted.record->who;
  wanted.when = wanted.record->when;
  wanted.message = "deploy orders " + name + " to stage\n\nrun: " + name + '\n';
  gate_question deploy;
  deploy.is_outside = false;
  result<permit> allowed = may(deploy, {});
  if (!allowed) return std::move(allowed).error();
  return std::optional(decided_manifests{std::move(wanted), *allowed});
}

int commit(const manifest_target& target, const std::string& name, const std::string& content) {
  const auto made = commit_manifests(
      target, [&](const manifest_state& now) { return one_more(now, name, content); },
      surroundings::of_process(), talking());
  if (!made) return failed(made.error());
  fmt::print("{}\n", made->value_or("nothing"));
  return 0;
}

/// Targets `<path>/0`, `<path>/1` … at once, as a run does it.
int commit_many(manifest_target target, int count, const std::string& content) {
  const auto around = surroundings::of_process();
  const std::string below = target.path + '/';
  const auto branch = manifest_branch::make(target, around);
  const auto path_of = [&](int number) { return below + std::to_string(number); };
  for (int number = 0; number < count; ++number) {
    target.path = path_of(number);
    branch->expect(target);
    branch->announce(target.path, true);
  }
  std::vector<std::thread> threads;
  std::atomic<int> end{0};
  const gitops_options options = talking();
  for (int number = 0; number < count; ++number)
    threads.emplace_back([&, number, of = target]() mutable {
      of.path = path_of(number);
      const auto made = branch->commit(
          of, [&](const manifest_state& now) { return one_more(now, "f", content); }, options);
      if (!made) end = failed(made.error());
    });
  for (std::thread& each : threads) each.join();
  return end;
}

int read(const manifest_target& target) {
  const auto state = read_manifests(target, surroundings::of_process(), talking());
  if (!state) return failed(state.error());
  fmt::print("tip {}\ngeneration {}\n", state->tip, state->record ? state->record->generation : 0);
  for (const auto& [name, content] : state->files) fmt::print("file {} {}\n", name, shell_quoted(content));
  return 0;
}

int history(const manifest_target& target, std::size_t most) {
  const auto records = manifest_history(target, most, surroundings::of_process(), talking());
  if (!records) return failed(records.error());
  for (const past_manifests& each : *records) fmt::print("{} {}\n", each.record.generation, each.record.id);
  return 0;
}

/// Microseconds that one look takes, on average.
int time_reads(const manifest_target& target, int times) {
  const auto around = surroundings::of_process();
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < times; ++i)
    if (const auto state = read_manifests(target, around, {}); !state) return failed(state.error());
  const auto taken =
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begin);
  fmt::print("{}\n", taken.count() / times);
  return 0;
}

}  // namespace

int main(int count, char** words) {
  prepare_process();
  const std::vector<std::string> given(words + 1, words + count);
  if (given.size() < 5) {
    std::fputs(
        "usage: gitops_tool commit|create|many|read|history|time <url> <branch> <path> <clone> [<name> "
        "<content>|<number> [<content>]]\n",
        stderr);
    return 2;
  }
  const auto argument = [&](std::size_t at) { return at < given.size() ? given[at] : std::string(); };
  const manifest_target target{.url = given[1],
                               .create = given[0] == "create",
                               .branch = given[2],
                               .path = given[3],
                               .clone = given[4]};
  if (given[0] == "commit" || given[0] == "create") return commit(target, argument(5), argument(6));
  if (given[0] == "many") return commit_many(target, std::atoi(argument(5).c_str()), argument(6));
  if (given[0] == "read") return read(target);
  if (given[0] == "history") return history(target, static_cast<std::size_t>(std::atoi(argument(5).c_str())));
  return time_reads(target, std::max(1, std::atoi(argument(5).c_str())));
}
