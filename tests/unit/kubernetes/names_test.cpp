// Label values and slugs from branch names of every kind: valid always, never the same for two.
#include <gtest/gtest.h>

#include <random>
#include <set>

#include <cicd/kubernetes/render/names.hpp>
#include <cicd/kubernetes/render/objects.hpp>
#include <cicd/kubernetes/render/workload.hpp>

namespace {

using namespace cicd;
using namespace cicd::kubernetes;

/// Kubernetes' own rule (apimachinery, validation.IsValidLabelValue), written independently.
bool is_valid_label_value(const std::string& value) {
  if (value.empty()) return true;
  const auto alphanumeric = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 && static_cast<unsigned char>(c) < 128;
  };
  if (value.size() > 63 || !alphanumeric(value.front()) || !alphanumeric(value.back())) return false;
  for (char c : value)
    if (!alphanumeric(c) && c != '-' && c != '_' && c != '.') return false;
  return true;
}

/// Distinct names of every kind: bytes, long common beginnings, the same with other separators or letters.
std::set<std::string> generated_branches(std::size_t how_many) {
  std::mt19937 chance(20261121);
  const std::vector<std::string> parts{
      "feature",         "/", "-", "_", ".", "Fix", "fix", "日本", "\xff", " ", "a", "A", "1", "$(x)",
      "--upload-pack=x", "é"};
  std::set<std::string> names;
  while (names.size() < how_many) {
    std::string name = chance() % 3 == 0 ? std::string(60, 'x') : std::string();
    for (std::size_t left = 1 + chance() % 9; left > 0; --left) name += parts[chance() % parts.size()];
    if (chance() % 4 == 0) name += std::to_string(chance() % 1000);
    names.insert(name);
    if (chance() % 10 == 0) names.insert(label_value(name));
  }
  return names;
}

TEST(label_value, a_text_that_is_one_already_stays_as_it_is) {
  for (const char* text : {"main", "v1.2.3", "release_2026", "A", "1a2b3c4", ""})
    EXPECT_EQ(label_value(text), text);
}

TEST(label_value, another_text_stays_readable_and_gets_a_hash) {
  EXPECT_EQ(label_value("feature/a").substr(0, 10), "feature-a_");
  EXPECT_EQ(label_value("feature/a").size(), 22U);
  EXPECT_EQ(label_value(std::string(200, 'x')).size(), 63U);
  EXPECT_EQ(label_value("日本").substr(0, 2), "x_");
}

TEST(label_value, a_text_that_looks_like_an_altered_one_is_altered_too) {
  const std::string altered = label_value("feature/a");
  EXPECT_NE(label_value(altered), altered);
}

TEST(label_value, a_hundred_thousand_branches_give_as_many_valid_values) {
  std::set<std::string> values;
  const auto branches = generated_branches(100'000);
  for (const std::string& branch : branches) {
    const std::string value = label_value(branch);
    ASSERT_TRUE(is_valid_label_value(value)) << value;
    values.insert(value);
  }
  EXPECT_EQ(values.size(), branches.size());
}

TEST(slug_of, a_hundred_thousand_branches_give_as_many_parts_of_a_host) {
  std::set<std::string> slugs;
  const auto branches = generated_branches(100'000);
  for (const std::string& branch : branches) {
    const std::string slug = slug_of(branch);
    ASSERT_TRUE(dns_label::accepts(slug) && slug.size() <= 40) << slug;
    slugs.insert(slug);
  }
  EXPECT_EQ(slugs.size(), branches.size());
}

TEST(slug_of, a_short_name_stays_as_it_is) {
  EXPECT_EQ(slug_of("main"), "main");
  EXPECT_EQ(slug_of("Feature/A").substr(0, 10), "feature-a-");
}

/// Kubernetes' own rules for names (apimachinery, validation), written independently: an RFC 1035 label is
/// one of RFC 1123 that begins with a letter, and a label is a subdomain.
bool is_rfc1035_label(const std::string& name, std::size_t most) {
  const auto lower_or_digit = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  if (name.empty() || name.size() > most || name.front() < 'a' || name.front() > 'z'
      || !lower_or_digit(name.back()))
    return false;
  for (char c : name)
    if (!lower_or_digit(c) && c != '-') return false;
  return true;
}

TEST(branch_object_name, a_hundred_thousand_branches_give_as_many_names_of_every_kind) {
  const auto branches = generated_branches(100'000);
  const std::string longest(52, 'n');
  for (const auto& [name, most] : {std::pair{std::string("orders-api"), std::size_t{63}},
                                   {"orders-close-stale-orders", 52},
                                   {longest, 63}}) {
    std::set<std::string> names;
    for (const std::string& branch : branches) {
      const std::string made = branch_object_name(name, branch, most);
      ASSERT_TRUE(is_rfc1035_label(made, most)) << made;
      names.insert(made);
    }
    EXPECT_EQ(names.size(), branches.size()) << name;
  }
}

TEST(branch_object_name, a_hundred_thousand_branches_give_valid_labels_and_selectors) {
  std::set<std::string> keys;
  const auto branches = generated_branches(100'000);
  for (const std::string& branch : branches) {
    const std::string key = branch_key(branch);
    ASSERT_TRUE(is_rfc1035_label("a" + key, 63) && is_valid_label_value(key)) << key;
    const std::string selected = label_value("orders.api." + short_hash(branch));
    ASSERT_TRUE(is_valid_label_value(selected)) << selected;
    keys.insert(key);
  }
  EXPECT_EQ(keys.size(), branches.size());
}

TEST(branch_object_name, two_services_of_one_branch_never_share_a_name) {
  const std::string branch = "x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x-x";
  std::set<std::string> names;
  std::string service = "orders-a";
  for (int length = 0; length < 40; ++length, service += "-x")
    names.insert(branch_object_name(service, branch, 63));
  EXPECT_EQ(names.size(), 40U);
}

TEST(branch_object_name, is_readable) {
  EXPECT_EQ(branch_object_name("orders-api", "feature/Close stale", 63).substr(0, 31),
            "orders-api-feature-close-stale-");
}

TEST(workload_name, is_within_the_budget_of_its_kind) {
  EXPECT_EQ(workload_name("orders", "api"), "orders-api");
  const std::string fifty(50, 'a');
  EXPECT_EQ(workload_name(fifty, "one", 52).size(), 52U);
  EXPECT_NE(workload_name(fifty, "one", 52), workload_name(fifty, "two", 52));
  EXPECT_TRUE(is_rfc1035_label(workload_name("3scale", fifty + fifty, 52), 52));
}

TEST(name_with, is_cut_before_its_suffix) {
  EXPECT_EQ(name_with("orders-index", "pods"), "orders-index-pods");
  const std::string sixty(60, 'a');
  EXPECT_TRUE(is_rfc1035_label(name_with(sixty, "pods"), 63));
  EXPECT_NE(name_with(sixty, "pods"), name_with(sixty + "b", "pods"));
}

}  // namespace
