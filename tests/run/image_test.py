"""`cicd image`: what an image holds, what differs between two, what it carries, and a run of it as its service runs; bills of materials
beside images, copied and removed with them; images for several platforms."""

import hashlib
import json
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import time
import unittest
import urllib.request
import zipfile
import zlib
from pathlib import Path

import harness

VENV = Path(os.environ.get("CICD_TEST_VENV") or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cicd-tests/venv")

# Says what it was given and answers each connection on its port.
SERVER = r"""
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
int main(int count, char** words) {
  char text[512], conf[64] = "";
  FILE* file = fopen("/etc/app.conf", "r");
  if (file) fgets(conf, sizeof conf, file);
  errno = 0;
  fopen("/written", "w");
  int why = errno;
  snprintf(text, sizeof text, "uid=%d X=%s Y=%s DB=%s words=%s root=%s conf=%s", getuid(), getenv("X"), getenv("Y"),
           getenv("DB") ? getenv("DB") : "-", count > 1 ? words[1] : "-", why == EROFS ? "read-only" : "as it is", conf);
  signal(SIGTERM, exit);
  setvbuf(stdout, 0, _IONBF, 0);
  puts(text);
  if (count > 1 && !strcmp(words[1], "fail")) return 7;
  int on = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(8080)};
  setsockopt(on, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (bind(on, (struct sockaddr*)&at, sizeof at) || listen(on, 5)) return 9;
  for (;;) {
    int to = accept(on, 0, 0);
    char asked[4096];
    if (read(to, asked, sizeof asked) > 0) dprintf(to, "HTTP/1.0 200 OK\r\n\r\n%s", text);
    close(to);
  }
}
"""

SERVICE = """
add_pipeline(app)
pipeline_step(app build COMMAND cp server out INPUTS server OUTPUTS out STAGE build)
pipeline_image(app BASE scratch FILES out=/app/out ENTRYPOINT /app/out PORT 8080)
pipeline_environment(app stage ON branch main VIA gitops)
pipeline_environment(app prod ON branch main VIA gitops)
pipeline_service(app api PORT 8080 ENV X=base "Y={environment} {pod_ip}" SECRET_ENV DB=app/db CONFIG_FILES app.conf=/etc/app.conf)
pipeline_service(app api IN prod ENV X=prod READ_ONLY_ROOT on)
"""


def program(machine, text):
    """A static program of that machine (62: amd64, 183: arm64) that prints the text, byte by byte."""
    said = text.encode()
    if machine == 183:
        code = struct.pack("<8I", 0xD2800020, 0x100000E1, 0xD2800002 | len(said) << 5, 0xD2800808, 0xD4000001, 0xD2800000, 0xD2800BA8, 0xD4000001)
    else:
        code = (b"\xb8\1\0\0\0\xbf\1\0\0\0\x48\x8d\x35\x10\0\0\0\xba" + struct.pack("<I", len(said)) + b"\x0f\x05\xb8\x3c\0\0\0\x31\xff\x0f\x05" + b"\0")
        code = code[:13] + struct.pack("<i", len(code) - 17) + code[17:]
    head, load = 0x400000, 64 + 56
    return (b"\x7fELF\2\1\1" + b"\0" * 9 + struct.pack("<HHIQQQIHHHHHH", 2, machine, 1, head + load, 64, 0, 0, 64, 56, 1, 64, 0, 0)
            + struct.pack("<IIQQQQQQ", 1, 5, 0, head, head, load + len(code) + len(said), load + len(code) + len(said), 0x1000) + code + said)


def jar(path, group, name, version):
    with zipfile.ZipFile(path, "w") as to:
        to.writestr("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\r\n")
        to.writestr(f"META-INF/maven/{group}/{name}/pom.properties", f"#made\ngroupId={group}\nartifactId={name}\nversion={version}\n")


def rich_tree(folder):
    """A root file system with packages of each kind."""
    def write(path, text):
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)

    write("etc/os-release", 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n')
    write("var/lib/dpkg/status", "Package: libc6\nStatus: install ok installed\nArchitecture: amd64\nVersion: 2.36-9+deb12u13\nDescription: x\n y: z\n\n"
                                 "Package: gone\nStatus: deinstall ok config-files\nArchitecture: amd64\nVersion: 1\n")
    write("var/lib/dpkg/status.d/tzdata", "Package: tzdata\nVersion: 1:2024a-0+deb12u1\nArchitecture: all\n")
    write("app/node_modules/@scope/left-pad/package.json", '{"name": "@scope/left-pad", "version": "1.3.0", "license": "MIT"}')
    write("app/node_modules/ms/package.json", '{"name": "ms", "version": "2.1.3"}')
    write("app/package-lock.json", '{"packages": {"": {}, "node_modules/dev-only": {"version": "9.9.9"}}}')
    write("usr/lib/python3/dist-packages/Flask_Cors-6.0.5.dist-info/METADATA", "Metadata-Version: 2.1\nName: Flask_Cors\nVersion: 6.0.5\nLicense: MIT\n\nName: not-this\n")
    write("rust/Cargo.lock", '[[package]]\nname = "serde"\nversion = "1.0.200"\n\n[[package]]\nname = "itoa"\nversion = "1.0.11"\n')
    write("usr/lib/jvm/java/release", 'IMPLEMENTOR="Debian"\nJAVA_VERSION="17.0.13"\nMODULES="java.base"\n')
    (folder / "app/lib").mkdir(parents=True)
    jar(folder / "app/lib/renamed.jar", "org.slf4j", "slf4j-api", "2.0.13")
    return folder


RICH = """
add_pipeline(app{0})
pipeline_step(app build COMMAND sh -c "cp -r root made" INPUTS "root/**" OUTPUTS made/ STAGE build)
pipeline_image(app BASE rootfs:made ENTRYPOINT /app/out {1})
pipeline_environment(app stage ON branch main VIA gitops {2})
pipeline_service(app api PORT 8080)
"""


class Image(harness.Case):
    def compiled(self, source, to, *words):
        (self.folder / "source.c").write_text(source)
        subprocess.run([harness.tool("gcc"), *words, "-o", str(to), str(self.folder / "source.c")], check=True)
        return Path(to).read_bytes()

    def service(self, calls=SERVICE):
        tree = self.tree()
        tree.write("server", self.compiled(SERVER, self.folder / "server", "-static"), 0o755)
        tree.write("app.conf", "size=3")
        tree.declare(calls)
        tree.commit()
        tree.configure()
        return tree

    def rich(self, repository="", option="", place=""):
        tree = self.tree()
        rich_tree(tree.source / "root")
        tree.declare(RICH.format(repository, option, place))
        tree.commit()
        tree.configure()
        return tree

    # ---- inspect and diff ----

    def test_an_image_is_named_by_pipeline_environment_tag_digest_reference_and_layout(self):
        tree = self.deployed()
        digest = json.loads(tree.cicd("image", "inspect", "app", "--json").stdout)["images"][0]["digest"]
        commit = tree.git("rev-parse", "HEAD")[:7]
        layout = tree.work("app/image") / "layout"
        for name in ("app/image", "app@stage", f"app:{commit}", f"app@{digest}", digest, f"oci:{layout}", f"oci:{os.path.relpath(layout, tree.source)}"):
            shown, = json.loads(tree.cicd("image", "inspect", name, "--json").stdout)["images"]
            self.assertEqual(shown["digest"], digest, name)
            self.assertEqual(shown["config"]["Entrypoint"], ["/app/out.txt"])
            self.assertEqual([layer["made_by"] for layer in shown["layers"]], ["cicd: application"])
        text = tree.cicd("image", "inspect", "app@stage").stdout
        self.assertRegex(text, rf"(?m)^app@stage\n  image +app:{commit}@{digest}\n")
        self.assertRegex(text, r"(?m)^LAYER +SIZE +DIGEST +MADE BY\n1 .* cicd: application$")

    def test_what_names_no_image_says_what_there_is(self):
        tree = self.committed(harness.DEPLOYED)
        for name, said in (("ap", "did you mean: app"), ("app@stag", "did you mean: stage"), ("app@stage", "never deployed"), ("app", "cicd run app.image"),
                           ("app:v1", "has no such tag"), ("app@sha256:12", "64 hexadecimal digits"), ("sha256:" + "0" * 64, "no repository of this build tree"),
                           ("oci:nowhere", "no image layout"), ("registry.example.com/a", "neither a tag nor a digest")):
            done = tree.cicd("image", "inspect", name, status=2)
            self.assertIn(said, done.stderr, name)
        self.assertIn("allowed", tree.cicd("image", "inspect", "app", "--platform", "x", status=2).stderr)

    def test_a_registry_is_asked_for_documents_alone_and_for_layers_where_files_are_compared(self):
        address, data = self.registry()
        tree = self.committed(harness.DEPLOYED.replace("add_pipeline(app)", f"add_pipeline(app IMAGE {address}/app)"))
        self.trust(tree, address)
        tree.run("deploy-stage")
        commit = tree.git("rev-parse", "HEAD")[:7]
        shown, = json.loads(tree.cicd("image", "inspect", f"{address}/app:{commit}", "--json").stdout)["images"]
        layer = shown["layers"][0]["digest"].removeprefix("sha256:")
        tree.write("in.txt", "two and more")
        tree.run("app.image")
        told = json.loads(tree.cicd("image", "diff", "app@stage", "app", "--json").stdout)
        self.assertEqual([(one["path"], one["change"], one["differs"]) for one in told["files"]], [("/app/out.txt", "changed", ["content"])])
        shutil.rmtree(data / "docker/registry/v2/blobs/sha256" / layer[:2] / layer)
        tree.cicd("image", "inspect", "app@stage")
        self.assertIn("cicd: error", tree.cicd("image", "diff", "app@stage", "app", status=6).stderr)
        self.assertIn("no such image", tree.cicd("image", "inspect", f"{address}/app@sha256:{'1' * 64}", status=6).stderr)

    def test_a_difference_is_of_config_layers_packages_and_files(self):
        tree = self.rich()
        tree.run("deploy-stage")
        self.assertIn("the same image", tree.cicd("image", "diff", "app", "app@stage").stdout)
        status = tree.source / "root/var/lib/dpkg/status"
        status.write_text(status.read_text().replace("deb12u13", "deb12u14"))
        (tree.source / "root/app/node_modules/ms/package.json").unlink()
        tree.write("root/bin/new", "#!/bin/sh\n", 0o755)
        tree.declare(RICH.format("", "ENV SIZE=2 LABELS org.opencontainers.image.title=orders", ""))
        tree.configure()
        tree.run("app.image")
        text = tree.cicd("image", "diff", "app@stage", "app").stdout
        for line in ("  + env SIZE 2", "  + label org.opencontainers.image.title orders", "layers, 0 in both", "packages, 2 changed", "  - npm ms", "files, 2 added, 2 removed, 1 changed"):
            self.assertIn(line, text)
        self.assertRegex(text, r"(?m)^  ~ deb libc6 +2.36-9\+deb12u13 → 2.36-9\+deb12u14$")
        self.assertRegex(text, r"(?m)^  \+ /bin/new +10 B$")
        told = json.loads(tree.cicd("image", "diff", "app@stage", "app", "--json").stdout)
        self.assertFalse(told["same"])
        self.assertEqual(told["packages"][0], {"name": "deb libc6", "before": "2.36-9+deb12u13", "after": "2.36-9+deb12u14"})

    # ---- run ----

    def started(self, tree, *words):
        process = tree.start(tree.launcher, "image", "run", *words)
        self.addCleanup(lambda: (process.kill(), process.wait()))

        def answers():
            text = (tree.root / "out.txt").read_text()
            self.assertIsNone(process.poll(), text)
            found = re.search(r"http://127\.0\.0\.1:\d+", text)
            return found and found[0]

        url = harness.until(answers, 30, "the service")
        with urllib.request.urlopen(url, timeout=10) as got:
            return process, got.read().decode()

    def ended(self, tree, process):
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(30), 130, (tree.root / "out.txt").read_text())
        self.assertEqual(list((tree.home / "cache/containers").iterdir()), [])
        self.assertEqual(harness.bearers(tree.cookie), [])

    def test_a_run_has_the_variables_files_and_rights_of_its_service_behind_a_free_port(self):
        tree = self.service()
        tree.run("app.image")
        first, said = self.started(tree, "app")
        self.assertEqual(said, "uid=10001 X=base Y=stage 127.0.0.1 DB=- words=- root=as it is conf=size=3")
        self.assertIn("only a cluster has them: DB", (tree.root / "out.txt").read_text())
        self.ended(tree, first)
        second, said = self.started(tree, "app", "--environment", "prod", "--env", "DB=here", "--", "serve")
        self.assertEqual(said, "uid=10001 X=prod Y=prod 127.0.0.1 DB=here words=serve root=read-only conf=size=3")
        self.ended(tree, second)

    def test_two_runs_at_once_have_a_port_each_and_json_says_where(self):
        tree = self.service()
        tree.run("app.image")
        layout = f"oci:{tree.work('app/image')}/layout"
        runs = [subprocess.Popen([tree.launcher, "image", "run", layout, "--json"], env=tree.env, cwd=tree.source, stdin=subprocess.DEVNULL,
                                 stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) for _ in range(2)]
        for each in runs:
            self.addCleanup(lambda each=each: (each.kill(), each.wait(), each.stdout.close()))
        told = [json.loads(each.stdout.readline()) for each in runs]
        self.assertNotEqual(told[0]["url"], told[1]["url"])
        for each in told:
            self.assertEqual((each["schema"], each["service"], each["port"]), (1, None, 8080))
            with urllib.request.urlopen(each["url"], timeout=10) as got:
                self.assertIn("uid=10001 X=(null)", got.read().decode())
        for each in runs:
            each.send_signal(signal.SIGTERM)
            self.assertEqual(each.wait(30), 143)

    def test_a_container_that_fails_is_told_and_one_of_a_killed_command_goes_with_the_next_run(self):
        tree = self.service()
        tree.run("app.image")
        done = tree.cicd("image", "run", "app", "--", "fail", status=1)
        self.assertIn("words=fail", done.stdout)
        self.assertIn("ended: exit status 7", done.stderr)
        process, _ = self.started(tree, "app")
        process.kill()
        process.wait()
        left, = (tree.home / "cache/containers").iterdir()
        inside = Path("/proc") / (left / "pid").read_text()
        self.assertTrue(inside.exists())
        tree.cicd("image", "run", "app", "--", "fail", status=1)
        self.assertEqual(list((tree.home / "cache/containers").iterdir()), [])
        self.assertFalse(inside.exists())

    def test_what_keeps_a_run_from_beginning_says_what_helps(self):
        tree = self.service()
        tree.run("app.image")
        for words, said in ((("app", "--service", "ap"), "did you mean: api"), (("app", "--environment", "prd"), "did you mean: prod"),
                            (("app", "--env", "NOT_SET_HERE"), "no such variable is set here"), (("app", "--env", "=x"), "no name of a variable"),
                            (("app", "--port", "1", "--host-network"), "--port"), (("app", "--port", "99999"), "65535")):
            self.assertIn(said, tree.cicd("image", "run", *words, status=2).stderr)
        taken = socket.socket()
        self.addCleanup(taken.close)
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = tree.cicd("image", "run", "app", "--port", str(taken.getsockname()[1]), status=2)
        self.assertIn("in use", done.stderr)

    # ---- bills of materials ----

    def checked(self, text, form):
        """By the schema of CycloneDX, or the validator of SPDX."""
        path = self.folder / f"bill.{form}.json"
        path.write_text(text)
        script = {"cyclonedx": "from cyclonedx.validation.json import JsonStrictValidator as V; from cyclonedx.schema import SchemaVersion as S; import sys;"
                               "found = V(S.V1_6).validate_str(open(sys.argv[1]).read()); sys.exit(str(found) if found else 0)",
                  "spdx": "from spdx_tools.spdx.parser.parse_anything import parse_file; from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document as v;"
                          "import sys; found = v(parse_file(sys.argv[1])); sys.exit('\\n'.join(str(one.validation_message) for one in found) if found else 0)"}[form]
        done = subprocess.run([VENV / "bin/python", "-c", script, path], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return json.loads(text)

    def canonical(self, urls):
        script = "import sys; from packageurl import PackageURL as P\nfor url in sys.argv[1:]:\n  assert P.from_string(url).to_string() == url, (url, P.from_string(url).to_string())"
        done = subprocess.run([VENV / "bin/python", "-c", script, *urls], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)

    PURLS = {"pkg:deb/debian/libc6@2.36-9%2Bdeb12u13?arch=amd64&distro=debian-12", "pkg:deb/debian/tzdata@1:2024a-0%2Bdeb12u1?arch=all&distro=debian-12",
             "pkg:npm/%40scope/left-pad@1.3.0", "pkg:npm/ms@2.1.3", "pkg:pypi/flask-cors@6.0.5", "pkg:cargo/serde@1.0.200", "pkg:cargo/itoa@1.0.11",
             "pkg:generic/openjdk@17.0.13", "pkg:maven/org.slf4j/slf4j-api@2.0.13"}

    def test_a_bill_lists_the_packages_of_each_kind_in_both_formats(self):
        tree = self.rich()
        tree.run("app.image")
        bill = self.checked(tree.cicd("image", "sbom", "app", "--format", "cyclonedx").stdout, "cyclonedx")
        self.assertEqual({one["purl"] for one in bill["components"] if "purl" in one}, self.PURLS)
        self.canonical(self.PURLS)
        self.assertEqual([one["version"] for one in bill["components"] if one["type"] == "operating-system"], ["12"])
        found = next(one for one in bill["components"] if one["name"] == "slf4j-api")
        self.assertEqual(found["hashes"], [{"alg": "SHA-256", "content": hashlib.sha256((tree.source / "root/app/lib/renamed.jar").read_bytes()).hexdigest()}])
        self.assertEqual(found["evidence"]["occurrences"], [{"location": "/app/lib/renamed.jar"}])
        spdx = self.checked(tree.cicd("image", "sbom", "app", "--format", "spdx").stdout, "spdx")
        self.assertEqual({one["externalRefs"][0]["referenceLocator"] for one in spdx["packages"][1:] if "externalRefs" in one}, self.PURLS)
        table = tree.cicd("image", "sbom", "app").stdout
        self.assertRegex(table, r"(?m)^npm +@scope/left-pad +1\.3\.0 +MIT +/app/node_modules/@scope/left-pad/package\.json$")
        self.assertIn("9 components on debian 12", table)
        self.assertEqual(len(json.loads(tree.cicd("image", "sbom", "app", "--json").stdout)["components"]), 9)

    def test_programs_are_listed_with_the_libraries_that_they_are_linked_with(self):
        tree = self.tree()
        root = rich_tree(tree.source / "root")
        for name in ("lib/x86_64-linux-gnu", "app", "usr/local/lib"):
            (root / name).mkdir(parents=True, exist_ok=True)
        self.compiled("int own(void) { return 0; }\n", root / "usr/local/lib/libown.so.1", "-shared", "-fPIC", "-Wl,-soname,libown.so.1")
        (root / "lib/x86_64-linux-gnu/libc.so.6").write_bytes(self.compiled("int c(void) { return 0; }\n", self.folder / "c.so", "-shared", "-nostdlib", "-Wl,-soname,libc.so.6"))
        self.compiled("int own(void);\nint main(void) { return own(); }\n", root / "app/out", "-no-pie", f"-L{root}/usr/local/lib", "-Wl,--no-as-needed", "-l:libown.so.1", "-Wl,--allow-shlib-undefined")
        tree.write("root/var/lib/dpkg/info/libc6:amd64.list", "/.\n/usr\n/usr/lib/x86_64-linux-gnu/libc.so.6\n")
        tree.declare(RICH.format("", "", ""))
        tree.commit()
        tree.configure()
        tree.run("app.image")
        bill = self.checked(tree.cicd("image", "sbom", "app", "--format", "cyclonedx").stdout, "cyclonedx")
        linked = {one["ref"]: one["dependsOn"] for one in bill["dependencies"]}
        libc = "pkg:deb/debian/libc6@2.36-9%2Bdeb12u13?arch=amd64&distro=debian-12"
        self.assertEqual(linked["file:/app/out"], ["file:/usr/local/lib/libown.so.1", libc])
        self.assertNotIn("file:/lib/x86_64-linux-gnu/libc.so.6", linked)
        self.checked(tree.cicd("image", "sbom", "app", "--format", "spdx").stdout, "spdx")

    def test_a_program_of_go_or_rust_is_told_by_its_own_modules(self):
        tree = self.tree()
        root = rich_tree(tree.source / "root")
        plain = self.folder / "plain"
        self.compiled("int main(void) { return 0; }\n", plain, "-static")
        modules = "path\texample.com/app\nmod\texample.com/app\t(devel)\t\ndep\tgithub.com/Masterminds/semver\tv3.2.1\th1:x\ndep\tgithub.com/old/name\tv1.0.0\n=>\tgithub.com/new/name\tv1.1.0\th1:y\n"
        version, body = "go1.22.5", "0" * 16 + modules + "0" * 16

        def counted(text):
            size, out = len(text), b""
            while size >= 0x80:
                out, size = out + bytes([size & 0x7F | 0x80]), size >> 7
            return out + bytes([size]) + text.encode()

        (self.folder / "go").write_bytes(b"\xff Go buildinf:" + bytes([8, 2]) + b"\0" * 16 + counted(version) + counted(body))
        (self.folder / "rust").write_bytes(zlib.compress(json.dumps({"packages": [
            {"name": "tool", "version": "0.1.0", "root": True}, {"name": "rand", "version": "0.8.5"}, {"name": "cc", "version": "1.0.0", "kind": "build"}]}).encode()))
        for section, name in ((".go.buildinfo", "go"), (".dep-v0", "rust")):
            subprocess.run([harness.tool("objcopy"), "--add-section", f"{section}={self.folder / name}", str(plain), str(root / "app" / name)], check=True)
        tree.declare(RICH.format("", "", ""))
        tree.commit()
        tree.configure()
        tree.run("app.image")
        bill = self.checked(tree.cicd("image", "sbom", "app", "--format", "cyclonedx").stdout, "cyclonedx")
        found = {one["purl"] for one in bill["components"] if "purl" in one} - self.PURLS
        self.assertEqual(found, {"pkg:golang/example.com/app", "pkg:golang/github.com/masterminds/semver@v3.2.1", "pkg:golang/github.com/new/name@v1.1.0",
                                 "pkg:golang/stdlib@1.22.5", "pkg:cargo/tool@0.1.0", "pkg:cargo/rand@0.8.5"})
        self.canonical(found)

    def attached(self, tree, where, digest):
        """The documents beside an image, as skopeo copies them, and the manifest that holds them."""
        layout = self.folder / f"copy-{time.monotonic_ns()}"
        done = tree.call([harness.tool("skopeo"), "--insecure-policy", "copy", "--quiet", f"{where}:sha256-{digest.removeprefix('sha256:')}.sbom", f"oci:{layout}:x"])
        self.assertEqual(done.returncode, 0, done.all)
        index = json.loads((layout / "index.json").read_text())["manifests"][0]["digest"]
        manifest = json.loads((layout / "blobs" / index.replace(":", "/")).read_text())
        return manifest, [(layout / "blobs" / one["digest"].replace(":", "/")).read_text() for one in manifest["layers"]]

    def test_a_published_image_has_its_bill_beside_it_and_the_same_on_every_machine(self):
        tree = self.rich()
        tree.run("deploy-stage")
        digest = json.loads(tree.cicd("image", "inspect", "app@stage", "--json").stdout)["images"][0]["digest"]
        manifest, (cyclonedx, spdx) = self.attached(tree, f"oci:{tree.build}/registry/app", digest)
        self.assertEqual(manifest["subject"]["digest"], digest)
        self.assertEqual([one["mediaType"] for one in manifest["layers"]], ["application/vnd.cyclonedx+json", "application/spdx+json"])
        self.assertEqual(json.loads(cyclonedx), json.loads(tree.cicd("image", "sbom", "app@stage", "--format", "cyclonedx").stdout))
        self.checked(spdx, "spdx")
        other = self.tree(name="other")
        shutil.copytree(tree.source / "root", other.source / "root")
        other.declare(RICH.format("", "", ""))
        other.commit("another commit, another day")
        other.configure()
        other.run("app.publish")
        self.assertEqual(self.attached(other, f"oci:{other.build}/registry/app", digest), (manifest, [cyclonedx, spdx]))

    def test_a_bill_is_written_once_goes_along_with_a_copy_and_is_removed_with_its_image(self):
        address, _ = self.registry()
        second, _ = self.registry("second")
        tree = self.rich(f" IMAGE {address}/team/app", place=f"IMAGES_IN {second}/prod")
        self.trust(tree, address, second)
        tree.run("deploy-stage")
        digest = json.loads(tree.cicd("image", "inspect", "app@stage", "--json").stdout)["images"][0]["digest"]
        here = self.attached(tree, f"docker://{address}/team/app", digest)
        self.assertEqual(self.attached(tree, f"docker://{second}/prod/team/app", digest), here)
        tree.write("note.txt", "another commit of the same image")
        tree.commit()
        tree.run("deploy-stage")
        self.assertEqual(self.attached(tree, f"docker://{address}/team/app", digest), here)

    def test_sbom_off_attaches_none(self):
        tree = self.rich(option="SBOM off")
        tree.run("app.publish")
        self.assertNotIn(".sbom", (tree.build / "registry/app/index.json").read_text())

    # ---- platforms ----

    PLATFORMS = """
add_pipeline(app{0})
pipeline_step(app build COMMAND cp -r bin out INPUTS "bin/**" OUTPUTS out/ STAGE build)
pipeline_image(app BASE scratch PLATFORMS linux/amd64 linux/arm64 FILES "out/{{arch}}/hello=/app/hello" ENTRYPOINT /app/hello)
pipeline_environment(app stage ON branch main VIA gitops {1})
pipeline_service(app api)
"""

    def platforms(self, repository="", place=""):
        tree = self.tree()
        for name, machine in (("amd64", 62), ("arm64", 183)):
            tree.write(f"bin/{name}/hello", program(machine, f"hello from {name}\n"), 0o755)
        tree.declare(self.PLATFORMS.format(repository, place))
        tree.commit()
        tree.configure()
        return tree

    def test_an_image_for_two_platforms_is_one_index_of_the_same_bytes_and_each_starts(self):
        tree = self.platforms()
        tree.run("app.image")
        shown, = json.loads(tree.cicd("image", "inspect", "app", "--json").stdout)["images"]
        self.assertEqual(shown["platforms"], ["linux/amd64", "linux/arm64"])
        arm, = json.loads(tree.cicd("image", "inspect", "app", "--platform", "linux/arm64", "--json").stdout)["images"]
        self.assertEqual((arm["digest"], arm["platform"]), (shown["digest"], "linux/arm64"))
        self.assertNotEqual(arm["manifest"], shown["manifest"])
        for name in ("amd64", "arm64"):
            done = tree.cicd("image", "run", "app", "--platform", f"linux/{name}")
            self.assertIn(f"hello from {name}", done.stdout)
        self.assertIn("did you mean: linux/arm64", tree.cicd("image", "inspect", "app", "--platform", "linux/arm", status=2).stderr)
        other = self.tree(name="elsewhere")
        shutil.copytree(tree.source / "bin", other.source / "bin")
        other.declare(self.PLATFORMS.format("", ""))
        other.commit()
        other.configure()
        other.run("app.image")
        self.assertEqual(json.loads(other.cicd("image", "inspect", "app", "--json").stdout)["images"][0]["digest"], shown["digest"])

    def test_an_index_is_published_deployed_and_copied_whole_by_its_digest(self):
        address, data = self.registry()
        second, _ = self.registry("second")
        tree = self.platforms(f" IMAGE {address}/team/app", f"IMAGES_IN {second}/prod")
        self.trust(tree, address, second)
        tree.run("deploy-stage")
        digest = json.loads(tree.cicd("image", "inspect", "app", "--json").stdout)["images"][0]["digest"]
        self.assertTrue(tree.record()["images"]["image"]["reference"].endswith("@" + digest))
        for name in ("amd64", "arm64"):
            shown, = json.loads(tree.cicd("image", "inspect", f"{second}/prod/team/app@{digest}", "--platform", f"linux/{name}", "--json").stdout)["images"]
            self.assertEqual(shown["platform"], f"linux/{name}")
            self.assertEqual(json.loads(tree.cicd("image", "diff", "app", f"{second}/prod/team/app@{digest}", "--platform", f"linux/{name}", "--json").stdout)["same"], True)
        manifest, documents = self.attached(tree, f"docker://{second}/prod/team/app", digest)
        self.assertEqual(manifest["subject"]["digest"], digest)
        self.assertEqual(len(documents), 4)
        self.assertEqual(tree.outcomes()["app/publish"], "ran")
        tree.run("deploy-stage")
        self.assertEqual(tree.outcomes()["app/publish"], "up-to-date")

    def test_what_is_not_built_for_a_platform_is_said_with_its_step(self):
        tree = self.platforms()
        shutil.copy(tree.source / "bin/amd64/hello", tree.source / "bin/arm64/hello")
        done = tree.run("app.image", status=2)
        for line in ("a program of the image is for another architecture: '/app/hello'", "platform", "linux/arm64", "it is for", "amd64", "FILES bin/{arch}/"):
            self.assertIn(line, done.stderr + done.stdout)
        (tree.source / "bin/arm64/hello").unlink()
        done = tree.run("app.image", status=2)
        for line in ("out/arm64/hello", "linux/arm64", "steps before it"):
            self.assertIn(line, done.stderr + done.stdout)


if __name__ == "__main__":
    unittest.main()
