"""`cicd adopt --sources`: the declaration of an existing repository, what could not be read, and what is asked by an exit
status. The templates are of the tests; those that cicd brings are tried with their tools in tests/templates/adopt_test.py."""

import json
import os
import unittest

import harness

CALLS = [["pipeline_step", "{pipeline}", "build", "STAGE", "build", "COMMAND", "cp", "{main}", "out.txt", "INPUTS", "{main}", "OUTPUTS", "out.txt"],
         ["pipeline_image", "{pipeline}", "image", "BASE", "scratch", "FILES", "out.txt=/app/in.txt", "ENTRYPOINT", "/app/in.txt", "AFTER", "build"]]
LIST = """cmake_minimum_required(VERSION 3.25)
project(@@name@@ LANGUAGES NONE)
enable_testing()
find_package(cicd REQUIRED)
add_pipeline(@@name@@ TEMPLATE tiny)
pipeline_service(@@name@@ api PORT @@port@@)
pipeline_environment(@@name@@ stage ON branch main VIA gitops)
# The helper that the template brings.
pipeline_step(@@name@@ extra COMMAND ./helper INPUTS helper extra.txt)
"""
ADOPTS = {"file": "tiny.json", "without": {"modules": "it has several modules"}, "name": "name", "port": {"file": "app.properties", "key": "server.port"},
          "set": {"main": [{"key": "start", "like": "run *"}, {"path": "src/*/main.txt", "value": "src/*/main.txt"}]},
          "needs": {"{main}": "its main file"}, "brings": "helper", "texts": {"extra.txt": "as it is\n", "list.txt": ["needs"]}}
DEPLOYMENT = """apiVersion: apps/v1
kind: Deployment
metadata: {name: orders}
spec:
  replicas: 3
  selector: {matchLabels: {app: orders}}
  template:
    metadata: {labels: {app: orders}}
    spec:
      containers:
      - name: orders
        image: registry.example.com/shop/orders:1.2
        ports: [{containerPort: 8081}]
        env:
        - {name: LEVEL, value: info}
        - {name: DB_PASSWORD, value: hidden-value}
        readinessProbe: {httpGet: {path: /ready, port: 8081}}
---
apiVersion: v1
kind: Service
metadata: {name: orders}
spec: {selector: {app: orders}, ports: [{port: 80, targetPort: 8081}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {level: info, api_token: hidden-value}
---
apiVersion: v1
kind: Secret
metadata: {name: keys}
stringData: {key: hidden-value}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: orders-cleanup}
spec:
  schedule: "17 3 * * *"
  jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: cleanup, image: "registry.example.com/shop/orders:1.2", command: [/app/in.txt, clean]}]}}}}
---
apiVersion: v1
kind: Service
metadata: {name: postgres}
spec: {selector: {app: db}, ports: [{port: 5432}]}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: postgres}
spec: {serviceName: postgres, selector: {matchLabels: {app: db}}, template: {metadata: {labels: {app: db}}, spec: {containers: [{name: db, image: "postgres:16"}]}}}
"""


class SourcesCase(harness.Case):
    def setUp(self):
        super().setUp()
        self.made = self.tree("add_pipeline(app)\npipeline_step(app one COMMAND true INPUTS CMakeLists.txt)\n")
        self.templates = self.folder / "templates"
        self.made.env["CICD_TEMPLATE_PATH"] = str(self.templates)
        self.write_template("tiny", ADOPTS)
        self.place = self.folder / "repository"
        self.lay({"tiny.json": json.dumps({"name": "orders", "start": "run app.txt", "needs": ["a", "b"]}), "app.txt": "hello\n",
                  "app.properties": "server.port=8081\n"})

    def write_template(self, name, adopts, **members):
        data = {"schema": 2, "version": "1.0", "description": "For tests.", "calls": CALLS,
                "parameters": {"main": {"type": "text", "words": "the main file", "allowed": "path", "default": "other.txt"},
                               "port": {"type": "integer", "words": "its port", "default": 8080}}, "adopts": adopts, **members}
        for path, text in {"template.json": json.dumps(data), "service/CMakeLists.txt": LIST, "service/helper": "#!/bin/sh\n"}.items():
            file = self.templates / name / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        (self.templates / name / "service/helper").chmod(0o755)

    def lay(self, files):
        for path, text in files.items():
            file = self.place / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)

    def adopt(self, *words, status=0, cwd=None, **how):
        return self.made.cicd("adopt", "--sources", *words, status=status, cwd=cwd or self.place, **how)

    def text(self, path="CMakeLists.txt"):
        return (self.place / path).read_text()

    def nothing_is_written(self):
        self.assertFalse((self.place / "CMakeLists.txt").exists())
        self.assertFalse((self.place / "helper").exists())


class AdoptSources(SourcesCase):
    def test_each_line_says_where_it_comes_from_and_the_next_commands_work(self):
        self.lay({"Dockerfile": "FROM a\nEXPOSE 8081\nUSER 1000\nENV LEVEL=info\nHEALTHCHECK CMD curl http://localhost:8081/health\n"})
        done = self.adopt()
        text = self.text()
        self.assertIn("# the name from tiny.json:1\nadd_pipeline(orders\n  TEMPLATE tiny  # tiny.json\n  SET main=app.txt  # tiny.json:1\n  )\n", text)
        self.assertIn("pipeline_service(orders api\n  PORT 8081  # Dockerfile:2\n  READY /health  # Dockerfile:5\n  USER 1000  # Dockerfile:3\n"
                      "  ENV LEVEL=info  # Dockerfile:4\n  )\n", text)
        self.assertIn("# from the template tiny 1.0\npipeline_step(orders extra", text)
        self.assertEqual(self.text("list.txt"), "# needs of tiny.json\na\nb\n")
        self.assertTrue(os.access(self.place / "helper", os.X_OK))
        commands = done.stdout.split("\nnext:\n  ")[1].strip().split("\n  ")
        self.assertEqual(commands[1], "cmake --build build --target deploy-stage")
        for command in commands:
            ran = self.made.call(["sh", "-c", command], cwd=self.place)
            self.assertEqual(ran.returncode, 0, ran.all)
        self.assertTrue((self.place / "build/registry/orders/index.json").exists())

    def test_a_dry_run_prints_it_and_json_has_every_line(self):
        done = self.adopt("--dry-run")
        self.assertIn("add_pipeline(orders", done.stdout)
        self.nothing_is_written()
        told = json.loads(self.adopt("--dry-run", "--json", str(self.place), cwd=self.folder).stdout)
        service = told["services"][0]
        self.assertEqual(told["schema"], 1)
        self.assertEqual((service["name"], service["template"], service["by"], told["made"]), ("orders", "tiny", "tiny.json", False))
        self.assertIn({"line": "orders api: PORT 8081", "from": "app.properties:1"}, service["lines"])
        self.assertIn("pipeline_service(orders api", service["files"]["CMakeLists.txt"])
        self.nothing_is_written()

    def test_what_is_there_is_never_overwritten_and_another_file_goes_on(self):
        self.lay({"CMakeLists.txt": "mine", "helper": "mine"})
        done = self.adopt(status=3)
        self.assertIn("in the way: CMakeLists.txt", done.stderr)
        self.assertNotIn("helper", done.stderr)
        command = harness.note_in(done.stderr, "try").split(", which")[0]
        went_on = self.made.call(["sh", "-c", command], cwd=self.place)
        self.assertEqual(went_on.returncode, 0, went_on.all)
        self.assertIn("include(pipeline.cmake)", went_on.stdout)
        self.assertEqual((self.text(), self.text("helper")), ("mine", "mine"))
        self.assertNotIn("project(", self.text("pipeline.cmake"))

    def test_a_link_is_neither_written_through_nor_read_out_of_the_folder(self):
        outside = self.folder / "outside"
        outside.mkdir()
        (outside / "app.properties").write_text("server.port=9999\n")
        (self.place / "app.properties").unlink()
        (self.place / "app.properties").symlink_to(outside / "app.properties")
        (self.place / "CMakeLists.txt").symlink_to(outside / "CMakeLists.txt")
        done = self.adopt(status=2)
        self.assertIn("nothing says the port", done.stderr)
        self.assertIn("not read: app.properties: ", done.stderr)
        self.assertIn("in the way: CMakeLists.txt", self.adopt("--port", "8080", status=3).stderr)
        (self.place / "CMakeLists.txt").unlink()
        (self.place / "Dockerfile").symlink_to(outside / "app.properties")
        self.assertIn("  Dockerfile  ", self.adopt("--port", "8080").stdout)
        self.assertEqual([one.name for one in outside.iterdir()], ["app.properties"])

    def test_two_templates_that_fit_equally_are_asked_for(self):
        self.write_template("other", {**ADOPTS, "file": "app.txt", "name": {"value": "other"}})
        done = self.adopt(status=2)
        self.assertIn("several templates fit the project equally", done.stderr)
        self.assertEqual(harness.note_in(done.stderr, "try"), "--template other, or --template tiny")
        self.nothing_is_written()
        self.assertIn("allowed: ", self.adopt("--template", "none", status=2).stderr)
        self.adopt("--template", "tiny", "--dry-run")
        self.write_template("other", {**ADOPTS, "file": "app.txt", "yields": True})
        self.assertIn("orders: the template tiny", self.adopt("--dry-run").stdout)
        self.write_template("other", ADOPTS, extends="tiny")
        self.assertIn("orders: the template other", self.adopt("--dry-run").stdout)

    def test_what_the_sources_leave_open_is_asked_for(self):
        self.lay({"tiny.json": json.dumps({"name": "Orders_API"}), "src/a/main.txt": "", "src/b/main.txt": "", "app.properties": "",
                  "Dockerfile": "FROM a\nEXPOSE 8080 9090\n"})
        done = self.adopt(status=2)
        self.assertIn("this can be no name of a service: 'Orders_API'", done.stderr)
        self.assertEqual(harness.note_in(done.stderr, "try"), "--name orders-api")
        done = self.adopt("--name", "orders", status=2)
        self.assertIn("--set main=src/a/main.txt, or --set main=src/b/main.txt", done.stderr)
        self.assertIn("--port 8080, or --port 9090", done.stderr)
        self.nothing_is_written()
        self.adopt("--name", "orders", "--set", "main=src/a/main.txt", "--port", "none")
        self.assertIn("pipeline_service(orders worker", self.text())
        self.assertIn("SET main=src/a/main.txt  # --set", self.text())

    def test_manifests_go_through_the_reader_of_clusters_and_secrets_are_not_copied(self):
        self.lay({"k8s/all.yaml": DEPLOYMENT, "deploy/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n",
                  "Dockerfile": "FROM a\nENV API_TOKEN=hidden-value URL=https://me:hidden-value@example.com\n",
                  "compose.yaml": "services: {api: {environment: {DB_SECRET: hidden-value}}}\n"})
        done = self.adopt()
        text = self.text()
        self.assertIn("# Deployment orders, k8s/all.yaml\npipeline_service(orders orders\n", text)
        for line in ("PORT 8081", "REPLICAS 3", "READY /ready", "ENV LEVEL=info", "# CronJob orders-cleanup, k8s/all.yaml\n", 'SCHEDULE "17 3 * * *"',
                     'MANIFESTS "k8s/adopted/*.yaml"' if '"k8s/adopted/*.yaml"' in text else "MANIFESTS k8s/adopted/*.yaml"):
            self.assertIn(line, text)
        self.assertNotIn("postgres", text)
        self.assertFalse((self.place / "k8s/adopted/service-postgres.yaml").exists())
        self.assertIn("level: info", self.text("k8s/adopted/configmap-settings.yaml"))
        for listed in ("env DB_PASSWORD looks like a secret", "api_token of ConfigMap/settings looks like a secret", "Secret keys: its values belong in no file",
                       "pipeline_secret()", "StatefulSet/postgres runs another image: postgres:16", "a kustomization is not read", "DB_SECRET"):
            self.assertIn(listed, done.stdout)
        for path in self.place.rglob("*"):
            if path.is_file() and path.name not in ("all.yaml", "Dockerfile", "compose.yaml"):
                self.assertNotIn("hidden-value", path.read_text(), path)
        self.assertNotIn("hidden-value", done.all)
        build = self.place / "build"
        for words in (["-S", ".", "-B", build, f"-Dcicd_DIR={harness.package()}"], ["--build", build, "--target", "deploy-stage"]):
            ran = self.made.call([harness.tool("cmake"), *words], cwd=self.place)
            self.assertEqual(ran.returncode, 0, ran.all)

    def test_a_chart_is_rendered_by_helm_and_without_it_is_listed_with_the_command(self):
        self.lay({"chart/Chart.yaml": "apiVersion: v2\nname: orders\nversion: 1.0.0\n", "chart/templates/a.yaml": "apiVersion: {{ no yaml\nkind: x\n",
                  "chart/values.yaml": "a: 1\n"})
        programs = self.folder / "programs"
        programs.mkdir()
        for name in ("git", "sh", "cat"):
            (programs / name).symlink_to(harness.tool(name))
        done = self.adopt("--dry-run", env={"PATH": str(programs)})
        self.assertIn("helm is not there", done.stdout)
        self.assertIn("try: helm template orders chart\n", done.stdout)
        (self.folder / "rendered.yaml").write_text(DEPLOYMENT)
        helm = programs / "helm"
        helm.write_text(f"#!/bin/sh\n[ \"$*\" = 'template orders {self.place}/chart' ] || exit 9\ncat {self.folder}/rendered.yaml\n")
        helm.chmod(0o755)
        done = self.adopt("--dry-run", env={"PATH": str(programs)})
        self.assertIn("# Deployment orders, chart/Chart.yaml\n", done.stdout)
        self.assertIn("rendered as the release orders, with values.yaml alone", done.stdout)
        helm.write_text("#!/bin/sh\necho 'Error: it is broken' >&2\nexit 1\n")
        self.assertIn("helm does not render it: Error: it is broken", self.adopt("--dry-run", env={"PATH": str(programs)}).stdout)

    def test_the_same_object_in_two_files_is_asked_for(self):
        self.lay({"base/all.yaml": DEPLOYMENT, "prod/all.yaml": DEPLOYMENT})
        done = self.adopt(status=2)
        self.assertIn("several files declare the same workload: 'CronJob/orders-cleanup, Deployment/orders", done.stderr)
        self.assertEqual(harness.note_in(done.stderr, "try"), "--manifests base, or --manifests prod")
        self.assertIn("# Deployment orders, prod/all.yaml\n", self.adopt("--manifests", "prod", "--dry-run").stdout)

    def test_images_of_which_none_has_the_name_are_asked_for(self):
        self.lay({"k8s/all.yaml": DEPLOYMENT.replace("name: orders}", "name: web}").replace("shop/orders", "shop/web")})
        done = self.adopt(status=2)
        self.assertIn("--image registry.example.com/shop/web", done.stderr)
        self.assertIn("# Deployment web, k8s/all.yaml\n", self.adopt("--image", "registry.example.com/shop/web", "--dry-run").stdout)

    def test_several_services_get_a_file_each_and_what_is_asked_names_the_folder(self):
        for name in ("tiny.json", "app.txt", "app.properties"):
            (self.place / name).unlink()
        for name in ("orders", "stock"):
            self.lay({f"services/{name}/tiny.json": json.dumps({"name": name + "-of-shop", "start": "run app.txt"}), f"services/{name}/app.txt": name})
        self.lay({"services/orders/app.properties": "server.port=8081\n", "services/orders/web/tiny.json": "{}", "k8s/all.yaml": DEPLOYMENT})
        done = self.adopt(status=2)
        self.assertIn("nothing says the port that it listens on: 'stock-of-shop'", done.stderr)
        self.assertIn("--port services/stock=8080", harness.note_in(done.stderr, "try"))
        skipped = self.adopt("--skip", "services/stock", "--dry-run")
        self.assertIn("services/stock  left out by --skip", skipped.stdout)
        self.assertIn("did you mean: services/stock", self.adopt("--port", "services/stok=8080", status=2).stderr)
        done = self.adopt("--port", "services/stock=8080")
        self.assertIn("# Deployment orders, k8s/all.yaml\n", self.text("services/orders/CMakeLists.txt"))
        self.assertIn("PORT 8080  # --port", self.text("services/stock/CMakeLists.txt"))
        self.assertIn("services/orders/web/tiny.json  a project below another one is not looked at", done.stdout)
        self.assertFalse((self.place / "services/orders/web/CMakeLists.txt").exists())
        self.lay({"services/stock/tiny.json": json.dumps({"name": "orders-of-shop", "start": "run app.txt"})})
        (self.place / "services/orders/CMakeLists.txt").unlink()
        self.assertIn("two services have the same name", self.adopt("--port", "services/stock=8080", status=2).stderr)

    PARTS = {**{name: value for name, value in ADOPTS.items() if name != "set"}, "needs": {}, "without": {"kind=parent": ""},
             "parts": {"key": "modules", "parameter": "main", "services": ["kind=service", "starts"], "above": "parent"}}

    def test_the_services_of_a_project_with_parts_are_declared_beside_it(self):
        self.write_template("tiny", self.PARTS)
        self.lay({"tiny.json": json.dumps({"name": "shop", "modules": ["libs", "orders", "billing", "gone", "../out"]}),
                  "libs/tiny.json": json.dumps({"name": "libs", "modules": ["mail/tiny.json"]}), "libs/mail/tiny.json": json.dumps({"name": "mail", "starts": {"x": 1}}),
                  "orders/tiny.json": json.dumps({"name": "orders", "kind": "service"}), "orders/app.properties": "server.port=8081\n",
                  "billing/tiny.json": json.dumps({"name": "billing", "kind": "library"}), "libs/mail/app.properties": "server.port=8082\n"})
        self.adopt()
        text = self.text()
        for each in ("# The pipelines of mail, orders,", "project(shop LANGUAGES NONE)", "SET main=orders  # tiny.json:1", "SET main=libs/mail  # libs/tiny.json:1",
                     "PORT 8081  # orders/app.properties:1", "PORT 8082  # libs/mail/app.properties:1"):
            self.assertIn(each, text)
        self.assertEqual((text.count("find_package("), text.count("add_pipeline(")), (1, 2))
        self.assertTrue((self.place / "helper").exists())
        self.assertFalse((self.place / "orders/CMakeLists.txt").exists())

    def test_a_part_that_no_project_lists_is_declared_where_what_it_needs_lies(self):
        self.write_template("tiny", self.PARTS)
        (self.place / "tiny.json").unlink()
        self.lay({"parent/tiny.json": json.dumps({"name": "parent", "kind": "parent"}), "services/orders/tiny.json": json.dumps({"name": "orders", "parent": "../../parent"}),
                  "services/orders/app.properties": "server.port=8081\n"})
        self.adopt()
        self.assertIn("SET main=services/orders  # services/orders/tiny.json:1", self.text())

    def test_a_project_none_of_whose_parts_is_a_service_is_said(self):
        self.write_template("tiny", self.PARTS)
        self.lay({"tiny.json": json.dumps({"name": "shop", "modules": ["a"]}), "a/tiny.json": json.dumps({"name": "a"})})
        self.assertIn("tiny.json: a project of several parts, none of which is known to be a service", self.adopt(status=2).stderr)

    def test_what_no_template_fits_is_said_with_the_reason(self):
        self.lay({"tiny.json": json.dumps({"name": "orders", "modules": ["a"]}), "a/tiny.json": "{}"})
        done = self.adopt(status=2)
        self.assertIn("nothing here is a project that a template fits", done.stderr)
        self.assertIn("tiny.json:1: it has several modules", done.stderr)
        self.assertIn("there is no such folder", self.adopt("nowhere", status=2).stderr)

    def test_control_characters_of_a_repository_are_made_visible(self):
        self.lay({"Dockerfile": "FROM a\nVOLUME /\x1b[31mred\nENV A=\x1b[32m B={version} C=$<x>\n"})
        done = self.adopt()
        self.assertNotIn("\x1b", done.all + self.text())
        self.assertIn("\\x1b", done.stdout)
        for name in ("A", "B"):
            self.assertIn(f"ENV {name}: it speaks of another image, or cannot be said", done.stdout)

    def test_one_of_both_readings_is_said_and_options_belong_to_one(self):
        self.assertIn("it is not said what is to be read", self.made.cicd("adopt", status=2, cwd=self.place).stderr)
        self.adopt("--from-cluster", status=2)
        self.adopt("--release", "x", status=2)
        self.made.cicd("adopt", "--from-cluster", "--port", "80", status=2, cwd=self.place)
        self.assertIn("--sources", self.made.cicd("adopt", "--help").stdout)

    def test_a_wrong_adopts_is_said_with_its_line(self):
        self.write_template("wrong", {"fil": "a", "set": {"man": 1}, "name": {"like": "*"}})
        done = self.made.cicd("template", "check", "wrong", status=2, cwd=self.place)
        self.assertIn("adopts has an unknown member: 'fil'", done.stderr)
        self.assertIn("did you mean: file", done.stderr)
        self.write_template("wrong", {"file": "../a", "set": {"man": 1}, "name": {"like": "*"}, "needs": {"a": 1}})
        done = self.made.cicd("template", "check", "wrong", status=2, cwd=self.place)
        for text in ("adopts names what is not a path: '../a'", "adopts.set names no parameter", "this is not a rule of adopts", "adopts.needs has a value"):
            self.assertIn(text, done.stderr)
        self.assertIn("cicd template check wrong", self.adopt("--dry-run").stdout)


# What is found in repositories that were not made for it.
PATCH = """apiVersion: apps/v1
kind: Deployment
metadata: {name: orders}
spec: {replicas: 5}
"""
ONLY_INIT = DEPLOYMENT.split("---")[0].replace("containers:", "initContainers:")


class FoundSources(SourcesCase):
    """Each of these is of a repository as people have it."""

    def test_a_workload_without_a_container_is_incomplete_and_listed(self):
        self.lay({"k8s/all.yaml": DEPLOYMENT, "overlays/prod/replicas.yaml": PATCH, "overlays/init/a.yaml": ONLY_INIT,
                  "overlays/image/a.yaml": PATCH.replace("{replicas: 5}", "{template: {spec: {containers: [{name: orders}]}}}")})
        done = self.adopt("--dry-run")
        self.assertIn("# Deployment orders, k8s/all.yaml\n", done.stdout)
        for path in ("overlays/prod/replicas.yaml", "overlays/init/a.yaml", "overlays/image/a.yaml"):
            self.assertIn(f"  {path}  Deployment/orders is incomplete: no container with an image", done.stdout)
        for path in ("k8s/all.yaml", "overlays/image/a.yaml"):
            (self.place / path).unlink()
        self.assertIn("is incomplete", self.adopt("--port", "8080", "--dry-run").stdout)

    def test_what_stands_where_a_folder_would_be_is_in_the_way(self):
        self.lay({"deploy/all.yaml": DEPLOYMENT})
        for make in (lambda path: path.write_text("mine"), lambda path: path.symlink_to(self.folder), os.mkfifo):
            make(self.place / "k8s")
            self.assertIn("in the way: k8s\n", self.adopt(status=3).stderr)
            self.nothing_is_written()
            self.assertFalse((self.place / "k8s").is_dir() and not (self.place / "k8s").is_symlink())
            (self.place / "k8s").unlink()

    def test_out_is_a_file_beside_the_others_that_are_written(self):
        self.lay({"deploy/all.yaml": DEPLOYMENT})
        for out in ("k8s", "k8s/adopted", "k8s/orders-patch.yaml", "helper", "../q", "/tmp/q", "p/", ".", "a//b", "extra.txt/x"):
            for more in ([], ["--dry-run"]):
                done = self.adopt("--out", out, *more, status=2)
                self.assertIn("--out: ", done.stderr)
                self.assertIn("allowed: ", done.stderr)
                self.assertIn("--out pipeline.cmake", harness.note_in(done.stderr, "try"))
            self.nothing_is_written()

    def test_a_write_that_fails_leaves_nothing_behind(self):
        self.lay({"a/tiny.json": json.dumps({"name": "first", "start": "run app.txt"}), "b/tiny.json": json.dumps({"name": "second", "start": "run app.txt"}),
                  "b/deploy/all.yaml": DEPLOYMENT.replace("name: settings", "name: " + "x" * 250)})
        (self.place / "tiny.json").unlink()
        done = self.adopt("--port", "a=8080", "--image", "b=registry.example.com/shop/orders", status=7)
        self.assertFalse((self.place / "a/CMakeLists.txt").exists(), done.all)
        self.assertFalse((self.place / "b/CMakeLists.txt").exists(), done.all)

    def test_generator_expressions_of_others_are_texts(self):
        self.lay({"k8s/all.yaml": DEPLOYMENT.replace("ports: [{containerPort: 8081}]", "ports: [{containerPort: 8081}]\n        command: [/run, '$<1:expanded>']")
                  .replace("{name: LEVEL, value: info}", "{name: LEVEL, value: '$<1:also>'}")})
        self.made.call(["git", "init", "--quiet", "--initial-branch=a$<CONFIG>", "."], cwd=self.place)
        self.adopt()
        build = self.place / "build"
        for words in (["-S", ".", "-B", build, f"-Dcicd_DIR={harness.package()}"], ["--build", build, "--target", "deploy-stage"]):
            ran = self.made.call([harness.tool("cmake"), *words], cwd=self.place)
            self.assertEqual(ran.returncode, 0, ran.all)
        held = [path.read_text() for path in (build / ".cicd/genex").iterdir()]
        for text in ("$<1:expanded>", "LEVEL=$<1:also>", "a$<CONFIG>"):
            self.assertIn(text, held)

    def test_secrets_are_found_within_values_and_by_substitution(self):
        hidden = "hidden-value"
        self.lay({"Dockerfile": f"FROM a\nARG TOKEN={hidden}\nENV URL=https://x/?t=$TOKEN\nENV NEXT=$URL\nENV GITHUB_PAT={hidden}\nENV ENCRYPTION_KEY={hidden}\n"
                                f"ENV DB='Server=db;User=me;Password={hidden}'\nENV FINE=1\nEXPOSE 8081\n",
                  "tiny.json": json.dumps({"name": "orders", "start": "run app.txt", "needs": ["a", f"b @ git+https://me:{hidden}@example.com/b", "c\n-r /etc/hostname"]})})
        done = self.adopt()
        for name in ("URL", "NEXT", "GITHUB_PAT", "ENCRYPTION_KEY", "DB"):
            self.assertIn(f"ENV {name} looks like a secret, and its value is not taken", done.stdout)
        self.assertIn("ENV FINE=1", self.text())
        self.assertEqual(self.text("list.txt"), "# needs of tiny.json\na\n")
        self.assertIn("a value of needs looks like a secret", done.stdout)
        self.assertIn("a value of needs is not one line of text", done.stdout)
        for path in self.place.rglob("*"):
            if path.is_file() and path.name not in ("tiny.json", "Dockerfile"):
                self.assertNotIn(hidden, path.read_text(), path)
        self.assertNotIn(hidden, done.all)

    def test_options_that_lead_nowhere_name_the_nearest(self):
        self.lay({"deploy/all.yaml": DEPLOYMENT})
        for folder in ("deploy/", "./deploy", str(self.place / "deploy")):
            self.assertIn("# Deployment orders, deploy/all.yaml\n", self.adopt("--manifests", folder, "--dry-run").stdout)
        for option, near in ((["--manifests", "deplo"], "deploy"), (["--image", "registry.example.com/shop/order"], "registry.example.com/shop/orders"),
                             (["--skip", "servics"], None)):
            done = self.adopt(*option, "--dry-run", status=2)
            self.assertIn(option[0] + ": ", done.stderr)
            if near:
                self.assertEqual(harness.note_in(done.stderr, "did you mean"), near)

    def test_cron_jobs_alone_have_no_service_and_no_port(self):
        self.lay({"app.properties": "", "k8s/all.yaml": DEPLOYMENT.split("---")[4]})
        self.adopt()
        self.assertIn("pipeline_cron_job(orders", self.text())
        self.assertNotIn("pipeline_service", self.text())

    def test_only_folders_that_decide_are_proposed(self):
        self.lay({"all.yaml": DEPLOYMENT, "deploy/prod/all.yaml": DEPLOYMENT, "twice/a.yaml": DEPLOYMENT, "twice/b.yaml": DEPLOYMENT})
        self.assertEqual(harness.note_in(self.adopt(status=2).stderr, "try"), "--manifests deploy/prod")

    def test_what_could_not_be_read_is_said_where_a_fact_is_missing(self):
        self.lay({"tiny.json": ""})
        self.assertIn("not read: tiny.json", self.adopt(status=2).stderr)
        (self.place / "tiny.json").write_bytes(b"\xff\xfe" + '{"name": "orders"}'.encode("utf-16-le"))
        self.assertIn("not read: tiny.json: it is UTF-16", self.adopt(status=2).stderr)
        self.lay({"tiny.json": json.dumps({"name": "orders", "start": "run app.txt"}), "app.properties": "", "k8s/a.yaml": "apiVersion: v1\nkind: [\n"})
        self.assertRegex(self.adopt(status=2).stderr, r"not read: k8s/a.yaml:\d+: ")
        self.lay({"app.properties": "server.port=${PORT:8099}\n"})
        self.assertIn("PORT 8099  # app.properties:1", self.adopt("--dry-run").stdout)

    def test_a_mark_of_the_byte_order_is_passed_over(self):
        self.lay({"k8s/all.yaml": "\ufeff" + DEPLOYMENT, "Dockerfile": "\ufeffFROM a\nENV A=1\n"})
        done = self.adopt("--dry-run")
        self.assertIn("# Deployment orders, k8s/all.yaml\n", done.stdout)
        self.assertNotIn("before the first FROM", done.stdout)

    def test_folders_with_signs_and_escapes(self):
        for name, start in (("a", "x"), ("a=b", "y")):
            self.lay({f"{name}/tiny.json": json.dumps({"name": start, "start": "run app.txt"})})
        (self.place / "tiny.json").unlink()
        done = self.adopt("--port", "a=b=8081", "--port", "a=8082")
        self.assertIn("PORT 8081", self.text("a=b/CMakeLists.txt"))
        self.assertIn("PORT 8082", self.text("a/CMakeLists.txt"))
        odd = self.folder / "\x1b[31modd"
        (self.place / "a").rename(odd)
        (odd / "CMakeLists.txt").unlink()
        (odd / "helper").unlink()
        done = self.adopt("--port", "8081", str(odd), cwd=self.folder)
        self.assertNotIn("\x1b", done.stdout + done.stderr)

    def test_a_dry_run_shows_the_declaration_and_names_the_rest(self):
        done = self.adopt("--dry-run")
        self.assertIn("add_pipeline(orders", done.stdout)
        self.assertNotIn("#!/bin/sh", done.stdout)
        self.assertRegex(done.stdout, r"would write helper, \d+ B")

    def test_a_value_that_is_the_default_replaces_the_skeletons(self):
        made = self.templates / "tiny/service/CMakeLists.txt"
        made.write_text(LIST.replace("TEMPLATE tiny)", "TEMPLATE tiny SET main=@@name@@.txt)"))
        self.lay({"tiny.json": json.dumps({"name": "orders", "start": "run other.txt"})})
        self.assertNotIn("main=orders.txt", self.adopt("--dry-run").stdout)

    def test_a_package_of_several_workspaces_is_refused_with_those_below(self):
        (self.place / "tiny.json").unlink()
        self.lay({"package.json": json.dumps({"name": "all", "workspaces": ["packages/*"]}), "packages/a/package.json": json.dumps({"name": "a", "main": "a.js"})})
        self.assertIn("package.json:1: a package.json of several workspaces: the template builds one", self.adopt("--port", "8080", status=2).stderr)

    def test_a_python_package_has_the_name_that_it_has(self):
        (self.place / "tiny.json").unlink()
        self.lay({"pyproject.toml": '[project]\nname = "mail-sender"\n', "app/__main__.py": "print(1)\n"})
        done = self.adopt("--dry-run", "--port", "8080")
        self.assertNotIn("module=", done.stdout)
        self.assertIn("pipeline_step(mail-sender test COMMAND", done.stdout)


if __name__ == "__main__":
    unittest.main(verbosity=2)
