"""A fourth way of deploying, `VIA folder-zip`: a folder of its own and one line."""

import unittest

import harness

CALLS = harness.DEPLOYED.replace("VIA gitops", "VIA folder-zip PATH out/stage")


class FolderZip(harness.Case):
    def test_an_option_that_it_does_not_honour_is_refused_when_it_is_declared(self):
        tree = self.tree()
        tree.declare(CALLS.replace("PATH out/stage", "VERIFY ./smoke.sh"))
        done = tree.configure(status=1)
        self.assertIn("app/stage: VERIFY has no meaning without VIA gitops or kubectl: 'VIA folder-zip'", done.all)

    def test_a_way_that_is_not_listed_names_those_that_are(self):
        tree = self.tree()
        tree.declare(CALLS.replace("folder-zip", "folder-zap"))
        done = tree.configure(status=1)
        self.assertIn("gitops, render, kubectl or folder-zip", done.all)
        self.assertIn("did you mean: folder-zip", done.all)


if __name__ == "__main__":
    unittest.main()
