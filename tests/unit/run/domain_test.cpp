// Whose results a run's are: trusted for what is on our branches, apart for each change that is not.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/time.h>

#include <cstdlib>
#include <filesystem>

#include <cicd/run/domain.hpp>
#include <cicd/system/files.hpp>

namespace {

using namespace cicd;
namespace fs = std::filesystem;

ci_event pull(std::string repository, std::string source, std::optional<std::string> fork = {}) {
  ci_event of;
  of.kind = event_kind::pull_request;
  of.system = "GitHub Actions";
  of.repository = std::move(repository);
  of.source_branch = std::move(source);
  of.fork = std::move(fork);
  return of;
}

TEST(a_domain, is_the_trusted_one_for_what_is_on_a_branch_of_ours) {
  for (const event_kind kind : {event_kind::by_hand, event_kind::push, event_kind::tag,
                                event_kind::merge_queue, event_kind::schedule}) {
    ci_event of;
    of.kind = kind;
    EXPECT_EQ(domain_of(of), "");
    of.fork = "somebody/orders (CIRCLE_PR_USERNAME)";
    EXPECT_NE(domain_of(of), "") << "a fork's, whatever it is";
  }
}

TEST(a_domain, is_the_same_for_each_run_of_one_pull_request_and_another_for_every_other) {
  const std::string one = domain_of(pull("https://example.com/a/b", "feature"));
  ci_event again = pull("https://example.com/a/b", "feature");
  again.commit = "0123456789";
  again.branch = "main";
  EXPECT_EQ(domain_of(again), one);
  EXPECT_NE(one, "");
  EXPECT_NE(domain_of(pull("https://example.com/a/c", "feature")), one);
  EXPECT_NE(domain_of(pull("https://example.com/a/b", "other")), one);
  EXPECT_NE(domain_of(pull("https://example.com/a/b", "feature", "x/b")), one);
  EXPECT_NE(domain_of(pull("https://example.com/a/b", "feature", "x/b")),
            domain_of(pull("https://example.com/a/b", "feature", "y/b")));
}

TEST(a_domain, is_another_one_for_each_change_whose_branch_has_the_same_name) {
  ci_event one = pull("https://example.com/a/b", "patch-1", "an unknown repository (DRONE_PULL_REQUEST)");
  one.request = "1";
  ci_event other = one;
  other.request = "2";
  EXPECT_NE(domain_of(one), domain_of(other));
  other.request = "1";
  other.commit = "0123456789";
  EXPECT_EQ(domain_of(one), domain_of(other));
}

TEST(a_domain, of_a_change_without_number_and_branch_is_its_commits) {
  ci_event one = pull("https://example.com/a/b", "");
  one.commit = "0123456789";
  ci_event other = one;
  EXPECT_EQ(domain_of(one), domain_of(other));
  other.commit = "9876543210";
  EXPECT_NE(domain_of(one), domain_of(other));
}

TEST(a_domain, does_not_depend_on_the_credential_in_the_address_of_the_repository) {
  EXPECT_EQ(domain_of(pull("https://gitlab-ci-token:one@example.com/a/b.git", "fix")),
            domain_of(pull("https://gitlab-ci-token:two@example.com/a/b.git", "fix")));
}

TEST(a_domain, is_a_plain_name_whatever_the_event_says) {
  const std::string name = domain_of(pull("../../..", "../x\n/y", "/etc"));
  EXPECT_EQ(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-"), std::string::npos) << name;
}

TEST(a_domain, has_a_folder_of_its_own_for_all_that_is_remembered_of_a_step) {
  workspace trusted{"/b", "/c"}, change{"/b", "/c"};
  change.domain = "change-1";
  EXPECT_NE(trusted.journal(), change.journal());
  EXPECT_NE(trusted.work("a/b"), change.work("a/b"));
  EXPECT_NE(trusted.memory("a/b", "inputs"), change.memory("a/b", "inputs"));
  EXPECT_NE(trusted.locks(), change.locks());
  EXPECT_EQ(trusted.journal(), "/b/.cicd/steps.journal");
}

TEST(a_domain, that_nobody_used_for_two_weeks_is_removed_from_the_build_tree) {
  std::string pattern = (fs::temp_directory_path() / "cicd-domain-XXXXXX").string();
  const std::string root = mkdtemp(pattern.data());
  workspace where{root, root + "/cache"};
  constexpr std::int64_t now = 1'800'000'000, day = 86'400;
  const auto make = [&](const std::string& name, std::int64_t used) {
    where.domain = name;
    ASSERT_TRUE(write_file(where.journal(), "", durability::fast));
    const timeval times[2] = {{used, 0}, {used, 0}};
    ASSERT_EQ(utimes(where.journal().c_str(), times), 0);
  };
  make("old", now - 15 * day);
  make("new", now - 13 * day);
  make("ours", now - 20 * day);
  forget_old_domains(where, now);
  EXPECT_FALSE(exists(where.domains() + "/old"));
  EXPECT_TRUE(exists(where.domains() + "/new"));
  EXPECT_TRUE(exists(where.domains() + "/ours"));
  fs::remove_all(root);
}

TEST(what_domains_left, is_never_what_a_link_leads_to) {
  const std::string root = (fs::temp_directory_path() / "cicd-domain-links").string();
  fs::remove_all(root);
  for (const bool is_own : {false, true}) {
    const workspace where{.build_root = root + (is_own ? "/own" : "/domains"), .cache = root + "/cache"};
    const std::string victim = root + "/victim";
    fs::create_directories(victim + "/old");
    fs::create_directories(fs::path(is_own ? where.own() : where.domains()).parent_path());
    fs::create_directory_symlink(victim, is_own ? where.own() : where.domains());
    if (is_own) fs::create_directories(victim + "/domains/old");
    forget_old_domains(where, 4'000'000'000);
    EXPECT_TRUE(exists(victim + "/old"));
    EXPECT_TRUE(!is_own || exists(victim + "/domains/old"));
  }
  fs::remove_all(root);
}

}  // namespace
