// The file index between two runs: what is saved and when, and what a damaged or missing file means.
#include <cicd/observe/files.hpp>

#include <gmock/gmock.h>

#include "scratch.hpp"

namespace {

using namespace cicd;
using namespace observe_test;

TEST(file_index, takes_a_damaged_index_for_an_empty_one) {
  const scratch here;
  here.write("a", "one");
  here.write("b/c", "two");
  let_ticks_pass();
  ASSERT_TRUE(here.look(here.query({"**"})));
  const auto good = read_file(here.index());
  ASSERT_TRUE(good);
  const auto expected = digest_of(*here.look(here.query({"**"})));
  for (std::size_t at = 0; at < good->size(); at += 7) {
    auto bad = *good;
    bad[at] = static_cast<char>(bad[at] ^ 0x20);
    ASSERT_TRUE(write_file(here.index(), bad, durability::fast));
    const auto set = file_index(here.index(), here.around()).look(here.query({"**"}));
    ASSERT_TRUE(set) << "byte " << at;
    ASSERT_EQ(expected, digest_of(*set)) << "byte " << at;
  }
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, std::size_t{71}, good->size() / 2, good->size() - 1}) {
    ASSERT_TRUE(write_file(here.index(), good->substr(0, size), durability::fast));
    const auto set = file_index(here.index(), here.around()).look(here.query({"**"}));
    ASSERT_TRUE(set) << "cut to " << size;
    ASSERT_EQ(expected, digest_of(*set)) << "cut to " << size;
  }
}

TEST(file_index, writes_nothing_when_nothing_was_learnt) {
  const scratch here;
  here.write("a", "one");
  let_ticks_pass();
  ASSERT_TRUE(here.look(here.query({"**"})));
  struct stat before {
  }, after{};
  ASSERT_EQ(0, ::stat(here.index().c_str(), &before));
  ASSERT_TRUE(here.look(here.query({"**"})));
  ASSERT_EQ(0, ::stat(here.index().c_str(), &after));
  EXPECT_EQ(before.st_ino, after.st_ino);
}

TEST(file_index, keeps_what_it_knew_of_other_folders) {
  const scratch here;
  here.write("a/x", std::string(1 << 20, 'x'));
  here.write("b/y", "y");
  let_ticks_pass();
  ASSERT_TRUE(here.look(here.query({"a/**"})));
  ASSERT_TRUE(here.look(here.query({"b/**"})));
  const auto before = bytes_read();
  ASSERT_TRUE(here.look(here.query({"a/**"})));
  EXPECT_LT(bytes_read() - before, 1U << 19);
}

TEST(file_index, two_that_save_at_once_leave_a_valid_index) {
  const scratch here;
  here.write("a/x", "x");
  here.write("b/y", "y");
  let_ticks_pass();
  file_index one(here.index(), here.around()), two(here.index(), here.around());
  ASSERT_TRUE(one.look(here.query({"a/**"})));
  ASSERT_TRUE(two.look(here.query({"b/**"})));
  EXPECT_TRUE(one.save());
  EXPECT_TRUE(two.save());
  EXPECT_EQ(sha256("x"), only(here.look(here.query({"a/**"}))).content);
  EXPECT_EQ(sha256("y"), only(here.look(here.query({"b/**"}))).content);
}

TEST(file_index, says_where_it_could_not_be_saved) {
  const scratch here;
  here.write("a", "");
  here.write("file", "");
  file_index index(here.at("file/index"), here.around());
  ASSERT_TRUE(index.look(here.query({"a"})));
  const auto saved = index.save();
  ASSERT_FALSE(saved);
  EXPECT_EQ(exit_class::cannot_save, saved.error().kind);
}

}  // namespace
