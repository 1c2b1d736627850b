"""Values that steps leave for those after them: an ordered stack in one plan, what is part of a key, and secrets among them."""

import json
import unittest

import harness

SECRET = "pa$s \"wörd\" 7Qx"

STACK = """
add_pipeline(database)
pipeline_step(database apply COMMAND ./apply INPUTS apply db.json OUTPUT_VALUES host port big)
add_pipeline(web)
pipeline_step(web config COMMAND ./show {database.outputs.host}:{database.outputs.port} INPUTS show ENV "HOST={database.outputs.host}" AFTER database/apply
  OUTPUTS seen OUTPUT_VALUES url OUTPUT_VALUES_IN out/values.json)
pipeline_step(web test COMMAND ./test {config.outputs.url} INPUTS test AFTER config OUTPUTS url STAGE test)
"""

APPLY = "#!/bin/sh\ncp db.json outputs.json\n"
SHOW = """#!/usr/bin/env python3
import json, os, sys
os.mkdir("out")
open("seen", "w").write(f"{sys.argv[1]} {os.environ['HOST']}\\n")
json.dump({"url": f"http://{sys.argv[1]}/", "other": [1]}, open("out/values.json", "w"))
"""
TEST = '#!/bin/sh\necho "$1" > url\n'

GIVES = """
add_pipeline(database)
pipeline_step(database apply COMMAND ./apply INPUTS apply db.json OUTPUT_VALUES host SECRET_OUTPUT_VALUES password ALWAYS)
add_pipeline(web)
pipeline_step(web start COMMAND ./start {database.outputs.host} INPUTS start AFTER database/apply SECRET_VALUES DB_PASSWORD={database.outputs.password}
  OUTPUTS seen)
"""

# A service that logs what it is asked for, and a step that makes a secret beside it.
SERVICE = """#!/usr/bin/python3
import http.server, sys
class answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        print("GET", self.path, flush=True)
        self.send_response(200)
        self.end_headers()
    def log_message(self, *of):
        pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), answers).serve_forever()
"""
SERVED = """
add_pipeline(database)
pipeline_backing_service(database web COMMAND ./service {web.port} READY http / INPUTS service TOOLS python3)
pipeline_step(database apply COMMAND ./apply INPUTS apply NEEDS web ENV URL={web.url} SECRET_OUTPUT_VALUES password ALWAYS)
"""


class Stack(harness.Case):
    def setUp(self):
        super().setUp()
        self.t = self.tree()
        for name, text in (("apply", APPLY), ("show", SHOW), ("test", TEST)):
            self.t.write(name, text, 0o755)
        self.values(host="db1", port=5432, big=True)

    def values(self, **values):
        self.t.write("db.json", json.dumps(values))

    def outcomes(self, target="web.test"):
        self.t.run(target)
        return self.t.outcomes()

    def test_is_one_plan_in_order_and_values_arrive(self):
        self.t.declare(STACK).configure()
        plan = self.t.plan("web.test")
        self.assertEqual([step["step"] for step in plan["steps"]], ["database/apply", "web/config", "web/test"])
        self.outcomes()
        self.assertEqual((self.t.work("web/config") / "seen").read_text(), "db1:5432 db1\n")
        self.assertEqual((self.t.work("web/test") / "url").read_text(), "http://db1:5432/\n")
        self.assertFalse((self.t.work("database/apply") / "outputs.json").exists())

    def test_only_the_values_that_are_used_are_part_of_the_key(self):
        self.t.declare(STACK).configure()
        self.outcomes()
        self.values(host="db1", port=5432, big=False, more="x")
        self.assertEqual(self.outcomes(), {"database/apply": "ran", "web/config": "up-to-date", "web/test": "up-to-date"})
        self.values(host="db2", port=5432, big=False)
        self.assertEqual(self.outcomes(), {"database/apply": "ran", "web/config": "ran", "web/test": "ran"})
        self.values(host="db3", port=5432, big=False)
        self.t.run("database.apply")
        self.assertEqual(self.t.reasons("web/config", "web.test"), ["the value database.outputs.host changed from db2 to db3"])
        self.assertEqual((self.t.work("web/test") / "url").read_text(), "http://db2:5432/\n")

    def test_values_come_back_from_the_cache(self):
        self.t.declare(STACK).configure()
        self.outcomes()
        other = self.tree(build="build2")
        other.configure()
        other.run("web.test")
        self.assertEqual(other.outcomes(),
                         {"database/apply": "reused", "web/config": "reused", "web/test": "reused"})
        self.t.write("test", TEST + "exit 0\n", 0o755)
        other.run("web.test")
        self.assertEqual((other.work("web/test") / "url").read_text(), "http://db1:5432/\n")

    def test_what_is_wrong_with_the_file_is_told_without_what_stands_in_it(self):
        self.t.declare(STACK).configure()
        wrong = {"[1]": "not a JSON object", "{\"host\": 1": "not a JSON object", '{"host": "hidden-text", "port": 1}': "did not leave this value: 'big'",
                 '{"host": {"a": "hidden-text"}, "port": 1, "big": 1}': "null, a list or an object: 'host'", '{"host": null, "port": 1, "big": 1}': "null, a list or an object",
                 '{"host": "a\\u0000hidden-text", "port": 1, "big": 1}': "NUL byte", json.dumps({"host": "hidden-text" * 5000, "port": 1, "big": 1}): "more than",
                 json.dumps({"x": "hidden-text" * 50000}): "read"}
        for text, words in wrong.items():
            with self.subTest(text[:40]):
                self.t.write("db.json", text)
                done = self.t.run("database.apply", status=1)
                self.assertIn(words, done.all)
                self.assertIn("CMakeLists.txt:7", done.all)
                self.assertNotIn("hidden-text", done.all)
                self.assertFalse((self.t.work("database/apply") / "outputs.json").exists())
        self.t.write("apply", "#!/bin/sh\n", 0o755)
        self.assertIn("OUTPUT_VALUES cannot be read", self.t.run("database.apply", status=1).all)
        self.t.write("apply", "#!/bin/sh\nln -s /etc/hostname outputs.json\n", 0o755)
        self.t.run("database.apply", status=1)

    def test_a_file_of_the_sources_is_not_taken_for_values(self):
        self.t.declare(STACK.replace("INPUTS apply db.json", "INPUTS apply db.json outputs.json")).write("outputs.json", '{"host": "x", "port": 1, "big": 1}')
        self.t.configure()
        done = self.t.run("database.apply", status=2)
        self.assertIn("is an input of the step", done.all)

    def test_a_file_of_a_step_before_is_not_taken_for_values(self):
        self.t.declare('''
add_pipeline(app)
pipeline_step(app a COMMAND cp db.json outputs.json INPUTS db.json OUTPUTS outputs.json)
pipeline_step(app c COMMAND true INPUTS test AFTER a OUTPUT_VALUES host)
''').configure()
        done = self.t.run("app.c", status=2)
        self.assertIn("is one that a step before made: 'outputs.json'", done.all)
        self.assertIn("app/a", done.all)

    def test_a_persons_file_in_the_source_folder_is_left(self):
        self.t.declare('''
add_pipeline(app)
pipeline_step(app a COMMAND cp db.json outputs.json INPUTS db.json IN_SOURCE OUTPUT_VALUES host)
''').configure()
        self.t.write("outputs.json", "mine")
        self.assertIn("lies in the source folder already", self.t.run("app.a", status=2).all)
        self.assertEqual((self.t.source / "outputs.json").read_text(), "mine")
        (self.t.source / "outputs.json").unlink()
        self.t.run("app.a")
        self.assertFalse((self.t.source / "outputs.json").exists())

    def test_a_number_that_would_change_is_refused(self):
        self.t.declare(STACK).configure()
        self.values(host="h", port=9223372036854775807, big=True)
        self.t.run("web.config")
        self.assertEqual((self.t.work("web/config") / "seen").read_text(), "h:9223372036854775807 h\n")
        for number in (9223372036854775808, -123456789012345678901):
            self.values(host="h", port=number, big=True)
            done = self.t.run("web.config", status=1)
            self.assertIn("too large to be passed on exactly", done.all)
            self.assertNotIn(str(number), done.stderr)

    def test_a_value_is_never_read_by_a_shell_and_never_replaced_again(self):
        self.values(host="$(touch /tmp/x) {pipeline} `id` ; a\nb", port=1, big=1)
        self.t.declare(STACK).configure()
        self.outcomes()
        self.assertIn("$(touch /tmp/x) {pipeline} `id` ; a\nb:1", (self.t.work("web/config") / "seen").read_text())


class SecretValues(harness.Case):
    def setUp(self):
        super().setUp()
        self.t = self.tree()
        self.t.write("apply", "#!/bin/sh\ncat db.json\ncp db.json outputs.json\n", 0o755)
        self.t.write("start", '#!/usr/bin/env python3\nimport os\nprint("got", os.environ["DB_PASSWORD"])\nopen("seen", "w").write(str(len(os.environ["DB_PASSWORD"])))\n', 0o755)
        self.t.write("db.json", json.dumps({"host": "db1", "password": SECRET}, ensure_ascii=False))

    def leaks(self):
        wanted = [SECRET.encode(), SECRET.encode().replace(b'"', b'\\"')]
        return [str(path) for path in self.t.root.rglob("*") if path.is_file() and path.name != "db.json" and any(each in path.read_bytes() for each in wanted)]

    def test_arrives_and_stands_nowhere(self):
        self.t.declare(GIVES).configure()
        done = self.t.run("web.start")
        self.assertEqual((self.t.work("web/start") / "seen").read_text(), str(len(SECRET)))
        # The copy among the inputs in the step's folder is the source's own.
        self.assertEqual(self.leaks(), [])
        self.assertNotIn(SECRET, done.all)
        logs = "".join(path.read_text() for path in self.t.build.rglob("*.log"))
        self.assertIn("got ***", logs)
        self.assertIn("***", [line for line in logs.splitlines() if "host" in line][0])

    def test_another_secret_runs_nothing_again(self):
        self.t.declare(GIVES).configure()
        self.t.run("web.start")
        self.t.write("db.json", json.dumps({"host": "db1", "password": "another one"}))
        self.t.run("web.start")
        self.assertEqual(self.t.outcomes(), {"database/apply": "ran", "web/start": "up-to-date"})

    def test_a_plain_value_or_an_output_with_it_is_refused(self):
        self.t.write("db.json", json.dumps({"host": "x" + SECRET, "password": SECRET}, ensure_ascii=False))
        self.t.declare(GIVES).configure()
        done = self.t.run("web.start", status=1)
        self.assertIn("a secret stands in a value of OUTPUT_VALUES", done.all)
        self.assertNotIn(SECRET, done.all)

    def test_that_is_too_short_is_refused(self):
        self.t.write("db.json", json.dumps({"host": "x", "password": "abc"}))
        self.t.declare(GIVES).configure()
        self.assertIn("too short to be masked", self.t.run("web.start", status=1).all)

    def test_is_masked_also_where_the_step_fails(self):
        self.t.write("apply", "#!/bin/sh\ncp db.json outputs.json\ncat db.json\nexit 3\n", 0o755)
        self.t.declare(GIVES).configure()
        done = self.t.run("web.start", status=1)
        self.assertNotIn(SECRET.split()[0], done.all)
        self.assertEqual(self.leaks(), [])

    def test_what_it_printed_is_left_out_where_nothing_could_mask_it(self):
        wrong = {"truncated": ('{"host": "db1", "password": "%s"', ""), "missing": ('{"host": "db1", "passwd": "%s"}', ""), "null": ('{"host": "db1", "password": null, "x": "%s"}', ""),
                 "short": ('{"host": "db1", "password": "abc", "x": "%s"}', ""), "failed before": ("%s", "exit 3\n")}
        report = "<testsuite><testcase name='a canary-of-it'><failure message='canary-of-it'/></testcase></testsuite>"
        for name, (text, end) in wrong.items():
            with self.subTest(name):
                tree = self.tree(name=name.replace(" ", "-"))
                tree.write("start", "#!/bin/sh\n", 0o755)
                tree.write("db.json", text % "canary-of-it")
                tree.write("apply", f'#!/bin/sh\necho "made canary-of-it"\necho "{report}" > report.xml\n{end}cp db.json outputs.json\n', 0o755)
                tree.declare(GIVES.replace(" ALWAYS", " ALWAYS REPORTS report.xml")).configure()
                done = tree.run("database.apply", status=1)
                self.assertIn("what it printed is left out", done.all)
                self.assertEqual(self.where_it_stands(tree), [])
                self.assertNotIn("canary-of-it", done.all)

    def test_of_one_that_is_wrong_otherwise_it_is_shown_and_masked(self):
        self.t.write("db.json", json.dumps({"host": None, "password": "canary-of-it"}))
        self.t.declare(GIVES).configure()
        done = self.t.run("web.start", status=1)
        self.assertIn('"password": "***"', done.all)
        self.assertNotIn("canary-of-it", done.all)

    def where_it_stands(self, tree, but=("db.json", "apply", "report.xml")):
        places = (path for folder in (tree.build, tree.home) for path in folder.rglob("*"))
        return [str(path) for path in places if path.is_file() and not path.is_symlink() and path.name not in but and b"canary-of-it" in path.read_bytes()]

    def test_no_service_beside_it_shows_it(self):
        for name, text, words in (("good", '{"password": "canary-of-it"}', b"GET /***"), ("bad", "[]", b"left out")):
            with self.subTest(name):
                tree = self.tree(name=name)
                tree.write("service", SERVICE, 0o755)
                tree.write("apply", f"#!/bin/sh\n/usr/bin/python3 -c 'import urllib.request, sys; urllib.request.urlopen(sys.argv[1])' $URL/canary-of-it\necho '{text}' > outputs.json\n", 0o755)
                tree.declare(SERVED).configure()
                tree.run("database.apply", status=0 if name == "good" else 1)
                logs = b"".join(path.read_bytes() for path in (tree.build / ".cicd/runs").rglob("*+web.log"))
                self.assertIn(words, logs)
                self.assertEqual(self.where_it_stands(tree), [])

    def test_what_a_killed_driver_left_is_gone_with_the_next_run(self):
        self.t.write("apply", "#!/bin/sh\necho '{\"password\": \"canary-of-it\"}' > outputs.json\ntouch \"$CICD_FOLDER/../up\"\nexec sleep 60\n", 0o755)
        self.t.declare("add_pipeline(app)\npipeline_step(app apply COMMAND ./apply INPUTS apply SECRET_OUTPUT_VALUES password ALWAYS)\npipeline_step(app other COMMAND true)\n").configure()
        process = self.t.start(self.t.launcher, "run", "app.apply")
        left = self.t.work("app/apply") / "outputs.json"
        harness.until(left.exists, what="the values")
        process.kill()
        process.wait(10)
        self.assertTrue(left.exists())
        self.t.run("app.other")
        self.assertFalse(left.exists())
        self.assertEqual(self.where_it_stands(self.t), [])

    def test_a_fork_gets_none(self):
        self.t.declare(GIVES).configure()
        event = self.folder / "event.json"
        event.write_text(json.dumps({"pull_request": {"number": 7, "head": {"repo": {"full_name": "fork/app", "fork": True}}, "base": {"repo": {"full_name": "team/app"}}}}))
        fork = {"CI": "true", "GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": str(event), "GITHUB_REPOSITORY": "team/app"}
        done = self.t.run("web.start", status=5, env=fork)
        self.assertIn("a pull request from a fork never gets a secret", done.all)
        self.assertFalse((self.t.work("web/start") / "seen").exists())


if __name__ == "__main__":
    unittest.main()
