// What a release waits for, as plain values: the time that an artifact was healthy, windows, gates of a newer
// declaration, what Argo CD says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cicd/base/text.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/declare/health.hpp>
#include <cicd/deliver/health.hpp>
#include <cicd/deliver/policy/deploy_window.hpp>
#include <cicd/deliver/policy/gates_declared.hpp>
#include <cicd/deliver/policy/soak.hpp>

namespace cicd {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using moment = std::chrono::system_clock::time_point;
using namespace std::chrono_literals;

moment at(const std::string& clock) {
  return *utc_from("2026-11-21T" + clock + ":00Z");
}

deployment_record deployed_at(const std::string& clock,
                              const std::string& commit,
                              const std::string& outcome = "deployed") {
  deployment_record made;
  made.commit = commit;
  made.when = at(clock);
  made.outcome = outcome;
  return made;
}

std::chrono::milliseconds soaked(const std::vector<deployment_record>& newest_first,
                                 std::optional<moment> since,
                                 const std::string& now) {
  const auto is_it = [](const deployment_record& each) { return each.commit == "a"; };
  return soaked_in(spans_of(newest_first, is_it), since, at(now)).time;
}

// --- The time that an artifact was healthy ---

TEST(soaked_time, begins_with_the_first_healthy_observation) {
  EXPECT_EQ(soaked({deployed_at("08:00", "a")}, at("08:30"), "10:00"), 90min);
  EXPECT_EQ(soaked({deployed_at("08:00", "a")}, std::nullopt, "10:00"), 0min);
}

TEST(soaked_time, is_not_lost_when_a_newer_one_came_and_does_not_go_on_then) {
  const std::vector<deployment_record> past{deployed_at("09:00", "b"), deployed_at("08:00", "a")};
  EXPECT_EQ(soaked(past, at("08:00"), "12:00"), 60min);
}

TEST(soaked_time, goes_on_when_it_is_deployed_again) {
  const std::vector<deployment_record> past{deployed_at("11:00", "a"), deployed_at("09:00", "b"),
                                            deployed_at("08:00", "a")};
  EXPECT_EQ(soaked(past, at("08:00"), "11:30"), 90min);
  EXPECT_EQ(soaked(past, at("11:10"), "11:30"), 20min) << "it was seen unhealthy between";
}

TEST(soaked_time, counts_what_was_deployed_twice_in_a_row_once) {
  const std::vector<deployment_record> past{deployed_at("09:00", "a"), deployed_at("08:00", "a")};
  EXPECT_EQ(soaked(past, at("08:00"), "10:00"), 2h);
  EXPECT_EQ(spans_of(past, [](const deployment_record&) { return true; }).size(), 1U);
}

TEST(soaked_time, is_not_ended_by_a_deployment_that_failed) {
  const std::vector<deployment_record> past{deployed_at("09:00", "b", "failed"), deployed_at("08:00", "a")};
  EXPECT_EQ(soaked(past, at("08:00"), "10:00"), 2h);
}

TEST(soaked_time, is_never_less_than_nothing_when_a_clock_was_set_back) {
  EXPECT_EQ(soaked({deployed_at("08:00", "a")}, at("08:00"), "07:00"), 0min);
  const std::vector<deployment_record> past{deployed_at("07:00", "b"), deployed_at("08:00", "a")};
  EXPECT_EQ(soaked(past, at("08:00"), "09:00"), 0min);
}

TEST(soaked_time, of_an_observation_in_the_future_begins_now) {
  const auto found = soaked_in(std::vector<deployed_span>{{at("08:00"), {}}}, at("23:00"), at("10:00"));
  EXPECT_EQ(found.since, at("10:00"));
  EXPECT_EQ(found.time, 0min);
}

// --- What was seen ---

TEST(seen_health, is_noted_once_and_again_when_it_changed) {
  std::vector<seen_health> all;
  EXPECT_TRUE(note_health(all, {"a", true, at("08:00"), {}}));
  EXPECT_FALSE(note_health(all, {"a", true, at("09:00"), {}}));
  EXPECT_EQ(all.front().since, at("08:00"));
  EXPECT_TRUE(note_health(all, {"a", false, at("10:00"), "Degraded"}));
  EXPECT_TRUE(note_health(all, {"a", true, at("11:00"), {}}));
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all.front().since, at("11:00")) << "an observation that it is not healthy begins it anew";
  for (int each = 0; each < 100; ++each) note_health(all, {std::to_string(each), true, at("12:00"), {}});
  EXPECT_EQ(all.size(), 50U);
}

TEST(seen_health, of_a_clock_that_was_ahead_is_corrected_by_the_next_observation) {
  std::vector<seen_health> all;
  EXPECT_TRUE(note_health(all, {"a", true, at("23:00"), {}}));
  EXPECT_TRUE(note_health(all, {"a", true, at("10:00"), {}}));
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all.front().since, at("10:00"));
}

TEST(the_state_of_an_environment, keeps_what_was_seen_and_what_deploys_are_asked) {
  environment_state state;
  state.health = {{"a", true, at("08:00"), "Healthy"}};
  state.gates = declared_gates{"c", at("07:00"), {{{"SOAK", "2h"}, "b"}}};
  const std::string text = file_text(state);
  const auto read = environment_state_from(text, "state.json");
  ASSERT_TRUE(read);
  EXPECT_EQ(file_text(*read), text);
  EXPECT_EQ(read->gates->gates.front().since, "b");
  EXPECT_EQ(read->health.front().since, at("08:00"));
  EXPECT_THAT(text, HasSubstr("\"schema\": 2"));
  EXPECT_EQ(environment_state_from(replaced_all(text, "Healthy", "Degraded"), "state.json").error().kind,
            exit_class::corrupt);
}

TEST(the_state_of_an_environment, without_any_of_that_is_read_by_an_older_cicd) {
  environment_state state;
  state.revert_released = "a";
  EXPECT_THAT(file_text(state), HasSubstr("\"schema\": 1"));
  EXPECT_EQ(file_text({}), "");
}

// --- Windows ---

std::vector<time_window> windows(std::initializer_list<const char*> words) {
  std::vector<time_window> all;
  for (const char* each : words) all.push_back(*time_window::parse(each));
  return all;
}

std::string opens(std::initializer_list<const char*> words, const std::string& zone, const std::string& now) {
  const moment from = *utc_from(now);
  const auto clock = zone_clock_of(zone, from + 24h * 20);
  if (!clock) return "no zone";
  const auto found = next_open(windows(words), *clock, from);
  return found ? utc_text(*found) : "never";
}

TEST(a_window, is_open_from_its_first_minute_until_before_its_last) {
  EXPECT_EQ(opens({"Mon-Fri 09:00-16:00"}, "UTC", "2026-11-27T15:59:59Z"), "2026-11-27T15:59:59Z");
  EXPECT_EQ(opens({"Mon-Fri 09:00-16:00"}, "UTC", "2026-11-27T16:00:00Z"), "2026-11-30T09:00:00Z");
  EXPECT_EQ(opens({"Mon-Fri 09:00-16:00"}, "America/Sao_Paulo", "2026-11-27T11:59:30Z"),
            "2026-11-27T12:00:00Z");
}

TEST(a_window, that_ends_before_it_begins_ends_on_the_next_day) {
  EXPECT_EQ(opens({"Sat 22:00-02:00"}, "UTC", "2026-11-29T01:59:00Z"), "2026-11-29T01:59:00Z");
  EXPECT_EQ(opens({"Sat 22:00-02:00"}, "UTC", "2026-11-29T02:00:00Z"), "2026-12-05T22:00:00Z");
  EXPECT_EQ(opens({"Sat 22:00-02:00"}, "UTC", "2026-11-28T01:00:00Z"), "2026-11-28T22:00:00Z");
}

TEST(several_windows, are_open_where_one_is) {
  EXPECT_EQ(opens({"Mon-Fri 09:00-16:00", "Sat 10:00-11:00"}, "UTC", "2026-11-27T17:00:00Z"),
            "2026-11-28T10:00:00Z");
}

TEST(a_window, goes_by_the_clock_when_it_is_set_forward_and_back) {
  // 2026-03-29 02:00 becomes 03:00, 2026-10-25 03:00 becomes 02:00.
  EXPECT_EQ(opens({"Sun 02:00-04:00"}, "Europe/Berlin", "2026-03-29T00:30:00Z"), "2026-03-29T01:00:00Z")
      << "03:00 there";
  EXPECT_EQ(opens({"Sun 02:10-02:20"}, "Europe/Berlin", "2026-03-29T00:30:00Z"), "2026-04-05T00:10:00Z")
      << "the hour that is left out has no window";
  EXPECT_EQ(opens({"Sun 02:10-02:20"}, "Europe/Berlin", "2026-10-25T00:20:00Z"), "2026-10-25T01:10:00Z")
      << "the hour that comes twice has it twice";
}

TEST(a_window, of_a_zone_that_this_machine_does_not_know_lets_nothing_in) {
  environment place;
  place.name = dns_label("prod");
  place.window = windows({"00:00-24:00"});
  EXPECT_FALSE(closed_window_of(place, at("08:00"))->has_value());
  place.time_zone = time_zone_name::from("Mars/Olympus");
  EXPECT_EQ(closed_window_of(place, at("08:00")).error().kind, exit_class::usage);
}

// --- Gates of a newer declaration ---

environment guarded() {
  environment place;
  place.name = dns_label("prod");
  place.approval = approval_rule::required;
  place.from = {*environment_choice::parse("stage|rehearse")};
  place.soak = duration("2h");
  place.window = windows({"Mon-Fri 09:00-16:00"});
  place.gate = {text("./slo.sh")};
  return place;
}

std::vector<std::string> lacks(const environment& older) {
  std::vector<std::string> words;
  for (const weakened_gate& each : weakened_in(older, *gates_of({guarded(), "c", {}}, {})))
    words.push_back(each.words);
  return words;
}

TEST(gates, are_weaker_where_one_is_missing_or_asks_for_less) {
  EXPECT_THAT(lacks(guarded()), ElementsAre());
  environment older = guarded();
  older.approval = approval_rule::none;
  EXPECT_THAT(lacks(older), ElementsAre("APPROVAL required"));
  older.approval = approval_rule::other;
  EXPECT_THAT(lacks(older), ElementsAre());
  environment newer = guarded();
  newer.approval = approval_rule::other;
  EXPECT_EQ(weakened_in(guarded(), *gates_of({newer, "c", {}}, {})).size(), 1U);
  older = guarded();
  older.soak = duration("1h");
  EXPECT_THAT(lacks(older), ElementsAre("SOAK 2h"));
  older.soak = duration("3h");
  EXPECT_THAT(lacks(older), ElementsAre());
  older.window = windows({"Mon-Fri 09:00-17:00"});
  EXPECT_THAT(lacks(older), ElementsAre("WINDOW Mon-Fri 09:00-16:00"));
  older.window = windows({"Mon,Wed 10:00-11:00"});
  EXPECT_THAT(lacks(older), ElementsAre());
  older.time_zone = time_zone_name("America/Sao_Paulo");
  EXPECT_THAT(lacks(older), ElementsAre("TIME_ZONE UTC"));
  older = guarded();
  older.from = {*environment_choice::parse("stage")};
  EXPECT_THAT(lacks(older), ElementsAre());
  older.from = {*environment_choice::parse("stage|demo")};
  EXPECT_THAT(lacks(older), ElementsAre("FROM stage|rehearse"));
  older = guarded();
  older.gate.clear();
  EXPECT_THAT(lacks(older), ElementsAre("GATE ./slo.sh"));
  newer = guarded();
  newer.pull_request = forge_kind::gitea;
  const auto asks = gates_of({newer, "c", {}}, {});
  EXPECT_EQ(weakened_in(newer, *asks).size(), 0U);
  ASSERT_EQ(weakened_in(guarded(), *asks).size(), 1U) << "whose merge is the approval";
  EXPECT_EQ(weakened_in(guarded(), *asks).front().words, "PULL_REQUEST");
}

TEST(gates, trust_no_other_key_in_an_older_declaration) {
  const auto with = [](std::vector<text> words) {
    environment place = guarded();
    place.verify_signature = std::move(words);
    return place;
  };
  const environment both = with({text("key"), text("a.pub"), text("b.pub")});
  const auto asks = gates_of({both, "c", {}}, {});
  EXPECT_EQ(weakened_in(both, *asks).size(), 0U);
  EXPECT_EQ(weakened_in(with({text("key"), text("b.pub")}), *asks).size(), 0U);
  EXPECT_EQ(weakened_in(with({text("key"), text("a.pub"), text("c.pub")}), *asks).size(), 1U);
  EXPECT_EQ(weakened_in(with({text("keyless"), text("a"), text("https://b")}), *asks).size(), 1U);
  EXPECT_EQ(weakened_in(guarded(), *asks).front().words, "VERIFY_SIGNATURE key a.pub b.pub");
  const auto one = with({text("key"), text("a.pub")}), renamed = with({text("key"), text("c.pub")});
  const key_digests old_key{{"a.pub", "sha256:1"}}, new_key{{"a.pub", "sha256:2"}};
  EXPECT_EQ(weakened_in(one, *asks, old_key).size(), 0U) << "of a name, no digest was remembered";
  const auto holds = gates_of({one, "c", {}, new_key}, {});
  EXPECT_EQ(weakened_in(one, *holds, new_key).size(), 0U);
  EXPECT_EQ(weakened_in(renamed, *holds, {{"c.pub", "sha256:2"}}).size(), 0U) << "the same key";
  EXPECT_EQ(weakened_in(one, *holds).size(), 1U) << "there is no such file";
  ASSERT_EQ(weakened_in(one, *holds, old_key).size(), 1U) << "the key was replaced";
  EXPECT_EQ(weakened_in(one, *holds, old_key).front().words, "VERIFY_SIGNATURE key a.pub@sha256:2");
}

TEST(gates, keep_the_commit_since_which_they_are_so) {
  const auto first = gates_of({guarded(), "a", {}}, {});
  environment changed = guarded();
  changed.soak = duration("3h");
  const auto second = gates_of({changed, "b", {}}, first);
  EXPECT_EQ(second->commit, "b");
  for (const declared_gates::gate& each : second->gates)
    EXPECT_EQ(each.since, each.words.front() == "SOAK" ? "b" : "a") << each.words.front();
  EXPECT_FALSE(gates_of({environment{}, "c", {}}, second)) << "a newer declaration may drop them";
}

// --- Argo CD ---

std::string application(const std::string& sync,
                        const std::string& health,
                        const std::string& phase = "Succeeded") {
  return R"({"status":{"sync":{"status":")" + sync + R"(","revision":"r1"},"health":{"status":")" + health
         + R"("},"operationState":{"phase":")" + phase + R"(","message":"what it says"}}})";
}

health_answer::state answer(const std::string& sync,
                            const std::string& health,
                            const std::string& phase = "Succeeded") {
  return health_of(*argo_status_in(application(sync, health, phase)), "a").is;
}

TEST(argo_cd, says_healthy_only_of_what_is_synced_whole) {
  using enum health_answer::state;
  EXPECT_EQ(answer("Synced", "Healthy"), healthy);
  EXPECT_EQ(answer("Synced", "Degraded"), unhealthy);
  EXPECT_EQ(answer("Synced", "Missing"), unhealthy);
  EXPECT_EQ(answer("Synced", "Progressing"), not_yet);
  EXPECT_EQ(answer("Synced", ""), not_yet);
  EXPECT_EQ(answer("Synced", "Healthy", "Failed"), unhealthy);
  EXPECT_EQ(answer("Synced", "Healthy", "Error"), unhealthy);
  EXPECT_EQ(answer("Synced", "Healthy", "Running"), not_yet);
  EXPECT_EQ(answer("OutOfSync", "Healthy"), not_yet);
  EXPECT_EQ(answer("OutOfSync", "Degraded"), not_yet) << "what is degraded is another revision";
  EXPECT_EQ(answer("Unknown", "Healthy"), not_yet);
}

TEST(argo_cd, says_why_it_cannot_compare_or_sync) {
  const auto says = [](const std::string& conditions) {
    return health_of(
               *argo_status_in(R"({"status":{"sync":{"status":"Unknown"},"conditions":)" + conditions + "}}"),
               "a")
        .says;
  };
  EXPECT_EQ(
      says(
          R"([{"type":"OrphanedResourceWarning","message":"two"},{"type":"ComparisonError","message":"no folder"}])"),
      "Unknown: no folder");
  EXPECT_EQ(says("[]"), "Unknown");
  EXPECT_EQ(says("3"), "Unknown");
}

TEST(argo_cd, answers_with_an_application_or_it_is_none) {
  EXPECT_THAT(argo_status_in(application("Synced", "Healthy"))->revisions, ElementsAre("r1"));
  EXPECT_THAT(argo_status_in(R"({"status":{"sync":{"status":"Synced","revisions":["r1","r2"]}}})")->revisions,
              ElementsAre("r1", "r2"));
  for (const char* wrong : {"", "<html>", "[]", "{}", R"({"status":[]})", R"({"error":"permission denied"})"})
    EXPECT_FALSE(argo_status_in(wrong)) << wrong;
  EXPECT_FALSE(argo_status_in(R"({"status":{"sync":[],"health":3}})")->sync == "Synced");
}

TEST(the_link_of_an_application, is_the_one_that_its_page_has) {
  const auto is = [](const char* url, const char* server, const char* name, const char* space) {
    EXPECT_EQ(argo_application_in(url), (argo_application{server, name, space})) << url;
  };
  const char* server = "https://argo.example.com";
  is("https://argo.example.com/applications/argocd/orders-stage", server, "orders-stage", "argocd");
  is("https://argo.example.com/applications/argocd/orders-stage?view=tree&resource=", server, "orders-stage",
     "argocd");
  is("https://argo.example.com/applications/orders-stage/", server, "orders-stage", "");
  is("https://argo.example.com/orders-stage", server, "orders-stage", "");
  is("https://example.com/argo-cd/applications/team-a/orders-stage", "https://example.com/argo-cd",
     "orders-stage", "team-a");
  is("https://127.0.0.1:8443/applications/orders-stage", "https://127.0.0.1:8443", "orders-stage", "");
  for (const char* wrong :
       {"", "argo.example.com/orders", "https://argo.example.com", "https:///orders", "ftp://a/b",
        "https://me:secret@argo.example.com/applications/orders", "https://a/applications/argocd/a%2Fb",
        "https://argo.example.com/applications/argocd/--help"})
    EXPECT_FALSE(argo_application_in(wrong)) << wrong;
}

}  // namespace
}  // namespace cicd
