"""Hosts answered for real: Ingress objects through Traefik as their controller, beside the cluster's other programs."""

import http.client
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


class Ingress(harness.Case):
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
            with harness.Load(ADDRESS, host=host) as load:
                load.wait(200)
            self.assertEqual(load.failures, [])
            self.assertEqual(load.versions, {version: load.total})

    def test_a_host_of_nobody_is_not_found(self):
        self.run_two_versions()
        harness.until(lambda: self.version_at("orders.example.com"), what="an answer")
        self.assertEqual(harness.fetch(ADDRESS, host="other.example.com")[0], 404)


if __name__ == "__main__":
    unittest.main()
