"""Previews on a real cluster: the branch's copy answers beside the real service and takes none of its requests; its end; what is refused."""

import json
import unittest

import harness
from harness import run

CALLS = """
add_pipeline(orders IMAGE {registry}/{namespace}/orders)
pipeline_step(orders build COMMAND install -D app.bin out/app INPUTS app.bin OUTPUTS out/app STAGE build)
pipeline_image(orders BASE scratch FILES out/app=/app ENTRYPOINT /app ENV VERSION={version})
pipeline_service(orders api PORT 8080 REPLICAS 2 READY /health HOST orders.{namespace}.test ENV APP_ENDPOINT=https://{host})
pipeline_environment(orders prod ON branch main VIA kubectl CONTEXT {context} NAMESPACE {namespace} {place})
{more}
pipeline_preview(orders IN prod HOST orders.{slug}.{namespace}.test SWEEP ci {preview})
"""


class Previews(harness.Case):
    def orders(self, branch="fix-click", **values):
        """Production on version 1, and a branch checked out with version 2; `origin` has both."""
        orders = self.project(CALLS, **{"preview": "", "more": "", "place": "", **values})
        self.origin = orders.root / "origin.git"
        orders.git("init", "--quiet", "--bare", str(self.origin))
        orders.git("remote", "add", "origin", str(self.origin))
        orders.run("orders.deploy-prod")
        self.on(orders, branch, "2")
        return orders

    def on(self, orders, branch, version):
        orders.git("switch", "--quiet", "--create", branch)
        orders.change(version=version)
        orders.git("push", "--quiet", "origin", branch)

    def previews(self, orders):
        return json.loads(orders.cicd("preview", "list", "--json").stdout)

    def made(self, kind="service"):
        return [one["metadata"]["name"] for one in self.get(kind, "-l", "cicd.dev/track=preview")]

    def served(self, service):
        return json.loads(self.fetch(service)[1])["version"]

    def test_an_approval_of_a_preview_is_used_up_and_its_task_runs_where_it_is_named(self):
        task = "pipeline_task(orders migrate COMMAND /app job --lines 1 BEFORE deploy)\n"
        orders = self.orders(preview="APPROVAL required", more=task)
        self.assertIn("this preview is not approved", orders.run("orders.deploy-branch", status=5).all)
        orders.cicd("approve", "orders", "prod", "--preview", "--reason", "read it")
        self.assertNotIn("job line", orders.run("orders.deploy-branch").all)
        self.assertEqual(json.loads(orders.cicd("approve", "prod", "--list", "--json").stdout)["approvals"], [])
        orders.change(preview="", more=task + "pipeline_task(orders migrate IN preview)", version="3")
        self.assertIn("migrate: job line 1 of 1", orders.run("orders.deploy-branch").all)

    def test_it_answers_for_itself_and_production_never_asks_it(self):
        orders = self.orders()
        with self.load("orders-api") as load:
            orders.make("deploy-branch")
            load.wait(2000)
        self.assertEqual(load.versions, {"1": load.total}, "a preview took production's requests")
        self.assertEqual(load.failures, [])
        service, = self.made()
        self.assertEqual(self.served(service), "2")
        host, = [rule["host"] for one in self.get("ingress", "-l", "cicd.dev/track=preview") for rule in one["spec"]["rules"]]
        self.assertEqual(host, f"orders.fix-click.{self.namespace}.test")
        self.assertEqual(self.fetch(service, "/env?APP_ENDPOINT")[1].strip(), "https://" + host)
        listed, = self.previews(orders)
        self.assertEqual((listed["branch"], listed["health"], listed["host"]), ("fix-click", "1/1 ready", host))
        self.assertEqual(listed["commit"], orders.git("rev-parse", "HEAD"))
        self.assertRegex(orders.cicd("status").stdout, r"(?m)^ +preview fix-click .* 1/1 ready +expires in ")
        self.assertIn("nothing to do", orders.make("deploy-branch").stdout)
        orders.make("undeploy-branch")
        self.assertEqual((self.made(), self.made("deployment"), self.previews(orders)), ([], [], []))
        self.assertEqual(self.served("orders-api"), "1")

    def test_branches_with_nearly_equal_names_do_not_meet(self):
        orders = self.orders("fix/click")
        orders.cicd("preview", "deploy", "orders")
        self.on(orders, "fix-click", "3")
        orders.cicd("preview", "deploy", "orders")
        self.assertEqual({self.served(one) for one in self.made()}, {"2", "3"})
        orders.cicd("preview", "remove", "orders", "fix/click")
        self.assertEqual([self.served(one) for one in self.made()], ["3"])
        refused = orders.cicd("preview", "remove", "orders", "fix-clik", status=2)
        self.assertIn("did you mean", refused.stderr)

    def test_a_sweep_ends_those_whose_branch_is_gone_and_no_others(self):
        orders = self.orders()
        orders.cicd("preview", "deploy", "orders")
        self.assertIn("nothing is over", orders.cicd("preview", "sweep").stdout)
        self.origin.rename(self.origin.with_suffix(".away"))
        self.assertIn("nothing was removed", orders.cicd("preview", "sweep", status=6).stderr)
        self.assertEqual(len(self.made()), 1)
        self.origin.with_suffix(".away").rename(self.origin)
        orders.git("push", "--quiet", "origin", "main")
        orders.git("push", "--quiet", "origin", "--delete", "fix-click")
        self.assertIn("its branch is gone", orders.cicd("preview", "sweep", "--dry-run").stdout)
        self.assertEqual(len(self.made()), 1)
        orders.cicd("preview", "sweep")
        self.assertEqual(self.made(), [])
        self.assertEqual(self.served("orders-api"), "1")

    def test_a_service_that_would_take_its_pods_is_found_before_anything_is_applied(self):
        orders = self.orders()
        self.apply(harness.service("legacy", selector={"service": "orders-api"}))
        refused = orders.cicd("preview", "deploy", "orders", status=3)
        self.assertIn("it would send them its requests: 'Service legacy'", refused.all)
        self.assertIn("service=orders-api", refused.all)
        self.assertEqual(self.made("deployment"), [])

    def test_a_namespace_of_its_own_goes_with_it(self):
        own = f"{self.namespace}-own-{{slug}}"
        orders = self.orders(preview=f"NAMESPACE {own}")
        orders.cicd("preview", "deploy", "orders")
        name = own.replace("{slug}", "fix-click")
        self.addCleanup(harness.kubectl, "delete", "namespace", name, "--wait=false", status=None)
        self.assertEqual(len(self.get("deployment", namespace=name)), 1)
        self.assertEqual(self.previews(orders)[0]["namespace"], name)
        orders.make("undeploy-branch", timeout=240)
        harness.run.until(lambda: not self.exists(f"namespace/{name}"), seconds=60, what="the end of the namespace")

    def test_an_end_that_something_holds_says_what_and_is_known_until_it_is_gone(self):
        own = f"{self.namespace}-held-{{slug}}"
        orders = self.orders(preview=f"NAMESPACE {own}", place="PATIENCE deletion=3s")
        orders.cicd("preview", "deploy", "orders")
        name = own.replace("{slug}", "fix-click")
        keep = {"metadata": {"finalizers": ["example.com/keep"]}}
        free = ("patch", "configmap", "held", "--type=merge", "--patch", '{"metadata": {"finalizers": null}}')
        self.addCleanup(harness.kubectl, *free, namespace=name, status=None)
        self.kubectl("create", "configmap", "held", namespace=name)
        self.kubectl("patch", "configmap", "held", "--type=merge", "--patch", json.dumps(keep), namespace=name)
        refused = orders.cicd("preview", "remove", "orders", status=3)
        self.assertIn(f"Namespace {name} is being deleted and is not gone yet", refused.all)
        listed, = self.previews(orders)
        self.assertEqual((listed["outcome"], listed["namespace"]), ("ending", name))
        # The cluster says what is left after its first try.
        harness.run.until(lambda: "example.com/keep" in orders.cicd("preview", "list").stdout, seconds=60, what="what holds it")
        self.assertIn("example.com/keep", orders.cicd("preview", "remove", "orders", status=3).all)
        self.kubectl(*free, namespace=name)
        orders.cicd("preview", "remove", "orders", status=None)
        harness.run.until(lambda: not self.exists(f"namespace/{name}"), seconds=60, what="the end of the namespace")
        self.assertIn("no branch has a preview", orders.cicd("preview", "list").stdout)

    def test_its_plan_names_host_labels_and_variables_and_its_end_is_in_whole_hours(self):
        orders = self.orders()
        orders.run("orders.publish")
        plan = orders.cicd("preview", "plan", "orders").stdout
        for words in ("host ", "cicd.dev/branch=", "container "):
            self.assertIn(words, plan)
        orders.cicd("preview", "deploy", "orders")
        listed, = self.previews(orders)
        self.assertRegex(orders.cicd("preview", "list").stdout, r"ends in \d+h\n")

    def test_a_container_that_reads_secrets_runs_in_it_only_where_it_is_named_with_what_is_meant_for_it(self):
        for name in ("orders-db", "preview-db"):
            self.kubectl("create", "secret", "generic", name, f"--from-literal=url={name}")
        migrate = "pipeline_container(orders migrate OF api ROLE init COMMAND /app job SECRET_ENV URL=orders-db/url)\n"
        orders = self.orders(more=migrate + "pipeline_service(orders api IN preview SECRET_ENV URL=preview-db/url)\n")
        orders.run("orders.publish")
        plan = orders.cicd("plan", "orders.deploy-branch").stdout
        self.assertIn("container migrate is ROLE init or reads Secrets, and does not run in this preview", " ".join(plan.split()))
        orders.cicd("preview", "deploy", "orders")
        self.assertEqual(self.initial("preview"), [])
        self.assertEqual(self.initial("stable"), ["orders-db"])
        service, = self.made()
        self.assertEqual(self.fetch(service, "/env?URL")[1].strip(), "preview-db")
        orders.change(more=orders.values["more"] + "pipeline_container(orders migrate IN preview SECRET_ENV URL=preview-db/url)\n")
        orders.cicd("preview", "deploy", "orders")
        self.assertEqual((self.initial("preview"), self.initial("stable")), (["preview-db"], ["orders-db"]))

    def initial(self, track):
        """The Secrets that the initial containers of the Deployment on that track read."""
        one, = self.get("deployment", "-l", f"cicd.dev/track={track}")
        return [variable["valueFrom"]["secretKeyRef"]["name"] for each in one["spec"]["template"]["spec"].get("initContainers", [])
                for variable in each["env"]]

    def test_a_fork_gets_nothing(self):
        orders = self.orders()
        fork = {"CIRCLE_PR_USERNAME": "somebody", "CIRCLE_PR_REPONAME": "orders"}
        refused = orders.cicd("preview", "deploy", "orders", status=5, env=fork)
        self.assertIn("somebody/orders", refused.all)
        self.assertEqual(self.made("deployment"), [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
