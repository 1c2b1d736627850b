"""What a pass saw as a file, and the same decisions from it; what is there in effect, and what is declared anew."""

import json
import re
import shutil
import unittest
from pathlib import Path

import fleet


class Record(fleet.FleetCase):
    def recorded(self, tree, *words, **how):
        """The actions of a plan, and the file of what it saw."""
        seen = self.folder / "seen.json"
        return self.actions(tree, "--record", str(seen), *words, **how), seen

    def observed(self, tree, seen, *words, **how):
        done = json.loads(tree.cicd("reconcile", "--observed", str(seen), "--json", *words, **how).stdout)
        return {f"{one['pipeline']}/{one['environment']}": one for one in done["targets"]}

    def test_a_recording_is_decided_as_it_was_with_nobody_there_to_ask(self):
        tree = self.made(prod='SOAK 2h WINDOW "00:00-24:00"', more="pipeline_environment(app other ON branch main VIA gitops REPOSITORY /nowhere/at/all.git PATH x)\n")
        tree.tag("v1.0.0")
        self.pass_of(tree, "stage")
        second = self.next(tree, "two")
        tree.cicd("yank", "app", "HEAD", "--reason", "loses orders")
        actions, seen = self.recorded(tree, status=6)
        self.assertEqual({name: one["action"] for name, one in actions.items()},
                         {"app/stage": "refuse", "app/demo": "nothing", "app/prod": "wait", "app/eu": "nothing", "app/other": "unknown"})
        document = json.loads(seen.read_text())
        self.assertEqual((document["schema"], [one["environment"] for one in document["targets"]]), (1, ["stage", "demo", "prod", "eu", "other"]))
        self.assertEqual(document["targets"][0]["candidates"][0]["commit"], second)
        shutil.move(tree.remote, self.folder / "gone.git")
        shutil.move(self.repository, self.folder / "gone-too.git")
        shutil.rmtree(tree.build / "registry")
        self.assertEqual(self.observed(tree, seen), actions)
        elsewhere = tree.call([tree.launcher, "reconcile", "--observed", str(seen)], cwd="/")
        self.assertEqual(elsewhere.returncode, 0, elsewhere.all)
        self.assertRegex(elsewhere.stdout, rf"wait +app/prod +v1.0.0 .*SOAK 2h.*until {actions['app/prod']['until'][:10]}")
        self.assertEqual(list(self.observed(tree, seen, "prod")), ["app/prod"])
        self.assertIn("no such environment was observed: 'nope'", tree.cicd("reconcile", "--observed", str(seen), "nope", status=2).stderr)

    def test_a_recording_is_read_strictly(self):
        tree = self.made()
        _, seen = self.recorded(tree)
        text = seen.read_text()
        for before, after, status, words in (
                ('"environment": "stage"', '"environmnt": "stage"', 2, ("there is no such member: 'environmnt'", "did you mean: environment", "member: targets.0.environmnt")),
                ('"schema": 1', '"schema": 9', 4, ("its schema is 9, written by a newer cicd",)),
                ('"schema": 1', '"schema": "x"', 2, ("member: schema", "allowed: 1")),
                ('"at": "', '"at": "noon of ', 2, ("a member has a wrong value", "member: at", "allowed: a time such as")),
                ('"targets": [', '"targets": 7, "x": [', 2, ("there is no such member: 'x'",)),
                ('"rehearses": true', '"rehearses": 1', 2, ("allowed: true or false",)),
                ("{", "[", 2, ("this is not JSON",))):
            self.assertIn(before, text)
            seen.write_text(text.replace(before, after, 1))
            said = re.sub(" +", " ", tree.cicd("reconcile", "--observed", str(seen), status=status).stderr)
            for each in words:
                self.assertIn(each, said)
            self.assertIn(str(seen), said)
        seen.write_text(text.replace('"environment": "stage"', '"environment": "stage", "environment": "prod"', 1))
        self.assertIn("a member is there twice: environment", tree.cicd("reconcile", "--observed", str(seen), status=2).stderr)
        self.assertIn("no such file", tree.cicd("reconcile", "--observed", str(self.folder / "none.json"), status=2).stderr.lower())

    def test_words_that_do_not_go_together_are_refused(self):
        tree = self.made()
        for words in (("--record", "x.json"), ("--observed", "x.json", "--record", "y.json"), ("--observed", "x.json", "--watch"), ("--watch", "--plan"),
                      ("--watch", "--once"), ("--every", "1m"), ("--lease", "x"), ("--listen", "127.0.0.1:0")):
            tree.cicd("reconcile", *words, status=2)
        for words, what in ((("--every", "soon"), "--every: not a length of time: 'soon'"), (("--every", "1s"), "--every: out of range: '1s'"),
                            (("--listen", "nowhere"), "this is not an address to listen at: 'nowhere'"), (("--listen", "127.0.0.1:99999"), "not an address to listen at")):
            self.assertIn(what, tree.cicd("reconcile", "--watch", *words, status=2).stderr)

    def test_a_secret_that_health_is_asked_with_is_in_no_recording(self):
        tree = self.made(more="pipeline_secret(app argo PASS_ENV ARGO_TOKEN)\n"
                         f"pipeline_environment(app edge ON branch main VIA gitops REPOSITORY {self.folder}/manifests.git PATH edge/app HEALTH argocd "
                         "https://127.0.0.1:1/applications/argocd/canary-token-9f8e7d6c TOKEN secret:argo)\n"
                         f"pipeline_environment(app after FROM edge VIA gitops REPOSITORY {self.folder}/manifests.git PATH after/app)\n")
        token = "canary-token-9f8e7d6c"
        tree.env["ARGO_TOKEN"] = token
        self.pass_of(tree, "edge")
        actions, seen = self.recorded(tree, "after")
        self.assertIn("app/after", actions)
        self.assertNotIn(token, seen.read_text())
        self.assertIn("***", seen.read_text())

    def test_the_loop_that_the_pages_declare_is_a_declaration(self):
        text = (Path(__file__).resolve().parents[2] / "docs/fleet.md").read_text()
        [block] = re.findall(r"```cmake\n(add_pipeline\(fleet-loop\).*?)```", text, re.S)
        [script] = re.findall(r"```sh\n(set -u\nbring.*?)```", text, re.S)
        tree = self.tree()
        tree.write("loop.sh", script)
        tree.declare(block).commit()
        tree.configure()
        self.assertEqual([one["step"] for one in tree.plan("fleet-loop.image")["steps"]], ["fleet-loop/build", "fleet-loop/image"])
        self.assertEqual(tree.call(["sh", "-n", tree.source / "loop.sh"]).returncode, 0)

    # ---- what is there in effect ----

    def test_a_commit_that_changes_nothing_is_there_in_effect(self):
        tree = self.made()
        self.pass_of(tree, "stage")
        tree.write("README", "words")
        tree.commit("words only")
        tree.run("publish")
        first = self.commits()
        for _ in range(2):
            self.assertEqual(self.pass_of(tree, "stage")["deployed"], [])
        self.assertEqual(self.commits(), first)
        tree.tag("v1.0.0")
        self.assertEqual(self.deployed(self.pass_of(tree, "prod")), [("app/prod", "deployed")], "its images were healthy in stage")

    # ---- what is declared anew ----

    def declare_again(self, tree, before, after):
        path = tree.source / "CMakeLists.txt"
        path.write_text(path.read_text().replace(before, after))
        tree.commit("declared anew")
        tree.configure()

    def test_another_namespace_is_deployed_and_another_gate_is_not(self):
        tree = self.made()
        tree.tag("v1.0.0")
        self.pass_of(tree)
        commit = self.runs("eu")["commit"]
        self.declare_again(tree, "eu FROM prod", "eu FROM prod SOAK 1ms APPROVAL required")
        self.assertEqual(self.actions(tree, "eu")["app/eu"]["action"], "nothing")
        self.declare_again(tree, "SOAK 1ms APPROVAL required", "NAMESPACE shop")
        eu = self.actions(tree, "eu")["app/eu"]
        self.assertEqual((eu["action"], eu["commit"], eu["reasons"]), ("deploy", commit, ["eu is declared otherwise than it was deployed"]))
        self.assertEqual(self.deployed(self.pass_of(tree, "eu")), [("app/eu", "deployed")])
        self.assertEqual((self.runs("eu")["commit"], self.runs("eu")["generation"]), (commit, 2))
        self.assertEqual(self.pass_of(tree, "eu")["deployed"], [])

    def test_all_that_led_to_a_deploy_is_told(self):
        tree = self.made()
        self.pass_of(tree, "stage")
        path = tree.source / "CMakeLists.txt"
        path.write_text(path.read_text().replace("api PORT 8080", "api PORT 8081").replace("stage ON branch", "stage NAMESPACE shop ON branch"))
        tree.configure()
        commit = self.next(tree, "two")
        tree.configure()
        before = json.loads(tree.manifests("show", "main:.cicd/records/stage/app.json", repository=self.repository))["commit"]
        self.assertEqual(self.actions(tree, "stage")["app/stage"]["reasons"],
                         [f"main is at {commit[:7]}", "stage is declared otherwise than it was deployed", f"its services are declared otherwise than in {before[:7]}"])

    def test_same_config_waits_until_what_it_comes_from_is_deployed_as_declared(self):
        tree = self.made(prod="SAME_CONFIG")
        tree.tag("v1.0.0")
        self.declare_again(tree, "stage ON branch", "stage NAMESPACE shop ON branch")
        tree.run("publish")
        self.pass_of(tree, "stage")
        self.declare_again(tree, "NAMESPACE shop", "NAMESPACE market")
        tree.run("publish")
        commit = tree.git("rev-parse", "HEAD")
        tree.tag("v1.1.0", self.runs("stage")["commit"])
        waits = self.actions(tree, "prod")["app/prod"]
        self.assertEqual((waits["action"], waits["rule"]), ("wait", "FROM"))
        self.assertIn("SAME_CONFIG: stage has this commit with another configuration", waits["why"]["text"])
        self.assertIn("before its declaration changed", json.dumps(waits["why"]))
        refused = tree.cicd("promote", "app", "prod", "--version", "v1.1.0", status=5)
        self.assertIn("SAME_CONFIG", refused.stderr + refused.stdout)
        tree.tag("v1.2.0", commit)
        self.assertEqual([name for name, end in self.deployed(self.pass_of(tree)) if end == "deployed"][:2], ["app/stage", "app/prod"])

    def test_a_merge_request_shows_what_its_declarations_would_move(self):
        tree = self.made()
        tree.run("deploy-stage")
        tree.tag("v1.0.0")
        first = tree.git("rev-parse", "HEAD")
        tree.cicd("reconcile")
        tree.git("checkout", "--quiet", "-b", "change")
        path = tree.source / "CMakeLists.txt"
        path.write_text(path.read_text().replace(f"PATH prod/app FROM stage HEALTH committed ", f"PATH prod/app FROM stage HEALTH committed SOAK 2h ")
                        + f"pipeline_environment(app ap FROM prod VIA gitops REPOSITORY {self.repository} PATH ap/app)\n")
        tree.commit("two environments")
        tree.configure()
        self.assertIn("reconcile: 1 of 5 environments otherwise than by the declarations of ", tree.cicd("reconcile", "--plan", "--since", "main").stdout)
        changed = json.loads(tree.cicd("reconcile", "--plan", "--since", "main", "--json").stdout)
        self.assertEqual([(one["environment"], one["before"], one["now"]["action"], one["now"]["commit"]) for one in changed["changed"]], [("ap", None, "deploy", first)])
        self.assertIn("the merge base with main", changed["since"])
        before = self.commits()
        path.write_text(re.sub(r"pipeline_environment\(app eu.*\n", "", path.read_text()))
        tree.configure()
        shown = tree.cicd("reconcile", "--plan", "--since", "main").stdout
        self.assertRegex(shown, r"app/eu +nothing +not declared")
        self.assertEqual(self.commits(), before, "nothing is changed")
        self.assertIn("--plan", tree.cicd("reconcile", "--since", "main", status=2).stderr)


if __name__ == "__main__":
    unittest.main()
