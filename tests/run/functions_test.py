"""Functions without AWS: their zips, the folder that stands for a bucket, and all that is done with an environment."""

import hashlib
import io
import json
import unittest
import zipfile

import functions
import harness
import jenkins

DECLARED = """
add_pipeline(app)
pipeline_step(app build SHELL "mkdir dist && cp handler.py dist/ && printf run > dist/bootstrap && chmod 755 dist/bootstrap" INPUTS handler.py OUTPUTS dist/ STAGE build)
pipeline_function(app hook ZIP dist CONFIG serverless.yml)
pipeline_environment(app stage ON branch main VIA serverless)
pipeline_environment(app prod ON tag v* FROM stage VIA serverless {prod})
"""


class Functions(harness.Case):
    def made(self, prod="", calls=DECLARED, config=functions.CONFIG):
        return functions.committed(self.tree(), calls.replace("{prod}", prod), config)

    def code(self, tree, environment="stage"):
        return (tree.build / "functions" / environment / "app/hook/handler.py").read_text()

    def states(self, tree, environment="stage"):
        return [json.loads(each.read_text()) for each in sorted((tree.build / "bucket/app/state" / environment).glob("*.json"))]

    def test_the_doctor_looks_at_the_bucket_and_asks_for_no_skopeo(self):
        server = jenkins.Server()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        tree = self.made(calls=DECLARED.replace("VIA serverless", "VIA serverless BUCKET team-artifacts REGION eu-west-1"))
        env = {"AWS_ENDPOINT_URL_S3": server.url, "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_REGION": "eu-west-1"}
        shown = tree.cicd("doctor", status=None, env=env).stdout
        self.assertRegex(shown, r"(?m)^ok +bucket s3://team-artifacts/app/hook: answers, and may be read$")
        self.assertNotRegex(shown, "skopeo|registry s3:")
        server.missing = 403
        self.assertRegex(tree.cicd("doctor", status=1, env=env).stdout, r"(?m)^problem bucket s3://team-artifacts/app/hook: .*S3")

    # ---- the zip ----

    def test_a_zip_has_sorted_names_one_time_and_plain_modes_whatever_made_it(self):
        tree = self.made()
        tree.run("zip")
        data = (tree.work("app/zip-hook") / "layout/hook.zip").read_bytes()
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            self.assertIsNone(packed.testzip())
            entries = packed.infolist()
        self.assertEqual([each.filename for each in entries], ["bootstrap", "handler.py"])
        self.assertEqual({each.date_time for each in entries}, {(1980, 1, 1, 0, 0, 0)})
        self.assertEqual([oct(each.external_attr >> 16) for each in entries], ["0o100755", "0o100644"])
        # The same files as a zip that a step makes, in another order and of another time.
        other = self.tree(name="other")
        with zipfile.ZipFile(other.write("given.zip", b""), "w") as given:
            given.writestr(zipfile.ZipInfo("handler.py", (2020, 1, 1, 0, 0, 0)), "def main(event, context):\n    return 1\n")
            run = zipfile.ZipInfo("bootstrap", (2021, 1, 1, 0, 0, 0))
            run.external_attr = 0o100700 << 16
            given.writestr(run, "run")
        other.declare("add_pipeline(app)\npipeline_function(app hook ZIP given.zip)\npipeline_environment(app stage VIA serverless)\n").configure()
        other.run("zip")
        self.assertEqual((other.work("app/zip-hook") / "layout/hook.zip").read_bytes(), data)

    def test_a_zip_that_cannot_be_is_refused_and_named(self):
        tree = self.tree()
        declared = "add_pipeline(app)\npipeline_function(app hook ZIP given.zip{more})\npipeline_environment(app stage VIA serverless)\n"
        tree.declare(declared.format(more="")).configure()
        self.assertIn("ZIP is not there: no step before it makes it: 'given.zip'", tree.run("zip", status=2).stderr)
        tree.write("gives.zip", b"")
        tree.write("given.zip", b"no zip")
        self.assertIn("cannot read the archive", tree.run("zip", status=2).stderr)
        for name, words in (("../out", "'..' in a name in the archive: '../out'"), ("/out", "an absolute name in the archive: '/out'")):
            with zipfile.ZipFile(tree.source / "given.zip", "w") as given:
                given.writestr(name, "x")
            self.assertIn(words, tree.run("zip", status=2).stderr)
        with zipfile.ZipFile(tree.source / "given.zip", "w") as given:
            given.mkdir("empty") if hasattr(given, "mkdir") else given.writestr("empty/", "")
        self.assertIn("there is no file for the function's zip", tree.run("zip", status=2).stderr)

    def test_a_zip_whose_content_is_not_what_it_says_or_whose_names_nobody_reads_is_refused(self):
        tree = self.tree()
        tree.declare("add_pipeline(app)\npipeline_function(app hook ZIP given.zip)\npipeline_environment(app stage VIA serverless)\n").configure()
        with zipfile.ZipFile(tree.source / "given.zip", "w", zipfile.ZIP_STORED) as given:
            given.writestr("handler.py", "hello world")
        data = (tree.source / "given.zip").read_bytes()
        (tree.source / "given.zip").write_bytes(data.replace(b"hello world", b"jello world"))
        self.assertIn("cannot read the archive", tree.run("zip", status=2).stderr)
        tree.declare("add_pipeline(app)\npipeline_step(app build SHELL \"mkdir dist && printf x > $(printf 'dist/caf\\\\351.py')\" OUTPUTS dist/ INPUTS CMakeLists.txt)\n"
                     "pipeline_function(app hook ZIP dist)\npipeline_environment(app stage VIA serverless)\n").configure()
        self.assertIn("the name of a file for a function's zip is not UTF-8", tree.run("zip", status=2).stderr)

    def test_a_zip_with_a_file_and_a_folder_of_one_name_and_a_pipe_are_refused(self):
        tree = self.tree()
        tree.declare("add_pipeline(app)\npipeline_function(app hook ZIP given.zip)\npipeline_environment(app stage VIA serverless)\n").configure()
        for names in (("a", "a/b"), ("a/b", "a"), ("a/b/c", "a/b")):
            with zipfile.ZipFile(tree.source / "given.zip", "w") as given:
                for name in names:
                    given.writestr(name, "x")
            self.assertIn(f"the zip has a file and a folder of one name: '{min(names, key=len)}'", tree.run("zip", status=2).stderr)
        tree.declare("add_pipeline(app)\npipeline_step(app build SHELL \"mkdir dist && mkfifo dist/pipe && ln -s pipe dist/x && touch dist/a\" OUTPUTS dist/ INPUTS CMakeLists.txt)\n"
                     "pipeline_function(app hook ZIP dist)\npipeline_environment(app stage VIA serverless)\n").configure()
        self.assertRegex(tree.run("zip", status=None).stderr, "a named pipe cannot be an input: '.*/dist/pipe'")

    def test_what_is_wrong_with_config_has_its_line_and_what_is_too_large_the_limit_of_lambda(self):
        tree = self.made(config=functions.CONFIG + "functions:\n  x: [\n")
        refused = tree.run("zip", status=2).stderr
        self.assertRegex(harness.note_in(refused, "in"), r"^serverless\.yml:\d+$")
        tree.write("serverless.yml", functions.CONFIG)
        with zipfile.ZipFile(tree.write("big.zip", b""), "w", zipfile.ZIP_DEFLATED) as given:
            given.writestr("handler.py", b"0" * (251 << 20))
        tree.declare("add_pipeline(app)\npipeline_function(app hook ZIP big.zip)\npipeline_environment(app stage VIA serverless)\n").configure()
        refused = tree.run("zip", status=2).stderr
        self.assertEqual(harness.note_in(refused, "allowed"), "at most 250 MiB in all, as Lambda takes")
        self.assertNotIn("CICD_MAX_BASE", refused)

    def test_one_name_in_aws_for_two_environments_is_refused(self):
        fixed = functions.CONFIG.replace("    handler: handler.main", "    handler: handler.main\n    name: orders-hook")
        calls = DECLARED.replace("VIA serverless", "VIA serverless BUCKET team-artifacts REGION eu-west-1")
        tree = self.made(calls=calls, config=fixed)
        refused = tree.run("zip", status=2).stderr
        self.assertIn("hook is one function in AWS for stage and for prod: 'orders-hook'", refused)
        tree.write("serverless.yml", fixed.replace("orders-hook", "orders-hook-${sls:stage}"))
        tree.run("zip")

    def test_a_rollback_that_failed_puts_back_the_same_again(self):
        tree = self.made()
        tree.run("deploy-stage")
        first = self.code(tree)
        [zip_of_first] = (tree.build / "bucket/app/hook").glob("*.zip")
        functions.next_commit(tree, 2)
        tree.run("deploy-stage")
        kept = zip_of_first.read_bytes()
        zip_of_first.chmod(0o644)
        zip_of_first.write_bytes(b"damaged")
        tree.cicd("rollback", "app", "stage", status=None)
        zip_of_first.write_bytes(kept)
        done = tree.cicd("rollback", "app", "stage")
        self.assertEqual(self.code(tree), first, done.all)

    def test_a_zip_and_an_image_of_a_name_that_failed_are_made_again_by_the_command_that_is_printed(self):
        tree = self.tree()
        tree.declare("add_pipeline(app)\npipeline_function(app hook ZIP given.zip)\npipeline_image(app cli FILES missing=/app/missing)\n"
                     "pipeline_environment(app stage VIA serverless)\n").configure()
        for step, target in (("app/zip-hook", "app.zip"), ("app/image-cli", "app.image")):
            failed = tree.run(step, status=2)
            again = harness.note_in(failed.stdout + failed.stderr, "again")
            self.assertTrue(again.endswith(f"--target {target}"), again)
            self.assertEqual(tree.result()["rerun"], again)
            before = tree.result()["id"]
            self.assertNotEqual(tree.call(["/bin/sh", "-c", again]).returncode, 0)
            self.assertNotEqual(tree.result()["id"], before)
            self.assertEqual(tree.result()["failed_step"], step)

    def test_a_folder_with_a_link_that_leads_out_is_refused(self):
        tree = self.tree()
        tree.declare("add_pipeline(app)\npipeline_step(app build SHELL \"mkdir dist && ln -s /etc/passwd dist/x\" OUTPUTS dist/ INPUTS CMakeLists.txt)\n"
                     "pipeline_function(app hook ZIP dist)\npipeline_environment(app stage VIA serverless)\n").configure()
        self.assertIn("a link that leads out", tree.run("zip", status=2).stderr)

    def test_a_config_whose_function_or_handler_is_not_there_is_refused(self):
        tree = self.made(config=functions.CONFIG.replace("  hook:", "  hooks:"))
        refused = tree.run("zip", status=2).stderr
        self.assertIn("CONFIG has no such function: 'hook'", refused)
        self.assertEqual((harness.note_in(refused, "did you mean"), harness.note_in(refused, "in")), ("hooks", "serverless.yml"))
        tree.write("serverless.yml", functions.CONFIG.replace("handler.main", "handlr.main"))
        refused = tree.run("zip", status=2).stderr
        self.assertIn("the handler of hook is not in the zip: 'handlr.main'", refused)
        self.assertEqual(harness.note_in(refused, "did you mean"), "handler.py")
        self.assertFalse((tree.build / "bucket").exists())

    # ---- artifacts ----

    def test_a_commit_has_one_artifact_in_the_bucket_and_is_built_once(self):
        tree = self.made()
        commit = tree.git("rev-parse", "HEAD")
        tree.run("publish")
        written = json.loads((tree.build / f"bucket/app/{commit}.json").read_text())
        record, bundle = (each["content"] for each in written["documents"])
        digest = record["images"]["hook"]["manifest"].removeprefix("sha256:")
        self.assertEqual(record["images"]["hook"]["repository"], "bucket:app/hook")
        self.assertEqual(hashlib.sha256((tree.build / f"bucket/app/hook/{digest}.zip").read_bytes()).hexdigest(), digest)
        self.assertEqual((tree.build / f"bucket/app/hook/tags/{commit[:7]}").read_text(), f"sha256:{digest}\n")
        self.assertEqual(bundle["files"]["serverless.yml"]["text"], functions.CONFIG)
        self.assertIn("pipeline_function", [each["function"] for each in bundle["calls"]])
        self.assertIn(commit[:7], tree.cicd("artifacts", "app").stdout)
        # Nothing is built for it again.
        done = tree.run("deploy-stage")
        self.assertNotIn("app/zip-hook", [one["step"] for one in tree.result()["steps"] if one["outcome"] == "ran"], done.all)

    def test_a_zip_that_was_changed_in_the_bucket_is_never_deployed(self):
        tree = self.made()
        tree.run("publish")
        [zip] = (tree.build / "bucket/app/hook").glob("*.zip")
        zip.write_bytes(b"other")
        refused = tree.run("deploy-stage", status=4).stderr
        self.assertIn("the zip in the bucket is another than was published", refused)
        self.assertFalse((tree.build / "functions").exists())

    # ---- environments ----

    def test_a_deploy_unpacks_the_function_and_writes_what_it_began_and_how_it_ended(self):
        tree = self.made()
        self.assertIn("app/zip-hook", tree.cicd("plan", "deploy-stage").stdout)
        self.assertFalse((tree.build / "bucket").exists(), "a plan changes nothing")
        tree.run("deploy-stage")
        self.assertIn("return 1", self.code(tree))
        self.assertTrue((tree.build / "functions/stage/app/hook/bootstrap").stat().st_mode & 0o100)
        states = self.states(tree)
        self.assertEqual([(each["generation"], each["record"]["outcome"]) for each in states], [(1, "deploying"), (2, "deployed")])
        self.assertEqual(states[1]["record"]["commit"], tree.git("rev-parse", "HEAD"))
        tree.run("deploy-stage")
        self.assertEqual(len(self.states(tree)), 2, "what is there already is not deployed again")
        status = json.loads(tree.cicd("status", "--json").stdout)
        self.assertIn(tree.git("rev-parse", "HEAD"), json.dumps(status))
        self.assertIn("stage", tree.cicd("status").stdout)

    def test_a_tag_promotes_the_zip_that_stage_had(self):
        tree = self.made()
        tree.run("deploy-stage")
        functions.next_commit(tree, 2)
        tree.run("publish")
        tree.git("checkout", "--quiet", "HEAD~1")
        tree.tag("v1.0.0")
        tree.run("deploy-prod")
        self.assertIn("return 1", self.code(tree, "prod"))
        [began, ended] = self.states(tree, "prod")
        self.assertEqual((ended["record"]["tag"], ended["record"]["outcome"]), ("v1.0.0", "deployed"))
        self.assertNotIn("files", ended)
        self.assertEqual(json.loads(began["files"]["hook.function.json"])["digest"],
                         json.loads(self.states(tree)[0]["files"]["hook.function.json"])["digest"])
        tree.git("checkout", "--quiet", "main")
        tree.tag("v1.1.0")
        self.assertIn("was never deployed to stage", tree.run("deploy-prod", status=5).stderr)
        self.assertIn("return 1", self.code(tree, "prod"))

    def test_a_promotion_by_hand_and_a_pass_of_reconcile_do_the_same(self):
        tree = self.made()
        tree.run("publish")
        done = json.loads(tree.cicd("reconcile", "--json").stdout)
        self.assertEqual([(one["environment"], one["outcome"]) for one in done["deployed"]], [("stage", "deployed")])
        tree.tag("v1.0.0")
        tree.cicd("promote", "app", "prod", "--version", "v1.0.0")
        self.assertIn("return 1", self.code(tree, "prod"))
        again = json.loads(tree.cicd("reconcile", "--json").stdout)
        self.assertEqual((again["deployed"], [one["action"] for one in again["targets"]]), ([], ["nothing"] * 2))

    def test_what_ran_before_is_put_back_and_held(self):
        tree = self.made()
        tree.run("deploy-stage")
        first = tree.git("rev-parse", "--short=7", "HEAD")
        functions.next_commit(tree, 2)
        tree.run("deploy-stage")
        self.assertIn("return 2", self.code(tree))
        self.assertIn(f"app/stage: {first} runs again", tree.cicd("rollback", "app", "stage", "--reason", "bad").stdout)
        self.assertIn("return 1", self.code(tree))
        self.assertEqual([each["record"]["outcome"] for each in self.states(tree)], ["deploying", "deployed"] * 2 + ["deploying", "rolled-back"])
        functions.next_commit(tree, 3)
        self.assertIn("bad", tree.run("deploy-stage", status=5).stderr)
        self.assertIn("return 1", self.code(tree))
        tree.cicd("hold", "release", "app", "stage")
        tree.run("deploy-stage")
        self.assertIn("return 3", self.code(tree))
        history = tree.cicd("history", "app", "stage").stdout
        self.assertIn(first, history)

    def test_what_only_changes_the_state_keeps_no_files_and_a_rollback_finds_what_ran_before_it(self):
        tree = self.made()
        tree.run("deploy-stage")
        for reason in ("a fair", "another"):
            tree.cicd("hold", "set", "app", "stage", "--reason", reason)
        tree.cicd("hold", "release", "app", "stage")
        functions.next_commit(tree, 2)
        tree.run("deploy-stage")
        self.assertEqual([each["generation"] for each in self.states(tree) if "files" in each], [1, 6])
        self.assertEqual([each.get("before") for each in self.states(tree)], [None] * 5 + [5] * 2)
        tree.cicd("rollback", "app", "stage", "--reason", "bad")
        self.assertIn("return 1", self.code(tree))

    def test_a_yanked_zip_goes_nowhere_and_a_hold_and_an_approval_are_asked(self):
        tree = self.made("APPROVAL required")
        tree.run("deploy-stage")
        tree.tag("v1.0.0")
        self.assertIn("cicd approve app prod", tree.run("deploy-prod", status=5).stderr)
        tree.cicd("approve", "app", "prod", "--reason", "looked at it")
        tree.cicd("hold", "set", "app", "prod", "--reason", "a fair")
        self.assertIn("a fair", tree.run("deploy-prod", status=5).stderr)
        tree.cicd("hold", "release", "app", "prod")
        tree.run("deploy-prod")
        self.assertIn("return 1", self.code(tree, "prod"))
        self.assertNotIn("approvals", self.states(tree, "prod")[-1].get("state", {}))
        functions.next_commit(tree, 2)
        tree.run("deploy-stage")
        tree.cicd("yank", "app", "HEAD", "--reason", "it loses orders")
        tree.tag("v1.1.0")
        self.assertIn("it loses orders", tree.run("deploy-prod", status=5).stderr)
        self.assertIn("return 1", self.code(tree, "prod"))

    def test_verify_that_fails_leaves_a_deploy_that_failed_and_is_tried_again(self):
        tree = self.made(calls=DECLARED.replace("ON branch main VIA serverless", "ON branch main VIA serverless VERIFY ./verify.sh"))
        tree.write("verify.sh", "#!/bin/sh\nexit 3\n", 0o755)
        tree.commit("verify")
        tree.run("deploy-stage", status=1)
        self.assertEqual(self.states(tree)[-1]["record"]["outcome"], "failed")
        tree.write("verify.sh", "#!/bin/sh\nexit 0\n", 0o755)
        tree.commit("verify")
        tree.run("deploy-stage")
        self.assertEqual(self.states(tree)[-1]["record"]["outcome"], "deployed")

    def test_a_state_that_cannot_be_trusted_is_left_as_it_is(self):
        tree = self.made()
        tree.run("deploy-stage")
        last = sorted((tree.build / "bucket/app/state/stage").glob("*.json"))[-1]
        text = last.read_text()
        for broken in ("", text[: len(text) // 2], text.replace('"deployed"', '"failed"'), text.replace('"schema": 1', '"schema": 9', 1)):
            last.write_text(broken)
            functions.next_commit(tree, len(broken))
            tree.run("deploy-stage", status=4)
            self.assertEqual(last.read_text(), broken)

    def test_explain_tells_what_is_made_and_where_it_goes(self):
        tree = self.made()
        self.assertIn("zip-hook", tree.cicd("explain", "app.deploy-stage").stdout)
        self.assertIn("ZIP", tree.cicd("explain", "pipeline_function").stdout)
        self.assertIn("bucket:app/hook", tree.cicd("explain", "app.zip").stdout)


if __name__ == "__main__":
    unittest.main()
