"""Approvals where manifests are files: the embedded manifest repository, one outside, a folder; and of an artifact that a tag brings."""

import hashlib
import json
import unittest

import harness

WAYS = {"embedded": "VIA gitops", "outside": "VIA gitops REPOSITORY {repository}", "render": "VIA render PATH out"}
GRACE = {"GIT_AUTHOR_NAME": "Grace Hopper", "GIT_AUTHOR_EMAIL": "grace@example.com"}


class Approval(harness.Case):
    def made(self, way, more="APPROVAL required", on="ON branch main", extra=""):
        self.way, self.repository = way, self.folder / f"{way}.git"
        if not self.repository.exists():
            harness.subprocess.run([harness.tool("git"), "init", "--quiet", "--bare", "--initial-branch=main", str(self.repository)], check=True)
        tree = self.tree(name=way)
        place = f"{on} {WAYS[way].format(repository=self.repository)} {more}"
        tree.declare(harness.DEPLOYED.replace("ON branch main VIA gitops", place) + extra)
        tree.write("in.txt", "one")
        tree.commit()
        tree.set_user()
        tree.configure()
        return tree

    @property
    def home(self):
        return self.repository if self.way == "outside" else None

    def state_of(self, tree):
        if self.way == "render":
            file = tree.build / "out/.cicd/state.json"
            return json.loads(file.read_text()) if file.exists() else {}
        text = tree.manifests("show", "main:.cicd/state/stage/app.json", repository=self.home) if ".cicd/state" in tree.manifests(
            "ls-tree", "-r", "--name-only", "main", repository=self.home) else "{}"
        return json.loads(text)

    def approvals(self, tree):
        return json.loads(tree.cicd("approve", "app", "stage", "--list", "--json").stdout)["approvals"]

    def approve(self, tree, *words, **how):
        tree.run("app.publish")
        return tree.cicd("approve", "app", "stage", "--reason", "read the plan", *words, **how)

    def test_a_deploy_needs_an_approval_of_exactly_it_which_it_uses_up_by_every_way(self):
        for way in WAYS:
            with self.subTest(way=way):
                tree = self.made(way)
                refused = tree.run("deploy-stage", status=5)
                self.assertIn("this deploy is not approved", refused.all)
                self.assertIn("cicd approve app stage --reason", harness.note_in(refused.all, "try"))
                done = self.approve(tree)
                self.assertIn("approved app/deploy-stage", done.stdout)
                [one] = self.approvals(tree)
                self.assertEqual((one["who"], one["reason"], one["step"], one["expired"]),
                                 ("Jane Doe <jane@example.com>", "read the plan", "app/deploy-stage", False))
                self.assertEqual(len(self.state_of(tree)["approvals"]), 1)
                tree.run("deploy-stage")
                self.assertEqual(self.approvals(tree), [])
                self.assertNotIn("approvals", self.state_of(tree))
                tree.write("in.txt", "two")
                tree.commit()
                self.assertIn("this deploy is not approved", tree.run("deploy-stage", status=5).all)

    def test_an_approval_is_not_for_another_commit_and_both_are_kept(self):
        tree = self.made("embedded")
        self.approve(tree)
        first = tree.git("rev-parse", "HEAD")
        tree.write("in.txt", "two")
        second = tree.commit()
        refused = tree.run("deploy-stage", status=5)
        self.assertIn("other images or objects", harness.note_in(refused.all, "there"))
        self.assertIn(first[:7], harness.note_in(refused.all, "there"))
        self.approve(tree)
        self.assertEqual([one["version"] for one in self.approvals(tree)], [first[:7], second[:7]])
        tree.run("deploy-stage")
        self.assertEqual([one["version"] for one in self.approvals(tree)], [first[:7]])

    def test_an_approval_is_withdrawn_whole_or_one_by_one(self):
        tree = self.made("outside")
        self.approve(tree)
        [one] = self.approvals(tree)
        self.assertIn(one["id"], tree.cicd("approve", "stage", "--list").stdout)
        other = tree.cicd("approve", "app", "stage", "--withdraw", "--id", "123456", status=2)
        self.assertEqual(harness.note_in(other.all, "allowed"), one["id"])
        self.assertIn("is withdrawn", tree.cicd("approve", "app", "stage", "--withdraw", "--id", one["id"]).stdout)
        self.assertIn("this deploy is not approved", tree.run("deploy-stage", status=5).all)
        self.assertIn("nothing is approved here", tree.cicd("approve", "app", "stage", "--withdraw", status=2).all)
        log = tree.manifests("log", "--format=%s", "main", repository=self.home).splitlines()
        self.assertEqual([line.rsplit(" ", 1)[0] for line in log], ["withdraw the approval of app/deploy-stage", "approve app/deploy-stage"])

    def test_the_id_of_an_approval_is_of_one_person(self):
        tree = self.made("embedded")
        self.approve(tree)
        tree.env.update(GRACE)
        self.approve_only(tree)
        ids = {one["who"]: one["id"] for one in self.approvals(tree)}
        self.assertEqual(len(set(ids.values())), 2)
        tree.cicd("approve", "app", "stage", "--withdraw", "--id", "", status=2)
        tree.cicd("approve", "app", "stage", "--withdraw", "--id", ids["Grace Hopper <grace@example.com>"])
        self.assertEqual([one["who"] for one in self.approvals(tree)], ["Jane Doe <jane@example.com>"])

    def test_what_is_promoted_is_approved_by_the_command_that_the_refusal_names(self):
        tree = self.made("embedded", on="ON tag v*")
        first = tree.git("rev-parse", "HEAD")
        tree.git("tag", "v1.0.0")
        tree.run("app.publish")
        for two in ("two", "three"):
            tree.write("in.txt", two)
            tree.commit()
        tree.run("app.publish")
        untagged = tree.git("rev-parse", "HEAD")
        tree.write("in.txt", "four")
        tree.commit()
        for words, named in ((("--version", "1.0.0"), "--version v1.0.0"), (("--commit", untagged[:9]), f"--commit {untagged[:12]}")):
            with self.subTest(words=words):
                refused = tree.cicd("promote", "app", "stage", *words, status=5)
                self.assertIn(f"cicd approve app stage {named} --reason", harness.note_in(refused.all, "try"))
                self.assertIn(f"cicd notes app stage --to {named.split()[1]}", harness.note_in(refused.all, "try"))
                self.assertTrue(harness.note_in(refused.all, "again").startswith(f"cicd promote app stage {' '.join(words)}"), refused.all)
                tree.cicd("approve", "app", "stage", *named.split(), "--reason", "read it")
                self.assertEqual(len(self.approvals(tree)), 1)
                tree.cicd("promote", "app", "stage", *words)

    def test_what_is_yanked_or_needs_no_approval_is_not_approved(self):
        tree = self.made("embedded", on="ON tag v*")
        tree.git("tag", "v1.0.0")
        tree.run("app.publish")
        tree.cicd("yank", "app", "v1.0.0", "--reason", "it is slow")
        self.assertIn("it is slow", self.approve_only(tree, status=5).all)
        self.assertEqual(self.approvals(tree), [])
        tree.cicd("yank", "app", "v1.0.0", "--lift", "--reason", "it was not")
        self.approve_only(tree)
        tree = self.made("render", more="", on="ON tag v*")
        tree.git("tag", "v1.0.0")
        tree.run("app.publish")
        self.assertIn("deployed without an approval", self.approve_only(tree, status=2).all)

    def test_an_approval_expires_and_is_told_as_expired(self):
        tree = self.made("render")
        self.approve(tree, "--expires", "1s")
        harness.until(lambda: self.approvals(tree)[0]["expired"])
        self.assertIn(" expired ", tree.cicd("approve", "app", "stage", "--list").stdout)
        refused = tree.run("deploy-stage", status=5)
        self.assertRegex(harness.note_in(refused.all, "there"), "an approval by Jane Doe .* that expired at")

    def test_another_person_than_the_author_approves_where_that_is_asked_for(self):
        tree = self.made("outside", more="APPROVAL other")
        own = self.approve(tree, status=5)
        self.assertIn("the author of the commit cannot approve it", own.all)
        tree.env.update(GRACE, GITLAB_CI="true", CI="true")
        self.assertIn("names no person", self.approve_only(tree, status=5).all)
        for name in ("GITLAB_CI", "CI"):
            del tree.env[name]
        self.approve_only(tree)
        [one] = self.approvals(tree)
        self.assertEqual(one["who"], "Grace Hopper <grace@example.com>")
        tree.run("deploy-stage")

    def git_words(self, tree, *words):
        """What git is asked by a run."""
        asked, git = self.folder / "asked", self.folder / "bin/git"
        git.parent.mkdir(exist_ok=True)
        git.write_text(f'#!/bin/sh\nprintf "%s\\n" "$*" >> {asked}\nexec {harness.tool("git")} "$@"\n')
        git.chmod(0o755)
        asked.write_text("")
        done = tree.run(*words, env={"PATH": f"{git.parent}:{tree.env['PATH']}"})
        return done.stdout, asked.read_text().splitlines()

    def test_git_is_asked_for_the_author_once_and_for_nothing_of_gates_where_nothing_is_to_be_done(self):
        plain = self.made("embedded", more="")
        plain.run("deploy-stage")
        done, least = self.git_words(plain, "deploy-stage")
        self.assertIn("nothing to do", done)
        tree = self.made("outside", more="APPROVAL other")
        tree.run("app.publish")
        tree.env.update(GRACE)
        self.approve_only(tree)
        _, words = self.git_words(tree, "deploy-stage")
        self.assertEqual(sum("--format=%an <%ae>" in each for each in words), 1, words)
        done, words = self.git_words(tree, "deploy-stage")
        self.assertIn("nothing to do", done)
        self.assertEqual([each for each in words if "%an" in each or "%ct" in each or "merge-base" in each],
                         [each for each in least if "%an" in each or "%ct" in each or "merge-base" in each])

    def approve_only(self, tree, **how):
        return tree.cicd("approve", "app", "stage", "--reason", "read the plan", **how)

    def test_a_state_that_was_forged_without_its_digest_lets_nothing_in(self):
        tree = self.made("render")
        self.approve(tree)
        file = tree.build / "out/.cicd/state.json"
        state = json.loads(file.read_text())
        state["approvals"][0]["expires"] = "2099-01-01T00:00:00Z"
        file.write_text(json.dumps(state))
        refused = tree.run("deploy-stage", status=4)
        self.assertIn("cannot be trusted", refused.all)
        # A half approval is none, with a digest that fits.
        del state["digest"], state["approvals"][0]["digest"]
        state["digest"] = "sha256:" + hashlib.sha256(json.dumps(state, separators=(",", ":")).encode()).hexdigest()
        file.write_text(json.dumps(state))
        self.assertIn("an approval of it lacks", tree.run("deploy-stage", status=4).all)

    def test_an_approval_of_an_artifact_outlives_a_deploy_that_failed(self):
        tree = self.made("outside", more="APPROVAL required VERIFY ./verify.sh", on="ON tag v*")
        tree.write("verify.sh", "#!/bin/sh\ntest -e \"$HOME/good\"\n", 0o755)
        tree.commit()
        tree.git("tag", "v1.0.0")
        tree.run("app.publish")
        self.assertIn("exactly this artifact", harness.note_in(tree.run("deploy-stage", status=5).all, "allowed"))
        self.approve_only(tree)
        tree.run("deploy-stage", status=1)
        self.assertEqual(len(self.approvals(tree)), 1)
        (tree.home / "good").touch()
        tree.run("deploy-stage")
        self.assertEqual(self.approvals(tree), [])

    def test_what_is_there_already_cannot_be_approved(self):
        tree = self.made("embedded", more="")
        tree.run("deploy-stage")
        self.assertIn("nothing would be deployed", self.approve_only(tree, status=2).all)

    # ---- APPROVAL_TO_BUILD ----

    def built_with_approval(self):
        tree = self.made("embedded", more="")
        tree.declare(harness.DEPLOYED.replace("add_pipeline(app)", "add_pipeline(app APPROVAL_TO_BUILD)"))
        tree.commit()
        tree.configure()
        return tree

    def say(self, tree, *words, **how):
        return tree.cicd("approve", "app", "--build", *words, **how)

    def test_no_step_is_run_before_the_commit_is_approved(self):
        tree = self.built_with_approval()
        for target in ("app.build", "app.image", "deploy-stage"):
            with self.subTest(target=target):
                refused = tree.run(target, status=5)
                self.assertIn("the build of this commit is not approved", refused.all)
                commit = tree.git("rev-parse", "HEAD")
                self.assertIn(f"cicd approve app --build --reason '…', by a user who has read git show {commit[:12]}", harness.note_in(refused.all, "try"))
        self.assertEqual(tree.outcomes(), {})
        tree.cicd("plan", "app.build", status=5)
        self.assertIn("is not approved", self.say(tree, "--list").stdout)
        self.assertIn("may be built until", self.say(tree, "--reason", "read it").stdout)
        tree.run("deploy-stage")
        self.assertEqual(tree.outcomes()["app/build"], "ran")
        # It is not used up, and it is of that commit only, not of what is changed since.
        tree.run("deploy-stage")
        tree.write("in.txt", "two")
        self.assertIn("uncommitted changes", harness.note_in(tree.run("app.build", status=5).all, "caused by"))
        tree.commit()
        tree.run("app.build", status=5)

    def test_an_approval_to_build_is_withdrawn_expires_and_is_given_again(self):
        tree = self.built_with_approval()
        self.assertIn("is not approved", self.say(tree, "--withdraw", status=3).all)
        self.say(tree, "--reason", "read it")
        self.assertIn("was withdrawn", self.say(tree, "--withdraw").stdout)
        self.assertFalse(json.loads(self.say(tree, "--list", "--json").stdout)["may_be_built"])
        tree.run("app.build", status=5)
        self.say(tree, "--reason", "in a hurry", "--expires", "1s")
        harness.until(lambda: "expired" in self.say(tree, "--list").stdout)
        self.assertIn("expired at", harness.note_in(tree.run("app.build", status=5).all, "there"))
        self.say(tree, "--reason", "read it again")
        self.assertTrue(json.loads(self.say(tree, "--list", "--json").stdout)["may_be_built"])
        tree.run("app.build")

    def test_what_needs_no_approval_to_be_built_takes_none(self):
        tree = self.made("embedded")
        self.assertIn("built without an approval", self.say(tree, "--reason", "x", status=2).all)
        self.assertIn("in no environment", tree.cicd("approve", "app", "stage", "--build", "--reason", "x", status=2).all)

    def test_words_that_do_not_go_together_are_refused(self):
        tree = self.made("embedded")
        for words, said in ((("--list", "--reason", "x"), "--list"), (("--list", "--withdraw"), "--list"), (("--json", "--reason", "x"), "--list"),
                            ((), "--reason"), (("--reason", "x", "--expires", "soon"), "--expires"), (("--reason", "x", "--expires", "31d"), "30d"),
                            (("--withdraw", "--id", "abc"), "six digits")):
            with self.subTest(words=words):
                self.assertIn(said, tree.cicd("approve", "app", "stage", *words, status=2).all)


if __name__ == "__main__":
    unittest.main(verbosity=2)
