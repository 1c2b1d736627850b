"""Backing services: started before a step, gone after it, however either ends. Real Redis, PostgreSQL and nginx, and services that misbehave."""

import json
import os
import shutil
import signal
import socket
import subprocess
import time
import unittest
from pathlib import Path

import harness

# A service that answers HTTP, and does what its words ask of it besides.
SERVICE = r"""#!/usr/bin/python3
import http.server, os, signal, sys, time
port, how = int(sys.argv[1]), sys.argv[2:]
def started(name):
    with open(os.environ["NOTED_IN"], "a") as to:
        to.write(f"{name} {os.getpid()} {port}\n")
started("main")
print("a line of the service", flush=True)
if "password" in how:
    print("with", os.environ["PASSWORD"], flush=True)
if "ignores" in how:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
if "forks" in how:
    for leave in (False, True):
        if os.fork() == 0:
            if leave:
                os.setsid()
            if leave and os.fork() != 0:
                os._exit(0)
            started("child")
            while True:
                time.sleep(1)
if "background" in how and os.fork() != 0:
    os._exit(0)
if "late" in how:
    time.sleep(1)
if "never" in how:
    time.sleep(60)
class answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        good = not os.path.exists("sick") and self.path != "/not-yet"
        self.send_response(200 if good else 503)
        self.end_headers()
        if self.path == "/die":
            print("it dies now", flush=True)
            os._exit(3)
    def log_message(self, *of):
        pass
server = http.server.HTTPServer(("127.0.0.1", port), answers)
if "dies" in how:
    server.handle_request()
    print("the last words", flush=True)
    sys.exit(7)
server.serve_forever()
"""
POSTGRES = r"""#!/bin/sh -e
if [ "$(id -u)" = 0 ]; then exec unshare --user --map-user=1000 --map-group=1000 "$0" "$@"; fi
cp -a "$MADE" data
exec "$BIN/postgres" -D data -p "$1" -k "$PWD" -c listen_addresses=127.0.0.1 -c fsync=off
"""
NGINX = r"""#!/bin/sh -e
cat >nginx.conf <<END
daemon off; pid nginx.pid; error_log stderr; worker_processes 2;
events {} http { access_log off; client_body_temp_path tmp; proxy_temp_path tmp; fastcgi_temp_path tmp; uwsgi_temp_path tmp; scgi_temp_path tmp;
server { listen 127.0.0.1:$1; location / { return 200 hello; } } }
END
exec nginx -p "$PWD" -c nginx.conf
"""


def lives(process):
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


class Case(harness.Case):
    def tree(self, *of, **how):
        """Its services have their folders in a known place."""
        tree = super().tree(*of, **how)
        tree.env["CICD_WORK_DIR"] = str(tree.home / "work")
        return tree

    def served(self, calls, **how):
        tree = self.tree(**how)
        tree.write("service", SERVICE, 0o755)
        tree.write("in")
        self.traces = self.folder / "traces"
        self.traces.touch()
        tree.env["NOTED_IN"] = str(self.traces)
        tree.declare("add_pipeline(app)\n" + calls).configure()
        return tree

    def processes(self, kind=None):
        return [int(line.split()[1]) for line in self.traces.read_text().splitlines() if kind in (None, line.split()[0])]

    def ports(self):
        return [int(line.split()[2]) for line in self.traces.read_text().splitlines() if line.startswith("main")]

    def left_of(self, tree):
        """What services left in their folders."""
        return [str(path) for path in (tree.home / "work").glob("*/*/s/*") if path.name != "lock"]

    @staticmethod
    def told(tree, event):
        """The events of that name of all runs, also of one that goes on."""
        lines = [line for file in (tree.build / ".cicd/runs").glob("*/events.ndjson") for line in file.read_text().splitlines(True) if line.endswith("\n")]
        return [one for one in map(json.loads, lines) if one["event"] == event]

    def check_gone(self, tree, seconds=0.5):
        harness.until(lambda: not [one for one in self.processes() if lives(one)], seconds, "the end of the service's processes")
        harness.until(lambda: not self.left_of(tree), seconds, "the end of the service's folder")


def service(name="web", how="", ready="http /", more=""):
    return (f"pipeline_backing_service(app {name} COMMAND ./service {{{name}.port}} {how} READY {ready} INPUTS service TOOLS python3 "
            f"PASS_ENV NOTED_IN {more})\n")


def step(name="it", command="true", needs="web", more=""):
    return f"pipeline_step(app {name} COMMAND {command} NEEDS {needs} INPUTS in TOOLS sh {more})\n"


class Lives(Case):
    def test_it_is_ready_before_the_step_and_gone_after_it(self):
        tree = self.served(service() + step(command='/usr/bin/python3 -c "import urllib.request,os; print(urllib.request.urlopen(os.environ[\'URL\']).status, '
                                                    'os.path.exists(os.environ[\'DIR\']))"', more="ENV URL={web.url} DIR={web.dir}"))
        tree.run("app.it")
        self.assertIn(b"200 True", tree.log("app/it"))
        self.check_gone(tree)
        told = [(one["event"], one.get("step")) for one in tree.events() if one["event"].startswith("service_")]
        self.assertEqual(told, [("service_started", "app/it"), ("service_ready", "app/it"), ("service_ended", "app/it")])
        log = Path(next(one["log"] for one in tree.events() if one["event"] == "service_started"))
        self.assertEqual(log.read_text(), "| a line of the service\n")
        self.assertEqual(tree.cicd("logs", "app.it+web").stdout, "| a line of the service\n")

    def test_another_port_runs_nothing_again_and_another_declaration_does(self):
        calls = service() + step(more="ENV PORT={web.port}")
        tree = self.served(calls)
        tree.run("app.it")
        shutil.rmtree(tree.build / ".cicd/work", ignore_errors=True)
        (tree.build / ".cicd/steps.journal").unlink()
        tree.run("app.it")
        self.assertEqual((tree.outcomes(), len(self.ports())), ({"app/it": "reused"}, 1))
        tree.declare("add_pipeline(app)\n" + calls.replace("READY http /", "READY http /other").replace("PASS_ENV", "GRACE 2s PASS_ENV")).configure()
        tree.run("app.it")
        self.assertEqual(tree.outcomes(), {"app/it": "up-to-date"})
        tree.declare("add_pipeline(app)\n" + calls.replace("PASS_ENV", "ENV A=b PASS_ENV")).configure()
        self.assertIn("the service web changed", str(tree.reasons("app/it")))
        tree.run("app.it")
        tree.write("service", SERVICE + "# another\n", 0o755)
        self.assertIn("the service web changed", str(tree.reasons("app/it")))

    def test_another_version_of_its_program_runs_the_step_again(self):
        tool = self.folder / "bin/engine"
        tool.parent.mkdir()
        tool.write_text("#!/bin/sh\nexec /usr/bin/python3 \"$SERVICE\" \"$@\"\n")
        tool.chmod(0o755)
        tree = self.served("pipeline_backing_service(app web COMMAND engine {web.port} READY http / PASS_ENV NOTED_IN SERVICE TOOLS engine)\n" + step())
        tree.env.update(PATH=f"{tool.parent}:{tree.env['PATH']}", SERVICE=str(tree.source / "service"))
        tree.run("app.it")
        tool.write_text(tool.read_text() + "# 2.0\n")
        self.assertIn("engine changed", str(tree.reasons("app/it")))

    def test_two_steps_at_once_have_two_and_share_one_that_is_shared(self):
        both = step("one", "sleep 0.3") + step("two", "sleep 0.3") + "pipeline_step(app all COMMAND true AFTER one two INPUTS in)\n"
        tree = self.served(service() + both)
        tree.env["CICD_JOBS"] = "2"
        tree.run("app.all")
        self.assertEqual(len(set(self.ports())), 2)
        self.check_gone(tree)
        self.traces.write_text("")
        tree.declare("add_pipeline(app)\n" + service(more="SHARED") + both).configure()
        tree.run("app.all")
        self.assertEqual(len(self.ports()), 1)
        self.check_gone(tree)
        self.assertEqual([one["event"] for one in tree.events() if one["event"].startswith("service_")],
                         ["service_started", "service_ready", "service_ended"])

    def test_one_that_needs_another_is_started_after_it(self):
        tree = self.served(service("db") + service("web", more="NEEDS db ENV DB={db.url}") + step(more="ENV URL={web.url}"))
        tree.run("app.it")
        told = [(one["event"], one["service"]) for one in tree.events() if one["event"].startswith("service_") and one["event"] != "service_ended"]
        self.assertEqual(told, [("service_started", "app/db"), ("service_ready", "app/db"), ("service_started", "app/web"), ("service_ready", "app/web")])
        self.check_gone(tree)

    def test_a_secret_of_the_service_is_masked_and_no_fork_gets_it(self):
        tree = self.served("pipeline_secret(app password PASS_ENV DB_PASSWORD)\n" + service(how="password", more="SECRETS password") + step())
        tree.env["DB_PASSWORD"] = "canary-of-the-service"
        tree.run("app.it")
        log = next(one["log"] for one in tree.events() if one["event"] == "service_started")
        self.assertIn("| with ***", Path(log).read_text())
        for path in (tree.build / ".cicd").rglob("*"):
            if path.is_file() and not path.is_symlink():
                self.assertNotIn(b"canary-of-the-service", path.read_bytes(), path)
        self.traces.write_text("")
        tree.write("in", "another")
        (self.folder / "event.json").write_text(json.dumps(FORK_EVENT))
        done = tree.run("app.it", status=5, env={**FORK, "GITHUB_EVENT_PATH": str(self.folder / "event.json")})
        self.assertIn("fork", done.stderr + done.stdout)
        self.assertEqual(self.ports(), [])


class Misbehaves(Case):
    def failed(self, how, needle, command="sleep 60", seconds=10, **more):
        tree = self.served(service(how=how, **more) + step(command=command, more="GRACE 1s"))
        begun = time.monotonic()
        done = tree.run("app.it", status=1)
        self.assertLess(time.monotonic() - begun, seconds)
        self.assertIn(needle, done.stdout + done.stderr)
        self.check_gone(tree)
        return tree, done.stdout + done.stderr

    def test_one_that_binds_late_is_waited_for(self):
        tree = self.served(service(how="late") + step())
        tree.run("app.it")
        ready = next(one for one in tree.events() if one["event"] == "service_ready")
        self.assertGreaterEqual(ready["duration_ms"], 1000)

    def test_what_it_forked_is_gone_with_it(self):
        tree = self.served(service(how="forks") + step(command="sleep 0.2"))
        tree.run("app.it")
        self.assertEqual(len(self.processes("child")), 2)
        self.check_gone(tree)

    def test_one_that_ignores_term_is_killed_after_its_grace(self):
        tree = self.served(service(how="ignores forks", more="GRACE 300ms") + step())
        begun = time.monotonic()
        tree.run("app.it")
        self.assertLess(time.monotonic() - begun, 5)
        self.check_gone(tree)
        self.assertEqual(next(one["ending"] for one in tree.events() if one["event"] == "service_ended"), {"signalled": 9})

    def test_one_that_dies_while_it_is_needed_fails_the_step_at_once(self):
        _, said = self.failed("dies", "the service web ended while it was needed: exit status 7")
        self.assertIn("the last words", said)
        self.assertIn("app.it+web.log", said)

    def test_one_that_ends_before_it_is_ready_fails_the_step_at_once(self):
        tree = self.served("pipeline_backing_service(app web COMMAND sh -c \"echo no configuration >&2; exit 4\" READY redis TOOLS sh)\n" + step())
        begun = time.monotonic()
        done = tree.run("app.it", status=1)
        self.assertLess(time.monotonic() - begun, 3)
        self.assertIn("the service web ended before it was ready: exit status 4", done.stdout + done.stderr)
        self.assertIn("no configuration", done.stdout + done.stderr)

    def test_one_that_goes_into_the_background_is_told_to_stay(self):
        _, said = self.failed("background", "exit status 0")
        self.assertIn("foreground", said)

    def test_an_open_port_alone_is_not_ready(self):
        _, said = self.failed("", "the service web was not ready within 0.6 s", ready="http /not-yet", more="READY_WITHIN 600ms")
        self.assertIn("answers 503", said)
        for protocol, words in (("redis", "not that of Redis"), ("postgres", "answers nothing")):
            tree = self.served(service(ready=protocol, more="READY_WITHIN 600ms") + step(), name=protocol)
            done = tree.run("app.it", status=1)
            self.assertIn(words, done.stdout + done.stderr)

    def test_ready_is_asked_of_a_program_until_it_says_so(self):
        tree = self.served(service(ready='command sh -c "test -e asked || { touch asked; echo not so soon; exit 1; }"') + step())
        tree.run("app.it")
        tree = self.served(service(ready='command sh -c "echo too early; exit 9"', more="READY_WITHIN 500ms") + step(), name="never")
        done = tree.run("app.it", status=1)
        self.assertRegex(done.stdout + done.stderr, "(exit status 9|READY did not end): too early")  # the latter on a busy machine
        self.check_gone(tree)

    def test_a_program_of_ready_that_does_not_end_is_ended_with_ready_within(self):
        _, said = self.failed("", "the service web was not ready within 0.5 s", ready='command sh -c "sleep 300"', more="READY_WITHIN 500ms")
        self.assertIn("READY did not end", said)

    def test_after_one_that_is_shared_died_another_attempt_gets_another(self):
        tree = self.served(service(how="dies", more="SHARED") + step(command="sleep 60", more="RETRIES 1 GRACE 1s"))
        done = tree.run("app.it", status=1)
        self.assertEqual(len(self.ports()), 2, done.all)
        self.check_gone(tree)

    def test_each_attempt_of_a_step_has_a_service_of_its_own(self):
        tree = self.served(service() + step(command='sh -c "exit 1"', more="RETRIES 1"))
        tree.run("app.it", status=1)
        self.assertEqual(len(self.ports()), 2)
        self.check_gone(tree)


class Killed(Case):
    def kill(self, tree, process):
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        self.check_gone(tree, 5)
        harness.until(lambda: not harness.bearers(tree.cookie), 5, f"the end of the step: {harness.bearers(tree.cookie)}")

    def test_kill_of_the_driver_leaves_nothing_in_any_phase(self):
        for phase, how, command in (("starting", "forks never ignores", "sleep 30"), ("running", "forks ignores", "sleep 30"), ("ending", "forks ignores", "true")):
            with self.subTest(phase):
                tree = self.served(service(how=how, more="GRACE 30s") + step(command=command), name=phase)
                self.traces.write_text("")
                process = tree.start(tree.launcher, "run", "app.it")
                harness.until(lambda: len(self.processes("child")) == 2, what="the service")
                if phase != "starting":
                    harness.until(lambda: self.told(tree, "service_ready"), what="ready")
                if phase == "ending":
                    time.sleep(0.3)
                self.kill(tree, process)

    def test_what_a_run_left_that_was_killed_with_its_guard_is_found_by_the_next(self):
        tree = self.served(service(how="forks ignores") + step(command="sleep 30"))
        process = tree.start(tree.launcher, "run", "app.it")
        harness.until(lambda: self.told(tree, "service_ready"), what="ready")
        guards = [entry.name for entry in Path("/proc").iterdir() if entry.name.isdigit() and self.is_guard_of(entry, process.pid)]
        self.assertEqual(len(guards), 1)
        for one in (int(guards[0]), process.pid):
            os.kill(one, signal.SIGKILL)
        process.wait()
        left = self.processes()
        self.assertTrue(any(lives(one) for one in left))
        tree.declare("add_pipeline(app)\n" + service() + step()).configure()
        tree.run("app.it")
        self.assertFalse([one for one in left if lives(one)])
        self.check_gone(tree)

    @staticmethod
    def is_guard_of(entry, parent):
        try:
            return b"--guard-processes" in (entry / "cmdline").read_bytes() and f" {parent} " in (entry / "stat").read_text().rsplit(")", 1)[1]
        except OSError:
            return False

    def test_ctrl_c_ends_the_step_and_then_its_services(self):
        for how in ("", "ignores"):
            tree = self.served(service(how=how, more="GRACE 500ms") + step(command="sleep 30"), name="t" + how)
            process = tree.start(tree.launcher, "run", "app.it")
            harness.until(lambda: self.told(tree, "service_ready"), what="ready")
            os.kill(process.pid, signal.SIGINT)
            self.assertEqual(process.wait(10), 130)
            self.check_gone(tree)
            self.assertEqual(tree.outcomes(), {"app/it": "interrupted"})

    def test_ctrl_c_while_a_service_is_waited_for(self):
        tree = self.served(service(how="never") + step())
        process = tree.start(tree.launcher, "run", "app.it")
        harness.until(lambda: self.processes("main"), what="the service")
        os.kill(process.pid, signal.SIGINT)
        self.assertEqual(process.wait(10), 130)
        self.check_gone(tree)


class Elsewhere(Case):
    def test_a_url_is_asked_and_nothing_is_started(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        other = subprocess.Popen([harness.tool("redis-server"), "--port", str(port), "--save", "", "--dir", str(self.folder)], stdout=subprocess.DEVNULL)
        self.addCleanup(other.kill)
        tree = self.served("pipeline_secret(app cache PASS_ENV CACHE_URL)\npipeline_backing_service(app cache URL secret:cache READY redis READY_WITHIN 5s)\n"
                           + step(command='sh -c "test -n \\"\\$URL\\" && echo at \\$URL, \\$PORT"', needs="cache", more="ENV URL={cache.url} PORT={cache.port}"))
        tree.env["CACHE_URL"] = f"redis://:canary-login@127.0.0.1:{port}"
        tree.run("app.it")
        self.assertIn(f"at ***, {port}".encode(), tree.log("app/it"))
        done = tree.cicd("with", "app", "--needs", "cache", "--", "echo", "{cache.url}", status=2)
        self.assertIn("can be seen by others: '{cache.url}'", done.stderr)
        self.assertIn("--env <NAME>={cache.url}", done.stderr)
        done = tree.cicd("with", "app", "--needs", "cache", "--env", "URL={cache.url}", "--", "sh", "-c", 'echo "at ${URL#*:}, ${URL##*/}"; echo canary-login')
        self.assertEqual(done.stdout, "at //***, ***\n***\n")
        other.kill()
        other.wait()
        tree.declare("add_pipeline(app)\npipeline_backing_service(app cache URL redis://127.0.0.1:" + f"{port} READY redis READY_WITHIN 300ms)\n" + step(needs="cache")).configure()
        done = tree.run("app.it", status=1)
        self.assertIn("Connection refused", done.stdout + done.stderr)


FORK = {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "pull_request", "GITHUB_REPOSITORY": "team/app", "GITHUB_REF": "refs/pull/7/merge",
        "GITHUB_HEAD_REF": "x", "GITHUB_BASE_REF": "main"}
FORK_EVENT = {"number": 7, "pull_request": {"head": {"repo": {"full_name": "other/app", "fork": True}}, "base": {"repo": {"full_name": "team/app"}}}}


class Beside(Case):
    """A command of a user's own, by `cicd with`, and ctest tests by pipeline_test()."""

    def test_a_command_runs_beside_them_and_its_status_is_that_of_cicd(self):
        tree = self.served(service())
        done = tree.cicd("with", "app", "--needs", "web", "--env", "URL={web.url}", "--", "sh", "-c", "echo at $URL, {web.port}; exit 5", status=5)
        self.assertEqual(done.stdout, f"at http://127.0.0.1:{self.ports()[0]}, {self.ports()[0]}\n")
        self.check_gone(tree)
        self.assertEqual(len(list((tree.build / ".cicd/with").iterdir())), 1)
        for words, needle in ((("--needs", "wbe", "--", "true"), "did you mean: web"), (("--needs", "web", "--", "echo", "{db.url}"), "no service of --needs"),
                              (("--needs", "web", "--env", "A-B=c", "--", "true"), "--env"), (("--needs", "web", "--", "no-such-program"), "no such program")):
            done = tree.cicd("with", "app", *words, status=2)
            self.assertIn(needle, done.stderr)
        self.check_gone(tree)

    def test_one_that_dies_ends_the_command_at_once(self):
        tree = self.served(service(how="dies"))
        begun = time.monotonic()
        done = tree.cicd("with", "app", "--needs", "web", "--", "sleep", "60", status=1)
        self.assertLess(time.monotonic() - begun, 10)
        self.assertIn("the service web ended while it was needed: exit status 7", done.stderr)
        self.assertIn("the last words", done.stderr)

    def test_kill_and_ctrl_c_leave_nothing(self):
        tree = self.served(service(how="forks ignores", more="GRACE 300ms"))
        for number in (signal.SIGKILL, signal.SIGINT):
            self.traces.write_text("")
            process = tree.start(tree.launcher, "with", "app", "--needs", "web", "--", "sh", "-c", "touch up; sleep 30")
            harness.until((tree.source / "up").exists, what="the command")
            (tree.source / "up").unlink()
            os.kill(process.pid, number)
            process.wait(10)
            self.check_gone(tree, 5)
            harness.until(lambda: not harness.bearers(tree.cookie), 5, f"the end of the command: {harness.bearers(tree.cookie)}")

    def test_a_fork_gets_no_secret_of_a_service_by_it(self):
        tree = self.served("pipeline_secret(app password PASS_ENV DB_PASSWORD)\n" + service(how="password", more="SECRETS password"))
        tree.env["DB_PASSWORD"] = "canary-of-the-service"
        tree.cicd("with", "app", "--needs", "web", "--", "true")
        (self.folder / "event.json").write_text(json.dumps(FORK_EVENT))
        self.traces.write_text("")
        done = tree.cicd("with", "app", "--needs", "web", "--", "true", status=5, env={**FORK, "GITHUB_EVENT_PATH": str(self.folder / "event.json")})
        self.assertIn("fork", done.stderr)
        self.assertEqual(self.ports(), [])

    def test_a_ctest_test_of_a_project_runs_beside_them(self):
        tree = self.served(service() + 'pipeline_test(app mine NEEDS web ENV URL={web.url} "LIST=a;b" COMMAND ${CMAKE_COMMAND} -E echo "{web.port}" "x;y")\n'
                           + 'pipeline_test(app bad NEEDS web COMMAND ${CMAKE_COMMAND} -E false)\n')
        done = subprocess.run(["ctest", "-V", "-R", "^app[.]mine$"], cwd=tree.build, env=tree.env, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn(f"{self.ports()[0]} x;y", done.stdout)
        done = subprocess.run(["ctest", "-R", "^app[.](mine|bad)$"], cwd=tree.build, env=tree.env, capture_output=True, text=True)
        self.assertIn("1 tests failed out of 2", done.stdout)
        self.check_gone(tree)

    def test_a_setting_that_only_such_a_test_uses_is_not_told_to_be_used_nowhere(self):
        calls = (service() + "pipeline_setting(app level ALLOWED 1..9 DEFAULT 3)\npipeline_setting(app other DEFAULT x)\n"
                 "pipeline_test(app mine NEEDS web ENV LEVEL={setting.level} COMMAND ${CMAKE_COMMAND} -E echo {setting.level} {web.port})\n")
        tree = self.served(calls)
        told = tree.call([harness.tool("cmake"), tree.build]).all
        self.assertIn("the setting is used nowhere: 'other'", told)
        self.assertNotIn("'level'", told)
        done = subprocess.run(["ctest", "-V", "-R", "^app[.]mine$"], cwd=tree.build, env=tree.env, capture_output=True, text=True)
        self.assertIn(f"3 {self.ports()[0]}", done.stdout)


IMAGE_PROGRAM = r"""
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
int main(int count, char **words) {
  int at = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(8080), .sin_addr = {htonl(INADDR_ANY)}};
  if (bind(at, (void *)&to, sizeof to) || listen(at, 9)) return 1;
  printf("%s %s of %s\n", words[0], count > 1 ? words[1] : "-", getenv("LEVEL") ? getenv("LEVEL") : "-");
  fflush(stdout);
  if (fork() == 0) for (;;) pause();
  for (;;) {
    char bytes[4096];
    int one = accept(at, 0, 0);
    const char *answer = "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    if (read(one, bytes, sizeof bytes) > 0 && write(one, answer, strlen(answer)) < 0) return 2;
    close(one);
  }
}
"""


class Image(Case):
    """From an OCI layout, by runc; and where that is not there."""

    def boxed(self, more, calls):
        (self.folder / "service.c").write_text(IMAGE_PROGRAM)

        def run(*words):
            subprocess.run([harness.tool(words[0]), *words[1:]], cwd=self.folder, check=True, capture_output=True)
        run("gcc", "-static", "-Os", "-o", "service", "service.c")
        run("umoci", "init", "--layout", "images")
        run("umoci", "new", "--image", "images:latest")
        run("umoci", "unpack", "--image", "images:latest", "bundle")
        shutil.copy(self.folder / "service", self.folder / "bundle/rootfs/service")
        run("umoci", "repack", "--image", "images:latest", "bundle")
        run("umoci", "config", "--image", "images:latest", "--config.entrypoint", "/service", "--config.cmd", "own")
        tree = self.served(f"pipeline_backing_service(app web IMAGE oci:{self.folder}/images:latest PORT 8080 READY http / ENV LEVEL=info GRACE 300ms {more})\n" + calls)
        tree.env["PATH"] += ":/usr/sbin:/sbin"
        return tree

    @staticmethod
    def containers():
        """Processes of the image's program, and what runc keeps of a container."""
        found = list(Path("/sys/fs/cgroup").glob("*/cicd-[0-9]*-[0-9]*"))
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                found += [path] if path.read_bytes().startswith(b"/service\0") else []
            except OSError:
                continue
        return found

    def test_its_port_is_reached_on_a_free_one_and_two_at_once_have_two(self):
        tree = self.boxed("ARGUMENTS other", "".join(
            step(name, '/usr/bin/python3 -c "import os,urllib.request; print(urllib.request.urlopen(os.environ[\'URL\']).read())"', more="ENV URL={web.url} STAGE test ALWAYS")
            for name in ("one", "two")))
        tree.env["CICD_JOBS"] = "2"
        for _ in range(3):
            tree.run("app.test")
            self.assertIn(b"hello", tree.log("app/one"))
            self.assertIn(b"hello", tree.log("app/two"))
        self.assertEqual(Path(self.told(tree, "service_started")[0]["log"]).read_text(), "| /service other of info\n")
        self.assertEqual((self.containers(), self.left_of(tree)), ([], []))

    def test_another_image_under_the_tag_runs_the_step_again(self):
        tree = self.boxed("", step())
        tree.run("app.it")
        self.assertEqual(Path(self.told(tree, "service_started")[0]["log"]).read_text(), "| /service own of info\n")
        subprocess.run([harness.tool("umoci"), "config", "--image", "images:latest", "--config.cmd", "new"], cwd=self.folder, check=True)
        self.assertIn("the service web changed", str(tree.reasons("app/it")))

    def test_it_comes_from_a_registry_by_its_digest(self):
        tree = self.boxed("", step())
        address, _ = self.registry()
        self.trust(tree, address)
        subprocess.run([harness.tool("skopeo"), "copy", "--quiet", "--dest-tls-verify=false", f"oci:{self.folder}/images:latest", f"docker://{address}/web:1"], check=True)
        digest = json.loads((self.folder / "images/index.json").read_text())["manifests"][0]["digest"]
        tree.declare(f"add_pipeline(app)\npipeline_backing_service(app web IMAGE {address}/web@{digest} PORT 8080 READY http / GRACE 300ms)\n" + step()).configure()
        tree.run("app.it")
        self.assertEqual(tree.outcomes(), {"app/it": "ran"})

    def test_kill_of_the_driver_leaves_no_container(self):
        tree = self.boxed("", step(command="sleep 30"))
        process = tree.start(tree.launcher, "run", "app.it")
        harness.until(lambda: self.told(tree, "service_ready"), what="ready")
        self.assertTrue(self.containers())
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        harness.until(lambda: not self.left_of(tree), 10, "the end of the folder")
        self.assertEqual(self.containers(), [])

    def test_without_its_programs_it_says_what_works(self):
        tree = self.boxed("", step())
        tools = self.folder / "few"
        tools.mkdir()
        for name in ("sh", "true", "git", "env"):
            (tools / name).symlink_to(shutil.which(name))
        done = tree.run("app.it", status=2, env={"PATH": str(tools)})
        self.assertIn("IMAGE needs a program that is not here: 'runc'", done.stdout + done.stderr)
        self.assertIn("COMMAND", done.stdout + done.stderr)


class Real(Case):
    CALLS = """
pipeline_backing_service(app postgres COMMAND ./postgres.sh {postgres.port} READY postgres INPUTS postgres.sh ENV BIN=@BIN@ MADE=@MADE@ TOOLS @BIN@/postgres @BIN@/initdb)
pipeline_backing_service(app redis COMMAND redis-server --port {redis.port} --bind {redis.host} --save "" --dir {redis.dir} READY redis)
pipeline_backing_service(app nginx COMMAND ./nginx.sh {nginx.port} READY http / INPUTS nginx.sh TOOLS nginx)
"""

    def real(self, calls, work=""):
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
        self.assertTrue(found, "postgres is missing: ./setup --tests installs it")
        tree = self.tree()
        tree.write("work", work, 0o755)
        tree.write("postgres.sh", POSTGRES, 0o755)
        tree.write("nginx.sh", NGINX, 0o755)
        tree.write("in")
        tree.env["PATH"] += ":/usr/sbin"
        made, programs = self.folder / "made", found[-1].parent
        another = ["unshare", "--user", "--map-user=1000", "--map-group=1000"] if os.getuid() == 0 else []  # it refuses to be root
        subprocess.run([*another, programs / "initdb", "-D", made, "-U", "postgres", "-A", "trust", "--no-sync"], check=True, capture_output=True)
        tree.declare("add_pipeline(app)\n" + (self.CALLS + calls).replace("@BIN@", str(programs)).replace("@MADE@", str(made))).configure()
        return tree

    def test_two_steps_at_once_ten_times_with_postgres_redis_and_nginx(self):
        work = """#!/bin/sh -e
"$BIN/psql" -h "$PGHOST" -p "$PGPORT" -U postgres -qc "create table only_here (a int); insert into only_here values (1)"
test "$(redis-cli -u "$REDIS" incr only-here)" = 1
python3 -c "import sys,urllib.request; assert urllib.request.urlopen(sys.argv[1]).read() == b'hello'" "$WEB"
"""
        steps = "".join(f"pipeline_step(app {name} COMMAND ./work ALWAYS NEEDS postgres redis nginx INPUTS work TOOLS sh "
                        f"ENV BIN=@BIN@ PGHOST={{postgres.host}} PGPORT={{postgres.port}} REDIS={{redis.url}} WEB={{nginx.url}} STAGE test)\n" for name in ("one", "two"))
        tree = self.real(steps, work=work)
        tree.env["CICD_JOBS"] = "2"
        for _ in range(10):
            tree.run("app.test")
            self.assertEqual(set(tree.outcomes().values()), {"ran"})
        self.assertEqual(self.left_of(tree), [])
        self.assertFalse(harness.bearers(tree.cookie))

    def test_kill_of_the_driver_ends_postgres_and_nginx_whose_variables_nobody_can_read(self):
        tree = self.real("pipeline_step(app it COMMAND sleep 30 NEEDS postgres nginx redis INPUTS in)\n")
        process = tree.start(tree.launcher, "run", "app.it")
        harness.until(lambda: len(self.told(tree, "service_ready")) == 3, what="ready")
        folders = self.left_of(tree)
        mine = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit() and any(self.works_in(path, folder) for folder in folders)]
        self.assertGreater(len(mine), 8)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        harness.until(lambda: not [one for one in mine if lives(one)], 5, "the end of the servers")
        harness.until(lambda: not self.left_of(tree), 5, "the end of their folders")

    @staticmethod
    def works_in(entry, folder):
        try:
            return os.readlink(entry / "cwd").startswith(folder)
        except OSError:
            return False


if __name__ == "__main__":
    unittest.main()
