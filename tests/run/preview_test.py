"""Previews VIA gitops: a folder for each branch in the manifest repository, its record and state beside it, and its end."""

import hashlib
import json
import os
import signal
import time
import subprocess
import unittest

import gitlab
import harness

CALLS = """
add_pipeline(app)
pipeline_step(app build COMMAND cp in.txt out.txt INPUTS in.txt OUTPUTS out.txt STAGE build)
pipeline_image(app BASE scratch FILES out.txt=/app/out.txt ENTRYPOINT /app/out.txt)
pipeline_service(app api PORT 8080 REPLICAS 2 HOST app.example.com READY /health)
pipeline_environment(app stage ON branch main VIA gitops {place})
pipeline_preview(app IN stage HOST app.{slug}.example.com SWEEP ci {preview})
"""
FORK = {"CIRCLE_PR_USERNAME": "somebody", "CIRCLE_PR_REPONAME": "app"}


class Previews(harness.Case):
    path = "previews/stage/app"

    def branched(self, branch="fix-click", preview="", place="", more="", stage="deploy-stage"):
        """A tree with stage deployed and a branch checked out; `origin` has both."""
        self.values = {"preview": preview, "place": place}
        tree = self.committed(self.calls(more))
        tree.git("remote", "add", "origin", str(tree.remote))
        tree.run(stage)
        self.on(tree, branch)
        return tree

    def calls(self, more=""):
        text = CALLS
        for name, value in self.values.items():
            text = text.replace("{%s}" % name, value)
        return text + more

    def on(self, tree, branch, content=None):
        tree.git("switch", "--quiet", "--create", branch, "main")
        tree.write("in.txt", content or branch)
        tree.commit()

    def folders(self, tree, what="main", repository=None):
        """The folder of each branch with its files, by the beginning of its name before the hash."""
        found = {}
        for name in tree.manifests("ls-tree", "-r", "--name-only", what, repository=repository).split("\n"):
            if name.startswith(self.path + "/"):
                folder, _, file = name[len(self.path) + 1:].partition("/")
                found.setdefault(folder, []).append(file)
        return found

    def only(self, tree, **how):
        found, = self.folders(tree, **how)
        return found

    def beside(self, tree, kind, key, **how):
        """The record or the state of a branch's folder; nothing where it is not there."""
        text = tree.manifests("show", f"main:.cicd/{kind}/{self.path}/{key}.json", **how)
        return json.loads(text) if text else None

    def listed(self, tree):
        return json.loads(tree.cicd("preview", "list", "--json").stdout)

    def repository(self):
        """A manifest repository outside of the build tree."""
        path = self.folder / "outside.git"
        subprocess.run([harness.tool("git"), "init", "--quiet", "--bare", "--initial-branch=main", path], check=True)
        return path

    def by_hand(self, tree, change, repository=None, message="by hand"):
        """A commit of another person in the manifest repository; `change` is given a working tree of it."""
        clone = tree.root / f"clone-{tree.commits(repository)}"
        tree.call([harness.tool("git"), "clone", "--quiet", repository or tree.build / "manifests.git", clone])
        change(clone)
        for words in (("add", "--all"), ("commit", "--quiet", "--message", message), ("push", "--quiet")):
            done = tree.call([harness.tool("git"), *harness.GIT, "-C", clone, *words])
            self.assertEqual(done.returncode, 0, done.all)

    def expire(self, tree, key, repository=None):
        """Its time is over, as its state says."""
        def change(clone):
            path = clone / f".cicd/state/{self.path}/{key}.json"
            state = json.loads(path.read_text())
            state["facts"]["expires"] = "2026-01-01T00:00:00Z"
            del state["digest"]
            state["digest"] = "sha256:" + hashlib.sha256(json.dumps(state, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()
            path.write_text(json.dumps(state, indent=2, ensure_ascii=False) + "\n")
        self.by_hand(tree, change, repository)

    def killed_in_hook(self, tree, hook, *words):
        """Kills the driver while the manifest repository runs that hook."""
        started, path = tree.root / f"{hook}.started", tree.build / "manifests.git/hooks" / hook
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\n: > {started}\nexec sleep 1000\n")
        path.chmod(0o755)
        process = tree.start(tree.launcher, *words)
        harness.until(started.exists, what=hook)
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        path.unlink()
        for left, _ in harness.bearers(tree.cookie):
            os.kill(left, signal.SIGKILL)
        harness.until(lambda: not harness.bearers(tree.cookie), 5, "the end of git")

    def within_an_hour(self, act):
        """What `act` gives, done anew where the hour has ended meanwhile: the end of a preview is a full hour."""
        while True:
            hour, given = time.time() // 3600, act()
            if time.time() // 3600 == hour:
                return given

    # ---- made ----

    def test_a_branch_has_a_folder_of_its_own_and_its_record_and_state_beside_it(self):
        tree = self.branched()
        stage = tree.manifests("rev-parse", "main:stage/app")
        tree.make("deploy-branch")
        key = self.only(tree)
        self.assertRegex(key, "^fix-click-[0-9a-f]{12}$")
        self.assertEqual(self.folders(tree)[key], [f"app-api-{key}.{kind}.yaml" for kind in ("deployment", "ingress", "service")])
        deployment = tree.manifests("show", f"main:{self.path}/{key}/app-api-{key}.deployment.yaml")
        for text in ("replicas: 1", "cicd.dev/track: preview", f"cicd.dev/branch: {key}", 'protected_branch: "false"', "app.fix-click.example.com"):
            self.assertIn(text, deployment + tree.manifests("show", f"main:{self.path}/{key}/app-api-{key}.ingress.yaml"))
        self.assertNotIn("app.kubernetes.io/instance", deployment)
        record, state = self.beside(tree, "records", key), self.beside(tree, "state", key)
        self.assertEqual((record["pipeline"], record["environment"], record["branch"], record["commit"]), ("app", "stage", "fix-click", tree.git("rev-parse", "HEAD")))
        self.assertEqual((state["facts"]["kind"], state["facts"]["branch"], state["facts"]["host"]), ("preview", "fix-click", "app.fix-click.example.com"))
        self.assertEqual(tree.manifests("rev-parse", "main:stage/app"), stage)
        told, = [one for one in tree.events() if one["event"] == "deployed"]
        self.assertEqual((told["environment"], told["branch"]), ("stage", "fix-click"))
        self.assertIn("deploy app", tree.manifests("log", "-1", "--format=%s", "main"))
        self.assertIn("preview of fix-click in stage", tree.manifests("log", "-1", "--format=%s", "main"))

    def test_the_commands_know_it(self):
        tree = self.branched()
        self.assertIn("no branch has a preview", tree.cicd("preview", "list").stdout)
        tree.cicd("preview", "deploy", "app")
        listed, = self.listed(tree)
        self.assertEqual((listed["branch"], listed["host"], listed["health"], listed["ready"]), ("fix-click", "app.fix-click.example.com", "committed", None))
        self.assertEqual(listed["commit"], tree.git("rev-parse", "HEAD"))
        self.assertIn(f"({self.path})", listed["cluster"])
        self.assertRegex(tree.cicd("preview", "list").stdout, r"committed\n +https://app\.fix-click\.example\.com\n.*ends in \d+h\n")
        self.assertRegex(tree.cicd("status").stdout, r"(?m)^ +preview fix-click .* expires in ")
        again = self.within_an_hour(lambda: [tree.cicd("preview", "deploy", "app").stdout for _ in range(2)])
        self.assertIn("nothing to do", again[1])
        shown, = json.loads(tree.cicd("status", "--json").stdout)["environments"][0]["branches"]
        self.assertEqual((shown["branch"], shown["pods"]["ready"]), ("fix-click", None))

    def test_a_change_is_a_commit_and_nothing_to_do_is_none(self):
        tree = self.branched()
        _, commits, again = self.within_an_hour(
            lambda: (tree.run("app.deploy-branch"), tree.commits(), tree.run("app.deploy-branch")))
        key = self.only(tree)
        generation = self.beside(tree, "records", key)["generation"]
        self.assertIn("nothing to do", again.stdout)
        self.assertEqual(tree.commits(), commits)
        tree.write("in.txt", "more")
        tree.commit()
        self.assertIn("image", tree.cicd("preview", "plan", "app").stdout)
        tree.run("app.deploy-branch")
        self.assertEqual((tree.commits(), self.beside(tree, "records", key)["generation"]), (commits + 1, generation + 1))
        self.assertEqual(list(self.folders(tree)), [key])

    def test_branches_whose_slugs_are_nearly_equal_do_not_meet(self):
        tree = self.branched("fix/click")
        tree.run("app.deploy-branch")
        self.on(tree, "fix-click")
        tree.run("app.deploy-branch")
        self.assertEqual(sorted(one["branch"] for one in self.listed(tree)), ["fix-click", "fix/click"])
        self.assertEqual(len({one["host"] for one in self.listed(tree)}), 2)
        self.assertEqual(len(self.folders(tree)), 2)
        refused = tree.cicd("preview", "remove", "app", "fix-clik", status=2)
        self.assertIn("did you mean: fix-click", refused.all)
        tree.cicd("preview", "remove", "app", "fix/click")
        self.assertEqual([one["branch"] for one in self.listed(tree)], ["fix-click"])
        self.assertEqual(len(self.folders(tree)), 1)

    def test_another_branch_of_the_repository_with_its_author_and_signature(self):
        repository, self.path, key, signers = self.repository(), "p/app", self.folder / "key", self.folder / "signers"
        subprocess.run([harness.tool("ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(key)], check=True)
        signers.write_text("d@example.com " + key.with_suffix(".pub").read_text())
        tree = self.branched(preview="BRANCH previews PATH p/{pipeline}", more=f"pipeline_secret(app key FILE {key})\n",
                             place=f'REPOSITORY {repository} AUTHOR "Deploys <d@example.com>" SIGN secret:key')

        def is_signed():
            words = (harness.tool("git"), "-c", f"gpg.ssh.allowedSignersFile={signers}", "--git-dir", repository, "verify-commit", "previews")
            return tree.call(words).returncode == 0

        tree.run("app.deploy-branch")
        self.assertEqual(self.folders(tree, repository=repository), {})
        self.only(tree, what="previews", repository=repository)
        self.assertEqual((tree.manifests("log", "-1", "--format=%an", "previews", repository=repository), is_signed()), ("Deploys", True))
        tree.cicd("preview", "remove", "app")
        self.assertEqual(tree.manifests("ls-tree", "-r", "--name-only", "previews", repository=repository), "")
        self.assertEqual((tree.manifests("log", "-1", "--format=%an", "previews", repository=repository), is_signed()), ("Deploys", True))

    def test_it_is_pushed_where_its_environment_takes_pull_requests(self):
        repository = self.repository()
        forge = "PULL_REQUEST gitea PULL_REQUEST_TOKEN secret:forge PULL_REQUEST_URL http://127.0.0.1:1/team/manifests"
        tree = self.branched(preview="BRANCH previews", place=f"REPOSITORY {repository} {forge}", stage="app.publish",
                             more="pipeline_secret(app forge PASS_ENV FORGE_TOKEN)\n")
        tree.run("app.deploy-branch", env={"FORGE_TOKEN": "t0ken"})
        self.only(tree, what="previews", repository=repository)
        self.assertEqual([one["branch"] for one in self.listed(tree)], ["fix-click"])

    def test_an_approval_lies_with_its_environment_and_is_used_up(self):
        tree = self.branched(preview="APPROVAL required")
        self.assertIn("this preview is not approved", tree.run("app.deploy-branch", status=5).all)
        self.assertEqual(self.folders(tree), {})
        tree.run("app.publish")
        tree.cicd("approve", "app", "stage", "--preview", "--reason", "read it")
        tree.run("app.deploy-branch")
        self.only(tree)
        self.assertEqual(json.loads(tree.cicd("approve", "app", "stage", "--list", "--json").stdout)["approvals"], [])

    def test_a_saved_plan_is_approved_by_whom_the_gate_names_and_deployed_as_it_was_shown(self):
        tree = self.branched(preview="APPROVAL required")
        address = gitlab.served(self, tree)[1]
        gitlab.came_from(tree, address, tree.remote)
        env = {"CI": "true", "GITLAB_CI": "true", "CI_PIPELINE_SOURCE": "merge_request_event", "CI_MERGE_REQUEST_IID": "7", "CI_PROJECT_ID": "3",
               "CI_MERGE_REQUEST_PROJECT_ID": "3", "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "3", "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "fix-click",
               "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main", "GITLAB_USER_NAME": "Joe", "GITLAB_USER_LOGIN": "joe", "GITLAB_USER_EMAIL": "joe@example.com",
               **gitlab.of_job("app-deploy-branch", address)}
        file = self.folder / "plan.json"

        def planned():
            tree.run("app.publish", env=env)
            tree.cicd("plan", "app.deploy-branch", "--out", file, env=env)

        def approve(status=0, gate="app-deploy-branch"):
            return tree.cicd("approve", "app", "stage", "--preview", "--gate", gate, "--plan", file, "--reason", "passed", status=status, env=env).all

        planned()
        self.assertIn("behind another gate", approve(5, "app-deploy-stage"))
        self.assertIn("this preview is not approved", tree.cicd("deploy", "--plan", file, status=5, env=env).all)
        self.assertIn("Joe", approve())
        tree.cicd("deploy", "--plan", file, env=env)
        key = self.only(tree)
        self.assertEqual(self.beside(tree, "records", key)["commit"], tree.git("rev-parse", "HEAD"))
        # What was shown before is of another commit, and another content.
        tree.write("in.txt", "more")
        tree.commit()
        self.assertIn("another commit", tree.cicd("deploy", "--plan", file, status=5, env=env).all)
        tree.run("app.publish", env=env)
        self.assertIn("no longer what the saved plan was made of", approve(5))
        planned()
        approve()
        tree.cicd("deploy", "--plan", file, env=env)

    def test_verify_is_told_the_host_of_the_branch_and_a_failure_is_tried_again(self):
        tree = self.branched()
        self.values["place"] = "VERIFY ./verify {host}"
        tree.declare(self.calls())
        path = tree.write("verify", "#!/bin/sh\necho $1 >> ../asked\nexit 1\n", mode=0o755)
        tree.commit()
        tree.configure()
        tree.run("app.deploy-branch", status=1)
        key = self.only(tree)
        self.assertEqual(self.beside(tree, "records", key)["outcome"], "failed")
        path.write_text("#!/bin/sh\n")
        tree.commit()
        tree.run("app.deploy-branch")
        self.assertEqual(self.beside(tree, "records", key)["outcome"], "deployed")
        self.assertEqual((tree.root / "asked").read_text(), "app.fix-click.example.com\n")

    def test_a_container_that_reads_secrets_is_left_out_and_the_plan_says_so(self):
        migrate = "pipeline_container(app migrate OF api ROLE init COMMAND /app/out.txt SECRET_ENV URL=db/url)\n"
        tree = self.branched(more=migrate)
        tree.run("app.publish")
        plan = " ".join(tree.cicd("preview", "plan", "app").stdout.split())
        self.assertIn("container migrate is ROLE init or reads Secrets, and does not run in this preview", plan)
        tree.run("app.deploy-branch")
        key = self.only(tree)
        self.assertNotIn("migrate", tree.manifests("show", f"main:{self.path}/{key}/app-api-{key}.deployment.yaml"))

    # ---- refused ----

    def test_a_pull_request_of_a_fork_writes_and_removes_nothing(self):
        repository = self.repository()
        tree = self.branched(place=f"REPOSITORY {repository}")
        commits = tree.commits(repository)
        self.assertIn("somebody/app", tree.cicd("preview", "deploy", "app", status=5, env=FORK).all)
        self.assertEqual((tree.commits(repository), self.folders(tree, repository=repository)), (commits, {}))
        tree.run("app.deploy-branch")
        self.expire(tree, self.only(tree, repository=repository), repository)
        for words in (("remove", "app", "fix-click"), ("sweep",)):
            self.assertIn("somebody/app", tree.cicd("preview", *words, status=5, env=FORK).all)
        self.only(tree, repository=repository)
        self.assertIn("its time was over", tree.cicd("preview", "sweep").all)
        self.assertEqual(self.folders(tree, repository=repository), {})

    def test_without_a_branch_it_is_not_known_whose_it_is(self):
        tree = self.branched()
        tree.git("checkout", "--quiet", "--detach")
        self.assertIn("no branch is checked out", tree.cicd("preview", "deploy", "app", status=2).all)
        self.assertIn("no branch is checked out", tree.cicd("preview", "remove", "app", status=2).all)

    # ---- its end ----

    def test_its_end_by_hand_is_one_commit_of_folder_record_and_state(self):
        tree = self.branched()
        tree.run("app.deploy-branch")
        key, commits = self.only(tree), tree.commits()
        stage = tree.manifests("rev-parse", "main:stage/app")
        self.assertIn("--with-claims", tree.cicd("preview", "remove", "app", "--with-claims", status=2).all)
        self.assertIn("preview of fix-click ended, 3 objects removed", tree.make("undeploy-branch").stdout)
        self.assertEqual((tree.commits(), self.folders(tree), self.listed(tree)), (commits + 1, {}, []))
        self.assertIsNone(self.beside(tree, "records", key))
        self.assertIsNone(self.beside(tree, "state", key))
        self.assertEqual(tree.manifests("rev-parse", "main:stage/app"), stage)
        self.assertIn("nothing to do", tree.cicd("preview", "remove", "app").stdout)
        self.assertEqual(tree.commits(), commits + 1)
        tree.run("app.deploy-branch")
        self.assertEqual(self.only(tree), key)

    def test_a_sweep_ends_those_that_are_over_with_one_push_and_no_others(self):
        tree = self.branched()
        for branch in ("gone", "late", "stays"):
            self.on(tree, branch)
            tree.run("app.deploy-branch")
        keys = {key.rsplit("-", 1)[0]: key for key in self.folders(tree)}
        self.assertIn("nothing is over", tree.cicd("preview", "sweep").stdout)
        self.expire(tree, keys["late"])
        tree.git("push", "--quiet", "origin", "--delete", "gone")
        before = self.folders(tree)
        dry = tree.cicd("preview", "sweep", "--dry-run").stdout
        self.assertIn("its branch is gone", dry)
        self.assertIn("its time was over at 2026-01-01T00:00:00Z", dry)
        self.assertEqual(self.folders(tree), before)
        tree.remote.rename(tree.remote.with_suffix(".away"))
        self.assertIn("nothing was removed", tree.cicd("preview", "sweep", status=6).all)
        tree.remote.with_suffix(".away").rename(tree.remote)
        hook, pushes = tree.build / "manifests.git/hooks/post-receive", tree.root / "pushes"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\necho >> {pushes}\n")
        hook.chmod(0o755)
        commits = tree.commits()
        tree.cicd("preview", "sweep")
        self.assertEqual(list(self.folders(tree)), [keys["stays"]])
        self.assertEqual((tree.commits() - commits, len(pushes.read_text())), (2, 1))
        self.assertEqual([one["branch"] for one in self.listed(tree)], ["stays"])
        self.assertIn("nothing is over", tree.cicd("preview", "sweep").stdout)

    def test_a_folder_with_files_of_others_is_kept_and_said_so(self):
        tree = self.branched()
        tree.run("app.deploy-branch")
        key = self.only(tree)
        self.by_hand(tree, lambda clone: (clone / self.path / key / "NOTES.md").write_text("ours"))
        tree.write("in.txt", "more")
        tree.commit()
        tree.run("app.deploy-branch")
        self.assertIn("NOTES.md", self.folders(tree)[key])
        commits = tree.commits()
        refused = tree.cicd("preview", "remove", "app", status=3)
        self.assertIn("has files that cicd did not write: nothing of it is removed: 'NOTES.md'", refused.all)
        self.on(tree, "other")
        tree.run("app.deploy-branch")
        tree.git("push", "--quiet", "origin", "--delete", "fix-click", "other")
        self.assertIn("NOTES.md", tree.cicd("preview", "sweep", status=3).all)
        self.assertEqual((self.folders(tree).keys(), tree.commits()), ({key}, commits + 2))
        self.by_hand(tree, lambda clone: (clone / self.path / key / "NOTES.md").unlink())
        tree.cicd("preview", "sweep")
        self.assertEqual(self.folders(tree), {})

    def test_one_that_is_deployed_at_the_same_moment_stays(self):
        tree = self.branched()
        tree.run("app.deploy-branch")
        before = tree.manifests("rev-parse", "main")
        tree.write("in.txt", "more")
        tree.commit()
        tree.run("app.deploy-branch")
        after = tree.manifests("rev-parse", "main")
        tree.manifests("update-ref", "refs/heads/main", before)
        hook = tree.build / "manifests.git/hooks/pre-receive"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\nenv -u GIT_QUARANTINE_PATH git update-ref refs/heads/main {after}\nexit 1\n")
        hook.chmod(0o755)
        self.assertIn("was deployed at the same moment", tree.cicd("preview", "remove", "app", status=3).all)
        self.assertEqual(tree.manifests("rev-parse", "main"), after)

    def test_a_file_of_others_by_the_name_of_an_object_is_not_written_over(self):
        tree = self.branched()
        tree.run("app.deploy-branch")
        key = self.only(tree)
        name = f"app-api-{key}.service.yaml"
        self.by_hand(tree, lambda clone: (clone / self.path / key / name).write_text("kind: Service\nmetadata: {name: theirs}\n"))
        self.assertIn(f"cicd did not write it: '{name}'", tree.run("app.deploy-branch", status=3).all)
        self.assertIn("theirs", tree.manifests("show", f"main:{self.path}/{key}/{name}"))

    def test_what_others_removed_by_hand_is_no_obstacle(self):
        tree = self.branched()
        tree.run("app.deploy-branch")
        key = self.only(tree)
        self.by_hand(tree, lambda clone: [each.unlink() for each in (clone / self.path / key).iterdir()])
        self.assertEqual(len(self.listed(tree)), 1)
        tree.cicd("preview", "remove", "app")
        self.assertEqual(self.listed(tree), [])
        self.assertIsNone(self.beside(tree, "records", key))

    def test_killed_while_it_is_made_or_removed_the_next_run_ends_it(self):
        tree = self.branched()
        tree.run("app.publish")
        for hook, there in (("pre-receive", 0), ("post-receive", 1)):
            self.killed_in_hook(tree, hook, "run", "app.deploy-branch")
            self.assertEqual(len(self.folders(tree)), there)
        tree.run("app.deploy-branch")
        self.assertEqual(len(self.listed(tree)), 1)
        (tree.root / "pre-receive.started").unlink()
        (tree.root / "post-receive.started").unlink()
        for hook, there in (("pre-receive", 1), ("post-receive", 0)):
            self.killed_in_hook(tree, hook, "preview", "remove", "app", "fix-click")
            self.assertEqual(len(self.folders(tree)), there)
        self.assertEqual(self.listed(tree), [])
        self.assertIn("no preview", tree.cicd("preview", "remove", "app", "fix-click", status=2).all)


if __name__ == "__main__":
    unittest.main(verbosity=2)
