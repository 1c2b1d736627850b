"""The loop as a process: when it wakes, what it serves, who of several acts, and how it ends."""

import json
import shutil
import signal
import time
import unittest

import harness
import watched


class Watch(watched.WatchCase):
    def test_it_wakes_when_a_soak_ends_and_ends_at_once_when_it_sleeps(self):
        tree = self.made(prod="SOAK 4s")
        tree.tag("v1.0.0")
        process, where = self.watched(tree, "--every", "24h")
        harness.until(self.is_there("prod", "v1.0.0"), 60)
        harness.until(lambda: self.passes(where) >= 2)
        said = (tree.root / "out.txt").read_text()
        self.assertRegex(said, r"wait +app/prod +v1.0.0 .*SOAK 4s")
        samples = self.metrics(where)
        self.assertEqual(samples['cicd_reconcile_target{pipeline="app",environment="prod",action="nothing"}'], 1)
        self.assertEqual(samples['cicd_reconcile_target{pipeline="app",environment="prod",action="deploy"}'], 0)
        self.assertEqual(samples['cicd_reconcile_deploys_total{outcome="deployed"}'], 3)
        self.assertEqual(samples['cicd_reconcile_targets{action="unknown"}'], 0)
        self.assertGreater(samples["cicd_reconcile_last_success_timestamp_seconds"], time.time() - 600)
        self.assertGreater(samples["cicd_reconcile_pass_duration_seconds"], 0)
        status, health = self.page(where, "/health")
        self.assertEqual((status, json.loads(health)["status"], json.loads(health)["acts"]), (200, "ok", True))
        self.assertEqual(self.page(where, "/")[0], 404)
        harness.until(lambda: not json.loads(self.page(where, "/health")[1])["in_pass"])
        self.end(process)

    def test_a_client_that_says_nothing_keeps_no_other_from_an_answer(self):
        import socket
        tree = self.made()
        process, where = self.watched(tree, "--every", "24h")
        port = int(where.rsplit(":", 1)[1])
        silent = [socket.create_connection(("127.0.0.1", port)) for _ in range(5)]
        before = time.monotonic()
        self.assertEqual(self.page(where, "/health")[0], 200)
        self.assertLess(time.monotonic() - before, 2)
        for bytes_sent, answer in ((b"POST /health HTTP/1.1\r\n\r\n", b"405"), (b"nonsense\r\n\r\n", b"400"), (b"GET /health HTTP/1.1\r\n" + b"x: y\r\n" * 3000, b"")):
            with socket.create_connection(("127.0.0.1", port)) as one:
                try:
                    one.sendall(bytes_sent)
                    self.assertIn(answer, one.recv(4096)[:40])
                except ConnectionError:
                    self.assertEqual(answer, b"")
        for one in silent:
            one.close()
        harness.until(lambda: self.passes(where) == 1, 60)
        taken = tree.cicd("reconcile", "--watch", "--listen", f"127.0.0.1:{port}", status=6)
        self.assertIn("cannot be listened at this address", taken.stderr)
        self.end(process, by=signal.SIGINT)

    def test_a_failing_pass_does_not_end_it_and_declarations_are_read_anew(self):
        tree = self.made()
        process, where = self.watched(tree, "--every", "5s")
        harness.until(self.is_there("stage"), 60)
        declared = tree.build / ".cicd/declarations.ndjson"
        shutil.move(declared, self.folder / "away")
        harness.until(lambda: self.metrics(where)["cicd_reconcile_failed_passes"] >= 1, 30)
        self.assertEqual(self.page(where, "/health")[0], 200)
        path = tree.source / "CMakeLists.txt"
        path.write_text(path.read_text() + f"pipeline_environment(app more FROM stage VIA gitops REPOSITORY {self.repository} PATH more/app)\n")
        tree.commit("one more")
        tree.configure()
        harness.until(self.is_there("more"), 60)
        harness.until(lambda: self.metrics(where)['cicd_reconcile_deploys_total{outcome="deployed"}'] == 2, 60)
        harness.until(lambda: self.metrics(where)["cicd_reconcile_failed_passes"] == 0)
        self.end(process)

    def test_commits_that_the_clone_lacks_are_fetched(self):
        tree = self.made()
        first = tree.git("rev-parse", "HEAD")
        second = self.next(tree, "two")
        tree.git("reset", "--quiet", "--hard", first)
        tree.git("update-ref", "-d", "refs/remotes/upstream/main")
        tree.git("reflog", "expire", "--expire=now", "--all")
        tree.git("gc", "--quiet", "--prune=now")
        self.assertEqual(self.actions(tree, "stage", status=2)["app/stage"]["action"], "unknown")
        self.assertEqual(self.deployed(self.pass_of(tree, "stage", "--fetch")), [("app/stage", "deployed")])
        self.assertEqual(self.runs("stage")["commit"], second)

    def test_one_of_several_acts_and_another_goes_on_when_it_is_killed(self):
        tree = self.made()
        lease = self.folder / "shared/lease"
        lease.parent.mkdir()
        first, where = self.watched(tree, "--every", "5s", "--lease", str(lease))
        harness.until(self.is_there("stage"), 60)
        shutil.copy(tree.root / "out.txt", self.folder / "first.txt")
        second, other = self.watched(tree, "--every", "5s", "--lease", str(lease))
        harness.until(lambda: "another process acts" in (tree.root / "out.txt").read_text())
        self.assertEqual((self.metrics(where)["cicd_reconcile_acts"], self.metrics(other)["cicd_reconcile_acts"]), (1, 0))
        self.assertEqual((self.passes(other), json.loads(self.page(other, "/health")[1])["acts"]), (0, False))
        first.kill()
        first.wait()
        harness.until(lambda: self.metrics(other)["cicd_reconcile_acts"] == 1, 20)
        commit = self.next(tree, "two")
        harness.until(lambda: self.metrics(other)['cicd_reconcile_deploys_total{outcome="deployed"}'] == 1, 60)
        self.assertEqual(self.runs("stage")["commit"], commit)
        self.end(second, within=20)

    def test_a_signal_in_a_deploy_ends_it_as_it_ends_a_run(self):
        tree, process, _ = self.watched_in("VERIFY", "--every", "24h")
        self.end(process, status=143, within=30)
        self.assertEqual(harness.bearers(tree.cookie), [])
        again = self.actions(tree, "prod")["app/prod"]
        self.assertEqual((again["action"], again["reasons"][0]), ("deploy", "its deploy has not come to an end"))

    def test_with_json_each_pass_is_a_document(self):
        tree = self.made()
        process = tree.start(tree.launcher, "reconcile", "--watch", "--every", "5s", "--json")
        self.addCleanup(process.kill)
        said = tree.root / "out.txt"
        harness.until(lambda: len(said.read_text().splitlines()) >= 2, 60)
        self.end(process)
        documents = [json.loads(line) for line in said.read_text().splitlines()]
        self.assertEqual([one["schema"] for one in documents], [1] * len(documents))
        self.assertEqual([len(one["deployed"]) for one in documents[:2]], [1, 0])


if __name__ == "__main__":
    unittest.main()
