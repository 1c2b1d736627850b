// Calls and watches against an API server that answers well and ill.
#include <cicd/kubernetes/api/cluster.hpp>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cicd/kubernetes/api/retries.hpp>

#include "../../support/fake_clock.hpp"
#include "../../support/fake_http_server.hpp"

namespace cicd::kubernetes {
namespace {

using namespace std::chrono_literals;
using test::answer;
using test::fake_http_server;
using test::fake_reply;
using test::fake_request;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using then = fake_reply::then;

const std::string version = R"({"major":"1","minor":"34+","gitVersion":"v1.34.4"})";

std::string status_text(int code, const std::string& reason, const std::string& message) {
  return fmt::format(R"({{"kind":"Status","status":"Failure","reason":"{}","message":"{}","code":{}}})",
                     reason, message, code);
}

/// A server that knows its version, and a cluster over it.
class over_fake {
 public:
  explicit over_fake(fake_http_server::script say)
      : server([say = std::move(say)](const fake_request& request) {
          return request.target == "/version" ? answer(200, version) : say(request);
        }) {
    auto opened = cluster::over(server.where(), "test", nullptr);
    if (opened) with = *std::move(opened);
  }
  cluster* operator->() const { return with.get(); }
  std::vector<std::string> asked() const {
    auto all = server.asked();
    all.erase(all.begin());
    return all;
  }

  fake_http_server server;
  std::unique_ptr<cluster> with;
};

const object_key orders{"Deployment", "shop", "orders"};

TEST(cluster, knows_its_version) {
  const over_fake fake([](const fake_request&) { return answer(500, ""); });
  EXPECT_EQ(fake->minor_version(), 34);
  EXPECT_EQ(fake->name(), "test");
  EXPECT_EQ(fake->default_namespace(), "default");
}

TEST(cluster, is_not_whatever_answers) {
  const fake_http_server page([](const fake_request&) { return answer(200, "<html>welcome</html>"); });
  const auto opened = cluster::over(page.where(), "prod", nullptr);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, exit_class::remote);
  EXPECT_EQ(opened.error().what, "the server is not a Kubernetes API server");
  const fake_http_server other([](const fake_request&) { return answer(200, R"({"version":7})"); });
  EXPECT_EQ(cluster::over(other.where(), "prod", nullptr).error().what,
            "the server is not a Kubernetes API server");
}

TEST(cluster, tries_again_what_passes_by_itself) {
  for (const int code : {429, 500, 502, 503, 504}) {
    const over_fake fake([code](const fake_request& request) {
      return request.number < 4 ? answer(code, status_text(code, "Passing", "later"))
                                : answer(200, R"({"a":1})");
    });
    const api_answer got = fake->get(orders);
    ASSERT_TRUE(got) << code;
    EXPECT_EQ(got.object["a"].integer(), 1);
    EXPECT_EQ(fake.asked().size(), 3U);
  }
}

TEST(cluster, tries_again_after_a_connection_that_broke) {
  const over_fake fake([](const fake_request& request) {
    return request.number < 3 ? fake_reply{"HTTP/1.1 2", then::close} : answer(200, "{}");
  });
  EXPECT_TRUE(fake->get(orders));
}

TEST(cluster, does_not_try_again_what_was_refused) {
  for (const int code : {400, 401, 403, 404, 409, 422}) {
    const over_fake fake(
        [code](const fake_request&) { return answer(code, status_text(code, "No", "never")); });
    const api_answer got = fake->get(orders);
    ASSERT_FALSE(got);
    EXPECT_EQ(got.failure->code, code);
    EXPECT_EQ(got.failure->message, "never");
    EXPECT_EQ(fake.asked().size(), 1U) << code;
  }
}

TEST(cluster, does_not_create_twice) {
  const json object =
      *parse_json(R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","namespace":"shop"}})");
  const over_fake broken([](const fake_request&) { return fake_reply{"", then::close}; });
  EXPECT_EQ(broken->create(object).failure->code, 0);
  EXPECT_EQ(broken.asked().size(), 1U);
  const over_fake ill([](const fake_request&) { return answer(503, ""); });
  EXPECT_EQ(ill->create(object).failure->code, 503);
  EXPECT_EQ(ill.asked().size(), 1U);
  const over_fake busy(
      [](const fake_request& request) { return answer(request.number < 3 ? 429 : 201, "{}"); });
  EXPECT_TRUE(busy->create(object));
  EXPECT_THAT(
      busy.asked(),
      testing::Each("POST /api/v1/namespaces/shop/configmaps?fieldManager=cicd&fieldValidation=Strict"));
}

TEST(cluster, does_not_wait_longer_than_it_may_for_retry_after) {
  const over_fake fake([](const fake_request&) { return answer(429, "", "Retry-After: 60\r\n"); });
  EXPECT_EQ(fake->get(orders).failure->code, 429);
  EXPECT_EQ(fake.asked().size(), 1U);
}

TEST(cluster, hands_on_what_the_server_warns_of) {
  const over_fake fake([](const fake_request&) {
    return answer(200, "{}", "Warning: 299 - \"batch/v1beta1 is \\\"old\\\"\"\r\nWarning: strange\r\n");
  });
  EXPECT_THAT(fake->get(orders).warnings, ElementsAre("batch/v1beta1 is \"old\""));
}

TEST(cluster, says_how_long_it_tried) {
  const fake_http_server server(
      [](const fake_request&) { return answer(503, status_text(503, "X", "overloaded")); });
  const test::fake_clock time;
  api_client calls(server.where(), nullptr, time);
  const api_answer got = calls.send(json_request("GET", "/"), effect::idempotent);
  ASSERT_FALSE(got);
  EXPECT_THAT(got.failure->message, testing::StartsWith("overloaded (tried 9 times in 12.1 s)"));
}

TEST(cluster, applies_server_side_and_strictly) {
  const over_fake fake([](const fake_request& request) { return answer(200, request.body); });
  const json object = *parse_json(
      R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"orders","namespace":"shop"}})");
  const auto plain = fake->apply({object}, {});
  const auto forced = fake->apply({object}, {.dry_run = true, .force = true, .manager = "a b"});
  ASSERT_TRUE(plain[0] && forced[0]);
  EXPECT_EQ(plain[0].object, object);
  const std::string path = "PATCH /apis/apps/v1/namespaces/shop/deployments/orders?fieldManager=";
  EXPECT_THAT(fake.asked(), ElementsAre(path + "cicd&fieldValidation=Strict",
                                        path + "a%20b&fieldValidation=Strict&force=true&dryRun=All"));
}

TEST(cluster, applies_many_and_says_which_failed) {
  const over_fake fake([](const fake_request& request) {
    return request.target.find("/c3?") != std::string::npos ? answer(422, status_text(422, "Invalid", "bad"))
                                                            : answer(200, request.body);
  });
  std::vector<json> objects;
  for (int each = 0; each < 50; ++each) {
    objects.push_back(*parse_json(fmt::format(
        R"({{"apiVersion":"v1","kind":"ConfigMap","metadata":{{"name":"c{}","namespace":"shop"}}}})", each)));
  }
  objects.push_back(*parse_json(R"({"apiVersion":"x.io/v1","kind":"Thing","metadata":{"name":"t"}})"));
  const auto got = fake->apply(objects, {});
  ASSERT_EQ(got.size(), 51U);
  for (std::size_t each = 0; each < 50; ++each) EXPECT_EQ(bool(got[each]), each != 3) << each;
  EXPECT_EQ(got[7].object, objects[7]);
  ASSERT_FALSE(got[50]);
  EXPECT_EQ(error_of(*got[50].failure, "s", {"Thing", "", "t"}, "apply Thing t").what,
            "cannot apply Thing t: the cluster does not have the kind Thing");
  EXPECT_LE(fake.server.most_at_once(), 8);
}

TEST(cluster, lists_page_by_page) {
  const over_fake fake([](const fake_request& request) {
    const bool more = request.target.find("continue=") == std::string::npos;
    return answer(
        200, fmt::format(R"({{"metadata":{{"continue":"{}"}},"items":[{{"metadata":{{"name":"{}"}}}}]}})",
                         more ? "to/ken" : "", more ? "one" : "two"));
  });
  const api_answer got = fake->list("Service", "shop", "app=orders");
  ASSERT_TRUE(got);
  ASSERT_EQ(got.object["items"].elements().size(), 2U);
  EXPECT_EQ(got.object["items"].elements()[1]["metadata"]["name"].text(), "two");
  EXPECT_EQ(got.object["items"].elements()[1]["kind"].text(), "Service");
  EXPECT_EQ(got.object["items"].elements()[1]["apiVersion"].text(), "v1");
  EXPECT_THAT(
      fake.asked(),
      ElementsAre(
          "GET /api/v1/namespaces/shop/services?labelSelector=app%3Dorders&limit=500",
          "GET /api/v1/namespaces/shop/services?labelSelector=app%3Dorders&limit=500&continue=to%2Fken"));
}

TEST(cluster, lists_anew_when_the_next_page_is_forgotten) {
  const over_fake fake([](const fake_request& request) {
    if (request.number == 3) return answer(410, status_text(410, "Expired", "too old"));
    const bool first = request.number == 2;
    return answer(
        200, first ? R"({"metadata":{"continue":"t"},"items":[{}]})" : R"({"metadata":{},"items":[{},{}]})");
  });
  EXPECT_EQ(fake->list("Service", "", "").object["items"].elements().size(), 2U);
}

TEST(cluster, removes_only_the_version_that_was_meant) {
  std::string body;
  const over_fake fake([&](const fake_request& request) {
    body = request.body;
    return answer(200, R"({"kind":"Status","status":"Success"})");
  });
  EXPECT_TRUE(fake->remove(orders, "42", "Orphan"));
  EXPECT_EQ(
      body,
      R"({"apiVersion":"v1","kind":"DeleteOptions","propagationPolicy":"Orphan","preconditions":{"resourceVersion":"42"}})");
}

TEST(cluster, finds_kinds_by_discovery_and_remembers_them) {
  const over_fake fake([](const fake_request& request) {
    if (request.target != "/apis/x.io/v1") return answer(200, "{}");
    return answer(
        200,
        R"({"resources":[{"name":"things/status","kind":"Thing"},{"name":"things","kind":"Thing","namespaced":true}]})");
  });
  const auto found = fake->discover("x.io/v1", "Thing");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->plural, "things");
  EXPECT_TRUE(found->namespaced);
  EXPECT_TRUE(fake->get({"Thing.x.io", "shop", "a"}));
  EXPECT_FALSE(fake->discover("x.io/v1", "Other"));
  EXPECT_THAT(fake.asked(), ElementsAre("GET /apis/x.io/v1", "GET /apis/x.io/v1/namespaces/shop/things/a",
                                        "GET /apis/x.io/v1"));
}

TEST(cluster, reads_logs_and_says_why_there_are_none) {
  const over_fake fake([](const fake_request& request) {
    return request.target.find("previous=true") == std::string::npos
               ? answer(200, "one\ntwo\n")
               : answer(400, status_text(400, "BadRequest", "previous terminated container not found"));
  });
  EXPECT_EQ(*fake->log("shop", "p", "app", false, 10), "one\ntwo\n");
  const auto none = fake->log("shop", "p", "app", true, 10);
  ASSERT_FALSE(none);
  EXPECT_THAT(text_of(none.error()), HasSubstr("previous terminated container not found"));
}

// ---- watching ----

std::string chunk(const std::string& line) {
  return fmt::format("{:x}\r\n{}\n\r\n", line.size() + 1, line);
}
const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
const std::string end = "0\r\n\r\n";

std::string pod(const std::string& name, int version, const std::string& uid = "u") {
  return fmt::format(R"({{"metadata":{{"name":"{}","namespace":"shop","uid":"{}","resourceVersion":"{}"}}}})",
                     name, uid, version);
}
std::string event(const std::string& type, const std::string& object) {
  return chunk(fmt::format(R"({{"type":"{}","object":{}}})", type, object));
}
fake_reply list_of_pods(int version, const std::vector<std::string>& pods) {
  return answer(200, fmt::format(R"({{"metadata":{{"resourceVersion":"{}"}},"items":[{}]}})", version,
                                 fmt::join(pods, ",")));
}
bool is_watch(const fake_request& request) {
  return request.target.find("watch=1") != std::string::npos;
}

/// Watches until `count` things were said; gives them as `TYPE name`.
std::vector<std::string> watched(const over_fake& fake, std::size_t count) {
  std::vector<std::string> said;
  const auto handle =
      fake->watch({.kind = "Pod",
                   .namespace_name = "shop",
                   .labels = "app=orders",
                   .changed =
                       [&](const std::string& type, const json& object) {
                         const json& about = object["metadata"];
                         said.push_back(type);
                         if (about.is_object())
                           said.back() += " " + about["name"].text() + about["resourceVersion"].text();
                         if (said.size() == count) fake->stop();
                       },
                   .refused = [&](const api_failure& why) { said.push_back("refused: " + why.message); }});
  EXPECT_TRUE(fake->run());
  return said;
}

TEST(watch, lists_then_watches_from_there) {
  const over_fake fake([](const fake_request& request) {
    if (!is_watch(request)) return list_of_pods(7, {pod("a", 5)});
    return fake_reply{
        head + event("ADDED", pod("b", 8)) + event("MODIFIED", pod("a", 9)) + event("DELETED", pod("a", 10)),
        then::hang};
  });
  EXPECT_THAT(watched(fake, 5), ElementsAre("ADDED a5", "SYNCED", "ADDED b8", "MODIFIED a9", "DELETED a10"));
  EXPECT_THAT(
      fake.asked(),
      ElementsAre(
          "GET /api/v1/namespaces/shop/pods?labelSelector=app%3Dorders&limit=500",
          "GET /api/v1/namespaces/shop/pods?labelSelector=app%3Dorders&watch=1&allowWatchBookmarks=true"
          "&resourceVersion=7&timeoutSeconds=290"));
}

TEST(watch, is_taken_up_again_from_the_last_version_that_was_seen) {
  const over_fake fake([](const fake_request& request) {
    if (!is_watch(request)) return list_of_pods(7, {});
    if (request.number == 3)
      return fake_reply{head + event("ADDED", pod("a", 8)) + event("BOOKMARK", pod("", 20)) + end};
    return fake_reply{head + event("ADDED", pod("b", 21)), then::hang};
  });
  EXPECT_THAT(watched(fake, 3), ElementsAre("SYNCED", "ADDED a8", "ADDED b21"));
  EXPECT_THAT(fake.asked().back(), HasSubstr("resourceVersion=20&"));
}

TEST(watch, says_once_what_it_sees_twice) {
  const over_fake fake([](const fake_request& request) {
    if (!is_watch(request)) return list_of_pods(7, {pod("a", 5)});
    return fake_reply{
        head + event("ADDED", pod("a", 5)) + event("MODIFIED", pod("a", 5)) + event("MODIFIED", pod("a", 8)),
        then::hang};
  });
  EXPECT_THAT(watched(fake, 3), ElementsAre("ADDED a5", "SYNCED", "MODIFIED a8"));
}

TEST(watch, that_is_too_old_lists_anew_and_says_what_changed_in_between) {
  for (const bool as_event : {true, false}) {
    const over_fake fake([as_event](const fake_request& request) {
      if (request.number == 2) return list_of_pods(7, {pod("a", 5), pod("b", 6), pod("c", 4, "old")});
      if (request.number == 3 && as_event)
        return fake_reply{head + event("ERROR", R"({"kind":"Status","code":410})")
                          + event("ADDED", pod("x", 1)) + end};
      if (request.number == 3) return answer(410, status_text(410, "Expired", "too old"));
      if (!is_watch(request)) return list_of_pods(30, {pod("a", 5), pod("c", 22, "new"), pod("d", 25)});
      return fake_reply{head + event("MODIFIED", pod("d", 31)), then::hang};
    });
    EXPECT_THAT(watched(fake, 9), ElementsAre("ADDED a5", "ADDED b6", "ADDED c4", "SYNCED", "DELETED b6",
                                              "DELETED c4", "ADDED c22", "ADDED d25", "MODIFIED d31"));
    EXPECT_THAT(fake.asked().back(), HasSubstr("resourceVersion=30&"));
  }
}

TEST(watch, survives_breaks_of_every_kind) {
  const over_fake fake([](const fake_request& request) {
    switch (request.number) {
      case 2: return fake_reply{"", then::close};
      case 3: return answer(503, "");
      case 4: return list_of_pods(7, {});
      case 5: return fake_reply{head + event("ADDED", pod("a", 8)) + "ff\r\n{\"type\":\"ADD", then::close};
      case 6: return answer(500, "dial tcp: connection refused");
      case 7: return fake_reply{head + chunk("no json") + end};
      default: return fake_reply{head + event("ADDED", pod("b", 9)), then::hang};
    }
  });
  EXPECT_THAT(watched(fake, 3), ElementsAre("SYNCED", "ADDED a8", "ADDED b9"));
}

TEST(watch, says_once_that_it_is_refused) {
  const over_fake fake(
      [](const fake_request&) { return answer(403, status_text(403, "Forbidden", "no rights")); });
  EXPECT_THAT(watched(fake, 9), ElementsAre("refused: no rights"));
  EXPECT_EQ(fake.asked().size(), 1U);
}

TEST(watch, ends_with_its_handle_also_from_within) {
  const over_fake fake([](const fake_request&) { return list_of_pods(7, {pod("a", 5), pod("b", 6)}); });
  std::shared_ptr<void> handle;
  int said = 0;
  handle = fake->watch({.kind = "Pod",
                        .namespace_name = {},
                        .labels = {},
                        .changed =
                            [&](const std::string&, const json&) {
                              ++said;
                              handle.reset();
                            },
                        .refused = {}});
  EXPECT_TRUE(fake->run());
  EXPECT_EQ(said, 1);
}

TEST(watch, follows_a_log_to_its_end) {
  const over_fake fake(
      [](const fake_request&) { return fake_reply{head + chunk("one") + chunk("two") + end}; });
  std::vector<std::string> lines;
  bool ended = false;
  const auto handle = fake->follow_log(
      "shop", "p", "app", [&](std::string_view line) { lines.emplace_back(line); }, [&] { ended = true; });
  EXPECT_TRUE(fake->run());
  EXPECT_THAT(lines, ElementsAre("one", "two"));
  EXPECT_TRUE(ended);
  EXPECT_THAT(fake.asked(), ElementsAre("GET /api/v1/namespaces/shop/pods/p/log?container=app&follow=true"));
}

TEST(cluster, twin_does_not_hear_of_the_cancellation) {
  cancellation cancelled;
  const fake_http_server server([](const fake_request& request) {
    return request.target == "/version" ? answer(200, version) : answer(200, R"({"a":1})");
  });
  const auto with = cluster::over(server.where(), "test", &cancelled);
  ASSERT_TRUE(with);
  const auto twin = (*with)->second_connection();
  cancelled.cancel();
  const api_answer refused = (*with)->get(orders);
  ASSERT_FALSE(refused);
  EXPECT_EQ(error_of(*refused.failure, "s", orders, "read it").kind, exit_class::interrupted);
  EXPECT_TRUE(twin->get(orders));
  EXPECT_EQ(twin->minor_version(), 34);
}

}  // namespace
}  // namespace cicd::kubernetes
