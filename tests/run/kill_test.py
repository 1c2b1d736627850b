"""Ctrl-C and kill -9 in every phase: nothing keeps running, nothing half-made counts, nothing acknowledged is lost."""

import json
import os
import random
import signal
import subprocess
import time
import unittest

import harness

# A step that will not go: it ignores TERM, so do its grandchildren, which left its session and process group.
STUBBORN = """#!/bin/sh
trap '' TERM INT HUP
setsid sh -c 'trap "" TERM INT HUP; while :; do sleep 1; done' &
nohup sh -c 'trap "" TERM INT HUP; while :; do sleep 1; done' >/dev/null 2>&1 &
(setsid setsid sleep 1000 </dev/null >/dev/null 2>&1 &)
echo half > out.txt
: > "$STARTED"
while :; do sleep 1; done
"""
# The same program goes well once `calm` is there, which is no input.
CALLS = """
add_pipeline(app)
pipeline_step(app long COMMAND ./long INPUTS long OUTPUTS out.txt PASS_ENV STARTED GRACE 300ms STAGE build)
pipeline_step(app after COMMAND cp out.txt end.txt INPUTS long OUTPUTS end.txt AFTER long)
"""


class Signals(harness.Case):
    def stubborn(self, generator="Ninja"):
        tree = self.tree()
        tree.write("long", STUBBORN.replace("trap ''", 'if [ -e "$STARTED.calm" ]; then echo whole > out.txt; exit 0; fi\ntrap \'\'', 1), 0o755)
        tree.declare(CALLS).configure(generator)
        self.started = self.folder / "started"
        tree.env["STARTED"] = str(self.started)
        return tree

    def begun(self, tree, *words, **how):
        process = tree.start(*words, **how)
        harness.until(self.started.exists, what="the step")
        harness.until(lambda: len(harness.bearers(tree.cookie)) >= 4, what="its grandchildren")
        return process

    def check_ended(self, tree, outcome, status):
        harness.until(lambda: not harness.bearers(tree.cookie), 5, f"the end of {harness.bearers(tree.cookie)}")
        told = tree.result()
        self.assertEqual((told["outcome"], told["exit_status"]), (outcome, status))
        self.assertEqual(tree.outcomes(), {"app/long": "interrupted", "app/after": "not-run"})
        events = tree.events()
        self.assertEqual((events[0]["event"], events[-1]["event"], events[-1]["outcome"]), ("run_started", "run_ended", outcome))
        self.assertEqual(list((tree.home / "cache").glob("steps/*/*")), [])
        self.assertEqual([one["decision"] for one in tree.plan("app.long")["steps"]], ["run"])
        (self.folder / "started.calm").touch()
        tree.run("app/after")
        self.assertEqual(tree.outcomes(), {"app/long": "ran", "app/after": "ran"})
        self.assertEqual((tree.work("app/after") / "end.txt").read_text(), "whole\n")

    def check_driver(self, number, outcome, status):
        tree = self.stubborn()
        process = self.begun(tree, tree.launcher, "run", "app/after")
        process.send_signal(number)
        self.assertEqual(process.wait(15), status)
        self.check_ended(tree, outcome, status)

    def test_ctrl_c_ends_the_whole_tree(self):
        self.check_driver(signal.SIGINT, "interrupted", 130)

    def test_term_ends_the_whole_tree(self):
        self.check_driver(signal.SIGTERM, "terminated", 143)

    def test_hangup_ends_the_whole_tree(self):
        self.check_driver(signal.SIGHUP, "terminated", 143)

    def check_build_tool(self, generator, number, outcome, status):
        tree = self.stubborn(generator)
        process = self.begun(tree, harness.tool("cmake"), "--build", tree.build, "--target", "app.build", start_new_session=True)
        os.killpg(process.pid, number)
        self.assertNotEqual(process.wait(15), 0)
        harness.until(lambda: (tree.build / ".cicd/result.json").exists(), 10, "the record of the run")
        harness.until(lambda: not harness.bearers(tree.cookie), 10, f"the end of {harness.bearers(tree.cookie)}")
        told = tree.result()
        self.assertEqual((told["outcome"], told["exit_status"]), (outcome, status))
        self.assertEqual(list((tree.home / "cache").glob("steps/*/*")), [])
        (self.folder / "started.calm").touch()
        tree.make("app.build")
        self.assertEqual(tree.outcomes(), {"app/long": "ran"})

    def test_ctrl_c_under_ninja(self):
        self.check_build_tool("Ninja", signal.SIGINT, "interrupted", 130)

    def test_ctrl_c_under_make(self):
        self.check_build_tool("Unix Makefiles", signal.SIGINT, "interrupted", 130)

    def test_term_under_ninja(self):
        self.check_build_tool("Ninja", signal.SIGTERM, "terminated", 143)

    def test_term_under_make(self):
        self.check_build_tool("Unix Makefiles", signal.SIGTERM, "terminated", 143)

    def test_hangup_under_ninja(self):
        self.check_build_tool("Ninja", signal.SIGHUP, "terminated", 143)

    def test_a_second_ctrl_c_ends_at_once(self):
        tree = self.tree()
        tree.write("long", STUBBORN, 0o755)
        tree.declare(CALLS.replace("300ms", "10m")).configure()
        self.started = self.folder / "started"
        tree.env["STARTED"] = str(self.started)
        process = self.begun(tree, tree.launcher, "run", "app/after")
        process.send_signal(signal.SIGINT)
        time.sleep(0.3)
        self.assertIsNone(process.poll())
        self.assertGreaterEqual(len(harness.bearers(tree.cookie)), 3)
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(5), 130)
        harness.until(lambda: not harness.bearers(tree.cookie), 5, "the end of the tree")
        self.assertEqual(tree.result()["outcome"], "interrupted")

    def test_grandchildren_that_a_good_step_leaves_behind_are_ended(self):
        tree = self.tree('add_pipeline(app)\npipeline_step(app one SHELL "setsid sleep 1000 </dev/null >/dev/null 2>&1 & echo ok > out.txt" '
                         "INPUTS CMakeLists.txt OUTPUTS out.txt)\n")
        tree.run("app/one")
        harness.until(lambda: not harness.bearers(tree.cookie), 5, f"the end of {harness.bearers(tree.cookie)}")


class Killed(harness.Case):
    """SIGKILL of the driver at random moments of a whole deploy."""

    rounds = 30

    def test_nothing_acknowledged_is_lost_and_nothing_half_made_is_served(self):
        tree = self.tree()
        tree.write("in.txt", "0")
        # The step writes its output in two halves, so that half of one could be taken for a whole.
        tree.write("make", "#!/bin/sh\nprintf 'begin %s ' \"$(cat in.txt)\" > out.txt\nsleep 0.05\necho end >> out.txt\necho made\n", 0o755)
        tree.declare(harness.DEPLOYED.replace("COMMAND cp in.txt out.txt INPUTS in.txt", "COMMAND ./make INPUTS in.txt make"))
        tree.commit()
        tree.configure()
        chance, generation, whole = random.Random(4711), 0, 0.0
        for number in range(1, self.rounds + 1):
            tree.write("in.txt", str(number))
            tree.commit(f"number {number}")
            # Every moment of a run: as long as one took, a little beyond its end.
            after = chance.uniform(0, max(0.3, 1.1 * whole))
            process = tree.start(tree.launcher, "run", "deploy-stage")
            try:
                process.wait(after)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.wait(10)
            shown = tree.manifests("show", "main:.cicd/records/stage/app.json")
            seen = json.loads(shown)["generation"] if shown else 0
            self.assertIn(seen, (generation, generation + 1), f"round {number}, killed after {after:.3f} s")
            began = time.monotonic()
            tree.run("deploy-stage")
            whole = max(whole, time.monotonic() - began)
            record = tree.record()
            self.assertEqual(record["generation"], max(seen, generation + 1))
            generation = record["generation"]
            self.assertEqual(tree.commits(), generation)
            self.assertEqual((tree.work("app/build") / "out.txt").read_text(), f"begin {number} end\n")
            self.assertEqual(tree.result()["outcome"], "done")
            self.assertEqual(tree.manifests("fsck", "--full", "--no-dangling"), "")
            for run in (tree.build / ".cicd/runs").iterdir():
                if (run / "events.ndjson").exists():
                    self.assert_json_lines(run / "events.ndjson")
        tree.cicd("status")
        self.assertEqual(len(json.loads(tree.cicd("history", "--json", "-n", "100").stdout)["deployments"]), generation)
        # What the cache holds is whole: another build tree takes it and comes to the same.
        other = harness.Tree(self.folder / "t", build="other", home=tree.home)
        self.trees.append(other)
        other.configure()
        other.run("app/build")
        self.assertEqual(other.outcomes(), {"app/build": "reused"})
        self.assertEqual((other.work("app/build") / "out.txt").read_text(), f"begin {self.rounds} end\n")

    def test_ctrl_c_at_random_moments_of_a_deploy(self):
        tree = self.tree()
        tree.write("in.txt", "0")
        tree.declare(harness.DEPLOYED)
        tree.commit()
        tree.configure()
        chance, generation = random.Random(815), 0
        for number in range(1, 16):
            tree.write("in.txt", str(number))
            tree.commit(f"number {number}")
            process = tree.start(tree.launcher, "run", "deploy-stage")
            time.sleep(chance.uniform(0, 0.4))
            process.send_signal(signal.SIGINT)
            status = process.wait(15)
            self.assertIn(status, (0, 130, -signal.SIGINT))  # the last: before there was anything to end
            shown = tree.manifests("show", "main:.cicd/records/stage/app.json")
            seen = json.loads(shown)["generation"] if shown else 0
            self.assertIn(seen, (generation, generation + 1))
            if status >= 0:
                self.assertEqual(tree.result()["outcome"], "done" if status == 0 else "interrupted")
                self.assertEqual(tree.events()[-1]["event"], "run_ended")
            if status == 0:
                self.assertEqual(seen, generation + 1)
            tree.run("deploy-stage")
            generation += 1
            self.assertEqual(tree.record()["generation"], generation)
            self.assertFalse(harness.bearers(tree.cookie))

    def test_what_a_killed_run_left_behind_does_not_write_any_more(self):
        tree = self.tree()
        started = self.folder / "started"
        tree.env["STARTED"] = str(started)
        tree.write("long", '#!/bin/sh\nif [ -e "$STARTED.calm" ]; then echo whole > out.txt; exit 0; fi\n'
                   'setsid sh -c \'while :; do echo stray > out.txt; sleep 0.02; done\' </dev/null >/dev/null 2>&1 &\n: > "$STARTED"\nsleep 1000\n', 0o755)
        tree.declare(CALLS).configure()
        process = tree.start(tree.launcher, "run", "app/after")
        harness.until(started.exists, what="the step")
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        self.assertTrue(harness.bearers(tree.cookie))
        (self.folder / "started.calm").touch()
        tree.run("app/after")
        self.assertFalse(harness.bearers(tree.cookie))
        time.sleep(0.1)
        self.assertEqual((tree.work("app/long") / "out.txt").read_text(), "whole\n")
        self.assertEqual((tree.work("app/after") / "end.txt").read_text(), "whole\n")


PROMOTED = """
add_pipeline(app)
pipeline_step(app build COMMAND cp in.txt out.txt INPUTS in.txt OUTPUTS out.txt STAGE build)
pipeline_image(app BASE scratch FILES out.txt=/app/out.txt ENTRYPOINT /app/out.txt)
pipeline_image(app worker BASE scratch FILES out.txt=/app/worker ENTRYPOINT /app/worker)
pipeline_service(app api PORT 8080 IMAGE image)
pipeline_service(app jobs PORT 8081 IMAGE worker)
pipeline_environment(app stage ON branch main VIA render)
pipeline_environment(app prod ON tag v* VIA gitops)
"""


class KilledPromotion(harness.Case):
    """SIGKILL of the driver in each phase of a promotion: the next run ends it."""

    def published(self):
        tree = self.tree()
        tree.write("in.txt", "0")
        tree.declare(PROMOTED)
        tree.commit()
        tree.configure()
        tree.run("app.deploy-stage")
        tree.git("tag", "v1.0.0")
        tree.run("--event", "tag=v1.0.0")
        return tree

    def tags(self, tree, repository):
        index = json.loads((tree.build / "registry" / repository / "index.json").read_text())
        return {one["annotations"]["org.opencontainers.image.ref.name"] for one in index["manifests"]}

    def killed_in_hook(self, tree, hook, tag):
        """Kills the driver while the manifest repository runs that hook."""
        started, path = self.folder / f"{hook}.started", tree.build / "manifests.git/hooks" / hook
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\n: > {started}\nexec sleep 1000\n")
        path.chmod(0o755)
        tree.git("tag", tag)
        process = tree.start(tree.launcher, "run", "--event", f"tag={tag}")
        harness.until(started.exists, what=hook)
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        path.unlink()
        for left, _ in harness.bearers(tree.cookie):
            os.kill(left, signal.SIGKILL)
        harness.until(lambda: not harness.bearers(tree.cookie), 5, "the end of git")

    def test_killed_after_the_images_were_tagged_and_before_the_commit(self):
        tree = self.published()
        self.killed_in_hook(tree, "pre-receive", "v1.1.0")
        for repository in ("app", "app-worker"):
            self.assertIn("v1.1.0", self.tags(tree, repository))
        self.assertEqual((tree.record("prod")["tag"], tree.record("prod")["generation"]), ("v1.0.0", 1))
        tree.run("--event", "tag=v1.1.0")
        self.assertEqual((tree.record("prod")["tag"], tree.record("prod")["generation"]), ("v1.1.0", 2))

    def test_killed_after_the_commit_and_before_the_record_of_the_run(self):
        tree = self.published()
        self.killed_in_hook(tree, "post-receive", "v1.1.0")
        self.assertEqual((tree.record("prod")["tag"], tree.record("prod")["generation"]), ("v1.1.0", 2))
        tree.run("--event", "tag=v1.1.0")
        self.assertEqual(tree.record("prod")["generation"], 2)
        self.assertEqual((tree.result()["outcome"], tree.outcomes()), ("done", {"app/deploy-prod": "up-to-date"}))

    def test_killed_at_random_moments(self):
        tree, chance, generation, whole = self.published(), random.Random(29), 1, 0.1
        for number in range(1, 16):
            tag = f"v1.{number}.0"
            tree.git("tag", tag)
            process = tree.start(tree.launcher, "promote", "app", "prod", "--version", tag)
            try:
                process.wait(chance.uniform(0, 1.1 * whole))
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.wait(10)
            began = time.monotonic()
            tree.cicd("promote", "app", "prod", "--version", tag)
            whole = max(whole, time.monotonic() - began)
            generation += 1
            record = tree.record("prod")
            self.assertEqual((record["tag"], record["generation"], record["version"]), (tag, generation, tag))
            for repository in ("app", "app-worker"):
                self.assertIn(tag, self.tags(tree, repository))
            self.assertEqual(tree.manifests("fsck", "--full", "--no-dangling"), "")


if __name__ == "__main__":
    unittest.main(verbosity=2)
