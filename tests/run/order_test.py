"""AFTER an image and AFTER a step of another pipeline: what comes first, what lies in the folder, what is in the key, what a publish waits for."""

import json
import unittest

import harness

IMAGE = """
add_pipeline(app)
pipeline_step(app build SHELL "cp in.txt out.txt" INPUTS in.txt OUTPUTS out.txt)
pipeline_image(app FILES out.txt=/out.txt)
pipeline_step(app contract COMMAND ./check {image.digest} INPUTS check AFTER image ENV "LAYOUT={image.layout}" OUTPUTS seen STAGE test)
"""
CHECK = """#!/bin/sh -e
test -f "$LAYOUT/index.json"
test "$(ls .images)" = image
grep -q "$1" "$LAYOUT/index.json"
printf '%s %s' "$1" "$PWD" > seen
"""
OTHERS = """
add_pipeline(orders)
add_pipeline(billing)
pipeline_step(orders test SHELL "cat in.txt made/api.txt > all.txt" INPUTS in.txt AFTER billing/api OUTPUTS all.txt)
pipeline_step(billing api SHELL "mkdir made; tr a-z A-Z < api.in > made/api.txt" INPUTS api.in OUTPUTS made/)
pipeline_step(billing other COMMAND false INPUTS api.in STAGE test)
"""


class Image(harness.Case):
    def made(self):
        return self.committed(IMAGE, {"in.txt": "one\n", "check": CHECK})

    def test_what_comes_after_an_image_has_its_layout_and_its_digest(self):
        tree = self.made()
        tree.run("app.test")
        self.assertEqual(tree.outcomes(), {"app/build": "ran", "app/image": "ran", "app/contract": "ran"})
        digest = json.loads((tree.work("app/image") / "layout/index.json").read_text())["manifests"][0]["digest"]
        self.assertEqual((tree.work("app/contract") / "seen").read_text().split()[0], digest)

    def test_the_image_is_part_of_the_key_and_no_path_is(self):
        first = self.made()
        first.run("app/contract")
        other = harness.Tree(self.folder / "t", build="other", home=first.home)
        other.configure()
        other.run("app/contract")
        self.assertEqual(set(other.outcomes().values()), {"reused"})
        first.write("in.txt", "two\n")
        first.run("app/contract")
        self.assertEqual(first.outcomes()["app/contract"], "ran")

    def test_a_step_that_refuses_the_image_holds_the_publish_back(self):
        tree = self.made()
        tree.write("check", "#!/bin/sh\nexit 3\n", 0o755)
        tree.commit()
        tree.run("app.publish", status=1)
        self.assertEqual({name: tree.outcomes()[name] for name in ("app/contract", "app/publish")},
                         {"app/contract": "failed", "app/publish": "not-run"})
        self.assertFalse((tree.build / "registry").exists())
        plan = json.loads(tree.cicd("plan", "app.publish", "--json").stdout)
        self.assertEqual([step["after"] for step in plan["steps"] if step["step"] == "app/publish"], [["app/contract", "app/image"]])

    def test_ctest_runs_it_after_the_image(self):
        tree = self.made()
        done = tree.call([harness.tool("ctest"), "--test-dir", tree.build, "-R", "app.test"])
        self.assertEqual(done.returncode, 0, done.all)
        self.assertEqual(tree.outcomes()["app/contract"], "ran")

    def test_an_image_can_stand_on_another(self):
        tree = self.made()
        tree.declare(IMAGE + "pipeline_image(app more AFTER image build BASE oci:.images/image FILES out.txt=/more.txt)\n").configure()
        tree.run("app/image-more")
        self.assertEqual(tree.outcomes()["app/image-more"], "ran")

    def test_explain_and_the_help_know_it(self):
        tree = self.made()
        self.assertIn("image", tree.cicd("explain", "app.step.contract.after").stdout)
        self.assertIn(".images/", tree.cicd("explain", "step.after").stdout)


class OtherPipeline(harness.Case):
    def made(self, calls=OTHERS):
        return self.committed(calls, {"in.txt": "in\n", "api.in": "api\n"})

    def test_its_step_runs_first_and_its_outputs_lie_in_the_folder(self):
        tree = self.made()
        tree.run("orders.test")
        self.assertEqual(tree.outcomes(), {"billing/api": "ran", "orders/test": "ran"})
        self.assertEqual((tree.work("orders/test") / "all.txt").read_text(), "in\nAPI\n")

    def test_its_outputs_are_part_of_the_key(self):
        tree = self.made()
        tree.run("orders.test")
        tree.write("api.in", "API\n")
        tree.run("orders.test")
        self.assertEqual(tree.outcomes(), {"billing/api": "ran", "orders/test": "up-to-date"})
        tree.write("api.in", "more\n")
        done = tree.run("orders.test")
        self.assertEqual(tree.outcomes(), {"billing/api": "ran", "orders/test": "ran"})
        self.assertIn("the outputs of billing/api changed", done.all)

    def test_files_of_one_name_from_two_pipelines_are_refused(self):
        tree = self.made(OTHERS + 'pipeline_step(orders api SHELL "mkdir made; echo x > made/api.txt" INPUTS in.txt OUTPUTS made/api.txt)\n'
                         "pipeline_step(orders both COMMAND true AFTER api billing/api INPUTS in.txt)\n")
        done = tree.run("orders/both", status=2)
        for text in ("'made/api.txt'", "orders/api and billing/api"):
            self.assertIn(text, done.all)

    def test_what_is_changed_in_the_other_pipeline_is_not_published(self):
        """A clean service that takes from a dirty one is not clean."""
        tree = self.tree()
        tree.write("a/CMakeLists.txt", "add_pipeline(a IMAGE registry.example.com/a)\npipeline_image(a FILES made.txt=/m AFTER b/build)\n")
        tree.write("b/CMakeLists.txt", "add_pipeline(b)\npipeline_step(b build COMMAND cp in.txt made.txt INPUTS in.txt OUTPUTS made.txt)\n")
        tree.write("b/in.txt", "one\n")
        tree.declare("add_subdirectory(a)\nadd_subdirectory(b)\n")
        tree.commit()
        tree.configure()
        tree.write("b/in.txt", "two\n")
        done = tree.run("a.publish", status=5)
        self.assertIn("uncommitted changes", done.all)
        tree.write("b/in.txt", "one\n")
        self.assertNotIn("uncommitted changes", tree.cicd("plan", "a.publish", status=None).all)


if __name__ == "__main__":
    unittest.main()
