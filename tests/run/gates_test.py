"""Who may change what: each way out of the build tree, with real git repositories and the variables that CI systems set."""

import json
import unittest

import harness

OUTSIDE = harness.DEPLOYED.replace("ON branch main VIA gitops", "ON branch main VIA gitops REPOSITORY {repository} PATH stage/app")
URL = "https://git.example.com/us/orders"


# A registry that holds nothing yet, and what it was asked.
SKOPEO = """#!/bin/sh
echo "$*" >> {asked}
echo 'level=fatal msg="manifest unknown"' >&2
exit 1
"""


class Gates(harness.Case):
    def bare(self, name):
        repository = self.folder / name
        harness.subprocess.run([harness.tool("git"), "init", "--quiet", "--bare", "--initial-branch=main", str(repository)], check=True)
        return repository

    def made(self, options="", calls=OUTSIDE, on="branch main", name="t"):
        """A clean, pushed commit on main, whose stage follows main in a repository outside."""
        self.repository = self.folder / "outside.git"
        if not self.repository.exists():
            self.bare("outside.git")
        tree = self.tree(name=name)
        tree.write("in.txt", "one")
        tree.declare(calls.format(repository=f"{self.repository} {options}").replace("ON branch main", f"ON {on}"))
        tree.commit()
        # What the CI system calls the repository leads to the one that is there.
        tree.git("config", f"url.{tree.remote}.insteadOf", URL)
        tree.configure()
        return tree

    def github(self, tree, name="push", event=None, **variables):
        """What GitHub Actions sets."""
        path = self.folder / "event.json"
        path.write_text(json.dumps(event or {"repository": {"full_name": "us/orders"}}))
        return {"CI": "true", "GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": name, "GITHUB_EVENT_PATH": str(path), "GITHUB_REPOSITORY": "us/orders",
                "GITHUB_SERVER_URL": "https://git.example.com", "GITHUB_SHA": tree.git("rev-parse", "HEAD"), "GITHUB_REF": "refs/heads/main",
                "GITHUB_REF_NAME": "main", "GITHUB_REF_TYPE": "branch", "GITHUB_ACTOR": "jane", **variables}

    def request(self, tree, theirs="us/orders", head="main", base="main"):
        """A pull request of GitHub's."""
        repository = {"full_name": theirs} if theirs else None
        event = {"repository": {"full_name": "us/orders"},
                 "pull_request": {"head": {"ref": head, "repo": repository}, "base": {"ref": base, "repo": {"full_name": "us/orders"}}}}
        return self.github(tree, "pull_request", event, GITHUB_HEAD_REF=head, GITHUB_BASE_REF=base, GITHUB_REF="refs/pull/1/merge",
                           GITHUB_REF_NAME="1/merge")

    def refused(self, tree, *texts, status=5, target="deploy-stage", env=None):
        """Refused before anything is built, published or committed."""
        done = tree.run(target, status=status, env=env)
        for text in texts:
            self.assertIn(text, done.all)
        self.assertEqual([*tree.build.glob(".cicd/work/*/*"), *tree.build.glob(".cicd/domains/*/work/*/*")], [], "something was built")
        self.assertFalse((tree.build / "registry").exists(), "something was published")
        self.assertEqual(tree.commits(self.repository), 0)
        self.assertEqual(tree.events()[-1]["event"], "run_ended")
        return done

    def at_registry(self, **how):
        """One whose image goes to a registry, with the file that holds what was asked of that."""
        tree = self.made(calls=OUTSIDE.replace("add_pipeline(app)", "add_pipeline(app IMAGE registry.example.com/app)"), **how)
        (self.folder / "bin").mkdir(exist_ok=True)
        skopeo, asked = self.folder / "bin/skopeo", self.folder / "asked"
        skopeo.write_text(SKOPEO.format(asked=asked))
        skopeo.chmod(0o755)
        tree.env["PATH"] = f"{skopeo.parent}:{tree.env['PATH']}"
        return tree, asked

    # ---- forks and pull requests ----

    def test_a_pull_request_from_a_fork_builds_publishes_and_deploys_nothing(self):
        tree = self.made()
        tree.git("checkout", "--quiet", "--detach")
        self.refused(tree, "from a fork", "somebody/orders (GITHUB_EVENT_PATH)", "try:", env=self.request(tree, "somebody/orders"))

    def test_a_pull_request_from_a_fork_that_only_publishes_builds_nothing_and_asks_no_registry(self):
        tree, asked = self.at_registry()
        tree.git("checkout", "--quiet", "--detach")
        self.refused(tree, "from a fork", "somebody/orders", env=self.request(tree, "somebody/orders"), target="app.publish")
        self.assertFalse(asked.exists(), "the registry was asked")

    def test_forks_are_known_by_the_variables_of_other_systems(self):
        tree = self.made()
        tree.git("checkout", "--quiet", "--detach")
        for variables in ({"CIRCLECI": "true", "CIRCLE_PR_USERNAME": "somebody", "CIRCLE_PR_REPONAME": "orders", "CIRCLE_BRANCH": "pull/1"},
                          {"GITLAB_CI": "true", "CI_PROJECT_ID": "1", "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "2", "CI_MERGE_REQUEST_IID": "7"},
                          {"BUILDKITE": "true", "BUILDKITE_PULL_REQUEST": "1", "BUILDKITE_PULL_REQUEST_REPO": "git://git.example.com/them/orders.git",
                           "BUILDKITE_REPO": "git@git.example.com:us/orders.git", "BUILDKITE_BRANCH": "main"}):
            with self.subTest(system=next(iter(variables))):
                self.refused(tree, "from a fork", env=variables)

    def test_a_pull_request_is_never_a_push_to_the_branch_it_is_named_after(self):
        tree = self.made()
        tree.git("checkout", "--quiet", "--detach")
        tree.commit("the merge commit, which is on no branch")
        self.refused(tree, "a pull request is never a push to a branch", "branch main", "try:", env=self.request(tree, base="release"))

    def test_a_merge_queue_is_no_push_either(self):
        tree = self.made()
        tree.git("checkout", "--quiet", "--detach")
        queue = self.github(tree, "merge_group", GITHUB_REF="refs/heads/gh-readonly-queue/main/pr-1-abc", GITHUB_REF_NAME="gh-readonly-queue/main/pr-1-abc")
        self.refused(tree, "a merge queue's commit is on no branch yet", env=queue)

    # ---- protection ----

    def test_a_protected_environment_is_not_deployed_from_a_laptop_by_gitops_either(self):
        tree = self.made("PROTECTED")
        self.refused(tree, "protected", "changed by CI only", "no CI system is recognised")

    def test_ci_set_by_hand_is_no_ci_system(self):
        tree = self.made("PROTECTED")
        self.refused(tree, "protected", env={"CI": "1"})

    def test_protection_wants_variables_that_fit_together(self):
        tree = self.made("PROTECTED")
        self.refused(tree, "protected", env={"GITHUB_ACTIONS": "true"})
        self.refused(tree, "protected", "GITHUB_REPOSITORY is not the repository in GITHUB_EVENT_PATH",
                     env=self.github(tree, event={"repository": {"full_name": "them/orders"}}))

    def test_protection_lets_a_push_and_no_other_event_in(self):
        tree = self.made("PROTECTED")
        self.refused(tree, "protected", "in CI, on: push, tag", env=self.github(tree, "workflow_dispatch"))
        tree.run("deploy-stage", env=self.github(tree))
        self.assertEqual(tree.commits(self.repository), 1)

    def test_a_plan_shows_what_would_happen_in_a_protected_environment(self):
        tree = self.made("PROTECTED")
        tree.cicd("plan", "deploy-stage")

    def test_a_plan_of_everything_says_which_deploy_would_be_refused(self):
        tree = self.made(calls=harness.DEPLOYED + "pipeline_environment(app prod ON tag v* VIA gitops)\n")
        tree.run("deploy-stage")
        self.assertIn("would be refused: this environment follows another ref than the one checked out: 'main'", tree.cicd("plan").stdout)
        done = tree.cicd("plan", "app.deploy-prod", status=5)
        self.assertIn("would be refused", done.stdout)
        self.assertIn("tag v*", done.stderr)

    # ---- what is checked out ----

    def test_a_dirty_tree_builds_and_publishes_nothing(self):
        tree = self.made()
        tree.write("in.txt", "uncommitted")
        self.refused(tree, "uncommitted changes", "--allow-dirty stage")

    def test_another_branch_builds_and_publishes_nothing(self):
        tree = self.made()
        tree.git("switch", "--quiet", "--create", "feature")
        self.refused(tree, "follows another ref", "feature", "branch main", "git switch main")

    def test_the_embedded_default_follows_a_tag_as_a_real_environment_does(self):
        tree = self.made(calls=harness.DEPLOYED, on="tag v*")
        self.refused(tree, "follows another ref", "tag v*", "try:")
        tree.git("tag", "v1.0.0")
        tree.run("app.publish")
        tree.run("deploy-stage")
        self.assertEqual(tree.commits(), 1)

    def test_the_embedded_default_takes_a_detached_head_that_is_on_the_branch_and_no_other(self):
        tree = self.made(calls=harness.DEPLOYED)
        tree.git("checkout", "--quiet", "--detach")
        tree.commit("on no branch")
        self.refused(tree, "no branch is checked out", "branch main")
        tree.git("checkout", "--quiet", "--detach", "main")
        tree.run("deploy-stage")

    def test_a_detached_head_is_what_jenkins_and_drone_say_it_is(self):
        for number, variables in enumerate(({"JENKINS_URL": "https://jenkins.example.com/", "BRANCH_NAME": "main", "GIT_URL": URL},
                                            {"DRONE": "true", "CI": "true", "DRONE_BUILD_EVENT": "push", "DRONE_BRANCH": "main", "DRONE_COMMIT_REF": "refs/heads/main",
                                             "DRONE_GIT_HTTP_URL": URL})):
            with self.subTest(system=next(iter(variables))):
                tree = self.made(name=f"t{number}", options=f"BRANCH b{number}")
                tree.git("checkout", "--quiet", "--detach")
                commit = tree.git("rev-parse", "HEAD")
                tree.run("deploy-stage", env={**variables, "GIT_COMMIT": commit, "DRONE_COMMIT_SHA": commit})
                record = json.loads(tree.manifests("show", f"b{number}:.cicd/records/stage/app.json", repository=self.repository))
                self.assertEqual((record["branch"], record["commit"]), ("main", commit))

    def test_sources_without_a_commit_that_can_be_read_are_deployed_nowhere_else(self):
        for name, spoil in (("none", lambda dot: dot.rename(dot.with_suffix(".away"))), ("broken", lambda dot: (dot / "HEAD").unlink())):
            with self.subTest(name):
                tree = self.made(name=name)
                spoil(tree.source / ".git")
                self.refused(tree, "the commit of the sources is not known", "allowed:", "branch main")

    def test_a_folder_of_tracked_files_that_looks_like_a_repository_is_asked_nothing(self):
        tree = self.made()
        sources, mark = tree.source / "service", self.folder / "started"
        for name, text in (("HEAD", "ref: refs/heads/nothing\n"), ("refs/x", ""), ("info/exclude", "*\n"), ("in.txt", "one"),
                           ("objects/info/alternates", "../../.git/objects\n"),
                           ("config", f'[core]\nrepositoryformatversion = 0\nbare = false\nworktree = .\nfsmonitor = "touch {mark}; false"\n')):
            tree.write(f"service/{name}", text)
        tree.declare(OUTSIDE.format(repository=self.repository).replace("add_pipeline(app)", "add_pipeline(app DIRECTORY service)"))
        tree.commit()
        tree.configure()
        tree.write("service/in.txt", "uncommitted")
        done = tree.run("deploy-stage", env=self.request(tree, theirs="them/orders"), status=5)
        self.assertIn("from a fork", done.all)
        tree.run("deploy-stage", status=2)
        tree.cicd("plan", "deploy-stage", status=2)
        self.assertFalse(mark.exists(), "a program that the tree names was started")
        self.assertTrue(sources.is_dir())
        self.assertEqual(tree.commits(self.repository), 0)

    def test_what_changes_while_a_run_is_under_way_is_not_deployed_as_its_commit(self):
        slow = OUTSIDE.replace("COMMAND cp in.txt out.txt", 'SHELL "cp in.txt out.txt; : > $SEEN; until test -e $GO; do sleep 0.05; done" PASS_ENV SEEN GO')
        for name, change in (("edited", lambda tree: tree.write("in.txt", "evil")), ("committed", lambda tree: tree.commit("later", push=False))):
            with self.subTest(name):
                tree = self.made(calls=slow, name=name)
                tree.env.update(SEEN=str(self.folder / f"{name}.seen"), GO=str(self.folder / f"{name}.go"))
                process = tree.start(tree.launcher, "run", "deploy-stage")
                harness.until((self.folder / f"{name}.seen").exists, 60, "the step")
                change(tree)
                (self.folder / f"{name}.go").touch()
                self.assertEqual(process.wait(60), 3)
                self.assertIn("the sources changed while the run was under way", (tree.root / "out.txt").read_text())
                self.assertEqual(tree.commits(self.repository), 0)

    # ---- the branch of the remote ----

    def test_neither_a_replaced_commit_nor_a_remote_that_is_the_clone_itself_says_where_a_branch_is(self):
        tree = self.made()
        tip = tree.git("rev-parse", "HEAD")
        tree.commit("only here", push=False)
        tree.git("replace", "--graft", tip, "HEAD")
        self.assertIn("is not on branch main", tree.run("deploy-stage", status=5).all)
        tree.git("replace", "--delete", tip)
        for url in (".", str(tree.source), str(tree.source / ".git")):
            tree.git("remote", "set-url", "upstream", url)
            self.assertIn("nothing says where the remote repository is", tree.run("deploy-stage", status=5).all)
        self.assertEqual(tree.commits(self.repository), 0)

    def test_a_commit_that_is_not_pushed_is_neither_published_nor_deployed(self):
        tree = self.made()
        tree.commit("only here", push=False)
        done = tree.run("deploy-stage", status=5)
        for text in ("is not on branch main of the remote repository", str(tree.remote), "git push upstream HEAD:main"):
            self.assertIn(text, done.all)
        self.assertEqual(tree.commits(self.repository), 0)

    def test_nothing_is_published_on_the_way_to_a_deploy_that_the_remote_refuses(self):
        tree, asked = self.at_registry()
        tree.commit("only here", push=False)
        done = tree.run("deploy-stage", status=5)
        self.assertIn("is not on branch main of the remote repository", done.all)
        self.assertEqual(tree.outcomes()["app/publish"], "failed")
        self.assertRegex(asked.read_text(), r"\A(inspect .*\n)+\Z", "something was pushed")
        tree.push()
        tree.run("deploy-stage", status=None)
        self.assertIn(" copy ", asked.read_text(), "after the push it is begun")

    def test_nobodys_word_is_taken_for_where_a_branch_is(self):
        tree = self.made()
        tree.git("checkout", "--quiet", "--detach")
        tree.commit("on no branch")
        done = tree.run("deploy-stage", status=5, env=self.github(tree))
        self.assertIn("is not on branch main of the remote repository", done.all)
        self.assertEqual(tree.commits(self.repository), 0)

    def test_an_older_commit_of_the_branch_is_on_it(self):
        tree = self.made()
        first = tree.git("rev-parse", "HEAD")
        tree.commit("a later one")
        tree.git("checkout", "--quiet", "-B", "main", first)
        tree.run("deploy-stage")
        self.assertEqual(tree.record(repository=self.repository)["commit"], first)

    def shallow(self, tree):
        clone = harness.Tree(self.folder / "shallow")
        self.trees.append(clone)
        clone.source.rmdir()
        tree.git("clone", "--quiet", "--depth=1", f"file://{tree.remote}", str(clone.source))
        clone.configure()
        return clone

    def test_a_shallow_clone_of_the_tip_is_on_the_branch(self):
        clone = self.shallow(self.made())
        clone.run("deploy-stage")
        self.assertEqual(clone.commits(self.repository), 1)

    def test_a_shallow_clone_that_is_behind_cannot_know_and_says_what_helps(self):
        tree = self.made()
        clone = self.shallow(tree)
        tree.commit("a later one")
        done = clone.run("deploy-stage", status=2)
        for text in ("a shallow clone cannot tell", "git fetch --unshallow --filter=tree:0"):
            self.assertIn(text, done.all)
        self.assertEqual(tree.commits(self.repository), 0)
        clone.git("fetch", "--quiet", "--unshallow")
        clone.run("deploy-stage")

    def test_a_branch_that_went_on_meanwhile_has_to_be_fetched(self):
        tree = self.made()
        clone = harness.Tree(self.folder / "clone")
        self.trees.append(clone)
        clone.source.rmdir()
        tree.git("clone", "--quiet", str(tree.remote), str(clone.source))
        clone.configure()
        tree.commit("a later one")
        done = clone.run("deploy-stage", status=2)
        self.assertIn("git fetch origin main", done.all)
        clone.git("fetch", "--quiet", "origin", "main")
        clone.run("deploy-stage")

    def test_a_remote_out_of_reach_is_a_failure_of_the_remote(self):
        tree = self.made()
        tree.remote.rename(tree.remote.with_suffix(".away"))
        done = tree.run("deploy-stage", status=6)
        self.assertIn("does not answer", done.all)
        self.assertEqual(tree.commits(self.repository), 0)

    def test_without_a_remote_only_the_embedded_default_is_deployed(self):
        tree = self.made()
        tree.git("remote", "remove", "upstream")
        done = tree.run("deploy-stage", status=5)
        self.assertIn("nothing says where the remote repository is", done.all)
        self.assertEqual(tree.commits(self.repository), 0)
        inside = self.made(calls=harness.DEPLOYED, name="inside")
        inside.git("remote", "remove", "upstream")
        inside.run("deploy-stage")

    def test_the_remote_is_not_asked_when_nothing_would_change(self):
        tree = self.made()
        tree.run("deploy-stage")
        tree.remote.rename(tree.remote.with_suffix(".away"))
        self.assertIn("nothing to do", tree.run("deploy-stage").stdout)

    def test_a_branch_name_from_a_variable_is_no_option_of_git(self):
        sentinel = self.folder / "sentinel"
        hostile = f"--upload-pack=touch {sentinel};"
        tree = self.made(on="branch *")
        tree.git("checkout", "--quiet", "--detach")
        tree.run("deploy-stage", status=2, env=self.github(tree, GITHUB_REF=f"refs/heads/{hostile}", GITHUB_REF_NAME=hostile))
        self.assertFalse(sentinel.exists())

    # ---- VERIFY ----

    def test_verify_runs_for_manifests_too_and_its_failure_is_the_deploys(self):
        tree = self.made("VERIFY ./verify {environment}")
        ran = self.folder / "ran"
        tree.write("verify", f'#!/bin/sh\necho "$1" >> {ran}\ntest -e {self.folder}/healthy\n', 0o755)
        tree.commit()
        tree.git("config", f"url.{tree.remote}.insteadOf", URL)
        done = tree.run("deploy-stage", status=1)
        for text in ("VERIFY failed", " by Jane Doe <jane@example.com>", "cicd yank app ", "the manifests are committed as", "deploying again runs VERIFY again"):
            self.assertIn(text, done.all)
        self.assertEqual(ran.read_text(), "stage\n")
        self.assertEqual(tree.record(repository=self.repository)["outcome"], "failed")
        (self.folder / "healthy").touch()
        tree.run("deploy-stage")
        self.assertEqual(ran.read_text(), "stage\nstage\n")
        self.assertEqual(tree.record(repository=self.repository)["outcome"], "deployed")
        self.assertIn("nothing to do", tree.run("deploy-stage").stdout)

    # ---- two repositories ----

    def declared_elsewhere(self, ref=""):
        """The sources in one repository, their declaration in another."""
        tree = self.made()
        pipelines = harness.Tree(self.folder, source="pipelines", build="elsewhere", home=tree.home)
        self.trees.append(pipelines)
        calls = OUTSIDE.format(repository=self.repository).replace("add_pipeline(app)", f"add_pipeline(app DIRECTORY {tree.source} {ref})")
        pipelines.declare(calls)
        pipelines.commit()
        pipelines.configure()
        return tree, pipelines, calls

    def test_a_record_bears_the_declarations_commit_too(self):
        tree, pipelines, _ = self.declared_elsewhere()
        pipelines.run("deploy-stage")
        record = pipelines.record(repository=self.repository)
        self.assertEqual((record["commit"], record["declaration"], record["dirty"]), (tree.git("rev-parse", "HEAD"), pipelines.git("rev-parse", "HEAD"), False))

    def test_an_uncommitted_declaration_is_not_deployed(self):
        _, pipelines, calls = self.declared_elsewhere()
        pipelines.declare(calls.replace("PORT 8080", "PORT 8099")).configure()
        done = pipelines.run("deploy-stage", status=5)
        for text in ("the declaration has uncommitted changes", str(pipelines.source), "--allow-dirty stage"):
            self.assertIn(text, done.all)
        self.assertEqual(pipelines.commits(self.repository), 0)
        pipelines.run("deploy-stage", "--allow-dirty", "stage")
        self.assertTrue(pipelines.record(repository=self.repository)["dirty"])

    def test_an_uncommitted_declaration_above_the_sources_is_not_deployed(self):
        tree = self.tree()
        repository = self.bare("outside.git")
        self.repository = repository
        tree.write("orders/in.txt", "one")
        calls = OUTSIDE.format(repository=repository).replace("add_pipeline(app)", "add_pipeline(app DIRECTORY orders)")
        tree.declare(calls)
        tree.commit()
        tree.write("others/untracked.txt", "of another service")
        tree.declare(calls.replace("PORT 8080", "PORT 8099")).configure()
        self.refused(tree, "the declaration has uncommitted changes")
        tree.declare(calls).configure()
        tree.run("deploy-stage")

    def test_pipeline_ref_accepts_a_declaration_from_that_branch_only(self):
        sources, pipelines, calls = self.declared_elsewhere("PIPELINE_REF main")
        pipelines.git("switch", "--quiet", "--create", "feature")
        pipelines.declare(calls.replace("PORT 8080", "PORT 8099"))
        pipelines.commit()
        pipelines.configure()
        done = pipelines.run("deploy-stage", status=5)
        self.assertIn("the declaration's commit is not on branch main of the remote repository", done.all)
        self.assertEqual(pipelines.commits(self.repository), 0)
        pipelines.git("switch", "--quiet", "main")
        pipelines.configure()
        self.assertIn("was declared otherwise", pipelines.run("deploy-stage", status=3).all)
        sources.commit()
        pipelines.run("deploy-stage")

    # ---- what CMake configured, and what is checked out ----

    def stale(self, tree, *names, target="deploy-stage", cause=None):
        """Refused, and the files that differ are named; what helps is the command that is offered."""
        done = self.refused(tree, "the declaration has changed since CMake configured", *names, f"cmake {tree.build}", status=2, target=target)
        if cause:
            self.assertIn(cause, done.all)

    def test_a_declaration_of_another_branch_is_not_deployed_as_that_of_the_commit_that_is_checked_out(self):
        followed = OUTSIDE.replace("add_pipeline(app)", "add_pipeline(app PIPELINE_REF main)")
        for name, calls in (("outside", OUTSIDE), ("followed", followed), ("embedded", harness.DEPLOYED)):
            with self.subTest(name):
                tree = self.made(calls=calls, name=name)
                tree.git("switch", "--quiet", "--create", "feature")
                path = tree.source / "CMakeLists.txt"
                path.write_text(path.read_text().replace("PORT 8080", "PORT 8099"))
                tree.commit()
                tree.configure()
                tree.git("switch", "--quiet", "main")
                self.stale(tree, str(path))
        tree.run("app.build")
        tree.call([harness.tool("cmake"), tree.build])
        tree.run("deploy-stage")
        self.assertFalse(tree.record()["dirty"])

    def test_a_protection_that_was_taken_out_and_put_back_is_not_passed(self):
        tree = self.made("PROTECTED")
        text = (tree.source / "CMakeLists.txt").read_text()
        tree.write("CMakeLists.txt", text.replace(" PROTECTED", ""))
        tree.configure()
        tree.git("checkout", "--quiet", "CMakeLists.txt")
        self.stale(tree, "CMakeLists.txt")
        tree.configure()
        self.refused(tree, "protected")

    def test_a_function_or_folder_that_a_declaration_goes_through_is_part_of_it(self):
        tree = self.made()
        calls = OUTSIDE.format(repository=self.repository)
        tree.write("calls.cmake", f"macro(company_pipeline)\n{calls}endmacro()\n")
        tree.write("below/CMakeLists.txt", "company_pipeline()\n")
        tree.write("below/in.txt", "one")
        tree.declare("include(calls.cmake)\nadd_subdirectory(below)\n").configure()
        tree.commit()
        for name in ("calls.cmake", "below/CMakeLists.txt", "CMakeLists.txt"):
            with self.subTest(name=name):
                path = tree.source / name
                text = path.read_text()
                path.write_text(text + "# another\n")
                self.stale(tree, str(path))
                path.unlink()
                self.stale(tree, str(path), cause="the file is not there any more")
                path.write_text(text)
        tree.run("deploy-stage")
        self.assertEqual(tree.commits(self.repository), 1)

    # ---- rehearsals ----

    def test_the_rehearsal_of_a_tag_that_does_not_exist_says_so(self):
        tree = self.made(on="tag v*")
        tree.git("tag", "v1.0.0")
        tree.run("app.publish")
        done = tree.cicd("plan", "--event", "tag=v1.0.1")
        for text in ("warning", "there is no such tag", "v1.0.1", "did you mean: v1.0.0"):
            self.assertIn(text, done.stderr)

    def test_the_rehearsal_of_a_tag_on_another_commit_is_no_plan_of_this_one(self):
        tree = self.made(on="tag v*")
        tree.git("tag", "--annotate", "--message", "one", "v1.0.0")
        tree.run("app.publish")
        tree.cicd("plan", "--event", "tag=v1.0.0")
        tree.commit("a later one")
        done = tree.cicd("plan", "--event", "tag=v1.0.0", status=2)
        for text in ("on another commit than what is checked out", "worktree add"):
            self.assertIn(text, done.all)

    # ---- what a way does not have ----

    def test_a_command_that_gitops_has_no_part_in_names_the_ways_that_have(self):
        tree = self.made()
        tree.run("deploy-stage")
        for words in (("canary", "start", "app", "stage"), ("task", "app", "stage", "--", "true")):
            with self.subTest(command=words[0]):
                done = tree.cicd(*words, status=2)
                self.assertIn("VIA gitops", done.all)
                self.assertIn("VIA kubectl", done.all)


if __name__ == "__main__":
    unittest.main(verbosity=2)
