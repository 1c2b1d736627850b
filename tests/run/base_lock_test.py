"""BASE by a tag: cicd.lock, `cicd update`, a registry that moves the tag, and bases that do not fit."""

import hashlib
import json
import subprocess
import unittest

import bases
import harness

CALLS = """
add_pipeline(app)
pipeline_image(app BASE REGISTRY/library/base:17 FILES in.txt=/in.txt ENTRYPOINT /bin/cat /in.txt)
"""
STATUS = "Package: libc6\nStatus: install ok installed\nVersion: {libc}\n\nPackage: gone\nStatus: deinstall ok config-files\nVersion: 1\n\n"


class BaseLock(bases.Case):
    def base(self, text="one", libc="2.36-9", labels=None, **how):
        return self.push(how.pop("name", "library/base:17"), [{"etc/one": "the same"}, {"etc/text": text, "var/lib/dpkg/status": STATUS.format(libc=libc)}],
                         config={"Labels": labels or {}}, **how)

    def lock(self, tree):
        return json.loads((tree.source / "cicd.lock").read_text())

    def files(self, tree):
        return self.image(tree)[2]

    def test_a_tag_is_built_on_by_the_digest_that_was_locked(self):
        first = self.base(architectures=(bases.HERE, bases.OTHER))
        reference = f"{self.address}/library/base:17"
        tree = self.project(CALLS, in_dot_txt="in")
        refused = tree.run("app.image", status=2)
        self.assertIn(f"which bytes the tag of the base means is not locked: '{reference}'", refused.stderr)
        self.assertTrue(harness.note_in(refused.stderr, "try").endswith("cicd update"))
        self.assertIn("CMakeLists.txt:", refused.stderr)
        self.assertFalse((tree.source / "cicd.lock").exists())
        said = tree.cicd("update").stdout
        self.assertIn(f"cicd.lock\n  {reference} {first}\n", said)
        self.assertRegex(said, r"platforms linux/amd64, linux/arm64\n    size +\S+ \S+\n    layers    2\n    packages  1\n")
        self.assertIn("next: git add ", said)
        entry = self.lock(tree)["bases"][reference]
        self.assertEqual((entry["digest"], sorted(entry["platforms"])), (first, ["linux/amd64", "linux/arm64"]))
        self.assertRegex(entry["at"], r"^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        self.assertNotEqual(entry["by"], "")
        text = (tree.source / "cicd.lock").read_text()
        self.assertIn("nothing newer", tree.cicd("update").stdout)
        self.assertEqual((tree.source / "cicd.lock").read_text(), text)
        tree.run("app.image")
        self.assertEqual(self.files(tree)["etc/text"], b"one")
        self.assertIn("nothing to do", tree.run("app.image").stdout)

    def test_a_registry_that_moves_the_tag_changes_nothing_until_cicd_update(self):
        first = self.base(labels={"version": "1"})
        tree = self.project(CALLS, in_dot_txt="in")
        tree.cicd("update")
        tree.run("app.image")
        second = self.base("two", "2.36-10", {"version": "2"})
        # The one that was locked lies in the cache, and is enough.
        tree.write("in.txt", "in2")
        tree.run("app.image")
        self.assertEqual((self.files(tree)["etc/text"], self.files(tree)["in.txt"]), (b"one", b"in2"))
        # Where it has to be fetched anew, what the registry gives out by now is another one.
        tree.write("in.txt", "in3")
        fresh = {"CICD_CACHE_DIR": str(self.folder / "fresh")}
        refused = tree.run("app.image", status=2, env=fresh)
        self.assertIn("the tag of the base names another image than cicd.lock", refused.stderr)
        self.assertEqual((harness.note_in(refused.stderr, "locked"), harness.note_in(refused.stderr, "registry")), (first, second))
        self.assertIn(f"cicd update, or BASE {self.address}/library/base:17@{first}", harness.note_in(refused.stderr, "try"))
        dry = tree.cicd("update", "--dry-run").stdout
        self.assertIn(f"cicd.lock would change\n  {self.address}/library/base:17 {first} -> {second}\n", dry)
        self.assertEqual(self.lock(tree)["bases"][f"{self.address}/library/base:17"]["digest"], first)
        said = tree.cicd("update").stdout
        for line in ("layers    2 -> 2, 1 new", "packages  libc6 2.36-9 -> 2.36-10", "labels    version 1 -> 2"):
            self.assertIn(f"    {line}\n", said)
        self.assertEqual(tree.git("status", "--short"), "M in.txt\n?? cicd.lock")
        self.assertIn(f"the base {self.address}/library/base:17 changed from {first[:19]} to {second[:19]}", tree.reasons("app/image", "app.image"))
        tree.run("app.image")
        self.assertEqual(self.files(tree)["etc/text"], b"two")

    def test_a_tag_that_moves_while_cicd_update_runs_is_locked_and_fetched_as_it_was_first_seen(self):
        self.base("two", name="library/other:17")
        first = self.base()
        tree = self.project(CALLS, in_dot_txt="in")
        programs, skopeo = self.folder / "programs", harness.tool("skopeo")
        programs.mkdir()
        (programs / "skopeo").write_text(f"""#!/bin/sh
{skopeo} "$@"; status=$?
if mkdir {programs}/moved 2>/dev/null; then
  {skopeo} copy --all --quiet --src-tls-verify=false --dest-tls-verify=false docker://{self.address}/library/other:17 docker://{self.address}/library/base:17 >&2 || exit 99
fi
exit $status
""")
        (programs / "skopeo").chmod(0o755)
        tree.cicd("update", env={"PATH": f"{programs}:{tree.env['PATH']}"})
        self.assertTrue((programs / "moved").exists())
        self.assertEqual(self.lock(tree)["bases"][f"{self.address}/library/base:17"]["digest"], first)
        tree.run("app.image")
        self.assertEqual(self.files(tree)["etc/text"], b"one")
        self.assertIn("layers    2 -> 2, 1 new", tree.cicd("update").stdout)

    def test_offline_a_locked_base_of_the_cache_is_enough_and_its_digest_is_checked(self):
        self.base()
        tree = self.project(CALLS, in_dot_txt="in")
        tree.cicd("update")
        self.go_offline(tree)
        tree.run("app.image")
        self.assertEqual(self.files(tree)["etc/text"], b"one")
        for spoilt in ("fetched.json", "index.json"):
            kept = next((tree.home / "cache/layers/bases").iterdir()) / spoilt
            text = kept.read_text()
            kept.write_text(text.replace("sha256:", "sha256:0", 1) if spoilt == "fetched.json" else text.replace('"size":', '"size":1'))
            tree.write("in.txt", spoilt)
            self.assertIn("no such host", tree.run("app.image", status=6).stderr)
            kept.write_text(text)

    def test_offline_the_bases_of_all_PLATFORMS_are_there_after_cicd_update(self):
        self.base(architectures=(bases.HERE, bases.OTHER))
        tree = self.project(CALLS.replace("BASE", f"PLATFORMS linux/{bases.HERE} linux/{bases.OTHER} linux/s390x BASE"), in_dot_txt="in")
        self.assertIn("    no image for linux/s390x, which PLATFORMS names\n", tree.cicd("update").stdout)
        tree.declare(CALLS.replace("REGISTRY", self.address).replace("BASE", f"PLATFORMS linux/{bases.HERE} linux/{bases.OTHER} BASE"))
        tree.configure()
        self.go_offline(tree)
        tree.run("app.image")

    def test_offline_the_base_of_a_platform_that_PLATFORMS_got_later_is_there_after_cicd_update(self):
        self.base(architectures=(bases.HERE, bases.OTHER))
        tree = self.project(CALLS, in_dot_txt="in")
        tree.cicd("update")
        tree.declare(CALLS.replace("REGISTRY", self.address).replace("BASE", f"PLATFORMS linux/{bases.HERE} linux/{bases.OTHER} linux/s390x BASE"))
        tree.configure()
        self.assertRegex(tree.cicd("update").stdout, "nothing newer\n  .*\n    no image for linux/s390x, which PLATFORMS names\n")
        tree.declare(CALLS.replace("REGISTRY", self.address).replace("BASE", f"PLATFORMS linux/{bases.HERE} linux/{bases.OTHER} BASE"))
        tree.configure()
        self.go_offline(tree)
        tree.run("app.image")

    def test_a_base_in_the_form_of_docker_is_the_same_image_by_tag_and_by_digest(self):
        here = {"Env": ["A=1"], "Cmd": ["/bin/sh"]}
        for architectures in ((bases.HERE,), (bases.HERE, bases.OTHER)):
            layout = self.folder / f"docker-{len(architectures)}"
            bases.write(layout, [{"etc/text": "docker"}], config=here, architectures=architectures)
            name = f"docker://{self.address}/library/base:17"
            subprocess.run([harness.tool("skopeo"), "copy", "--all", "--quiet", "--format", "v2s2", "--dest-tls-verify=false", f"oci:{layout}:it", name], check=True)
            raw = subprocess.run([harness.tool("skopeo"), "inspect", "--raw", "--tls-verify=false", name], capture_output=True, check=True).stdout
            self.assertIn(b"application/vnd.docker.", raw)
            tree = self.project(CALLS, in_dot_txt="in")
            tree.cicd("update")
            for base in ("base:17", "base@sha256:" + hashlib.sha256(raw).hexdigest()):
                tree.declare(CALLS.replace("REGISTRY", self.address).replace("base:17", base))
                tree.configure()
                tree.run("app.image", env={"CICD_CACHE_DIR": str(self.folder / base.replace(":", "-"))})
                self.assertEqual((self.files(tree)["etc/text"], "A=1" in self.image(tree)[1]["config"]["Env"]), (b"docker", True))
            # What lies in the cache is the same still, and no other config is.
            cache = {"CICD_CACHE_DIR": str(self.folder / base.replace(":", "-"))}
            self.go_offline(tree)
            tree.write("in.txt", "offline")
            tree.run("app.image", env=cache)
            kept = next((self.folder / base.replace(":", "-") / "layers/bases").iterdir()) / "fetched.json"
            kept.write_text(kept.read_text().replace("A=1", "A=2"))
            tree.write("in.txt", "spoilt")
            self.assertIn("no such host", tree.run("app.image", status=6, env=cache).stderr)
            self.trees.clear()
            subprocess.run(["rm", "-rf", tree.root, self.folder / "base-17", *self.folder.glob("base@*")], check=True)

    def test_the_name_of_a_base_may_have_the_architecture(self):
        for name in (bases.HERE, bases.OTHER):
            self.push(f"library/base-{name}:17", [{"etc/text": name}], architectures=(name,))
        tree = self.project(CALLS.replace("base:17", "base-{arch}:17").replace("BASE", f"PLATFORMS linux/{bases.HERE} linux/{bases.OTHER} BASE"), in_dot_txt="in")
        tree.cicd("update")
        self.assertEqual(sorted(self.lock(tree)["bases"]), [f"{self.address}/library/base-{name}:17" for name in sorted((bases.HERE, bases.OTHER))])
        tree.run("app.image")

    def test_of_an_index_of_arm_the_variant_is_taken(self):
        digest = self.base(architectures=(bases.HERE, "arm/v6", "arm/v7"))
        tree = self.project(CALLS.replace(":17", f"@{digest}").replace("BASE", "PLATFORMS linux/arm/v7 BASE"), in_dot_txt="in")
        tree.run("app.image")
        self.assertEqual((self.image(tree)[1]["architecture"], self.image(tree)[1]["variant"]), ("arm", "v7"))

    def test_two_locks_a_conflict_and_a_lock_of_others_are_refused_with_the_line(self):
        self.base()
        tree = self.project("add_subdirectory(svc)\n", in_dot_txt="", svc__CMakeLists_dot_txt=CALLS.replace("REGISTRY", self.address), svc__in_dot_txt="in")
        tree.cicd("update")
        self.assertTrue((tree.source / "cicd.lock").exists())
        text = (tree.source / "cicd.lock").read_text()
        tree.run("app.image")
        tree.write("svc/cicd.lock", text)
        refused = tree.run("app.image", status=2)
        self.assertIn("there are two locks", refused.stderr)
        self.assertIn(f"{tree.source}/svc/cicd.lock", refused.stderr)
        self.assertIn("there are two locks", tree.cicd("update", status=2).stderr)
        (tree.source / "svc/cicd.lock").unlink()
        for wrong, what, line in ((text.replace('"digest": "sha256:', '"digest": "sha256:x'), "a digest that is not one", ":4"),
                                  (text.replace('"schema": 1', '"schema": 2'), "of another version of cicd", ""),
                                  ("<<<<<<< HEAD\n" + text, "a conflict of git", ":1"), (text[:40], "cannot be read", ""),
                                  (text.replace("linux/", "linux"), "no platform with a digest", ":4")):
            tree.write("cicd.lock", wrong)
            refused = tree.run("app.image", status=2)
            self.assertIn(what, refused.stderr)
            self.assertIn(f"{tree.source}/cicd.lock{line}", harness.note_in(refused.stderr, "in"))
            tree.cicd("update", status=2)
            self.assertEqual((tree.source / "cicd.lock").read_text(), wrong)

    def test_a_base_of_another_platform_is_refused_with_those_that_there_are(self):
        self.base(architectures=(bases.OTHER,))
        tree = self.project(CALLS, in_dot_txt="in")
        self.assertIn("its content was not looked at", tree.cicd("update").stdout)
        refused = tree.run("app.image", status=2)
        self.assertIn(f"the base has no image for this platform: linux/{bases.HERE}", refused.stderr)
        self.assertEqual(harness.note_in(refused.stderr, "allowed"), f"linux/{bases.OTHER}")

    def test_a_scanner_tells_which_findings_an_update_brings_and_takes(self):
        self.base()
        tree = self.project(CALLS, in_dot_txt="in")
        scanner = self.folder / "bin/grype"
        scanner.parent.mkdir()
        # By the image that it is given: the first has one that the second has not.
        scanner.write_text("#!/bin/sh\nfor last; do :; done\ncase $(cat ${last#oci-dir:}/fetched.json) in *%s*) rule=CVE-1 ;; *) rule=CVE-2 ;; esac\n"
                           "echo '{\"version\": \"2.1.0\", \"runs\": [{\"tool\": {\"driver\": {\"name\": \"grype\"}}, \"results\": [{\"ruleId\": \"'$rule'\", \"message\": {\"text\": \"x\"}}]}]}'\n")
        scanner.chmod(0o755)
        env = {"PATH": f"{scanner.parent}:{tree.env['PATH']}"}
        layers = lambda text: [{"etc/text": text}]
        scanner.write_text(scanner.read_text() % "NONE")
        self.assertIn("findings  1, by grype", tree.cicd("update", env=env).stdout)
        first = json.loads((tree.source / "cicd.lock").read_text())["bases"][f"{self.address}/library/base:17"]["digest"]
        config = json.loads(subprocess.run([harness.tool("skopeo"), "inspect", "--raw", "--tls-verify=false", f"docker://{self.address}/library/base@{first}"],
                                           capture_output=True, check=True).stdout)["config"]["digest"]
        self.push("library/base:17", layers("two"))
        scanner.write_text(scanner.read_text().replace("NONE", config[7:]))
        self.assertIn("findings  1 fewer, 1 more, by grype: + CVE-2, - CVE-1", tree.cicd("update", env=env).stdout)

    def test_a_base_without_registry_or_tag_is_asked_about_when_it_is_declared(self):
        tree = self.tree()
        tree.declare("add_pipeline(app)\npipeline_image(app BASE eclipse-temurin:17)\n")
        done = tree.call([harness.tool("cmake"), "-S", tree.source, "-B", tree.build, "-G", "Ninja", f"-Dcicd_DIR={harness.package()}"])
        self.assertIn("did you mean: docker.io/library/eclipse-temurin:17", done.stderr)


if __name__ == "__main__":
    unittest.main()
