"""Hosts answered for real through Traefik, beside the cluster's other programs: of plain Ingress objects, and of what the driver deploys."""

import http.client
import json
import math
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import harness  # noqa: E402
from harness import deployment, service  # noqa: E402

ADDRESS = "http://127.0.0.1:18100"
CLASS = "cicd-test"
CALLS = """
add_pipeline(orders IMAGE {registry}/{namespace}/orders)
pipeline_step(orders build COMMAND install -D app.bin out/app INPUTS app.bin OUTPUTS out/app STAGE build)
pipeline_image(orders BASE scratch FILES out/app=/app ENTRYPOINT /app ENV VERSION={version})
pipeline_service(orders api PORT 8080 REPLICAS 2 READY /health HOST orders.{namespace}.example.com INGRESS_CLASS {class} ENV APP_ENDPOINT=http://{host})
pipeline_environment(orders prod ON branch main VIA kubectl CONTEXT {context} NAMESPACE {namespace})
pipeline_preview(orders IN prod HOST orders.{slug}.{namespace}.example.com SWEEP ci)
pipeline_canary(orders IN prod SHARE 40%)
"""


def traefik():
    program = Path(subprocess.run([str(harness.HERE / "cluster"), "where", "traefik"], check=True, capture_output=True, text=True).stdout.strip())
    if not os.access(program, os.X_OK):
        raise AssertionError("traefik is not built: ./setup --everything builds it")
    return program


def ingress(name, hosts):
    """`hosts`: pairs of host and the name of a Service."""
    rules = [{"host": host, "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": {"service": {"name": to, "port": {"number": 80}}}}]}}
             for host, to in hosts]
    return {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": name},
            "spec": {"ingressClassName": CLASS, "rules": rules}}


class Hosts(harness.Case):
    """A Traefik that answers for the namespace."""

    def setUp(self):
        super().setUp()
        program = traefik()
        self.apply({"apiVersion": "networking.k8s.io/v1", "kind": "IngressClass", "metadata": {"name": CLASS},
                    "spec": {"controller": "traefik.io/ingress-controller"}})
        log = tempfile.TemporaryFile()
        controller = subprocess.Popen(
            [str(program), "--entryPoints.web.address=127.0.0.1:18100", "--providers.kubernetesIngress=true", "--global.checkNewVersion=false",
             f"--providers.kubernetesIngress.ingressClass={CLASS}", f"--providers.kubernetesIngress.namespaces={self.namespace}"],
            stdout=log, stderr=log)
        for ending in (log.close, controller.wait, controller.kill):
            self.addCleanup(ending)

    def version_at(self, host):
        try:
            status, text = harness.fetch(ADDRESS, host=host)
        except (OSError, http.client.HTTPException):
            return None
        return text if status == 200 else None

    def load_on(self, host, requests):
        with harness.Load(ADDRESS, host=host) as load:
            load.wait(requests)
        self.assertEqual(load.failures, [])
        return load


class Ingress(Hosts):
    def run_two_versions(self):
        for name in ("orders", "preview"):
            self.apply(deployment(name, self.push("orders", VERSION=name)), service(name))
        self.apply(ingress("orders", [("orders.example.com", "orders")]), ingress("preview", [("orders.branch.example.com", "preview")]))
        for name in ("orders", "preview"):
            self.until(f"deployment/{name}", harness.is_available)

    def test_each_host_is_answered_by_its_own_service(self):
        self.run_two_versions()
        for host, version in (("orders.example.com", "orders"), ("orders.branch.example.com", "preview")):
            harness.until(lambda host=host: self.version_at(host), what=f"an answer for {host}")
            load = self.load_on(host, 200)
            self.assertEqual(load.versions, {version: load.total})

    def test_a_host_of_nobody_is_not_found(self):
        self.run_two_versions()
        harness.until(lambda: self.version_at("orders.example.com"), what="an answer")
        self.assertEqual(harness.fetch(ADDRESS, host="other.example.com")[0], 404)


class Deployed(Hosts):
    def test_a_service_its_branch_and_its_canary_are_answered_by_the_right_pods(self):
        orders = self.project(CALLS, **{"class": CLASS})
        host, branch = f"orders.{self.namespace}.example.com", f"orders.fix-click.{self.namespace}.example.com"
        orders.run("orders.deploy-prod")
        self.assert_answered(host, "1")
        orders.git("switch", "--quiet", "--create", "fix-click")
        orders.change(version="2")
        with harness.Load(ADDRESS, host=host) as production:
            orders.make("deploy-branch")
            self.assert_answered(branch, "2")
            self.assert_endpoint(branch)
            orders.make("undeploy-branch")
            harness.until(lambda: harness.fetch(ADDRESS, host=branch)[0] == 404, what="the end of the branch's host")
        self.assertEqual((production.failures, production.versions), ([], {"1": production.total}), "the branch took production's requests")
        orders.cicd("canary", "start", "orders", "prod", "--share", "40%")
        harness.until(lambda: json.loads(self.version_at(host))["version"] == "2", what="the canary at production's host")
        load = self.load_on(host, 1000)
        self.assertLess(abs(load.share("2") - 1 / 3), 4 * math.sqrt(2 / 9 / load.total), load.versions)
        orders.cicd("canary", "end", "orders", "prod")

    def assert_answered(self, host, version):
        """Traefik follows the cluster within a second or two."""
        harness.until(lambda: self.version_at(host), what=f"an answer for {host}")
        self.assertEqual(self.load_on(host, 200).versions.keys(), {version})

    def assert_endpoint(self, host):
        self.assertEqual(harness.fetch(ADDRESS, "/env?APP_ENDPOINT", host=host)[1].strip(), f"http://{host}")


if __name__ == "__main__":
    unittest.main()
