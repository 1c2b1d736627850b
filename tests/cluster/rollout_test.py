"""Rollouts on real pods: each way in which pods do not get ready, with the words that a person reads; and those that end well.

Cases name what the pods do; rollout_tool applies and watches. Times are bounds of the promise, not of this machine."""

import json
import os
import re
import subprocess
import threading
import time
import unittest

import harness
from closed_registry import ClosedRegistry
from harness import deployment, run

TOOL = os.environ.get("CICD_ROLLOUT_TOOL", "")


class Watched:
    """What rollout_tool printed: its end, its lines, and its symptoms with the second in which each was said."""

    def __init__(self, status, text):
        self.status, self.text = status, text
        self.lines = re.findall(r"^\[([0-9.]+)\] line: (.*)$", text, re.M)
        self.symptoms = [(float(at), cause) for at, cause in re.findall(r"^\[([0-9.]+)\] symptom: (.*)$", text, re.M)]
        ends = re.findall(r"^\[([0-9.]+)\] (ready|given up)$", text, re.M)
        self.seconds, self.end = (float(ends[-1][0]), ends[-1][1]) if ends else (None, None)

    def said(self, cause):
        return next((at for at, each in self.symptoms if each == cause), None)

    def note(self, label):
        """The text behind a label of the final error."""
        error = self.text[self.text.find("cicd: error:"):]
        if label == "likely cause":
            return error.partition(" cannot get ready: ")[2].partition("\n")[0]
        found = re.search(rf"^  {label}: +(.*(?:\n {{10,}}.*)*)$", error, re.M)
        return found.group(1) if found else None


class Watching(harness.Case):
    """A case that applies objects and watches them by the tool."""

    def watch(self, *objects, env=None, timeout=240, **patience):
        for each in objects:
            each["metadata"]["namespace"] = self.namespace
        file = self.folder / "objects.json"
        file.write_text(json.dumps(list(objects)))
        words = [f"{cause.replace('_', '-')}={length}" for cause, length in patience.items()]
        self.assertTrue(TOOL, "CICD_ROLLOUT_TOOL names no rollout_tool: run this by ctest")
        done = subprocess.run([TOOL, "apply-and-watch", str(file), *words], capture_output=True, text=True, timeout=timeout,
                              env={**os.environ, **(env or {})})
        self.assertEqual(done.stderr, "")
        return Watched(done.returncode, done.stdout)

    def assert_given_up(self, watched, cause, **notes):
        self.assertEqual((watched.status, watched.end), (1, "given up"), watched.text)
        self.assertIsNotNone(watched.said(cause), watched.text)
        self.assertEqual(watched.note("cause"), cause, watched.text)
        for label, pattern in notes.items():
            self.assertRegex(watched.note(label.replace("_", " ")) or "", pattern, watched.text)

    def assert_ready(self, watched):
        self.assertEqual((watched.status, watched.end), (0, "ready"), watched.text)

    def orders(self, env=None, replicas=1, **more):
        return deployment("orders", self.image, replicas, env, **more)

    def setUp(self):
        super().setUp()
        self.image = self.push()

    def in_background(self, work):
        """What a person or the cloud does meanwhile. A failure of it is a failure of the case."""
        failures = []

        def guarded():
            try:
                work()
            except Exception as error:  # shown when the case ends
                failures.append(error)

        thread = threading.Thread(target=guarded)
        thread.start()
        self.addCleanup(lambda: self.assertEqual(failures, []))
        self.addCleanup(thread.join)

    def labelled(self, name):
        """Gives every node a label for the case's time."""
        self.addCleanup(harness.kubectl, "label", "nodes", "--all", f"{name}-")
        self.kubectl("label", "nodes", "--all", f"{name}=fast")


class Rollout(Watching):
    # ---- what ends well ----

    def test_it_ends_the_moment_that_all_are_ready(self):
        watched = self.watch(self.orders(replicas=2))
        self.assert_ready(watched)
        self.assertEqual(watched.lines[-1][1], "orders 2/2 updated, 2 ready, 2 available")
        self.assertEqual(watched.symptoms, [])
        seen = self.get("deployment/orders")["status"]
        self.assertEqual(seen["availableReplicas"], 2)

    def test_nothing_changed_is_ready_at_once(self):
        self.assert_ready(self.watch(self.orders()))
        self.assertLess(self.watch(self.orders()).seconds, 1)

    def test_a_slow_start_ends_well_and_is_named_in_one_line(self):
        watched = self.watch(self.orders({"START_SECONDS": 6}))
        self.assert_ready(watched)
        self.assertIn("Deployment orders is starting: the readiness check (GET /health on port 8080) is refused", watched.text)

    def test_a_single_crash_ends_well(self):
        volume = {"volumes": [{"name": "kept", "emptyDir": {}}]}
        watched = self.watch(self.orders({"CRASH_ONCE": "/kept/crashed"}, spec=volume,
                                         volumeMounts=[{"name": "kept", "mountPath": "/kept"}]))
        self.assert_ready(watched)
        self.assertIsNone(watched.said("crash-loop"), watched.text)
        self.assertEqual([one["restartCount"] for pod in self.get("pods") for one in pod["status"]["containerStatuses"]], [1])

    def test_a_stateful_set_and_a_job_are_watched_too(self):
        pods = self.orders(replicas=2)["spec"]
        sets = {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "kept"},
                "spec": {"serviceName": "kept", **pods, "selector": {"matchLabels": {"app": "orders"}}}}
        job = self.job(["job", "--seconds", "1"])
        watched = self.watch(sets, job)
        self.assert_ready(watched)
        self.assertIn("kept 2/2 updated, 2 ready, 2 available", watched.text)
        self.assertIn("migrate 1/1 succeeded, 0 active, 0 failed", watched.text)

    def test_a_pod_that_can_be_scheduled_later_ends_well(self):
        disk = f"disk-{self.namespace}"

        def buy_one():
            time.sleep(8)
            self.labelled(disk)

        self.in_background(buy_one)
        watched = self.watch(self.orders(spec={"nodeSelector": {disk: "fast"}}))
        self.assert_ready(watched)
        self.assertLess(watched.said("unschedulable"), 4)

    def test_a_scale_up_extends_the_patience_with_what_waits_for_it(self):
        disk = f"disk-{self.namespace}"

        def scale_up():
            pod = self.until("pod", lambda one: "Unschedulable" in json.dumps(one.get("status", {})))
            time.sleep(4)
            self.kubectl("create", "--filename=-", given=json.dumps(self.event(pod, "TriggeredScaleUp", "pod triggered scale-up: [{eks-orders 1->2}]")))
            time.sleep(4)
            self.labelled(disk)

        self.in_background(scale_up)
        watched = self.watch(self.orders(spec={"nodeSelector": {disk: "fast"}}), unschedulable=6)
        self.assert_ready(watched)
        self.assertGreater(watched.seconds, watched.said("unschedulable") + 6, "no longer than without the event")
        self.assertEqual({cause for _, cause in watched.symptoms}, {"unschedulable"}, watched.text)

    def event(self, pod, reason, message):
        """As the autoscaler writes it."""
        meta, now = pod["metadata"], time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        return {"apiVersion": "v1", "kind": "Event", "metadata": {"generateName": "scale-up-"}, "type": "Normal", "reason": reason, "message": message,
                "source": {"component": "cluster-autoscaler"}, "firstTimestamp": now, "lastTimestamp": now, "count": 1,
                "involvedObject": {"apiVersion": "v1", "kind": "Pod", **{key: meta[key] for key in ("name", "namespace", "uid")}}}

    # ---- what does not ----

    def job(self, words, **more):
        box = {"name": "app", "image": self.image, "args": words}
        return {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "migrate"},
                "spec": {"backoffLimit": 0, "template": {"spec": {"restartPolicy": "Never", "containers": [box]}}, **more}}

    def test_a_crash_loop_has_exit_status_log_and_number_of_pods(self):
        watched = self.watch(self.orders({"EXIT_CODE": 3, "LINES": 2}, replicas=2), crash_loop=12)
        self.assert_given_up(watched, "crash-loop", exit="^exit status 3", state="CrashLoopBackOff", log="line 1 of 2\n +line 2 of 2",
                             pod="^orders-.* and 1 more pod$", container="^app$", likely_cause="ends with a failure of its own",
                             **{"try": "logs --previous"})
        restarted = next(float(at) for at, line in watched.lines if " restart" in line)
        self.assertLess(watched.said("crash-loop"), restarted + 2)
        self.assertIn("orders/deploy-stage: Deployment orders cannot get ready", watched.text)

    def test_a_program_that_is_not_in_the_image(self):
        watched = self.watch(self.orders(command=["/nope"]))
        self.assert_given_up(watched, "config", exit="^exit status 127", likely_cause="the image has no program /nope")

    def test_an_image_that_is_not_there(self):
        self.image = self.image.split("@")[0] + ":gone"
        watched = self.watch(self.orders(), image_pull=8)
        self.assert_given_up(watched, "image-pull", state="waiting: (ErrImagePull|ImagePullBackOff)", likely_cause="has no tag or digest .*:gone")

    def test_a_registry_that_nobody_knows(self):
        self.image = "registry.invalid/orders:1"
        watched = self.watch(self.orders(), image_pull=8)
        self.assert_given_up(watched, "image-pull", likely_cause="cannot resolve the registry's name registry.invalid")

    def test_a_registry_that_wants_a_login(self):
        if harness.is_foreign():
            self.skipTest("a foreign node reaches no registry of ours")
        registry = ClosedRegistry(self.folder)
        self.addCleanup(registry.end)
        self.image = registry.push()
        wanted = {"state": "waiting: (ErrImagePull|ImagePullBackOff)", "try": "imagePullSecret",
                  "likely_cause": f"^the nodes may not read {registry.host}/orders.*: the registry {registry.host} needs a login"}
        self.assert_given_up(self.watch(self.orders(), image_pull=3), "image-pull", **wanted)
        pulled_as = {"imagePullSecrets": [{"name": "login"}]}
        self.apply(registry.secret("wrong"))
        watched = self.watch(self.orders({"TURN": 2}, spec=pulled_as), image_pull=3)
        self.assert_given_up(watched, "image-pull", **wanted)
        self.assertIn("needs a login, or refuses the one that it got", watched.text)
        self.apply(registry.secret(registry.PASSWORD))
        self.assert_ready(self.watch(self.orders({"TURN": 3}, spec=pulled_as)))

    def test_an_impossible_image_name_is_given_up_at_once(self):
        self.image = "Orders Image"
        watched = self.watch(self.orders())
        self.assert_given_up(watched, "image-pull", likely_cause="'Orders Image' is not a valid image name")
        self.assertLess(watched.seconds, 20)

    def test_out_of_memory_names_the_limit(self):
        watched = self.watch(self.orders({"ALLOCATE": 200}, resources={"limits": {"memory": "32Mi"}}), oom=6)
        self.assert_given_up(watched, "oom", exit="^exit status 137: out of memory$", likely_cause="more memory than its limit of 32Mi")

    def test_unschedulable_names_what_is_missing(self):
        watched = self.watch(self.orders(resources={"requests": {"cpu": "400"}}), unschedulable=4)
        self.assert_given_up(watched, "unschedulable", likely_cause="no node is that large: a pod asks for 400 cpu, and the largest node has ")
        self.assertLess(watched.said("unschedulable"), 4)

    def test_a_full_node_is_offered_max_unavailable(self):
        most = {"requests": {"cpu": f"{600 * os.cpu_count()}m"}}
        self.assert_ready(self.watch(self.orders(resources=most)))
        watched = self.watch(self.orders({"VERSION": "2"}, resources=most), unschedulable=4)
        self.assert_given_up(watched, "unschedulable", likely_cause="no node has enough free cpu", **{"try": "MAX_UNAVAILABLE 1"})

    def test_a_check_that_answers_with_a_failure(self):
        watched = self.watch(self.orders({"READY": "never"}), probe=6)
        self.assert_given_up(watched, "probe", likely_cause=r"the readiness check \(GET /health on port 8080\) answers with HTTP status 503")
        self.assertLess(watched.said("probe"), 10)

    def test_a_liveness_check_that_restarts_is_no_crash(self):
        check = {"httpGet": {"path": "/status/500", "port": 8080}, "periodSeconds": 1, "failureThreshold": 1}
        watched = self.watch(self.orders(ready="/status/503", livenessProbe=check), probe=12)
        self.assert_given_up(watched, "probe", likely_cause="the liveness check", state="^ended (once|2 times|3 times) by its liveness check")
        self.assertIsNone(watched.said("crash-loop"), watched.text)

    def test_a_missing_config_map_is_given_up_at_once(self):
        watched = self.watch(self.orders(envFrom=[{"configMapRef": {"name": "orders"}}]))
        self.assert_given_up(watched, "config", state="CreateContainerConfigError", likely_cause="there is no ConfigMap orders in the namespace t-")

    def test_a_missing_key_is_given_up_at_once(self):
        self.apply({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "db"}, "stringData": {"user": "x"}})
        key = [{"name": "URL", "valueFrom": {"secretKeyRef": {"name": "db", "key": "url"}}}]
        box = self.orders()
        box["spec"]["template"]["spec"]["containers"][0]["env"] = key
        watched = self.watch(box)
        self.assert_given_up(watched, "config", likely_cause="^Secret db has no key url$")

    def test_a_quota_that_is_used_up(self):
        self.apply({"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "small"}, "spec": {"hard": {"pods": "1"}}})
        watched = self.watch(self.orders(replicas=2), quota=4)
        self.assert_given_up(watched, "quota", state="exceeded quota: small", likely_cause="quota is used up: small, requested: pods=1")

    def test_a_pod_security_level_denies_at_once(self):
        self.kubectl("label", "namespace", self.namespace, "pod-security.kubernetes.io/enforce=restricted")
        watched = self.watch(self.orders())
        self.assert_given_up(watched, "denied", state='violates PodSecurity "restricted', likely_cause="Pod Security level forbids")
        self.assertLess(watched.seconds, 10)

    def test_a_limit_range_denies_a_stateful_set_at_once(self):
        self.apply({"apiVersion": "v1", "kind": "LimitRange", "metadata": {"name": "small"},
                    "spec": {"limits": [{"type": "Container", "max": {"memory": "8Mi"}}]}})
        pods = self.orders(resources={"limits": {"memory": "16Mi"}})["spec"]
        watched = self.watch({"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "kept"}, "spec": {"serviceName": "kept", **pods}})
        self.assert_given_up(watched, "denied", likely_cause="LimitRange")

    def test_a_volume_without_its_config_map(self):
        volume = {"volumes": [{"name": "files", "configMap": {"name": "gone"}}]}
        watched = self.watch(self.orders(spec=volume, volumeMounts=[{"name": "files", "mountPath": "/files"}]), volume=5)
        self.assert_given_up(watched, "volume", state="FailedMount", likely_cause="there is no ConfigMap gone")

    def test_a_volume_without_its_claim(self):
        volume = {"volumes": [{"name": "files", "persistentVolumeClaim": {"claimName": "gone"}}]}
        watched = self.watch(self.orders(spec=volume, volumeMounts=[{"name": "files", "mountPath": "/files"}]), volume=4)
        self.assert_given_up(watched, "volume", likely_cause="there is no PersistentVolumeClaim gone")

    def test_an_init_container_is_named_as_one(self):
        first = {"initContainers": [{"name": "migrate", "image": self.image, "args": ["job", "--exit", "2", "--lines", "1"]}]}
        watched = self.watch(self.orders(spec=first), crash_loop=8)
        self.assert_given_up(watched, "crash-loop", container=r"^migrate \(init container\)$", exit="^exit status 2")

    def test_a_job_that_fails_for_good_has_its_log(self):
        watched = self.watch(self.job(["job", "--exit", "5", "--lines", "2"]))
        self.assert_given_up(watched, "crash-loop", exit="^exit status 5", log="line 1")
        self.assertIn("Job migrate cannot get ready", watched.text)

    def test_old_pods_are_not_judged(self):
        self.watch(self.orders({"EXIT_CODE": 3}), crash_loop=1)
        self.assertIn("CrashLoopBackOff", str(self.until("pod", lambda one: harness.state_of(one)[1].get("reason") == "CrashLoopBackOff")))
        watched = self.watch(self.orders())
        self.assert_ready(watched)
        self.assertEqual(watched.symptoms, [])

    def test_without_the_right_to_read_events_and_logs_it_is_poorer_and_works(self):
        config = self.poor_kubeconfig()
        watched = self.watch(self.orders({"EXIT_CODE": 3, "LINES": 2}), crash_loop=8, env={"KUBECONFIG": config})
        self.assert_given_up(watched, "crash-loop", exit="^exit status 3")
        self.assertIn("poorer: events could not be read", watched.text)
        self.assertIn("poorer: logs could not be read", watched.text)
        self.assertIsNone(watched.note("log"))

    def poor_kubeconfig(self):
        """Somebody who may deploy and look at pods, and nothing more."""
        rules = [{"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get", "list", "watch", "patch", "create"]},
                 {"apiGroups": ["apps"], "resources": ["replicasets"], "verbs": ["get", "list", "watch"]},
                 {"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list", "watch"]}]
        self.apply({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "poor"}},
                   {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": "poor"}, "rules": rules},
                   {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": {"name": "poor"},
                    "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "poor"},
                    "subjects": [{"kind": "ServiceAccount", "name": "poor", "namespace": self.namespace}]})
        config = json.loads(self.kubectl("config", "view", "--raw", "--minify", "--flatten", "--output=json"))
        config["users"][0]["user"] = {"token": self.kubectl("create", "token", "poor").strip()}
        file = self.folder / "poor.kubeconfig"
        file.write_text(json.dumps(config))
        return str(file)


if __name__ == "__main__":
    unittest.main()
