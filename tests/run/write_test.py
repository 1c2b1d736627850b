"""WRITE: values in the YAML files of a manifest repository; AUTHOR and SIGN of its commits."""

import unittest

import harness

VALUES = ("# Values of app, kept by the platform team.\r\n"
          "replicas:   3   # not ours\r\n"
          "image:\r\n"
          "    repository: 'registry/app'\r\n"
          "    tag:  none      # {\"$imagepolicy\": \"flux-system:app:tag\"}\r\n"
          "    digest: \"sha256:0\"\r\n"
          "ports: [ 80,443 ]\r\n")
KUSTOMIZATION = """apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
- ../../base
images:
# the service
- name: app
  newName: registry.example.com/app
  digest: sha256:0   # of the last deploy
- name: proxy
  newTag: "1.27"
"""
CALLS = """
add_pipeline(app)
pipeline_step(app build COMMAND cp in.txt out.txt INPUTS in.txt OUTPUTS out.txt STAGE build)
pipeline_image(app BASE scratch FILES out.txt=/app/out.txt ENTRYPOINT /app/out.txt)
pipeline_environment(app stage ON branch main VIA gitops REPOSITORY {repository} PATH apps/app
  WRITE values.yaml:image.tag={{tag}} values.yaml:image.digest={{digest}} overlay/kustomization.yaml:images[app]{more})
"""


class Write(harness.Case):
    def manifest_git(self, *words):
        return harness.subprocess.run([harness.tool("git"), *harness.GIT, "-C", str(self.work), *words], check=True, capture_output=True).stdout

    def by_hand(self, files, message="by hand"):
        """A commit to the manifest repository by other means; a content of None removes the file."""
        for name, content in files.items():
            path = self.work / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode())
        self.manifest_git("add", "--all")
        self.manifest_git("commit", "--quiet", "-m", message)
        if self.manifest_git("ls-remote", "origin", "main"):
            self.manifest_git("pull", "--quiet", "--rebase", "origin", "main")
        self.manifest_git("push", "--quiet", "origin", "HEAD:main")

    def made(self, more="", calls=CALLS, files=None, name="t"):
        self.repository, self.work = self.folder / f"{name}.git", self.folder / f"by-hand-{name}"
        for words in (["init", "--quiet", "--bare", "--initial-branch=main", str(self.repository)],
                      ["-c", "core.autocrlf=false", "clone", "--quiet", str(self.repository), str(self.work)]):
            harness.subprocess.run([harness.tool("git"), *words], check=True, capture_output=True)
        self.manifest_git("checkout", "--quiet", "-B", "main")
        self.by_hand(files or {"apps/app/values.yaml": VALUES, "apps/app/overlay/kustomization.yaml": KUSTOMIZATION,
                               "apps/app/Chart.yaml": "name: app\n", "README.md": "All apps.\n"})
        tree = self.tree(name=name)
        tree.write("in.txt", "one")
        tree.declare(calls.format(repository=self.repository, more=more))
        tree.commit()
        tree.configure()
        return tree

    def file(self, tree, name):
        return harness.subprocess.run([harness.tool("git"), "--git-dir", str(self.repository), "show", f"main:apps/app/{name}"],
                                      check=True, capture_output=True).stdout.decode()

    def test_a_pipeline_without_services_changes_these_values_and_nothing_else(self):
        tree = self.made()
        tree.run("app.publish")
        self.assertIn("values.yaml", tree.cicd("plan", "deploy-stage").stdout)
        tree.run("deploy-stage")
        record = tree.manifests("show", "main:.cicd/records/apps/app.json", repository=self.repository)
        image = harness.json.loads(record)["images"]["image"]
        digest = image["reference"].split("@")[1]
        # A tag that YAML would take for a number has quotes.
        self.assertEqual(self.file(tree, "values.yaml").replace(f'"{image["tag"]}"', image["tag"]), VALUES.replace("none ", image["tag"] + " ").replace("sha256:0", digest))
        self.assertEqual(self.file(tree, "overlay/kustomization.yaml"), KUSTOMIZATION.replace("sha256:0", digest))
        self.assertEqual(tree.manifests("ls-tree", "-r", "--name-only", "main", repository=self.repository).split(),
                         [".cicd/records/apps/app.json", "README.md", "apps/app/Chart.yaml", "apps/app/overlay/kustomization.yaml", "apps/app/values.yaml"])
        self.assertIn("nothing to do", tree.run("deploy-stage").stdout)
        # What others change there stays, and is no reason to deploy.
        self.by_hand({"apps/app/Chart.yaml": "name: app\nversion: 2\n"})
        self.assertIn("nothing to do", tree.run("deploy-stage").stdout)
        tree.write("in.txt", "two")
        tree.commit()
        tree.run("deploy-stage")
        self.assertIn("version: 2", self.file(tree, "Chart.yaml"))
        self.assertNotIn(digest, self.file(tree, "values.yaml"))

    def test_a_rollback_puts_back_these_values_and_what_others_changed_since_stays(self):
        tree = self.made()
        tree.run("deploy-stage")
        first = self.file(tree, "values.yaml")
        tree.write("in.txt", "two")
        tree.commit()
        tree.run("deploy-stage")
        self.by_hand({"apps/app/values.yaml": self.file(tree, "values.yaml").replace("3   # not ours", "5   # not ours"),
                      "apps/app/Chart.yaml": "name: app\nversion: 2\n"})
        tree.make("rollback-stage")
        # A tag that could be read as a number gets quotes, and they stay.
        self.assertEqual(self.file(tree, "values.yaml").replace('"', ""), first.replace('"', "").replace("3   # not ours", "5   # not ours"))
        self.assertIn("version: 2", self.file(tree, "Chart.yaml"))
        self.assertIn("on hold", tree.run("deploy-stage", status=5).all)
        tree.cicd("hold", "release", "app", "stage")
        tree.run("deploy-stage")
        self.assertNotEqual(self.file(tree, "values.yaml"), first.replace("3   # not ours", "5   # not ours"))

    def redeclared(self, tree, write, image="image", more=""):
        """The same pipeline with another WRITE, or with another image."""
        calls = CALLS[:CALLS.index("  WRITE")] + f"  WRITE {write})\n" + more
        tree.declare(calls.replace("{repository}", str(self.repository)).replace("app BASE", f"app {image} BASE"))
        tree.commit()
        tree.configure()

    def images(self, tree):
        return harness.json.loads(tree.manifests("show", "main:.cicd/records/apps/app.json", repository=self.repository))["images"]

    def test_a_rollback_after_write_changed_computes_the_values_of_that_deployment_anew(self):
        tree = self.made()
        tree.run("deploy-stage")
        first = self.images(tree)["image"]
        digest = first["reference"].split("@")[1]
        self.by_hand({"apps/app/renamed.yaml": "t: x\nnew: x\n", "apps/app/there.yaml": "d: x\n"})
        self.redeclared(tree, "renamed.yaml:t={tag} renamed.yaml:new={commit_short} there.yaml:d={digest}")
        tree.write("in.txt", "two")
        tree.commit()
        tree.run("deploy-stage")
        self.assertNotIn(digest, self.file(tree, "there.yaml"))
        tree.cicd("rollback", "app", "stage")
        self.assertEqual(self.file(tree, "renamed.yaml").replace('"', ""), f"t: {first['tag']}\nnew: {first['built_from'][:7]}\n")
        self.assertEqual(self.file(tree, "there.yaml"), f"d: {digest}\n")
        self.assertEqual(self.images(tree)["image"], first)

    def test_a_rollback_to_what_has_not_what_write_asks_for_is_refused(self):
        tree = self.made()
        tree.run("deploy-stage")
        self.redeclared(tree, "values.yaml:image.tag={image-cli.tag}", image="cli")
        tree.run("deploy-stage")
        tip = tree.manifests("rev-parse", "main", repository=self.repository)
        refused = tree.cicd("rollback", "app", "stage", status=3).all
        for text in ("{image-cli.tag} is not known of deployment #1", "declared at"):
            self.assertIn(text, refused)
        self.assertEqual(tree.manifests("rev-parse", "main", repository=self.repository), tip)

    def test_a_commit_that_changes_no_image_changes_no_value(self):
        tree = self.made(files={"apps/app/values.yaml": "all: x\n"}, calls=CALLS[:CALLS.index("  WRITE")] +
                         "  WRITE values.yaml:all={{commit}}/{{commit_short}}/{{branch}}/{{slug}}/{{version}})\n")
        commit = tree.git("rev-parse", "HEAD")
        tree.run("deploy-stage")
        image = self.images(tree)["image"]
        wanted = f"all: {commit}/{commit[:7]}/main/main/{image['tag']}\n"
        self.assertEqual(self.file(tree, "values.yaml"), wanted)
        tip = tree.manifests("rev-parse", "main", repository=self.repository)
        tree.write("README", "a word")
        tree.commit()
        tree.run("deploy-stage")
        self.assertEqual(tree.manifests("rev-parse", "main", repository=self.repository), tip)

    def test_without_an_image_the_version_is_the_commit(self):
        tree = self.made(files={"apps/app/values.yaml": "all: x\n"}, calls="""
add_pipeline(app)
pipeline_step(app build COMMAND cp in.txt out.txt INPUTS in.txt OUTPUTS out.txt STAGE build)
pipeline_environment(app stage ON branch main VIA gitops REPOSITORY {repository} PATH apps/app WRITE values.yaml:all=v-{{version}}-{{slug}})
""")
        tree.run("deploy-stage")
        self.assertEqual(self.file(tree, "values.yaml"), f"all: v-{tree.git('rev-parse', 'HEAD')[:7]}-main\n")

    def test_a_revert_by_hand_is_not_undone(self):
        tree = self.made()
        tree.run("deploy-stage")
        tree.write("in.txt", "two")
        tree.commit()
        tree.run("deploy-stage")
        self.manifest_git("pull", "--quiet", "origin", "main")
        self.manifest_git("revert", "--no-edit", "HEAD")
        self.manifest_git("push", "--quiet", "origin", "HEAD:main")
        before = self.file(tree, "values.yaml")
        refused = tree.run("deploy-stage", status=5)
        self.assertIn("by hand", refused.all)
        self.assertEqual(self.file(tree, "values.yaml"), before)

    def test_an_earlier_value_put_back_by_hand_stays_whatever_else_was_changed(self):
        tree = self.made()
        tree.run("deploy-stage")
        first = self.file(tree, "values.yaml"), self.file(tree, "overlay/kustomization.yaml")
        tree.write("in.txt", "two")
        tree.commit()
        tree.run("deploy-stage")
        self.manifest_git("pull", "--quiet", "origin", "main")
        by_hand = first[0].replace("replicas:   3", "replicas:   4")
        self.by_hand({"apps/app/values.yaml": by_hand, "apps/app/overlay/kustomization.yaml": first[1]})
        self.assertIn("by hand", tree.run("deploy-stage", status=5).all)
        self.assertEqual(self.file(tree, "values.yaml"), by_hand)

    def test_what_is_not_there_is_told_with_its_place_and_changes_nothing(self):
        for number, (files, where, what) in enumerate((({"apps/app/values.yaml": VALUES.replace("tag:", "tags:")}, "apps/app/values.yaml:4", "there is no 'tag' in 'image'"),
                                   ({"apps/app/values.yaml": VALUES.replace("tag:  none", "tag: *there")}, "apps/app/values.yaml:5", "this is an alias"),
                                   ({"apps/app/values.yaml": VALUES.replace("tag:  none", "tag: [a]")}, "apps/app/values.yaml:5", "this is a list, and not one value"),
                                   ({"apps/app/value.yaml": VALUES}, "apps/app/values.yaml", "WRITE: there is no such file"))):
            with self.subTest(what=what):
                tree = self.made(name=f"t{number}", files={"apps/app/overlay/kustomization.yaml": KUSTOMIZATION, **files})
                tip = tree.manifests("rev-parse", "main", repository=self.repository)
                failed = tree.run("deploy-stage", status=2)
                for text in (where, what, "app/deploy-stage", "values.yaml:image.tag={tag}"):
                    self.assertIn(text, failed.all)
                self.assertRegex(failed.all, r"declared at:? +CMakeLists\.txt:\d+\n")
                self.assertEqual(tree.manifests("rev-parse", "main", repository=self.repository), tip)

    def test_a_file_that_is_wrong_hides_no_other_plan(self):
        tree = self.made(calls=CALLS + """
pipeline_environment(app prod ON branch main VIA gitops REPOSITORY {repository} PATH apps/prod WRITE values.yaml:image.tag={{tag}})
""", files={"apps/app/values.yaml": "image: [\n", "apps/app/overlay/kustomization.yaml": KUSTOMIZATION, "apps/prod/values.yaml": VALUES})
        tree.run("app.publish")
        for words in ([], ["deploy-stage", "deploy-prod"], ["--event", "branch=main"]):
            plan = tree.cicd("plan", *words, status=2)
            self.assertRegex(plan.stdout, "app/deploy-stage +run +would fail: ")
            self.assertIn("values.yaml", plan.stdout[plan.stdout.index("app/deploy-prod"):])
            self.assertNotIn("would not be deployed", plan.stdout)
            self.assertRegex(harness.note_in(plan.stderr, "in"), "^apps/app/values.yaml:[12]$")
            self.assertRegex(harness.note_in(plan.stderr, "declared at"), r"^CMakeLists.txt:\d+$")
        steps = {each["step"]: each for each in harness.json.loads(tree.cicd("plan", "--json", status=2).stdout)["steps"]}
        self.assertIn("would fail: ", steps["app/deploy-stage"]["reasons"][0])
        self.assertTrue(steps["app/deploy-prod"]["details"])

    def test_links_of_others_stay_and_one_that_would_be_written_is_not_followed(self):
        tree = self.made()
        (self.work / "apps/app/other.yaml").symlink_to("../../../../etc/passwd")
        self.by_hand({"README.md": "x"})
        tree.run("deploy-stage")
        self.assertIn("120000", tree.manifests("ls-tree", "main", "apps/app/other.yaml", repository=self.repository))
        (self.work / "canary").write_text(VALUES)
        self.manifest_git("pull", "--quiet", "origin", "main")
        (self.work / "apps/app/values.yaml").unlink()
        (self.work / "apps/app/values.yaml").symlink_to("../../canary")
        self.by_hand({})
        tree.write("in.txt", "two")
        tree.commit()
        self.assertIn("WRITE: this is a symbolic link, and is not followed", tree.run("deploy-stage", status=2).all)

    def test_a_file_that_is_executable_stays_so(self):
        tree = self.made(files={"apps/app/values.yaml": VALUES, "apps/app/overlay/kustomization.yaml": KUSTOMIZATION})
        self.manifest_git("update-index", "--chmod=+x", "apps/app/values.yaml")
        self.manifest_git("commit", "--quiet", "-m", "executable")
        self.manifest_git("push", "--quiet", "origin", "HEAD:main")
        for text in ("two", "three"):
            tree.run("deploy-stage")
            self.assertTrue(tree.manifests("ls-tree", "main", "apps/app/values.yaml", repository=self.repository).startswith("100755"))
            tree.write("in.txt", text)
            tree.commit()

    def test_beside_services_the_manifests_come_and_go_and_the_file_stays(self):
        service = "pipeline_service(app api PORT 8080)\n"
        tree = self.made(calls=CALLS + service)
        tree.run("deploy-stage")
        names = tree.manifests("ls-tree", "-r", "--name-only", "main", "apps/", repository=self.repository).split()
        self.assertIn("apps/app/app-api.deployment.yaml", names)
        self.assertIn("apps/app/values.yaml", names)
        self.assertNotIn("apps/app/Chart.yaml", names)

    def test_the_author_is_who_is_declared_and_the_signature_is_verified(self):
        key = self.folder / "key"
        harness.subprocess.run([harness.tool("ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(key)], check=True)
        tree = self.made(more='\n  AUTHOR "Deploys <deploys@example.com>" SIGN secret:deploy-key',
                         calls=CALLS + f"pipeline_secret(app deploy-key FILE {key})\n")
        tree.run("deploy-stage")
        signers = self.folder / "signers"
        signers.write_text("deploys@example.com " + key.with_suffix(".pub").read_text())
        self.assertEqual(tree.manifests("log", "-1", "--format=%an <%ae> %cn", "main", repository=self.repository), "Deploys <deploys@example.com> Deploys")
        self.assertIn("by: ", tree.manifests("log", "-1", "--format=%B", "main", repository=self.repository))
        def verified():
            return harness.subprocess.run([harness.tool("git"), "-c", f"gpg.ssh.allowedSignersFile={signers}", "--git-dir", str(self.repository),
                                           "verify-commit", "main"], capture_output=True).returncode
        self.assertEqual(verified(), 0)
        tree.write("in.txt", "two")
        tree.commit()
        tree.run("deploy-stage")
        self.assertEqual(verified(), 0)
        tree.cicd("hold", "set", "app", "stage", "--reason", "a test")
        self.assertEqual(verified(), 0)
        self.assertIn("by: ", tree.manifests("log", "-1", "--format=%B", "main", repository=self.repository))
        self.assertFalse(any("PRIVATE KEY" in path.read_text(errors="replace") for path in tree.build.rglob("*") if path.is_file()))

    def test_a_repository_is_one_however_its_place_is_written(self):
        more = """)
pipeline_environment(app copy ON branch main VIA gitops REPOSITORY file://{repository}/ PATH apps/copy WRITE values.yaml:image.tag={{tag}})
pipeline_environment(app third ON branch main VIA gitops REPOSITORY ../../t.git PATH apps/third WRITE values.yaml:image.tag={{tag}}"""
        tree = self.made(calls=CALLS.replace("{more}", more), files={"apps/app/values.yaml": VALUES, "apps/app/overlay/kustomization.yaml": KUSTOMIZATION,
                                                                     "apps/copy/values.yaml": VALUES, "apps/third/values.yaml": VALUES})
        tree.run("deploy-stage", "deploy-copy", "deploy-third")
        self.assertEqual(len(list(tree.build.rglob("*.turn"))), 1, "all writers wait for one turn")
        self.assertEqual(tree.manifests("rev-list", "--count", "main", repository=self.repository), "4")

    def test_a_key_that_ssh_keygen_does_not_take_stops_no_other_environment(self):
        broken = self.folder / "broken"
        broken.write_text("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n")
        more = """ SIGN secret:deploy-key)
pipeline_environment(app copy ON branch main VIA gitops REPOSITORY {repository} PATH apps/copy WRITE values.yaml:image.tag={{tag}}"""
        tree = self.made(calls=CALLS.replace("{more}", more) + f"pipeline_secret(app deploy-key FILE {broken})\n",
                         files={"apps/app/values.yaml": VALUES, "apps/app/overlay/kustomization.yaml": KUSTOMIZATION, "apps/copy/values.yaml": VALUES})
        tree.run("app.publish")
        broken_now = tree.run("app.deploy-stage", "app.deploy-copy", status=2)
        self.assertIn("the commit cannot be signed", broken_now.all)
        self.assertEqual(tree.outcomes()["app/deploy-copy"], "ran")
        self.assertIn("deploy app", tree.manifests("log", "-1", "--format=%s", "main", repository=self.repository))
        self.assertEqual(tree.manifests("log", "--format=%s", "main", "--", "apps/app", repository=self.repository).count("deploy"), 0)

    def test_the_key_is_not_read_for_a_pull_request_of_a_fork(self):
        key = self.folder / "key"
        harness.subprocess.run([harness.tool("ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(key)], check=True)
        tree = self.tree()
        tree.write("in.txt", "one")
        tree.declare(harness.DEPLOYED.replace("VIA gitops", "VIA gitops SIGN secret:deploy-key") + f"pipeline_secret(app deploy-key FILE {key})\n")
        tree.commit()
        tree.configure()
        event = self.folder / "event.json"
        event.write_text('{"repository": {"full_name": "us/orders"}, "pull_request": {"head": {"ref": "main", "repo": {"full_name": "them/orders"}}, "base": {"ref": "main", "repo": {"full_name": "us/orders"}}}}')
        fork = {"CI": "true", "GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": str(event), "GITHUB_REPOSITORY": "us/orders",
                "GITHUB_SERVER_URL": "https://git.example.com", "GITHUB_SHA": tree.git("rev-parse", "HEAD"), "GITHUB_REF": "refs/pull/1/merge", "GITHUB_ACTOR": "jane",
                "GITHUB_REF_NAME": "1/merge", "GITHUB_HEAD_REF": "main", "GITHUB_BASE_REF": "main", "GITHUB_REF_TYPE": "branch"}
        self.assertIn("from a fork", tree.run("deploy-stage", status=5, env=fork).all)
        self.assertEqual(tree.commits(), 0, "nothing is signed with it")

    def test_a_key_that_is_none_commits_nothing(self):
        tree = self.made(more=" SIGN secret:deploy-key", calls=CALLS + "pipeline_secret(app deploy-key PASS_ENV DEPLOY_KEY)\n")
        tip = tree.manifests("rev-parse", "main", repository=self.repository)
        self.assertIn("the secret of SIGN is not a private SSH key: 'deploy-key'", tree.run("deploy-stage", status=2, env={"DEPLOY_KEY": "no key at all"}).all)
        self.assertEqual(tree.manifests("rev-parse", "main", repository=self.repository), tip)


if __name__ == "__main__":
    unittest.main()
