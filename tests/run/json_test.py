"""Pipelines that a JSON file declares: the same as through CMake's calls, read again where it changed, each way in which it can be
wrong, and the JSON Schema of docs/schema by a validator that is not ours."""

import json
import os
import re
import shlex
import sys
import unittest
from pathlib import Path

import harness
from typed_test import BY_CMAKE

try:
    import jsonschema
except ModuleNotFoundError:  # a Python beside the system's, which has the package of ./setup
    if sys.executable == "/usr/bin/python3":
        raise
    os.execv("/usr/bin/python3", ["/usr/bin/python3", "-B", *sys.argv])

ROOT = Path(__file__).resolve().parents[2]
DIGEST = "a" * 64
CALLS = [
    ["add_pipeline", "{pipeline}", "IMAGE", "services/{pipeline}", "LABELS", "team=checkout"],
    ["pipeline_step", "{pipeline}", "build", "COMMAND", "cp", "in.txt", "out.txt", "INPUTS", "in.txt", "OUTPUTS", "out.txt", "STAGE", "build",
     "TIMEOUT", "5m"],
    ["pipeline_step", "{pipeline}", "lint", "COMMAND", "echo", "\\AFTER", "\\ENVS", "\\RELEASE", "\\;", "a b", "", "AFTER", "build", "ENV",
     "LEVEL=info", "RETRIES", "2", "CHECK"],
    ["pipeline_image", "{pipeline}", "BASE", "scratch", "FILES", "out.txt=/app/out.txt", "ENTRYPOINT", "/app/out.txt", "USER", "10001"],
    ["pipeline_service", "{pipeline}", "api", "PORT", "8080", "REPLICAS", "4..20", "CPU", "500m", "HOST", "app.example.com", "READY", "/health",
     "SECRET_ENV", "DATABASE_URL=app-db/url"],
    ["pipeline_service", "{pipeline}", "api", "IN", "stage", "REPLICAS", "1"],
    ["pipeline_cron_job", "{pipeline}", "close", "SCHEDULE", "0 6 * * 1-5", "TIME_ZONE", "Europe/Berlin", "COMMAND", "/app/out.txt", "close"],
    ["pipeline_container", "{pipeline}", "proxy", "OF", "api", "ROLE", "sidecar", "IMAGE", f"registry.example.com/proxy@sha256:{DIGEST}", "CPU",
     "50m", "MEMORY", "64Mi"],
    ["pipeline_environment", "{pipeline}", "stage", "ON", "branch", "main", "VIA", "gitops"],
    ["pipeline_environment", "{pipeline}", "prod", "ON", "tag", "v*", "FROM", "stage", "VIA", "gitops"],
    ["pipeline_release", "{pipeline}", "BRANCHES", "main", "VERSIONS", "semantic"],
]
LINT = ["pipeline_step", "{pipeline}", "lint", "COMMAND", "true"]
ADD = "add_pipeline(app SOURCE pipeline.json)\n"


def document(calls):
    """One call a line: that of calls[n] is n + 3."""
    return '{"schema": 2, "calls": [\n\n' + ",\n".join(json.dumps(call) for call in calls) + "\n]}\n"


def schema():
    read = json.loads((ROOT / "docs/schema/pipeline.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(read)
    return jsonschema.Draft202012Validator(read)


class Json(harness.Case):
    def by_json(self, text, calls=ADD, name="t"):
        tree = self.tree(name=name)
        tree.write("in.txt", "one")
        tree.write("pipeline.json", text)
        tree.declare(calls)
        return tree

    def test_the_same_pipeline_by_cmake_and_by_json_gives_the_same_targets_plan_and_words_of_explain(self):
        cmake, by_json = self.by_json("", BY_CMAKE, name="cmake"), self.by_json(document(CALLS), name="json")
        for tree in (cmake, by_json):
            tree.commit()
            tree.configure()
        self.assertEqual((cmake.build / ".cicd/targets.cmake").read_bytes(), (by_json.build / ".cicd/targets.cmake").read_bytes())

        def said(tree, *words):
            text = tree.cicd(*words).stdout.replace(str(tree.root / tree.source.name), "").replace(str(tree.build), "<build>")
            return re.sub(r"(CMakeLists\.txt|pipeline\.json):\d+", "<place>", text).replace("pipeline.json", "")
        for words in (("plan", "--json"), ("explain", "app"), ("explain", "app.api"), ("explain", "app.lint"), ("explain", "app.service.api.replicas")):
            self.assertEqual(said(cmake, *words), said(by_json, *words))
        by_json.run("app.build")
        self.assertEqual(by_json.outcomes(), {"app/build": "ran"})

    def test_it_is_extended_by_calls_and_what_both_declare_is_refused_with_both_places(self):
        tree = self.by_json(document([LINT]), ADD + "pipeline_step(app more COMMAND true)\n")
        tree.configure()
        self.assertEqual({one["step"] for one in tree.plan()["steps"]}, {"app/lint", "app/more"})
        self.assertIn("pipeline.json:3", tree.cicd("explain", "app.lint").stdout)
        twice = self.by_json(document([LINT]), ADD + "pipeline_step(app lint COMMAND true)\n", name="twice").configure(status=2).stderr
        self.assertIn("the step is declared twice: 'lint'", twice)
        self.assertIn("CMakeLists.txt:6", twice)
        self.assertIn("pipeline.json:3", twice)

    def test_cmake_configures_again_when_it_changes_and_takes_no_compiler(self):
        tree = self.by_json(document([LINT]), 'set(CICD_HOST_CXX /nowhere/g++ CACHE STRING "" FORCE)\n' + ADD)
        tree.configure()
        tree.write("pipeline.json", document([LINT, [*LINT[:2], "more", *LINT[3:]]]))
        tree.make("app.more")
        self.assertEqual(tree.outcomes(), {"app/more": "ran"})
        tree.commit()
        self.assertNotIn("compiler", tree.cicd("doctor").stdout, "nothing is compiled")

    def test_what_is_wrong_in_it_is_said_with_its_line_what_is_allowed_and_what_is_near(self):
        leads_out = self.folder / "outside.json"
        leads_out.write_text(document([LINT]))
        for name, text, calls, *said in (
                ("utf8", document([LINT]).replace("lint", "l\udcffnt").encode(errors="surrogateescape"), ADD,
                 r"pipeline.json is not in UTF-8 from byte \d+ on: '\\xff'", "declared at: +pipeline.json:3"),
                ("twice", '{"schema": 2,\n"calls": [],\n"calls": []}', ADD, "the member is given twice: 'calls'", "declared at: +pipeline.json:3"),
                ("comma", '{"schema": 2,\n"calls": [],\n}', ADD, r"pipeline.json: no JSON from byte 27 on", "declared at: +pipeline.json:3"),
                ("array", "[]", ADD, "pipeline.json is not an object"),
                ("member", '{"schema": 2,\n"cals": []}', ADD, "unknown member: 'cals'", "declared at: +pipeline.json:2", "did you mean: calls"),
                ("schema", '{"schema": 3}', ADD, "unknown schema: '3'", 'allowed: +"schema": 2'),
                ("function", document([LINT, ["pipeline_stp", "{pipeline}", "a"]]), ADD, "no function that a pipeline.json may call: 'pipeline_stp'",
                 "declared at: +pipeline.json:4", "did you mean: pipeline_step", "allowed: .*add_pipeline"),
                ("several", document([["add_pipelines", "{pipeline}"]]), ADD, "no function that a pipeline.json may call: 'add_pipelines'"),
                ("other", document([["pipeline_step", "billing", "a"]]), ADD, "is of another pipeline: 'billing'", "declared at: +pipeline.json:3",
                 r"allowed: +\{pipeline\}"),
                ("number", document([["pipeline_service", "{pipeline}", "api", "PORT", 8080]]), ADD, r'a call is not \[<function>, "\{pipeline\}", …\]',
                 "allowed: +a list of strings"),
                ("keyword", document([[*LINT, "AFTR", "build"]]), ADD, "app/lint: .*'AFTR'", "declared at: +pipeline.json:3", "did you mean: AFTER"),
                ("value", document([LINT, ["pipeline_service", "{pipeline}", "api", "PORT", "http"]]), ADD, "PORT.*'http'", "declared at: +pipeline.json:4"),
                ("source", document([["add_pipeline", "{pipeline}", "SOURCE", "other.json"]]), ADD, "SOURCE has no meaning in a pipeline.json"),
                ("large", document([LINT]) + " " * 10_000_000, ADD, "the file is too large to be read", "allowed: +at most 1", "declared at: +CMakeLists.txt:5"),
                ("includes", document([LINT]), "add_pipeline(app SOURCE pipeline.json INCLUDES include)\n",
                 "INCLUDES has no meaning beside a pipeline.json", "declared at: +CMakeLists.txt:5"),
                ("plural", document([LINT]), "add_pipelines(SOURCE pipeline.json)\n", "SOURCE is not a C\\+\\+ file: 'pipeline.json'"),
                ("nothing", document([LINT]), "add_pipeline(app SOURCE pipelin.json)\n", "there is no such file: 'pipelin.json'")):
            with self.subTest(name):
                text = self.by_json(text, calls, name=name).configure(status=2).stderr
                for each in said:
                    self.assertRegex(text, each)
        tree = self.by_json("", name="link")
        (tree.source / "pipeline.json").unlink()
        (tree.source / "pipeline.json").symlink_to(leads_out)
        text = tree.configure(status=2).stderr
        self.assertIn("app: the file is not below the folder that it is read from: 'pipeline.json'", text)
        self.assertRegex(text, r"link: +pipeline.json -> .*outside.json")

    def test_a_thousand_calls_are_read(self):
        tree = self.by_json(document([[*LINT[:2], f"step-{at}", *LINT[3:]] for at in range(1000)]))
        tree.configure()
        self.assertEqual(len(tree.plan("app.step-1", "app.step-999")["steps"]), 2)


class Schema(harness.Case):
    """The validator knows JSON Schema, and nothing of cicd."""

    def test_takes_each_template_and_each_example_of_the_reference(self):
        validator, tried = schema(), 0
        for path in sorted(ROOT.glob("templates/*/template.json")):
            self.assertEqual([each.message for each in validator.iter_errors(json.loads(path.read_text()))], [], path)
        for call, key in calls_of_reference("Example"):
            self.assertEqual([each.message for each in validator.iter_errors({"schema": 2, "calls": [call]})], [], key)
            tried += 1
        self.assertGreater(tried, 150)
        self.assertTrue(validator.is_valid(json.loads(document(CALLS))))
        self.assertTrue(validator.is_valid({"schema": 2, "calls": [["pipeline_label", "{pipeline}", "team=checkout"]]}))

    def test_refuses_what_the_driver_refuses(self):
        validator = schema()
        api = ["pipeline_service", "{pipeline}", "api", "PORT", "8080"]
        for name, call, value in (("function", ["pipeline_stp", "{pipeline}", "a"], "pipeline_stp"), ("keyword", [*LINT, "ENV", "A=1", "TIMEOT", "5m"], "TIMEOT"),
                                  ("swapped", [*LINT, "AFTRE", "build"], "AFTRE"), ("first", [*LINT[:3], "COMAND", "true"], "COMAND"),
                                  ("word", ["pipeline_environment", "{pipeline}", "stage", "VIA", "gitops", "PULL_REQUEST", "gihub"], "gihub"),
                                  ("stage", [*LINT, "STAGE", "biuld"], "biuld"), ("port", [*api[:4], "http"], "http"), ("number", [*api[:4], 8080], "8080"),
                                  ("duration", [*LINT, "TIMEOUT", "5 minutes"], "5 minutes"), ("twice", [*LINT, "RETRIES", "1", "RETRIES", "2"], "RETRIES"),
                                  ("pipeline", ["pipeline_step", "billing", "a", "COMMAND", "true"], "billing"),
                                  ("name", [*LINT[:2], "Lint_All", *LINT[3:]], "Lint_All"), ("label", ["pipeline_label", "{pipeline}", "team"], "team"),
                                  ("run", [*LINT[:3], "RUN", "lint"], "RUN"), ("late", [*LINT[:3], "STAGE", "test", "RUN", "lint"], "RUN"),
                                  ("values", [*LINT, "VALUES", "a=b"], "VALUES"), ("source", ["add_pipeline", "{pipeline}", "IMAGE", "a", "SOURCE", "other.json"], "SOURCE")):
            with self.subTest(name):
                self.assertFalse(validator.is_valid(json.loads(document([call]))))
                tree = self.tree(name=name)
                tree.write("pipeline.json", document([call]))
                tree.declare(ADD)
                text = tree.configure(status=2).stderr
                self.assertIn(value, text)
                self.assertIn("pipeline.json:3", text)
        for wrong in ({"schema": 3}, {"schema": 2, "cals": []}, {"calls": []}, [], {"schema": 2, "description": "a template"},
                      {"schema": 1, "description": "", "needs": {}}, {"schema": 2, "description": "", "version": "1.x"},
                      {"schema": 2, "description": "", "version": "1", "calls": [["add_pipeline", "{pipeline}", "IMAGE", "a"]]},
                      {"schema": 2, "description": "", "version": "1", "parameters": {"p": {"type": "txt", "words": ""}}},
                      {"schema": 2, "description": "", "version": "1", "parameters": {"p": {"type": "choice", "words": ""}}},
                      {"schema": 2, "description": "", "version": "1", "needs": {"mvn": {"asks": ["mvn"]}}},
                      {"schema": 2, "description": "", "version": "1", "scanners": {"s": {"step": ["COMAND", "x"]}}}):
            self.assertFalse(validator.is_valid(wrong), wrong)


def calls_of_reference(kind):
    """Each option's example as a call, and the option's name."""
    function, key = None, ""
    for line in (ROOT / "docs/reference.md").read_text().splitlines():
        if found := re.match(r"## `(\w+)\((.*) …\)`", line):
            function, names = found[1], re.findall(r"<[\w-]+>", found[2])
        elif line.startswith("- Name: "):
            key = line.split("`")[1]
        elif line.startswith(f"- {kind}: ") and function not in ("add_pipelines", "pipeline_label", "pipeline_ci") and key not in ("pipeline.source", "pipeline.includes", "step.run", "step.values"):
            words = shlex.split(line.split("`", 1)[1].rsplit("`", 1)[0])
            named = ["a-name"] if len(names) > 1 and not key.endswith(".name") else []
            if key != "pipeline.name":
                yield [function, "{pipeline}", *named, *(words[-1:] if key.endswith(".name") else words)], key


if __name__ == "__main__":
    unittest.main()
