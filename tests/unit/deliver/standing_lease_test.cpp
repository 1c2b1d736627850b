// The lock of a loop, by a clock that the test moves and a server in memory.
#include <cicd/deliver/cluster/standing_lease.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../../support/fake_clock.hpp"
#include "fake_cluster.hpp"

namespace cicd {
namespace {

using namespace std::chrono_literals;
using kubernetes::api_answer;
using kubernetes::api_failure;
using kubernetes::fake_cluster;
using testing::ElementsAre;
using testing::HasSubstr;

/// What may happen on the way to the server.
struct way_there {
  bool is_cut = false;               ///< nothing gets there
  bool loses_answers = false;        ///< what is written is written, and no answer comes
  std::chrono::milliseconds slow{};  ///< passes before an answer
};

class calls final : public kubernetes::single_calls {
 public:
  calls(std::shared_ptr<fake_cluster::server> server, way_there& way, test::fake_clock& time)
      : with_(server), server_(std::move(server)), way_(way), time_(time) {}
  std::unique_ptr<single_calls> uncancelled() const override {
    return std::make_unique<calls>(server_, way_, time_);
  }
  result<api_answer> get(const kubernetes::object_key& of) override {
    return through([&] { return with_.get(of); }, false);
  }
  result<api_answer> create(const json& object) override {
    return through([&] { return with_.create(object); }, true);
  }
  result<api_answer> replace(const json& object) override {
    return through([&] { return with_.replace(object); }, true);
  }

 private:
  template <typename Call>
  result<api_answer> through(Call call, bool writes) {
    const error none{exit_class::remote, {}, "the cluster does not answer", {}, {}};
    if (way_.is_cut) return none;
    time_.pass(way_.slow);
    api_answer answer = call();
    if (writes && way_.loses_answers) return none;
    return answer;
  }

  fake_cluster with_;
  std::shared_ptr<fake_cluster::server> server_;
  way_there& way_;
  test::fake_clock& time_;
};

const kubernetes::object_key key{"Lease", "fleet", "loop"};

struct standing : testing::Test {
  test::fake_clock time;
  std::shared_ptr<fake_cluster::server> server = std::make_shared<fake_cluster::server>();
  way_there way_of_first, way_of_second;

  standing_lease made(const std::string& holder, way_there& way) {
    return standing_lease(std::make_unique<calls>(server, way, time), {"fleet", "loop"}, holder,
                          {.time = time});
  }
  standing_lease first = made("first", way_of_first), second = made("second", way_of_second);

  std::string holder() { return server->objects[key]["spec"]["holderIdentity"].text(); }
};

TEST_F(standing, is_held_by_one_and_renewed) {
  EXPECT_FALSE(first.is_held());
  ASSERT_TRUE(first.look());
  ASSERT_TRUE(second.look());
  EXPECT_TRUE(first.is_held());
  EXPECT_FALSE(second.is_held());
  EXPECT_EQ(second.other(), "first");
  for (int each = 0; each < 20; ++each) {
    time.pass(10s);
    ASSERT_TRUE(first.look());
    ASSERT_TRUE(second.look());
    EXPECT_TRUE(first.is_held());
    EXPECT_FALSE(second.is_held());
  }
  const json& spec = server->objects[key]["spec"];
  EXPECT_EQ(spec["leaseTransitions"].integer(), 0);
  EXPECT_EQ(spec["leaseDurationSeconds"].integer(), 30);
  EXPECT_EQ(spec["acquireTime"].text(), "2026-11-21T00:00:00.000000Z");
  EXPECT_EQ(spec["renewTime"].text(), "2026-11-21T00:03:20.000000Z");
}

TEST_F(standing, renewing_is_one_call) {
  ASSERT_TRUE(first.look());
  server->writes.clear();
  server->refusals["get Lease loop"] = {500, "InternalError", "it was asked", {}};
  ASSERT_TRUE(first.look());
  EXPECT_THAT(server->writes, ElementsAre("replace Lease loop"));
}

TEST_F(standing, of_a_holder_of_whom_no_change_was_seen_is_taken_over) {
  ASSERT_TRUE(first.look());
  time.pass(25s);
  ASSERT_TRUE(second.look());  // counted from here, whatever the Lease says
  time.pass(29s);
  ASSERT_TRUE(second.look());
  EXPECT_FALSE(second.is_held());
  EXPECT_FALSE(first.is_held()) << "its own clock says so before";
  time.pass(1s);
  ASSERT_TRUE(second.look());
  EXPECT_TRUE(second.is_held());
  EXPECT_EQ(holder(), "second");
  EXPECT_EQ(server->objects[key]["spec"]["leaseTransitions"].integer(), 1);
  ASSERT_TRUE(first.look());
  EXPECT_FALSE(first.is_held());
  EXPECT_EQ(first.other(), "second");
}

TEST_F(standing, of_a_holder_whose_clock_is_wrong_is_not_taken_over) {
  ASSERT_TRUE(first.look());
  for (int each = 0; each < 10; ++each) {
    // As one would write it whose clock stands still in the past.
    json object = server->objects[key], spec = object["spec"], metadata = object["metadata"];
    spec.set("renewTime", "2001-01-01T00:00:00.000000Z");
    metadata.set("resourceVersion", std::to_string(++server->version));
    server->objects[key] = object.set("spec", spec).set("metadata", metadata);
    ASSERT_TRUE(second.look());
    EXPECT_FALSE(second.is_held());
    time.pass(20s);
  }
}

TEST_F(standing, is_lost_by_its_own_clock_while_the_server_cannot_be_reached_and_held_again_after_that) {
  ASSERT_TRUE(first.look());
  way_of_first.is_cut = true;
  time.pass(29s);
  const status failed = first.look();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().kind, exit_class::remote);
  EXPECT_TRUE(first.is_held());
  EXPECT_EQ(first.pause(), 5s) << "it asks again soon";
  time.pass(1s);
  EXPECT_FALSE(first.is_held());
  way_of_first.is_cut = false;
  ASSERT_TRUE(first.look());
  EXPECT_TRUE(first.is_held());
  EXPECT_EQ(first.pause(), 7500ms);
}

TEST_F(standing, counts_from_before_it_asked) {
  way_of_first.slow = 20s;
  ASSERT_TRUE(first.look());
  EXPECT_TRUE(first.is_held());
  time.pass(9s);
  EXPECT_TRUE(first.is_held());
  time.pass(1s);
  EXPECT_FALSE(first.is_held());
}

TEST_F(standing, is_ours_where_only_the_answer_was_lost) {
  ASSERT_TRUE(first.look());
  way_of_first.loses_answers = true;
  ASSERT_FALSE(first.look());
  way_of_first.loses_answers = false;
  ASSERT_TRUE(first.look());
  EXPECT_TRUE(first.is_held());
  EXPECT_EQ(holder(), "first");
}

TEST_F(standing, is_made_anew_where_somebody_removed_it) {
  ASSERT_TRUE(first.look());
  server->objects.clear();
  ASSERT_TRUE(first.look());
  EXPECT_TRUE(first.is_held());
  EXPECT_EQ(holder(), "first");
}

TEST_F(standing, that_was_given_back_is_free_at_once) {
  ASSERT_TRUE(first.look());
  ASSERT_TRUE(second.look());
  first.give_back();
  EXPECT_FALSE(first.is_held());
  EXPECT_EQ(holder(), "");
  ASSERT_TRUE(second.look());
  EXPECT_TRUE(second.is_held());
  server->writes.clear();
  first.give_back();
  EXPECT_THAT(server->writes, ElementsAre()) << "what is another's is not given back";
}

TEST_F(standing, is_given_back_where_the_last_answer_was_lost) {
  ASSERT_TRUE(first.look());
  way_of_first.loses_answers = true;
  ASSERT_FALSE(first.look());
  way_of_first.loses_answers = false;
  first.give_back();
  EXPECT_EQ(holder(), "");
}

TEST_F(standing, keeps_what_others_put_on_the_lease) {
  ASSERT_TRUE(first.look());
  json object = server->objects[key], metadata = object["metadata"];
  metadata.set("labels", json().set("team", "fleet"));
  metadata.set("resourceVersion", std::to_string(++server->version));
  server->objects[key] = object.set("metadata", metadata);
  ASSERT_TRUE(first.look());
  EXPECT_TRUE(first.is_held());
  EXPECT_EQ(server->objects[key]["metadata"]["labels"]["team"].text(), "fleet");
}

TEST_F(standing, that_is_being_deleted_is_waited_for) {
  json object = fake_cluster::object("Lease", "loop", "fleet"), metadata = object["metadata"];
  metadata.set("deletionTimestamp", "2026-11-21T00:00:00Z");
  server->objects[key] = object.set("metadata", metadata);
  const status waits = first.look();
  ASSERT_FALSE(waits);
  EXPECT_THAT(waits.error().what, HasSubstr("is being deleted"));
}

TEST_F(standing, says_which_namespace_is_missing) {
  server->refusals["create Lease loop"] = {404, "NotFound", "namespaces \"fleet\" not found", {}};
  const status failed = first.look();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().kind, exit_class::usage);
  EXPECT_EQ(failed.error().value, "fleet");
  EXPECT_THAT(text_of(failed.error()), HasSubstr("kubectl create namespace fleet"));
  EXPECT_FALSE(first.is_held());
}

TEST_F(standing, prints_the_role_that_is_missing) {
  server->refusals["get Lease loop"] = {
      403,
      "Forbidden",
      "leases.coordination.k8s.io \"loop\" is forbidden: User \"system:serviceaccount:fleet:runner\" cannot "
      "get "
      "resource \"leases\" in API group \"coordination.k8s.io\" in the namespace \"fleet\"",
      {}};
  const status failed = first.look();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().kind, exit_class::remote);
  const std::string text = text_of(failed.error());
  EXPECT_THAT(text, HasSubstr("no right to get leases.coordination.k8s.io in namespace fleet"));
  EXPECT_THAT(text, HasSubstr("kind: Role\n"));
  EXPECT_THAT(text, HasSubstr("resourceNames: [loop], verbs: [get, update]"));
  EXPECT_THAT(text, HasSubstr("{kind: ServiceAccount, name: runner, namespace: fleet}"));
  EXPECT_THAT(text, testing::Not(HasSubstr("doctor")));
}

}  // namespace
}  // namespace cicd
