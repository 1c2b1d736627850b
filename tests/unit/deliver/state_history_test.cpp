// The state in a bucket: what deployed is found however often the state alone was written since.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/json.hpp>
#include <cicd/deliver/state_history.hpp>

namespace {

using namespace cicd;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using files = std::map<std::string, std::string>;

/// A bucket that lists a thousand keys at once, as S3 does.
struct bucket {
  std::map<std::string, std::string> objects{};
  int lists = 0, gets = 0;
};
class paged final : public object_store {
 public:
  explicit paged(bucket& in) : in_(in) {}
  std::string address(const std::string& key) const override { return "s3://b/" + key; }
  std::string inspect_command(const std::string&) const override { return {}; }
  result<std::optional<std::string>> get(const std::string& key) override {
    ++in_.gets;
    const auto found = in_.objects.find(key);
    return found == in_.objects.end() ? std::optional<std::string>() : found->second;
  }
  result<bool> has(const std::string& key) override { return in_.objects.contains(key); }
  result<bool> put_new(const std::string& key, const std::string& bytes) override {
    return in_.objects.emplace(key, bytes).second;
  }
  result<std::vector<std::string>> list(const std::string&) override { return std::vector<std::string>(); }
  result<key_page> list_after(const std::string& prefix, const std::string& after) override {
    ++in_.lists;
    key_page page;
    for (auto each = in_.objects.upper_bound(std::max(prefix, after));
         each != in_.objects.end() && each->first.starts_with(prefix); ++each) {
      page.has_more = page.keys.size() == 1000;
      if (page.has_more) break;
      page.keys.push_back(each->first);
    }
    return page;
  }
  status remove(const std::string&) override { return {}; }

 private:
  bucket& in_;
};

class a_state_history : public testing::Test {
 protected:
  bucket in;
  const state_history all{std::make_unique<paged>(in), "orders/state/prod"};

  wanted_manifests now() const {
    const auto last = all.last();
    EXPECT_TRUE(last) << text_of(last.error());
    return unchanged(last->there, "Jane Doe", {});
  }
  void write(const wanted_manifests& what) {
    const auto added = all.add(*all.last(), what);
    ASSERT_TRUE(added && *added);
  }
  void deploy(const std::string& id, const files& code, const std::string& outcome = "deployed") {
    wanted_manifests what = now();
    const std::int64_t before = what.record ? what.record->generation : 0;
    what.files = code;
    what.record.emplace();
    what.record->id = what.record->version = id;
    what.record->pipeline = "orders";
    what.record->environment = "prod";
    what.record->generation = before + 1;
    what.record->manifests = digest_of_manifests(code);
    what.record->outcome = "deploying";
    write(what);
    what.record->outcome = outcome;
    write(what);
  }
  void hold(const std::string& reason) {
    wanted_manifests what = now();
    what.state.hold.emplace();
    what.state.hold->reason = reason;
    write(what);
  }
  std::vector<std::string> ids(std::size_t most) {
    std::vector<std::string> found;
    const auto read = all.history(most);
    EXPECT_TRUE(read);
    for (const deployment_record& each : *read) found.push_back(each.id + " " + each.outcome);
    return found;
  }
  json document(int number) const {
    return *parse_json(in.objects.at(fmt::format("orders/state/prod/{:010}.json", number)));
  }
};

TEST_F(a_state_history, counts_deployments_and_not_how_often_the_state_was_written) {
  deploy("one", {{"a.function.json", "1"}});
  for (int each = 0; each < 300; ++each) hold(std::to_string(each));
  deploy("two", {{"a.function.json", "2"}}, "failed");
  hold("again");
  deploy("three", {{"a.function.json", "3"}});
  for (int each = 0; each < 300; ++each) hold(std::to_string(each));
  EXPECT_THAT(ids(10), ElementsAre("three deployed", "two failed", "one deployed"));
  EXPECT_THAT(ids(2), ElementsAre("three deployed", "two failed"));
  EXPECT_THAT(ids(0), IsEmpty());
  const auto kept = all.past();
  ASSERT_TRUE(kept);
  ASSERT_EQ(kept->size(), 2U);
  const auto put_back = all.files_of(kept->back().record);
  ASSERT_TRUE(put_back) << text_of(put_back.error());
  EXPECT_EQ(*put_back, (files{{"a.function.json", "1"}}));
  EXPECT_EQ(all.last()->there.state.hold->reason, "299");
}

TEST_F(a_state_history, reads_one_object_for_each_deployment) {
  deploy("one", {{"a", "1"}});
  for (int each = 0; each < 50; ++each) hold(std::to_string(each));
  deploy("two", {{"a", "2"}});
  in.gets = in.lists = 0;
  EXPECT_EQ(ids(10).size(), 2U);
  EXPECT_EQ(in.gets, 2);
  EXPECT_EQ(in.lists, 1);
}

TEST_F(a_state_history, keeps_files_in_the_generation_that_began_to_deploy_them) {
  hold("before the first");
  deploy("one", {{"a", "1"}});
  hold("since");
  EXPECT_FALSE(document(1).is_null());
  EXPECT_EQ(document(2)["files"]["a"].text(), "1");
  for (const int each : {3, 4}) {
    EXPECT_TRUE(document(each)["files"].is_null()) << each;
    EXPECT_EQ(document(each)["files_in"].integer(), 2) << each;
  }
  EXPECT_EQ(all.last()->there.files, (files{{"a", "1"}}));
  in.objects.erase("orders/state/prod/0000000002.json");
  const auto lost = all.last();
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().kind, exit_class::corrupt);
}

TEST_F(a_state_history, finds_the_newest_of_very_many_without_listing_all) {
  for (const int many : {999, 1000, 1001, 2500, 20'000}) {
    in.objects.clear();
    for (int each = 1; each <= many; ++each)
      in.objects[fmt::format("orders/state/prod/{:010}.json", each)] = "x";
    state_generation before;
    before.number = many;
    ASSERT_TRUE(*all.add(before, wanted_manifests{}));
    in.lists = 0;
    const auto last = all.last();
    ASSERT_TRUE(last) << text_of(last.error());
    EXPECT_EQ(last->number, many + 1);
    EXPECT_LE(in.lists, 12) << many;
  }
}

TEST_F(a_state_history, refuses_one_that_names_a_later_generation) {
  deploy("one", {{"a", "1"}});
  const json right = document(2);
  json wrong;
  for (const auto& [name, value] : right.members())
    if (name != "digest") wrong.set(name, name == "files_in" ? json(std::int64_t{2}) : value);
  wrong.set("digest", oci_text(sha256(compact(wrong))));
  in.objects["orders/state/prod/0000000002.json"] = pretty(wrong);
  const auto read = all.last();
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().kind, exit_class::corrupt);
  EXPECT_THAT(text_of(read.error()), HasSubstr("files_in"));
}

}  // namespace
