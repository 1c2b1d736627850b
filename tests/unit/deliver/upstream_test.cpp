// What Jenkins, GitHub and documents of any form say of the builds of a commit.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cicd/base/text.hpp>
#include <cicd/deliver/upstream.hpp>

namespace cicd {
namespace {

using enum upstream_build::state;
using testing::HasSubstr;

const std::string commit(40, 'a'), other(40, 'b');

std::string build(int number, const std::string& end, const std::string& of) {
  return R"({"number":)" + std::to_string(number) + R"(,"building":)" + (end == "null" ? "true" : "false")
         + R"(,"result":)" + end + R"(,"url":"https://ci/)" + std::to_string(number)
         + R"(/","actions":[{},{"lastBuiltRevision":{"SHA1":")" + std::string(40, 'f')
         + R"("}},{"lastBuiltRevision":{"SHA1":")" + of + R"("}}]})";
}

upstream_build in_jenkins(const std::string& builds) {
  return build_in_jenkins(*parse_json(R"({"builds":[)" + builds + "]}"), commit);
}

TEST(builds_of_jenkins, are_those_of_the_commit_and_the_last_good_one_counts) {
  EXPECT_EQ(in_jenkins("").is, none);
  EXPECT_EQ(in_jenkins(build(9, R"("SUCCESS")", other)).is, none);
  EXPECT_EQ(in_jenkins(build(9, "null", commit) + "," + build(8, R"("FAILURE")", commit)),
            (upstream_build{running, "9", "https://ci/9/", ""}));
  EXPECT_EQ(in_jenkins(build(9, R"("ABORTED")", commit)),
            (upstream_build{failed, "9", "https://ci/9/", "ABORTED"}));
  EXPECT_EQ(in_jenkins(build(9, R"("FAILURE")", commit) + "," + build(8, R"("SUCCESS")", commit)).number,
            "8");
  EXPECT_EQ(in_jenkins(build(9, R"("UNSTABLE")", commit)).is, failed);
  EXPECT_EQ(build_in_jenkins(json(), commit).is, none);
}

TEST(check_runs_of_github, are_good_where_all_are) {
  const auto of = [](const std::string& runs, const std::string& name = {}) {
    return build_in_checks(*parse_json(R"({"check_runs":[)" + runs + "]}"), name);
  };
  const auto run = [](const std::string& name, const std::string& end) {
    return R"({"id":1,"name":")" + name + R"(","status":")" + (end == "null" ? "in_progress" : "completed")
           + R"(","conclusion":)" + end + R"(,"html_url":"https://git/1"})";
  };
  const std::string good_one = run("a", R"("success")"), skipped = run("b", R"("skipped")"),
                    bad = run("c", R"("timed_out")"), runs_yet = run("d", "null");
  EXPECT_EQ(of("").is, none);
  EXPECT_EQ(of(good_one + "," + skipped).is, good);
  EXPECT_EQ(of(good_one + "," + bad + "," + runs_yet),
            (upstream_build{failed, "1", "https://git/1", "c: timed_out"}));
  EXPECT_EQ(of(runs_yet + "," + bad).is, failed);
  EXPECT_EQ(of(good_one + "," + runs_yet).is, running);
  EXPECT_EQ(of(runs_yet + "," + good_one).is, running);
  EXPECT_EQ(of(good_one + "," + bad, "a").is, good);
  EXPECT_EQ(of(good_one, "e").is, none);
}

TEST(documents, are_read_by_pointers) {
  declared_upstream of{.kind = upstream_kind::json,
                       .url = "https://ci/last",
                       .commit = "/builds/0/sha",
                       .result = "/builds/0/a~1b",
                       .number = "/builds/0/id"};
  const json document =
      *parse_json(R"({"builds":[{"sha":")" + commit.substr(0, 8) + R"(","a/b":"Success","id":7}]})");
  EXPECT_EQ(*build_in_document(of, document, commit), (upstream_build{good, "7", "", "Success"}));
  EXPECT_EQ(build_in_document(of, document, other)->is, none);
  of.good = "true";
  EXPECT_EQ(build_in_document(of, document, commit)->is, failed);
  EXPECT_EQ(
      build_in_document(of, *parse_json(R"({"builds":[{"sha":"aaaaaaa","a/b":null,"id":7}]})"), commit)->is,
      running);
  EXPECT_EQ(build_in_document(of, json(json::object{}), commit)->is, none);
  of.number = "/builds/0/jd";
  const auto nowhere = build_in_document(of, document, commit);
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().kind, exit_class::usage);
  EXPECT_THAT(text_of(nowhere.error()), HasSubstr("did you mean: number=/builds/0/id"));
  of.number = "/builds/9";
  EXPECT_FALSE(build_in_document(of, document, commit));
}

}  // namespace
}  // namespace cicd
