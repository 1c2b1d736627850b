"""A way that a template brings: the programs lie in the template's folder, and the environments of any pipeline take them."""

import unittest
from pathlib import Path

import harness

DECLARED = """
add_pipeline(app)
pipeline_step(app build SHELL "mkdir -p site && cp in.txt site/index.html" INPUTS in.txt OUTPUTS site/ STAGE build)
pipeline_files(app site AFTER build FILES site/**)
pipeline_environment(app stage ON branch main TEMPLATE web-root SET folder={www} keep=2)
pipeline_environment(app prod ON tag v* FROM stage TEMPLATE web-root SET folder={www} {prod})
"""
OWN = """{"schema": 2, "version": "1.0", "description": "Ours.", "extends": "web-root", "needs": {"no-such-tool": {}}, "calls": [
  ["pipeline_environment", "{pipeline}", "{environment}", "APPROVAL", "required", "VERIFY", "{template}/look", "{environment}"]]}
"""


class WayTemplate(harness.Case):
    def made(self, prod="", declared=DECLARED):
        self.www = self.folder / "www"
        self.www.mkdir()
        tree = self.tree()
        tree.write("in.txt", "one\n")
        tree.declare(declared.format(www=self.www, prod=prod))
        tree.commit("the first")
        tree.set_user()
        return tree

    def served(self, environment="stage"):
        return (self.www / "app" / environment / "current/index.html").read_text()

    def next(self, tree, text):
        tree.write("in.txt", text)
        return tree.commit(text)[:7]

    def test_it_deploys_promotes_and_puts_back(self):
        tree = self.made()
        tree.configure()
        first = tree.git("rev-parse", "HEAD")[:7]
        tree.run("publish")
        self.assertIn("+ index.html", tree.cicd("plan", "deploy-stage").stdout)
        self.assertIn(f"app/stage/current is {first}", tree.run("deploy-stage").stdout)
        self.assertEqual(self.served(), "one\n")
        self.assertIn("nothing to do", tree.run("deploy-stage").stdout)
        tree.tag("v1.0.0")
        tree.run("--event", "tag=v1.0.0")
        self.assertEqual(self.served("prod"), "one\n")
        second = self.next(tree, "two\n")
        tree.run("publish")
        self.assertIn("~ index.html", tree.cicd("plan", "deploy-stage").stdout)
        tree.cicd("reconcile", "stage")
        self.assertEqual(self.served(), "two\n")
        self.assertIn(second, tree.cicd("status").stdout)
        tree.cicd("rollback", "app", "stage")
        self.assertEqual(self.served(), "one\n")
        self.assertEqual(len(list((self.www / "app/stage/releases").glob("*.version"))), 2, "those that are kept")
        self.assertEqual(self.served("prod"), "one\n")

    def test_files_that_the_release_does_not_have_fail_the_plan_as_they_fail_the_deploy(self):
        tree = self.made(declared=DECLARED.replace("keep=2", "keep=2 files=sight"))
        tree.configure()
        tree.run("publish")
        for words in (("plan", "deploy-stage"), ("run", "deploy-stage")):
            self.assertIn("the release has no files of that name", tree.cicd(*words, status=2).all)

    def test_it_is_shown_checked_explained_and_looked_at(self):
        tree = self.made()
        tree.configure()
        shown = tree.cicd("template", "show", "web-root").stdout
        self.assertIn("APPLY {template}/apply {folder} {files} {keep}", shown.replace('"', ""))
        self.assertIn("keep, integer", shown)
        self.assertIn("nothing is wrong", tree.cicd("template", "check", "web-root").stdout)
        explained = tree.cicd("explain", "app.environment.stage").stdout
        self.assertIn("web-root/apply", explained)
        self.assertIn("web-root/template.json", explained)
        self.assertIn("web-root/apply: app/stage, app/prod", tree.cicd("doctor").stdout)
        self.assertIn("no skeleton", tree.cicd("new", "web-root", "orders-api", status=2).all)

    def test_a_catalogue_of_ones_own_extends_it(self):
        tree = self.made(declared=DECLARED.replace("TEMPLATE web-root SET folder={www} {prod}", "TEMPLATE ours SET folder={www}"))
        ours = self.folder / "catalogue/ours"
        ours.mkdir(parents=True)
        (ours / "template.json").write_text(OWN)
        (ours / "look").write_text(f'#!/bin/sh\necho "$1" >> {self.folder}/looked\n')
        (ours / "look").chmod(0o755)
        tree.env["CICD_TEMPLATE_PATH"] = f"{ours.parent}:{Path(__file__).parents[2] / 'templates'}"
        tree.configure()
        tree.run("deploy-stage")
        tree.tag("v1.0.0")
        self.assertIn("approve", tree.run("--event", "tag=v1.0.0", status=5).all)
        tree.cicd("approve", "app", "prod", "--reason", "it was looked at")
        tree.run("--event", "tag=v1.0.0")
        self.assertEqual((self.served("prod"), (self.folder / "looked").read_text()), ("one\n", "prod\n"))
        self.assertRegex(tree.cicd("doctor", status=None).all, "no-such-tool: is not installed, and the template ours needs it")
        (ours / "look").unlink()
        refused = tree.configure(status=1).all
        self.assertIn(f"template ours has no such program: '{ours}/look'", refused)
        self.assertRegex(refused, r"declared at: +CMakeLists.txt:\d+")
        self.assertRegex(refused, rf"in: +{ours}/template.json:2")
        self.assertIn("no such program", tree.run("deploy-stage", status=2).all)
        self.assertIn("no such program", tree.cicd("template", "check", "ours", status=2).all)


if __name__ == "__main__":
    unittest.main()
