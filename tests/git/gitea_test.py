"""Manifest repositories, pull requests and the sources on a real Gitea, over http with a token."""

import base64
import itertools
import json
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "run"))
import harness  # noqa: E402
from gitea_server import Gitea, Refused  # noqa: E402

CALLS = """
add_pipeline(app)
pipeline_step(app build COMMAND cp in.txt out.txt INPUTS in.txt OUTPUTS out.txt STAGE build)
pipeline_image(app BASE scratch FILES out.txt=/app/out.txt ENTRYPOINT /app/out.txt)
pipeline_service(app api PORT 8080)
pipeline_secret(app forge PASS_ENV FORGE_TOKEN)
pipeline_environment(app stage ON branch main VIA gitops REPOSITORY {repository} PATH stage HEALTH committed
  PULL_REQUEST gitea PULL_REQUEST_TOKEN secret:forge)
pipeline_environment(app prod FROM stage VIA gitops REPOSITORY {repository} PATH prod)
"""

RELEASED = """
add_pipeline(app)
pipeline_step(app build COMMAND cp in.txt out.txt INPUTS in.txt OUTPUTS out.txt STAGE build)
pipeline_image(app BASE scratch FILES out.txt=/app/out.txt ENTRYPOINT /app/out.txt)
pipeline_service(app api PORT 8080)
pipeline_environment(app stage ON branch main VIA gitops REPOSITORY {manifests} PATH stage HEALTH committed)
pipeline_environment(app prod ON tag v* VIA gitops REPOSITORY {manifests} PATH prod FROM stage)
pipeline_release(app BRANCHES main VERSIONS semantic)
"""

BRANCH = "cicd/app/stage"

# Of the repositories: the server begins with none.
numbers = itertools.count(1)


class OnGitea(harness.Case):
    @classmethod
    def setUpClass(cls):
        cls.data = tempfile.TemporaryDirectory(prefix="cicd-gitea-")
        cls.addClassCleanup(cls.data.cleanup)
        cls.gitea = Gitea(Path(cls.data.name) / "gitea")
        cls.addClassCleanup(cls.gitea.end)

    def setUp(self):
        super().setUp()
        self.name = f"m-{next(numbers)}"
        self.below = f"/repos/{self.gitea.user}/{self.name}"

    def logged_in(self, tree):
        """git of this tree has the token from a credential helper."""
        login = self.folder / "login"
        login.write_text(self.gitea.url.replace("//", f"//{self.gitea.user}:{self.gitea.token}@") + "\n")
        (tree.home / ".gitconfig").write_text(f"[credential]\n\thelper = store --file={login}\n")
        return tree

    def made(self, calls=CALLS):
        repository = self.gitea.new_repository(self.name)
        tree = self.logged_in(self.tree())
        tree.env["FORGE_TOKEN"] = self.gitea.token
        tree.write("in.txt", "one")
        tree.declare(calls.format(repository=repository))
        tree.commit()
        tree.configure()
        return tree

    def api(self, method, path, body=None, **how):
        return self.gitea.ask(method, self.below + path, body, **how)

    def pulls(self, state="open"):
        return self.api("GET", f"/pulls?state={state}")

    def open_one(self):
        found = self.pulls()
        self.assertEqual(len(found), 1, found)
        return found[0]

    def tip(self, branch="main"):
        return self.api("GET", f"/branches/{branch}")["commit"]["id"]

    def parents(self, branch):
        return [each["sha"] for each in self.api("GET", f"/git/commits/{self.tip(branch)}")["parents"]]

    def branches(self):
        return sorted(each["name"] for each in self.api("GET", "/branches"))

    def record(self, environment="stage", of=""):
        found = self.gitea.ask("GET", f"/repos/{self.gitea.user}/{self.name}{of}/contents/.cicd/records/{environment}.json")
        return json.loads(base64.b64decode(found["content"]))

    def next_commit(self, tree, content):
        tree.write("in.txt", content)
        return tree.commit()[:7]

    def proposed(self, tree):
        done = tree.run("deploy-stage")
        one = self.open_one()
        self.assertIn("proposed: " + one["html_url"], done.all)
        return one

    def merge(self, style):
        number = self.open_one()["number"]
        # Gitea looks whether it can be merged in the background, and answers 405 until then.
        def merged():
            try:
                self.api("POST", f"/pulls/{number}/merge", {"Do": style})
                return True
            except Refused as refusal:
                if refusal.status != 405:
                    raise
                return False
        harness.until(merged, what="the merge")

    def foreign_commit(self):
        self.api("POST", "/contents/of-others.txt", {"content": "b25l", "message": "of others", "branch": "main"})

    # ---- the life of a pull request ----

    def test_a_deploy_is_proposed_and_the_same_again_changes_nothing(self):
        tree = self.made()
        first = self.tip()
        one = self.proposed(tree)
        self.assertRegex(one["title"], r"^deploy app [0-9a-f]{7} to stage")
        self.assertEqual((one["head"]["ref"], one["base"]["ref"], self.tip()), (BRANCH, "main", first))
        self.assertEqual(self.parents(BRANCH), [first])
        tip = self.tip(BRANCH)
        again = self.proposed(tree)
        self.assertEqual((again["number"], again["updated_at"], self.tip(BRANCH)), (one["number"], one["updated_at"], tip))
        self.assertFalse(any(self.gitea.token in path.read_text(errors="replace") for path in tree.build.rglob("*") if path.is_file()))

    def test_a_newer_deploy_moves_it_onto_the_main_branch_and_an_older_one_is_refused(self):
        tree = self.made()
        one = self.proposed(tree)
        self.foreign_commit()
        second = self.next_commit(tree, "two")
        moved = self.proposed(tree)
        self.assertEqual(moved["number"], one["number"])
        self.assertIn(second, moved["title"])
        self.assertEqual(self.parents(BRANCH), [self.tip()])
        tree.git("checkout", "--quiet", "-B", "main", "HEAD~1")
        self.assertEqual(tree.run("deploy-stage", status=None).returncode, 3)
        self.assertEqual(self.open_one()["title"], moved["title"])

    def merged_lets_on(self, style):
        tree = self.made()
        self.proposed(tree)
        self.assertEqual(tree.run("deploy-prod", status=None).returncode, 5, "prod does not come from what is only proposed")
        self.merge(style)
        done = tree.run("deploy-stage")
        self.assertIn("nothing to do", done.stdout)
        self.assertEqual(self.record()["outcome"], "deployed")
        self.assertEqual(self.pulls(), [])
        tree.run("deploy-prod")
        self.assertEqual(self.record("prod")["version"], self.record()["version"])
        history = json.loads(tree.cicd("history", "app", "stage", "--json").stdout)
        self.assertEqual(len(history["deployments"]), 1)
        # The next one stands on what the merge made.
        self.next_commit(tree, "two")
        self.proposed(tree)
        self.assertEqual(self.parents(BRANCH), [self.tip()])
        self.merge(style)
        self.assertIn("nothing to do", tree.run("deploy-stage").stdout)
        self.assertEqual(self.record()["generation"], 2)

    def test_a_merge_commit_deploys(self):
        self.merged_lets_on("merge")

    def test_a_squash_deploys(self):
        self.merged_lets_on("squash")

    def test_a_rebase_deploys(self):
        self.merged_lets_on("rebase")

    def test_what_is_superseded_is_closed_and_its_branch_removed(self):
        tree = self.made()
        self.proposed(tree)
        self.merge("merge")
        self.next_commit(tree, "two")
        number = self.proposed(tree)["number"]
        self.next_commit(tree, "one")
        self.assertIn("superseded", tree.run("deploy-stage").all)
        closed = self.api("GET", f"/pulls/{number}")
        self.assertEqual((closed["state"], closed["merged"]), ("closed", False))
        self.assertEqual(self.branches(), ["main"])
        self.assertIn("nothing to do", tree.run("deploy-stage").stdout)

    def test_one_that_was_closed_by_hand_is_proposed_anew(self):
        tree = self.made()
        one = self.proposed(tree)
        self.api("PATCH", f"/pulls/{one['number']}", {"state": "closed"})
        self.assertNotEqual(self.proposed(tree)["number"], one["number"])

    def test_a_branch_that_was_deleted_by_hand_is_proposed_anew(self):
        tree = self.made()
        self.proposed(tree)
        self.api("DELETE", f"/branches/{BRANCH}")
        self.proposed(tree)
        self.assertEqual(self.parents(BRANCH), [self.tip()])

    def test_a_pull_request_of_a_fork_with_the_same_branch_is_left_alone(self):
        tree = self.made()
        other = self.gitea.new_user("u" + self.name[2:])
        self.api("PUT", f"/collaborators/u{self.name[2:]}", {"permission": "read"})
        fork = self.api("POST", "/forks", {"name": self.name}, token=other)["full_name"]
        self.gitea.ask("POST", f"/repos/{fork}/branches", {"new_branch_name": BRANCH, "old_branch_name": "main"}, token=other)
        self.gitea.ask("POST", f"/repos/{fork}/contents/x.txt", {"content": "b25l", "message": "x", "branch": BRANCH}, token=other)
        owner = fork.split("/")[0]
        theirs = self.api("POST", "/pulls", {"head": f"{owner}:{BRANCH}", "base": "main", "title": "theirs"}, token=other)
        done = tree.run("deploy-stage")
        self.assertNotIn(theirs["html_url"] + "\n", done.all)
        self.assertEqual(self.api("GET", f"/pulls/{theirs['number']}")["title"], "theirs")
        self.assertEqual(len(self.pulls()), 2)

    def test_it_is_found_behind_many_others(self):
        tree = self.made()
        one = self.proposed(tree)
        for number in range(55):
            self.api("POST", "/branches", {"new_branch_name": f"b{number}", "old_branch_name": "main"})
            self.api("POST", f"/contents/{number}.txt", {"content": "b25l", "message": "x", "branch": f"b{number}"})
            self.api("POST", "/pulls", {"head": f"b{number}", "base": "main", "title": f"b{number}"})
        self.assertIn("proposed: " + one["html_url"], tree.run("deploy-stage").all)

    # ---- what the server refuses ----

    def test_a_wrong_token_is_refused_and_the_next_run_ends_it(self):
        tree = self.made()
        failed = tree.run("deploy-stage", status=6, env={"FORGE_TOKEN": "0" * 40})
        self.assertIn("Gitea does not let this token open pull requests", failed.all)
        self.assertEqual(self.pulls(), [])
        self.proposed(tree)

    def test_a_token_that_may_only_read_is_refused_with_what_the_server_said(self):
        tree = self.made()
        failed = tree.run("deploy-stage", status=6, env={"FORGE_TOKEN": self.gitea.token_of(self.gitea.user, "read:repository")})
        self.assertIn("write:repository", harness.note_in(failed.all, "it said"))

    def test_a_repository_without_pull_requests_is_told(self):
        tree = self.made()
        self.api("PATCH", "", {"has_pull_requests": False})
        failed = tree.run("deploy-stage", status=6)
        self.assertIn("whether pull requests are enabled there", failed.all)
        self.api("PATCH", "", {"has_pull_requests": True})
        self.proposed(tree)

    def test_a_push_to_a_protected_main_branch_is_told_and_a_pull_request_goes_round_it(self):
        tree = self.made(CALLS + "pipeline_environment(app direct ON branch main VIA gitops REPOSITORY {repository} PATH direct)\n")
        self.api("POST", "/branch_protections", {"rule_name": "main", "enable_push": False, "block_admin_merge_override": False})
        before = self.tip()
        failed = tree.run("deploy-direct", status=6)
        self.assertIn("Not allowed to push to protected branch main", failed.all)
        self.assertEqual(self.tip(), before)
        self.proposed(tree)
        self.merge("merge")
        self.assertEqual(self.record()["outcome"], "deployed")

    # ---- the sources ----

    def sources(self):
        """A tree whose remote repository is on Gitea."""
        self.gitea.new_repository(self.name, has_first=False)
        tree = self.logged_in(self.tree())
        tree.write("in.txt", "one")
        tree.declare(RELEASED.format(manifests=self.gitea.new_repository(self.name + "-manifests")))
        tree.git("init", "--quiet", "--initial-branch=main")
        tree.set_user()
        tree.git("remote", "add", "upstream", self.gitea.address(self.name))
        tree.commit()
        tree.configure()
        return tree

    def tags(self):
        return {each["name"]: each["commit"]["sha"] for each in self.api("GET", "/tags")}

    def test_only_what_was_pushed_to_gitea_is_deployed(self):
        tree = self.sources()
        tree.write("in.txt", "two")
        commit = tree.commit(push=False)
        failed = tree.run("deploy-stage", status=5)
        self.assertIn("is not on branch main of the remote repository", failed.all)
        self.assertIn(commit[:7], failed.all)
        tree.push()
        tree.run("deploy-stage")

    def test_a_commit_has_the_status_of_its_deploys(self):
        tree = self.sources()
        tree.write("CMakeLists.txt", (tree.source / "CMakeLists.txt").read_text() + f"""
pipeline_secret(app status PASS_ENV STATUS_TOKEN)
pipeline_notify(app STATUS gitea TOKEN secret:status URL {self.gitea.address(self.name).removesuffix(".git")})
""")
        commit = tree.commit()
        tree.configure()
        tree.run("deploy-stage", env={"STATUS_TOKEN": self.gitea.token})
        statuses = self.api("GET", f"/commits/{commit}/statuses")
        self.assertEqual({(each["context"], each["status"]) for each in statuses[:1]}, {("cicd/app/stage", "success")})
        self.next_commit(tree, "two")
        tree.push()
        done = tree.run("deploy-stage", env={"STATUS_TOKEN": self.gitea.token_of(self.gitea.user, "read:repository")})
        self.assertIn("Gitea does not let this token set the status of commits", done.all)

    def test_a_failing_commit_on_a_followed_branch_has_a_status_that_names_its_author(self):
        tree = self.sources()
        tree.write("CMakeLists.txt", (tree.source / "CMakeLists.txt").read_text() + f"""
pipeline_step(app test SHELL "test ! -e fails" INPUTS in.txt fails)
pipeline_secret(app status PASS_ENV STATUS_TOKEN)
pipeline_notify(app STATUS gitea TOKEN secret:status URL {self.gitea.address(self.name).removesuffix(".git")})
""")
        tree.write("fails")
        commit = tree.commit()
        tree.configure()
        # As Gitea's own runner sets them.
        summary = self.folder / "summary.md"
        runner = {"CI": "true", "GITHUB_ACTIONS": "true", "GITEA_ACTIONS": "true", "GITHUB_EVENT_NAME": "push", "GITHUB_REF": "refs/heads/main", "GITHUB_REF_NAME": "main",
                  "GITHUB_REF_TYPE": "branch", "GITHUB_SHA": commit, "GITHUB_SERVER_URL": self.gitea.url + "/", "GITHUB_REPOSITORY": f"{self.gitea.user}/{self.name}",
                  "GITHUB_STEP_SUMMARY": str(summary)}
        done = tree.run("app/test", status=1, env={**runner, "STATUS_TOKEN": self.gitea.token})
        combined = self.api("GET", f"/commits/{commit}/status")  # the last one of each context
        [status] = combined["statuses"]
        self.assertEqual(combined["state"], "failure")
        self.assertEqual((status["context"], status["status"], status["description"]), ("cicd/app", "failure", "app/test failed; the commit is by Jane Doe"))
        self.assertIn(f"The commit is {commit[:7]} by Jane Doe, on main.", summary.read_text())
        self.assertNotIn("::error", done.stdout, "Gitea shows annotations as text")

    def test_a_tag_is_pushed_promoted_by_its_event_and_refused_once_it_was_moved(self):
        tree = self.sources()
        first = tree.git("rev-parse", "HEAD")
        tree.run("deploy-stage")
        tree.cicd("tag", "app", "--next", "minor", "--push")
        (name, commit), = self.tags().items()
        self.assertEqual((name, commit), ("v0.1.0", first))
        tree.run("--event", f"tag={name}")
        self.assertEqual(self.record("prod", "-manifests")["tag"], name)
        # The next goes on from the tags there.
        tree.git("tag", "--delete", name)
        self.next_commit(tree, "two")
        tree.run("deploy-stage")
        tree.cicd("tag", "app", "--next", "patch", "--push")
        self.assertEqual(sorted(self.tags()), ["v0.1.0", "v0.1.1"])
        tree.run("--event", "tag=v0.1.1")
        self.next_commit(tree, "three")
        tree.run("deploy-stage")
        tree.git("tag", "--force", "v0.1.1")
        tree.git("push", "--quiet", "--force", "upstream", "refs/tags/v0.1.1")
        failed = tree.run("--event", "tag=v0.1.1", status=3)
        self.assertIn("tag v0.1.1 was moved", failed.all)


if __name__ == "__main__":
    unittest.main()
