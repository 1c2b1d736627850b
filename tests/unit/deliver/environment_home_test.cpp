// The port `environment_home`, by every way alike: a cluster in memory, a manifest repository of git's, a
// folder. What is promised of one is promised of all.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <cstdlib>

#include <cicd/base/text.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/deliver/cluster/cluster_home.hpp>
#include <cicd/deliver/gitops/repository_home.hpp>
#include <cicd/deliver/render/render_folder.hpp>
#include <cicd/system/environment.hpp>
#include <cicd/system/files.hpp>

#include "allowed.hpp"
#include "fake_cluster.hpp"
#include "temporary_folder.hpp"

namespace cicd {
namespace {

using testing::HasSubstr;
using texts = std::vector<std::string>;

std::string manifest_of(const std::string& version) {
  return "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  version: " + version + "\n";
}

deployment_record record_of(const std::string& version) {
  deployment_record record;
  record.pipeline = "orders";
  record.environment = "prod";
  record.version = version;
  record.id = "run-" + version;
  record.who = "Ada <ada@example.com>";
  record.when = *utc_from("2026-11-21T08:00:00Z");
  record.images["api"] = {"orders:" + version, version, sha256(version), {}, {}};
  record.outcome = "deployed";
  return record;
}

decide_manifests deploying(const std::string& version) {
  return [=](const manifest_state& now) -> result<std::optional<decided_manifests>> {
    wanted_manifests wanted{{{"a.yaml", manifest_of(version)}}, record_of(version), now.state};
    wanted.record->generation = now.record ? now.record->generation + 1 : 1;
    wanted.record->manifests = digest_of_manifests(wanted.files);
    wanted.message = "deploy " + version;
    wanted.who = wanted.record->who;
    wanted.when = wanted.record->when;
    return std::optional(decided_manifests{std::move(wanted), allowed()});
  };
}

/// An environment by one way, as the suite needs it.
struct tried_way {
  virtual ~tried_way() = default;
  virtual std::unique_ptr<environment_home> home() = 0;
  virtual void deploy(const std::string& version) = 0;
  virtual std::string running() = 0;
  /// Makes what is remembered unreadable.
  virtual void damage() = 0;
};

struct tried_cluster : tried_way {
  using fake_cluster = kubernetes::fake_cluster;

  tried_cluster() {
    pipeline.declared.name = dns_label("orders");
    prod.name = dns_label("prod");
    prod.via = deploy_way::kubectl;
    fake_cluster(server).create(fake_cluster::object("Namespace", "orders"));
  }
  open_cluster opener() {
    return [this]() -> result<std::unique_ptr<kubernetes::cluster>> {
      return std::unique_ptr<kubernetes::cluster>(std::make_unique<fake_cluster>(server));
    };
  }
  std::unique_ptr<environment_home> home() override { return cluster_home(*opener()(), place, opener()); }
  void deploy(const std::string& version) override {
    wanted_release wanted;
    wanted.pipeline = &pipeline;
    wanted.where = &prod;
    wanted.place = place;
    wanted.facts.pipeline = "orders";
    wanted.facts.environment = "prod";
    wanted.facts.manifests = {"a.yaml"};
    wanted.facts.files["a.yaml"] = manifest_of(version);
    wanted.record = record_of(version);
    wanted.record.manifests = sha256(version);
    cluster_deploy_options how;
    how.holder = "Ada";
    how.may = [](const cluster_plan&) -> result<permit> { return allowed(); };
    const auto done = deploy_to_cluster(opener(), std::move(wanted), how);
    ASSERT_TRUE(done) << text_of(done.error());
  }
  std::string running() override {
    return fake_cluster(server).get({"ConfigMap", "orders", "a"}).object["data"]["version"].text();
  }
  void damage() override {
    json& state = server->objects.at({"ConfigMap", "orders", "cicd.orders.prod"});
    json data = state["data"];
    data.set("hold.json", "{");
    state.set("data", std::move(data));
  }

  cluster_place place{"orders", "prod", "orders"};
  std::shared_ptr<fake_cluster::server> server = std::make_shared<fake_cluster::server>();
  declared_pipeline pipeline;
  environment prod;
};

struct tried_repository : tried_way {
  std::unique_ptr<environment_home> home() override { return repository_home(target, around, nullptr); }
  void deploy(const std::string& version) override {
    const auto done = commit_manifests(target, deploying(version), around, {});
    ASSERT_TRUE(done) << text_of(done.error());
  }
  std::string running() override {
    const auto now = read_manifests(target, around, {});
    return now && now->files.contains("a.yaml") ? version_in(now->files.at("a.yaml")) : std::string();
  }
  static std::string version_in(const std::string& manifest) {
    const auto at = manifest.rfind(": ") + 2;
    return manifest.substr(at, manifest.size() - at - 1);
  }
  void damage() override { commit_file(state_path(target), "{"); }

  /// What a person does in a checkout of their own.
  void by_hand(const std::string& script) {
    const std::string checkout = root / "checkout";
    const std::string all = "set -e; rm -rf " + checkout + "; git clone -q " + target.url + " " + checkout
                            + "; cd " + checkout
                            + "; git config user.name Grace; git config user.email grace@example.com; "
                            + script + "; git push -q origin HEAD:main";
    ASSERT_EQ(std::system(all.c_str()), 0) << script;
  }
  void commit_file(const std::string& path, const std::string& text) {
    by_hand("mkdir -p \"$(dirname " + path + ")\"; printf '%s' '" + text + "' > " + path
            + "; git add -A; git commit -qm 'by hand'");
  }

  temporary_folder root;
  const surroundings around = surroundings::of_process();
  manifest_target target{.url = root / "m.git",
                         .create = true,
                         .branch = "main",
                         .path = "prod/orders",
                         .clone = root / "clone"};
};

struct tried_folder : tried_way {
  std::unique_ptr<environment_home> home() override { return folder_home(root.path(), nullptr); }
  void deploy(const std::string& version) override {
    const auto done = write_folder(root.path(), deploying(version));
    ASSERT_TRUE(done) << text_of(done.error());
  }
  std::string running() override {
    const auto text = read_file(root / "a.yaml");
    return text ? tried_repository::version_in(*text) : std::string();
  }
  void damage() override { ASSERT_TRUE(write_file(root / ".cicd/state.json", "{", durability::fast)); }

  temporary_folder root;
};

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

/// A thousand turns of two writers that read, write upon what they read, and see deploys come between; fewer
/// where each of them starts git. What is there is always the last write that was taken, whole.
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

// --- What a person does in a manifest repository ---

struct a_revert_by_hand : testing::Test {
  a_revert_by_hand() {
    for (const char* version : {"v1", "v2"}) of.deploy(version);
  }
  seen_environment seen() {
    const auto now = of.home()->read();
    if (!now) ADD_FAILURE() << text_of(now.error());
    return now ? *now : seen_environment{};
  }
  tried_repository of;
};

TEST_F(a_revert_by_hand, is_seen_with_who_did_it_and_what_ran_until_then) {
  of.by_hand("git revert --no-edit HEAD >/dev/null");
  const seen_environment there = seen();
  ASSERT_TRUE(there.reverted);
  EXPECT_EQ(there.reverted->who, "Grace <grace@example.com>");
  EXPECT_EQ(there.reverted->left, "v2");
  EXPECT_EQ(there.reverted->commit.size(), 40U);
  EXPECT_EQ(there.record->version, "v1");
}

TEST_F(a_revert_by_hand, by_a_merge_is_seen_too) {
  of.by_hand(
      "git switch -qc back; git revert --no-edit HEAD >/dev/null; git switch -q main; "
      "git merge -q --no-ff -m 'put it back' back");
  EXPECT_TRUE(seen().reverted);
}

TEST_F(a_revert_by_hand, of_the_manifests_alone_is_seen_too) {
  of.by_hand("git checkout -q HEAD~1 -- prod/orders; git commit -qm 'the old ones'");
  const seen_environment there = seen();
  ASSERT_TRUE(there.reverted);
  EXPECT_EQ(there.reverted->left, "v2");
  EXPECT_EQ(there.record->version, "v2");
}

TEST_F(a_revert_by_hand, of_the_first_deployment_is_seen_too) {
  of.by_hand("git revert --no-edit HEAD HEAD~1 >/dev/null");
  const seen_environment there = seen();
  EXPECT_FALSE(there.record);
  EXPECT_TRUE(there.reverted);
}

TEST_F(a_revert_by_hand, is_none_where_a_person_writes_something_new) {
  of.commit_file("prod/orders/a.yaml", "kind: ConfigMap");
  EXPECT_FALSE(seen().reverted);
}

TEST_F(a_revert_by_hand, is_none_where_others_commit_beside_it) {
  of.commit_file("prod/billing/a.yaml", "kind: ConfigMap");
  EXPECT_FALSE(seen().reverted);
}

TEST_F(a_revert_by_hand, is_over_once_it_was_released_and_the_next_is_seen_again) {
  of.by_hand("git revert --no-edit HEAD >/dev/null");
  const seen_environment there = seen();
  ASSERT_TRUE(of.home()->write(allowed(), there, {{}, there.reverted->commit}, {"Ada", {}}));
  EXPECT_FALSE(seen().reverted);
  of.deploy("v3");
  EXPECT_FALSE(seen().reverted);
  of.by_hand("git revert --no-edit HEAD >/dev/null");
  EXPECT_TRUE(seen().reverted);
}

TEST_F(a_revert_by_hand, is_told_in_the_history_and_is_no_deployment_of_its_own) {
  of.by_hand("git revert --no-edit HEAD >/dev/null");
  texts history, kept;
  const auto records = manifest_history(of.target, 10, of.around, {});
  ASSERT_TRUE(records) << text_of(records.error());
  for (const past_manifests& each : *records)
    history.push_back(each.record.version + " " + each.record.outcome);
  EXPECT_EQ(history, (texts{"v1 reverted", "v2 deployed", "v1 deployed"}));
  for (const kept_deployment& each : *of.home()->past()) kept.push_back(each.record.version);
  EXPECT_EQ(kept, (texts{"v2", "v1"}));
}

TEST_F(a_revert_by_hand, is_in_the_summary_of_several_environments) {
  of.by_hand("git revert --no-edit HEAD >/dev/null");
  manifest_target other = of.target;
  other.path = "prod/billing";
  const std::vector both{other, of.target};
  for (int again = 0; again < 2; ++again) {
    const auto all = read_summaries(both, of.around, {});
    ASSERT_TRUE(all[0] && all[1]) << text_of(all[1].error());
    EXPECT_FALSE(all[0]->record);
    EXPECT_FALSE(all[0]->reverted);
    EXPECT_EQ(all[1]->record->version, "v1");
    EXPECT_EQ(all[1]->reverted->left, "v2");
  }
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
