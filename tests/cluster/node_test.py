"""The cluster itself: whether what the other suites stand on is there."""

import json
import unittest

import harness
from harness import container, deployment, pod, service, state_of


class Node(harness.Case):
    def test_the_node_is_ready_in_the_version_that_was_built(self):
        for node in self.get("nodes"):
            self.assertTrue(harness.is_ready(node), node["metadata"]["name"])
        server = json.loads(self.kubectl("version", "--output=json"))["serverVersion"]
        self.assertEqual(server["major"], "1")

    def test_pods_pulled_from_the_registry_answer_through_a_service(self):
        self.apply(deployment("orders", self.push("orders", VERSION="7"), replicas=2), service("orders"))
        self.until("deployment/orders", harness.is_available)
        with self.load("orders") as load:
            load.wait(200)
            harness.until(lambda: len(load.pods) == 2, what="an answer of each pod")
        self.assertEqual(load.failures, [])
        self.assertEqual(load.versions, {"7": load.total})
        self.assertEqual(set(load.pods), {one["metadata"]["name"] for one in self.get("pods")})

    def test_two_hundred_requests_at_once_are_answered(self):
        self.apply(deployment("orders", self.push("orders")), service("orders"))
        self.until("deployment/orders", harness.is_available)
        with self.load("orders", threads=200) as load:
            load.wait(1000)
        self.assertEqual(load.failures, [])

    def test_no_request_fails_while_pods_are_exchanged(self):
        self.apply(deployment("orders", self.push("orders", VERSION="1"), replicas=2), service("orders"))
        self.until("deployment/orders", harness.is_available)
        with self.load("orders") as load:
            self.apply(deployment("orders", self.push("orders", VERSION="2"), replicas=2))
            self.until("deployment/orders", harness.is_available)
            load.wait(100)
        self.assertEqual(load.failures, [])
        self.assertEqual(set(load.versions), {"1", "2"})

    def test_a_pod_reaches_a_service_and_itself_through_it(self):
        self.apply(deployment("orders", self.push("orders")), service("orders"))
        self.until("deployment/orders", harness.is_available)
        name = self.get("pods")[0]["metadata"]["name"]
        address = self.get("service/orders")["spec"]["clusterIP"]
        self.assertIn(name, self.kubectl("exec", name, "--", "/app", "get", address, "80"))

    def test_an_out_of_memory_kill_is_seen(self):
        limit = {"limits": {"memory": "32Mi"}}
        self.apply(pod("greedy", self.push(), {"ALLOCATE": 200}, resources=limit))
        ended = self.until("pod/greedy", lambda one: state_of(one)[0] == "terminated")
        self.assertEqual(state_of(ended)[1]["reason"], "OOMKilled")
        self.assertEqual(state_of(ended)[1]["exitCode"], 137)

    def test_a_crash_has_its_exit_status_and_its_log_lines(self):
        self.apply(pod("ill", self.push(), {"EXIT_CODE": 3, "LINES": 2}, restart="Always"))
        died = self.until("pod/ill", lambda one: state_of(one)[1].get("reason") == "CrashLoopBackOff")
        self.assertEqual(state_of(died)[2]["exitCode"], 3)
        self.assertIn("line 2 of 2\n", self.kubectl("logs", "ill", "--previous"))

    def test_a_single_crash_ends_well(self):
        volume = {"volumes": [{"name": "tmp", "emptyDir": {}}]}
        self.apply(pod("once", self.push(), {"CRASH_ONCE": "/tmp/crashed"}, restart="Always", spec=volume,
                       volumeMounts=[{"name": "tmp", "mountPath": "/tmp"}]))
        self.until("pod/once", lambda one: harness.is_ready(one) and one["status"]["containerStatuses"][0]["restartCount"] == 1)

    def test_an_image_that_is_not_there_is_told_so(self):
        self.apply(pod("absent", f"{harness.registry()}/absent:1"))
        waiting = self.until("pod/absent", lambda one: state_of(one)[1].get("reason") == "ErrImagePull")
        self.assertIn("not found", state_of(waiting)[1]["message"])

    def test_another_version_is_another_digest(self):
        first, second = self.push("orders", VERSION="1"), self.push("orders", VERSION="2")
        self.assertNotEqual(first, second)
        self.assertEqual(first, self.push("orders", VERSION="1"))

    def test_a_job_of_a_cron_job_with_a_time_zone_runs(self):
        job = {"spec": {"backoffLimit": 0, "template": {"spec": {
            "restartPolicy": "Never", "containers": [container(self.push(), ready=None, args=["job", "--lines", "3"])]}}}}
        self.apply({"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "nightly"},
                    "spec": {"schedule": "15 2 * * *", "timeZone": "Europe/Berlin", "jobTemplate": job}})
        self.kubectl("create", "job", "now", "--from=cronjob/nightly")
        self.until("job/now", lambda one: one.get("status", {}).get("succeeded") == 1)
        self.assertIn("job line 3 of 3", self.kubectl("logs", "job/now"))

    def test_logs_are_followed_to_the_end(self):
        self.apply(pod("slow", self.push(), ready=None, args=["job", "--lines", "4", "--seconds", "1", "--exit", "5"]))
        self.until("pod/slow", lambda one: state_of(one)[0] in ("running", "terminated"))
        self.assertEqual(self.kubectl("logs", "slow", "--follow").splitlines()[-1], "job line 4 of 4")
        ended = self.until("pod/slow", lambda one: state_of(one)[0] == "terminated")
        self.assertEqual(state_of(ended)[1]["exitCode"], 5)

    def test_a_pod_that_no_node_can_hold_stays_pending_with_the_reason(self):
        self.apply(pod("huge", self.push(), resources={"requests": {"memory": "100Ti"}}))
        self.until("pod/huge", lambda one: any(each.get("reason") == "Unschedulable" for each in one["status"].get("conditions", [])))


if __name__ == "__main__":
    unittest.main()
