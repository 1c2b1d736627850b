"""The commands beside `run`: what they print, that their JSON is some, and what a misspelt word gives."""

import json
import shutil
import unittest

import harness


class Commands(harness.Case):
    def test_help_and_version(self):
        tree = self.tree("add_pipeline(app)\npipeline_step(app one COMMAND true INPUTS CMakeLists.txt)\n")
        shown = tree.cicd("--help").stdout
        for command in ("run", "plan", "status", "history", "logs", "explain", "cache", "completion"):
            self.assertIn(f"  {command} ", shown)
            self.assertIn("Usage:", tree.cicd(command, "--help").stdout)
        self.assertRegex(tree.cicd("--version").stdout, r"^cicd \d+\.\d+\.\d+\n$")
        for status in ("3 conflict", "130/143"):
            self.assertIn(status, shown)

    def test_status_and_history(self):
        tree = self.deployed()
        commit = tree.git("rev-parse", "HEAD")
        reference = tree.record()["images"]["image"]["reference"]
        for text in ("app stage", "#1", commit[:7], reference, "deploy-stage"):
            self.assertIn(text, tree.cicd("status").stdout)
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

    def test_status_before_anything_ran(self):
        tree = self.tree()
        tree.declare(harness.DEPLOYED).configure()
        shown = tree.cicd("status").stdout
        self.assertIn("never deployed", shown)
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
        done = tree.cicd("logs", "app.oen", status=2)
        self.assertIn("did you mean: app", done.stderr)

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
        for shell in ("zsh", "fish"):
            path.write_text(tree.cicd("completion", shell).stdout)
            self.assertGreater(path.stat().st_size, 100)
            if shutil.which(shell):
                self.assertEqual(tree.call([shell, "-n", path]).returncode, 0)
        tree.cicd("completion", "tcsh", status=2)

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
