// What is decided before any git server is asked; the rest is in the suite tests/git.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>

#include <filesystem>

#include <cicd/deliver/gitops/gitops.hpp>
#include <cicd/deliver/gitops/manifest_clone.hpp>
#include <cicd/system/files.hpp>

#include "allowed.hpp"
#include "temporary_folder.hpp"

namespace {

using namespace cicd;
using testing::HasSubstr;

const surroundings around = surroundings::of_process();

manifest_target target_in(const temporary_folder& root) {
  return {.url = root / "m.git",
          .create = false,
          .branch = "main",
          .path = "stage/orders",
          .clone = root / "clone"};
}

const decide_manifests anything = [](const manifest_state&) -> result<std::optional<decided_manifests>> {
  wanted_manifests wanted;
  wanted.files["a.yaml"] = "a";
  return std::optional(decided_manifests{std::move(wanted), allowed()});
};

const decide_manifests changed = [](const manifest_state&) -> result<std::optional<decided_manifests>> {
  wanted_manifests wanted;
  wanted.files["a.yaml"] = "b";
  return std::optional(decided_manifests{std::move(wanted), allowed()});
};

TEST(record_path, lies_out_of_the_way_of_agents) {
  manifest_target target;
  target.path = "stage/orders";
  EXPECT_EQ(record_path(target), ".cicd/records/stage/orders.json");
}

TEST(commit_manifests, a_repository_that_is_not_there_is_named_and_nothing_is_made) {
  const temporary_folder root;
  const auto committed = commit_manifests(target_in(root), anything, around, {});
  ASSERT_FALSE(committed);
  EXPECT_EQ(committed.error().kind, exit_class::remote);
  EXPECT_THAT(text_of(committed.error()), HasSubstr("git init --bare " + (root / "m.git")));
  EXPECT_FALSE(exists(root / "m.git"));
  EXPECT_FALSE(exists(root / "clone"));
}

TEST(commit_manifests, once_cancelled_it_says_that_it_was_interrupted) {
  const temporary_folder root;
  manifest_target target = target_in(root);
  target.create = true;
  cancellation cancelled;
  cancelled.cancel();
  const auto committed =
      commit_manifests(target, anything, around, {.cancelled = &cancelled, .say = {}, .attempts = 5});
  ASSERT_FALSE(committed);
  EXPECT_EQ(committed.error().kind, exit_class::interrupted);
}

TEST(commit_manifests, refuses_folders_that_are_not_its_own) {
  const temporary_folder root;
  for (const char* path : {"", ".", "..", "a/../b", "/a", ".git/hooks", "a/.GIT/x", ".cicd", "a\nb"}) {
    manifest_target target = target_in(root);
    target.path = path;
    const auto committed = commit_manifests(target, anything, around, {});
    ASSERT_FALSE(committed) << path;
    EXPECT_EQ(committed.error().kind, exit_class::usage);
    EXPECT_THAT(text_of(committed.error()), HasSubstr("manifests cannot lie there"));
  }
}

TEST(commit_manifests, waits_for_no_pipe_in_its_own_clone_and_writes_through_no_link) {
  const temporary_folder root;
  manifest_target target = target_in(root);
  target.create = true;
  ASSERT_TRUE(commit_manifests(target, anything, around, {}));
  const std::string head = target.clone + "/packed-refs";
  ASSERT_EQ(::mkfifo(head.c_str(), 0600), 0);
  remember_contents(target, "none", {});
  const auto refused = [&](const std::string& path, const std::string& kind) {
    const auto committed = commit_manifests(target, changed, around, {});
    ASSERT_FALSE(committed);
    EXPECT_EQ(committed.error().kind, exit_class::corrupt);
    EXPECT_EQ(committed.error().value, path);
    EXPECT_THAT(text_of(committed.error()), HasSubstr("it is: " + kind));
  };
  refused(head, "a pipe");
  std::filesystem::remove(head);
  std::filesystem::rename(target.clone + "/objects", root / "elsewhere");
  std::filesystem::create_directory_symlink(root / "elsewhere", target.clone + "/objects");
  const auto before = list_tree(root / "elsewhere")->size();
  refused(target.clone + "/objects", "a link");
  EXPECT_EQ(list_tree(root / "elsewhere")->size(), before);
  ASSERT_TRUE(remove_tree(target.clone));
  std::filesystem::create_directory_symlink(root / "elsewhere", target.clone);
  refused(target.clone, "a link");
  std::filesystem::remove(target.clone);
  EXPECT_TRUE(commit_manifests(target, changed, around, {}));
}

TEST(commit_manifests, waits_for_no_pipe_in_the_embedded_repository) {
  const temporary_folder root;
  manifest_target target = target_in(root);
  target.create = true;
  ASSERT_TRUE(commit_manifests(target, anything, around, {}));
  ASSERT_EQ(::mkfifo((target.url + "/packed-refs").c_str(), 0600), 0);
  ASSERT_TRUE(remove_tree(target.clone));
  const auto committed = commit_manifests(target, changed, around, {});
  ASSERT_FALSE(committed);
  EXPECT_EQ(committed.error().value, target.url + "/packed-refs");
}

TEST(known_contents, are_given_for_that_tip_and_path_only) {
  const temporary_folder root;
  manifest_target target = target_in(root);
  const manifest_contents contents{{{"a.yaml", "x: 1\n"}, {"é", ""}}, "record"};
  remember_contents(target, "abc", contents);
  const auto known = known_contents(target, "abc");
  ASSERT_TRUE(known);
  EXPECT_EQ(known->files, contents.files);
  EXPECT_EQ(known->record, contents.record);
  EXPECT_FALSE(known_contents(target, "abd"));
  target.path = "stage/other";
  EXPECT_FALSE(known_contents(target, "abc"));
}

TEST(known_contents, a_flipped_or_missing_byte_is_not_trusted) {
  const temporary_folder root;
  const manifest_target target = target_in(root);
  remember_contents(target, "abc", {{{"a.yaml", "x: 1\n"}}, {}});
  const std::string file = target.clone + '/' + list_tree(target.clone)->front().path,
                    whole = *read_file(file);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string flipped = whole;
    flipped[at] = static_cast<char>(flipped[at] ^ 1);
    ASSERT_TRUE(write_file(file, flipped, durability::fast));
    ASSERT_FALSE(known_contents(target, "abc")) << flipped;
    ASSERT_TRUE(write_file(file, whole.substr(0, at), durability::fast));
    ASSERT_FALSE(known_contents(target, "abc")) << at;
  }
}

TEST(known_contents, what_json_cannot_hold_is_not_remembered) {
  const temporary_folder root;
  remember_contents(target_in(root), "abc", {{{"a.yaml", "\xff"}}, {}});
  EXPECT_FALSE(known_contents(target_in(root), "abc"));
}

}  // namespace
