"""What a person is told when a step fails, and that nothing starts when it could not end well."""

import json
import os
import re
import socket
import unittest

import harness

JUNIT = """<?xml version="1.0"?><testsuite name="OrdersTest" tests="2" failures="1">
<testcase classname="shop.OrdersTest" name="adds" time="0.01"/>
<testcase classname="shop.OrdersTest" name="closesStaleOrders" time="0.02">
<failure message="expected: &lt;3&gt; but was: &lt;2&gt;">stack</failure></testcase></testsuite>
"""


class Failing(harness.Case):
    def failed(self, command, status=1, more="", **how):
        tree = self.tree()
        tree.write("in.txt", "x")
        tree.declare(f"add_pipeline(app)\npipeline_step(app before COMMAND true INPUTS in.txt)\n"
                     f"pipeline_step(app one {command} INPUTS in.txt AFTER before {more})\npipeline_step(app next COMMAND true INPUTS in.txt AFTER one)\n").configure()
        done = tree.run("app/next", status=status, **how)
        self.assertEqual((tree.result()["outcome"], tree.result()["exit_status"]), ("step-failed", 1))
        self.assertEqual(tree.outcomes()["app/next"], "not-run")
        self.assertEqual(list((tree.home / "cache").glob("steps/*/*/*")), [])
        self.block = done.stdout + done.stderr
        self.check_rerun(tree, how.get("env"))
        return tree

    def check_rerun(self, tree, env):
        """The command that is printed runs that step again, and nothing else."""
        again, = re.findall(r"^  again +(.+)$", self.block, re.M)
        self.assertEqual(tree.result()["rerun"], again)
        self.assertEqual(tree.result()["failed_step"], "app/one")
        before = tree.result()["id"]
        done = tree.call(["/bin/sh", "-c", again], env=env)
        self.assertNotEqual(done.returncode, 0)
        self.assertNotEqual(tree.result()["id"], before)
        self.assertEqual(tree.outcomes(), {"app/before": "up-to-date", "app/one": "timed-out" if "timed out" in self.block else "failed"})
        log = re.search(r"^  log +(.+)$", self.block, re.M)
        if log:
            self.assertTrue((tree.source / log[1]).is_file(), log[1])

    def says(self, *texts):
        for text in texts:
            self.assertIn(text, self.block)

    def test_an_exit_status_with_the_last_lines(self):
        tree = self.failed('SHELL "seq 1000; echo the last words >&2; exit 1"')
        self.says("✗ app/one failed: exit status 1", "the last words", "1000", "app.one.log")
        self.assertEqual(len(tree.log("app/one").splitlines()), 1001)

    def explained(self, calls, step="app/one", files=(), commit=False, status=1):
        tree = self.tree()
        tree.write("in.txt", "x")
        for name, text in files:
            tree.write(name, text, 0o755)
        tree.declare("add_pipeline(app)\n" + calls)
        if commit:
            tree.commit()
        tree.configure()
        self.block = tree.run(step, status=status).all
        return tree

    def test_a_file_that_another_step_makes_names_that_step_and_the_keyword(self):
        made = 'pipeline_step(app make SHELL "mkdir out; echo x > out/a.txt" INPUTS in.txt OUTPUTS out/)\n'
        for command in ("COMMAND cat out/a.txt", "COMMAND cp ./out/a.txt b", 'SHELL "cat < out/a.txt"', "COMMAND ./out/a.txt",
                        'SHELL "python3 -c \\"open(\'out/a.txt\')\\""'):
            with self.subTest(command=command):
                tree = self.explained(made + f"pipeline_step(app one {command} INPUTS in.txt)\n")
                self.says("'out/a.txt' is made by app/make, which the step does not come AFTER", "add AFTER make")
                self.assertEqual(harness.note_in(self.block, "declared at"), "CMakeLists.txt:7")
                self.assertNotIn("  likely", self.block)
                self.assertEqual(tree.outcomes(), {"app/one": "failed"})

    def test_a_file_that_is_made_and_not_named_in_outputs_says_where(self):
        calls = ('pipeline_step(app make SHELL "echo x > a.txt" INPUTS in.txt)\n'
                 "pipeline_step(app one COMMAND cat a.txt INPUTS in.txt AFTER make)\n")
        self.explained(calls)
        self.says("'a.txt' is made by app/make, which does not name it in its OUTPUTS", "add OUTPUTS a.txt to the step app/make")

    def test_a_source_that_is_no_input_names_inputs(self):
        self.explained("pipeline_step(app one COMMAND cat other.txt INPUTS in.txt)\n", files=[("other.txt", "x")])
        self.says("'other.txt' is in the source folder and not an input of the step", "add it to INPUTS: other.txt")
        self.explained("pipeline_step(app one COMMAND cat secret.txt)\n", files=[("secret.txt", "x"), (".gitignore", "secret.txt\nbuild\n")], commit=True)
        self.says("'secret.txt' is in the source folder", "git ignores it")

    def test_a_program_among_the_inputs_is_asked_for_by_a_slash(self):
        self.explained("pipeline_step(app one COMMAND tool.sh INPUTS tool.sh)\n", files=[("tool.sh", "#!/bin/sh\n")], status=2)
        self.says("did you mean: ./tool.sh", "a name without '/' is looked for on PATH")

    def test_a_program_whose_name_has_spaces_names_the_way(self):
        self.explained('pipeline_step(app one COMMAND "make -j4 all" INPUTS in.txt)\n', status=2)
        self.says("did you mean: COMMAND make -j4 all", 'SHELL "make -j4 all"')

    def test_a_program_without_its_interpreter_names_it(self):
        self.explained("pipeline_step(app one COMMAND ./tool INPUTS tool)\n", files=[("tool", "#!/opt/none/python9\n")])
        self.says("'./tool' is started by a program that is not here", "/opt/none/python9")
        self.explained('pipeline_step(app one SHELL "./tool" INPUTS tool)\n', files=[("tool", "#!/bin/sh\r\necho x\r\n")])
        self.says("is started by a program that is not here", "line ends")

    def test_a_missing_shared_library_is_named_with_its_package(self):
        says = "echo './prog: error while loading shared libraries: libnone.so.1: cannot open shared object file: No such file or directory' >&2; exit 127"
        self.explained(f'pipeline_step(app one SHELL "{says}" INPUTS in.txt)\n')
        self.says("a shared library that the program was linked with is not installed", "libnone.so.1", "apt-get install libnone1")

    def test_a_target_that_rust_has_no_library_for_is_named_with_what_adds_it(self):
        says = "echo '  = note: the `aarch64-unknown-linux-musl` target may not be installed' >&2; echo 'error: could not compile' >&2; exit 101"
        self.explained(f'pipeline_step(app one SHELL "{says}" INPUTS in.txt)\n')
        self.says("the Rust compiler has no standard library for that target", "aarch64-unknown-linux-musl", "rustup target add aarch64-unknown-linux-musl")

    def test_findings_of_a_scanner_have_places_and_a_sarif_file_of_the_repository(self):
        tree = self.tree()
        tree.write("src/main/java/shop/Owner.java", "class Owner {}")
        found = [{"ruleId": f"R{at}", "level": "note", "message": {"text": "may expose"}, "locations": [{"physicalLocation": {
            "artifactLocation": {"uri": "shop/Owner.java"}, "region": {"startLine": at}}}]} for at in range(1, 13)]
        tree.write("found.sarif", json.dumps({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x"}}, "results": found}]}))
        tree.declare('add_pipeline(app FAIL_ON low)\npipeline_step(app scan SHELL "cat found.sarif > out.sarif; echo noise; exit 1" TOOLS cat\n'
                     '  FINDINGS out.sarif OUTPUTS out.sarif INPUTS found.sarif)\n').configure()
        self.block = tree.run("app/scan", status=1).all
        self.says("12 findings", "src/main/java/shop/Owner.java:1  R1  may expose", "and 2 more")
        self.assertNotIn("last lines", self.block)
        kept = json.loads((tree.source / harness.note_in(self.block, "sarif")).read_text())
        place = kept["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
        self.assertEqual(place, {"uri": "src/main/java/shop/Owner.java"})

    def test_a_step_that_passes_tells_its_number_of_tests_none_too(self):
        tree = self.tree()
        tree.write("TEST-a.xml", '<testsuite name="a"><testcase classname="a.T" name="x"/><testcase classname="a.T" name="y"><flakyFailure message="m"/></testcase></testsuite>')
        tree.declare('add_pipeline(app)\npipeline_step(app some COMMAND cp TEST-a.xml out.xml INPUTS TEST-a.xml REPORTS out.xml)\n'
                     'pipeline_step(app none COMMAND true INPUTS TEST-a.xml REPORTS *.nothing)\npipeline_step(app other COMMAND true INPUTS TEST-a.xml)\n').configure()
        said = tree.run("app/some", "app/none", "app/other").all
        self.assertRegex(said, r"\[app/some\] done in .*: 2 tests, 1 flaky \(T\.y\)")
        self.assertRegex(said, r"\[app/none\] done in .*: 0 tests")
        self.assertRegex(said, r"\[app/other\] done in [^:]*\n")
        self.assertIn("<flakyFailure", (tree.build / ".cicd/junit/app.some.xml").read_text() if (tree.build / ".cicd/junit/app.some.xml").exists() else
                      (tree.build / ".cicd/runs" / tree.result()["id"] / "junit.xml").read_text())

    def test_under_a_build_tool_paths_are_those_from_where_it_was_called(self):
        tree = self.tree()
        tree.write("in.txt", "x")
        tree.declare('add_pipeline(app)\npipeline_step(app one SHELL "echo $PWD/in.txt:1: wrong; exit 1" INPUTS in.txt)\n').configure()
        for folder, shown in (tree.source, "in.txt"), (tree.build, f"{tree.source}/in.txt"), (tree.root, "source/in.txt"):
            said = tree.make("app.one", status=1, cwd=folder, env={"PWD": str(folder)}).all
            self.assertIn(f"\n    {shown}:1: wrong\n", said)

    def test_126(self):
        tree = self.tree()
        tree.write("tool", "#!/bin/sh\n", 0o644)
        tree.declare("add_pipeline(app)\npipeline_step(app one COMMAND ./tool INPUTS tool)\n").configure()
        self.block = tree.run("app/one", status=2).all
        self.says("the program may not be executed: 'tool'", "chmod +x tool && git update-index --chmod=+x tool")
        self.assertNotIn(".cicd/work", self.block)

    def test_126_in_a_shell(self):
        self.failed('SHELL "echo \'#!/bin/sh\' > tool; ./tool"')
        self.says("exit status 126", "cannot be executed", "chmod +x")

    def test_127_in_a_shell(self):
        self.failed('SHELL "there-is-no-such-program"')
        self.says("exit status 127", "program not found", "there-is-no-such-program")

    def test_137_killed(self):
        self.failed('SHELL "kill -9 $$"')
        self.says("signal 9", "killed", "memory")

    def test_139_segmentation_fault(self):
        self.failed('SHELL "ulimit -c 0; kill -SEGV $$"')
        self.says("signal 11", "segmentation fault")

    def test_143(self):
        self.failed('SHELL "kill -TERM $$"')
        self.says("signal 15")

    def test_the_time_limit(self):
        tree = self.failed('SHELL "echo begun; sleep 100"', more="TIMEOUT 300ms GRACE 200ms")
        self.says("✗ app/one timed out after", "begun", "longer TIMEOUT")
        self.assertFalse(harness.bearers(tree.cookie))

    def test_a_failing_test_case_is_shown_by_name_and_message(self):
        tree = self.failed('SHELL "printf \'%s\' \\"$CASES\\" > TEST-one.xml; exit 1"', more="REPORTS TEST-*.xml PASS_ENV CASES", env={"CASES": JUNIT})
        self.says("1 of 2 tests failed", "OrdersTest.closesStaleOrders", "expected: <3> but was: <2>")
        junit = (tree.build / ".cicd/junit/app.one.xml").read_text()
        for text in ("closesStaleOrders", "adds"):
            self.assertIn(text, junit)

    def test_a_failing_test_case_appears_in_ctest(self):
        tree = self.tree()
        tree.write("report.xml", JUNIT)
        tree.declare('add_pipeline(app)\npipeline_step(app test SHELL "cp report.xml out.xml; exit 1" INPUTS report.xml REPORTS out.xml STAGE test)\n').configure()
        done = tree.call([harness.tool("ctest"), "--test-dir", tree.build, "--output-on-failure"])
        self.assertEqual(done.returncode, 8, done.all)
        for text in ("app.test", "OrdersTest.closesStaleOrders", "expected: <3> but was: <2>"):
            self.assertIn(text, done.stdout)
        junit = (tree.build / ".cicd/junit/app.test.xml").read_text()
        self.assertIn("expected: &lt;3&gt; but was: &lt;2&gt;", junit)
        ended = next(one for one in tree.events() if one["event"] == "step_ended")
        self.assertEqual([(one["name"], one["state"]) for one in ended["tests"]], [("adds", "passed"), ("closesStaleOrders", "failed")])

    def test_retries(self):
        tree = self.tree()
        counter = self.folder / "counter"
        tree.env["COUNTER"] = str(counter)
        tree.declare('add_pipeline(app)\npipeline_step(app one SHELL "echo x >> \\"$COUNTER\\"; test $(wc -l < \\"$COUNTER\\") -ge 3" '
                     "INPUTS CMakeLists.txt PASS_ENV COUNTER RETRIES 2)\n").configure()
        done = tree.run("app/one")
        self.assertIn("started again (attempt 3): attempt 2 of 3 failed", done.stdout)
        self.assertEqual([one["attempt"] for one in tree.events() if one["event"] == "step_started"], [1, 2, 3])
        self.assertEqual(counter.read_text(), "x\n" * 3)
        counter.unlink()
        tree.declare((tree.source / "CMakeLists.txt").read_text().split("find_package(cicd REQUIRED)\n")[1].replace("RETRIES 2", "RETRIES 1")).configure()
        tree.run("app/one", status=1)
        self.assertEqual(counter.read_text(), "x\n" * 2)

    def refused(self, calls, target="app/one", status=2):
        tree = self.tree()
        tree.write("in.txt", "x")
        started = self.folder / "started"
        tree.env["STARTED"] = str(started)
        tree.declare(f'add_pipeline(app)\npipeline_step(app first SHELL ": > \\"$STARTED\\"" INPUTS in.txt PASS_ENV STARTED)\n{calls}').configure()
        return tree, started

    def check_refused(self, tree, started, *texts, target="app/one", status=2, word="usage"):
        done = tree.run(target, status=status)
        self.assertFalse(started.exists(), "something was started")
        for text in texts:
            self.assertIn(text, done.stderr)
        self.assertEqual(tree.result()["outcome"], word)
        self.assertEqual(tree.cicd("plan", target, status=status).returncode, status)

    def test_a_missing_tool_is_found_before_anything_starts(self):
        tree, started = self.refused("pipeline_step(app one COMMAND no-such-tool --now INPUTS in.txt AFTER first)\n")
        self.check_refused(tree, started, "no-such-tool", "app/one", "not installed")

    def test_missing_maven_says_how_it_is_installed(self):
        tree, started = self.refused("pipeline_step(app one COMMAND mvn -B package INPUTS in.txt AFTER first)\n")
        folder = self.folder / "bin"
        folder.mkdir()
        for name in ("sh", "git", "env"):
            os.symlink(harness.tool(name), folder / name)
        tree.env["PATH"] = str(folder)
        self.check_refused(tree, started, "mvn", "apt-get install maven")

    def test_an_empty_input_set(self):
        tree, started = self.refused("pipeline_step(app one COMMAND true INPUTS src/** AFTER first)\n")
        self.check_refused(tree, started, "app/one", "src/**")

    def test_a_missing_input(self):
        tree, started = self.refused("pipeline_step(app one COMMAND true INPUTS in.txt on.txt AFTER first)\n")
        self.check_refused(tree, started, "app/one", "on.txt")

    def test_a_socket_among_the_inputs(self):
        tree, started = self.refused("pipeline_step(app one COMMAND true INPUTS in.txt s/** AFTER first)\n")
        (tree.source / "s").mkdir()
        with socket.socket(socket.AF_UNIX) as one:
            one.bind(str(tree.source / "s/socket"))
            self.check_refused(tree, started, "s/socket", "socket")

    def test_a_fifo_among_the_inputs(self):
        tree, started = self.refused("pipeline_step(app one COMMAND true INPUTS in.txt s/** AFTER first)\n")
        (tree.source / "s").mkdir()
        os.mkfifo(tree.source / "s/fifo")
        self.check_refused(tree, started, "s/fifo")

    def test_declared_outputs_that_are_not_made(self):
        tree = self.failed("COMMAND true", more="OUTPUTS out.txt")
        self.says("out.txt", "OUTPUTS")
        self.assertEqual(tree.plan("app/one")["steps"][-1]["decision"], "run")

    def test_an_unknown_target_names_the_nearest(self):
        tree, _ = self.refused("")
        done = tree.run("app/frist", status=2)
        self.assertIn("app", done.stderr)
        self.assertIn("cicd-help", done.stderr)

    def test_paths_are_those_of_the_source_tree(self):
        tree = self.tree()
        tree.write("src/Main.java", "class")
        tree.declare('add_pipeline(app)\npipeline_step(app one SHELL "echo $PWD/src/Main.java:3: error: class expected; exit 1" INPUTS src/**)\n').configure()
        done = tree.run("app/one", status=1)
        self.assertIn("src/Main.java:3: error", done.stdout + done.stderr)
        self.assertNotIn(".cicd/work/app/one/src", (done.stdout + done.stderr).split("✗")[1])


if __name__ == "__main__":
    unittest.main(verbosity=2)
