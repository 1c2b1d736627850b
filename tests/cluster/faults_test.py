"""Deploys to a real cluster that fails, refuses, is full, or is used by many at once; and drivers that are killed, stopped, overtaken.
What ails pods is in rollout_test.py."""

import base64
import http.server
import json
import os
import shutil
import signal
import ssl
import subprocess
import threading
import time
import unittest

import harness
from between import Between, Request
from harness import run

CALLS = """
add_pipeline(orders IMAGE {registry}/{namespace}/orders)
pipeline_step(orders build COMMAND install -D app.bin out/app INPUTS app.bin OUTPUTS out/app STAGE build)
pipeline_image(orders BASE scratch FILES out/app=/app ENTRYPOINT /app ENV VERSION={version})
pipeline_service(orders api PORT 8080 REPLICAS {replicas} READY /health START_WITHIN 20s ENV MOOD={mood} {api})
{more}
pipeline_environment(orders stage ON branch main VIA kubectl CONTEXT {context} {place})
"""
VALUES = {"replicas": 1, "mood": "good", "api": "", "more": "", "place": "NAMESPACE {namespace}"}
SETTINGS = "NAMESPACE {namespace} MANIFESTS k8s/*.yaml"


class Faults(harness.Case):
    def orders(self, **values):
        values = {name: str(value).replace("{namespace}", self.namespace) for name, value in {**VALUES, **values}.items()}
        return self.project(CALLS, **values)

    def state(self, key="record.json", namespace=None, environment="stage"):
        return json.loads(self.get(f"configmap/cicd.orders.{environment}", namespace=namespace or self.namespace)["data"][key])

    def lease(self, **where):
        return self.get("lease/cicd.orders.stage", **where)["spec"].get("holderIdentity", "")

    def config(self):
        return json.loads(self.kubectl("config", "view", "--raw", "--minify", "--flatten", "--output=json"))

    def use_config(self, orders, config):
        path = self.folder / "kubeconfig"
        path.write_text(json.dumps(config))
        orders.env["KUBECONFIG"] = str(path)

    def between(self, orders):
        """The project's requests go through a Between from now on."""
        made = Between(self.proxy())
        self.addCleanup(made.close)
        config = self.config()
        config["clusters"][0]["cluster"] = {"server": made.address}
        config["users"][0]["user"] = {}
        self.use_config(orders, config)
        return made

    def settings(self, orders, value):
        """Another value in the team's own ConfigMap: a change that starts no pods."""
        orders.write("k8s/settings.yaml", f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\ndata:\n  value: '{value}'\n")
        orders.commit(f"settings {value}")
        return orders

    def with_settings(self):
        orders = self.orders(place=SETTINGS)
        self.settings(orders, 0).run("orders.deploy-stage")
        return orders

    def assert_deployed(self, orders, generation=None, **data):
        """The record, the objects and the lock are as after a deploy that nothing disturbed."""
        record = self.state()
        self.assertEqual(record["outcome"], "deployed")
        self.assertEqual(record["commit"], orders.git("rev-parse", "HEAD"))
        if generation:
            self.assertEqual(record["generation"], generation)
        if data:
            self.assertEqual(self.get("configmap/settings")["data"], data)
        self.assertEqual(self.lease(), "")

    # ---- an API server that fails ----

    def test_one_request_that_breaks_changes_nothing_in_the_end(self):
        orders = self.with_settings()
        between = self.between(orders)
        self.settings(orders, 1).run("orders.deploy-stage")
        count = len(between.seen)
        self.assertGreater(count, 15)
        breaks = [429, 500, 503, "reset", "lost"]
        for turn in range(12):
            number, how, value = 1 + turn * (count - 1) // 11, breaks[turn % len(breaks)], turn + 2
            between.use(lambda request: how if request.number == number else None)
            done = self.settings(orders, value).run("orders.deploy-stage", status=None)
            broken = between.seen[number - 1]
            with self.subTest(number=number, how=how, request=f"{broken.method} {broken.target}"):
                self.assertEqual(done.returncode, 0, done.all)
                self.assert_deployed(orders, value + 1, value=str(value))

    def test_writes_of_lock_and_state_whose_answers_are_lost_count_once(self):
        orders = self.with_settings()
        between = self.between(orders)
        for path in ("leases/cicd.orders.stage", "configmaps/cicd.orders.stage"):
            for how in ("lost", 503):
                hit = []
                between.use(lambda request: how if request.changes(path) and not hit and not hit.append(1) else None)
                self.settings(orders, f"{how} {path}").run("orders.deploy-stage")
                self.assertTrue(hit, path)
                self.assert_deployed(orders, value=f"{how} {path}")
        self.assertEqual(self.state()["generation"], 5)

    def test_a_request_that_hangs_is_asked_again(self):
        orders = self.with_settings()
        between = self.between(orders)
        hit = []
        between.use(lambda request: "hang" if request.path.endswith("configmaps/settings") and not hit and not hit.append(1) else None)
        self.settings(orders, 1).run("orders.deploy-stage")
        self.assertTrue(hit)
        self.assert_deployed(orders, 2, value="1")

    def test_a_server_that_keeps_failing_is_said_with_what_is_left(self):
        orders = self.with_settings()
        between = self.between(orders)
        between.use(lambda request: 503 if request.changes("configmaps/settings") else None)
        failed = self.settings(orders, 1).run("orders.deploy-stage", status=6)
        for words in ("ConfigMap settings", "HTTP 503", "broken on purpose", "rolled back"):
            self.assertIn(words, failed.all)
        between.use(lambda request: None)
        orders.run("orders.deploy-stage")
        self.assert_deployed(orders, value="1")

    def test_watches_that_are_cut_are_taken_up_again(self):
        orders = self.orders(api="READY_AFTER=1")
        orders.run("orders.publish")
        between = self.between(orders)
        cut = []
        between.use(lambda request: ("cut", 0) if "watch=1" in request.target and not cut.append(1) else None)
        orders.run("orders.deploy-stage")
        self.assertGreater(len(cut), 4)
        self.assert_deployed(orders, 1)

    # ---- a cluster that refuses ----

    def policy(self, name, resource, expression, message):
        """A ValidatingAdmissionPolicy for this case's namespace, in force when this returns."""
        group, _, plural = resource.rpartition("/")
        name, api = f"{name}.{self.namespace}.example.com", "admissionregistration.k8s.io/v1"
        rule = {"apiGroups": [group], "apiVersions": ["v1"], "resources": [plural], "operations": ["CREATE", "UPDATE"]}
        here = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": self.namespace}}}
        self.addCleanup(harness.kubectl, "delete", "validatingadmissionpolicybinding,validatingadmissionpolicy", name, "--ignore-not-found", status=None)
        self.apply({"apiVersion": api, "kind": "ValidatingAdmissionPolicy", "metadata": {"name": name},
                    "spec": {"matchConstraints": {"resourceRules": [rule]}, "validations": [{"expression": expression, "message": message}]}},
                   {"apiVersion": api, "kind": "ValidatingAdmissionPolicyBinding", "metadata": {"name": name},
                    "spec": {"policyName": name, "validationActions": ["Deny"], "matchResources": here}})
        return name

    def until_denied(self, probe):
        given = json.dumps(probe)
        run.until(lambda: "denied" in self.kubectl("apply", "--dry-run=server", "--filename=-", given=given, status=None), what="the policy's force")

    def test_an_admission_policy_that_denies_is_named_and_nothing_is_applied(self):
        name = self.policy("few", "apps/deployments", "object.spec.replicas < 4", "at most three pods, ask the platform team")
        self.until_denied(harness.deployment("probe", "x", replicas=4))
        refused = self.orders(replicas=4).run("orders.deploy-stage", status=5)
        for words in (name, "at most three pods, ask the platform team", "Deployment orders-api"):
            self.assertIn(words, refused.all)
        self.assertEqual([each for each in self.get("all") if not each["metadata"]["name"].startswith("kube")], [])

    def test_a_policy_that_denies_pods_is_explained_at_once_and_put_back(self):
        orders = self.orders()
        orders.run("orders.deploy-stage")
        message = "no bad moods here"
        self.policy("moods", "/pods", "object.spec.containers.all(c, !has(c.env) || c.env.all(e, !has(e.value) || e.value != 'bad'))", message)
        self.until_denied(harness.pod("probe", "x", env={"MOOD": "bad"}))
        orders.change(mood="bad")
        began = time.monotonic()
        failed = orders.run("orders.deploy-stage", status=1)
        self.assertLess(time.monotonic() - began, 30)
        for words in ("denied", message, "rolled back: "):
            self.assertIn(words, failed.all)
        self.assertEqual(self.state()["outcome"], "rolled-back")

    def webhook(self):
        """A webhook of ours, with TLS, that denies every Service."""
        folder = self.folder / "webhook"
        folder.mkdir()
        subprocess.run([run.tool("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                        "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", folder / "key", "-out", folder / "cert"], check=True, capture_output=True)

        class Denying(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                review = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                answer = {"uid": review["request"]["uid"], "allowed": False, "status": {"message": "services need a ticket"}}
                text = json.dumps({"apiVersion": review["apiVersion"], "kind": review["kind"], "response": answer}).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Denying)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "cert", folder / "key")
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return f"https://127.0.0.1:{server.server_address[1]}/", (folder / "cert").read_bytes()

    @unittest.skipIf(harness.is_foreign(), "the cluster does not reach a webhook that the test serves")
    def test_a_webhook_that_denies_is_named_and_nothing_is_applied(self):
        url, certificate = self.webhook()
        name = f"tickets.{self.namespace}.example.com"
        self.addCleanup(harness.kubectl, "delete", "validatingwebhookconfiguration", name, "--ignore-not-found", status=None)
        self.apply({"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration", "metadata": {"name": name}, "webhooks": [
            {"name": name, "admissionReviewVersions": ["v1"], "sideEffects": "None", "failurePolicy": "Fail",
             "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": self.namespace}},
             "rules": [{"apiGroups": [""], "apiVersions": ["v1"], "resources": ["services"], "operations": ["*"]}],
             "clientConfig": {"url": url, "caBundle": base64.b64encode(certificate).decode()}}]})
        self.until_denied(harness.service("probe"))
        refused = self.orders().run("orders.deploy-stage", status=5)
        for words in (name, "services need a ticket", "Service orders-api"):
            self.assertIn(words, refused.all)
        self.assertFalse(self.exists("deployment/orders-api"))

    def test_a_kind_that_may_not_be_read_means_that_nothing_is_removed(self):
        orders = self.orders(more="pipeline_service(orders worker PORT 8080 ALLOW_FROM namespace)")
        orders.run("orders.deploy-stage")
        self.assertIn("NetworkPolicy", {one["kind"] for one in self.state("inventory.json")})
        admin = orders.env["KUBECONFIG"]
        self.log_in_without(orders, "networkpolicies")
        orders.change(more="")
        done = orders.run("orders.deploy-stage")
        self.assertIn("nothing is removed: NetworkPolicy orders-worker could not be read", done.all)
        for each in ("deployment", "service", "networkpolicy"):
            self.assertTrue(self.exists(f"{each}/orders-worker"), each)
        orders.env["KUBECONFIG"] = admin
        orders.run("orders.deploy-stage")
        for each in ("deployment", "service", "networkpolicy"):
            self.until_gone(f"{each}/orders-worker")

    def log_in_without(self, orders, forbidden):
        rights = {"": ["configmaps", "services", "pods", "pods/log", "events", "secrets", "serviceaccounts"], "apps": ["deployments", "replicasets", "statefulsets"],
                  "policy": ["poddisruptionbudgets"], "coordination.k8s.io": ["leases"], "events.k8s.io": ["events"], "networking.k8s.io": ["ingresses", "networkpolicies"],
                  "autoscaling": ["horizontalpodautoscalers"], "batch": ["jobs", "cronjobs"]}
        rules = [{"apiGroups": [group], "resources": [each for each in kinds if each != forbidden], "verbs": ["*"]} for group, kinds in rights.items()]
        api, subject = "rbac.authorization.k8s.io", [{"kind": "ServiceAccount", "name": "ci", "namespace": self.namespace}]
        self.apply({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "ci"}},
                   {"apiVersion": api + "/v1", "kind": "Role", "metadata": {"name": "ci"}, "rules": rules},
                   {"apiVersion": api + "/v1", "kind": "RoleBinding", "metadata": {"name": "ci"}, "subjects": subject, "roleRef": {"apiGroup": api, "kind": "Role", "name": "ci"}})
        config = self.config()
        config["users"][0]["user"] = {"token": self.kubectl("create", "token", "ci").strip()}
        self.use_config(orders, config)

    # ---- a cluster that is full ----

    def test_pods_that_no_node_has_room_for_are_explained_in_the_schedulers_words(self):
        failed = self.orders(api="X=1 CPU 64", place=VALUES["place"] + " PATIENCE unschedulable=1s").run("orders.deploy-stage", status=1)
        for words in ("unschedulable", "nodes are available", "Insufficient cpu", "no node is that large: a pod asks for 64 cpu, and the largest node has",
                      "nothing to return to"):
            self.assertIn(words, failed.all)

    def test_a_full_node_and_a_full_quota_are_offered_max_unavailable(self):
        free = json.loads(harness.kubectl("get", "nodes", "--output=json"))["items"][0]["status"]["allocatable"]["cpu"]
        milli = int(free[:-1]) if free.endswith("m") else int(free) * 1000
        patience = " PATIENCE unschedulable=1s quota=1s"
        orders = self.orders(api=f"X=1 CPU {milli * 6 // 10}m", place=VALUES["place"] + patience)
        orders.run("orders.deploy-stage")
        failed = orders.change(mood="other").run("orders.deploy-stage", status=1)
        for words in ("Insufficient cpu", "MAX_UNAVAILABLE 1", "rolled back"):
            self.assertIn(words, failed.all)
        self.apply({"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "few"}, "spec": {"hard": {"pods": "1"}}})
        self.until("resourcequota/few", lambda one: one.get("status", {}).get("used", {}).get("pods") == "1")
        failed = orders.change(api="X=2").run("orders.deploy-stage", status=1)
        for words in ("quota", "few", "MAX_UNAVAILABLE 1", "rolled back"):
            self.assertIn(words, failed.all)
        orders.change(api="X=2 MAX_UNAVAILABLE 1", place=f"NAMESPACE {self.namespace}").run("orders.deploy-stage")
        self.assert_deployed(orders)

    # ---- killed, stopped, overtaken ----

    PHASES = {
        "locked": lambda request: request.changes("configmaps/cicd.orders.%s"),
        "intended": lambda request: request.changes("configmaps/settings"),
        "half-applied": lambda request: request.changes("deployments/orders-api"),
        "rolling-out": lambda request: "watch=1" in request.target and "deployments" in request.target,
        "while-verifying": lambda request: request.changes("leases/cicd.orders.%s") and '"holderIdentity":""' in request.body,
        "before-pruning": lambda request: request.method == "DELETE" and "orders-worker" in request.target,
        "before-recording": lambda request: request.changes("configmaps/cicd.orders.%s") and '\\"deployed\\"' in request.body,
    }
    PLACES = """
pipeline_environment(orders {name} ON branch main VIA kubectl CONTEXT {context} NAMESPACE {namespace}-{name} CREATE_NAMESPACE MANIFESTS k8s/*.yaml VERIFY true)
"""

    def test_after_a_kill_in_each_phase_the_next_deploy_ends_it(self):
        names = list(self.PHASES)
        context = self.config()["current-context"]
        places = "".join(self.PLACES.replace("{name}", name).replace("{namespace}", self.namespace).replace("{context}", context) for name in names)
        worker = "pipeline_service(orders worker ENV MOOD=good)"
        orders = self.orders(more=worker)
        self.settings(orders, 0).change(more=worker + places)
        for name in names:
            self.addCleanup(harness.kubectl, "delete", "namespace", f"{self.namespace}-{name}", "--wait=false", "--ignore-not-found", status=None)
        orders.run(*[f"orders.deploy-{name}" for name in names])
        between = self.between(orders)
        self.settings(orders, 1).change(mood="better", more=places)
        trees = dict(zip(names, self.copies(orders, len(names), home=orders.home)))
        for name, tree in trees.items():
            self.kill_in(tree, between, name)
        between.use(lambda request: None)
        began = time.monotonic()
        for name, process in [(name, self.started(tree, f"orders.deploy-{name}")) for name, tree in trees.items()]:
            said, _ = process.communicate(timeout=90)
            self.assertEqual(process.returncode, 0, f"{name}: {said}")
        self.assertLess(time.monotonic() - began, 45, "waits at most the lease's 15 s")
        for name in names:
            with self.subTest(killed=name):
                self.assert_ended(f"{self.namespace}-{name}", name)

    def started(self, tree, target):
        return subprocess.Popen([str(tree.launcher), "run", target], env=tree.env, cwd=tree.source, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def kill_in(self, tree, between, name):
        wanted = self.PHASES[name]

        def rule(request):
            shown = Request(request.number, request.method, request.target.replace(f"orders.{name}", "orders.%s"), request.body.encode())
            return "trap" if wanted(shown) and not between.held.is_set() else None

        between.use(rule)
        process = tree.start(tree.launcher, "run", f"orders.deploy-{name}")
        reached = between.held.wait(30)
        process.send_signal(signal.SIGKILL)
        process.wait()
        between.rule = lambda request: "reset"
        between.released.set()
        self.assertTrue(reached, f"{name}: {(tree.root / 'out.txt').read_text()}")

    def assert_ended(self, namespace, name):
        record = self.state(namespace=namespace, environment=name)
        self.assertEqual(record["outcome"], "deployed")
        self.assertEqual(record["generation"], 2 if name == "locked" else 3)
        self.assertEqual(self.get("configmap/settings", namespace=namespace)["data"], {"value": "1"})
        deployments = self.get("deployments", namespace=namespace)
        self.assertEqual([one["metadata"]["name"] for one in deployments], ["orders-api"])
        self.assertIn({"name": "MOOD", "value": "better"}, deployments[0]["spec"]["template"]["spec"]["containers"][0]["env"])
        self.assertTrue(harness.is_available(deployments[0]))
        self.assertEqual({one["name"] for one in self.state("inventory.json", namespace=namespace, environment=name)}, {"orders-api", "settings", namespace})
        self.assertEqual(self.get(f"lease/cicd.orders.{name}", namespace=namespace)["spec"].get("holderIdentity", ""), "")

    def copies(self, orders, count, home=None):
        """More build trees of the same source, as of so many machines: they do not know each other's locks."""
        made = []
        for number in range(count):
            tree = harness.Project(orders.root, build=f"build-{number}", home=home or orders.root / f"home-{number}")
            tree.env["KUBECONFIG"] = orders.env["KUBECONFIG"]
            self.trees.append(tree)
            tree.configure()
            made.append(tree)
        return made

    def test_of_fifty_deploys_at_once_one_does_it_and_the_others_know(self):
        orders = self.with_settings()
        trees = self.copies(orders, 10)
        self.settings(orders, 1)
        for tree in trees:
            tree.run("orders.publish")
        started = [self.started(tree, "orders.deploy-stage") for tree in trees for _ in range(5)]
        said = [one.communicate(timeout=120)[0] for one in started]
        ended = [one.returncode for one in started]
        self.assertLessEqual(set(ended), {0, 3}, [text for text, status in zip(said, ended) if status not in (0, 3)][:1])
        self.assertIn(0, ended)
        for text, status in zip(said, ended):
            if status == 3:
                self.assertRegex(text, "another deploy is running: '?.+, run ")
        self.assert_deployed(orders, 2, value="1")

    def test_a_run_that_slept_past_its_lease_is_fenced_off(self):
        orders = self.orders(place=SETTINGS)
        self.settings(orders, 0).run("orders.deploy-stage")
        second = self.copies(orders, 1)[0]
        between = self.between(orders)
        stopped = threading.Event()

        def stop():
            process.send_signal(signal.SIGSTOP)
            stopped.set()

        between.use(lambda request: stop if request.changes("configmaps/settings") and not stopped.is_set() else None)
        self.settings(orders, 1)
        orders.change(mood="first").run("orders.publish")
        process = orders.start(orders.launcher, "run", "orders.deploy-stage")
        self.addCleanup(process.kill)
        self.assertTrue(stopped.wait(30))
        self.settings(orders, 2)
        second.values, second.calls = dict(orders.values), orders.calls
        second.change(mood="second").run("orders.deploy-stage", timeout=90)
        process.send_signal(signal.SIGCONT)
        self.assertEqual(process.wait(60), 3, (orders.root / "out.txt").read_text())
        said = (orders.root / "out.txt").read_text()
        for words in ("lost the lock", "nothing was put back"):
            self.assertIn(words, said)
        self.assert_deployed(second, 3, value="2")
        env = self.get("deployment/orders-api")["spec"]["template"]["spec"]["containers"][0]["env"]
        self.assertIn({"name": "MOOD", "value": "second"}, env)

    def test_a_stalled_older_run_does_not_overtake_a_newer_one(self):
        orders = self.with_settings()
        newer = self.folder / "newer"
        between = self.between(orders)
        self.settings(orders, 1).run("orders.publish")
        shutil.copytree(orders.source, newer / "source", symlinks=True)
        between.use(lambda request: "hold" if request.changes("leases/cicd.orders.stage") and not between.held.is_set() else None)
        process = orders.start(orders.launcher, "run", "orders.deploy-stage")
        self.addCleanup(process.kill)
        self.assertTrue(between.held.wait(30), (orders.root / "out.txt").read_text())
        other = harness.Project(newer)
        self.trees.append(other)
        other.env["KUBECONFIG"] = os.environ["KUBECONFIG"]
        self.settings(other, 2).configure()
        other.run("orders.deploy-stage")
        between.released.set()
        self.assertEqual(process.wait(60), 3, (orders.root / "out.txt").read_text())
        self.assertIn("superseded", (orders.root / "out.txt").read_text())
        self.assert_deployed(other, 2, value="2")

    # ---- several clusters ----

    def two_clusters(self, orders):
        """Two contexts, each with a namespace of its own."""
        spaces = {}
        config = self.config()
        context = config["contexts"][0]["context"]
        config["contexts"] = []
        for name in ("first", "second"):
            spaces[name] = f"{self.namespace}-{name}"
            harness.kubectl("create", "namespace", spaces[name])
            self.addCleanup(harness.kubectl, "delete", "namespace", spaces[name], "--wait=false", status=None)
            config["contexts"].append({"name": name, "context": {**context, "namespace": spaces[name]}})
        config["current-context"] = "first"
        self.use_config(orders, config)
        return spaces

    def test_a_canary_in_two_clusters_ends_in_both(self):
        orders = self.orders(context="first second", place="", more="pipeline_canary(orders IN stage SHARE 50%)")
        self.two_clusters(orders)
        orders.run("orders.deploy-stage")
        orders.git("switch", "--quiet", "--create", "fix")
        orders.change(mood="better").cicd("canary", "start", "orders", "stage")
        said = orders.cicd("canary", "end", "orders", "stage").stdout
        for name in ("first", "second"):
            self.assertIn(f"the canary of fix in {name} ended", said)
        self.assertIn("no canary runs here", orders.cicd("canary", "end", "orders", "stage", status=2).stderr)

    def test_the_second_cluster_begins_when_the_first_is_healthy(self):
        orders = self.orders(context="first second", place="PATIENCE crash-loop=1s", api="READY_AFTER=1")
        spaces = self.two_clusters(orders)
        orders.run("orders.deploy-stage")
        ready = [self.ready_at(spaces["first"]), self.get("deployment/orders-api", namespace=spaces["second"])["metadata"]["creationTimestamp"]]
        self.assertEqual(ready, sorted(ready))
        failed = orders.change(api="EXIT_CODE=3").run("orders.deploy-stage", status=1)
        self.assertIn("rolled back", failed.all)
        self.assertRegex(failed.all, "(?s)not begun.+second")
        self.assertEqual([self.state(namespace=spaces[name])["outcome"] for name in spaces], ["rolled-back", "deployed"])
        self.assertEqual(self.state(namespace=spaces["second"])["generation"], 1)

    def ready_at(self, namespace):
        conditions = self.get("deployment/orders-api", namespace=namespace)["status"]["conditions"]
        return next(one["lastTransitionTime"] for one in conditions if one["type"] == "Available")

    # ---- kinds that we do not know ----

    def definition(self):
        group = f"{self.namespace}.example.com"
        self.addCleanup(harness.kubectl, "delete", "crd", f"services.{group}", "--ignore-not-found", "--wait=false", status=None)
        schema = {"type": "object", "properties": {"spec": {"type": "object", "properties": {"size": {"type": "integer"}}}}}
        return {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": f"services.{group}"},
                "spec": {"group": group, "scope": "Namespaced", "names": {"plural": "services", "kind": "Service"},
                         "versions": [{"name": "v1", "deprecated": True, "deprecationWarning": "v1 is old, use v2", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}]}}

    def test_kinds_that_only_the_cluster_knows_are_planned_applied_and_pruned(self):
        """Even one that bears the kind and the name of an object of ours."""
        group = f"{self.namespace}.example.com"
        orders = self.orders(place=SETTINGS)
        foreign = {"apiVersion": f"{group}/v1", "kind": "Service", "metadata": {"name": "orders-api"}, "spec": {"size": 1}}
        orders.write("k8s/a-service.yaml", json.dumps(foreign))
        orders.commit("a service of another group")
        orders.run("orders.publish")
        unknown = orders.run("orders.deploy-stage", status=2)
        self.assertIn(f"the cluster does not have the kind Service.{group}", unknown.all)
        orders.write("k8s/definition.yaml", json.dumps(self.definition()))
        orders.commit("its definition")
        said = orders.cicd("plan", "orders.deploy-stage").stdout
        for words in ("+ CustomResourceDefinition", f"+ Service.{group} orders-api", "+ Service orders-api", "+ Deployment orders-api"):
            self.assertIn(words, said)
        orders.run("orders.deploy-stage")
        found = self.get(f"services.{group}/orders-api")
        self.assertEqual(found["metadata"]["labels"]["cicd.dev/pipeline"], "orders")
        self.assertIn("nothing to do", orders.run("orders.deploy-stage").all)
        orders.write("k8s/a-service.yaml", json.dumps({**foreign, "spec": {"size": 2}}))
        orders.commit("larger")
        said = orders.cicd("plan", "orders.deploy-stage").stdout
        for words in ("spec.size: 1 → 2", f"! Service.{group} orders-api: v1 is old, use v2"):
            self.assertIn(words, said)
        (orders.source / "k8s/a-service.yaml").unlink()
        (orders.source / "k8s/definition.yaml").unlink()
        self.settings(orders, 1).run("orders.deploy-stage")
        self.until_gone(f"services.{group}/orders-api")
        self.assertTrue(self.exists("service/orders-api"))
        self.assertTrue(self.exists(f"crd/services.{group}"))


if __name__ == "__main__":
    harness.main(verbosity=2)
