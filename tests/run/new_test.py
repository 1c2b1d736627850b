"""`cicd new` and `cicd template`: a service out of a template, as a whole or not at all, with the commands that come next."""

import json
import os
import re
import shutil
import unittest
from pathlib import Path

import harness

TEMPLATE = {
    "schema": 2, "version": "1.0", "description": "Copies a text. It is for tests.",
    "parameters": {"word": {"type": "text", "words": "what is copied", "default": "one"},
                   "loud": {"type": "boolean", "words": "in capitals", "default": False}},
    "needs": {"cp": {"oldest": "5", "package": "coreutils"}},
    "calls": [["pipeline_step", "{pipeline}", "build", "STAGE", "build", "COMMAND", "cp", "in.txt", "{word}.txt", "INPUTS", "in.txt", "OUTPUTS", "{word}.txt"],
              ["pipeline_image", "{pipeline}", "image", "BASE", "scratch", "FILES", "{word}.txt=/app/in.txt", "ENTRYPOINT", "/app/in.txt", "AFTER", "build"]],
}
LIST = """cmake_minimum_required(VERSION 3.25)
project(@@name@@ LANGUAGES NONE)
enable_testing()
find_package(cicd REQUIRED)
add_pipeline(@@name@@ TEMPLATE tiny SET word=@@word@@)
pipeline_service(@@name@@ api PORT 8080 READY /health)
pipeline_environment(@@name@@ stage ON branch main VIA gitops)
"""


class New(harness.Case):
    def setUp(self):
        super().setUp()
        self.made = self.tree("add_pipeline(app)\npipeline_step(app one COMMAND true INPUTS CMakeLists.txt)\n")
        self.templates = self.folder / "templates"
        self.made.env["CICD_TEMPLATE_PATH"] = str(self.templates)
        self.made.env.update(GIT_AUTHOR_NAME="Jane Doe", GIT_AUTHOR_EMAIL="jane@example.com", GIT_COMMITTER_NAME="Jane Doe",
                             GIT_COMMITTER_EMAIL="jane@example.com")
        self.write("tiny", TEMPLATE, {"CMakeLists.txt": LIST, "in.txt": "@@word@@\n", "run": "#!/bin/sh\n", ".gitignore": "/build/\n"})
        (self.templates / "tiny/service/run").chmod(0o755)
        (self.templates / "tiny/service.loud=true").mkdir()
        (self.templates / "tiny/service.loud=true/in.txt").write_text("LOUD @@name_upper@@\n")
        self.place = self.folder / "work"
        self.place.mkdir()

    def write(self, name, data, files):
        for path, text in {"template.json": data if isinstance(data, str) else json.dumps(data), **{f"service/{path}": text for path, text in files.items()}}.items():
            path = self.templates / name / path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def new(self, *words, status=0, **how):
        return self.made.cicd("new", *words, status=status, cwd=how.pop("cwd", self.place), **how)

    def git(self, *words, folder="orders"):
        done = self.made.call([harness.tool("git"), "-C", self.place / folder, *words])
        self.assertEqual(done.returncode, 0, done.all)
        return done.stdout.strip()

    def nothing_is_made(self, but=()):
        self.assertEqual(sorted(one.name for one in self.place.iterdir()), sorted(but))

    def test_the_two_commands_of_a_new_service_work(self):
        done = self.new("tiny", "orders", "--set", "word=two")
        self.assertIn("made orders: 5 files from tiny 1.0, a git repository with one commit\n", done.stdout)
        commands = re.search(r"\nnext:\n  (.+)\n  (.+)\n$", done.stdout)
        self.assertIn("cmake -S orders -B orders/build", commands[1])
        self.assertEqual(commands[2], "cmake --build orders/build --target deploy-stage")
        self.assertEqual(self.git("log", "--format=%an %s"), "Jane Doe orders from the template tiny 1.0")
        self.assertEqual(self.git("status", "--porcelain"), "")
        self.assertEqual(self.git("branch", "--show-current"), "main")
        self.assertTrue(os.access(self.place / "orders/run", os.X_OK))
        self.assertFalse(os.access(self.place / "orders/in.txt", os.X_OK))
        for command in commands.groups():
            ran = self.made.call(["sh", "-c", command], cwd=self.place)
            self.assertEqual(ran.returncode, 0, ran.all)
        self.assertEqual(self.git("status", "--porcelain"), "", "the build tree is ignored")
        record = json.loads((self.place / "orders/.cicd-template.json").read_text())
        self.assertEqual((record["template"], record["version"], record["name"]), ("tiny", "1.0", "orders"))
        self.assertEqual(record["parameters"], {"loud": "false", "word": "two"})
        self.assertEqual(record["files"]["in.txt"], {"text": "two\n"})
        self.assertEqual(record["files"]["run"], {"executable": True, "text": "#!/bin/sh\n"})

    def test_a_layer_of_the_skeleton_and_another_folder(self):
        (self.folder / "elsewhere").mkdir()
        done = self.new("tiny", "orders-api", "--set", "loud=true", "--in", "../elsewhere", "--json")
        told = json.loads(done.stdout)
        self.assertEqual((self.folder / "elsewhere/orders-api/in.txt").read_text(), "LOUD ORDERS_API\n")
        self.assertEqual(told["folder"], str(self.folder / "elsewhere/orders-api"))
        self.assertIn("cmake -S ../elsewhere/orders-api -B ../elsewhere/orders-api/build", told["next"][0])
        self.nothing_is_made()

    def test_a_template_for_others_to_extend_makes_no_service(self):
        self.write("under", {"schema": 2, "version": "1.0", "description": "For others."}, {"tool": "x\n"})
        self.assertIn("nothing is wrong", self.made.cicd("template", "check", "under").stdout)
        done = self.new("under", "orders", status=2)
        self.assertIn("the template is for others to extend", done.stderr)
        self.nothing_is_made()
        self.write("tiny", {**TEMPLATE, "extends": "under"}, {})
        self.new("tiny", "orders")
        self.assertEqual((self.place / "orders/tool").read_text(), "x\n")

    def test_a_dry_run_makes_nothing(self):
        done = self.new("tiny", "orders", "--dry-run")
        self.assertIn("orders/in.txt\n", done.stdout)
        self.assertIn("would make orders: 5 files", done.stdout)
        self.nothing_is_made()

    def test_what_is_there_is_listed_and_never_overwritten(self):
        (self.place / "orders").mkdir()
        (self.place / "orders/in.txt").write_text("mine")
        done = self.new("tiny", "orders", "--set", "word=two", status=3)
        self.assertIn("in the way: in.txt", done.stderr)
        command = harness.note_in(done.stderr, "try")
        self.assertTrue(command.endswith(" new tiny orders --set word=two --keep"), command)
        self.nothing_is_made(["orders"])
        went_on = self.made.call(["sh", "-c", command], cwd=self.place)
        self.assertEqual(went_on.returncode, 0, went_on.all)
        self.assertIn("orders/in.txt is kept as it is\n", went_on.stdout)
        self.assertEqual((self.place / "orders/in.txt").read_text(), "mine")
        self.assertIn("TEMPLATE tiny SET word=two", (self.place / "orders/CMakeLists.txt").read_text())
        self.assertFalse((self.place / "orders/.git").exists())

    def test_a_clone_of_an_empty_repository_takes_the_files(self):
        self.made.call([harness.tool("git"), "init", "--quiet", self.place / "orders"])
        self.assertIn("it holds: .git", self.new("tiny", "orders", status=3).stderr)
        self.new("tiny", "orders", "--keep")
        self.assertIn("?? CMakeLists.txt", self.git("status", "--porcelain"))

    def test_a_kill_leaves_nothing_under_the_name_and_the_next_one_removes_the_rest(self):
        programs = self.folder / "programs"
        programs.mkdir()
        git = programs / "git"
        for at in ("init", "add", "commit"):
            git.write_text(f"#!/bin/sh\ncase \" $* \" in *' {at} '*) kill -9 $PPID; exit 1;; esac\nexec {harness.tool('git')} \"$@\"\n")
            git.chmod(0o755)
            self.new("tiny", "orders", status=None, env={"PATH": f"{programs}:{os.environ['PATH']}"})
            self.assertFalse((self.place / "orders").exists(), at)
            self.assertEqual(len(list(self.place.iterdir())), 1, "what was killed lies beside, until the next one")
        self.new("tiny", "orders")
        self.nothing_is_made(["orders"])

    def test_a_git_that_fails_leaves_nothing(self):
        env = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "user.useConfigOnly", "GIT_CONFIG_VALUE_0": "true"}
        for name in ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL"):
            del self.made.env[name]
        done = self.new("tiny", "orders", status=2, env=env)
        self.assertIn("git does not know the author of the first commit", done.stderr)
        self.assertIn("git config --global user.name", done.stderr)
        self.nothing_is_made()
        self.assertIn("program not found: 'git'", self.new("tiny", "orders", status=2, env={"PATH": str(self.folder)}).stderr)
        self.nothing_is_made()

    def test_a_git_that_finds_the_disk_full_is_no_mistake_of_the_caller(self):
        programs = self.folder / "programs"
        programs.mkdir()
        git = programs / "git"
        git.write_text("#!/bin/sh\necho 'fatal: cannot copy hooks: No space left on device' >&2\nexit 128\n")
        git.chmod(0o755)
        done = self.new("tiny", "orders", status=7, env={"PATH": f"{programs}:{os.environ['PATH']}"})
        self.assertIn("caused by: fatal: cannot copy hooks: No space left on device", done.stderr)
        self.nothing_is_made()

    def test_a_wrong_name_and_wrong_values_are_said_at_once(self):
        done = self.new("tiny", "test", "--set", "wrd=1", "--set", "loud=ON", "--set", "word", status=2)
        for part in ("this can be no name of a service: 'test'", "CMake: it is the name of a target of CMake itself", "Cargo: ", "try:   test-service",
                     "--set: the template has no such parameter: 'wrd'", "did you mean: word", "the parameter loud is a boolean: 'ON'",
                     "did you mean: loud=true", "--set: not <parameter>=<value>: 'word'"):
            self.assertIn(part, done.stderr)
        self.assertIn("did you mean: tiny", self.new("tinny", "orders", status=2).stderr)
        self.nothing_is_made()

    def test_a_folder_that_cannot_take_the_service_is_said(self):
        (self.place / "orders").write_text("a file")
        self.assertIn("a file is where the service's folder would be", self.new("tiny", "orders", status=3).stderr)
        self.assertIn("it is not a folder", self.new("tiny", "orders", "--in", "orders", status=2).stderr)
        done = self.new("tiny", "orders", "--in", "nowhere", status=2)
        self.assertIn("there is no such folder", done.stderr)
        self.assertIn("mkdir -p", harness.note_in(done.stderr, "try"))
        (self.place / "orders").unlink()
        self.made.call([harness.tool("git"), "init", "--quiet", self.place])
        done = self.new("tiny", "orders", status=2)
        self.assertIn(f"the folder is in another git work tree: '{self.place}'", done.stderr)
        self.nothing_is_made([".git"])
        self.new("tiny", "orders", "--no-git")
        self.assertFalse((self.place / "orders/.git").exists())

    def test_a_folder_that_cannot_be_written_is_said(self):
        shutil.rmtree(self.made.home)
        self.made.home.mkdir()
        as_other = self.made.for_another_user(self.folder / "t")
        self.folder.chmod(0o755)
        self.place.chmod(0o555)
        done = self.made.call([*as_other, self.made.launcher, "new", "tiny", "orders", "--in", self.place], cwd="/")
        self.assertEqual(done.returncode, 2, done.all)
        self.assertIn(f"the folder cannot be written: '{self.place}'", done.stderr)

    def test_the_commands_for_templates(self):
        self.assertRegex(self.made.cicd("template", "list").stdout, r"(?m)^  tiny +Copies a text$")
        listed = json.loads(self.made.cicd("template", "list", "--json").stdout)["templates"]
        self.assertIn({"name": "tiny", "version": "1.0", "description": "Copies a text. It is for tests.", "folder": str(self.templates / "tiny")}, listed)
        alone = self.folder / "alone/bin/cicd"  # no installation, and no build tree about
        alone.parent.mkdir(parents=True)
        shutil.copy2(re.search(r"exec '?([^' ]+)'? ", self.made.launcher.read_text())[1], alone)
        for path, said in (("", "looked in: +no folder: .*CICD_TEMPLATE_PATH"), (str(self.folder / "none"), f"looked in: +{self.folder}/none")):
            done = self.made.call([alone, "template", "list"], cwd=alone.parent, env={"CICD_TEMPLATE_PATH": path})
            self.assertEqual(done.returncode, 2, done.all)
            self.assertIn("no templates were found", done.stderr)
            self.assertRegex(done.stderr, said)
            self.assertRegex(done.stderr, "try: +CICD_TEMPLATE_PATH=<folder>")
        shown = self.made.cicd("template", "show", "tiny").stdout
        for part in ("word, text: what is copied", "default  one", "loud, boolean: in capitals", "used by  cicd new alone", "cp  5 or later, of the Debian package coreutils", "pipeline_step({pipeline} build"):
            self.assertIn(part, shown)
        self.assertEqual(shown, self.made.cicd("explain", "tiny").stdout)
        told = json.loads(self.made.cicd("template", "show", "tiny", "--json").stdout)
        self.assertEqual([one["name"] for one in told["parameters"]], ["word", "loud"])
        self.assertEqual(self.made.cicd("template", "check", "tiny").stdout, "tiny: nothing is wrong\n")
        (self.templates / "tiny/service/link").symlink_to("/etc/passwd")
        (self.templates / "tiny/service/bad").write_bytes(b"a\n\xff")
        (self.templates / "tiny/service/worse").write_text("\n\n@@wrod@@\n")
        found = self.made.cicd("template", "check", "tiny", status=2)
        for part in (f"{self.templates}/tiny/service/link", f"{self.templates}/tiny/service/bad:2", f"{self.templates}/tiny/service/worse:3", "did you mean: @@word@@"):
            self.assertIn(part, found.stderr)
        self.assertEqual(len(json.loads(self.made.cicd("template", "check", "tiny", "--json", status=2).stdout)["errors"]), 3)
        self.assertIn("'link'", self.new("tiny", "orders", status=2).stderr)
        self.nothing_is_made()

    def test_doctor_says_which_tool_of_a_template_is_too_old_and_that_the_template_is_newer(self):
        self.new("tiny", "orders")
        self.write("tiny", {**TEMPLATE, "version": "1.1", "needs": {"cp": {"oldest": "5"}, "rm": {"oldest": "999.1", "package": "coreutils"},
                                                                   "no-such-tool": {"package": "nothing"}, "gone": {"unless": "run"}}}, {})
        configure = self.made.call([harness.tool("cmake"), "-S", "orders", "-B", "orders/build", f"-Dcicd_DIR={harness.package()}"], cwd=self.place)
        self.assertEqual(configure.returncode, 0, configure.all)
        done = self.made.call([self.place / "orders/build/.cicd/cicd", "doctor", "--json"], cwd=self.place)
        found = {one["about"]: one for one in json.loads(done.stdout)["findings"]}
        self.assertRegex(found["rm"]["what"], r"^is [0-9.]+, and the template tiny needs 999.1 or later$")
        self.assertEqual(found["rm"]["try"], "apt-get install coreutils")
        self.assertEqual(found["no-such-tool"]["what"], "is not installed, and the template tiny needs it")
        self.assertIn("and the template tiny needs 5 or later", json.dumps(done.stdout))
        self.assertNotIn("gone", found)
        self.assertEqual(found["template tiny"]["what"], "is 1.1, and orders was made of 1.0")
        self.assertEqual(found["template tiny"]["try"], f"cicd template update {self.place}/orders")
        self.assertTrue(found["template tiny"]["ok"])

    def test_completion_knows_templates_and_their_parameters(self):
        def complete(*words):
            return self.made.cicd("complete", "cicd", *words, cwd=self.place).stdout.split()
        self.assertIn("tiny", complete("new", ""))
        self.assertEqual(complete("template", "show", "ti"), ["tiny"])
        self.assertEqual(complete("new", "tiny", "orders", "--set", ""), ["loud=", "word="])
        self.assertEqual(complete("new", "tiny", "orders", "--set", "loud="), ["loud=false", "loud=true"])
        self.assertEqual(complete("new", "tiny", ""), [])

    def update(self, *words, status=0):
        return self.made.cicd("template", "update", *words, status=status, cwd=self.place / "orders")

    def made_of(self, files):
        """A service of the template `grown`, with these files beside its list file."""
        self.write("grown", {**TEMPLATE, "version": "1.0"}, {"CMakeLists.txt": LIST, "in.txt": "@@word@@ @@loud@@\n", **files})
        self.new("grown", "orders")

    def grow(self, files, version="1.1", **members):
        self.write("grown", {**TEMPLATE, "version": version, **members}, files)

    def text(self, name):
        return (self.place / "orders" / name).read_text()

    def commit(self, **files):
        for name, text in files.items():
            path = self.place / "orders" / name
            path.unlink() if text is None else path.write_text(text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "ours")

    def test_an_update_merges_three_ways(self):
        lines = "".join(f"{number}\n" for number in range(9))
        self.made_of({"same": "a\n", "theirs": "a\n", "both": lines, "clash": "a\n", "gone": "a\n", "dropped": "a\n", "kept": "a\n"})
        self.commit(both="ours\n" + lines, clash="ours\n", gone=None, kept="ours\n")
        for name in ("dropped", "kept"):
            (self.templates / "grown/service" / name).unlink()
        self.grow({"theirs": "b\n", "both": lines + "theirs\n", "clash": "theirs\n", "gone": "b\n", "new/file": "n\n"})
        before = self.git("rev-parse", "HEAD")
        dry = self.update("--dry-run", status=3)
        self.assertEqual(self.git("status", "--porcelain"), "", dry.all)
        done = self.update(status=3)
        for line in ("updated   theirs", "merged    both", "conflict  clash", "deleted   gone: the service deleted it, and it is not brought back",
                     "removed   dropped", "kept      kept: the service has its own there", "added     new/file", "orders: grown 1.0 -> 1.1"):
            self.assertIn(line, done.stdout)
        self.assertEqual(self.text("theirs"), "b\n")
        self.assertEqual(self.text("both"), "ours\n" + lines + "theirs\n")
        self.assertEqual(self.text("clash"), "<<<<<<< orders\nours\n=======\ntheirs\n>>>>>>> grown 1.1\n")
        self.assertEqual(self.text("kept"), "ours\n")
        self.assertEqual(self.text("new/file"), "n\n")
        for name in ("gone", "dropped"):
            self.assertFalse((self.place / "orders" / name).exists(), name)
        self.assertEqual([path.name for path in (self.place / "orders").rglob("*.rej")], [])
        self.assertEqual(self.git("rev-parse", "HEAD"), before, "nothing is committed")
        self.assertIn("the service has uncommitted changes", self.update(status=5).stderr)
        self.commit(clash="solved\n")
        self.assertEqual(self.update().stdout, "orders is up to date: grown 1.1\n")
        self.assertEqual(self.text("clash"), "solved\n")

    def test_an_update_without_a_conflict_and_its_undo(self):
        self.made_of({"theirs": "a\n"})
        self.grow({"theirs": "b\n", "new": "n\n"})
        done = self.update("--json")
        told = json.loads(done.stdout)
        self.assertEqual({one["path"]: one["how"] for one in told["changes"]}, {"theirs": "updated", "new": "added"})
        self.assertEqual((told["from"], told["to"]), ("1.0", "1.1"))
        self.commit()
        self.grow({"theirs": "c\n", "newer": "n\n"}, "1.2")
        undo = re.search(r"^undo: (.+)$", self.update().stdout, re.M)[1]
        self.assertEqual(self.made.call(["sh", "-c", undo], cwd=self.place / "orders").returncode, 0)
        self.assertEqual(self.git("status", "--porcelain"), "")
        self.assertEqual(self.text("theirs"), "b\n")

    def test_an_update_takes_line_ends_of_the_work_tree_for_no_change_and_writes_the_same(self):
        lines = "".join(f"{number}\n" for number in range(9))
        self.made_of({"same": "a\nb\n", "theirs": "a\nb\n", "both": lines, "lost": "a\nb\n"})
        self.git("config", "core.autocrlf", "true")
        self.git("rm", "-r", "--quiet", "--cached", ".")
        self.git("reset", "--quiet", "--hard")
        self.assertEqual((self.place / "orders/theirs").read_bytes(), b"a\r\nb\r\n")
        both = self.place / "orders/both"
        both.write_bytes(b"ours\r\n" + both.read_bytes())
        self.git("commit", "--quiet", "--all", "--message", "ours")
        (self.templates / "grown/service/lost").unlink()
        self.grow({"theirs": "a\nc\n", "both": lines + "theirs\n", "new": "n\n"})
        told = json.loads(self.update("--json").stdout)
        self.assertEqual({one["path"]: one["how"] for one in told["changes"]},
                         {"theirs": "updated", "both": "merged", "new": "added", "lost": "removed"})
        self.assertEqual((self.place / "orders/theirs").read_bytes(), b"a\r\nc\r\n")
        self.assertEqual(both.read_bytes(), f"ours\n{lines}theirs\n".replace("\n", "\r\n").encode())
        self.assertEqual((self.place / "orders/new").read_bytes(), b"n\r\n")
        self.commit()
        self.assertEqual(self.git("show", "HEAD:theirs"), "a\nc")
        self.assertEqual(self.update().stdout, "orders is up to date: grown 1.1\n")

    def test_an_update_takes_values_and_keeps_those_of_before(self):
        self.made_of({})
        self.update("--set", "loud=true")
        self.assertEqual(self.text("in.txt"), "one true\n")
        self.commit()
        more = {**TEMPLATE["parameters"], "region": {"type": "choice", "words": "where", "allowed": ["eu", "us"]}}
        self.grow({"region": "@@region@@ @@loud@@\n"}, parameters=more)
        self.assertIn("a parameter has no default, and no value is given: 'region'", self.update(status=2).stderr)
        self.update("--set", "region=eu")
        self.assertEqual(self.text("region"), "eu true\n")

    def test_an_update_is_refused_where_it_cannot_be_right(self):
        self.made_of({"folder/file": "a\n"})
        self.grow({}, "0.9")
        self.assertIn("the template is older than the one that the service was made of: '0.9'", self.update(status=2).stderr)
        self.grow({"folder/file": "b\n"})
        outside = self.folder / "outside"
        outside.mkdir()
        (outside / "file").write_text("not ours\n")
        shutil.rmtree(self.place / "orders/folder")
        (self.place / "orders/folder").symlink_to(outside)
        self.commit()
        self.assertIn("kept  folder/file", self.update().stdout)
        self.assertEqual((outside / "file").read_text(), "not ours\n")
        record = self.place / "orders/.cicd-template.json"
        for path in ("../evil", ".git/hooks/post-commit"):
            data = json.loads(record.read_text())
            data["files"] = {path: {"text": "a"}}
            record.write_text(json.dumps(data))
            self.commit()
            self.assertIn("the record names a path that leads out of the service", self.update(status=4).stderr)
        record.write_text(json.dumps({**data, "schema": 9}))
        self.commit()
        self.assertIn("it was written by a newer cicd", self.update(status=2).stderr)
        record.unlink()
        self.assertIn("no template made what is here", self.update(status=2).stderr)


if __name__ == "__main__":
    unittest.main()
