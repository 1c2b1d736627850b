"""A fourth way of deploying, `VIA folder-zip`: a folder of its own and one line."""

import json
import unittest
import zipfile

import harness

CALLS = harness.DEPLOYED.replace("VIA gitops", "VIA folder-zip PATH out/stage")


class FolderZip(harness.Case):
    def test_it_deploys_once_and_then_has_nothing_to_do(self):
        tree = self.committed(CALLS)
        tree.run("app.publish")
        self.assertIn("+ Deployment app-api (app-api.deployment.yaml)", tree.cicd("plan", "deploy-stage").stdout)
        tree.run("deploy-stage")
        zipped = tree.build / "out/stage.zip"
        with zipfile.ZipFile(zipped) as files:
            self.assertIn("replicas: 1", files.read("app-api.deployment.yaml").decode())
            self.assertEqual(sorted(files.namelist()), sorted(path.name for path in (tree.build / "out/stage").glob("*.yaml")))
        before = zipped.stat().st_mtime_ns
        self.assertIn("nothing to do", tree.run("deploy-stage").stdout)
        self.assertEqual(zipped.stat().st_mtime_ns, before)
        status = json.loads(tree.cicd("status", "--json").stdout)["environments"][0]
        self.assertEqual(status["address"], str(zipped))
        self.assertEqual(status["record"]["generation"], 1)
        self.assertEqual(len(json.loads(tree.cicd("history", "--json").stdout)["deployments"]), 1)

    def test_what_is_missing_is_deployed_again(self):
        tree = self.committed(CALLS)
        tree.run("deploy-stage")
        (tree.build / "out/stage.zip").unlink()
        tree.run("deploy-stage")
        self.assertTrue((tree.build / "out/stage.zip").is_file())

    def test_an_option_that_it_does_not_honour_is_refused_when_it_is_declared(self):
        tree = self.tree()
        tree.declare(CALLS.replace("PATH out/stage", "VERIFY ./smoke.sh"))
        done = tree.configure(status=1)
        self.assertIn("app/stage: VERIFY has no meaning without VIA gitops or kubectl or serverless or command: 'VIA folder-zip'", done.all)

    def test_a_command_that_it_does_not_honour_is_refused(self):
        tree = self.tree(CALLS)
        done = tree.cicd("rollback", "app", "stage", status=2)
        self.assertIn("'VIA folder-zip'", done.all)

    def test_a_way_that_is_not_listed_names_those_that_are(self):
        tree = self.tree()
        tree.declare(CALLS.replace("folder-zip", "folder-zap"))
        done = tree.configure(status=1)
        self.assertIn("gitops, render, kubectl, serverless, command or folder-zip", done.all)
        self.assertIn("did you mean: folder-zip", done.all)


if __name__ == "__main__":
    unittest.main()
