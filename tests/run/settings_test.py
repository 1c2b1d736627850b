"""Settings: where a value comes from, what it reaches, and that what no commit says is not released."""

import json
import subprocess
import unittest

import harness

CALLS = """
add_pipeline(web)
pipeline_setting(web region ALLOWED us-east-1 sa-east-1 eu-west-1 DEFAULT us-east-1)
pipeline_setting(web region IN prod VALUE sa-east-1)
pipeline_step(web build COMMAND ./build {setting.region} INPUTS build OUTPUTS out.txt STAGE build)
pipeline_step(web docs COMMAND ./build docs INPUTS build OUTPUTS docs.txt)
pipeline_image(web BASE scratch FILES out.txt=/out.txt ENTRYPOINT /out.txt LABELS region={setting.region})
pipeline_service(web api PORT 8080 HOST web.{setting.region}.example.com ENV REGION={setting.region} COMMAND /out.txt --in {setting.region})
pipeline_label(web region={setting.region})
pipeline_environment(web stage ON branch main VIA gitops REPOSITORY {repository} PATH stage/{setting.region} HEALTH committed)
pipeline_environment(web prod ON tag v* FROM stage VIA gitops REPOSITORY {repository} PATH prod/{setting.region})
"""
FIXED = CALLS.replace("stage/{setting.region}", "stage").replace("prod/{setting.region}", "prod")
# Without DEFAULT each build tree is given one.
GIVEN = FIXED.replace(" DEFAULT us-east-1", "")


class Settings(harness.Case):
    def made(self, calls=CALLS, *given, **how):
        self.repository = self.folder / "manifests.git"
        if not self.repository.exists():
            subprocess.run([harness.tool("git"), "init", "--quiet", "--bare", "--initial-branch=main", str(self.repository)], check=True)
        tree = self.tree(**how)
        tree.write("build", '#!/bin/sh\necho "$1" > out.txt\necho "$1" > docs.txt\n', 0o755)
        tree.declare(calls.replace("{repository}", str(self.repository)))
        tree.commit()
        tree.set_user()
        self.give(tree, *given)
        return tree

    def give(self, tree, *words, status=0):
        done = tree.call([harness.tool("cmake"), "-S", tree.source, "-B", tree.build, "-G", "Ninja", f"-Dcicd_DIR={harness.package()}", *words])
        self.assertEqual(done.returncode == 0, status == 0, done.all)
        return done

    def file(self, path):
        return self.trees[0].manifests("show", f"main:{path}", repository=self.repository)

    def of(self, place):
        return json.loads(self.file(f".cicd/records/{place}.json"))

    # ---- what a value reaches ----

    def test_only_steps_that_use_it_run_again(self):
        tree = self.made()
        tree.run("web.build", "web.docs")
        self.assertEqual((tree.work("web/build") / "out.txt").read_text(), "us-east-1\n")
        self.give(tree, "-Dweb.region=eu-west-1")
        tree.run("web.build", "web.docs")
        self.assertEqual(tree.outcomes(), {"web/build": "ran", "web/docs": "up-to-date"})
        self.assertEqual((tree.work("web/build") / "out.txt").read_text(), "eu-west-1\n")
        self.give(tree, "-Uweb.region")
        tree.run("web.build", "web.docs")
        self.assertEqual(tree.outcomes(), {"web/build": "reused", "web/docs": "up-to-date"})

    def test_an_environment_has_its_own_value_and_its_record_says_which(self):
        tree = self.made()
        tree.run("web.deploy-stage")
        tree.tag("v1.0.0")
        plan = tree.plan("web.deploy-prod")
        self.assertIn("settings: region=sa-east-1", [line for step in plan["steps"] if step["step"] == "web/deploy-prod" for line in step["details"]])
        tree.run("web.deploy-prod")
        self.assertEqual((self.of("stage/us-east-1")["settings"], self.of("prod/sa-east-1")["settings"]), ({"region": "us-east-1"}, {"region": "sa-east-1"}))
        there = self.file("prod/sa-east-1/web-api.deployment.yaml")
        for text in ('value: sa-east-1', "- sa-east-1", "region: sa-east-1"):
            self.assertIn(text, there)
        self.assertNotIn("us-east-1", there)
        self.assertIn("web.sa-east-1.example.com", self.file("prod/sa-east-1/web-api.ingress.yaml"))
        listed = json.loads(tree.cicd("history", "web", "prod", "--json").stdout)["deployments"]
        self.assertEqual([one["settings"] for one in listed], [{"region": "sa-east-1"}])
        shown = json.loads(tree.cicd("status", "web", "prod", "--json").stdout)
        self.assertIn('"settings": {"region": "sa-east-1"}', json.dumps(shown))

    def test_what_a_later_commit_gives_is_not_what_an_artifact_runs_with(self):
        tree = self.made()
        tree.run("web.deploy-stage")
        tree.tag("v1.0.0")
        first = tree.git("rev-parse", "HEAD")
        tree.declare(CALLS.replace("{repository}", str(self.repository)).replace("VALUE sa-east-1", "VALUE eu-west-1").replace("prod/{setting.region}", "prod"))
        tree.commit()
        self.give(tree)
        tree.cicd("promote", "web", "prod", "--commit", first)
        self.assertIn("value: sa-east-1", self.file("prod/web-api.deployment.yaml"))
        self.assertEqual(self.of("prod")["settings"], {"region": "sa-east-1"})

    # ---- by -D ----

    def test_a_value_over_the_default_is_not_released(self):
        tree = self.made(FIXED, "-Dweb.region=eu-west-1")
        done = tree.run("web.deploy-stage", status=5)
        self.assertIn("-Dweb.region gives another value than the declaration: us-east-1: 'eu-west-1'", done.stderr)
        self.assertIn("cmake -Uweb.region", done.stderr)
        self.give(tree, "-Dweb.region=us-east-1")  # the default is no other value
        tree.run("web.deploy-stage")
        self.assertFalse(self.of("stage")["dirty"])
        tree.tag("v1.0.0")
        self.give(tree, "-Dweb.region=eu-west-1")
        tree.run("web.deploy-prod", status=5)
        tree.cicd("promote", "web", "prod", status=5)
        self.assertIn("-Dweb.region=eu-west-1 is not what the declaration gives: us-east-1", tree.cicd("doctor", "web", status=None).stdout)

    def test_where_it_is_allowed_it_is_dirty_and_no_artifact(self):
        tree = self.made(CALLS, "-Dweb.region=eu-west-1")
        tree.run("web.deploy-stage", "--allow-dirty", "stage")
        record = self.of("stage/us-east-1")  # where an environment is, the declaration says
        self.assertEqual((record["dirty"], record["settings"]), (True, {"region": "eu-west-1"}))
        self.assertNotIn("artifact", record)
        self.assertTrue(record["images"]["image"]["tag"].startswith("dirty-"), record)
        tree.tag("v1.0.0")
        self.give(tree, "-Uweb.region")
        self.assertIn("there is no artifact of this commit", tree.run("web.deploy-prod", status=5).stderr)

    def test_a_value_that_has_to_be_given_is_the_artifacts(self):
        tree = self.made(GIVEN, "-Dweb.region=eu-west-1")
        tree.run("web.deploy-stage")
        self.assertEqual((self.of("stage")["dirty"], self.of("stage")["settings"]), (False, {"region": "eu-west-1"}))
        self.give(tree, "-Dweb.region=us-east-1")
        done = tree.run("web.deploy-stage", status=3)
        self.assertIn("was declared otherwise", done.stderr)
        self.assertIn("there LABELS region=eu-west-1; here LABELS region=us-east-1", done.stderr)
        tree.tag("v1.0.0")
        tree.run("web.deploy-prod")
        self.assertEqual(self.of("prod")["settings"], {"region": "sa-east-1"})
        self.assertEqual(self.of("prod")["images"]["image"]["manifest"], self.of("stage")["images"]["image"]["manifest"])

    def test_where_rollback_and_hold_act_is_not_by_it(self):
        calls = FIXED.replace("PATH stage", "PATH {setting.region}").replace("REGION={setting.region}", "N=1")
        tree = self.made(calls)
        for text in ("1", "2"):
            tree.write("build", f'#!/bin/sh\necho "$1 {text}" > out.txt\necho > docs.txt\n', 0o755)
            tree.commit(text)
            tree.run("web.deploy-stage")
        self.give(tree, "-Dweb.region=eu-west-1")
        tree.cicd("rollback", "web", "stage", "--reason", "wrong")
        tree.cicd("hold", "set", "web", "stage", "--reason", "wrong")
        paths = self.file("").split()
        self.assertIn("us-east-1/", paths)
        self.assertNotIn("eu-west-1/", paths)
        self.assertEqual(self.of("us-east-1")["commit"], tree.git("rev-parse", "HEAD~1"))

    # ---- what is told ----

    def test_explain_says_where_each_value_comes_from(self):
        tree = self.made(CALLS, "-Dweb.region=eu-west-1")
        text = tree.cicd("explain", "web.region").stdout
        for part in ("ALLOWED us-east-1 sa-east-1 eu-west-1\n      CMakeLists.txt:7", "VALUE eu-west-1\n      -Dweb.region of this build tree",
                     "in stage:\n  VALUE eu-west-1\n      -Dweb.region of this build tree", "in prod:\n  VALUE sa-east-1\n      CMakeLists.txt:8"):
            self.assertIn(part, text)
        page = json.loads(tree.cicd("explain", "web.region", "--json").stdout)["pages"][0]
        self.assertIn({"option": "VALUE", "values": ["sa-east-1"], "declared_at": "CMakeLists.txt:8", "in": "prod"}, page["given"])
        self.give(tree, "-Uweb.region")
        self.assertIn("in stage:\n  VALUE us-east-1\n      CMakeLists.txt:7", tree.cicd("explain", "web.region").stdout)

    def test_notes_tell_what_a_release_changes(self):
        tree = self.made()
        tree.run("web.deploy-stage")
        tree.tag("v1.0.0")
        tree.run("web.deploy-prod")
        tree.declare(CALLS.replace("{repository}", str(self.repository)).replace("VALUE sa-east-1", "VALUE eu-west-1").replace("prod/{setting.region}", "prod/sa-east-1"))
        tree.commit()
        self.give(tree)
        tree.run("web.deploy-stage")
        told = tree.cicd("notes", "web", "prod", "--to", tree.git("rev-parse", "HEAD")).stdout
        self.assertRegex(told, r"pipeline_setting web region IN prod.*\n?.*VALUE.*sa-east-1.*eu-west-1")

    # ---- other doors ----

    def test_a_pipeline_json_and_a_command_beside_services(self):
        tree = self.tree()
        tree.write("pipeline.json", json.dumps({"schema": 2, "calls": [
            ["pipeline_setting", "{pipeline}", "level", "ALLOWED", "1..9", "DEFAULT", "3"],
            ["pipeline_backing_service", "{pipeline}", "db", "URL", "tcp://127.0.0.1:9", "READY", "command", "true"],
            ["pipeline_step", "{pipeline}", "build", "COMMAND", "sh", "-c", "echo $1 > seen", "sh", "{setting.level}", "OUTPUTS", "seen"]]}))
        tree.declare("add_pipeline(web SOURCE pipeline.json)\n")
        self.give(tree, "-Dweb.level=7")
        tree.run("web.build")
        self.assertEqual((tree.work("web/build") / "seen").read_text(), "7\n")
        done = tree.cicd("with", "web", "--needs", "db", "--env", "LEVEL={setting.level}", "--", "sh", "-c", "echo $LEVEL $1", "sh", "{setting.level}")
        self.assertEqual(done.stdout, "7 7\n")
        self.assertIn("did you mean: setting.level", tree.cicd("with", "web", "--needs", "db", "--", "echo", "{setting.levle}", status=2).stderr)
        self.assertIn("1 to 9", self.give(tree, "-Dweb.level=10", status=1).stderr)

    def test_affected_compares_with_a_commit_that_does_not_know_the_setting(self):
        tree = self.made("add_pipeline(web)\npipeline_step(web build COMMAND ./build us-east-1 INPUTS build OUTPUTS out.txt)\n"
                         "pipeline_step(web docs COMMAND ./build docs INPUTS build OUTPUTS docs.txt)\n")
        tree.git("switch", "--quiet", "--create", "topic")
        tree.declare("add_pipeline(web)\npipeline_setting(web region ALLOWED us-east-1 eu-west-1 DEFAULT us-east-1)\n"
                     "pipeline_step(web build COMMAND ./build {setting.region} INPUTS build OUTPUTS out.txt)\n"
                     "pipeline_step(web docs COMMAND ./build docs INPUTS build OUTPUTS docs.txt)\n")
        tree.commit()
        self.give(tree, "-Dweb.region=eu-west-1")
        self.assertEqual([one["step"] for one in tree.plan("--affected", "--since", "main", "web.build", "web.docs")["steps"]], ["web/build"])
        self.give(tree, "-Dweb.region=us-east-1")
        self.assertEqual(tree.plan("--affected", "--since", "main", "web.build", "web.docs")["steps"], [])


if __name__ == "__main__":
    unittest.main()
