"""examples/java-maven through the real driver: under Ninja and under Make, in ctest, as an image that runs, as manifests that are valid, as the demo."""

import json
import os
import re
import shutil
import subprocess
import time
import unittest
from pathlib import Path

import java
from java import SOURCE, harness

EXAMPLE = SOURCE / "examples/java-maven"


class Example(java.Suite):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first = java.service(cls.folder / "first tree, größer", EXAMPLE)
        cls.first.commit("services-orders")
        cls.first.configure("Ninja")
        cls.ctest = cls.first.call([harness.tool("ctest"), "--test-dir", cls.first.build, "--output-on-failure"], timeout=900)
        cls.deployed = cls.first.call([harness.tool("cmake"), "--build", cls.first.build, "--target", "deploy-stage"], timeout=900)

    def setUp(self):
        self.assertEqual(self.ctest.returncode, 0, self.ctest.all)
        self.assertEqual(self.deployed.returncode, 0, self.deployed.all)

    def digest(self, tree):
        return json.loads((tree.work("orders/image") / "layout/index.json").read_text())["manifests"][0]["digest"]

    def sibling(self, name, source=None, home=None):
        """Another clone of the same commit, elsewhere."""
        tree = java.service(self.folder / name, home=home or self.first.home)
        tree.source.rmdir()
        self.first.git("clone", "--quiet", str(source or self.first.source), str(tree.source))
        return tree

    def test_it_is_deployed(self):
        record = self.first.record(pipeline="orders")
        self.assertEqual((record["generation"], record["dirty"], record["branch"]), (1, False, "main"))
        self.assertEqual(record["images"]["image"]["manifest"], self.digest(self.first))
        outcomes = self.first.outcomes()
        self.assertEqual({name for name, how in outcomes.items() if how == "ran"}, {"orders/publish", "orders/deploy-stage"})
        self.assertEqual({how for name, how in outcomes.items() if name not in ("orders/publish", "orders/deploy-stage")}, {"up-to-date"})

    def test_ctest_has_its_tests_with_labels_and_fixtures(self):
        shown = self.first.call([harness.tool("ctest"), "--test-dir", self.first.build, "--show-only=json-v1"])
        tests = {one["name"]: {each["name"]: each["value"] for each in one["properties"]} for one in json.loads(shown.stdout)["tests"]}
        self.assertEqual(sorted(tests), ["orders.build", "orders.image", "orders.scan", "orders.test"])
        for name, of in tests.items():
            self.assertIn("orders", of["LABELS"])
            self.assertIn(name.split(".")[1], of["LABELS"])
            self.assertTrue(of.get("FIXTURES_SETUP" if name == "orders.build" else "FIXTURES_REQUIRED"), name)
        self.assertNotIn("deploy", " ".join(tests))

    def test_the_test_cases_are_in_the_junit_file(self):
        junit = (self.first.build / ".cicd/junit/orders.test.xml").read_text()
        self.assertGreater(len(re.findall("<testcase", junit)), 20)
        self.assertNotIn("<failure", junit)

    def test_under_make_the_second_tree_reuses_everything(self):
        tree = self.sibling("under make")
        tree.configure("Unix Makefiles")
        began = time.monotonic()
        done = tree.call([harness.tool("cmake"), "--build", tree.build, "--target", "deploy-stage"], timeout=600)
        took = time.monotonic() - began
        self.assertEqual(done.returncode, 0, done.all)
        outcomes = tree.outcomes()
        self.assertEqual({how for name, how in outcomes.items() if name not in ("orders/publish", "orders/deploy-stage")}, {"reused"}, outcomes)
        self.assertLess(took, 30)
        self.assertEqual(self.digest(tree), self.digest(self.first))
        tests = tree.call([harness.tool("ctest"), "--test-dir", tree.build], timeout=600)
        self.assertEqual(tests.returncode, 0, tests.all)
        self.assertIn("<testcase", (tree.build / ".cicd/junit/orders.test.xml").read_text())

    def test_the_digest_is_the_same_elsewhere_on_another_day_from_another_commit(self):
        home = self.folder / "another home"
        home.mkdir()
        tree = self.sibling("anothër place/deep er", home=home)
        tree.write("NOTES", "of another commit\n")
        tree.commit("only words")
        for path in tree.source.rglob("*"):
            if ".git" not in path.parts:
                os.utime(path, (1_000_000_000, 1_000_000_000))
        tree.configure()
        tree.run("orders.image", timeout=600)
        self.assertEqual({tree.outcomes()[name] for name in ("orders/build", "orders/runtime", "orders/image")}, {"ran"})
        self.assertEqual(self.digest(tree), self.digest(self.first))

    def test_a_broken_test_case_appears_by_name_and_message(self):
        tree = self.sibling("broken")
        test = next(path for path in sorted(tree.source.rglob("*Test.java")) if "assertEquals(" in path.read_text())
        text = test.read_text()
        broken = text.rstrip()[:-1] + '\n  @org.junit.jupiter.api.Test\n  void brokenOnPurpose() {\n    org.junit.jupiter.api.Assertions.assertEquals("right", "wrong", "broken on purpose");\n  }\n}\n'
        test.write_text(broken)
        tree.configure()
        done = tree.call([harness.tool("ctest"), "--test-dir", tree.build, "--output-on-failure", "-R", "orders.test"], timeout=600)
        self.assertEqual(done.returncode, 8, done.all)
        line = broken[:broken.index('assertEquals("right"')].count("\n") + 1
        name = f"{test.stem}.brokenOnPurpose"
        for text in (name, "broken on purpose", "expected: <right> but was: <wrong>", f"{test.relative_to(tree.source)}:{line}", "1 of "):
            self.assertIn(text, done.stdout)
        junit = (tree.build / ".cicd/junit/orders.test.xml").read_text()
        self.assertIn("brokenOnPurpose", junit)
        self.assertIn("broken on purpose", junit)
        self.assertEqual((tree.result()["outcome"], tree.result()["failed_step"]), ("step-failed", "orders/test"))

    def test_it_runs_read_only_as_its_user_without_rights_and_stops_on_term(self):
        folder, port = self.folder / "container", java.free_port()
        folder.mkdir()
        version = self.first.record(pipeline="orders")["version"]
        image = f"{self.first.build}/registry/services/orders:{version}"
        with java.Container(image, folder, {"PORT": port, "ORDERS_DB": "/tmp/orders.db"}) as container:
            status, text = container.answer(f"http://127.0.0.1:{port}/health")
            self.assertEqual(status, 200, text)
            self.check_is_unprivileged(container)
            self.assertIn(container.terminate(), (0, 143))

    def test_the_image_has_a_layer_of_libraries_and_one_of_the_application(self):
        done = self.first.call([harness.tool("skopeo"), "inspect", "--config", f"oci:{self.first.work('orders/image')}/layout"])
        config = json.loads(done.stdout)
        self.assertEqual(config["config"]["User"], "10001")
        self.assertEqual(len(config["rootfs"]["diff_ids"]), 3)
        self.assertIn("-jar", config["config"]["Entrypoint"])

    def test_the_manifests_are_valid(self):
        validate = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cicd-tests/venv/bin/kubernetes-validate"
        self.assertTrue(validate.is_file(), "kubernetes-validate is missing: ./setup --tests installs it")
        clone = self.folder / "manifests"
        self.first.call([harness.tool("git"), "clone", "--quiet", self.first.build / "manifests.git", clone])
        files = sorted(clone.glob("stage/orders/*.yaml"))
        self.assertEqual([path.name.split(".")[1] for path in files], ["deployment", "ingress", "service"])
        for version in ("1.29", "1.34"):
            done = self.first.call([validate, "--strict", "-k", version, *files])
            self.assertEqual(done.returncode, 0, done.all)
            self.assertNotIn("WARN", done.all)
        wrong = self.folder / "wrong.yaml"
        wrong.write_text(files[0].read_text().replace("\nspec:", "\nspec:\n  replicsa: 1", 1))
        self.assertNotEqual(self.first.call([validate, "--strict", "-k", "1.34", wrong]).returncode, 0)

    def demo(self, build, seconds=900):
        """The demo as its preset does it, on a terminal; the compiler hands out what is compiled already."""
        compilers = self.folder / "compilers"
        compilers.mkdir(exist_ok=True)
        for name in ("g++", "c++"):
            if not (compilers / name).exists():
                (compilers / name).symlink_to(SOURCE / "tests/consumer/compiler")
        env = {**self.first.env, "TERM": "xterm", "CICD_DRIVER_CACHE": str(self.folder / "drivers"), "PATH": f"{compilers}:{os.environ['PATH']}",
               "CICD_CXX": os.environ["CICD_CXX"], "CICD_OBJECTS": os.environ["CICD_OBJECTS"]}
        configured = subprocess.run([harness.tool("cmake"), "-S", SOURCE, "-B", build, "-G", "Ninja", "-DCICD_BUILD=OFF"], env=env, capture_output=True, text=True)
        self.assertEqual(configured.returncode, 0, configured.stderr)
        drawn, status = harness.on_terminal([harness.tool("cmake"), "--build", build, "--target", "demo"], env, self.folder, columns=200, seconds=seconds)
        self.assertEqual(status, 0, drawn)
        return drawn

    def test_the_demo_takes_the_driver_from_the_cache_and_has_the_terminal(self):
        build = self.folder / "demo"
        first = self.demo(build)
        self.assertRegex(first, "building the driver, the program that runs the pipelines: once for this version and compiler")
        self.assertRegex(first, r"cicd: the driver: 50 % \(\d+ s\)")
        self.assertIn("\x1b[K", first)  # lines that are drawn again: a terminal, not a pipe
        self.assertNotIn("Downloading", first)
        plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\r", "", first)
        for text in ("skopeo inspect oci:", "git -C", "manifests.git", "logs orders.test", "history", "try next"):
            self.assertIn(text, plain)
        self.assertNotIn("less ", plain)
        # What it prints to try works, and leaves everything as it is.
        tried = re.findall(r"^ +(?:try next +)?(\S*\.cicd/cicd (?:plan|explain|status|history).*)$", plain, re.M)
        self.assertGreaterEqual(len(tried), 3, plain)
        for command in [*tried, *re.findall(r"^ +(?:image|manifests) +(skopeo .*|git .*)$", plain, re.M)]:
            shown = self.first.call(["/bin/sh", "-c", command])
            self.assertEqual(shown.returncode, 0, shown.all)
        started = self.first.call(["/bin/sh", "-c", re.search(r"^ +run +(\S.*)$", plain, re.M)[1]], env={"CICD_BUILD_ROOT": ""})
        self.assertEqual(started.returncode, 0, started.all)
        self.assertIn("HTTP/1.1 200", started.stdout)

        manifests = build / "demo/services-orders-build/manifests.git"
        tip = subprocess.run(["git", "-C", manifests, "rev-parse", "main"], capture_output=True, text=True).stdout
        said = [line for line in re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\r", "", self.demo(build, 300)).splitlines() if line.strip() and line[0] != "["]
        self.assertEqual(len(said), 1, said)
        self.assertIn("nothing to do", said[0])
        self.assertEqual(subprocess.run(["git", "-C", manifests, "rev-parse", "main"], capture_output=True, text=True).stdout, tip)

        shutil.rmtree(build)
        self.assertNotIn("building the driver", self.demo(build, 300))


if __name__ == "__main__":
    unittest.main(verbosity=2)
