"""Releases on a real cluster: the images of production in a registry of their own, services after those of another pipeline, and functions and
jobs that go with an environment."""

import json
import socket
import subprocess
import unittest

import harness

CALLS = """
add_pipeline(orders IMAGE {registry}/{namespace}/orders)
pipeline_step(orders build COMMAND install -D app.bin out/app INPUTS app.bin OUTPUTS out/app STAGE build)
pipeline_image(orders BASE scratch FILES out/app=/app ENTRYPOINT /app ENV VERSION={version})
pipeline_service(orders api PORT 8080 READY /health AFTER billing/api)
pipeline_environment(orders stage ON branch main VIA kubectl CONTEXT {context} NAMESPACE {namespace})
pipeline_environment(orders prod ON tag "v*" FROM stage IMAGES_IN {other}/prod VIA kubectl CONTEXT {context} NAMESPACE {namespace}-prod CREATE_NAMESPACE)
pipeline_environment(orders eu FROM prod VIA kubectl CONTEXT {context} NAMESPACE {namespace}-eu CREATE_NAMESPACE)
add_pipeline(billing IMAGE {registry}/{namespace}/billing)
pipeline_step(billing build COMMAND install -D app.bin out/billing INPUTS app.bin OUTPUTS out/billing STAGE build)
pipeline_image(billing BASE scratch FILES out/billing=/app ENTRYPOINT /app ENV VERSION=b{version})
pipeline_service(billing api PORT 8080 READY /health)
pipeline_environment(billing stage ON branch main VIA kubectl CONTEXT {context} NAMESPACE {namespace})
pipeline_environment(billing prod ON tag "v*" FROM stage IMAGES_IN {other}/prod VIA kubectl CONTEXT {context} NAMESPACE {namespace}-prod CREATE_NAMESPACE)
pipeline_environment(billing eu FROM prod VIA kubectl CONTEXT {context} NAMESPACE {namespace}-eu CREATE_NAMESPACE)
"""

PARTS = """
add_pipeline(orders IMAGE {registry}/{namespace}/orders)
pipeline_step(orders build SHELL "install -D app.bin out/app && mkdir dist && cp handler.py dist/" INPUTS app.bin handler.py OUTPUTS out/app dist/ STAGE build)
pipeline_image(orders BASE scratch FILES out/app=/app ENTRYPOINT /app ENV VERSION={version})
pipeline_function(orders hook ZIP dist CONFIG serverless.yml)
pipeline_service(orders api PORT 8080 READY /health)
pipeline_environment(orders stage ON branch main VIA kubectl CONTEXT {context} NAMESPACE {namespace})
pipeline_environment(orders stage-hooks OF stage VIA serverless)
pipeline_environment(orders stage-jobs OF stage VIA command STATE {state} APPLY ./apply.sh READ ./read.sh)
pipeline_environment(orders prod ON tag "v*" FROM stage APPROVAL required VIA kubectl CONTEXT {context} NAMESPACE {namespace}-prod CREATE_NAMESPACE)
pipeline_environment(orders prod-hooks OF prod VIA serverless)
pipeline_environment(orders prod-jobs OF prod VIA command STATE {state} APPLY ./apply.sh READ ./read.sh)
"""
APPLY = """#!/bin/sh
set -eu
[ ! -f "$WORLD/fail" ] || { echo "the quota is used up" >&2; exit 1; }
echo "$CICD_VERSION" > "$WORLD/$CICD_ENVIRONMENT"
"""
READ = """#!/bin/sh
if [ -f "$WORLD/$CICD_ENVIRONMENT" ]; then printf '{"schema": 1, "version": "%s"}' "$(cat "$WORLD/$CICD_ENVIRONMENT")"; else echo '{"schema": 1, "version": null}'; fi
"""
SERVERLESS = "service: orders\nprovider:\n  name: aws\n  runtime: python3.12\nfunctions:\n  hook:\n    handler: handler.main\n"


class Release(harness.Case):
    def setUp(self):
        super().setUp()
        self.production = f"{self.namespace}-prod"
        for namespace in (self.production, f"{self.namespace}-eu"):
            self.addCleanup(harness.kubectl, "delete", "namespace", namespace, "--wait=false", "--ignore-not-found", status=None)

    def other_registry(self):
        """One more, on an address that the node takes without TLS."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            host = f"127.0.0.1:{free.getsockname()[1]}"
        config = self.folder / "other.json"
        config.write_text(json.dumps({"version": "0.1", "log": {"level": "error"}, "http": {"addr": host, "secret": "test"},
                                      "storage": {"filesystem": {"rootdirectory": str(self.folder / "other")}}}))
        process = subprocess.Popen([harness.run.tool("docker-registry"), "serve", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(lambda: (process.kill(), process.wait()))
        harness.until(lambda: harness_answers(host), what="the other registry")
        return host

    def deploys_in_order(self, tree):
        """The deploys of the last run, as pairs of what began or ended and its step."""
        return [(one["event"], one["step"]) for one in tree.events() if one["event"] in ("step_started", "step_ended") and "deploy" in one["step"]]

    def image_of(self, pipeline):
        return self.get(f"deployment/{pipeline}-api", namespace=self.production)["spec"]["template"]["spec"]["containers"][0]["image"]

    def test_a_tag_copies_the_images_of_production_and_services_come_after_those_of_another_pipeline(self):
        other = self.other_registry()
        tree = self.project(CALLS, other=other)
        trusted = tree.home / ".config/containers/registries.conf.d/other.conf"
        trusted.parent.mkdir(parents=True)
        trusted.write_text(f'[[registry]]\nlocation = "{other}"\ninsecure = true\n')
        tree.run("deploy-stage")
        self.assert_in_turn(tree, "stage")
        tree.tag("v1.0.0")
        tree.run("--event", "tag=v1.0.0")
        self.assert_in_turn(tree, "prod")
        for pipeline in ("orders", "billing"):
            reference = self.image_of(pipeline)
            self.assertRegex(reference, rf"^{other}/prod/{self.namespace}/{pipeline}:v1\.0\.0@sha256:[0-9a-f]{{64}}$")
            self.until(f"deployment/{pipeline}-api", harness.is_available, namespace=self.production)
            record = json.loads(self.get(f"configmap/cicd.{pipeline}.prod", namespace=self.production)["data"]["record.json"])
            self.assertEqual((record["tag"], record["images"]["image"]["reference"]), ("v1.0.0", reference))
        tree.run("--event", "tag=v1.0.0")
        self.assertEqual(set(tree.outcomes().values()), {"up-to-date"})
        self.assert_eu_follows(tree)

    # ---- parts beside a cluster ----

    def recorded(self, environment, namespace):
        return json.loads(self.get(f"configmap/cicd.orders.{environment}", namespace=namespace)["data"]["record.json"])

    def assert_at(self, tree, environment, version, number, namespace):
        """The cluster, the function and the job of one environment have the same release."""
        self.assertEqual(self.recorded(environment, namespace)["version"], version)
        self.assertEqual((tree.build / f"functions/{environment}-hooks/orders/hook/handler.py").read_text(), f"{number}\n")
        self.assertEqual((self.world / f"{environment}-jobs").read_text().strip(), version)

    def test_an_environment_of_a_cluster_moves_its_functions_and_jobs_with_it(self):
        self.world = self.folder / "world"
        self.world.mkdir()
        tree = self.project(PARTS, state=self.folder / "state")
        tree.env["WORLD"] = str(self.world)
        for name, text in {"handler.py": "1\n", "serverless.yml": SERVERLESS, "apply.sh": APPLY, "read.sh": READ}.items():
            tree.write(name, text, 0o755 if name.endswith(".sh") else 0o644)
        tree.commit("its functions and programs")
        tree.run("deploy-stage")
        first = tree.git("rev-parse", "HEAD")[:7]
        self.assert_at(tree, "stage", first, 1, self.namespace)
        tree.tag("v1.0.0")
        self.assertIn("approve", tree.run("--event", "tag=v1.0.0", status=5).all)
        self.assertFalse((self.world / "prod-jobs").exists())
        tree.cicd("approve", "orders", "prod", "--reason", "it was looked at")
        tree.run("--event", "tag=v1.0.0")
        self.assert_at(tree, "prod", "v1.0.0", 1, self.production)
        # The next release fails in its last part: the environment has failed, and the same again goes on.
        tree.write("handler.py", "2\n")
        second = tree.commit("two")[:7]
        (self.world / "fail").write_text("")
        self.assertIn("the quota is used up", tree.run("deploy-stage", status=1).all)
        self.assertRegex(tree.cicd("status", "orders", "stage").stdout, "stage-jobs: failed")
        (self.world / "fail").unlink()
        tree.run("deploy-stage")
        self.assert_at(tree, "stage", second, 2, self.namespace)
        tree.cicd("rollback", "orders", "stage", "--reason", "loses orders")
        self.assert_at(tree, "stage", first, 1, self.namespace)
        [waits] = [one for one in json.loads(tree.cicd("reconcile", "stage", "--plan", "--json").stdout)["targets"]]
        self.assertEqual((waits["action"], waits["rule"]), ("wait", "hold"))

    def assert_eu_follows(self, tree):
        """What production runs goes on by itself, once."""
        done = json.loads(tree.cicd("reconcile", "--json").stdout)
        self.assertEqual([(one["pipeline"], one["environment"], one["outcome"]) for one in done["deployed"]],
                         [("orders", "eu", "deployed"), ("billing", "eu", "deployed")])
        self.assert_in_turn(tree, "eu")
        for pipeline in ("orders", "billing"):
            record = json.loads(self.get(f"configmap/cicd.{pipeline}.eu", namespace=f"{self.namespace}-eu")["data"]["record.json"])
            self.assertEqual(record["commit"], tree.git("rev-parse", "HEAD"))
        again = json.loads(tree.cicd("reconcile", "--json").stdout)
        self.assertEqual((again["deployed"], {one["action"] for one in again["targets"]}), ([], {"nothing"}))

    def assert_in_turn(self, tree, environment):
        order = self.deploys_in_order(tree)
        ended, began = ("step_ended", f"billing/deploy-{environment}"), ("step_started", f"orders/deploy-{environment}")
        self.assertIn(ended, order)
        self.assertLess(order.index(ended), order.index(began))


def harness_answers(host):
    try:
        return harness.fetch(f"http://{host}", "/v2/")[0] == 200
    except OSError:
        return False


if __name__ == "__main__":
    unittest.main()
