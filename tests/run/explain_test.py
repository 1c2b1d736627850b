"""`cicd explain`: targets with what they do, where, when, who may; and the same as JSON. Nothing outside of the machine is asked."""

import json
import unittest

import harness

RELEASED = """add_pipeline(orders IMAGE registry.invalid/orders)
pipeline_step(orders build SHELL "cp in.txt out" INPUTS in.txt OUTPUTS out TOOLS cp)
pipeline_step(orders lint COMMAND true AFTER build CHECK)
pipeline_image(orders image BASE scratch FILES out=/app ENTRYPOINT /app)
pipeline_service(orders api PORT 8080)
pipeline_release(orders BRANCHES main VERSIONS semantic)
pipeline_environment(orders stage ON branch main VIA gitops REPOSITORY https://git.invalid/manifests.git HEALTH committed)
pipeline_environment(orders prod ON tag v* FROM stage SOAK 2h APPROVAL other PROTECTED VIA kubectl CONTEXT nowhere NAMESPACE shop VERIFY ./smoke.sh {environment})
"""


class Explain(harness.Case):
    def released(self):
        return self.committed(RELEASED)

    def data(self, tree, subject):
        told = json.loads(tree.cicd("explain", subject, "--json").stdout)
        self.assertEqual((told["schema"], told["subject"]), (1, subject))
        return told["pages"]

    def test_a_deploy_is_told_with_where_it_goes_when_it_happens_and_who_may(self):
        tree = self.released()
        done = tree.cicd("explain", "orders.deploy-prod")
        self.assertEqual(done.stderr, "")
        for line in (r"orders\.deploy-prod, a target", r"  Deploys orders to prod\.", r"  to +context nowhere \(shop\), VIA kubectl", r"  on +tag v\*", r"  from +stage",
                     r"  images +image: registry\.invalid/orders", r"  service +api", r"  verify +\./smoke\.sh '\{environment\}'", r"  takes +a login to that cluster .*",
                     r"  PROTECTED +it runs in CI, on: push, tag", r"  ON +it is deployed from tag v\*", r"  BRANCHES +the commit is on main", r"  FROM +the commit was deployed and healthy in stage",
                     r"  SOAK +it was healthy there for 2h", r"  real plan +cicd plan orders\.deploy-prod"):
            self.assertRegex(done.stdout, "(?m)^" + line + "$")
        self.assertIn("approval another user than the author approved it: cicd approve orders prod --reason …", " ".join(done.stdout.split()))
        self.assertNotIn("WINDOW", done.stdout)
        self.assertLessEqual(max(map(len, done.stdout.splitlines())), 120)
        page, = self.data(tree, "orders.deploy-prod")
        self.assertEqual((page["kind"], page["plan"]), ("target", "cicd plan orders.deploy-prod"))
        self.assertEqual([one["step"] for one in page["steps"]], ["orders/deploy-prod"], "what follows tags builds nothing")
        change, = page["changes"]
        self.assertEqual((change["environment"], change["change"], change["via"], change["outside"]), ("prod", "deploy", "kubectl", True))
        self.assertEqual(change["declared"]["on"], ["tag", "v*"])
        self.assertIn({"rule": "SOAK", "asks": "it was healthy there for 2h"}, change["rules"])

    def test_the_steps_of_a_target_come_in_their_order_and_say_what_they_would_do_now(self):
        tree = self.released()
        steps = self.data(tree, "deploy-stage")[0]["steps"]
        self.assertEqual([one["step"] for one in steps], ["orders/build", "orders/lint", "orders/image", "orders/publish", "orders/deploy-stage"])
        self.assertEqual([one["decision"] for one in steps], ["run", "depends", "depends", None, None])
        shown = tree.cicd("explain", "deploy-stage").stdout
        self.assertRegex(shown, r"(?m)^  orders/build +\S.*$")
        self.assertRegex(shown, r"(?m)^  orders/publish +outside of this machine: cicd plan asks$")
        tree.run("orders.lint")
        tree.write("in.txt", "two")
        self.assertRegex(tree.cicd("explain", "orders.build").stdout, r"(?m)^  orders/build +in\.txt changed$")
        tree.run("orders.lint")
        self.assertRegex(tree.cicd("explain", "orders.build").stdout, r"(?m)^  orders/build +up to date$")

    def test_a_step_is_told_with_what_it_is_made_of_and_what_declares_it(self):
        tree = self.released()
        shown = tree.cicd("explain", "orders.build").stdout
        for line in (r"orders/build:", r"  shell +cp in\.txt out", r"  tools +cp", r"  inputs +in\.txt", r"  outputs +out", r"orders\.step\.build"):
            self.assertRegex(shown, "(?m)^" + line + "$")
        self.assertEqual([one["kind"] for one in self.data(tree, "orders.build")], ["target", "declared"])
        made = self.data(tree, "orders.image")[0]["steps"][-1]["made_of"]
        self.assertEqual((made["base"], made["repository"]), (["scratch"], ["registry.invalid/orders"]))

    def test_rollbacks_verifications_and_plans_are_told_as_what_they_are(self):
        tree = self.released()
        page, = self.data(tree, "rollback-prod")
        self.assertEqual((page["command"], page["plan"]), (["rollback", "prod"], None))
        self.assertEqual([one["rule"] for one in page["changes"][0]["rules"]], ["fork", "PROTECTED", "pull request", "yanked", "hold"])
        self.assertRegex(tree.cicd("explain", "orders.rollback-prod").stdout, r"(?m)^  does +cicd rollback orders prod$")
        self.assertEqual(self.data(tree, "verify-prod")[0]["changes"][0]["rules"], [])
        self.assertTrue(self.data(tree, "orders.plan-prod")[0]["plans_only"])

    def test_what_lies_in_the_build_tree_is_planned_whole(self):
        tree = self.deployed()
        self.assertEqual([one["decision"] for one in self.data(tree, "deploy-stage")[0]["steps"]], ["up-to-date"] * len(self.data(tree, "deploy-stage")[0]["steps"]))

    def test_a_misspelt_target_gets_the_nearest(self):
        self.assertIn("did you mean: orders.deploy-prod", self.released().cicd("explain", "orders.deploy-prd", status=2).stderr)

    def test_each_kind_of_subject_is_data_too(self):
        tree = self.released()
        for subject, kind in (("pipeline_service", "function"), ("service.replicas", "option"), ("{slug}", "placeholder"), ("placeholders", "placeholders"), ("commit_id", "label"),
                              ("labels", "labels"), ("go", "template"), ("orders", "declared"), ("orders.api", "declared"), ("orders.api.port", "declared"), ("ingress", "mentions")):
            self.assertIn(kind, [one["kind"] for one in self.data(tree, subject)], subject)
        command = self.data(tree, "rollback")[-1]
        self.assertEqual((command["kind"], command["name"]), ("command", "cicd rollback"))
        self.assertTrue(any(one["name"].startswith("--to") for one in command["options"]))
        go, = self.data(tree, "go")
        self.assertTrue(go["needs"] and all(one["words"] for one in go["parameters"]))
        self.assertIn("orders.deploy-prod", json.loads(tree.cicd("explain", "--json").stdout)["subjects"])


if __name__ == "__main__":
    unittest.main()
