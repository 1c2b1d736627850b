"""Holds and rollbacks where manifests are files: the embedded manifest repository, one outside, a folder; and a revert by hand."""

import json
import shutil
import unittest

import harness

WAYS = {
    "embedded": harness.DEPLOYED,
    "outside": harness.DEPLOYED.replace("VIA gitops", "VIA gitops REPOSITORY {repository}"),
    "render": harness.DEPLOYED.replace("VIA gitops", "VIA render PATH out"),
}


class Rollback(harness.Case):
    def made(self, way, deploys=2):
        """A tree whose stage had as many deployments, each of a commit with another image."""
        self.way, self.repository = way, self.folder / f"{way}.git"
        harness.subprocess.run([harness.tool("git"), "init", "--quiet", "--bare", "--initial-branch=main", str(self.repository)], check=True)
        tree = self.tree(name=way)
        tree.declare(WAYS[way].format(repository=self.repository))
        self.versions = []
        for each in range(deploys):
            self.next_commit(tree)
            if each == 0:
                tree.configure()
            tree.run("deploy-stage")
        return tree

    def next_commit(self, tree):
        tree.write("in.txt", f"content {len(self.versions)}")
        self.versions.append(tree.commit()[:7])

    @property
    def home(self):
        return self.repository if self.way == "outside" else None

    def running(self, tree):
        """The tag of the image in the manifests, and the record."""
        if self.way == "render":
            manifest = (tree.build / "out/app-api.deployment.yaml").read_text()
            record = json.loads((tree.build / "out/.cicd/record.json").read_text())
        else:
            manifest = tree.manifests("show", "main:stage/app/app-api.deployment.yaml", repository=self.home)
            record = tree.record(repository=self.home)
        found = [each for each in self.versions if f"app:{each}@" in manifest]
        self.assertEqual(len(found), 1, manifest)
        return found[0], record

    def test_what_ran_before_is_put_back_and_held_by_every_way(self):
        for way in WAYS:
            with self.subTest(way=way):
                tree = self.made(way)
                before = tree.commits(self.home)
                done = tree.make("rollback-stage")
                self.assertIn(f"app/stage: {self.versions[0]} runs again", done.stdout)
                version, record = self.running(tree)
                self.assertEqual(version, self.versions[0])
                self.assertEqual((record["version"], record["generation"], record["outcome"]), (version, 3, "rolled-back"))
                if way != "render":
                    self.assertEqual(tree.commits(self.home), before + 1, "the manifests, the record and the hold are one commit")
                    changed = tree.manifests("diff", "--name-only", "main~1", "main", repository=self.home).split()
                    self.assertEqual(changed[:3], [".cicd/records/stage/app.json", ".cicd/state/stage/app.json", "stage/app/app-api.deployment.yaml"])
                # Neither what was left nor what comes is deployed over it.
                refused = tree.run("deploy-stage", status=5)
                self.assertIn("deploys to this environment are on hold", refused.all)
                self.assertEqual(harness.note_in(refused.all, "reason"), f"rollback to {version}")
                self.assertRegex(harness.note_in(refused.all, "try"), r"^\S+/\.cicd/cicd hold release app stage$")
                self.next_commit(tree)
                self.assertIn("! would be refused: deploys to this environment are on hold", tree.cicd("plan", "deploy-stage", status=5).stdout)
                tree.run("deploy-stage", status=5)
                self.assertEqual(self.running(tree)[0], self.versions[0])
                status = tree.cicd("status")
                self.assertRegex(status.stdout, r"stage rolled-back\n +stage on hold: ")
                self.assertIn(f"! app/stage: rolled back to {version}, by ", status.stdout)
                self.assertIn("rolled-back", tree.cicd("history", "app", "stage").stdout)
                [told] = json.loads(tree.cicd("hold", "show", "app", "stage", "--json").stdout)["holds"]
                self.assertEqual((told["environment"], told["hold"]["reason"], told["put_back_by_hand"]), ("stage", f"rollback to {version}", None))
                released = tree.cicd("hold", "release", "app", "stage").stdout
                self.assertRegex(released, rf"released: the hold of all deploys by .*: rollback to {version}")
                self.assertIn("nothing is released", tree.cicd("hold", "release", "app", "stage").stdout)
                self.assertIsNone(json.loads(tree.cicd("hold", "show", "stage", "--json").stdout)["holds"][0]["hold"])
                self.assertNotIn("on hold", tree.cicd("status").stdout)
                tree.run("deploy-stage")
                self.assertEqual(self.running(tree)[0], self.versions[2])
                self.assertNotIn("rolled-back", tree.cicd("status").stdout)

    def test_any_deployment_of_the_past_is_put_back_by_its_version_or_number(self):
        for way in ("embedded", "render"):
            with self.subTest(way=way):
                tree = self.made(way, deploys=3)
                tree.cicd("rollback", "app", "stage", "--to", self.versions[0], "--reason", "errors at checkout")
                self.assertEqual(self.running(tree)[0], self.versions[0])
                self.assertIn("errors at checkout", tree.cicd("hold", "show", "stage").stdout)
                tree.cicd("rollback", "app", "stage", "--to", "#2")
                self.assertEqual(self.running(tree)[0], self.versions[1])
                before = self.running(tree)[1]
                again = tree.cicd("rollback", "app", "stage", "--to", self.versions[1], status=2)
                self.assertIn(f"this deployment runs already: '{self.versions[1]}'", again.stderr)
                self.assertIn("hold set app stage --reason", harness.note_in(again.stderr, "try"))
                self.assertEqual(self.running(tree)[1], before)
                unknown = tree.cicd("rollback", "app", "stage", "--to", "v9", status=2)
                self.assertIn("no deployment with that version, commit, digest or number is kept: 'v9'", unknown.all)
                self.assertIn(f"#1 {self.versions[0]} of ", harness.note_in(unknown.all, "allowed"))

    def test_a_hold_of_one_version_keeps_only_that_one_out(self):
        tree = self.made("outside")
        tree.cicd("rollback", "app", "stage", "--version-only")
        self.assertIn("this version is held out", tree.run("deploy-stage", status=5).all)
        self.next_commit(tree)
        tree.run("deploy-stage")
        self.assertEqual(self.running(tree)[0], self.versions[2])
        self.assertIn(f"version {self.versions[1]} is on hold", tree.cicd("hold", "show", "app", "stage").stdout)

    def test_a_hold_comes_before_the_first_deploy_and_leaves_no_file_when_it_is_released(self):
        for way in WAYS:
            with self.subTest(way=way):
                tree = self.made(way, deploys=0)
                self.next_commit(tree)
                tree.configure()
                tree.cicd("hold", "set", "app", "stage", "--reason", "not yet")
                self.assertIn("not yet", tree.run("deploy-stage", status=5).all)
                tree.cicd("hold", "release", "stage")
                if way == "render":
                    self.assertFalse((tree.build / "out/.cicd/state.json").exists())
                else:
                    self.assertEqual(tree.manifests("ls-tree", "-r", "--name-only", "main", repository=self.home), "")
                tree.run("deploy-stage")

    def test_a_rollback_to_an_image_that_is_gone_changes_nothing(self):
        tree = self.made("outside")
        tip = tree.manifests("rev-parse", "main", repository=self.home)
        shutil.rmtree(tree.build / "registry/app")
        done = tree.cicd("rollback", "app", "stage", status=6)
        self.assertIn("the image of that deployment is no longer in its registry", done.all)
        self.assertEqual(tree.manifests("rev-parse", "main", repository=self.home), tip)
        self.assertIn("no hold", tree.cicd("hold", "show", "app", "stage").stdout)

    def test_a_second_rollback_names_what_runs_and_what_else_is_kept(self):
        tree = self.made("embedded")
        tree.cicd("rollback", "app", "stage")
        done = tree.cicd("rollback", "app", "stage", status=2)
        self.assertIn("there is nothing to go back to", done.stderr)
        self.assertIn(f"#3 {self.versions[0]} of ", harness.note_in(done.stderr, "runs"))
        self.assertNotIn(self.versions[0], harness.note_in(done.stderr, "allowed"))
        self.assertTrue(harness.note_in(done.stderr, "try").endswith("rollback app stage --to '#2'"))
        tree.cicd("rollback", "app", "stage", "--to", "#2")
        self.assertEqual(self.running(tree)[0], self.versions[1])

    def test_one_deployment_leaves_nothing_to_go_back_to(self):
        for way in ("embedded", "render"):
            with self.subTest(way=way):
                tree = self.made(way, deploys=1)
                self.assertIn("there is nothing to go back to", tree.cicd("rollback", "app", "stage", status=2).all)

    def by_hand(self, tree, *commands):
        """What a person commits in a checkout of the manifest repository."""
        checkout = harness.Tree(self.folder / "checkout", home=tree.home)
        shutil.rmtree(checkout.source)
        tree.git("clone", "--quiet", str(self.repository), str(checkout.source))
        for command in commands:
            checkout.git(*command)
        checkout.git("push", "--quiet", "origin", "HEAD:main")
        return checkout.git("rev-parse", "HEAD")

    def test_a_revert_by_hand_is_not_undone_until_it_is_released(self):
        tree = self.made("outside")
        commit = self.by_hand(tree, ("revert", "--no-edit", "HEAD"))
        self.next_commit(tree)
        self.assertIn(f"! would be refused: what is deployed was put back by hand: '{commit[:7]}'", tree.cicd("plan", "deploy-stage", status=5).stdout)
        for _ in range(2):
            refused = tree.run("deploy-stage", status=5)
            self.assertIn(f"what is deployed was put back by hand: '{commit[:7]}'", refused.all)
            self.assertRegex(harness.note_in(refused.all, "by"), "^Jane Doe <jane@example.com> at ")
            self.assertEqual(harness.note_in(refused.all, "left"), self.versions[1])
            self.assertRegex(harness.note_in(refused.all, "try"), r"/cicd hold release app stage, to deploy over it$")
        self.assertEqual(self.running(tree)[0], self.versions[0])
        for status in (tree.cicd("status"), tree.cicd("status", "app", "stage")):
            self.assertIn("put back by hand, by Jane Doe", status.stdout)
            self.assertIn(f"commit {commit[:7]}; {self.versions[1]} ran until then", status.stdout)
        remarks = json.loads(tree.cicd("status", "--json").stdout)["environments"][0]["remarks"]
        self.assertEqual([each["about"] for each in remarks], ["put back by hand"])
        self.assertIn("put back by hand", tree.cicd("hold", "show", "app", "stage").stdout)
        self.assertRegex(tree.cicd("history", "app", "stage").stdout, rf"#1 +{self.versions[0]} .*put back by hand")
        tree.cicd("hold", "release", "app", "stage")
        self.assertNotIn("by hand", tree.cicd("status").stdout)
        tree.run("deploy-stage")
        self.assertEqual(self.running(tree)[0], self.versions[2])
        # The next one is noticed as the first was.
        self.by_hand(tree, ("revert", "--no-edit", "HEAD"))
        self.assertIn("put back by hand", tree.run("deploy-stage", status=5).all)

    def test_the_same_commit_does_not_undo_a_revert_by_hand_either(self):
        tree = self.made("outside")
        self.by_hand(tree, ("revert", "--no-edit", "HEAD"))
        self.assertIn("put back by hand", tree.run("deploy-stage", status=5).all)
        self.assertEqual(self.running(tree)[0], self.versions[0])

    def test_a_state_that_cannot_be_read_is_left_as_it_is_and_nothing_is_deployed(self):
        tree = self.made("render", deploys=1)
        state = tree.build / "out/.cicd/state.json"
        state.write_text("{")
        self.next_commit(tree)
        done = tree.run("deploy-stage", status=4)
        self.assertIn("the state of the environment cannot be trusted", done.all)
        self.assertEqual(harness.note_in(done.all, "try"), f"rm {state}")
        self.assertEqual(state.read_text(), "{")
        tree.cicd("hold", "set", "app", "stage", "--reason", "x", status=4)


if __name__ == "__main__":
    unittest.main(verbosity=2)
