"""A pod that can be scheduled only after a minute, with nobody's patience shortened."""

import subprocess
import sys
import threading
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import harness  # noqa: E402

CALLS = """
add_pipeline(orders IMAGE {registry}/{namespace}/orders)
pipeline_step(orders build COMMAND install -D app.bin out/app INPUTS app.bin OUTPUTS out/app STAGE build)
pipeline_image(orders BASE scratch FILES out/app=/app ENTRYPOINT /app)
pipeline_service(orders api PORT 8080 READY /health NODE_SELECTOR disk-{namespace}=fast)
pipeline_environment(orders stage VIA kubectl CONTEXT {context} NAMESPACE {namespace})
"""
LATER = 60


class LateRoom(harness.Case):
    def test_a_pod_that_can_be_scheduled_after_a_minute_ends_well(self):
        orders = self.project(CALLS)
        orders.run("orders.publish")
        label = f"disk-{self.namespace}"
        self.addCleanup(harness.kubectl, "label", "nodes", "--all", f"{label}-")
        process = orders.start(orders.launcher, "run", "orders.deploy-stage")
        self.until("pod", lambda one: any(each.get("reason") == "Unschedulable" for each in one["status"].get("conditions", [])))
        seen = time.monotonic()
        said = lambda: (orders.root / "out.txt").read_text()  # noqa: E731
        harness.until(lambda: "no node has the labels that NODE_SELECTOR or an affinity asks for" in said(), 10, "the cause")
        timer = threading.Timer(seen + LATER - time.monotonic(), harness.kubectl, ("label", "nodes", "--all", f"{label}=fast"))
        timer.start()
        self.addCleanup(timer.join)
        with self.assertRaises(subprocess.TimeoutExpired, msg="it ended before there was room"):
            process.wait(LATER - 5)
        self.assertEqual(process.wait(60), 0, said())
        self.assertTrue(harness.is_available(self.get("deployment/orders-api")))
        self.assertGreater(time.monotonic() - seen, LATER)


if __name__ == "__main__":
    unittest.main(verbosity=2)
