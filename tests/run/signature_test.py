"""Signatures and provenance of images: made at publish by the real cosign, verified by it and by the gate before anything is
deployed, copied and removed with the images."""

import base64
import json
import os
import shutil
import subprocess
import unittest
from pathlib import Path

import harness
import programs

PROGRAMS = Path(__file__).resolve().parent.parent / "cluster/cluster"

CALLS = """
add_pipeline(app {image} {sign})
pipeline_secret(app key COMMAND ./key.sh)
pipeline_secret(app password COMMAND cat keys/password)
pipeline_step(app build SHELL "cat in.txt > out.txt" INPUTS in.txt OUTPUTS out.txt STAGE build)
pipeline_image(app BASE scratch FILES out.txt=/app/out.txt ENTRYPOINT /app/out.txt)
pipeline_service(app api PORT 8080)
pipeline_environment(app stage ON branch main VIA render {stage})
{more}
"""
SIGN = "SIGN_IMAGES secret:key SIGN_PASSWORD secret:password"
VERIFY = "VERIFY_SIGNATURE key keys/one.pub"
FORK = {"CI": "true", "GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "pull_request", "GITHUB_REPOSITORY": "team/app", "GITHUB_REF": "refs/pull/7/merge",
        "GITHUB_BASE_REF": "main", "GITHUB_HEAD_REF": "x", "GITHUB_HEAD_REPOSITORY": "somebody/app"}


def cosign():
    found = subprocess.run([str(PROGRAMS), "where", "cosign"], check=True, capture_output=True, text=True).stdout.strip()
    if not os.access(found, os.X_OK):
        raise AssertionError("cosign is not built: ./setup --tests builds it")
    return found


APPLY = """#!/bin/sh
echo "$CICD_ENVIRONMENT $CICD_VERSION" >> "$WORLD/log"
echo "$CICD_VERSION" > "$WORLD/$CICD_ENVIRONMENT"
"""


class Signature(programs.ProgramCase):
    @classmethod
    def setUpClass(cls):
        cls.cosign = cosign()

    def signs(self, name, password="hunter2-hunter2"):
        """A new pair of keys below keys/, and the password."""
        keys = self.source / "keys"
        keys.mkdir(parents=True, exist_ok=True)
        subprocess.run([self.cosign, "generate-key-pair", "--output-key-prefix", name], cwd=keys, env={**os.environ, "COSIGN_PASSWORD": password},
                       check=True, capture_output=True)
        (keys / "password").write_text(password)

    def made(self, sign=SIGN, stage=VERIFY, image="", more="", has_cosign=True):
        """A committed tree with the keys `one` and `two`, of which the first signs."""
        tree = self.tree()
        self.source = tree.source
        if has_cosign:
            programs = self.folder / "programs"
            programs.mkdir(exist_ok=True)
            (programs / "cosign").symlink_to(self.cosign)
            tree.env["PATH"] = f"{programs}:{tree.env['PATH']}"
        self.signs("one")
        self.signs("two")
        self.asked = self.folder / "asked"
        tree.write("key.sh", f"#!/bin/sh\necho asked >> {self.asked}\ncat keys/${{KEY:-one}}.key\n", 0o755)
        tree.write("in.txt", "one")
        self.declared = dict(sign=sign, stage=stage, image=image, more=more)
        self.declare(tree)
        tree.set_user()
        return tree

    def declare(self, tree, **other):
        self.declared.update(other)
        tree.declare(CALLS.format(**self.declared))
        tree.commit()
        tree.configure()

    def deployed(self, tree, environment="stage"):
        found = tree.build / "rendered" / environment / "app"
        return sorted(each.name for each in found.rglob("*")) if found.exists() else []

    def digest(self, tree):
        return json.loads((tree.work("app/image") / "layout/index.json").read_text())["manifests"][0]["digest"]

    def entries(self, tree):
        """What is in the embedded registry, by its tag."""
        index = json.loads((tree.build / "registry/app/index.json").read_text())
        return {one["annotations"]["org.opencontainers.image.ref.name"]: one for one in index["manifests"]}

    def put_entries(self, tree, entries):
        path = tree.build / "registry/app/index.json"
        manifests = [{**one, "annotations": {"org.opencontainers.image.ref.name": tag}} for tag, one in entries.items()]
        path.write_text(json.dumps({**json.loads(path.read_text()), "manifests": manifests}))

    def tag(self, tree, kind):
        return self.digest(tree).replace(":", "-") + kind

    def ask(self, *words):
        return subprocess.run([self.cosign, *map(str, words)], capture_output=True, text=True, timeout=60)

    def provenance(self, tree):
        """The statement that lies beside the image in the embedded registry, as bytes."""
        blob = lambda one: (tree.build / "registry/app/blobs" / one["digest"].replace(":", "/")).read_text()
        entry = self.entries(tree)[self.tag(tree, ".att")]
        return base64.b64decode(json.loads(blob(json.loads(blob(entry))["layers"][0]))["payload"])

    def refused(self, tree, *words, status=5, command="run"):
        done = tree.cicd(command, *words, status=status)
        self.assertIn("VERIFY_SIGNATURE", done.stderr)
        return done.stderr

    # ---- signed ----

    def test_what_is_published_to_a_registry_is_verified_by_cosign_itself(self):
        address, _ = self.registry()
        second, _ = self.registry("second")
        tree = self.made(image=f"IMAGE {address}/team/app", stage=f"{VERIFY} IMAGES_IN {second}/prod")
        self.trust(tree, address, second)
        tree.run("image")
        plan = tree.cicd("plan", "publish").stdout
        self.assertIn("signed by secret:key", plan)
        tree.run("publish")
        self.assertIn("signed by keys/one.pub, and so is the provenance", tree.cicd("plan", "deploy-stage").stdout)
        tree.run("deploy-stage")
        self.assertTrue(self.deployed(tree))
        digest = self.digest(tree)
        for where in (f"{address}/team/app", f"{second}/prod/team/app"):
            known = ("--key", tree.source / "keys/one.pub", "--insecure-ignore-tlog=true", "--allow-http-registry", f"{where}@{digest}")
            done = self.ask("verify", *known)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(json.loads(done.stdout)[0]["critical"]["image"]["docker-manifest-digest"], digest)
            done = self.ask("verify-attestation", "--type", "slsaprovenance1", *known)
            self.assertEqual(done.returncode, 0, done.stderr)
            statement = json.loads(base64.b64decode(json.loads(done.stdout)["payload"]))
            self.assertEqual(statement["_type"], "https://in-toto.io/Statement/v1")
            self.assertEqual(statement["predicateType"], "https://slsa.dev/provenance/v1")
            self.assertEqual(statement["subject"], [{"name": f"{address}/team/app", "digest": {"sha256": digest[7:]}}])
            definition = statement["predicate"]["buildDefinition"]
            self.assertEqual(definition["externalParameters"], {"pipeline": "app", "image": "image"})
            self.assertEqual(list(definition["internalParameters"]["steps"]), ["app/build", "app/image"])
            self.assertEqual(definition["resolvedDependencies"][0]["digest"], {"gitCommit": tree.git("rev-parse", "HEAD")})
            self.assertEqual(statement["predicate"]["runDetails"]["builder"]["id"], "https://cicd.dev/builder/none")
            self.assertNotEqual(self.ask("verify", "--key", tree.source / "keys/two.pub", *known[2:]).returncode, 0)
        shown = tree.cicd("image", "inspect", "app@stage").stdout
        self.assertRegex(shown, r"signature +1 signature, not verified: by a key")
        self.assertIn(f"app/image, commit {tree.git('rev-parse', 'HEAD')[:12]}", shown)
        told = json.loads(tree.cicd("image", "inspect", "app@stage", "--json").stdout)["images"][0]
        self.assertEqual((told["signatures"], told["provenance"]["pipeline"]), ({"by_key": 1, "by_certificate": 0}, "app"))
        self.assertIn("signed by keys/one.pub", tree.cicd("explain", "app.deploy-stage").stdout)
        asked = self.asked.read_text()
        tree.run("deploy-stage")
        self.assertEqual(set(tree.outcomes().values()), {"up-to-date"})
        self.assertEqual(self.asked.read_text(), asked, "what is signed needs no key")

    def test_the_same_image_has_the_same_provenance_and_it_goes_with_a_yank(self):
        tree = self.made()
        tree.run("publish")
        first = self.provenance(tree)
        shutil.rmtree(tree.build / "registry")
        tree.run("publish")
        self.assertEqual(self.provenance(tree), first)
        self.assertNotIn(str(self.folder).encode().replace(b"/t", b"/t/source"), first)
        told = {each.rsplit(".", 1)[1] for each in self.entries(tree) if each.startswith("sha256-")}
        self.assertEqual(told, {"sbom", "sig", "att"})
        tree.cicd("yank", "app", "HEAD", "--reason", "no", "--delete")
        self.assertFalse({each for each in self.entries(tree) if each.startswith("sha256-")})

    def test_an_image_whose_signature_is_gone_is_signed_by_the_next_publish(self):
        tree = self.made()
        tree.run("publish")
        self.put_entries(tree, {tag: one for tag, one in self.entries(tree).items() if not tag.endswith(".sig")})
        self.assertIn("image is not signed yet", tree.cicd("plan", "publish").stdout)
        tree.run("deploy-stage")
        self.assertTrue(self.deployed(tree))

    # ---- refused ----

    def test_an_unsigned_image_is_refused_and_nothing_is_applied(self):
        tree = self.made(sign="")
        told = self.refused(tree, "deploy-stage")
        self.assertIn(f"the image is not signed: 'app@{self.digest(tree)}'", told)
        self.assertIn("SIGN_IMAGES", harness.note_in(told, "try"))
        self.assertIn("keys/one.pub", harness.note_in(told, "allowed"))
        self.assertEqual(self.deployed(tree), [])
        plan = tree.cicd("plan", "deploy-stage", status=None)
        self.assertIn("VERIFY_SIGNATURE: the image is not signed", plan.all)

    def test_the_signature_of_another_key_is_refused_and_several_keys_are_a_rotation(self):
        tree = self.made(stage="VERIFY_SIGNATURE key keys/two.pub")
        told = self.refused(tree, "deploy-stage")
        self.assertIn("the signature of the image is not by whom it names", told)
        self.assertIn("no matching signatures", harness.note_in(told, "caused by"))
        helps = harness.note_in(told, "try").split(" says ")[0]
        self.assertTrue(helps.endswith(f"cicd image inspect app@{self.digest(tree)}"), helps)
        self.assertIn("1 signature, not verified: by a key", tree.cicd(*helps.split()[1:]).stdout)
        self.assertEqual(self.deployed(tree), [])
        self.declare(tree, stage="VERIFY_SIGNATURE key keys/two.pub keys/one.pub")
        tree.run("deploy-stage")
        self.assertTrue(self.deployed(tree))

    def test_the_signature_of_another_image_is_refused(self):
        tree = self.made()
        tree.run("deploy-stage")
        first = self.digest(tree)
        before = self.deployed(tree)
        self.declare(tree, sign="")
        tree.write("in.txt", "two")
        tree.commit()
        tree.run("publish")
        second = self.digest(tree)
        there = self.entries(tree)
        self.put_entries(tree, {**there, **{self.tag(tree, kind): there[first.replace(":", "-") + kind] for kind in (".sig", ".att")}})
        told = self.refused(tree, "deploy-stage")
        self.assertIn("or of another image", told)
        self.assertIn(second, told)
        self.assertEqual(self.deployed(tree), before)

    def test_a_signature_without_provenance_is_refused(self):
        tree = self.made()
        tree.run("publish")
        self.put_entries(tree, {tag: one for tag, one in self.entries(tree).items() if not tag.endswith(".att")})
        self.declare(tree, sign="")
        self.assertIn("a signature and no provenance", self.refused(tree, "deploy-stage"))
        self.assertEqual(self.deployed(tree), [])

    def test_the_provenance_of_another_key_is_refused_beside_a_right_signature(self):
        tree = self.made()
        tree.run("publish")
        right, tag = self.entries(tree), self.tag(tree, ".sig")
        self.put_entries(tree, {each: one for each, one in right.items() if not each.startswith("sha256-")})
        tree.run("publish", env={"KEY": "two"})
        self.put_entries(tree, {**self.entries(tree), tag: right[tag]})
        self.assertIn("the provenance of the image is not by whom it names", self.refused(tree, "deploy-stage"))
        self.assertEqual(self.deployed(tree), [])

    def test_a_part_is_not_applied_where_the_image_is_not_signed(self):
        parts = ("pipeline_environment(app jobs OF stage VIA command STATE {state} APPLY ./apply.sh READ ./read.sh {{environment}})\n"
                 .replace("{state}", str(self.folder / "state")).replace("{{", "{").replace("}}", "}"))
        tree = self.made(sign="", more=parts)
        self.with_programs(tree, apply=APPLY)
        tree.commit()
        self.refused(tree, "deploy-stage")
        self.assertEqual((self.deployed(tree), self.log()), ([], []))
        self.declare(tree, sign=SIGN)
        tree.run("deploy-stage")
        self.assertEqual(len(self.log()), 1)

    def test_a_rollback_to_what_the_key_did_not_sign_is_refused(self):
        tree = self.made()
        tree.run("deploy-stage")
        tree.write("in.txt", "two")
        tree.env["KEY"] = "two"
        self.declare(tree, stage="VERIFY_SIGNATURE key keys/two.pub")
        tree.run("deploy-stage")
        told = tree.cicd("rollback", "app", "stage", status=5).stderr
        self.assertIn("VERIFY_SIGNATURE: the signature of the image is not by whom it names", told)
        self.assertIn("two", (tree.work("app/build") / "out.txt").read_text())
        self.declare(tree, stage="VERIFY_SIGNATURE key keys/two.pub keys/one.pub")
        tree.cicd("rollback", "app", "stage")

    def test_previews_and_promotions_are_asked_too(self):
        tree = self.made(sign="", stage="", more=f"pipeline_environment(app prod ON tag v* VIA render FROM stage {VERIFY})\n"
                         "pipeline_environment(app dev ON branch dev VIA gitops VERIFY_SIGNATURE key keys/one.pub)\n"
                         "pipeline_preview(app IN dev HOST app.{{slug}}.example.com SWEEP ci)\n".replace("{{", "{").replace("}}", "}"))
        tree.run("deploy-stage")
        tree.tag("v1.0.0")
        self.refused(tree, "app", "prod", command="promote")
        self.assertEqual(self.deployed(tree, "prod"), [])
        tree.git("checkout", "--quiet", "-b", "feature")
        self.refused(tree, "app.deploy-branch")

    def test_of_a_pull_request_the_keys_are_those_of_its_base_branch(self):
        repository = self.folder / "manifests.git"
        subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", str(repository)], check=True)
        tree = self.made(stage="")
        self.key(tree, "one", "two")
        verifies = "VERIFY_SIGNATURE key keys/release.pub"
        dev = (f"pipeline_environment(app dev ON branch dev VIA gitops REPOSITORY {repository} PATH dev %s)\n"
               "pipeline_preview(app IN dev HOST app.{slug}.example.com SWEEP ci)\n")
        self.declare(tree, more=dev % verifies)
        tree.git("config", f"url.{tree.remote}.insteadOf", "https://git.example.com/team/app")
        event = self.folder / "event.json"
        event.write_text(json.dumps({"repository": {"full_name": "team/app"}, "pull_request": {"head": {"ref": "x", "repo": {"full_name": "team/app"}}, "base": {"ref": "main", "repo": {"full_name": "team/app"}}}}))
        tree.git("checkout", "--quiet", "-b", "x")
        for name, rule in (("another key in the file", verifies), ("no rule", "")):
            with self.subTest(name):
                self.key(tree, "two", "two")
                self.declare(tree, more=dev % rule)
                request = {**FORK, "GITHUB_EVENT_PATH": str(event), "GITHUB_SERVER_URL": "https://git.example.com", "GITHUB_SHA": tree.git("rev-parse", "HEAD")}
                done = tree.run("app.deploy-branch", status=5, env=request)
                self.assertIn("VERIFY_SIGNATURE: the signature of the image is not by whom it names", done.all)
        self.assertEqual(tree.commits(repository), 0)
        tree.run("app.deploy-branch")

    def with_prod(self):
        """A tree whose prod trusts what is in keys/release.pub, which is the key `one`, by which its images are signed as well."""
        repository = self.folder / "manifests.git"
        subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", str(repository)], check=True)
        gitops = f"REPOSITORY {repository} PATH"
        prod = f"pipeline_environment(app prod ON tag v* FROM stage VIA gitops VERIFY_SIGNATURE key keys/release.pub {gitops} prod)\n"
        tree = self.made(stage="", more=prod)
        self.key(tree, "one", "one")
        return tree

    def key(self, tree, trusted, signs):
        tree.write("keys/release.pub", (self.source / f"keys/{trusted}.pub").read_text())
        tree.env["KEY"] = signs

    def staged(self, tree, version):
        tree.write("in.txt", version)
        tree.commit()
        tree.run("deploy-stage")
        tree.tag(version)

    def released(self, tree, version, **how):
        self.staged(tree, version)
        return tree.cicd("promote", "app", "prod", "--version", version, **how)

    def test_a_key_in_no_commit_is_refused_by_promote(self):
        tree = self.with_prod()
        self.released(tree, "v1")
        tree.env["KEY"] = "two"
        self.assertIn("not by whom it names", self.released(tree, "v2", status=5).stderr)
        self.key(tree, "two", "two")
        self.assertIn("uncommitted changes", tree.cicd("promote", "app", "prod", "--version", "v2", status=5).stderr)
        tree.git("rm", "--quiet", "--force", "--cached", "keys/release.pub")
        tree.write(".gitignore", "keys/release.pub\n")
        tree.commit()
        done = tree.cicd("promote", "app", "prod", "--version", "v2", status=5)
        self.assertIn("the file with the public key is in no commit: 'keys/release.pub'", done.stderr)
        self.assertIn("git add --force keys/release.pub", harness.note_in(done.stderr, "try"))

    def test_a_key_that_was_replaced_is_not_taken_again_by_an_older_checkout(self):
        tree = self.with_prod()
        self.released(tree, "v1")
        self.key(tree, "two", "two")
        self.released(tree, "v2")
        tree.env["KEY"] = "one"
        self.assertIn("not by whom it names", self.released(tree, "v3", status=5).stderr)
        tree.git("checkout", "--quiet", "v1")
        done = tree.cicd("promote", "app", "prod", "--version", "v3", status=5)
        self.assertRegex(done.stderr, "prod wants VERIFY_SIGNATURE key keys/release.pub@sha256:[0-9a-f]{64} since [0-9a-f]{7}; this checkout is older")

    def test_what_is_signed_is_promoted_after_the_secret_is_gone(self):
        tree = self.with_prod()
        self.staged(tree, "v1")
        self.declare(tree, sign="")
        calls = (tree.source / "CMakeLists.txt").read_text()
        tree.write("CMakeLists.txt", "\n".join(line for line in calls.splitlines() if not line.startswith("pipeline_secret")))
        tree.commit()
        tree.configure()
        tree.cicd("promote", "app", "prod", "--version", "v1")

    # ---- who signs ----

    def test_a_fork_never_gets_the_key(self):
        tree = self.made(stage="")
        done = tree.run("publish", status=5, env=FORK)
        self.assertIn("fork", done.all)
        self.assertFalse(self.asked.exists(), "the key was fetched for a fork")

    def test_a_job_without_an_identity_publishes_nothing_without_a_key(self):
        tree = self.made(sign="SIGN_KEYLESS", stage="")
        done = tree.run("publish", status=2)
        self.assertIn("this job has no identity to sign with", done.stderr)
        self.assertIn("SIGSTORE_ID_TOKEN", harness.note_in(done.stderr, "allowed"))
        self.assertIn("CMakeLists.txt", harness.note_in(done.stderr, "declared at"))
        self.assertEqual({each for each in self.entries(tree) if not each.endswith(".sbom")}, set())

    def test_a_key_that_cannot_be_read_is_told_and_no_secret_is_shown(self):
        tree = self.made(stage="")
        tree.write("keys/password", "another-password")
        done = tree.run("publish", status=2)
        self.assertIn("cosign cannot sign with this key", done.stderr)
        self.assertIn("decrypt", harness.note_in(done.stderr, "caused by"))
        self.assertNotIn("another-password", done.all)
        self.assertNotIn((tree.source / "keys/one.key").read_text().splitlines()[1], done.all)

    def test_without_cosign_nothing_is_published_or_deployed_and_doctor_says_so(self):
        tree = self.made(has_cosign=False)
        done = tree.run("publish", status=2)
        self.assertIn("a program is missing that signs and verifies images: 'cosign'", done.stderr)
        self.assertIn("docs.sigstore.dev", harness.note_in(done.stderr, "try"))
        doctor = tree.cicd("doctor", status=1).stdout
        self.assertRegex(doctor, r"problem cosign: not found on PATH; needed by app/publish, app/stage")
        self.declare(tree, sign="")
        self.assertIn("'cosign'", tree.run("deploy-stage", status=2).stderr)
        self.assertEqual(self.deployed(tree), [])

    def test_a_key_file_that_is_none_or_is_not_there_is_told(self):
        tree = self.made(stage="VERIFY_SIGNATURE key keys/three.pub")
        done = tree.run("deploy-stage", status=2)
        self.assertIn("there is no such file with a public key: 'keys/three.pub'", done.stderr)
        tree.write("keys/three.pub", "no key")
        tree.commit()
        done = tree.run("deploy-stage", status=2)
        self.assertIn("cosign cannot verify by this key", done.stderr)
        self.assertEqual(self.deployed(tree), [])


if __name__ == "__main__":
    unittest.main()
