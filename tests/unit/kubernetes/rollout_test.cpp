// Watching a rollout against a cluster in memory, whose time passes only as its script and its timers say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include <cicd/kubernetes/rollout/rollout.hpp>
#include <cicd/kubernetes/rollout/rollout_selectors.hpp>

#include "scripted_cluster.hpp"

namespace {

using namespace cicd;
using namespace cicd::kubernetes;
using namespace std::chrono_literals;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using moment = std::chrono::milliseconds;

json read(const std::string& text) {
  auto value = parse_json(text);
  EXPECT_TRUE(value) << text;
  return value ? *value : json();
}

class scripted : public scripted_cluster {
 public:
  result<std::string> log(const std::string&,
                          const std::string& pod,
                          const std::string& container,
                          bool previous,
                          int lines) override {
    logs_asked.push_back(fmt::format("{} {} {} {}", pod, container, previous ? "previous" : "newest", lines));
    if (log_text.empty())
      return error{exit_class::policy, "", "no right to get pods/log in namespace shop", std::nullopt, {}};
    return log_text;
  }

  std::vector<std::string> logs_asked;
  std::string log_text = "starting\nno database\n";
};

struct numbers {
  int generation = 2, observed = 2, replicas = 1, updated = 0, available = 0;
};

json deployment(const numbers& of, const std::string& more = "[]") {
  return read(fmt::format(
      R"({{"apiVersion":"apps/v1","kind":"Deployment","metadata":{{"name":"orders-api","namespace":"shop","uid":"d1","generation":{},
          "annotations":{{"deployment.kubernetes.io/revision":"2"}}}},
          "spec":{{"replicas":1,"selector":{{"matchLabels":{{"app":"orders","service":"api"}}}}}},
          "status":{{"observedGeneration":{},"replicas":{},"updatedReplicas":{},"readyReplicas":{},"availableReplicas":{},"conditions":{}}}}})",
      of.generation, of.observed, of.replicas, of.updated, of.available, of.available, more));
}

json replica_set(int revision, const std::string& conditions = "[]") {
  return read(fmt::format(
      R"({{"kind":"ReplicaSet","metadata":{{"name":"orders-api-{0}","namespace":"shop","uid":"r{0}","annotations":{{"deployment.kubernetes.io/revision":"{0}"}},
          "ownerReferences":[{{"controller":true,"uid":"d1"}}]}},"status":{{"conditions":{1}}}}})",
      revision, conditions));
}

json pod(const std::string& name,
         const std::string& set,
         const std::string& state,
         int restarts = 0,
         bool ready = false) {
  return read(fmt::format(
      R"({{"kind":"Pod","metadata":{{"name":"{0}","namespace":"shop","uid":"u-{0}","ownerReferences":[{{"controller":true,"uid":"{1}"}}]}},
          "spec":{{"restartPolicy":"Always","containers":[{{"name":"app","image":"orders:7"}}]}},
          "status":{{"phase":"Running","conditions":[{{"type":"Ready","status":"{2}"}}],
            "containerStatuses":[{{"name":"app","restartCount":{3},"ready":{4},"state":{5},"lastState":{{"terminated":{{"exitCode":3,"reason":"Error"}}}}}}]}}}})",
      name, set, ready ? "True" : "False", restarts, ready ? "true" : "false", state));
}

const std::string crashing = R"({"waiting":{"reason":"CrashLoopBackOff"}})";
const std::string running = R"({"running":{"startedAt":"2026-11-21T06:52:50Z"}})";
const std::string no_config =
    R"({"waiting":{"reason":"CreateContainerConfigError","message":"configmap \"orders\" not found"}})";
const std::string not_pulled = R"({"waiting":{"reason":"ImagePullBackOff","message":"not found"}})";

class rollout : public testing::Test {
 protected:
  rollout() {
    options.say = [this](const std::string& line) { lines.push_back(line); };
    options.symptom = [this](const diagnosis& found) { symptoms.emplace_back(with.now(), found); };
    options.now = [this] { return with.now(); };
    with.at(10ms, "ADDED", deployment({.replicas = 1}));
    with.at(20ms, "ADDED", replica_set(1));
    with.at(20ms, "ADDED", replica_set(2));
  }

  rollout_result watched(const json& object = deployment({.observed = 1})) {
    auto rolled = watch_rollout(with, {object}, options);
    EXPECT_TRUE(rolled) << text_of(rolled.error());
    return rolled ? *rolled : rollout_result{};
  }
  /// All pods are there and ready.
  void ready_at(moment when, int restarts = 0) {
    with.at(when, "MODIFIED", pod("a", "r2", running, restarts, true));
    with.at(when, "MODIFIED", deployment({.updated = 1, .available = 1}));
  }

  scripted with;
  rollout_options options;
  std::vector<std::string> lines;
  std::vector<std::pair<moment, diagnosis>> symptoms;
};

TEST_F(rollout, ends_the_moment_it_is_ready) {
  with.at(1000ms, "ADDED", pod("a", "r2", running));
  ready_at(1500ms);
  EXPECT_TRUE(watched().ready);
  EXPECT_EQ(with.now(), 1500ms);
  EXPECT_EQ(lines.back(), "orders-api 1/1 updated, 1 ready, 1 available");
  EXPECT_THAT(symptoms, IsEmpty());
}

TEST_F(rollout, what_is_ready_already_needs_no_watch) {
  EXPECT_TRUE(watched(deployment({.updated = 1, .available = 1})).ready);
  EXPECT_THAT(with.watched, IsEmpty());
}

TEST_F(rollout, a_status_of_the_generation_before_says_nothing) {
  with.at(30ms, "MODIFIED", deployment({.observed = 1, .updated = 1, .available = 1}));
  with.at(40ms, "MODIFIED", deployment({.generation = 1, .observed = 1, .updated = 1, .available = 1}));
  ready_at(2000ms);
  EXPECT_TRUE(watched().ready);
  EXPECT_EQ(with.now(), 2000ms);
}

TEST_F(rollout, is_ready_only_after_it_was_so_for_as_long_as_asked) {
  options.ready_for = 5s;
  ready_at(1000ms);
  with.at(3000ms, "MODIFIED", deployment({.updated = 1}));
  ready_at(4000ms);
  EXPECT_TRUE(watched().ready);
  EXPECT_GE(with.now(), 9000ms);
  EXPECT_LT(with.now(), 9100ms);
}

TEST_F(rollout, only_what_belongs_to_it_is_watched) {
  ready_at(100ms);
  watched();
  EXPECT_THAT(with.watched,
              ElementsAre("Deployment shop metadata.name=orders-api",
                          "ReplicaSet shop app=orders,service=api", "Pod shop app=orders,service=api"));
}

TEST_F(rollout, a_symptom_is_said_within_two_seconds_with_the_log_of_what_died) {
  with.at(1000ms, "ADDED", pod("a", "r2", crashing, 2));
  ready_at(20s, 3);
  EXPECT_TRUE(watched().ready);
  ASSERT_THAT(symptoms, SizeIs(1));
  EXPECT_LE(symptoms[0].first, 3000ms);
  EXPECT_EQ(symptoms[0].second.cause, "crash-loop");
  EXPECT_EQ(symptoms[0].second.object, "Deployment orders-api");
  EXPECT_THAT(symptoms[0].second.log, ElementsAre("starting", "no database"));
  EXPECT_THAT(with.logs_asked, ElementsAre("a app previous 10"));
  EXPECT_GE(with.now(), 30s) << "one that crashed twice has to stay ready for a while";
}

TEST_F(rollout, several_pods_with_the_same_are_one_symptom) {
  options.patience["crash-loop"] = 5s;
  for (const char* name : {"a", "b", "c"}) with.at(1000ms, "ADDED", pod(name, "r2", crashing, 2));
  const rollout_result rolled = watched();
  ASSERT_THAT(symptoms, SizeIs(1));
  EXPECT_EQ(symptoms[0].second.more_pods, 2);
  EXPECT_FALSE(rolled.ready);
  ASSERT_THAT(rolled.why, SizeIs(1));
  EXPECT_GE(with.now(), 6000ms);
  EXPECT_LT(with.now(), 6100ms);
}

TEST_F(rollout, has_the_documented_patience) {
  const std::map<std::string, moment> documented{
      {"crash-loop", 1min}, {"image-pull", 2min}, {"oom", 1min},   {"unschedulable", 5min},
      {"probe", 5min},      {"config", 0ms},      {"quota", 1min}, {"volume", 2min},
      {"denied", 0ms},      {"progress", 10min}};
  for (const auto& [cause, length] : documented) EXPECT_EQ(default_patience(cause), length) << cause;
  with.at(1000ms, "ADDED", pod("a", "r2", not_pulled));
  EXPECT_FALSE(watched().ready);
  EXPECT_GE(with.now(), 121s);
  EXPECT_LT(with.now(), 122s);
}

TEST_F(rollout, patience_ends_with_the_symptom) {
  with.at(1s, "ADDED", pod("a", "r2", not_pulled));
  with.at(100s, "MODIFIED", pod("a", "r2", running));
  with.at(115s, "MODIFIED", pod("a", "r2", running));
  with.at(130s, "MODIFIED", pod("a", "r2", not_pulled));
  ready_at(200s);
  EXPECT_TRUE(watched().ready);
}

TEST_F(rollout, gives_up_at_once_what_can_never_succeed) {
  with.at(1000ms, "ADDED", pod("a", "r2", no_config));
  const rollout_result rolled = watched();
  EXPECT_FALSE(rolled.ready);
  EXPECT_LE(with.now(), 3000ms);
  ASSERT_THAT(symptoms, SizeIs(1));
  EXPECT_EQ(rolled.why.at(0).cause, "config");
}

TEST_F(rollout, a_team_may_wait_even_for_that) {
  options.patience["config"] = 30s;
  with.at(1000ms, "ADDED", pod("a", "r2", no_config));
  ready_at(25s);
  EXPECT_TRUE(watched().ready);
}

TEST_F(rollout, pods_of_older_templates_are_not_judged) {
  with.at(30ms, "ADDED", pod("old", "r1", crashing, 9));
  with.at(30ms, "ADDED", pod("stranger", "r9", crashing, 9));
  ready_at(90s);
  EXPECT_TRUE(watched().ready);
  EXPECT_THAT(symptoms, IsEmpty());
}

TEST_F(rollout, an_older_template_is_no_new_one_before_the_deployment_says_so) {
  scripted fresh;
  options.now = [&] { return fresh.now(); };
  fresh.at(10ms, "ADDED", deployment({.replicas = 1}));
  fresh.at(20ms, "ADDED", replica_set(1));
  fresh.at(30ms, "ADDED", pod("old", "r1", crashing, 9));
  fresh.at(70s, "MODIFIED", deployment({.updated = 1, .available = 1}));
  auto rolled = watch_rollout(fresh, {deployment({.observed = 1})}, options);
  ASSERT_TRUE(rolled);
  EXPECT_TRUE(rolled->ready);
  EXPECT_THAT(symptoms, IsEmpty());
}

json scheduling(const std::string& status) {
  return read(fmt::format(
      R"({{"kind":"Pod","metadata":{{"name":"a","namespace":"shop","uid":"u-a","ownerReferences":[{{"controller":true,"uid":"r2"}}]}},
    "spec":{{"containers":[]}},"status":{{"phase":"Pending","conditions":[{{"type":"PodScheduled","status":"{}","reason":"Unschedulable","message":"0/1 nodes are available: 1 Insufficient cpu."}}]}}}})",
      status));
}

TEST_F(rollout, a_scale_up_extends_the_patience) {
  with.at(1s, "ADDED", scheduling("False"));
  with.at(
      200s, "ADDED",
      read(
          R"({"kind":"Event","type":"Normal","reason":"TriggeredScaleUp","message":"pod triggered scale-up","lastTimestamp":"2026-11-21T06:53:22Z",
      "metadata":{"uid":"e1"},"involvedObject":{"uid":"u-a","name":"orders-api-a"}})"));
  ready_at(450s);
  EXPECT_TRUE(watched().ready);
  ASSERT_THAT(symptoms, SizeIs(1)) << "the same is not explained again";
  EXPECT_EQ(symptoms[0].second.cause, "unschedulable");
  EXPECT_THAT(lines, Contains(HasSubstr("a scale-up was triggered; its patience begins anew")));
  EXPECT_THAT(with.watched, Contains("Event shop involvedObject.uid=u-a"));
}

TEST_F(rollout, a_full_node_is_offered_max_unavailable) {
  options.patience["unschedulable"] = 2s;
  with.at(15ms, "MODIFIED", deployment({.replicas = 2, .updated = 1}));
  with.at(30ms, "ADDED", scheduling("False"));
  EXPECT_THAT(watched().why.at(0).help, HasSubstr("MAX_UNAVAILABLE 1"));
}

TEST_F(rollout, a_quota_is_known_from_the_newest_template) {
  options.patience["quota"] = 2s;
  const std::string refused =
      R"([{"type":"ReplicaFailure","status":"True","reason":"FailedCreate","message":"pods \"x\" is forbidden: exceeded quota: small, requested: pods=1"}])";
  with.at(30ms, "MODIFIED", replica_set(2, refused));
  EXPECT_EQ(watched().why.at(0).cause, "quota");
}

TEST_F(rollout, a_refusal_of_an_older_template_is_none) {
  with.at(30ms, "MODIFIED",
          replica_set(1, R"([{"type":"ReplicaFailure","status":"True","message":"exceeded quota: small"}])"));
  ready_at(90s);
  EXPECT_TRUE(watched().ready);
  EXPECT_THAT(symptoms, IsEmpty());
}

TEST_F(rollout, no_progress_and_no_symptom_has_patience_of_its_own) {
  options.patience["progress"] = 30s;
  with.at(10s, "ADDED", pod("a", "r2", running));
  with.at(20s, "MODIFIED", deployment({.updated = 1}));
  const rollout_result rolled = watched();
  EXPECT_FALSE(rolled.ready);
  EXPECT_EQ(rolled.why.at(0).cause, "progress");
  EXPECT_EQ(rolled.why.at(0).pod, "a");
  EXPECT_GE(with.now(), 50s);
  EXPECT_LT(with.now(), 51s);
}

TEST_F(rollout, a_stateful_set_that_waits_for_a_broken_old_pod_says_so) {
  const json set =
      read(R"({"kind":"StatefulSet","metadata":{"name":"kept","namespace":"shop","uid":"s1","generation":2},
      "spec":{"replicas":1,"selector":{"matchLabels":{"app":"kept"}}},
      "status":{"observedGeneration":2,"replicas":1,"readyReplicas":0,"currentRevision":"kept-1","updateRevision":"kept-2"}})");
  options.patience["progress"] = 5s;
  with.at(30ms, "ADDED", pod("kept-0", "s1", crashing, 4));
  const rollout_result rolled = watched(set);
  EXPECT_EQ(rolled.why.at(0).help, "kubectl -n shop delete pod kept-0");
  ASSERT_THAT(symptoms, SizeIs(1));
  EXPECT_LE(symptoms[0].first, 2s);
}

TEST_F(rollout, a_replica_set_that_cannot_be_made_is_a_refusal) {
  options.patience["quota"] = 2s;
  scripted fresh;
  options.now = [&] { return fresh.now(); };
  fresh.at(
      30ms, "MODIFIED",
      deployment({.observed = 1}, R"([{"type":"Progressing","status":"False","reason":"ReplicaSetCreateError",
      "lastUpdateTime":"2026-11-21T06:52:46Z","message":"replicasets.apps \"x\" is forbidden: exceeded quota: small, requested: count/replicasets.apps=1"}])"));
  auto rolled = watch_rollout(fresh, {deployment({.observed = 1})}, options);
  ASSERT_TRUE(rolled);
  EXPECT_EQ(rolled->why.at(0).cause, "quota");
}

TEST_F(rollout, what_somebody_deleted_is_given_up) {
  with.at(1000ms, "DELETED", deployment({}));
  EXPECT_THAT(watched().why.at(0).likely, HasSubstr("it was deleted during the rollout"));
}

TEST_F(rollout, without_rights_it_is_poorer_and_works) {
  with.refuse("Event");
  with.log_text.clear();
  options.patience["crash-loop"] = 3s;
  with.at(1000ms, "ADDED", pod("a", "r2", crashing, 2));
  const rollout_result rolled = watched();
  EXPECT_FALSE(rolled.ready);
  EXPECT_EQ(rolled.why.at(0).cause, "crash-loop");
  EXPECT_THAT(rolled.why.at(0).log, IsEmpty());
  EXPECT_THAT(rolled.poorer, Contains(HasSubstr("events could not be read")));
  EXPECT_THAT(rolled.poorer, Contains(HasSubstr("logs could not be read")));
}

TEST_F(rollout, without_the_objects_themselves_it_cannot_work) {
  with.refuse("Deployment");
  auto rolled = watch_rollout(with, {deployment({.observed = 1})}, options);
  ASSERT_FALSE(rolled);
  EXPECT_THAT(text_of(rolled.error()), HasSubstr("cannot watch"));
}

TEST_F(rollout, its_error_has_the_first_reason_whole_and_the_others_in_a_line) {
  rollout_result failed;
  diagnosis first;
  first.cause = "crash-loop";
  first.object = "Deployment orders-api";
  first.pod = "a";
  first.likely = "the program ends";
  diagnosis second = first;
  second.object = "Deployment orders-worker";
  failed.why = {first, second};
  failed.poorer = {"events could not be read: no"};
  const error told = error_of(failed, "orders/deploy-stage");
  EXPECT_EQ(told.kind, exit_class::step_failed);
  EXPECT_EQ(text_of(told),
            "cicd: error: orders/deploy-stage: Deployment orders-api cannot get ready: the program ends\n"
            "  cause:    crash-loop\n"
            "  pod:      a\n"
            "  also:     Deployment orders-worker: the program ends (pod a)\n"
            "  not read: events could not be read: no\n");
}

TEST(rollout_selectors, many_objects_share_their_watches) {
  std::vector<json> objects;
  for (const char* name : {"api", "worker"})
    objects.push_back(read(fmt::format(
        R"({{"kind":"Deployment","metadata":{{"name":"orders-{0}","namespace":"shop","labels":{{"app":"orders","service":"{0}"}}}},
      "spec":{{"selector":{{"matchLabels":{{"app":"orders","service":"{0}"}}}}}}}})",
        name)));
  const std::string both = "app=orders,service in (api,worker)";
  EXPECT_EQ(watches_for(objects), (std::vector<wanted_watch>{{"Deployment", "shop", both, ""},
                                                             {"ReplicaSet", "shop", both, ""},
                                                             {"Pod", "shop", both, ""}}));
}

}  // namespace
