"""Services that a job builds, which knows nothing of artifacts: BUILT_BY, and what they bring by MANIFESTS_FROM."""

import json
import subprocess
import unittest

import elsewhere
import harness

TEMPLATE = """
apiVersion: template.openshift.io/v1
kind: Template
metadata: {name: legacy}
parameters:
- {name: IMAGE_TAG, required: true}
- {name: REPLICAS, value: "2"}
objects:
- apiVersion: apps/v1
  kind: Deployment
  metadata: {name: legacy-api}
  spec:
    replicas: ${{REPLICAS}}
    selector: {matchLabels: {app: legacy}}
    template:
      metadata: {labels: {app: legacy}}
      spec:
        containers: [{name: api, image: "registry.example.com/legacy:${IMAGE_TAG}"}]
"""


class BuiltElsewhere(elsewhere.Case):
    # ---- what is built elsewhere, without cicd ----

    def legacy(self, server, parameters="IMAGE_TAG={commit_short}", service="", more="", template=TEMPLATE):
        """A service with a template of its own, which Jenkins builds; nothing of it knows of cicd."""
        self.address, _ = self.registry()
        self.repository = self.folder / "manifests.git"
        subprocess.run([harness.tool("git"), "init", "--quiet", "--bare", "--initial-branch=main", str(self.repository)], check=True)
        self.services = {"legacy": self.tree(name="legacy")}
        legacy = self.services["legacy"]
        self.named(legacy)
        legacy.write("openshift/template.yaml", template)
        commit = legacy.commit("the first")
        fleet = self.tree(name="fleet")
        self.named(fleet)
        self.trust(fleet, self.address)
        brings = f"MANIFESTS_FROM openshift/template.yaml {f'PARAMETERS {parameters}' if parameters else ''}" if template else ""
        self.calls = (f"add_pipeline(legacy CODE {legacy.remote})\n"
                      f"pipeline_image(legacy BUILT_BY jenkins {server.url}/job/legacy REPOSITORY {self.address}/legacy TAG b-{{number}})\n{service}\n"
                      f"pipeline_environment(legacy stage ON branch main VIA gitops REPOSITORY {self.repository} PATH stage/legacy HEALTH committed {brings})\n"
                      f"pipeline_environment(legacy prod FROM stage VIA gitops REPOSITORY {self.repository} PATH prod/legacy {brings})\n{more}")
        self.declare(fleet, self.calls)
        return fleet, commit

    def built(self, server, number, commit, result="SUCCESS", image=True):
        """The job's own image: nothing of this one but a layout that skopeo pushes."""
        server.builds("legacy", (number, result, commit))
        if image:
            layout = self.folder / f"layout-{number}"
            subprocess.run([harness.tool("umoci"), "init", "--layout", str(layout)], check=True, capture_output=True)
            subprocess.run([harness.tool("umoci"), "new", "--image", f"{layout}:b"], check=True, capture_output=True)
            subprocess.run([harness.tool("umoci"), "config", "--image", f"{layout}:b", "--config.label", f"number={number}"], check=True, capture_output=True)
            subprocess.run([harness.tool("skopeo"), "copy", "--quiet", "--dest-tls-verify=false", f"oci:{layout}:b", f"docker://{self.address}/legacy:b-{number}"], check=True)

    def objects(self, environment="stage"):
        return self.trees[0].manifests("grep", "-h", "", "main", "--", environment, repository=self.repository)

    def test_a_job_that_knows_nothing_of_artifacts_makes_them(self):
        server = self.server()
        heard = self.folder / "heard.ndjson"
        fleet, commit = self.legacy(server, more=f"pipeline_notify(COMMAND tee -a {heard})\n")
        server.builds("legacy")
        waits = self.actions(fleet)["legacy/stage"]
        self.assertEqual((waits["action"], waits["rule"]), ("wait", "artifact"))
        self.assertIn("no jenkins build of it yet", waits["why"]["text"])
        self.built(server, 7, commit, "FAILURE", image=False)
        self.assertIn("jenkins build 7 failed: FAILURE", self.actions(fleet)["legacy/stage"]["why"]["text"])
        self.built(server, 8, commit, image=False)
        self.assertIn(f"{self.address}/legacy:b-8 is not there", self.actions(fleet)["legacy/stage"]["why"]["text"])
        refused = fleet.cicd("promote", "legacy", "stage", "--commit", commit, status=5)
        self.assertIn("b-8 is not there", harness.note_in(refused.stderr, "caused by"))
        self.built(server, 8, commit)
        self.assertIn("jenkins build 8 is good", self.actions(fleet)["legacy/stage"]["reasons"])
        self.assertEqual(self.deployed(self.pass_of(fleet)), [("legacy/prod", "deployed"), ("legacy/stage", "deployed")])
        told = [json.loads(line)["services"][0] for line in heard.read_text().splitlines()]
        self.assertEqual([(one["environment"], one["commits"][0]["subject"]) for one in told[-2:]], [("stage", "the first"), ("prod", "the first")])
        text = self.objects()
        self.assertIn(f"image: registry.example.com/legacy:{commit[:7]}", text)
        self.assertIn("replicas: 2", text)
        record = self.runs("stage", "legacy")
        self.assertEqual((record["commit"], record["images"]["image"]["built_from"]), (commit, commit))
        # What it was built by is written down once, beside the image; then the job is not asked any more.
        made = json.loads(fleet.cicd("artifacts", "legacy", "--json").stdout)["commits"][0]["artifact"]
        self.assertEqual((made["checks"], made["images"]["image"]["repository"]),
                         ({f"jenkins {server.url}/job/legacy 8": "passed"}, f"{self.address}/legacy"))
        server.pages.clear()
        self.assertEqual(self.pass_of(fleet)["deployed"], [])
        fleet.cicd("yank", "legacy", commit, "--reason", "loses orders")
        self.built(server, 9, self.services["legacy"].commit("the second"))
        self.pass_of(fleet)
        self.assertIn("loses orders", fleet.cicd("promote", "legacy", "stage", "--commit", commit, status=5).stderr)

    def test_a_rollback_asks_for_what_the_job_built_by_its_digest(self):
        server = self.server()
        fleet, commit = self.legacy(server)
        self.built(server, 8, commit)
        self.pass_of(fleet)
        self.built(server, 9, self.services["legacy"].commit("the second"))
        self.pass_of(fleet)
        fleet.cicd("rollback", "legacy", "prod")
        self.assertEqual(self.runs("prod", "legacy")["commit"], commit)

    def test_what_fails_before_it_is_recorded_is_told_once_and_waits_longer_each_time(self):
        server = self.server()
        heard = self.folder / "heard.ndjson"
        fleet, commit = self.legacy(server, parameters="IMAGE_TAG={commit_short} REPLICS=3", more=f"pipeline_notify(COMMAND tee -a {heard})\n")
        self.built(server, 3, commit)
        done = self.pass_of(fleet, "stage", status=2)
        self.assertEqual(self.deployed(done), [("legacy/stage", "failed")])
        waits = self.actions(fleet)["legacy/stage"]
        self.assertEqual((waits["action"], waits["rule"]), ("wait", "failed deploy"))
        self.assertIn("no template has such a parameter", json.dumps(waits["why"]))
        self.assertIsNotNone(waits["until"])
        told = heard.read_text()
        self.assertEqual(self.pass_of(fleet, "stage")["deployed"], [])
        self.assertEqual(heard.read_text(), told)
        # Declared otherwise it is tried at once.
        self.declare(fleet, self.calls.replace("REPLICS", "REPLICAS"))
        self.assertEqual(self.deployed(self.pass_of(fleet, "stage")), [("legacy/stage", "deployed")])

    def test_a_commit_with_the_image_that_is_there_settles_to_nothing(self):
        server = self.server()
        fleet, commit = self.legacy(server, service="pipeline_service(legacy api PORT 8080)", template="")
        self.built(server, 3, commit)
        self.pass_of(fleet)
        docs = self.services["legacy"].commit("words alone")
        server.builds("legacy", (4, "SUCCESS", docs), (3, "SUCCESS", commit))
        layout = self.folder / "layout-3"
        subprocess.run([harness.tool("skopeo"), "copy", "--quiet", "--dest-tls-verify=false", f"oci:{layout}:b", f"docker://{self.address}/legacy:b-4"], check=True)
        self.assertEqual(self.actions(fleet)["legacy/stage"]["action"], "nothing")
        self.assertEqual(self.pass_of(fleet)["deployed"], [])

    def test_services_may_be_declared_here_for_it(self):
        server = self.server()
        fleet, commit = self.legacy(server, service="pipeline_service(legacy api PORT 8080 REPLICAS 3)", template="")
        self.built(server, 3, commit)
        self.pass_of(fleet)
        self.assertIn("replicas: 3", self.objects())
        self.assertIn(f"{self.address}/legacy:", self.objects())

    def test_what_it_brings_is_that_of_the_commit_and_wrong_parameters_move_nothing(self):
        server = self.server()
        fleet, commit = self.legacy(server, parameters="IMAGE_TAG={commit_short} REPLICS=3")
        self.built(server, 3, commit)
        done = fleet.cicd("reconcile", "stage", status=2)
        self.assertIn("PARAMETERS: no template has such a parameter: 'REPLICS'", done.stderr)
        self.assertEqual(harness.note_in(done.stderr, "did you mean"), "REPLICAS")
        self.assertEqual(self.trees[0].manifests("ls-tree", "-r", "--name-only", "main", repository=self.repository), ".cicd/state/stage/legacy.json",
                         "nothing but that it failed")
        self.declare(fleet, self.calls.replace("REPLICS", "REPLICAS"))
        self.services["legacy"].write("openshift/template.yaml", TEMPLATE.replace("legacy-api", "legacy-web"))
        second = self.services["legacy"].commit("another name")
        self.built(server, 4, second)
        self.pass_of(fleet)
        self.assertIn("name: legacy-web", self.objects())
        self.services["legacy"].git("rm", "--quiet", "openshift/template.yaml")
        third = self.services["legacy"].commit("no template")
        self.built(server, 5, third)
        done = fleet.cicd("reconcile", status=2)
        self.assertIn("the commit has no such file in the repository of CODE: 'openshift/template.yaml'", done.stderr)
        self.assertEqual(self.runs("stage", "legacy")["commit"], second)

    def test_configure_refuses_what_such_a_pipeline_cannot_have(self):
        tree = self.tree()
        job = "BUILT_BY jenkins https://ci.example.com/job/l REPOSITORY registry.example.com/l"
        for calls, said in ((f"add_pipeline(l)\npipeline_image(l {job})", "BUILT_BY needs CODE of add_pipeline()"),
                            ("add_pipeline(l CODE git@h:l.git)", "CODE needs ARTIFACTS, or pipeline_image(… BUILT_BY …)"),
                            (f"add_pipeline(l CODE git@h:l.git)\npipeline_image(l {job} BASE scratch)", "BASE"),
                            (f"add_pipeline(l CODE git@h:l.git)\npipeline_image(l {job})\npipeline_step(l build COMMAND true)", "pipeline_step is declared beside CODE"),
                            ("add_pipeline(l CODE git@h:l.git)\npipeline_image(l BUILT_BY jenkins x REPOSITORY registry.example.com/l)", "BUILT_BY jenkins takes the URL of a job"),
                            ("add_pipeline(l)\npipeline_image(l BASE scratch TAG x)", "TAG needs BUILT_BY"),
                            (f"add_pipeline(l CODE git@h:l.git)\npipeline_image(l {job})\npipeline_environment(l s VIA gitops PARAMETERS A=b)", "PARAMETERS needs MANIFESTS_FROM")):
            with self.subTest(calls):
                tree.declare(calls + "\n")
                self.assertIn(said, tree.configure(status=1).all)


if __name__ == "__main__":
    unittest.main()
