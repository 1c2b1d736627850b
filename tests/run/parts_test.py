"""Parts of an environment, `OF`: one deploy, one approval, one hold, one rollback and one line of status for all of them."""

import json
import os
import signal
import unittest

import functions
import gitlab
import harness
import programs
from export_test import PUSH

APPLY = """#!/bin/sh
set -eu
[ ! -f "$WORLD/hang" ] || { echo $$ > "$WORLD/pid"; exec sleep 60; }
[ ! -f "$WORLD/fail" ] || { echo "the quota is used up" >&2; exit 1; }
echo "$CICD_ENVIRONMENT $CICD_VERSION" >> "$WORLD/log"
echo "$CICD_VERSION" > "$WORLD/$CICD_ENVIRONMENT"
"""
DECLARED = """
add_pipeline(app)
pipeline_step(app build SHELL "mkdir dist && cp handler.py dist/ && cp in.txt out.txt" INPUTS handler.py in.txt OUTPUTS dist/ out.txt STAGE build)
pipeline_image(app BASE scratch FILES out.txt=/app/out.txt ENTRYPOINT /app/out.txt)
pipeline_function(app hook ZIP dist CONFIG serverless.yml)
pipeline_service(app api PORT 8080)
pipeline_environment(app stage ON branch main VIA gitops HEALTH committed)
pipeline_environment(app stage-hooks OF stage VIA serverless)
pipeline_environment(app stage-jobs OF stage VIA command STATE {state} APPLY ./apply.sh READ ./read.sh {{environment}})
pipeline_environment(app prod ON tag v* FROM stage VIA gitops {prod})
pipeline_environment(app prod-hooks OF prod VIA serverless)
pipeline_environment(app prod-jobs OF prod VIA command STATE {state} APPLY ./apply.sh READ ./read.sh {{environment}})
"""


class Parts(programs.ProgramCase):
    def made(self, prod="", declared=DECLARED):
        tree = self.with_programs(self.tree(), apply=APPLY, gate='#!/bin/sh\necho "$1" >> "$WORLD/gate"\n')
        return functions.committed(tree, declared.format(state=self.state, prod=prod), **{"in.txt": "one"})

    def zip_of(self, tree, environment="stage-hooks"):
        return (tree.build / "functions" / environment / "app/hook/handler.py").read_text()

    def there(self, environment="stage-jobs"):
        file = self.world / environment
        return file.read_text().strip() if file.exists() else ""

    def status_of(self, tree, environment="stage"):
        [found] = [one for one in json.loads(tree.cicd("status", "--json").stdout)["environments"] if one["environment"] == environment]
        return found

    def job_of(self):
        return json.loads(sorted((self.state / "app/state/stage-jobs").glob("*.json"))[-1].read_text())["record"]

    def kill(self, tree, *words, meanwhile=lambda: None):
        """Kills the command and its program while a part is changed."""
        process, run, program = self.begun(tree, *words)
        meanwhile()
        os.kill(run, signal.SIGKILL)
        process.wait(30)
        self.kill_program(program)
        for name in ("hang", "pid"):
            (self.world / name).unlink()

    def states(self, tree, environment="stage-hooks"):
        return [json.loads(each.read_text()) for each in sorted((tree.build / "bucket/app/state" / environment).glob("*.json"))]

    def test_one_target_deploys_all_parts_in_order_and_status_and_history_have_one_line(self):
        tree = self.made()
        made = [line for line in (tree.build / ".cicd/targets.cmake").read_text().split() if "hooks" in line or "jobs" in line]
        self.assertEqual(made, [], "a part has no target of its own")
        plan = tree.cicd("plan", "deploy-stage").stdout
        self.assertNotIn("deploy-stage-hooks", plan)
        done = tree.run("deploy-stage")
        commit = tree.git("rev-parse", "HEAD")
        self.assertEqual(tree.record("stage")["commit"], commit)
        self.assertIn("return 1", self.zip_of(tree))
        self.assertEqual(self.there(), commit[:7])
        self.assertEqual({each["record"]["environment"] for each in self.states(tree)}, {"stage-hooks"})
        self.assertLess(done.all.index("deploys stage-hooks"), done.all.index("deploys stage-jobs"))
        self.assertIn("stage-hooks: 1 function in", done.all)
        shown = json.loads(tree.cicd("status", "--json").stdout)["environments"]
        self.assertEqual([one["environment"] for one in shown], ["stage", "prod"])
        self.assertEqual(sorted(self.status_of(tree)["record"]["images"]), ["hook", "image"])
        self.assertNotIn("hooks", tree.cicd("history", "app", "stage").stdout)
        before = len(self.states(tree)), self.log()
        tree.run("deploy-stage")
        self.assertEqual((len(self.states(tree)), self.log()), before, "what all have already is not deployed again")

    def test_a_part_that_alone_changes_moves_the_release_of_all(self):
        tree = self.made()
        tree.run("deploy-stage")
        commit = functions.next_commit(tree, 2)
        tree.run("publish")
        plan = tree.cicd("plan", "deploy-stage").stdout
        self.assertRegex(plan, r"stage-hooks: image hook: .*was")
        self.assertRegex(plan, r"stage-jobs: ")
        tree.run("deploy-stage")
        self.assertIn("return 2", self.zip_of(tree))
        self.assertEqual((tree.record("stage")["commit"], self.job_of()["commit"]), (commit, commit))
        # Only the image: the functions stay, and are of the new commit.
        commit = functions.next_commit(tree, 3, "in.txt")
        tree.run("deploy-stage")
        self.assertEqual(self.states(tree)[-1]["record"]["commit"], commit)
        self.assertNotIn("failed", tree.cicd("status").stdout)

    def test_a_part_that_fails_stops_those_after_it_and_the_environment_has_failed(self):
        swapped = DECLARED.replace("stage-hooks OF stage VIA serverless", "stage-x OF stage VIA serverless", 1)
        lines = swapped.splitlines()
        at = next(n for n, line in enumerate(lines) if "stage-x" in line)
        lines[at], lines[at + 1] = lines[at + 1], lines[at].replace("stage-x", "stage-hooks")
        tree = self.made(declared="\n".join(lines))
        tree.run("deploy-stage")
        first = tree.git("rev-parse", "HEAD")
        second = functions.next_commit(tree, 2)
        (self.world / "fail").write_text("")
        failed = tree.run("deploy-stage", status=None)
        self.assertNotEqual(failed.returncode, 0)
        self.assertIn("the quota is used up", failed.all)
        self.assertEqual(harness.note_in(failed.all, "done"), "stage has it")
        self.assertEqual(harness.note_in(failed.all, "left"), "stage-hooks: nothing was changed")
        self.assertEqual(tree.record("stage")["commit"], second, "what is there lies where it lies")
        self.assertIn("return 1", self.zip_of(tree))
        self.assertEqual(self.states(tree)[-1]["record"]["commit"], first)
        self.assertEqual(self.status_of(tree)["record"]["outcome"], "failed")
        self.assertIn("stage-hooks: is at " + first[:7], tree.cicd("status", "app", "stage").stdout)
        tree.tag("v1.0.0")
        self.assertRegex(tree.run("deploy-prod", status=5).stderr, "stage")
        # A pass says so, and goes on when it is deployed again.
        [stage] = [one for one in json.loads(tree.cicd("reconcile", "--plan", "--json").stdout)["targets"] if one["environment"] == "stage"]
        self.assertEqual(stage["action"], "refuse", stage)
        (self.world / "fail").unlink()
        tree.run("deploy-stage")
        self.assertIn("return 2", self.zip_of(tree))
        self.assertEqual(self.status_of(tree)["record"]["outcome"], "deployed")
        tree.run("deploy-prod")
        self.assertIn("return 2", self.zip_of(tree, "prod-hooks"))

    def test_one_approval_counts_for_all_and_the_gate_is_asked_once(self):
        tree = self.made("APPROVAL required GATE ./gate.sh {environment}")
        tree.run("deploy-stage")
        tree.tag("v1.0.0")
        refused = tree.run("deploy-prod", status=5).stderr
        self.assertIn("cicd approve app prod", refused)
        self.assertNotIn("prod-hooks", harness.note_in(refused, "try"))
        self.assertFalse((tree.build / "functions/prod-hooks").exists())
        tree.cicd("approve", "app", "prod", "--reason", "looked at it")
        tree.run("deploy-prod")
        self.assertIn("return 1", self.zip_of(tree, "prod-hooks"))
        self.assertTrue(self.there("prod-jobs"))
        self.assertEqual((self.world / "gate").read_text().split(), ["prod"])

    def test_an_approval_counts_also_where_a_part_alone_changes(self):
        tree = self.made(declared=DECLARED.replace("HEALTH committed", "HEALTH committed APPROVAL required"))
        tree.run("publish")
        tree.cicd("approve", "app", "stage", "--reason", "looked at it")
        tree.run("deploy-stage")
        commit = functions.next_commit(tree, 2)
        tree.run("publish")
        self.assertIn("not approved", tree.run("deploy-stage", status=5).stderr)
        tree.cicd("approve", "app", "stage", "--reason", "looked at it")
        tree.run("deploy-stage")
        self.assertIn("return 2", self.zip_of(tree))
        self.assertEqual(tree.record("stage")["commit"], commit)
        self.assertNotIn("looked at it", tree.cicd("approve", "app", "stage", "--list").stdout)

    def test_a_saved_plan_has_all_parts_and_is_approved_and_deployed_as_it_was_shown(self):
        """By whom the gate of a CI system names: passing it approves all parts, and nothing but them."""
        tree = self.made(declared=DECLARED.replace("HEALTH committed", "HEALTH committed APPROVAL required"))
        address = gitlab.served(self, tree)[1]
        gitlab.came_from(tree, address, tree.remote)
        env = {**PUSH["gitlab"], **gitlab.of_job("app-deploy-stage", address)}
        file = self.folder / "plan.json"

        def planned():
            tree.run("publish", env=env)
            tree.cicd("plan", "app.deploy-stage", "--out", file, env=env)
            return json.loads(file.read_text())

        def approve(status=0):
            return tree.cicd("approve", "app", "stage", "--gate", "app-deploy-stage", "--plan", file, "--reason", "passed", status=status, env=env).all

        def deploy(status=0):
            return tree.cicd("deploy", "--plan", file, status=status, env=env).all

        saved = planned()
        self.assertEqual([(one["step"], one.get("part_of")) for one in saved["deploys"]], [
            ("app/deploy-stage", None), ("app/deploy-stage-hooks", "app/deploy-stage"), ("app/deploy-stage-jobs", "app/deploy-stage")])
        self.assertEqual(len({one["approval"] for one in saved["deploys"]} - {""}), 3)
        self.assertIn("not approved", deploy(5))
        self.assertIn("Joe", approve())
        deploy()
        self.assertIn("return 1", self.zip_of(tree))
        self.assertEqual(self.there(), tree.git("rev-parse", "HEAD")[:7])
        # Of another commit, or of another part, nothing is deployed.
        functions.next_commit(tree, 2)
        self.assertIn("another commit", deploy(5))
        saved = planned()
        for change, why in ((lambda all: all[1].update(approval="0" * 64), "no longer what the saved plan was made of"),
                            (lambda all: all.pop(1), "the saved plan says nothing of this part: 'stage-hooks'"),
                            (lambda all: all.pop(0), "the saved plan says nothing of this environment: 'stage'")):
            with self.subTest(why):
                other = json.loads(json.dumps(saved))
                change(other["deploys"])
                file.write_text(json.dumps(other))
                self.assertIn("what would be approved is no longer what the saved plan was made of", approve(5))
                file.write_text(json.dumps(saved))
                approve()
                file.write_text(json.dumps(other))
                self.assertIn(why, deploy(5))
                self.assertIn("return 1", self.zip_of(tree))
        file.write_text(json.dumps(saved))
        deploy()
        self.assertIn("return 2", self.zip_of(tree))
        # Only the image is another: a part that has nothing to deploy is in the plan, too.
        functions.next_commit(tree, 3, "in.txt")
        planned()
        approve()
        deploy()
        self.assertEqual(self.states(tree)[-1]["record"]["commit"], tree.git("rev-parse", "HEAD"))
        planned()
        self.assertIn("nothing would be deployed", approve())
        deploy()

    def test_a_deploy_that_was_killed_is_taken_over_by_a_pass(self):
        tree = self.made()
        tree.run("deploy-stage")
        commit = functions.next_commit(tree, 2)
        tree.run("publish")

        def waits():
            [stage] = json.loads(tree.cicd("reconcile", "stage", "--json").stdout)["targets"]
            self.assertEqual((stage["action"], stage["rule"]), ("wait", "deploy under way"))

        self.kill(tree, "reconcile", meanwhile=waits)
        self.assertEqual(self.status_of(tree)["record"]["outcome"], "deploying")
        done = json.loads(tree.cicd("reconcile", "--json").stdout)
        self.assertEqual([(one["environment"], one["outcome"]) for one in done["deployed"]], [("stage", "deployed")])
        self.assertEqual((self.job_of()["commit"], self.status_of(tree)["record"]["outcome"]), (commit, "deployed"))

    def test_a_rollback_that_was_killed_puts_back_the_same_when_it_is_run_again(self):
        tree = self.made()
        tree.run("deploy-stage")
        second = functions.next_commit(tree, 2)
        tree.run("deploy-stage")
        functions.next_commit(tree, 3)
        tree.run("deploy-stage")
        self.kill(tree, "rollback", "app", "stage", "--reason", "bad")
        tree.cicd("rollback", "app", "stage", "--reason", "bad")
        self.assertIn("return 2", self.zip_of(tree))
        self.assertEqual((tree.record("stage")["commit"], self.job_of()["commit"]), (second, second))

    def test_a_part_declared_with_its_records_at_another_place_has_not_failed(self):
        tree = self.made()
        tree.run("deploy-stage")
        tree.declare(DECLARED.format(state=self.folder / "moved", prod=""))
        tree.commit("the records move")
        tree.configure()
        self.assertEqual(self.status_of(tree)["record"]["outcome"], "deployed")
        done = json.loads(tree.cicd("reconcile", "--json").stdout)
        self.assertEqual([(one["environment"], one["outcome"]) for one in done["deployed"]], [("stage", "deployed")])
        self.assertTrue((self.folder / "moved/app/state/stage-jobs").exists())

    def test_what_a_part_still_runs_is_not_deleted(self):
        tree = self.made()
        tree.run("deploy-stage")
        first = tree.git("rev-parse", "HEAD")
        functions.next_commit(tree, 2)
        (self.world / "fail").write_text("")
        tree.run("deploy-stage", status=None)
        [old] = [one for one in json.loads(tree.cicd("artifacts", "app", "--json").stdout)["commits"] if one["commit"] == first]
        self.assertEqual(old["environments"], ["stage"])
        said = tree.cicd("yank", "app", first, "--reason", "bad", "--delete", status=None)
        self.assertNotIn("deleted", said.stdout)
        self.assertIn("stage", said.all)

    def test_a_hold_counts_for_all_and_a_rollback_puts_back_all(self):
        tree = self.made()
        tree.run("deploy-stage")
        first = tree.git("rev-parse", "HEAD")
        functions.next_commit(tree, 2)
        tree.run("deploy-stage")
        tree.cicd("hold", "set", "app", "stage", "--reason", "a fair")
        functions.next_commit(tree, 3)
        self.assertIn("a fair", tree.run("deploy-stage", status=5).stderr)
        self.assertIn("return 2", self.zip_of(tree))
        tree.cicd("hold", "release", "app", "stage")
        # The second of three fails: it is said, and done again by the same words.
        (self.world / "fail").write_text("")
        failed = tree.cicd("rollback", "app", "stage", "--reason", "bad", status=None)
        self.assertNotEqual(failed.returncode, 0)
        self.assertIn("cicd rollback app stage", harness.note_in(failed.stderr, "then"))
        self.assertIn(first[:7], harness.note_in(failed.stderr, "put back"))
        self.assertEqual(self.status_of(tree)["record"]["outcome"], "failed")
        (self.world / "fail").unlink()
        tree.cicd("rollback", "app", "stage", "--reason", "bad")
        self.assertIn("return 1", self.zip_of(tree))
        self.assertEqual((tree.record("stage")["commit"], self.there()), (first, first[:7]))
        self.assertEqual(self.status_of(tree)["record"]["outcome"], "rolled-back")
        self.assertIn("bad", tree.run("deploy-stage", status=5).stderr)

    def test_what_a_part_never_had_is_put_back_in_none(self):
        tree = self.made(declared=DECLARED.replace("pipeline_environment(app stage-hooks OF stage VIA serverless)\n", ""))
        tree.run("deploy-stage")
        tree.declare(DECLARED.format(state=self.state, prod=""))
        second = functions.next_commit(tree, 2)
        tree.configure()
        tree.run("deploy-stage")
        refused = tree.cicd("rollback", "app", "stage", status=2).stderr
        self.assertIn("a part of the environment keeps no deployment of that version, and nothing was put back", refused)
        self.assertEqual(tree.record("stage")["commit"], second)

    def test_a_pass_sees_one_target_and_promotes_all(self):
        tree = self.made()
        tree.run("publish")
        done = json.loads(tree.cicd("reconcile", "--json").stdout)
        self.assertEqual([(one["environment"], one["outcome"]) for one in done["deployed"]], [("stage", "deployed")])
        self.assertEqual([one["environment"] for one in done["targets"]], ["stage", "prod"])
        tree.tag("v1.0.0")
        tree.cicd("promote", "app", "prod", "--version", "v1.0.0")
        self.assertIn("return 1", self.zip_of(tree, "prod-hooks"))
        again = json.loads(tree.cicd("reconcile", "--json").stdout)
        self.assertEqual((again["deployed"], [one["action"] for one in again["targets"]]), ([], ["nothing"] * 2))

    def test_a_part_that_is_declared_later_is_deployed_and_is_no_failure_until_then(self):
        without = DECLARED.replace("pipeline_environment(app stage-hooks OF stage VIA serverless)\n", "")
        tree = self.made(declared=without)
        tree.run("deploy-stage")
        tree.declare(DECLARED.format(state=self.state, prod=""))
        tree.commit("a part")
        tree.configure()
        self.assertEqual(self.status_of(tree)["record"]["outcome"], "deployed")
        tree.run("deploy-stage")
        self.assertIn("return 1", self.zip_of(tree))

    def test_a_yanked_release_goes_to_no_part(self):
        tree = self.made()
        tree.run("deploy-stage")
        tree.cicd("yank", "app", "HEAD", "--reason", "it loses orders")
        tree.tag("v1.0.0")
        self.assertIn("it loses orders", tree.run("deploy-prod", status=5).stderr)
        self.assertFalse((tree.build / "functions/prod-hooks").exists())
        self.assertEqual(self.there("prod-jobs"), "")

    def test_a_branch_has_no_copy_of_a_part_and_its_plan_says_so(self):
        tree = self.made(declared=DECLARED + "pipeline_preview(app IN stage HOST app.{{slug}}.example.com SWEEP ci)\n")
        tree.run("deploy-stage")
        before = len(self.states(tree)), self.log()
        tree.git("switch", "--quiet", "--create", "fix", "main")
        functions.next_commit(tree, 2)
        tree.run("image", "zip")
        self.assertIn("stage-hooks: left out, a branch has no copy of it", tree.cicd("plan", "deploy-branch").stdout)
        tree.run("deploy-branch")
        self.assertEqual((len(self.states(tree)), self.log()), before)
        self.assertIn("return 1", self.zip_of(tree))

    def test_commands_that_name_a_part_say_of_what_it_is_one_and_explain_shows_what_it_has(self):
        tree = self.made("SOAK 2h")
        for words in (("rollback", "app", "stage-hooks"), ("status", "stage-hooks"), ("hold", "set", "stage-hooks", "--reason", "x"), ("promote", "app", "stage-hooks")):
            refused = tree.cicd(*words, status=2).stderr
            self.assertIn("this is a part of stage, and goes wherever that goes: 'stage-hooks'", refused)
        shown = tree.cicd("explain", "app.environment.prod-hooks").stdout
        for words in ("OF prod", "ON tag v*", "SOAK 2h"):
            self.assertIn(words, shown)
        self.assertIn("prod-hooks", tree.cicd("explain", "app.deploy-prod").stdout)


if __name__ == "__main__":
    unittest.main()
