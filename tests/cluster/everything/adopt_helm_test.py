"""Coming over from a chart that real helm installed, with everything that a chart usually has, under load."""

import os
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import harness  # noqa: E402
import adopt_test  # noqa: E402

CHART = {
    "Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\nappVersion: \"1\"\n",
    "values.yaml": "image: \"\"\nreplicas: 3\nlevel: info\n",
    "templates/_helpers.tpl": """{{- define "web.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}
{{- define "web.labels" -}}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{ include "web.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}
""",
    "templates/all.yaml": """apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ .Release.Name }}-web
  labels: {{- include "web.labels" . | nindent 4 }}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-web
  labels: {{- include "web.labels" . | nindent 4 }}
data:
  LEVEL: {{ .Values.level }}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}-web
  labels: {{- include "web.labels" . | nindent 4 }}
spec:
  replicas: {{ .Values.replicas }}
  selector:
    matchLabels: {{- include "web.selector" . | nindent 6 }}
  template:
    metadata:
      annotations:
        checksum/config: {{ .Values.level | sha256sum }}
      labels: {{- include "web.labels" . | nindent 8 }}
    spec:
      serviceAccountName: {{ .Release.Name }}-web
      securityContext: {runAsUser: 1000, fsGroup: 1000}
      containers:
        - name: {{ .Chart.Name }}
          image: {{ .Values.image }}
          args: []
          ports: [{name: http, containerPort: 8080, protocol: TCP}]
          envFrom: [{configMapRef: {name: {{ .Release.Name }}-web}}]
          livenessProbe: {httpGet: {path: /health, port: http}, initialDelaySeconds: 2}
          readinessProbe: {httpGet: {path: /health, port: http}, periodSeconds: 1}
          resources: {requests: {cpu: 10m, memory: 16Mi}, limits: {memory: 64Mi}}
          volumeMounts: [{name: cache, mountPath: /cache}]
      volumes: [{name: cache, emptyDir: {}}]
---
apiVersion: v1
kind: Service
metadata:
  name: {{ .Release.Name }}-web
  labels: {{- include "web.labels" . | nindent 4 }}
spec:
  type: ClusterIP
  ports: [{port: 80, targetPort: http, protocol: TCP, name: http}]
  selector: {{- include "web.selector" . | nindent 4 }}
---
apiVersion: batch/v1
kind: CronJob
metadata:
  name: {{ .Release.Name }}-close
  labels: {{- include "web.labels" . | nindent 4 }}
spec:
  schedule: "0 3 * * *"
  concurrencyPolicy: Forbid
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers: [{name: close, image: {{ .Values.image }}, args: [job]}]
""",
}


def helm():
    program = Path(subprocess.run([str(harness.HERE / "cluster"), "where", "helm"], check=True, capture_output=True, text=True).stdout.strip())
    if not os.access(program, os.X_OK):
        raise AssertionError("helm is not built: ./setup --everything builds it")
    return program


class RealHelm(adopt_test.Coming):
    def helm(self, *words, status=0):
        done = subprocess.run([str(helm()), "--namespace", self.namespace, *map(str, words)], capture_output=True, text=True, timeout=120,
                              env={**os.environ, "HELM_CACHE_HOME": str(self.folder / "helm"), "HELM_CONFIG_HOME": str(self.folder / "helm"),
                                   "HELM_DATA_HOME": str(self.folder / "helm")})
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def install(self):
        chart = self.folder / "chart"
        for name, text in CHART.items():
            (chart / name).parent.mkdir(parents=True, exist_ok=True)
            (chart / name).write_text(text)
        image = self.push("shop/web", VERSION="1")
        self.helm("install", "shop", chart, "--set", f"image={image}", "--set", "level=debug")
        self.helm("upgrade", "shop", chart, "--set", f"image={image}", "--set", "level=info")
        self.wait_for_web()

    def test_a_chart_comes_over_and_helm_uninstall_deletes_nothing(self):
        self.install()
        declaration, files, said = self.adopt("--release", "shop")
        shop = self.adopted_project(declaration, files)
        shop.run("shop.publish")
        plan = shop.cicd("plan", "shop.deploy-prod").stdout
        self.assertIn("taken over from helm", plan)
        with self.load("shop-web") as load:
            shop.run("shop.deploy-prod", timeout=240)
            load.wait(100)
            self.assertIn("not found", self.helm("uninstall", "shop", status=1))
            load.wait(200)
        self.assertEqual(load.failures, [])
        self.assertEqual(set(load.versions), {"1", "2"})
        for what in ("deployment/shop-web", "service/shop-web", "configmap/shop-web", "serviceaccount/shop-web", "cronjob/shop-close"):
            self.assertEqual({one for one in self.managers(what) if one[0] == "helm"}, set(), what)
        self.assertEqual(self.helm("list", "--short").strip(), "")
        self.assertIn("nothing to do", shop.run("shop.deploy-prod").stdout)

    def test_the_release_can_be_given_back(self):
        self.install()
        declaration, files, _ = self.adopt("--release", "shop")
        said = self.adopted_project(declaration, files).run("shop.deploy-prod", timeout=240).all
        self.assertIn("owner=cicd-detached,name=shop owner=helm --overwrite", said)
        self.kubectl("label", "secret", "--selector=owner=cicd-detached,name=shop", "owner=helm", "--overwrite")
        self.assertEqual(self.helm("list", "--short").strip(), "shop")


if __name__ == "__main__":
    unittest.main(verbosity=2)
