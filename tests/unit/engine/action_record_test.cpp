// The record of what a person does outside a run: lines like a run's, and none where nothing was told.
#include <gtest/gtest.h>

#include <filesystem>

#include <cicd/base/text.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/engine/action_record.hpp>
#include <cicd/system/files.hpp>

#include "../deliver/temporary_folder.hpp"

namespace cicd {
namespace {

struct slow_clock : clock {
  std::chrono::system_clock::time_point now() const override { return *utc_from("2026-11-21T08:00:00Z"); }
  std::chrono::milliseconds elapsed() const override { return ticks_ += std::chrono::milliseconds(10); }
  bool wait(std::chrono::milliseconds, const cancellation*) const override { return true; }
  mutable std::chrono::milliseconds ticks_{};
};

class action_records : public testing::Test {
 protected:
  action_records() { where.build_root = folder.path(); }
  /// The members of each line of events.ndjson that a test looks at.
  std::vector<std::string> lines() const {
    std::vector<std::string> all;
    const result<std::string> text = read_file(where.run("r1") + "/events.ndjson");
    if (!text) return all;
    for (const std::string& each : split(*text, '\n')) {
      if (each.empty()) continue;
      const json one = *parse_json(each);
      all.push_back(one["event"].text() + " " + one["target"].text() + one["who"].text()
                    + one["outcome"].text());
    }
    return all;
  }

  temporary_folder folder;
  workspace where;
  slow_clock time;
  const changed_place at{"orders", "prod", "east"};
};

TEST_F(action_records, begin_and_end_as_a_run_does) {
  action_record record(where, time, "r1", "hold release orders/prod");
  record.hear({time.now(), time.elapsed(), released{at, "Ada"}});
  record.end(exit_class::done, std::nullopt);
  EXPECT_EQ(lines(), (std::vector<std::string>{"run_started hold release orders/prod", "released Ada",
                                               "run_ended done"}));
  EXPECT_FALSE(std::filesystem::exists(where.run("r1") + "/result.json"));
}

TEST_F(action_records, say_with_which_failure_it_ended) {
  action_record record(where, time, "r1", "rollback orders/prod");
  record.hear({time.now(), time.elapsed(), rollback_started{at, {}}});
  record.end(exit_class::remote, error{exit_class::remote, "orders/prod", "no answer", {}, {}});
  EXPECT_EQ(lines().back(), "run_ended remote");
}

TEST_F(action_records, of_what_told_nothing_leave_nothing) {
  action_record record(where, time, "r1", "rollback orders/prod");
  record.end(exit_class::policy, error{exit_class::policy, "orders/prod", "PROTECTED", {}, {}});
  EXPECT_FALSE(std::filesystem::exists(where.run("r1")));
}

}  // namespace
}  // namespace cicd
