// The journal: the last success of each step, through restarts, damage and two writers.
#include <cstdlib>
#include <filesystem>
#include <fstream>

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
    ASSERT_TRUE(writer.append("orders/build", success("a")));
    ASSERT_TRUE(writer.append("orders/build", success("b")));
    ASSERT_TRUE(writer.append("orders/image", {sha256("k"), sha256("o"), "sha256:abc"}));
  }
  const journal reader(path);
  EXPECT_EQ(reader.last("orders/build")->key, sha256("b"));
  EXPECT_EQ(reader.last("orders/image")->artifact, "sha256:abc");
}

TEST_F(journal_fixture, damaged_lines_are_passed_over_at_every_length) {
  ASSERT_TRUE(journal(path).append("orders/build", success("a")));
  std::ifstream in(path);
  const std::string whole{std::istreambuf_iterator<char>(in), {}};
  for (std::size_t length = 0; length + 1 < whole.size(); ++length) {
    std::ofstream(path) << whole.substr(0, length);
    EXPECT_FALSE(journal(path).last("orders/build")) << length;
  }
}

TEST_F(journal_fixture, what_another_process_appends_is_read_again) {
  journal one(path), two(path);
  ASSERT_TRUE(one.append("orders/build", success("a")));
  EXPECT_FALSE(two.last("orders/build"));
  two.reread();
  EXPECT_EQ(two.last("orders/build")->key, sha256("a"));
}

TEST_F(journal_fixture, a_long_file_is_made_short_and_loses_nothing) {
  {
    journal writer(path);
    for (int number = 0; number < 1'000; ++number)
      ASSERT_TRUE(writer.append("orders/build", success(std::to_string(number))));
  }
  const auto before = fs::file_size(path);
  EXPECT_EQ(journal(path).last("orders/build")->key, sha256("999"));
  EXPECT_LT(fs::file_size(path), before / 100);
  EXPECT_EQ(journal(path).last("orders/build")->key, sha256("999"));
}

}  // namespace
