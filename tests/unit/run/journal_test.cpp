// The journal: the last success of each step, through restarts, damage and two writers.
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include <gtest/gtest.h>

#include <cicd/run/journal.hpp>

namespace {

using namespace cicd;
namespace fs = std::filesystem;

struct journal_fixture : testing::Test {
  fs::path root;
  std::string path;
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "cicd-journal-XXXXXX").string();
    root = mkdtemp(pattern.data());
    path = (root / "steps.journal").string();
  }
  void TearDown() override { fs::remove_all(root); }
  static step_result success(const std::string& key) { return {sha256(key), sha256("out " + key), ""}; }
};

TEST_F(journal_fixture, a_missing_file_remembers_nothing) {
  EXPECT_FALSE(journal(path).last("orders/build"));
}

TEST_F(journal_fixture, the_last_success_counts_after_a_restart) {
  {
    journal writer(path);
    ASSERT_TRUE(writer.append("orders/build", success("a"), {}));
    ASSERT_TRUE(writer.append("orders/build", success("b"), {}));
    ASSERT_TRUE(writer.append("orders/image", {sha256("k"), sha256("o"), "sha256:abc"}, {}));
  }
  const journal reader(path);
  EXPECT_EQ(reader.last("orders/build")->key, sha256("b"));
  EXPECT_EQ(reader.last("orders/image")->artifact, "sha256:abc");
}

TEST_F(journal_fixture, values_come_back_whatever_stands_in_them) {
  const std::map<std::string, std::string> values{
      {"host", "db 1"}, {"note", "a \"b\"\n= - \\ {x} ✓"}, {"empty", ""}};
  ASSERT_TRUE(journal(path).append("database/apply", {sha256("k"), sha256("o"), {}, values}, {}));
  ASSERT_TRUE(journal(path).append("orders/build", success("a"), {}));
  const journal reader(path);
  EXPECT_EQ(reader.last("database/apply")->values, values);
  EXPECT_TRUE(reader.last("database/apply")->artifact.empty());
  EXPECT_EQ(reader.damaged(), 0U);
  EXPECT_TRUE(reader.last("orders/build")->values.empty());
}

TEST_F(journal_fixture, damaged_lines_are_passed_over_at_every_length) {
  ASSERT_TRUE(journal(path).append("orders/build", success("a"), {}));
  std::ifstream in(path);
  const std::string whole{std::istreambuf_iterator<char>(in), {}};
  for (std::size_t length = 0; length + 1 < whole.size(); ++length) {
    std::ofstream(path) << whole.substr(0, length);
    EXPECT_FALSE(journal(path).last("orders/build")) << length;
  }
}

TEST_F(journal_fixture, a_line_with_any_byte_changed_remembers_nothing_and_is_told_once) {
  ASSERT_TRUE(journal(path).append("orders/image", {sha256("k"), sha256("o"), "sha256:abc"}, {}));
  std::ifstream in(path);
  const std::string whole{std::istreambuf_iterator<char>(in), {}};
  for (std::size_t at = 0; at < whole.find("cicd-parts"); ++at) {
    std::string harmed = whole;
    harmed[at] = harmed[at] == '7' ? '8' : '7';
    std::ofstream(path) << harmed;
    const journal reader(path);
    EXPECT_EQ(reader.damaged(), 1U) << at;
    for (const char* step : {"orders/image", "7rders/image"}) EXPECT_FALSE(reader.last(step)) << at;
    EXPECT_EQ(journal(path).damaged(), 0U) << "it was taken out of the file";
  }
}

TEST_F(journal_fixture, a_bad_line_leaves_the_others_as_they_are) {
  {
    journal writer(path);
    ASSERT_TRUE(writer.append("orders/build", success("a"), {}));
    ASSERT_TRUE(writer.append("orders/image", success("b"), {}));
  }
  std::fstream(path, std::ios::in | std::ios::out).seekp(20).put('x');
  const journal reader(path);
  EXPECT_EQ(reader.damaged(), 1U);
  EXPECT_FALSE(reader.last("orders/build"));
  EXPECT_EQ(reader.last("orders/image")->key, sha256("b"));
}

TEST_F(journal_fixture, lines_of_earlier_formats_are_forgotten_without_a_word) {
  const std::string said = "orders/build " + hex(sha256("k")) + " " + hex(sha256("o")) + " - ";
  for (const std::string& seal : {std::string("."), hex(sha256(said)).substr(0, 16)}) {
    std::ofstream(path) << said << seal << "\n";
    const journal reader(path);
    EXPECT_FALSE(reader.last("orders/build")) << seal;
    EXPECT_EQ(reader.damaged(), 0U) << seal;
    EXPECT_EQ(fs::file_size(path), 0U) << "they are taken out of the file";
  }
}

TEST_F(journal_fixture, the_parts_of_a_key_come_back_whatever_their_names) {
  const key_parts parts = {
      {"input", "a b\nc\\d\\n \xff", "12", ""}, {"tool", "", "", "17.0"}, {"command", "\n", "\\", " "}};
  {
    journal writer(path);
    ASSERT_TRUE(writer.append("orders/build", success("a"), parts));
    ASSERT_TRUE(writer.append("orders/image", success("b"), {}));
    EXPECT_EQ(writer.parts("orders/build"), parts);
  }
  const journal reader(path);
  EXPECT_EQ(reader.damaged(), 0U);
  EXPECT_EQ(reader.parts("orders/build"), parts);
  EXPECT_TRUE(reader.parts("orders/image").empty());
  EXPECT_EQ(reader.last("orders/image")->key, sha256("b"));
  EXPECT_TRUE(reader.parts("orders/unknown").empty());
}

TEST_F(journal_fixture, parts_with_any_byte_changed_are_unknown_and_the_success_counts) {
  const key_parts parts = {{"input", "a.txt", hex(sha256("a")), ""}};
  ASSERT_TRUE(journal(path).append("orders/build", success("a"), parts));
  std::ifstream in(path);
  const std::string whole{std::istreambuf_iterator<char>(in), {}};
  for (std::size_t at = whole.find("cicd-parts"); at + 1 < whole.size(); ++at) {
    std::string harmed = whole;
    harmed[at] = harmed[at] == '7' ? '8' : '7';
    std::ofstream(path) << harmed;
    const journal reader(path);
    EXPECT_EQ(reader.last("orders/build")->key, sha256("a")) << at;
    EXPECT_TRUE(reader.parts("orders/build").empty()) << at;
  }
}

TEST_F(journal_fixture, a_line_that_another_is_still_writing_is_neither_damaged_nor_taken_out) {
  ASSERT_TRUE(journal(path).append("orders/build", success("a"), {}));
  std::ofstream(path, std::ios::app) << "orders/image " << hex(sha256("k")).substr(0, 20);
  const auto before = fs::file_size(path);
  journal reader(path);
  EXPECT_EQ(reader.damaged(), 0U);
  EXPECT_EQ(fs::file_size(path), before);
  ASSERT_TRUE(reader.append("orders/test", success("c"), {}));
  const journal next(path);
  EXPECT_EQ(next.last("orders/build")->key, sha256("a"));
  EXPECT_EQ(next.last("orders/test")->key, sha256("c")) << "it has a line of its own";
  EXPECT_EQ(next.damaged(), 1U) << "its writer was killed";
}

TEST_F(journal_fixture, is_read_and_written_by_its_user_alone) {
  ASSERT_TRUE(journal(path).append("orders/build", success("a"), {}));
  struct stat about {};
  ASSERT_EQ(stat(path.c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777U, 0600U);
}

TEST_F(journal_fixture, a_pipe_in_its_place_is_an_error_and_no_wait) {
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  journal one(path);
  EXPECT_FALSE(one.last("orders/build"));
  EXPECT_FALSE(one.append("orders/build", success("a"), {}));
}

TEST_F(journal_fixture, what_another_process_appends_is_read_again) {
  journal one(path), two(path);
  ASSERT_TRUE(one.append("orders/build", success("a"), {}));
  EXPECT_FALSE(two.last("orders/build"));
  two.reread();
  EXPECT_EQ(two.last("orders/build")->key, sha256("a"));
}

TEST_F(journal_fixture, a_long_file_is_made_short_and_loses_nothing) {
  {
    journal writer(path);
    for (int number = 0; number < 1'000; ++number)
      ASSERT_TRUE(writer.append("orders/build", success(std::to_string(number)),
                                {{"input", std::string(1'000, 'x'), "", ""}}));
  }
  const auto before = fs::file_size(path);
  EXPECT_EQ(journal(path).last("orders/build")->key, sha256("999"));
  EXPECT_LT(fs::file_size(path), before / 100);
  EXPECT_EQ(journal(path).last("orders/build")->key, sha256("999"));
}

}  // namespace
