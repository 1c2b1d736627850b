// What of an environment is deployed there, told apart from its gates; and the times of its windows.
#include <cicd/deliver/policy/own_configuration.hpp>

#include <set>

#include <gtest/gtest.h>

#include <cicd/base/utc.hpp>
#include <cicd/declare/options/fields.hpp>
#include <cicd/deliver/policy/deploy_window.hpp>

namespace cicd {
namespace {

using namespace std::chrono_literals;

TEST(own_configuration, is_of_what_is_deployed_and_of_no_gate) {
  environment place;
  place.name = dns_label("prod");
  const digest before = own_configuration_of(place);
  place.soak = duration::from("2h");
  place.approval = approval_rule::required;
  place.pin = text("v1.4.2");
  place.is_protected = place.allow_dirty = true;
  place.verify = {text("./smoke.sh")};
  EXPECT_EQ(own_configuration_of(place), before);
  place.create_namespace = true;
  EXPECT_NE(own_configuration_of(place), before);
  environment other;
  other.namespace_name = dns_label("shop");
  EXPECT_NE(own_configuration_of(other), before);
}

TEST(own_configuration, of_an_environment_with_parts_is_of_theirs_too) {
  environment whole, part;
  whole.name = dns_label("prod");
  part.name = dns_label("prod-hooks");
  const digest alone = own_configuration_of(whole);
  whole.parts = {part};
  const digest with_part = own_configuration_of(whole);
  EXPECT_NE(with_part, alone);
  whole.parts.front().soak = duration::from("2h");
  EXPECT_EQ(own_configuration_of(whole), with_part);
  whole.parts.front().region = "us-east-1";
  EXPECT_NE(own_configuration_of(whole), with_part);
  whole.parts.front() = part;
  whole.parts.front().state = text("s3://elsewhere");
  EXPECT_NE(own_configuration_of(whole), with_part) << "its record lies elsewhere";
  whole.parts.front() = part;
  whole.parts.front().bucket = dns_label("elsewhere");
  EXPECT_NE(own_configuration_of(whole), with_part);
}

/// A new option belongs to one of the two.
TEST(own_configuration, is_decided_of_each_option) {
  std::set<std::string> of, others;
  environment place;
  each_field(place, [&](std::string_view key, const auto&) {
    (is_of_configuration(key) ? of : others).emplace(key);
  });
  EXPECT_EQ(of, (std::set<std::string>{"write", "namespace", "create_namespace", "context", "eks",
                                       "manifests", "manifests_from", "parameters", "images_in", "stage_name",
                                       "region", "code_only", "package"}));
  const std::set<std::string> when_and_by_whom{"on",
                                               "from",
                                               "pin",
                                               "same_config",
                                               "soak",
                                               "window",
                                               "time_zone",
                                               "await",
                                               "upstream",
                                               "upstream_token",
                                               "gate",
                                               "approval",
                                               "protected",
                                               "allow_dirty",
                                               "author",
                                               "sign",
                                               "pull_request",
                                               "pull_request_token",
                                               "verify_signature"};
  const std::set<std::string> where{"name",       "of",   "via",    "repository",
                                    "branch",     "path", "bucket", "pull_request_url",
                                    "kubeconfig", "role", "state"};
  const std::set<std::string> how_it_goes{"take_over", "prune",    "on_failure", "verify", "health",
                                          "token",     "patience", "plan",       "apply",  "read",
                                          "rollback",  "template", "set"};
  std::set<std::string> known;
  for (const auto* each : {&when_and_by_whom, &where, &how_it_goes}) known.insert(each->begin(), each->end());
  EXPECT_EQ(others, known);
}

TEST(own_configuration, is_of_what_a_commit_brings_and_of_functions) {
  const digest before = own_configuration_of({});
  environment templates, functions;
  templates.parameters = {*assignment::parse("REPLICAS=2")};
  EXPECT_NE(own_configuration_of(templates), before);
  functions.code_only = true;
  EXPECT_NE(own_configuration_of(functions), before);
}

TEST(own_configuration, of_a_record_that_has_none_is_taken_to_be_that_of_now) {
  deployment_record there;
  EXPECT_TRUE(has_configuration(there, sha256("now")));
  there.configuration = sha256("before");
  EXPECT_FALSE(has_configuration(there, sha256("now")));
  EXPECT_TRUE(has_configuration(there, sha256("before")));
}

// --- Windows over a change to summer time, on 2026-03-29 at 02:00 in Berlin ---

std::vector<std::pair<std::string, std::string>> open_times(const char* window) {
  environment place;
  place.window = {*time_window::parse(window)};
  place.time_zone = time_zone_name("Europe/Berlin");
  std::vector<std::pair<std::string, std::string>> all;
  const std::optional<deploy_times> times = deploy_times_of(place, *utc_from("2026-03-27T17:00:00Z"));
  for (const open_time& each : times->open)
    all.emplace_back(utc_text(each.from).substr(5, 11), utc_text(each.until).substr(5, 11));
  all.resize(3);
  return all;
}

TEST(deploy_times, are_by_the_clock_of_the_zone) {
  using times = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(open_times("Sat-Mon 09:00-16:00"), (times{{"03-28T08:00", "03-28T15:00"},
                                                      {"03-29T07:00", "03-29T14:00"},
                                                      {"03-30T07:00", "03-30T14:00"}}));
  EXPECT_EQ(open_times("01:30-03:30"), (times{{"03-28T00:30", "03-28T02:30"},
                                              {"03-29T00:30", "03-29T01:30"},
                                              {"03-29T23:30", "03-30T01:30"}}));
  EXPECT_EQ(
      open_times("02:15-02:45"),
      (times{{"03-28T01:15", "03-28T01:45"}, {"03-30T00:15", "03-30T00:45"}, {"03-31T00:15", "03-31T00:45"}}))
      << "the hour is not there on the 29th";
}

TEST(deploy_times, hold_a_candidate_before_and_after_a_window_and_let_it_in_at_its_first_minute) {
  environment place;
  place.window = {*time_window::parse("Sat-Mon 09:00-16:00")};
  place.time_zone = time_zone_name("Europe/Berlin");
  const auto now = *utc_from("2026-03-27T12:00:00Z");
  const std::optional<deploy_times> times = deploy_times_of(place, now);
  gate_state facts;
  facts.now = now;
  const auto closed = [&](const char* when) {
    return facts_at(facts, times, *utc_from(when)).closed.has_value();
  };
  EXPECT_TRUE(closed("2026-03-28T07:59:59Z"));
  EXPECT_FALSE(closed("2026-03-28T08:00:00Z"));
  EXPECT_FALSE(closed("2026-03-28T14:59:59Z"));
  EXPECT_TRUE(closed("2026-03-28T15:00:00Z"));
  EXPECT_TRUE(closed("2026-03-29T06:59:59Z"));
  EXPECT_FALSE(closed("2026-03-29T07:00:00Z"));
}

}  // namespace
}  // namespace cicd
