"""Build once, promote by tag: what a commit made is written down beside its images, and an environment that follows tags takes it by digest.
The build counts itself and is never the same twice."""

import json
import shutil
import unittest

import harness

CALLS = """
add_pipeline(app)
pipeline_step(app build SHELL "cat in.txt > out.txt; date +%s%N >> out.txt; echo built >> $COUNT" INPUTS in.txt OUTPUTS out.txt PASS_ENV COUNT STAGE build)
pipeline_step(app check SHELL "echo checked >> $COUNT" INPUTS in.txt PASS_ENV COUNT STAGE test)
pipeline_image(app BASE scratch FILES out.txt=/app/out.txt ENTRYPOINT /app/out.txt)
pipeline_service(app api PORT 8080 REPLICAS ${REPLICAS})
pipeline_environment(app stage ON branch main VIA gitops REPOSITORY {repository} PATH stage)
pipeline_environment(app demo ON tag rc-* VIA render)
pipeline_environment(app prod ON tag v* VIA gitops REPOSITORY {repository} PATH prod)
"""


class Release(harness.Case):
    def made(self, name="t", of=None, calls=CALLS):
        """A tree on its own machine; `of` another whose repository and registry it has."""
        self.count, self.repository = self.folder / "count", self.folder / "manifests.git"
        if not self.repository.exists():
            harness.subprocess.run([harness.tool("git"), "init", "--quiet", "--bare", "--initial-branch=main", str(self.repository)], check=True)
        tree = self.tree(name=name)
        tree.env["COUNT"] = str(self.count)
        if of is None:
            tree.write("in.txt", "one")
            tree.declare("set(REPLICAS 2 CACHE STRING \"\")\n" + calls.replace("{repository}", str(self.repository)))
            tree.commit()
            tree.set_user()
        else:
            shutil.rmtree(tree.source)
            harness.subprocess.run([harness.tool("git"), "clone", "--quiet", "--origin", "upstream", str(of.source), str(tree.source)], check=True)
            tree.git("remote", "set-url", "upstream", str(of.remote))
            if (of.build / "registry/app").exists():
                shutil.copytree(of.build / "registry", tree.build / "registry")
        tree.configure()
        return tree

    def released(self):
        """A tree whose commit is in stage."""
        tree = self.made()
        tree.run("app.deploy-stage")
        self.assertEqual(self.counted(), ["built", "checked"])
        return tree

    def counted(self):
        return sorted(self.count.read_text().split()) if self.count.exists() else []

    def images(self, tree):
        """By tag."""
        index = json.loads((tree.build / "registry/app/index.json").read_text())
        return {one["annotations"]["org.opencontainers.image.ref.name"]: one["digest"] for one in index["manifests"]}

    def of(self, environment):
        return json.loads(self.trees[0].manifests("show", f"main:.cicd/records/{environment}.json", repository=self.repository))

    def files(self, environment):
        return self.trees[0].manifests("ls-tree", "-r", f"main:{environment}", repository=self.repository)

    def artifact(self, tree, commit):
        page = json.loads(tree.cicd("artifacts", "app", "--json").stdout)
        return next(one for one in page["commits"] if one["commit"] == commit)

    # ---- a tag ----

    def test_a_tag_brings_the_bytes_of_its_commit_to_the_environment_on_a_machine_that_built_nothing(self):
        first = self.released()
        commit = first.git("rev-parse", "HEAD")
        first.git("tag", "v1.5.0")
        other = self.made("other", first)
        other.run("app.deploy-prod")
        self.assertEqual(other.outcomes(), {"app/deploy-prod": "ran"})
        self.assertEqual(self.counted(), ["built", "checked"])
        stage, prod = self.of("stage"), self.of("prod")
        self.assertEqual(prod["images"]["image"]["manifest"], stage["images"]["image"]["manifest"])
        self.assertEqual((prod["schema"], prod["tag"], prod["version"], prod["commit"]), (2, "v1.5.0", "v1.5.0", commit))
        self.assertEqual(prod["artifact"], self.artifact(first, commit)["artifact"]["digest"])
        self.assertEqual(stage["artifact"], prod["artifact"])
        self.assertEqual(prod["images"]["image"]["built_from"], commit)
        images = self.images(other)
        self.assertEqual(images["v1.5.0"], images[commit[:7]])
        self.assertIn(f"app:v1.5.0@{images['v1.5.0']}", first.manifests("grep", "image:", "main", "--", "prod", repository=self.repository))
        other.run("app.deploy-prod")
        self.assertEqual(other.outcomes(), {"app/deploy-prod": "up-to-date"})

    def test_rc_and_version_are_promoted_one_after_the_other_by_each_way(self):
        tree = self.released()
        tree.git("tag", "rc-1")
        tree.run("app.deploy-demo")
        record = json.loads((tree.build / "rendered/demo/app/.cicd/record.json").read_text())
        self.assertEqual((record["tag"], record["version"]), ("rc-1", "rc-1"))
        tree.git("tag", "v1.0.0")
        tree.run("app.deploy-prod")
        self.assertEqual(self.of("prod")["images"]["image"]["manifest"], record["images"]["image"]["manifest"])
        self.assertEqual(self.counted(), ["built", "checked"])

    def test_an_environment_that_comes_from_another_and_follows_no_ref_builds_nothing(self):
        first = self.made(calls=CALLS.replace("PATH stage)", "PATH stage HEALTH committed)") + "pipeline_environment(app eu FROM stage VIA render)\n")
        first.run("app.deploy-stage")
        other = self.made("other", first)
        other.run("app.deploy-eu")
        self.assertEqual(other.outcomes(), {"app/deploy-eu": "ran"})
        self.assertEqual(self.counted(), ["built", "checked"])

    def test_the_highest_of_several_tags_at_one_commit_is_taken(self):
        tree = self.released()
        for tag in ("v1.9.0", "v1.10.0"):
            tree.git("tag", tag)
        tree.run("app.deploy-prod")
        self.assertEqual(self.of("prod")["tag"], "v1.10.0")

    def test_a_tag_for_what_runs_already_changes_the_record_alone(self):
        tree = self.released()
        tree.git("tag", "v1.5.0")
        tree.run("app.deploy-prod")
        before = self.files("prod")
        tree.git("tag", "v1.5.1")
        self.assertEqual(tree.reasons("app/deploy-prod", "app.deploy-prod"), ["v1.5.1 is what runs already"])
        tree.run("app.deploy-prod")
        self.assertEqual(self.files("prod"), before)
        self.assertEqual((self.of("prod")["tag"], self.of("prod")["version"]), ("v1.5.1", "v1.5.1"))
        self.assertEqual(self.images(tree)["v1.5.1"], self.images(tree)["v1.5.0"])

    def test_a_tag_of_a_commit_without_an_artifact_is_refused_with_those_near_that_have_one(self):
        tree = self.released()
        with_one = tree.git("rev-parse", "HEAD")
        tree.write("in.txt", "two")
        tree.commit()
        tree.git("tag", "v2.0.0")
        before = tree.commits(self.repository)
        done = tree.run("app.deploy-prod", status=5)
        self.assertIn("there is no artifact of this commit", done.stderr)
        self.assertEqual(harness.note_in(done.stderr, "near"), with_one[:7])
        self.assertIn("cicd artifacts app", harness.note_in(done.stderr, "try"))
        self.assertEqual((self.counted(), tree.commits(self.repository)), (["built", "checked"], before))
        shown = tree.cicd("plan", "app.deploy-prod", status=5)
        self.assertIn("would be refused: there is no artifact of this commit", shown.stdout)
        self.assertEqual(tree.reasons("app/deploy-prod"), ["depends on app/publish"], "a plan of everything publishes it first")

    def test_a_commit_that_changes_nothing_of_the_images_takes_those_of_the_one_before(self):
        tree = self.released()
        first = tree.git("rev-parse", "HEAD")
        tree.write("README.md", "words")
        second = tree.commit()
        tree.git("tag", "v1.6.0")
        line = f"{second[:7]} changes nothing that app is made of: the images of {first[:7]}"
        self.assertIn(line, tree.reasons("app/deploy-prod", "app.deploy-prod"))
        tree.run("app.deploy-prod")
        self.assertEqual(self.counted(), ["built", "checked"])
        prod = self.of("prod")
        self.assertEqual((prod["commit"], prod["images"]["image"]["built_from"]), (second, first))
        own = self.artifact(tree, second)["artifact"]
        self.assertEqual((own["images_of"], own["digest"]), (first, prod["artifact"]))
        self.assertEqual(own["images"], self.artifact(tree, first)["artifact"]["images"])

    def test_another_replica_count_has_an_artifact_of_its_own_and_builds_nothing(self):
        tree = self.released()
        first = tree.git("rev-parse", "HEAD")
        tree.write("CMakeLists.txt", (tree.source / "CMakeLists.txt").read_text().replace("REPLICAS ${REPLICAS}", "REPLICAS 3"))
        second = tree.commit()
        tree.git("tag", "v1.6.0")
        tree.configure()
        tree.run("app.deploy-prod")
        self.assertEqual(self.counted(), ["built", "checked"])
        old, new = self.artifact(tree, first)["artifact"], self.artifact(tree, second)["artifact"]
        self.assertEqual(new["images"], old["images"])
        self.assertNotEqual(new["bundle"], old["bundle"])
        self.assertIn("replicas: 3", tree.manifests("grep", "replicas", "main", "--", "prod", repository=self.repository))

    # ---- a branch ----

    def test_the_same_commit_on_another_machine_builds_nothing_and_makes_no_second_digest(self):
        first = self.released()
        other = self.made("other", first)
        self.assertIn("the artifact of " + first.git("rev-parse", "HEAD")[:7] + " is there: nothing is built", other.cicd("plan", "app.deploy-stage").stdout)
        other.run("app.deploy-stage")
        self.assertEqual(other.outcomes(), {"app/publish": "up-to-date", "app/deploy-stage": "up-to-date"})
        self.assertEqual(self.counted(), ["built", "checked"])
        other.run("app.image")
        self.assertEqual(self.counted(), ["built", "built", "checked"], "an image that is asked for by name is built")

    def test_a_commit_is_declared_in_one_way_only(self):
        first = self.released()
        other = self.made("other", first)
        other.call([harness.tool("cmake"), "-DREPLICAS=7", other.build])
        done = other.run("app.deploy-stage", status=3)
        self.assertIn("was declared otherwise", done.stderr)
        self.assertIn("pipeline_service app api: there REPLICAS 2; here REPLICAS 7", done.stderr)
        self.assertEqual(self.of("stage")["images"]["image"]["manifest"], self.images(first)[first.git("rev-parse", "HEAD")[:7]])

    def test_a_dirty_tree_has_no_artifact(self):
        tree = self.made()
        tree.write("in.txt", "uncommitted")
        tree.run("app.publish")
        self.assertEqual([tag for tag in self.images(tree) if "artifact" in tag], [])

    # ---- a registry ----

    def test_a_registry_is_all_that_two_machines_have_in_common(self):
        address, data = self.registry()
        image = f"{address}/services/app"
        first = self.made(calls=CALLS.replace("add_pipeline(app)", f"add_pipeline(app IMAGE {image})"))
        self.trust(first, address)
        first.run("app.deploy-stage")
        commit = first.git("rev-parse", "HEAD")
        first.git("tag", "v1.5.0")
        other = self.made("other", first)
        self.trust(other, address)
        other.run("app.deploy-stage")
        self.assertEqual(other.outcomes(), {"app/publish": "up-to-date", "app/deploy-stage": "up-to-date"})
        before = {path for path in data.rglob("*") if path.is_file()}
        other.run("app.deploy-prod")
        self.assertEqual(self.counted(), ["built", "checked"])
        self.assertLessEqual(sum(path.stat().st_size for path in data.rglob("*") if path.is_file() and path not in before), 64 * 1024)
        stage, prod = self.of("stage"), self.of("prod")
        self.assertEqual(prod["images"]["image"]["reference"], f"{image}:v1.5.0@{stage['images']['image']['manifest']}")
        self.assertEqual(prod["artifact"], self.artifact(other, commit)["artifact"]["digest"])
        other.cicd("yank", "app", "v1.5.0", "--reason", "no")
        first.git("tag", "v1.5.1")
        self.assertIn("yanked by", first.run("app.deploy-prod", status=5).stderr)
        self.assertEqual(list((other.build / "registry").rglob("documents*")), [], "a copy was left")

    def test_an_environment_with_images_in_another_registry_has_them_copied_there_after_the_gate(self):
        (address, _), (other, data) = self.registry(), self.registry("other")
        calls = CALLS.replace("add_pipeline(app)", f"add_pipeline(app IMAGE {address}/services/app)")
        calls = calls.replace("ON tag v* VIA gitops", f"ON tag v* IMAGES_IN {other}/prod VIA gitops")
        tree = self.made(calls=calls)
        self.trust(tree, address, other)
        tree.run("app.deploy-stage")
        tree.git("tag", "v1.5.0")
        self.assertIn(f"+ {other}/prod/services/app:v1.5.0, copied from {address}/services/app", tree.cicd("plan", "app.deploy-prod").stdout)
        tree.cicd("hold", "set", "app", "prod", "--reason", "wait")
        tree.run("app.deploy-prod", status=5)
        self.assertFalse([path for path in data.rglob("*") if path.is_file()], "nothing is copied before the gate was asked")
        tree.cicd("hold", "release", "app", "prod")
        tree.run("app.deploy-prod")
        reference = f"{other}/prod/services/app:v1.5.0@{self.of('stage')['images']['image']['manifest']}"
        self.assertEqual(self.of("prod")["images"]["image"]["reference"], reference)
        self.assertIn(reference, tree.manifests("show", "main:prod/app-api.deployment.yaml", repository=self.repository))
        self.assertIn(f"{address}/services/app:", self.of("stage")["images"]["image"]["reference"])
        self.assertEqual(tree.run("app.deploy-prod").returncode, 0)
        self.assertEqual(tree.outcomes()["app/deploy-prod"], "up-to-date")
        # A rollback takes what was deployed from where it was deployed from.
        tree.write("in.txt", "two")
        tree.declare("set(REPLICAS 2 CACHE STRING \"\")\n" + calls.replace(f"{other}/prod", f"{other}/elsewhere").replace("{repository}", str(self.repository)))
        tree.commit("elsewhere")
        tree.configure()
        tree.run("app.deploy-stage")
        tree.git("tag", "v1.6.0")
        tree.run("app.deploy-prod")
        self.assertIn(f"{other}/elsewhere/services/app:v1.6.0@", self.of("prod")["images"]["image"]["reference"])
        tree.cicd("rollback", "app", "prod")
        self.assertEqual(self.of("prod")["images"]["image"]["reference"], reference)

    # ---- what cannot be trusted ----

    def without(self, tree, keep):
        """The registry's index with what `keep` leaves of each manifest."""
        path = tree.build / "registry/app/index.json"
        index = json.loads(path.read_text())
        index["manifests"] = [one for one in map(keep, index["manifests"]) if one]
        path.write_text(json.dumps(index))

    def test_an_artifact_whose_image_is_missing_changes_nothing(self):
        tree = self.released()
        tree.git("tag", "v1.5.0")
        short, before = tree.git("rev-parse", "HEAD")[:7], tree.commits(self.repository)
        self.without(tree, lambda one: None if one["annotations"]["org.opencontainers.image.ref.name"] == short else one)
        done = tree.run("app.deploy-prod", status=6)
        self.assertIn("the artifact is not whole: image 'image' is missing", done.stderr)
        self.assertEqual(tree.commits(self.repository), before)
        self.assertNotIn("v1.5.0", self.images(tree))

    def test_a_tag_that_names_another_image_than_the_artifact_is_not_trusted(self):
        tree = self.released()
        tree.git("tag", "v1.5.0")
        short, images = tree.git("rev-parse", "HEAD")[:7], self.images(tree)
        other = next(digest for tag, digest in images.items() if tag.endswith(".artifact"))
        self.without(tree, lambda one: {**one, "digest": other, "size": self.size(tree, other)}
                     if one["annotations"]["org.opencontainers.image.ref.name"] == short else one)
        done = tree.run("app.deploy-prod", status=4)
        self.assertIn("cannot be trusted", done.stderr)
        for digest in (images[short], other):
            self.assertIn(digest, done.stderr)

    def size(self, tree, digest):
        return (tree.build / "registry/app/blobs" / digest.replace(":", "/")).stat().st_size

    def test_a_deploy_that_failed_after_the_images_were_tagged_is_ended_by_the_next(self):
        tree = self.released()
        tree.git("tag", "v1.5.0")
        hook = self.repository / "hooks/pre-receive"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text("#!/bin/sh\necho full >&2\nexit 1\n")
        hook.chmod(0o755)
        tree.run("app.deploy-prod", status=6)
        self.assertIn("v1.5.0", self.images(tree))
        hook.unlink()
        tree.run("app.deploy-prod")
        self.assertEqual(self.of("prod")["tag"], "v1.5.0")

    # ---- yanked ----

    def test_a_yanked_commit_is_deployed_by_no_way_until_that_is_lifted(self):
        tree = self.released()
        short = tree.git("rev-parse", "HEAD")[:7]
        for tag in ("rc-1", "v1.5.0"):
            tree.git("tag", tag)
        done = tree.cicd("yank", "app", "v1.5.0", "--reason", "loses orders of 2 items")
        self.assertEqual(done.stdout.replace(str(tree.launcher), "cicd"),
                         f"app: {short} is yanked: no deploy, preview, canary or rollback takes it, until: cicd yank app {short} --lift --reason '…'\n"
                         "it still runs in stage; what ran before is put back by: cicd rollback app stage\n")
        before = tree.commits(self.repository)
        for environment in ("demo", "prod"):
            refused = tree.run(f"app.deploy-{environment}", status=5)
            self.assertIn("yanked by Jane Doe <jane@example.com> at ", refused.stderr)
            self.assertIn(": loses orders of 2 items: '" + short, refused.stderr)
            self.assertIn("--lift", harness.note_in(refused.stderr, "or"))
        self.assertEqual(tree.commits(self.repository), before)
        self.assertNotIn("v1.5.0", self.images(tree))
        self.assertIn("would be refused: yanked by", tree.cicd("plan", "app.deploy-prod", status=None).stdout)
        self.assertTrue(self.artifact(tree, tree.git("rev-parse", "HEAD"))["yanked"])
        self.assertIn("yanked by Jane Doe: loses orders", tree.cicd("artifacts", "app").stdout)
        self.assertEqual(tree.cicd("yank", "app", short, "--reason", "it did not", "--lift").stdout, f"app: {short} is yanked no longer, and may be deployed again\n")
        tree.run("app.deploy-prod", "app.deploy-demo")
        self.assertFalse(self.artifact(tree, tree.git("rev-parse", "HEAD"))["yanked"])

    def test_a_yanked_commit_is_not_deployed_again_to_the_environment_of_its_branch(self):
        tree = self.made()
        tree.run("app.publish")
        tree.cicd("yank", "app", "main", "--reason", "no")
        self.assertIn("yanked by", tree.run("app.deploy-stage", status=5).stderr)

    def test_images_of_a_yanked_commit_are_not_taken_by_the_next(self):
        tree = self.released()
        first = tree.git("rev-parse", "HEAD")
        tree.cicd("yank", "app", first[:7], "--reason", "no")
        tree.write("README.md", "words")
        tree.commit()
        tree.git("tag", "v1.6.0")
        done = tree.run("app.deploy-prod", status=5)
        self.assertIn(f"'{first[:7]}'", done.stderr)
        self.assertIn("has the same images", done.stderr)
        # Neither are they by the way of a publish of that commit.
        tree.run("app.publish")
        self.assertEqual(self.artifact(tree, tree.git("rev-parse", "HEAD"))["artifact"]["images_of"], first)
        self.assertIn("yanked by", tree.run("app.deploy-prod", status=5).stderr)

    def test_the_images_of_a_yanked_commit_are_known_when_another_builds_them_again(self):
        tree = self.made(calls=CALLS.replace("cat in.txt > out.txt; date +%s%N >> out.txt", "head -c 3 in.txt > out.txt"))
        tree.run("app.publish")
        first = tree.git("rev-parse", "HEAD")
        tree.cicd("yank", "app", first[:7], "--reason", "loses orders")
        tree.write("in.txt", "two")
        tree.commit()
        tree.run("app.publish")
        tree.write("in.txt", "one and two")
        second = tree.commit()
        refused = tree.run("app.deploy-stage", status=5)
        self.assertEqual(self.images(tree)[first[:7]], self.images(tree)[second[:7]])
        self.assertIn(f"loses orders: '{first[:7]}'", refused.stderr)
        self.assertEqual(harness.note_in(refused.stderr, "caused by"), f"{second[:7]} has the same images")
        self.assertTrue(self.artifact(tree, second)["yanked"])
        tree.cicd("yank", "app", first[:7], "--reason", "it did not", "--lift")
        tree.run("app.deploy-stage")
        self.assertFalse(self.artifact(tree, second)["yanked"])

    def test_images_are_deleted_with_the_yank_unless_they_run_or_are_those_of_another_artifact(self):
        tree = self.released()
        first = tree.git("rev-parse", "HEAD")
        refused = tree.cicd("yank", "app", first[:7], "--reason", "no", "--delete", status=5)
        self.assertIn("runs in: stage", refused.stderr)
        self.assertFalse(self.artifact(tree, first)["yanked"])
        tree.write("in.txt", "two")
        second = tree.commit()
        tree.run("app.deploy-stage")
        done = tree.cicd("yank", "app", first[:7], "--reason", "no", "--delete")
        self.assertIn("deleted app@sha256:", done.stdout)
        self.assertNotIn(first[:7], self.images(tree))
        self.assertIn(second[:7], self.images(tree))
        self.assertTrue(self.artifact(tree, first)["yanked"])
        self.assertEqual(len(self.artifact(tree, first)["mark"]["deleted"]), 1)
        tree.write("README.md", "words")
        third = tree.commit()
        tree.git("tag", "v1.6.0")
        tree.run("app.deploy-prod")
        tree.write("in.txt", "three")
        tree.commit()
        tree.git("tag", "v1.7.0")
        tree.run("app.deploy-stage", "app.deploy-prod")
        done = tree.cicd("yank", "app", third[:7], "--reason", "no", "--delete")
        self.assertIn(f"is that of {second[:7]}, too", done.stdout)
        self.assertIn(second[:7], self.images(tree))

    def test_images_of_a_yanked_artifact_are_deleted_later_and_not_published_again(self):
        tree = self.released()
        first = tree.git("rev-parse", "HEAD")
        tree.write("in.txt", "two")
        tree.commit()
        tree.run("app.deploy-stage")
        tree.cicd("yank", "app", first[:7], "--reason", "no")
        self.assertIn("deleted app@sha256:", tree.cicd("yank", "app", first[:7], "--reason", "no", "--delete").stdout)
        self.assertNotIn(first[:7], self.images(tree))
        tree.git("checkout", "--quiet", first)
        tree.configure()
        self.assertIn("yanked by", tree.run("app.publish", status=5).stderr)
        self.assertNotIn(first[:7], self.images(tree))

    def test_what_is_no_version_and_what_has_no_artifact_is_not_yanked(self):
        tree = self.released()
        tree.git("tag", "v1.5.0")
        done = tree.cicd("yank", "app", "v1.5.1", "--reason", "no", status=2)
        self.assertIn("there is no such tag or commit", done.stderr)
        self.assertIn("did you mean: v1.5.0", done.stderr)
        tree.commit()
        done = tree.cicd("yank", "app", "HEAD", "--reason", "no", status=2)
        self.assertIn("there is no artifact of this commit", done.stderr)
        self.assertIn(f"near: {tree.git('rev-parse', 'HEAD^')[:7]}", done.stderr)
        self.assertIn("not yanked", tree.cicd("yank", "app", "v1.5.0", "--reason", "no", "--lift", status=3).stderr)
        self.assertIn("--reason", tree.cicd("yank", "app", "v1.5.0", status=2).stderr)

    # ---- the list ----

    def test_artifacts_are_listed_with_where_they_run(self):
        tree = self.released()
        first = tree.git("rev-parse", "HEAD")
        tree.git("tag", "v1.5.0")
        tree.run("app.deploy-prod")
        tree.write("in.txt", "two")
        second = tree.commit("the second")
        text = tree.cicd("artifacts").stdout
        lines = {line.split()[0]: line for line in text.splitlines()}
        self.assertIn("v1.5.0", lines[first[:7]])
        self.assertIn("stage, prod", lines[first[:7]])
        self.assertIn("none", lines[second[:7]])
        self.assertIn("the second", lines[second[:7]])
        page = json.loads(tree.cicd("artifacts", "app", "-n", "1", "--json").stdout)
        self.assertEqual([(one["commit"], one["artifact"], one["subject"]) for one in page["commits"]], [(second, None, "the second")])
        one = self.artifact(tree, first)
        self.assertEqual((one["tags"], one["environments"], one["artifact"]["checks"]), (["v1.5.0"], ["stage", "prod"], {"check": "passed"}))
        self.assertIn("did you mean: app", tree.cicd("artifacts", "ap", status=2).stderr)


if __name__ == "__main__":
    unittest.main()
