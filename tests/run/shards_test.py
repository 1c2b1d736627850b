"""SHARDS: a step as several side by side, each test in exactly one of them, by recorded times, stable, with one name outside."""

import json
import unittest

import harness

# Writes a report for the files that it is given, in the times that they say.
RUN = """#!/usr/bin/env python3
import sys
cases = ""
for path in sys.argv[1:]:
    text = open(path).read()
    cases += f"<testcase classname='{path[:-3].replace('/', '.')}.Case' name='one' time='{text.split()[1]}'/>"
open("report.xml", "w").write(f"<testsuite name='s'>{cases}</testsuite>")
import os
os.makedirs("out", exist_ok=True)
for path in sys.argv[1:]:
    open("out/" + path.rsplit("/", 1)[1], "w").write("seen")
"""

DECLARED = """
add_pipeline(app)
pipeline_step(app test COMMAND ./run {shard.tests} INPUTS run tests/** SHARDS 4 SHARD_BY tests/**/*_test.py REPORTS report.xml OUTPUTS out/ STAGE test %s)
pipeline_step(app after COMMAND ls out INPUTS run AFTER test)
"""


class Shards(harness.Case):
    def project(self, times, more=""):
        self.t = self.tree()
        self.t.write("run", RUN, 0o755)
        for name, time in times.items():
            self.t.write(f"tests/{name}_test.py", f"# {time}\n")
        self.t.declare(DECLARED % more).configure()

    def parts(self):
        """The tests of each shard, by what was run last."""
        return [sorted(path.name for path in (self.t.work(f"app/test-{at}") / "out").iterdir()) for at in range(1, 5)]

    def test_each_test_is_in_exactly_one_and_the_whole_has_one_name(self):
        self.project({f"t{at}": 0.1 for at in range(12)})
        done = self.t.make("app.test")
        self.assertEqual({step: end for step, end in self.t.outcomes().items()}, {**{f"app/test-{at}": "ran" for at in range(1, 5)}, "app/test": "ran"}, done.all)
        parts = self.parts()
        self.assertEqual(sorted(sum(parts, [])), sorted(f"t{at}_test.py" for at in range(12)))
        self.assertEqual([len(each) for each in parts], [3, 3, 3, 3])
        self.t.run("app.after")
        self.assertEqual(self.t.log("app/after").count(b"_test.py"), 12)
        tests = self.t.call([harness.tool("ctest"), "--test-dir", self.t.build, "-N"]).stdout
        self.assertIn("app.test\n", tests)
        self.assertNotIn("app.test-1", tests)

    def test_recorded_times_balance_and_are_known_by_the_name_of_the_step(self):
        self.project({**{f"slow{at}": 4 for at in range(4)}, **{f"t{at}": 0.01 for at in range(16)}})
        self.t.run("app.test")
        known = json.loads(self.t.cicd("history", "--tests", "--json", "-n", "100").stdout)["tests"]
        self.assertEqual({each["step"] for each in known}, {"app/test"})
        self.t.write("run", RUN + "#\n", 0o755)
        self.t.run("app.test")
        self.assertEqual([sum(name.startswith("slow") for name in each) for each in self.parts()], [1, 1, 1, 1])
        self.assertEqual(len(sum(self.parts(), [])), 20)

    def test_a_lost_history_loses_no_test(self):
        self.project({**{f"slow{at}": 4 for at in range(5)}, **{f"t{at}": 0.01 for at in range(16)}})
        self.t.run("app.test")
        self.t.write("run", RUN + "#\n", 0o755)
        self.t.run("app.test")
        for file in (self.t.home / "state").glob("tests.sqlite*"):
            file.unlink()
        self.t.run("app.test")
        self.assertEqual(len(sum(self.parts(), [])), 21)
        self.assertEqual(len(set(sum(self.parts(), []))), 21)

    def test_a_shard_without_tests_is_up_to_date_and_says_so(self):
        self.project({"t1": 0.1, "t2": 0.1})
        plan = {step["step"]: (step["decision"], step["details"]) for step in self.t.plan("app.test")["steps"]}
        empty = [step for step, what in plan.items() if what == ("up-to-date", ["no test is left for this shard"])]
        self.assertEqual(len(empty), 2, plan)
        self.assertIn("no test is left for this shard", self.t.cicd("plan", "app.test").stdout)
        self.t.run("app.test")
        self.t.run("app.after")
        self.assertEqual(self.t.log("app/after").count(b"_test.py"), 2)
        ended = {each["step"]: each for each in self.t.events() if each["event"] == "step_ended"}
        self.assertTrue(all(ended.get(step, {}).get("summary", "no test is left for this shard") == "no test is left for this shard" for step in empty))

    def test_what_did_not_change_is_not_run_again(self):
        self.project({f"t{at}": 0.1 for at in range(12)})
        self.t.run("app.test")
        self.t.run("app.test")
        self.assertEqual(set(self.t.outcomes().values()), {"up-to-date"})

    def test_other_times_alone_run_nothing_again_and_a_change_is_split_by_them(self):
        self.project({f"t{at}": 0.1 for at in range(20)})
        slow = RUN.replace("{text.split()[1]}", "{4 if path < 'tests/t3' else 0.01}")
        for count, run in enumerate((RUN, slow, RUN + "#", slow + "#")):
            self.t.write("run", run, 0o755)
            self.t.run("app.test")
            self.t.commit(f"{count}")
            plan = self.t.plan("app.test", "--affected", "--since", "HEAD")
            self.assertEqual([step["step"] for step in plan["steps"] if step["affected"]], [], count)
            plan = self.t.plan("app.test")
            self.assertEqual([step["step"] for step in plan["steps"] if step["decision"] != "up-to-date"], [], count)
        self.t.write("run", RUN, 0o755)
        plan = self.t.plan("app.test")
        self.assertIn("recorded times", str(plan["steps"]))

    def test_a_failing_shard_fails_the_step_and_its_test_is_told(self):
        self.project({f"t{at}": 0.1 for at in range(8)})
        self.t.write("run", RUN + "sys.exit('tests/t3_test.py' in sys.argv)\n", 0o755)
        done = self.t.run("app.test", status=1)
        self.assertEqual(self.t.outcomes()["app/test"], "not-run")
        self.assertRegex(done.all, r"--target app\.test-\d")

    def test_names_reach_a_program_by_a_file_or_with_commas_and_a_runner_splits_itself(self):
        self.t = self.tree()
        for name in "ab":
            self.t.write(f"src/test/java/dev/{name}Test.java")
        self.t.declare("""
add_pipeline(app)
pipeline_step(app test SHELL "echo $TESTS $PART of $PARTS; cat $FILE" INPUTS src/** SHARDS 2 SHARD_BY src/test/java/**/*Test.java SHARD_BELOW src/test/java
  ENV TESTS={shard.tests} PART={shard} PARTS={shards} FILE={shard.file})
pipeline_step(app jest COMMAND echo --shard={shard}/{shards} INPUTS src/** SHARDS 3)
""").configure()
        self.t.run("app.test")
        logs = b"".join(self.t.log(f"app/test-{at}") for at in (1, 2)).decode()
        self.assertEqual(sorted(line for line in logs.splitlines() if "Test.java" in line and " of " not in line), ["| dev/aTest.java", "| dev/bTest.java"])
        self.assertIn("1 of 2", logs)
        self.t.run("app.jest")
        self.assertEqual([self.t.log(f"app/jest-{at}") for at in (1, 2, 3)], [f"| --shard={at}/3\n".encode() for at in (1, 2, 3)])

    def test_files_that_match_nothing_or_bear_an_impossible_name_are_refused(self):
        self.project({"t1": 0.1})
        (self.t.source / "tests/t1_test.py").rename(self.t.source / "tests/other.py")
        self.assertIn("no file among the inputs matches SHARD_BY", self.t.run("app.test", status=2).all)
        self.t.write("tests/a,b_test.py", "# 1")
        self.assertIn("holds a ',' or a line end", self.t.run("app.test", status=2).all)

    def test_two_shards_that_write_one_output_otherwise_are_told(self):
        self.project({f"t{at}": 0.1 for at in range(4)})
        self.t.write("run", RUN + "open('out/same', 'w').write(str(sys.argv[1:]))\n", 0o755)
        self.assertIn("out/same", self.t.run("app.test", status=None).all)
        self.assertNotEqual(self.t.result()["exit_status"], 0)


if __name__ == "__main__":
    unittest.main()
