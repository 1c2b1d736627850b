"""Bases that do not fit what is laid on them: architecture, user, C library, Python."""

import subprocess
import unittest
from pathlib import Path

import bases
import harness

LOADER = {"amd64": "ld-linux-x86-64.so.2", "arm64": "ld-linux-aarch64.so.1"}[bases.HERE]


class BaseFit(harness.Case):
    def of(self, files, more="", config=None, entry="FILES cat=/bin/cat ENTRYPOINT /bin/cat", architecture=bases.HERE, status=2, add=None):
        """What building says on a base of these files; its layout lies in the sources."""
        self.count = getattr(self, "count", 0) + 1
        tree = self.tree(name=f"t{self.count}")
        bases.write(tree.source / "base", [files], config=config, architectures=(architecture,))
        tree.write("cat", Path("/bin/cat").read_bytes(), 0o755)
        for name, content in (add or {}).items():
            tree.write(name, content)
        tree.declare(f"add_pipeline(app)\npipeline_image(app BASE oci:base {entry} {more})\n").configure()
        return tree.run("app.image", status=status)

    def test_a_c_library_that_is_not_there_or_is_too_old(self):
        glibc = {f"lib64/{LOADER}": "x", "lib/libc.so.6": "GNU C Library GLIBC_2.17 GLIBC_2.99 end"}
        self.of(glibc, status=0)
        musl = self.of({"lib/ld-musl-x86_64.so.1": "x"})
        self.assertIn("a program needs a C library that the base does not have: '/bin/cat'", musl.stderr)
        self.assertEqual((harness.note_in(musl.stderr, "needs"), harness.note_in(musl.stderr, "base has")), (LOADER, "ld-musl-x86_64.so.1"))
        self.assertIn("a C library that the base does not have", self.of({"etc/x": "x"}).stderr)
        old = self.of({**glibc, "lib/libc.so.6": "GLIBC_2.2.5 GLIBC_2.17"})
        self.assertIn("a program needs a newer C library than the base has", old.stderr)
        self.assertEqual(harness.note_in(old.stderr, "base has"), "glibc 2.17")
        # What is no program, and what the image brings itself, asks nothing of the base.
        self.of({}, entry="FILES CMakeLists.txt=/bin/cat ENTRYPOINT /bin/cat", status=0)

    def test_a_program_of_another_architecture(self):
        other = self.of({}, architecture=bases.OTHER)
        self.assertIn("a program is of another architecture than the base", other.stderr)
        self.assertEqual((harness.note_in(other.stderr, "program"), harness.note_in(other.stderr, "image")), (bases.HERE, bases.OTHER))

    def test_each_architecture_of_platforms_is_known(self):
        cat = bytearray(Path("/bin/cat").read_bytes())
        cat[0x12:0x14] = (243).to_bytes(2, "little")
        glibc = {f"lib64/{LOADER}": "x", "lib/libc.so.6": "GLIBC_2.99 end"}
        self.of(glibc, architecture="riscv64", add={"cat": bytes(cat)}, status=0)

    def test_another_user_is_said_to_be_meant(self):
        files = "FILES CMakeLists.txt=/x"
        refused = self.of({}, config={"User": "65532:65532"}, entry=files)
        self.assertIn("the base runs as another user than the image, which is not said to be meant: '65532'", refused.stderr)
        self.assertIn("USER 65532", harness.note_in(refused.stderr, "try"))
        self.assertIn("number of node", self.of({}, config={"User": "node"}, entry=files).stderr)
        for user, more in (("65532", "USER 65532"), ("node", "USER 10001"), ("root", ""), ("10001", ""), ("0", "")):
            self.of({}, config={"User": user}, entry=files, more=more, status=0)

    def test_python_packages_of_another_version(self):
        name = "dist/mod.cpython-311-x86_64-linux-gnu.so"
        refused = self.of({"usr/bin/python3.12": "x"}, entry="FILES dist=/app", add={name: "x"})
        self.assertIn("Python packages are for another version than the base has: '/app/mod.cpython-311-x86_64-linux-gnu.so'", refused.stderr)
        self.assertEqual((harness.note_in(refused.stderr, "needs"), harness.note_in(refused.stderr, "base has")), ("Python 3.11", "3.12"))
        self.of({"usr/local/bin/python3.11": "x"}, entry="FILES dist=/app", add={name: "x"}, status=0)
        venv = {"dist/lib/python3.11/site-packages/x.py": "x"}
        self.assertIn("Python 3.11", self.of({"usr/bin/python3.9": ("x",)}, entry="FILES dist=/app", add=venv).stderr)
        self.of({}, entry="FILES dist=/app", add={"dist/pure.py": "x"}, status=0)


if __name__ == "__main__":
    unittest.main()
