"""Publish and deploy beside commands: nobody waits for a server that does not answer, and a signal ends all. The test holds the server:
a hook of the manifest repository that waits for a file. Nothing here depends on how long anything takes."""

import json
import signal
import unittest

import harness

# `app` deploys to a repository whose hook is held; `slow` is ended by its TIMEOUT meanwhile, `late` publishes.
CALLS = harness.DEPLOYED.replace("VIA gitops", "VIA gitops REPOSITORY {repository}") + """
add_pipeline(beside)
pipeline_step(beside ready SHELL "until test -e $HELD; do sleep 0.05; done" INPUTS in.txt PASS_ENV HELD)
pipeline_step(beside slow SHELL "while :; do echo working; sleep 0.2; done" INPUTS in.txt AFTER ready TIMEOUT 1s GRACE 1s)
"""
LATE = """
add_pipeline(late)
pipeline_image(late BASE scratch FILES in.txt=/in.txt ENTRYPOINT /in.txt AFTER wait)
pipeline_step(late wait SHELL "until test -e $LATE; do sleep 0.05; done" INPUTS in.txt PASS_ENV LATE)
"""
# A git in front of the real one that hangs where the test says so, with all that it started.
HANGING_GIT = """#!/bin/sh
case " $* " in *" {verb} "*) : > "$HELD"; {trap} while :; do sleep 0.1; done ;; esac
exec {git} "$@"
"""


class Effects(harness.Case):
    def held_by_hook(self, calls=CALLS):
        tree = self.tree()
        self.held, self.free = self.folder / "held", self.folder / "free"
        tree.env.update(HELD=str(self.held), LATE=str(self.folder / "late"), CICD_JOBS="4")
        repository = self.folder / "held.git"
        harness.subprocess.run([harness.tool("git"), "init", "--quiet", "--bare", "--initial-branch=main", str(repository)], check=True)
        hook = repository / "hooks/pre-receive"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\n: > {self.held}\nuntil test -e {self.free}; do sleep 0.05; done\n")
        hook.chmod(0o755)
        self.repository = repository
        return self.made(tree, calls.format(repository=repository))

    def made(self, tree, calls):
        tree.write("in.txt", "one")
        tree.declare(calls)
        tree.commit()
        tree.configure()
        return tree

    def events_so_far(self, tree):
        files = list((tree.build / ".cicd/runs").glob("*/events.ndjson"))
        return [json.loads(line) for line in files[-1].read_text().splitlines()] if files else []

    def ended(self, tree, step):
        return next((one for one in self.events_so_far(tree) if one["event"] == "step_ended" and one["step"] == step), None)

    def interrupted(self, tree, process, number=signal.SIGTERM, status=143):
        """Ends the run and gives the events after the signal."""
        before = len(self.events_so_far(tree))
        process.send_signal(number)
        self.assertEqual(process.wait(60), status)
        self.assertEqual([one for one in harness.bearers(tree.cookie) if b"sleep" not in one[1]], [], "something runs on")
        return tree.events()[before:]

    def test_a_command_is_ended_in_time_while_a_deploy_hangs(self):
        tree = self.held_by_hook()
        process = tree.start(tree.launcher, "run", "deploy-stage", "beside/slow")
        end = harness.until(lambda: self.ended(tree, "beside/slow"), 60, "the end of beside/slow")
        self.assertEqual(end["outcome"], "timed-out")
        self.assertTrue(self.held.exists() and not self.free.exists(), "the hook is not held")
        self.assertIsNone(process.poll())
        self.free.touch()
        self.assertEqual(process.wait(60), 1)
        self.assertEqual((tree.outcomes()["app/deploy-stage"], tree.outcomes()["beside/slow"]), ("ran", "timed-out"))
        self.assertEqual(tree.commits(self.repository), 1)

    def test_after_a_signal_the_run_ends_and_nothing_starts_while_a_deploy_hangs(self):
        for number, status, outcome in ((signal.SIGTERM, 143, "terminated"), (signal.SIGINT, 130, "interrupted")):
            with self.subTest(outcome):
                tree = self.held_by_hook(CALLS.split("add_pipeline(beside)")[0] + LATE) if number == signal.SIGTERM else tree
                self.held.unlink(missing_ok=True)
                process = tree.start(tree.launcher, "run", "deploy-stage", "late.publish")
                harness.until(self.held.exists, 60, "the hook")
                after = self.interrupted(tree, process, number, status)
                self.assertEqual([one["step"] for one in after if one["event"] in ("step_started", "step_planning")], [])
                self.assertEqual(tree.result()["outcome"], outcome)
                self.assertEqual(tree.outcomes()["app/deploy-stage"], "interrupted")
                self.assertEqual((tree.outcomes()["late/image"], tree.outcomes()["late/publish"]), ("not-run", "not-run"))
                self.assertIn("not run: late/image, late/publish, since the run was interrupted", (tree.root / "out.txt").read_text())
                self.assertEqual(tree.commits(self.repository), 0)
                self.assertFalse(self.free.exists())

    def test_two_deploys_run_side_by_side(self):
        tree = self.held_by_hook(CALLS.split("add_pipeline(beside)")[0] + harness.DEPLOYED.replace("(app", "(other").replace("app.example", "other.example"))
        process = tree.start(tree.launcher, "run", "deploy-stage")
        harness.until(lambda: self.ended(tree, "other/deploy-stage"), 60, "the other deploy")
        self.assertIsNone(self.ended(tree, "app/deploy-stage"))
        self.free.touch()
        self.assertEqual(process.wait(60), 0)

    def hanging(self, verb, trap=""):
        tree = self.held_by_hook()
        (self.folder / "bin").mkdir()
        git = self.folder / "bin/git"
        git.write_text(HANGING_GIT.format(verb=verb, git=harness.tool("git"), trap=trap))
        git.chmod(0o755)
        tree.env["PATH"] = f"{git.parent}:{tree.env['PATH']}"
        return tree

    def planning(self, verb, trap=""):
        """A run whose deploy is being planned, by a server that does not answer."""
        tree = self.hanging(verb, trap)
        tree.declare(CALLS.replace("REPOSITORY {repository}", "REPOSITORY https://git.example.com/m.git"))
        tree.commit()
        tree.configure()
        process = tree.start(tree.launcher, "run", "deploy-stage", "beside/slow")
        harness.until(self.held.exists, 60, "the question")
        harness.until(lambda: any(one["event"] == "step_started" and one["step"] == "beside/slow" for one in self.events_so_far(tree)), 60,
                      "the start of beside/slow")
        return tree, process

    def test_a_command_is_ended_in_time_while_a_deploy_is_being_planned(self):
        tree, process = self.planning("ls-remote")
        end = harness.until(lambda: self.ended(tree, "beside/slow"), 60, "the end of beside/slow")
        self.assertEqual(end["outcome"], "timed-out")
        self.assertIsNone(process.poll())
        self.interrupted(tree, process, status=143)

    def test_a_signal_ends_the_planning_of_a_deploy(self):
        tree, process = self.planning("ls-remote")
        after = self.interrupted(tree, process)
        self.assertNotIn("step_started", [one["event"] for one in after])
        self.assertEqual(tree.outcomes()["app/deploy-stage"], "interrupted")
        self.assertFalse(any(one["event"] == "step_started" and one["step"] == "app/deploy-stage" for one in tree.events()))

    def test_a_signal_ends_what_git_is_asked_of_the_source(self):
        tree = self.hanging("status")
        process = tree.start(tree.launcher, "run", "deploy-stage")
        harness.until(self.held.exists, 60, "the question")
        self.interrupted(tree, process)
        self.assertEqual((tree.result()["outcome"], tree.outcomes()), ("terminated", {}))

    def test_a_second_signal_ends_what_does_not_hear_the_first(self):
        tree, process = self.planning("ls-remote", trap="trap '' TERM;")
        process.send_signal(signal.SIGINT)
        harness.until(lambda: self.ended(tree, "beside/slow") or self.ended(tree, "beside/ready"), 60, "the first signal")
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(60), 130)
        self.assertEqual(tree.outcomes()["app/deploy-stage"], "interrupted")
        self.assertEqual(tree.result()["outcome"], "interrupted")

    def test_an_effect_that_is_up_to_date_is_planned_and_not_run(self):
        tree = self.deployed()
        done = tree.run("deploy-stage")
        self.assertEqual(len(done.stdout.splitlines()), 1, done.stdout)
        self.assertRegex(done.stdout, r"^deploy-stage: nothing to do, 4 steps up to date")
        told = [(one["event"], one["step"]) for one in tree.events() if one.get("step") == "app/deploy-stage"]
        self.assertEqual(told, [("step_planning", "app/deploy-stage"), ("step_ended", "app/deploy-stage")])

    def test_a_deploy_that_cannot_be_planned_fails_as_such(self):
        tree = self.tree()
        self.made(tree, harness.DEPLOYED.replace("VIA gitops", f"VIA gitops REPOSITORY {self.folder}/gone.git"))
        done = tree.run("deploy-stage", status=6)
        self.assertIn("there is no manifest repository", done.all)
        self.assertEqual(tree.outcomes()["app/deploy-stage"], "failed")
        self.assertEqual(tree.result()["failed_step"], "app/deploy-stage")


if __name__ == "__main__":
    unittest.main(verbosity=2)
