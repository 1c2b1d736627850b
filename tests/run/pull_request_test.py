"""Whose code is this: what a pull request of one's own branch, and one of a fork, may do, and that its base branch has the say."""

import http.server
import json
import os
import shutil
import subprocess
import threading
import unittest

import harness

CALLS = """
add_pipeline(app{pipeline})
pipeline_step(app build COMMAND cp in.txt out.txt INPUTS in.txt OUTPUTS out.txt STAGE build)
pipeline_image(app BASE scratch FILES out.txt=/app/out.txt ENTRYPOINT /app/out.txt)
pipeline_service(app api PORT 8080 REPLICAS 2 HOST app.example.com READY /health)
pipeline_environment(app stage ON branch main VIA gitops REPOSITORY {repository}{stage})
pipeline_environment(app demo VIA gitops REPOSITORY {repository} PATH demo/app)
pipeline_preview(app IN stage HOST app.{slug}.example.com SWEEP ci{preview})
"""
URL = "https://git.example.com/us/orders"


class PullRequests(harness.Case):
    path = "previews/stage/app"

    def calls(self, preview="", stage="", pipeline="", more="", slug="{slug}"):
        text = CALLS
        for name, value in {"repository": self.repository, "preview": preview, "stage": stage, "pipeline": pipeline, "slug": slug}.items():
            text = text.replace("{%s}" % name, str(value))
        return text + more

    def based(self, base=None, head=None, configure=True, **how):
        """A branch `fix` of `main`, each with its declaration, as a CI system checks out a pull request: the head, detached."""
        self.repository = self.folder / "outside.git"
        if not self.repository.exists():
            subprocess.run([harness.tool("git"), "init", "--quiet", "--bare", "--initial-branch=main", self.repository], check=True)
        tree = self.tree(**how)
        tree.write("in.txt", "one")
        tree.declare(base if isinstance(base, str) else self.calls(**(base or {})))
        tree.commit("the base")
        tree.git("config", f"url.{tree.remote}.insteadOf", URL)
        tree.git("switch", "--quiet", "--create", "fix")
        tree.declare(head if isinstance(head, str) else self.calls(**(base or {} if head is None else head)))
        tree.write("in.txt", "two")
        tree.commit("the change")
        tree.git("checkout", "--quiet", "--detach")
        if configure:
            tree.configure()
        return tree

    def request(self, tree, theirs="us/orders", base="main"):
        """What GitHub sets in a job of the pull request."""
        event = {"repository": {"full_name": "us/orders"}, "pull_request": {"number": 7, "head": {"ref": "fix", "repo": {"full_name": theirs}},
                                                                              "base": {"ref": base, "repo": {"full_name": "us/orders"}}}}
        path = self.folder / "event.json"
        path.write_text(json.dumps(event))
        return {"CI": "true", "GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": str(path), "GITHUB_REPOSITORY": "us/orders",
                "GITHUB_SERVER_URL": "https://git.example.com", "GITHUB_SHA": tree.git("rev-parse", "HEAD"), "GITHUB_REF": "refs/pull/7/merge",
                "GITHUB_REF_NAME": "7/merge", "GITHUB_HEAD_REF": "fix", "GITHUB_BASE_REF": base, "GITHUB_ACTOR": "jane"}

    def fork(self, tree):
        return self.request(tree, theirs="them/orders")

    def previews(self, tree):
        return [line for line in tree.manifests("ls-tree", "-r", "--name-only", "main", repository=self.repository).split("\n") if line.startswith(self.path + "/")]

    def deploy(self, tree, *texts, status=5, env=None, target="app.deploy-branch"):
        done = tree.run(target, status=status, env=self.request(tree) if env is None else env)
        said = " ".join(done.all.split())
        for text in texts:
            self.assertIn(text, said, done.all)
        if status:
            self.assertEqual(self.previews(tree), [], "something was written outside")
        return done

    # ---- whose rules ----

    def test_a_preview_goes_where_its_base_branch_lets_it(self):
        tree = self.based()
        self.deploy(tree, status=0)
        self.assertTrue(self.previews(tree))

    def test_a_pull_request_that_edits_CMakeLists_to_drop_an_approval_still_needs_it(self):
        tree = self.based({"preview": " APPROVAL required"}, {})
        self.deploy(tree, "this preview is not approved", "cicd approve app stage --preview")
        # Outside of its jobs a person agrees to what was published, and it goes on.
        tree.git("switch", "--quiet", "fix")
        tree.configure()
        tree.cicd("approve", "app", "stage", "--preview", "--reason", "read it")
        tree.git("checkout", "--quiet", "--detach")
        tree.configure()
        self.deploy(tree, status=0)
        self.assertTrue(self.previews(tree))

    def test_for_whom_an_approval_is_needed_is_the_bases_to_say_too(self):
        tree = self.based({"preview": " APPROVAL other"}, {"preview": " APPROVAL required"})
        tree.git("switch", "--quiet", "fix")
        tree.set_user()
        tree.git("commit", "--quiet", "--amend", "--reset-author", "--no-edit")
        tree.push()
        tree.configure()
        tree.run("app.publish")
        tree.cicd("approve", "app", "stage", "--preview", "--reason", "mine")
        tree.git("checkout", "--quiet", "--detach")
        tree.configure()
        self.deploy(tree, "this preview is not approved", "who is the author of the commit")

    def test_a_fork_that_edits_CMakeLists_to_drop_an_approval(self):
        tree = self.based({"preview": " APPROVAL required"}, {})
        self.deploy(tree, "from a fork is never deployed", env=self.fork(tree))
        tree = self.based({"preview": " APPROVAL required", "pipeline": " APPROVAL_TO_BUILD"}, {}, name="build")
        # Nor is it built without the approval that the base branch asks for.
        done = self.deploy(tree, "the build of this commit is not approved", env=self.fork(tree), target="app.build")
        self.assertEqual(list(tree.build.glob(".cicd/domains/*/work/app/build/*")), [], done.all)

    def test_approval_to_build_of_the_base_holds_under_another_name_too(self):
        tree = self.based({"pipeline": " APPROVAL_TO_BUILD"}, CALLS_OF_OTHER.replace("{more}", ""))
        self.deploy(tree, "the build of this commit is not approved", target="other.build")

    def outdated(self, **asks):
        """A pull request whose base asks for more by now, in a clone that does not know."""
        tree = self.based()
        tree.git("switch", "--quiet", "main")
        tree.declare(self.calls(**asks))
        tree.commit("asks")
        tree.git("switch", "--quiet", "--detach", "fix")
        tree.git("branch", "--quiet", "--force", "main", "fix")
        tree.git("update-ref", "refs/remotes/upstream/main", "fix")
        return tree

    def test_the_bases_newest_commit_counts_and_not_what_this_clone_has_of_it(self):
        tree = self.outdated(preview=" APPROVAL required")
        self.deploy(tree, "this preview is not approved")

    def test_neither_a_setting_nor_a_cache_variable_of_the_head_reaches_the_base(self):
        asks = 'set(RULE required CACHE STRING "")\n' + self.of_rule()
        drops = 'set(RULE none CACHE STRING "No help, variable specified on the command line." FORCE)\n' + self.of_rule()
        tree = self.based(asks, drops)
        self.deploy(tree, "this preview is not approved")
        tree.call([harness.tool("cmake"), "-DRULE=none", tree.build])
        self.deploy(tree, "this preview is not approved")

    def configured_with(self, tree, *words, env=None):
        done = tree.call([harness.tool("cmake"), "-S", tree.source, "-B", tree.build, "-G", "Ninja", f"-Dcicd_DIR={harness.package()}", *words], env=env)
        self.assertEqual(done.returncode, 0, done.all)

    def ruled_by(self, calls, name, file, before=""):
        """Both branches have the same declaration, and a file `name` each, by which the head drops the rule."""
        tree = self.based(before + calls, before + calls, configure=False)
        for branch, rule in (("main", "required"), ("fix", "none")):
            tree.git("switch", "--quiet", branch)
            tree.write(name, file.replace("{rule}", rule))
            tree.commit("a file")
        tree.git("checkout", "--quiet", "--detach")
        return tree

    def test_files_of_the_head_that_CMake_is_given_reach_no_base(self):
        tree = self.ruled_by(self.of_rule(), "tools.cmake", "set(RULE {rule})\n")
        self.configured_with(tree, f"-DCMAKE_TOOLCHAIN_FILE={tree.source}/tools.cmake")
        self.deploy(tree, "this preview is not approved")
        # Nor another file of the base that the head chooses.
        env = {"CMAKE_TOOLCHAIN_FILE": "tools.cmake"}
        tree.git("branch", "--quiet", "--force", "main", "fix")
        tree.git("push", "--quiet", "--force", "upstream", "main")
        shutil.rmtree(tree.build)
        self.configured_with(tree, env=env)
        self.deploy(tree, "this preview is not approved", env={**self.request(tree), **env})

    def test_variables_of_the_job_that_lead_into_the_checkout_reach_no_base(self):
        calls = "find_package(rules QUIET)\n" + self.of_rule()
        tree = self.ruled_by(calls, "vendor/rules-config.cmake", "set(RULE {rule})\n")
        for name in ("CMAKE_PREFIX_PATH", "rules_ROOT", "rules_DIR"):
            with self.subTest(name):
                shutil.rmtree(tree.build, ignore_errors=True)
                env = {name: f"{tree.source}/vendor"}
                self.configured_with(tree, env=env)
                self.deploy(tree, "this preview is not approved", env={**self.request(tree), **env})

    def test_a_build_type_that_the_head_forces_is_not_the_bases(self):
        base = 'if(CMAKE_BUILD_TYPE STREQUAL "Debug")\n  set(RULE none)\nendif()\n' + self.of_rule()
        tree = self.based(base, 'set(CMAKE_BUILD_TYPE Debug CACHE STRING "" FORCE)\n' + base)
        self.deploy(tree, "this preview is not approved")

    def test_a_tree_of_the_base_that_the_head_commits_is_not_believed(self):
        tree = self.based({"preview": " APPROVAL required"}, {}, build="source/build")
        (tree.source / ".git/info/exclude").write_text("build/\n")
        self.deploy(tree, "this preview is not approved")
        self.assertEqual(list(tree.build.glob(".cicd/rules/*")), [], "it is gone with the run")
        # What an earlier driver kept, or a person that compares: by the name of the commit.
        tree.cicd("plan", "app.build", "--affected", "--since", "main")
        kept = [each for each in (tree.build / ".cicd/at").iterdir() if each.is_dir()]
        for made in kept:
            rules = made / "tree/CMakeLists.txt"
            rules.write_text(rules.read_text().replace(" APPROVAL required", ""))
            tree.call([harness.tool("cmake"), "-S", made / "tree", "-B", made / "build"])
            shutil.rmtree(made / "tree/.git")
        tree.git("switch", "--quiet", "fix")
        tree.git("add", "--force", *(str(each.relative_to(tree.source)) for each in kept))
        tree.git("commit", "--quiet", "--message", "vendor")
        tree.push()
        tree.git("checkout", "--quiet", "--detach")
        shutil.rmtree(tree.build)
        tree.git("checkout", "--quiet", "--", "build")
        tree.configure()
        self.deploy(tree, "the commit holds a file where the driver keeps its own")
        # Those that an earlier job left are in no commit.
        tree.git("switch", "--quiet", "fix")
        tree.git("rm", "--quiet", "-r", "--cached", "build")
        tree.git("commit", "--quiet", "--message", "no vendor")
        tree.push()
        tree.git("checkout", "--quiet", "--detach")
        shutil.copytree(tree.build / ".cicd/at" / kept[0].name, tree.build / ".cicd/rules/abcdef")
        self.deploy(tree, "this preview is not approved")
        self.assertEqual(list(tree.build.glob(".cicd/rules/*")), [], "what was left there is gone too")

    def test_links_that_the_head_commits_in_the_build_tree_are_not_followed(self):
        for name in ("at", "rules"):
            with self.subTest(name):
                tree = self.based({"pipeline": " APPROVAL_TO_BUILD"}, {}, build="source/build", name=name, configure=False)
                victim = self.folder / f"victim-{name}"
                for number in range(6):
                    (victim / f"project{number}").mkdir(parents=True)
                    os.utime(victim / f"project{number}", (1e9 + number, 1e9 + number))
                (tree.build / ".cicd").mkdir(parents=True)
                (tree.build / ".cicd" / name).symlink_to(victim)
                tree.configure()
                before = sorted(os.listdir(victim))
                self.deploy(tree, "the build of this commit is not approved", target="app.build")
                tree.cicd("plan", "app.build", "--affected", "--since", "main")
                self.assertEqual(sorted(os.listdir(victim)), before)

    def test_who_opens_a_pull_request_onto_a_branch_of_his_own_is_still_asked_what_the_default_branch_asks(self):
        tree = self.based({"preview": " APPROVAL required", "pipeline": " APPROVAL_TO_BUILD"}, {})
        tree.git("push", "--quiet", "upstream", "fix:refs/heads/mine")
        env = self.request(tree, base="mine")
        self.deploy(tree, "the build of this commit is not approved", env=env, target="app.build")
        tree = self.based({"preview": " APPROVAL required"}, {}, name="two")
        tree.git("push", "--quiet", "upstream", "fix:refs/heads/mine")
        main, mine = (tree.git("rev-parse", "--short=7", each) for each in ("main", "fix"))
        self.deploy(tree, "this preview is not approved", f"mine ({mine}) and main ({main})", env=self.request(tree, base="mine"))
        # Nor does it go elsewhere.
        tree = self.based({}, {"preview": " PATH prod/app"}, name="three")
        tree.git("push", "--quiet", "upstream", "fix:refs/heads/mine")
        self.deploy(tree, "a pull request goes only where the default branch lets it: PATH is another there", env=self.request(tree, base="mine"))
        # Where the remote repository names none, the base has the say alone.
        tree.call([harness.tool("git"), "-C", tree.remote, "symbolic-ref", "HEAD", "refs/heads/none"])
        self.deploy(tree, status=0, env=self.request(tree, base="mine"))

    def test_approval_to_build_is_found_wherever_the_base_has_it_now(self):
        with self.subTest("newer than what this clone has"):
            tree = self.outdated(pipeline=" APPROVAL_TO_BUILD")
            for env in (self.request(tree), self.fork(tree)):
                self.deploy(tree, "the build of this commit is not approved", env=env, target="app.build")
        with self.subTest("in a submodule"):
            rules = self.tree(name="ci")
            rules.write("ci.cmake", "macro(our_pipeline name)\n  add_pipeline(${name} APPROVAL_TO_BUILD)\nendmacro()\n")
            rules.commit("rules")
            tree = self.tree(name="sub")
            tree.git("init", "--quiet", "--initial-branch=main")
            tree.git("-c", "protocol.file.allow=always", "submodule", "add", "--quiet", str(rules.remote), "ci")
            tree.write("in.txt", "one")
            tree.declare(self.calls().replace("add_pipeline(app)", "include(ci/ci.cmake)\nour_pipeline(app)"))
            tree.commit("the base")
            tree.git("config", f"url.{tree.remote}.insteadOf", URL)
            tree.git("switch", "--quiet", "--create", "fix")
            tree.declare(self.calls())
            tree.commit("drops it")
            tree.git("checkout", "--quiet", "--detach")
            tree.configure()
            self.deploy(tree, "the build of this commit is not approved", env=self.fork(tree), target="app.build")
            # One that the head takes away is not known.
            tree.git("rm", "--quiet", "--force", "ci")
            tree.git("commit", "--quiet", "--message", "takes it away")
            shutil.rmtree(tree.source / "ci", ignore_errors=True)
            self.deploy(tree, "the base branch cannot be configured", env=self.fork(tree), target="app.build")

    def test_a_base_that_cannot_be_configured_stops_a_build_only_where_its_declaration_asks_for_an_approval(self):
        needs = 'if(NOT DEFINED COMPANY)\n  message(FATAL_ERROR "give -DCOMPANY")\nendif()\n'
        self.repository = self.folder / "outside.git"
        tree = self.based(needs + self.calls(), needs + self.calls(), configure=False)
        tree.git("switch", "--quiet", "main")
        tree.write("README.md", "we do not use APPROVAL_TO_BUILD\n")
        tree.commit("words")
        tree.git("checkout", "--quiet", "--detach", "fix")
        self.configured_with(tree, "-DCOMPANY=1")
        done = self.deploy(tree, "it is not known whether a build needs an approval", "give -DCOMPANY", target="app.build", env=self.fork(tree), status=0)
        self.assertEqual(tree.outcomes(), {"app/build": "ran"}, done.all)
        tree = self.based(needs + self.calls(pipeline=" APPROVAL_TO_BUILD"), needs + self.calls(), name="asks", configure=False)
        self.configured_with(tree, "-DCOMPANY=1")
        self.deploy(tree, "the base branch cannot be configured", "give -DCOMPANY", target="app.build", env=self.fork(tree))

    def test_a_driver_that_is_killed_while_the_base_is_configured_leaves_nothing(self):
        self.repository = self.folder / "outside.git"
        tree = self.based("execute_process(COMMAND sleep 60)\n" + self.calls(), self.calls())
        driver = tree.start(tree.launcher, "run", "app.build", env=self.request(tree))
        sleeps = lambda: [each for each in harness.bearers(tree.cookie) if each[1].startswith(b"sleep")]  # noqa: E731
        harness.until(sleeps, what="the configure of the base")
        driver.kill()
        driver.wait()
        harness.until(lambda: not harness.bearers(tree.cookie), what="the end of all")
        harness.until(lambda: not list(tree.build.glob(".cicd/rules/*")), what="the end of its folder")

    def test_a_shallow_clone_that_has_no_base_branch_fetches_its_commit_alone(self):
        first = self.based({"preview": " APPROVAL required"}, {})
        tree = self.tree(name="shallow")
        shutil.rmtree(tree.source)
        subprocess.run([harness.tool("git"), "clone", "--quiet", "--depth=1", "--branch=fix", f"file://{first.remote}", tree.source], check=True)
        tree.git("checkout", "--quiet", "--detach")
        tree.git("config", f"url.file://{first.remote}.insteadOf", URL)
        tree.configure()
        self.deploy(tree, "this preview is not approved")
        self.assertEqual(tree.git("rev-parse", "--is-shallow-repository"), "true")
        self.assertEqual(tree.git("for-each-ref", "--format=%(refname)", "refs/remotes/*/main"), "", "no branch of the clone moves")

    def of_rule(self):
        self.repository = self.folder / "outside.git"
        return ('set(approval APPROVAL required)\nif(RULE STREQUAL "none")\n  set(approval "")\nendif()\n'
                + self.calls(preview=" ${approval}"))

    def test_the_base_is_configured_without_secrets_and_outside_of_the_pull_request(self):
        tells = ('file(APPEND "$ENV{TOLD}" "$ENV{TOKEN}-$ENV{GITHUB_EVENT_NAME}-$ENV{CI}\\n")\n')
        secret = "pipeline_secret(app token PASS_ENV TOKEN)\n"
        self.repository = self.folder / "outside.git"
        told = self.folder / "told"
        tree = self.based(tells + self.calls(more=secret), self.calls(more=secret))
        self.deploy(tree, status=0, env={**self.request(tree), "TOLD": str(told), "TOKEN": "s3cr3t-canary"})
        self.assertEqual(told.read_text(), "--true\n", "read once, with nothing of the job's")
        tree.write("in.txt", "three")
        tree.git("commit", "--quiet", "--all", "--message", "more")
        self.deploy(tree, status=0, env={**self.request(tree), "TOLD": str(told), "TOKEN": "s3cr3t-canary"})
        self.assertEqual(told.read_text(), "--true\n" * 2, "once a run, and nothing of it is kept")

    def test_what_the_base_does_not_declare_no_pull_request_deploys_to(self):
        cases = {
            "no preview": (lambda: self.calls().replace("pipeline_preview(app IN stage", "# "), {}, "does not declare this: 'pipeline_preview(app IN stage …)'"),
            "no such environment": ({}, lambda: self.calls().replace("pipeline_preview(app IN stage", "pipeline_preview(app IN demo"), "pipeline_preview(app IN demo …)"),
            "another repository": ({}, lambda: self.calls().replace("ON branch main VIA gitops REPOSITORY ", "ON branch main VIA gitops REPOSITORY /elsewhere"), "REPOSITORY is another there"),
            "another path": ({}, {"preview": " PATH prod/app"}, "PATH is another there: 'prod/app'"),
            "a host of others": ({}, {"slug": "{slug}.shop"}, "HOST is another there"),
            "another image": ({}, {"pipeline": " IMAGE registry.example.com/others"}, "IMAGE is another there: 'registry.example.com/others'"),
        }
        self.repository = self.folder / "outside.git"
        for number, (name, (base, head, text)) in enumerate(cases.items()):
            with self.subTest(name):
                tree = self.based(base() if callable(base) else base, head() if callable(head) else head, name=f"t{number}")
                self.deploy(tree, text, "merge the declaration first")

    def test_a_base_that_cannot_be_read_or_configured_refuses_and_says_what_helps(self):
        self.repository = self.folder / "outside.git"
        tree = self.based('message(FATAL_ERROR "no such thing")\n' + self.calls(), self.calls())
        self.deploy(tree, "the base branch cannot be configured", "no such thing", "configure a clean checkout of that commit")
        tree = self.based(name="gone")
        self.deploy(tree, "the remote repository has no such branch: 'release'", f"try: git ls-remote --heads {URL}", env=self.request(tree, base="release"))
        shutil.rmtree(tree.remote)
        self.deploy(tree, "so that has to be read", status=6)

    def test_a_laptop_deploys_its_branch_as_ever(self):
        tree = self.based({"preview": " APPROVAL required"}, {})
        tree.git("switch", "--quiet", "fix")
        tree.configure()
        tree.run("app.deploy-branch")
        self.assertTrue(self.previews(tree))

    # ---- nothing but a preview ----

    def test_a_pull_request_changes_nothing_else(self):
        tree = self.based()
        env = self.request(tree)
        self.deploy(tree, "a pull request is never deployed: its only effect is a preview", target="app.deploy-demo")
        for words in (("approve", "app", "stage", "--preview", "--reason", "mine"), ("hold", "set", "app", "stage", "--reason", "x"),
                      ("rollback", "app", "stage")):
            done = tree.cicd(*words, status=5, env=env)
            self.assertIn("its only effect is a preview", done.all)
        self.assertEqual(tree.commits(self.repository), 0)

    def test_a_gate_is_of_one_deploy_and_in_a_pull_request_of_its_preview_alone(self):
        class Answers(http.server.BaseHTTPRequestHandler):
            passed = "dev-approval"

            def do_GET(self):
                told = json.dumps([{"state": "approved", "environments": [{"name": self.passed}], "user": {"login": "octocat"}}]).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(told)))
                self.end_headers()
                self.wfile.write(told)

            def log_message(self, *words):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.repository = self.folder / "outside.git"
        prod = f"pipeline_environment(app prod ON branch main VIA gitops REPOSITORY {self.repository} PATH prod/app APPROVAL required)\n"
        tree = self.based({"more": prod, "preview": " APPROVAL required"})
        env = {**self.request(tree), "GITHUB_API_URL": f"http://127.0.0.1:{server.server_port}", "GITHUB_RUN_ID": "77", "GITHUB_TOKEN": "of-the-job"}
        tree.run("app.publish", env=env)

        def approve(status, gate, *what):
            return " ".join(tree.cicd("approve", "app", *what, "--gate", gate, "--reason", "passed", status=status, env=env).all.split())
        for what, gate in (("prod", "app-prod-approval"), ("stage --preview", "app-stage-preview-approval")):
            Answers.passed = "dev-approval"
            self.assertIn(f"this is behind another gate: 'dev-approval' allowed: {gate}", approve(5, "dev-approval", *what.split()))
            Answers.passed = gate
            said = approve(5 if what == "prod" else 0, gate, *what.split())
            self.assertIn("its only effect is a preview" if what == "prod" else "octocat", said)
        # No gate comes before a canary.
        self.assertIn("--canary", approve(2, "app-prod-canary-approval", "prod", "--canary"))
        self.deploy(tree, status=0, env=env)
        self.assertNotIn("prod", tree.manifests("ls-tree", "-r", "--name-only", "main", repository=self.repository))

    def test_a_pull_request_ends_the_preview_of_its_own_branch_where_its_base_lets_it(self):
        tree = self.based()
        tree.git("switch", "--quiet", "--create", "other", "fix")
        tree.configure()
        tree.run("app.deploy-branch")
        tree.git("checkout", "--quiet", "--detach", "fix")
        tree.configure()
        env = self.request(tree)
        self.assertIn("ends no preview but that of its own branch: 'other'", tree.cicd("preview", "remove", "app", "other", status=5, env=env).all)
        self.assertTrue(self.previews(tree))
        self.assertIn("never ends a preview", tree.cicd("preview", "sweep", "app", status=5, env=env).all)
        tree.run("app.deploy-branch", env=env)
        there = self.previews(tree)
        self.assertTrue(any("/fix-" in path for path in there), there)
        tree.declare(self.calls(preview=" PATH other/app"))
        tree.git("commit", "--quiet", "--all", "--message", "elsewhere")
        tree.configure()
        self.assertIn("PATH is another there: 'other/app'", tree.cicd("preview", "remove", "app", status=5, env=self.request(tree)).all)
        tree.git("checkout", "--quiet", "--detach", "fix")
        tree.configure()
        tree.cicd("preview", "remove", "app", env=env)
        there = self.previews(tree)
        self.assertEqual((any("/fix-" in path for path in there), any("/other-" in path for path in there)), (False, True), there)

    def test_a_plan_that_is_refused_is_not_saved_over_another(self):
        tree = self.based()
        saved = self.folder / "plan.json"
        saved.write_text("what was there")
        tree.run("app.publish", env=self.request(tree))
        tree.cicd("plan", "app.deploy-stage", "--out", saved, status=5, env=self.request(tree))
        self.assertEqual(saved.read_text(), "what was there")

    # ---- forks ----

    def test_what_a_fork_is_refused_is_refused_by_name(self):
        tree = self.based(head={"more": "pipeline_ci(SYSTEMS github)\n"})
        env = self.fork(tree)
        for target in ("app.deploy-branch", "app.deploy-demo", "app.deploy-stage"):
            self.deploy(tree, "a pull request from a fork", env=env, target=target)
        for words in (("approve", "app", "stage", "--preview", "--reason", "x"), ("export",), ("preview", "remove", "app", "fix")):
            self.assertIn("fork", tree.cicd(*words, status=5, env=env).all)

    SECRET = """
add_pipeline(app)
pipeline_secret(app token PASS_ENV TOKEN)
pipeline_step(app sign SHELL "echo signed > sig.txt" OUTPUTS sig.txt SECRETS token STAGE build)
pipeline_step(app use COMMAND cat sig.txt AFTER sign STAGE test)
pipeline_step(app lint SHELL "echo fine" STAGE test)
"""

    def test_a_step_that_needs_a_secret_is_not_run_and_says_so_and_the_rest_goes_on(self):
        tree = self.based(self.SECRET, self.SECRET)
        env = {**self.fork(tree), "TOKEN": "s3cr3t-canary"}
        done = tree.run("app/use", "app/lint", status=5, env=env)
        self.assertIn("not run: a pull request from a fork never gets a secret", done.all)
        self.assertEqual(tree.outcomes(), {"app/sign": "not-run", "app/use": "not-run", "app/lint": "ran"})
        ended = {one["step"]: one for one in tree.events() if one["event"] == "step_ended"}
        self.assertIn("never gets a secret", ended["app/sign"]["failure"]["what"])
        self.assertNotIn("failure", ended["app/use"], "what comes after it has another reason")
        plan = json.loads(tree.cicd("plan", "app/use", "app/lint", "--json", env=env).stdout)
        self.assertEqual({one["step"]: one["decision"] for one in plan["steps"]}, {"app/sign": "not-run", "app/use": "not-run", "app/lint": "up-to-date"})
        self.assertIn("never gets a secret", plan["steps"][0]["reasons"][0])
        self.assertIn("app/sign is not run", tree.cicd("plan", "app/use", env=env).all)
        # The same of one's own branch has it.
        tree.run("app/use", env={**self.request(tree), "TOKEN": "s3cr3t-canary"})

    def test_an_entry_of_a_fork_that_turns_up_elsewhere_is_a_miss(self):
        tree = self.based()
        tree.run("app.image", env=self.fork(tree))
        cache = tree.home / "cache"
        domain, = (cache / "domains").iterdir()
        for part in ("steps", "blobs", "layers"):
            shutil.copytree(domain / part, cache / part, dirs_exist_ok=True)
        tree.git("switch", "--quiet", "fix")
        tree.run("app.image")
        self.assertEqual(tree.outcomes(), {"app/build": "ran", "app/image": "ran"})

    # ---- what it publishes ----

    PUSH = {"CI": "true", "GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "push", "GITHUB_REPOSITORY": "us/orders", "GITHUB_SERVER_URL": "https://git.example.com",
            "GITHUB_REF": "refs/heads/main", "GITHUB_REF_NAME": "main", "GITHUB_ACTOR": "jane"}

    def another_machine(self, tree, name, branch, *addresses):
        other = self.tree(name=name)
        shutil.rmtree(other.source)
        subprocess.run([harness.tool("git"), "clone", "--quiet", f"--branch={branch}", tree.remote, other.source], check=True)
        other.git("remote", "rename", "origin", "upstream")
        other.git("config", f"url.{tree.remote}.insteadOf", URL)
        self.trust(other, *addresses)
        return other

    def test_what_a_pull_request_published_no_other_run_deploys(self):
        address, _ = self.registry()
        self.repository = self.folder / "outside.git"
        builds = ('pipeline_step(app build SHELL "mkdir -p \\$TC && {cat \\$TC/x 2>/dev/null || echo clean} > out.txt" CACHE_DIRS TC=~/tc INPUTS in.txt OUTPUTS out.txt STAGE build)'
                  .replace("{cat", "{ cat").replace("clean}", "clean; }"))
        calls = self.calls(pipeline=f" IMAGE {address}/team/app").replace(
            "pipeline_step(app build COMMAND cp in.txt out.txt INPUTS in.txt OUTPUTS out.txt STAGE build)", builds)
        tree = self.based(calls, calls.replace("mkdir -p \\$TC", "mkdir -p \\$TC && echo EVIL > \\$TC/x"))
        self.trust(tree, address)
        self.deploy(tree, status=0)
        tree.git("switch", "--quiet", "fix")
        tree.declare(calls)
        tree.write("in.txt", "three")
        tree.git("commit", "--quiet", "--all", "--amend", "--message", "clean")
        tree.push()
        tree.git("checkout", "--quiet", "--detach")
        tree.configure()
        self.deploy(tree, status=0)

        def preview_of(one):
            return "".join(one.manifests("show", f"main:{path}", repository=self.repository) for path in self.previews(one))
        preview = preview_of(tree)
        self.assertRegex(preview, rf"image: \"?{address}/team/app:change-[0-9a-f]{{16}}@sha256:")
        tag = tree.git("rev-parse", "--short=7", "HEAD")
        self.assertNotIn(f":{tag}@", preview)
        # The same change finds it on another machine, another change does not.
        again = self.another_machine(tree, "again", "fix", address)
        again.git("checkout", "--quiet", "--detach")
        again.configure()
        self.deploy(again, status=0)
        self.assertNotIn("app/build", again.outcomes())
        other = self.another_machine(tree, "other", "fix", address)
        other.git("checkout", "--quiet", "--detach")
        other.configure()
        event = json.loads((self.folder / "event.json").read_text())
        event["pull_request"]["number"] = 8
        env = self.request(other)
        (self.folder / "event.json").write_text(json.dumps(event))
        other.run("app.publish", env=env)
        self.assertEqual(other.outcomes()["app/build"], "ran")
        # Nor does a trusted run, of the very commit.
        main = self.another_machine(tree, "main", "main", address)
        main.git("merge", "--quiet", "--ff-only", "upstream/fix")
        main.push()
        main.configure()
        self.assertEqual([each["artifact"] for each in json.loads(main.cicd("artifacts", "app", "--json").stdout)["commits"]], [None, None])
        main.run("app.deploy-stage", env={**self.PUSH, "GITHUB_SHA": main.git("rev-parse", "HEAD")})
        self.assertEqual(main.outcomes()["app/build"], "ran")
        self.assertEqual((main.build / ".cicd/work/app/build/out.txt").read_text(), "clean\n")
        self.assertIn(f"{address}/team/app:{tag}@", main.manifests("show", "main:stage/app/app-api.deployment.yaml", repository=self.repository))
        # The other way round a pull request takes what is trusted.
        last = self.another_machine(tree, "last", "fix", address)
        last.git("checkout", "--quiet", "--detach")
        last.configure()
        self.deploy(last, status=0)
        self.assertNotIn("app/build", last.outcomes())
        self.assertIn(f"{address}/team/app:{tag}@", preview_of(last))

    # ---- files of the commit at places of the driver ----

    def test_no_file_of_the_commit_lies_where_the_driver_keeps_its_own(self):
        victim = self.folder / "victim"
        for name in ("project", "notes"):
            (victim / name).mkdir(parents=True)
            (victim / name / "file").write_text("precious")
            os.utime(victim / name, (1e9, 1e9))
        tree = self.based(build="source/build", configure=False)
        tree.git("switch", "--quiet", "fix")
        tree.write(".gitignore", "build/\n")
        clean = tree.git("rev-parse", "fix")
        for number, (link, target) in enumerate({"build/.cicd/domains": victim, "build/.cicd": victim, "build/.cicd/runs": victim, "out": self.folder / "real"}.items()):
            with self.subTest(link):
                shutil.rmtree(tree.build, ignore_errors=True)
                tree.git("reset", "--quiet", "--hard", clean)
                (tree.source / link).parent.mkdir(parents=True, exist_ok=True)
                (tree.source / link).symlink_to(target)
                tree.git("add", "--force", link)
                tree.git("commit", "--quiet", "--message", "a link")
                if link == "out":
                    (self.folder / "real").mkdir()
                tree.configure()
                env = {"CICD_CACHE_DIR": str(tree.source / "out/cache")} if link == "out" else {}
                done = tree.run("app.build", status=5, env={**self.fork(tree), **env})
                self.assertIn(f"the commit holds a file where the driver keeps its own: '{tree.source / link}'", " ".join(done.all.split()))
                self.assertIn("git rm --cached", done.all)
                self.assertIn("git rm --cached", tree.run("app.build", status=5, env={**self.request(tree), **env}).all)
                if number == 0:  # a push of the same is as it is, and follows no link all the same
                    tree.run("app.build")
                self.assertEqual(sorted(str(each.relative_to(victim)) for each in victim.rglob("file")), ["notes/file", "project/file"])

    def test_a_cache_that_is_in_the_commit_is_never_believed(self):
        tree = self.based()
        tree.run("app.build", env={"CICD_CACHE_DIR": str(tree.source / ".cicd-cache")})
        tree.git("switch", "--quiet", "fix")
        tree.git("add", "--force", ".cicd-cache/steps", ".cicd-cache/blobs")
        tree.git("commit", "--quiet", "--message", "a cache")
        for env in (self.fork(tree), self.request(tree), {}):
            done = tree.run("app.build", status=5, env={**env, "CICD_CACHE_DIR": ".cicd-cache" if not env else str(tree.source / ".cicd-cache")}, cwd=tree.source)
            self.assertIn("the commit holds a file where the driver keeps its own", done.all)
        hidden = {**self.request(tree), "CICD_CACHE_DIR": str(tree.source / ".cicd-cache")}
        for words in (("save", self.folder / "on.cicd", "app.build"), ("load", self.folder / "on.cicd")):
            self.assertIn("the commit holds a file where the driver keeps its own", tree.cicd("cache", *words, status=5, env=hidden).all)
        tree.run("app.build", env=self.fork(tree))

    # ---- rehearsed ----

    def test_a_pull_request_is_rehearsed_with_what_it_may_not(self):
        tree = self.based({"preview": " APPROVAL required"}, {})
        tree.git("switch", "--quiet", "fix")
        tree.configure()

        def plan(event, *targets):
            steps = json.loads(tree.cicd("plan", "--event", event, "--json", *targets, status=None).stdout)["steps"]
            return {one["step"]: one["reasons"] + one["details"] for one in steps}
        own = plan("pull-request=fix..main")
        base = tree.git("rev-parse", "--short=7", "main")
        self.assertEqual(own["app/deploy-branch"][-1], f"as the base branch declares: main ({base}): APPROVAL required")
        self.assertNotIn("app/deploy-branch", plan("pull-request=fork:fix..main"))
        self.assertIn("would be refused: a pull request from a fork is never deployed", plan("pull-request=fork:fix..main", "app.deploy-branch")["app/deploy-branch"][-1])
        self.assertIn("its only effect is a preview", plan("pull-request=fix..main", "app.deploy-demo")["app/deploy-demo"][-1])

    def test_a_rehearsal_says_that_the_base_asks_for_an_approval_to_build(self):
        tree = self.based({"pipeline": " APPROVAL_TO_BUILD"}, {})
        self.assertIn("the build of this commit is not approved", tree.cicd("plan", "app.build", status=5, env=self.request(tree)).all)
        tree.git("switch", "--quiet", "fix")
        tree.configure()
        for event in ("pull-request=fix..main", "pull-request=fork:fix..main"):
            self.assertIn("the build of this commit is not approved", tree.cicd("plan", "--event", event, status=5).all)

    def test_a_rehearsal_says_where_what_is_checked_out_is_not_the_source(self):
        tree = self.based()
        tree.git("switch", "--quiet", "main")
        tree.configure()
        for source in ("fix", "gone"):
            self.assertIn(f"HEAD is not on this branch: the plan is that of the current commit, as if it were: '{source}'",
                          tree.cicd("plan", "--event", f"pull-request={source}..main").all)
        tree.git("checkout", "--quiet", "--detach", "fix")
        tree.configure()
        self.assertNotIn("HEAD is not on this branch", tree.cicd("plan", "--event", "pull-request=fix..main").all)
        self.assertIn("not a pull request", tree.cicd("plan", "--event", "pull-request=fix..HEAD", status=2).all)
        said = tree.cicd("plan", "--event", "pull-request=fix..mian", status=2).all
        self.assertIn("there is no such branch here: 'mian'", said)
        self.assertIn("did you mean: main", " ".join(said.split()))

    def test_why_it_is_not_known_what_a_change_reaches_is_one_line(self):
        self.repository = self.folder / "outside.git"
        tree = self.based('message(FATAL_ERROR "no such thing")\n' + self.calls(), self.calls())
        tree.git("switch", "--quiet", "fix")
        tree.configure()
        said = tree.cicd("plan", "--event", "pull-request=fix..main", status=None).all
        self.assertIn("it is not known what the change reaches: ", said)
        self.assertNotIn("\\n", said)


CALLS_OF_OTHER = """
add_pipeline(other)
pipeline_step(other build SHELL "echo x > out.txt" OUTPUTS out.txt STAGE build)
"""

if __name__ == "__main__":
    unittest.main()
