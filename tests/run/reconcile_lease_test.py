"""Several loops with a Lease of Kubernetes: who acts, what is left alone once it is lost, and what is said where it cannot be had."""

import contextlib
import fcntl
import json
import os
import re
import shutil
import unittest

import harness
import watched

# Keeps one Lease as an API server does; `trouble` is what it prints instead of an answer.
KUBECTL = """#!/usr/bin/env python3
import fcntl, json, sys
FOLDER, words = "{folder}", sys.argv[1:]
with open(FOLDER + "/kubectl.txt", "a") as log:
    log.write(" ".join(words) + "\\n")
def end(text):
    sys.exit(print(text, file=sys.stderr) or 1)
if "config" in words:
    end("error: current-context must exist in order to minify")
try:
    end(open(FOLDER + "/trouble").read().replace("VERB", words[0]))
except FileNotFoundError:
    pass
lock = open(FOLDER + "/lock", "w")
fcntl.flock(lock, fcntl.LOCK_EX)
try:
    there = json.load(open(FOLDER + "/lease.json"))
except FileNotFoundError:
    there = None
path = words[words.index("--raw") + 1]
base = "/apis/coordination.k8s.io/v1/namespaces/fleet/leases"
if path != base + ("" if words[0] == "create" else "/loop"):
    end("Error from server (NotFound): the server could not find the requested resource")
if words[0] != "create" and there is None:
    end('Error from server (NotFound): leases.coordination.k8s.io "loop" not found')
if words[0] != "get":
    given = json.load(sys.stdin)
    version = there and there["metadata"]["resourceVersion"]
    if words[0] == "create" and there:
        end('Error from server (AlreadyExists): leases.coordination.k8s.io "loop" already exists')
    if words[0] == "replace" and given["metadata"].get("resourceVersion") != version:
        end("Error from server (Conflict): Operation cannot be fulfilled on leases: the object has been modified")
    given["metadata"]["resourceVersion"] = str(int(version or 0) + 1)
    json.dump(given, open(FOLDER + "/lease.json", "w"))
    there = given
print(json.dumps(there))
"""

FORBIDDEN = ('Error from server (Forbidden): leases.coordination.k8s.io "loop" is forbidden: User "system:serviceaccount:fleet:runner" cannot VERB resource '
             '"leases" in API group "coordination.k8s.io" in the namespace "fleet"')
WORDS = ("--every", "5s", "--lease", "kubernetes:fleet/loop")


class Lease(watched.WatchCase):
    def made(self, **how):
        tree = super().made(**how)
        bin = self.folder / "bin"
        bin.mkdir()
        (bin / "kubectl").write_text(KUBECTL.format(folder=self.folder))
        (bin / "kubectl").chmod(0o755)
        tree.env["PATH"] = f"{bin}:{os.environ['PATH']}"
        tree.env["KUBERNETES_SERVICE_HOST"] = "127.0.0.1"  # no kubeconfig is asked for
        tree.env.pop("KUBECONFIG", None)
        return tree

    @contextlib.contextmanager
    def lease(self):
        """The Lease, to be changed as another process changes it."""
        with open(self.folder / "lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            there = json.loads((self.folder / "lease.json").read_text())
            before = json.dumps(there)
            yield there
            if json.dumps(there) != before:
                there["metadata"]["resourceVersion"] = str(int(there["metadata"]["resourceVersion"]) + 1)
                (self.folder / "lease.json").write_text(json.dumps(there))

    def acts(self, where):
        return self.metrics(where)["cicd_reconcile_acts"]

    def end_asleep(self, process, where):
        harness.until(lambda: not json.loads(self.page(where, "/health")[1])["in_pass"], 60)
        self.end(process, within=5)

    def test_one_of_several_acts_and_gives_it_back_at_its_end(self):
        tree = self.made()
        first, where = self.watched(tree, *WORDS)
        harness.until(self.is_there("stage"), 60)
        shutil.copy(tree.root / "out.txt", self.folder / "first.txt")
        second, other = self.watched(tree, *WORDS)
        harness.until(lambda: "another process acts" in (tree.root / "out.txt").read_text())
        self.assertEqual((self.acts(where), self.acts(other), self.passes(other)), (1, 0, 0))
        with self.lease() as there:
            holder = there["spec"]["holderIdentity"]
            self.assertRegex(holder, rf"^Jane Doe .*\(process {first.pid}, [0-9a-f]{{8}}\)$")
        health = json.loads(self.page(other, "/health")[1])
        self.assertEqual((health["acts"], health["lease_held_by"], health["lease_failure"]), (False, holder, None))
        self.end(first, within=5)
        harness.until(lambda: self.acts(other) == 1, 20)
        commit = self.next(tree, "two")
        harness.until(lambda: self.metrics(other)['cicd_reconcile_deploys_total{outcome="deployed"}'] == 1, 60)
        self.assertEqual(self.runs("stage")["commit"], commit)
        self.end_asleep(second, other)
        with self.lease() as there:
            self.assertEqual(there["spec"]["holderIdentity"], "")
        self.assertNotIn("proxy", (self.folder / "kubectl.txt").read_text(), "no door stays open beside a team's programs")

    def test_what_is_lost_in_a_pass_ends_the_deploy_that_was_begun_and_begins_no_other(self):
        tree, process, where = self.watched_in("VERIFY", *WORDS)
        self.assertEqual(self.acts(where), 1)
        with self.lease() as there:
            mine, there["spec"]["holderIdentity"] = there["spec"]["holderIdentity"], "somebody else"
        harness.until(lambda: self.acts(where) == 0, 20)
        (self.folder / "go").touch()
        harness.until(lambda: "the lease is lost" in (tree.root / "out.txt").read_text(), 60)
        self.assertTrue(self.is_there("prod", "v1.0.0")(), "what was begun is finished")
        self.assertFalse(self.is_there("eu")(), "eu comes from prod")
        said = (tree.root / "out.txt").read_text()
        self.assertNotIn("deploy-eu", said, "no run was begun for it")
        self.assertRegex(said, r"another process acts, this one waits: somebody else")
        self.assertEqual(json.loads(self.page(where, "/health")[1])["lease_held_by"], "somebody else")
        with self.lease() as there:
            there["spec"]["holderIdentity"] = ""
        harness.until(self.is_there("eu"), 60)
        with self.lease() as there:
            self.assertEqual(there["spec"]["holderIdentity"], mine)
        self.end_asleep(process, where)

    def test_what_a_gate_has_let_in_once_it_is_lost_is_not_begun(self):
        tree, process, where = self.watched_in("GATE", *WORDS)
        with self.lease() as there:
            there["spec"]["holderIdentity"] = "somebody else"
        harness.until(lambda: self.acts(where) == 0, 20)
        (self.folder / "go").touch()
        harness.until(lambda: "the lease is lost" in (tree.root / "out.txt").read_text(), 60)
        self.assertFalse(self.is_there("prod")())
        self.assertRegex((tree.root / "out.txt").read_text(), r"app/deploy-prod\] failed after .*: this process lost the lease, and begins no further deploy")
        with self.lease() as there:
            there["spec"]["holderIdentity"] = ""
        harness.until(self.is_there("prod", "v1.0.0"), 60)
        self.end_asleep(process, where)

    def test_where_it_cannot_be_had_it_is_said_once_and_tried_again(self):
        tree = self.made()
        (self.folder / "trouble").write_text(FORBIDDEN)
        process, where = self.watched(tree, *WORDS)
        said = tree.root / "out.txt"
        harness.until(lambda: "no right to get leases.coordination.k8s.io in namespace fleet" in said.read_text())
        for words in ("kind: Role\n", "resourceNames: [loop], verbs: [get, update]", "kind: ServiceAccount, name: runner, namespace: fleet"):
            self.assertIn(words, said.read_text())
        self.assertEqual((self.acts(where), self.passes(where), self.page(where, "/health")[0]), (0, 0, 200))
        self.assertIn("no right", json.loads(self.page(where, "/health")[1])["lease_failure"])
        for trouble, words in (("The connection to the server 10.0.0.1:443 was refused - did you specify the right host or port?", "connection refused"),
                               ("error: You must be logged in to the server (Unauthorized)", "the login expired or was refused"),
                               ('Error from server (NotFound): namespaces "fleet" not found', "kubectl create namespace fleet"),
                               ("error: proto: cannot parse invalid wire-format data", "older than 1.29")):
            (self.folder / "trouble").write_text(trouble)
            harness.until(lambda: words in said.read_text(), what=words)
        (self.folder / "trouble").unlink()
        harness.until(self.is_there("stage"), 60)
        self.assertEqual(self.acts(where), 1)
        self.assertEqual(said.read_text().count("no right to get"), 1)
        self.end_asleep(process, where)

    def test_what_is_no_lease_is_refused(self):
        tree = self.made()
        for given, words in (("kubernets:fleet/loop", "did you mean: kubernetes:fleet/loop"), ("kubernetes:fleet", "a Lease has a namespace and a name"),
                             ("kubernetes:Fleet/loop", "not the name of a namespace: 'Fleet'"), ("kubernetes:fleet/a_b", "not the name of a Lease: 'a_b'")):
            refused = tree.cicd("reconcile", "--watch", "--lease", given, status=2).stderr
            self.assertIn(words, re.sub(r" +", " ", refused))
            self.assertIn("allowed", refused)
        self.assertFalse((self.folder / "kubectl.txt").exists())


if __name__ == "__main__":
    unittest.main()
