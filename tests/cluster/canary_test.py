"""Canaries on a real cluster: their share of production's requests, that no request fails, and how they end."""

import json
import math
import unittest

import harness

CALLS = """
add_pipeline(orders IMAGE {registry}/{namespace}/orders)
pipeline_step(orders build COMMAND install -D app.bin out/app INPUTS app.bin OUTPUTS out/app STAGE build)
pipeline_image(orders BASE scratch FILES out/app=/app ENTRYPOINT /app ENV VERSION={version})
pipeline_service(orders api PORT 8080 REPLICAS {replicas} READY /health ENV READY={ready})
pipeline_environment(orders prod ON branch main VIA kubectl CONTEXT {context} NAMESPACE {namespace} {place})
pipeline_canary(orders IN prod SHARE {share})
"""


class Canaries(harness.Case):
    def orders(self, **values):
        """Production on version 1, and a branch checked out with version 2."""
        orders = self.project(CALLS, **{"replicas": 4, "share": "40%", "ready": "yes", "place": "", **values})
        orders.run("orders.deploy-prod")
        orders.git("switch", "--quiet", "--create", "fix-click")
        return orders.change(version="2")

    def canary(self, orders, *words, **how):
        return orders.cicd("canary", words[0], "orders", "prod", *words[1:], **how)

    def pods(self):
        return len([one for one in self.get("pods", "-l", "cicd.dev/track=canary") if "deletionTimestamp" not in one["metadata"]])

    def assert_share(self, of, pods, total, requests=2000):
        """Within four standard deviations of what so many pods would get by chance, once the node has a route to each."""
        with self.load("orders-api") as first:
            harness.run.until(lambda: len(first.pods) == total, what=f"an answer of each of {total} pods")
        with self.load("orders-api") as load:
            load.wait(requests)
        wanted, counted = pods / total, load.share(of)
        self.assertLess(abs(counted - wanted), 4 * math.sqrt(wanted * (1 - wanted) / load.total), load.versions)
        self.assertEqual(load.failures, [])

    def test_it_gets_its_share_and_no_request_fails(self):
        orders = self.orders()
        before = self.get("deployment/orders-api")
        with self.load("orders-api") as load:
            started = self.canary(orders, "start", "--share", "20%")
            self.assertIn("the canary of api gets 1 of 5 pods, 20%", started.stdout)
            self.assert_share("2", 1, 5)
            changed = self.canary(orders, "set", "40%")
            self.assertIn("2 of 6 pods, 33.3%", changed.stdout)
            self.until("deployment", lambda one: one["metadata"]["name"] != "orders-api" and one["status"].get("readyReplicas") == 2)
            self.assert_share("2", 2, 6)
            status = json.loads(self.canary(orders, "status", "--json").stdout)
            self.assertEqual((status["canary_pods"]["ready"], status["production_pods"]["ready"]), (2, 4))
            self.assertEqual(status["share_by_ready_endpoints"], "2 of 6 pods, 33.3%")
            told, = json.loads(orders.cicd("status", "--json").stdout)["environments"][0]["branches"]
            self.assertEqual((told["kind"], told["service"], told["share"], told["pods"]), ("canary", "api", "2 of 6 pods, 33.3%", {"ready": 2, "wanted": 2}))
            self.assertRegex(orders.cicd("status").stdout, r"(?m)^ +canary \S+ .* 2/2 ready .*33\.3%")
            self.canary(orders, "end")
            harness.run.until(lambda: self.pods() == 0, what="the end of the canary's pods")
            load.wait(200)
        self.assertEqual(load.failures, [])
        self.assertEqual(self.get("deployment/orders-api")["metadata"]["generation"], before["metadata"]["generation"],
                         "production's own pods are left alone")
        self.assertIn("no canary runs here", self.canary(orders, "status", status=2).stderr)

    def test_an_approval_is_of_a_canary_of_this_share_and_of_nothing_else(self):
        orders = self.project(CALLS, replicas=4, share="40%", ready="yes", place="APPROVAL required")
        orders.run("orders.publish")
        orders.cicd("approve", "orders", "prod", "--reason", "the first version")
        orders.run("orders.deploy-prod")
        orders.git("switch", "--quiet", "--create", "fix-click")
        orders.change(version="2")
        refused = self.canary(orders, "start", "--share", "20%", status=5)
        self.assertIn("this canary with this share is not approved", refused.all)
        self.assertIn("cicd approve orders prod --canary --share 20% --reason", refused.all)
        orders.cicd("approve", "orders", "prod", "--reason", "a deploy of the branch")
        self.canary(orders, "start", "--share", "20%", status=5)
        orders.cicd("approve", "orders", "prod", "--canary", "--share", "20%", "--reason", "one pod of five")
        self.canary(orders, "start", "--share", "40%", status=5)
        self.assertEqual(self.pods(), 0)
        self.canary(orders, "start", "--share", "20%")
        self.assertEqual(self.pods(), 1)
        [left] = json.loads(orders.cicd("approve", "prod", "--list", "--json").stdout)["approvals"]
        self.assertEqual(left["reason"], "a deploy of the branch", "that of the canary is used up")

    def test_a_canary_asks_for_an_approval_of_its_own_where_that_is_declared(self):
        orders = self.orders(share="40% APPROVAL required")
        refused = self.canary(orders, "start", "--share", "20%", status=5)
        self.assertIn("this canary with this share is not approved", refused.all)
        orders.cicd("approve", "orders", "prod", "--canary", "--share", "20%", "--reason", "one pod of five")
        self.canary(orders, "start", "--share", "20%")
        self.assertEqual(self.pods(), 1)

    def test_a_share_that_whole_pods_cannot_be_is_refused_with_the_nearest(self):
        orders = self.orders(replicas=3, share="10%")
        refused = self.canary(orders, "start", status=2)
        self.assertIn("1 of 4 pods, 25%", refused.stderr)
        self.assertIn("raise SHARE to 25%, or have 9 ready pods", refused.stderr)
        self.assertEqual(self.pods(), 0)

    def test_pods_that_are_not_ready_get_nothing(self):
        orders = self.orders(replicas=2, place="PATIENCE probe=3s progress=8s")
        orders.change(ready="never")
        with self.load("orders-api") as load:
            self.canary(orders, "start", status=1)
            load.wait(500)
        self.assertEqual(load.versions, {"1": load.total})
        self.canary(orders, "end")

    def test_a_second_branch_is_refused_while_one_runs(self):
        orders = self.orders(replicas=2)
        self.canary(orders, "start")
        orders.git("switch", "--quiet", "--create", "other")
        orders.change(version="3")
        self.assertIn("--branch fix-click", self.canary(orders, "start", status=3).all)

    def test_it_ends_when_production_has_its_commit(self):
        orders = self.orders(replicas=2)
        self.canary(orders, "start")
        orders.git("switch", "--quiet", "main")
        orders.change(version="1b")
        orders.run("orders.deploy-prod")
        self.assertEqual(self.pods(), 1, "this rollout did not contain the branch")
        orders.git("merge", "--quiet", "--strategy=ours", "--message=merge", "fix-click")
        orders.change(version="2")
        orders.run("orders.deploy-prod")
        harness.run.until(lambda: self.pods() == 0, what="the end of the canary's pods")


if __name__ == "__main__":
    unittest.main(verbosity=2)
