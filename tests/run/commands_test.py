"""The commands beside `run`: what they print, that their JSON is some, and what a misspelt word gives."""

import json
import re
import shutil
import unittest

import harness


class Commands(harness.Case):
    def deployed_by_jane(self, calls=harness.DEPLOYED):
        tree = self.committed(calls)
        for name, value in (("name", "Jane Doe"), ("email", "jane@example.com")):
            tree.git("config", f"user.{name}", value)
        tree.run("deploy-stage")
        return tree

    def test_help_and_version(self):
        tree = self.tree("add_pipeline(app)\npipeline_step(app one COMMAND true INPUTS CMakeLists.txt)\n")
        shown = tree.cicd("--help").stdout
        for command in ("run", "plan", "status", "history", "logs", "explain", "cache", "completion"):
            self.assertIn(f"  {command} ", shown)
            self.assertIn("Usage:", tree.cicd(command, "--help").stdout)
        self.assertRegex(tree.cicd("--version").stdout, r"^cicd \d+\.\d+\.\d+\n$")
        for status in ("3 conflict", "130/143"):
            self.assertIn(status, shown)

    def release_tree(self, tree, waits=""):
        """Two pipelines, each in a folder of its own, with `stage` and, by tags, `prod`."""
        for name in ("orders", "billing"):
            tree.write(f"{name}/in.txt", "one")
            tree.write(f"{name}/CMakeLists.txt", f"""add_pipeline({name})
pipeline_release({name} BRANCHES main VERSIONS semantic)
pipeline_step({name} build SHELL "echo {name} > out; cat in.txt >> out" INPUTS in.txt OUTPUTS out)
pipeline_image({name} image FILES out=/app)
pipeline_environment({name} stage ON branch main VIA gitops)
pipeline_environment({name} prod ON tag "v*" FROM stage {waits} VIA gitops)
pipeline_service({name} api PORT 8080)
""")
        tree.declare("add_subdirectory(orders)\nadd_subdirectory(billing)\n")
        tree.commit()
        for key, value in (("name", "Jane Doe"), ("email", "jane@example.com")):
            tree.git("config", f"user.{key}", value)
        tree.configure()

    def test_status_and_history(self):
        tree = self.deployed_by_jane()
        commit = tree.git("rev-parse", "HEAD")
        reference = tree.record()["images"]["image"]["reference"]
        self.assertRegex(tree.cicd("status").stdout, rf"(?m)^ +stage\napp +main {commit[:7]}$")
        shown = tree.cicd("status", "app").stdout
        self.assertRegex(shown, rf"(?m)^PIPELINE +ENVIRONMENT +VERSION +DEPLOYED +BY +STATE\napp +stage +{commit[:7]} +just now +Jane Doe +ok$")
        self.assertRegex(shown, rf"(?m)^last run\nSTARTED .*\njust now +done .* deploy-stage +{commit[:7]} +Jane Doe ")
        self.assertNotIn("jane@example.com", shown)
        self.assertIn(reference, tree.cicd("status", "app", "stage").stdout)
        self.assertIn("did you mean: stage", tree.cicd("status", "stag", status=2).stderr)
        self.assertRegex(tree.cicd("status", "app", "--utc").stdout, r"(?m)^app +stage .* 20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ ")
        told = json.loads(tree.cicd("status", "--json").stdout)
        self.assertEqual(told["environments"][0]["record"]["commit"], commit)
        self.assertEqual(told["last_run"]["outcome"], "done")
        tree.write("in.txt", "two")
        tree.commit()
        tree.run("deploy-stage")
        told = json.loads(tree.cicd("history", "--json").stdout)
        self.assertEqual([one["generation"] for one in told["deployments"]], [2, 1])
        self.assertEqual([one["target"] for one in told["runs"]], ["deploy-stage", "deploy-stage"])
        self.assertEqual(len(json.loads(tree.cicd("history", "--json", "-n", "1").stdout)["deployments"]), 1)
        self.assertIn("2 runs", tree.cicd("history", "--rebuild-index").stdout)
        self.assertEqual(json.loads(tree.cicd("history", "--json").stdout)["runs"], told["runs"])

    def test_history_of_what_is_named_has_the_four_measures_of_delivery(self):
        tree = self.deployed_by_jane()
        tree.write("in.txt", "two")
        tree.commit()
        tree.run("deploy-stage")
        tree.cicd("rollback", "app", "stage", "--reason", "it is slow")
        shown = tree.cicd("history", "app", "stage").stdout
        self.assertRegex(shown, r"(?m)^in \d+ (s|min), since 20\S+Z, 2 deployments:\n  lead time  \d+ (s|min), the median of 2\n  frequency  not known: 2 deployments within \d+ (s|min)\n"
                                r"  failures   1 of 2\n  recovery   \d+ (s|min), the median of 1$")
        self.assertNotIn("lead time", tree.cicd("history").stdout)
        measured, = json.loads(tree.cicd("history", "app", "--json", "-n", "1").stdout)["metrics"]
        self.assertEqual([measured[key] for key in ("pipeline", "environment", "deployments", "failed", "change_failure_rate", "deployments_per_day", "failing_since")],
                         ["app", "stage", 2, 1, 0.5, None, None])
        self.assertEqual(measured["lead_time"]["of"], 2)

    def test_history_is_a_table_of_each_environment_and_of_the_runs(self):
        tree = self.deployed_by_jane()
        shown = tree.cicd("history").stdout
        self.assertRegex(shown, r"(?m)^app stage\nNUMBER +VERSION +DEPLOYED +BY +BRANCH +RUN\n#1 .* just now +Jane Doe +main ")
        self.assertRegex(shown, r"(?m)^runs of this build tree\nSTARTED +RESULT +TOOK +TARGET +COMMIT +BY +RUN\n")

    def test_a_repository_out_of_reach_hides_no_other_environment(self):
        gone = f"pipeline_environment(app prod ON branch main VIA gitops REPOSITORY file://{self.folder}/gone.git)\n"
        tree = self.deployed_by_jane(harness.DEPLOYED + gone)
        for command in ("status", "history"):
            done = tree.cicd(command, status=6)
            self.assertIn("deploy-stage", done.stdout)
            self.assertIn("Jane Doe", done.stdout)
            self.assertRegex(done.stderr, r"cicd: error: app/prod: .*gone\.git")
        self.assertRegex(tree.cicd("status", status=6).stdout, r"(?m)^app +main [0-9a-f]{7} +not reachable$")
        self.assertRegex(tree.cicd("status", "app", status=6).stdout, r"(?m)^app +prod +not reachable$")
        told = json.loads(tree.cicd("status", "--json", status=6).stdout)["environments"]
        self.assertEqual([one["error"] and one["error"]["class"] for one in told], [None, "remote"])

    def test_fifty_environments_of_one_repository_take_three_starts_of_git_to_show(self):
        repository = self.folder / "m.git"
        tree = self.tree()
        tree.git("init", "--quiet", "--bare", "--initial-branch=main", str(repository))
        place = f"ON branch main VIA gitops REPOSITORY file://{repository}"
        tree.write("in.txt", "one")
        tree.declare(harness.DEPLOYED.replace("ON branch main VIA gitops", place)
                     + "".join(f"pipeline_environment(app e{at:02} {place})\n" for at in range(49)))
        tree.commit()
        tree.configure()
        tree.run("deploy-stage", "app.deploy-e48")
        counter = self.folder / "bin/git"
        counter.parent.mkdir()
        counter.write_text(f'#!/bin/sh\necho "$*" >> {self.folder}/starts\nexec {harness.tool("git")} "$@"\n')
        counter.chmod(0o755)

        def starts():
            (self.folder / "starts").write_text("")
            told = json.loads(tree.cicd("status", "--json", env={"PATH": f"{counter.parent}:{tree.env['PATH']}"}).stdout)["environments"]
            self.assertEqual(sorted(one["environment"] for one in told if one["record"]), ["e48", "stage"])
            return (self.folder / "starts").read_text().splitlines()

        for look in ("the first", "the next"):
            self.assertLessEqual(len(starts()), 3, look)
        tree.write("in.txt", "two")
        tree.commit()
        tree.run("deploy-stage")
        seen = starts()
        distances = [one for one in seen if " log " in one and "--git-dir" not in one]
        self.assertEqual(len(distances), 1, "one for how far e48 is behind")
        self.assertLessEqual(len(seen) - len(distances), 3, "after a deploy")

    def test_status_shows_each_pipeline_in_a_line_how_far_it_is_behind_and_what_is_the_matter(self):
        tree = self.tree()
        self.release_tree(tree)
        tree.run("orders.deploy-stage", "billing.deploy-stage")
        tree.git("tag", "v1.0.0")
        tree.run("orders.deploy-prod", "billing.deploy-prod")
        for text in ("two", "three"):
            tree.write("orders/in.txt", text)
            tree.commit()
        tree.write("billing/in.txt", "two")
        tree.commit()
        head = tree.git("rev-parse", "HEAD")[:7]
        tree.run("orders.deploy-stage", "billing.deploy-stage")
        tree.cicd("hold", "set", "billing", "prod", "--reason", "numbers are wrong")
        shown = tree.cicd("status").stdout
        self.assertRegex(shown, rf"(?m)^ +stage +prod\norders +main {head} +v1\.0\.0 +−2\nbilling +main {head} +v1\.0\.0 +−1 +prod on hold: Jane Doe, numbers are wrong$")
        self.assertRegex(shown, r"(?m)^! billing/prod: on hold, by Jane Doe, just now: numbers are wrong; ended by: \S+/\.cicd/cicd hold release billing prod$")
        tree.git("tag", "v1.1.0")
        tree.cicd("yank", "orders", "v1.0.0", "--reason", "it leaks")
        shown = tree.cicd("status").stdout
        self.assertRegex(shown, r"(?m)^orders .* prod ! yanked: it leaks$")
        self.assertRegex(shown, r"(?m)^ +prod next: v1\.1\.0$")
        self.assertRegex(shown, r"(?m)^! orders/prod: v1\.0\.0 was yanked by Jane Doe: it leaks; put back .*: \S+/cicd rollback orders prod$")
        told = {f"{one['pipeline']}/{one['environment']}": one for one in json.loads(tree.cicd("status", "--json").stdout)["environments"]}
        self.assertEqual(told["orders/prod"]["distance"], {"from": "stage", "behind": 2, "ahead": 0, "unknown": None})
        self.assertEqual(told["orders/prod"]["yanked"]["reason"], "it leaks")
        self.assertEqual(told["orders/prod"]["next"]["tag"], "v1.1.0")
        self.assertIsNone(told["orders/prod"]["next"]["refused"])
        self.assertIsNone(told["orders/stage"]["distance"])

    def test_status_says_what_the_next_release_waits_for_and_why_a_distance_is_not_known(self):
        tree = self.tree()
        self.release_tree(tree)
        tree.run("orders.deploy-stage")
        tree.git("tag", "v1.0.0")
        tree.run("orders.deploy-prod")
        tree.write("orders/in.txt", "two")
        tree.commit()
        tree.git("tag", "v1.1.0")
        shown = tree.cicd("status").stdout
        self.assertRegex(shown, r"(?m)^orders .* prod waits: .*this commit was never deployed to stage$")
        self.assertRegex(shown, r"(?m)^! orders/prod: v1\.1\.0 waits: .*; \S+/cicd run orders\.deploy-stage$")
        tree.run("orders.deploy-stage")
        (tree.source / ".git/shallow").write_text(tree.git("rev-parse", "HEAD") + "\n")
        shown = tree.cicd("status").stdout
        self.assertRegex(shown, r"(?m)^orders .* v1\.0\.0 +\?")
        self.assertRegex(shown, r"(?m)^\? orders/prod: a shallow clone: git fetch --unshallow$")

    def test_status_says_until_when_the_next_release_waits(self):
        tree = self.tree()
        self.release_tree(tree, "SOAK 2h")
        tree.run("orders.deploy-stage")
        tree.git("tag", "v1.0.0")
        shown = tree.cicd("status").stdout
        self.assertRegex(shown, r"(?m)^orders .* prod waits: SOAK, (1h59m|2h) left$")
        self.assertRegex(shown, r"(?m)^! orders/prod: v1\.0\.0 waits: SOAK 2h: healthy in stage for .*; run again at \d")
        refused = next(one for one in json.loads(tree.cicd("status", "orders", "--json").stdout)["environments"] if one["environment"] == "prod")["next"]["refused"]
        self.assertEqual([refused[key] for key in ("rule", "waits", "class")], ["SOAK", True, "policy"])
        self.assertRegex(refused["until"], r"^20\d\d-")

    def test_status_says_that_the_next_release_is_not_approved_yet(self):
        tree = self.tree()
        self.release_tree(tree, "APPROVAL required")
        tree.git("config", "user.name", "Ada")
        tree.git("config", "user.email", "ada@example.com")
        tree.run("orders.deploy-stage")
        tree.git("tag", "v1.0.0")
        self.assertRegex(tree.cicd("status").stdout, r"(?m)^! orders/prod: v1\.0\.0 waits: this deploy is not approved; .*cicd approve orders prod")
        tree.cicd("approve", "orders", "prod", "--reason", "read the plan")
        self.assertRegex(tree.cicd("status").stdout, r"(?m)^orders .* prod next: v1\.0\.0$")
        tree.cicd("approve", "orders", "prod", "--withdraw")
        self.assertIn("prod waits: this deploy is not approved", tree.cicd("status").stdout)

    def test_status_fits_the_terminal(self):
        tree = self.committed(harness.DEPLOYED.replace("app", "a-pipeline-with-a-name-of-great-length"))
        tree.run("deploy-stage")
        for columns in (80, 120):
            drawn, status = harness.on_terminal([tree.launcher, "status"], tree.env, tree.source, columns)
            self.assertEqual(status, 0)
            self.assertLessEqual(max(len(line) for line in drawn.splitlines()), columns, drawn)

    def test_status_before_anything_ran(self):
        tree = self.tree()
        tree.declare(harness.DEPLOYED).configure()
        self.assertIn("never deployed", tree.cicd("status", "app").stdout)
        shown = tree.cicd("status").stdout
        self.assertRegex(shown, r"(?m)^app +[–-]$")
        self.assertIn("no run yet", shown)
        self.assertIsNone(json.loads(tree.cicd("status", "--json").stdout)["last_run"])
        tree.cicd("history")

    def test_logs(self):
        tree = self.tree('add_pipeline(app)\npipeline_step(app one SHELL "echo out; echo err >&2" INPUTS CMakeLists.txt)\n')
        tree.cicd("logs", "app.one", status=2)
        tree.run("app/one")
        for name in ("app.one", "app/one"):
            shown = tree.cicd("logs", name).stdout
            self.assertEqual(sorted(shown.splitlines()), ["! err", "| out"])
        self.assertEqual(tree.cicd("logs", "app.one", "--run", tree.result()["id"]).stdout, shown)
        done = tree.cicd("logs", "app.one", "--run", "20200101T000000.000Z-1", status=2)
        self.assertIn("this step did not run in this run", done.stderr)
        done = tree.cicd("logs", "app.oen", status=2)
        self.assertIn("did you mean: app", done.stderr)

    def test_logs_of_a_silent_step_say_when_and_how_it_ended(self):
        tree = self.tree('add_pipeline(app)\npipeline_step(app one COMMAND true INPUTS CMakeLists.txt)\n')
        self.assertIn("has not run yet", tree.cicd("logs", "app.one", status=2).stderr)
        tree.run("app/one")
        self.assertRegex(tree.cicd("logs", "app.one").stdout, r"^app/one printed nothing: ran after .*, just now \(run 20.*\)\n$")

    def test_explain_answers_to_each_kind_of_subject(self):
        tree = self.deployed()
        for subject, text in ((None, "pipeline_service"), ("REPLICAS", "service.replicas"), ("host", "preview.host"), ("ingress", "service.ingress_class"),
                              ("labels", "commit_id"), ("{slug}", "a placeholder"), ("protected_branch", "a label"), ("approval", "environment.approval"),
                              ("stage", "VIA gitops"), ("app.api", "PORT 8080"), ("app/api", "PORT 8080"), ("rollback", "Usage: cicd rollback")):
            self.assertIn(text, tree.cicd("explain", *([subject] if subject else [])).stdout, subject)
        for target in ("app.deploy-stage", "deploy-stage"):
            shown = tree.cicd("explain", target).stdout
            self.assertIn(f"{target}, a target", shown)
            self.assertRegex(shown, r"(?m)^  app/deploy-stage +up to date$")
        tree.write("in.txt", "two")
        self.assertIn("in.txt changed", tree.cicd("explain", "app.build").stdout)

    def test_explain(self):
        tree = self.deployed()
        for subject, text in (("service.replicas", "REPLICAS"), ("pipeline_service", "PORT"), ("java-maven", "mvn"), ("app.service.api.replicas", "CMakeLists.txt")):
            self.assertIn(text, tree.cicd("explain", subject).stdout, subject)
        self.assertIn("did you mean", tree.cicd("explain", "service.replcas", status=2).stderr)

    def test_cache(self):
        tree = self.deployed()
        told = json.loads(tree.cicd("cache", "--json").stdout)
        self.assertGreater(told["files"], 3)
        self.assertIn(str(tree.home / "cache"), tree.cicd("cache").stdout)
        tree.cicd("cache", "--remove-older-than", "1")
        self.assertEqual(json.loads(tree.cicd("cache", "--json").stdout)["files"], told["files"])
        harness.time.sleep(1.1)
        tree.cicd("cache", "--remove-older-than", "0")
        self.assertEqual(list((tree.home / "cache/steps").glob("*/*")), [])
        tree.run("deploy-stage")
        self.assertEqual(set(tree.outcomes().values()), {"up-to-date"})

    def test_completion(self):
        tree = self.deployed()
        script = tree.cicd("completion", "bash").stdout
        path = self.folder / "completion.bash"
        path.write_text(script)
        self.assertEqual(tree.call([harness.tool("bash"), "-n", path]).returncode, 0)
        asked = (f"source {path}; COMP_WORDS=(cicd run app.pu); COMP_CWORD=2; "
                 "complete -p cicd | grep -q . && fn=$(complete -p cicd | sed 's/.*-F \\([^ ]*\\).*/\\1/') && $fn cicd app.pu run; printf '%s\\n' \"${COMPREPLY[@]}\"")
        done = tree.call([harness.tool("bash"), "-c", asked], env={"PATH": f"{tree.build / '.cicd'}:{tree.env['PATH']}"}, cwd=tree.build)
        self.assertIn("app.publish", done.stdout, done.all)
        # bash takes `tag=v` for three words, and puts a completion in place of the last.
        tree.git("tag", "v1.2.3")
        for words, at, replies in (("run --event tag = v", 5, "v1.2.3"), ("run --event tag =", 4, "v1.2.3"), ("run --event branch = m", 5, "main"),
                                   ("run --event = tag = v", 6, "v1.2.3")):
            last = words.rsplit(" ", 1)[1]
            asked = f"source {path}; COMP_WORDS=(cicd {words}); COMP_CWORD={at}; _cicd cicd {last} x; printf '%s\\n' \"${{COMPREPLY[@]}}\""
            done = tree.call([harness.tool("bash"), "-c", asked], env={"PATH": f"{tree.build / '.cicd'}:{tree.env['PATH']}"}, cwd=tree.build)
            self.assertEqual(done.stdout.split(), [replies], done.all)
        for shell in ("zsh", "fish"):
            path.write_text(tree.cicd("completion", shell).stdout)
            self.assertGreater(path.stat().st_size, 100)
            if shutil.which(shell):
                self.assertEqual(tree.call([shell, "-n", path]).returncode, 0)
        self.assertIn("no such value: 'tcsh'", tree.cicd("completion", "tcsh", status=2).stderr)

    def completed(self, tree, *words):
        return tree.cicd("complete", "cicd", *words).stdout.split()

    def test_completion_gives_what_help_lists_for_every_command(self):
        tree = self.deployed()

        def check(*command):
            shown = tree.cicd(*command, "--help").stdout
            options = set(re.findall(r"(?m)^  (?:-\w,)?(--[a-z-]+)", shown))
            self.assertEqual(set(self.completed(tree, *command, "--")), options, command)
            below = re.findall(r"(?m)^  ([a-z][a-z-]*) ", shown.split("Subcommands:")[-1]) if "Subcommands:" in shown else []
            if below:
                self.assertEqual(self.completed(tree, *command, ""), below, command)
            for each in below:
                check(*command, each)

        check()

    def test_completion_gives_the_names_of_the_build_tree(self):
        tree = self.committed(harness.DEPLOYED + "pipeline_cron_job(app close SCHEDULE @daily COMMAND /app/out.txt)\n"
                              "pipeline_environment(app prod ON tag v* VIA kubectl CONTEXT west east)\n")
        tree.git("branch", "feature/x")
        tree.git("tag", "v1.2.3")
        tree.run("app.build")
        for words, names in ((("run", "app.bu"), ["app.build"]), (("plan", "deploy-"), ["deploy-prod", "deploy-stage"]), (("logs", "app.bu"), ["app.build"]),
                             (("rollback", ""), ["app", "prod", "stage"]), (("run", "--allow-dirty", "p"), ["prod", "publish"]),
                             (("plan", "--event", "branch="), ["branch=feature/x", "branch=main"]), (("plan", "--event", "tag="), ["tag=v1.2.3"]),
                             (("plan", "--event=tag="), ["--event=tag=v1.2.3"]),
                             (("preview", "remove", "app", "f"), ["feature/x"]), (("cron", "run-now", "prod", "c"), ["close"]),
                             (("task", "app", "prod", "--context", ""), ["east", "west"]), (("task", "app", "prod", "--service", ""), ["api", "close"]),
                             (("status", "s"), ["stage"]), (("explain", "service.repl"), ["service.replicas"]), (("logs", "--run", "20"), [tree.result()["id"]])):
            self.assertEqual(self.completed(tree, *words), names, words)

    def test_targets(self):
        tree = self.deployed()
        shown = tree.make("cicd-help").stdout
        for name in ("app.build", "app.image", "app.publish", "app.plan-stage", "app.deploy-stage", "deploy-stage"):
            self.assertIn(f"  {name} ", shown)

    def test_misspelt_words_name_the_nearest(self):
        tree = self.deployed()
        for words, nearest in ((("stats",), "status"), (("run", "app.imgae"), "app.image"), (("plan", "deploy-stag"), "deploy-stage"), (("logs", "app.biuld"), "app")):
            done = tree.cicd(*words, status=2)
            self.assertIn(f"did you mean: {nearest}", done.stderr, words)
        for words in (("run",), ("run", "--alow-dirty", "stage", "app.build"), ("history", "-n", "none"), ("cache", "--remove-older-than", "-1"), ()):
            done = tree.cicd(*words, status=2)
            self.assertIn("cicd: error: ", done.stderr, words)
            self.assertIn("--help", done.stderr, words)
        self.assertIn("did you mean: --allow-dirty", tree.cicd("run", "--alow-dirty", "stage", "app.build", status=2).stderr)
        self.assertIn("did you mean: stage", tree.cicd("run", "--allow-dirty", "stag", "app.build", status=2).stderr)
        self.assertIn("did you mean: tag=v1", tree.cicd("plan", "--event", "tg=v1", status=2).stderr)

    def test_what_is_missing_or_too_much_is_named(self):
        tree = self.deployed()
        for words, text in ((("rollback",), "missing argument: [<pipeline>] <environment>"), (("hold",), "missing command"), (("logs",), "missing argument: <step>"),
                            (("hold", "sett"), "unknown command: 'sett'"), (("status", "app", "stage", "more"), "too many arguments"), (("logs", "app.build", "more"), "unexpected argument: 'more'"),
                            (("nonsense", "--version"), "unknown command: 'nonsense'"), (("nonsense", "--help"), "unknown command: 'nonsense'"),
                            (("rollback", "stage", "--reason"), "--reason needs a value"), ((), "missing command")):
            done = tree.cicd(*words, status=2)
            self.assertIn(f"cicd: error: {text}", done.stderr, words)
            self.assertIn("--help", done.stderr, words)
        for reason, text in (("one\ntwo", "a reason is one line"), ("one\rtwo", "a reason is one line"), ("ü" * 1001, "at most 1000 letters, and this one has 1001")):
            for words in (("rollback", "stage"), ("hold", "set", "stage"), ("yank", "app", "v1"), ("promote", "app", "stage", "--hotfix"), ("approve", "app", "stage")):
                self.assertIn(text, tree.cicd(*words, "--reason", reason, status=2).stderr, words)
        self.assertRegex(tree.cicd("stats", status=2).stderr, r"(?s)did you mean: status\n  allowed: .* and \d+ more\n")

    def test_the_build_tree_is_found_from_the_source_tree_and_from_within(self):
        tree = self.deployed()
        driver = next(line.split("exec ")[1].split(" ")[0].strip("'") for line in tree.launcher.read_text().splitlines() if line.startswith("exec "))
        tree.build = tree.source / "build"
        tree.configure()
        (tree.source / "src/deep").mkdir(parents=True)
        (tree.build / "sub").mkdir()
        for folder in (tree.source, tree.source / "src/deep", tree.build / "sub", tree.build / ".cicd"):
            self.assertIn("app", tree.call([driver, "status"], cwd=folder).stdout, folder)
        tree.run("app.build")
        self.assertIn("app", tree.call([driver, "status"], cwd=(tree.build / ".cicd/work/app/build").resolve()).stdout)
        first, tree.build = tree.build, tree.source / "out/dev"
        tree.configure()
        done = tree.call([driver, "status"], cwd=tree.source)
        self.assertEqual(done.returncode, 2, done.all)
        for one in (first, tree.build):
            self.assertIn(str(one), done.stderr)
        self.assertEqual(tree.call([driver, "status"], cwd=tree.build).returncode, 0)

    def test_the_doctor_names_the_tools_of_the_steps_and_what_mends_what(self):
        tree = self.committed("add_pipeline(app)\npipeline_step(app one COMMAND true INPUTS in.txt TOOLS sh)\n"
                              "pipeline_step(app two COMMAND no-such-tool INPUTS in.txt)\npipeline_step(app three COMMAND ./own.sh INPUTS own.sh)\n")
        tree.write("own.sh", "#!/bin/sh\n")
        done = tree.cicd("doctor", status=1)
        for line in (r"ok +git: \d+\.\d+.*", r"ok +true: /.*: app/one", r"ok +sh: /.*: app/one", r"problem no-such-tool: not found on PATH; needed by app/two\n +try: .*",
                     r"problem \./own\.sh: it cannot be executed; needed by app/three\n +try: chmod \+x .*own\.sh", r"ok +cache: /.* free", r"ok +clock: .*Z",
                     r"ok +sources of app: branch main, commit [0-9a-f]{7}, 1 file with uncommitted changes", r"ok +CI: not in a CI job"):
            self.assertRegex(done.stdout, "(?m)^" + line + "$")
        told = json.loads(tree.cicd("doctor", "--json", status=1).stdout)["findings"]
        self.assertEqual({one["about"] for one in told if not one["ok"]}, {"no-such-tool", "./own.sh"})
        self.assertTrue(all(one["try"] for one in told if not one["ok"]))

    def test_the_doctor_is_content_with_a_build_tree_whose_targets_can_run(self):
        tree = self.deployed()
        shown = tree.cicd("doctor").stdout
        self.assertNotIn("problem", shown)
        self.assertIn("clean", shown)

    def test_the_doctor_reads_the_lifecycle_policies_of_ecr_and_says_how_a_repository_is_made(self):
        host = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
        tree = self.committed(f"""add_pipeline(app IMAGE {host}/app)
pipeline_step(app build SHELL "cp in.txt out" INPUTS in.txt OUTPUTS out)
pipeline_image(app image FILES out=/app)
pipeline_environment(app stage ON branch main VIA gitops)
pipeline_environment(app prod ON tag v* VIA gitops)
pipeline_service(app api PORT 8080)
""")
        tools = self.folder / "bin"
        tools.mkdir()
        answers = {"skopeo": 'case "$*" in *list-tags*) cat @/tags.out; cat @/tags.err >&2; exit $(cat @/tags.status);; *) echo AWS;; esac',
                   "aws": 'echo "$*" > @/asked; cat @/aws.out; cat @/aws.err >&2; exit $(cat @/aws.status)'}
        for name, script in answers.items():
            (tools / name).write_text("#!/bin/sh\n" + script.replace("@", str(self.folder)) + "\n")
            (tools / name).chmod(0o755)

        def told(status, tags=("{}", "", 0), aws=("", "", 0)):
            for name, answer in (("tags", tags), ("aws", aws)):
                for part, text in zip(("out", "err", "status"), answer):
                    (self.folder / f"{name}.{part}").write_text(str(text))
            return tree.cicd("doctor", "app", status=status, env={"PATH": f"{tools}:{tree.env['PATH']}"}).all

        missing = ("", "An error occurred (LifecyclePolicyNotFoundException) when calling GetLifecyclePolicy", 254)
        self.assertIn(f"lifecycle {host}/app", told(0, aws=missing))
        self.assertEqual((self.folder / "asked").read_text().split()[:4], ["ecr", "get-lifecycle-policy", "--registry-id", "123456789012"])
        policy = json.dumps({"rules": [{"rulePriority": 1, "selection": {"tagStatus": "any", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 30}}]})
        shown = told(1, aws=(json.dumps({"lifecyclePolicyText": policy}), "", 0))
        self.assertIn("30 days after they were pushed, also what runs", shown)
        good = re.search(r"put-lifecycle-policy .* --lifecycle-policy-text '(.*)'", shown).group(1)
        self.assertEqual([one["selection"].get("tagPatternList") for one in json.loads(good)["rules"]], [["v*"], ["*.artifact"], ["*.history"], ["*.yanked-*"], ["*.lifted-*"], ["*.approval-*"], ["sha256-*.sbom"], None])
        self.assertIn("keeps what runs and the last 10 artifacts", told(0, aws=(json.dumps({"lifecyclePolicyText": good}), "", 0)))
        self.assertIn("ExpiredToken", told(1, aws=("", "An error occurred (ExpiredToken)", 255)))
        shown = told(1, tags=("", "name unknown: The repository with name 'app' does not exist in the registry", 1), aws=missing)
        self.assertIn("aws ecr create-repository --registry-id 123456789012 --region us-east-1 --repository-name app --image-tag-mutability IMMUTABLE", shown)

    def test_the_doctor_tells_of_manifest_repositories_that_cannot_be_read_or_written(self):
        tree = self.tree()
        tree.write("in.txt", "one")
        there, gone = self.folder / "there.git", self.folder / "gone.git"
        tree.git("init", "--quiet", "--bare", "--initial-branch=main", str(there))
        calls = "".join(f"pipeline_environment(app {name} ON branch main VIA gitops REPOSITORY {url})\n"
                        for name, url in (("stage", f"file://{there}"), ("prod", f"file://{gone}")))
        tree.declare(harness.DEPLOYED[:harness.DEPLOYED.index("pipeline_service(app api IN")] + calls)
        tree.commit()
        tree.configure()
        shown = tree.cicd("doctor", status=1).stdout
        self.assertRegex(shown, rf"(?m)^ok +repository file://{there}: answers; the first deploy makes branch main$")
        self.assertRegex(shown, rf"(?m)^problem repository file://{gone}: ")
        tree.run("deploy-stage")
        self.assertRegex(tree.cicd("doctor", "stage").stdout, rf"(?m)^ok +repository file://{there}: can be read and written, branch main is at [0-9a-f]{{7}}$")
        (there / "hooks/pre-receive").write_text("#!/bin/sh\nexit 1\n")
        before = tree.manifests("rev-parse", "main", repository=there)
        tree.cicd("doctor", "stage")
        self.assertEqual(tree.manifests("rev-parse", "main", repository=there), before)

    def test_a_run_of_the_build_tool_shows_paths_from_where_it_was_started(self):
        tree = self.committed(harness.DEPLOYED)
        for folder in (tree.source, tree.root):
            tree.write("in.txt", str(folder))
            shown = tree.call([harness.tool("cmake"), "--build", tree.build, "--target", "deploy-stage"], cwd=folder, env={"PWD": str(folder)}).stdout
        self.assertRegex(shown, r"record +build/\.cicd/runs/")
        self.assertRegex(shown, r"(?m)^\[app/publish\] started: build/registry/app:")
        self.assertNotIn(str(tree.build), shown)

    def test_outside_of_a_build_tree(self):
        tree = self.deployed()
        driver = next(line.split("exec ")[1].split(" ")[0].strip("'") for line in tree.launcher.read_text().splitlines() if line.startswith("exec "))
        done = tree.call([driver, "status"], cwd=self.folder)
        self.assertEqual(done.returncode, 2, done.all)
        self.assertIn("--build-root", done.stderr)
        self.assertEqual(tree.call([driver, "status"], cwd=tree.build / ".cicd").returncode, 0)
        self.assertEqual(tree.call([driver, "status", "--build-root", tree.build], cwd=self.folder).returncode, 0)

    def test_the_build_tool_takes_the_status(self):
        for generator in ("Ninja", "Unix Makefiles"):
            tree = self.tree(name=generator.split()[0])
            tree.declare('add_pipeline(app)\npipeline_step(app one COMMAND false INPUTS CMakeLists.txt STAGE build)\n').configure(generator)
            tree.make("app.build", status=1)
            self.assertEqual(tree.result()["exit_status"], 1)
            self.assertNotEqual(tree.call([harness.tool("ctest"), "--test-dir", tree.build]).returncode, 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
