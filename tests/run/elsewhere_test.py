"""Pipelines that are declared and built elsewhere: here is only where they go."""

import json
import os
import shutil
import subprocess
import time
import unittest

import elsewhere
import harness


class Elsewhere(elsewhere.Case):
    # ---- what is declared elsewhere ----

    def test_a_pass_takes_what_runs_from_the_artifact_and_where_it_goes_from_here(self):
        fleet = self.made()
        commit = self.head()
        actions = self.actions(fleet)
        self.assertEqual((actions["billing/stage"]["action"], actions["billing/stage"]["commit"]), ("deploy", commit))
        self.assertEqual(self.deployed(self.pass_of(fleet)), [("billing/stage", "deployed")])
        record = self.runs("stage")
        self.assertEqual((record["commit"], record["declaration"]), (commit, fleet.git("rev-parse", "HEAD")))
        self.assertIn("replicas: 2", self.trees[0].manifests("grep", "-h", "replicas:", "main", "--", "stage", repository=self.repository))
        self.assertEqual(self.pass_of(fleet)["deployed"], [])
        # The next commit brings its own declaration; nothing is configured here again.
        second = self.next("billing", "two", replicas=3)
        self.tag("billing", "v1.0.0")
        self.assertEqual(self.deployed(self.pass_of(fleet)), [("billing/prod", "deployed"), ("billing/stage", "deployed")])
        self.assertEqual((self.runs("prod")["commit"], self.runs("prod")["tag"]), (second, "v1.0.0"))
        self.assertIn("replicas: 3", self.trees[0].manifests("grep", "-h", "replicas:", "main", "--", "prod", repository=self.repository))

    def test_nothing_of_the_sources_is_checked_out_and_each_is_asked_once(self):
        fleet = self.made("billing", "ledger")
        trace = self.folder / "trace"
        self.pass_of(fleet, env={"GIT_TRACE2_EVENT": str(trace)})
        clones = sorted((fleet.home / "cache/sources").glob("*/.git"))
        self.assertEqual(len(clones), 2)
        for clone in clones:
            self.assertEqual([one.name for one in clone.parent.iterdir()], [".git"])
        trace.unlink()
        self.pass_of(fleet, "--plan", env={"GIT_TRACE2_EVENT": str(trace)})
        started = [json.loads(line)["argv"] for line in trace.read_text().splitlines() if '"event":"start"' in line]
        fetches = [words for words in started if "fetch" in words]
        self.assertEqual(len(fetches), 2, fetches)

    def test_several_services_go_by_one_push(self):
        fleet = self.made("billing", "ledger", "orders")
        self.trees[0].manifests("config", "core.logAllRefUpdates", "always", repository=self.repository)
        self.assertEqual(len(self.pass_of(fleet)["deployed"]), 3)
        pushes = self.trees[0].manifests("reflog", "show", "main", repository=self.repository).splitlines()
        self.assertEqual(({self.runs("stage", name)["outcome"] for name in self.services}, len(pushes)), ({"deployed"}, 1), pushes)

    def test_commands_work_on_it(self):
        fleet = self.made(prod="APPROVAL required")
        first = self.head()
        self.pass_of(fleet)
        second = self.next("billing", "two")
        self.tag("billing", "v1.0.0")
        text = fleet.cicd("plan", "billing.deploy-stage").stdout
        self.assertIn(second[:7], text)
        fleet.cicd("promote", "billing", "stage", "--commit", second[:12])
        self.assertEqual(self.runs("stage")["commit"], second)
        self.assertIn("billing", fleet.cicd("status").stdout)
        self.assertIn(second[:7], fleet.cicd("artifacts", "billing").stdout)
        refused = fleet.cicd("promote", "billing", "prod", "--version", "v1.0.0", status=5)
        self.assertIn("cicd approve billing prod", refused.stderr.replace(str(fleet.build), ""))
        fleet.cicd("approve", "billing", "prod", "--version", "v1.0.0", "--reason", "tested")
        fleet.cicd("promote", "billing", "prod", "--version", "1.0.0")
        self.assertEqual(self.runs("prod")["tag"], "v1.0.0")
        fleet.cicd("yank", "billing", "v1.0.0", "--reason", "loses bills")
        fleet.cicd("rollback", "billing", "stage")
        self.assertEqual(self.runs("stage")["commit"], first)
        fleet.cicd("hold", "set", "billing", "stage", "--reason", "frozen")
        self.assertIn("frozen", fleet.cicd("status", "billing", "stage").stdout)
        third = self.next("billing", "three")
        self.assertEqual(self.actions(fleet)["billing/stage"]["rule"], "hold")
        fleet.cicd("hold", "release", "billing", "stage")
        self.pass_of(fleet)
        self.assertEqual(self.runs("stage")["commit"], third)
        found = fleet.cicd("doctor", "billing").stdout
        self.assertRegex(found, rf"ok +code {self.services['billing'].remote}: answers, main is at {third[:7]}")
        self.assertRegex(found, rf"ok +registry {self.address}/services/billing: answers")
        for words in (("explain", "billing.deploy-stage"), ("explain", "billing"), ("history", "billing"), ("notes", "billing", "stage")):
            self.assertIn("billing", fleet.cicd(*words).stdout)

    def test_what_needs_no_sources_works_while_their_repository_does_not_answer(self):
        fleet = self.made("billing", "ledger")
        first = self.head()
        self.pass_of(fleet)
        self.next("billing", "two")
        self.pass_of(fleet)
        shutil.rmtree(fleet.home / "cache/sources")
        self.services["billing"].remote.rename(self.folder / "away")
        fleet.cicd("rollback", "billing", "stage")
        self.assertEqual(self.runs("stage")["commit"], first)
        fleet.cicd("hold", "set", "--all", "--reason", "frozen")
        self.assertEqual(fleet.cicd("hold", "show", "--all").stdout.count("frozen"), 4)
        self.assertFalse((fleet.home / "cache/sources").exists())
        refused = fleet.cicd("notes", "billing", "stage", status=6)
        self.assertIn("CODE: the repository of the sources does not answer", refused.stderr)

    def test_a_change_of_where_it_comes_from_reaches_its_deploys(self):
        fleet = self.made()
        before = fleet.git("rev-parse", "HEAD")

        def affected(calls):
            self.declare(fleet, calls)
            return {one["step"]: one["affected"] for one in fleet.plan("--affected", "--since", before)["steps"] if one["affected"]}
        self.assertEqual(affected(self.places + "# a remark\n"), {})
        found = affected(self.places.replace("add_pipeline(billing ", "add_pipeline(billing PIPELINE_REF main "))
        self.assertEqual(found["billing/deploy-stage"], ["the environment is declared otherwise"])

    def test_a_pin_is_a_tag_of_the_service(self):
        fleet = self.made()
        first = self.head()
        self.tag("billing", "v1.0.0")
        self.next("billing", "two")
        self.declare(fleet, self.call_of("billing").replace("stage ON branch main", "stage PIN v1.0.0"))
        self.assertEqual(self.deployed(self.pass_of(fleet, "stage")), [("billing/stage", "deployed")])
        self.assertEqual(self.runs("stage")["commit"], first)

    def test_the_clone_follows_the_default_branch_and_keeps_no_rest_and_no_login(self):
        fleet = self.made()
        fleet.cicd("artifacts", "billing")
        clone, = (one for one in (fleet.home / "cache/sources").iterdir() if one.is_dir())
        (clone.parent / f"{clone.name}.new-4711/.git").mkdir(parents=True)
        service, remote = self.services["billing"], self.services["billing"].remote
        service.git("push", "--quiet", "upstream", "main:trunk")
        subprocess.run([harness.tool("git"), "-C", str(remote), "symbolic-ref", "HEAD", "refs/heads/trunk"], check=True)
        fleet.cicd("artifacts", "billing")
        head = clone / ".git/HEAD"
        self.assertEqual(head.read_text(), "ref: refs/heads/main\n")
        os.utime(head, (time.time() - 90_000,) * 2)  # it is asked for once a day
        fleet.cicd("artifacts", "billing")
        self.assertEqual(head.read_text(), "ref: refs/heads/trunk\n")
        # At once where the branch is gone.
        service.git("push", "--quiet", "upstream", "main:other")
        subprocess.run([harness.tool("git"), "-C", str(remote), "symbolic-ref", "HEAD", "refs/heads/other"], check=True)
        service.git("push", "--quiet", "upstream", ":trunk")
        fleet.cicd("artifacts", "billing")
        self.assertEqual(head.read_text(), "ref: refs/heads/other\n")
        shutil.rmtree(clone)
        fleet.cicd("artifacts", "billing")
        self.assertEqual([one.name for one in clone.parent.iterdir() if ".new-" in one.name], [])
        # A login goes to git with each call alone.
        server = self.server()
        url = f"http://bot:s3cr3t@127.0.0.1:{server.server_port}/billing.git"
        self.declare(fleet, self.call_of("billing").replace(str(remote), url))
        trace = self.folder / "trace"
        refused = fleet.cicd("artifacts", "billing", status=6, env={"GIT_TRACE2_EVENT": str(trace)})
        self.assertNotIn("s3cr3t", trace.read_text() + refused.all)
        for words, said in (("ext::sh", "the repository of CODE may not name a program"),):
            self.declare(fleet, self.call_of("billing").replace(str(remote), words))
            self.assertIn(said, fleet.cicd("artifacts", "billing", status=2).stderr)

    def test_a_release_cannot_ask_for_less_than_is_declared_here(self):
        fleet = self.made(prod="SOAK 2h GATE ./ask.sh")
        self.pass_of(fleet)
        self.tag("billing", "v1.0.0")
        waits = self.actions(fleet)["billing/prod"]
        self.assertEqual((waits["action"], waits["rule"]), ("wait", "SOAK"))
        # GATE is the program of this tree, not one of the service.
        fleet.write("ask.sh", "#!/bin/sh\necho no from the fleet\nexit 1\n", 0o755)
        self.declare(fleet, self.call_of("billing", prod="GATE ./ask.sh"))
        done = self.pass_of(fleet, status=5)
        self.assertIn("GATE refuses", json.dumps(done))

    def test_an_event_of_this_repository_is_none_of_the_service(self):
        fleet = self.made(stage="PROTECTED")
        env = self.ci(fleet)
        done = fleet.cicd("run", "--event", "ci", status=None, env=env)
        self.assertEqual(self.trees[0].manifests("rev-list", "--all", "--count", repository=self.repository), "0", done.all)
        # A fork marks none of its artifacts.
        event = self.folder / "event.json"
        event.write_text(json.dumps({"repository": {"full_name": "team/fleet"}, "pull_request": {
            "head": {"ref": "x", "repo": {"full_name": "them/fleet"}}, "base": {"ref": "main", "repo": {"full_name": "team/fleet"}}}}))
        fork = self.ci(fleet, GITHUB_EVENT_NAME="pull_request", GITHUB_EVENT_PATH=str(event), GITHUB_REF="refs/pull/1/merge", GITHUB_HEAD_REF="x", GITHUB_BASE_REF="main")
        self.assertIn("fork", fleet.cicd("yank", "billing", self.head(), "--reason", "x", status=5, env=fork).stderr)
        # The branch of the service is asked for at its own remote, not at the one that the event names.
        self.assertEqual(self.deployed(self.pass_of(fleet, env=env)), [("billing/stage", "deployed")])

    def test_what_is_not_published_waits(self):
        fleet = self.made()
        first = self.head()
        second = self.next("billing", "two", publish=False)
        self.pass_of(fleet)
        self.assertEqual(self.runs("stage")["commit"], first)
        waits = self.actions(fleet)["billing/stage"]
        self.assertEqual((waits["action"], waits["rule"], waits["commit"]), ("wait", "artifact", second))
        done = fleet.cicd("promote", "billing", "stage", "--commit", second, status=5)
        self.assertIn("there is no artifact of this commit", done.stderr)
        self.assertIn(str(self.services["billing"].remote), done.stderr)

    def test_a_repository_that_moved_is_unknown_and_stops_no_other(self):
        fleet = self.made("billing", "ledger")
        self.services["billing"].remote.rename(self.folder / "moved.git")
        done = fleet.cicd("reconcile", status=6)
        self.assertEqual((self.runs("stage", "ledger")["outcome"]), "deployed")
        self.assertIn("CODE: the repository of the sources does not answer", done.stderr)
        self.assertRegex(harness.note_in(done.stderr, "declared at"), r"CMakeLists\.txt")
        self.assertIn("git ls-remote", harness.note_in(done.stderr, "try"))
        self.assertEqual(self.actions(fleet, status=6)["billing/stage"]["action"], "unknown")
        for words in (("promote", "billing", "stage", "--commit", self.head()), ("yank", "billing", self.head(), "--reason", "x")):
            self.assertIn("does not answer", fleet.cicd(*words, status=6).stderr)

    def test_a_cycle_between_environments_of_two_files_is_refused(self):
        tree = self.tree()
        tree.write("places.cmake", "pipeline_environment(billing eu FROM prod VIA gitops)\n")
        tree.declare("add_pipeline(billing ARTIFACTS registry.example.com/billing CODE git@example.com:billing.git)\ninclude(places.cmake)\n"
                     "pipeline_environment(billing prod FROM eu VIA gitops)\n")
        done = tree.configure(status=1)
        self.assertRegex(done.all, r"FROM.*(eu → prod → eu|prod → eu → prod)")
        self.assertIn("declared at: places.cmake:1", done.all)

    def test_configure_refuses_what_belongs_elsewhere(self):
        tree = self.tree()
        for more, said in (("pipeline_step(billing build COMMAND true)", "pipeline_step is declared beside ARTIFACTS"),
                           ("pipeline_image(billing BASE scratch)", "pipeline_image is declared beside ARTIFACTS"),
                           ("pipeline_service(billing api PORT 1)", "pipeline_service is declared beside ARTIFACTS"),
                           ("pipeline_cron_job(billing close SCHEDULE @daily COMMAND true)", "pipeline_cron_job is declared beside ARTIFACTS")):
            with self.subTest(more):
                tree.declare("add_pipeline(billing ARTIFACTS registry.example.com/billing CODE git@example.com:billing.git)\n" + more + "\n")
                self.assertIn(said, tree.configure(status=1).all)


if __name__ == "__main__":
    unittest.main()
