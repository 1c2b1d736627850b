"""Deploys to a real cluster: what is planned, applied, recorded, refused, put back and held."""

import contextlib
import itertools
import json
import signal
import subprocess
import time
import unittest

import harness
from harness import run

CALLS = """
add_pipeline(orders IMAGE {registry}/{namespace}/orders)
pipeline_step(orders build COMMAND install -D app.bin out/app INPUTS app.bin OUTPUTS out/app STAGE build)
pipeline_image(orders BASE scratch FILES out/app=/app ENTRYPOINT /app ENV VERSION={version})
pipeline_service(orders api PORT 8080 REPLICAS {replicas} READY /health START_WITHIN 20s ENV MOOD={mood} {api})
{more}
pipeline_environment(orders stage ON branch main VIA kubectl CONTEXT {context} NAMESPACE {namespace} {place})
"""
VALUES = {"replicas": 2, "mood": "good", "api": "", "more": "", "place": ""}


# Every option that adds a field of its own, or changes one that has a default.
WHOLE = """X=1 SERVICE_ACCOUNT powerful CPU 10m CPU_LIMIT 900m MEMORY_LIMIT 96Mi READ_ONLY_ROOT on USER 10002 GRACE 45s DRAIN 1s LIVE /health
  MAX_UNAVAILABLE 1 MAX_SURGE 2 SPREAD off DISRUPTIONS 2 ALLOW_FROM namespace NODE_SELECTOR kubernetes.io/os=linux TOLERATIONS a=b:NoSchedule
  ANNOTATIONS example.com/a=b VOLUMES empty:1Mi=/cache config:settings=/settings PORTS metrics=9090 ENV_FROM config/settings
  CONFIG_FILES README.md=/etc/readme SECRET_ENV TOKEN=tokens/a HOST {namespace}.example.com TLS tls INGRESS_CLASS other
  INGRESS_ANNOTATIONS example.com/c=d PATCH patch.yaml"""
LESS = "X=1 CPU 10m HOST {namespace}.example.com"
CRON = """pipeline_cron_job(orders close SCHEDULE "0 3 1 1 *" COMMAND /app job {close})"""
WHOLE_CRON = "CONCURRENCY allow DEADLINE 10m START_WITHIN 5m RETRIES 2 HISTORY 5 TIME_ZONE Europe/Berlin SERVICE_ACCOUNT powerful ENV A=b MEMORY 32Mi"
# What no keyword says.
PATCH = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: orders-api}
spec:
  minReadySeconds: 1
  revisionHistoryLimit: 3
  progressDeadlineSeconds: 500
  template:
    spec:
      dnsPolicy: Default
      dnsConfig: {options: [{name: ndots, value: "2"}]}
      enableServiceLinks: false
      shareProcessNamespace: true
      hostAliases: [{ip: 10.1.2.3, hostnames: [somewhere]}]
      containers:
      - name: api
        terminationMessagePolicy: FallbackToLogsOnError
        workingDir: /
        imagePullPolicy: Always
---
apiVersion: v1
kind: Service
metadata: {name: orders-api}
spec: {type: NodePort, externalTrafficPolicy: Local, sessionAffinity: ClientIP, publishNotReadyAddresses: true}
"""


def declared(one):
    """What was asked for and what follows from it, without what the server gives to each object for itself."""
    own = {"clusterIP", "clusterIPs", "status", "managedFields", "resourceVersion", "uid", "generation", "creationTimestamp", "namespace",
           "deployment.kubernetes.io/revision"}
    if isinstance(one, dict):
        return {key: declared(value) for key, value in one.items() if key not in own and value not in ({}, None)}
    return [declared(each) for each in one] if isinstance(one, list) else one


class Routed(harness.Load):
    """Load by the Service that `route` gives, which is asked for each request; None is a failure, and so is a Service without a
    ready pod when it comes. How soon the node's own network knows of it is not what is tried: a controller goes to the pods."""

    def __init__(self, case, route):
        super().__init__("http://127.0.0.1", threads=4)
        self.case, self.route, self.known, self.services = case, route, {}, []

    def work(self):
        while not self.ended.is_set():
            try:
                name = self.route()
                with self.lock:
                    if name and name not in self.known:
                        self.begin(name)
                self.count(*(item if isinstance(item, int) else item.encode() for item in harness.fetch(self.known[name])))
            except (OSError, KeyError, harness.http.client.HTTPException) as error:
                self.count(0, repr(error).encode())
            self.ended.wait(self.pause)

    def begin(self, name):
        slices = self.case.get("endpointslices", "-l", f"kubernetes.io/service-name={name}")
        if not any(pod["conditions"].get("ready") for one in slices for pod in one.get("endpoints") or []):
            raise OSError(f"{name} is routed to before a pod of it is ready")
        self.known[name] = self.case.address(name)
        self.services.append(name)
        harness.until(lambda: harness.is_answering(self.known[name]), what=f"an answer of service/{name}")


class Deploy(harness.Case):
    def orders(self, **values):
        return self.project(CALLS, **{**VALUES, **values})

    def state(self, key="record.json"):
        return json.loads(self.get("configmap/cicd.orders.stage")["data"][key])

    @contextlib.contextmanager
    def counted(self, name="orders-api"):
        """The numbers of pods that the Deployment asks for meanwhile, one for each of its changes."""
        counts = []
        with harness.Watch("deployment", f"--field-selector=metadata.name={name}", namespace=self.namespace) as watch:
            watch.next(time.monotonic() + 10)
            yield counts
            while event := watch.next(time.monotonic() + 1):
                counts.append(event[1]["spec"]["replicas"])

    def assert_as_never_declared(self):
        """Each object of the last deployment is what it would be had it always been declared so: as the server would make it now."""
        past = self.get("configmap", "-l", "cicd.dev/state=past")
        newest = max(past, key=lambda one: one["metadata"]["name"])
        for wanted in json.loads(newest["data"]["objects.json"]):
            what = f"{wanted['kind']}/{wanted['metadata']['name']}"
            fresh = json.loads(json.dumps(wanted))
            fresh["metadata"]["namespace"] = "default"
            fresh = json.loads(harness.kubectl("create", "--dry-run=server", "--filename=-", "--output=json", given=json.dumps(fresh)))
            self.assertEqual(declared(self.get(what)), declared(fresh), what)

    def assert_serves(self, version):
        self.assert_answers("orders-api", version)

    # ---- the main line ----

    def test_a_deploy_runs_is_recorded_and_then_has_nothing_to_do(self):
        orders = self.orders()
        plan = orders.cicd("plan", "orders.deploy-stage")
        orders.make("deploy-stage")
        self.assert_serves("1")
        record = self.state()
        self.assertEqual((record["outcome"], record["generation"]), ("deployed", 1))
        self.assertEqual(record["commit"], orders.git("rev-parse", "HEAD"))
        self.assertEqual({one["kind"] for one in self.state("inventory.json")}, {"Deployment", "Service", "PodDisruptionBudget"})
        self.assertIn("nothing to do", orders.run("orders.deploy-stage").stdout)
        self.assertEqual(self.state()["generation"], 1)
        self.assertIn("orders/deploy-stage", plan.stdout)
        self.assertRegex(orders.cicd("status", "orders").stdout, r"(?m)^orders +stage +.* (\d)/\1 ready +ok$")

    def test_a_plan_names_each_field_that_changes_and_changes_none(self):
        orders = self.orders()
        orders.run("orders.deploy-stage")
        before = self.get("deployment/orders-api")
        orders.change(mood="better", replicas=3)
        said = orders.cicd("plan", "orders.deploy-stage").stdout
        self.assertIn("~ Deployment orders-api", said)
        self.assertIn("~ spec.replicas: 2 → 3", said)
        self.assertIn("env[MOOD].value: good → better", said)
        self.assertEqual(self.get("deployment/orders-api")["metadata"]["resourceVersion"], before["metadata"]["resourceVersion"])

    def test_another_commit_alone_rolls_no_pod(self):
        orders = self.orders()
        orders.run("orders.deploy-stage")
        pods = {one["metadata"]["name"] for one in self.get("pods")}
        orders.write("README.md", "words\n")
        orders.commit("only words")
        orders.run("orders.deploy-stage")
        self.assertEqual(orders.outcomes()["orders/deploy-stage"], "up-to-date")
        self.assertEqual({one["metadata"]["name"] for one in self.get("pods")}, pods)

    def test_no_request_fails_while_a_version_is_deployed_and_put_back(self):
        orders = self.orders()
        orders.run("orders.deploy-stage")
        with self.load("orders-api") as load:
            orders.change(version="2").run("orders.deploy-stage")
            load.wait(100)
            orders.cicd("rollback", "orders", "stage", "--reason", "a test")
            load.wait(100)
        self.assertEqual(load.failures, [])
        self.assertEqual(set(load.versions), {"1", "2"})
        self.assert_serves("1")

    def test_what_the_declaration_no_longer_has_is_removed_and_nothing_else(self):
        orders = self.orders(more="pipeline_service(orders worker ENV MOOD=good)")
        orders.run("orders.deploy-stage")
        self.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "somebodys"}, "data": {"a": "b"}})
        orders.change(more="")
        self.assertIn("- Deployment orders-worker", orders.cicd("plan", "orders.deploy-stage").stdout)
        orders.run("orders.deploy-stage")
        self.until_gone("deployment/orders-worker")
        self.assertTrue(self.exists("configmap/somebodys"))
        self.assertTrue(self.exists("deployment/orders-api"))

    def test_what_the_declaration_no_longer_says_is_gone_from_every_object(self):
        usual = {"apiVersion": "networking.k8s.io/v1", "kind": "IngressClass", "metadata": {
            "name": "usual", "annotations": {"ingressclass.kubernetes.io/is-default-class": "true"}}, "spec": {"controller": "example.com/none"}}
        harness.kubectl("create", "--filename=-", given=json.dumps(usual))
        self.addCleanup(harness.kubectl, "delete", "ingressclass", "usual")
        self.kubectl("create", "serviceaccount", "powerful")
        self.kubectl("create", "configmap", "settings", "--from-literal=LEVEL=info")
        self.kubectl("create", "secret", "generic", "tokens", "--from-literal=a=b")
        orders = self.orders(api=WHOLE.replace("{namespace}", self.namespace), more=CRON, close=WHOLE_CRON)
        orders.write("patch.yaml", PATCH)
        orders.write("README.md", "words\n")
        orders.commit("a patch")
        orders.run("orders.deploy-stage")
        self.assertEqual(self.get("deployment/orders-api")["spec"]["template"]["spec"]["serviceAccountName"], "powerful")
        orders.change(api=LESS.replace("{namespace}", self.namespace), close="").run("orders.deploy-stage")
        self.assert_as_never_declared()
        self.assertEqual(self.get("ingress/orders-api")["spec"]["ingressClassName"], "usual", "the cluster's default class")
        self.assertIn("nothing to do", orders.run("orders.deploy-stage").stdout)
        orders.change(api="X=1 CPU 10m SERVICE_ACCOUNT nope", place="PATIENCE config=1s progress=8s")
        orders.run("orders.deploy-stage", status=1)
        self.assertEqual(self.state()["outcome"], "rolled-back")
        self.assert_serves("1")

    def test_an_autoscaler_begins_with_the_pods_that_run_and_gives_their_number_back(self):
        orders = self.orders(replicas=3, api="X=1 CPU 10m", place="PATIENCE crash-loop=2s")
        orders.run("orders.deploy-stage")
        with self.counted() as counts:
            orders.change(replicas="2..5")
            self.assertNotIn("spec.replicas", orders.cicd("plan", "orders.deploy-stage").stdout)
            orders.run("orders.deploy-stage")
            orders.change(version="2").run("orders.deploy-stage")
        self.assertEqual(set(counts), {3}, "never below what ran")
        self.assertIn("nothing to do", orders.run("orders.deploy-stage").stdout)
        orders.change(replicas="4..5").run("orders.deploy-stage")
        self.until("deployment/orders-api", lambda one: one["spec"]["replicas"] == 4)
        with self.counted() as counts:
            failed = orders.change(replicas=5, api="X=1 EXIT_CODE=3 CPU 10m").run("orders.deploy-stage", status=1)
            self.assertIn("rolled back: ", failed.all)
        self.assertGreaterEqual(min(counts), 4, "the rollback, too, begins with what ran")
        self.assertTrue(self.exists("hpa/orders-api"))
        orders.change(replicas=2, api="X=1 CPU 10m").run("orders.deploy-stage")
        self.assertFalse(self.exists("hpa/orders-api"))
        self.assertEqual(self.get("deployment/orders-api")["spec"]["replicas"], 2)
        self.assertIn("nothing to do", orders.run("orders.deploy-stage").stdout)

    def test_another_repository_with_a_pipeline_of_that_name_is_refused_until_it_says_that_it_takes_its_place(self):
        orders = self.orders()
        orders.git("remote", "add", "origin", "https://bot:s3cret@git.example.com/shop/orders.git")
        orders.run("orders.deploy-stage")
        orders.change(version="2").run("orders.deploy-stage")
        copy = self.project(CALLS, name="copy", **VALUES)
        copy.git("remote", "add", "origin", "git@git.example.com:shop/copy.git")
        copy.calls = CALLS.replace("orders api", "orders web")
        copy.change()
        refused = copy.run("orders.deploy-stage", status=3)
        for words in ("another repository", "git.example.com/shop/orders", "git.example.com/shop/copy", "FORMERLY"):
            self.assertIn(words, refused.all)
        self.assertNotIn("s3cret", refused.all + json.dumps(self.get("configmap")) + json.dumps(self.get("deployment")))
        self.assert_serves("2")
        self.assertFalse(self.exists("deployment/orders-web"))
        self.assertIn("another repository", copy.cicd("rollback", "orders", "stage", status=3).all)
        copy.calls = copy.calls.replace("add_pipeline(orders ", "add_pipeline(orders FORMERLY git.example.com/shop/orders ")
        copy.change().run("orders.deploy-stage")
        self.until_gone("deployment/orders-api")
        self.assertIn("git.example.com/shop/copy", orders.change(version="3").run("orders.deploy-stage", status=3).all)
        self.assertTrue(self.exists("deployment/orders-web"))

    def test_an_object_that_is_being_deleted_is_waited_for_and_made_anew(self):
        host = f"HOST {self.namespace}.example.com"
        orders = self.orders(api=f"X=1 {host}", place="PATIENCE deletion=1s")
        orders.run("orders.deploy-stage")
        kept = json.dumps({"metadata": {"finalizers": ["example.com/keep"]}})
        for what in ("ingress/orders-api", "configmap/cicd.orders.stage"):
            self.kubectl("patch", what, "--type=merge", "--patch", kept)
        said = orders.change(api="X=1").run("orders.deploy-stage").all
        self.assertIn("Ingress orders-api is being deleted, and waits for finalizer example.com/keep", said)
        orders.change(api=f"X=1 {host}")
        plan = orders.cicd("plan", "orders.deploy-stage").stdout
        self.assertIn("+ Ingress orders-api, once the one that is being deleted is gone, which waits for finalizer example.com/keep", plan)
        refused = orders.run("orders.deploy-stage", status=3)
        self.assertIn("finalizer example.com/keep", refused.all)
        orders.change(place="PATIENCE deletion=60s")
        process = orders.start(orders.launcher, "run", "orders.deploy-stage")
        harness.until(lambda: "waiting for finalizer" in (orders.root / "out.txt").read_text(), what="the word that it waits")
        self.assertEqual(self.get("ingress/orders-api")["metadata"]["finalizers"], ["example.com/keep"])
        self.kubectl("patch", "ingress/orders-api", "--type=merge", "--patch", '{"metadata": {"finalizers": null}}')
        self.assertEqual(process.wait(60), 0, (orders.root / "out.txt").read_text())
        self.assertNotIn("deletionTimestamp", self.get("ingress/orders-api")["metadata"])
        self.assertEqual(self.get("configmap/cicd.orders.stage")["metadata"]["finalizers"], ["example.com/keep"], "never ours to remove")
        self.kubectl("patch", "configmap/cicd.orders.stage", "--type=merge", "--patch", '{"metadata": {"finalizers": null}}')

    # ---- what moves without a failed request ----

    def routed(self, host):
        """Load by the host, as an ingress controller routes it: the Ingresses that have it, each in turn, and their Services."""
        port = self.proxy()
        turn = itertools.count()

        def route():
            text = harness.fetch(f"http://127.0.0.1:{port}/apis/networking.k8s.io/v1/namespaces/{self.namespace}/ingresses")[1]
            names = [rule["http"]["paths"][0]["backend"]["service"]["name"] for one in json.loads(text)["items"]
                     if "deletionTimestamp" not in one["metadata"] for rule in one["spec"]["rules"] if rule["host"] == host]
            return names[next(turn) % len(names)] if names else None
        return Routed(self, route)

    def test_a_host_goes_to_another_service_without_a_failed_request(self):
        host = f"{self.namespace}.example.com"
        orders = self.orders(api=f"X=1 HOST {host}")
        orders.run("orders.deploy-stage")
        self.assert_serves("1")
        with self.routed(host) as load:
            load.wait(20)
            orders.calls = orders.calls.replace("pipeline_service(orders api", "pipeline_service(orders web")
            plan = orders.change(version="2", api=f"X=1 READY_AFTER=1 HOST {host}").cicd("plan", "orders.deploy-stage").stdout
            self.assertIn("- Ingress orders-api", plan)
            orders.run("orders.deploy-stage")
            load.wait(20)
            orders.change(more=f"pipeline_service(orders other PORT 8080 READY /health HOST {host})", api="X=1")
            orders.run("orders.deploy-stage")
            load.wait(20)
        self.assertEqual(load.failures, [])
        self.assertEqual(load.services, ["orders-api", "orders-web", "orders-other"])
        self.assertEqual([one["metadata"]["name"] for one in self.get("ingresses")], ["orders-other"])
        self.assertFalse(self.exists("deployment/orders-api"))

    def test_another_selector_is_rolled_out_and_put_back_without_a_failed_request(self):
        orders = self.orders(place="PATIENCE crash-loop=1s")
        orders.run("orders.deploy-stage")
        selector = "SELECTOR tier=front SERVICE_SELECTOR tier=front"
        before = {one["metadata"]["name"] for one in self.get("replicasets")}
        with self.load("orders-api") as load:
            orders.change(version="2", api=f"X=1 READY_AFTER=1 {selector}")
            orders.run("orders.publish")
            plan = orders.cicd("plan", "orders.deploy-stage").stdout
            for words in ("~ Deployment orders-api, made anew", "~ Service orders-api, once all pods are ready", "- ReplicaSet orders-api-"):
                self.assertIn(words, plan)
            orders.run("orders.deploy-stage")
            load.wait(200)
            failed = orders.change(version="3", api="X=1 EXIT_CODE=3").run("orders.deploy-stage", status=1)
            self.assertIn("rolled back: ", failed.all)
            load.wait(200)
        self.assertEqual(load.failures, [])
        self.assertEqual(set(load.versions), {"1", "2"})
        self.assertEqual(self.get("deployment/orders-api")["spec"]["selector"]["matchLabels"], {"tier": "front"})
        self.assertEqual(self.get("service/orders-api")["spec"]["selector"], {"tier": "front"})
        left = {one["metadata"]["name"] for one in self.get("replicasets") if one["metadata"].get("ownerReferences") is None}
        self.assertEqual(left, set(), "the old pods went")
        self.assertFalse(before & {one["metadata"]["name"] for one in self.get("replicasets")})
        self.assertIn("0 objects changed", orders.change(version="2", api=f"X=1 READY_AFTER=1 {selector}").run("orders.deploy-stage").stdout)

    def test_a_service_that_selects_by_a_new_label_loses_no_request(self):
        orders = self.orders(api="X=1 SERVICE_SELECTOR tier=a")
        orders.run("orders.deploy-stage")
        with self.load("orders-api") as load:
            orders.change(version="2", api="X=1 READY_AFTER=1 SERVICE_SELECTOR tier=b").run("orders.deploy-stage")
            load.wait(200)
        self.assertEqual(load.failures, [])
        self.assertEqual(self.get("service/orders-api")["spec"]["selector"], {"tier": "b"})

    def test_drift_is_seen_and_undone(self):
        orders = self.orders()
        orders.run("orders.deploy-stage")
        self.kubectl("delete", "service", "orders-api")
        self.assertIn("+ Service orders-api", orders.cicd("plan", "orders.deploy-stage").stdout)
        orders.run("orders.deploy-stage")
        self.assert_serves("1")

    def test_a_plan_before_the_image_is_made_names_the_objects_and_leaves_the_image_open(self):
        orders = self.orders(api=f"X=1 HOST {self.namespace}.example.com INGRESS_CLASS nope TLS wild")
        plan = orders.cicd("plan", "orders.deploy-stage").stdout
        for words in ("+ Deployment orders-api", "container api: (not made yet)", "MOOD=good", f"host {self.namespace}.example.com",
                      "there is no IngressClass nope", "there is no Secret wild", "the image is not made yet: ", "orders.publish, then plan again"):
            self.assertIn(words, plan)
        self.assertFalse(self.exists("deployment/orders-api"))
        orders.run("orders.deploy-stage")
        plan = orders.change(version="2", mood="better").cicd("plan", "orders.deploy-stage").stdout
        for words in ("~ Deployment orders-api", "env[MOOD].value: good → better", "→ (not made yet)"):
            self.assertIn(words, plan)

    # ---- when it cannot work ----

    def test_a_failed_rollout_says_why_and_puts_back_what_ran(self):
        orders = self.orders(place="PATIENCE crash-loop=2s")
        orders.run("orders.deploy-stage")
        orders.change(version="2", api="EXIT_CODE=3")
        failed = orders.run("orders.deploy-stage", status=1)
        for words in ("exit status 3", "ending with exit status 3, as asked", "rolled back: "):
            self.assertIn(words, failed.all)
        self.assert_serves("1")
        self.assertEqual(self.state()["outcome"], "rolled-back")
        self.assertTrue(harness.is_available(self.until("deployment/orders-api", harness.is_available)))

    def test_a_stateful_set_gets_back_the_pod_that_its_controller_would_leave(self):
        orders = self.orders(api="STATEFUL DRAIN 1s", place="PATIENCE crash-loop=2s")
        orders.run("orders.deploy-stage")
        pods = {one["metadata"]["name"]: one["metadata"]["uid"] for one in self.get("pods")}
        orders.change(version="2", api="EXIT_CODE=3 STATEFUL DRAIN 1s")
        failed = orders.run("orders.deploy-stage", status=1)
        for words in ("StatefulSet orders-api cannot get ready", "exit status 3", "ending with exit status 3, as asked", "rolled back: ",
                      "removing pod orders-api-1, which never got ready and is in the way"):
            self.assertIn(words, failed.all)
        self.assertEqual(self.state()["outcome"], "rolled-back")
        self.assert_serves("1")
        after = {one["metadata"]["name"]: one for one in self.get("pods")}
        self.assertTrue(all(map(harness.is_ready, after.values())))
        self.assertEqual(after["orders-api-0"]["metadata"]["uid"], pods["orders-api-0"], "the pod that ran was left alone")
        self.assertNotEqual(after["orders-api-1"]["metadata"]["uid"], pods["orders-api-1"])
        self.assertEqual(len({one["spec"]["containers"][0]["image"] for one in after.values()}), 1)

    def test_a_first_deploy_that_fails_has_nothing_to_return_to_and_says_so(self):
        orders = self.orders(api="EXIT_CODE=3", place="PATIENCE crash-loop=2s")
        failed = orders.run("orders.deploy-stage", status=1)
        self.assertIn("nothing to return to", failed.all)
        self.assertEqual(self.state()["outcome"], "failed")
        for command in ("status", "history"):
            said = orders.cicd(command).stdout
            self.assertIn("failed", said)
            self.assertNotIn("never deployed", said)

    def test_a_paused_deployment_is_said_in_the_plan_and_not_waited_for(self):
        orders = self.orders()
        orders.run("orders.deploy-stage")
        self.kubectl("rollout", "pause", "deployment/orders-api")
        orders.change(version="2").run("orders.publish")
        self.assertIn("Deployment orders-api is paused", orders.cicd("plan", "orders.deploy-stage").stdout)
        began = time.monotonic()
        failed = orders.run("orders.deploy-stage", status=1)
        self.assertLess(time.monotonic() - began, 60)
        for words in ("paused", f"kubectl -n {self.namespace} rollout resume deployment orders-api", "rolled back: "):
            self.assertIn(words, failed.all)
        self.kubectl("rollout", "resume", "deployment/orders-api")
        orders.run("orders.deploy-stage")
        self.assert_serves("2")

    def test_verify_counts_and_puts_back(self):
        orders = self.orders(place="VERIFY sh -c \"grep -q good check\"")
        orders.write("check", "good\n")
        orders.commit("a check")
        orders.run("orders.deploy-stage")
        orders.write("check", "bad\n")
        orders.change(version="2")
        failed = orders.run("orders.deploy-stage", status=1)
        self.assertIn("VERIFY failed", failed.all)
        self.assert_serves("1")
        self.assertEqual(orders.cicd("verify", "orders", "stage", status=1).returncode, 1)

    def test_on_failure_stop_leaves_what_was_applied_and_says_so(self):
        orders = self.orders(place="ON_FAILURE stop PATIENCE crash-loop=2s")
        orders.run("orders.deploy-stage")
        failed = orders.change(version="2", api="EXIT_CODE=3").run("orders.deploy-stage", status=1)
        self.assertIn("failed: what was applied stays", failed.all)
        self.assertEqual(self.state()["outcome"], "failed")

    # ---- who may ----

    def test_a_rollback_holds_further_deploys_until_it_is_released(self):
        orders = self.orders()
        orders.run("orders.deploy-stage")
        orders.change(version="2").run("orders.deploy-stage")
        said = orders.cicd("rollback", "stage", "--reason", "numbers look wrong").stdout
        self.assertIn("hold release", said)
        self.assert_serves("1")
        refused = orders.run("orders.deploy-stage", status=5)
        self.assertIn("numbers look wrong", refused.all)
        self.assertIn("numbers look wrong", orders.cicd("hold", "show", "orders", "stage").stdout)
        orders.cicd("hold", "release", "orders", "stage")
        orders.run("orders.deploy-stage")
        self.assert_serves("2")

    def test_a_rollback_finds_a_version_and_names_those_that_there_are(self):
        orders = self.orders()
        orders.run("orders.deploy-stage")
        first = self.state()["version"]
        orders.change(version="2").run("orders.deploy-stage")
        refused = orders.cicd("rollback", "orders", "stage", "--to", "v99", status=2)
        self.assertIn(first, refused.all)
        orders.cicd("rollback", "orders", "stage", "--to", first, "--version-only")
        self.assert_serves("1")
        self.assertEqual(self.state("hold.json")["version"], self.past(2)["version"])

    def past(self, generation):
        return json.loads(self.get(f"configmap/cicd.orders.stage.{generation:06}")["data"]["record.json"])

    def test_a_cluster_says_whether_what_an_agent_applied_is_healthy(self):
        context, live = harness.kubectl("config", "current-context").strip(), f"{self.namespace}-live"
        self.kubectl("create", "namespace", live)
        self.addCleanup(harness.kubectl, "delete", "namespace", live, "--wait=false", status=None)
        orders = self.orders(more=f"pipeline_environment(orders live VIA gitops NAMESPACE {live} HEALTH cluster {context})\n"
                                  "pipeline_environment(orders prod FROM live VIA render)")
        for target in ("orders.publish", "orders.deploy-live"):
            orders.run(target)
        self.assertIn(f"live: there is no workload in namespace {live}", orders.run("orders.deploy-prod", status=5).all)
        for name in orders.manifests("ls-tree", "--name-only", "main:live/orders").split():
            harness.kubectl("apply", "-f", "-", namespace=live, given=orders.manifests("show", f"main:live/orders/{name}"))
        self.until("deployment/orders-api", harness.is_available, namespace=live)
        orders.run("orders.deploy-prod")
        seen = json.loads(orders.manifests("show", "main:.cicd/state/live/orders.json"))["health"]
        self.assertEqual([(each["commit"], each["healthy"]) for each in seen], [(orders.git("rev-parse", "HEAD"), True)])
        # Of other images it says nothing.
        orders.change(version="2")
        for target in ("orders.publish", "orders.deploy-live"):
            orders.run(target)
        self.assertIn("live: the cluster does not have these images yet", orders.run("orders.deploy-prod", status=5).all)

    def test_a_tag_brings_the_images_of_its_commit_and_builds_nothing(self):
        context, prod = harness.kubectl("config", "current-context").strip(), f"{self.namespace}-prod"
        self.kubectl("create", "namespace", prod)
        self.addCleanup(harness.kubectl, "delete", "namespace", prod, "--wait=false", status=None)
        orders = self.orders(more=f"pipeline_environment(orders prod ON tag v* VIA kubectl CONTEXT {context} NAMESPACE {prod} FROM stage)")
        commit = orders.git("rev-parse", "HEAD")
        orders.git("tag", "v1.0.0")
        orders.push()
        self.assertIn("there is no artifact of this commit", orders.run("orders.deploy-prod", status=5).all)
        orders.run("orders.publish")
        self.assertIn("this commit was never deployed to stage", orders.run("orders.deploy-prod", status=5).all)
        orders.run("orders.deploy-stage")
        self.assertEqual([(each["commit"], each["healthy"]) for each in self.state("health.json")], [(commit, True)])
        orders.run("--event", "tag=v1.0.0")
        self.assertEqual(orders.outcomes(), {"orders/deploy-prod": "ran"})
        image = lambda **where: self.get("deployment/orders-api", **where)["spec"]["template"]["spec"]["containers"][0]["image"]
        stage, promoted = image(), image(namespace=prod)
        self.assertEqual(promoted.split("@")[1], stage.split("@")[1])
        self.assertIn(":v1.0.0@", promoted)
        record = json.loads(self.get("configmap/cicd.orders.prod", namespace=prod)["data"]["record.json"])
        self.assertEqual((record["tag"], record["version"], record["commit"]), ("v1.0.0", "v1.0.0", commit))
        orders.run("orders.deploy-prod")
        self.assertEqual(orders.outcomes(), {"orders/deploy-prod": "up-to-date"})
        orders.cicd("yank", "orders", "v1.0.0", "--reason", "loses orders")
        self.kubectl("delete", "deployment/orders-api", namespace=prod)
        self.assertIn("loses orders", orders.run("orders.deploy-prod", status=5).all)

    def test_an_approval_is_for_exactly_what_was_looked_at(self):
        orders = self.orders(place="APPROVAL required")
        orders.run("orders.publish")
        self.assertIn("cicd approve orders stage", orders.run("orders.deploy-stage", status=5).all)
        approved = orders.cicd("approve", "orders", "stage", "--reason", "looked at it")
        self.assertIn("approved orders/deploy-stage", approved.stdout)
        orders.change(mood="other")
        self.assertIn("other images or objects", orders.run("orders.deploy-stage", status=5).all)
        orders.cicd("approve", "orders", "stage", "--reason", "looked at that too", "--expires", "1h")
        self.assertEqual(len(json.loads(orders.cicd("approve", "stage", "--list", "--json").stdout)["approvals"]), 2)
        orders.run("orders.deploy-stage")
        # It is used up by success, and the other is taken back.
        self.assertEqual(len(json.loads(orders.cicd("approve", "stage", "--list", "--json").stdout)["approvals"]), 1)
        self.assertIn("is withdrawn", orders.cicd("approve", "orders", "stage", "--withdraw").stdout)
        self.kubectl("delete", "deployment/orders-api")
        self.assertIn("this deploy is not approved", orders.run("orders.deploy-stage", status=5).all)

    def test_a_protected_environment_is_deployed_by_ci_only(self):
        orders = self.orders(place="PROTECTED")
        self.assertIn("by CI only", orders.run("orders.deploy-stage", status=5).all)
        orders.run("orders.deploy-stage", status=5, env={"CI": "true"})
        orders.run("orders.deploy-stage", env={"JENKINS_URL": "https://jenkins.example.com/", "BRANCH_NAME": "main", "GIT_COMMIT": orders.git("rev-parse", "HEAD")})
        self.assert_serves("1")

    def test_a_saved_plan_is_deployed_as_it_is_or_not_at_all(self):
        orders = self.orders()
        orders.run("orders.publish")
        plan = orders.root / "plan.json"
        orders.cicd("plan", "orders.deploy-stage", "--out", plan)
        orders.cicd("deploy", "--plan", plan)
        orders.change(replicas=3).run("orders.publish")
        orders.cicd("plan", "orders.deploy-stage", "--out", plan)
        self.kubectl("annotate", "deployment", "orders-api", "somebody=was-here")
        refused = orders.cicd("deploy", "--plan", plan, status=5)
        self.assertIn("no longer what the saved plan was made of", refused.all)
        self.assertEqual(self.get("deployment/orders-api")["spec"]["replicas"], 2)

    # ---- others ----

    def test_a_field_of_another_manager_is_named_and_taken_over_only_when_asked(self):
        orders = self.orders()
        orders.run("orders.deploy-stage")
        self.kubectl("scale", "deployment", "orders-api", "--replicas=4")
        orders.change(replicas=3)
        refused = orders.run("orders.deploy-stage", status=3)
        self.assertIn("kubectl", refused.all)
        self.assertIn("TAKE_OVER", refused.all)
        orders.change(place="TAKE_OVER kubectl").run("orders.deploy-stage")
        self.assertEqual(self.get("deployment/orders-api")["spec"]["replicas"], 3)

    def test_a_field_of_another_manager_is_taken_over_once_and_that_is_recorded(self):
        orders = self.orders()
        orders.run("orders.deploy-stage")
        self.kubectl("set", "env", "deployment/orders-api", "MOOD=byhand")
        refused = orders.change(version="2").run("orders.deploy-stage", status=3)
        for words in ("owned by kubectl-set", "env[name=\"MOOD\"].value: byhand there, good wanted", "--take-over kubectl-set"):
            self.assertIn(words, refused.all)
        self.assertIn("~ Deployment orders-api, taken over from kubectl-set", orders.cicd("plan", "orders.deploy-stage", "--take-over", "kubectl-set").stdout)
        orders.run("orders.deploy-stage", "--take-over", "kubectl-set")
        self.assertEqual(self.state()["taken_over"], ["kubectl-set"])
        self.assertIn({"name": "MOOD", "value": "good"}, self.get("deployment/orders-api")["spec"]["template"]["spec"]["containers"][0]["env"])
        self.kubectl("set", "env", "deployment/orders-api", "MOOD=again")
        self.assertIn("again there, good wanted", orders.change(version="3").run("orders.deploy-stage", status=3).all)
        self.assertIn("no fields can be taken over", orders.run("orders.image", "--take-over", "kubectl-set", status=2).all)

    def test_a_port_that_was_added_by_hand_is_named_with_its_manager_and_can_be_taken_over(self):
        orders = self.orders()
        orders.run("orders.deploy-stage")
        ports = [{"name": "http", "port": 80, "targetPort": "http"}, {"name": "admin", "port": 9000, "targetPort": 9000}]
        self.kubectl("patch", "service", "orders-api", "--type=merge", "--field-manager=kubectl-edit", "--patch", json.dumps({"spec": {"ports": ports}}))
        orders.change(api="X=1 PORTS admin=9001")
        refused = orders.run("orders.deploy-stage", status=3)
        for words in ("another manager added a port of that name: 'admin'", "owned by kubectl-edit", "port 9000, TCP", "--take-over kubectl-edit"):
            self.assertIn(words, refused.all)
        orders.run("orders.deploy-stage", "--take-over", "kubectl-edit")
        self.assertEqual({one["name"]: one["port"] for one in self.get("service/orders-api")["spec"]["ports"]}, {"http": 80, "admin": 9001})

    def test_an_approval_does_not_agree_to_what_is_taken_from_others(self):
        orders = self.orders(place="APPROVAL required")
        orders.run("orders.publish")
        orders.cicd("approve", "orders", "stage", "--reason", "the first")
        orders.run("orders.deploy-stage")
        self.kubectl("set", "env", "deployment/orders-api", "MOOD=byhand")
        orders.change(version="2").run("orders.publish")
        take = ("--take-over", "kubectl-set")
        self.assertIn("this deploy is not approved", orders.run("orders.deploy-stage", *take, status=5).all)
        orders.cicd("approve", "orders", "stage", "--reason", "ours", *take)
        orders.run("orders.deploy-stage", *take)

    def test_a_changed_secret_rolls_the_pods_that_read_it(self):
        self.kubectl("create", "secret", "generic", "db", "--from-literal=url=first")
        orders = self.orders(api="SECRET_ENV URL=db/url")
        orders.run("orders.deploy-stage")
        self.kubectl("patch", "secret", "db", "--type=merge", "--patch", '{"stringData":{"url":"second"}}')
        said = orders.run("orders.deploy-stage").all
        self.assertNotIn("second", said + orders.cicd("plan", "orders.deploy-stage").all)
        self.assert_answers("orders-api", "second", "/env?URL")
        self.assertEqual(self.state()["generation"], 2)

    def test_an_older_commit_cannot_overtake_a_newer_one(self):
        orders = self.orders()
        first = orders.git("rev-parse", "HEAD")
        orders.change(version="2").run("orders.deploy-stage")
        orders.git("checkout", "--quiet", "-B", "main", first)
        orders.configure()
        self.assertIn("superseded", orders.run("orders.deploy-stage", status=3).all)
        self.assert_serves("2")

    # ---- bad input ----

    def test_a_namespace_that_is_not_there_is_made_only_when_asked(self):
        name = self.namespace + "-new"
        self.addCleanup(harness.kubectl, "delete", "namespace", name, "--wait=false", "--ignore-not-found", status=None)
        orders = self.project(CALLS, **{**VALUES, "namespace": name})
        refused = orders.run("orders.deploy-stage", status=2)
        self.assertIn(name, refused.all)
        self.assertIn("CREATE_NAMESPACE", refused.all)
        orders.change(place="CREATE_NAMESPACE APPROVAL required")
        self.assertIn("this deploy is not approved", orders.run("orders.deploy-stage", status=5).all)
        self.assertFalse(self.exists("namespace/" + name, namespace=name), "a refused deploy made it")
        orders.cicd("approve", "orders", "stage", "--reason", "the first one")
        orders.run("orders.deploy-stage")
        self.assertTrue(self.exists("namespace/" + name, namespace=name))

    def test_a_context_that_does_not_exist_is_named_with_those_that_do(self):
        orders = self.orders()
        orders.run("orders.publish")
        orders.change(context="tst").run("orders.publish")
        refused = orders.cicd("plan", "orders.deploy-stage", status=2)
        self.assertIn("tst", refused.all)
        self.assertIn(harness.kubectl("config", "current-context").strip(), refused.all)

    def test_an_image_that_no_cluster_can_pull_is_refused_before_anything_is_built(self):
        orders = self.orders()
        orders.calls = CALLS.replace("IMAGE {registry}/{namespace}/orders", "IMAGE orders")
        orders.change()
        refused = orders.run("orders.deploy-stage", status=2)
        self.assertIn("names no registry", refused.all)

    def test_a_host_of_another_ingress_is_a_conflict(self):
        host = f"{self.namespace}.example.com"
        backend = {"service": {"name": "x", "port": {"number": 80}}}
        self.apply({"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": "theirs"},
                    "spec": {"rules": [{"host": host, "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]}}]}})
        refused = self.orders(api=f"X=1 HOST {host}").run("orders.deploy-stage", status=3)
        self.assertIn("theirs", refused.all)
        self.assertFalse(self.exists("deployment/orders-api"))

    def test_an_immutable_field_is_named_with_what_can_be_done(self):
        orders = self.orders(api="X=1 STATEFUL")
        orders.run("orders.deploy-stage")
        orders.change(api="X=1 STATEFUL VOLUMES storage:data:1Gi=/data")
        refused = orders.run("orders.deploy-stage", status=2)
        self.assertIn("orders-api", refused.all)
        self.assertIn("try", refused.all)

    def test_a_larger_volume_says_what_its_claims_take(self):
        orders = self.orders(replicas=1, api="X=1 STATEFUL VOLUMES storage:data:1Gi=/data", place="PATIENCE volume=1s ON_FAILURE stop")
        orders.run("orders.deploy-stage", status=1)
        refused = orders.change(api="X=1 STATEFUL VOLUMES storage:data:2Gi=/data").run("orders.deploy-stage", status=2)
        for words in ("data: 1Gi there, 2Gi wanted", f"kubectl -n {self.namespace} patch pvc data-orders-api-0", "--cascade=orphan"):
            self.assertIn(words, refused.all)

    # ---- interrupted, killed, two at once ----

    def test_a_deploy_that_was_killed_is_finished_by_the_next(self):
        orders = self.orders(api="READY_AFTER=3")
        orders.run("orders.publish")
        process = orders.start(orders.launcher, "run", "orders.deploy-stage")
        self.until("configmap/cicd.orders.stage", lambda one: "deploying" in one["data"]["record.json"])
        process.send_signal(signal.SIGKILL)
        process.wait()
        self.assertEqual(self.state()["outcome"], "deploying")
        orders.run("orders.deploy-stage", timeout=120)
        self.assertEqual(self.state()["outcome"], "deployed")
        self.assert_serves("1")

    def test_a_deploy_that_was_interrupted_says_what_is_left(self):
        orders = self.orders(api="READY_AFTER=30")
        orders.run("orders.publish")
        process = orders.start(orders.launcher, "run", "orders.deploy-stage")
        self.until("deployment/orders-api", lambda one: one.get("status"))
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(30), 130)
        self.assertIn("interrupted", (orders.root / "out.txt").read_text())
        self.assertEqual(run.bearers(orders.cookie), [], "no proxy is left behind")

    def test_of_many_deploys_at_once_one_does_it(self):
        orders = self.orders()
        orders.run("orders.publish")
        started = [subprocess.Popen([str(orders.launcher), "plan", "orders.deploy-stage"], env=orders.env, cwd=orders.source,
                                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for _ in range(4)]
        orders.run("orders.deploy-stage")
        self.assertEqual([one.wait(60) for one in started], [0] * 4)
        self.assertEqual(self.state()["generation"], 1)

    def test_the_door_is_closed_and_nothing_of_it_is_left(self):
        orders = self.orders()
        orders.run("orders.deploy-stage")
        sockets = [path for path in orders.build.rglob("*") if path.is_socket()]
        self.assertEqual(sockets, [])
        self.assertEqual(run.bearers(orders.cookie), [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
