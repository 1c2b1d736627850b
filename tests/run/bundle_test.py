"""What runs is what the artifact declares, where and whether is what the build tree that deploys declares: a tag brings both together.
"""

import json
import unittest

import harness

CALLS = """set(REPLICAS 2 CACHE STRING "")
add_pipeline(app LABELS team=one)
pipeline_step(app build COMMAND cp in.txt out.txt INPUTS in.txt OUTPUTS out.txt STAGE build)
pipeline_image(app BASE scratch FILES out.txt=/app/out.txt ENTRYPOINT /app/out.txt)
pipeline_service(app api PORT 8080 REPLICAS ${REPLICAS} ENV GREETING=hello VERSION={version} CONFIG_FILES app.yml=/etc/app.yml)
pipeline_service(app api IN stage REPLICAS 1)
pipeline_cron_job(app sweep SCHEDULE "0 3 * * *" COMMAND /app/sweep)
pipeline_environment(app stage ON branch main VIA render)
pipeline_environment(app prod ON tag v* VIA render MANIFESTS extra/*.yaml)
"""
MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: extra\ndata:\n  text: one\n"


class Bundle(harness.Case):
    def published(self, calls=CALLS):
        """A tree whose commit is in stage, with the tag v1.0.0."""
        tree = self.tree()
        tree.write("in.txt", "one")
        tree.write("app.yml", "level: one\n")
        tree.write("extra/map.yaml", MAP)
        tree.declare(calls)
        tree.commit()
        tree.configure()
        tree.run("app.deploy-stage")
        tree.git("tag", "v1.0.0")
        return tree

    def files(self, tree, environment="prod"):
        folder = tree.build / "rendered" / environment / "app"
        return "\n---\n".join(path.read_text() for path in sorted(folder.rglob("*.yaml")))

    def elsewhere(self, tree, *changes):
        """The same commit, declared by a folder of its own with these replacements."""
        text = (tree.source / "CMakeLists.txt").read_text()
        for old, new in changes:
            self.assertIn(old, text)
            text = text.replace(old, new)
        text = text.replace("add_pipeline(app", f"add_pipeline(app DIRECTORY {tree.source}")
        other = self.tree(name="declares")
        other.write("CMakeLists.txt", text)
        other.commit()
        other.configure()
        harness.shutil.copytree(tree.build / "registry", other.build / "registry")
        return other

    def test_a_commit_that_is_declared_otherwise_here_goes_with_the_values_of_its_artifact(self):
        tree = self.published()
        tree.call([harness.tool("cmake"), "-DREPLICAS=7", tree.build])
        plan = tree.cicd("plan", "app.deploy-prod").stdout
        short = tree.git("rev-parse", "HEAD")[:7]
        self.assertIn(f"what runs is declared by the artifact of {short}: pipeline_service app api: there REPLICAS 2; here REPLICAS 7", plan)
        tree.run("--event", "tag=v1.0.0")
        self.assertIn("replicas: 2", self.files(tree))
        self.assertNotIn("replicas: 7", self.files(tree))
        tree.run("app.deploy-prod")
        self.assertEqual(tree.outcomes(), {"app/deploy-prod": "up-to-date"})

    def test_services_and_cron_jobs_and_labels_and_files_are_those_of_the_artifact(self):
        tree = self.published()
        other = self.elsewhere(tree, ("GREETING=hello", "GREETING=other"), ("LABELS team=one", "LABELS team=two"), ("app sweep", "app tidy"),
                               ("app.yml=/etc/app.yml", "app.yml=/etc/other.yml"))
        other.run("app.deploy-prod")
        text = self.files(other)
        for there, not_there in (("value: hello", "value: other"), ("team: one", "team: two"), ("app-sweep", "app-tidy"), ("/etc/app.yml", "/etc/other.yml")):
            self.assertIn(there, text)
            self.assertNotIn(not_there, text)

    def test_the_contents_of_files_are_those_of_the_artifact(self):
        tree = self.published()
        for name, content in (("app.yml", "level: two\n"), ("extra/map.yaml", MAP.replace("one", "two"))):
            tree.write(name, content)
        tree.run("app.deploy-prod", "--allow-dirty", "prod")
        self.assertIn("level: one", self.files(tree))
        self.assertIn("text: one", self.files(tree))
        self.assertNotIn("two", self.files(tree))

    def test_environments_are_those_of_the_build_tree_that_deploys(self):
        tree = self.published()
        other = self.elsewhere(tree, ("MANIFESTS extra/*.yaml", "NAMESPACE shop"), ("IN stage REPLICAS 1", "IN stage REPLICAS 5"))
        other.run("app.deploy-prod")
        self.assertIn("namespace: shop", self.files(other))
        self.assertNotIn("text: one", self.files(other))

    def test_an_environment_that_was_declared_later_gets_the_values_without_in_and_the_plan_says_so(self):
        tree = self.published()
        short = tree.git("rev-parse", "HEAD")[:7]
        later = "pipeline_environment(app eu ON tag v* VIA render)\npipeline_service(app api IN eu REPLICAS 9)\n"
        other = self.elsewhere(tree, ("pipeline_environment(app prod", later + "pipeline_environment(app prod"))
        self.assertIn(f"eu was not declared when the artifact of {short} was made: the values without IN eu", other.cicd("plan", "app.deploy-eu").stdout)
        other.run("app.deploy-eu")
        self.assertIn("replicas: 2", self.files(other, "eu"))

    def test_values_in_an_environment_that_is_gone_are_left_out(self):
        tree = self.published(CALLS.replace("IN stage REPLICAS 1", "IN stage prod REPLICAS 1"))
        other = self.elsewhere(tree, ("pipeline_environment(app stage ON branch main VIA render)\n", ""), ("IN stage prod REPLICAS 1", "IN prod REPLICAS 4"))
        other.run("app.deploy-prod")
        self.assertIn("replicas: 1", self.files(other))

    def test_files_that_the_artifact_does_not_have_are_not_taken_from_what_is_checked_out(self):
        tree = self.published()
        tree.write("more/map.yaml", MAP)
        other = self.elsewhere(tree, ("extra/*.yaml", "more/*.yaml"))
        refused = other.run("app.deploy-prod", "--allow-dirty", "prod", status=3)
        self.assertIn("MANIFESTS: the artifact of", refused.stderr)
        self.assertFalse((other.build / "rendered/prod").exists())

    def test_the_version_is_the_tag_without_its_v_and_elsewhere_that_of_the_image(self):
        tree = self.published()
        tree.run("app.deploy-prod")
        self.assertIn('value: "1.0.0"', self.files(tree).replace("value: 1.0.0", 'value: "1.0.0"'))
        self.assertIn(tree.git("rev-parse", "HEAD")[:7], self.files(tree, "stage"))
        tree.git("tag", "v1.0.1")
        tree.run("app.deploy-prod")
        self.assertIn("1.0.1", self.files(tree))

    def test_a_push_of_a_commit_that_is_declared_otherwise_is_still_refused(self):
        tree = self.published()
        tree.call([harness.tool("cmake"), "-DREPLICAS=7", tree.build])
        self.assertIn("was declared otherwise", tree.run("app.deploy-stage", status=3).stderr)

    def test_an_environment_more_is_no_other_declaration_for_a_push(self):
        tree = self.published()
        other = self.elsewhere(tree, ("pipeline_environment(app prod", "pipeline_environment(app eu VIA render)\npipeline_environment(app prod"))
        other.run("app.deploy-stage")
        self.assertEqual(other.outcomes()["app/publish"], "up-to-date")


if __name__ == "__main__":
    unittest.main()
