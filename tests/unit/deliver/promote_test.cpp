// What a promotion by hand is made of: the declaration in a bundle, waiting for an artifact, the link of
// notes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cicd/base/text.hpp>
#include <cicd/declare/typed_calls.hpp>
#include <cicd/deliver/awaited_artifact.hpp>
#include <cicd/deliver/policy/gate.hpp>
#include <cicd/deliver/release/bundle.hpp>
#include <cicd/deliver/release/bundle_model.hpp>
#include <cicd/deliver/release_notes.hpp>

namespace cicd {
namespace {

using testing::HasSubstr;

declared_pipeline declared(const std::string& replicas,
                           const std::string& in,
                           const std::string& environment) {
  recorded_calls calls;
  calls.tree.source_root = "/orders";
  const auto add = [&](const char* function, std::vector<std::string> words) {
    call made;
    made.where = {.list_file = "/orders/CMakeLists.txt", .function = function, .which = 1};
    made.directory = "/orders";
    made.arguments = std::move(words);
    calls.calls.push_back(std::move(made));
  };
  add("add_pipeline", {"orders", "LABELS", "team=" + replicas});
  add("pipeline_step", {"orders", "build", "COMMAND", "make", "OUTPUTS", "out"});
  add("pipeline_image",
      {"orders", "image", "BASE", "scratch", "FILES", "out=/out", "ENTRYPOINT", "/out", "AFTER", "build"});
  add("pipeline_service", {"orders", "api", "PORT", "8080", "REPLICAS", replicas});
  add("pipeline_service", {"orders", "api", "IN", in, "REPLICAS", "9"});
  add("pipeline_environment", {"orders", "stage", "VIA", "render"});
  add("pipeline_environment", {"orders", environment, "VIA", "render"});
  model_or_errors read = model_of(calls, template_source{});
  EXPECT_TRUE(read.errors.empty()) << (read.errors.empty() ? "" : text_of(read.errors.front()));
  return std::move(read.model.pipelines.front());
}

std::string bundle_of_this(const declared_pipeline& pipeline) {
  return bundle_of(pipeline, {{"app.yml", "level: one"}, {"key", std::string("\xff\x00\x01", 3)}}, {});
}

TEST(bundle_model, has_what_runs_from_the_bundle_and_the_environments_from_the_asking_tree) {
  const declared_pipeline then = declared("2", "stage", "demo"), now = declared("3", "stage", "prod");
  const auto made = model_of(bundle_of_this(then), now, {}, "registry:tag");
  ASSERT_TRUE(made) << text_of(made.error());
  const pipeline& read = (*made)->declared;
  EXPECT_EQ(service_in(read, "api", "prod").replicas.least(), 2);
  EXPECT_EQ(service_in(read, "api", "stage").replicas.least(), 9);
  ASSERT_EQ(read.environments.size(), 2U);
  EXPECT_EQ(read.environments[1].name.view(), "prod");
  EXPECT_EQ(read.labels.front().value, "2");
}

/// A service that a job builds, declared beside where it goes.
declared_pipeline built_by(const std::string& job, const std::string& artifacts = {}) {
  recorded_calls calls;
  calls.tree.source_root = "/fleet";
  const auto add = [&](const char* function, std::vector<std::string> words) {
    call made;
    made.where.function = function;
    made.where.list_file = "/fleet/CMakeLists.txt";
    made.directory = "/fleet";
    made.arguments = std::move(words);
    calls.calls.push_back(std::move(made));
  };
  const std::string code = "https://git.example.com/legacy.git";
  if (!artifacts.empty()) {
    add("add_pipeline", {"legacy", "ARTIFACTS", artifacts, "CODE", code});
  } else {
    add("add_pipeline", {"legacy", "CODE", code});
    add("pipeline_secret", {"legacy", "jenkins", "PASS_ENV", "JENKINS_LOGIN"});
    add("pipeline_image", {"legacy", "BUILT_BY", "jenkins", job, "BUILT_BY_TOKEN", "secret:jenkins",
                           "REPOSITORY", "r.example.com/legacy", "TAG", "b-{number}"});
    add("pipeline_service", {"legacy", "api", "PORT", "8080"});
  }
  add("pipeline_environment", {"legacy", "stage", "ON", "branch", "main", "VIA", "render"});
  model_or_errors read = model_of(calls, template_source{});
  EXPECT_TRUE(read.errors.empty()) << (read.errors.empty() ? "" : text_of(read.errors.front()));
  return std::move(read.model.pipelines.front());
}

TEST(bundle_model, knows_nothing_of_the_job_that_built_it) {
  const declared_pipeline then = built_by("https://ci.example.com/job/a");
  const std::string bundle = bundle_of(then, {}, {});
  EXPECT_EQ(bundle, bundle_of(built_by("https://ci.example.com/job/b"), {}, {}));
  for (const char* word : {"BUILT_BY", "TAG", "jenkins"}) EXPECT_EQ(bundle.find(word), bundle.npos) << word;
  // As it was written before.
  const std::string old = replaced_all(
      bundle, R"("BASE","scratch")",
      R"("BUILT_BY","jenkins","https://ci.example.com/job/a","BUILT_BY_TOKEN","secret:jenkins","TAG","b-{number}")");
  ASSERT_NE(old, bundle);
  const declared_pipeline now = built_by("https://ci.example.com/job/a"),
                          moved = built_by({}, "r.example.com/services/legacy");
  for (const std::string* text : {&bundle, &old})
    for (const declared_pipeline* asking : {&now, &moved}) {
      const auto made = model_of(*text, *asking, {}, "registry:tag");
      ASSERT_TRUE(made) << text_of(made.error()) << *text;
      EXPECT_EQ((*made)->declared.images.front().repository.view(), "r.example.com/legacy");
      EXPECT_EQ((*made)->declared.services.size(), 1U);
      EXPECT_EQ((*made)->declared.code, asking->declared.code);
    }
}

TEST(bundle_model, names_no_key_that_signs_and_passes_over_one_of_before) {
  declared_pipeline then = declared("2", "stage", "prod");
  const declared_pipeline now = declared("2", "stage", "prod");
  const std::string without = bundle_of_this(then);
  then.declared.sign_images = then.declared.sign_password = named_secret("secret:key");
  EXPECT_EQ(bundle_of_this(then), without);
  then.declared.sign_images = then.declared.sign_password = {};
  then.declared.sign_keyless = true;
  EXPECT_EQ(bundle_of_this(then), without);
  const std::string head = R"({"function":"add_pipeline","arguments":[")" + then.declared.name.str() + "\"";
  for (const char* words :
       {R"(,"SIGN_IMAGES","secret:key","SIGN_PASSWORD","secret:key")", R"(,"SIGN_KEYLESS")"}) {
    const std::string old = replaced_all(without, head, head + words);
    ASSERT_NE(old, without);
    const auto made = model_of(old, now, {}, "registry:tag");
    ASSERT_TRUE(made) << text_of(made.error());
    EXPECT_FALSE((*made)->declared.sign_images || (*made)->declared.sign_keyless);
  }
}

TEST(bundle_model, leaves_out_values_in_environments_that_are_gone) {
  const declared_pipeline then = declared("2", "demo", "demo"), now = declared("3", "stage", "prod");
  const auto made = model_of(bundle_of_this(then), now, {}, "registry:tag");
  ASSERT_TRUE(made) << text_of(made.error());
  EXPECT_EQ((*made)->declared.services.size(), 1U);
}

TEST(bundle_model, gives_files_of_any_bytes_back) {
  const auto files = files_in_bundle(bundle_of_this(declared("2", "stage", "prod")), "registry:tag");
  ASSERT_TRUE(files) << text_of(files.error());
  EXPECT_EQ(files->at("app.yml"), "level: one");
  EXPECT_EQ(files->at("key"), std::string("\xff\x00\x01", 3));
}

TEST(bundle_model, is_corrupt_where_it_is_none_or_of_a_newer_cicd) {
  for (const char* text : {"", "{}", R"({"schema":2,"calls":[]})"}) {
    const auto made = model_of(text, declared("2", "stage", "prod"), {}, "registry:tag");
    ASSERT_FALSE(made) << text;
    EXPECT_EQ(made.error().kind, exit_class::corrupt);
    EXPECT_EQ(made.error().value, "registry:tag");
  }
}

TEST(bundle_changes, are_told_option_by_option) {
  const auto changes = changes_between_bundles(bundle_of_this(declared("2", "stage", "prod")),
                                               bundle_of_this(declared("3", "prod", "prod")), "x");
  ASSERT_TRUE(changes);
  std::vector<std::string> lines;
  for (const bundle_change& each : *changes)
    lines.push_back(each.what + "|" + each.option + "|" + each.before + "|" + each.after);
  EXPECT_THAT(lines, testing::UnorderedElementsAre("add_pipeline orders|LABELS|team=2|team=3",
                                                   "pipeline_service orders api|REPLICAS|2|3",
                                                   "pipeline_service orders api IN prod|||declared",
                                                   "pipeline_service orders api IN stage||declared|"));
}

TEST(compare_link, has_the_form_of_the_host) {
  EXPECT_EQ(compare_link("github.com/shop/orders", "a", "b"), "https://github.com/shop/orders/compare/a...b");
  EXPECT_EQ(compare_link("gitlab.example.com/shop/orders", "a", "b"),
            "https://gitlab.example.com/shop/orders/-/compare/a...b");
  EXPECT_EQ(compare_link("git.example.com/shop/orders", "a", "b"),
            "https://git.example.com/shop/orders/compare/a...b");
  EXPECT_EQ(compare_link("/srv/git/orders", "a", "b"), "");
  EXPECT_EQ(compare_link("", "a", "b"), "");
}

/// Time that passes by waiting.
class set_clock : public clock {
 public:
  std::chrono::system_clock::time_point now() const override { return {}; }
  std::chrono::milliseconds elapsed() const override { return passed; }
  bool wait(std::chrono::milliseconds length, const cancellation* cancelled) const override {
    passed += length;
    return !cancelled->cancelled();
  }
  mutable std::chrono::milliseconds passed{};
};

TEST(awaited_artifact, is_asked_for_until_it_is_there_or_the_time_is_over) {
  const set_clock time;
  int asked = 0;
  awaited_artifact what{.subject = "orders/prod",
                        .commit = std::string(40, 'a'),
                        .limit = std::chrono::minutes(15),
                        .is_there = [&]() -> result<bool> { return ++asked == 4; },
                        .under_way = [] { return std::vector<std::string>{"20261121T031800.123Z-4711"}; },
                        .say = [](const std::string&) {}};
  EXPECT_TRUE(wait_for(what, time, {}));
  EXPECT_EQ(asked, 4);
  asked = 10;
  const status late = wait_for(what, time, {});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().kind, exit_class::conflict);
  EXPECT_THAT(late.error().what, HasSubstr("after 15m"));
  EXPECT_EQ(late.error().notes.front().text, "run 20261121T031800.123Z-4711");
  cancellation stop;
  stop.cancel();
  EXPECT_EQ(wait_for(what, time, stop).error().kind, exit_class::interrupted);
}

/// A deploy of tag v1.5.0, which an environment refuses for each of these.
gate_question of_tag() {
  gate_question of;
  of.subject = "orders/deploy-prod";
  of.pipeline = "orders";
  of.environment = "prod";
  of.follows = {ref_kind::tag, ref_pattern("v*")};
  source_facts sources;
  sources.git.repository = true;
  sources.git.commit = std::string(40, 'a');
  sources.git.tags = {"v1.5.0"};
  of.sources.push_back(std::move(sources));
  of.released.tag = "v1.5.0";
  return of;
}

TEST(gate, lets_a_hotfix_skip_from_and_neither_a_hold_nor_a_yank) {
  gate_question of = of_tag();
  gate_state state;
  state.from = {{"stage", false, {}}};
  EXPECT_FALSE(may(of, state));
  of.hotfix = "orders are lost";
  EXPECT_TRUE(may(of, state));
  gate_state is_held = state;
  is_held.hold.emplace();
  EXPECT_FALSE(may(of, is_held));
  state.mark.emplace();
  EXPECT_FALSE(may(of, state));
}

TEST(gate, does_not_ask_what_is_checked_out_of_a_promotion_by_hand) {
  gate_question of = of_tag();
  of.sources.front().git.tags.clear();
  EXPECT_FALSE(may(of, {}));
  of.is_by_hand = true;
  EXPECT_TRUE(may(of, {}));
  of.is_protected = true;
  of.event.system = "GitHub Actions";
  of.event.known_by = "GITHUB_EVENT_NAME";
  of.event.kind = event_kind::by_hand;
  EXPECT_TRUE(may(of, {}));
  of.is_by_hand = false;
  EXPECT_FALSE(may(of, {}));
}

TEST(gate, knows_a_moved_tag_by_the_past_of_the_environment) {
  gate_state state;
  EXPECT_TRUE(may(of_tag(), state));
  state.tagged.emplace();
  state.tagged->tag = "v1.5.0";
  state.tagged->commit = std::string(40, 'b');
  const auto refused = may(of_tag(), state);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().what, "tag v1.5.0 was moved: bbbbbbb → aaaaaaa");
}

TEST(gate, says_of_what_may_still_come_that_it_waits) {
  gate_question of = of_tag();
  of.approval = approval_rule::required;
  const auto approval = refusal_of(of, {});
  ASSERT_TRUE(approval);
  EXPECT_TRUE(approval->waits);
  gate_state is_yanked;
  is_yanked.mark.emplace();
  is_yanked.mark->commit = std::string(40, 'a');
  const auto yanked = refusal_of(of, is_yanked);
  ASSERT_TRUE(yanked);
  EXPECT_FALSE(yanked->waits);
}

}  // namespace
}  // namespace cicd
