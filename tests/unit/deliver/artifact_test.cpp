// Artifact records, their marks, and the store that keeps them beside the images.
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cicd/base/utc.hpp>
#include <cicd/deliver/fleet_records.hpp>
#include <cicd/deliver/promotion.hpp>
#include <cicd/deliver/release/artifact_store.hpp>
#include <cicd/deliver/release/bundle.hpp>
#include <cicd/image/embedded_registry.hpp>
#include <cicd/system/files.hpp>

#include "temporary_folder.hpp"

namespace {

using namespace cicd;
using testing::HasSubstr;
using testing::Not;

const std::string commit(40, 'a'), other_commit(40, 'b');

std::string note_of(const error& failure, std::string_view label) {
  for (const note& each : failure.notes)
    if (each.label == label) return each.text;
  return {};
}

stored_artifact an_artifact(const std::string& content = "one") {
  stored_artifact made;
  made.bundle = R"({"schema":1,"pipeline":"orders","calls":[],"files":{}})";
  made.record = {.pipeline = "orders",
                 .source = "git.example.com/orders",
                 .commit = commit,
                 .branch = "main",
                 .committed = utc_from("2026-11-21T03:10:00Z"),
                 .built = *utc_from("2026-11-21T03:18:00.123Z"),
                 .run = "20261121T031800.123Z-4711",
                 .who = "Jane Doe <jane@example.com>",
                 .inputs = sha256("inputs"),
                 .bundle = sha256(made.bundle),
                 .images = {{"image", {"services/orders", sha256(content)}}},
                 .checks = {{"spotbugs", "passed"}}};
  return made;
}

artifact_mark a_mark(artifact_mark::kind is) {
  return {.is = is,
          .pipeline = "orders",
          .commit = commit,
          .who = "Jane Doe <jane@example.com>",
          .reason = "loses orders of 2 items",
          .when = *utc_from("2026-11-22T09:00:00.000Z")};
}

TEST(artifact_record, has_a_golden_form_and_is_read_back_as_it_was_written) {
  const std::string text = compact(json_of(an_artifact().record));
  EXPECT_EQ(
      text,
      R"({"schema":1,"pipeline":"orders","source":"git.example.com/orders","commit":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",)"
      R"("branch":"main","committed":"2026-11-21T03:10:00Z","built":"2026-11-21T03:18:00.123Z","run":"20261121T031800.123Z-4711",)"
      R"("who":"Jane Doe <jane@example.com>",)"
      R"("inputs":"sha256:)"
          + hex(sha256("inputs")) + R"(","bundle":"sha256:)" + hex(sha256(an_artifact().bundle))
          + R"(","images":{"image":{"repository":"services/orders","manifest":"sha256:)" + hex(sha256("one"))
          + R"("}},"checks":{"spotbugs":"passed"},"digest":"sha256:4975d8ad8663784d1fc68b9b9a08ec7a411c00524886dc28bfd89adc2ee01f0d"})");
  const auto read = artifact_from(text, "x");
  ASSERT_TRUE(read) << text_of(read.error());
  EXPECT_EQ(compact(json_of(*read)), text);
}

TEST(artifact_record, is_taken_for_one_only_where_it_is_whole_and_of_a_schema_that_is_known) {
  const std::string text = compact(json_of(an_artifact().record));
  const auto why = [](const std::string& changed) {
    const auto read = artifact_from(changed, "registry:tag");
    if (read) return std::string("it was read");
    EXPECT_EQ(read.error().kind, exit_class::corrupt);
    EXPECT_EQ(read.error().value, "registry:tag");
    return note_of(read.error(), "caused by");
  };
  EXPECT_EQ(why(""), "it has zero bytes");
  EXPECT_NE(why(text.substr(0, text.size() / 2)), "it was read");
  std::string other = text;
  other.replace(other.find("\"main\""), 6, "\"mine\"");
  EXPECT_EQ(why(other), "its digest does not fit its content");
  std::string newer = text;
  newer.replace(newer.find("\"schema\":1"), 10, "\"schema\":2");
  EXPECT_THAT(why(newer), HasSubstr("written by a newer cicd"));
  artifact_record short_one = an_artifact().record;
  short_one.commit = "aaaaaaa";
  EXPECT_THAT(why(compact(json_of(short_one))), HasSubstr("'commit'"));
  artifact_record empty = an_artifact().record;
  empty.images.clear();
  EXPECT_THAT(why(compact(json_of(empty))), HasSubstr("an image is missing"));
}

TEST(artifact_mark, is_read_back_as_it_was_written_and_nothing_else_is_taken_for_one) {
  artifact_mark mark = a_mark(artifact_mark::kind::yanked);
  mark.deleted = {"services/orders@sha256:1"};
  const std::string text = compact(json_of(mark));
  const auto read = artifact_mark_from(text, "x");
  ASSERT_TRUE(read) << text_of(read.error());
  EXPECT_EQ(compact(json_of(*read)), text);
  EXPECT_EQ(artifact_mark_from(text.substr(1), "x").error().kind, exit_class::corrupt);
  mark.commit = "a";
  EXPECT_EQ(artifact_mark_from(compact(json_of(mark)), "x").error().kind, exit_class::corrupt);
}

class artifact_stores : public testing::Test {
 protected:
  std::unique_ptr<registry> images() const {
    registry_options options;
    options.embedded = folder / "registry";
    return embedded_registry("services/orders", options);
  }
  artifact_store store(const std::string& pipeline = "orders", const std::string& domain = {}) const {
    return {images(), pipeline, folder / "scratch", domain};
  }
  temporary_folder folder;
};

TEST_F(artifact_stores, have_nothing_for_a_commit_that_was_not_published) {
  const auto read = store().read(commit);
  ASSERT_TRUE(read) << text_of(read.error());
  EXPECT_FALSE(*read);
  EXPECT_FALSE(*store().mark_of(commit));
}

TEST_F(artifact_stores, keep_what_was_written_and_leave_nothing_in_their_scratch_folder) {
  const auto written = store().write(an_artifact());
  ASSERT_TRUE(written) << text_of(written.error());
  EXPECT_TRUE(*written);
  const auto read = store().read(commit);
  ASSERT_TRUE(read && *read);
  EXPECT_EQ(compact(json_of((*read)->record)), compact(json_of(an_artifact().record)));
  EXPECT_EQ((*read)->bundle, an_artifact().bundle);
  EXPECT_FALSE(*store().read(other_commit));
  EXPECT_TRUE(list_tree(folder / "scratch")->empty());
}

TEST_F(artifact_stores, give_what_a_change_published_to_that_change_alone_and_to_who_asks_for_it) {
  const std::string change = "change-0123456789abcdef", another = "change-fedcba9876543210";
  ASSERT_TRUE(store("orders", change).write(an_artifact("evil")).value_or(false));
  ASSERT_TRUE(store("orders", change).write_history(commit, "{}"));
  EXPECT_FALSE(*store().read(commit));
  EXPECT_FALSE(*store("orders", another).read(commit));
  EXPECT_FALSE(*store().read_history(commit));
  EXPECT_TRUE(*store("orders", change).read_history(commit));
  const auto own = store("orders", change).read(commit);
  ASSERT_TRUE(own && *own);
  EXPECT_EQ((*own)->domain, change);
  artifact_store asks = store();
  asks.take_changes();
  ASSERT_TRUE(*asks.read(commit));
  EXPECT_EQ((*asks.read(commit))->domain, change);
  // It stands in nobody's way, and what is trusted comes first.
  ASSERT_TRUE(store().write(an_artifact("good")).value_or(false));
  for (const std::string& domain : {std::string(), change, another})
    EXPECT_EQ((*store("orders", domain).read(commit))->record.images, an_artifact("good").record.images);
  EXPECT_EQ((*asks.read(commit))->domain, "");
}

TEST_F(artifact_stores, write_once_and_take_an_equal_one_of_another_run_for_done) {
  ASSERT_TRUE(store().write(an_artifact()));
  stored_artifact again = an_artifact();
  again.record.run = "another";
  again.record.who = "another";
  const auto second = store().write(again);
  ASSERT_TRUE(second) << text_of(second.error());
  EXPECT_FALSE(*second);
  EXPECT_EQ((*store().read(commit))->record.who, "Jane Doe <jane@example.com>");
}

TEST_F(artifact_stores, refuse_another_artifact_of_the_same_commit_and_say_what_differs) {
  ASSERT_TRUE(store().write(an_artifact()));
  const auto images = store().write(an_artifact("other"));
  ASSERT_FALSE(images);
  EXPECT_EQ(images.error().kind, exit_class::conflict);
  EXPECT_THAT(note_of(images.error(), "differs"), HasSubstr(oci_text(sha256("other"))));
  EXPECT_THAT(note_of(images.error(), "differs"), HasSubstr(oci_text(sha256("one"))));
  stored_artifact declared = an_artifact();
  declared.bundle = "{}";
  declared.record.bundle = sha256("{}");
  const auto bundle = store().write(declared);
  ASSERT_FALSE(bundle);
  EXPECT_THAT(note_of(bundle.error(), "differs"), HasSubstr("bundle"));
  EXPECT_EQ((*store().read(commit))->record.images, an_artifact().record.images);
}

/// A registry that lets a second writer overwrite, between the look and the write of the first.
class overtaken final : public registry {
 public:
  overtaken(std::unique_ptr<registry> in, std::function<void()> meanwhile)
      : in_(std::move(in)), meanwhile_(std::move(meanwhile)) {}
  std::string name() const override { return in_->name(); }
  std::string reference(const std::string& tag, const digest& image) const override {
    return in_->reference(tag, image);
  }
  std::string inspect_command(const std::string& tag) const override { return in_->inspect_command(tag); }
  result<std::optional<digest>> resolve(const std::string& tag) override { return in_->resolve(tag); }
  result<published> publish(const std::string& layout,
                            const digest& image,
                            const std::string& tag,
                            bool) override {
    auto done = in_->publish(layout, image, tag, false);
    meanwhile_();
    return done;
  }
  result<published> tag(const digest& image, const std::string& tag) override { return in_->tag(image, tag); }
  status fetch(const digest& content, const std::string& layout) override {
    return in_->fetch(content, layout);
  }
  result<bool> has(const digest& image) override { return in_->has(image); }
  result<std::optional<oci_documents>> documents(const std::string& tag) override {
    return in_->documents(tag);
  }
  status remove(const digest& image) override { return in_->remove(image); }

 private:
  std::unique_ptr<registry> in_;
  std::function<void()> meanwhile_;
};

TEST_F(artifact_stores, see_that_another_run_overwrote_theirs_with_another_artifact) {
  const auto written_by_another = [this](const stored_artifact& what) {
    return [this, what] {
      ASSERT_TRUE(images()->remove(*images()->resolve(commit + ".artifact").value_or({})));
      ASSERT_TRUE(store().write(what));
    };
  };
  const artifact_store first(std::make_unique<overtaken>(images(), written_by_another(an_artifact("other"))),
                             "orders", folder / "scratch");
  const auto lost = first.write(an_artifact());
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().kind, exit_class::conflict);
}

TEST_F(artifact_stores, trust_no_artifact_under_the_tag_of_another_commit_or_pipeline) {
  ASSERT_TRUE(store().write(an_artifact()));
  const auto there = images()->resolve(commit + ".artifact");
  ASSERT_TRUE(images()->tag(**there, other_commit + ".artifact"));
  EXPECT_EQ(store().read(other_commit).error().kind, exit_class::corrupt);
  const auto another = store("billing").read(commit);
  ASSERT_FALSE(another);
  EXPECT_EQ(another.error().kind, exit_class::conflict);
  EXPECT_THAT(note_of(another.error(), "try"), HasSubstr("IMAGE"));
}

TEST_F(artifact_stores, keep_the_marks_of_a_commit_and_the_last_one_counts) {
  using kind = artifact_mark::kind;
  ASSERT_TRUE(store().set_mark(a_mark(kind::yanked), an_artifact().record));
  EXPECT_EQ((*store().mark_of(commit))->is, kind::yanked);
  EXPECT_EQ((*store().mark_of(commit))->reason, "loses orders of 2 items");
  ASSERT_TRUE(store().set_mark(a_mark(kind::lifted), an_artifact().record));
  EXPECT_EQ((*store().mark_of(commit))->is, kind::lifted);
  ASSERT_TRUE(store().set_mark(a_mark(kind::yanked), an_artifact().record));
  EXPECT_EQ((*store().mark_of(commit))->is, kind::yanked);
  EXPECT_FALSE(*store().mark_of(other_commit));
}

TEST_F(artifact_stores, know_the_mark_of_images_whatever_commit_and_name_they_are_of) {
  using kind = artifact_mark::kind;
  artifact_record same = an_artifact().record, other = an_artifact("other").record;
  same.commit = other_commit;
  same.images = {{"renamed", same.images.begin()->second}};
  EXPECT_FALSE(*store().mark_of_images(same));
  ASSERT_TRUE(store().set_mark(a_mark(kind::yanked), an_artifact().record));
  EXPECT_EQ((*store().mark_of_images(same))->commit, commit);
  other.images["second"] = an_artifact().record.images.begin()->second;
  EXPECT_FALSE(*store().mark_of_images(other)) << "one image of several is no artifact";
  ASSERT_TRUE(store().set_mark(a_mark(kind::lifted), an_artifact().record));
  EXPECT_EQ((*store().mark_of_images(same))->is, kind::lifted);
}

TEST_F(artifact_stores, refuse_to_yank_twice_and_to_lift_what_is_not_yanked) {
  using kind = artifact_mark::kind;
  EXPECT_EQ(store().set_mark(a_mark(kind::lifted), an_artifact().record).error().what,
            "this artifact is not yanked");
  ASSERT_TRUE(store().set_mark(a_mark(kind::yanked), an_artifact().record));
  const auto again = store().set_mark(a_mark(kind::yanked), an_artifact().record);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, exit_class::conflict);
  EXPECT_EQ(again.error().what, "this artifact is yanked already");
  EXPECT_EQ(note_of(again.error(), "yanked by"), "Jane Doe <jane@example.com> at 2026-11-22T09:00:00Z");
}

TEST_F(artifact_stores, keep_what_was_said_of_building_a_commit_apart_from_its_marks) {
  using kind = artifact_mark::kind;
  EXPECT_FALSE(*store().build_approval_of(commit));
  EXPECT_EQ(store().set_build_approval(a_mark(kind::withdrawn)).error().kind, exit_class::conflict);
  artifact_mark given = a_mark(kind::approved);
  given.expires = *utc_from("2026-11-23T09:00:00Z");
  ASSERT_TRUE(store().set_build_approval(given));
  ASSERT_TRUE(store().set_build_approval(given));  // a second person, or a later expiry
  EXPECT_EQ(compact(json_of(**store().build_approval_of(commit))), compact(json_of(given)));
  EXPECT_FALSE(*store().mark_of(commit));
  EXPECT_FALSE(*store().build_approval_of(other_commit));
  ASSERT_TRUE(store().set_mark(a_mark(kind::yanked), an_artifact().record));
  ASSERT_TRUE(store().set_build_approval(a_mark(kind::withdrawn)));
  EXPECT_EQ((*store().build_approval_of(commit))->is, kind::withdrawn);
  ASSERT_TRUE(store().set_build_approval(given));
  EXPECT_EQ((*store().build_approval_of(commit))->is, kind::approved);
}

TEST_F(artifact_stores, trust_no_approval_to_build_of_another_pipeline) {
  artifact_mark given = a_mark(artifact_mark::kind::approved);
  given.expires = *utc_from("2026-11-23T09:00:00Z");
  given.pipeline = "billing";
  ASSERT_TRUE(store("billing").set_build_approval(given));
  EXPECT_EQ(store().build_approval_of(commit).error().kind, exit_class::corrupt);
}

declared_pipeline a_pipeline(const std::string& replicas) {
  declared_pipeline made;
  made.source_directory = "/home/ada/orders";
  made.declared.name = dns_label("orders");
  made.declared.base_template = dns_label("java-maven");
  step build{.name = dns_label("build")};
  build.command = {text("/home/ada/orders/build.sh")};
  made.declared.steps.push_back(build);
  service api{.name = dns_label("api")};
  api.replicas = replica_range::from(replicas);
  api.env = {{variable_name("HERE"), "/home/ada/orders/build/x"}};
  made.declared.services.push_back(api);
  environment stage{.name = dns_label("stage")};
  made.declared.environments.push_back(stage);
  return made;
}

std::string bundle_text(const declared_pipeline& of, const std::map<std::string, std::string>& files = {}) {
  return bundle_of(of, files, paths_of(of, "/home/ada/orders/build"));
}

TEST(bundle, holds_what_runs_and_neither_how_it_is_built_nor_where_it_lies) {
  const std::string text = bundle_text(a_pipeline("2"), {{"config/app.yml", "a: 1"}, {"logo", "\xff"}});
  EXPECT_THAT(text, HasSubstr("pipeline_service"));
  EXPECT_THAT(text, HasSubstr("HERE={build}/x"));
  EXPECT_THAT(text, HasSubstr(R"("config/app.yml":{"text":"a: 1"})"));
  EXPECT_THAT(text, HasSubstr(R"("logo":{"base64":"/w=="})"));
  for (const char* other : {"pipeline_step", "pipeline_environment", "java-maven", "/home/ada"})
    EXPECT_THAT(text, Not(HasSubstr(other)));
}

TEST(bundle, has_the_value_of_a_setting_that_it_was_built_with_and_those_of_environments) {
  declared_pipeline made = a_pipeline("2");
  made.declared.services[0].env = {{variable_name("R"), "{setting.region}"}};
  made.declared.settings = {
      {.name = "region", .allowed = {"a", "b", "c"}, .default_value = "a", .value = "b"},
      {.name = "region", .in = {"stage"}, .value = "c"}};
  const std::string text = bundle_text(made);
  EXPECT_THAT(text, HasSubstr(R"(["orders","region","ALLOWED","a","b","c","DEFAULT","b"])"));
  EXPECT_THAT(text, HasSubstr(R"(["orders","region","IN","stage","VALUE","c"])"));
  EXPECT_THAT(text, HasSubstr("R={setting.region}"));
  made.declared.settings[0].value = "c";
  EXPECT_EQ(bundle_difference(text, bundle_text(made)),
            "pipeline_setting orders region: there DEFAULT b; here DEFAULT c");
}

TEST(bundle, says_the_first_thing_in_which_it_differs_from_another) {
  const std::string two = bundle_text(a_pipeline("2"), {{"a.yml", "1"}});
  EXPECT_EQ(bundle_difference(two, two), "");
  EXPECT_EQ(bundle_difference(two, bundle_text(a_pipeline("3"), {{"a.yml", "1"}})),
            "pipeline_service orders api: there REPLICAS 2; here REPLICAS 3");
  EXPECT_EQ(bundle_difference(two, bundle_text(a_pipeline("2"), {{"a.yml", "2"}})), "a.yml");
  EXPECT_EQ(bundle_difference(two, bundle_text(a_pipeline("2"))), "a.yml is there only");
  declared_pipeline more = a_pipeline("2");
  more.declared.services.push_back(service{.name = dns_label("worker")});
  EXPECT_EQ(bundle_difference(two, bundle_text(more, {{"a.yml", "1"}})),
            "pipeline_service orders worker is declared here only");
  EXPECT_EQ(bundle_difference(bundle_text(more, {{"a.yml", "1"}}), two),
            "pipeline_service orders worker was declared there only");
}

TEST(image_tags, are_git_tags_with_what_no_registry_takes_replaced) {
  EXPECT_EQ(image_tag_for("v1.5.0"), "v1.5.0");
  EXPECT_EQ(image_tag_for("release/1.5+2"), "release-1.5_2");
  EXPECT_EQ(image_tag_for(".x"), "_x");
  EXPECT_EQ(image_tag_for(std::string(200, 'a')), std::string(128, 'a'));
  EXPECT_EQ(image_tag_for(""), "");
}

TEST(fleet_records, have_of_an_artifact_what_the_environment_takes) {
  const published_images made{{"image", {"r.example.com/orders", sha256("one")}},
                              {"webhook", {"s3://team/orders/webhook", sha256("two")}}};
  environment objects, functions;
  objects.via = deploy_way::gitops;
  functions.via = deploy_way::serverless;
  deployment_record pods, webhook;
  pods.images["image"].manifest = sha256("one");
  webhook.images["webhook"].manifest = sha256("two");
  EXPECT_TRUE(has_images_of(pods, images_taken(made, objects)));
  EXPECT_TRUE(has_images_of(webhook, images_taken(made, functions)));
  EXPECT_FALSE(has_images_of(webhook, images_taken(made, objects)));
  EXPECT_FALSE(has_images_of(pods, images_taken(made, functions)));
  const std::string files = "files:r.example.com/orders-packages",
                    in_bucket = "files:s3://team/orders/packages";
  environment programs;
  programs.via = deploy_way::command;
  for (const std::string& each : {files, in_bucket}) {
    EXPECT_FALSE(takes_from(objects, each)) << each;
    EXPECT_FALSE(takes_from(functions, each)) << each;
    EXPECT_TRUE(takes_from(programs, each)) << each;
  }
  pods.images["image"].manifest = sha256("before");
  EXPECT_FALSE(has_images_of(pods, images_taken(made, objects)));
}

}  // namespace
