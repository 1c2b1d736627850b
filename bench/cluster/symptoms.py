"""How long a deploy takes from a symptom that the API shows to the line that explains it, for each cause; and how long
`kubectl rollout status` goes on waiting beside it. Knows no gate.

The symptom's time is taken by watches of our own, raw ones, that are open before the deploy begins; that of a crash loop
is the second end of the container, which is before the node calls it so."""

import json
import re
import subprocess
import threading
import time

import harness

CALLS = """
add_pipeline(orders IMAGE {registry}/bench/symptoms)
pipeline_step(orders build COMMAND install -D app.bin out/app INPUTS app.bin OUTPUTS out/app STAGE build)
pipeline_image(orders BASE scratch FILES out/app=/app ENTRYPOINT /app)
pipeline_service(orders api PORT 8080 READY /health {api})
pipeline_environment(orders stage VIA kubectl CONTEXT {context} NAMESPACE {namespace} ON_FAILURE stop PATIENCE {patience})
"""
LIMIT = 10  # seconds that `kubectl rollout status` is given
PATIENCE = " ".join(f"{cause}=1s" for cause in ("crash-loop", "image-pull", "oom", "unschedulable", "probe", "quota", "volume"))


def patch(**pod):
    return json.dumps({"kind": "Deployment", "metadata": {"name": "orders-api"}, "spec": {"template": {"spec": pod}}})


def container(kind, *reasons):
    def condition(one):
        return any(state.get(kind, {}).get("reason") in reasons
                   for each in one.get("status", {}).get("containerStatuses", []) for state in (each["state"], each.get("lastState", {})))
    return "Pod", condition


def ended_again(one):
    return any(each["restartCount"] > 0 and "running" not in each["state"] for each in one.get("status", {}).get("containerStatuses", []))


def unschedulable(one):
    return any(each.get("reason") == "Unschedulable" for each in one.get("status", {}).get("conditions", []))


def refused(words):
    def condition(one):
        return any(each["type"] == "ReplicaFailure" and words in each.get("message", "") for each in one.get("status", {}).get("conditions", []))
    return "ReplicaSet", condition


def event(reason):
    return "Event", lambda one: one["reason"] == reason


class Cause:
    def __init__(self, name, api, symptom, said, prepare=None):
        self.name, self.api, self.symptom, self.said, self.prepare = name, api, symptom, re.compile(said), prepare


def quota(namespace):
    harness.kubectl("create", "quota", "small", "--hard=pods=0", namespace=namespace)


def secret(namespace):
    harness.kubectl("create", "secret", "generic", "db", "--from-literal=user=x", namespace=namespace)


def baseline(namespace):
    harness.kubectl("label", "namespace", namespace, "pod-security.kubernetes.io/enforce=baseline")


CAUSES = [
    Cause("CrashLoopBackOff", "ENV EXIT_CODE=3", ("Pod", ended_again), "ends with a failure of its own"),
    Cause("ImagePullBackOff", "PATCH gone.json", container("waiting", "ErrImagePull", "ImagePullBackOff"), "has no tag or digest"),
    Cause("OOMKilled", "ENV ALLOCATE=200 MEMORY 32Mi", container("terminated", "OOMKilled"), "more memory than its limit"),
    Cause("unschedulable", "CPU 400", ("Pod", unschedulable), "no node has enough free cpu"),
    Cause("failing probe", "ENV READY=never", event("Unhealthy"), "answers with HTTP status 503"),
    Cause("missing ConfigMap", "ENV_FROM config/gone", container("waiting", "CreateContainerConfigError"), "likely cause: +there is no ConfigMap gone"),
    Cause("missing key", "SECRET_ENV URL=db/url", container("waiting", "CreateContainerConfigError"), "Secret db has no key url", secret),
    Cause("quota", "", refused("exceeded quota"), "quota is used up", quota),
    Cause("admission denial", "PATCH host.json", refused("violates PodSecurity"), "Pod Security level forbids", baseline),
    Cause("bad volume", "VOLUMES config:gone=/files", event("FailedMount"), "likely cause: +there is no ConfigMap gone"),
]


class Lines:
    """A program's lines, each with the time at which it came."""

    def __init__(self, words, **how):
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **how)
        self.lines, self.changed = [], threading.Condition()
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        for line in self.process.stdout:
            at = time.monotonic()
            with self.changed:
                self.lines.append((at, line))
                self.changed.notify_all()

    def first(self, wanted, seconds=60):
        """The time of the first line that is wanted."""
        seen, found = 0, None

        def look():
            nonlocal seen, found
            while seen < len(self.lines) and found is None:
                at, line = self.lines[seen]
                found, seen = at if wanted(line) else None, seen + 1
            return found is not None

        with self.changed:
            if not self.changed.wait_for(look, seconds):
                raise AssertionError("not seen; the last lines:\n" + "".join(line[:200] for _, line in self.lines[-30:]))
        return found

    def end(self):
        self.process.kill()
        self.process.wait()
        self.thread.join()
        self.process.stdout.close()


PATHS = {"Pod": "/api/v1/namespaces/{}/pods", "Event": "/api/v1/namespaces/{}/events", "ReplicaSet": "/apis/apps/v1/namespaces/{}/replicasets"}


def watch(kind, namespace):
    return Lines([harness.run.tool("kubectl"), "get", "--raw", PATHS[kind].format(namespace) + "?watch=1"])


def tree_of(case):
    tree = case.project(CALLS, name="symptoms", api="", patience=PATIENCE)
    tree.write("gone.json", patch(containers=[{"name": "api", "image": f"{harness.registry()}/bench/gone:1"}]))
    tree.write("host.json", patch(hostNetwork=True))
    tree.change().run("orders.publish", timeout=600)
    return tree


def measure(tree, cause, peer):
    """Seconds from symptom to explanation; with `peer` also those that `kubectl rollout status` waited from the symptom on."""
    namespace = harness.kubectl("create", "--filename=-", "--output=jsonpath={.metadata.name}", given=json.dumps(
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"generateName": "bench-"}}))
    if cause.prepare:
        cause.prepare(namespace)
    tree.change(api=cause.api, namespace=namespace).run("orders.publish", timeout=600)
    kind, condition = cause.symptom
    watching = watch(kind, namespace)
    deploy = Lines([str(tree.launcher), "run", "orders.deploy-stage"], env=tree.env, cwd=tree.source, stdin=subprocess.DEVNULL)
    try:
        symptom = watching.first(lambda line: condition(json.loads(line)["object"]))
        waited = waits(namespace, symptom) if peer else None
        return deploy.first(cause.said.search) - symptom, waited
    finally:
        deploy.process.wait(60)
        deploy.end()
        watching.end()
        harness.kubectl("delete", "namespace", namespace, "--wait=false")


def waits(namespace, symptom):
    """How long after the symptom kubectl ends, which must be by its limit."""
    words = [harness.run.tool("kubectl"), "--namespace", namespace, "rollout", "status", "deployment/orders-api", f"--timeout={LIMIT}s"]
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode != 0 and "timed out" in done.stderr, f"{done.returncode} {done.stdout}{done.stderr}"
    return time.monotonic() - symptom
