// The port `environment_home`, by every way alike: a cluster in memory, a manifest repository of git's, a
// folder. What is promised of one is promised of all.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <functional>
#include <utility>

#include <cicd/base/text.hpp>
#include <cicd/deliver/manifest_home.hpp>

#include "tried_ways.hpp"

namespace cicd {
namespace {

using testing::HasSubstr;
using texts = std::vector<std::string>;
using namespace tried;

class every_home : public testing::TestWithParam<std::string> {
 protected:
  every_home() {
    if (GetParam() == "kubectl") tried = std::make_unique<tried_cluster>();
    if (GetParam() == "gitops") tried = std::make_unique<tried_repository>();
    if (GetParam() == "render") tried = std::make_unique<tried_folder>();
    pipeline.declared.name = dns_label("orders");
    prod.name = dns_label("prod");
  }

  seen_environment seen() {
    const auto now = tried->home()->read();
    if (!now) ADD_FAILURE() << text_of(now.error());
    return now ? *now : seen_environment{};
  }
  status hold(environment_home& in, const seen_environment& read, const std::string& reason) {
    return in.write(allowed(), read, {deployment_hold{"Ada", reason, {}, now}, {}}, {"Ada", now});
  }
  put_back_request request() {
    put_back_request how;
    how.id = "run-back";
    how.by = {"Grace", now};
    how.hold = {"Grace", "errors at checkout", {}, now};
    how.pipeline = &pipeline;
    how.place = &prod;
    how.may = [this](const std::optional<deployment_hold>&) -> result<permit> {
      if (shut) return error{exit_class::policy, "orders/prod", "no", {}, {}};
      return allowed();
    };
    how.source = [](const std::optional<deployment_record>&) { return source_identity{}; };
    how.done = [this](const deployment_record& record) { done.push_back(record.version + " " + record.id); };
    return how;
  }
  std::optional<deployment_record> past_of(const std::string& version) {
    const auto past = tried->home()->past();
    if (!past) ADD_FAILURE() << text_of(past.error());
    for (const kept_deployment& each : *past)
      if (each.record.version == version) return each.record;
    return std::nullopt;
  }

  std::unique_ptr<tried_way> tried;
  declared_pipeline pipeline;
  environment prod;
  const std::chrono::system_clock::time_point now = *utc_from("2026-11-22T08:00:00Z");
  bool shut = false;
  texts done;
};

INSTANTIATE_TEST_SUITE_P(by, every_home, testing::Values("kubectl", "gitops", "render"), [](const auto& way) {
  return way.param;
});

TEST_P(every_home, that_was_never_deployed_has_no_record_no_hold_and_no_past) {
  const seen_environment there = seen();
  EXPECT_FALSE(there.record);
  EXPECT_FALSE(there.state.hold);
  EXPECT_TRUE(tried->home()->past()->empty());
}

TEST_P(every_home, can_be_held_before_the_first_deploy) {
  ASSERT_TRUE(hold(*tried->home(), seen(), "not yet"));
  EXPECT_EQ(seen().state.hold->reason, "not yet");
  EXPECT_FALSE(seen().record);
}

TEST_P(every_home, keeps_a_hold_over_a_deploy_and_lets_it_go) {
  tried->deploy("v1");
  ASSERT_TRUE(hold(*tried->home(), seen(), "the release is frozen"));
  tried->deploy("v2");
  const seen_environment there = seen();
  ASSERT_TRUE(there.state.hold);
  EXPECT_EQ(there.state.hold->reason, "the release is frozen");
  EXPECT_EQ(there.state.hold->when, now);
  EXPECT_EQ(there.record->version, "v2");
  ASSERT_TRUE(tried->home()->write(allowed(), there, {}, {"Ada", now}));
  EXPECT_FALSE(seen().state.hold);
  EXPECT_EQ(tried->running(), "v2");
}

TEST_P(every_home, keeps_approvals_whole_over_a_hold_and_a_rollback_and_forgets_them_when_told) {
  for (const char* version : {"v1", "v2"}) tried->deploy(version);
  const deployment_approval given{.who = "Grace",
                                  .reason = "read it",
                                  .digest = std::string(64, 'a'),
                                  .when = now,
                                  .expires = now + std::chrono::hours(24),
                                  .step = "orders/deploy-prod",
                                  .version = "v3",
                                  .persons = {"Grace <grace@example.com>"}};
  seen_environment there = seen();
  there.state.approvals = {given};
  ASSERT_TRUE(tried->home()->write(allowed(), there, there.state, {"Grace", now}));
  there = seen();
  there.state.hold = deployment_hold{"Ada", "frozen", {}, now};
  ASSERT_TRUE(tried->home()->write(allowed(), there, there.state, {"Ada", now}));
  ASSERT_TRUE(tried->home()->put_back(*past_of("v1"), request()));
  there = seen();
  ASSERT_EQ(there.state.approvals.size(), 1U);
  EXPECT_EQ(compact(json_of(there.state.approvals.front())), compact(json_of(given)));
  EXPECT_EQ(there.state.hold->reason, "errors at checkout");
  there.state.approvals.clear();
  ASSERT_TRUE(tried->home()->write(allowed(), there, there.state, {"Grace", now}));
  EXPECT_TRUE(seen().state.approvals.empty());
}

TEST_P(every_home, keeps_what_was_told_over_a_deploy_and_a_rollback) {
  for (const char* version : {"v1", "v2"}) tried->deploy(version);
  announcement told;
  told.version = "v2";
  told.commit = "8f3c";
  told.who = "Ada";
  told.before = "v1";
  told.before_commit = "1b40";
  told.is = "deployed";
  told.failing = told.is_shared = true;
  told.failing_cron = {"clean"};
  told.messages = {{"#deploys", "C1", "17.1"}};
  seen_environment there = seen();
  there.state.announced = told;
  ASSERT_TRUE(tried->home()->write(allowed(), there, there.state, {"Ada", now}));
  EXPECT_EQ(seen().state.announced, told);
  tried->deploy("v3");
  ASSERT_TRUE(tried->home()->put_back(*past_of("v1"), request()));
  EXPECT_EQ(seen().state.announced, told);
}

TEST_P(every_home, takes_no_write_that_stands_on_what_is_no_longer_there) {
  tried->deploy("v1");
  const auto first = tried->home(), second = tried->home();
  const auto read_by_first = *first->read(), read_by_second = *second->read();
  ASSERT_TRUE(hold(*first, read_by_first, "first"));
  const status late = hold(*second, read_by_second, "second");
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().kind, exit_class::conflict);
  EXPECT_EQ(seen().state.hold->reason, "first");
}

TEST_P(every_home, takes_no_write_that_stands_on_an_earlier_deployment) {
  tried->deploy("v1");
  const seen_environment before = seen();
  tried->deploy("v2");
  const status late = hold(*tried->home(), before, "late");
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().kind, exit_class::conflict);
  EXPECT_FALSE(seen().state.hold);
}

TEST_P(every_home, lists_the_deployments_of_the_past_newest_first) {
  for (const char* version : {"v1", "v2", "v3"}) tried->deploy(version);
  texts versions;
  const auto past = tried->home()->past();
  ASSERT_TRUE(past) << text_of(past.error());
  for (const kept_deployment& each : *past) {
    versions.push_back(each.record.version);
    EXPECT_EQ(each.lacks, "");
  }
  EXPECT_EQ(versions, (texts{"v3", "v2", "v1"}));
}

TEST_P(every_home, puts_back_what_ran_before_as_a_deployment_of_its_own_and_holds) {
  for (const char* version : {"v1", "v2"}) tried->deploy(version);
  const status back = tried->home()->put_back(*past_of("v1"), request());
  ASSERT_TRUE(back) << text_of(back.error());
  EXPECT_EQ(tried->running(), "v1");
  EXPECT_EQ(done, texts{"v1 run-back"});
  const seen_environment there = seen();
  EXPECT_EQ(there.record->version, "v1");
  EXPECT_EQ(there.record->generation, 3);
  EXPECT_EQ(there.record->id, "run-back");
  EXPECT_EQ(there.record->who, "Grace");
  EXPECT_EQ(there.state.hold->reason, "errors at checkout");
  EXPECT_FALSE(there.reverted);
}

TEST_P(every_home, puts_forward_again_what_was_put_back) {
  for (const char* version : {"v1", "v2"}) tried->deploy(version);
  ASSERT_TRUE(tried->home()->put_back(*past_of("v1"), request()));
  ASSERT_TRUE(tried->home()->put_back(*past_of("v2"), request()));
  EXPECT_EQ(tried->running(), "v2");
  EXPECT_EQ(seen().record->generation, 4);
}

TEST_P(every_home, that_the_gate_refuses_is_put_back_to_nothing) {
  for (const char* version : {"v1", "v2"}) tried->deploy(version);
  shut = true;
  const status back = tried->home()->put_back(*past_of("v1"), request());
  ASSERT_FALSE(back);
  EXPECT_EQ(back.error().kind, exit_class::policy);
  EXPECT_EQ(tried->running(), "v2");
  EXPECT_TRUE(done.empty());
  EXPECT_FALSE(seen().state.hold);
}

TEST_P(every_home, that_cannot_be_read_is_left_as_it_is) {
  tried->deploy("v1");
  const seen_environment before = seen();
  tried->damage();
  const auto read = tried->home()->read();
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().kind, exit_class::corrupt);
  EXPECT_THAT(text_of(read.error()), HasSubstr("  try: "));
  const status written = hold(*tried->home(), before, "over it");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().kind, exit_class::corrupt);
}

/// A thousand turns of two writers that read, write upon what they read, and see deploys come between. What
/// is there is always the last write that was taken, whole. A push of git's takes some 50 ms, so that of
/// those there are fewer: what comes between deciding and pushing is tried in memory below.
TEST_P(every_home, takes_each_write_of_two_writers_whole_or_not_at_all_however_they_take_turns) {
  const int turns = GetParam() == "gitops" ? 150 : GetParam() == "render" ? 1'000 : 4'000;
  std::uint32_t chance = 20261129;
  const auto pick = [&](std::uint32_t of) {
    return ((chance = chance * 1'664'525U + 1'013'904'223U) >> 16U) % of;
  };
  const std::array homes{tried->home(), tried->home()};
  std::array<std::optional<seen_environment>, 2> read;
  std::array<int, 2> read_at{};
  int writes = 0, taken = 0, refused = 0, deploys = 0;
  std::string last;
  for (int turn = 0; turn < turns; ++turn) {
    const std::uint32_t who = pick(2);
    if (pick(40) == 0) {
      tried->deploy("v" + std::to_string(++deploys));
      ++writes;
    } else if (!read[who]) {
      auto there = homes[who]->read();
      ASSERT_TRUE(there) << text_of(there.error());
      ASSERT_EQ(there->state.hold ? there->state.hold->reason : "", last) << turn;
      ASSERT_EQ(there->record ? there->record->version : "",
                deploys == 0 ? "" : "v" + std::to_string(deploys));
      read[who] = *std::move(there);
      read_at[who] = writes;
    } else {
      const std::string reason = std::to_string(turn) + (who == 0 ? " of the first" : " of the second");
      const status written = hold(*homes[who], *read[who], reason);
      ASSERT_EQ(static_cast<bool>(written), read_at[who] == writes) << turn;
      if (written) {
        last = reason;
        ++writes;
      } else {
        ASSERT_EQ(written.error().kind, exit_class::conflict);
      }
      ++(written ? taken : refused);
      read[who].reset();
    }
  }
  EXPECT_GT(taken, turns / 6);
  EXPECT_GT(refused, turns / 20);
}

/// A branch as git keeps it, in memory: a push is taken where the tip is the one that it stands on, else what
/// is there is decided upon anew. `between`: what another does after the next decision and before its push.
struct branch_in_memory {
  std::unique_ptr<environment_home> home() {
    manifest_store store;
    store.name = "memory";
    store.is_embedded = true;
    store.read = [this] { return result<manifest_state>(now); };
    store.write = [this](const decide_manifests& decide, const manifest_store::say_line&) {
      return commit(decide);
    };
    return manifest_home(std::move(store));
  }
  result<bool> commit(const decide_manifests& decide) {
    for (;; ++refused) {
      const int stands_on = tip;
      auto decided = decide(now);
      if (!decided) return std::move(decided).error();
      if (!*decided) return false;
      if (const auto other = std::exchange(between, {})) other();
      if (tip != stands_on) continue;
      now.files = (*decided)->wanted.files;
      now.record = (*decided)->wanted.record;
      now.state = (*decided)->wanted.state;
      ++tip;
      return true;
    }
  }

  manifest_state now;
  std::function<void()> between;
  int tip = 0, refused = 0;
};

TEST(a_branch, takes_each_of_a_thousand_writes_whole_or_not_at_all_whatever_comes_before_its_push) {
  branch_in_memory branch;
  std::uint32_t chance = 20261129;
  const auto pick = [&](std::uint32_t of) {
    return ((chance = chance * 1'664'525U + 1'013'904'223U) >> 16U) % of;
  };
  const auto when = *utc_from("2026-11-22T08:00:00Z");
  const auto hold = [&](const std::string& reason) {
    const auto home = branch.home();
    const auto seen = home->read();
    return home->write(allowed(), *seen, {deployment_hold{"Ada", reason, {}, when}, {}}, {"Ada", when});
  };
  int taken = 0;
  for (int turn = 0; turn < 1'000; ++turn) {
    const std::string first = std::to_string(turn) + " of the first",
                      second = std::to_string(turn) + " of the second";
    const std::uint32_t comes = pick(3);
    const std::string before = branch.now.state.hold ? branch.now.state.hold->reason : "";
    if (comes == 1) branch.between = [&] { ASSERT_TRUE(hold(second)); };
    if (comes == 2) branch.between = [&] { ASSERT_TRUE(branch.commit(deploying(std::to_string(turn)))); };
    const status written = hold(first);
    ASSERT_EQ(static_cast<bool>(written), comes == 0) << turn;
    if (!written) {
      ASSERT_EQ(written.error().kind, exit_class::conflict) << turn;
    }
    ASSERT_EQ(branch.now.state.hold ? branch.now.state.hold->reason : "", comes == 0   ? first
                                                                          : comes == 1 ? second
                                                                                       : before)
        << turn;
    if (comes == 2) {
      ASSERT_EQ(branch.now.record->version, std::to_string(turn));
    }
    taken += comes == 0 ? 1 : 0;
  }
  EXPECT_EQ(branch.refused, 1'000 - taken);
}

TEST(a_folder, keeps_the_manifests_of_its_last_ten_deployments) {
  tried_folder of;
  for (int each = 1; each <= 12; ++each) of.deploy("v" + std::to_string(each));
  const auto past = of.home()->past();
  ASSERT_TRUE(past) << text_of(past.error());
  EXPECT_EQ(past->size(), 10U);
  EXPECT_EQ(past->back().record.version, "v3");
  for (const kept_deployment& each : *past) EXPECT_EQ(each.lacks, "");
  EXPECT_FALSE(exists(of.root / ".cicd/past/000002.json"));
  EXPECT_TRUE(exists(of.root / ".cicd/past/000003.json"));
}

TEST(a_folder, of_before_manifests_were_kept_says_that_they_are_not) {
  tried_folder of;
  of.deploy("v1");
  ASSERT_TRUE(remove_tree(of.root / ".cicd/past"));
  EXPECT_EQ(of.home()->past()->front().lacks, "its manifests are not kept");
}

TEST(a_folder, whose_kept_manifests_were_changed_puts_nothing_back) {
  tried_folder of;
  of.deploy("v1");
  of.deploy("v2");
  const std::string file = of.root / ".cicd/past/000001.json";
  std::string text = *read_file(file);
  ASSERT_TRUE(write_file(file, replaced_all(text, "version: v1", "version: v0"), durability::fast));
  const auto past = of.home()->past();
  const auto files = folder_files_of(of.root.path(), past->back().record);
  ASSERT_FALSE(files);
  EXPECT_EQ(files.error().kind, exit_class::corrupt);
}

}  // namespace
}  // namespace cicd
