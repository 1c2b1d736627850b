"""make-base, which makes the base of a template's image out of Debian packages: from the archive of Debian, by its own words and exit status."""

import io
import os
import shutil
import subprocess
import tarfile
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(os.environ.get("CICD_SOURCE") or Path(__file__).resolve().parents[2])
MAKE_BASE = SOURCE / "templates/debian-base/service/make-base"


class Base(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="cicd-base-"))
        self.addCleanup(shutil.rmtree, self.folder, True)

    def call(self, *words, status=0):
        done = subprocess.run([str(MAKE_BASE), *map(str, words)], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done

    def archive(self, files):
        with tarfile.open(self.folder / "base.tar", "w") as archive:
            for name, content in files.items():
                one = tarfile.TarInfo(name)
                one.size, one.mode = len(content), 0o755
                archive.addfile(one, io.BytesIO(content))
        return "base.tar"

    def compiled(self, name, text, *options):
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        subprocess.run(["c++", "-x", "c++", "-", "-x", "none", "-o", path, *options], input=text, text=True, check=True)
        return path

    def library(self, version):
        """One that defines `none` of a version alone."""
        (self.folder / "versions").write_text(f"{version} {{ global: none; }};\n")
        return self.compiled("library.so", 'extern "C" void none() {}', "-shared", "-nostdlib", f"-Wl,--version-script={self.folder / 'versions'}").read_bytes()

    def test_the_same_lock_gives_the_same_bytes_with_what_it_lists_and_nothing_of_this_machine(self):
        self.call("--update", "base.lock", "busybox-static")
        self.call("base.lock", "one.tar")
        self.call("base.lock", "two.tar")
        self.assertEqual((self.folder / "one.tar").read_bytes(), (self.folder / "two.tar").read_bytes())
        with tarfile.open(self.folder / "one.tar") as archive:
            names = {one.name: one for one in archive.getmembers()}
            self.assertIn("10001:10001", archive.extractfile("./etc/passwd").read().decode())
        self.assertTrue(names["./bin/busybox"].isfile())
        self.assertEqual(oct(names["./tmp"].mode), "0o1777")
        self.assertEqual({one for one in names if one.startswith(("./etc/host", "./etc/resolv", "./dev"))}, set())
        notes = "./var/lib/dpkg/status.d"
        self.assertEqual({one for one in names if one.startswith("./var") and not notes.startswith(one.rstrip("/")) and not one.startswith(notes + "/")}, set())
        with tarfile.open(self.folder / "one.tar") as tar:
            package = tar.extractfile(f"{notes}/busybox-static").read().decode()
            brought = tar.extractfile(f"{notes}/busybox-static.list").read().decode().splitlines()
        self.assertRegex(package, r"^Package: busybox-static\nVersion: \S+\nArchitecture: \w+\n$")
        self.assertIn("/bin/busybox", brought)
        self.assertEqual({(one.uid, one.gid, one.mtime) for one in names.values()}, {(0, 0, 0)})

    def test_a_version_that_is_gone_is_named_with_the_command_that_moves_it(self):
        self.call("--update", "base.lock", "busybox-static")
        lock = self.folder / "base.lock"
        newest = lock.read_text()
        lock.write_text("".join(line if not line.startswith("busybox") else "busybox-static 0.1\n" for line in newest.splitlines(True)))
        done = self.call("base.lock", "one.tar", status=2)
        self.assertIn("Version '0.1' for 'busybox-static' was not found", done.stderr)
        self.assertIn("try: ./make-base --update base.lock busybox-static", done.stderr)
        self.assertFalse((self.folder / "one.tar").exists())
        self.assertIn("-busybox-static 0.1\n+busybox-static ", self.call("--update", "base.lock", "busybox-static").stdout)
        self.assertEqual(lock.read_text(), newest)

    def test_a_base_without_a_symbol_that_is_needed_is_refused_by_its_name(self):
        self.compiled("dist/service", "#include <cstdlib>\nint main() { std::exit(std::rand()); }")
        needed = {name: b"" for name in ("lib/libstdc++.so.6", "lib/libgcc_s.so.1", "lib/libm.so.6")}
        done = self.call("--check", self.archive({**needed, "lib/libc.so.6": self.library("GLIBC_2.1")}), "dist", status=2)
        self.assertRegex(done.stderr, r"dist/service needs (exit|rand) of GLIBC_2\.[0-9.]+")
        libc = Path(subprocess.run(["c++", "-print-file-name=libc.so.6"], capture_output=True, text=True, check=True).stdout.strip())
        self.call("--check", self.archive({**needed, "lib/libc.so.6": libc.read_bytes()}), "dist")

    def test_a_library_that_is_in_neither_is_refused_by_its_name(self):
        self.compiled("libown.so.3", 'extern "C" void own() {}', "-shared", "-Wl,-soname,libown.so.3")
        self.compiled("dist/libservice.so", 'extern "C" void own(); void call() { own(); }', "-shared", "-nostdlib", self.folder / "libown.so.3")
        self.assertIn("dist/libservice.so needs the library libown.so.3", self.call("--check", self.archive({}), "dist", status=2).stderr)
        shutil.copy(self.folder / "libown.so.3", self.folder / "dist")
        self.call("--check", self.archive({"lib/libc.so.6": b""}), "dist")

    def test_a_module_of_another_python_is_refused_by_its_name(self):
        (self.folder / "dist").mkdir()
        (self.folder / "dist/fast.cpython-27-x86_64-linux-gnu.so").write_bytes(b"")
        base = self.archive({"usr/bin/python3.11": b""})
        self.assertIn("dist/fast.cpython-27-x86_64-linux-gnu.so is for another Python than the base's (311)", self.call("--check", base, "dist", status=2).stderr)
        (self.folder / "dist/fast.cpython-27-x86_64-linux-gnu.so").rename(self.folder / "dist/fast.cpython-311-x86_64-linux-gnu.so")
        self.call("--check", base, "dist")

    def test_a_module_of_another_node_is_refused_by_its_name_and_those_for_other_machines_are_not_judged(self):
        def module(name, number, *options):
            self.compiled(f"dist/{name}.node", f'extern "C" void node_register_module_v{number}() {{}}', "-shared", "-nostdlib", *options)
        module("fast", 93)
        base = self.archive({"usr/lib/libnode.so.108": b""})
        self.assertIn("dist/fast.node is for the modules of Node.js 93 and not of the base's (108)", self.call("--check", base, "dist", status=2).stderr)
        module("fast", 108)
        module("node.abi93", 93)
        self.compiled("libc.musl-x86_64.so.1", 'extern "C" void own() {}', "-shared", "-Wl,-soname,libc.musl-x86_64.so.1")
        module("musl", 108, "-Wl,--no-as-needed", self.folder / "libc.musl-x86_64.so.1")
        self.call("--check", base, "dist")
        self.compiled("libown.so.3", 'extern "C" void own() {}', "-shared", "-Wl,-soname,libown.so.3")
        module("fast", 108, "-Wl,--no-as-needed", self.folder / "libown.so.3")
        self.assertIn("dist/fast.node needs the library libown.so.3", self.call("--check", base, "dist", status=2).stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
