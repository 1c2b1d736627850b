"""What a CI log shows: parts that fold, annotations, the summary of a job; by the variables that each system really sets. What untrusted
code prints acts nowhere."""

import json
import os
import re
import shutil
import unittest
from pathlib import Path

import harness

MARKS = re.compile(r"^(::[a-z]|\s*##\[|\s*##vso\[|---|\+\+\+|~~~|\x1b\[0Ksection_)")
TWO = """add_pipeline(app)
pipeline_step(app build SHELL "echo made; echo careful >&2; cp in.txt out.txt" INPUTS in.txt OUTPUTS out.txt)
pipeline_step(app test  SHELL "echo checking; exit $(cat status)" AFTER build INPUTS status)
"""
HOSTILE = ["::set-env name=PATH::/tmp/evil", "::add-mask::a", "::stop-commands::x", "::error file=a.c::boo", "  ::group::x", "##vso[task.setvariable variable=x]y",
           "##[group]x", "##[error]x", "--- closed", "+++ open", "~~~ muted", "\033[0Ksection_start:1:x\r\033[0Kx", "\033[0Ksection_end:1:x\r\033[0K",
           "section_start:1:x\r\033[0K", "\033]1338;url=x\a", "::endgroup::", "##[endgroup]", "\r::add-mask::b", "\u00a0::set-env name=x::y", "the end"]


class CiLog(harness.Case):
    def tree_of(self, calls=TWO, status="0", files=None):
        tree = self.committed(calls, {"status": status, **(files or {})})
        self.summary = self.folder / "summary.md"
        return tree

    def of(self, system, tree):
        """The variables of a push to main."""
        commit = tree.git("rev-parse", "HEAD")
        return {
            "github": dict(CI="true", GITHUB_ACTIONS="true", GITHUB_EVENT_NAME="push", GITHUB_REF="refs/heads/main", GITHUB_REF_NAME="main", GITHUB_REF_TYPE="branch",
                           GITHUB_SHA=commit, GITHUB_REPOSITORY="us/app", GITHUB_SERVER_URL="https://git.example.com", GITHUB_RUN_ID="7", GITHUB_ACTOR="jane",
                           GITHUB_WORKSPACE=str(tree.source), GITHUB_STEP_SUMMARY=str(self.summary)),
            "gitlab": dict(CI="true", GITLAB_CI="true", CI_PIPELINE_SOURCE="push", CI_COMMIT_BRANCH="main", CI_COMMIT_SHA=commit, CI_PIPELINE_ID="7", CI_JOB_ID="50",
                           CI_PROJECT_ID="3", CI_PROJECT_URL="https://git.example.com/us/app"),
            "buildkite": dict(CI="true", BUILDKITE="true", BUILDKITE_BRANCH="main", BUILDKITE_COMMIT=commit, BUILDKITE_PULL_REQUEST="false",
                              BUILDKITE_REPO=str(tree.remote), BUILDKITE_BUILD_ID="7", BUILDKITE_SOURCE="webhook"),
            "azure": dict(TF_BUILD="True", BUILD_REASON="IndividualCI", BUILD_SOURCEBRANCH="refs/heads/main", BUILD_SOURCEVERSION=commit, BUILD_BUILDID="7"),
            "circleci": dict(CI="true", CIRCLECI="true", CIRCLE_BRANCH="main", CIRCLE_SHA1=commit, CIRCLE_REPOSITORY_URL=str(tree.remote)),
            "drone": dict(CI="drone", DRONE="true", DRONE_BUILD_EVENT="push", DRONE_BRANCH="main", DRONE_COMMIT_SHA=commit),
            "jenkins": dict(CI="true", JENKINS_URL="https://ci.example.com/", BRANCH_NAME="main", GIT_COMMIT=commit),
        }[system]

    def shown(self, tree, system, *words, status=0, **more):
        return tree.run(*(words or ("app/test",)), status=status, env={**self.of(system, tree), **more})

    def request(self, tree, base="main"):
        """GitHub's variables of a pull request into `base` of what is checked out."""
        event = self.folder / "event.json"
        same = {"repo": {"full_name": "us/app"}}
        event.write_text(json.dumps({"pull_request": {"number": 7, "head": {"ref": "fix", **same}, "base": {"ref": base, **same}}, "repository": {"full_name": "us/app"}}))
        return {**self.of("github", tree), "GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": str(event), "GITHUB_REF": "refs/pull/7/merge",
                "GITHUB_REF_NAME": "7/merge", "GITHUB_HEAD_REF": "fix", "GITHUB_BASE_REF": base}

    # ---- parts ----

    def test_github_gets_a_group_for_each_step_and_what_failed_without_one(self):
        tree = self.tree_of(status="3")
        log = self.shown(tree, "github", status=1).stdout
        self.assertRegex(log, r"(?m)^app/build started: never ran here\n::group::\S app/build  [^\n]*never ran here\n(?:  which .*\n)?\| made\n! careful\n::endgroup::\n")
        self.assertRegex(log, r"(?m)^app/test started[^\n]*\n\S app/test failed after [^\n]*: exit status 3\n\| checking\n")
        self.assertEqual(log.count("::group::"), 2, "the step that succeeded, and annotations")
        self.assertLess(log.index("| checking"), log.index("failed: exit status 3 after"), "the block of the failure comes last, in the same stream")

    def forget(self, tree):
        shutil.rmtree(tree.home / "cache", ignore_errors=True)
        (tree.build / ".cicd/steps.journal").unlink(missing_ok=True)

    def test_gitlab_buildkite_and_azure_get_their_own(self):
        tree = self.tree_of(status="3")
        for system, good, bad in (
                ("gitlab", r"\x1b\[0Ksection_start:\d+:app_build\.\d+\.1\[collapsed=true\]\r\x1b\[0K\S app/build  .*\n(?:  which .*\n)?\| made\n! careful\n\x1b\[0Ksection_end:\d+:app_build\.\d+\.1\r\x1b\[0K\n",
                 r"\x1b\[0Ksection_start:\d+:app_test\.\d+\.1\r\x1b\[0K\S app/test failed after .*\n\| checking\n\x1b\[0Ksection_end"),
                ("buildkite", r"(?m)^~~~ app/build started: never ran here\n--- \S app/build  .*\n(?:  which .*\n)?\| made\n! careful\n", r"(?m)^\+\+\+ \S app/test failed after .*\n\| checking\n"),
                ("azure", r"(?m)^##\[group\]\S app/build  .*\n(?:  which .*\n)?\| made\n! careful\n##\[endgroup\]\n", r"(?m)^\S app/test failed after .*\n\| checking\n")):
            with self.subTest(system):
                self.forget(tree)
                done = self.shown(tree, system, status=1)
                self.assertRegex(done.stdout, good)
                self.assertRegex(done.stdout, bad)
                self.assertEqual(done.stderr, "")

    def test_systems_that_fold_nothing_get_plain_lines_and_so_does_who_wants_them(self):
        tree = self.tree_of()
        for system in ("circleci", "drone", "jenkins"):
            log = self.shown(tree, system, "app/build").stdout
            self.assertEqual([line for line in log.splitlines() if MARKS.match(line)], [], system)
        tree.write("in.txt", "two")
        log = self.shown(tree, "github", "app/build", CICD_CI_LOG="plain").stdout
        self.assertIn("[app/build] | made\n", log)
        self.assertNotIn("::group::", log)
        self.assertFalse(self.summary.exists())

    def test_parts_of_steps_that_run_side_by_side_are_whole(self):
        steps = "".join(f'pipeline_step(app s{number} SHELL "for n in 1 2 3 4 5; do echo s{number}; sleep 0.05; done" INPUTS in.txt)\n' for number in range(3))
        log = self.shown(self.tree_of("add_pipeline(app)\n" + steps), "github", "app/s0", "app/s1", "app/s2", CICD_JOBS="3").stdout
        parts = re.findall(r"::group::(.*)\n(?:  .*\n)*((?:\| .*\n)*)::endgroup::\n", log)
        self.assertEqual(len(parts), 3)
        for title, lines in parts:
            name = re.search(r"app/(s\d)", title)[1]
            self.assertEqual(lines, f"| {name}\n" * 5)

    def test_much_output_is_written_before_the_step_ends(self):
        tree = self.tree_of('add_pipeline(app)\npipeline_step(app much SHELL "yes 0123456789abcdef0123456789abcdef | head -n 100000" INPUTS in.txt)\n')
        log = self.shown(tree, "github", "app/much").stdout
        self.assertEqual(log.count("| 0123456789abcdef0123456789abcdef\n"), 100_000)
        self.assertIn("::group::app/much, part 1: it goes on\n", log)
        self.assertEqual(log.count("::group::"), log.count("::endgroup::"))

    # ---- untrusted output ----

    def test_no_output_of_a_step_acts_on_any_system(self):
        tree = self.tree_of('add_pipeline(app)\npipeline_step(app bad SHELL "cat hostile; cat hostile >&2; exit $(cat status)" INPUTS status hostile)\n',
                            files={"hostile": "\n".join(HOSTILE) + "\n"})
        for status in ("0", "1"):
            tree.write("status", status)
            for system in ("github", "gitlab", "buildkite", "azure", "circleci"):
                with self.subTest(system, status=status):
                    self.forget(tree)
                    log = self.shown(tree, system, "app/bad", status=int(status)).stdout
                    self.assertIn("boo", log)
                    ours = [line for line in log.splitlines() if MARKS.match(line) or "##vso[" in line or "##[" in line]
                    expected = {"github": r"::group::(\S app/bad |annotations$)|::endgroup::$|::error title=app/bad failed",
                                "gitlab": "\x1b\\[0Ksection_(start|end):\\d{10}:app_bad",
                                "buildkite": r"~~~ app/bad started|--- \S app/bad |\+\+\+ (\S )?app/bad",
                                "azure": r"##\[group\](\S app/bad |annotations$)|##\[endgroup\]$|##vso\[task\.(logissue type=error;\]app/bad failed|uploadsummary\]/)"}
                    self.assertEqual([line for line in ours if not re.match(expected.get(system, "$^"), line)], [], log)
                    self.assertEqual([line for line in ours if re.search(r".##(vso)?\[", line)], [], "within another command")
                    self.assertGreaterEqual(log.count("the end"), 2)
                    if system == "gitlab":
                        self.assertEqual(log.count("section_start:1:x\r"), 0)

    # ---- annotations ----

    def test_failing_tests_and_what_compilers_say_are_annotated_where_they_stand(self):
        harness.tool("gcc")
        report = '<testsuite name="shop"><testcase classname="shop.OrdersTest" name="closes, all: 100%" file="tests/orders.py:4"><failure message="3 is not 2">x</failure></testcase></testsuite>'
        tree = self.tree_of("""add_pipeline(app)
pipeline_step(app cc COMMAND gcc -c src/bad.c -o bad.o INPUTS src/**)
pipeline_step(app py COMMAND python3 app/pay.py INPUTS app/**)
pipeline_step(app it SHELL "cp report.xml out.xml; exit 1" INPUTS report.xml REPORTS out.xml)
""", files={"src/bad.c": "int a;\nint b = a +;\n", "app/pay.py": "def pay(x):\n    return x[1]\n\npay({})\n", "report.xml": report, "tests/orders.py": "\n" * 9})
        log = "".join(self.shown(tree, "github", f"app/{step}", status=1).stdout for step in ("cc", "py", "it"))
        self.assertRegex(log, r"(?m)^::error file=src/bad\.c,line=2,col=\d+,title=app/cc failed::expected expression before")
        self.assertIn("\n::error file=app/pay.py,line=2,title=app/py failed::KeyError: 1\n", log)
        self.assertIn("\n::error file=tests/orders.py,line=4,title=shop.OrdersTest.closes%2C all%3A 100%25::3 is not 2\n", log)
        azure = self.shown(tree, "azure", "app/cc", status=1).stdout
        self.assertRegex(azure, r"(?m)^##vso\[task\.logissue type=error;sourcepath=src/bad\.c;linenumber=2;columnnumber=\d+;\]app/cc failed: expected expression")
        self.shown(tree, "gitlab", "app/cc", status=1)
        self.shown(tree, "gitlab", "app/it", status=1)
        quality = json.loads((tree.build / ".cicd/gl-code-quality-report.json").read_text())
        self.assertEqual(sorted((each["location"]["path"], each["location"]["lines"]["begin"]) for each in quality), [("src/bad.c", 2), ("tests/orders.py", 4)])

    def test_a_step_that_changes_its_folder_is_annotated_in_the_file_that_it_was_given(self):
        harness.tool("gcc")
        report = '<testsuite><testcase classname="example.com/m" name="TestA" file="a_test.go"><failure message="want 3">    a_test.go:5: want 3</failure></testcase></testsuite>'
        bad = "int a;\nint b = a +;\n"
        tree = self.tree_of("""add_pipeline(app)
pipeline_step(app one SHELL "cd sub && gcc -c main.c" INPUTS sub/**)
pipeline_step(app both SHELL "cd sub && gcc -c main.c" INPUTS sub/** main.c)
pipeline_step(app go SHELL "cd go && cat printed; exit 1" INPUTS go/**)
pipeline_step(app it SHELL "cp go/report.xml out.xml; exit 1" INPUTS go/** REPORTS out.xml)
""", files={"main.c": bad, "sub/main.c": bad, "go/a_test.go": "\n" * 9, "a_test.go": "\n" * 9, "go/main.go": "x\n", "go/report.xml": report,
            "go/printed": "# example.com/m\n./main.go:1:1: undefined: x\n--- FAIL: TestA (0.00s)\n    a_test.go:5: want 3\nFAIL\n"})
        told = {step: re.findall(r"(?m)^::error (?:file=([^,]*),line=(\d+))?", self.shown(tree, "github", f"app/{step}", status=1).stdout) for step in ("one", "both", "go", "it")}
        self.assertEqual(told, {"one": [("sub/main.c", "2")], "both": [("", "")], "go": [("go/main.go", "1"), ("go/a_test.go", "5")], "it": [("go/a_test.go", "5")]})
        self.assertIn(r"| go/a\_test.go:5 |", self.summary.read_text())

    def test_ten_errors_are_annotated(self):
        cases = "".join(f'<testcase classname="T" name="t{number}"><failure message="no"/></testcase>' for number in range(30))
        tree = self.tree_of('add_pipeline(app)\npipeline_step(app it SHELL "cp report.xml out.xml; exit 1" INPUTS report.xml REPORTS out.xml)\n',
                            files={"report.xml": f"<testsuite>{cases}</testsuite>"})
        self.assertEqual(self.shown(tree, "github", "app/it", status=1).stdout.count("\n::error "), 10)

    def test_a_wrong_declaration_is_annotated_where_it_is_declared(self):
        tree = self.tree()
        tree.declare("add_pipeline(app)\npipeline_step(app build COMAND true)\n")
        tree.commit(push=False)
        done = tree.call([harness.tool("cmake"), "-S", tree.source, "-B", tree.build, "-G", "Ninja", f"-Dcicd_DIR={harness.package()}"], env=self.of_any(tree))
        self.assertNotEqual(done.returncode, 0)
        self.assertRegex(done.stdout, r"(?m)^::error file=CMakeLists\.txt,line=6,title=[^\n]*COMAND")
        done = tree.call([harness.tool("cmake"), "-S", tree.source, "-B", tree.build], env={**self.of_any(tree), "CICD_CI_LOG": "plain"})
        self.assertNotIn("::error", done.all)

    def of_any(self, tree):
        self.summary = self.folder / "summary.md"
        return self.of("github", tree)

    # ---- findings ----

    def scans(self, *findings):
        results = [{"ruleId": rule, "message": {"text": f"{rule} is wrong"}, "level": "error", "properties": {"security-severity": str(score)},
                    "locations": [{"physicalLocation": {"artifactLocation": {"uri": path}, "region": {"startLine": line}}}]} for rule, path, line, score in findings]
        return json.dumps({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "other", "version": "1"}}, "results": results}]})

    def test_findings_are_annotated_on_the_lines_that_the_pull_request_changed(self):
        calls = 'add_pipeline(app)\npipeline_scan(app other SHELL "cat report > out.sarif" TOOLS cat SARIF out.sarif INPUTS report)\n'
        tree = self.tree_of(calls, files={"report": "", "app/old.py": "a\nb\nc\n"})
        tree.git("checkout", "--quiet", "-b", "fix")
        tree.write("app/old.py", "a\nB\nc\n")
        tree.write("app/new.py", "x\n" * 20)
        found = [("OLD", "app/old.py", 1, 9.5), ("LOW", "app/old.py", 2, 5), ("BAD", "app/new.py", 1, 9.9)] + [(f"N{number}", "app/new.py", 2 + number, 7) for number in range(15)]
        tree.write("report", self.scans(*found))
        tree.commit(push=False)
        tree.configure()
        done = tree.run("app/other", status=1, env=self.request(tree))
        told = re.findall(r"(?m)^::warning file=([^,]*),line=(\d+),title=app/other%3A (\S+) \((\w+)\)::", done.stdout)
        self.assertEqual(len(told), 10)
        self.assertEqual(told[0], ("app/new.py", "1", "BAD", "critical"), "the worst first")
        self.assertEqual([each for each in told if each[2] in ("OLD", "LOW")], [])
        self.assertIn("| critical | app/old.py:1 | OLD |", self.summary.read_text())
        tree.write("report", self.scans(*found[:3]))
        done = tree.run("app/other", status=1, env=self.request(tree))
        self.assertEqual(re.findall(r"(?m)^::warning file=([^,]*),line=(\d+),", done.stdout), [("app/new.py", "1"), ("app/old.py", "2")])
        # Of a push, and where git cannot tell.
        self.assertNotIn("::warning", self.shown(tree, "github", "app/other", status=1).stdout)
        done = tree.run("app/other", status=1, env=self.request(tree, "gone"))
        self.assertNotIn("::warning", done.stdout)
        self.assertIn("findings are not annotated: the commit to compare with is not in this clone", done.stderr)

    # ---- summaries ----

    def test_the_summary_has_steps_tests_and_why_it_failed_and_who_wrote_the_commit(self):
        report = '<testsuite><testcase classname="T" name="good"/><testcase classname="T" name="a|b &lt;script&gt;"><failure message="*no* [x](y)"/></testcase></testsuite>'
        tree = self.tree_of("""add_pipeline(app)
pipeline_environment(app stage ON branch main VIA gitops)
pipeline_step(app build SHELL "cp in.txt out.txt" INPUTS in.txt OUTPUTS out.txt)
pipeline_step(app it SHELL "cp report.xml out.xml; exit 1" AFTER build INPUTS report.xml REPORTS out.xml)
pipeline_step(app last COMMAND true AFTER it INPUTS in.txt)
""", files={"report.xml": report})
        self.shown(tree, "github", "app/last", status=1)
        text = self.summary.read_text()
        commit = tree.git("rev-parse", "HEAD")[:7]
        self.assertRegex(text, r"^## ✗ app/last failed after ")
        self.assertIn(f"The commit is {commit} by Jane Doe, on main.\n", text)
        self.assertRegex(text, r"(?m)^\| app/build \| ✓ ran \| [^|]+ \| never ran here \|$")
        self.assertRegex(text, r"(?m)^\| app/it \| ✗ failed \| [^|]+ \| exit status 1; never ran here \|$")
        self.assertRegex(text, r"(?m)^\| app/last \| – not run \|  \|  \|$")
        self.assertIn("| app/it | 2 | 1 |  |  |\n", text)
        self.assertIn(r"| T.a\|b \<script\> |  | \*no\* \[x\]\(y\) |", text)
        self.assertEqual((tree.build / ".cicd/runs" / tree.result()["id"] / "summary.md").read_text(), text)
        # One for each run, in order; a good one blames nobody.
        self.shown(tree, "github", "app/build")
        text = self.summary.read_text()
        self.assertIn("## ✓ app/build: nothing to do, 1 step up to date", text)
        self.assertEqual(text.count("Jane Doe"), 1)

    def test_no_one_is_named_for_a_branch_that_nothing_follows(self):
        tree = self.tree_of(TWO + "pipeline_environment(app stage ON branch release VIA gitops)\n", status="1")
        self.shown(tree, "github", status=1)
        self.assertNotIn("Jane Doe", self.summary.read_text())

    def test_the_summary_says_what_was_deployed_by_whom_and_who_approved(self):
        tree = self.committed(harness.DEPLOYED + "pipeline_environment(app prod FROM stage VIA gitops APPROVAL required)\n")
        self.summary = self.folder / "summary.md"
        self.shown(tree, "github", "deploy-stage")
        text = self.summary.read_text()
        self.assertRegex(text, r"(?m)^\| app/stage \| deployed \| [^|]+ \| [^|]*sha256:[0-9a-f]{64}[^|]* \| [^|]+ \|  \|$")
        self.summary.unlink()
        self.shown(tree, "github", "deploy-prod", status=5)
        self.assertRegex(self.summary.read_text(), r"(?m)^\| app/prod \| waits: this deploy is not approved \|")
        self.summary.unlink()
        tree.cicd("approve", "app", "prod", "--reason", "read it", env={"GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.com"})
        self.shown(tree, "github", "deploy-prod")
        self.assertRegex(self.summary.read_text(), r"(?m)^\| app/prod \| deployed \| .*\| [^|]+ \| [^|]*\w+[^|]* \|$")
        begun = next(each for each in tree.events() if each["event"] == "deploy_started")
        self.assertTrue(begun["approved_by"])

    def test_what_did_not_begin_is_told(self):
        tree = self.tree_of()
        self.shown(tree, "github", "app/biuld", status=2)
        self.assertRegex(self.summary.read_text(), r"^## ✗ app/biuld did not begin\n\n- there is no such ")

    def test_a_secret_is_in_neither_summary_nor_annotation(self):
        tree = self.tree_of("""add_pipeline(app)
pipeline_secret(app token PASS_ENV TOKEN)
pipeline_step(app leak SHELL "echo $TOKEN; echo src/a.c:1:1: error: $TOKEN; exit 1" INPUTS in.txt src/** SECRETS token)
pipeline_step(app it SHELL [=[echo "<testsuite><testcase name='t'><failure message='is $TOKEN'/></testcase></testsuite>" > out.xml; exit 1]=]
  INPUTS in.txt REPORTS out.xml SECRETS token)
""", files={"src/a.c": "x\n"})
        log = self.shown(tree, "github", "app/leak", status=1, TOKEN="a-canary-of-12").stdout
        self.assertIn("::error file=src/a.c,line=1", log)
        log += self.shown(tree, "github", "app/it", status=1, TOKEN="a-canary-of-12").stdout
        self.assertIn("::error title=t::is ***\n", log)
        for text in (self.summary.read_text(), re.sub(r"(?m)^::add-mask::.*$", "", log)):
            self.assertNotIn("a-canary-of-12", text)

    def test_a_summary_goes_to_the_programs_and_commands_of_others(self):
        tree = self.tree_of(status="1")
        log = self.shown(tree, "azure", status=1).stdout
        path = re.search(r"(?m)^##vso\[task\.uploadsummary\](/.*)$", log)[1]
        self.assertIn("| app/build |", Path(path).read_text())
        agent = self.folder / "bin/buildkite-agent"
        agent.parent.mkdir()
        agent.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {self.folder}/words\ncat > {self.folder}/annotation.md\n')
        agent.chmod(0o755)
        self.shown(tree, "buildkite", status=1, PATH=f"{agent.parent}:{os.environ['PATH']}")
        self.assertEqual((self.folder / "words").read_text().split("\n")[:-1], ["annotate", "--context", "cicd app/test", "--style", "error"])
        self.assertIn("| app/test | ✗ failed |", (self.folder / "annotation.md").read_text())

    def test_a_summary_stays_within_the_limit_of_the_page(self):
        tree = self.tree_of()
        self.summary.write_text("x" * ((1 << 20) - 100))
        self.shown(tree, "github")
        self.assertLessEqual(self.summary.stat().st_size, 1 << 20)
        self.summary.unlink()
        self.summary.mkdir()  # cannot be written: the run is as good as before
        tree.write("in.txt", "two")
        self.shown(tree, "github")


if __name__ == "__main__":
    unittest.main(verbosity=2)
