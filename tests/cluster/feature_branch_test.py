"""examples/feature-branch as its README tells: two visible versions, first beside each other, then on one Service."""

import json
import shutil
import unittest
from pathlib import Path

import harness
from harness import run

EXAMPLE = Path(__file__).resolve().parents[2] / "examples/feature-branch"


class FeatureBranch(harness.Case):
    def example(self):
        tree = run.Tree(self.folder / "t")
        self.trees.append(tree)
        shutil.copytree(EXAMPLE, tree.source, dirs_exist_ok=True, ignore=shutil.ignore_patterns("build", "orders"))
        tree.commit("the example")
        context = harness.kubectl("config", "current-context").strip()
        values = {"ORDERS_REGISTRY": f"{harness.registry()}/{self.namespace}/orders", "ORDERS_CONTEXT": context,
                  "ORDERS_NAMESPACE": self.namespace, "ORDERS_DOMAIN": f"{self.namespace}.test"}
        configured = tree.call([run.tool("cmake"), "-S", tree.source, "-B", tree.build, "-G", "Ninja", f"-Dcicd_DIR={run.package()}",
                                *(f"-D{name}={value}" for name, value in values.items())])
        self.assertEqual(configured.returncode, 0, configured.all)
        return tree

    def answer(self, service):
        return json.loads(self.fetch(service)[1])

    def test_a_branch_beside_production_and_then_among_it(self):
        tree = self.example()
        tree.make("deploy-prod")
        self.assertEqual(self.answer("orders-api")["answer"], "3 orders are open")
        tree.git("switch", "--quiet", "--create", "fix-count")
        source = tree.source / "orders.c"
        source.write_text(source.read_text().replace("3 orders are open", "4 orders are open"))
        branch = tree.commit("Count what is open")

        tree.make("deploy-branch")
        copy, = [one["metadata"]["name"] for one in self.get("service", "-l", "cicd.dev/track=preview")]
        seen = self.answer(copy)
        self.assertEqual(seen, {"answer": "4 orders are open", "version": branch[:7],
                                "endpoint": f"https://fix-count.{self.namespace}.test"})
        self.assertEqual({self.answer("orders-api")["answer"] for _ in range(50)}, {"3 orders are open"})
        self.assertIn("fix-count", tree.cicd("preview", "list").stdout)
        tree.make("undeploy-branch")

        started = tree.cicd("canary", "start", "orders", "prod", "--share", "20%")
        self.assertIn("1 of 5 pods, 20%", started.stdout)
        run.until(lambda: {self.answer("orders-api")["answer"] for _ in range(50)} == {"3 orders are open", "4 orders are open"},
                  what="an answer of each version")
        self.assertIn("1 of 5 pods, 20%", tree.cicd("canary", "status", "orders", "prod").stdout)
        tree.cicd("canary", "end", "orders", "prod")
        run.until(lambda: {self.answer("orders-api")["answer"] for _ in range(50)} == {"3 orders are open"}, what="the end of the canary")


if __name__ == "__main__":
    unittest.main(verbosity=2)
