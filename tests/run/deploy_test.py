"""Publish and deploy: what is committed, what is not, and what is refused."""

import json
import threading
import unittest

import harness


class Deploy(harness.Case):
    def made(self, calls=harness.DEPLOYED, name="t", configure=True):
        tree = self.tree(name=name)
        tree.write("in.txt", "one")
        tree.declare(calls)
        tree.commit()
        if configure:
            tree.configure()
        return tree

    def file(self, tree, name, folder="stage/app"):
        return tree.manifests("show", f"main:{folder}/{name}")

    def test_a_second_deploy_is_no_commit(self):
        tree = self.made()
        tree.run("deploy-stage")
        done = tree.run("deploy-stage")
        self.assertIn("nothing to do", done.stdout)
        self.assertEqual(len(done.stdout.splitlines()), 1)
        self.assertEqual(tree.commits(), 1)

    def test_a_commit_that_leaves_the_image_alone_is_no_deployment(self):
        tree = self.made()
        tree.run("deploy-stage")
        reference = tree.record()["images"]["image"]["reference"]
        tip = tree.manifests("rev-parse", "main")
        tree.write("README", "only words")
        tree.commit()
        tree.run("deploy-stage")
        self.assertEqual(tree.manifests("rev-parse", "main"), tip)
        self.assertEqual(tree.record()["images"]["image"]["reference"], reference)

    def test_a_change_of_replicas_is_one_commit(self):
        tree = self.made()
        tree.run("deploy-stage")
        self.assertIn("replicas: 1", self.file(tree, "app-api.deployment.yaml"))
        tree.declare(harness.DEPLOYED.replace("REPLICAS 1", "REPLICAS 3"))
        tree.commit()
        tree.configure()
        done = tree.cicd("plan", "deploy-stage")
        self.assertRegex(done.stdout, r"~ Deployment app-api \(app-api\.deployment\.yaml\)\n +~ spec\.replicas: 1 \S+ 3\n")
        tree.run("deploy-stage")
        self.assertEqual(tree.commits(), 2)
        self.assertIn("replicas: 3", self.file(tree, "app-api.deployment.yaml"))
        changed = tree.manifests("diff", "--name-only", "main~1", "main").split()
        self.assertEqual(changed, [".cicd/records/stage/app.json", "stage/app/app-api.deployment.yaml",
                                   "stage/app/app-api.poddisruptionbudget.yaml"])

    def test_the_commit_says_who_what_and_from_where(self):
        tree = self.made()
        commit = tree.git("rev-parse", "HEAD")
        tree.set_user()
        tree.run("deploy-stage")
        message = tree.manifests("log", "-1", "--format=%an <%ae>%n%B", "main")
        for text in ("Jane Doe <jane@example.com>", "deploy app", commit[:7], commit, "stage", tree.record()["images"]["image"]["reference"]):
            self.assertIn(text, message)

    def test_values_of_one_environment(self):
        tree = self.made(harness.DEPLOYED + "pipeline_environment(app prod ON tag v* VIA gitops)\n")
        tree.git("tag", "v1.0.0")
        tree.run("deploy-stage", "app.deploy-prod")
        self.assertIn("replicas: 1", self.file(tree, "app-api.deployment.yaml"))
        self.assertIn("replicas: 2", self.file(tree, "app-api.deployment.yaml", "prod/app"))

    def test_the_label_by_which_argo_cd_finds_its_objects_is_left_to_it(self):
        tree = self.made()
        tree.run("deploy-stage")
        self.assertIn("app.kubernetes.io/name", self.file(tree, "app-api.deployment.yaml"))
        self.assertNotIn("app.kubernetes.io/instance", self.file(tree, "app-api.deployment.yaml"))

    def test_the_image_is_by_tag_and_digest(self):
        tree = self.made()
        tree.run("deploy-stage")
        record = tree.record()["images"]["image"]
        index = json.loads((tree.build / "registry/app/index.json").read_text())
        self.assertEqual(record["reference"], f"app:{tree.git('rev-parse', 'HEAD')[:7]}@{index['manifests'][0]['digest']}")
        self.assertIn(record["reference"], self.file(tree, "app-api.deployment.yaml"))

    def test_render_writes_the_same_objects_to_a_folder(self):
        tree = self.made()
        tree.run("deploy-stage")
        old, version = tree.record()["commit"], tree.record()["version"]
        names = tree.manifests("ls-tree", "--name-only", "main:stage/app").split()
        tree.declare(harness.DEPLOYED.replace("VIA gitops", "VIA render PATH out/stage"))
        tree.commit()
        tree.configure()
        tree.run("deploy-stage")
        folder = tree.build / "out/stage"
        self.assertEqual(sorted(path.name for path in folder.glob("*.yaml")), names)
        for name in names:
            # Another commit built the same image there.
            there = self.file(tree, name).replace(old, tree.git("rev-parse", "HEAD")).replace(version, tree.git("rev-parse", "HEAD")[:7])
            self.assertEqual((folder / name).read_text().strip().replace('"', ""), there.replace('"', ""))
        told = [one for one in tree.events() if one["event"] == "deployed"]
        self.assertEqual([(one["environment"], one["how"], one["record"]["generation"]) for one in told], [("stage", "deploy", 1)])
        good = (folder / names[0]).read_text()
        self.assertEqual(json.loads((folder / ".cicd/record.json").read_text())["generation"], 1)
        tip = harness.digest_of_tree(folder)
        tree.run("deploy-stage")
        self.assertEqual(harness.digest_of_tree(folder), tip)
        (folder / names[0]).write_text("by hand\n")
        tree.run("deploy-stage")
        self.assertEqual((folder / names[0]).read_text(), good)
        self.assertEqual(json.loads((folder / ".cicd/record.json").read_text())["generation"], 2)
        self.assertEqual(len((folder / ".cicd/history.ndjson").read_text().splitlines()), 2)

    def test_an_image_that_no_cluster_can_pull_is_refused_before_anything_runs(self):
        tree = self.made(harness.DEPLOYED.replace("VIA gitops", "VIA kubectl"))
        for words in (("plan", "deploy-stage"), ("run", "deploy-stage")):
            done = tree.cicd(*words, status=2)
            self.assertIn("names no registry: 'app'", done.all)
            self.assertIn("VIA kubectl needs IMAGE", done.all)
        self.assertFalse(tree.work("app/build").exists(), "something ran")
        tree.run("app.publish")

    def test_an_immutable_tag_is_never_moved(self):
        tree = self.made(harness.DEPLOYED.replace("COMMAND cp in.txt out.txt INPUTS in.txt", 'SHELL "date +%s%N > out.txt" INPUTS in.txt ALWAYS'))
        tree.run("app.publish")
        index = tree.build / "registry/app/index.json"
        before = index.read_bytes()
        there = json.loads(before)["manifests"][0]["digest"]
        done = tree.run("app.image", "app.publish", status=3)
        here = json.loads((tree.work("app/image") / "layout/index.json").read_text())["manifests"][0]["digest"]
        self.assertNotEqual(there, here)
        for text in ("app/publish", there, here):
            self.assertIn(text, done.all)
        self.assertEqual(index.read_bytes(), before)
        self.assertEqual(tree.result()["outcome"], "conflict")

    def test_an_older_commit_does_not_overtake(self):
        tree = self.made()
        old = tree.git("rev-parse", "HEAD")
        tree.write("in.txt", "two")
        tree.commit()
        tree.run("deploy-stage")
        tree.git("checkout", "--quiet", old)
        done = tree.run("deploy-stage", status=3)
        for text in ("app/deploy-stage", "superseded", old[:7]):
            self.assertIn(text, done.all)
        self.assertEqual(tree.commits(), 1)
        tree.git("checkout", "--quiet", "main")
        tree.run("deploy-stage")
        self.assertEqual(tree.commits(), 1)

    def test_an_older_commit_in_a_clone_without_history_does_not_overtake(self):
        """A job that is run again in CI, whose clone has that one commit only: the dates tell which is newer."""
        repository = self.folder / "manifests.git"
        tree = self.made(harness.DEPLOYED.replace("VIA gitops", f"VIA gitops REPOSITORY {repository}"), configure=False)
        tree.call([harness.tool("git"), "init", "--quiet", "--bare", "--initial-branch=main", repository])
        rerun = harness.Tree(self.folder / "rerun")
        for day in (1, 2):
            tree.write("in.txt", f"day {day}")
            tree.env["GIT_COMMITTER_DATE"] = f"2026-01-0{day}T10:00:00Z"
            tree.commit()
            if day == 1:
                tree.git("remote", "add", "origin", f"file://{tree.source}")
                tree.git("clone", "--quiet", "--depth", "1", f"file://{tree.source}", str(rerun.source))
        tree.configure()
        tree.run("deploy-stage")
        rerun.configure()
        done = rerun.run("deploy-stage", status=3)
        for text in ("superseded", "2026-01-01T10:00:00Z and 2026-01-02T10:00:00Z", "git fetch --unshallow"):
            self.assertIn(text, done.all)
        self.assertEqual(tree.commits(repository), 1)

    def test_another_repository_does_not_write_into_the_folder_of_one_with_a_pipeline_of_that_name(self):
        repository = self.folder / "manifests.git"
        calls = harness.DEPLOYED.replace("VIA gitops", f"VIA gitops REPOSITORY {repository}")
        one, copy = self.made(calls), self.made(calls.replace("REPLICAS 1", "REPLICAS 2"), name="copy")
        one.call([harness.tool("git"), "init", "--quiet", "--bare", "--initial-branch=main", repository])
        one.git("remote", "add", "origin", "https://bot:s3cret@git.example.com/shop/app.git")
        one.run("deploy-stage")
        source = json.loads(one.manifests("show", "main:.cicd/records/stage/app.json", repository=repository))["source"]
        self.assertEqual(source, {"repository": "git.example.com/shop/app", "root": "", "path": ""})
        for words in (["run", "deploy-stage"], ["plan", "deploy-stage"]):
            refused = copy.cicd(*words, status=3)
            for text in ("another repository", "git.example.com/shop/app", "FORMERLY"):
                self.assertIn(text, refused.all)
        self.assertEqual(one.commits(repository), 1)
        copy.declare(calls.replace("REPLICAS 1", "REPLICAS 2").replace("add_pipeline(app", "add_pipeline(app FORMERLY git.example.com/shop/app"))
        copy.commit()
        copy.configure()
        copy.run("deploy-stage")
        self.assertEqual(one.commits(repository), 2)

    def test_manifests_that_were_changed_by_hand_are_put_right(self):
        tree = self.made()
        tree.run("deploy-stage")
        good = self.file(tree, "app-api.deployment.yaml")
        clone = harness.Tree(self.folder / "clone")
        clone.source.rmdir()
        tree.git("clone", "--quiet", str(tree.build / "manifests.git"), str(clone.source))
        (clone.source / "stage/app/app-api.deployment.yaml").write_text("by: hand\n")
        (clone.source / "other.txt").write_text("of others\n")
        clone.git("add", "--all")
        clone.git("commit", "--quiet", "--message", "by hand")
        clone.git("push", "--quiet", "origin", "HEAD:main")
        tree.run("deploy-stage")
        self.assertEqual(self.file(tree, "app-api.deployment.yaml"), good)
        self.assertEqual(tree.manifests("show", "main:other.txt"), "of others")
        self.assertEqual(tree.commits(), 3)

    def many(self, count=8):
        return "".join(harness.DEPLOYED.replace("(app ", f"(app{n} ").replace("(app)", f"(app{n})").replace("app.example", f"app{n}.example") for n in range(count))

    def test_eight_pipelines_at_once_into_one_repository(self):
        repository = self.folder / "one.git"
        harness.subprocess.run([harness.tool("git"), "init", "--quiet", "--bare", "--initial-branch=main", str(repository)], check=True)
        calls = self.many().replace("VIA gitops", f"VIA gitops REPOSITORY {repository}")
        tree = self.made(calls)
        tree.run("deploy-stage", env={"CICD_JOBS": "8"})
        self.assertEqual(tree.commits(repository), 8)
        for number in range(8):
            self.assertEqual(tree.record(pipeline=f"app{number}", repository=repository)["generation"], 1)
        self.assertEqual(tree.manifests("rev-list", "--merges", "--count", "main", repository=repository), "0")
        self.assertEqual(tree.manifests("fsck", "--full", repository=repository), "")

    def bare(self):
        repository = self.folder / "one.git"
        harness.subprocess.run([harness.tool("git"), "init", "--quiet", "--bare", "--initial-branch=main", str(repository)], check=True)
        return repository

    def counting(self):
        """A folder for PATH with a git that writes down its words, and what gives and forgets the words of all starts."""
        folder = self.folder / "counting"
        folder.mkdir()
        (folder / "git").write_text(f'#!/bin/sh\necho "$*" >>"{folder}/starts"\nexec "{harness.tool("git")}" "$@"\n')
        (folder / "git").chmod(0o755)
        starts = folder / "starts"
        def taken():
            lines = starts.read_text().splitlines() if starts.exists() else []
            starts.unlink(missing_ok=True)
            return lines
        return {"PATH": f"{folder}:{harness.os.environ['PATH']}"}, taken

    def foreign_commit(self, repository):
        work = self.folder / "foreign"
        words = [harness.tool("git"), *harness.GIT]
        for more in (["clone", "--quiet", str(repository), str(work)], ["-C", str(work), "commit", "--quiet", "--allow-empty", "-m", "foreign"],
                     ["-C", str(work), "push", "--quiet", "origin", "HEAD:main"]):
            harness.subprocess.run([*words, *more], check=True, capture_output=True)

    def test_a_hundred_services_in_one_repository_are_one_clone_one_fetch_and_one_push(self):
        repository, (env, starts) = self.bare(), self.counting()
        tree = self.made(self.many(100).replace("VIA gitops", f"VIA gitops REPOSITORY {repository}"))
        tree.run("image")
        tree.run("publish")
        starts()
        tree.run("deploy-stage", env=env)
        self.assertEqual(tree.commits(repository), 100)
        self.assertEqual(tree.manifests("rev-list", "--merges", "--count", "main", repository=repository), "0")
        first = starts()
        self.assertEqual(len([each for each in first if " push " in each]), 1, "\n".join(first))
        self.assertEqual(len([each for each in first if " fetch " in each]), 0)
        self.assertEqual(len([each for each in (tree.build / ".cicd/gitops").iterdir() if each.is_dir()]), 1)
        tree.run("deploy-stage", env=env)
        self.assertEqual([each for each in starts() if "--git-dir=" in each], [])
        self.foreign_commit(repository)
        done = tree.run("deploy-stage", env=env)
        self.assertIn("nothing to do", done.stdout)
        again = starts()
        self.assertLessEqual(len(again), 3, "\n".join(again))

    def test_four_build_trees_at_once_into_one_repository(self):
        repository = self.folder / "one.git"
        harness.subprocess.run([harness.tool("git"), "init", "--quiet", "--bare", "--initial-branch=main", str(repository)], check=True)
        trees = [self.made(harness.DEPLOYED.replace("(app ", f"(app{n} ").replace("(app)", f"(app{n})").replace("VIA gitops", f"VIA gitops REPOSITORY {repository}"), name=f"t{n}")
                 for n in range(4)]
        done = {}
        def one(tree):
            done[tree] = tree.run("deploy-stage", status=None)
        threads = [threading.Thread(target=one, args=(tree,)) for tree in trees]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for tree in trees:
            self.assertEqual(done[tree].returncode, 0, done[tree].all)
        self.assertEqual(trees[0].commits(repository), 4)
        self.assertEqual(trees[0].manifests("rev-list", "--merges", "--count", "main", repository=repository), "0")

    def test_an_event_is_rehearsed_without_effect(self):
        tree = self.made(harness.DEPLOYED + "pipeline_environment(app prod ON tag v* VIA gitops)\n")
        tree.run("deploy-stage")
        caches = (".cicd/files.index", ".cicd/gitops", ".ninja_log", ".ninja_deps")
        before = harness.digest_of_tree(tree.build, caches), harness.digest_of_tree(tree.home / "state"), harness.digest_of_tree(tree.source, (".git/index",))
        told = tree.plan("--event", "tag=v1.2.3")
        self.assertEqual(told["event"], "tag v1.2.3")
        self.assertEqual({one["step"]: one["decision"] for one in told["steps"]},
                         {"app/deploy-prod": "run"}, "nothing is built for a tag")
        self.assertEqual(next(one for one in told["steps"] if one["step"] == "app/deploy-prod")["reasons"], ["never deployed"])
        told = tree.plan("--event", "branch=main")
        self.assertEqual(told["event"], "branch main")
        self.assertEqual([one["step"] for one in told["steps"]][-1], "app/deploy-stage")
        self.assertEqual({one["decision"] for one in told["steps"]}, {"up-to-date"})
        tree.cicd("plan")
        tree.make("plan-stage")
        tree.write("in.txt", "two")
        tree.cicd("plan", "--event", "branch=main")
        tree.write("in.txt", "one")
        self.assertEqual((harness.digest_of_tree(tree.build, caches), harness.digest_of_tree(tree.home / "state"), harness.digest_of_tree(tree.source, (".git/index",))), before)
        done = tree.cicd("plan", "--event", "branch=other", status=2)
        self.assertIn("stage (branch main)", done.stderr)
        tree.cicd("plan", "--event", "rain", status=2)
        tree.cicd("plan", "--event", "tag=", status=2)

    def test_a_plan_of_a_fresh_tree_makes_nothing(self):
        tree = self.made()
        tree.cicd("plan")
        for name in ("registry", "manifests.git", ".cicd/work", ".cicd/runs"):
            self.assertFalse((tree.build / name).exists(), name)

    def test_a_plan_that_fails_leaves_no_record(self):
        tree = self.made(harness.DEPLOYED.replace("INPUTS in.txt", "INPUTS gone.txt"))
        tree.cicd("plan", "deploy-stage", status=2)
        tree.make("plan-stage", status=1)
        for name in (".cicd/runs", ".cicd/result.json"):
            self.assertFalse((tree.build / name).exists(), name)

    def test_deploy_and_plan_say_the_same(self):
        tree = self.made()
        planned = {one["step"]: one["reasons"] for one in tree.plan("deploy-stage")["steps"]}
        self.assertEqual(planned["app/build"], ["never ran here"])
        tree.run("app.publish")
        planned = next(one for one in tree.plan("deploy-stage")["steps"] if one["step"] == "app/deploy-stage")
        self.assertRegex(planned["details"][0], r"^image image: .*@sha256:[0-9a-f]{12}$")
        self.assertEqual(planned["details"][1:], ["+ Deployment app-api (app-api.deployment.yaml)", "+ Ingress app-api (app-api.ingress.yaml)",
                                                   "+ Service app-api (app-api.service.yaml)"])
        tree.run("deploy-stage")
        told = next(one["reasons"] for one in tree.events() if one["event"] == "step_started")
        self.assertEqual(told, planned["reasons"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
