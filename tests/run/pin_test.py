"""PIN: an environment takes the one artifact that it names, whatever else is newer."""

import json
import unittest

import fleet


class Pin(fleet.FleetCase):
    def pinned(self, tree, word):
        path = tree.source / "CMakeLists.txt"
        lines = [line for line in path.read_text().splitlines() if "app pinned" not in line]
        lines.append(f"pipeline_environment(app pinned PIN {word} VIA gitops REPOSITORY {self.repository} PATH pinned/app)")
        path.write_text("\n".join(lines) + "\n")
        tree.commit(f"pin {word}")
        tree.configure()
        tree.run("publish")
        return len(lines)

    def test_a_pinned_commit_goes_there_and_nothing_else_moves_it(self):
        tree = self.made()
        first = tree.git("rev-parse", "HEAD")
        line = self.pinned(tree, first)
        self.assertEqual(self.deployed(self.pass_of(tree, "pinned")), [("app/pinned", "deployed")])
        self.assertEqual(self.runs("pinned")["commit"], first)
        self.next(tree, "two")
        tree.tag("v9.0.0")
        done = self.pass_of(tree)
        self.assertNotIn("app/pinned", [name for name, _ in self.deployed(done)])
        for words in (("promote", "app", "pinned", "--commit", "HEAD"), ("run", "app.deploy-pinned")):
            refused = tree.cicd(*words, status=5)
            self.assertIn("this environment takes only the artifact that its PIN names", refused.all)
            self.assertIn(f"declared at: CMakeLists.txt:{line}", refused.all.replace("  ", " ").replace(":  ", ": "))
            self.assertIn(f"PIN {first}", refused.all)
        self.assertEqual(self.runs("pinned")["commit"], first)

    def test_it_is_moved_back_to_an_older_one_by_its_tag_where_the_gates_let_it(self):
        tree = self.made()
        tree.tag("v1.0.0")
        first = tree.git("rev-parse", "HEAD")
        second = self.next(tree, "two")
        tree.tag("v1.1.0")
        self.pinned(tree, "v1.1.0")
        self.pass_of(tree, "pinned")
        self.assertEqual((self.runs("pinned")["commit"], self.runs("pinned")["tag"]), (second, "v1.1.0"))
        self.pinned(tree, "v1.0.0")
        back = self.actions(tree, "pinned")["app/pinned"]
        self.assertEqual((back["action"], back["tag"], back["reasons"]), ("deploy", "v1.0.0", ["PIN v1.0.0"]))
        tree.cicd("yank", "app", "v1.0.0", "--reason", "loses orders")
        self.assertEqual(self.actions(tree, "pinned")["app/pinned"]["rule"], "yanked")
        tree.cicd("yank", "app", "v1.0.0", "--lift", "--reason", "it does not")
        self.assertEqual(self.deployed(self.pass_of(tree, "pinned")), [("app/pinned", "deployed")])
        self.assertEqual((self.runs("pinned")["commit"], self.runs("pinned")["tag"]), (first, "v1.0.0"))
        self.assertEqual(self.pass_of(tree, "pinned")["deployed"], [])

    def test_a_tag_is_that_of_the_remote_and_one_that_is_not_there_is_named_with_the_nearest(self):
        tree = self.made()
        tree.tag("v1.0.0")
        tree.git("tag", "v9.9.9")
        self.pinned(tree, "v9.9.9")
        unknown = json.loads(tree.cicd("reconcile", "--plan", "--json", "pinned", status=2).stdout)["targets"][0]
        self.assertEqual((unknown["action"], unknown["why"]["text"]), ("unknown", "PIN: the repository of the sources has no such tag"))
        self.pinned(tree, "v1.0.1")
        refused = tree.cicd("reconcile", "--plan", "pinned", status=2).stderr
        self.assertEqual(fleet.harness.note_in(refused, "did you mean"), "v1.0.0")
        tree.git("push", "--quiet", "upstream", "v9.9.9")
        self.pinned(tree, "v9.9.9")
        self.assertEqual(self.actions(tree, "pinned")["app/pinned"]["action"], "deploy")

    def test_promote_takes_what_is_pinned_without_being_told(self):
        tree = self.made()
        tree.tag("v1.0.0")
        first = tree.git("rev-parse", "HEAD")
        self.next(tree, "two")
        self.pinned(tree, "v1.0.0")
        tree.cicd("promote", "app", "pinned")
        self.assertEqual(self.runs("pinned")["commit"], first)

    def test_a_tag_that_is_not_here_is_not_known(self):
        tree = self.made()
        self.pinned(tree, "v7.0.0")
        [target] = self.pass_of(tree, "--plan", "pinned", status=2)["targets"]
        self.assertEqual(target["action"], "unknown")
        self.assertIn("a tag that was pushed", json.dumps(target["why"]))
        self.assertIn("PIN names a tag that this clone does not have: 'v7.0.0'", tree.cicd("run", "app.deploy-pinned", status=2).all)

    def test_an_older_checkout_without_the_pin_does_not_undo_it(self):
        tree = self.made(more="pipeline_environment(app pinned FROM stage VIA gitops REPOSITORY {folder}/manifests.git PATH pinned/app)\n".replace("{folder}", str(self.folder)))
        first = tree.git("rev-parse", "HEAD")
        self.pass_of(tree, "stage")
        second = self.next(tree, "two")
        self.pass_of(tree, "stage")
        self.pinned(tree, first)
        self.pass_of(tree, "pinned")
        self.assertEqual(self.runs("pinned")["commit"], first)
        tree.git("checkout", "--quiet", "--detach", second)
        tree.configure()
        refused = tree.cicd("promote", "app", "pinned", "--commit", second, status=5)
        self.assertIn(f"pinned wants PIN {first}", refused.all)
        self.assertEqual(self.runs("pinned")["commit"], first)


if __name__ == "__main__":
    unittest.main()
