"""One-off commands with the deployed image: their output, their exit status, what is left of them, and what never runs."""

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


if __name__ == "__main__":
    unittest.main(verbosity=2)
