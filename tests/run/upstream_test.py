"""What a deploy waits for that others make: the images of AWAIT, a good build of UPSTREAM."""

import json
import subprocess
import unittest

import elsewhere
import harness


class Upstream(elsewhere.Case):
    # ---- AWAIT ----

    def push_image(self, repository, tag, like="billing"):
        """An image of others, which has the bytes of this one."""
        source = f"docker://{self.address}/services/{like}:{self.head(like)[:7]}"
        subprocess.run([harness.tool("skopeo"), "copy", "--quiet", "--src-tls-verify=false", "--dest-tls-verify=false", source,
                        f"docker://{self.address}/{repository}:{tag}"], check=True)

    def test_awaited_images_are_waited_for_and_recorded(self):
        fleet = self.made()
        self.declare(fleet, self.call_of("billing", stage=f"AWAIT {self.address}/billing-ui {self.address}/billing-jobs"))
        short = self.head()[:7]
        waits = self.actions(fleet)["billing/stage"]
        self.assertEqual((waits["action"], waits["rule"]), ("wait", "AWAIT"))
        self.assertIn(f"{self.address}/billing-ui:{short}", json.dumps(waits["why"]))
        self.push_image("billing-ui", short)
        waits = self.actions(fleet)["billing/stage"]
        self.assertIn(f"{self.address}/billing-jobs:{short}", json.dumps(waits["why"]))
        done = fleet.cicd("promote", "billing", "stage", "--commit", short, status=5)
        self.assertIn("AWAIT: an image of this commit is not there yet", done.stderr)
        self.assertIn(f"{self.address}/billing-ui@sha256:", harness.note_in(done.stderr, "there"))
        # What it needs is not passed over by a hotfix.
        fleet.cicd("promote", "billing", "stage", "--commit", short, "--hotfix", "--reason", "now", status=5)
        self.push_image("billing-jobs", short)
        found = self.actions(fleet)["billing/stage"]
        self.assertEqual(found["action"], "deploy")
        self.assertRegex("\n".join(found["reasons"]), r"main is at .*\nbilling-ui is there: sha256:.*\nbilling-jobs is there: sha256:")
        self.assertEqual(self.deployed(self.pass_of(fleet)), [("billing/stage", "deployed")])
        self.assertEqual(sorted(self.runs("stage")["awaited"]), [f"{self.address}/billing-jobs", f"{self.address}/billing-ui"])
        self.assertEqual(self.pass_of(fleet)["deployed"], [])

    def test_of_a_release_the_tag_counts_too(self):
        fleet = self.made()
        self.declare(fleet, self.call_of("billing", prod=f"AWAIT {self.address}/billing-ui"))
        self.tag("billing", "v1.0.0")
        self.pass_of(fleet)
        self.assertEqual(self.actions(fleet)["billing/prod"]["rule"], "AWAIT")
        self.push_image("billing-ui", "v1.0.0")
        self.assertEqual(self.deployed(self.pass_of(fleet)), [("billing/prod", "deployed")])

    def test_a_registry_that_is_down_is_unknown(self):
        fleet = self.made()
        self.declare(fleet, self.call_of("billing", stage="AWAIT 127.0.0.1:1/billing-ui"))
        self.assertEqual(self.actions(fleet, status=6)["billing/stage"]["action"], "unknown")

    # ---- UPSTREAM ----

    def test_a_job_of_jenkins_is_waited_for_and_a_failed_build_is_told(self):
        server, fleet = self.server(), self.made("billing", "ledger")
        upstream = f"UPSTREAM jenkins {server.url}/job/all"
        self.declare(fleet, self.call_of("billing", stage=upstream) + self.call_of("ledger", stage=upstream))
        commit, other = self.head(), self.head("ledger")
        server.builds("all")
        waits = self.actions(fleet)["billing/stage"]
        self.assertEqual((waits["action"], waits["rule"]), ("wait", "UPSTREAM"))
        self.assertIn("UPSTREAM has no build of this commit yet", waits["why"]["text"])
        self.assertEqual(len(server.asked), 1, server.asked)
        for builds, said in (([(7, None, commit)], "build 7 of this commit has not ended yet"),
                             ([(8, None, commit), (7, "FAILURE", commit)], "build 8 of this commit has not ended yet"),
                             ([(8, "UNSTABLE", commit)], "build 8 of this commit failed")):
            server.builds("all", *builds)
            waits = self.actions(fleet)["billing/stage"]
            self.assertEqual(waits["action"], "wait")
            self.assertIn(said, waits["why"]["text"])
        self.assertIn(f"{server.url}/job/all/8/", json.dumps(waits["why"]))
        done = fleet.cicd("promote", "billing", "stage", "--commit", commit, status=5)
        self.assertIn("UPSTREAM: build 8 of this commit failed", done.stderr)
        server.builds("all", (10, "FAILURE", other), (9, "SUCCESS", commit), (8, "FAILURE", commit))
        found = self.actions(fleet)
        self.assertIn("jenkins build 9 is good", found["billing/stage"]["reasons"])
        self.assertEqual(found["ledger/stage"]["action"], "wait")
        self.assertEqual(self.deployed(self.pass_of(fleet)), [("billing/stage", "deployed")])
        self.assertEqual(self.runs("stage")["upstream"], f"{server.url}/job/all/9/")
        self.assertEqual(self.pass_of(fleet)["deployed"], [])
        # A hotfix passes over it.
        fleet.cicd("promote", "ledger", "stage", "--commit", other, "--hotfix", "--reason", "now")
        self.assertNotIn("upstream", self.runs("stage", "ledger"))

    def test_check_runs_of_github_and_any_document_tell_it(self):
        server, fleet = self.server(), self.made()
        commit = self.head()
        self.declare(fleet, self.call_of("billing", stage=f"UPSTREAM github {server.url}/team/billing e2e"))
        server.checks("team/billing", commit, ("e2e", "failure"), ("lint", "success"))
        self.assertIn("e2e: failure", self.actions(fleet)["billing/stage"]["why"]["text"])
        server.checks("team/billing", commit, ("e2e", "success"), ("lint", "failure"))
        self.assertEqual(self.actions(fleet)["billing/stage"]["action"], "deploy")
        self.declare(fleet, self.call_of("billing", stage=f"UPSTREAM json {server.url}/last commit=/build/sha result=/build/status good=green number=/build/id"))
        server.pages["/last"] = {"build": {"sha": commit, "status": "red", "id": 4}}
        self.assertIn("build 4 of this commit failed", self.actions(fleet)["billing/stage"]["why"]["text"])
        server.pages["/last"] = {"build": {"sha": commit, "status": "Green", "id": 5}}
        self.assertIn("json build 5 is good", self.actions(fleet)["billing/stage"]["reasons"])
        self.declare(fleet, self.call_of("billing", stage=f"UPSTREAM json {server.url}/{{commit}}.json result=/ok good=true"))
        self.assertIn("no build of this commit yet", self.actions(fleet)["billing/stage"]["why"]["text"])
        server.pages[f"/{commit}.json"] = {"ok": True}
        self.assertEqual(self.actions(fleet)["billing/stage"]["action"], "deploy")

    def test_a_login_is_a_secret_of_the_tree_and_stands_nowhere(self):
        server, fleet = self.server(), self.made()
        secret = f"pipeline_secret(jenkins PASS_ENV JENKINS)\n"
        self.declare(fleet, secret + self.call_of("billing", stage=f"UPSTREAM jenkins {server.url}/job/b UPSTREAM_TOKEN secret:jenkins"))
        server.builds("b", (1, "jane:t0ken-1234", self.head()))
        server.login = "Basic amFuZTp0MGtlbi0xMjM0"
        done = fleet.cicd("reconcile", env={"JENKINS": "jane:t0ken-1234"})
        self.assertNotIn("t0ken-1234", done.all)
        server.builds("b", (1, "SUCCESS", self.head()))
        done = fleet.cicd("reconcile", env={"JENKINS": "jane:t0ken-1234"})
        self.assertEqual(self.runs("stage")["commit"], self.head())
        self.next("billing", "more")
        server.status = 403
        done = fleet.cicd("reconcile", "--plan", env={"JENKINS": "jane:t0ken-1234"}, status=6)
        self.assertEqual(harness.note_in(done.stderr, "caused by"), "the login may not see it (403)")
        self.assertIn("Job/Read", harness.note_in(done.stderr, "try"))
        server.status = 200
        # What is no login goes nowhere, and what a fork declares gets none.
        self.next("billing", "two")
        asked = len(server.asked)
        done = fleet.cicd("reconcile", "--plan", env={"JENKINS": "no-login"}, status=2)
        self.assertEqual(harness.note_in(done.stderr, "allowed"), "<user>:<API token>, on one line")
        event = self.folder / "event.json"
        event.write_text(json.dumps({"repository": {"full_name": "team/fleet"}, "pull_request": {
            "head": {"ref": "x", "repo": {"full_name": "them/fleet"}}, "base": {"ref": "main", "repo": {"full_name": "team/fleet"}}}}))
        fork = self.ci(fleet, GITHUB_EVENT_NAME="pull_request", GITHUB_EVENT_PATH=str(event), GITHUB_REF="refs/pull/1/merge", GITHUB_HEAD_REF="x", GITHUB_BASE_REF="main")
        fleet.cicd("reconcile", "--plan", env={"JENKINS": "jane:t0ken-1234", **fork}, status=5)
        self.assertEqual(len(server.asked), asked)

    def test_a_source_of_observation_that_fails_is_unknown_and_says_what_helps(self):
        server, fleet = self.server(), self.made("billing", "ledger")
        job = f"UPSTREAM jenkins {server.url}/job/b"
        self.declare(fleet, self.call_of("billing", stage=job) + self.call_of("ledger"))

        def is_unknown(said, helps="", status=6):
            done = fleet.cicd("reconcile", "--plan", status=status)
            self.assertIn(said, done.stderr)
            self.assertIn(helps, done.stderr)
            self.assertRegex(harness.note_in(done.stderr, "declared at"), r"CMakeLists\.txt")
            actions = self.actions(fleet, status=status)
            self.assertEqual((actions["billing/stage"]["action"], actions["ledger/stage"]["action"]), ("unknown", "deploy"))

        is_unknown("there is no such page", "UPSTREAM_TOKEN secret:<name>")
        server.login = "Basic eA=="
        is_unknown("it asks for a login (401)", "UPSTREAM_TOKEN secret:<name>, a secret that holds <user>:<API token>")
        server.login, server.status = "", 403
        server.builds("b")
        is_unknown("it cannot be seen without a login (403)")
        for status in (429, 500, 503):
            server.status = status
            is_unknown(f"{status}")
        server.status, server.pages["/job/b/api/json"] = 200, "<html>a page</html>"
        is_unknown("its answer is not JSON")
        server.pages["/job/b/api/json"] = {"name": "b"}
        is_unknown("its answer is not a job of Jenkins")
        self.declare(fleet, self.call_of("billing", stage=f"UPSTREAM json {server.url}/last commit=/build/sah result=/ok") + self.call_of("ledger"))
        server.pages["/last"] = {"build": {"sha": self.head()}, "ok": True}
        is_unknown("this JSON pointer points nowhere: 'commit=/build/sah'", "did you mean: commit=/build/sha", status=2)
        self.assertEqual(self.trees[0].manifests("rev-list", "--all", "--count", repository=self.repository), "0")

    def test_words_of_upstream_are_checked_at_configure(self):
        tree = self.tree()
        for words, said in (("UPSTREAM https://ci.example.com/job/b", "did you mean: jenkins https://ci.example.com/job/b"),
                            ("UPSTREAM jenkins ci.example.com/job/b", "did you mean: https://ci.example.com/job/b"),
                            ("UPSTREAM jenkns https://ci.example.com/job/b", "did you mean: jenkins"),
                            ("UPSTREAM json https://ci.example.com/b result=ok", "did you mean: result=/ok"),
                            ("UPSTREAM json https://ci.example.com/b result=/ok", "nothing says of which commit"),
                            ("UPSTREAM json https://ci.example.com/b comit=/x result=/ok", "did you mean: commit=/x"),
                            ("UPSTREAM github https://github.com/team", "takes the URL of a repository"),
                            ("UPSTREAM_TOKEN secret:x", "UPSTREAM_TOKEN"),
                            ("UPSTREAM jenkins http://ci.example.com/job/b UPSTREAM_TOKEN secret:x", "not encrypted")):
            with self.subTest(words):
                tree.declare("add_pipeline(b ARTIFACTS registry.example.com/b CODE git@example.com:b.git)\npipeline_secret(x PASS_ENV X)\n"
                             f"pipeline_environment(b stage ON branch main VIA gitops {words})\n")
                self.assertIn(said, tree.configure(status=1).all)


if __name__ == "__main__":
    unittest.main()
