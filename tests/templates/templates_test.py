"""A new service of each template, through the real driver and the tools of its language: made, deployed to the embedded default,
started by runc as Kubernetes would, broken. The template comes as the first argument: templates_test.py go."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "example"))
import java  # noqa: E402
from java import SOURCE, harness  # noqa: E402

NAME = "orders-api"


class Facts(NamedTuple):
    """Of a template: a text in a test, what it is replaced by so that the test fails, and the test's name in the failure's block."""
    file: str
    right: str
    wrong: str
    test: str
    tests: int  # cases of the step test
    at: str = ""  # the text whose line is named; that of the replaced text where it is empty
    other: tuple = ()  # (path, status, a text in the answer), besides /health
    counted: str = ""  # a shell's line that prints what the tools find, such as how many tests there are


FACTS = {
    "go": Facts("routes_test.go", 'body != "orders-api\\n"', 'body != "other\\n"', "TestGreetingNamesTheService", 6,
                at='t.Errorf("GET /: %q", body)', other=("/", 200, NAME), counted="go list -f '{{.ImportPath}} {{.TestGoFiles}}' ./..."),
    "cpp-cmake": Facts("tests/routes_test.cpp", '.body, "orders-api\\n"', '.body, "other\\n"', "the_greeting_names_the_service", 4, other=("/", 200, NAME),
                       counted="cmake -S . -B out >/dev/null && ctest --test-dir out -N | tail -n 1"),
    "python": Facts("tests/test_routes.py", 'b"orders-api\\n"', 'b"other\\n"', "test_the_greeting_names_the_service", 5, other=("/", 200, NAME),
                    counted="python3 -m pytest -q --collect-only | grep ::"),
    "rust": Facts("src/routes.rs", 'answer_to("GET", "/").body, "orders-api\\n"', 'answer_to("GET", "/").body, "other\\n"',
                  "the_greeting_names_the_service", 7, other=("/", 200, NAME),
                  counted="cargo metadata --no-deps --format-version 1 | grep -o '\"kind\":\\[\"[a-z]*\"\\]'"),
    "node": Facts("test/routes.test.js", "'orders-api\\n'", "'other\\n'", "the greeting names the service", 4, other=("/", 200, NAME),
                  counted="node --test --test-reporter=tap | grep '^# tests'"),
    "java-gradle": Facts("src/test/java/com/example/ordersapi/ServerTest.java", 'assertEquals("orders-api\\n", get', 'assertEquals("other\\n", get', "saysItsName", 4, other=("/", 200, NAME),
                         counted="gradle --no-daemon --quiet projects"),
    "dockerfile": Facts("tests/requests", "200  orders-api", "200  other", "the_greeting_names_the_service", 3, other=("/", 200, NAME),
                        counted="printf 'FROM scratch\\nCOPY www /\\n' >d && buildah --storage-driver vfs --root \"$PWD/s\" --runroot \"$PWD/r\" bud --quiet "
                        "--isolation chroot --timestamp 0 --file d . 2>log"),
    "static-site": Facts("site/index.html", 'href="about.html"', 'href="other.html"', "index.html", 3, other=("/nothing", 404, "There is no such page"),
                         counted="./check-site site report.xml"),
}
TEMPLATE = sys.argv.pop(1) if len(sys.argv) > 1 and sys.argv[1] in FACTS else "go"


def tools_of_this_machine(tree):
    """The caches and toolchains of this machine's user, which are looked for in the home folder."""
    for name in (".cache/go-build", ".cargo", ".rustup", ".gradle"):
        real, here = Path.home() / name, tree.home / name
        if real.exists():
            here.parent.mkdir(parents=True, exist_ok=True)
            here.symlink_to(real)
    go = subprocess.run([str(SOURCE / "tests/cluster/cluster"), "go"], capture_output=True, text=True).stdout.strip()
    if go and TEMPLATE == "go":
        tree.env["PATH"] = f"{Path(go).parent}:{tree.env['PATH']}"


class Template(java.Suite):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.facts = FACTS[TEMPLATE]
        cls.tree = tree = harness.Tree(cls.folder, source=NAME)
        tree.source.rmdir()
        tools_of_this_machine(tree)
        tree.env["CICD_TEMPLATE_PATH"] = str(SOURCE / "templates")
        tree.env.update(GIT_AUTHOR_NAME="Jane Doe", GIT_AUTHOR_EMAIL="jane@example.com", GIT_COMMITTER_NAME="Jane Doe", GIT_COMMITTER_EMAIL="jane@example.com")
        cls.made = tree.call([os.environ["CICD_DRIVER"], "new", TEMPLATE, NAME, "--in", cls.folder], cwd=cls.folder)
        if cls.made.returncode == 0:
            cls.configured = tree.call([harness.tool("cmake"), "-S", tree.source, "-B", tree.build, f"-Dcicd_DIR={harness.package()}"], timeout=300)
            cls.deployed = tree.call([harness.tool("cmake"), "--build", tree.build, "--target", "deploy-stage"], timeout=600)

    def setUp(self):
        self.assertEqual(self.made.returncode, 0, self.made.all)
        self.assertEqual(self.configured.returncode, 0, self.configured.all)
        self.assertEqual(self.deployed.returncode, 0, self.deployed.all)

    def image(self):
        layout = self.tree.build / "registry" / NAME
        names = [one["annotations"]["org.opencontainers.image.ref.name"] for one in json.loads((layout / "index.json").read_text())["manifests"]]
        return f"{layout}:{next(one for one in names if not one.endswith('.artifact'))}"

    def step(self, name):
        return f"{NAME}/{name}"

    def test_its_image_answers_unprivileged_and_ends_with_0_on_term(self):
        port = java.free_port()
        with tempfile.TemporaryDirectory() as folder, java.Container(self.image(), folder, {"PORT": str(port)}) as container:
            status, body = container.answer(f"http://127.0.0.1:{port}/health", 20)
            self.assertEqual((status, json.loads(body)), (200, {"status": "ok"}))
            path, expected, text = self.facts.other
            self.check_other(f"http://127.0.0.1:{port}{path}", expected, text)
            self.check_is_unprivileged(container)
            self.assertEqual(container.terminate(), 0)

    def check_other(self, url, expected, text):
        done = subprocess.run([sys.executable, "-c", "import sys, urllib.request, urllib.error\ntry: a = urllib.request.urlopen(sys.argv[1], timeout=5)\n"
                               "except urllib.error.HTTPError as e: a = e\nprint(a.status, a.read().decode())", url], capture_output=True, text=True)
        self.assertEqual(done.stdout.split()[:1], [str(expected)], done.stdout + done.stderr)
        self.assertIn(text, done.stdout)

    def test_its_tests_are_told_one_by_one(self):
        self.assertIn(f": {self.facts.tests} tests", self.deployed.all)

    def test_with_nothing_changed_there_is_nothing_to_do(self):
        done = self.tree.run("deploy-stage")
        self.assertRegex(done.stdout, r"^deploy-stage: nothing to do, \d+ steps up to date")

    def test_a_failing_test_is_named_with_its_file_and_line(self):
        path = self.tree.source / self.facts.file
        right = path.read_text()
        self.assertEqual(right.count(self.facts.right), 1)
        broken = right.replace(self.facts.right, self.facts.wrong)
        path.write_text(broken)
        self.addCleanup(path.write_text, right)
        line = 1 + broken[:broken.index(self.facts.at or self.facts.wrong)].count("\n")
        done = self.tree.run(f"{NAME}.test", status=1)
        self.assertIn(f"1 of {self.facts.tests} tests failed", done.all)
        self.assertRegex(done.all, rf"(?m)^    .*{self.facts.test}  {self.facts.file}:{line}$")


    def test_the_name_of_a_step_changes_nothing(self):
        path = self.tree.source / ("pipeline.cmake" if TEMPLATE == "cpp-cmake" else "CMakeLists.txt")
        before = path.read_text()
        self.addCleanup(self.tree.configure, "Unix Makefiles")
        self.addCleanup(path.write_text, before)
        names = ["dist", "vendor", "target"]
        path.write_text(before + "".join(f"pipeline_step({NAME} {name} SHELL [==[{self.facts.counted} >found.txt]==] OUTPUTS found.txt)\n" for name in names))
        self.tree.configure("Unix Makefiles")
        self.tree.run(*[f"{NAME}.{name}" for name in names], timeout=300)
        found = {(self.tree.work(self.step(name)) / "found.txt").read_text() for name in names}
        self.assertEqual(len(found), 1)
        self.assertNotEqual(found, {""})


if __name__ == "__main__":
    unittest.main(verbosity=2)
