"""CACHE_DIRS: folders that a tool keeps between runs. Who reads and writes them, that no two write at once, and what of them counts."""

import json
import os
import signal
import unittest

import harness

FORK = dict(CI="true", CIRCLECI="true", CIRCLE_BRANCH="pull/7", CIRCLE_PR_NUMBER="7", CIRCLE_PR_USERNAME="somebody", CIRCLE_PR_REPONAME="orders",
            CIRCLE_PROJECT_USERNAME="us", CIRCLE_PROJECT_REPONAME="orders", CIRCLE_PULL_REQUEST="https://example.com/us/orders/pull/7")
OTHER_FORK = {**FORK, "CIRCLE_BRANCH": "pull/8", "CIRCLE_PR_NUMBER": "8", "CIRCLE_PR_USERNAME": "else", "CIRCLE_PULL_REQUEST": "https://example.com/us/orders/pull/8"}
FETCH = """
add_pipeline(app)
pipeline_step(app build COMMAND sh fetch INPUTS fetch in.txt OUTPUTS out.txt STAGE build TOOLS sh CACHE_DIRS FETCHED=~/fetched)
"""
# A tool that keeps what it fetched, and prints what it found.
FETCHER = 'ls "$FETCHED"\ncat in.txt >"$FETCHED/$(cat in.txt)"\necho done >out.txt\n'
# A tool that fails where it meets another of its kind: it waits for as long as `together` others could take.
ALONE = 'mkdir "$FETCHED/busy" || { echo "two at once"; exit 1; }\nsleep 0.3\nrmdir "$FETCHED/busy"\n'
TOGETHER = 'touch "$FETCHED/$CICD_ONE"\nfor i in $(seq 100); do [ -e "$FETCHED/$OTHER" ] && exit 0; sleep 0.05; done\necho "no other came"\nexit 1\n'
MAVEN = '#!/bin/sh\n# MAVEN_OPTS is split at spaces, as Maven does it\nfor one in $MAVEN_OPTS; do echo "opt $one"; done\necho "wrapper ${MAVEN_USER_HOME:-none}"\n'


class CacheDirs(harness.Case):
    def fetching(self, calls=FETCH, script=FETCHER):
        return self.committed(calls, {"in.txt": "first", "fetch": script})

    def elsewhere(self, tree, build, **env):
        other = harness.Tree(tree.root, build=build, home=tree.home)
        other.env.update(env)
        other.configure()
        return other

    def ask(self, tree, content):
        """Runs for another input, and gives what the tool found."""
        tree.write("in.txt", content)
        tree.run("app/build")
        log = tree.build / ".cicd/runs" / tree.result()["id"] / "app.build.log"
        return [line[2:] for line in log.read_text().splitlines() if line.startswith("| ")] if log.exists() else []

    def names(self, tree):
        return sorted(os.listdir(tree.home / "fetched"))

    def test_it_is_shared_by_all_build_trees_and_no_part_of_result_or_key(self):
        tree = self.fetching()
        self.assertEqual(self.ask(tree, "first"), [])
        other = self.elsewhere(tree, "other")
        self.assertEqual(self.ask(other, "second"), ["first"])
        self.assertEqual(self.names(tree), ["first", "second"])
        (tree.home / "fetched/third").write_text("by hand")
        other.run("app/build")
        self.assertEqual(other.outcomes(), {"app/build": "up-to-date"})
        files = [path.name for path in other.work("app/build").iterdir()]
        self.assertEqual(sorted(files), ["fetch", "in.txt", "out.txt"])

    def test_another_declared_folder_runs_nothing_again(self):
        tree = self.fetching()
        tree.run("app/build")
        tree.declare(FETCH.replace("~/fetched", "~/moved").replace("CACHE_DIRS", "CACHE_SHARED CACHE_DIRS"))
        tree.configure()
        tree.run("app/build")
        self.assertEqual(tree.outcomes(), {"app/build": "up-to-date"})

    def test_a_fork_reads_what_was_there_and_writes_to_a_place_of_its_own(self):
        tree = self.fetching()
        self.ask(tree, "trusted")
        fork = self.elsewhere(tree, "fork", **FORK)
        self.assertEqual(self.ask(fork, "evil"), ["trusted"])
        self.assertIn("CACHE_DIRS FETCHED=~/fetched: a copy of 7 B for the runs of this change", (fork.build / ".cicd/runs" / fork.result()["id"] / "events.ndjson").read_text())
        self.assertEqual(self.names(tree), ["trusted"], "nothing of a fork is in the trusted folder")
        self.assertEqual(self.ask(self.elsewhere(tree, "again", **FORK), "more"), ["evil", "trusted"], "the same change reads what it wrote")
        self.assertEqual(self.ask(self.elsewhere(tree, "strangers", **OTHER_FORK), "else"), ["trusted"], "another change does not")
        self.assertEqual(self.ask(self.elsewhere(tree, "ours"), "later"), ["trusted"])

    def test_links_out_of_a_folder_are_not_in_the_copy_since_a_tool_would_write_through_them(self):
        tree = self.fetching()
        self.ask(tree, "trusted")
        folder = tree.home / "fetched"
        (tree.home / "secret").write_text("mine")
        (folder / "out").symlink_to(tree.home / "secret")
        (folder / "up").symlink_to("../secret")
        (folder / "in").symlink_to("trusted")
        self.assertEqual(self.ask(self.elsewhere(tree, "fork", **FORK), "evil"), ["in", "trusted"])

    def test_a_copy_that_others_can_write_is_refused(self):
        tree = self.fetching()
        self.ask(tree, "trusted")
        self.ask(self.elsewhere(tree, "fork", **FORK), "evil")
        copy, = (tree.home / "cache/domains").glob("*/dirs/*/fetched")
        copy.chmod(0o777)
        tree.write("in.txt", "more")
        self.assertIn("others can write to it", self.elsewhere(tree, "again", **FORK).run("app/build", status=2).all)

    def test_a_folder_that_holds_what_cicd_keeps_is_refused(self):
        tree = self.fetching(FETCH.replace("~/fetched", "~/cache/steps"))
        done = tree.run("app/build", status=2)
        self.assertIn("the folder holds what cicd keeps, or lies in it", done.all)
        self.assertIn("CMakeLists.txt:7", done.all)

    def test_two_that_lead_to_one_folder_are_that_one_and_one_within_another_is_refused(self):
        tree = self.fetching(FETCH.replace("=~/fetched", "=~/fetched OTHER=~/link"))
        (tree.home / "fetched").mkdir()
        (tree.home / "link").symlink_to("fetched")
        tree.run("app/build")
        self.assertEqual(self.names(tree), ["first"])
        tree.declare(FETCH.replace("=~/fetched", "=~/fetched OTHER=~/link/in")).configure()
        tree.write("in.txt", "second")
        done = tree.run("app/build", status=2)
        self.assertIn("one folder lies in another", done.all)
        self.assertIn("CMakeLists.txt:7", done.all)

    def test_a_copy_that_was_killed_is_swept_and_ctrl_c_ends_one(self):
        tree = self.fetching()
        folder = tree.home / "fetched"
        folder.mkdir()
        for at in range(4000):
            (folder / str(at)).touch()
        fork = self.elsewhere(tree, "fork", **FORK)
        copies = tree.home / "cache/domains"
        parts = lambda: list(copies.glob("*/dirs/*/fetched.*.part"))
        for number in (signal.SIGINT, signal.SIGKILL):
            process = fork.start(fork.launcher, "run", "app/build")
            harness.until(parts, 20, "a copy that is made")
            process.send_signal(number)
            process.wait(20)
            self.assertEqual(len(parts()), 1 if number == signal.SIGKILL else 0)
            self.assertEqual(list(copies.glob("*/dirs/*/fetched")), [], "it is not waited for")
        fork.run("app/build")
        self.assertEqual(parts(), [])
        self.assertEqual(len(list(copies.glob("*/dirs/*/fetched/*"))), 4001)

    def two(self, extra, script):
        """Two steps that use one folder, each of a pipeline of its own."""
        calls = "".join(f'add_pipeline({name})\npipeline_step({name} build COMMAND sh fetch INPUTS fetch TOOLS sh ENV CICD_ONE_={name} OTHER={other} ONE={name} CACHE_DIRS FETCHED=~/fetched {extra} STAGE build)\n'
                        for name, other in (("one", "two"), ("two", "one")))
        tree = self.fetching(calls, script.replace("$CICD_ONE", "$ONE"))
        tree.env["CICD_JOBS"] = "2"
        return tree

    def test_one_step_at_a_time_uses_a_folder_whose_tool_does_not_lock(self):
        tree = self.two("", ALONE)
        tree.run("build")
        self.assertEqual(set(tree.outcomes().values()), {"ran"})
        waits = [one for one in tree.events() if one["event"] == "step_waiting"]
        self.assertEqual(len(waits), 1, waits)
        first = next(one["step"] for one in tree.events() if one["event"] == "step_ended" and one["step"] != waits[0]["step"])
        self.assertRegex(waits[0]["for_whom"], rf"^{first} of \S+ \(process \d+\), which uses FETCHED=~/fetched$")

    def test_two_build_trees_keep_apart_too(self):
        tree = self.two("", ALONE)
        other = self.elsewhere(tree, "other", CICD_JOBS="2")
        background = tree.start(tree.launcher, "run", "build")
        other.run("build")
        self.assertEqual(background.wait(60), 0)

    def test_what_a_killed_run_left_in_a_folder_is_ended_before_another_build_tree_uses_it(self):
        writes = 'while :; do echo stray >"$FETCHED/by"; sleep 0.02; done\n'
        tree = self.fetching(FETCH, 'if [ -e "$HOME/calm" ]; then echo mine >"$FETCHED/by"; sleep 0.3; cat "$FETCHED/by" >out.txt; exit; fi\n'
                             f"(setsid sh -c '{writes}' </dev/null >/dev/null 2>&1 &)\n{writes}")
        other, by = self.elsewhere(tree, "other"), tree.home / "fetched/by"
        process = tree.start(tree.launcher, "run", "app/build")
        harness.until(by.exists, what="the tool")
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        self.assertGreaterEqual(len(harness.bearers(tree.cookie)), 2)
        (tree.home / "calm").touch()
        other.run("app/build")
        self.assertEqual((other.work("app/build") / "out.txt").read_text(), "mine\n")
        told = [one["text"] for one in other.events() if one["event"] == "step_message"]
        self.assertRegex(told[0], "^CACHE_DIRS: [0-9]+ processes of a run that was killed were ended$")
        self.assertEqual(harness.bearers(tree.cookie), [])

    def test_with_CACHE_SHARED_several_use_it_at_once(self):
        tree = self.two("CACHE_SHARED", TOGETHER)
        tree.run("build")
        self.assertEqual([one for one in tree.events() if one["event"] == "step_waiting"], [])

    def maven(self, version=None, name="t"):
        tree = self.tree(name=name)
        tree.write("pom.xml", "<project><dependency><groupId>shop</groupId><artifactId>lib</artifactId><version>1-SNAPSHOT</version></dependency></project>")
        tree.write("mvnw", MAVEN, 0o755)
        if version:
            tree.write(".mvn/wrapper/maven-wrapper.properties", f"distributionUrl=https://example.com/org/apache/maven/apache-maven/{version}/apache-maven-{version}-bin.zip\n")
        tree.declare("add_pipeline(app)\npipeline_step(app build COMMAND mvn WRAPPER mvnw TOOLS sh INPUTS pom.xml mvnw ENV MAVEN_OPTS=-Xmx9m CACHE_DIRS ~/.m2/repository ~/.m2/wrapper STAGE build)\n")
        tree.commit()
        repository = tree.root / "repository"
        tree.env["MAVEN_ARGS"] = f"-Dmaven.repo.local={repository}"
        (repository / "shop/lib/1-SNAPSHOT").mkdir(parents=True)
        (repository / "shop/lib/1-SNAPSHOT/lib-1-SNAPSHOT.jar").write_text("one")
        tree.configure()
        return tree, repository

    def opts(self, tree):
        return tree.log("app/build").decode().splitlines()

    def test_maven_is_told_of_a_copy_and_its_snapshots_there_count(self):
        tree, repository = self.maven()
        tree.run("app/build")
        self.assertEqual(self.opts(tree), ["| opt -XX:TieredStopAtLevel=1", "| opt -Xmx9m", "| wrapper none"])
        fork = self.elsewhere(tree, "fork", **FORK, MAVEN_ARGS=tree.env["MAVEN_ARGS"])
        fork.run("app/build")
        self.assertEqual(fork.outcomes(), {"app/build": "reused"}, "what the base branch built is of use to it")
        tree.write("pom.xml", (tree.source / "pom.xml").read_text() + "\n")
        fork.run("app/build")
        copy, = (tree.home / "cache/domains").glob("*/dirs/*/repository")
        self.assertEqual(self.opts(fork)[:3], ["| opt -XX:TieredStopAtLevel=1", "| opt -Xmx9m", f"| opt -Dmaven.repo.local={copy}"])
        self.assertEqual((copy / "shop/lib/1-SNAPSHOT/lib-1-SNAPSHOT.jar").read_text(), "one")
        fork.run("app/build")
        self.assertEqual(fork.outcomes(), {"app/build": "up-to-date"})
        (repository / "shop/lib/1-SNAPSHOT/lib-1-SNAPSHOT.jar").write_text("two")
        fork.run("app/build")
        self.assertEqual(fork.outcomes(), {"app/build": "up-to-date"}, "its own is as it was")
        (copy / "shop/lib/1-SNAPSHOT/lib-1-SNAPSHOT.jar").write_text("three")
        self.assertEqual(fork.reasons("app/build"), ["lib:1-SNAPSHOT changed"])
        tree.run("app/build")
        self.assertEqual(tree.outcomes(), {"app/build": "ran"})

    def test_maven_locks_by_itself_where_its_version_can(self):
        for version, locks in (("3.9.9", True), ("4.0.0", True), ("3.8.7", False)):
            with self.subTest(version):
                tree, _ = self.maven(version, name=version)
                tree.run("app/build")
                self.assertEqual("| opt -Daether.syncContext.named.factory=file-lock" in self.opts(tree), locks, self.opts(tree))

    def test_cache_dirs_are_listed(self):
        tree = self.fetching()
        self.ask(tree, "first")
        listed = json.loads(tree.cicd("cache", "dirs", "--json").stdout)
        self.assertEqual(listed, {"schema": 1, "folders": [{"folder": str(tree.home / "fetched"), "declared": "FETCHED=~/fetched", "names": [], "steps": ["app/build"],
                                                            "files": 1, "bytes": 5}]})
        self.assertEqual(tree.cicd("cache", "dirs").stdout, f"{tree.home}/fetched  5 B in 1 file\n  app/build\n")
        self.assertIn("cache dirs", tree.cicd("explain", "app.build").stdout)
        self.assertIn("files", tree.cicd("cache").stdout)


if __name__ == "__main__":
    unittest.main(verbosity=2)
