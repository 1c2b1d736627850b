"""Scans with a memory: real scanners (ruff, bandit, hadolint, cppcheck, clang-tidy) on a few lines that are wrong, their reports against a baseline and exceptions,
what did not run, and the SARIF that a forge takes."""

import datetime
import json
import os
import re
import shutil
import signal
import unittest
from pathlib import Path

import harness

VENV = Path(os.environ.get("CICD_TEST_VENV") or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cicd-tests/venv")
PAY = """import subprocess


def pay(order, note):
    subprocess.call("notify " + note, shell=True)
    return eval(order)
"""
TODAY = datetime.datetime.now(datetime.timezone.utc).date()
# A scanner of a few lines: what it prints is told by a file.
OTHER = 'pipeline_scan(app other SHELL "cat report > out.sarif; exit $(cat status)" TOOLS cat SARIF out.sarif INPUTS report status'


def day(ahead):
    return str(TODAY + datetime.timedelta(days=ahead))


def result(rule, path="app/pay.py", line=5, **more):
    return {"ruleId": rule, "message": {"text": f"{rule} is wrong"}, "level": "error", "locations": [{"physicalLocation": {
        "artifactLocation": {"uri": path}, "region": {"startLine": line}}}], **more}


def sarif(*results, **run):
    return json.dumps({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "other", "version": "1"}}, "results": list(results), **run}]})


class Case(harness.Case):
    def tree_with(self, calls, report=None, status=0):
        tree = self.tree()
        tree.write("app/pay.py", PAY)
        if report is not None:
            tree.write("report", report)
            tree.write("status", str(status))
        return tree.declare(calls)

    def configured(self, *args, **how):
        tree = self.tree_with(*args, **how)
        tree.commit(push=False)
        tree.configure()
        return tree

    def program(self, name):
        found = VENV / "bin" / name
        self.assertTrue(found.exists(), f"{name} is missing: ./setup --tests installs it")
        return found

    def listed(self, tree, **how):
        return json.loads(tree.cicd("scan", "list", "--json", **how).stdout)["scans"]

    def baseline(self, tree, **changes):
        path = tree.source / "scan-baseline.json"
        data = json.loads(path.read_text()) if path.exists() else {"schema": 1, "known": {}, "exceptions": []}
        data.update(changes)
        path.write_text(json.dumps(data, indent=2))
        return data

    def exception(self, **changes):
        return {"scan": "other", "rule": "R1", "reason": "made by the build", "owner": "jane@example.com", "until": day(60), **changes}


class RealScanners(Case):
    def test_ruff_and_bandit_are_counted_on_day_one_and_fail_on_what_comes_later(self):
        ruff, bandit = self.program("ruff"), self.program("bandit")
        tree = self.configured(
            "add_pipeline(app BASELINE scan-baseline.json)\n"
            f"pipeline_scan(app ruff COMMAND {ruff} check --no-cache --select F,S --output-format sarif --output-file out.sarif app SARIF out.sarif INPUTS app/**)\n"
            f"pipeline_scan(app bandit COMMAND {bandit} -q -r app -f sarif -o out.sarif SARIF out.sarif INPUTS app/** TOOLS python3)\n")
        failed = tree.run("app/ruff", "app/bandit", status=1).all
        self.assertIn("app/pay.py:5  B602", failed)
        self.assertIn("+ 2 findings", tree.cicd("scan", "baseline").stdout)
        self.assertFalse((tree.source / "scan-baseline.json").exists(), "nothing is written unasked")
        tree.cicd("scan", "baseline", "--update")
        self.assertRegex(tree.run("app/ruff", "app/bandit").all, r"\[app/bandit\] done in .*: 3 findings: 3 known")
        # Moved lines are the same findings; a new one fails, and alone.
        tree.write("app/pay.py", "# moved\n\n" + PAY + "\n\ndef more(x):\n    return exec(x)\n")
        failed = tree.run("app/bandit", status=1).all
        self.assertIn("1 finding\n", failed)
        self.assertIn("app/pay.py:12  B102", failed)
        # What is gone is told, and taken out.
        tree.write("app/pay.py", "import subprocess\n")
        self.assertIn("app/bandit: 2 findings of BASELINE no longer found", tree.run("app/bandit").all)
        self.assertIn("app/bandit  1 known, 2 gone", tree.cicd("scan", "baseline", "--update").stdout)
        self.assertEqual(len(json.loads((tree.source / "scan-baseline.json").read_text())["known"]["bandit"]), 1)
        self.assertNotIn("no longer", tree.run("app/bandit").all)

    def test_a_file_that_a_scanner_could_not_read_is_not_clean(self):
        bandit = self.program("bandit")
        calls = f"add_pipeline(app)\npipeline_scan(app bandit COMMAND {bandit} -q -r app -f sarif -o out.sarif SARIF out.sarif INPUTS app/** TOOLS python3%s)\n"
        tree = self.tree_with(calls % "")
        tree.write("app/pay.py", "def broken(:\n")
        tree.configure()
        self.assertIn("not run: app/pay.py: syntax error while parsing AST from file", tree.run("app/bandit").all)
        tree.declare(calls % " REQUIRED").configure()
        self.assertIn("it did not run, and is REQUIRED", tree.run("app/bandit", status=1).all)

    def test_a_scanner_that_does_not_start_is_not_run_and_is_not_remembered(self):
        ruff = self.program("ruff")
        tree = self.configured(f"add_pipeline(app)\npipeline_scan(app ruff COMMAND {ruff} check --no-such-flag SARIF out.sarif INPUTS app/**)\n")
        self.assertIn("not run: it wrote no report (exit status 2)", tree.run("app/ruff").all)
        self.assertEqual(tree.run("app/ruff").all.count("1 not"), 1, "it is run again")
        self.assertEqual(self.listed(tree)[0]["state"], "not-run")
        tree.declare(f"add_pipeline(app)\npipeline_scan(app ruff COMMAND {ruff} check --no-such-flag REQUIRED SARIF out.sarif INPUTS app/**)\n").configure()
        failed = tree.run("app/ruff", status=1).all
        self.assertIn("error: unexpected argument '--no-such-flag'", failed)
        self.assertIn("0 of 1 scan ran, 1 not", failed)

    def test_the_template_of_dockerfiles_scans_them_with_hadolint(self):
        tree = self.tree_with("add_pipeline(app TEMPLATE dockerfile SCAN hadolint)\n")
        tree.env["PATH"] = f"{self.program('hadolint').parent}:{tree.env['PATH']}"
        tree.write("Dockerfile", "FROM debian\nADD app /app\n")
        tree.configure()
        failed = tree.run("app/hadolint", status=1).all
        self.assertRegex(failed, r"(?s)Dockerfile:2  DL3020.*Dockerfile:1  DL3006")
        self.assertRegex(tree.cicd("scan", "list").stdout, r"(?s)SEVERITY .*high +fails +Dockerfile:2 +DL3020.*medium +fails +Dockerfile:1 +DL3006")
        tree.write(".hadolint.yaml", "ignored: [DL3006]\n")
        self.assertNotIn("DL3006", tree.run("app/hadolint", status=1).all)
        # What it could not read is not clean, though it ends with 0.
        tree.write("Dockerfile", "FROM debian:12\nRUNN true\n")
        self.assertIn("it did not run, and is REQUIRED", tree.run("app/hadolint", status=1).all)
        tree.write("Dockerfile", "FROM debian:12\nCOPY app /app\n")
        tree.run("app/hadolint")

    def test_cppcheck_and_clang_tidy_write_no_sarif(self):
        tree = self.tree()
        tree.write("pay.cpp", "int pay(int a) {\n  int* p = nullptr;\n  char text[4];\n  text[a > 3 ? 5 : 5] = 'x';\n  return *p + text[0];\n}\n")
        cppcheck, tidy = harness.tool("cppcheck"), shutil.which("clang-tidy") or harness.tool("clang-tidy-14")
        tree.declare("add_pipeline(app FAIL_ON high)\n"
                     f"pipeline_scan(app cppcheck COMMAND {cppcheck} --enable=all --xml --output-file=out.xml pay.cpp FINDINGS out.xml INPUTS pay.cpp)\n"
                     f'pipeline_scan(app tidy SHELL "{tidy} --quiet --checks=-*,clang-analyzer-* pay.cpp -- > out.txt" FINDINGS out.txt INPUTS pay.cpp TOOLS {tidy})\n').configure()
        self.assertIn("pay.cpp:5  nullPointer", tree.run("app/cppcheck", status=1).all)
        self.assertRegex(tree.run("app/tidy").all, r"1 finding: 1 below FAIL_ON")
        found = {one["rule"]: one for one in self.listed(tree)[1]["findings"]}
        self.assertEqual(found["clang-analyzer-core.NullDereference"]["severity"], "medium")
        self.assertEqual(found["clang-analyzer-core.NullDereference"]["path"], "pay.cpp", "not that of the folder that the step ran in")


class Verdicts(Case):
    def test_exit_status_0_is_not_nothing_found_and_1_is_not_a_failure(self):
        tree = self.configured(f"add_pipeline(app)\n{OTHER})\n", report=sarif(result("R1")))
        self.assertIn("app/pay.py:5  R1", tree.run("app/other", status=1).all)
        tree.write("report", sarif(result("R1", level="note")))
        tree.write("status", "1")
        self.assertRegex(tree.run("app/other").all, r"done in .*: 1 finding: 1 below FAIL_ON")

    def test_severity_is_not_level(self):
        rules = {"tool": {"driver": {"name": "other", "rules": [{"id": "CVE-1", "properties": {"security-severity": "9.8"}},
                                                               {"id": "CVE-2", "properties": {"security-severity": "3.1"}}]}}}
        tree = self.configured(f"add_pipeline(app FAIL_ON high)\n{OTHER})\n",
                               report=sarif(result("CVE-1", level="note"), result("CVE-2", level="error"), **rules))
        failed = tree.run("app/other", status=1).all
        self.assertIn("CVE-1", failed)
        self.assertNotIn("CVE-2", failed)

    def test_a_report_of_an_earlier_run_is_not_that_of_this_one(self):
        tree = self.configured(f"add_pipeline(app)\npipeline_scan(app other SHELL \"cat report > out.sarif || exit 1\" SARIF out.sarif IN_SOURCE INPUTS app/** TOOLS cat)\n",
                               report=sarif())
        tree.run("app/other")
        (tree.source / "report").unlink()
        tree.write("app/pay.py", PAY + "\n")
        self.assertIn("not run", tree.run("app/other").all)

    def test_what_did_not_run_fails_where_it_is_required_and_is_never_reused(self):
        unread = sarif(invocations=[{"executionSuccessful": False, "toolExecutionNotifications": [{"level": "error", "message": {"text": "no database"}}]}])
        tree = self.configured(f"add_pipeline(app)\n{OTHER})\n", report=unread)
        said = tree.run("app/other").all
        self.assertIn("not run: no database", said)
        self.assertIn("0 of 1 scan ran, 1 not", said)
        self.assertEqual(tree.run("app/other") and tree.outcomes(), {"app/other": "ran"})
        tree.declare(f"add_pipeline(app)\n{OTHER} REQUIRED)\n").configure()
        failed = tree.run("app/other", status=1).all
        self.assertIn("it did not run, and is REQUIRED", failed)
        self.assertIn("no database", failed)

    def test_a_report_among_the_sources_is_not_that_of_this_run(self):
        tree = self.tree_with("add_pipeline(app)\npipeline_scan(app stale COMMAND true SARIF out.sarif REQUIRED)\n"
                              "pipeline_scan(app wide COMMAND true FINDINGS rep/** INPUTS app/** rep/** REQUIRED)\n")
        tree.write("out.sarif", sarif(result("R1", level="note")))
        tree.write("rep/x.sarif", sarif())
        tree.commit(push=False)
        tree.configure()
        for name, left_out in (("stale", "out.sarif"), ("wide", "rep/x.sarif")):
            failed = tree.run("app/" + name, status=1).all
            self.assertIn("it did not run, and is REQUIRED", failed)
            self.assertIn(left_out + " among its inputs is left out", failed)

    def test_a_report_says_nothing_for_a_program_that_failed_whatever_tool_it_names(self):
        tree = self.configured('add_pipeline(app)\npipeline_scan(app ruff SHELL "cat report > out.sarif; exit 2; ruff" TOOLS cat SARIF out.sarif INPUTS report)\n',
                               report=sarif(result("R1", level="note")))
        self.assertIn("not run: exit status 2 of ruff: it failed", tree.run("app/ruff").all)

    def test_each_report_that_is_named_must_be_written(self):
        calls = "add_pipeline(app)\n" + OTHER.replace("SARIF out.sarif", "SARIF out.sarif second.sarif") + "%s)\n"
        tree = self.configured(calls % "", report=sarif(result("R1", level="note")), status=1)
        self.assertIn("not run: it wrote no second.sarif (exit status 1)", tree.run("app/other").all)
        tree.write("status", "0")
        self.assertIn("not run: it wrote no second.sarif", tree.run("app/other").all)
        tree.declare(calls % " REQUIRED").configure()
        self.assertIn("it did not run, and is REQUIRED", tree.run("app/other", status=1).all)

    def test_one_that_was_killed_or_timed_out_did_not_run_and_changes_no_baseline(self):
        tree = self.configured('add_pipeline(app BASELINE scan-baseline.json)\n'
                               'pipeline_scan(app killed SHELL "cat report > out.sarif; kill -9 $$" TOOLS cat SARIF out.sarif INPUTS report)\n'
                               'pipeline_scan(app slow SHELL "cat report > out.sarif; sleep 30" TOOLS cat sleep SARIF out.sarif INPUTS report TIMEOUT 300ms)\n',
                               report=sarif(result("R1")))
        for name in ("killed", "slow"):
            self.assertIn("0 of 1 scan ran, 1 not", tree.run("app/" + name, status=None).all)
        killed, slow = self.listed(tree)
        self.assertIn("its program was killed", killed["not_run"][0])
        self.assertEqual((slow["state"], slow["not_run"]), ("not-run", ["it was ended after its time limit"]))
        self.assertIn("as it is: the scan did not run", tree.cicd("scan", "baseline", "--update").stdout)
        self.assertNotIn("R1", (tree.source / "scan-baseline.json").read_text())

    def test_one_whose_run_was_killed_is_not_what_it_was_before(self):
        tree = self.configured('add_pipeline(app)\npipeline_scan(app other SHELL "cat report > out.sarif; [ ! -f hangs ] || touch $HOME/begun; [ ! -f hangs ] || sleep 30" '
                               'TOOLS cat touch sleep SARIF out.sarif INPUTS report OPTIONAL_INPUTS hangs)\n', report=sarif())
        tree.run("app/other")
        self.assertTrue(self.listed(tree)[0]["good"])
        tree.write("hangs", "")
        process = tree.start(tree.launcher, "run", "app/other")
        harness.until((tree.home / "begun").exists, what="the scan")
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        self.assertEqual(self.listed(tree)[0]["not_run"], ["its run did not come to its end"])
        (tree.source / "hangs").unlink()
        tree.run("app/other")
        self.assertEqual(self.listed(tree)[0]["state"], "ran")

    def test_a_database_is_as_old_as_declared(self):
        tree = self.tree_with(f"add_pipeline(app)\n{OTHER} DATABASE_AGE 7d DATABASE {self.folder}/db)\n", report=sarif())
        tree.configure()
        self.assertIn("not run: its database is not there", tree.run("app/other").all)
        database = self.folder / "db"
        database.write_text("x")
        self.assertIn("1 scan ran: no new finding", tree.run("app/other").all)
        old = (datetime.datetime.now() - datetime.timedelta(days=9)).timestamp()
        os.utime(database, (old, old))
        self.assertRegex(tree.run("app/other").all, r"not run: its database is of \S+, older than DATABASE_AGE 7d")

    def test_a_scanner_that_asks_a_server_is_run_each_day(self):
        call = 'add_pipeline(app)\npipeline_scan(app deps SHELL "cat report > out.sarif # %s" TOOLS cat SARIF out.sarif INPUTS report%s)\n'
        for words, more, is_of_a_day in (("other", "", False), ("pip-audit", " DATABASE_AGE 7d", False), ("pip-audit", "", True)):
            tree = self.configured(call % (words, more), report=sarif())
            tree.run("app/deps")
            self.assertEqual(b"the day" in (tree.build / ".cicd/steps.journal").read_bytes(), is_of_a_day, "a part of the key")

    def test_a_database_of_unknown_age_is_not_run(self):
        tree = self.configured(f"add_pipeline(app)\n{OTHER} DATABASE_AGE 7d)\n", report=sarif())
        self.assertIn("not run: how old its database is, is not known", tree.run("app/other").all)


class Baselines(Case):
    CALLS = f"add_pipeline(app BASELINE scan-baseline.json)\n{OTHER})\n"

    def known(self, *results):
        tree = self.configured(self.CALLS, report=sarif(*results))
        tree.run("app/other", status=1)
        tree.cicd("scan", "baseline", "--update")
        tree.run("app/other")
        return tree

    def refused(self, tree, *words):
        failed = re.sub(r"(?m)^( +[a-z ]+?):? {2,}", r"\1: ", tree.run("app/other", status=2).all)
        for each in words:
            self.assertIn(each, failed)

    def test_the_baseline_is_no_input_of_any_step(self):
        tree = self.configured("add_pipeline(app BASELINE scan-baseline.json)\npipeline_step(app build COMMAND true)\n" + f"{OTHER})\n", report=sarif())
        tree.run("app/build", "app/other")
        self.baseline(tree)
        tree.run("app/build", "app/other")
        self.assertEqual(tree.outcomes()["app/build"], "up-to-date")

    def test_one_that_is_no_json_or_of_another_version_is_refused(self):
        tree = self.known(result("R1"))
        path = tree.source / "scan-baseline.json"
        good = path.read_text()
        path.write_text(good[:40])
        self.refused(tree, "BASELINE is not JSON", "try: git checkout scan-baseline.json")
        path.write_text(good.replace('"schema": 1', '"schema": 7'))
        self.refused(tree, "scan-baseline.json:2: BASELINE is of another version: '7'", "allowed: 1", "try: ")

    def test_one_that_was_edited_by_hand_is_refused_and_may_lose_entries(self):
        tree = self.known(result("R1"), result("R2", line=6))
        path = tree.source / "scan-baseline.json"
        good = path.read_text()
        path.write_text(good.replace('"path":"app/pay.py"', '"path":"app/other.py"', 1))
        self.refused(tree, "scan-baseline.json:5: an entry of 'known' was edited by hand", "'R1 app/other.py'", "allowed: ", "cicd scan baseline --update")
        path.write_text(good.replace("known", "knwn"))
        self.refused(tree, "an unknown member: 'knwn'", "did you mean: known")
        data = json.loads(good)
        del data["known"]["other"][0]
        path.write_text(json.dumps(data))
        self.assertIn("app/pay.py:5  R1", tree.run("app/other", status=1).all)

    def test_an_update_takes_out_entries_edited_by_hand_and_says_so(self):
        tree = self.known(result("R1"), result("R2", line=6))
        path = tree.source / "scan-baseline.json"
        path.write_text(path.read_text().replace('"path":"app/pay.py"', '"path":"app/other.py"', 1))
        before = path.read_text()
        edited = "app/other - R1 app/other.py: the entry was edited by hand"
        self.assertIn(edited, tree.cicd("scan", "baseline").stdout)
        self.assertEqual(path.read_text(), before)
        self.assertIn(edited, tree.cicd("scan", "baseline", "--update").stdout)
        failed = tree.run("app/other", status=1).all
        self.assertIn("app/pay.py:5  R1", failed)
        self.assertNotIn("R2 is", failed)

    def test_a_scan_that_is_gone_is_taken_out_by_the_update_that_the_error_tells(self):
        tree = self.known(result("R1"))
        tree.declare(self.CALLS.replace("app other", "app renamed")).configure()
        failed = tree.run("app/renamed", status=2).all
        self.assertIn("there is no such scan: 'other'", failed)
        self.assertIn("cicd scan baseline --update", failed)
        said = tree.cicd("scan", "baseline", "--update").stdout
        self.assertIn("app/other - 1 finding: there is no such scan", said)
        self.assertEqual(json.loads((tree.source / "scan-baseline.json").read_text())["known"], {})
        tree.run("app/renamed", status=1)
        self.assertIn("+ 1 finding", tree.cicd("scan", "baseline", "--update").stdout)
        tree.run("app/renamed")

    def test_an_exception_holds_until_its_day_and_is_told_before(self):
        tree = self.configured(self.CALLS, report=sarif(result("R1")))
        self.baseline(tree, exceptions=[self.exception()])
        said = tree.run("app/other").all
        self.assertIn("1 finding: 1 excepted", said)
        self.assertNotIn("ends on", said)
        self.baseline(tree, exceptions=[self.exception(until=day(14))])
        self.assertIn(f"the exception for R1 of jane@example.com ends on {day(14)}", tree.run("app/other").all)
        self.assertIn("ends on", tree.run("app/other").all, "also where nothing is to be run")
        self.baseline(tree, exceptions=[self.exception(until=day(-1))])
        failed = tree.run("app/other", status=1).all
        self.assertIn(f"its exception ended on {day(-1)}: jane@example.com, made by the build", failed)

    def test_exceptions_that_match_nothing_or_lack_something_are_errors(self):
        tree = self.configured(self.CALLS, report=sarif(result("R1")))
        for changes, words in (
                ({"rule": "R2"}, ("an exception is of a rule by which other found nothing: 'R2'", "did you mean: R1")),
                ({"path": "app/pai.py"}, ("matches no finding of other by R1: 'app/pai.py'", "did you mean: app/pay.py")),
                ({"scan": "othr"}, ("there is no such scan: 'othr'", "did you mean: other")),
                ({"owner": ""}, ("an exception has no 'owner'", "try: ")),
                ({"until": "soon"}, ("an exception's 'until' is not a day: 'soon'", "allowed: a day as")),
                ({"until": day(400)}, (f"an exception's 'until' is too far ahead: '{day(400)}'", "allowed: at most a year")),
                ({"path": ["app/pay.py"]}, ("an exception's 'path' is not a text", "allowed: one pattern")),
                ({"untill": "x"}, ("an unknown member: 'untill'", "did you mean: until"))):
            with self.subTest(changes):
                self.baseline(tree, exceptions=[self.exception(**changes)])
                self.refused(tree, "scan-baseline.json:", *words)

    def test_a_scan_that_did_not_run_changes_no_baseline(self):
        tree = self.known(result("R1"))
        before = (tree.source / "scan-baseline.json").read_text()
        tree.write("report", "no sarif")
        tree.run("app/other")
        self.assertIn("as it is: the scan did not run", tree.cicd("scan", "baseline", "--update").stdout)
        self.assertEqual((tree.source / "scan-baseline.json").read_text(), before)

    def test_what_came_later_is_not_taken_in(self):
        tree = self.known(result("R1"))
        tree.write("report", sarif(result("R1"), result("R2", line=6)))
        tree.run("app/other", status=1)
        self.assertIn("1 new, which stay out", tree.cicd("scan", "baseline", "--update").stdout)
        self.assertIn("R2", tree.run("app/other", status=1).all)


class Merged(Case):
    def test_one_sarif_file_has_all_scans_paths_of_the_repository_and_no_secret(self):
        tree = self.tree()
        tree.write("service/app/pay.py", PAY)
        leak = {**result("aws", "conf.ini", 1), "message": {"text": "aws has detected secret for file conf.ini."}}
        leak["locations"][0]["physicalLocation"]["region"] = {"startLine": 1, "startColumn": 7, "endColumn": 26, "snippet": {"text": "AKIAZ3Q7XW2LMNOP4RST"}}
        tree.write("service/leaks", json.dumps({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "gitleaks"}}, "results": [leak]}]}))
        tree.write("service/report", sarif(result("R1")))
        tree.write("service/conf.ini", "key = AKIAZ3Q7XW2LMNOP4RST\n")
        tree.declare("add_subdirectory(service)\n")
        tree.write("service/CMakeLists.txt", "add_pipeline(app)\npipeline_scan(app leaks SHELL \"cat leaks > out.sarif\" TOOLS cat SARIF out.sarif INPUTS leaks)\n"
                   "pipeline_scan(app other SHELL \"cat report > out.sarif\" TOOLS cat SARIF out.sarif INPUTS report)\n")
        tree.commit(push=False)
        tree.configure()
        tree.run("app/leaks", "app/other", status=1)
        tree.run("app/other", status=1)
        out = tree.root / "all.sarif"
        tree.cicd("scan", "list", "--sarif", out)
        self.assertNotIn("AKIA", out.read_text())
        for kept in (tree.build / ".cicd").rglob("*.scan"):
            self.assertNotIn("AKIA", kept.read_text())
        runs = json.loads(out.read_text())["runs"]
        self.assertEqual([one["automationDetails"]["id"] for one in runs], ["app/leaks/", "app/other/"])
        self.assertEqual([one["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in runs],
                         ["service/conf.ini", "service/app/pay.py"])
        page = tree.cicd("scan", "list", "--markdown").stdout
        self.assertIn("| app/leaks | fails | 1 |", page)

    def test_a_secret_in_a_rule_or_a_path_stands_in_no_file_and_a_finding_is_the_same_with_another_secret(self):
        tree = self.tree_with("""add_pipeline(app)
pipeline_secret(app token PASS_ENV TOKEN)
pipeline_scan(app other SHELL "sed s/@/$TOKEN/g report > out.sarif" TOOLS sed SARIF out.sarif INPUTS report SECRETS token)
pipeline_step(app lint SHELL "sed s/@/$TOKEN/g report > out.sarif; exit 1" TOOLS sed FINDINGS out.sarif INPUTS report SECRETS token)
""", sarif(result("R-@", "src/@.c")).replace('"name": "other"', '"name": "other-@", "rules": [{"id": "R-@", "helpUri": "https://example.com/@", "shortDescription": {"text": "is @"}}]'))
        tree.commit(push=False)
        tree.configure()
        summary, out, prints = tree.root / "step-summary.md", tree.root / "all.sarif", []
        for value, system in (("tok-9Xq2-made-up", dict(GITHUB_ACTIONS="true", GITHUB_EVENT_NAME="push", GITHUB_REF="refs/heads/main", GITHUB_STEP_SUMMARY=str(summary))),
                              ("tok-7Zk4-made-up", dict(GITLAB_CI="true", CI_PIPELINE_SOURCE="push", CI_COMMIT_BRANCH="main", CI_JOB_ID="5"))):
            env = {"TOKEN": value, "CI": "true", **system}
            told = "".join(tree.run(step, status=1, env=env).all for step in ("app/other", "app/lint"))
            self.assertIn("R-***", told)
            tree.cicd("scan", "list", "--sarif", out, env=env)
            self.assertNotIn(value, re.sub("(?m)^::add-mask::.*$", "", told))
            for file in (summary, out, *(path for path in (tree.build / ".cicd").rglob("*") if path.is_file() and path.name != "out.sarif")):
                self.assertNotIn(value.encode(), file.read_bytes(), file)
            prints.append([one["partialFingerprints"] for one in json.loads(out.read_text())["runs"][0]["results"]])
        self.assertIn(r"| R-\*\*\* |", summary.read_text())
        self.assertEqual(prints[0], prints[1])
        self.assertTrue(prints[0])


if __name__ == "__main__":
    unittest.main()
