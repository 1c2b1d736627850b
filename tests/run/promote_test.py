"""Promotions by hand, what they would bring, and events that deploy to several environments at once."""

import json
import shutil
import subprocess
import unittest

import harness

CALLS = """
add_pipeline(app)
pipeline_release(app BRANCHES main VERSIONS semantic)
pipeline_step(app build SHELL "cat in.txt > out.txt; date +%s%N >> out.txt; echo built >> $COUNT" INPUTS in.txt OUTPUTS out.txt PASS_ENV COUNT STAGE build)
pipeline_image(app BASE scratch FILES out.txt=/app/out.txt ENTRYPOINT /app/out.txt)
pipeline_service(app api PORT 8080 REPLICAS 2)
pipeline_environment(app stage ON branch main VIA gitops REPOSITORY {repository} PATH stage HEALTH committed)
pipeline_environment(app demo ON tag rc-* VIA render PATH demo FROM stage)
pipeline_environment(app prod ON tag v* VIA gitops REPOSITORY {repository} PATH prod FROM stage)
pipeline_environment(app eu FROM stage demo VIA gitops REPOSITORY {repository} PATH eu)
"""


class Promote(harness.Case):
    def made(self, calls=CALLS):
        """A tree whose commit is in stage."""
        self.count, self.repository = self.folder / "count", self.folder / "manifests.git"
        subprocess.run([harness.tool("git"), "init", "--quiet", "--bare", "--initial-branch=main", str(self.repository)], check=True)
        tree = self.tree()
        tree.env["COUNT"] = str(self.count)
        tree.write("in.txt", "one")
        tree.declare(calls.replace("{repository}", str(self.repository)))
        tree.commit("the first")
        tree.set_user()
        tree.configure()
        tree.run("app.deploy-stage")
        return tree

    def gone_on(self, tree):
        """A newer commit is checked out, of which nothing was made; gives the one before."""
        before = tree.git("rev-parse", "HEAD")
        tree.write("in.txt", "two")
        tree.commit("the second")
        return before

    def of(self, environment):
        return json.loads(self.trees[0].manifests("show", f"main:.cicd/records/{environment}.json", repository=self.repository))

    def built(self):
        return len(self.count.read_text().split())

    def tags(self, tree):
        index = json.loads((tree.build / "registry/app/index.json").read_text())
        return {one["annotations"]["org.opencontainers.image.ref.name"] for one in index["manifests"]}

    # ---- by hand ----

    def test_what_the_environment_before_runs_is_promoted_whatever_is_checked_out(self):
        tree = self.made()
        tree.git("tag", "v1.0.0")
        commit = self.gone_on(tree)
        tree.write("in.txt", "uncommitted")
        done = tree.cicd("promote", "app", "prod")
        self.assertEqual(done.stdout.splitlines()[0], f"app/prod: commit {commit[:7]}, which runs in stage")
        prod = self.of("prod")
        self.assertEqual((prod["commit"], prod["tag"], prod["version"], prod["branch"], prod["dirty"]), (commit, "v1.0.0", "v1.0.0", "main", False))
        self.assertEqual(prod["images"]["image"]["manifest"], self.of("stage")["images"]["image"]["manifest"])
        self.assertEqual(self.built(), 1)
        self.assertEqual(tree.result()["commit"], commit)
        self.assertIn("v1.0.0", tree.cicd("history", "app", "prod").stdout)
        tree.cicd("promote", "app", "prod")
        self.assertEqual(tree.outcomes(), {"app/deploy-prod": "up-to-date"})

    def test_a_version_a_commit_or_an_environment_is_promoted(self):
        tree = self.made()
        tree.git("tag", "v1.0.0")
        tree.git("tag", "v1.1.0")
        commit = self.gone_on(tree)
        tree.cicd("promote", "app", "prod", "--version", "1.0.0")
        self.assertEqual((self.of("prod")["tag"], self.of("prod")["commit"]), ("v1.0.0", commit))
        tree.cicd("promote", "app", "prod", "--version", "v1.1.0")
        self.assertEqual(self.of("prod")["tag"], "v1.1.0")
        tree.git("tag", "rc-1", commit)
        tree.cicd("promote", "app", "demo", "--commit", commit[:8])
        told = json.loads(tree.cicd("promote", "app", "eu", "--from", "demo", "--json").stdout)
        self.assertEqual((told["outcome"], told["commit"], told["from"], told["deployed"][0]["version"]), ("done", commit, "demo", commit[:7]))
        self.assertEqual(self.of("eu")["commit"], commit)
        self.assertEqual(self.built(), 1)

    def test_a_hold_of_a_version_is_of_its_artifact_however_it_is_named(self):
        tree = self.made()
        tree.git("tag", "v1.0.0")
        commit = self.gone_on(tree)
        for version, named in (("1.0.0", "v1.0.0"), ("v1.0.0", "v1.0.0"), (commit, commit[:7])):
            with self.subTest(version=version):
                tree.cicd("hold", "set", "app", "prod", "--reason", "slow", "--version", version)
                self.assertIn(f"version {named} is on hold", tree.cicd("hold", "show", "app", "prod").stdout)
                self.assertIn("this version is held out", tree.cicd("promote", "app", "prod", status=5).all)
        tree.cicd("hold", "set", "app", "prod", "--reason", "slow", "--version", "1.0.0")
        tree.git("tag", "v1.0.1", commit)
        self.assertIn("this version is held out", tree.cicd("promote", "app", "prod", "--version", "v1.0.1", status=5).all)
        unknown = tree.cicd("hold", "set", "app", "prod", "--reason", "slow", "--version", "v1.0.9", status=2)
        self.assertIn("there is no such version here: 'v1.0.9'", unknown.all)
        self.assertIn(harness.note_in(unknown.all, "did you mean"), ("v1.0.0", "v1.0.1"))
        tree.cicd("hold", "release", "app", "prod")
        tree.cicd("promote", "app", "prod", "--version", "v1.0.0")
        tree.cicd("promote", "app", "prod", "--version", "v1.0.1")
        self.assertIn("v1.0.0", tree.cicd("rollback", "app", "prod", "--to", "1.0.0").all)

    def test_a_commit_without_a_tag_is_promoted_to_an_environment_that_follows_tags(self):
        tree = self.made()
        commit = self.gone_on(tree)
        tree.cicd("promote", "app", "prod")
        self.assertEqual((self.of("prod")["commit"], self.of("prod")["version"], "tag" in self.of("prod")), (commit, commit[:7], False))

    def test_what_is_not_said_or_not_there_names_what_is(self):
        tree = self.made()
        tree.git("tag", "v1.0.0")
        before = tree.commits(self.repository)
        for words, what, label, text in (
                (("eu",), "it is not known what is to be promoted: 'stage, demo'", "allowed", "--version <tag>, --commit <commit>, --from stage, --from demo"),
                (("stage",), "comes FROM no other, so it is not known what is to be promoted", "allowed", "--version <tag>, --commit <commit>, --from <environment>"),
                (("prd",), "has no such environment: 'prd'", "did you mean", "prod"),
                (("prod", "--version", "v1.0.1"), "there is no such version here: 'v1.0.1'", "did you mean", "v1.0.0"),
                (("prod", "--version", "9"), "there is no such version here: 'v9'", "allowed", "v1.0.0"),
                (("prod", "--commit", "maim"), "there is no such commit here: 'maim'", "did you mean", "main"),
                (("prod", "--from", "stag"), "there is no such environment: 'stag'", "did you mean", "stage"),
                (("prod", "--from", "prod"), "an environment is not promoted from itself", "allowed", "stage, demo, eu"),
                (("prod", "--from", "demo"), "nothing was deployed there yet: 'demo'", "try", "run app.deploy-demo"),
                (("prod", "--wait", "15"), "--wait: not a length of time: '15'", "did you mean", "15s"),
                (("prod", "--hotfix"), "--hotfix needs a reason", "try", "--hotfix --reason"),
                (("prod", "--reason", "x"), "--reason means nothing without --hotfix", "try", "--hotfix --reason")):
            with self.subTest(words=words):
                done = tree.cicd("promote", "app", *words, status=2)
                self.assertIn(what, done.stderr)
                self.assertIn(text, harness.note_in(done.stderr, label))
        self.assertEqual(tree.commits(self.repository), before)

    def test_a_shallow_clone_says_that_it_is_one(self):
        tree = self.made()
        first = self.gone_on(tree)
        shutil.rmtree(tree.source / ".git")
        subprocess.run([harness.tool("git"), "clone", "--quiet", "--depth=1", "--no-checkout", "--origin", "upstream", tree.remote.as_uri(), str(tree.root / "shallow")], check=True)
        shutil.move(tree.root / "shallow/.git", tree.source / ".git")
        tree.git("reset", "--quiet")
        done = tree.cicd("promote", "app", "prod", "--commit", first, status=2)
        self.assertIn("the clone is shallow", done.stderr)
        self.assertIn("git fetch --unshallow", harness.note_in(done.stderr, "try"))

    def test_every_rule_is_asked_before_an_image_gets_a_tag(self):
        tree = self.made()
        tree.git("tag", "v1.0.0")
        first = self.gone_on(tree)
        tree.run("app.publish")
        tree.git("tag", "v2.0.0")
        self.assertIn("this commit was never deployed to stage", tree.cicd("promote", "app", "prod", "--version", "v2.0.0", status=5).stderr)
        self.assertNotIn("v2.0.0", self.tags(tree))
        tree.cicd("hold", "set", "app", "prod", "--reason", "frozen")
        self.assertIn("on hold", tree.cicd("promote", "app", "prod", status=5).stderr)
        tree.cicd("hold", "release", "app", "prod")
        tree.cicd("yank", "app", first[:7], "--reason", "no")
        self.assertIn("yanked by", tree.cicd("promote", "app", "prod", status=5).stderr)
        tree.git("switch", "--quiet", "--create", "topic")
        tree.write("in.txt", "three")
        commit = tree.commit("the third")
        tree.run("app.publish")
        self.assertIn(f"this commit is not on main: '{commit[:7]}'", tree.cicd("promote", "app", "prod", "--commit", commit, status=5).stderr)
        self.assertNotIn("prod", tree.manifests("ls-tree", "--name-only", "main", repository=self.repository).split())

    def test_a_yank_of_the_commit_that_built_the_images_counts_until_they_are_deployed(self):
        tree = self.made(CALLS + "pipeline_environment(app qa ON tag qa-* VIA render PATH qa GATE ./slo.sh)\n")
        built = tree.git("rev-parse", "--short=7", "HEAD")
        tree.write("slo.sh", f"#!/bin/sh\n'{tree.build}/.cicd/cicd' yank app {built} --reason 'bad orders'\n").chmod(0o755)
        tree.commit("what no image is made of")
        tree.configure()
        tree.git("tag", "qa-1.0.0")
        done = tree.run("app.deploy-qa", status=5)
        self.assertIn("yanked by Jane Doe", done.all)
        self.assertIn("has the same images", harness.note_in(done.all, "caused by"))
        self.assertNotIn("qa-1.0.0", self.tags(tree))
        self.assertFalse((tree.build / "qa/.cicd/record.json").exists())

    def test_a_commit_without_an_artifact_names_those_near(self):
        tree = self.made()
        first = self.gone_on(tree)
        done = tree.cicd("promote", "app", "prod", "--commit", "HEAD", status=5)
        self.assertIn("there is no artifact of this commit", done.stderr)
        self.assertEqual(harness.note_in(done.stderr, "near"), first[:7])
        second = tree.git("rev-parse", "HEAD")
        tree.git("checkout", "--quiet", first)
        done = tree.cicd("promote", "app", "prod", "--commit", second, status=5)
        self.assertEqual(harness.note_in(done.stderr, "near"), first[:7])

    def test_a_hotfix_passes_over_from_and_nothing_else_and_is_recorded(self):
        tree = self.made()
        self.gone_on(tree)
        tree.run("app.publish")
        tree.git("tag", "v1.0.0")
        tree.cicd("promote", "app", "prod", "--version", "v1.0.0", status=5)
        hotfix = ("promote", "app", "prod", "--version", "v1.0.0", "--hotfix", "--reason", "orders are lost")
        tree.cicd("hold", "set", "app", "prod", "--reason", "frozen")
        self.assertIn("on hold", tree.cicd(*hotfix, status=5).stderr)
        tree.cicd("hold", "release", "app", "prod")
        tree.cicd("yank", "app", "v1.0.0", "--reason", "no")
        self.assertIn("yanked by", tree.cicd(*hotfix, status=5).stderr)
        tree.cicd("yank", "app", "v1.0.0", "--reason", "no", "--lift")
        tree.cicd(*hotfix)
        self.assertEqual(self.of("prod")["hotfix"], "orders are lost")
        self.assertIn("#1 is a hotfix: orders are lost", tree.cicd("history", "app", "prod").stdout)
        status = tree.cicd("status").stdout
        self.assertIn("prod hotfix: orders are lost", status)
        self.assertRegex(status, r"! app/prod: v1\.0\.0 \(.*\) is a hotfix, by Jane Doe, .*: orders are lost")
        self.assertNotIn("hotfix", self.of("stage"))

    def test_an_artifact_under_way_is_waited_for(self):
        tree = self.made()
        self.gone_on(tree)
        done = tree.cicd("promote", "app", "prod", "--commit", "HEAD", "--wait", "1s", status=3)
        self.assertIn("there is still no artifact of this commit after 1s", done.stderr)
        self.assertIn("no run of this build tree", harness.note_in(done.stderr, "under way"))
        waits = tree.start(tree.launcher, "promote", "app", "prod", "--commit", "HEAD", "--wait", "60s", "--hotfix", "--reason", "x")
        harness.until(lambda: "waiting for the artifact of" in (tree.root / "out.txt").read_text(), what="the wait")
        tree.run("app.publish")
        self.assertEqual(waits.wait(60), 0, (tree.root / "out.txt").read_text())
        self.assertEqual(self.of("prod")["commit"], tree.git("rev-parse", "HEAD"))

    def test_an_environment_of_a_branch_is_promoted_to_by_hand(self):
        tree = self.made()
        first = tree.git("rev-parse", "HEAD")
        self.gone_on(tree)
        tree.run("app.deploy-stage")
        self.assertIn("superseded", tree.cicd("promote", "app", "stage", "--commit", first, status=3).stderr)
        tree.cicd("promote", "app", "stage", "--commit", "HEAD")
        self.assertEqual(tree.outcomes(), {"app/deploy-stage": "up-to-date"})

    # ---- what it would bring ----

    def test_notes_tell_what_comes_and_what_goes(self):
        tree = self.made()
        tree.git("tag", "v1.0.0")
        tree.cicd("promote", "app", "prod")
        first = self.gone_on(tree)
        tree.declare((tree.source / "CMakeLists.txt").read_text().split("find_package(cicd REQUIRED)\n")[1].replace("REPLICAS 2", "REPLICAS 3"))
        second = tree.commit("more of them")
        tree.configure()
        tree.git("remote", "set-url", "upstream", "git@github.com:shop/orders.git")
        tree.run("app.publish", "--allow-dirty", "publish")
        text = tree.cicd("notes", "app", "prod", "--to", "HEAD").stdout
        lines = text.splitlines()
        self.assertEqual(lines[0], f"app prod: v1.0.0 → {second[:7]}")
        self.assertIn(f"  + {second[:7]} more of them", lines)
        self.assertIn("  ~ pipeline_service app api REPLICAS: 2 → 3", lines)
        self.assertIn("  ~ image: sha256:", text)
        self.assertEqual(lines[-1], f"compare  https://github.com/shop/orders/compare/{first}...{second}")
        markdown = tree.cicd("notes", "app", "prod", "--to", "HEAD", "--markdown").stdout
        self.assertIn("### comes\n", markdown)
        self.assertIn("- pipeline_service app api `REPLICAS`: 2 → 3", markdown)
        told = json.loads(tree.cicd("notes", "app", "prod", "--to", "HEAD", "--json").stdout)
        self.assertEqual([one["commit"] for one in told["comes"]][0], second)
        self.assertEqual(told["options"], [{"what": "pipeline_service app api", "option": "REPLICAS", "before": "2", "after": "3"}])
        self.assertEqual((told["there"]["commit"], told["next"]["commit"], told["goes"]), (first, second, []))
        self.assertIn("nothing changes", tree.cicd("notes", "app", "prod").stdout)
        self.assertIsNone(told["next"]["yanked"])
        yanked = tree.cicd("yank", "app", second, "--reason", "slow").stdout
        self.assertIn(f"cicd yank app {second[:7]} --lift --reason", yanked)
        self.assertRegex(tree.cicd("notes", "app", "prod", "--to", "HEAD").stdout, f"! {second[:7]} was yanked by Jane Doe .*: slow; it is not deployed")
        self.assertEqual(json.loads(tree.cicd("notes", "app", "prod", "--to", "HEAD", "--json").stdout)["next"]["yanked"]["reason"], "slow")
        again = tree.cicd("yank", "app", second, "--reason", "slow", status=3)
        self.assertIn("--lift", harness.note_in(again.stderr, "try"))
        back = json.loads(tree.cicd("notes", "app", "stage", "--to", "v1.0.0", "--json").stdout)
        self.assertEqual(back["comes"], [])
        self.assertIn("did you mean: v1.0.0", tree.cicd("notes", "app", "prod", "--to", "v1.0.1", status=2).stderr)

    def test_notes_of_what_was_never_deployed_and_of_what_has_no_artifact(self):
        tree = self.made()
        self.assertIn("app prod: nothing is deployed → ", tree.cicd("notes", "app", "prod").stdout)
        tree.cicd("promote", "app", "prod")
        self.gone_on(tree)
        self.assertIn("not known: the options: there is no artifact of", tree.cicd("notes", "app", "prod", "--to", "HEAD").stdout)

    # ---- an event of several environments ----

    def several(self):
        return self.made(CALLS + "pipeline_environment(app us ON tag v* VIA gitops REPOSITORY {repository} PATH us FROM stage)\n"
                         "add_pipeline(other)\n"
                         "pipeline_image(other FILES in.txt=/in.txt ENTRYPOINT /in.txt)\npipeline_service(other web PORT 80)\n"
                         "pipeline_environment(other live ON tag v* VIA gitops REPOSITORY {repository} PATH live)\n")

    def there(self):
        return self.trees[0].manifests("ls-tree", "--name-only", "main", repository=self.repository).split()

    def test_where_one_environment_of_a_pipeline_is_refused_none_moves_and_other_pipelines_do(self):
        tree = self.several()
        tree.run("other.publish")
        tree.git("tag", "v1.0.0")
        self.gone_on(tree)
        tree.run("app.deploy-stage")
        tree.git("tag", "v2.0.0")
        tree.cicd("promote", "app", "us", "--version", "v2.0.0")
        tree.git("checkout", "--quiet", "v1.0.0")
        tree.configure()
        plan = tree.cicd("plan", "--event", "tag=v1.0.0", status=3)
        self.assertIn("would not be deployed: app/deploy-us is refused (--keep-going deploys it)", plan.stdout)
        done = tree.run("--event", "tag=v1.0.0", status=3)
        self.assertIn("superseded: v2.0.0 is there", done.stderr)
        self.assertEqual(self.there(), [".cicd", "live", "stage", "us"])
        self.assertEqual(tree.outcomes(), {"other/deploy-live": "ran"})
        self.assertNotIn("v1.0.0", self.tags(tree))
        tree.run("--event", "tag=v1.0.0", "--keep-going", status=3)
        self.assertEqual((self.of("prod")["tag"], self.of("us")["tag"]), ("v1.0.0", "v2.0.0"))

    def test_an_environment_that_only_waits_keeps_no_other_back(self):
        tree = self.several()
        tree.run("other.publish")
        tree.git("tag", "v1.0.0")
        tree.cicd("hold", "set", "app", "us", "--reason", "frozen")
        done = tree.run("--event", "tag=v1.0.0", status=5)
        self.assertIn("deploys to this environment are on hold", done.stderr)
        self.assertEqual(self.there(), [".cicd", "live", "prod", "stage"])
        tree.cicd("hold", "release", "app", "us")
        tree.run("--event", "tag=v1.0.0")
        self.assertEqual(self.of("us")["tag"], "v1.0.0")

    def test_a_tag_that_was_moved_is_known_by_all_that_the_environment_had(self):
        tree = self.made()
        tree.git("tag", "v1.0.0")
        tree.run("--event", "tag=v1.0.0")
        first = self.gone_on(tree)
        tree.run("app.deploy-stage")
        tree.git("tag", "v1.1.0")
        tree.run("--event", "tag=v1.1.0")
        second = tree.git("rev-parse", "HEAD")
        tree.git("tag", "--delete", "v1.1.0")
        tree.git("tag", "--force", "v1.0.0")
        done = tree.run("--event", "tag=v1.0.0", status=3)
        self.assertIn(f"tag v1.0.0 was moved: {first[:7]} → {second[:7]}", done.stderr)
        self.assertEqual(self.of("prod")["tag"], "v1.1.0")

    def test_an_environment_by_its_name_alone_is_meant_as_its_deploy(self):
        tree = self.made()
        self.assertEqual(harness.note_in(tree.run("prod", status=2).stderr, "did you mean"), "app.deploy-prod")

    def test_a_rollback_goes_to_a_commit(self):
        tree = self.made()
        tree.run("app.deploy-stage")
        first = self.gone_on(tree)
        tree.run("app.deploy-stage")
        tree.cicd("rollback", "app", "stage", "--to", first[:10])
        self.assertEqual(self.of("stage")["commit"], first)

    def test_a_version_whose_number_is_too_long_is_not_made(self):
        tree = self.made()
        tree.git("tag", "v1.0." + "9" * 19)
        done = tree.cicd("tag", "app", "--next", "patch", status=2)
        self.assertIn("a number of more than 19 digits: 'v1.0.1" + "0" * 19, done.stderr)
        tree.git("tag", "--delete", "v1.0." + "9" * 19)
        self.assertIn("push it: git push upstream v0.1.0", tree.cicd("tag", "app", "--next", "minor").stdout)

    def test_from_that_is_unknown_does_not_name_the_environment_itself(self):
        tree = self.tree()
        tree.declare(CALLS.replace("{repository}", "https://git.invalid/m.git").replace("PATH prod FROM stage", "PATH prod FROM stagee"))
        done = tree.configure(status=2)
        self.assertNotIn("prod", harness.note_in(done.all, "allowed"))


if __name__ == "__main__":
    unittest.main()
