"""Cron jobs: how they fare, a run now, suspended over deploys, resumed without making up for what was missed."""

import datetime
import json
import time
import unittest

import harness

CALLS = """
add_pipeline(orders IMAGE {registry}/{namespace}/orders)
pipeline_step(orders build COMMAND install -D app.bin out/app INPUTS app.bin OUTPUTS out/app STAGE build)
pipeline_image(orders BASE scratch FILES out/app=/app ENTRYPOINT /app ENV VERSION={version})
pipeline_cron_job(orders close-stale-orders SCHEDULE "{schedule}" COMMAND /app job {job} {more})
pipeline_environment(orders stage ON branch main VIA kubectl CONTEXT {context} NAMESPACE {namespace})
"""
NAME = "orders-close-stale-orders"


class Cron(harness.Case):
    def deployed(self, **values):
        orders = self.project(CALLS, **{"schedule": "0 0 1 1 *", "job": "--lines 2", "more": "", **values})
        orders.run("orders.deploy-stage", timeout=300)
        return orders

    def cron(self, orders, command, *words, **how):
        return orders.cicd("cron", command, "orders", "stage", "close-stale-orders", *words, **how)

    def listed(self, orders):
        found = json.loads(orders.cicd("cron", "list", "--json").stdout)["cron_jobs"]
        self.assertEqual([one["name"] for one in found], ["close-stale-orders"])
        return found[0]

    def test_a_run_now_is_as_deployed_followed_and_kept(self):
        orders = self.deployed()
        never = self.listed(orders)
        self.assertEqual((never["last_success"], never["last_failure"], never["missed"]["count"]), (None, None, 0))
        self.assertEqual(orders.cicd("cron", "list", "--check").stderr, "")
        good = self.cron(orders, "run-now")
        self.assertEqual(good.stdout, "job line 1 of 2\njob line 2 of 2\n")
        job = self.get("jobs")[0]
        self.assertEqual(job["metadata"]["annotations"]["cronjob.kubernetes.io/instantiate"], "manual")
        self.assertEqual(job["metadata"]["ownerReferences"][0]["name"], NAME)
        self.assertLessEqual(len(job["metadata"]["name"]), 63)
        self.assertEqual(self.listed(orders)["last_success"]["job"], job["metadata"]["name"])
        orders.change(job="--exit 3 --lines 1").run("orders.deploy-stage", timeout=300)
        self.assertIn("exit status 3", self.cron(orders, "run-now", status=1).stderr)
        self.cron(orders, "run-now", "--pass-status", status=3)
        failure = self.listed(orders)["last_failure"]
        self.assertEqual((failure["cause"], failure["exit_status"]), ("exit status 3", 3))
        self.assertIn("exit status 3", orders.cicd("cron", "list", "orders", "stage").stdout)

    def test_a_failure_is_told_once_and_so_is_the_run_that_is_good_again(self):
        told = self.folder / "told.ndjson"
        more = f'OWNER team-orders)\npipeline_notify(orders COMMAND sh -c "cat >> {told}" WHEN cron-failure recovery'
        orders = self.deployed(job="--exit 3 --lines 1", more=more)
        self.cron(orders, "run-now", status=1)
        for _ in range(2):
            orders.cicd("cron", "list", "--check", status=1)
        [failed] = [json.loads(line)["services"][0] for line in told.read_text().splitlines()]
        self.assertEqual((failed["cron_job"], failed["is"], failed["notes"]), ("close-stale-orders", "cron-failed", ["owner: team-orders"]))
        self.assertIn("exit status 3", failed["why"])
        orders.change(job="--lines 1").run("orders.deploy-stage", timeout=300)
        self.cron(orders, "run-now")
        for _ in range(2):
            orders.cicd("cron", "list", "--check")
        self.assertEqual([json.loads(line)["services"][0]["is"] for line in told.read_text().splitlines()], ["cron-failed", "cron-recovered"])

    def test_a_deadline_and_memory_are_told_from_a_failure(self):
        orders = self.deployed(job="--lines 60 --seconds 60", more="DEADLINE 4s")
        self.assertIn("ended after its deadline of 4.0 s", self.cron(orders, "run-now", status=1).stderr)
        self.assertIn("ended after its deadline of 4.0 s", orders.cicd("cron", "list").stdout)

    def test_forbid_allows_no_second_run(self):
        orders = self.deployed(job="--lines 60 --seconds 60")
        process = orders.start(orders.launcher, "cron", "run-now", "orders", "stage", "close-stale-orders")
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.until("jobs", lambda one: one.get("status", {}).get("active"))
        refused = self.cron(orders, "run-now", status=3).stderr
        self.assertIn(self.get("jobs")[0]["metadata"]["name"], refused)
        self.assertEqual(len(self.get("jobs")), 1)
        self.assertEqual(self.listed(orders)["running"], [self.get("jobs")[0]["metadata"]["name"]])

    def test_a_suspension_survives_deploys_and_missed_runs_are_said_and_not_made_up_for(self):
        orders = self.deployed(schedule="* * * * *", job="--exit 3 --lines 1")
        failed = self.until("jobs", lambda one: one.get("status", {}).get("failed"), 100)
        said = orders.cicd("cron", "list").stdout
        self.assertIn("exit status 3, job " + failed["metadata"]["name"], said)
        checked = orders.cicd("cron", "list", "orders", "stage", "--check", status=1)
        self.assertIn("the last run of the cron job failed: 'close-stale-orders'", checked.stderr)
        self.assertIn("exit status 3", checked.stderr)
        suspended = self.cron(orders, "suspend", "--reason", "the warehouse is closed").stdout
        self.assertIn("is suspended until it is resumed", suspended)
        jobs = len(self.get("jobs"))
        orders.change(job="--exit 4 --lines 1").run("orders.deploy-stage", timeout=300)
        self.assertTrue(self.get("cronjob/" + NAME)["spec"]["suspend"])
        self.assertIn("--exit\", \"4", json.dumps(self.get("cronjob/" + NAME)["spec"]["jobTemplate"]))
        listed = self.listed(orders)
        self.assertEqual(listed["suspended"]["why"], "the warehouse is closed")
        self.assertIsNone(listed["next"])
        self.assertIn("the warehouse is closed", self.cron(orders, "suspend", "--reason", "again").stdout)
        time.sleep(61 - datetime.datetime.now().second)  # past a full minute: a run is missed
        resumed = self.cron(orders, "resume").stdout
        self.assertRegex(resumed, r"\d runs? (was|were) missed while it was suspended: 20")
        self.assertIn("not made up for", resumed)
        now = self.get("cronjob/" + NAME)
        self.assertFalse(now["spec"].get("suspend"))
        self.assertNotIn("cicd.dev/suspended-by", now["metadata"].get("annotations", {}))
        time.sleep(5)  # the controller would start what it makes up for at once
        self.assertEqual(len(self.get("jobs")), jobs)
        self.assertIn("is not suspended", self.cron(orders, "resume").stdout)
        self.assertIn("nothing to do", orders.run("orders.deploy-stage", timeout=300).stdout)

    def test_wrong_words_name_what_there_is(self):
        orders = self.project(CALLS, schedule="@daily", job="", more="")
        self.assertIn("not deployed yet", self.cron(orders, "run-now", status=2).stderr)
        self.assertIn("not deployed yet", orders.cicd("cron", "list").stdout)
        wrong = orders.cicd("cron", "suspend", "orders", "stage", "close-stale-order", "--reason", "x", status=2).stderr
        self.assertIn("did you mean: close-stale-orders", wrong)
        self.assertIn("did you mean: stage", orders.cicd("cron", "list", "stag", status=2).stderr)
        self.assertIn("--reason", self.cron(orders, "suspend", status=2).stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
