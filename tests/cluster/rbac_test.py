"""`cicd doctor` and the Roles that it prints: enough for what they are for, and nothing more."""

import json
import re
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import harness  # noqa: E402

CALLS = """
add_pipeline(orders IMAGE {registry}/{namespace}/orders)
pipeline_step(orders build COMMAND install -D app.bin out/app INPUTS app.bin OUTPUTS out/app STAGE build)
pipeline_image(orders BASE scratch FILES out/app=/app ENTRYPOINT /app ENV VERSION={version})
pipeline_service(orders api PORT 8080 REPLICAS 2 READY /health START_WITHIN 20s SECRET_ENV KEY=orders-key/key {api})
pipeline_cron_job(orders close SCHEDULE @daily COMMAND /app job SMOKE /app job --lines 1)
pipeline_environment(orders stage ON branch main VIA kubectl CONTEXT {context} NAMESPACE {namespace} PATIENCE crash-loop=2s)
"""

LOOP = """
add_pipeline(orders)
pipeline_step(orders build COMMAND install -D app.bin out/app INPUTS app.bin OUTPUTS out/app STAGE build)
pipeline_image(orders BASE scratch FILES out/app=/app ENTRYPOINT /app)
pipeline_service(orders api PORT 8080)
pipeline_environment(orders stage ON branch main VIA gitops)
"""


class Rights(harness.Case):
    def setUp(self):
        super().setUp()
        self.kubectl("create", "secret", "generic", "orders-key", "--from-literal=key=1")

    def orders(self, **values):
        return self.project(CALLS, **{"api": "", **values})

    def roles(self, project):
        """The documents that are printed, by purpose."""
        text = project.cicd("doctor", "orders", "stage", "--rbac").stdout
        parts = re.split(r"(?m)^# To (\w+) ", text)[1:]
        return dict(zip(parts[::2], parts[1::2]))

    def somebody_with(self, purpose, project, without=()):
        """A service account with the printed Roles and nothing more; gives the variables by which kubectl is that account."""
        account = f"{purpose}er"
        self.kubectl("create", "serviceaccount", account)
        name = f"cicd-orders-stage-{purpose}"
        own = f"{name}-{self.namespace}"
        text = self.roles(project)[purpose].split("\n", 1)[1]
        subject = f"  - kind: ServiceAccount\n    name: {account}\n    namespace: {self.namespace}\n"
        text, count = re.subn(r"(?m)^subjects:\n(?:[ -].*\n)+", "subjects:\n" + subject, text)
        self.assertGreaterEqual(count, 1, text)
        # What is of no namespace gets a name of this case's own.
        documents = ["---\n" + (part.replace(name, own) if "kind: Cluster" in part else part) for part in text.split("---\n") if part.strip()]
        self.kubectl("apply", "--server-side", "--filename=-", given="".join(documents))
        for resource in without:
            self.take_away(f"cicd-orders-stage-{purpose}", resource)
        self.addCleanup(harness.kubectl, "delete", "clusterrole,clusterrolebinding", own, "--ignore-not-found", status=None)
        return self.by_token_of(account)

    def by_token_of(self, account):
        """The variables by which kubectl is that service account."""
        token = self.kubectl("create", "token", account).strip()
        config = json.loads(harness.kubectl("config", "view", "--raw", "--minify", "--output=json"))
        config["users"][0]["user"] = {"token": token}
        path = self.folder / f"{account}.kubeconfig"
        path.write_text(json.dumps(config))
        return {"KUBECONFIG": str(path)}

    def take_away(self, role, resource):
        rules = self.get(f"role/{role}")["rules"]
        for rule in rules:
            rule["resources"] = [one for one in rule["resources"] if one != resource]
        self.assertNotEqual(rules, self.get(f"role/{role}")["rules"], "it was there")
        left = [rule for rule in rules if rule["resources"]]
        self.kubectl("patch", "role", role, "--type=merge", "--patch", json.dumps({"rules": left}))

    def test_who_may_only_plan_plans_and_cannot_deploy(self):
        orders = self.orders()
        orders.run("orders.publish")
        planner = self.somebody_with("plan", orders)
        said = orders.cicd("plan", "orders.deploy-stage", env=planner)
        self.assertIn("Deployment orders-api", said.stdout)
        refused = orders.run("orders.deploy-stage", status=6, env=planner)
        self.assertRegex(refused.all, r"leases|configmaps|Lease|ConfigMap")
        self.assertFalse(self.exists("deployment/orders-api"), "nothing is left half applied")

    def test_who_may_deploy_deploys_changes_and_prunes(self):
        orders = self.orders()
        deployer = self.somebody_with("deploy", orders)
        orders.run("orders.deploy-stage", env=deployer, timeout=200)
        self.assert_answers("orders-api", "1")
        orders.change(version="2").run("orders.deploy-stage", env=deployer, timeout=200)
        self.assert_answers("orders-api", "2")
        orders.calls = CALLS.replace("pipeline_cron_job(orders close SCHEDULE @daily COMMAND /app job SMOKE /app job --lines 1)\n", "")
        orders.change().run("orders.deploy-stage", env=deployer, timeout=200)
        self.assertFalse(self.exists("cronjob/orders-close"))
        self.assertIn("nothing to do", orders.run("orders.deploy-stage", env=deployer).stdout)

    def test_without_the_right_to_events_and_logs_a_deploy_works_and_explains_less(self):
        orders = self.orders()
        deployer = self.somebody_with("deploy", orders, without=("events", "pods/log"))
        orders.run("orders.deploy-stage", env=deployer, timeout=200)
        failed = orders.change(version="2", api="ENV EXIT_CODE=3").run("orders.deploy-stage", status=1, env=deployer, timeout=200)
        self.assertIn("exit status 3", failed.all)
        self.assertIn("rolled back", failed.all)

    def test_one_forbidden_kind_is_named_with_its_verb_and_nothing_is_removed(self):
        orders = self.orders()
        orders.run("orders.deploy-stage")
        planner = self.somebody_with("deploy", orders, without=("cronjobs",))
        orders.change(version="2").run("orders.publish")
        refused = orders.cicd("plan", "orders.deploy-stage", status=6, env=planner)
        self.assertRegex(refused.all, r"(?s)get.*cronjobs|cronjobs.*get")
        orders.run("orders.deploy-stage", status=6, env=planner)
        for what in ("cronjob/orders-close", "deployment/orders-api", "service/orders-api"):
            self.assertTrue(self.exists(what), what)

    def test_loops_with_the_role_that_is_printed_share_a_lease(self):
        loops = self.project(LOOP)
        loops.run("orders.publish")
        self.kubectl("create", "serviceaccount", "looper")
        looper = self.by_token_of("looper")
        said = loops.root / "out.txt"

        def started():
            process = loops.start(loops.launcher, "reconcile", "--watch", "--every", "5s", "--lease", f"kubernetes:{self.namespace}/loop", env=looper)
            self.addCleanup(lambda: (process.kill(), process.wait()))
            return process

        def holder():
            return self.get("lease/loop")["spec"]["holderIdentity"]

        first = started()
        harness.until(lambda: "no right to get leases.coordination.k8s.io" in said.read_text(), 30)
        role = re.search(r"(?ms)needed: +(apiVersion.*?)^  try:", said.read_text())[1]
        self.kubectl("apply", "--server-side", "--filename=-", given="\n".join(line.removeprefix(" " * 16) for line in role.splitlines()))
        harness.until(lambda: "[orders/deploy-stage] done in" in said.read_text(), 60)
        mine = holder()
        self.assertIn(f"(process {first.pid}, ", mine)
        renewed = self.get("lease/loop")["spec"]["renewTime"]
        harness.until(lambda: self.get("lease/loop")["spec"]["renewTime"] != renewed, 20)
        self.assertEqual(holder(), mine)
        second = started()
        harness.until(lambda: "another process acts" in said.read_text(), 30)
        first.kill()
        first.wait()
        killed = time.monotonic()
        harness.until(lambda: f"(process {second.pid}, " in holder(), 60)
        self.assertGreater(time.monotonic() - killed, 20, "it lived until then, for all that is known")
        second.terminate()
        self.assertEqual(second.wait(30), 0)
        self.assertEqual(holder(), "")
        gone = loops.start(loops.launcher, "reconcile", "--watch", "--lease", "kubernetes:t-not-there/loop")
        self.addCleanup(lambda: (gone.kill(), gone.wait()))
        harness.until(lambda: "kubectl create namespace t-not-there" in said.read_text(), 30)
        gone.terminate()
        self.assertEqual(gone.wait(30), 0)

    def test_the_doctor_is_content_with_a_cluster_where_all_is_there(self):
        said = self.orders().cicd("doctor", "orders", "stage").stdout
        self.assertNotIn("problem", said)
        for words in ("kubectl", "Kubernetes 1.", "all rights to plan are there", "all rights to deploy are there", f"namespace {self.namespace} is there"):
            self.assertIn(words.lower(), said.lower())

    def test_the_doctor_names_what_is_missing_and_what_helps(self):
        orders = self.orders(api="HOST orders.example.com INGRESS_CLASS nothere ENV_FROM config/absent CPU 1m", version="1")
        planner = self.somebody_with("plan", orders)
        said = orders.cicd("doctor", "orders", "stage", "--json", status=1, env=planner)
        found = {one["what"]: one.get("try", "") for one in json.loads(said.stdout)["findings"] if not one["ok"]}
        for words, help in (("rights to deploy are missing", "doctor orders stage --rbac"), ("the ingress class of service api is not there: nothere", "there are"),
                            ("ConfigMap absent is not there", "create it")):
            self.assertTrue(any(words in what and help in to_try for what, to_try in found.items()), f"{words}: {found}")

    def test_the_doctor_asks_for_a_cluster_that_is_not_there(self):
        orders = self.orders(context="nowhere")
        said = orders.cicd("doctor", "orders", "stage", status=1).stdout
        self.assertIn("nowhere", said)
        self.assertIn("problem orders/stage", said)

    def test_names_that_are_not_declared_are_refused_with_the_nearest(self):
        refused = self.orders().cicd("doctor", "order", status=2)
        self.assertIn("did you mean: orders", re.sub(r" +", " ", refused.all))


if __name__ == "__main__":
    unittest.main(verbosity=2)
