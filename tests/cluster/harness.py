"""Tests on a real cluster: `cluster run DIR python3 <name>_test.py`. What they have in common, on top of tests/run/harness.py:
kubectl as JSON, waiting on watches, images of app.c in the registry, load on a Service, a project with the real driver.

Every case has a namespace of its own, so that cases do not meet. A cluster that is missing is a failure. Knows no case.

    class Orders(harness.Case):
        def test_a_service_answers(self):
            image = self.push("orders", VERSION="1")
            self.apply(harness.deployment("orders", image, replicas=2), harness.service("orders"))
            self.until("deployment/orders", harness.is_available)
            with self.load("orders") as load:
                load.wait(100)
            self.assertEqual(load.versions, {"1": load.total})
"""

import collections
import contextlib
import http.client
import importlib.util
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.parse
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import image as images  # noqa: E402

spec = importlib.util.spec_from_file_location("run_harness", HERE.parent / "run/harness.py")
run = importlib.util.module_from_spec(spec)
spec.loader.exec_module(run)

main = unittest.main
until = run.until

MISSING = "no cluster here: start this test by tests/cluster/cluster run DIR, or by ctest -L cluster"


def registry():
    """The registry that the node pulls from, `<host>:<port>`."""
    found = os.environ.get("CICD_TEST_REGISTRY", "")
    if not found:
        raise AssertionError("CICD_TEST_REGISTRY names no registry that the cluster pulls from and skopeo pushes to" if is_foreign() else MISSING)
    return found


def is_foreign():
    """Whether the cluster is one that was given by CICD_TEST_KUBECONFIG, on whose network we are not."""
    return bool(os.environ.get("CICD_TEST_KUBECONFIG"))


def kubectl(*words, namespace=None, status=0, given=None, timeout=120):
    """Runs kubectl and gives what it printed; `status` None allows any ending."""
    if not os.environ.get("KUBECONFIG"):
        raise AssertionError(MISSING)
    words = [run.tool("kubectl"), *(["--namespace", namespace] if namespace else []), *map(str, words)]
    done = subprocess.run(words, input=given, capture_output=True, text=True, timeout=timeout)
    if status is not None and done.returncode != status:
        raise AssertionError(f"{' '.join(words)}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout if status == 0 else done.stdout + done.stderr


# ---- images ----


class App:
    """app.c, built once for each process of tests."""

    folder = None

    @classmethod
    def program(cls):
        if cls.folder is None:
            cls.folder = tempfile.TemporaryDirectory(prefix="cicd-app-")
            subprocess.run([run.tool("gcc"), "-Os", "-static", "-s", "-o", f"{cls.folder.name}/app", str(HERE / "app.c")], check=True)
        return Path(cls.folder.name) / "app"


def push(repository="app", tag="1", user=None, **variables):
    """Pushes an image of the app with these variables; gives `<registry>/<repository>@<digest>`. Others have another digest."""
    with tempfile.TemporaryDirectory(prefix="cicd-image-") as layout:
        digest = images.write_image(layout, App.program(), variables, user)
        target = f"{registry()}/{repository}"
        subprocess.run([run.tool("skopeo"), "copy", "--quiet", "--preserve-digests", f"oci:{layout}", f"docker://{target}:{tag}"], check=True)
    return f"{target}@{digest}"


# ---- objects as small as they can be ----


def container(image, env=None, ready="/health", **more):
    made = {"name": "app", "image": image, "env": [{"name": name, "value": str(value)} for name, value in (env or {}).items()]}
    if ready:
        made["readinessProbe"] = {"httpGet": {"path": ready, "port": 8080}, "periodSeconds": 1}
    return {**made, **more}


def pod(name, image, env=None, restart="Never", labels=None, spec=None, **more):
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": {"app": name, **(labels or {})}},
            "spec": {"restartPolicy": restart, "containers": [container(image, env, **more)], **(spec or {})}}


def deployment(name, image, replicas=1, env=None, labels=None, spec=None, **more):
    labels = {"app": name, **(labels or {})}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name, "labels": labels},
            "spec": {"replicas": replicas, "selector": {"matchLabels": {"app": name}},
                     "template": {"metadata": {"labels": labels}, "spec": {"containers": [container(image, env, **more)], **(spec or {})}}}}


def service(name, selector=None, port=80, target=8080):
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name},
            "spec": {"selector": selector or {"app": name}, "ports": [{"name": "http", "port": port, "targetPort": target}]}}


# ---- conditions for `until` ----


def is_available(one):
    """A Deployment whose newest template has all its replicas available, and no older one any."""
    status, wanted = one.get("status", {}), one["spec"].get("replicas", 1)
    return (status.get("observedGeneration") == one["metadata"]["generation"]
            and status.get("updatedReplicas", 0) == status.get("availableReplicas", 0) == status.get("replicas", 0) == wanted)


def is_ready(one):
    return any(each["type"] == "Ready" and each["status"] == "True" for each in one.get("status", {}).get("conditions", []))


def state_of(one, container="app"):
    """The state of a pod's container: ("waiting" | "running" | "terminated", its content, the last state's content)."""
    for each in one.get("status", {}).get("containerStatuses", []):
        if each["name"] == container:
            kind, content = next(iter(each["state"].items()))
            return kind, content, next(iter(each.get("lastState", {}).values()), None)
    return "none", {}, None


# ---- watching ----


class Watch:
    """The events of a `kubectl get --watch`, as they come: pairs of type (ADDED, MODIFIED, DELETED) and object."""

    def __init__(self, *words, namespace=None):
        names = ["--namespace", namespace] if namespace else []
        self.process = subprocess.Popen([run.tool("kubectl"), *names, "get", *words, "--watch", "--output-watch-events", "--output=json"],
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.text, self.decoder = "", json.JSONDecoder()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def next(self, end):
        """The next event, or None when it is past `end`, a monotonic time."""
        while True:
            with contextlib.suppress(ValueError):
                event, length = self.decoder.raw_decode(self.text)
                self.text = self.text[length:].lstrip()
                return event["type"], event["object"]
            ready, _, _ = select.select([self.process.stdout], [], [], max(0, end - time.monotonic()))
            data = os.read(self.process.stdout.fileno(), 65536) if ready else b""
            if not data:
                return None
            self.text = (self.text + data.decode()).lstrip()


# ---- load ----


class Load:
    """Requests to one address by some threads until told to end, counted by answer. Each over a connection of its own unless
    `keep_alive`. `pause` is what each thread waits between two requests."""

    def __init__(self, address, path="/", host=None, threads=8, pause=0.005, keep_alive=False, timeout=10):
        self.address, self.path, self.host = urllib.parse.urlsplit(address), path, host
        self.pause, self.keep_alive, self.timeout = pause, keep_alive, timeout
        self.total, self.failures = 0, []  # each failure: (seconds since the start, what)
        self.versions, self.pods, self.statuses = collections.Counter(), collections.Counter(), collections.Counter()
        self.lock, self.ended, self.changed = threading.Lock(), threading.Event(), threading.Condition()
        self.threads = [threading.Thread(target=self.work, daemon=True) for _ in range(threads)]

    def __enter__(self):
        self.started = time.monotonic()
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        for thread in self.threads:
            thread.join()

    def wait(self, requests, seconds=60):
        """Until so many more requests were answered or failed."""
        with self.changed:
            wanted = self.total + requests
            if not self.changed.wait_for(lambda: self.total >= wanted, seconds):
                raise AssertionError(f"{self.total} requests within {seconds} s, {wanted} wanted; failures: {self.failures[:3]}")
        return self

    def share(self, version):
        return self.versions[version] / max(1, sum(self.versions.values()))

    def work(self):
        connection = None
        while not self.ended.is_set():
            try:
                connection = connection or http.client.HTTPConnection(self.address.hostname, self.address.port or 80, timeout=self.timeout)
                headers = {"Host": self.host} if self.host else {}
                connection.request("GET", self.address.path.rstrip("/") + self.path,
                                   headers=headers if self.keep_alive else {**headers, "Connection": "close"})
                answer = connection.getresponse()
                self.count(answer.status, answer.read())
                if self.keep_alive and not answer.will_close:
                    self.ended.wait(self.pause)
                    continue
            except (OSError, http.client.HTTPException) as error:
                self.count(0, repr(error).encode())
            connection.close()
            connection = None
            self.ended.wait(self.pause)

    def count(self, status, body):
        answer = {}
        with contextlib.suppress(ValueError):
            answer = json.loads(body)
        with self.changed:
            self.total += 1
            self.statuses[status] += 1
            if status != 200:
                self.failures.append((round(time.monotonic() - self.started, 3), f"{status} {body[:200].decode(errors='replace')}"))
            elif isinstance(answer, dict) and "version" in answer:
                self.versions[answer["version"]] += 1
                self.pods[answer["pod"]] += 1
            self.changed.notify_all()


def fetch(address, path="/", host=None, timeout=10):
    """One request: status and text."""
    parts = urllib.parse.urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname, parts.port or 80, timeout=timeout)
    try:
        connection.request("GET", parts.path.rstrip("/") + path, headers={"Host": host} if host else {})
        answer = connection.getresponse()
        return answer.status, answer.read().decode(errors="replace")
    finally:
        connection.close()


def is_answering(address):
    try:
        return fetch(address)[0] == 200
    except (OSError, http.client.HTTPException):
        return False


# ---- cases ----

# A service whose image is the app with a VERSION: `Project.version("2")` is another image, `{…}` is filled in by Case.project.
ORDERS = """
add_pipeline(orders IMAGE {registry}/{namespace}/orders)
pipeline_step(orders build COMMAND install -D app.bin out/app INPUTS app.bin OUTPUTS out/app STAGE build)
pipeline_image(orders BASE scratch FILES out/app=/app ENTRYPOINT /app ENV VERSION={version})
pipeline_service(orders api PORT 8080 REPLICAS 2 READY /health)
pipeline_environment(orders stage ON branch main VIA kubectl CONTEXT {context} NAMESPACE {namespace})
"""


class Project(run.Tree):
    """A git repository with a declaration, and its build tree by the real driver."""

    def fill(self, calls, **values):
        self.calls, self.values = calls, values
        shutil.copy(App.program(), self.source / "app.bin")
        (self.source / "out").mkdir(exist_ok=True)
        return self.change()

    def change(self, **values):
        """Other values in the declaration (`version="2"`), committed and configured."""
        self.values.update(values)
        calls = self.calls
        for name, value in self.values.items():
            calls = calls.replace("{" + name + "}", str(value))
        self.declare(calls)
        self.write(".gitignore", "out/\n")
        self.commit(f"values {self.values}")
        self.configure()
        return self


class Case(run.Case):
    """A case with a namespace of its own."""

    def setUp(self):
        super().setUp()
        made = json.loads(kubectl("create", "--filename=-", "--output=json", given=json.dumps(
            {"apiVersion": "v1", "kind": "Namespace", "metadata": {"generateName": "t-"}})))
        self.namespace = made["metadata"]["name"]
        self.addCleanup(kubectl, "delete", "namespace", self.namespace, "--wait=false", status=None)

    # ---- the cluster ----

    def kubectl(self, *words, **how):
        return kubectl(*words, **{"namespace": self.namespace, **how})

    def get(self, what, *words, **how):
        """One object or a list's items, as JSON: `get("deployment/orders")`, `get("pods", "-l", "app=orders")`."""
        found = json.loads(self.kubectl("get", what, *words, "--output=json", **how))
        return found["items"] if found["kind"] == "List" else found

    def exists(self, what, **how):
        return self.kubectl("get", what, "--ignore-not-found", "--output=name", **how) != ""

    def apply(self, *objects):
        """Server-side, strictly, as somebody who is not us."""
        given = json.dumps({"apiVersion": "v1", "kind": "List", "items": list(objects)})
        return self.kubectl("apply", "--server-side", "--field-manager=somebody", "--validate=strict", "--filename=-", given=given)

    def delete(self, what, *words):
        return self.kubectl("delete", what, "--ignore-not-found", "--now", *words)

    def until(self, what, condition, seconds=60, namespace=None):
        """Watches `kind/name` or `kind` until `condition(object)` holds for one, and gives that one."""
        kind, _, name = what.partition("/")
        words = [kind] + ([f"--field-selector=metadata.name={name}"] if name else [])
        end, last = time.monotonic() + seconds, None
        while time.monotonic() < end:
            with Watch(*words, namespace=namespace or self.namespace) as watch:
                while event := watch.next(end):
                    last = event[1]
                    if event[0] != "DELETED" and condition(last):
                        return last
        raise AssertionError(f"{what}: not within {seconds} s; last: {json.dumps((last or {}).get('status'))}")

    def until_gone(self, what, seconds=60):
        self.kubectl("wait", "--for=delete", what, f"--timeout={seconds}s", timeout=seconds + 10)

    def events(self, name=None):
        """The reasons and messages of the namespace's events, of the object `name` or of all."""
        found = self.get("events", *([f"--field-selector=involvedObject.name={name}"] if name else []))
        return [(one["reason"], one["message"]) for one in found]

    def push(self, repository="app", tag="1", **variables):
        return push(f"{self.namespace}/{repository}", tag, **variables)

    def address(self, service, namespace=None):
        """Where a Service answers: its own address, or through the API server when we are not on the cluster's network."""
        namespace, found = namespace or self.namespace, self.get(f"service/{service}", namespace=namespace or self.namespace)
        port = found["spec"]["ports"][0]["port"]
        if not is_foreign():
            return f"http://{found['spec']['clusterIP']}:{port}"
        return f"http://127.0.0.1:{self.proxy()}/api/v1/namespaces/{namespace}/services/{service}:{port}/proxy"

    def proxy(self):
        """The port of a `kubectl proxy` that ends with the case."""
        process = subprocess.Popen([run.tool("kubectl"), "proxy", "--port=0"], stdout=subprocess.PIPE, text=True)
        self.addCleanup(process.wait)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.kill)
        return int(process.stdout.readline().rsplit(":", 1)[1])

    def load(self, service, **how):
        """Load on a Service that has answered once: it has ready pods, and the network knows of it."""
        address = self.address(service)
        until(lambda: is_answering(address), what=f"an answer of service/{service}")
        return Load(address, **how)

    def fetch(self, service, path="/", **how):
        """One request; a Service that the node has no route to yet is waited for."""
        end = time.monotonic() + 10
        while True:
            try:
                return fetch(self.address(service), path, **how)
            except ConnectionRefusedError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)

    def assert_answers(self, service, wanted, path="/"):
        """The node's routes follow the pods within a second or two."""
        text = None

        def answers():
            nonlocal text
            with contextlib.suppress(OSError):
                text = self.fetch(service, path)[1].strip()
                return text == wanted if path != "/" else json.loads(text)["version"] == wanted
            return False
        try:
            until(answers, what=f"{wanted} from {service}")
        except AssertionError as error:
            raise AssertionError(f"{error}; the last answer: {text}") from None

    # ---- the driver ----

    def project(self, calls=ORDERS, name="t", **values):
        """A project whose declaration is `calls` with `{registry}`, `{namespace}`, `{context}`, `{version}` and `values` in it."""
        project = Project(self.folder / name)
        self.trees.append(project)
        context = kubectl("config", "current-context").strip()
        return project.fill(calls, **{"registry": registry(), "namespace": self.namespace, "context": context, "version": "1", **values})
