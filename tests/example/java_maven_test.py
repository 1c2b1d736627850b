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
            kind = {"orders.build": "FIXTURES_SETUP", "orders.test": None}.get(name, "FIXTURES_REQUIRED")
            self.assertEqual({key for key in ("FIXTURES_SETUP", "FIXTURES_REQUIRED") if of.get(key)}, {kind} - {None}, name)
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

    def test_the_image_has_a_layer_of_libraries_one_of_the_application_and_one_of_its_program(self):
        done = self.first.call([harness.tool("skopeo"), "inspect", "--config", f"oci:{self.first.work('orders/image')}/layout"])
        config = json.loads(done.stdout)
        self.assertEqual(config["config"]["User"], "10001")
        self.assertEqual(len(config["rootfs"]["diff_ids"]), 4)
        self.assertIn("-jar", config["config"]["Entrypoint"])

    def test_each_tracked_file_runs_what_reads_it_and_nothing_else(self):
        tree = self.sibling("each file")
        tree.configure()
        targets = ("orders.image", "orders.test", "orders.scan")
        tree.run(*targets, timeout=600)
        below = {"src/main/": {"build", "test", "spotbugs", "image"}, "src/test/": {"test"}, "pom.xml": {"build", "test", "spotbugs", "image"},
                 "make-runtime": {"runtime", "image"}, "make-cli": {"cli", "image"}}
        files = tree.git("ls-files").splitlines()
        self.assertGreater(len(files), 25)
        for file in files:
            path = tree.source / file
            before = path.read_bytes()
            path.write_bytes(before + (b"<!-- -->\n" if path.suffix == ".xml" else b"// x\n" if path.suffix == ".java" else b"# x\n"))
            if file == "CMakeLists.txt":
                path.write_bytes(before.replace(b"REPLICAS 4..20", b"REPLICAS 6..20"))
                tree.configure()
            expected = next((steps for start, steps in below.items() if file.startswith(start)), set())
            changed = {one["step"].split("/")[1] for one in tree.plan(*targets)["steps"] if one["decision"] != "up-to-date"}
            self.assertEqual(changed, expected, file)
            path.write_bytes(before)
        tree.configure()
        self.assertEqual({one["decision"] for one in tree.plan(*targets)["steps"]}, {"up-to-date"})

    def test_the_day_of_its_readme_is_so(self):
        tree = self.sibling("a day")
        text = (EXAMPLE / "README.md").read_text().split("\n## A day with it\n")[1].split("\n## ")[0]
        env = {"cicd_DIR": harness.package(), "CMAKE_GENERATOR": "Ninja",
               **{f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in (("NAME", "Jane Doe"), ("EMAIL", "jane@example.com"))}}
        said, ran, checked = "", 0, 0
        for kind, block in re.findall(r"^```(.*)\n((?:.*\n)*?)```$", text, re.M):
            if kind == "sh":
                done = tree.call(["/bin/sh", "-e", "-x", "-c", block], env=env, timeout=600)
                self.assertEqual(done.returncode, 0, done.all)
                said, ran = done.stdout + done.stderr, ran + 1
            elif kind == "text":
                for line in block.splitlines():
                    self.assertRegex(said, ".*".join(map(re.escape, line.split("…"))))
                    checked += 1
            else:
                self.assertEqual(kind, "sh cluster")
                self.known_words(tree, block)
        self.assertGreaterEqual(ran, 7)
        self.assertGreaterEqual(checked, 4)
        self.assertEqual(tree.git("status", "--porcelain"), "")

    def known_words(self, tree, block):
        """What needs a cluster is at least a command, with options that there are, or a target."""
        targets = (SOURCE / "README.md").read_text()
        for line in block.splitlines():
            if found := re.match(r"build/\.cicd/cicd ([a-z]+(?: (?:list|run-now|suspend|start|status|end|release))?)(.*)$", line):
                shown = tree.call([tree.source / "build/.cicd/cicd", *found[1].split(), "--help"])
                self.assertEqual(shown.returncode, 0, shown.all)
                for option in re.findall(r" (--[a-z]+)", found[2].split(" -- ")[0]):
                    self.assertIn(option, shown.stdout, line)
            elif found := re.search(r"--target (\S+)$", line):
                self.assertIn(f"`{found[1]}`", targets.replace("undeploy-branch`", "undeploy-branch` `plan-prod` `deploy-prod`"), line)
            else:
                self.assertRegex(line, "^(git|cmake -B build) ")

    def test_production_is_declared_where_it_is_named(self):
        tree = self.sibling("production")
        done = tree.call([harness.tool("cmake"), "-S", tree.source, "-B", tree.build, "-G", "Ninja", f"-Dcicd_DIR={harness.package()}",
                          "-DORDERS_PROD_CONTEXT=eks-prod", "-DORDERS_REGISTRY=registry.example.com"])
        self.assertEqual(done.returncode, 0, done.all)
        self.assertNotIn("warning", done.all)
        shown = tree.call([harness.tool("cmake"), "--build", tree.build, "--target", "help"]).stdout
        for target in ("plan-prod", "deploy-prod", "rollback-prod", "verify-prod", "deploy-branch", "undeploy-branch", "orders.canary-prod"):
            self.assertRegex(shown, rf"(?m)^{target}: phony$")
        self.assertIn("APPROVAL required", tree.cicd("explain", "orders.environment.prod").stdout)

    def test_its_commands_run_in_the_image_by_their_name(self):
        folder = self.folder / "command"
        folder.mkdir()
        image = f"{self.first.build}/registry/services/orders:{self.first.record(pipeline='orders')['version']}"
        with java.Container(image, folder, {"ORDERS_DB": "/tmp/orders.db"}, ["orders-cli", "close-stale", "--older-than", "30d"]) as container:
            self.assertEqual(container.process.wait(60), 0, (folder / "log.txt").read_text())
        self.assertIn("closed 0 created before", (folder / "log.txt").read_text())

    def test_the_manifests_are_valid(self):
        validate = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cicd-tests/venv/bin/kubernetes-validate"
        self.assertTrue(validate.is_file(), "kubernetes-validate is missing: ./setup --tests installs it")
        clone = self.folder / "manifests"
        self.first.call([harness.tool("git"), "clone", "--quiet", self.first.build / "manifests.git", clone])
        files = sorted(clone.glob("stage/orders/*.yaml"))
        self.assertEqual([path.name.split(".")[1] for path in files], ["deployment", "ingress", "service", "cronjob"])
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
        self.assertRegex(plain, r"(?m)^orders +main [0-9a-f]{7} +rc-1 +=  v1\.0\.0 +=$")
        self.assertRegex(plain, r"(?m)^not run again for rc-1 and v1\.0\.0, whose images are those of stage: .*orders/build.*orders/image")
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
        self.assertEqual(len(said), 2, said)
        for line in said:
            self.assertIn("nothing to do", line)
        self.assertEqual(subprocess.run(["git", "-C", manifests, "rev-parse", "main"], capture_output=True, text=True).stdout, tip)

        shutil.rmtree(build)
        self.assertNotIn("building the driver", self.demo(build, 300))


if __name__ == "__main__":
    unittest.main(verbosity=2)
