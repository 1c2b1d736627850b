// The index of runs: kept, asked, lost, damaged, rebuilt.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cicd/base/json.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/deliver/records/run_index.hpp>
#include <cicd/system/files.hpp>

#include "temporary_folder.hpp"

namespace {

using namespace cicd;
using testing::ElementsAre;
using testing::HasSubstr;
using namespace std::chrono_literals;

run_summary a_run(const std::string& id,
                  const std::string& build_root,
                  std::chrono::milliseconds build = 100ms,
                  std::string outcome = "ran") {
  const auto started =
      std::chrono::system_clock::time_point(1795230000000ms) + std::chrono::seconds(std::stoi(id));
  return {.id = id,
          .folder = build_root + "/.cicd/runs/" + id,
          .build_root = build_root,
          .target = "orders.image",
          .outcome = "done",
          .exit_status = 0,
          .commit = "abc",
          .who = "jane",
          .started = started,
          .duration = 1234ms,
          .steps = {{"orders/build", std::move(outcome), build}, {"orders/test", "reused", 5ms}}};
}

std::string result_of(const run_summary& run) {
  json steps(json::array{});
  for (const auto& step : run.steps) {
    json one(json::object{});
    one.set("step", step.id)
        .set("outcome", step.outcome)
        .set("duration_ms", std::int64_t{step.duration.count()})
        .set("key", "k");
    steps.push(std::move(one));
  }
  json all(json::object{});
  all.set("schema", 1)
      .set("id", run.id)
      .set("target", run.target)
      .set("outcome", run.outcome)
      .set("exit_status", run.exit_status);
  all.set("started", utc_text_with_milliseconds(run.started))
      .set("duration_ms", std::int64_t{run.duration.count()});
  all.set("commit", run.commit)
      .set("branch", "main")
      .set("who", run.who)
      .set("build_root", run.build_root)
      .set("steps", std::move(steps));
  return pretty(all);
}

void keep_result(const run_summary& run) {
  ASSERT_TRUE(write_file(run.folder + "/result.json", result_of(run), durability::fast));
}

run_index opened(const std::string& file, const std::string& build_root = {}) {
  auto index = run_index::open(file, build_root);
  EXPECT_TRUE(index) << text_of(index.error());
  return std::move(*index);
}

std::vector<std::string> ids_of(const std::vector<run_summary>& runs) {
  std::vector<std::string> ids;
  for (const run_summary& run : runs) ids.push_back(run.id);
  return ids;
}

std::string bytes_of(const std::string& file) {
  return read_file(file).value_or("<none>");
}

void run_sql(const std::string& file, const char* sql) {
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &database), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(database, sql, nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(database);
}

TEST(run_summary, is_read_back_from_result_json) {
  const run_summary run = a_run("1", "/b");
  const auto read = run_summary_from(result_of(run), run.folder);
  ASSERT_TRUE(read) << text_of(read.error());
  EXPECT_EQ(result_of(*read), result_of(run));
  EXPECT_EQ(read->folder, run.folder);
}

TEST(run_summary, half_a_result_is_corrupt) {
  const std::string whole = result_of(a_run("1", "/b"));
  for (const std::string& text : {std::string(), whole.substr(0, whole.size() / 2), std::string("{}"),
                                  replaced_all(whole, "\"schema\": 1", "\"schema\": 2")}) {
    const auto read = run_summary_from(text, "/b/.cicd/runs/1");
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().kind, exit_class::corrupt);
    EXPECT_THAT(text_of(read.error()), HasSubstr("/b/.cicd/runs/1/result.json"));
  }
}

TEST(run_index, keeps_runs_and_gives_the_newest_first) {
  const temporary_folder root;
  run_index index = opened(root / "state/index.sqlite");
  for (const char* id : {"2", "1", "3"}) ASSERT_TRUE(index.add(a_run(id, "/b")));
  ASSERT_TRUE(index.add(a_run("4", "/other")));
  EXPECT_THAT(ids_of(*index.runs("/b", 2)), ElementsAre("3", "2"));
  EXPECT_THAT(ids_of(*index.runs("", 10)), ElementsAre("4", "3", "2", "1"));
  run_index again = opened(root / "state/index.sqlite");
  EXPECT_EQ(result_of(again.runs("/b", 1)->at(0)), result_of(a_run("3", "/b")));
}

TEST(run_index, a_run_that_is_added_again_replaces_itself) {
  const temporary_folder root;
  run_index index = opened(root / "index.sqlite");
  ASSERT_TRUE(index.add(a_run("1", "/b")));
  run_summary changed = a_run("1", "/b");
  changed.steps.pop_back();
  ASSERT_TRUE(index.add(changed));
  EXPECT_EQ(index.runs("/b", 9)->size(), 1U);
  EXPECT_EQ(index.runs("/b", 9)->at(0).steps.size(), 1U);
}

TEST(run_index, expects_the_median_of_the_last_successful_runs) {
  const temporary_folder root;
  run_index index = opened(root / "index.sqlite");
  EXPECT_TRUE(index.expected("/b").empty());
  ASSERT_TRUE(index.add(a_run("1", "/b", 9000ms)));
  for (int i = 2; i <= 10; ++i) ASSERT_TRUE(index.add(a_run(std::to_string(i), "/b", 100ms * (i % 3 + 1))));
  ASSERT_TRUE(index.add(a_run("11", "/b", 1ms, "failed")));
  EXPECT_EQ(index.expected("/b")["orders/build"], 200ms);
  EXPECT_FALSE(index.expected("/b").contains("orders/test"));
  EXPECT_TRUE(index.expected("/other").empty());
}

TEST(run_index, a_missing_one_is_made_from_the_runs_of_the_build_tree) {
  const temporary_folder root;
  const std::string build = root / "build";
  keep_result(a_run("1", build));
  keep_result(a_run("2", build));
  ASSERT_TRUE(write_file(build + "/.cicd/runs/3/result.json", "{\"half", durability::fast));
  ASSERT_TRUE(make_folder(build + "/.cicd/runs/4"));
  EXPECT_THAT(ids_of(*opened(root / "index.sqlite", build).runs(build, 9)), ElementsAre("2", "1"));
}

void expect_damaged(const std::string& file, const std::string& cause) {
  const std::string before = bytes_of(file);
  const auto index = run_index::open(file, {});
  ASSERT_FALSE(index) << cause;
  EXPECT_EQ(index.error().kind, exit_class::corrupt);
  EXPECT_THAT(text_of(index.error()), HasSubstr(cause));
  EXPECT_THAT(text_of(index.error()), HasSubstr("cicd history --rebuild-index"));
  EXPECT_EQ(bytes_of(file), before);
}

TEST(run_index, a_damaged_one_is_left_as_it_is) {
  const temporary_folder root;
  const std::string file = root / "index.sqlite", good = root / "good.sqlite";
  ASSERT_TRUE(opened(good).add(a_run("1", "/b")));
  const std::string whole = bytes_of(good);
  const auto damage = [&](std::string_view bytes, const std::string& cause) {
    ASSERT_TRUE(write_file(file, bytes, durability::fast));
    expect_damaged(file, cause);
  };
  damage("", "zero bytes");
  damage(
      "not a database, but long enough to have a header of a hundred bytes, which is what is looked at first "
      "....",
      "not a SQLite database");
  damage(whole.substr(0, whole.size() / 2), "a part of it is missing");
  damage(whole.substr(0, 50), "not a SQLite database");
  std::string overwritten = whole;
  for (std::size_t at = 100; at < 4096; ++at) overwritten[at] = '\x55';
  damage(overwritten, "");
  run_sql(good, "PRAGMA user_version = 2");
  damage(bytes_of(good), "written by a newer cicd");
  run_sql(good, "PRAGMA application_id = 1");
  damage(bytes_of(good), "another program");
}

TEST(run_index, rebuilding_moves_the_damaged_one_aside) {
  const temporary_folder root;
  const std::string file = root / "state/index.sqlite", build = root / "build";
  keep_result(a_run("1", build));
  ASSERT_TRUE(write_file(file, "damage", durability::fast));
  EXPECT_EQ(*run_index::rebuild(file, {build, root / "gone"}), 1U);
  EXPECT_THAT(ids_of(*opened(file).runs({}, 9)), ElementsAre("1"));
  bool kept = false;
  for (const auto& entry : std::filesystem::directory_iterator(root / "state"))
    kept = kept
           || (entry.path().string().find(".corrupt-") != std::string::npos
               && bytes_of(entry.path()) == "damage");
  EXPECT_TRUE(kept);
}

TEST(run_index, rebuilding_a_healthy_one_loses_nothing) {
  const temporary_folder root;
  const std::string file = root / "index.sqlite", build = root / "build";
  ASSERT_TRUE(opened(file).add(a_run("1", "/lost-build-tree")));
  keep_result(a_run("2", build));
  EXPECT_EQ(*run_index::rebuild(file, {build}), 1U);
  EXPECT_THAT(ids_of(*opened(file).runs({}, 9)), ElementsAre("2", "1"));
}

TEST(run_index, several_processes_add_at_once) {
  const temporary_folder root;
  const std::string file = root / "index.sqlite";
  std::vector<pid_t> children;
  for (int writer = 0; writer < 6; ++writer) {
    const pid_t child = ::fork();
    if (child == 0) {
      auto index = run_index::open(file, {});
      bool good = static_cast<bool>(index);
      for (int i = 0; good && i < 5; ++i)
        good = static_cast<bool>(index->add(a_run(std::to_string(writer * 10 + i), "/b")));
      ::_exit(good ? 0 : 1);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int state = 0;
    ASSERT_EQ(::waitpid(child, &state, 0), child);
    EXPECT_EQ(state, 0);
  }
  EXPECT_EQ(opened(file).runs({}, 100)->size(), 30U);
}

TEST(run_index, what_was_acknowledged_survives_a_killed_writer) {
  const temporary_folder root;
  const std::string file = root / "index.sqlite";
  const pid_t child = ::fork();
  if (child == 0) {
    auto index = run_index::open(file, {});
    for (int i = 0; i < 3; ++i) (void)index->add(a_run(std::to_string(i), "/b"));
    ::raise(SIGKILL);
  }
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  EXPECT_EQ(opened(file).runs({}, 100)->size(), 3U);
}

}  // namespace
