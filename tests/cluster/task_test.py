"""One-off commands with the deployed image: their output, their exit status, what is left of them, and what never runs."""

import json
import signal
import unittest

import harness

CALLS = """
add_pipeline(orders IMAGE {registry}/{namespace}/orders)
pipeline_step(orders build COMMAND install -D app.bin out/app INPUTS app.bin OUTPUTS out/app STAGE build)
pipeline_image(orders BASE scratch FILES out/app=/app ENTRYPOINT /app ENV VERSION={version})
pipeline_service(orders api PORT 8080 READY /health ENV MOOD=good {api})
{more}
pipeline_environment(orders stage ON branch main VIA kubectl CONTEXT {context} NAMESPACE {namespace})
"""


class Task(harness.Case):
    def deployed(self, **values):
        orders = self.project(CALLS, **{"api": "", "more": "", **values})
        orders.run("orders.deploy-stage", timeout=300)
        return orders

    def jobs(self):
        return [one["metadata"]["name"] for one in self.get("jobs")]

    def test_its_output_and_its_end_are_ours_and_nothing_is_left(self):
        orders = self.deployed()
        good = orders.cicd("task", "orders", "stage", "--", "/app", "job", "--lines", "3")
        self.assertEqual(good.stdout, "job line 1 of 3\njob line 2 of 3\njob line 3 of 3\n")
        self.assertIn("exit status 0", good.stderr)
        bad = orders.cicd("task", "orders", "stage", "--", "/app", "job", "--exit", "3", "--lines", "1", status=1)
        self.assertEqual(bad.stdout, "job line 1 of 1\n")
        self.assertIn("task '/app job --exit 3 --lines 1' failed", bad.stderr)
        self.assertIn("exit status 3", bad.stderr)
        orders.cicd("task", "orders", "stage", "--pass-status", "--", "/app", "job", "--exit", "3", status=3)
        self.assertEqual(self.jobs(), [])

    def test_it_has_the_environment_of_the_service_and_no_requests(self):
        self.kubectl("create", "secret", "generic", "db", "--from-literal=url=secret")
        orders = self.deployed(api="SECRET_ENV URL=db/url")
        orders.cicd("task", "orders", "stage", "--service", "api", "--", "/app", "check", "MOOD", "URL", "VERSION")
        self.assertIn("exit status 4", orders.cicd("task", "orders", "stage", "--", "/app", "check", "NONE", status=1).stderr)

    def test_no_line_is_lost_however_many_and_however_fast(self):
        orders = self.deployed()
        for words in (("--lines", "20000"), ("--lines", "40", "--seconds", "4")):
            said = orders.cicd("task", "orders", "stage", "--", "/app", "job", *words).stdout.splitlines()
            self.assertEqual(said, [f"job line {at} of {words[1]}" for at in range(1, int(words[1]) + 1)])

    def test_what_cannot_be_started_is_explained_at_once(self):
        orders = self.deployed()
        failed = orders.cicd("task", "orders", "stage", "--", "close-stale", "--dry-run", status=1)
        self.assertIn("never ran", failed.stderr)
        self.assertIn("the image has no program close-stale", failed.stderr)
        self.assertEqual(failed.stderr.count("the image has no program close-stale"), 1, failed.stderr)
        self.assertNotIn("\\n", failed.stderr)
        self.kubectl("create", "secret", "generic", "db", "--from-literal=url=secret")
        orders.change(api="SECRET_ENV URL=db/url").run("orders.deploy-stage", timeout=300)
        self.delete("secret/db")
        missing = orders.cicd("task", "orders", "stage", "--", "/app", "job", status=1)
        self.assertIn("there is no Secret db", missing.stderr)
        self.assertEqual(self.jobs(), [])

    def test_ctrl_c_ends_and_removes_it(self):
        orders = self.deployed()
        process = orders.start(orders.launcher, "task", "orders", "stage", "--", "/app", "job", "--lines", "60", "--seconds", "60")
        harness.until(lambda: "job line" in (orders.root / "out.txt").read_text(), 60, "a line of the task")
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(20), 130)
        self.assertIn("was removed with its pods, since it was interrupted", (orders.root / "out.txt").read_text())
        self.assertEqual(self.jobs(), [])

    def test_wrong_words_name_what_there_is(self):
        orders = self.project(CALLS, api="", more="")
        self.assertIn("nothing is deployed there", orders.cicd("task", "orders", "stage", "--", "/app", status=2).stderr)
        orders.run("orders.deploy-stage", timeout=300)
        unknown = orders.cicd("task", "orders", "stage", "--service", "apu", "--", "/app", status=2).stderr
        self.assertIn("did you mean:", unknown)
        self.assertIn("api", harness.run.note_in(unknown, "did you mean"))
        self.assertIn("did you mean: stage", orders.cicd("task", "orders", "stagee", "--", "/app", status=2).stderr)
        orders.change(more="pipeline_service(orders worker)")
        self.assertIn("--service api, --service worker", orders.cicd("task", "orders", "stage", "--", "/app", status=2).stderr)


BEFORE = CALLS + "pipeline_task(orders migrate COMMAND /app job {job} BEFORE deploy {task})\n"


class BeforeDeploy(harness.Case):
    """pipeline_task(… BEFORE deploy)."""

    def project_with(self, **values):
        return self.project(BEFORE, **{"api": "", "more": "", "job": "--lines 2", "task": "", **values})

    def jobs(self):
        return [one["metadata"]["name"] for one in self.get("jobs")]

    def done(self):
        """(task, generation) of what the environment remembers."""
        state = self.get("configmap/cicd.orders.stage")["data"]
        return [(one["task"], one["generation"]) for one in json.loads(state.get("tasks.json", "[]"))]

    def test_it_runs_once_for_each_artifact_and_a_rollback_past_it_asks(self):
        orders = self.project_with()
        self.assertIn("task 'migrate' is run before it", orders.run("orders.publish").all + orders.cicd("plan", "orders.deploy-stage").stdout)
        said = orders.run("orders.deploy-stage", timeout=300).all
        self.assertIn("migrate: job line 2 of 2", said)
        self.assertLess(said.index("job line 2 of 2"), said.index("created Deployment orders-api"))
        self.assertEqual((self.done(), self.jobs()), ([("migrate", 1)], []))
        self.kubectl("delete", "deployment/orders-api")
        self.assertNotIn("job line", orders.run("orders.deploy-stage", timeout=300).all)
        orders.change(api="CPU 20m")
        self.assertIn("migrate: job line 2 of 2", orders.run("orders.deploy-stage", timeout=300).all)
        self.assertEqual(self.done(), [("migrate", 1), ("migrate", 3)])
        refused = orders.cicd("rollback", "orders", "stage", status=5)
        self.assertIn("a task ran since that deployment, and is not undone by a rollback", refused.all)
        self.assertIn("--past-migration", harness.run.note_in(refused.all, "try"))
        self.assertIn("not undone: task migrate", orders.cicd("rollback", "orders", "stage", "--past-migration", timeout=300).all)
        orders.cicd("rollback", "orders", "stage", "--to", "#3", timeout=300)

    def test_its_failure_stops_the_deploy_before_any_pod_changes(self):
        orders = self.project_with()
        orders.run("orders.deploy-stage", timeout=300)
        before = self.get("deployment/orders-api")["metadata"]["generation"]
        failed = orders.change(api="CPU 20m", job="--exit 3 --lines 1").run("orders.deploy-stage", status=1, timeout=300).all
        self.assertIn("task 'migrate' failed before the deploy: exit status 3", failed)
        self.assertIn("job line 1 of 1", harness.run.note_in(failed, "last lines"))
        self.assertIn("no object was changed", harness.run.note_in(failed, "left"))
        self.assertEqual(self.get("deployment/orders-api")["metadata"]["generation"], before)
        self.assertEqual(json.loads(self.get("configmap/cicd.orders.stage")["data"]["record.json"])["outcome"], "deployed")
        self.assertEqual((self.done(), len(self.jobs())), ([("migrate", 1)], 1))
        hangs = orders.change(job="--lines 1 --seconds 100", task="DEADLINE 5s").run("orders.deploy-stage", status=1, timeout=300).all
        self.assertIn("ended after its deadline of 5.0 s", hangs)
        # What was mended is deployed, and the Jobs that failed are gone.
        orders.change(job="--lines 1", task="").run("orders.deploy-stage", timeout=300)
        self.assertEqual((self.done()[-1][0], self.jobs()), ("migrate", []))

    def test_a_run_that_was_killed_leaves_its_job_to_the_next_which_does_not_run_it_twice(self):
        for seconds, said in ((20, "following Job"), (3, "ended well")):
            with self.subTest(said=said):
                orders = self.project_with(job=f"--lines {seconds} --seconds {seconds}") if seconds == 20 else orders.change(api="CPU 20m", job="--lines 3 --seconds 3")
                orders.run("orders.publish")
                process = orders.start(orders.launcher, "run", "orders.deploy-stage")
                harness.until(lambda: "job line" in (orders.root / "out.txt").read_text(), 60, "a line of the task")
                process.send_signal(signal.SIGKILL)
                process.wait(20)
                [job] = self.jobs()
                if seconds == 3:
                    self.kubectl("wait", "--for=condition=complete", f"job/{job}", "--timeout=60s")
                again = orders.run("orders.deploy-stage", timeout=300).all
                self.assertIn(said, again)
                self.assertNotIn(f"Job {job} was created", again)
                self.assertEqual((len(self.done()), self.jobs()), (1 if seconds == 20 else 2, []))

    def test_a_service_after_another_is_applied_when_that_is_ready(self):
        orders = self.project(CALLS, api="AFTER store", more="pipeline_service(orders store PORT 8080 READY /health ENV READY_AFTER=3)")
        said = orders.run("orders.deploy-stage", timeout=300).all
        self.assertLess(said.index("created Deployment orders-store"), said.index("created Deployment orders-api"))
        ready = next(one for one in self.get("deployment/orders-store")["status"]["conditions"] if one["type"] == "Available")
        self.assertLessEqual(ready["lastTransitionTime"], self.get("deployment/orders-api")["metadata"]["creationTimestamp"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
