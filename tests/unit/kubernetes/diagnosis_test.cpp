// Pods and events as a real cluster (1.34) gave them, less what nobody reads, and what a person is told about
// them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <cicd/kubernetes/rollout/diagnosis.hpp>

namespace {

using namespace cicd;
using namespace cicd::kubernetes;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

json read(const std::string& text) {
  auto value = parse_json(text);
  EXPECT_TRUE(value) << text;
  return value ? *value : json();
}

/// A pod with one container `app`; `status` is the container's, `spec` adds to its declaration.
json pod_with(const std::string& status,
              const std::string& spec = "{}",
              const std::string& list = "container") {
  return read(fmt::format(
      R"({{"kind":"Pod","metadata":{{"name":"orders-api-7d9f-x2x4z","namespace":"shop","uid":"u1"}},
          "spec":{{"restartPolicy":"Always","{0}s":[{2}]}},
          "status":{{"phase":"Running","conditions":[{{"type":"Ready","status":"False","reason":"ContainersNotReady",
            "message":"containers with unready status: [app]"}}],"{0}Statuses":[{1}]}}}})",
      list, status, spec));
}

pod_event event(const std::string& reason, const std::string& message, int count = 1, bool warning = true) {
  return {"u1", "app", reason, message, "2026-11-21T06:53:30Z", count, warning};
}

const std::string waiting =
    R"({{"name":"app","restartCount":{},"ready":false,"state":{{"waiting":{{"reason":"{}","message":"{}"}}}},"lastState":{}}})";
const std::string died_with_3 = R"({"terminated":{"exitCode":3,"reason":"Error"}})";
const std::string running =
    R"({"name":"app","restartCount":0,"ready":false,"started":true,"state":{"running":{"startedAt":"2026-11-21T06:52:50Z"}},"lastState":{}})";
const std::string checked =
    R"({"name":"app","readinessProbe":{"httpGet":{"path":"/health","port":"http"}},"livenessProbe":{"httpGet":{"path":"/live","port":8080}},
  "startupProbe":{"httpGet":{"path":"/health","port":8080},"periodSeconds":10,"failureThreshold":60},"ports":[{"name":"http","containerPort":8080}]})";

diagnosis only(const std::vector<finding>& found) {
  EXPECT_THAT(found, SizeIs(1));
  return found.empty() ? diagnosis{} : found.front().about;
}

diagnosis waits(const std::string& reason,
                const std::string& message,
                const std::string& spec = R"({"name":"app"})") {
  return only(findings_of(pod_with(fmt::format(fmt::runtime(waiting), 0, reason, message, "{}"), spec), {}));
}

TEST(diagnosis, a_crash_loop_has_its_exit_status_and_wants_the_log_of_what_died) {
  const json pod =
      pod_with(fmt::format(fmt::runtime(waiting), 2, "CrashLoopBackOff", "back-off 20s", died_with_3),
               R"({"name":"app"})");
  const auto found = findings_of(pod, {event("BackOff", "Back-off restarting failed container app", 4)});
  const diagnosis about = only(found);
  EXPECT_EQ(about.cause, "crash-loop");
  EXPECT_EQ(about.state, "waiting: CrashLoopBackOff, 2 restarts");
  EXPECT_EQ(about.exit, "exit status 3 (3 times)");
  EXPECT_EQ(about.event, "BackOff (4 times): Back-off restarting failed container app");
  EXPECT_EQ(about.help, "kubectl -n shop logs --previous orders-api-7d9f-x2x4z -c app");
  EXPECT_FALSE(about.hopeless);
  EXPECT_EQ(found.front().log, wanted_log::died_before);
}

TEST(diagnosis, a_single_crash_is_no_symptom) {
  const std::string once =
      R"({"name":"app","restartCount":1,"ready":false,"state":{"running":{"startedAt":"2026-11-21T06:52:48Z"}},"lastState":)"
      + died_with_3 + "}";
  EXPECT_THAT(findings_of(pod_with(once), {}), IsEmpty());
  const std::string dead =
      R"({"name":"app","restartCount":0,"ready":false,"lastState":{},"state":)" + died_with_3 + "}";
  EXPECT_THAT(findings_of(pod_with(dead), {}), IsEmpty());
}

TEST(diagnosis, a_second_crash_is_one_before_the_kubelet_waits) {
  const std::string twice =
      R"({"name":"app","restartCount":1,"ready":false,"lastState":{},"state":)" + died_with_3 + "}";
  const auto found = findings_of(pod_with(twice), {});
  EXPECT_EQ(only(found).state, "terminated: Error, 1 restart");
  EXPECT_EQ(found.front().log, wanted_log::newest);
}

TEST(diagnosis, a_ready_pod_has_no_symptom_whatever_it_went_through) {
  json pod = pod_with(fmt::format(fmt::runtime(waiting), 2, "CrashLoopBackOff", "", died_with_3));
  json status = pod["status"];
  status.set("conditions", read(R"([{"type":"Ready","status":"True"}])"));
  pod.set("status", status);
  EXPECT_TRUE(is_ready(pod));
  EXPECT_THAT(findings_of(pod, {event("Unhealthy", "Readiness probe failed: x")}), IsEmpty());
}

TEST(diagnosis, exit_statuses_have_a_meaning) {
  const auto likely = [](int status) {
    const std::string died = fmt::format(R"({{"terminated":{{"exitCode":{},"reason":"Error"}}}})", status);
    const diagnosis about = only(findings_of(
        pod_with(fmt::format(fmt::runtime(waiting), 2, "CrashLoopBackOff", "", died), R"({"name":"app"})"),
        {}));
    return about.exit + " | " + about.likely;
  };
  EXPECT_THAT(likely(0), HasSubstr("ends by itself without a failure"));
  EXPECT_THAT(likely(1), StartsWith("exit status 1: a general failure"));
  EXPECT_THAT(likely(127), HasSubstr("program not found"));
  EXPECT_THAT(likely(126), HasSubstr("cannot be executed"));
  EXPECT_THAT(likely(137), HasSubstr("SIGKILL"));
  EXPECT_THAT(likely(139), HasSubstr("segmentation fault"));
  EXPECT_THAT(likely(143), HasSubstr("SIGTERM"));
}

TEST(diagnosis, out_of_memory_names_the_limit) {
  const std::string killed = R"({"terminated":{"exitCode":137,"reason":"OOMKilled"}})";
  const std::string limited = R"({"name":"app","resources":{"limits":{"memory":"16Mi"}}})";
  const diagnosis about = only(findings_of(
      pod_with(fmt::format(fmt::runtime(waiting), 2, "CrashLoopBackOff", "", killed), limited), {}));
  EXPECT_EQ(about.cause, "oom");
  EXPECT_EQ(about.exit, "exit status 137: out of memory");
  EXPECT_EQ(about.likely, "container app needs more memory than its limit of 16Mi");
}

TEST(diagnosis, causes_of_a_failed_pull_are_told_apart) {
  const std::string image = R"({"name":"app","image":"registry.example.com:5000/orders:7"})";
  const auto likely = [&](const std::string& words) {
    const diagnosis about = waits("ErrImagePull", words, image);
    EXPECT_EQ(about.cause, "image-pull");
    EXPECT_FALSE(about.hopeless);
    return about.likely;
  };
  EXPECT_EQ(likely("failed to resolve reference: registry.example.com:5000/orders:7: not found"),
            "the registry registry.example.com:5000 has no tag or digest registry.example.com:5000/orders:7");
  EXPECT_THAT(likely("unexpected status from HEAD request: 401 Unauthorized"), HasSubstr("needs a login"));
  EXPECT_THAT(likely("pull access denied, repository does not exist or may require authorization"),
              HasSubstr("may not read it"));
  // containerd 1.7 puts the general words before the certain ones
  EXPECT_THAT(likely("pull access denied, repository does not exist or may require authorization: "
                     "authorization failed: no basic auth credentials"),
              HasSubstr("needs a login"));
  EXPECT_THAT(likely("dial tcp: lookup registry.example.com: no such host"),
              HasSubstr("cannot resolve the registry's name"));
  EXPECT_THAT(likely("dial tcp 10.0.0.1:5000: connect: connection refused"), HasSubstr("nothing answers"));
  EXPECT_THAT(likely("tls: failed to verify certificate: x509: unknown authority"),
              HasSubstr("do not trust the certificate"));
  EXPECT_THAT(likely("no match for platform in manifest: not found"),
              HasSubstr("not made for this node's processor"));
  EXPECT_THAT(likely("something new"), HasSubstr("something new"));
}

TEST(diagnosis, an_older_kubelet_says_why_a_pull_failed_in_an_event_only) {
  const json pod =
      pod_with(fmt::format(fmt::runtime(waiting), 0, "ImagePullBackOff", "Back-off pulling image", "{}"),
               R"({"name":"app","image":"orders:7"})");
  const diagnosis about =
      only(findings_of(pod, {event("Failed", "Failed to pull image \"orders:7\": manifest unknown"),
                             event("Failed", "Error: ImagePullBackOff")}));
  EXPECT_THAT(about.likely, HasSubstr("the registry docker.io has no tag or digest orders:7"));
  EXPECT_EQ(about.event, "Failed: Failed to pull image \"orders:7\": manifest unknown");
}

TEST(diagnosis, an_impossible_image_name_is_hopeless) {
  const diagnosis about =
      waits("InvalidImageName", "couldn't parse image name", R"({"name":"app","image":"Bad Image"})");
  EXPECT_TRUE(about.hopeless);
  EXPECT_EQ(about.likely, "'Bad Image' is not a valid image name");
}

TEST(diagnosis, missing_configuration_is_named_and_hopeless) {
  const diagnosis map = waits("CreateContainerConfigError", R"(configmap \"orders\" not found)");
  EXPECT_EQ(map.cause, "config");
  EXPECT_TRUE(map.hopeless);
  EXPECT_EQ(map.likely, "there is no ConfigMap orders in the namespace shop");
  const diagnosis key = waits("CreateContainerConfigError", "couldn't find key url in Secret shop/db");
  EXPECT_EQ(key.likely, "Secret db has no key url");
  EXPECT_TRUE(key.hopeless);
  EXPECT_THAT(
      waits("CreateContainerConfigError", "container has runAsNonRoot and image will run as root").likely,
      HasSubstr("must not run as root"));
  EXPECT_FALSE(
      waits("CreateContainerConfigError", "failed to sync secret cache: timed out waiting for the condition")
          .hopeless);
}

TEST(diagnosis, a_first_try_that_was_too_early_gives_way_to_what_the_next_one_says) {
  const json pod =
      pod_with(fmt::format(fmt::runtime(waiting), 0, "CreateContainerConfigError",
                           "failed to sync secret cache: timed out waiting for the condition", "{}"),
               R"({"name":"app","image":"orders:7"})");
  const pod_event early = event("Failed",
                                "Error: failed to sync secret cache: timed out waiting for the condition"),
                  next = event("Failed", "Error: couldn't find key url in Secret shop/db");
  EXPECT_FALSE(only(findings_of(pod, {early})).hopeless);
  const diagnosis about = only(findings_of(pod, {early, next}));
  EXPECT_EQ(about.likely, "Secret db has no key url");
  EXPECT_TRUE(about.hopeless);
}

TEST(diagnosis, a_program_that_cannot_be_started_is_named) {
  const auto start = [](const std::string& words) {
    const std::string died =
        fmt::format(R"({{"terminated":{{"exitCode":128,"reason":"StartError","message":"{}"}}}})", words);
    return only(findings_of(
        pod_with(fmt::format(fmt::runtime(waiting), 0, "CrashLoopBackOff", "", died), R"({"name":"app"})"),
        {}));
  };
  const diagnosis missing = start(
      R"(runc create failed: unable to start container process: exec: \"/nope\": stat /nope: no such file or directory: unknown)");
  EXPECT_EQ(missing.cause, "config");
  EXPECT_TRUE(missing.hopeless);
  EXPECT_EQ(missing.likely, "the image has no program /nope");
  EXPECT_THAT(missing.exit, StartsWith("exit status 127"));
  EXPECT_THAT(start(R"(exec: \"/app\": permission denied)").likely,
              HasSubstr("/app in the image cannot be executed"));
  const diagnosis other = start("failed to reserve container name");
  EXPECT_EQ(other.cause, "crash-loop");
  EXPECT_FALSE(other.hopeless);
}

TEST(diagnosis, a_check_that_answers_is_told_from_one_that_does_not_listen_yet) {
  const json pod = pod_with(running, checked);
  const diagnosis answers = only(findings_of(
      pod, {event("Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503", 9)}));
  EXPECT_EQ(answers.cause, "probe");
  EXPECT_EQ(answers.likely, "the readiness check (GET /health on port 8080) answers with HTTP status 503");
  EXPECT_FALSE(answers.starting);
  const auto found = findings_of(pod, {event("Unhealthy",
                                             "Startup probe failed: Get \"http://10.0.0.9:8080/health\": "
                                             "dial tcp 10.0.0.9:8080: connect: connection refused")});
  EXPECT_TRUE(only(found).starting);
  EXPECT_EQ(only(found).likely,
            "the startup check (GET /health on port 8080) is refused: nothing listens there");
  EXPECT_EQ(found.front().allowed, std::chrono::seconds(610));
  const diagnosis slow = only(findings_of(
      pod,
      {event("Unhealthy",
             "Readiness probe failed: Get \"http://10.0.0.9:8080/health\": context deadline exceeded")}));
  EXPECT_THAT(slow.likely, HasSubstr("gets no answer within 1 s"));
}

TEST(diagnosis, what_a_check_said_of_an_earlier_start_is_over) {
  pod_event old = event("Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503");
  old.last = "2026-11-21T06:52:49Z";
  EXPECT_THAT(findings_of(pod_with(running, checked), {old}), IsEmpty());
}

TEST(diagnosis, a_container_that_its_liveness_check_ended_did_not_crash) {
  const std::string ended = R"({"terminated":{"exitCode":0,"reason":"Completed"}})";
  const json pod = pod_with(fmt::format(fmt::runtime(waiting), 3, "CrashLoopBackOff", "", ended), checked);
  const diagnosis about = only(findings_of(
      pod, {event("Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503", 18),
            event("Unhealthy", "Liveness probe failed: HTTP probe failed with statuscode: 500", 8),
            event("Killing", "Container app failed liveness probe, will be restarted", 4, false)}));
  EXPECT_EQ(about.cause, "probe");
  EXPECT_EQ(about.state, "ended 4 times by its liveness check");
  EXPECT_THAT(about.likely,
              HasSubstr("the liveness check (GET /live on port 8080) answers with HTTP status 500"));
}

TEST(diagnosis, init_containers_and_sidecars_are_named_as_such) {
  const std::string crashed = fmt::format(fmt::runtime(waiting), 2, "CrashLoopBackOff", "", died_with_3);
  EXPECT_EQ(only(findings_of(pod_with(crashed, R"({"name":"app"})", "initContainer"), {})).role,
            "init container");
  EXPECT_EQ(
      only(findings_of(pod_with(crashed, R"({"name":"app","restartPolicy":"Always"})", "initContainer"), {}))
          .role,
      "sidecar");
  const std::string done =
      R"({"name":"app","restartCount":0,"ready":false,"lastState":{},"state":{"terminated":{"exitCode":0,"reason":"Completed"}}})";
  EXPECT_THAT(findings_of(pod_with(done, R"({"name":"app"})", "initContainer"), {}), IsEmpty());
}

json pending(const std::string& words, const std::string& spec = "{}") {
  return read(fmt::format(
      R"({{"kind":"Pod","metadata":{{"name":"p","namespace":"shop"}},"spec":{},"status":{{"phase":"Pending","conditions":[
    {{"type":"PodScheduled","status":"False","reason":"Unschedulable","message":"{}"}}]}}}})",
      spec, words));
}

TEST(diagnosis, the_scheduler_says_what_is_missing) {
  const std::string asks =
      R"({"containers":[{"name":"app","resources":{"requests":{"cpu":"400","memory":"1Gi"}}}]})";
  const diagnosis room = only(findings_of(
      pending("0/1 nodes are available: 1 Insufficient cpu, 1 Insufficient memory. no new claims to "
              "deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.",
              asks),
      {}));
  EXPECT_EQ(room.cause, "unschedulable");
  EXPECT_EQ(room.state, "unschedulable: 0/1 nodes are available: 1 Insufficient cpu, 1 Insufficient memory");
  EXPECT_EQ(room.likely, "no node has enough free cpu (it asks for 400) and memory (it asks for 1Gi)");
  EXPECT_THAT(
      only(findings_of(
               pending("0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector."), {}))
          .likely,
      HasSubstr("NODE_SELECTOR"));
  EXPECT_THAT(
      only(findings_of(pending("0/1 nodes are available: 1 node(s) had untolerated taint {gpu: yes}."), {}))
          .help,
      HasSubstr("TOLERATIONS"));
}

TEST(diagnosis, a_pod_that_is_larger_than_any_node_is_told_so_with_the_largest) {
  const std::string words = "0/2 nodes are available: 2 Insufficient cpu.";
  const auto of = [&](const std::string& cpu) {
    return findings_of(
               pending(words,
                       fmt::format(
                           R"({{"containers":[{{"name":"app","resources":{{"requests":{{"cpu":"{}"}}}}}},
                           {{"name":"log","resources":{{"requests":{{"cpu":"1"}}}}}}]}})",
                           cpu)),
               {})
        .front();
  };
  const json nodes = read(
      R"({"items":[{"status":{"allocatable":{"cpu":"3920m"}}},{"status":{"allocatable":{"cpu":"8"}}}]})");
  finding large = of("400");
  add_node_sizes(large, nodes);
  EXPECT_EQ(large.about.likely, "no node is that large: a pod asks for 401 cpu, and the largest node has 8");
  EXPECT_EQ(large.about.help, "ask for less, or add larger nodes");
  finding fits = of("7");
  add_node_sizes(fits, nodes);
  EXPECT_THAT(fits.about.likely, StartsWith("no node has enough free cpu"));
  finding unknown = of("400");
  add_node_sizes(unknown, json());
  EXPECT_THAT(unknown.about.likely, StartsWith("no node has enough free cpu"));
}

TEST(diagnosis, volumes_are_no_matter_of_room) {
  const diagnosis claim = only(findings_of(
      pending(R"(0/1 nodes are available: persistentvolumeclaim \"gone\" not found. not found)"), {}));
  EXPECT_EQ(claim.cause, "volume");
  EXPECT_EQ(claim.likely, "there is no PersistentVolumeClaim gone for one of its volumes");
  const json creating = pod_with(fmt::format(fmt::runtime(waiting), 0, "ContainerCreating", "", "{}"));
  pod_event mount =
      event("FailedMount", "MountVolume.SetUp failed for volume \"v\" : configmap \"gone\" not found");
  mount.container.clear();
  EXPECT_EQ(only(findings_of(creating, {mount})).likely, "there is no ConfigMap gone for one of its volumes");
  mount.message =
      "MountVolume.SetUp failed for volume \"v\" : failed to sync configmap cache: timed out waiting for the "
      "condition";
  EXPECT_THAT(findings_of(creating, {mount}), IsEmpty());
}

TEST(diagnosis, evicted_pods_are_replaced_and_no_failure) {
  const json pod = read(
      R"({"kind":"Pod","metadata":{"name":"p"},"status":{"phase":"Failed","reason":"Evicted","message":"The node was low on resource: memory."}})");
  EXPECT_TRUE(is_replaced(pod));
  EXPECT_THAT(findings_of(pod, {}), IsEmpty());
}

TEST(diagnosis, refusals_of_the_api_server_are_told_apart) {
  const auto of = [](const std::string& words) { return finding_of_refusal(words).about; };
  const diagnosis quota = of(
      R"(pods "d-q-55ddb9bf9b-tft67" is forbidden: exceeded quota: small, requested: pods=1, used: pods=1, limited: pods=1)");
  EXPECT_EQ(quota.cause, "quota");
  EXPECT_FALSE(quota.hopeless);
  EXPECT_EQ(quota.likely,
            "the namespace's quota is used up: small, requested: pods=1, used: pods=1, limited: pods=1");
  const diagnosis level =
      of(R"(pods "x" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true)");
  EXPECT_EQ(level.cause, "denied");
  EXPECT_TRUE(level.hopeless);
  EXPECT_EQ(level.state, R"(not created: violates PodSecurity "restricted:latest": runAsNonRoot != true)");
  EXPECT_TRUE(of("admission webhook \"policy.example.com\" denied the request: no owner label").hopeless);
  EXPECT_FALSE(
      of("Internal error occurred: failed calling webhook \"policy.example.com\": timeout").hopeless);
  EXPECT_TRUE(
      of(R"(pods "x" is forbidden: maximum memory usage per Container is 8Mi, but limit is 16Mi)").hopeless);
  EXPECT_TRUE(of(R"(pods "x" is forbidden: failed quota: small: must specify limits.cpu for: app)").hopeless);
  EXPECT_EQ(
      of(R"(pods "account-" is forbidden: error looking up service account default/nobody: serviceaccount "nobody" not found)")
          .likely,
      "there is no ServiceAccount nobody");
}

TEST(diagnosis, what_a_quota_wants_is_said_in_the_words_of_the_declaration) {
  EXPECT_EQ(finding_of_refusal("pods \"x\" is forbidden: failed quota: q: must specify limits.cpu for: api")
                .about.help,
            "declare CPU_LIMIT");
  EXPECT_EQ(finding_of_refusal(
                "pods \"x\" is forbidden: maximum memory usage per Container is 1Gi, but limit is 2Gi")
                .about.help,
            "alter MEMORY_LIMIT, as the message says");
}

TEST(diagnosis, an_event_is_read_whole_and_without_noise) {
  const pod_event read_back =
      event_from(read(R"j({"kind":"Event","type":"Warning","reason":"BackOff","count":4,
    "lastTimestamp":"2026-11-21T06:53:22Z","involvedObject":{"uid":"u9","fieldPath":"spec.containers{app}"},
    "message":"(combined from similar events): Back-off restarting failed container app in pod orders_shop(a86-f25)"})j"));
  EXPECT_EQ(text_of(read_back), "BackOff (4 times): Back-off restarting failed container app");
  EXPECT_EQ(read_back.container, "app");
  EXPECT_EQ(read_back.about, "u9");
  EXPECT_EQ(event_from(read(R"({"eventTime":"2026-11-21T06:52:48.693705Z","message":"m"})")).last,
            "2026-11-21T06:52:48Z");
}

TEST(diagnosis, its_text_is_an_aligned_block_and_harmless) {
  diagnosis about;
  about.cause = "crash-loop";
  about.object = "Deployment orders-api";
  about.pod = "orders-api-7d9f-x2x4z";
  about.container = "api";
  about.more_pods = 2;
  about.state = "waiting: CrashLoopBackOff";
  about.exit = "exit status 3";
  about.log = {"starting", "\x1b[31mno database\x1b]0;x\x07"};
  about.likely = "the program ends";
  EXPECT_EQ(text_of(about),
            "Deployment orders-api does not get ready\n"
            "  cause:        crash-loop\n"
            "  pod:          orders-api-7d9f-x2x4z and 2 more pods\n"
            "  container:    api\n"
            "  state:        waiting: CrashLoopBackOff\n"
            "  exit:         exit status 3\n"
            "  log:          starting\n"
            "                \\x1b[31mno database\\x1b]0;x\\x07\n"
            "  likely cause: the program ends\n");
  about.starting = true;
  EXPECT_EQ(
      text_of(about),
      "Deployment orders-api is starting: the program ends (pod orders-api-7d9f-x2x4z and 2 more pods)\n");
}

}  // namespace
