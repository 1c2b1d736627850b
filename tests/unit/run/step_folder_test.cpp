// Filling a step's folder: what is placed, what is left alone, what is removed; and where it lies.
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include <cicd/run/step_folder.hpp>
#include <cicd/system/files.hpp>

namespace {

using namespace cicd;
namespace fs = std::filesystem;

struct folder_fixture : testing::Test {
  fs::path root;
  std::string work, list;
  file_query kept;
  std::unique_ptr<shared_index> index;

  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "cicd-folder-XXXXXX").string();
    root = mkdtemp(pattern.data());
    work = (root / "work").string();
    list = (root / "list").string();
    index = std::make_unique<shared_index>((root / "index").string(), surroundings::of_process());
    put("source/pom.xml", "pom");
    put("source/src/a b;c.java", "class A");
  }
  void TearDown() override { fs::remove_all(root); }

  void put(const std::string& path, const std::string& content) const {
    fs::create_directories((root / path).parent_path());
    std::ofstream(root / path) << content;
  }
  file_source all_of(const std::string& name) const {
    const std::string folder = (root / name).string();
    return {folder, *index->look({folder, {"**"}, {}, {}, true})};
  }
  result<bool> fill(const std::vector<std::string>& names) const {
    std::vector<file_source> sources;
    for (const std::string& name : names) sources.push_back(all_of(name));
    return fill_folder(work, sources, kept, *index);
  }
};

TEST_F(folder_fixture, has_a_source_in_the_folder_that_is_meant_for_it) {
  put("layout/index.json", "{}");
  file_source image = all_of("layout");
  image.below = ".images/image";
  ASSERT_TRUE(fill_folder(work, {all_of("source"), image}, kept, *index));
  EXPECT_EQ(*read_file(work + "/.images/image/index.json"), "{}");
  EXPECT_FALSE(exists(work + "/index.json"));
  ASSERT_TRUE(fill({"source"}));
  EXPECT_FALSE(exists(work + "/.images"));
}

TEST_F(folder_fixture, refuses_two_files_of_one_name_where_one_is_of_another_pipeline) {
  put("own/out.txt", "own");
  put("other/out.txt", "other");
  file_source own = all_of("own"), other = all_of("other");
  own.by = "orders/build";
  other.by = "billing/build";
  ASSERT_TRUE(fill_folder(work, {own, other}, kept, *index));
  EXPECT_EQ(*read_file(work + "/out.txt"), "other");
  other.is_foreign = true;
  for (const std::vector<file_source>& sources : {std::vector{own, other}, std::vector{other, own}}) {
    const result<bool> filled = fill_folder(work, sources, kept, *index);
    ASSERT_FALSE(filled);
    EXPECT_EQ(filled.error().kind, exit_class::usage);
    EXPECT_EQ(filled.error().value, "out.txt");
    EXPECT_NE(text_of(filled.error()).find("billing/build"), std::string::npos);
    EXPECT_NE(text_of(filled.error()).find("orders/build"), std::string::npos);
  }
  put("own/out.txt", "other");
  EXPECT_TRUE(fill_folder(work, {all_of("own"), other}, kept, *index));
}

TEST_F(folder_fixture, holds_the_files_of_its_sources_and_nothing_else) {
  ASSERT_TRUE(fill({"source"}));
  EXPECT_EQ(*read_file(work + "/src/a b;c.java"), "class A");
  put("work/target/made.class", "made");
  put("work/src/made.txt", "made");
  fs::create_directories(work + "/empty/folder");
  fs::create_symlink("/", work + "/src/out");
  ASSERT_TRUE(fill({"source"}));
  std::vector<std::string> left;
  const std::vector<tree_entry> all = *list_tree(work);
  for (const tree_entry& entry : all) left.push_back(entry.path);
  EXPECT_EQ(left, (std::vector<std::string>{"pom.xml", "src", "src/a b;c.java"}));
}

TEST_F(folder_fixture, what_is_named_to_be_kept_stays_and_is_told) {
  put("work/target/classes/A.class", "made");
  put("work/target/log.txt", "made");
  put("work/.tool/state", "made");
  put("work/.toolbox", "made");
  kept.patterns = {".tool", "target/**"};
  kept.exclude = {"target/*.txt"};
  EXPECT_TRUE(*fill({"source"}));
  EXPECT_TRUE(exists(work + "/target/classes/A.class") && exists(work + "/.tool/state"));
  EXPECT_FALSE(exists(work + "/target/log.txt") || exists(work + "/.toolbox"));
  fs::remove_all(work + "/target");
  fs::remove_all(work + "/.tool");
  EXPECT_FALSE(*fill({"source"})) << "what begins with nothing kept can be shared";
}

TEST_F(folder_fixture, an_input_that_a_pattern_names_too_counts_as_no_kept_file) {
  kept.patterns = {"**"};
  EXPECT_FALSE(*fill({"source"}));
  EXPECT_FALSE(*fill({"source"}));
  put("work/src/more", "made");
  EXPECT_TRUE(*fill({"source"}));
}

TEST_F(folder_fixture, rights_that_a_step_took_away_are_given_back) {
  ASSERT_TRUE(fill({"source"}));
  chmod((work + "/pom.xml").c_str(), 0400);
  chmod((work + "/src").c_str(), 0500);
  ASSERT_TRUE(fill({"source"}));
  EXPECT_EQ(fs::status(work + "/pom.xml").permissions(), fs::perms(0644));
  EXPECT_EQ(fs::status(work + "/src").permissions() & fs::perms::owner_all, fs::perms::owner_all);
  EXPECT_EQ(*read_file(work + "/src/a b;c.java"), "class A");
}

TEST_F(folder_fixture, in_a_source_folder_all_stays_but_what_earlier_steps_gave) {
  put("given/made.txt", "made");
  put("source/of_the_person", "precious");
  const std::string source = (root / "source").string();
  ASSERT_TRUE(fill_source_folder(source, {all_of("source"), all_of("given")}, list, *index));
  EXPECT_EQ(*read_file(source + "/made.txt"), "made");
  fs::remove(root / "given/made.txt");
  ASSERT_TRUE(fill_source_folder(source, {all_of("given")}, list, *index));
  EXPECT_FALSE(exists(source + "/made.txt"));
  EXPECT_TRUE(exists(source + "/of_the_person") && exists(source + "/pom.xml"));
}

TEST_F(folder_fixture, what_is_right_already_is_not_touched) {
  ASSERT_TRUE(fill({"source"}));
  struct stat before {
  }, after{};
  stat((work + "/pom.xml").c_str(), &before);
  ASSERT_TRUE(fill({"source"}));
  stat((work + "/pom.xml").c_str(), &after);
  EXPECT_EQ(before.st_ino, after.st_ino);
  EXPECT_EQ(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
}

TEST_F(folder_fixture, a_file_that_a_step_altered_is_put_right_again) {
  ASSERT_TRUE(fill({"source"}));
  put("work/pom.xml", "altered by the step");
  ASSERT_TRUE(fill({"source"}));
  EXPECT_EQ(*read_file(work + "/pom.xml"), "pom");
}

TEST_F(folder_fixture, a_file_that_left_the_source_leaves_the_folder) {
  ASSERT_TRUE(fill({"source"}));
  fs::remove(root / "source/src/a b;c.java");
  ASSERT_TRUE(fill({"source"}));
  EXPECT_FALSE(exists(work + "/src/a b;c.java"));
  EXPECT_TRUE(exists(work + "/pom.xml"));
}

TEST_F(folder_fixture, a_later_source_wins_and_links_stay_links) {
  put("other/pom.xml", "other");
  fs::create_symlink("nowhere", root / "other/link");
  ASSERT_TRUE(fill({"source", "other"}));
  EXPECT_EQ(*read_file(work + "/pom.xml"), "other");
  EXPECT_EQ(fs::read_symlink(work + "/link"), "nowhere");
}

TEST_F(folder_fixture, a_mode_that_changed_is_changed) {
  ASSERT_TRUE(fill({"source"}));
  chmod((root / "source/pom.xml").c_str(), 0755);
  ASSERT_TRUE(fill({"source"}));
  struct stat now {};
  stat((work + "/pom.xml").c_str(), &now);
  EXPECT_EQ(now.st_mode & 0777U, 0755U);
}

}  // namespace
