// Findings against a baseline, and all of them as one file.
#include <cicd/report/scan/merged_sarif.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <cicd/base/json.hpp>
#include <cicd/report/scan/scan_result_json.hpp>
#include <cicd/report/scan/scan_table.hpp>

namespace cicd {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const std::chrono::sys_days today = *day_from("2026-11-30");

scan_finding finding(std::string rule, severity how_bad = severity::high, std::string path = "a.py") {
  return {.level = "error",
          .rule = rule,
          .message = rule + " is wrong",
          .path = std::move(path),
          .line = 3,
          .how_bad = how_bad,
          .fingerprint = "00" + rule};
}

scan_result found(std::vector<scan_finding> all) {
  return {.tool = "ruff", .version = "1", .findings = std::move(all), .rules = {}, .not_run = {}};
}

scan_exception exception(std::string rule, const char* until) {
  return {
      .scan = "ruff", .rule = std::move(rule), .reason = "why", .owner = "jane", .until = *day_from(until)};
}

std::vector<std::string> states(const scan_verdict& of) {
  std::vector<std::string> all;
  for (const judged_finding& each : of.findings)
    all.push_back(each.found.rule + " " + std::string(word_for(each.state)));
  return all;
}

TEST(a_verdict, fails_what_is_as_bad_as_fail_on_and_new) {
  scan_baseline baseline;
  baseline.known["ruff"] = {{"K", "a.py", "00K"}};
  baseline.exceptions = {exception("X", "2027-01-01"), exception("Y", "2026-11-29")};
  const scan_verdict verdict =
      verdict_of(found({finding("K"), finding("X"), finding("Y"), finding("N"), finding("L", severity::low)}),
                 {.scan = "ruff", .fail_on = severity::medium, .baseline = &baseline, .today = today});
  EXPECT_THAT(states(verdict), ElementsAre("Y expired", "N fails", "K known", "X excepted", "L below"));
  EXPECT_EQ(summary_of(verdict), "5 findings: 2 new, 1 known, 1 excepted, 1 below FAIL_ON");
  EXPECT_FALSE(verdict.is_good());
}

TEST(a_verdict, holds_an_exception_on_its_last_day) {
  scan_baseline baseline;
  baseline.exceptions = {exception("X", "2026-11-30")};
  const scan_policy policy{.scan = "ruff", .baseline = &baseline, .today = today};
  EXPECT_THAT(states(verdict_of(found({finding("X")}), policy)), ElementsAre("X excepted"));
  scan_policy next = policy;
  next.today += std::chrono::days(1);
  EXPECT_THAT(states(verdict_of(found({finding("X")}), next)), ElementsAre("X expired"));
}

TEST(a_verdict, says_fourteen_days_before_that_an_exception_ends) {
  scan_baseline baseline;
  baseline.exceptions = {exception("X", "2026-12-14")};
  const scan_policy policy{.scan = "ruff", .baseline = &baseline, .today = today};
  EXPECT_THAT(verdict_of(found({finding("X")}), policy).ending, SizeIs(1));
  baseline.exceptions = {exception("X", "2026-12-15")};
  EXPECT_THAT(verdict_of(found({finding("X")}), policy).ending, IsEmpty());
}

TEST(a_verdict, of_what_did_not_run_takes_nothing_for_gone) {
  scan_baseline baseline;
  baseline.known["ruff"] = {{"K", "a.py", "00K"}};
  baseline.exceptions = {exception("X", "2027-01-01")};
  const scan_policy policy{.scan = "ruff", .is_required = true, .baseline = &baseline, .today = today};
  scan_result of = found({});
  EXPECT_THAT(verdict_of(of, policy).gone, SizeIs(1));
  EXPECT_THAT(verdict_of(of, policy).wrong, SizeIs(1));
  of.not_run = {"no database"};
  const scan_verdict verdict = verdict_of(of, policy);
  EXPECT_THAT(verdict.gone, IsEmpty());
  EXPECT_THAT(verdict.wrong, IsEmpty());
  EXPECT_FALSE(verdict.is_good());
  EXPECT_THAT(text_of(failure_of(verdict, "orders/ruff")), HasSubstr("it did not run, and is REQUIRED"));
}

TEST(a_verdict, of_what_did_not_run_still_fails_what_was_found) {
  scan_result of = found({finding("N")});
  of.not_run = {"broken.py: syntax error"};
  const scan_verdict verdict = verdict_of(of, {.scan = "ruff", .today = today});
  EXPECT_FALSE(verdict.is_good());
  const std::string said = text_of(failure_of(verdict, "orders/ruff"));
  EXPECT_THAT(said, HasSubstr("1 finding"));
  EXPECT_THAT(said, HasSubstr("broken.py: syntax error"));
}

TEST(a_baseline, is_what_is_read_again) {
  scan_baseline of;
  update_baseline(of, "ruff", found({finding("A"), finding("B", severity::low)}));
  of.exceptions = {exception("X", "2027-01-31")};
  const std::string text = text_of(of);
  const auto read = read_baseline(text, "scan-baseline.json", {"ruff"}, today);
  ASSERT_TRUE(read);
  EXPECT_EQ(read.made->known.at("ruff"), of.known.at("ruff"));
  EXPECT_EQ(read.made->exceptions.front().until, of.exceptions.front().until);
  EXPECT_EQ(text_of(*read.made), text);
}

TEST(a_baseline, loses_what_is_gone_and_takes_in_nothing_new) {
  scan_baseline of;
  update_baseline(of, "ruff", found({finding("A"), finding("B")}));
  update_baseline(of, "ruff", found({finding("B"), finding("C")}));
  ASSERT_THAT(of.known.at("ruff"), SizeIs(1));
  EXPECT_EQ(of.known.at("ruff").front().rule, "B");
  scan_result broken = found({});
  broken.not_run = {"no report"};
  update_baseline(of, "ruff", broken);
  EXPECT_THAT(of.known.at("ruff"), SizeIs(1));
}

std::string wrong_text(const std::string& text) {
  const auto read = read_baseline(text, "b.json", {"ruff"}, today);
  EXPECT_FALSE(read) << text;
  std::string said;
  for (const error& each : read.errors) {
    EXPECT_EQ(each.kind, exit_class::usage);
    said += cicd::text_of(each);
  }
  return said;
}

TEST(a_baseline, that_is_wrong_says_where_and_what_helps) {
  EXPECT_THAT(wrong_text("x"), HasSubstr("BASELINE is not JSON"));
  EXPECT_THAT(wrong_text("[]"), HasSubstr("b.json:1: BASELINE is not a JSON object"));
  EXPECT_THAT(wrong_text("{\n\"schema\": 2}"), HasSubstr("b.json:2: BASELINE is of another version: '2'"));
  EXPECT_THAT(wrong_text("{}"), HasSubstr("another version: 'none'"));
  EXPECT_THAT(wrong_text(R"({"schema":1,"schema":1})"), HasSubstr("a member stands twice: 'schema'"));
  EXPECT_THAT(wrong_text(R"({"schema":1,"knwon":{}})"), HasSubstr("did you mean: known"));
  EXPECT_THAT(wrong_text(R"({"schema":1,"known":{"ruf":[]}})"), HasSubstr("did you mean: ruff"));
  EXPECT_THAT(wrong_text(R"({"schema":1,"known":{"ruff":[{"rule":"A","path":"a","fingerprint":"00"}]}})"),
              HasSubstr("edited by hand"));
  EXPECT_THAT(wrong_text(R"({"schema":1,"known":[]})"), HasSubstr("'known' is not an object"));
  EXPECT_THAT(wrong_text(R"({"schema":1,"exceptions":{}})"), HasSubstr("'exceptions' is not a list"));
  EXPECT_THAT(
      wrong_text(
          R"({"schema":1,"exceptions":[{"scan":"ruff","rule":"A","reason":" ","owner":"j","until":"2027-01-01"}]})"),
      HasSubstr("an exception has no 'reason'"));
  EXPECT_THAT(wrong_text(R"({"schema":1,"known":{"ruff":{}}})"), HasSubstr("of a scan is not a list: '{}'"));
  for (const char* path : {R"(["a.py"])", "7", "\" \"", "false", "{}"})
    EXPECT_THAT(
        wrong_text(fmt::format(
            R"({{"schema":1,"exceptions":[{{"scan":"ruff","rule":"A","path":{},"reason":"r","owner":"j","until":"2027-01-01"}}]}})",
            path)),
        HasSubstr(fmt::format("an exception's 'path' is not a text: '{}'", path)));
  for (const char* day : {"2027-02-30", "2027-1-1", "tomorrow", "2027/01/01"})
    EXPECT_THAT(
        wrong_text(fmt::format(
            R"({{"schema":1,"exceptions":[{{"scan":"ruff","rule":"A","reason":"r","owner":"j","until":"{}"}}]}})",
            day)),
        HasSubstr("is not a day"));
}

scanned scan_of(std::string step, scan_result of) {
  scan_verdict verdict = verdict_of(of, {.scan = step, .today = today});
  return {.step = std::move(step),
          .prefix = "services/orders/",
          .found = std::move(of),
          .verdict = std::move(verdict)};
}

json parsed(const std::string& text) {
  const auto read = parse_json(text);
  EXPECT_TRUE(read);
  return read ? *read : json();
}

TEST(the_merged_sarif, has_paths_from_the_root) {
  const json runs =
      parsed(merged_sarif_of({scan_of("orders/ruff", found({finding("A", severity::high, "a b.py"),
                                                            finding("B", severity::low, "/usr/include/x.h"),
                                                            finding("C", severity::low, "../other/c.py")}))})
                 .text)["runs"];
  const json& run = runs.elements().at(0);
  EXPECT_EQ(run["automationDetails"]["id"].text(), "orders/ruff/");
  const auto uri = [&](std::size_t at) {
    return run["results"]
        .elements()
        .at(at)["locations"]
        .elements()[0]["physicalLocation"]["artifactLocation"]["uri"]
        .text();
  };
  EXPECT_EQ(uri(0), "services/orders/a%20b.py");
  EXPECT_EQ(uri(1), "usr/include/x.h");
  EXPECT_EQ(uri(2), "other/c.py");
  EXPECT_EQ(run["results"].elements()[1]["level"].text(), "note");
}

TEST(the_merged_sarif, says_what_is_known_or_excepted_and_links_by_https_alone) {
  scan_baseline baseline;
  baseline.known["ruff"] = {{"K", "a.py", "00K"}};
  baseline.exceptions = {exception("X", "2027-01-01")};
  scanned scan{
      .step = "orders/ruff", .prefix = {}, .found = found({finding("K"), finding("X"), finding("N")})};
  scan.found.rules = {{"K", {"known", "javascript:alert(1)"}}, {"N", {"new", "https://example.com/N"}}};
  scan.verdict = verdict_of(scan.found, {.scan = "ruff", .baseline = &baseline, .today = today});
  const json run = parsed(merged_sarif_of({scan}).text)["runs"].elements().at(0);
  for (const json& each : run["results"].elements()) {
    const std::string rule = each["ruleId"].text();
    EXPECT_EQ(each["baselineState"].text(), rule == "K" ? "unchanged" : "");
    EXPECT_EQ(each["suppressions"].is_null(), rule != "X");
    if (rule == "X") {
      EXPECT_EQ(each["suppressions"].elements().at(0)["justification"].text(),
                "why (jane, until 2027-01-01)");
    }
  }
  for (const json& each : run["tool"]["driver"]["rules"].elements())
    EXPECT_EQ(each["helpUri"].text(), each["id"].text() == "N" ? "https://example.com/N" : "");
}

TEST(the_merged_sarif, calls_no_scan_clean_that_did_not_run) {
  scan_result half = found({finding("A")}), none = found({});
  half.not_run = none.not_run = {"no \"database\""};
  const json runs = parsed(merged_sarif_of({scan_of("orders/half", half), scan_of("orders/none", none),
                                            scan_of("orders/clean", found({}))})
                               .text)["runs"];
  ASSERT_THAT(runs.elements(), SizeIs(2));
  const json& run = runs.elements()[0];
  EXPECT_EQ(run["automationDetails"]["id"].text(), "orders/half/");
  const json& said = run["invocations"].elements().at(0);
  EXPECT_FALSE(said["executionSuccessful"].boolean(true));
  EXPECT_EQ(said["toolExecutionNotifications"].elements().at(0)["message"]["text"].text(), "no \"database\"");
  EXPECT_TRUE(runs.elements()[1]["invocations"].is_null());
}

TEST(the_merged_sarif, keeps_within_the_limits_of_a_forge_and_leaves_out_the_least_bad) {
  std::vector<scanned> all;
  for (int at = 0; at < 22; ++at) {
    scan_result one = found({finding(fmt::format("R{}", at), at == 21 ? severity::critical
                                                             : at < 2 ? severity::low
                                                                      : severity::high)});
    one.tool = fmt::format("tool{}", at);
    all.push_back(scan_of(fmt::format("orders/s{}", at), std::move(one)));
  }
  const merged_sarif merged = merged_sarif_of(all);
  EXPECT_EQ(merged.runs_left_out, 2u);
  EXPECT_THAT(parsed(merged.text)["runs"].elements(), SizeIs(20));
  EXPECT_EQ(merged.text.find("\"R0\""), std::string::npos);
  EXPECT_NE(merged.text.find("\"R21\""), std::string::npos);
}

TEST(the_merged_sarif, joins_scans_of_one_tool_where_there_are_too_many) {
  std::vector<scanned> all;
  for (int at = 0; at < 30; ++at) all.push_back(scan_of(fmt::format("p{}/ruff", at), found({finding("R")})));
  const merged_sarif merged = merged_sarif_of(all);
  EXPECT_EQ(merged.runs_left_out, 0u);
  const json runs = parsed(merged.text)["runs"];
  ASSERT_THAT(runs.elements(), SizeIs(1));
  EXPECT_THAT(runs.elements()[0]["results"].elements(), SizeIs(30));
}

TEST(the_merged_sarif, has_25000_results_at_most_the_worst) {
  scan_result many = found({});
  for (int at = 0; at < 25'010; ++at) many.findings.push_back(finding("R", severity::medium));
  many.findings.push_back(finding("WORST", severity::critical));
  const merged_sarif merged = merged_sarif_of({scan_of("orders/ruff", std::move(many))});
  EXPECT_EQ(merged.left_out, 11u);
  EXPECT_NE(merged.text.find("WORST is wrong"), std::string::npos);
}

TEST(what_is_remembered_of_a_scan, is_what_was_found) {
  scan_result of = found({finding("A"), finding("B", severity::low)});
  of.rules["A"] = {"words", "https://a", 7.5};
  of.not_run = {"x"};
  const auto read = remembered_scan_from(text_of(of, "key"));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->found.findings, of.findings);
  EXPECT_EQ(read->found.rules, of.rules);
  EXPECT_EQ(read->found.not_run, of.not_run);
  EXPECT_EQ(read->key, "key");
  for (const char* odd : {"", "{", R"({"schema":2})"}) EXPECT_FALSE(remembered_scan_from(odd)) << odd;
}

TEST(the_table_of_scans, is_no_markup_of_what_was_found) {
  scan_result of = found({finding("A|<b>", severity::high, "a`b.py")});
  const std::string page = scan_markdown({scan_of("orders/ruff", std::move(of))});
  EXPECT_THAT(page, HasSubstr("1 scan ran: 1 new finding"));
  EXPECT_THAT(page, HasSubstr(R"(| high | a\`b.py:3 | A\|\<b\> |)"));
}

}  // namespace
}  // namespace cicd
