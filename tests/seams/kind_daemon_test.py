"""A further kind of workload, `pipeline_daemon()`: a struct, its list, its fields, its place among the kinds, its objects."""

import unittest

import harness

CALLS = harness.DEPLOYED.replace("VIA gitops", "VIA render PATH out/stage") + """
pipeline_daemon(app agent CPU 100m ENV LEVEL=info)
pipeline_daemon(app agent IN stage ENV LEVEL=debug)
"""


class Daemon(harness.Case):
    def test_it_is_rendered_with_its_values_in_the_environment(self):
        tree = self.committed(CALLS)
        tree.run("deploy-stage")
        made = (tree.build / "out/stage/app-agent.daemonset.yaml").read_text()
        self.assertIn("kind: DaemonSet", made)
        self.assertIn("value: debug", made)

    def test_it_is_explained_as_a_function_and_as_what_is_declared(self):
        tree = self.committed(CALLS)
        self.assertIn("a DaemonSet", tree.cicd("explain", "pipeline_daemon").stdout)
        self.assertIn("NODE_SELECTOR", tree.cicd("explain", "daemon").stdout)
        page = tree.cicd("explain", "app.daemon.agent").stdout
        self.assertIn("in stage:", page)
        self.assertIn("ENV LEVEL=debug", page)

    def test_what_is_wrong_is_refused_as_for_every_kind(self):
        for words, said in (("CPU lots", "app/agent: CPU has a wrong value: 'lots'"),
                            ("VOLUMES storage:d:1Gi=/d", "app/agent: VOLUMES: storage of each pod's own needs STATEFUL"),
                            ("IMAGE imagge", "app/agent: IMAGE: there is no such image: 'imagge'"),
                            ("ENV A=1)\npipeline_daemon(app agent IN stag ENV A=2", "did you mean: stage")):
            tree = self.tree()
            tree.declare(CALLS.replace("CPU 100m ENV LEVEL=info", words))
            self.assertIn(said, tree.configure(status=1).all)


if __name__ == "__main__":
    unittest.main()
