"""HEALTH argocd against a real Argo CD, beside the cluster's other programs: an Application follows the repository that stage is deployed
to, and prod waits for what its API says. One Argo CD serves all cases."""

import base64
import contextlib
import datetime
import json
import os
import shutil
import ssl
import subprocess
import sys
import tempfile
import unittest
import urllib.error
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import harness  # noqa: E402
from harness import run  # noqa: E402

NAMESPACE, ADDRESS, PASSWORD = "argocd", "https://localhost:18443", "let-admin-in-1234"
PARTS = {
    "argocd-repo-server": ["--disable-tls", "--address=127.0.0.1", "--port=18081", "--metrics-port=18084", "--revision-cache-expiration=1s"],
    "argocd-application-controller": ["--repo-server=127.0.0.1:18081", "--repo-server-plaintext", "--metrics-port=18082",
                                      "--app-resync=3600", "--app-resync-jitter=0"],
    "argocd-server": ["--repo-server=127.0.0.1:18081", "--repo-server-plaintext", "--address=127.0.0.1", "--port=18443", "--metrics-port=18083"],
}
CALLS = """
add_pipeline(orders IMAGE {registry}/{namespace}/orders)
pipeline_step(orders build COMMAND install -D app.bin out/app INPUTS app.bin OUTPUTS out/app STAGE build)
pipeline_image(orders BASE scratch FILES out/app=/app ENTRYPOINT /app ENV VERSION={version})
pipeline_service(orders api PORT 8080 REPLICAS 1 READY /health ENV READY={ready} PATCH deadline.yaml)
pipeline_secret(orders argo PASS_ENV ARGO_TOKEN)
pipeline_environment(orders stage ON branch main VIA gitops REPOSITORY {repository} NAMESPACE {namespace} HEALTH argocd {url} TOKEN secret:argo)
pipeline_environment(orders prod ON tag v* VIA gitops FROM stage {prod})
pipeline_release(orders BRANCHES main VERSIONS semantic)
"""
# Kubernetes gives a rollout up after ten minutes.
DEADLINE = "kind: Deployment\nmetadata: {name: orders-api}\nspec: {progressDeadlineSeconds: 4}\n"


def argocd():
    program = Path(subprocess.run([str(harness.HERE / "cluster"), "where", "argocd"], check=True, capture_output=True, text=True).stdout.strip())
    if not os.access(program, os.X_OK):
        raise AssertionError("Argo CD is not built: ./setup --everything builds it")
    return program


class Argo:
    """Argo CD and its redis as processes that end with this one; `token` is that of an account that may only get applications."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="cicd-argocd-"))
        self.processes = []
        try:
            self.program = argocd()
            self.trust = self.make_certificate()
            self.install()
            self.start("redis", [run.tool("redis-server"), "--port", "16379", "--bind", "127.0.0.1", "--save", "", "--dir", str(self.folder)])
            for name, words in PARTS.items():
                self.start(name, [str(self.program), *words, *([] if name.endswith("repo-server") else [f"--namespace={NAMESPACE}"]),
                                  "--redis=127.0.0.1:16379", "--loglevel=warn"], name)
            harness.until(self.is_up, 60, "Argo CD")
            self.admin = self.call("POST", "/session", {"username": "admin", "password": PASSWORD}, token="")["token"]
            self.token = self.call("POST", "/account/reader/token", {"name": "reader"})["token"]
        except BaseException:
            self.end()
            raise

    def make_certificate(self):
        subprocess.run([run.tool("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "2",
                        "-addext", "subjectAltName=DNS:localhost", "-keyout", str(self.folder / "key.pem"), "-out", str(self.folder / "crt.pem")],
                       check=True, capture_output=True)
        return self.folder / "crt.pem"

    def install(self):
        hashed = subprocess.run([run.tool("htpasswd"), "-nbBC", "4", "", PASSWORD], check=True, capture_output=True, text=True).stdout
        secret = {"server.secretkey": base64.b64encode(os.urandom(32)).decode(), "admin.password": hashed.strip().lstrip(":"),
                  "admin.passwordMtime": "2020-01-01T00:00:00Z", "tls.crt": self.trust.read_text(), "tls.key": (self.folder / "key.pem").read_text()}
        objects = [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}]
        for kind, name, data in (("ConfigMap", "argocd-cm", {"data": {"accounts.reader": "apiKey", "application.resourceTrackingMethod": "label"}}),
                                 ("ConfigMap", "argocd-rbac-cm", {"data": {"policy.csv": "p, reader, applications, get, */*, allow"}}),
                                 ("Secret", "argocd-secret", {"stringData": secret})):
            objects.append({"apiVersion": "v1", "kind": kind, **data, "metadata": {
                "name": name, "namespace": NAMESPACE, "labels": {"app.kubernetes.io/name": name, "app.kubernetes.io/part-of": "argocd"}}})
        harness.kubectl("apply", "--server-side", "--kustomize", f"{self.program}.crds")
        kinds = [f"crd/{kind}.argoproj.io" for kind in ("applications", "applicationsets", "appprojects")]
        # `kubectl wait` fails at a definition that has no conditions yet.
        harness.until(lambda: harness.kubectl("wait", "--for=condition=Established", *kinds, "--timeout=30s", status=None).count("condition met") == 3,
                      what="the kinds of Argo CD")
        project = {"apiVersion": "argoproj.io/v1alpha1", "kind": "AppProject", "metadata": {"name": "default", "namespace": NAMESPACE},
                   "spec": {"sourceRepos": ["*"], "destinations": [{"namespace": "*", "server": "*"}],
                            "clusterResourceWhitelist": [{"group": "*", "kind": "*"}]}}
        harness.kubectl("apply", "--server-side", "--filename=-", given=json.dumps({"apiVersion": "v1", "kind": "List", "items": [*objects, project]}))

    def start(self, name, words, called=""):
        env = {**os.environ, "ARGOCD_BINARY_NAME": called, "ARGOCD_FAKE_IN_CLUSTER": "true", "ARGOCD_GPG_ENABLED": "false"}
        for kind in ("TLS", "SSH", "GPG"):
            env[f"ARGOCD_{kind}_DATA_PATH"] = str(self.folder / kind.lower())
            (self.folder / kind.lower()).mkdir(exist_ok=True)
        with open(self.folder / f"{name}.log", "wb") as log:
            self.processes.append(subprocess.Popen(words, env=env, cwd=self.folder, stdout=log, stderr=log))

    def is_up(self):
        for process in self.processes:
            if process.poll() is not None:
                raise AssertionError(f"{process.args}: {process.returncode}\n{self.words()}")
        with contextlib.suppress(OSError):
            return self.call("GET", "/version", token="", path="/api") is not None

    def words(self):
        return "".join(f"--- {log.name}\n{log.read_text(errors='replace')[-2000:]}" for log in sorted(self.folder.glob("*.log")))

    def call(self, method, what, body=None, token=None, path="/api/v1"):
        token = self.admin if token is None else token
        request = urllib.request.Request(ADDRESS + path + what, method=method, data=None if body is None else json.dumps(body).encode(),
                                         headers={"Content-Type": "application/json", **({"Authorization": "Bearer " + token} if token else {})})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}),
                                             urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=str(self.trust))))
        try:
            with opener.open(request, timeout=30) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{method} {what}: {error.code} {error.read().decode(errors='replace')}\n{self.words()}") from error

    def end(self):
        for process in reversed(self.processes):
            process.kill()
            process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


class Follows(harness.Case):
    @classmethod
    def setUpClass(cls):
        cls.argo = Argo()
        cls.addClassCleanup(cls.argo.end)

    def setUp(self):
        super().setUp()
        self.repository = self.folder / "manifests.git"
        subprocess.run([run.tool("git"), "init", "--quiet", "--bare", "--initial-branch=main", str(self.repository)], check=True)

    # ---- Argo CD ----

    def application(self, repository=None, path="stage/orders", **policy):
        """Follows what stage of the pipeline is deployed to; syncs when it is told to, unless `policy` says otherwise."""
        name = self.namespace
        harness.kubectl("apply", "--server-side", "--filename=-", given=json.dumps({
            "apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": {"name": name, "namespace": NAMESPACE},
            "spec": {"project": "default", "source": {"repoURL": f"file://{repository or self.repository}", "path": path, "targetRevision": "main"},
                     "destination": {"server": "https://kubernetes.default.svc", "namespace": self.namespace}, **policy}}))
        self.addCleanup(harness.kubectl, "delete", "application", name, f"--namespace={NAMESPACE}", "--wait=false", status=None)

    def status(self, refresh=True):
        """What Argo CD says, after it looked at the repository."""
        return self.argo.call("GET", f"/applications/{self.namespace}" + ("?refresh=normal" if refresh else "")).get("status", {})

    def sync(self):
        self.argo.call("POST", f"/applications/{self.namespace}/sync", {"revision": "main"})
        return self.until_status(lambda one: one["sync"]["status"] == "Synced" and one["operationState"]["phase"] == "Succeeded", "the sync")

    def until_status(self, condition, what, seconds=60):
        last = {}

        def holds():
            nonlocal last
            last = self.status()
            return last if last.get("sync", {}).get("revision") == self.tip() and condition(last) else None
        try:
            return harness.until(holds, seconds, what)
        except AssertionError as error:
            raise AssertionError(f"{error}: {json.dumps(last)[:3000]}") from None

    def is_healthy(self, status):
        return status["sync"]["status"] == "Synced" and status["health"]["status"] == "Healthy"

    def tip(self):
        return self.orders.manifests("rev-parse", "main", repository=self.repository)

    # ---- the driver ----

    def made(self, prod="", **values):
        """A commit that stage has, and an application that has not synced it."""
        self.url = f"{ADDRESS}/applications/{NAMESPACE}/{self.namespace}?view=tree"
        project = harness.Project(self.folder / "t")
        self.trees.append(project)
        project.env.update(SSL_CERT_FILE=str(self.argo.trust), ARGO_TOKEN=self.argo.token, no_proxy="localhost", NO_PROXY="localhost")
        project.write("deadline.yaml", DEADLINE)
        self.orders = project.fill(CALLS, **{"registry": harness.registry(), "namespace": self.namespace, "version": "1", "ready": "yes",
                                             "repository": self.repository, "url": self.url, "prod": prod, **values})
        self.orders.run("orders.deploy-stage")
        return self.orders

    def healthy_stage(self, made=True, **how):
        """What stage got is synced by the agent itself, and healthy."""
        if made:
            self.made(**how)
        self.application(syncPolicy={"automated": {"selfHeal": True}})
        return self.until_status(lambda one: self.is_healthy(one) and one["operationState"]["phase"] == "Succeeded", "a healthy stage")

    def release(self, tag, status=0, verb="run", **how):
        self.orders.git("tag", "--force", tag)
        done = self.orders.cicd(verb, "--event", f"tag={tag}", status=status, **how)
        self.assertNotIn(self.argo.token, done.all)
        return done

    def there(self, done):
        return run.note_in(done.stderr, "there")

    def caused_by(self, done):
        return run.note_in(done.stderr, "caused by")

    def seen(self):
        """What the environment's state has, oldest first."""
        return json.loads(self.orders.manifests("show", "main:.cicd/state/stage/orders.json", repository=self.repository))["health"]

    def clone_of(self, repository):
        subprocess.run([run.tool("git"), *run.GIT, "clone", "--quiet", str(repository), str(self.folder / "clone")], check=True)
        return self.folder / "clone"

    def git_in(self, clone, *words):
        subprocess.run([run.tool("git"), *run.GIT, "-C", str(clone), *words], check=True, capture_output=True)

    def assert_prod(self, tag):
        found = self.orders.manifests("show", "main:.cicd/records/prod/orders.json")
        self.assertEqual(json.loads(found)["tag"] if found else None, tag)

    # ---- the cases ----

    def test_prod_waits_until_argo_cd_has_synced_what_stage_got(self):
        self.made()
        self.application()
        self.until_status(lambda one: one["sync"]["status"] == "OutOfSync", "the comparison")
        done = self.release("v1.0.0", status=5)
        self.assertIn("this commit was not healthy in stage yet", done.stderr)
        self.assertEqual(self.there(done), "stage: OutOfSync")
        self.assert_prod(None)
        self.sync()
        self.until_status(self.is_healthy, "a healthy stage")
        self.release("v1.0.0")
        self.assert_prod("v1.0.0")
        # The state that the release wrote into the repository is no change of the application.
        after = self.until_status(self.is_healthy, "the commit of the state")
        self.assertEqual(len(after["history"]), 1)

    def test_a_version_that_never_gets_healthy_never_reaches_prod(self):
        self.healthy_stage()
        self.release("v1.0.0")
        self.orders.change(version="2", ready="never")
        self.orders.run("orders.deploy-stage")
        self.until_status(lambda one: one["sync"]["status"] == "Synced" and one["health"]["status"] == "Progressing", "the bad version")
        said = self.there(self.release("v1.1.0", status=5))
        self.assertRegex(said, "^stage: (Progressing|Degraded)")
        self.until_status(lambda one: one["health"]["status"] == "Degraded", "the end of its patience")
        self.assertRegex(self.there(self.release("v1.1.0", status=5)), "^stage: Degraded")
        self.assertEqual([(each["commit"], each["healthy"]) for each in self.seen()][-1], (self.orders.git("rev-parse", "HEAD"), False))
        self.assert_prod("v1.0.0")
        self.orders.change(version="3", ready="yes")
        self.orders.run("orders.deploy-stage")
        self.until_status(self.is_healthy, "the mended version")
        self.release("v1.1.1")
        self.assert_prod("v1.1.1")

    def test_the_soak_begins_when_argo_cd_was_seen_to_be_healthy(self):
        self.healthy_stage(prod="SOAK 2s")
        before = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
        done = self.release("v1.0.0", status=5)
        self.assertRegex(done.stderr, r"SOAK 2s: healthy in stage for \d+m?s, \d+m?s are missing")
        self.assertGreaterEqual(datetime.datetime.fromisoformat(self.seen()[-1]["since"].replace("Z", "+00:00")), before)
        harness.until(lambda: self.release("v1.0.0", status=None).returncode == 0, what="the end of the soak")
        self.assert_prod("v1.0.0")

    def test_what_argo_cd_does_not_tell_is_unknown_and_lets_nothing_in(self):
        self.made()
        done = self.release("v1.0.0", status=6)
        self.assertEqual(self.caused_by(done), "it has no such application, or the login may not see it (403)")
        self.healthy_stage(made=False)
        done = self.release("v1.0.0", status=6, env={"ARGO_TOKEN": self.argo.token[:-8] + "AAAAAAAA"})
        self.assertEqual(self.caused_by(done), "it does not take the login: TOKEN secret:<name> gives one")
        done = self.release("v1.0.0", status=6, env={"SSL_CERT_FILE": "/dev/null"})
        self.assertIn("it is not known whether stage is healthy", done.stderr)
        self.orders.change(url=self.url.replace("18443", "18444"))
        self.orders.run("orders.deploy-stage")
        done = self.release("v1.0.0", status=6)
        self.assertIn("refused", self.caused_by(done))
        self.assert_prod(None)

    def test_an_application_that_follows_another_repository_says_nothing_of_stage(self):
        self.made()
        other = self.folder / "other.git"
        subprocess.run([run.tool("git"), "clone", "--quiet", "--bare", str(self.repository), str(other)], check=True)
        clone = self.clone_of(other)
        self.git_in(clone, "commit", "--quiet", "--allow-empty", "-m", "another")
        self.git_in(clone, "push", "--quiet")
        self.application(repository=other)
        self.argo.call("GET", f"/applications/{self.namespace}?refresh=normal")
        done = self.release("v1.0.0", status=6)
        self.assertIn("no such commit", self.caused_by(done))

    def test_an_application_that_cannot_be_compared_says_why(self):
        self.made()
        self.application(path="nothing/there")
        harness.until(lambda: self.status().get("conditions"), what="the comparison's error")
        said = self.release("v1.0.0", status=5).stderr
        self.assertIn("nothing/there", said)

    def test_the_label_that_argo_cd_finds_objects_by_is_no_difference(self):
        before = self.healthy_stage()
        found = self.get("deployment/orders-api")
        self.assertEqual(found["metadata"]["labels"]["app.kubernetes.io/instance"], self.namespace)
        after = self.argo.call("GET", f"/applications/{self.namespace}?refresh=hard")["status"]
        self.assertTrue(self.is_healthy(after), after)
        self.assertEqual((len(after["history"]), after["operationState"]), (1, before["operationState"]))
        self.assertEqual(self.get("deployment/orders-api")["metadata"]["generation"], found["metadata"]["generation"])

    def test_a_revert_in_the_repository_is_seen(self):
        self.healthy_stage()
        self.release("v1.0.0")
        self.orders.change(version="2")
        self.orders.run("orders.deploy-stage")
        self.until_status(self.is_healthy, "the second version")
        clone = self.clone_of(self.repository)
        self.git_in(clone, "revert", "--no-edit", "HEAD")
        self.git_in(clone, "push", "--quiet")
        self.until_status(self.is_healthy, "the revert")
        harness.until(lambda: harness.is_available(self.get("deployment/orders-api")), what="the first version")
        self.assert_answers("orders-api", "1")
        done = self.release("v1.1.0", status=5)
        self.assertIn("healthy in stage", done.stderr)
        self.assert_prod("v1.0.0")

    def test_the_token_is_in_no_file_that_the_driver_leaves(self):
        self.healthy_stage()
        self.release("v1.0.0", verb="plan")
        self.release("v1.0.0")
        self.orders.cicd("status")
        for folder in (self.orders.build, self.orders.home, self.repository):
            found = subprocess.run(["grep", "-rl", "--text", self.argo.token, str(folder)], capture_output=True, text=True)
            self.assertEqual((found.returncode, found.stdout), (1, ""))


if __name__ == "__main__":
    unittest.main()
