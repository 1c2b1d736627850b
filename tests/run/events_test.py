"""Releases: which ref sets off what, deploys by a tag, FROM, the order of versions, and the tag that `cicd tag` makes."""

import json
import subprocess
import unittest

import harness

RELEASED = harness.DEPLOYED + """
pipeline_environment(app demo ON tag rc-* VIA gitops{where} HEALTH committed FROM stage)
pipeline_environment(app prod ON tag v* VIA gitops{where} FROM stage|demo)
pipeline_release(app BRANCHES main release/* VERSIONS semantic)
"""


class Release(harness.Case):
    def made(self, where=""):
        """A pushed commit on main that stage has. `where`: REPOSITORY of the others."""
        self.contents = 0
        tree = self.tree()
        tree.declare(RELEASED.format(where=where))
        self.commit(tree)
        tree.configure()
        tree.run("--event", "branch=main")
        return tree

    def commit(self, tree):
        self.contents += 1
        tree.write("in.txt", f"content {self.contents}")
        return tree.commit()

    def github(self, tree, kind, name):
        """What GitHub Actions sets on a push of a branch or a tag."""
        path = self.folder / "event.json"
        path.write_text(json.dumps({"repository": {"full_name": "us/orders"}}))
        return {"CI": "true", "GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "push", "GITHUB_EVENT_PATH": str(path), "GITHUB_REPOSITORY": "us/orders",
                "GITHUB_SERVER_URL": "https://git.example.com", "GITHUB_SHA": tree.git("rev-parse", "HEAD"), "GITHUB_REF": f"refs/{kind}s/{name}".replace("branchs", "heads"),
                "GITHUB_REF_NAME": name, "GITHUB_REF_TYPE": kind, "GITHUB_ACTOR": "jane"}

    # ---- which ref sets off what ----

    def test_triggers_are_listed_without_anything_that_is_contacted(self):
        tree = self.tree()
        tree.write("in.txt", "one")
        tree.declare(RELEASED.format(where=" REPOSITORY https://git.invalid/m.git")).configure()
        lines = tree.cicd("triggers").stdout.splitlines()
        self.assertEqual([line.split() for line in lines[:4]],
                         [["EVENT", "PIPELINE", "ENVIRONMENT", "SETS", "OFF", "FROM"], ["branch", "main", "app", "stage", "app.deploy-stage"],
                          ["tag", "rc-*", "app", "demo", "app.deploy-demo", "stage"], ["tag", "v*", "app", "prod", "app.deploy-prod", "stage|demo"]])
        self.assertEqual(lines[-1], "app is released from commits of main or release/*, tags in the order VERSIONS semantic")
        told = json.loads(tree.cicd("triggers", "app", "prod", "--json").stdout)
        self.assertEqual(told["triggers"], [{"event": {"kind": "tag", "pattern": "v*"}, "pipeline": "app", "environment": "prod",
                                             "target": "app.deploy-prod", "from": ["stage|demo"]}])
        self.assertEqual(told["releases"], [{"pipeline": "app", "branches": ["main", "release/*"], "versions": "semantic"}])

    def test_an_event_runs_what_its_plan_shows_and_nothing_else(self):
        tree = self.made()
        tree.git("tag", "rc-1")
        plan = tree.cicd("plan", "--event", "tag=rc-1").stdout
        self.assertEqual(plan.splitlines()[0], "app.deploy-demo, on tag rc-1")
        tree.run("--event", "tag=rc-1")
        record = tree.record("demo")
        self.assertEqual((record["tag"], record["commit"]), ("rc-1", tree.git("rev-parse", "HEAD")))
        self.assertEqual(tree.manifests("ls-tree", "--name-only", "main").split(), [".cicd", "demo", "stage"])

    def test_a_tag_that_is_not_there_yet_is_rehearsed_and_not_run(self):
        tree = self.made()
        plan = tree.cicd("plan", "--event", "tag=rc-1")
        self.assertEqual(plan.stdout.splitlines()[:2], ["rehearsal on HEAD", "app.deploy-demo, on tag rc-1"])
        tree.git("tag", "rc-2")
        refused = tree.run("--event", "tag=rc-1", status=2)
        self.assertIn("there is no such tag: 'rc-1'", refused.all)
        self.assertEqual(harness.note_in(refused.all, "did you mean"), "rc-2")

    def test_an_event_that_is_not_that_of_what_is_checked_out_is_refused(self):
        tree = self.made()
        tree.git("tag", "rc-1")
        tree.git("branch", "release/1")
        self.commit(tree)
        for event in ("tag=rc-1", "branch=release/1"):
            refused = tree.run("--event", event, "deploy-stage", status=2)
            self.assertIn("is on another commit than what is checked out", refused.all)
        self.assertNotIn("rehearsal", tree.cicd("plan", "--event", "branch=main").stdout)
        tree.git("switch", "--quiet", "--create", "topic")
        self.commit(tree)
        plan = tree.cicd("plan", "--event", "branch=main")
        self.assertEqual(plan.stdout.splitlines()[0], "rehearsal on HEAD")
        self.assertIn("HEAD is not on this branch", plan.stderr)
        self.assertIn("is on another commit", tree.run("--event", "branch=main", status=2).all)
        tree.git("tag", "x")
        self.assertIn("no environment follows this tag: 'x'", tree.run("--event", "tag=x", status=2).all)
        self.assertIn("not a git event: 'tags=rc-1'", tree.run("--event", "tags=rc-1", status=2).all)

    def test_the_event_of_ci_is_read_and_never_replaced(self):
        tree = self.made()
        tree.git("tag", "rc-1")
        refused = tree.run("--event", "tag=rc-1", status=5, env=self.github(tree, "branch", "main"))
        self.assertIn("the CI system says that another event set this run off: 'tag=rc-1'", refused.all)
        self.assertIn("GitHub Actions: push main", harness.note_in(refused.all, "there"))
        self.assertIn("the event is not known", tree.run("--event", "ci", status=2).all)
        tree.run("--event", "ci", env=self.github(tree, "tag", "rc-1"))
        self.assertEqual(tree.record("demo")["tag"], "rc-1")

    # ---- what may be released ----

    def refused(self, tree, tag, status, *texts):
        tree.git("tag", "--force", tag)
        done = tree.run("--event", f"tag={tag}", status=status)
        for text in texts:
            self.assertIn(text, done.all)
        return done

    def test_a_commit_comes_from_where_it_was_deployed_before(self):
        tree = self.made()
        commit = self.commit(tree)
        tree.run("app.publish")
        done = self.refused(tree, "v1.0.0", 5, f"this commit was never deployed to stage or demo: '{commit[:7]}'")
        self.assertIn("FROM stage|demo", harness.note_in(done.all, "allowed"))
        tree.cicd("plan", "app.deploy-prod", status=5)  # that was named ends as its run would
        plan = tree.cicd("plan", "--event", "tag=v1.0.0", status=5)
        self.assertIn("would be refused: this commit was never deployed", plan.stdout)
        self.assertIn("cicd: error: app/deploy-prod: this commit was never deployed to stage or demo", plan.stderr)
        tree.run("deploy-stage")
        self.commit(tree)
        tree.run("deploy-stage")
        # What stage had counts, although a newer commit is there.
        tree.git("checkout", "--quiet", "v1.0.0")
        tree.configure()
        tree.run("--event", "tag=v1.0.0")
        self.assertEqual(tree.record("prod")["commit"], commit)

    def test_a_commit_that_changes_nothing_of_the_images_comes_from_where_they_are(self):
        tree = self.made()
        tree.write("README.md", "words")
        tree.commit()
        tree.run("--event", "branch=main")
        tree.git("tag", "v1.0.0")
        tree.run("--event", "tag=v1.0.0")
        self.assertEqual(tree.record("prod")["tag"], "v1.0.0")

    def test_what_says_nothing_is_refused(self):
        tree = self.made()
        for words in (("plan", "--event", ""), ("hold", "set", "app", "stage", "--reason", " "), ("yank", "app", "HEAD", "--reason", "")):
            self.assertIn("its value is empty", tree.cicd(*words, status=2).stderr)

    def test_a_yanked_commit_gets_no_tag_and_a_signing_git_asks_nothing(self):
        tree = self.made()
        tree.git("config", "tag.gpgSign", "true")
        tree.git("config", "gpg.program", "false")
        tree.cicd("tag", "app", "--next", "rc")
        tree.cicd("yank", "app", "HEAD", "--reason", "loses orders")
        self.assertIn("loses orders", tree.cicd("tag", "app", "--next", "rc", status=5).stderr)

    def test_tags_go_by_their_versions(self):
        tree = self.made()
        first = tree.git("rev-parse", "HEAD")
        self.commit(tree)
        tree.run("deploy-stage")
        tree.git("tag", "v1.10.0")
        tree.run("--event", "tag=v1.10.0")
        tree.git("checkout", "--quiet", first)
        tree.configure()
        done = self.refused(tree, "v1.9.0", 3, "superseded: v1.10.0 is there: 'v1.9.0'")
        self.assertRegex(harness.note_in(done.all, "try"), r"^git fetch --tags, and give the commit a version above v1\.10\.0: \S+/cicd tag app --help$")
        # An older commit whose version is the higher one: a fix of an older line.
        tree.git("tag", "--delete", "v1.9.0")
        tree.git("tag", "v1.10.1")
        tree.run("--event", "tag=v1.10.1")
        self.assertEqual(tree.record("prod")["tag"], "v1.10.1")

    def test_a_tag_that_is_no_version_and_one_that_was_moved_are_refused(self):
        tree = self.made()
        self.refused(tree, "verify-me", 5, "this tag is not a version of VERSIONS semantic: 'verify-me'", "a tag such as v1.5.0")
        tree.git("tag", "--delete", "verify-me")
        tree.git("tag", "v1.0.0")
        tree.run("--event", "tag=v1.0.0")
        before = tree.git("rev-parse", "HEAD")
        after = self.commit(tree)
        tree.run("deploy-stage")
        self.refused(tree, "v1.0.0", 3, f"tag v1.0.0 was moved: {before[:7]} → {after[:7]}")

    def test_only_commits_of_its_branches_are_released(self):
        repository = self.folder / "outside.git"
        subprocess.run([harness.tool("git"), "init", "--quiet", "--bare", "--initial-branch=main", str(repository)], check=True)
        for where in ("", f" REPOSITORY {repository}"):
            with self.subTest(where=where):
                self.contents = 0
                tree = self.tree(name="outside" if where else "inside")
                tree.declare(RELEASED.format(where=where).replace(" FROM stage)", ")"))
                self.commit(tree)
                tree.configure()
                tree.git("switch", "--quiet", "--create", "topic")
                commit = self.commit(tree)
                done = self.refused(tree, "rc-1", 5, f"this commit is not on main or release/*: '{commit[:7]}'")
                self.assertIn("BRANCHES of pipeline_release(): main, release/*", harness.note_in(done.all, "allowed"))
                tree.git("switch", "--quiet", "--create", "release/1")
                tree.push()
                tree.run("app.publish")
                tree.run("--event", "tag=rc-1")

    # ---- cicd tag ----

    def test_the_next_tag_is_made_where_its_deploy_would_be_let_in(self):
        tree = self.made()
        done = tree.cicd("tag", "app", "--next", "rc")
        self.assertEqual(done.stdout.splitlines()[0], f"rc-1 on {tree.git('rev-parse', 'HEAD')[:7]}")
        self.assertIn("sets off app.deploy-demo", done.stdout)
        self.assertIn("rc-2 on", tree.cicd("tag", "--next", "rc").stdout)
        self.assertIn("v0.1.0 on", tree.cicd("tag", "app", "--next", "minor").stdout)
        tree.run("--event", "tag=v0.1.0")
        commit = self.commit(tree)
        refused = tree.cicd("tag", "app", "--next", "patch", status=5)
        self.assertIn(f"this commit was never deployed to stage or demo: '{commit[:7]}'", refused.all)
        tree.cicd("hold", "set", "app", "prod", "--reason", "frozen")
        self.assertIn("deploys to this environment are on hold", tree.cicd("tag", "app", "--next", "patch", "--commit", "HEAD~1", status=5).all)
        tree.cicd("hold", "release", "app", "prod")
        self.assertEqual(tree.git("tag").split(), ["rc-1", "rc-2", "v0.1.0"], "what was refused made no tag")
        self.assertIn("v0.1.1 on", tree.cicd("tag", "app", "--next", "patch", "--commit", "HEAD~1").stdout)
        self.assertEqual(tree.git("rev-parse", "v0.1.1"), tree.git("rev-parse", "HEAD~1"))

    def test_a_tag_that_is_pushed_comes_after_those_of_the_remote(self):
        tree = self.made()
        tree.tag("v1.4.2")
        tree.git("tag", "--delete", "v1.4.2")
        done = tree.cicd("tag", "app", "--next", "minor", "--push")
        self.assertIn("v1.5.0 on", done.stdout)
        self.assertIn("pushed to upstream", done.stdout)
        self.assertEqual(subprocess.run([harness.tool("git"), "-C", str(tree.remote), "rev-parse", "v1.5.0"], capture_output=True, text=True, check=True).stdout.strip(),
                         tree.git("rev-parse", "HEAD"))
        hook = tree.remote / "hooks/update"
        hook.write_text("#!/bin/sh\necho no tags here >&2\nexit 1\n")
        hook.chmod(0o755)
        refused = tree.cicd("tag", "app", "--next", "minor", "--push", status=6)
        self.assertIn("the remote repository does not take the tag", refused.all)
        self.assertEqual(refused.stdout, "")
        self.assertEqual(tree.git("tag"), "v1.5.0", "one that was not taken is not left in the way")

    def test_a_tag_is_made_where_all_that_it_sets_off_would_be_let_in_and_tells_each(self):
        tree = self.made()
        tree.declare(RELEASED.format(where="") + """
pipeline_environment(app eu ON tag v* VIA gitops PATH eu FROM stage)
add_pipeline(other)
pipeline_image(other FILES in.txt=/in.txt ENTRYPOINT /in.txt)
pipeline_service(other web PORT 80)
pipeline_environment(other live ON tag v* VIA gitops PATH live FROM test)
pipeline_environment(other test ON branch main VIA gitops PATH test HEALTH committed)
""")
        tree.commit()
        tree.configure()
        tree.run("app.deploy-stage")
        tree.cicd("hold", "set", "app", "eu", "--reason", "frozen")
        refused = tree.cicd("tag", "app", "--next", "minor", "--environment", "prod", status=5)
        self.assertIn("deploys to this environment are on hold", refused.stderr)
        self.assertEqual(tree.git("tag"), "", "what was refused made no tag")
        tree.cicd("hold", "set", "app", "prod", "--reason", "frozen, too")
        self.assertEqual(tree.cicd("tag", "app", "--next", "minor", status=5).stderr.count("deploys to this environment are on hold"), 2)
        tree.cicd("hold", "release", "app", "eu")
        tree.cicd("hold", "release", "app", "prod")
        done = tree.cicd("tag", "app", "--next", "minor", "--environment", "prod").stdout
        self.assertIn("  sets off app.deploy-prod\n  sets off app.deploy-eu\n", done)
        self.assertIn("  sets off other.deploy-live, which would be refused: this commit was never deployed to test", done)

    def test_a_tag_is_made_before_its_deploy_would_be_let_in_by_time(self):
        tree = self.made()
        for rule in ("SOAK 2h", 'WINDOW "00:00-00:01" "00:01-00:02" TIME_ZONE Pacific/Kiritimati SOAK 2h'):
            tree.declare(RELEASED.format(where="").replace("FROM stage|demo", f"FROM stage|demo {rule}"))
            self.commit(tree)
            tree.configure()
            tree.run("--event", "branch=main")
            self.assertIn("sets off app.deploy-prod", tree.cicd("tag", "app", "--next", "minor").stdout)

    def test_a_pipeline_that_may_not_be_built_stops_no_other_and_each_refusal_is_told(self):
        tree = self.tree()
        for name in ("app", "other", "third"):
            tree.write(f"{name}/in.txt", "one")
        repository = self.folder / "m.git"
        subprocess.run([harness.tool("git"), "init", "--quiet", "--bare", "--initial-branch=main", str(repository)], check=True)
        tree.declare("".join(f"""
add_pipeline({name} DIRECTORY {name} {more})
pipeline_image({name} FILES in.txt=/in.txt ENTRYPOINT /in.txt)
pipeline_service({name} api PORT 8080)
pipeline_environment({name} stage ON branch main VIA gitops REPOSITORY {repository} PATH {name})
""" for name, more in (("app", "APPROVAL_TO_BUILD"), ("other", ""), ("third", ""))))
        tree.commit()
        tree.configure()
        tree.write("third/in.txt", "two")
        done = tree.run("--event", "branch=main", status=5)
        self.assertIn("the build of this commit is not approved", done.stderr)
        self.assertIn("uncommitted changes", done.stderr)
        self.assertEqual(tree.outcomes(), {"other/image": "ran", "other/publish": "ran", "other/deploy-stage": "ran"})
        tree.write("other/in.txt", "two")
        done = tree.run("--event", "branch=main", status=5)
        self.assertIn("the build of this commit is not approved", done.stderr)
        self.assertEqual(done.stderr.count("uncommitted changes"), 2, "each is told")

    def test_what_failed_is_run_again_by_the_same_event(self):
        tree = self.made()
        tree.declare(RELEASED.format(where="").replace("FROM stage|demo", "FROM stage|demo VERIFY false"))
        self.commit(tree)
        tree.configure()
        tree.run("--event", "branch=main")
        tree.git("tag", "v1.0.0")
        done = tree.run("--event", "tag=v1.0.0", status=1)
        self.assertRegex(done.all, r"\n +again +\S*cicd run --event tag=v1\.0\.0\n")

    def test_a_branch_is_named_as_git_takes_it(self):
        tree = self.made()
        tree.declare(RELEASED.format(where="").replace("ON branch main", "ON branch münchen/straße").replace("BRANCHES main", "BRANCHES main münchen/straße"))
        tree.git("checkout", "--quiet", "-b", "münchen/straße")
        self.commit(tree)
        tree.configure()
        self.assertIn("app.deploy-stage, on branch münchen/straße", tree.cicd("plan", "--event", "branch=münchen/straße").stdout)
        tree.run("--event", "branch=münchen/straße")
        for wrong in ("a..b", "a b", "x.lock", ".x", "a//b", "-x", "@", "a^"):
            self.assertIn("not a git event", tree.cicd("plan", "--event", f"branch={wrong}", status=2).stderr, wrong)

    def test_a_tag_of_no_kind_that_is_there_names_those_that_are(self):
        tree = self.made()
        refused = tree.cicd("tag", "app", "--next", "major2", status=2)
        self.assertEqual(harness.note_in(refused.all, "allowed"), "major, minor, patch, rc")
        self.assertEqual(harness.note_in(refused.all, "did you mean"), "major")
        self.assertIn("there is no such commit here: 'nowhere'", tree.cicd("tag", "app", "--next", "rc", "--commit", "nowhere", status=2).all)
        self.assertEqual(tree.git("tag"), "")


if __name__ == "__main__":
    unittest.main(verbosity=2)
