"""Two drivers at once on one build tree: each step is run by one of them, the other waits, says for whom and takes the result."""

import json
import unittest

import harness

CALLS = """
add_pipeline(app)
pipeline_step(app one SHELL "echo x >> \\"$COUNT\\"; while [ ! -e \\"$COUNT.go\\" ]; do sleep 0.02; done; echo made > out.txt" INPUTS CMakeLists.txt OUTPUTS out.txt PASS_ENV COUNT STAGE build)
pipeline_step(app two SHELL "echo y >> \\"$COUNT\\"; cp out.txt end.txt" INPUTS CMakeLists.txt OUTPUTS end.txt AFTER one PASS_ENV COUNT)
"""


class Drivers(harness.Case):
    def counted(self, calls=CALLS):
        tree = self.tree()
        self.count = self.folder / "count"
        tree.env["COUNT"] = str(self.count)
        tree.declare(calls).configure()
        return tree

    def two(self, tree, *words):
        first = tree.start(tree.launcher, "run", *words)
        harness.until(self.count.exists, what="the first driver's step")
        (tree.root / "out.txt").rename(tree.root / "first.txt")
        second = tree.start(tree.launcher, "run", *words)
        return first, second

    def test_the_second_waits_and_takes_the_result(self):
        tree = self.counted()
        first, second = self.two(tree, "app/two")
        harness.until(lambda: "waiting" in (tree.root / "out.txt").read_text(), what="the second driver's words")
        (self.folder / "count.go").touch()
        self.assertEqual((first.wait(20), second.wait(20)), (0, 0))
        self.assertEqual(sorted(self.count.read_text().split()), ["x", "y"])
        self.assertIn(f"(process {first.pid})", (tree.root / "out.txt").read_text())
        runs = [json.loads((run / "result.json").read_text()) for run in (tree.build / ".cicd/runs").iterdir()]
        self.assertEqual([run["outcome"] for run in runs], ["done", "done"])
        for run in (tree.build / ".cicd/runs").iterdir():
            self.assert_json_lines(run / "events.ndjson")
        self.assertTrue(any(event["event"] == "step_waiting" and str(first.pid) in event["for_whom"] for run in runs for event in tree.events(run["id"])))
        self.assertEqual((tree.work("app/two") / "end.txt").read_text(), "made\n")
        tree.run("app/two")
        self.assertEqual(set(tree.outcomes().values()), {"up-to-date"})

    def test_the_second_goes_on_where_the_first_is_killed(self):
        tree = self.counted()
        first, second = self.two(tree, "app/two")
        harness.until(lambda: "waiting" in (tree.root / "out.txt").read_text(), what="the second driver's words")
        first.kill()
        first.wait(10)
        harness.until(lambda: self.count.read_text().split() == ["x", "x"], what="the step of the second")
        (self.folder / "count.go").touch()
        self.assertEqual(second.wait(20), 0)
        self.assertEqual((tree.work("app/two") / "end.txt").read_text(), "made\n")

    def test_a_waiting_driver_can_be_interrupted(self):
        tree = self.counted()
        first, second = self.two(tree, "app/two")
        harness.until(lambda: "waiting" in (tree.root / "out.txt").read_text(), what="the second driver's words")
        second.send_signal(2)
        self.assertEqual(second.wait(5), 130)
        (self.folder / "count.go").touch()
        self.assertEqual(first.wait(20), 0)
        self.assertEqual(sorted(self.count.read_text().split()), ["x", "y"])

    def test_two_deploys_at_once_are_one_commit(self):
        tree = self.counted(harness.DEPLOYED.replace(
            "COMMAND cp in.txt out.txt INPUTS in.txt",
            'SHELL "echo x >> \\"$COUNT\\"; while [ ! -e \\"$COUNT.go\\" ]; do sleep 0.02; done; cp in.txt out.txt" INPUTS in.txt PASS_ENV COUNT'))
        tree.write("in.txt", "x")
        tree.commit()
        first, second = self.two(tree, "deploy-stage")
        (self.folder / "count.go").touch()
        self.assertEqual((first.wait(30), second.wait(30)), (0, 0), (tree.root / "out.txt").read_text() + (tree.root / "first.txt").read_text())
        self.assertEqual(self.count.read_text(), "x\n")
        self.assertEqual(tree.commits(), 1)
        self.assertEqual(tree.record()["generation"], 1)


    def test_ctest_side_by_side(self):
        tree = self.counted("".join(f'''
add_pipeline(p{n})
pipeline_step(p{n} build SHELL "echo build{n} >> \\"$COUNT\\"; sleep 0.1; echo x > out.txt" INPUTS CMakeLists.txt OUTPUTS out.txt PASS_ENV COUNT STAGE build)
pipeline_step(p{n} test COMMAND cat out.txt INPUTS CMakeLists.txt AFTER build STAGE test)
pipeline_step(p{n} lint COMMAND cat out.txt INPUTS CMakeLists.txt AFTER build CHECK)
''' for n in range(3)))
        done = tree.call([harness.tool("ctest"), "--test-dir", tree.build, "-j8", "--output-on-failure"])
        self.assertEqual(done.returncode, 0, done.all)
        self.assertIn("out of 9", done.stdout)
        self.assertEqual(sorted(self.count.read_text().split()), ["build0", "build1", "build2"])

    def test_two_build_trees_take_turns_in_one_source_folder(self):
        tree = self.counted('add_pipeline(app)\npipeline_step(app two SHELL "echo in >> \\"$COUNT\\"; while [ ! -e \\"$COUNT.go\\" ]; do sleep 0.02; done; echo out >> \\"$COUNT\\"" '
                            "INPUTS CMakeLists.txt PASS_ENV COUNT IN_SOURCE ALWAYS)\n")
        other = harness.Tree(tree.root, build="other", home=tree.home)
        other.env["COUNT"] = tree.env["COUNT"]
        other.configure()
        first = tree.start(tree.launcher, "run", "app/two")
        harness.until(self.count.exists, what="the first driver's step")
        second = other.start(other.launcher, "run", "app/two")
        harness.until(lambda: f"(process {first.pid})" in (tree.root / "out.txt").read_text(), what="the second driver's words")
        (self.folder / "count.go").touch()
        self.assertEqual((first.wait(20), second.wait(20)), (0, 0))
        self.assertEqual(self.count.read_text().split(), ["in", "out", "in", "out"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
