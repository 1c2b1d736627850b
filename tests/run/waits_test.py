"""What a release waits for: FROM and its health, SOAK, WINDOW, GATE, and the gates of the newest declaration that was deployed."""

import datetime
import http.server
import json
import ssl
import subprocess
import threading
import unittest

import harness

RELEASED = harness.DEPLOYED.replace("ON branch main VIA gitops", "ON branch main VIA gitops {stage}") + """
pipeline_environment(app prod ON tag v* VIA gitops FROM stage {prod})
pipeline_release(app BRANCHES main VERSIONS semantic)
"""


class Argo(http.server.BaseHTTPRequestHandler):
    """One application, in the form that Argo CD's API has."""

    def do_GET(self):
        self.server.asked.append((self.path, self.headers.get("Authorization")))
        body = json.dumps({"metadata": {"name": "app-stage"}, "status": self.server.status}).encode()
        self.send_response(200 if self.headers.get("Authorization") == "Bearer let-me-in-1234" else 401)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Waits(harness.Case):
    def made(self, prod="", stage="", **files):
        """A pushed commit on main that stage has. Files of the sources are executable."""
        self.stage, self.contents = stage, 0
        tree = self.tree()
        for name, text in files.items():
            tree.write(name + ".sh", "#!/bin/sh\n" + text, 0o755)
        self.declare(tree, prod)
        tree.configure()
        tree.run("deploy-stage")
        return tree

    def declare(self, tree, prod):
        self.contents += 1
        tree.write("in.txt", f"content {self.contents}")
        tree.declare(RELEASED.format(prod=prod, stage=self.stage))
        return tree.commit()

    def outside(self):
        repository = self.folder / "outside.git"
        subprocess.run([harness.tool("git"), "init", "--quiet", "--bare", "--initial-branch=main", str(repository)], check=True)
        return repository

    def release(self, tree, tag="v1.0.0", status=0, verb="run", more=(), **how):
        tree.git("tag", "--force", tag)
        return tree.cicd(verb, "--event", f"tag={tag}", *more, status=status, **how)

    def is_deployed(self, tree, tag="v1.0.0"):
        return tree.manifests("show", "main:.cicd/records/prod/app.json") and tree.record("prod")["tag"] == tag

    def window(self, days_from_now):
        day = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days_from_now)
        return day.strftime("%a")

    # ---- SOAK ----

    def test_an_artifact_soaks_where_it_comes_from(self):
        tree = self.made("SOAK 2h")
        done = self.release(tree, status=5)
        self.assertRegex(done.stderr, r"SOAK 2h: healthy in stage for \d+m?s, (2h|1h\d+m) are missing: '[0-9a-f]{7}'")
        self.assertRegex(harness.note_in(done.stderr, "there"), "^stage: healthy since ")
        self.assertRegex(harness.note_in(done.stderr, "try"), r"^run again at \d\d:\d\d UTC")
        plan = self.release(tree, verb="plan", status=5)
        self.assertIn("would be refused: SOAK 2h", plan.stdout)
        self.assertFalse(self.is_deployed(tree))

    def test_an_artifact_that_was_healthy_for_long_enough_is_let_in(self):
        tree = self.made("SOAK 1ms")
        self.release(tree)
        self.assertTrue(self.is_deployed(tree))

    # ---- WINDOW ----

    def test_outside_of_its_windows_a_deploy_waits(self):
        later = self.window(3)
        tree = self.made(f'WINDOW "{later} 09:00-16:00"')
        done = self.release(tree, status=5)
        self.assertIn("deploys to this environment wait for its WINDOW: 'prod'", done.stderr)
        self.assertEqual(harness.note_in(done.stderr, "allowed"), f"{later} 09:00-16:00, UTC")
        self.assertTrue(harness.note_in(done.stderr, "opens").startswith(later))
        self.declare(tree, f'WINDOW "{later} 09:00-16:00" "{self.window(-1)}-{self.window(1)} 00:00-24:00"')
        tree.configure()
        tree.run("deploy-stage")
        self.release(tree, "v1.0.1")
        self.assertTrue(self.is_deployed(tree, "v1.0.1"))

    # ---- GATE ----

    def test_the_program_of_gate_has_the_last_word_and_is_asked_once(self):
        asked, good = self.folder / "asked", self.folder / "good"
        tree = self.made("GATE ./slo.sh {environment} {version}",
                         slo=f'echo "$@" >> {asked}\necho budget is spent\ntest -e {good}\n')
        plan = self.release(tree, verb="plan")
        self.assertIn("GATE: not asked; --ask-gates asks it", plan.stdout)
        self.assertFalse(asked.exists())
        done = self.release(tree, status=5)
        self.assertIn("GATE refuses this deploy: './slo.sh prod 1.0.0'", done.stderr)
        self.assertIn("budget is spent", done.stderr)
        self.assertEqual(asked.read_text(), "prod 1.0.0\n")
        plan = self.release(tree, verb="plan", more=["--ask-gates"], status=5)
        self.assertIn("would be refused: GATE refuses this deploy", plan.stdout)
        good.touch()
        self.assertIn("GATE: passed", self.release(tree, verb="plan", more=["--ask-gates"]).stdout)
        asked.unlink()
        self.release(tree)
        self.assertEqual(asked.read_text(), "prod 1.0.0\n")

    def test_the_program_of_gate_is_not_asked_where_another_rule_refuses(self):
        asked = self.folder / "asked"
        tree = self.made("GATE ./slo.sh SOAK 2h", slo=f"touch {asked}\n")
        self.release(tree, status=5)
        plan = self.release(tree, verb="plan", more=["--ask-gates"], status=5)
        self.assertIn("GATE: not asked, since the deploy would be refused before it", plan.stdout)
        self.assertFalse(asked.exists())

    def test_the_program_of_gate_gets_no_variable_that_holds_a_secret(self):
        asked = self.folder / "asked"
        tree = self.made('GATE ./slo.sh)\npipeline_secret(app slo PASS_ENV SLO_TOKEN', slo=f'echo "<$SLO_TOKEN>" > {asked}\n')
        self.release(tree, env={"SLO_TOKEN": "let-me-in-1234"})
        self.assertEqual(asked.read_text(), "<>\n")

    # ---- FROM ----

    def test_a_commit_whose_verify_failed_is_not_one_that_was_never_deployed(self):
        good = self.folder / "good"
        good.touch()
        tree = self.made(stage=f"VERIFY test -e {good} HEALTH committed")
        commit = self.declare(tree, "")
        good.unlink()
        tree.configure()
        tree.run("deploy-stage", status=1)
        done = self.release(tree, status=5)
        self.assertIn(f"this commit was deployed to stage, and that did not come to a good end: '{commit[:7]}'", done.stderr)
        self.assertRegex(harness.note_in(done.stderr, "there"), f"^stage: {commit[:7]} of .*: VERIFY failed$")
        self.assertRegex(harness.note_in(done.stderr, "try"), r"^\S+/cicd run app\.deploy-stage, which tries again what failed there$")
        good.touch()
        tree.run("deploy-stage")
        self.release(tree)

    # ---- HEALTH ----

    def test_what_is_committed_is_not_yet_healthy(self):
        repository, good = self.outside(), self.folder / "good"
        tree = self.made(stage=f"REPOSITORY {repository} HEALTH command ./healthy.sh {{environment}} {{commit_short}}",
                         healthy=f'echo "$@"\necho "3 pods of 4" >&2\ntest -e {good}\n')
        done = self.release(tree, status=5)
        self.assertIn("this commit was not healthy in stage yet", done.stderr)
        self.assertEqual(harness.note_in(done.stderr, "there"), "stage: exit status 1: 3 pods of 4")
        good.touch()
        plan = self.release(tree, verb="plan")
        self.assertNotIn("would be refused", plan.stdout)
        seen = json.loads(tree.manifests("show", "main:.cicd/state/stage/app.json", repository=repository))["health"]
        self.assertEqual([each["healthy"] for each in seen], [False], "a plan writes nothing")
        self.release(tree)
        seen = json.loads(tree.manifests("show", "main:.cicd/state/stage/app.json", repository=repository))["health"]
        self.assertEqual([(each["healthy"], each["commit"]) for each in seen], [(True, tree.git("rev-parse", "HEAD"))])
        self.assertEqual(tree.manifests("log", "-1", "--format=%s", "main", repository=repository), "health of app in stage")
        # Healthy before is enough.
        good.unlink()
        self.release(tree, "v1.0.1")
        self.assertTrue(self.is_deployed(tree, "v1.0.1"))

    def test_an_observed_unhealthy_begins_the_soak_anew(self):
        repository, good = self.outside(), self.folder / "good"
        tree = self.made("SOAK 1ms", stage=f"REPOSITORY {repository} HEALTH command test -e {good}")
        good.touch()
        self.release(tree, status=None)  # the first observation
        good.unlink()
        self.assertIn("was not healthy in stage yet", self.release(tree, "v1.0.1", status=5).stderr)

    def test_health_that_cannot_be_known_is_a_failure_of_the_remote(self):
        repository = self.outside()
        tree = self.made(stage=f"REPOSITORY {repository} HEALTH command ./health.sh", health="kill -9 $$\n")
        done = self.release(tree, status=6)
        self.assertIn("it is not known whether stage is healthy", done.stderr)
        self.assertFalse(self.is_deployed(tree))

    def test_a_program_of_health_or_of_gate_that_cannot_be_started_is_an_error_of_usage_that_doctor_finds(self):
        for option, prod, stage in (("HEALTH", "", "HEALTH command ./ask.sh {environment}"), ("GATE", "GATE ./ask.sh", "")):
            for how in ("missing", "not executable"):
                with self.subTest(option=option, how=how):
                    self.clean()
                    self.folder.mkdir()
                    tree = self.made(prod, stage and f"REPOSITORY {self.outside()} {stage}", ask="true\n")
                    place = "app/stage" if option == "HEALTH" else "app/prod"
                    self.assertNotIn("problem ./ask.sh", tree.cicd("doctor", "app", status=None).stdout)
                    if how == "missing":
                        (tree.source / "ask.sh").unlink()
                    else:
                        (tree.source / "ask.sh").chmod(0o644)
                    tree.commit("without it")
                    tree.run("deploy-stage")
                    done = self.release(tree, status=2)
                    self.assertIn(f"the program of {option} cannot be started: './ask.sh", done.stderr)
                    self.assertRegex(harness.note_in(done.stderr, "declared at"), r"^CMakeLists\.txt[:,]")
                    self.assertTrue(harness.note_in(done.stderr, "try").endswith("doctor app"))
                    found = tree.cicd("doctor", "app", status=1).stdout
                    self.assertRegex(found, rf"problem \./ask\.sh: it (is not there|cannot be executed); needed by {place}")

    def argo(self):
        """A server with a certificate of its own; gives the words of HEALTH."""
        key, certificate = self.folder / "key.pem", self.folder / "certificate.pem"
        subprocess.run([harness.tool("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "2",
                        "-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
        server = http.server.ThreadingHTTPServer(("localhost", 0), Argo)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.asked, server.status = [], {}
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.trust = {"SSL_CERT_FILE": str(certificate), "ARGO_TOKEN": "let-me-in-1234", "no_proxy": "localhost", "NO_PROXY": "localhost"}
        return server

    def says(self, server, sync="Synced", health="Healthy", revision="", phase="Succeeded"):
        server.status = {"sync": {"status": sync, "revision": revision}, "health": {"status": health}, "operationState": {"phase": phase}}

    def test_argo_cd_is_asked_for_our_commit(self):
        server, repository = self.argo(), self.outside()
        url = f"https://localhost:{server.server_port}/applications/argocd/app-stage?view=tree"
        good = self.folder / "good"
        tree = self.made("GATE ./told.sh", told=f"echo no let-me-in-1234\ntest -e {good}\n",
                         stage=f'REPOSITORY {repository} HEALTH argocd "{url}" TOKEN secret:argo)\npipeline_secret(app argo PASS_ENV ARGO_TOKEN')
        tip = tree.manifests("rev-parse", "main", repository=repository)
        before = tree.manifests("hash-object", "-t", "tree", "/dev/null", repository=repository)
        self.says(server, revision=tip, health="Progressing")
        done = self.release(tree, status=5, env=self.trust)
        self.assertEqual(harness.note_in(done.stderr, "there"), "stage: Progressing")
        self.assertEqual(server.asked[0], ("/api/v1/applications/app-stage?appNamespace=argocd", "Bearer let-me-in-1234"))
        self.says(server, sync="OutOfSync", revision=tip)
        self.assertIn("stage: OutOfSync", self.release(tree, status=5, env=self.trust).stderr)
        self.says(server, revision=before)
        done = self.release(tree, status=6, env=self.trust)
        self.assertIn("no such commit", harness.note_in(done.stderr, "caused by"))
        # A later commit that others made has our record, too.
        other = self.folder / "other"
        subprocess.run([harness.tool("git"), *harness.GIT, "clone", "--quiet", str(repository), str(other)], check=True)
        subprocess.run([harness.tool("git"), *harness.GIT, "-C", str(other), "commit", "--quiet", "--allow-empty", "-m", "another"], check=True)
        subprocess.run([harness.tool("git"), *harness.GIT, "-C", str(other), "push", "--quiet", "origin", "main"], check=True)
        self.says(server, revision=tree.manifests("rev-parse", "main", repository=repository))
        # What was fetched is masked whoever says it.
        for how in ({"verb": "plan", "more": ["--ask-gates"]}, {}):
            done = self.release(tree, status=5, env=self.trust, **how)
            self.assertIn("no ***", done.stderr)
            self.assertNotIn("let-me-in-1234", done.all)
        good.touch()
        self.release(tree, env=self.trust)
        self.assertTrue(self.is_deployed(tree))
        runs = [path for path in (tree.build / ".cicd/runs").rglob("*") if path.is_file()]
        self.assertFalse([path for path in runs if "let-me-in-1234" in path.read_text(errors="replace")])

    def test_argo_cd_that_cannot_be_asked_lets_nothing_in(self):
        server, repository = self.argo(), self.outside()
        url = f"https://localhost:{server.server_port}/applications/argocd/app-stage"
        tree = self.made(stage=f'REPOSITORY {repository} HEALTH argocd "{url}" TOKEN secret:argo)\npipeline_secret(app argo PASS_ENV ARGO_TOKEN')
        self.says(server, revision=tree.manifests("rev-parse", "main", repository=repository))
        done = self.release(tree, status=6, env={**self.trust, "ARGO_TOKEN": "somebody-elses"})
        self.assertIn("it does not take the login", harness.note_in(done.stderr, "caused by"))
        self.assertNotIn("somebody-elses", done.all)
        done = self.release(tree, status=6, env={**self.trust, "SSL_CERT_FILE": "/dev/null"})
        self.assertIn("it is not known whether stage is healthy", done.stderr)
        server.asked.clear()
        for token in ("", "t0ken\nX-Evil: 1"):
            self.release(tree, status=2, env={**self.trust, "ARGO_TOKEN": token})
        self.assertEqual(server.asked, [])
        # What a fork declares gets no token, not even in a plan.
        event = self.folder / "event.json"
        event.write_text(json.dumps({"repository": {"full_name": "us/app"}, "pull_request": {
            "head": {"ref": "x", "repo": {"full_name": "them/app"}}, "base": {"ref": "main", "repo": {"full_name": "us/app"}}}}))
        tree.git("tag", "--force", "v1.0.0")
        done = tree.cicd("plan", "app.deploy-prod", status=None, env={
            **self.trust, "CI": "true", "GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": str(event),
            "GITHUB_REPOSITORY": "us/app", "GITHUB_REF": "refs/pull/1/merge", "GITHUB_HEAD_REF": "x", "GITHUB_BASE_REF": "main"})
        self.assertEqual(server.asked, [], done.all)

    # ---- the gates of the newest commit ----

    def test_an_older_checkout_does_not_weaken_what_a_newer_one_asks_for(self):
        tree = self.made("")
        older = tree.git("rev-parse", "HEAD")
        newer = self.declare(tree, "SOAK 1ms GATE true")
        tree.configure()
        tree.run("deploy-stage")
        self.release(tree, "v1.0.0")
        tree.git("checkout", "--quiet", older)
        tree.configure()
        done = self.release(tree, "v1.1.0", status=5)
        self.assertIn(f"prod wants SOAK 1ms since {newer[:7]}; this checkout is older: '{older[:7]}'", done.stderr)
        self.assertEqual(harness.note_in(done.stderr, "and"), "GATE true")
        # A newer declaration may ask for less.
        tree.git("checkout", "--quiet", "main")
        self.declare(tree, "GATE true")
        tree.configure()
        tree.run("deploy-stage")
        self.release(tree, "v1.2.0")
        state = json.loads(tree.manifests("show", "main:.cicd/state/prod/app.json"))
        self.assertEqual(state["gates"]["declared"], [{"words": ["FROM", "stage"], "since": newer}, {"words": ["GATE", "true"], "since": newer}])

    def guarded(self, asks="GATE true SOAK 1ms"):
        """Prod has a release whose declaration asks for something; a newer one could go there. Gives the commits before and of it."""
        tree = self.made("")
        older = tree.git("rev-parse", "HEAD")
        newer = self.declare(tree, asks)
        tree.configure()
        tree.run("deploy-stage")
        self.release(tree, "v1.0.0")
        self.declare(tree, asks)
        tree.configure()
        tree.run("deploy-stage")
        tree.git("tag", "v1.1.0")
        return tree, older, newer

    def test_neither_an_event_nor_a_tag_of_an_older_checkout_weakens_them(self):
        tree = self.made("")
        older = tree.git("rev-parse", "HEAD")
        newer = self.declare(tree, "GATE true)\npipeline_environment(app eu ON tag v* VIA gitops FROM stage")
        tree.configure()
        tree.run("deploy-stage")
        self.release(tree, "v1.0.0")
        tree.git("checkout", "--quiet", older)
        tree.declare(RELEASED.format(prod=")\npipeline_environment(app eu ON tag v* VIA gitops FROM stage", stage=""))
        tree.git("commit", "--quiet", "--all", "--message", "of another line")
        tree.git("push", "--quiet", "upstream", "HEAD:refs/heads/line")
        tree.git("checkout", "--quiet", "-B", "main")
        tree.git("push", "--quiet", "--force", "upstream", "main")
        tree.configure()
        tree.run("app.publish")
        refused = tree.cicd("tag", "app", "--next", "minor", status=5)
        self.assertIn(f"prod wants GATE true since {newer[:7]}; this checkout is older", refused.stderr)
        self.assertNotIn("v1.1.0", tree.git("tag"))
        done = self.release(tree, "v1.1.0", status=5)
        self.assertIn(f"prod wants GATE true since {newer[:7]}; this checkout is older", done.stderr)
        self.assertEqual(tree.outcomes(), {}, "of one pipeline all goes on, or nothing")

    def remembered(self, tree):
        return json.loads(tree.manifests("show", "main:.cicd/state/prod/app.json"))["gates"]

    def test_a_promotion_by_an_older_checkout_does_not_weaken_them_either(self):
        tree, older, newer = self.guarded()
        before = self.remembered(tree)
        tree.git("checkout", "--quiet", older)
        tree.configure()
        for more in ((), ("--hotfix", "--reason", "urgent")):
            done = tree.cicd("promote", "app", "prod", "--version", "v1.1.0", *more, status=5)
            self.assertIn(f"since {newer[:7]}; this checkout is older", done.all)
        self.assertEqual(self.remembered(tree), before)
        tree.git("checkout", "--quiet", "main")
        tree.configure()
        tree.cicd("promote", "app", "prod", "--version", "v1.1.0")

    def test_uncommitted_changes_do_not_weaken_them(self):
        tree, _, _ = self.guarded("GATE true")
        text = (tree.source / "CMakeLists.txt").read_text()
        tree.write("CMakeLists.txt", text.replace("GATE true", ""))
        tree.configure()
        before = self.remembered(tree)
        done = tree.cicd("promote", "app", "prod", "--version", "v1.1.0", "--allow-dirty", "prod", status=5)
        self.assertIn("this checkout has uncommitted changes", done.all)
        self.assertEqual(self.remembered(tree), before)

    def test_the_same_commit_declared_with_other_values_does_not_weaken_them(self):
        tree = self.made("")
        tree.env["ASKS"] = "GATE;true"
        commits = [self.declare(tree, "$ENV{ASKS}") for _ in range(2)]
        for number, commit in enumerate(commits):
            tree.git("checkout", "--quiet", "-B", "main", commit)
            tree.configure()
            tree.run("deploy-stage")
            tree.git("tag", f"v1.{number}.0")
        tree.git("checkout", "--quiet", commits[0])
        tree.configure()
        tree.cicd("promote", "app", "prod", "--version", "v1.0.0")
        tree.env["ASKS"] = ""
        tree.configure()
        done = tree.cicd("promote", "app", "prod", "--version", "v1.1.0", status=5)
        self.assertIn(f"prod wants GATE true since {commits[0][:7]}; this build tree declares it with other values", done.all)

    def test_a_damaged_state_lets_nothing_in(self):
        tree = self.made("SOAK 1ms")
        self.release(tree)
        clone = self.folder / "clone"
        subprocess.run([harness.tool("git"), *harness.GIT, "clone", "--quiet", str(tree.build / "manifests.git"), str(clone)], check=True)
        state = clone / ".cicd/state/prod/app.json"
        state.write_text(state.read_text().replace("1ms", "2ms"))
        subprocess.run([harness.tool("git"), *harness.GIT, "-C", str(clone), "commit", "--quiet", "-am", "by hand"], check=True)
        subprocess.run([harness.tool("git"), *harness.GIT, "-C", str(clone), "push", "--quiet"], check=True)
        self.declare(tree, "SOAK 1ms")
        tree.configure()
        tree.run("deploy-stage")
        self.assertIn("the state of the environment cannot be trusted", self.release(tree, "v1.0.1", status=4).stderr)


if __name__ == "__main__":
    unittest.main()
