// `VIA render`: a folder that may hold what others wrote.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include <cicd/deliver/render/render_folder.hpp>
#include <cicd/system/files.hpp>

#include "allowed.hpp"
#include "temporary_folder.hpp"

namespace {

using namespace cicd;
using testing::HasSubstr;
using files = std::map<std::string, std::string>;

decide_manifests wanting(files wanted, std::string id = "run") {
  return [=](const manifest_state& now) -> result<std::optional<decided_manifests>> {
    if (now.record && now.files == wanted) return std::optional<decided_manifests>();
    wanted_manifests all;
    all.files = wanted;
    all.record.emplace();
    all.record->pipeline = "orders";
    all.record->environment = "dev";
    all.record->id = id;
    all.record->generation = now.record ? now.record->generation + 1 : 1;
    all.record->manifests = digest_of_manifests(wanted);
    return std::optional(decided_manifests{std::move(all), allowed()});
  };
}

std::string text_in(const std::string& path) {
  return read_file(path).value_or("<none>");
}
void put(const std::string& path, std::string_view text) {
  ASSERT_TRUE(write_file(path, text, durability::fast));
}

TEST(write_folder, writes_once_and_then_has_nothing_to_do) {
  const temporary_folder root;
  const std::string folder = root / "out";
  EXPECT_TRUE(*write_folder(folder, wanting({{"a.yaml", "a"}, {"b/c.yaml", "c"}})));
  EXPECT_FALSE(*write_folder(folder, wanting({{"a.yaml", "a"}, {"b/c.yaml", "c"}})));
  EXPECT_EQ(text_in(folder + "/b/c.yaml"), "c");
  const auto state = read_folder(folder);
  ASSERT_TRUE(state);
  EXPECT_EQ(state->files, (files{{"a.yaml", "a"}, {"b/c.yaml", "c"}}));
  EXPECT_EQ(state->record->generation, 1);
}

TEST(write_folder, removes_what_it_wrote_and_nothing_else) {
  const temporary_folder root;
  put(root / "README.md", "mine");
  ASSERT_TRUE(*write_folder(root.path(), wanting({{"a.yaml", "a"}, {"b.yaml", "b"}})));
  ASSERT_TRUE(*write_folder(root.path(), wanting({{"b.yaml", "b"}})));
  EXPECT_FALSE(exists(root / "a.yaml"));
  EXPECT_EQ(text_in(root / "b.yaml"), "b");
  EXPECT_EQ(text_in(root / "README.md"), "mine");
}

TEST(write_folder, never_writes_over_a_file_of_somebody_else) {
  const temporary_folder root;
  put(root / "a.yaml", "theirs");
  const auto written = write_folder(root.path(), wanting({{"a.yaml", "a"}}));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().kind, exit_class::conflict);
  EXPECT_EQ(text_in(root / "a.yaml"), "theirs");
}

TEST(write_folder, repairs_what_somebody_changed) {
  const temporary_folder root;
  ASSERT_TRUE(*write_folder(root.path(), wanting({{"a.yaml", "a"}})));
  put(root / "a.yaml", "edited");
  ASSERT_TRUE(*write_folder(root.path(), wanting({{"a.yaml", "a"}})));
  EXPECT_EQ(text_in(root / "a.yaml"), "a");
}

TEST(write_folder, does_not_follow_links) {
  const temporary_folder root;
  put(root / "canary", "untouched");
  const std::string folder = root / "out";
  ASSERT_TRUE(make_folder(folder));
  std::filesystem::create_symlink(root / "canary", folder + "/a.yaml");
  std::filesystem::create_directory_symlink(root.path(), folder + "/b");
  for (const files& wanted : {files{{"a.yaml", "a"}}, files{{"b/canary", "b"}}}) {
    const auto written = write_folder(folder, wanting(wanted));
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().kind, exit_class::usage);
    EXPECT_THAT(text_of(written.error()), HasSubstr("is a link"));
  }
  EXPECT_EQ(text_in(root / "canary"), "untouched");
}

TEST(write_folder, follows_no_link_in_place_of_its_own_records) {
  for (const char* own :
       {".cicd", ".cicd/record.json", ".cicd/history.ndjson", ".cicd/files.json", ".cicd/lock"}) {
    const temporary_folder root;
    const std::string folder = root / "out", path = folder + '/' + own;
    put(root / "outside/lock", "untouched");
    ASSERT_TRUE(make_folder(folder + "/.cicd"));
    ASSERT_TRUE(remove_tree(path));
    if (std::string(own) == ".cicd")
      std::filesystem::create_directory_symlink(root / "outside", path);
    else
      std::filesystem::create_symlink(root / "outside/lock", path);
    const auto written = write_folder(folder, wanting({{"a.yaml", "a"}}));
    ASSERT_FALSE(written) << own;
    EXPECT_EQ(written.error().kind, exit_class::usage);
    EXPECT_EQ(written.error().value, path);
    EXPECT_EQ(text_in(root / "outside/lock"), "untouched") << own;
    EXPECT_EQ(list_tree(root / "outside")->size(), 1U) << own;
  }
}

TEST(write_folder, refuses_names_that_lead_out) {
  const temporary_folder root;
  for (const char* name : {"../x", "a/../../x", "/x", ".cicd/record.json", "a//b"})
    EXPECT_FALSE(write_folder(root / "out", wanting({{name, "x"}}))) << name;
  EXPECT_FALSE(exists(root / "x"));
}

TEST(write_folder, a_decision_that_fails_changes_nothing) {
  const temporary_folder root;
  ASSERT_TRUE(*write_folder(root.path(), wanting({{"a.yaml", "a"}})));
  const auto written =
      write_folder(root.path(), [](const manifest_state&) -> result<std::optional<decided_manifests>> {
        return error{
            .kind = exit_class::conflict, .subject = {}, .what = "superseded", .value = {}, .notes = {}};
      });
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().what, "superseded");
  EXPECT_EQ(text_in(root / "a.yaml"), "a");
}

TEST(read_folder, a_damaged_record_is_named_with_a_command_that_repairs_it) {
  const temporary_folder root;
  ASSERT_TRUE(*write_folder(root.path(), wanting({{"a.yaml", "a"}})));
  const std::string record = root / ".cicd/record.json", whole = text_in(record);
  for (const std::string& damage : {std::string(), whole.substr(0, whole.size() / 2)}) {
    put(record, damage);
    const auto state = read_folder(root.path());
    ASSERT_FALSE(state);
    EXPECT_EQ(state.error().kind, exit_class::corrupt);
    EXPECT_FALSE(write_folder(root.path(), wanting({{"a.yaml", "b"}})));
    EXPECT_EQ(text_in(record), damage);
    ASSERT_EQ(std::system(state.error().notes.back().text.c_str()), 0);
    EXPECT_TRUE(read_folder(root.path()));
  }
}

TEST(folder_history, gives_the_newest_first_and_survives_a_line_that_was_cut) {
  const temporary_folder root;
  ASSERT_TRUE(*write_folder(root.path(), wanting({{"a.yaml", "1"}}, "one")));
  std::ofstream(root / ".cicd/history.ndjson", std::ios::app) << "{\"schema\":1,\"pipe";
  ASSERT_TRUE(*write_folder(root.path(), wanting({{"a.yaml", "2"}}, "two")));
  ASSERT_TRUE(*write_folder(root.path(), wanting({{"a.yaml", "3"}}, "three")));
  const auto all = folder_history(root.path(), 10), last = folder_history(root.path(), 1);
  ASSERT_EQ(all->size(), 3U);
  EXPECT_EQ(all->at(0).id, "three");
  EXPECT_EQ(all->at(2).id, "one");
  EXPECT_EQ(last->size(), 1U);
}

TEST(folder_history, is_empty_where_nothing_was_rendered) {
  const temporary_folder root;
  EXPECT_TRUE(folder_history(root / "nowhere", 5)->empty());
  EXPECT_FALSE(read_folder(root / "nowhere")->record);
}

}  // namespace
