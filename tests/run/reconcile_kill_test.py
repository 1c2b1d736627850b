"""A loop that is killed at any moment, many loops at once, and each source of what is known failing in turn: nothing is lost, and nothing is
deployed twice."""

import json
import os
import shutil
import subprocess
import unittest

import fleet
import harness


class Killed(fleet.FleetCase):
    def counting_git(self):
        """A git that adds a line to a file at each start, and at the one that KILL_AT names kills the loop first."""
        folder = self.folder / "bin"
        folder.mkdir()
        git = folder / "git"
        git.write_text(f"""#!/bin/sh
echo "$*" >> {self.folder}/starts
if [ "$KILL_AT" -gt 0 ] && [ "$(wc -l < {self.folder}/starts)" -ge "$KILL_AT" ]; then kill -9 "$(cat {self.folder}/loop)"; exit 1; fi
exec {harness.tool("git")} "$@"
""")
        git.chmod(0o755)
        return f"{folder}:{os.environ['PATH']}"

    def begin(self, tree, path, kill_at):
        """How a pass ended that was killed at one of its starts of git; how many it came to."""
        (self.folder / "starts").write_text("")
        process = tree.start("/bin/sh", "-c", f'echo $$ > {self.folder}/loop; exec "$0" reconcile', tree.launcher, env={"PATH": path, "KILL_AT": str(kill_at)})
        status = process.wait(120)
        return status, len((self.folder / "starts").read_text().splitlines())

    def test_killed_at_each_start_of_git_and_begun_again_ends_as_if_it_was_not(self):
        tree = self.made()
        tree.tag("v1.0.0")
        path = self.counting_git()
        before = self.folder / "before.git"
        shutil.copytree(self.repository, before)
        status, count = self.begin(tree, path, 0)
        self.assertEqual(status, 0)
        self.assertGreater(count, 20)
        wanted = self.there()
        seen = []
        for at in range(1, count + 1, max(1, count // 12)):
            shutil.rmtree(self.repository)
            shutil.copytree(before, self.repository)
            if self.begin(tree, path, at)[0] == 0:
                break  # a clone that is there by now takes fewer
            seen.append(self.commits())
            done = self.pass_of(tree)
            self.assertEqual([one["action"] for one in done["targets"]], ["nothing"] * 4, at)
            self.assertEqual(self.there(), wanted, at)
            self.assertEqual(self.commits(), 3, at)
        self.assertGreater(len(seen), 6)
        self.assertGreater(len(set(seen)), 1, "it was killed before and after something was deployed")

    def there(self):
        return {name: (self.runs(name)["commit"], self.runs(name).get("tag"), self.runs(name)["generation"]) for name in ("stage", "prod", "eu")}

    def killing_hook(self, name):
        hook = self.repository / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\nif [ ! -e {self.folder}/killed ]; then touch {self.folder}/killed; kill -9 \"$(cat {self.folder}/loop)\"; fi\n")
        hook.chmod(0o755)

    def killed_in(self, hook):
        tree = self.made()
        tree.tag("v1.0.0")
        self.killing_hook(hook)
        process = tree.start("/bin/sh", "-c", f'echo $$ > {self.folder}/loop; exec "$0" reconcile', tree.launcher)
        self.assertIn(process.wait(120), (-9, 137))
        self.assertTrue((self.folder / "killed").exists())
        harness.until(lambda: self.pass_of(tree, status=None)["outcome"] == "done", 60)
        self.assertEqual({one for _, _, one in self.there().values()}, {1})
        self.assertEqual(self.commits(), 3)

    def test_killed_while_a_commit_is_pushed_it_deploys_once(self):
        self.killed_in("pre-receive")

    def test_killed_after_a_commit_and_before_it_was_told_it_deploys_once(self):
        self.killed_in("post-receive")

    def test_many_loops_at_once_lose_nothing_and_deploy_nothing_twice(self):
        loops = int(os.environ.get("CICD_TEST_LOOPS", "6"))
        tree = self.made(names=("app", "billing"))
        tree.tag("v1.0.0")
        others = [tree]
        for at in range(1, loops):  # each has a clone and a build tree of its own, as on another machine
            other = self.tree(name=f"t{at}", home=tree.home)
            other.source.rmdir()
            subprocess.run([harness.tool("git"), "clone", "--quiet", str(tree.remote), str(other.source)], check=True)
            other.configure()
            shutil.rmtree(other.build / "registry", ignore_errors=True)
            (other.build / "registry").symlink_to(tree.build / "registry")
            others.append(other)
        running = [one.start(one.launcher, "reconcile") for one in others]
        ended = [one.wait(240) for one in running]
        said = "\n".join((one.root / "out.txt").read_text(errors="replace") for one in others)
        self.assertEqual(ended, [0] * loops, said)
        self.assertEqual(self.commits(), 6)
        for pipeline in ("app", "billing"):
            for environment in ("stage", "prod", "eu"):
                self.assertEqual(self.runs(environment, pipeline)["generation"], 1)

    # ---- what fails ----

    def test_each_source_of_what_is_known_fails_in_turn_and_only_what_needs_it_is_left_alone(self):
        second = self.folder / "second.git"
        tree = self.made(more=f"""
pipeline_environment(app asked ON branch main VIA gitops REPOSITORY {second} PATH asked/app HEALTH command {self.folder}/health.sh)
pipeline_environment(app after FROM asked VIA gitops REPOSITORY {second} PATH after/app)
""")
        subprocess.run([harness.tool("git"), "init", "--quiet", "--bare", "--initial-branch=main", str(second)], check=True)
        (self.folder / "health.sh").write_text("#!/bin/sh\nexit 0\n")
        (self.folder / "health.sh").chmod(0o755)
        tree.tag("v1.0.0")
        registry = next(path for path in (tree.build / "registry").rglob("index.json"))

        def moved(path):
            shutil.move(path, self.folder / "away")
            return lambda: shutil.move(self.folder / "away", path)

        def broken(path):
            text = path.read_bytes()
            path.write_bytes(b"{")
            return lambda: path.write_bytes(text)

        for what, fail, moves in (("the source repository", lambda: moved(tree.remote), {"app/demo"}),
                                  ("a manifest repository", lambda: moved(self.repository), {"app/asked"}),
                                  ("the other one", lambda: moved(second), {"app/stage"}),
                                  ("the registry", lambda: broken(registry), set())):
            with self.subTest(what):
                mend = fail()
                actions = self.actions(tree, status=None)
                mend()
                deploys = {name for name, one in actions.items() if one["action"] == "deploy"}
                self.assertLessEqual(deploys, moves)
                unknown = {name for name, one in actions.items() if one["action"] == "unknown"}
                self.assertTrue(unknown, json.dumps(actions))
                self.assertFalse(unknown & deploys)
                self.assertEqual(self.commits(), 0)
        self.assertEqual(self.deployed(self.pass_of(tree, "asked")), [("app/asked", "deployed")])
        (self.folder / "health.sh").write_text("#!/bin/sh\nexit 1\n")
        waits = self.actions(tree, "after")["app/after"]
        self.assertEqual((waits["action"], waits["rule"]), ("wait", "FROM"))
        (self.folder / "health.sh").unlink()
        self.assertNotEqual(self.actions(tree, "after", status=None)["app/after"]["action"], "deploy")
        (self.folder / "health.sh").write_text("#!/bin/sh\nexit 0\n")
        (self.folder / "health.sh").chmod(0o755)
        self.assertIn(("app/after", "deployed"), self.deployed(self.pass_of(tree)))


if __name__ == "__main__":
    unittest.main()
