"""What earlier runs tell of single tests: flaky ones and new failures, where it is listed, and who does not write it."""

import json
import unittest

import harness

# Each test case ends as the home folder says, which is no input.
RUN = """#!/usr/bin/env python3
import os, pathlib, sys
home = pathlib.Path(os.environ["HOME"])
cases, count = {}, home / "attempts"
for line in (home / "cases").read_text().split():
    name, ends = line.split("=")
    cases[name] = ends
number = int(count.read_text()) if count.exists() else 0
count.write_text(str(number + 1))
text, bad = "", 0
for name, ends in cases.items():
    fails = ends[min(number, len(ends) - 1)] == "f"
    bad += fails
    text += f"<testcase classname='Orders' name='{name}' time='0.25'>" + ("<failure message='is 3'/>" if fails else "") + "</testcase>"
open("report.xml", "w").write(f"<testsuite name='Orders'>{text}</testsuite>")
sys.exit(bad > 0)
"""

DECLARED = "add_pipeline(app)\npipeline_step(app test COMMAND ./run INPUTS run in.txt REPORTS report.xml STAGE test %s)\n"


class Known(harness.Case):
    def setUp(self):
        super().setUp()
        self.t = self.tree()
        self.t.write("run", RUN, 0o755)
        self.t.write("in.txt", "1")

    def declared(self, more=""):
        self.t.declare(DECLARED % more).configure()

    def run_with(self, status=0, content=None, env=None, **cases):
        if content is not None:
            self.t.write("in.txt", content)
        (self.t.home / "cases").write_text(" ".join(f"{name}={ends}" for name, ends in cases.items()))
        (self.t.home / "attempts").unlink(missing_ok=True)
        return self.t.run("app.test", status=status, env=env)

    def listed(self, *words):
        return {each["test"]: each for each in json.loads(self.t.cicd("history", "--tests", "--json", *words).stdout)["tests"]}

    def test_a_test_that_failed_and_passed_with_the_same_inputs_is_flaky(self):
        self.declared()
        done = self.run_with(1, opens="p", closes="f")
        self.assertIn("history  new: it never ran here before", done.all)
        self.run_with(0, opens="p", closes="p")
        done = self.run_with(1, "2", opens="p", closes="f")
        self.assertIn("history  failed in 1 of the last 2 runs, also with the same inputs: flaky", done.all)
        ended = [each for each in self.t.events() if each["event"] == "step_ended"][0]
        self.assertEqual([each.get("history") for each in ended["tests"]], [None, "failed in 1 of the last 2 runs, also with the same inputs: flaky"])
        table = self.t.cicd("history", "--flaky", "app").stdout
        self.assertIn("Orders.closes", table)
        self.assertNotIn("Orders.opens", table)
        known = self.listed()
        self.assertEqual((known["Orders.closes"]["runs"], known["Orders.closes"]["failed"], known["Orders.closes"]["flaky"]), (3, 2, True))
        self.assertEqual(known["Orders.opens"]["duration_ms"], 250)

    def test_a_change_that_breaks_a_test_is_no_flaky_test(self):
        self.declared()
        for content in "123":
            self.run_with(0, content, opens="p")
        self.assertIn("history  new: passed in the last 3 runs", self.run_with(1, "4", opens="f").all)
        self.assertIn("history  failed in 1 of the last 4 runs\n", self.run_with(1, "5", opens="f").all)
        self.assertEqual(self.t.cicd("history", "--flaky").stdout, "no flaky test is known\n")

    def test_one_that_passes_in_a_later_attempt_is_flaky(self):
        self.declared("RETRIES 1")
        done = self.run_with(0, opens="fp", closes="p")
        self.assertIn("1 flaky: failed in an earlier attempt", done.all)
        self.assertTrue(self.listed("--flaky")["Orders.opens"]["flaky"])

    def test_a_result_that_is_reused_is_no_run(self):
        self.declared()
        self.run_with(0, "1", opens="p")
        self.run_with(0, "2", opens="p")
        self.run_with(0, "1", opens="p")
        self.assertEqual(self.t.outcomes(), {"app/test": "reused"})
        self.assertEqual(self.listed()["Orders.opens"]["runs"], 2)

    def test_a_fork_reads_and_does_not_write(self):
        self.declared()
        self.run_with(0, "1", opens="p")
        event = self.folder / "event.json"
        event.write_text(json.dumps({"repository": {"full_name": "us/orders"},
                                     "pull_request": {"number": 7, "head": {"ref": "f", "repo": {"full_name": "them/orders"}},
                                                      "base": {"ref": "main", "repo": {"full_name": "us/orders"}}}}))
        fork = {"CI": "true", "GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": str(event),
                "GITHUB_REPOSITORY": "us/orders", "GITHUB_SERVER_URL": "https://git.example.com", "GITHUB_REF": "refs/pull/7/merge",
                "GITHUB_HEAD_REF": "f", "GITHUB_BASE_REF": "main"}
        self.assertIn("history  new: passed in the last run", self.run_with(1, "2", env=fork, opens="f").all)
        self.assertEqual(self.listed()["Orders.opens"]["runs"], 1)

    def test_only_so_many_runs_are_kept_and_a_damaged_file_is_made_anew(self):
        self.declared("ALWAYS")
        for _ in range(22):
            self.run_with(0, opens="p")
        self.assertEqual(self.listed()["Orders.opens"]["runs"], 20)
        for damage in (b"", b"no database at all" * 100):
            (self.t.home / "state" / "tests.sqlite").write_bytes(damage)
            self.assertEqual(self.t.cicd("history", "--tests").stdout, "no test is known yet\n")
            self.run_with(0, opens="p")
            self.assertEqual(self.listed()["Orders.opens"]["runs"], 1)

    def test_a_name_that_is_wrong_is_told(self):
        self.declared()
        done = self.t.cicd("history", "--tests", "ap", status=2)
        self.assertIn("no such pipeline or environment: 'ap'", done.stderr)
        self.assertIn("tests are of no environment", self.t.cicd("history", "--tests", "app", "prod", status=2).stderr)


PUBLISHED = """
add_pipeline(app)
pipeline_step(app test COMMAND ./run INPUTS run in.txt REPORTS report.xml STAGE test)
pipeline_step(app build COMMAND cp in.txt out.txt INPUTS in.txt OUTPUTS out.txt STAGE build)
pipeline_image(app BASE scratch FILES out.txt=/app/out.txt ENTRYPOINT /app/out.txt)
add_pipeline(other)
pipeline_step(other build COMMAND true INPUTS in.txt)
"""


class KeptWithTheArtifact(harness.Case):
    def published(self):
        self.t = self.tree()
        self.t.write("run", RUN, 0o755)
        self.t.write("in.txt", "1")
        self.t.declare(PUBLISHED)
        self.commit = self.t.commit()
        self.t.git("tag", "v1.2.3")
        self.t.configure()
        (self.t.home / "cases").write_text("closes=fp opens=p " + " ".join(f"t{at}=p" for at in range(30)))
        self.t.run("app.test", status=1)
        self.t.run("app.publish", "other.build")

    def shown(self, *words, **how):
        return json.loads(self.t.cicd("history", "app", "--commit", *words, "--json", **how).stdout)

    def blob(self):
        """The file that holds the history in the registry of the build tree."""
        return next(path for path in self.t.build.glob("registry/**/blobs/sha256/*") if path.read_bytes().startswith(b'{"schema":1,"pipeline":"app","commit"') and b'"steps"' in path.read_bytes())

    def test_is_read_back_by_tag_and_taken_into_what_is_known(self):
        self.published()
        there = self.shown("v1.2.3")
        self.assertEqual((there["pipeline"], there["commit"]), ("app", self.commit))
        self.assertEqual({each["step"]: each["outcome"] for each in there["steps"]}, {"app/test": "ran", "app/build": "ran", "app/image": "ran"})
        self.assertEqual(len(there["tests"]), 32)
        page = self.t.cicd("history", "app", "--commit", self.commit[:8]).stdout
        self.assertIn("Orders.closes", page)
        self.assertIn("12 tests more", page)
        for file in (self.t.home / "state").glob("tests.sqlite*"):
            file.unlink()
        self.assertIn("32 tests taken", self.t.cicd("history", "app", "--commit", "v1.2.3", "--import").stdout)
        self.assertIn("0 tests taken", self.t.cicd("history", "app", "--commit", "v1.2.3", "--import").stdout)
        (self.t.home / "cases").write_text("closes=f")
        self.t.write("in.txt", "2")
        self.assertIn("history  new: passed in the last run", self.t.run("app.test", status=1).all)

    def test_a_commit_without_one_and_bad_words_are_told(self):
        self.published()
        self.t.commit("another")
        self.assertIn("no history of this commit is kept", self.t.cicd("history", "app", "--commit", "HEAD", status=2).stderr)
        self.assertIn("no commit, tag or branch", self.t.cicd("history", "app", "--commit", "v9", status=2).stderr)
        self.assertIn("--import takes the history of a commit", self.t.cicd("history", "app", "--import", status=2).stderr)
        self.assertIn("of no environment", self.t.cicd("history", "app", "prod", "--commit", "v1.2.3", status=2).stderr)

    def test_bytes_that_others_wrote_are_no_history(self):
        self.published()
        blob = self.blob()
        good = blob.read_bytes()
        blob.chmod(0o644)
        for bad in (good.replace(b"app/test", b"app/tesT"), b"", b"\xff" * 2000):
            blob.write_bytes(bad)
            self.t.cicd("history", "app", "--commit", "v1.2.3", status=4)


if __name__ == "__main__":
    unittest.main()
