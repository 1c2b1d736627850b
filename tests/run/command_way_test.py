"""VIA command: programs of the team behind the same gates, records, approvals, rollbacks and holds as any other way."""

import json
import os
import signal
import unittest

import harness
import programs

APPLY = """#!/bin/sh
set -eu
world=$WORLD/$CICD_ENVIRONMENT
[ ! -f "$WORLD/fail" ] || { echo "the quota is used up" >&2; exit "$(cat "$WORLD/fail")"; }
echo "$CICD_PIPELINE $CICD_ENVIRONMENT $CICD_VERSION $(basename "$0") ${CICD_PREVIOUS:+after}" >> "$WORLD/log"
cp "$CICD_RELEASE" "$world.json"
[ -f "$WORLD/lie" ] || echo "$CICD_VERSION" > "$world"
echo "3 tasks replaced"
"""
PLAN = """#!/bin/sh
[ ! -f "$WORLD/plan" ] || { cat "$WORLD/plan"; exit 0; }
echo "plan $CICD_ENVIRONMENT" >> "$WORLD/log"
printf '{"schema": 1, "changes": [{"sign": "~", "text": "service %s: another image"}]}' "$1"
"""
DECLARED = """
add_pipeline(app)
pipeline_step(app build COMMAND cp in.txt out.txt INPUTS in.txt OUTPUTS out.txt STAGE build)
pipeline_image(app BASE scratch FILES out.txt=/app/out.txt ENTRYPOINT /app/out.txt)
pipeline_environment(app stage ON branch main VIA command STATE {state} PLAN ./plan.sh {{environment}} APPLY ./apply.sh READ ./read.sh {{environment}} ROLLBACK ./back.sh)
pipeline_environment(app prod ON tag v* FROM stage VIA command STATE {state} APPLY ./apply.sh READ ./read.sh {{environment}} {prod})
"""


class Command(programs.ProgramCase):
    def made(self, prod="", declared=DECLARED):
        tree = self.with_programs(self.tree(), apply=APPLY, back=APPLY, plan=PLAN)
        tree.write("in.txt", "one")
        tree.declare(declared.format(state=self.state, prod=prod))
        tree.commit("the first")
        tree.set_user()
        tree.configure()
        return tree

    def next(self, tree, text):
        tree.write("in.txt", text)
        return tree.commit(text)[:7]

    def there(self, environment="stage"):
        return (self.world / environment).read_text().strip()

    def records(self, environment="stage"):
        return [json.loads(each.read_text()) for each in sorted((self.state / "app/state" / environment).glob("*.json"))]

    def test_what_is_wanted_is_planned_applied_read_and_recorded(self):
        tree = self.made()
        version = tree.git("rev-parse", "HEAD")[:7]
        tree.run("app.publish")
        plan = tree.cicd("plan", "deploy-stage").stdout
        self.assertIn("~ service stage: another image", plan)
        self.assertIn("image image: app:", plan)
        self.assertEqual(self.log(), ["plan stage"], "a plan applies nothing")
        done = tree.run("deploy-stage")
        self.assertIn("3 tasks replaced", done.stdout)
        self.assertEqual((self.there(), self.log()[-1]), (version, f"app stage {version} apply.sh "))
        release = json.loads((self.world / "stage.json").read_text())
        self.assertEqual((release["schema"], release["pipeline"], release["images"]["image"]["tag"]), (1, "app", version))
        self.assertRegex(release["images"]["image"]["reference"], rf"^app:{version}@sha256:[0-9a-f]{{64}}$")
        self.assertEqual([each["record"]["outcome"] for each in self.records()], ["deploying", "deployed"])
        self.assertIn("nothing to do", tree.run("deploy-stage").stdout)
        self.assertIn(version, tree.cicd("status").stdout)
        self.assertEqual(len(json.loads(tree.cicd("history", "app", "stage", "--json").stdout)["deployments"]), 1)

    def test_another_version_that_is_there_is_a_reason_to_deploy(self):
        tree = self.made()
        tree.run("deploy-stage")
        version = self.there()
        (self.world / "stage").write_text("by-hand\n")
        self.assertEqual(tree.reasons("app/deploy-stage", "deploy-stage"), [f"READ says that by-hand is there, and {version} was deployed"])
        tree.run("deploy-stage")
        self.assertEqual(self.there(), version)
        self.assertIn("nothing to do", tree.run("deploy-stage").stdout)

    def test_a_program_that_fails_says_how_by_its_class_and_is_tried_again(self):
        tree = self.made()
        for status, kind in ((1, 1), (2, 2), (3, 3), (6, 6), (77, 1)):
            (self.world / "fail").write_text(str(status))
            failed = tree.run("deploy-stage", status=kind)
            self.assertIn("APPLY failed: './apply.sh'", failed.all)
            self.assertIn("the quota is used up", failed.all)
            self.assertEqual(self.records()[-1]["record"]["outcome"], "failed")
        (self.world / "fail").unlink()
        (self.world / "lie").write_text("")
        self.assertIn("another version is there after the deploy, as READ says: 'none'", tree.run("deploy-stage", status=6).all)
        (self.world / "lie").unlink()
        tree.run("deploy-stage")
        self.assertEqual(self.records()[-1]["record"]["outcome"], "deployed")

    def test_what_plan_and_read_print_is_read_strictly(self):
        tree = self.made()
        tree.run("app.publish")
        for text in ("no JSON", '{"schema": 2, "changes": []}', '{"schema": 1, "changes": [{"sign": "*", "text": "x"}]}'):
            (self.world / "plan").write_text(text)
            refused = tree.cicd("plan", "deploy-stage", status=6).all
            self.assertIn("PLAN printed ", refused)
            self.assertIn("docs/contracts/way-programs.md", refused)
        (self.world / "plan").unlink()
        tree.write("read.sh", "#!/bin/sh\necho 7\n", 0o755)
        tree.commit("a bad READ")
        self.assertIn("READ printed something else than a version", tree.run("deploy-stage", status=6).all)
        (tree.source / "read.sh").unlink()
        tree.commit("no READ")
        self.assertIn("the program of READ cannot be started: './read.sh prod'".replace("prod", "stage"), tree.run("deploy-stage", status=2).all)

    def test_it_stands_behind_the_same_gates(self):
        tree = self.made(prod="APPROVAL required")
        tree.run("deploy-stage")
        first = self.there()
        tree.tag("v1.0.0")
        refused = tree.run("--event", "tag=v1.0.0", status=5).all
        self.assertIn("approve", refused)
        self.assertFalse((self.world / "prod").exists())
        tree.cicd("approve", "app", "prod", "--reason", "it was looked at")
        tree.run("--event", "tag=v1.0.0")
        self.assertEqual(self.there("prod"), "v1.0.0")
        second = self.next(tree, "two")
        tree.run("deploy-stage")
        self.assertEqual(self.there(), second)
        tree.cicd("rollback", "app", "stage")
        self.assertEqual((self.there(), self.log()[-1]), (first, f"app stage {first} back.sh after"))
        self.assertIn("on hold", tree.run("deploy-stage", status=5).all)
        tree.cicd("hold", "release", "app", "stage")
        tree.cicd("yank", "app", "HEAD", "--reason", "loses orders")
        self.assertIn("yanked", tree.run("deploy-stage", status=5).all)
        third = self.next(tree, "three")
        tree.run("publish")
        self.assertEqual([one["outcome"] for one in json.loads(tree.cicd("reconcile", "stage", "--json").stdout)["deployed"]], ["deployed"])
        self.assertEqual(self.there(), third)

    def test_a_deploy_that_was_killed_is_taken_over_once_it_and_its_program_are_gone(self):
        tree = self.made()
        tree.run("publish")
        tree.write("apply.sh", APPLY.replace("set -eu", 'set -eu\n[ ! -f "$WORLD/hang" ] || { echo $$ > "$WORLD/pid"; exec sleep 60; }'), 0o755)
        tree.commit("an apply that hangs")
        process, run, program = self.begun(tree, "run", "app.deploy-stage")
        os.kill(run, signal.SIGKILL)
        process.wait(30)
        (self.world / "hang").unlink()
        refused = tree.run("deploy-stage", status=3).stderr
        self.assertIn("another run deploys here", refused)
        self.kill_program(program)
        left = tree.build / ".cicd/command/app/stage"
        self.assertEqual(len(list(left.rglob("release.json"))), 1)
        tree.cicd("status")  # who only looks leaves the mark
        tree.run("deploy-stage")
        self.assertEqual(self.there(), tree.git("rev-parse", "HEAD")[:7])
        self.assertEqual(list(left.iterdir()), [], "what it left is swept")

    HANGS = 'set -eu\n[ ! -f "$WORLD/hang" ] || { echo $$ > "$WORLD/pid"; while [ -f "$WORLD/hang" ]; do sleep 0.1; done; }'

    def test_a_pass_waits_for_a_deploy_of_another_and_tells_no_one(self):
        tree = self.made(declared=DECLARED + "pipeline_notify(app COMMAND ./notify.sh)\n")
        tree.write("apply.sh", APPLY.replace("set -eu", self.HANGS), 0o755)
        tree.write("notify.sh", '#!/bin/sh\ncat >> "$WORLD/notices"\n', 0o755)
        tree.commit("an apply that hangs")
        tree.run("deploy-stage")
        version = self.next(tree, "two")
        tree.run("publish")
        process, _, _ = self.begun(tree, "reconcile")
        (self.world / "notices").unlink(missing_ok=True)
        for _ in range(2):
            [waits] = [one for one in json.loads(tree.cicd("reconcile", "stage", "--json").stdout)["targets"]]
            self.assertEqual((waits["action"], waits["rule"]), ("wait", "deploy under way"))
            self.assertIn("Jane Doe <jane@example.com> since", waits["why"]["value"])
        plan = tree.cicd("plan", "deploy-stage").stdout
        self.assertIn("another run deploys here: Jane Doe <jane@example.com> since", plan)
        self.assertNotIn("no good end", plan)
        self.assertFalse((self.world / "notices").exists())
        (self.world / "hang").unlink()
        self.assertEqual(process.wait(60), 0)
        self.assertEqual(self.there(), version)
        self.assertEqual(json.loads(tree.cicd("reconcile", "stage", "--json").stdout)["targets"][0]["action"], "nothing")

    def test_a_rollback_that_a_signal_ends_says_which(self):
        tree = self.made()
        tree.write("back.sh", APPLY.replace("set -eu", self.HANGS), 0o755)
        tree.commit("a rollback that hangs")
        tree.run("deploy-stage")
        self.next(tree, "two")
        tree.run("deploy-stage")
        for number, status in ((signal.SIGTERM, 143), (signal.SIGHUP, 143), (signal.SIGINT, 130)):
            process, run, _ = self.begun(tree, "rollback", "app", "stage")
            os.kill(run, number)
            self.assertEqual(process.wait(60), status)
            self.assertIn("cicd rollback app stage", harness.note_in((tree.root / "out.txt").read_text(), "try"))
            (self.world / "pid").unlink()
        (self.world / "hang").unlink()
        tree.cicd("rollback", "app", "stage")

    def test_a_deploy_that_was_interrupted_is_taken_up_by_the_next_pass(self):
        tree = self.made()
        tree.write("apply.sh", APPLY.replace("set -eu", self.HANGS), 0o755)
        version = tree.commit("an apply that hangs")[:7]
        tree.run("publish")
        process, run, _ = self.begun(tree, "reconcile", "--watch", "--every", "5s")
        os.kill(run, signal.SIGTERM)
        self.assertEqual(process.wait(60), 143)
        (self.world / "hang").unlink()
        self.assertEqual(self.records()[-1]["record"]["outcome"], "interrupted")
        self.assertIn("its deploy came to no good end, so that it may run in stage;", tree.cicd("yank", "app", "HEAD", "--reason", "bad").stdout)
        lines = "".join(path.read_text() for path in sorted(tree.build.glob(".cicd/runs/*/events.ndjson"))).splitlines()
        [yanked] = [one for one in map(json.loads, lines) if one["event"] == "yanked"]
        self.assertEqual((yanked.get("runs_in"), yanked["may_run_in"]), (None, ["stage"]))
        tree.cicd("yank", "app", "HEAD", "--lift", "--reason", "good")
        self.assertEqual([one["outcome"] for one in json.loads(tree.cicd("reconcile", "stage", "--json").stdout)["deployed"]], ["deployed"])
        self.assertEqual((self.there(), self.records()[-1]["record"]["outcome"]), (version, "deployed"))

    def test_what_programs_print_of_a_secret_is_masked_where_no_step_fetched_it(self):
        value = "hunter2hunter2"
        tree = self.made(declared="pipeline_secret(tok PASS_ENV MY_TOKEN)\npipeline_secret(gone PASS_ENV NOT_THERE)\n" + DECLARED)
        tree.env["MY_TOKEN"] = value
        (self.world / "tok").write_text(value + "\n")
        for name in ("apply.sh", "back.sh"):
            tree.write(name, APPLY.replace("set -eu", 'set -eu\ncat "$WORLD/tok"'), 0o755)
        tree.write("plan.sh", """#!/bin/sh\nprintf '{"schema": 1, "changes": [{"sign": "~", "text": "token %s"}]}' "$(cat $WORLD/tok)"\n""", 0o755)
        tree.commit("programs that print it")
        tree.run("publish")
        plan = tree.cicd("plan", "deploy-stage").stdout
        self.assertIn("~ token ***", plan)
        self.assertEqual(plan.count("secret gone cannot be fetched"), 1)
        first = tree.cicd("promote", "app", "stage", "--commit", "HEAD").all
        self.assertEqual((first.count("***"), first.count("secret gone cannot be fetched"), first.count(value)), (1, 1, 0))
        self.next(tree, "two")
        tree.run("publish")
        self.assertIn("***", tree.cicd("reconcile", "stage").all)
        back = tree.cicd("rollback", "app", "stage").all
        self.assertEqual((back.count("***"), back.count("secret gone cannot be fetched"), back.count(value)), (1, 1, 0))
        (self.world / "fail").write_text("1")
        tree.cicd("hold", "release", "app", "stage")
        self.assertNotIn(value, tree.cicd("promote", "app", "stage", "--commit", "HEAD", status=1).all)
        self.assertEqual([each for each in [*tree.build.rglob("*"), *self.state.rglob("*")] if each.is_file() and value.encode() in each.read_bytes()], [])

    def test_what_is_approved_and_saved_of_a_plan_is_masked(self):
        value = "hunter2hunter2"
        tree = self.made("PLAN ./plan.sh APPROVAL required", "pipeline_secret(tok PASS_ENV MY_TOKEN)\n" + DECLARED)
        tree.env["MY_TOKEN"] = value
        tree.write("plan.sh", """#!/bin/sh\nprintf '{"schema": 1, "changes": [{"sign": "~", "text": "token %s"}]}' "$MY_VALUE"\n""", 0o755)
        tree.env["MY_VALUE"] = value
        tree.commit("a plan that prints it")
        tree.run("publish")
        tree.cicd("plan", "deploy-stage", "--out", self.folder / "saved.plan")
        self.assertIn("token ***", (self.folder / "saved.plan").read_text())
        tree.run("deploy-stage")
        tree.tag("v1.0.0")
        approved = tree.cicd("approve", "app", "prod", "--reason", "it is good").all
        self.assertIn("token ***", approved)
        self.assertNotIn(value, approved)
        self.assertEqual([each for each in [*tree.build.rglob("*"), *self.state.rglob("*"), self.folder / "saved.plan"] if each.is_file() and value.encode() in each.read_bytes()], [])

    def test_a_secret_of_short_lines_or_with_control_characters_is_masked_before_it_is_cut_and_displayed(self):
        tree = self.made(declared="pipeline_secret(tok FILE " + str(self.folder / "tok") + ")\n" + DECLARED)
        for name in ("apply.sh", "back.sh"):
            tree.write(name, APPLY.replace("set -eu", f'set -eu\ncat {self.folder}/tok; echo; cat {self.folder}/tok >&2'), 0o755)
        tree.write("plan.sh", "#!/usr/bin/env python3\nimport json\n"
                   f"print(json.dumps({{'schema': 1, 'changes': [{{'sign': '~', 'text': 'token ' + open('{self.folder}/tok').read()}}]}}))\n", 0o755)
        for number, value in enumerate(("abc1234\ndef5678", "bell\x07hunter")):
            (self.folder / "tok").write_text(value)
            self.next(tree, str(number))
            tree.run("publish")
            said = [tree.cicd("plan", "deploy-stage").all]
            (self.world / "fail").write_text("1")
            said.append(tree.run("deploy-stage", status=1).all)
            (self.world / "fail").unlink()
            said.append(tree.run("deploy-stage").all)
            for each in said:
                self.assertIn("***", each)
                for part in ("abc1234", "def5678", "hunter"):
                    self.assertNotIn(part, each)

    def test_nothing_of_it_is_run_for_a_fork(self):
        tree = self.made()
        event = self.folder / "event.json"
        event.write_text(json.dumps({"pull_request": {"head": {"ref": "x", "repo": {"full_name": "somebody/orders"}}, "base": {"ref": "main", "repo": {"full_name": "us/orders"}}}}))
        fork = {"CI": "true", "GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": str(event), "GITHUB_REPOSITORY": "us/orders",
                "GITHUB_SERVER_URL": "https://git.example.com", "GITHUB_REF": "refs/pull/1/merge", "GITHUB_REF_NAME": "1/merge", "GITHUB_HEAD_REF": "x", "GITHUB_BASE_REF": "main"}
        tree.run("app/image")
        tree.cicd("plan", "deploy-stage", status=None, env=fork)
        tree.run("deploy-stage", status=5, env=fork)
        self.assertEqual(self.log(), [])

    def test_a_pipeline_without_images_is_deployed_by_its_commit(self):
        tree = self.made(declared="add_pipeline(net)\npipeline_step(net test COMMAND test -s in.txt INPUTS in.txt CHECK)\n"
                         "pipeline_environment(net stage ON branch main VIA command STATE {state} APPLY ./apply.sh READ ./read.sh {{environment}})\n")
        tree.run("deploy-stage")
        self.assertEqual(self.there(), tree.git("rev-parse", "HEAD")[:7])
        self.assertEqual(json.loads((self.world / "stage.json").read_text())["commit"], tree.git("rev-parse", "HEAD"))
        second = self.next(tree, "two")
        tree.run("deploy-stage")
        self.assertEqual(self.there(), second)


if __name__ == "__main__":
    unittest.main(verbosity=2)
