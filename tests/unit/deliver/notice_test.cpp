// Events to notices, and notices to texts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/deliver/notify/notice_text.hpp>

namespace {

using namespace cicd;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

const changed_place stage{"orders", "stage", {}};

deployment_facts release(const std::string& version) {
  deployment_facts of;
  of.version = version;
  of.commit = version + "-commit";
  of.who = "Ada <ada@example.com>";
  return of;
}

template <typename Event>
Event of_step(const std::string& step) {
  Event made;
  made.step = step;
  return made;
}
announcement told(const std::string& version, const std::string& is) {
  announcement made;
  made.version = version;
  made.is = is;
  return made;
}
const announced_message message{"#deploys", "C1", "17.1"};

struct noticed {
  notice_board board{[](const std::string& pipeline) { return pipeline + "-commit"; }};

  noticed& hear(event_body body) {
    board.hear({{}, {}, std::move(body)});
    return *this;
  }
  noticed& starts(const std::string& version, announcement before = {}, const changed_place& at = stage) {
    return hear(deploy_started{at, release(version), release("v1"), std::move(before)})
        .hear(of_step<step_started>(at.pipeline + "/deploy-" + at.environment));
  }
  noticed& fails(const std::string& step, const std::string& why) {
    step_ended end = of_step<step_ended>(step);
    end.outcome = step_outcome::failed;
    end.failure = error{exit_class::step_failed, step, why, {}, {}};
    return hear(std::move(end));
  }
  notice only() const {
    const std::vector<notice> all = board.notices();
    EXPECT_THAT(all, SizeIs(1));
    return all.empty() ? notice{} : all.front();
  }
  /// Once all was told.
  std::vector<notice_board::memory> memories() const {
    told_services all;
    for (const notice& each : board.notices())
      for (const service_notice& one : each.services) all.told.insert(one.name());
    return board.memories(all);
  }
  std::string headline() const { return headline_of(only().services.front()); }
};

std::vector<std::string> texts_of(const json& message) {
  std::vector<std::string> texts;
  for (const json& each : message["blocks"].elements())
    texts.push_back(each["text"].is_null() ? each["elements"].elements().front()["text"].text()
                                           : each["text"]["text"].text());
  return texts;
}
std::string text_of_message(const notice& of, const slack_users& users = {}) {
  return joined(texts_of(slack_message(of, users)), "\n");
}

TEST(a_notice, is_one_for_each_release_and_goes_on_with_it) {
  noticed run;
  run.starts("v2");
  EXPECT_EQ(run.headline(), "orders v2 is being deployed to stage");
  EXPECT_FALSE(run.only().is_over);
  const std::string key = run.only().key;
  run.hear(step_message{"orders/deploy-stage", "2 of 3 pods\n"});
  run.hear(deployed{stage, release("v2"), {}});
  EXPECT_EQ(run.headline(), "orders v2 is deployed to stage");
  EXPECT_TRUE(run.only().is_over);
  EXPECT_EQ(run.only().key, key);
  EXPECT_EQ(run.only().services.front().kinds, notice_kinds{notice_kind::success});
  std::vector<std::string> replies;
  for (const notice_reply& each : run.only().replies) replies.push_back(each.text);
  EXPECT_THAT(replies, ElementsAre("deploying v2, after v1", "2 of 3 pods", "v2 is deployed"));
  const notice_board::memory memory = run.memories().front();
  EXPECT_EQ(memory.now.version, "v2");
  EXPECT_EQ(memory.now.is, "deployed");
  EXPECT_EQ(memory.now.before, "v1");
}

TEST(a_notice, is_shared_by_services_of_one_version_in_one_environment) {
  noticed run;
  run.starts("v2").starts("v2", {}, {"billing", "stage", {}}).starts("v2", {}, {"billing", "prod", {}});
  EXPECT_THAT(run.board.notices(), SizeIs(2));
  run.fails("billing/deploy-stage", "no rights");
  const notice both = run.board.notices().front();
  EXPECT_THAT(text_of_message(both), HasSubstr("v2 of 2 services in stage: 1 deploying, 1 failed"));
  EXPECT_THAT(text_of_message(both), HasSubstr("billing: no rights"));
}

TEST(a_failure, names_the_step_before_the_deploy_that_failed) {
  noticed run;
  run.fails("orders/test", "3 tests failed");
  step_ended not_run = of_step<step_ended>("orders/deploy-stage");
  not_run.outcome = step_outcome::not_run;
  run.hear(not_run);
  EXPECT_THAT(run.board.notices(), IsEmpty()) << "what was told before is not known yet";
  run.board.remember(run.board.without_memory().front(), {});
  EXPECT_EQ(run.headline(), "orders orders- failed in stage");
  EXPECT_THAT(text_of_message(run.only()), HasSubstr("orders/test failed: 3 tests failed"));
  EXPECT_TRUE(run.memories().front().now.failing);
  EXPECT_EQ(run.board.builds().at("orders").says, "orders/test failed");
}

TEST(a_failure, before_anything_was_decided_is_of_the_commit_of_its_own_pipeline) {
  noticed run;
  for (const std::string pipeline : {"orders", "billing"}) {
    step_ended not_run = of_step<step_ended>(pipeline + "/deploy-stage");
    not_run.outcome = step_outcome::not_run;
    run.fails(pipeline + "/test", "no").hear(not_run);
    run.board.remember({pipeline, "stage", {}}, {});
  }
  std::vector<std::string> commits;
  for (const notice& each : run.board.notices()) commits.push_back(each.services.front().commit);
  EXPECT_THAT(commits, ElementsAre("orders-commit", "billing-commit"));
}

TEST(a_failure, mentions_who_is_known_and_names_who_is_not) {
  noticed run;
  run.starts("v2").fails("orders/deploy-stage", "no rights");
  notice of = run.only();
  of.services.front().context.commits = {{"1a", "fix", "Ada", "ada@example.com"},
                                         {"2b", "x", "Bob", "bob@example.com"}};
  EXPECT_THAT(mails_in(of), ElementsAre("ada@example.com", "bob@example.com"));
  EXPECT_THAT(text_of_message(of, {{"ada@example.com", "U1"}}), HasSubstr("commits by <@U1>, Bob"));
}

TEST(a_recovery, is_told_once) {
  announcement failing = told("v2", "failed");
  failing.failing = true;
  noticed run;
  run.starts("v3", failing).hear(deployed{stage, release("v3"), {}});
  EXPECT_TRUE(run.only().services.front().kinds.contains(notice_kind::recovery));
  EXPECT_EQ(run.headline(), "orders v3 is deployed to stage, which had failed before");
  const announcement now = run.memories().front().now;
  EXPECT_FALSE(now.failing);
  noticed next;
  next.starts("v4", now).hear(deployed{stage, release("v4"), {}});
  EXPECT_FALSE(next.only().services.front().kinds.contains(notice_kind::recovery));
}

TEST(a_message_of_an_earlier_run, is_gone_on_with_by_the_same_release_alone) {
  announcement before = told("v2", "waiting");
  before.messages = {message};
  noticed same;
  same.starts("v2", before);
  EXPECT_EQ(same.only().messages, before.messages);
  noticed other;
  other.starts("v3", before);
  EXPECT_THAT(other.only().messages, IsEmpty());
  EXPECT_THAT(other.memories().front().now.messages, IsEmpty());
}

deploy_refused refusal(announcement before = {}) {
  error why{exit_class::policy, "orders/deploy-prod", "this deploy is not approved", {}, {}};
  why = std::move(why).with(
      "try", "cicd approve orders prod --reason '…', by a user who has read cicd notes orders prod");
  return {{"orders", "prod", {}}, release("v2"), release("v1"), "approval", true, {}, why, std::move(before)};
}

TEST(a_deploy_that_waits, has_the_command_that_approves_it_and_is_told_once) {
  noticed run;
  run.hear(refusal());
  EXPECT_EQ(run.headline(), "orders v2 waits to be deployed to prod");
  EXPECT_THAT(text_of_message(run.only()), HasSubstr("approve: `cicd approve orders prod --reason '…'`"));
  noticed again;
  again.hear(refusal(run.memories().front().now));
  EXPECT_THAT(again.board.notices(), IsEmpty());
  EXPECT_THAT(again.memories(), IsEmpty());
}

TEST(a_deploy_that_waits, is_told_again_where_no_one_was_told) {
  noticed run;
  run.hear(refusal());
  const std::string name = run.only().services.front().name();
  const auto after = [&](const told_services& to) {
    noticed again;
    again.hear(refusal(run.board.memories(to).front().now));
    return again.board.notices().size();
  };
  EXPECT_EQ(after({}), 1U);
  EXPECT_EQ(after({.wanted = {name}}), 1U);
  EXPECT_EQ(after({.wanted = {name}, .told = {name}}), 0U);
}

TEST(a_deploy_that_waits, for_an_approval_is_told_after_it_waited_for_something_else) {
  deploy_refused soaks = refusal();
  soaks.rule = "SOAK";
  noticed run, same, other;
  run.hear(soaks);
  soaks.announced = run.memories().front().now;
  EXPECT_THAT(same.hear(soaks).board.notices(), IsEmpty());
  EXPECT_THAT(other.hear(refusal(soaks.announced)).board.notices(), SizeIs(1));
}

TEST(a_failure, that_was_told_to_no_one_who_should_be_has_no_recovery) {
  noticed run;
  run.starts("v2").fails("orders/deploy-stage", "no rights");
  const std::string name = run.only().services.front().name();
  EXPECT_FALSE(run.board.memories({.wanted = {name}}).front().now.failing);
  EXPECT_TRUE(run.board.memories({}).front().now.failing) << "someone may be told of recoveries alone";
}

TEST(a_rollback_and_its_hold, are_one_notice_of_the_release_that_was_there) {
  noticed act;
  act.hear(deployed{stage, release("v1"), "errors", deployed_by::rollback});
  act.hear(held{stage, "Ada", "errors", "", {}});
  announcement before = told("v2", "deployed");
  before.messages = {message};
  act.board.remember(stage, before);
  EXPECT_EQ(act.headline(), "orders v2 was rolled back in stage, to v1");
  EXPECT_EQ(act.only().services.front().kinds, (notice_kinds{notice_kind::rollback, notice_kind::hold}));
  EXPECT_THAT(act.only().messages, SizeIs(1));
  EXPECT_THAT(text_of_message(act.only()), HasSubstr("on hold, by Ada: errors"));
}

TEST(a_rollback, that_failed_is_told_as_a_failure_of_the_release_that_is_there) {
  noticed act;
  act.hear(rollback_failed{stage, release("v1"), error{exit_class::remote, {}, "no rights", {}, {}}});
  announcement before = told("v2", "deployed");
  before.messages = {message};
  act.board.remember(stage, before);
  EXPECT_EQ(act.headline(), "orders v2 failed in stage");
  EXPECT_EQ(act.only().services.front().kinds, (notice_kinds{notice_kind::failure, notice_kind::rollback}));
  EXPECT_THAT(text_of_message(act.only()), HasSubstr("the rollback to v1 failed: no rights"));
  EXPECT_TRUE(act.memories().front().now.failing);
}

TEST(a_failure, that_left_no_record_is_told_once_for_a_commit) {
  announcement before = told("orders-", "failed");
  before.failing = true;
  before.unrecorded = {"orders-commit", "no such parameter", {}, 2, {}};
  const auto notices_of = [&](const std::string& why) {
    noticed run;
    run.fails("orders/deploy-stage", why);
    run.board.remember(stage, before);
    return run.board.notices().size();
  };
  EXPECT_EQ(notices_of("no such parameter"), 0U);
  EXPECT_EQ(notices_of("another"), 1U);
}

TEST(a_hold, says_what_runs_besides) {
  noticed act;
  act.hear(held{stage, "Ada", "a freeze", "", {}});
  act.board.remember(stage, told("v2", "deployed"));
  EXPECT_THAT(text_of_message(act.only()), HasSubstr("deploys to stage are on hold"));
  EXPECT_THAT(text_of_message(act.only()), HasSubstr("orders v2 is deployed to stage"));
  EXPECT_EQ(act.memories().front().now.is, "deployed");
}

TEST(a_hold, of_many_services_at_once_is_one_notice) {
  noticed act;
  for (const char* pipeline : {"orders", "billing", "stock"})
    act.hear(held{{pipeline, "prod", {}}, "Ada", "a freeze", "", {}});
  for (const changed_place& each : act.board.without_memory()) act.board.remember(each, {});
  EXPECT_THAT(text_of_message(act.only()), HasSubstr("deploys of 3 services to prod are on hold"));
  EXPECT_THAT(text_of_message(act.only()), HasSubstr("on hold, by Ada: a freeze"));
}

TEST(a_cron_job, is_told_when_it_fails_and_when_it_runs_again) {
  const auto heard = [](event_body body, announcement before) {
    noticed act;
    act.hear(std::move(body)).board.remember(stage, before);
    return act;
  };
  const cron_failed failed{stage, "clean", "team-orders", "exit status 3"};
  const noticed first = heard(failed, {});
  EXPECT_EQ(first.headline(), "cron job clean of orders fails in stage");
  EXPECT_THAT(text_of_message(first.only()), HasSubstr("owner: team-orders"));
  const announcement after = first.memories().front().now;
  EXPECT_THAT(after.failing_cron, ElementsAre("clean"));
  EXPECT_THAT(heard(failed, after).board.notices(), IsEmpty());
  EXPECT_THAT(heard(cron_succeeded{stage, "clean", ""}, {}).board.notices(), IsEmpty());
  const noticed good = heard(cron_succeeded{stage, "clean", ""}, after);
  EXPECT_EQ(good.headline(), "cron job clean of orders runs again in stage");
  EXPECT_THAT(good.memories().front().now.failing_cron, IsEmpty());
}

TEST(slack_escaped, makes_text_of_mentions_and_cuts_whole_characters) {
  EXPECT_EQ(slack_escaped("<!channel> & <@U1>"), "&lt;!channel&gt; &amp; &lt;@U1&gt;");
  EXPECT_EQ(slack_escaped("ab&cd", 6), "ab…");
  EXPECT_EQ(slack_escaped("äöü", 5), "ä…");
  EXPECT_EQ(slack_escaped("a\x1b[31m"), "a\\x1b[31m");
}

TEST(a_message, stays_within_the_limits_of_slack) {
  noticed run;
  for (int service = 0; service < 400; ++service) {
    const changed_place at{"service-" + std::to_string(service), "stage", {}};
    run.starts("v2", {}, at).fails(at.pipeline + "/deploy-stage", std::string(5'000, '<'));
  }
  const json message = slack_message(run.only(), {});
  EXPECT_LE(message["blocks"].elements().size(), most_blocks);
  std::size_t all = 0;
  for (const std::string& each : texts_of(message)) {
    EXPECT_LE(each.size(), most_characters);
    all += each.size();
  }
  EXPECT_LE(all, 13'000U);
  EXPECT_THAT(texts_of(message).back(), HasSubstr("and more"));
  EXPECT_LE(slack_reply(run.only(), 0).size(), most_characters);
}

TEST(a_link, is_one_that_a_browser_opens_and_cannot_be_left) {
  noticed run;
  run.starts("v2");
  notice of = run.only();
  of.services.front().context.run_link = "https://ci.example.com/?a=1&b=2";
  of.services.front().context.commit_link = "https://x|<!channel>";
  const std::string text = text_of_message(of);
  EXPECT_THAT(text, HasSubstr("<https://ci.example.com/?a=1&amp;b=2|run>"));
  EXPECT_THAT(text, Not(HasSubstr("<!channel>")));
}

TEST(the_status_of_a_commit, is_that_of_each_deploy_and_of_the_steps_before) {
  noticed run;
  run.starts("v2");
  const auto of = [&] { return statuses_of(run.board.notices()).front(); };
  EXPECT_EQ(of().context, "cicd/orders/stage");
  EXPECT_EQ(of().commit, "v2-commit");
  EXPECT_EQ(of().is, commit_status::state::pending);
  run.hear(deployed{stage, release("v2"), {}});
  EXPECT_EQ(of().is, commit_status::state::success);
  run.hear(of_step<step_started>("orders/test"));
  const auto of_build = [&] { return status_of_build("orders", run.board.builds().at("orders"), "8f3c"); };
  EXPECT_EQ(of_build().context, "cicd/orders");
  run.fails("orders/test", "no");
  EXPECT_EQ(of_build().is, commit_status::state::failure);
}

TEST(a_commit_status, names_the_author_whole_and_cuts_the_rest) {
  commit_status of{.description = "orders/test failed"};
  EXPECT_EQ(with_author(of, "Ada Lovelace").description, "orders/test failed; the commit is by Ada Lovelace");
  EXPECT_EQ(with_author(of, "").description, of.description);
  of.description = std::string(200, 'x');
  const std::string said = with_author(of, "Ada Lovelace").description;
  EXPECT_TRUE(said.ends_with("…; the commit is by Ada Lovelace"));
  EXPECT_EQ(columns(said), 140U);
  EXPECT_LE(columns(with_author(of, std::string(500, 'y')).description), 140U);
}

TEST(a_yank, says_where_it_runs_and_where_only_an_unended_deploy_of_it_is_known) {
  noticed of;
  of.hear(yanked{"orders", "v2", "8f3c", "Ada", "slow", false, {"prod"}, {"stage"}});
  EXPECT_THAT(
      of.only().services.at(0).notes,
      ElementsAre("it still runs in prod", "its deploy came to no good end, so that it may run in stage"));
}

}  // namespace
