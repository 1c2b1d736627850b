// A Job followed to its end, against a cluster in memory whose time passes only as its script and its timers
// say.
#include <cicd/kubernetes/jobs/job_run.hpp>

#include <map>
#include <utility>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scripted_cluster.hpp"

namespace cicd::kubernetes {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using moment = std::chrono::milliseconds;
using texts = std::vector<std::string>;

json read(std::string text) {
  for (char& c : text)
    if (c == '\'') c = '"';
  const result<json> value = parse_json(text);
  EXPECT_TRUE(value) << text;
  return value ? *value : json();
}

const json wanted = read(
    "{'kind':'Job','metadata':{'name':'close','namespace':'shop'},'spec':{'activeDeadlineSeconds':600}}");

json job(const std::string& status = "") {
  return read(
      "{'kind':'Job','metadata':{'name':'close','namespace':'shop','uid':'j1'},'spec':{'"
      "activeDeadlineSeconds':600},'status':{"
      + status + "}}");
}
json complete() {
  return job("'succeeded':1,'conditions':[{'type':'Complete','status':'True'}]");
}
json failed(const std::string& reason = "BackoffLimitExceeded", int pods = 1) {
  return job(fmt::format("'failed':{},'conditions':[{{'type':'Failed','status':'True','reason':'{}'}}]", pods,
                         reason));
}

json pod(const std::string& phase, const std::string& state, const std::string& name = "close-x") {
  return read(fmt::format(
      "{{'kind':'Pod','metadata':{{'name':'{0}','namespace':'shop','uid':'{0}','creationTimestamp':'{0}'}},"
      "'spec':{{'restartPolicy':'Never','containers':[{{'name':'close','image':'shop/"
      "orders:1'}}]}},'status':{{'phase':'{1}',"
      "'containerStatuses':[{{'name':'close','ready':false,'restartCount':0,'state':{{{2}}}}}]}}}}",
      name, phase, state));
}
json running(const std::string& name = "close-x") {
  return pod("Running", "'running':{'startedAt':'2026-11-21T09:00:00Z'}", name);
}
json ended(int status, const std::string& reason = "Error", const std::string& name = "close-x") {
  return pod(status == 0 ? "Succeeded" : "Failed",
             fmt::format("'terminated':{{'exitCode':{},'reason':'{}','message':'exec: \\'close\\': "
                         "executable file not found'}}",
                         status, reason),
             name);
}

/// What a stream of a log gives, and when it ends.
struct rehearsed_stream {
  texts lines;
  moment lasts{0};
};

class rehearsed : public scripted_cluster {
 public:
  std::unique_ptr<cluster> second_connection() override {
    auto other = std::make_unique<rehearsed>();
    other->removed = removed;
    return other;
  }
  api_answer create(const json&) override { return created; }
  api_answer remove(const object_key& of, const std::string&, const std::string&) override {
    if (cancelled()) return {.object = {}, .failure = api_failure{0, "Cancelled", "cancelled", {}}};
    removed->push_back(of.text());
    return {};
  }
  std::shared_ptr<void> follow_log(const std::string&,
                                   const std::string& pod,
                                   const std::string&,
                                   std::function<void(std::string_view)> line,
                                   std::function<void()> over) override {
    std::vector<rehearsed_stream>& left = streams[pod];
    if (left.empty()) return nullptr;
    const rehearsed_stream stream = left.front();
    left.erase(left.begin());
    plan(now(), [stream, line] {
      for (const std::string& each : stream.lines) line(each);
    });
    plan(now() + stream.lasts, over);
    return nullptr;
  }
  result<std::string> log(
      const std::string&, const std::string& pod, const std::string&, bool, int lines) override {
    const texts& all = logs[pod];
    std::string text;
    for (std::size_t at = all.size() - std::min(all.size(), static_cast<std::size_t>(lines)); at < all.size();
         ++at)
      text += all[at] + "\n";
    return text;
  }

  api_answer created{.object = job(), .failure = {}};
  std::shared_ptr<texts> removed = std::make_shared<texts>();
  std::map<std::string, std::vector<rehearsed_stream>> streams;
  std::map<std::string, texts> logs;
};

class job_run : public testing::Test {
 protected:
  result<job_end> run(bool remove = true) {
    return run_job(with, wanted,
                   {.remove = remove,
                    .output = [this](std::string_view line) { output.emplace_back(line); },
                    .say = [this](const std::string& line) { said += line + "\n"; }});
  }
  rehearsed with;
  texts output;
  std::string said;
};

TEST_F(job_run, a_good_run_gives_its_lines_and_is_removed) {
  with.logs["close-x"] = {"one", "two"};
  with.streams["close-x"] = {{{"one", "two"}, 2s}};
  with.at(1s, "ADDED", running());
  with.at(4s, "MODIFIED", ended(0));
  with.at(5s, "MODIFIED", complete());
  const auto end = run();
  ASSERT_TRUE(end);
  EXPECT_TRUE(end->good);
  EXPECT_EQ(end->status, 0);
  EXPECT_THAT(output, ElementsAre("one", "two"));
  EXPECT_THAT(*with.removed, ElementsAre("Job close"));
}

TEST_F(job_run, the_log_of_a_run_that_was_over_at_once_is_read_after_its_end) {
  with.streams["close-x"] = {{{"one", "two"}, 1s}};
  with.at(1s, "MODIFIED", complete());
  with.at(2s, "ADDED", ended(0));
  EXPECT_TRUE(run(false)->good);
  EXPECT_THAT(output, ElementsAre("one", "two"));
  EXPECT_THAT(*with.removed, IsEmpty());
}

TEST_F(job_run, lines_that_a_broken_stream_left_out_are_read_once) {
  with.logs["close-x"] = {"one", "two", "three"};
  with.streams["close-x"] = {{{"one"}, 1s}, {{"one", "two"}, 60s}};
  with.streams["close-x"].push_back({{"one", "two", "three"}, 1s});
  with.at(1s, "ADDED", running());
  with.at(70s, "MODIFIED", ended(0));
  with.at(70s, "MODIFIED", complete());
  EXPECT_TRUE(run()->good);
  EXPECT_THAT(output, ElementsAre("one", "two", "three"));
}

TEST_F(job_run, a_failure_has_the_status_of_the_last_try_and_the_lines_of_all) {
  with.logs = {{"close-a", {"first"}}, {"close-b", {"second"}}};
  with.streams = {{"close-a", {{{"first"}, 1s}}}, {"close-b", {{{"second"}, 1s}}}};
  with.at(1s, "ADDED", ended(3, "Error", "close-a"));
  with.at(5s, "ADDED", ended(4, "Error", "close-b"));
  with.at(6s, "MODIFIED", failed("BackoffLimitExceeded", 2));
  const auto end = run();
  ASSERT_TRUE(end);
  EXPECT_FALSE(end->good);
  EXPECT_EQ(end->status, 4);
  EXPECT_EQ(end->meaning, "exit status 4");
  EXPECT_FALSE(end->why);
  EXPECT_THAT(output, ElementsAre("first", "second"));
  EXPECT_THAT(said, HasSubstr("tried again in pod close-b"));
}

TEST_F(job_run, memory_and_a_deadline_are_named) {
  with.at(1s, "ADDED", ended(137, "OOMKilled"));
  with.at(1s, "MODIFIED", failed());
  EXPECT_EQ(run()->meaning, "killed: out of memory");
  rehearsed later;
  std::swap(later.created, with.created);
  later.at(1s, "ADDED", running());
  later.at(2s, "DELETED", running());
  later.at(3s, "MODIFIED", failed("DeadlineExceeded"));
  const auto end = run_job(later, wanted, {.output = {}});
  ASSERT_TRUE(end);
  EXPECT_EQ(end->meaning, "ended after its deadline of 10m 00s");
}

TEST_F(job_run, a_program_that_is_not_there_never_ran) {
  with.at(1s, "ADDED", ended(128, "StartError"));
  with.at(1s, "MODIFIED", failed());
  const auto end = run();
  ASSERT_TRUE(end && end->why);
  EXPECT_EQ(end->why->object, "Job close");
  EXPECT_THAT(end->meaning, HasSubstr("could not be started"));
}

TEST_F(job_run, what_can_never_run_is_given_up_at_once) {
  with.at(1s, "ADDED", pod("Pending", "'waiting':{'reason':'InvalidImageName','message':'no'}"));
  const auto end = run();
  ASSERT_TRUE(end && end->why);
  EXPECT_FALSE(end->good);
  EXPECT_EQ(end->why->cause, "image-pull");
  EXPECT_EQ(with.now(), 1s);
  EXPECT_THAT(*with.removed, ElementsAre("Job close"));
}

TEST_F(job_run, what_may_still_come_gets_the_patience_of_its_cause) {
  const json waiting = pod("Pending", "'waiting':{'reason':'ImagePullBackOff','message':'manifest unknown'}");
  with.at(1s, "ADDED", waiting);
  with.at(2s, "MODIFIED", waiting);
  const auto end = run();
  ASSERT_TRUE(end && end->why);
  EXPECT_EQ(with.now(), 1s + default_patience("image-pull"));
  EXPECT_EQ(said.find("not running yet"), said.rfind("not running yet")) << "said once";
  EXPECT_THAT(said, HasSubstr("not running yet"));
}

TEST_F(job_run, a_pod_that_runs_after_all_is_waited_for) {
  with.streams["close-x"] = {{{}, 1h}, {{}, 1s}};
  with.at(1s, "ADDED", pod("Pending", "'waiting':{'reason':'ErrImagePull','message':'i/o timeout'}"));
  with.at(5s, "MODIFIED", running());
  with.at(2h, "MODIFIED", ended(0));
  with.at(2h, "MODIFIED", complete());
  EXPECT_TRUE(run()->good);
}

TEST_F(job_run, an_interrupted_one_is_removed_and_that_is_said) {
  with.at(1s, "ADDED", running());
  with.cancel_at(2s);
  const auto end = run(false);
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().kind, exit_class::interrupted);
  EXPECT_THAT(*with.removed, ElementsAre("Job close"));
  EXPECT_THAT(said, HasSubstr("was removed with its pods, since it was interrupted"));
}

TEST_F(job_run, a_name_that_is_taken_and_a_job_that_somebody_removes_are_conflicts) {
  with.created = {.object = {}, .failure = api_failure{409, "AlreadyExists", "exists", {}}};
  const auto taken = run();
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().kind, exit_class::conflict);
  EXPECT_THAT(*with.removed, IsEmpty()) << "it is another's";
  with.created = {.object = job(), .failure = {}};
  with.at(1s, "DELETED", job());
  const auto gone = run();
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().kind, exit_class::conflict);
  EXPECT_THAT(gone.error().what, HasSubstr("it was removed while it ran"));
}

TEST(job_name, two_runs_never_share_a_name_and_a_long_one_is_cut) {
  EXPECT_NE(job_name("orders-api-task", "run 1"), job_name("orders-api-task", "run 2"));
  EXPECT_EQ(job_name(std::string(80, 'a'), "run").size(), 63u);
  EXPECT_THAT(job_name("orders-api-task", "run"), testing::MatchesRegex("orders-api-task-[0-9a-f]{8}"));
}

}  // namespace
}  // namespace cicd::kubernetes
