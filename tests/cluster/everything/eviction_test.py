"""A pod that the node evicts while its rollout is watched. It needs a node that measures disks, which is asked for by CICD_TEST_DISKS."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import rollout_test  # noqa: E402


class Eviction(rollout_test.Watching):
    def test_an_evicted_pod_is_not_held_against_the_one_that_replaces_it(self):
        kept = {"volumes": [{"name": "kept", "emptyDir": {"sizeLimit": "1Mi"}}]}

        def fill_and_replace():
            first = self.until("pod", lambda one: one["status"].get("phase") == "Running")
            (self.disk_of(first) / "large").write_bytes(b"x" * (4 << 20))
            self.until("pod", lambda one: one["status"].get("reason") == "Evicted", 90)
            second = self.until("pod", lambda one: one["status"].get("phase") == "Running")
            (self.disk_of(second) / "ready").write_text("go")

        self.in_background(fill_and_replace)
        watched = self.watch(self.orders(spec=kept, ready="/file?/kept/ready", volumeMounts=[{"name": "kept", "mountPath": "/kept"}]))
        self.assert_ready(watched)
        self.assertEqual({cause for _, cause in watched.symptoms}, {"probe"}, watched.text)
        self.assertIn('Evicted: Usage of EmptyDir volume "kept" exceeds the limit "1Mi"', watched.text)

    def disk_of(self, pod):
        return Path("/var/lib/kubelet/pods") / pod["metadata"]["uid"] / "volumes/kubernetes.io~empty-dir/kept"


if __name__ == "__main__":
    unittest.main(verbosity=2)
