// What git says of the sources: of two pipelines in one folder each is asked for what matters to it.
#include <cicd/deliver/sources.hpp>

#include <gtest/gtest.h>

#include "../observe/scratch.hpp"

namespace cicd {
namespace {

/// Of the folder, declared in its CMakeLists.txt.
declared_pipeline pipeline_in(const observe_test::scratch& of, const char* name) {
  declared_pipeline made;
  made.declared.name = dns_label::from(name);
  made.source_directory = of.tree();
  made.declared_in = {of.at("CMakeLists.txt")};
  return made;
}

struct promoted : testing::Test {
  promoted() {
    of.write("CMakeLists.txt", "declared");
    of.write("keys/release.pub", "a key");
    of.git({"init", "-q"});
    of.git({"add", "."});
    of.git({"commit", "-qm", "first"});
    environment place;
    place.verify_signature = {text("key"), text("keys/release.pub")};
    verifying.declared.environments = {place};
    const hand_promotion head{.commit = git_state_of(of.tree(), around).commit.value(), .tag = {}};
    promotions = {{"plain", head}, {"verifying", head}};
  }
  /// Each, in this order.
  std::vector<bool> dirty(const declared_pipeline& first, const declared_pipeline& second) {
    sources asked(around, {}, promotions);
    return {*asked.is_dirty(first), *asked.is_dirty(second)};
  }

  const observe_test::scratch of;
  const surroundings around = of.around();
  const declared_pipeline plain = pipeline_in(of, "plain");
  declared_pipeline verifying = pipeline_in(of, "verifying");
  hand_promotions promotions;
};

TEST_F(promoted, a_changed_key_is_a_change_of_the_pipeline_that_verifies_by_it_in_either_order) {
  EXPECT_EQ(dirty(plain, verifying), (std::vector{false, false}));
  of.write("keys/release.pub", "another");
  EXPECT_EQ(dirty(plain, verifying), (std::vector{false, true}));
  EXPECT_EQ(dirty(verifying, plain), (std::vector{true, false}));
}

TEST_F(promoted, a_changed_program_of_gate_is_a_change_of_the_pipeline_that_is_asked_by_it_in_either_order) {
  of.write("gate.sh", "another");
  verifying.declared.environments.front().verify_signature.clear();
  EXPECT_EQ(dirty(plain, verifying), (std::vector{false, false}));
  verifying.declared.environments.front().gate = {text("./gate.sh")};
  EXPECT_EQ(dirty(plain, verifying), (std::vector{false, true}));
  EXPECT_EQ(dirty(verifying, plain), (std::vector{true, false}));
}

TEST_F(promoted, a_changed_declaration_is_a_change_of_both) {
  of.write("CMakeLists.txt", "declared otherwise");
  EXPECT_EQ(dirty(plain, verifying), (std::vector{true, true}));
}

TEST_F(promoted, each_is_of_the_branch_that_it_is_promoted_by) {
  promotions["plain"].branch = "main";
  promotions["verifying"].branch = "release/2";
  sources asked(around, {}, promotions);
  EXPECT_EQ(asked.git_of(plain).branch, "main");
  EXPECT_EQ(asked.git_of(verifying).branch, "release/2");
}

}  // namespace
}  // namespace cicd
