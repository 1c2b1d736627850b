// The summary of a job in Markdown, and where a run failed in the sources.
#include <gmock/gmock.h>

#include <string>

#include <cicd/report/failure_places.hpp>
#include <cicd/report/job_summary.hpp>

namespace cicd {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::Not;

template <typename To>
void tell(To& to, event_body body) {
  to.hear({.when = {}, .elapsed = {}, .body = std::move(body)});
}

step_ended ended(std::string step,
                 step_outcome how,
                 std::vector<test_case> tests = {},
                 std::optional<error> failure = {}) {
  return {.step = std::move(step),
          .outcome = how,
          .duration = milliseconds(1200),
          .how = {},
          .log = {},
          .summary = {},
          .failure = std::move(failure),
          .tests = std::move(tests)};
}
test_case failing(std::string name, std::string file = {}) {
  return {.suite = "T",
          .name = std::move(name),
          .file = std::move(file),
          .how = test_case::state::failed,
          .duration = {},
          .message = "no",
          .details = {}};
}
run_ended run_end(exit_class how) {
  return {.outcome = how, .duration = milliseconds(3000), .failure = {}, .summary = {}};
}

TEST(job_summary, has_a_row_for_each_step_and_place) {
  job_summary of;
  tell(of, run_started{.id = "1",
                       .folder = {},
                       .target = "deploy-prod",
                       .commit = "1a2b3c4d",
                       .branch = "main",
                       .who = {},
                       .steps = {}});
  tell(of, step_started{.step = "o/build", .reasons = {"a changed"}, .expected = {}});
  tell(of, ended("o/build", step_outcome::ran));
  tell(of, ended("o/old", step_outcome::up_to_date));
  tell(of, deploy_started{.at = {"o", "prod", {}},
                          .to = {.id = {}, .version = "v1", .commit = {}, .who = {}},
                          .approved_by = "Ada"});
  deployed done{.at = {"o", "prod", "eu"},
                .record = {.id = {}, .version = "v1", .commit = {}, .who = "Jane Doe <j@x>"},
                .reason = {}};
  done.record.images["api"] = "sha256:12";
  tell(of, done);
  tell(of, run_end(exit_class::done));
  of.set_author("nobody");
  EXPECT_EQ(of.markdown(100'000),
            "## ✓ deploy-prod done in 3.0 s: 1 step ran, 1 up to date\n\n### Deployed\n\n"
            "| environment | is | version | digest | by | approved by |\n|---|---|---|---|---|---|\n"
            "| o/prod in eu | deployed | v1 | api sha256:12 | Jane Doe | Ada |\n\n### Steps\n\n"
            "| step | result | time | reason |\n|---|---|--:|---|\n"
            "| o/build | ✓ ran | 1.2 s | a changed |\n| o/old | ○ up to date |  |  |\n\n");
}

TEST(job_summary, lets_nothing_of_others_be_markup) {
  job_summary of;
  tell(
      of,
      run_started{
          .id = "1", .folder = {}, .target = "a|b", .commit = {}, .branch = "<img>", .who = {}, .steps = {}});
  tell(of, ended("o/it", step_outcome::failed, {failing("](http://x) @team `#1` \n| <script>")},
                 error{exit_class::usage, {}, "_a_ | **b**", {}, {}}));
  tell(of, run_end(exit_class::step_failed));
  of.set_author("[Ada](x)");
  const std::string text = of.markdown(100'000);
  EXPECT_THAT(text, HasSubstr(R"(The commit is \[Ada\]\(x\), on \<img\>.)"));
  EXPECT_THAT(text, HasSubstr(R"(| \_a\_ \| \*\*b\*\* |)"));
  EXPECT_THAT(text, Not(HasSubstr("<script>")));
  EXPECT_THAT(text, Not(HasSubstr(" @team")));
}

TEST(job_summary, leaves_out_what_is_too_much) {
  job_summary of;
  for (int at = 0; at < 400; ++at)
    tell(of, ended("o/" + std::string(100, 'x') + std::to_string(at), step_outcome::ran));
  tell(of, run_end(exit_class::done));
  for (const std::size_t most : {50'000U, 5'000U, 200U, 10U, 0U}) EXPECT_LE(of.markdown(most).size(), most);
  EXPECT_THAT(of.markdown(5'000), HasSubstr("too long for this page"));
}

/// `path:line title`, in order.
std::vector<std::string> places(const failure_places& of) {
  std::vector<std::string> all;
  for (const ci_annotation& each : of.all())
    all.push_back(each.path + ":" + std::to_string(each.line) + " " + each.title);
  return all;
}

failure_places places_of_two() {
  // Two pipelines, each with such a file; the repository's root is above both.
  return failure_places({{{"/b/work/a/cc", "/r/a"}, {"/b/work/b/cc", "/r/b"}},
                         "/r",
                         [](const std::string& path) {
                           return path == "/r/a/src/x.c" || path == "/r/b/../../etc/x.c"
                                  || path == "/r/b/src/x.c" || path == "/r/CMakeLists.txt";
                         }},
                        {{"a/cc", "/b/work/a/cc"}, {"b/cc", "/b/work/b/cc"}}, "/r");
}

TEST(failure_places, are_those_of_the_step_that_failed) {
  failure_places of = places_of_two();
  for (const char* step : {"b/cc", "a/cc"}) {
    tell(of, step_started{.step = step, .reasons = {}, .expected = {}});
    tell(of, step_output{step, output_stream::err, "src/x.c:3:1: error: no"});
    tell(of, step_output{step, output_stream::err, "src/gone.c:3:1: error: no"});
    tell(of, step_output{step, output_stream::err, "../../etc/x.c:3:1: error: no"});
    tell(of, ended(step, step_outcome::failed));
  }
  EXPECT_THAT(places(of), testing::ElementsAre("b/src/x.c:3 b/cc failed", "a/src/x.c:3 a/cc failed"));
}

TEST(failure_places, of_tests_come_before_what_is_printed) {
  failure_places of = places_of_two();
  tell(of, step_output{"a/cc", output_stream::out, "src/x.c:9:1: error: of a test on purpose"});
  tell(of, ended("a/cc", step_outcome::failed, {failing("t", "src/x.c:3"), failing("u")}));
  EXPECT_THAT(places(of), testing::ElementsAre("a/src/x.c:3 T.t", ":0 T.u"));
}

TEST(failure_places, of_a_step_that_changes_its_folder_are_the_one_file_that_it_was_given_and_that_ends_so) {
  const std::vector<std::string> inputs{"main.c",       "sub/main.c",       "sub/one.c",
                                        "go/a_test.go", "go/api/b_test.go", "go/web/b_test.go"};
  failure_places of({.source_folders = {{"/b/work/a/cc", "/r"}},
                     .here = "/r",
                     .exists = [](const std::string&) { return true; },
                     .given =
                         [&](const std::string& step, std::string_view path) {
                           std::vector<std::string> found;
                           for (const std::string& each : inputs)
                             if (step == "a/cc" && ("/" + each).ends_with("/" + std::string(path)))
                               found.push_back("/r/" + each);
                           return found;
                         }},
                    {{"a/cc", "/b/work/a/cc"}}, "/r");
  for (const char* file : {"one.c", "./one.c", "main.c", "sub/main.c", "/b/work/a/cc/main.c", "made.c"})
    tell(of, step_output{"a/cc", output_stream::err, std::string(file) + ":3:1: error: no"});
  tell(of, step_output{"a/cc", output_stream::out, "    a_test.go:7: want 3"});
  tell(of, ended("a/cc", step_outcome::failed));
  EXPECT_THAT(places(of), testing::ElementsAre("sub/one.c:3 a/cc failed", "sub/one.c:3 a/cc failed",
                                               "sub/main.c:3 a/cc failed", "main.c:3 a/cc failed",
                                               "made.c:3 a/cc failed", "go/a_test.go:7 a/cc failed"));
  failure_places tests = of;
  test_case in_package = failing("u", "b_test.go:5");
  in_package.suite = "example.com/m/api";
  tell(tests, ended("a/cc", step_outcome::failed,
                    {failing("t", "a_test.go:5"), failing("t", "b_test.go:5"), in_package}));
  const std::vector<std::string> all = places(tests);
  EXPECT_THAT(std::vector<std::string>(all.end() - 3, all.end()),
              testing::ElementsAre("go/a_test.go:5 T.t", ":0 T.t", "go/api/b_test.go:5 example.com/m/api.u"));
}

TEST(failure_places, of_declarations_are_where_they_are_declared) {
  failure_places of = places_of_two();
  of.add(error{exit_class::usage, "a/cc", "unknown keyword", {}, {}}.with("declared at", "CMakeLists.txt:7"));
  tell(of, step_output{"a/cc", output_stream::out, "the last words"});
  tell(of, ended("a/cc", step_outcome::failed));
  tell(of, ended("b/cc", step_outcome::ran));
  EXPECT_THAT(places(of),
              testing::ElementsAre("CMakeLists.txt:7 a/cc: unknown keyword", ":0 a/cc failed after 1.2 s"));
  EXPECT_EQ(of.all().back().message, "the last words");
}

}  // namespace
}  // namespace cicd
