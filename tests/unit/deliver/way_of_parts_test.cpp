// What is there of an environment with parts, as one.
#include <cicd/deliver/way_of_parts.hpp>

#include <gtest/gtest.h>

#include <cicd/deliver/policy/own_configuration.hpp>

namespace cicd {
namespace {

using texts = std::vector<std::string>;

deployment_record record_of(const std::string& commit,
                            const std::string& image,
                            const std::string& outcome = "deployed") {
  deployment_record made;
  made.commit = commit;
  made.outcome = outcome;
  made.images[image].tag = commit;
  return made;
}

environment prod() {
  environment whole, part;
  whole.name = dns_label("prod");
  part.name = dns_label("prod-hooks");
  whole.parts = {part};
  return whole;
}

deployed_release seen(std::optional<deployment_record> own, std::optional<deployment_record> part) {
  return seen_as_one(prod(), {.record = std::move(own)}, {{.record = std::move(part)}});
}

TEST(an_environment_with_parts, is_deployed_where_all_have_the_same_release) {
  const deployed_release both = seen(record_of("b222222", "image"), record_of("b222222", "hook"));
  EXPECT_EQ(both.record->outcome, "deployed");
  EXPECT_EQ(both.record->images.size(), 2U);
  EXPECT_EQ(both.behind, texts{});
}

TEST(an_environment_with_parts, is_being_deployed_while_a_part_is) {
  deployed_release part{.record = record_of("b222222", "hook", "deploying")};
  part.under_way = living_deploy{"run-1", "Jane Doe", {}, {}};
  const deployed_release whole = seen_as_one(prod(), {.record = record_of("b222222", "image")}, {part});
  ASSERT_TRUE(whole.under_way);
  EXPECT_EQ(whole.under_way->who, "Jane Doe");
  EXPECT_EQ(seen(record_of("b222222", "image"), record_of("b222222", "hook", "interrupted")).record->outcome,
            "deploying");
}

TEST(an_environment_with_parts, has_failed_where_one_failed_and_is_being_deployed_where_one_lacks_it) {
  EXPECT_EQ(seen(record_of("b222222", "image"), record_of("a111111", "hook")).behind,
            texts{"prod-hooks: is at a111111, not at b222222"});
  const deployed_release failed = seen(record_of("b222222", "image"), record_of("b222222", "hook", "failed"));
  EXPECT_EQ(failed.record->outcome, "failed");
  EXPECT_EQ(failed.record->images.count("hook"), 0U) << "it does not run";
  for (const auto& part : {record_of("a111111", "hook"), record_of("b222222", "hook", "deploying"),
                           record_of("a111111", "hook", "failed")})
    EXPECT_EQ(seen(record_of("b222222", "image"), part).record->outcome, "deploying") << part.outcome;
  // What the environment itself says of a bad end stays.
  EXPECT_EQ(seen(record_of("b222222", "image", "verifying"), record_of("a111111", "hook")).record->outcome,
            "verifying");
}

TEST(an_environment_with_parts, has_not_failed_where_a_part_was_declared_since) {
  EXPECT_EQ(seen(record_of("b222222", "image"), std::nullopt).record->outcome, "deployed");
  deployment_record own = record_of("b222222", "image");
  own.configuration = own_configuration_of(prod());
  const deployed_release there = seen(own, std::nullopt);
  EXPECT_EQ(there.record->outcome, "deploying");
  EXPECT_EQ(there.behind, texts{"prod-hooks: nothing is deployed"});
  EXPECT_FALSE(seen(std::nullopt, std::nullopt).record);
}

TEST(an_environment_with_parts, is_held_where_one_is) {
  deployed_release part;
  part.state.hold.emplace().reason = "a fair";
  EXPECT_EQ(seen_as_one(prod(), {}, {part}).state.hold->reason, "a fair");
}

TEST(an_environment_with_parts, had_what_all_had) {
  using namespace std::chrono_literals;
  const auto at = [](deployment_record of, int second) {
    of.when = std::chrono::system_clock::time_point(std::chrono::seconds(second));
    return of;
  };
  const std::vector<deployment_record> past =
      past_as_one(prod(),
                  {at(record_of("c333333", "image"), 30), at(record_of("b222222", "image"), 20),
                   at(record_of("a111111", "image"), 1)},
                  {{at(record_of("c333333", "hook", "failed"), 31), at(record_of("b222222", "hook"), 21)}});
  EXPECT_EQ(past[0].outcome, "failed");
  EXPECT_EQ(past[1].outcome, "deployed");
  EXPECT_EQ(past[1].images.size(), 2U);
  EXPECT_EQ(past[2].outcome, "deployed");  // the part was not declared then
  EXPECT_EQ(past[1].when, at({}, 21).when) << "when the last of them had it";
  // A part that came to it late: until then not all had it.
  const auto late = [&](const std::vector<deployment_record>& part) {
    return past_as_one(prod(),
                       {at(record_of("c333333", "image"), 50), at(record_of("b222222", "image"), 20),
                        at(record_of("a111111", "image"), 10)},
                       {part});
  };
  const auto retried =
      late({at(record_of("c333333", "hook", "deploying"), 51), at(record_of("b222222", "hook"), 35),
            at(record_of("b222222", "hook", "failed"), 21), at(record_of("a111111", "hook"), 11)});
  EXPECT_EQ(retried[0].outcome, "deploying");
  EXPECT_EQ(retried[1].when, at({}, 35).when);
  const auto never =
      late({at(record_of("b222222", "hook"), 60), at(record_of("c333333", "hook"), 51),
            at(record_of("b222222", "hook", "failed"), 21), at(record_of("a111111", "hook"), 11)});
  EXPECT_EQ(never[1].outcome, "failed") << "what the part got later is of no earlier release";
}

}  // namespace
}  // namespace cicd
