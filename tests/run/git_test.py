"""Sources in every state that git knows, and names that would like to be commands."""

import os
import unittest

import harness

OUTSIDE = harness.DEPLOYED.replace("ON branch main VIA gitops", "ON branch main VIA gitops REPOSITORY {repository}")


class Git(harness.Case):
    def made(self, calls=harness.DEPLOYED, name="t"):
        tree = self.tree(name=name)
        tree.write("in.txt", "one")
        tree.declare(calls)
        return tree

    def outside(self):
        repository = self.folder / "outside.git"
        harness.subprocess.run([harness.tool("git"), "init", "--quiet", "--bare", "--initial-branch=main", str(repository)], check=True)
        return repository

    def test_no_git(self):
        tree = self.made()
        tree.configure()
        tree.run("deploy-stage")
        record = tree.record()
        self.assertEqual((record["commit"], record["branch"], record["dirty"]), ("", "", False))
        self.assertTrue(record["version"].startswith("sha-"), record["version"])
        tree.write("in.txt", "two")
        tree.run("deploy-stage")
        self.assertEqual(tree.record()["generation"], 2)

    def test_a_clone_inside_the_tree_is_named_since_git_lists_no_file_of_it(self):
        tree = self.committed("add_pipeline(app)\npipeline_step(app one COMMAND true)\n")
        tree.write("vendor/x.txt", "one")
        harness.subprocess.run([harness.tool("git"), "init", "--quiet", str(tree.source / "vendor")], check=True)
        for _ in range(2):
            said = tree.run("app.one").stderr
            self.assertIn("a git repository inside the source tree is not among the inputs", said)
            self.assertIn(str(tree.source / "vendor"), said)
        tree.write(".gitignore", "vendor\n")
        self.assertNotIn("vendor", tree.run("app.one").stderr)

    def test_no_commits(self):
        tree = self.made()
        tree.git("init", "--quiet", "--initial-branch=main")
        tree.configure()
        tree.run("deploy-stage")
        self.assertEqual(tree.record()["commit"], "")
        self.assertEqual(tree.cicd("status").returncode, 0)

    def test_a_detached_head(self):
        tree = self.made()
        commit = tree.commit()
        tree.git("checkout", "--quiet", "--detach")
        tree.configure()
        tree.run("deploy-stage")
        self.assertEqual((tree.record()["commit"], tree.record()["branch"]), (commit, ""))

    def test_a_shallow_clone(self):
        tree = self.made()
        tree.commit()
        tree.write("in.txt", "two")
        commit = tree.commit()
        clone = harness.Tree(self.folder / "clone")
        clone.source.rmdir()
        tree.git("clone", "--quiet", "--depth=1", f"file://{tree.source}", str(clone.source))
        clone.configure()
        clone.run("deploy-stage")
        self.assertEqual(clone.record()["commit"], commit)

    def test_a_worktree(self):
        tree = self.made()
        commit = tree.commit()
        other = harness.Tree(self.folder / "other")
        other.source.rmdir()
        tree.git("worktree", "add", "--quiet", "-b", "side", str(other.source))
        other.configure()
        other.run("deploy-stage")
        self.assertEqual((other.record()["commit"], other.record()["branch"]), (commit, "side"))

    def test_a_dirty_tree_goes_to_the_embedded_default_under_a_tag_of_its_own(self):
        tree = self.made()
        tree.commit()
        tree.write("in.txt", "uncommitted")
        tree.configure()
        tree.run("deploy-stage")
        record = tree.record()
        self.assertTrue(record["dirty"])
        self.assertEqual(record["version"], "dirty-" + record["images"]["image"]["manifest"][7:19])
        # The same bytes, committed, get the commit's tag and no new deployment.
        tree.commit()
        tree.run("deploy-stage")
        self.assertEqual(tree.record()["generation"], 1)

    def test_an_untracked_file_makes_it_dirty_and_an_ignored_one_does_not(self):
        tree = self.made()
        tree.write(".gitignore", "*.log\n")
        tree.commit()
        tree.write("x.log", "ignored")
        tree.configure()
        tree.run("deploy-stage")
        self.assertFalse(tree.record()["dirty"])
        tree.write("new.txt", "untracked")
        tree.write("in.txt", "two")
        tree.run("deploy-stage")
        self.assertTrue(tree.record()["dirty"])

    def test_a_dirty_tree_is_refused_elsewhere_unless_told_so_by_name(self):
        repository = self.outside()
        tree = self.made(OUTSIDE.format(repository=repository))
        tree.commit()
        tree.write("in.txt", "uncommitted")
        tree.configure()
        done = tree.run("deploy-stage", status=5)
        for text in ("app/deploy-stage", "uncommitted changes", "--allow-dirty stage"):
            self.assertIn(text, done.all)
        self.assertEqual(tree.result()["outcome"], "policy")
        tree.cicd("plan", "deploy-stage", status=5)
        tree.run("deploy-stage", "--allow-dirty", "publish", status=5)
        self.assertEqual(tree.commits(repository), 0)
        tree.run("deploy-stage", "--allow-dirty", "stage")
        self.assertEqual(tree.commits(repository), 1)
        self.assertTrue(tree.record(repository=repository)["dirty"])
        tree.write("in.txt", "other")
        tree.declare(OUTSIDE.format(repository=f"{repository} ALLOW_DIRTY")).configure()
        tree.run("deploy-stage")
        self.assertEqual(tree.commits(repository), 2)

    def test_a_branch_that_the_environment_does_not_follow(self):
        repository = self.outside()
        tree = self.made(OUTSIDE.format(repository=repository))
        tree.commit()
        tree.git("checkout", "--quiet", "-b", "feature")
        tree.configure()
        done = tree.run("deploy-stage", status=5)
        for text in ("app/deploy-stage", "feature", "branch main"):
            self.assertIn(text, done.all)
        tree.git("checkout", "--quiet", "--detach")
        done = tree.run("deploy-stage", status=5)
        self.assertIn("detached", done.all)
        self.assertEqual(tree.commits(repository), 0)
        tree.git("checkout", "--quiet", "main")
        tree.run("deploy-stage")
        self.assertEqual(tree.commits(repository), 1)

    def test_a_tag_that_the_environment_follows(self):
        repository = self.outside()
        tree = self.made(OUTSIDE.format(repository=repository).replace("ON branch main", "ON tag v*"))
        tree.commit()
        tree.configure()
        tree.run("deploy-stage", status=5)
        tree.git("tag", "v1.0.0")
        tree.run("app.publish")
        tree.run("deploy-stage")
        self.assertEqual(tree.commits(repository), 1)

    def test_hostile_branch_names(self):
        sentinel = self.folder / "sentinel"
        names = ["$(touch${IFS}SENTINEL)", "`touch${IFS}SENTINEL`", "a;touch${IFS}SENTINEL", "a|touch${IFS}SENTINEL", "--upload-pack=touch${IFS}SENTINEL",
                 "-x", "{slug}", "%s%n%s", "größe/日本", "b" * 200, "feature/'quoted'\"twice\"", "a&b<c>d", "true", "null"]
        for number, name in enumerate(names):
            with self.subTest(branch=name):
                tree = self.made(name=f"t{number}", calls=harness.DEPLOYED.replace("HOST app.example.com", "HOST {slug}.example.com ENV BRANCH={branch}"))
                commit = tree.commit()
                hostile = name.replace("SENTINEL", str(sentinel))
                (tree.source / ".git/HEAD").write_text(f"ref: refs/heads/{hostile}\n")
                ref = tree.source / ".git/refs/heads" / hostile
                ref.parent.mkdir(parents=True, exist_ok=True)
                ref.write_text(commit + "\n")
                tree.configure()
                tree.run("deploy-stage")
                self.assertEqual(tree.record()["branch"], hostile)
                host = [line for line in tree.manifests("show", "main:stage/app/app-api.ingress.yaml").splitlines() if "example.com" in line]
                self.assertTrue(host)
                for line in host:
                    self.assertRegex(line, r"^[- ]*(host: )?[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.example\.com$")
                tree.cicd("status")
                tree.cicd("history")
        self.assertFalse(sentinel.exists())

    def test_hostile_file_names(self):
        names = ["with space", "quote'one", 'quote"two', "semi;touch sentinel", "$(touch sentinel)", "`touch sentinel`", "-rf", "--output=sentinel", "*",
                 "[a]", "back\\slash", "größe", "日本", "#hash", "%41", "tab\ttab", "{pipeline}", "$<CONFIG>", "@CMAKE@", "\udcff"]
        tree = self.tree()
        for name in names:
            path = tree.source / "src" / name
            path.parent.mkdir(exist_ok=True)
            with open(os.fsencode(path), "wb") as file:
                file.write(b"content of " + os.fsencode(name))
        tree.declare(harness.DEPLOYED.replace("COMMAND cp in.txt out.txt INPUTS in.txt OUTPUTS out.txt",
                                              'SHELL "mkdir out; cp -- src/* out/; ls -A out | wc -l" INPUTS src/** OUTPUTS out/').replace("FILES out.txt=/app/out.txt", "FILES out=/app/out"))
        tree.commit()
        tree.configure()
        tree.run("deploy-stage")
        for name in names:
            path = tree.work("app/build") / "out" / name
            with open(os.fsencode(path), "rb") as file:
                self.assertEqual(file.read(), b"content of " + os.fsencode(name), repr(name))
        tree.run("deploy-stage")
        self.assertEqual(set(tree.outcomes().values()), {"up-to-date"})
        other = harness.Tree(self.folder / "t", build="other", home=tree.home)
        other.configure()
        other.run("app.image")
        self.assertEqual(set(other.outcomes().values()), {"reused"})
        layout = other.work("app/image") / "layout"
        if os.getuid() == 0:
            done = other.call([harness.tool("umoci"), "unpack", "--image", layout, self.folder / "bundle"])
            self.assertEqual(done.returncode, 0, done.all)
            for name in names:
                self.assertTrue(os.path.exists(os.fsencode(self.folder / "bundle/rootfs/app/out" / name)), repr(name))
        self.assertEqual([path for path in self.folder.rglob("sentinel") if path.name == "sentinel"], [])


    def test_hostile_folder_names(self):
        for number, name in enumerate(("it's $(touch sentinel) `touch sentinel`", 'quo"ted & größe', "-x --upload-pack=touch sentinel", "(paren) [b] {slug} %41 $HOME @A@",
                                      "_A b:c@d+é")):
            with self.subTest(folder=name):
                tree = self.made(name=name)
                tree.commit()
                tree.configure()
                tree.make("deploy-stage", cwd=self.folder)
                self.assertEqual(tree.record()["generation"], 1)
                self.assertEqual(tree.make("deploy-stage", cwd=self.folder).returncode, 0)
                done = tree.call([harness.tool("ctest"), "--test-dir", tree.build], cwd=self.folder)
                self.assertEqual(done.returncode, 0, done.all)
                for words in (("status",), ("plan",), ("history",)):
                    tree.cicd(*words, cwd=self.folder)
                # What is printed for the record can be typed as it is.
                tree.write("in.txt", "two")
                for command in harness.re.findall(r"^  (?:image|manifests) +(.+)$", tree.run("deploy-stage").stdout, harness.re.M):
                    shown = tree.call(["/bin/sh", "-c", command], cwd=self.folder)
                    self.assertEqual(shown.returncode, 0, shown.all)
        self.assertEqual([path for path in self.folder.rglob("sentinel") if path.name == "sentinel"], [])

    def test_a_file_name_with_a_line_end(self):
        tree = self.tree()
        tree.write("src/new\nline", "content")
        tree.declare('add_pipeline(app)\npipeline_step(app build SHELL "cp -r src out" INPUTS src/** OUTPUTS out/)\n').configure()
        tree.run("app/build")
        self.assertEqual((tree.work("app/build") / "out/new\nline").read_text(), "content")
        tree.write("src/new\nline", "other")
        self.assertEqual(len(tree.cicd("plan", "app/build").stdout.splitlines()), 2)


if __name__ == "__main__":
    unittest.main(verbosity=2)
